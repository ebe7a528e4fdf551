"""What the business unit does with a referral received: accept, send back, join, close, pass on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from accounts.models import Agency, Membership, User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework import audit
from casework.drafts import close_draft, reopen_draft
from casework.models import OPEN, Case, Stage, Subject
from casework.services import admit, admit_standing
from casework.transitions import TransitionRefused, perform
from correspondence import services as correspondence
from correspondence.models import How, NoticeSubject, Recipient
from deadlines import services as deadlines
from decisions import services as decisions
from lcspr import clock
from referrals import rules
from referrals.models import QuestionAsked, Referral, ReferralState, ReferredChild, ReferredRelative
from referrals.permissions import AGENCY_LEADS, is_business_unit_of
from referrals.services import clocks, deaths, telling
from referrals.services.criteria import open_criteria_decision
from referrals.services.questions import ask_questions
from referrals.services.subjects import copy_relative, copy_subject, refuse_pseudonym, relabel, same_person_in
from referrals.standing import pending_criteria


@transaction.atomic
def return_to_referrer(
    referral: Referral, *, by: User, reason: str, questions: Iterable[tuple[str, str]] = ()
) -> Referral:
    """Send a referral back with what is missing (T03). No statutory clock stops for it.

    `questions` are precise ones, each in words with the page of the form on which it is answered, or "".
    """
    referral = perform(
        referral,
        "return_to_referrer",
        by=by,
        reason=reason,
        words="Sent the referral back for more information",
    )
    ask_questions(referral, by=by, questions=questions)
    if referral.draft is not None:
        reopen_draft(referral.draft)
    clocks.checked(referral, by=by)
    telling.tell_referrer("referral_returned", referral, by=by, task="Answer what is asked and send it again")
    return referral


@transaction.atomic
def accept_referral(
    referral: Referral,
    *,
    by: User,
    pseudonym: str,
    incident_la: Agency,
    home_la: Agency,
    la_aware_at: dt.datetime,
    reason: str = "",
    on: dt.date,
) -> Referral:
    """Accept a referral (T07): the case gets its pseudonym, the areas and the awareness are confirmed, the
    sub-group, the partners, the independent chair and the notifier are let in, and the partners are asked about the criteria.

    While it is with the referrer for more information the business unit may go on without them, saying why.
    """
    if referral.state == ReferralState.RETURNED and not reason:
        raise TransitionRefused(["Say why you go on without the referrer’s answer."])
    case = _case_of(referral)
    _refuse_awareness(case, la_aware_at)
    refuse_pseudonym(case, pseudonym)
    case.pseudonym, case.incident_la, case.home_la = pseudonym, incident_la, home_la
    case.la_aware_at, case.partners_aware_at = la_aware_at, clock.now()
    case.save()
    referral = perform(referral, "accept", by=by, words=_acceptance(reason))
    case = perform(case, "accept", by=by, words=f"Accepted the referral; the case is called {pseudonym}")
    if referral.draft is not None:
        close_draft(referral.draft)
    clocks.start_from_awareness(case, by=by, because="triage put right when the local authority became aware")
    clocks.confirm_awareness(case, by=by)
    deaths.require_death_notices(case, by=by)
    clocks.checked(referral, by=by)
    clocks.start_discussion(case, by=by)
    clocks.partners_told(case, by=by)
    admit_standing(case, by=by, on=on, why="The referral was accepted")
    decision = open_criteria_decision(case, by=by, on=on)
    telling.tell(
        "referral_accepted",
        case,
        PARTNERS,
        by=by,
        about=decision,
        task="Give your view on the criteria",
        due=clocks.open_clock(case, clocks.NOTIFY),
    )
    telling.tell(
        "referral_possible_sin",
        case,
        frozenset({Role.SGC, Role.IC, Role.LAN}),
        by=by,
        about=case,
        due=clocks.open_clock(case, clocks.NOTIFY),
    )
    telling.tell_referrer("referral_status", referral, by=by)
    return referral


def _acceptance(reason: str) -> str:
    return (
        f"Accepted the referral without the referrer’s answer: {reason}"
        if reason
        else "Accepted the referral"
    )


def _refuse_awareness(case: Case, la_aware_at: dt.datetime) -> None:
    dates = rules.Dates(now=clock.now(), incident_from=case.incident_from, la_aware_at=la_aware_at)
    if problems := [f"{sentence}." for _, sentence in rules.impossible(dates)]:
        raise TransitionRefused(rules.distinct(problems))


@transaction.atomic
def mark_duplicate(
    referral: Referral,
    *,
    of: Case,
    by: User,
    reason: str,
    same_as: Mapping[ReferredChild, Subject | None],
    on: dt.date,
) -> Referral:
    """Join a referral to the case of the same incident (T05): the earliest times are kept, and every referrer.

    `of` is an open case of the same partnership that `by` may open. `same_as` says of each child of
    the referral which child of that case it is, None for another child of the same incident, who then joins the
    case. The referral's own case closes and points there; its clocks give way to that case's.
    """
    # Both in one order: of two people who join them either way round at once, one waits and is then refused.
    list(Case.objects.filter(pk__in=[referral.case_id, of.pk]).order_by("pk").select_for_update(no_key=True))
    case = _case_of(referral)
    of = _target(case, of, by=by)
    _refuse_mapping(referral, of, same_as)
    referral = perform(
        referral, "mark_duplicate", by=by, reason=reason, words=f"Joined with {of.reference}: {reason}"
    )
    perform(case, "mark_duplicate", by=by, of=of, words=f"Closed: the same incident as {of.reference}")
    _abandon_criteria(case, by=by, reason=f"Joined with {of.reference}")
    clocks.checked(referral, by=by)
    clocks.stop_all(case, reason=f"Joined with {of.reference}, whose clocks govern", by=by)
    deaths.drop_all(case, reason=f"Joined with {of.reference}", by=by)
    became = _move_children(referral, of, same_as) | _move_relatives(referral, of)
    QuestionAsked.objects.filter(referral=referral).update(case=of)
    if referral.draft is not None:
        close_draft(referral.draft)
    _keep_earliest(case, of, by=by)
    deaths.require_death_notices(of, by=by)
    audit.record(
        "referral_joined",
        by=by,
        case=of,
        about=referral,
        words=f"A second referral of the same incident was joined: {reason}",
    )
    Referral.objects.filter(pk=referral.pk).update(case=of)
    referral = Referral.objects.select_related("case", "agency", "referrer", "left_to").get(pk=referral.pk)
    _admit_to(of, referral, by=by, on=on)
    _bring_along(case, of, became, by=by, on=on)
    telling.tell_referrer("referral_joined", referral, by=by)
    return referral


def _target(case: Case, of: Case, *, by: User) -> Case:
    visible = Case.objects.visible_to(by, BUSINESS_UNIT).filter(partnership=case.partnership_id)
    target = visible.select_for_update(of=("self",), no_key=True).filter(pk=of.pk).first()
    if target is None or target.pk == case.pk:
        raise TransitionRefused(["Choose another case of this partnership."])
    if target.stage not in OPEN:
        raise TransitionRefused([f"{target.reference} is closed. Ask for it to be reopened first."])
    return target


def _refuse_mapping(referral: Referral, of: Case, same_as: Mapping[ReferredChild, Subject | None]) -> None:
    named = [subject.pk for subject in same_as.values() if subject is not None]
    if set(same_as) != set(referral.children.all()) or any(
        subject.case_id != of.pk for subject in same_as.values() if subject is not None
    ):
        raise TransitionRefused(["Say of each child whether they are already in the other case."])
    if len(named) != len(set(named)):
        raise TransitionRefused(["Two children of the referral cannot be the same child of the other case."])


def _move_children(
    referral: Referral, of: Case, same_as: Mapping[ReferredChild, Subject | None]
) -> dict[Any, Subject]:
    """The children of the referral in the other case; returns who became whom."""
    joined, became = False, {}
    for child, subject in same_as.items():
        before = child.subject_id
        if subject is None:
            subject, joined = copy_subject(child.subject, to=of), True  # noqa: PLW2901
        became[before] = subject
        ReferredChild.objects.filter(pk=child.pk).update(case=of, subject=subject)
    if joined:
        relabel(of)
    return became


def _move_relatives(referral: Referral, of: Case) -> dict[Any, Subject]:
    """The family named in the referral joins the other case: whoever is there already stays one person."""
    became = {}
    taken = set(ReferredRelative.objects.filter(referral=referral, case=of).values_list("subject", flat=True))
    for relative in referral.relatives.select_related("subject__person").order_by("subject__order"):
        subject = same_person_in(of, relative.subject, besides=taken) or copy_relative(relative, to=of)
        taken.add(subject.pk)
        became[relative.subject_id] = subject
        ReferredRelative.objects.filter(pk=relative.pk).update(case=of, subject=subject)
    return became


def _bring_along(case: Case, of: Case, became: Mapping[Any, Subject], *, by: User, on: dt.date) -> None:
    """What was joined with this case before goes with it, so that no referral is left behind in a closed case."""
    for other in Referral.objects.filter(case=case).select_related("agency", "referrer", "left_to"):
        for child in other.children.select_related("subject__person"):
            subject = became.get(child.subject_id) or copy_subject(child.subject, to=of)
            ReferredChild.objects.filter(pk=child.pk).update(case=of, subject=subject)
        for relative in other.relatives.select_related("subject__person"):
            subject = became.get(relative.subject_id) or copy_relative(relative, to=of)
            ReferredRelative.objects.filter(pk=relative.pk).update(case=of, subject=subject)
        QuestionAsked.objects.filter(referral=other).update(case=of)
        Referral.objects.filter(pk=other.pk).update(case=of)
        _admit_to(of, other, by=by, on=on)
    Case.objects.filter(duplicate_of=case).update(duplicate_of=of)


def _keep_earliest(case: Case, of: Case, *, by: User) -> None:
    """The other case keeps whichever time came first, and its clocks follow (domain §2.7)."""
    of.opened_at = min(of.opened_at, case.opened_at)
    told = [at for at in (of.first_told_at, case.first_told_at) if at]
    of.first_told_at = min(told) if told else None
    _begin_earlier(case, of)
    earlier = case.la_aware_at is not None and (of.la_aware_at is None or case.la_aware_at < of.la_aware_at)
    if earlier:
        of.la_aware_at = case.la_aware_at
    of.save()
    if earlier and of.stage in {Stage.SUBMITTED, Stage.SCREENING, Stage.AWAITING_SIN}:
        clocks.start_from_awareness(
            of, by=by, because="a second referral says the local authority became aware earlier"
        )


def _begin_earlier(case: Case, of: Case) -> None:
    """Where one referral knows of awareness before the day that the other gives, the incident began by its own day."""
    aware, first, own = case.la_aware_at, of.incident_from, case.incident_from
    if aware is None or first is None or own is None or own >= first:
        return
    if aware.astimezone(clock.LONDON).date() < first:
        of.incident_from, of.incident_until = own, of.incident_until or first
        of.incident_approximate = True


def _admit_to(of: Case, referral: Referral, *, by: User, on: dt.date) -> None:
    why = "Their agency referred the same incident"
    if referral.agency is not None:
        for role in sorted(AGENCY_LEADS):
            admit(of, role=role, agency=referral.agency, why=why, by=by, on=on)
    if referral.referrer is not None:
        admit(of, role=Role.REFERRER, user=referral.referrer, why="Referred the same incident", by=by, on=on)
    if referral.left_to is not None:
        admit(of, role=Role.REFERRER, user=referral.left_to, why="It was left to them", by=by, on=on)


@transaction.atomic
def ask_to_withdraw(referral: Referral, *, by: User, reason: str, asked_by: str = "") -> Referral:
    """Ask for a referral to be withdrawn (T06); the business unit and the sub-group chair decide.

    The referrer, or their agency's lead, asks themself; the business unit records who asked it by other means.
    """
    referral = (
        Referral.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case")
        .get(pk=referral.pk)
    )
    if referral.case is None or referral.has_ended:
        raise TransitionRefused(["There is nothing to withdraw any more."])
    if is_business_unit_of(by, referral.partnership_id):
        if not asked_by:
            raise TransitionRefused(["Say who asked for it to be withdrawn."])
    elif not Referral.objects.visible_to(by).filter(pk=referral.pk).exists():
        raise TransitionRefused(["Only the referrer can ask for this."])
    referral.withdrawal_asked_at, referral.withdrawal_reason = clock.now(), reason
    referral.withdrawal_asked_by = asked_by or by.name
    referral.save()
    audit.record(
        "withdrawal_asked",
        by=by,
        case=referral.case,
        about=referral,
        words=f"{referral.withdrawal_asked_by} asked for the referral to be withdrawn",
        reason=reason,
    )
    telling.tell(
        "referral_withdrawal_asked",
        referral.case,
        BUSINESS_UNIT,
        by=by,
        about=referral,
        task="Decide whether it is withdrawn",
    )
    return referral


@transaction.atomic
def withdraw_referral(referral: Referral, *, by: User, reason: str, agreed_by: User) -> Referral:
    """Close a referral as withdrawn (T06), agreed with the sub-group chair; refused once a partner has said
    the criteria are met. The local authority's own clock goes on: a withdrawal does not end its duty."""
    case = _case_of(referral)
    chairs = Membership.objects.current().filter(partnership=case.partnership_id, role=Role.SGC)
    if not chairs.filter(user=agreed_by).exists():
        raise TransitionRefused(["Name the sub-group chair who agreed."])
    referral = perform(
        referral,
        "withdraw",
        by=by,
        reason=reason,
        agreed_by=agreed_by,
        words=f"Closed as withdrawn, agreed with {agreed_by}: {reason}",
    )
    case = perform(case, "withdraw", by=by, words="Closed: the referral was withdrawn")
    _abandon_criteria(case, by=by, reason="The referral was withdrawn")
    clocks.stop(case, clocks.DISCUSS, clocks.WRITE, reason="The referral was withdrawn", by=by)
    clocks.checked(referral, by=by)
    telling.tell("referral_withdrawn", case, PARTNERS | BUSINESS_UNIT, by=by, about=referral)
    telling.tell_referrer("referral_status", referral, by=by)
    return referral


