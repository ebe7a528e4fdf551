"""Sending a referral, sending it again, and the two ways in which a case is born without one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import transaction

from accounts.access_table import Thing
from accounts.db import system_user
from accounts.models import Agency, Partnership, User
from accounts.roles import BUSINESS_UNIT, Role
from casework import audit
from casework.drafts import DraftMoved, close_draft
from casework.files import store_document
from casework.models import Case, Document, Draft, Stage
from casework.services import admit, admit_standing, open_case
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from lcspr import clock
from referrals import rules
from referrals.answers import dates_in, day, in_full, known, moment, questions_of
from referrals.models import Basis, Channel, NotificationState, Referral, SeriousIncidentNotification
from referrals.permissions import AGENCY_LEADS, is_business_unit_of, writes_in
from referrals.services import clocks, deaths, other_area, telling
from referrals.services.subjects import record_people, refuse_pseudonym
from referrals.services.writing import begin_referral

AWARE = "the referral says when the local authority became aware"


@transaction.atomic
def submit_referral(referral: Referral, *, by: User, version: int, on: dt.date) -> Referral:
    """Send a referral to the business unit (T02): the case is born, unless an oral notice bore it already.

    `version` is that of the answers the sender checked; if somebody changed them since, DraftMoved. Starts the
    notification's clock provisionally where the local authority's awareness is given, and ends the one
    for the written confirmation.
    """
    referral = _locked(referral)
    typed = _answers_checked(referral, version)
    _fill(referral, typed)
    if referral.case is None:
        referral.case = _open_case(referral, by=by)
    case = _bring_up_to_date(referral.case, referral)
    referral.submitted_by = by
    referral.save()
    referral = perform(
        referral, "submit", by=by, received_at=clock.now(), words=f"Sent the referral{_from(referral)}"
    )
    record_people(referral, typed)
    _admit_referrer(referral, on=on)
    _close(referral)
    if case.la_aware_at:
        clocks.start_from_awareness(case, by=by, because=AWARE)
    deaths.require_death_notices(case, by=by)
    # Whoever has an account is sent the receipt by itself; who rang or wrote must be told that it arrived.
    clocks.received(referral, by=by, acknowledged=referral.referrer is not None)
    # What the agency itself writes here is in writing, however the business unit first heard of it.
    by_agency = not is_business_unit_of(by, referral.partnership_id)
    spoken = rules.must_be_in_writing_again(referral.channel)
    if referral.needs_lead and referral.first_told_at and (by_agency or spoken):
        clocks.start_writing(referral, by=by)
    if by_agency or not spoken:
        clocks.confirmed_in_writing(case, at=clock.now(), by=by)
    telling.tell("referral_received", case, BUSINESS_UNIT, by=by, about=referral, task="Check the referral")
    telling.tell_referrer("referral_receipt", referral, by=by)
    return referral


@transaction.atomic
def resubmit_referral(referral: Referral, *, by: User, version: int, on: dt.date) -> Referral:
    """Send a referral again after it was sent back (T04); everything corrected reaches the case."""
    referral = _locked(referral)
    typed = _answers_checked(referral, version)
    _fill(referral, typed)
    referral.submitted_by = by
    referral.save()
    referral = perform(referral, "resubmit", by=by, words="Sent the referral again, with what was asked for")
    assert referral.case is not None
    case = _bring_up_to_date(referral.case, referral)
    record_people(referral, typed)
    _admit_referrer(referral, on=on)
    _close(referral)
    if case.la_aware_at:
        clocks.start_from_awareness(case, by=by, because=AWARE)
    deaths.require_death_notices(case, by=by)
    clocks.received(referral, by=by, acknowledged=referral.referrer is not None)
    telling.tell(
        "referral_resubmitted", case, BUSINESS_UNIT, by=by, about=referral, task="Check the referral"
    )
    return referral


@transaction.atomic
def attach_to_referral(referral: Referral, *, upload: File[Any], title: str, by: User) -> Document:
    """Keep a file with a referral that was sent, as its agency's own; the business unit reads it with the referral."""
    referral = _locked(referral)
    if not (writes_in(referral, by) or is_business_unit_of(by, referral.partnership_id)):
        raise PermissionDenied
    if referral.case is None or referral.has_ended:
        raise TransitionRefused(["Files are added once the referral is sent, until it has ended."])
    document = store_document(
        referral.case, upload, by=by, title=title, thing=Thing.OWN_REFERRAL, agency=referral.agency
    )
    audit.record(
        "referral_file_added", by=by, case=referral.case, about=document, words="Added a file to the referral"
    )
    return document


