"""What the National Panel says, and what the partners do then."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import File
from django.db import transaction

import correspondence.services
import deadlines.services
import decisions.services
from accounts.access_table import Thing
from accounts.models import User
from accounts.roles import LEAD_PARTNERS, PARTNERS, SUB_GROUP, Role
from casework import audit
from casework.files import store_document
from casework.permissions import holders
from casework.transitions import TransitionRefused, perform
from correspondence.models import How, NoticeSubject, Recipient
from deadlines.models import Deadline
from decisions.kinds import DecisionKind, RapidReviewOutcome, ReconsiderationOutcome
from decisions.models.decision import PENDING
from lcspr import clock
from rapid_review.models import PanelLetter, PanelView, RapidReview, RapidReviewState
from rapid_review.services.review import start_review_clocks


@transaction.atomic
def record_panel_letter(
    review: RapidReview,
    *,
    view: str,
    received_on: dt.date,
    words: str,
    letter: File[Any] | None,
    by: User,
    answer_by: dt.date | None = None,
) -> PanelLetter:
    """Keep a letter of the National Panel and do what it makes due (T22, T24, T26).

    A letter that agrees moves nothing by itself: the case goes on by the act that follows it (T19 to T21).
    """
    review = RapidReview.objects.select_for_update(no_key=True).get(pk=review.pk)
    # While the partners reconsider, the National Panel may still take the case for itself (T26), nothing else.
    awaited = review.state == RapidReviewState.SENT or (
        review.state == RapidReviewState.CHALLENGED and view == PanelView.NATIONAL
    )
    if not awaited:
        raise TransitionRefused(
            ["A letter can be recorded while the rapid review is with the National Panel."]
        )
    case = review.case
    document = (
        store_document(case, letter, by=by, title="Letter from the National Panel", thing=Thing.PANEL_LETTERS)
        if letter
        else None
    )
    kept = PanelLetter.objects.create(
        case=case,
        rapid_review=review,
        received_on=received_on,
        view=view,
        words=words,
        answer_by=answer_by,
        letter=document,
        recorded_by=by,
    )
    audit.record(
        "panel_letter",
        by=by,
        case=case,
        about=kept,
        words=f"Recorded a letter from the National Panel: it {PanelView(view).label.lower()}",
    )
    received = clock.on_the_day(received_on)
    deadlines.services.meet("DL-11", case=case, at=received, by=by)
    _AFTER[PanelView(view)](review, kept, by)
    correspondence.services.queue(
        "panel_letter", case=case, to=holders(case, PARTNERS | SUB_GROUP | {Role.IC}), by=by, about=kept
    )
    return kept


def _nothing_yet(review: RapidReview, letter: PanelLetter, by: User) -> None:
    """The letter agrees."""


def _asks(review: RapidReview, letter: PanelLetter, by: User) -> None:
    perform(review, "record_query", by=by, words="The National Panel asked for more information")
    perform(review.case, "record_panel_query", by=by)
    deadlines.services.start(
        "DL-12",
        case=review.case,
        trigger_at=clock.on_the_day(letter.received_on),
        because="the day given in the letter" if letter.answer_by else "when the letter was received",
        by=by,
        given_on=letter.answer_by,
    )


def _disagrees(review: RapidReview, letter: PanelLetter, by: User) -> None:
    # Sent stating a split that was never settled: what the partners look at again takes the question's place.
    _stop_asking(review, "The National Panel disagreed, and the partners look at it again", by=by)
    decision = decisions.services.open_decision(
        review.case, kind=DecisionKind.RECONSIDERATION, by=by, on=letter.received_on, about=review
    )
    perform(
        review,
        "record_disagreement",
        by=by,
        decision=decision,
        words="The National Panel disagreed with the decision",
    )
    perform(review.case, "record_panel_disagreement", by=by)
    deadlines.services.start(
        "DL-13",
        case=review.case,
        trigger_at=clock.on_the_day(letter.received_on),
        because="when the letter was received",
        by=by,
    )
    correspondence.services.queue(
        "panel_disagrees",
        case=review.case,
        to=holders(review.case, PARTNERS | LEAD_PARTNERS | {Role.IC}),
        by=by,
        about=review,
        task="Look again at the decision: the National Panel disagrees",
    )


def _national(review: RapidReview, letter: PanelLetter, by: User) -> None:
    _stop_asking(review, "The National Panel will do a national review", by=by)
    if review.state == RapidReviewState.CHALLENGED and review.decision is not None:
        deadlines.services.not_applicable(
            "DL-13", case=review.case, reason="The National Panel will do a national review", by=by
        )
    perform(review, "conclude", by=by, words="The National Panel will do a national review")
    perform(review.case, "record_national_review", by=by)


def _stop_asking(review: RapidReview, reason: str, *, by: User) -> None:
    if review.decision is not None and review.decision.state in PENDING:
        decisions.services.abandon_decision(review.decision, by=by, reason=reason)


_AFTER = {
    PanelView.AGREES: _nothing_yet,
    PanelView.ASKS: _asks,
    PanelView.DISAGREES: _disagrees,
    PanelView.NATIONAL: _national,
}


@transaction.atomic
def answer_national_panel(
    review: RapidReview, *, sent_at: dt.datetime, words: str, copy: File[Any] | None, by: User
) -> RapidReview:
    """Record the answer to the National Panel's questions (T23); it waits for its next letter again."""
    review = perform(review, "answer_query", by=by, words="Answered the National Panel’s questions")
    case = perform(review.case, "answer_panel", by=by)
    proof = (
        store_document(case, copy, by=by, title="Answer to the National Panel", thing=Thing.PANEL_LETTERS)
        if copy
        else None
    )
    correspondence.services.record_notice(
        case,
        to=Recipient.NATIONAL_PANEL,
        subject=NoticeSubject.OTHER,
        sent_at=sent_at,
        how=How.EMAIL,
        by=by,
        proof=proof,
        words=words,
    )
    deadlines.services.meet("DL-12", case=case, at=sent_at, by=by)
    deadlines.services.start(
        "DL-11", case=case, trigger_at=sent_at, because="when the answer was sent", by=by
    )
    return review