@transaction.atomic
def transfer_referral(
    referral: Referral,
    *,
    by: User,
    to: str,
    acknowledged_by: str,
    acknowledged_on: dt.date,
    sent_at: dt.datetime,
    package: str,
    how: How = How.EMAIL,
    reason: str,
) -> Referral:
    """Pass a case to the area where it happened, once that area has acknowledged it (T08)."""
    case = _case_of(referral)
    referral = perform(
        referral,
        "transfer",
        by=by,
        to=to,
        acknowledged_by=acknowledged_by,
        acknowledged_on=acknowledged_on,
        reason=reason,
        words=f"Passed to {to}, acknowledged by {acknowledged_by}: {reason}",
    )
    case = perform(case, "transfer", by=by, words=f"Closed: passed to {to}")
    correspondence.record_notice(
        case,
        to=Recipient.OTHER_PARTNERSHIP,
        other_name=to,
        subject=NoticeSubject.OTHER,
        sent_at=sent_at,
        how=how,
        by=by,
        words=package,
    )
    _abandon_criteria(case, by=by, reason=f"Passed to {to}")
    clocks.checked(referral, by=by)
    clocks.stop_all(case, reason=f"Passed to {to}, which owes it", by=by)
    deaths.drop_all(case, reason=f"Passed to {to}", by=by)
    telling.tell("referral_transferred", case, PARTNERS | BUSINESS_UNIT | {Role.LAN}, by=by, about=referral)
    telling.tell_referrer("referral_status", referral, by=by)
    return referral


