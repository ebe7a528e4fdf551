"""Beginning a referral, leaving it to a colleague, having it endorsed, and giving it up before it is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Agency, Membership, Partnership, User
from accounts.roles import Role
from accounts.settings_choices import ReferralSource
from casework import audit
from casework.drafts import begin_draft, empty_draft
from casework.models import Case
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from correspondence import services as correspondence
from lcspr import clock
from referrals.answers import FORM, QUESTION_SET
from referrals.models import Channel, LeadView, Referral, ReferralState
from referrals.models.referral import WRITABLE
from referrals.permissions import AGENCY_LEADS, endorses, source_of, ways_in, writes_in

# An accepted referral is the partners' to judge; what its agency's lead thinks of it no longer changes anything.
_STILL_ENDORSED = frozenset({ReferralState.DRAFT, ReferralState.RETURNED, ReferralState.SUBMITTED})

_WHO = ("referrer_name", "referrer_job_title", "referrer_phone", "referrer_email")


@transaction.atomic
def begin_referral(
    partnership: Partnership,
    *,
    by: User,
    agency: Agency | None = None,
    source: ReferralSource | None = None,
    channel: Channel = Channel.SYSTEM,
    referrer_name: str = "",
    referrer_job_title: str = "",
    referrer_phone: str = "",
    referrer_email: str = "",
    from_body: str = "",
    first_told_at: dt.datetime | None = None,
    case: Case | None = None,
    known: Mapping[str, str] | None = None,
) -> Referral:
    """Begin a referral (T01): one's own agency's, or, as the business unit, on somebody's behalf.

    Who refers is known by then and stands among the answers: nobody is asked for it a second time.
    On somebody's behalf needs who told it and how; a source the partnership has not opened is refused, and
    a person from whom it takes no referrals gets PermissionDenied. `case` is given only when one was born of
    an oral notice already; `known` are answers that are known beside who refers.
    """
    on_behalf = _on_behalf(by, partnership, agency)
    if not on_behalf:
        assert agency is not None
        source, channel = source_of(agency, partnership), Channel.SYSTEM
    source = source or ReferralSource.AGENCY
    _refuse_unfit(
        partnership, source, agency, on_behalf=on_behalf, referrer_name=referrer_name, from_body=from_body
    )
    referral = Referral.objects.create(
        partnership=partnership,
        case=case,
        agency=agency,
        source=source,
        channel=channel,
        on_behalf=on_behalf,
        referrer=None if on_behalf else by,
        begun_by=by,
        referrer_name=referrer_name or ("" if on_behalf else by.name),
        referrer_job_title=referrer_job_title or ("" if on_behalf else by.job_title),
        referrer_phone=referrer_phone or ("" if on_behalf else by.phone),
        referrer_email=referrer_email or ("" if on_behalf else by.email),
        from_body=from_body,
        first_told_at=first_told_at,
    )
    answers = {name: getattr(referral, name) for name in _WHO} | dict(known or {})
    referral.draft = begin_draft(
        FORM,
        partnership=partnership,
        by=by,
        agency=agency,
        about=referral,
        question_set=QUESTION_SET,
        answers={name: value for name, value in answers.items() if value},
    )
    referral.save(update_fields=["draft"])
    audit.record("referral_begun", by=by, case=case, about=referral, words="Began a referral")
    return referral


def _on_behalf(by: User, partnership: Partnership, agency: Agency | None) -> bool:
    """Whether `by` enters it for somebody else; raises PermissionDenied when they may do neither."""
    ways = [way for way in ways_in(by) if way.partnership.pk == partnership.pk]
    if any(not way.on_behalf and agency is not None and way.agency == agency for way in ways):
        return False
    if any(way.on_behalf for way in ways):
        return True
    raise PermissionDenied


def _refuse_unfit(
    partnership: Partnership,
    source: ReferralSource,
    agency: Agency | None,
    *,
    on_behalf: bool,
    referrer_name: str,
    from_body: str,
) -> None:
    reasons = []
    if source not in partnership.sources_enabled:
        reasons.append("This partnership does not take referrals from there.")
    if on_behalf and source in {ReferralSource.AGENCY, ReferralSource.CDOP} and agency is None:
        reasons.append("Say which agency it comes from.")
    if on_behalf and source in {ReferralSource.AGENCY, ReferralSource.CDOP} and not referrer_name:
        reasons.append("Say who is referring.")
    if (
        source in {ReferralSource.COURT, ReferralSource.INQUIRY, ReferralSource.OTHER_PARTNERSHIP}
        and not from_body
    ):
        reasons.append("Say which court, inquiry or partnership it comes from.")
    if agency is not None and not partnership.members.current().filter(agency=agency).exists():
        reasons.append("This agency does not work with the partnership.")
    if reasons:
        raise TransitionRefused(reasons)


@transaction.atomic
def discard_referral(referral: Referral, *, by: User) -> Referral:
    """Throw away a draft that was never sent, with everything typed into it (T06)."""
    referral = perform(referral, "discard", by=by, words="Threw the draft referral away")
    if referral.draft is not None:
        empty_draft(referral.draft)
    return referral


def colleagues(referral: Referral) -> list[User]:
    """Everybody of the referral's own agency to whom it can be left."""
    memberships = Membership.objects.current().filter(
        agency=referral.agency,
        partnership=referral.partnership,
        role__in=AGENCY_LEADS | {Role.REFERRER},
        user__is_active=True,
    )
    people = {each.user for each in memberships.select_related("user")} - {referral.referrer}
    return sorted(people, key=str)


