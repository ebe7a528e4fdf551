"""The clocks that the referral and the notification start, correct and stop (domain §3.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

from accounts.models import Agency, User
from accounts.settings_choices import RapidReviewAnchor, StatutoryPartner
from casework import audit
from casework.models import Case, Part, Stage
from correspondence.models import Notice, NoticeSubject
from deadlines import services as deadlines
from deadlines.models import Deadline
from lcspr import clock
from referrals import rules
from referrals.models import AbuseOrNeglect, Referral, ReferralState, kind_owed

NOTIFY: Final = "DL-01"
TELL_PARTNERS: Final = "DL-02"
WRITE: Final = "DL-03"
ACKNOWLEDGE: Final = "DL-04"
CHECK: Final = "DL-04c"
DISCUSS: Final = "DL-05"
LETTERS: Final = "DL-06"
MEETING: Final = "DL-08"
SIGN_OFF: Final = "DL-09"
RAPID_REVIEW: Final = "DL-10"

FROM_AWARENESS: Final = (NOTIFY, TELL_PARTNERS)
# Where a case waits for a notification on new information, and an earlier one may have been sent long ago.
NEWLY_AWARE: Final = frozenset({Stage.AWAITING_SIN, Stage.ALTERNATIVE_REVIEW})
BEFORE_NOTIFICATION: Final = (NOTIFY, TELL_PARTNERS, WRITE, DISCUSS)
# What the sending starts beside the rapid review's own fifteen working days (T10).
ON_THE_WAY: Final = (LETTERS, MEETING, SIGN_OFF)
FROM_SENDING: Final = (*ON_THE_WAY, RAPID_REVIEW)


def open_clock(case: Case, code: str) -> Deadline | None:
    """The clock of this kind that runs in the case now."""
    return Deadline.objects.of(case).open().filter(code=code).select_related("rule").first()


def authority_that_owes(case: Case) -> Agency | None:
    """The local authority that must notify: where it happened, or, outside England, where the child normally
    lives (Children Act 2004 s16C); the partnership's own while neither is known."""
    named = case.home_la if case.outside_england else case.incident_la or case.home_la
    if named is not None:
        return named
    own = (
        case.partnership.members.current()
        .filter(statutory=StatutoryPartner.LA)
        .select_related("agency")
        .first()
    )
    return own.agency if own else None


def start_from_awareness(case: Case, *, by: User, because: str, suspected: bool = False) -> None:
    """Start the notification's clocks as soon as anyone records the awareness, or correct those that run.

    Provisional until triage confirms it: the clock is never hidden (architecture §6). One that was met stays,
    unless the authority has become aware anew since (T45). Where the death of a looked-after child or a care leaver is
    all that is known, they begin when abuse or neglect comes to be suspected, which `suspected` says.
    """
    assert case.la_aware_at is not None
    owed = suspected or may_be_a_serious_incident(case)
    for code in FROM_AWARENESS:
        running = open_clock(case, code)
        if running is None and not owed:
            # Aware of a death that is notified whatever its cause, not of abuse or neglect (AC-16).
            continue
        if running is not None:
            if running.trigger_at != case.la_aware_at:
                deadlines.correct_trigger(
                    running, trigger_at=case.la_aware_at, reason=_sentence(because), by=by
                )
        elif not _met_since(case, code):
            deadlines.start(
                code,
                case=case,
                trigger_at=case.la_aware_at,
                because="when the local authority became aware",
                by=by,
                owed_agency=authority_that_owes(case),
            )
        _owed_by(case, code)


def start_when_found_met(case: Case, *, on: dt.date, by: User) -> None:
    """Start the notification's clocks for a death that was first notified without suspicion, from the day `on` which
    the local authority's view was given: then it was aware of the abuse or neglect at the latest (AC-16)."""
    if may_be_a_serious_incident(case) or Deadline.objects.of(case).filter(code=NOTIFY).exists():
        return
    at = clock.on_the_day(on)
    case.la_aware_at = max(at, case.la_aware_at) if case.la_aware_at else at
    case.save(update_fields=["la_aware_at"])
    because = "the local authority came to hold that abuse or neglect is suspected"
    start_from_awareness(case, by=by, because=because, suspected=True)