@transaction.atomic
def acknowledge_referral(referral: Referral, *, by: User, told_at: dt.datetime) -> Referral:
    """Record that whoever referred by telephone or letter was told that it arrived (DL-04)."""
    if not is_business_unit_of(by, referral.partnership_id) or referral.case is None:
        raise TransitionRefused(["Only the business unit records this."])
    if not clocks.waits_to_be_acknowledged(referral):
        raise TransitionRefused(["The referral was acknowledged already."])
    if told_at > clock.now():
        raise TransitionRefused(["The time they were told must be now or in the past."])
    clocks.acknowledged(referral, at=told_at, by=by)
    audit.record(
        "referral_acknowledged",
        by=by,
        case=referral.case,
        about=referral,
        words="The referrer was told that the referral arrived",
        told_at=told_at,
    )
    return referral


@transaction.atomic
def record_written_confirmation(referral: Referral, *, by: User, received_at: dt.datetime) -> Referral:
    """Record that a referral given by word of mouth was confirmed on paper, ending its 48 hours (DL-03)."""
    if not is_business_unit_of(by, referral.partnership_id) or referral.case is None:
        raise TransitionRefused(["Only the business unit records this."])
    if clocks.open_clock(referral.case, clocks.WRITE) is None:
        raise TransitionRefused(["No written confirmation is waited for."])
    if received_at > clock.now():
        raise TransitionRefused(["The time it was received must be now or in the past."])
    deadlines.meet(clocks.WRITE, case=referral.case, at=received_at, by=by)
    audit.record(
        "confirmed_in_writing",
        by=by,
        case=referral.case,
        about=referral,
        words="The referral was confirmed in writing",
        received_at=received_at,
    )
    return referral


def _case_of(referral: Referral) -> Case:
    if referral.case_id is None:
        raise TransitionRefused(["The referral has not been sent yet."])
    return (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("partnership")
        .get(pk=referral.case_id)
    )


def _abandon_criteria(case: Case, *, by: User, reason: str) -> None:
    if decision := pending_criteria(case):
        decisions.abandon_decision(decision, by=by, reason=reason)
