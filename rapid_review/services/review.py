"""The rapid review from the notification to the National Panel."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Max

import correspondence.services
import deadlines.services
import decisions.services
import referrals.services
from accounts.access_table import Thing
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, SUB_GROUP, Role
from casework import audit
from casework.files import store_document
from casework.models import Case, Event, TakingBack
from casework.permissions import holders, roles_in
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from correspondence.models import How, NoticeSubject, Recipient
from deadlines.models import Deadline
from deadlines.rules.london import london_date
from decisions.kinds import DecisionKind, RapidReviewOutcome
from decisions.models import Decision
from decisions.models.decision import PENDING
from lcspr import clock
from rapid_review.models import AgencyRequest, Purpose, RapidReview, RapidReviewState
from rapid_review.models.requests import OUTSTANDING
from referrals.models import SeriousIncidentNotification

REPORT_FIELDS = (
    "meeting_on",
    "attendance",
    "la_present",
    "icb_present",
    "police_present",
    *(purpose.value for purpose in Purpose),
)


@transaction.atomic
def open_rapid_review(notification: SeriousIncidentNotification, *, by: User, **sent: Any) -> RapidReview:
    """Record that the notification was sent (T10) and open the rapid review it requires.

    `sent` is what referrals.services.record_notification_sent takes; it starts the fifteen working days (DL-10).
    """
    notification = referrals.services.record_notification_sent(notification, by=by, **sent)
    return begin_rapid_review(notification.case, by=by)


@transaction.atomic
def begin_rapid_review(case: Case, *, by: User) -> RapidReview:
    """Open the next round of the rapid review of a case whose notification was sent."""
    last = RapidReview.objects.filter(case=case).aggregate(last=Max("round"))["last"] or 0
    review = RapidReview.objects.create(case=case, round=last + 1)
    audit.record("rapid_review_opened", by=by, case=case, about=review, words="Opened the rapid review")
    return review


@transaction.atomic
def accept_gaps(review: RapidReview, *, reason: str, by: User) -> RapidReview:
    """Let the analysis begin without some returns, naming why; the sub-group chair's act (T14)."""
    review = RapidReview.objects.select_for_update(no_key=True).get(pk=review.pk)
    if Role.SGC not in roles_in(by, review.case):
        raise TransitionRefused(["Only the sub-group chair can go on without an agency’s information."])
    missing = [request.agency.name for request in review.requests.outstanding().select_related("agency")]
    review.gaps_accepted, review.gaps_reason = True, reason
    review.save(update_fields=["gaps_accepted", "gaps_reason"])
    audit.record(
        "gaps_accepted",
        by=by,
        case=review.case,
        about=review,
        words=f"Accepted going on without: {', '.join(missing) or 'nobody'}",
        reason=reason,
    )
    return review


@transaction.atomic
def finish_gathering(review: RapidReview, *, by: User, at: dt.datetime) -> RapidReview:
    """End the gathering (T14); what was not returned is named as a gap and its clock ends."""
    review = perform(review, "finish_gathering", by=by, words="Finished gathering information")
    for request in review.requests.outstanding():
        perform(
            request,
            "waive",
            by=by,
            reason=review.gaps_reason,
            words=f"Went on without the information of {request.agency}",
        )
        deadlines.services.cancel("DL-07", case=review.case, reason=review.gaps_reason, by=by, about=request)
    perform(review.case, "finish_gathering", by=by)
    return review


@transaction.atomic
def write_report(
    review: RapidReview, *, version: int, by: User, report_file: File[Any] | None = None, **sections: Any
) -> RapidReview:
    """Keep the meeting and the sections of the report, if nobody saved since `version`.

    Raises MovedOn when a colleague did; nothing of the loser's is kept.
    """
    review = RapidReview.objects.select_for_update(no_key=True).get(pk=review.pk)
    if review.state not in {RapidReviewState.GATHERING, RapidReviewState.ANALYSIS}:
        raise MovedOn(review, last_event(review))
    if review.report_version != version:
        raise MovedOn(review, last_event(review))
    for name in REPORT_FIELDS:
        if name in sections:
            setattr(review, name, sections[name])
    review.report_version += 1
    if report_file is not None:
        review.report_file = store_document(
            review.case, report_file, by=by, title="Rapid review report", thing=Thing.RR_REPORT
        )
    review.save(update_fields=[*REPORT_FIELDS, "report_version", "report_file"])
    _meeting_held(review, by=by)
    audit.record(
        "report_written", by=by, case=review.case, about=review, words="Wrote the rapid review report"
    )
    return review