@transaction.atomic
def leave_to_colleague(referral: Referral, *, colleague: User, by: User) -> Referral:
    """Leave a referral to a colleague of the same agency, who may go on with it; the referrer still may as well."""
    referral = _held(referral, WRITABLE)
    if not writes_in(referral, by):
        raise PermissionDenied
    if referral.agency is None or colleague not in colleagues(referral):
        raise TransitionRefused(["Choose somebody of the same agency who may refer."])
    referral.left_to = colleague
    referral.save(update_fields=["left_to"])
    audit.record(
        "referral_left",
        by=by,
        case=referral.case,
        about=referral,
        words=f"Left the referral to {colleague} to go on with",
    )
    correspondence.queue("referral_left", to=[colleague], by=by, about=referral)
    return referral


def leads_of(referral: Referral) -> list[User]:
    """The leads and representatives of the referral's agency."""
    memberships = Membership.objects.current().filter(
        agency=referral.agency, partnership=referral.partnership, role__in=AGENCY_LEADS, user__is_active=True
    )
    people = {each.user for each in memberships.select_related("user")} - {referral.referrer}
    return sorted(people, key=str) if referral.agency else []


@transaction.atomic
def ask_for_endorsement(referral: Referral, *, by: User) -> Referral:
    """Ask the agency's lead or representative to read a referral and say what they think, or to send it."""
    referral = _held(referral, WRITABLE)
    if not writes_in(referral, by):
        raise PermissionDenied
    leads = [each for each in leads_of(referral) if each != by]
    if not leads:
        raise TransitionRefused(
            ["Nobody who leads on safeguarding in your agency has an account. Ring the business unit."]
        )
    referral.endorsement_asked_at = clock.now()
    referral.save(update_fields=["endorsement_asked_at"])
    names = ", ".join(str(each) for each in leads)
    audit.record(
        "endorsement_asked",
        by=by,
        case=referral.case,
        about=referral,
        words=f"Asked {names} to read the referral",
    )
    correspondence.queue("referral_endorse", to=leads, by=by, about=referral)
    return referral


@transaction.atomic
def endorse_referral(referral: Referral, *, view: LeadView, note: str = "", by: User) -> Referral:
    """Say at one's own sign-in what one thinks of a referral of the agency one leads; nothing is typed again.

    It holds for the answers as they stand: `changed_since_endorsed` says when somebody wrote in it afterwards.
    """
    referral = _held(referral, _STILL_ENDORSED)
    if not endorses(referral, by):
        raise PermissionDenied
    referral.endorsement, referral.endorsement_note = view, note
    referral.endorsed_by, referral.endorsed_at = by, clock.now()
    referral.endorsed_version = referral.draft.version if referral.draft else 0
    referral.save()
    audit.record(
        "referral_endorsed",
        by=by,
        case=referral.case,
        about=referral,
        words=f"Read the referral: {LeadView(view).label.lower()}",
    )
    return referral


def _held(referral: Referral, states: frozenset[ReferralState]) -> Referral:
    """The referral, locked, if it is still in one of these states."""
    related = ("case", "draft", "agency", "partnership", "referrer")
    referral = (
        Referral.objects.select_for_update(of=("self",), no_key=True)
        .select_related(*related)
        .get(pk=referral.pk)
    )
    if referral.state not in states:
        raise MovedOn(referral, last_event(referral))
    return referral