def may_be_a_serious_incident(case: Case) -> bool:
    """Whether what is known may call for a serious incident notification.

    Always, unless a notice of a death is what is owed, and of a child nobody suspects abuse or neglect, or it happened
    to nobody under 18 (domain §2.5.14 and 15).
    """
    children = list(case.subjects.filter(part=Part.CHILD).select_related("person"))
    if not any(kind_owed(child) for child in children):
        return True
    sent = case.referrals.exclude(state=ReferralState.DRAFT)
    suspected = sent.exclude(abuse_or_neglect=AbuseOrNeglect.NOT_SUSPECTED).exists() or not sent.exists()
    ages = [
        rules.age_on(child.person.born_on, child.person.died_on or case.incident_from or clock.today())
        for child in children
    ]
    return rules.may_be_a_serious_incident(abuse_suspected=suspected, ages=ages)


def _met_since(case: Case, code: str) -> bool:
    """Whether the clock of this awareness, or of a later one, was met."""
    met = Deadline.objects.of(case).filter(code=code, met_at__isnull=False)
    return met.filter(trigger_at__gte=case.la_aware_at).exists() or (
        case.stage not in NEWLY_AWARE and met.exists()
    )


def _owed_by(case: Case, code: str) -> None:
    """The area named at triage may be another than the referral said: the duty goes with it."""
    owes = authority_that_owes(case)
    Deadline.objects.of(case).open().filter(code=code).exclude(owed_agency=owes).update(owed_agency=owes)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def confirm_awareness(case: Case, *, by: User) -> None:
    """Triage has confirmed when the local authority became aware: the clocks are no longer provisional."""
    for code in FROM_AWARENESS:
        deadlines.confirm_trigger(code, case=case, by=by)


def start_writing(referral: Referral, *, by: User) -> None:
    """Start the hours within which an oral notice is confirmed in writing, where the partnership runs them."""
    case = referral.case
    assert case is not None
    assert referral.first_told_at is not None
    if case.partnership.written_within_hours is None or Deadline.objects.of(case).filter(code=WRITE).exists():
        return
    deadlines.start(
        WRITE,
        case=case,
        trigger_at=referral.first_told_at,
        because="when the business unit was first told",
        by=by,
        owed_agency=referral.agency,
    )


def confirmed_in_writing(case: Case, *, at: dt.datetime, by: User) -> None:
    """The written referral came: met, or met late."""
    deadlines.meet(WRITE, case=case, at=at, by=by)


def received(referral: Referral, *, by: User, acknowledged: bool) -> None:
    """Start the time to acknowledge a referral and to check it (DL-04), from its sending.

    `acknowledged` says that the receipt went to the referrer by itself, which ends the first at once.
    """
    case = referral.case
    assert case is not None
    for code in (ACKNOWLEDGE, CHECK):
        deadlines.start(
            code,
            case=case,
            trigger_at=clock.now(),
            because="when the referral was sent"
            if referral.version == 1
            else "when the referral was sent again",
            by=by,
            about=referral,
        )
    if acknowledged:
        deadlines.meet(ACKNOWLEDGE, case=case, at=clock.now(), by=by, about=referral)


def acknowledged(referral: Referral, *, at: dt.datetime, by: User) -> None:
    """The referrer was told that the referral arrived."""
    assert referral.case is not None
    deadlines.meet(ACKNOWLEDGE, case=referral.case, at=at, by=by, about=referral)


def waits_to_be_acknowledged(referral: Referral) -> bool:
    """Whether the referrer is still to be told that the referral arrived."""
    assert referral.case is not None
    running = Deadline.objects.of(referral.case).open()
    return running.filter(code=ACKNOWLEDGE, about=audit.label_of(referral)).exists()


def checked(referral: Referral, *, by: User) -> None:
    """The business unit has checked the referral: it was accepted, sent back, or found to end here."""
    assert referral.case is not None
    deadlines.meet(CHECK, case=referral.case, at=clock.now(), by=by, about=referral)