@transaction.atomic
def log_oral_notice(
    partnership: Partnership,
    *,
    by: User,
    agency: Agency,
    told_at: dt.datetime,
    referrer_name: str,
    channel: Channel = Channel.TELEPHONE,
    la_aware_at: dt.datetime | None = None,
    referrer_job_title: str = "",
    referrer_phone: str = "",
    on: dt.date,
) -> Referral:
    """Record that an agency told the business unit by word of mouth: the case is born, the clocks run.

    The agency's representative finds the referral begun for them, and may finish it; so may the
    business unit. DL-03 starts where the partnership gives hours for it (Bedford Borough: 48).
    """
    _refuse_future(told_at, "The notice")
    if la_aware_at is not None:
        _refuse_future(la_aware_at, "The local authority’s becoming aware")
    case = open_case(
        partnership, by=by, why="Told by word of mouth", first_told_at=told_at, la_aware_at=la_aware_at
    )
    referral = begin_referral(
        partnership,
        by=by,
        agency=agency,
        channel=channel,
        referrer_name=referrer_name,
        referrer_job_title=referrer_job_title,
        referrer_phone=referrer_phone,
        first_told_at=told_at,
        case=case,
    )
    _admit_referrer(referral, on=on)
    clocks.start_writing(referral, by=by)
    if la_aware_at is not None:
        clocks.start_from_awareness(case, by=by, because=AWARE)
    telling.tell_referrer("referral_oral_notice", referral, by=by, task="Confirm the referral in writing")
    return referral


@transaction.atomic
def record_la_first(
    referral: Referral,
    *,
    by: User,
    version: int,
    pseudonym: str,
    reference: str,
    sent_at: dt.datetime,
    sender: str,
    lateness_reason: str = "",
    further_information: str = "",
    on: dt.date,
) -> SeriousIncidentNotification:
    """Record a case the local authority notified before any referral (domain §3.4 rule 7).

    The case is born where the rapid review gathers its information, with the time of awareness and of sending;
    DL-03 never runs. The rapid review itself is opened by the app that holds it.
    """
    referral = _locked(referral)
    typed = _answers_checked(referral, version)
    _fill(referral, typed)
    if referral.la_aware_at is None:
        raise TransitionRefused(
            ["Say when the local authority became aware: the five working days run from then."]
        )
    _refuse_sending(referral.la_aware_at, sent_at)
    referral.case = case = _open_case(referral, by=by, stage=Stage.RR_GATHERING, la_aware_confirmed=True)
    referral.submitted_by = by
    referral.save()
    referral = perform(
        referral,
        "record_la_first",
        by=by,
        received_at=clock.now(),
        words="Recorded that the local authority had notified before any referral",
    )
    record_people(referral, typed)
    refuse_pseudonym(case, pseudonym)
    case.pseudonym, case.partners_aware_at = pseudonym, clock.now()
    case.save()
    _close(referral)
    admit_standing(case, by=by, on=on, why="The local authority notified")
    notification = _notification_already_sent(
        case,
        by=by,
        reference=reference,
        sent_at=sent_at,
        sender=sender,
        lateness_reason=lateness_reason,
        further_information=further_information,
    )
    clocks.start_from_awareness(case, by=by, because=AWARE, suspected=True)
    deaths.require_death_notices(case, by=by)
    other_area.let_other_area_in(case, by=by, on=on)
    clocks.sent(case, sent_at=sent_at, by=by, lateness_reason=lateness_reason)
    telling.tell("notification_sent", case, telling.TOLD_OF_SENDING, by=by, about=notification)
    return notification


def _notification_already_sent(case: Case, *, by: User, **sent: Any) -> SeriousIncidentNotification:
    children = list(case.subjects.filter(part="child"))
    listed = children[: rules.MOST_CHILDREN_LISTED]
    problems = rules.listing_problems(
        listed=len(listed), of=len(children), further_information=sent["further_information"]
    )
    if problems:
        raise TransitionRefused(problems)
    notification = SeriousIncidentNotification.objects.create(
        case=case,
        state=NotificationState.SENT,
        basis=Basis.LA_FIRST,
        recorded_by=by,
        recorded_at=clock.now(),
        **sent,
    )
    notification.listed.set(listed)
    audit.record(
        "notification_sent_first",
        by=by,
        case=case,
        about=notification,
        words="Recorded that the local authority had sent the notification",
        sent_at=sent["sent_at"],
        reference=sent["reference"],
    )
    return notification


def _refuse_sending(aware_at: dt.datetime, sent_at: dt.datetime) -> None:
    problems = [
        f"{text}."
        for _, text in rules.impossible_sending(aware_at=aware_at, sent_at=sent_at, now=clock.now())
    ]
    if problems:
        raise TransitionRefused(problems)