def _meeting_held(review: RapidReview, *, by: User) -> None:
    """The meeting's own clock ends on the day it was held, once the report says which (DL-08)."""
    running = Deadline.objects.of(review.case).open().filter(code="DL-08").first()
    held_on = review.meeting_on
    if (
        running is None
        or held_on is None
        or not (london_date(running.trigger_at) <= held_on <= clock.today())
    ):
        return
    deadlines.services.meet("DL-08", case=review.case, at=clock.on_the_day(held_on), by=by)


def _signed_off(review: RapidReview, *, at: dt.datetime, by: User) -> None:
    """The partners' own clock ends on the day they decided (DL-09), or when it is sent stating their split."""
    decided_on = review.decision.decided_on if review.decision else None
    running = Deadline.objects.of(review.case).open().filter(code="DL-09").first()
    if running is not None:
        decided = clock.on_the_day(decided_on) if decided_on else at
        deadlines.services.meet("DL-09", case=review.case, at=max(decided, running.trigger_at), by=by)


@transaction.atomic
def put_to_partners(review: RapidReview, *, by: User, on: dt.date) -> RapidReview:
    """Put the finished report to the three partners (T15) and open their decision."""
    case = review.case
    asked_before = review.decision is not None and review.decision.state in PENDING
    decision = (
        review.decision
        if asked_before
        else decisions.services.open_decision(
            case, kind=DecisionKind.RAPID_REVIEW, by=by, on=on, about=review
        )
    )
    review = perform(
        review, "put_to_partners", by=by, decision=decision, words="Put the rapid review to the partners"
    )
    perform(case, "put_to_partners", by=by)
    correspondence.services.queue(
        "rapid_review_ready",
        case=case,
        to=holders(case, PARTNERS | {Role.IC, Role.SGC}),
        by=by,
        about=review,
        task="Give your view on what follows the rapid review",
    )
    return review


@transaction.atomic
def ask_for_rework(review: RapidReview, *, reason: str, by: User, on: dt.date) -> RapidReview:
    """Send the rapid review back for more work (T16); the views are given anew."""
    if review.decision is not None and review.decision.state in PENDING:
        decisions.services.send_back(review.decision, by=by, reason=reason, on=on)
    review = perform(
        review, "ask_for_rework", by=by, reason=reason, words="Asked for the rapid review to be reworked"
    )
    perform(review.case, "ask_for_rework", by=by)
    correspondence.services.queue(
        "rapid_review_rework",
        case=review.case,
        to=holders(review.case, BUSINESS_UNIT | {Role.SGC}),
        by=by,
        about=review,
        task="Rework the rapid review",
    )
    return review


@transaction.atomic
def send_rapid_review(
    review: RapidReview,
    *,
    sent_at: dt.datetime,
    sent_to: str,
    copy: File[Any] | None,
    by: User,
    lateness_reason: str = "",
) -> RapidReview:
    """Record that the rapid review was sent to the National Panel (T17).

    It goes in time even while the lead safeguarding partners have not settled a dispute; the record of what was sent
    then says how the partners are split (T18). Stops DL-10; starts DL-11; where a review was decided, starts its six months (DL-14) and the notices
    that it starts (DL-15) on the day of the decision, which do not wait for the Panel's letter (§2.3a).
    """
    split = decisions.services.split_statement(review.decision) if review.decision else []
    words = "Recorded the rapid review as sent" + (
        ", stating that those who decide are not agreed" if split else ""
    )
    review = perform(review, "send", by=by, sent_at=sent_at, sent_to=sent_to, words=words)
    case = perform(review.case, "send_rapid_review", by=by)
    proof = (
        store_document(case, copy, by=by, title="Rapid review as sent", thing=Thing.RR_REPORT)
        if copy
        else None
    )
    correspondence.services.record_notice(
        case,
        to=Recipient.NATIONAL_PANEL,
        subject=NoticeSubject.RAPID_REVIEW_SENT,
        sent_at=sent_at,
        how=How.EMAIL,
        by=by,
        proof=proof,
        words="\n".join([sent_to, *split]),
    )
    _signed_off(review, at=sent_at, by=by)
    deadlines.services.meet("DL-10", case=case, at=sent_at, by=by, lateness_reason=lateness_reason)
    deadlines.services.start(
        "DL-11", case=case, trigger_at=sent_at, because="when the rapid review was sent", by=by
    )
    if review.outcome == RapidReviewOutcome.LCSPR and review.decision is not None:
        start_review_clocks(case, review.decision, by=by)
    contributors = AgencyRequest.objects.filter(case=case, round=review.round).exclude(state__in=OUTSTANDING)
    told = holders(case, PARTNERS | SUB_GROUP | {Role.IC})
    for request in contributors.select_related("agency"):
        told += holders(case, {Role.REP}, agency=request.agency)
    correspondence.services.queue("rapid_review_sent", case=case, to=told, by=by, about=review)
    return review