def may_go_on(review: RapidReview) -> list[str]:
    """What still stands in the way of going on after the National Panel: its letter, agreeing, or the
    passing of the time in which it replies (domain §2.5.7)."""
    last = review.letters.last()
    if last is not None and last.view == PanelView.AGREES:
        return []
    reply = Deadline.objects.about("DL-11", audit.label_of(review.case)).last()
    if last is None and reply is not None and reply.due_at < clock.now():
        return []
    return [
        "The National Panel has not yet replied. Record its letter, or go on once its time to reply has passed."
    ]


def require_outcome(review: RapidReview, *outcomes: RapidReviewOutcome) -> None:
    """Refuse an act that does not follow from what was decided."""
    if review.outcome not in outcomes:
        decided = (review.decision and review.decision.get_outcome_display()) or "nothing yet"
        raise TransitionRefused([f"The partners decided: {decided}. This act does not follow from it."])
    if reasons := may_go_on(review):
        raise TransitionRefused(reasons)


@transaction.atomic
def monitor_after_panel(review: RapidReview, *, by: User) -> RapidReview:
    """End the rapid review without a review; its actions are followed up (T20)."""
    require_outcome(review, RapidReviewOutcome.NO_LCSPR)
    review = perform(review, "conclude", by=by, words="Concluded the rapid review: no review is held")
    perform(review.case, "monitor_after_panel", by=by)
    return review


@transaction.atomic
def close_after_panel(review: RapidReview, *, summary: str, by: User) -> RapidReview:
    """Close the case: no review, no open action, learning shared (T20a)."""
    require_outcome(review, RapidReviewOutcome.NO_LCSPR)
    review = perform(review, "conclude", by=by, words="Concluded the rapid review: no review is held")
    perform(review.case, "close_after_panel", by=by, words=f"Closed the case: {summary}")
    return review


@transaction.atomic
def conclude_reconsideration(review: RapidReview, *, by: User) -> RapidReview:
    """End the rapid review as reconsidered: a review, none, or another kind (T25).

    DL-14 runs from this decision where a review is newly decided. The Panel is told by the business unit's
    notice. Towards a review or another kind of one, panels calls this and moves the case: it owns that hand-off.
    """
    review = perform(
        review, "conclude_reconsidered", by=by, words="The partners looked again at their decision"
    )
    deadlines.services.meet("DL-13", case=review.case, at=clock.on_the_day(_decided_on(review)), by=by)
    if review.outcome == ReconsiderationOutcome.LCSPR and review.decision is not None:
        start_review_clocks(review.case, review.decision, by=by)
    if review.outcome == ReconsiderationOutcome.NO_LCSPR:
        perform(review.case, "reconsider_for_no_review", by=by)
    return review


def _decided_on(review: RapidReview) -> dt.date:
    assert review.decision is not None
    assert review.decision.decided_on is not None
    return review.decision.decided_on
