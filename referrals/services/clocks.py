"""The clocks that the referral and the notification start, correct and stop (domain §3.3)."""

from __future__ import annotations

import datetime as dt
from typing import Final

from accounts.models import Agency, User
from accounts.settings_choices import RapidReviewAnchor, StatutoryPartner
from casework.models import Case, Stage
from deadlines import services as deadlines
from deadlines.models import Deadline
from lcspr import clock
from referrals.models import Referral

NOTIFY: Final = "DL-01"
TELL_PARTNERS: Final = "DL-02"
WRITE: Final = "DL-03"
DISCUSS: Final = "DL-05"
RAPID_REVIEW: Final = "DL-10"

FROM_AWARENESS: Final = (NOTIFY, TELL_PARTNERS)
# Where a case waits for a notification on new information, and an earlier one may have been sent long ago.
NEWLY_AWARE: Final = frozenset({Stage.AWAITING_SIN, Stage.ALTERNATIVE_REVIEW})
BEFORE_NOTIFICATION: Final = (NOTIFY, TELL_PARTNERS, WRITE, DISCUSS)


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


def start_from_awareness(case: Case, *, by: User, because: str) -> None:
    """Start the notification's clocks as soon as anyone records the awareness, or correct those that run.

    Provisional until triage confirms it: the clock is never hidden (architecture §6). One that was met stays,
    unless the authority has become aware anew since (T45).
    """
    assert case.la_aware_at is not None
    for code in FROM_AWARENESS:
        running = open_clock(case, code)
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


def start_discussion(case: Case, *, by: User) -> None:
    """Start the partners' time to discuss the criteria, from the acceptance (T07)."""
    deadlines.start(
        DISCUSS, case=case, trigger_at=clock.now(), because="when the referral was accepted", by=by
    )


def partners_told(case: Case, *, by: User) -> None:
    """The partners here were told; where another area is concerned, its partnership must be told as well first."""
    if not lives_elsewhere(case):
        deadlines.meet(TELL_PARTNERS, case=case, at=clock.now(), by=by)


def lives_elsewhere(case: Case) -> bool:
    """Whether the child's home is in another area than the one that notifies."""
    owes = authority_that_owes(case)
    return case.home_la is not None and owes is not None and case.home_la != owes


def discussed(case: Case, *, by: User) -> None:
    """The partners have decided on the criteria."""
    deadlines.meet(DISCUSS, case=case, at=clock.now(), by=by)


def sent(case: Case, *, sent_at: dt.datetime, by: User, lateness_reason: str = "") -> None:
    """The notification was sent: its own clocks are met, or met late, and the rapid review's begins.

    DL-10 runs from the anchor the partnership chose (domain §0.3.5).
    """
    deadlines.meet(NOTIFY, case=case, at=sent_at, by=by, lateness_reason=lateness_reason)
    deadlines.meet(TELL_PARTNERS, case=case, at=clock.now(), by=by, lateness_reason=lateness_reason)
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
    stop(case, *BEFORE_NOTIFICATION, RAPID_REVIEW, reason=reason, by=by)


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