@transaction.atomic
def act_on_late_decision(decision: Decision, *, by: User) -> Decision:
    """Do what waited for a decision that was made after the rapid review went in time, stating the split (T18).

    Called after everything that may decide; it does its work once. Where a review was decided its clocks run from
    the day of the decision (T17). The National Panel is told by the business unit's notice. What was decided in time
    ends the partners' own clock (DL-09).
    """
    deciding = live_review(decision.case)
    if deciding is not None and deciding.decision_id == decision.pk and decision.decided_on is not None:
        deciding.decision = decision
        _signed_off(deciding, at=clock.now(), by=by)
    review = RapidReview.objects.filter(
        decision=decision.pk, state__in=[RapidReviewState.SENT, RapidReviewState.QUERIED]
    ).first()
    if review is None or decision.decided_on is None or not _decided_after_sending(review, decision):
        return decision
    case, decided = review.case, clock.on_the_day(decision.decided_on)
    if decision.outcome == RapidReviewOutcome.LCSPR:
        clocks_of_review = Deadline.objects.of(case).filter(code="DL-14")
        if not clocks_of_review.filter(trigger_at=decided).exists():
            start_review_clocks(case, decision, by=by)
    correspondence.services.queue(
        "rapid_review_settled",
        case=case,
        to=holders(case, BUSINESS_UNIT | PARTNERS | SUB_GROUP | {Role.IC}),
        by=by,
        about=decision,
        task="Tell the National Panel what was decided in the end, and record the notice",
        key=f"rapid_review_settled:{decision.pk}:{decision.round}",
    )
    return decision


def _decided_after_sending(review: RapidReview, decision: Decision) -> bool:
    sent = Event.objects.filter(object=audit.label_of(review), verb="send").last()
    decided = Event.objects.filter(object=audit.label_of(decision), verb="conclude").last()
    return sent is not None and decided is not None and decided.pk > sent.pk


def start_review_clocks(case: Case, decision: Decision, *, by: User) -> None:
    """Start the six months to publication (DL-14) and the notices that a review starts (DL-15), from the
    date of the decision: that of the last view, or of the independent chair's (domain §2.3a T17)."""
    assert decision.decided_on is not None
    for code in ("DL-14", "DL-15"):
        deadlines.services.start(
            code,
            case=case,
            trigger_at=clock.on_the_day(decision.decided_on),
            because="when the partners decided on a review",
            by=by,
        )


@transaction.atomic
def withdraw_notification(
    notification: SeriousIncidentNotification, *, reason: str, by: User, **told: Any
) -> SeriousIncidentNotification:
    """Withdraw a notification and cancel the rapid review it required: the criteria are not met (T28, AC-19).

    The notification's history stays; the case goes back to considering the criteria. `told` is what
    referrals.services.de_notify takes.
    """
    review = live_review(notification.case)
    if review is not None:
        _cancel(review, reason=reason, by=by)
    return referrals.services.de_notify(notification, by=by, reason=reason, **told)


@transaction.atomic
def take_back_opening(review: RapidReview | None, *, asked: TakingBack, by: User) -> None:
    """Take back the record that the notification was sent (T10 in error) and the review it opened.

    Refused once an agency has been asked: something has been built on it.
    """
    if review is not None and review.requests.exists():
        raise TransitionRefused(
            ["Agencies have already been asked for information, so the record can no longer be taken back."]
        )
    if review is not None and review.state == RapidReviewState.GATHERING:
        _cancel(review, reason=asked.reason, by=by)
    referrals.services.confirm_notification_taken_back(asked, by=by)


def live_review(case: Case) -> RapidReview | None:
    """The rapid review under way in a case, if there is one."""
    over = [RapidReviewState.CONCLUDED, RapidReviewState.CANCELLED]
    return RapidReview.objects.filter(case=case).exclude(state__in=over).first()


def _cancel(review: RapidReview, *, reason: str, by: User) -> None:
    review = perform(review, "cancel", by=by, reason=reason, words="Cancelled the rapid review")
    if review.decision is not None and review.decision.state in PENDING:
        decisions.services.abandon_decision(review.decision, by=by, reason=reason)
    for request in review.requests.outstanding():
        perform(request, "waive", by=by, reason=reason, words=f"No longer needed from {request.agency}")
        deadlines.services.cancel("DL-07", case=review.case, reason=reason, by=by, about=request)
    for code in ("DL-06", "DL-08", "DL-09", "DL-10", "DL-11"):
        deadlines.services.not_applicable(code, case=review.case, reason=reason, by=by)