def check_again(referral: Referral, *, by: User) -> None:
    """The acceptance was recorded in error: the referral waits to be checked."""
    assert referral.case is not None
    reason = "The acceptance was recorded in error"
    deadlines.reopen(CHECK, case=referral.case, reason=reason, by=by, about=referral)


def start_discussion(case: Case, *, by: User) -> None:
    """Start the partners' time to discuss the criteria, from the acceptance (T07)."""
    deadlines.start(
        DISCUSS, case=case, trigger_at=clock.now(), because="when the referral was accepted", by=by
    )


def partners_told(case: Case, *, by: User, lateness_reason: str = "") -> None:
    """The partners here were told; where another area is concerned, its partnership must be told as well first."""
    if other_area_told(case):
        deadlines.meet(TELL_PARTNERS, case=case, at=clock.now(), by=by, lateness_reason=lateness_reason)


def other_area_told(case: Case) -> bool:
    """Whether the other area's partnership has been told, or no other area is concerned."""
    told = Notice.objects.of(case, NoticeSubject.OTHER_AREA)
    return not lives_elsewhere(case) or told.exists()


def lives_elsewhere(case: Case) -> bool:
    """Whether the child's home is in another area than the one that notifies."""
    owes = authority_that_owes(case)
    return case.home_la is not None and owes is not None and case.home_la != owes


def discussed(case: Case, *, by: User) -> None:
    """The partners have decided on the criteria."""
    deadlines.meet(DISCUSS, case=case, at=clock.now(), by=by)


def sent(
    case: Case,
    *,
    sent_at: dt.datetime,
    by: User,
    lateness_reason: str = "",
    on_the_way: Collection[str] = ON_THE_WAY,
) -> None:
    """The notification was sent: its own clocks are met, or met late, and the rapid review's begins.

    DL-10 runs from the anchor the partnership chose (domain §0.3.5). `on_the_way` names the local clocks that start with
    it: none for a case brought in under way, whose letters and meeting may lie behind it.
    """
    deadlines.meet(NOTIFY, case=case, at=sent_at, by=by, lateness_reason=lateness_reason)
    partners_told(case, by=by, lateness_reason=lateness_reason)
    for code in on_the_way:
        deadlines.start(code, case=case, trigger_at=sent_at, because="when the notification was sent", by=by)
    anchored = case.partnership.rr_anchor == RapidReviewAnchor.PARTNERS_AWARE
    told = case.partners_aware_at if anchored else None
    deadlines.start(
        RAPID_REVIEW,
        case=case,
        trigger_at=told or sent_at,
        because="when the partners became aware" if told else "when the notification was sent",
        by=by,
    )


def stop(case: Case, *codes: str, reason: str, by: User) -> None:
    """Cancel the clocks of these kinds that still run."""
    for code in codes:
        deadlines.cancel(code, case=case, reason=reason, by=by)


def stop_all(case: Case, *, reason: str, by: User) -> None:
    """Cancel every clock that still runs for the case itself."""
    stop(case, *BEFORE_NOTIFICATION, *FROM_SENDING, reason=reason, by=by)
    for running in Deadline.objects.of(case).open().filter(code__in=(ACKNOWLEDGE, CHECK)):
        about = Referral.objects.get(pk=running.about.partition(":")[2])
        deadlines.cancel(running.code, case=case, reason=reason, by=by, about=about)


def not_owed(case: Case, *codes: str, reason: str, by: User) -> None:
    """Record that the clocks of these kinds do not apply after all."""
    for code in codes:
        deadlines.not_applicable(code, case=case, reason=reason, by=by)


def reopen(case: Case, *codes: str, reason: str, by: User) -> None:
    """Let clocks ended by an act recorded in error run again, from their own trigger."""
    for code in codes:
        deadlines.reopen(code, case=case, reason=reason, by=by)


def make_provisional(case: Case) -> None:
    """What triage confirmed is taken back: the beginning is again only what somebody said."""
    Deadline.objects.of(case).open().filter(code__in=FROM_AWARENESS).update(provisional_trigger=True)