def _refuse_future(at: dt.datetime, what: str) -> None:
    if at > clock.now():
        raise TransitionRefused([f"{what} cannot lie in the future."])


def _locked(referral: Referral) -> Referral:
    """The referral as it is now, held until the act is done: of two people sending, one waits here."""
    return (
        Referral.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case", "draft")
        .get(pk=referral.pk)
    )


def _answers_checked(referral: Referral, version: int) -> dict[str, Any]:
    """The answers, if they are still those the sender checked."""
    if not referral.is_writable or referral.draft is None:
        raise MovedOn(referral, last_event(referral))
    draft = (
        Draft.objects.select_for_update(of=("self",), no_key=True)
        .select_related("last_editor")
        .get(pk=referral.draft.pk)
    )
    if draft.version != version:
        raise DraftMoved(draft)
    return referral.typed


def _fill(referral: Referral, typed: Mapping[str, Any]) -> None:
    """Put what clocks, lists and searches need into columns, and the words beside them."""
    questions = questions_of(referral)
    asked = questions.kept(in_full(referral, typed))
    dates = dates_in(typed, now=clock.now())
    referral.question_set = questions.name
    referral.answers = asked
    for name in ("referrer_name", "referrer_job_title", "referrer_phone", "referrer_email"):
        setattr(referral, name, asked.get(name) or getattr(referral, name))
    referral.lead_name, referral.lead_role = asked.get("lead_name") or "", asked.get("lead_role") or ""
    referral.lead_discussed_on = day(asked.get("lead_discussed_on"))
    referral.lead_view = known(asked.get("lead_view"))
    referral.incident_from, referral.incident_until = dates.incident_from, dates.incident_until
    referral.incident_approximate = asked.get("incident_exact") == "estimate"
    referral.outside_england = asked.get("outside_england") == "yes"
    referral.incident_la_id = known(asked.get("incident_la")) or None
    referral.home_la_id = known(asked.get("home_la")) or None
    referral.agency_aware_on = dates.agency_aware_on
    referral.la_aware_at = dates.la_aware_at
    referral.abuse_or_neglect = asked.get("abuse_or_neglect") or ""
    referral.outcome = asked.get("outcome") or ""
    referral.first_told_at = moment(asked.get("told_at")) or referral.first_told_at


def _open_case(referral: Referral, *, by: User, stage: Stage = Stage.SUBMITTED, **fields: Any) -> Case:
    return open_case(
        referral.partnership,
        by=by,
        why=f"Referral received{_from(referral)}",
        stage=stage,
        incident_from=referral.incident_from,
        incident_until=referral.incident_until,
        incident_approximate=referral.incident_approximate,
        incident_la=referral.incident_la,
        home_la=referral.home_la,
        outside_england=referral.outside_england,
        first_told_at=referral.first_told_at,
        la_aware_at=referral.la_aware_at,
        **fields,
    )


def _bring_up_to_date(case: Case, referral: Referral) -> Case:
    """What the referral says of the incident is what the case says, until triage confirms or corrects it."""
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("partnership")
        .get(pk=case.pk)
    )
    for name in (
        "incident_from",
        "incident_until",
        "incident_approximate",
        "incident_la_id",
        "home_la_id",
        "outside_england",
    ):
        setattr(case, name, getattr(referral, name))
    told = [at for at in (case.first_told_at, referral.first_told_at) if at]
    case.first_told_at = min(told) if told else None
    # Awareness once recorded is not lost by a form that leaves it out: its clock runs.
    case.la_aware_at = referral.la_aware_at or case.la_aware_at
    case.save()
    referral.case = case
    return case


def _admit_referrer(referral: Referral, *, on: dt.date) -> None:
    """Let the referrer follow what they sent, and the lead and representative of their agency.

    The system lets them in, for nobody lets themself in. A colleague who also refers is not let in: each sees
    their own referrals only.
    """
    case = referral.case
    assert case is not None
    by = system_user()
    if referral.agency is not None:
        for role in sorted(AGENCY_LEADS):
            admit(case, role=role, agency=referral.agency, why="Their agency referred it", by=by, on=on)
    if referral.referrer is not None:
        admit(case, role=Role.REFERRER, user=referral.referrer, why="Referred it", by=by, on=on)
    if referral.left_to is not None:
        admit(case, role=Role.REFERRER, user=referral.left_to, why="It was left to them", by=by, on=on)


def _close(referral: Referral) -> None:
    if referral.draft is not None:
        close_draft(referral.draft)


def _from(referral: Referral) -> str:
    body = referral.agency.name if referral.agency else referral.from_body
    return f" from {body}" if body else ""
