"""How a review begins: after the National Panel, after its challenge, after another kind of review (T19, T21, T25, T44).

The receiving stage owns the hand-off: these acts end what went before, move the case and open what follows.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

import correspondence.services
import deadlines.services
import rapid_review.services
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, Role
from accounts.settings_choices import STATUTORY_REVIEWS, ReviewType
from casework import audit
from casework.models import Case
from casework.permissions import holders
from casework.transitions import TransitionRefused, perform
from correspondence.models import NoticeSubject
from decisions.kinds import DecisionKind, RapidReviewOutcome, ReconsiderationOutcome
from decisions.models import Decision
from decisions.standing import blocking_views
from panels.models import AlternativeReview, Review
from panels.models.guards import decided, not_decided_for_a_review, not_told
from panels.permissions import OVERSEES
from panels.services.alternative import COMPLETED, ensure_alternative
from panels.services.notices import STARTS, settle_notice_clocks
from rapid_review.models import RapidReview
from rapid_review.services.letters import may_go_on, require_outcome
from rapid_review.services.review import start_review_clocks

TO_PUBLICATION = "DL-14"


@transaction.atomic
def begin_commissioning(rapid: RapidReview, *, by: User, on: dt.date) -> Review:
    """Go on to commission the review the partners decided on (T19).

    In the order of the guidance: the decision, the notices to the National Panel, Ofsted and the Department, and
    then this; the National Panel has agreed, or its time to reply has passed.
    """
    # First, so that whoever is second is told who was first, and not what is missing.
    rapid = perform(rapid, "conclude", by=by, words="Concluded the rapid review: a review is commissioned")
    if reasons := why_not_commission(rapid):
        raise TransitionRefused(reasons)
    case = perform(rapid.case, "begin_commissioning", by=by)
    return open_review(case, decision=rapid.decision, rapid=rapid, by=by, on=on)


def why_not_commission(rapid: RapidReview) -> list[str]:
    """What still stands between a rapid review and the commissioning of the review."""
    if rapid.outcome != RapidReviewOutcome.LCSPR or rapid.decision is None:
        return ["The partners have not decided to commission a review."]
    told = not_told(
        rapid.case,
        NoticeSubject.LCSPR_STARTING,
        "that a review starts",
        since=rapid.decision.decided_on,
    )
    return may_go_on(rapid) + blocking_views(rapid.decision) + told


@transaction.atomic
def begin_alternative(
    rapid: RapidReview,
    *,
    review_type: ReviewType,
    method: str,
    lead: User,
    by: User,
    on: dt.date,
) -> AlternativeReview:
    """Go on to another kind of review, as the partners decided (T21)."""
    rapid = perform(
        rapid, "conclude", by=by, words="Concluded the rapid review: another kind of review is held"
    )
    require_outcome(rapid, RapidReviewOutcome.ALTERNATIVE)
    assert rapid.decision is not None
    if reasons := blocking_views(rapid.decision):
        raise TransitionRefused(reasons)
    case = perform(rapid.case, "alternative_after_panel", by=by)
    return ensure_alternative(
        case, review_type=review_type, method=method, lead=lead, decision=rapid.decision, by=by, on=on
    )


@transaction.atomic
def conclude_reconsidered(
    rapid: RapidReview,
    *,
    by: User,
    on: dt.date,
    review_type: ReviewType | None = None,
    method: str = "",
    lead: User | None = None,
) -> RapidReview:
    """End the rapid review as the partners decided when they looked again, and open what follows (T25).

    The six months of a newly decided review run from that decision; where a review decided before is given up,
    its clocks are cancelled. `review_type`, `method` and `lead` are those of another kind of review.
    """
    rapid = rapid_review.services.conclude_reconsideration(rapid, by=by)
    assert rapid.decision is not None
    if rapid.outcome == ReconsiderationOutcome.LCSPR:
        case = perform(rapid.case, "reconsider_for_review", by=by)
        open_review(case, decision=rapid.decision, rapid=rapid, by=by, on=on)
        return rapid
    for code in (TO_PUBLICATION, STARTS):
        deadlines.services.cancel(
            code, case=rapid.case, reason="The partners looked again and decided on no review.", by=by
        )
    if rapid.outcome == ReconsiderationOutcome.ALTERNATIVE:
        if review_type is None or lead is None:
            raise TransitionRefused(["Say which kind of review is held, how, and who leads it."])
        case = perform(rapid.case, "reconsider_for_alternative", by=by)
        ensure_alternative(
            case, review_type=review_type, method=method, lead=lead, decision=rapid.decision, by=by, on=on
        )
    return rapid


@transaction.atomic
def commission_from_alternative(
    alternative: AlternativeReview, *, reason: str, by: User, on: dt.date
) -> Review:
    """Commission a review after all, as the partners decided on new information (T44).

    Its six months (DL-14) run from that decision. The National Panel has been told.
    """
    alternative = perform(alternative, "escalate", by=by, words=f"Taken further: {reason}", reason=reason)
    if reasons := not_decided_for_a_review(alternative):
        raise TransitionRefused(reasons)
    decision = decided(alternative, DecisionKind.RECONSIDERATION)
    assert decision is not None
    deadlines.services.cancel(COMPLETED, case=alternative.case, reason=reason, by=by, about=alternative)
    start_review_clocks(alternative.case, decision, by=by)
    case = perform(alternative.case, "commission_from_alternative", by=by)
    return open_review(case, decision=decision, rapid=None, by=by, on=on)


@transaction.atomic
def open_review(
    case: Case, *, decision: Decision | None, rapid: RapidReview | None, by: User, on: dt.date
) -> Review:
    """Open the review of a case that has come to be commissioned, and tell those who oversee it.

    The act that moved the case has checked who may. The kind is the one decided on, else the ordinary one.
    """
    review = Review.objects.create(
        case=case,
        review_type=kind_decided(decision),
        rapid_review=rapid,
        decision=decision,
        commissioned_on=on,
    )
    review.cases.add(case)
    audit.record("review_opened", by=by, case=case, about=review, words=f"Opened the review: {review}")
    settle_notice_clocks(case, by=by)
    correspondence.services.queue(
        "review_commissioning",
        case=case,
        to=holders(case, OVERSEES | BUSINESS_UNIT | {Role.FAMILY}),
        by=by,
        about=review,
        task="The review is being commissioned",
    )
    return review


def kind_decided(decision: Decision | None) -> ReviewType:
    """The kind of statutory review a decision names, or the ordinary one when it names none."""
    named = decision.review_type if decision else ""
    return ReviewType(named) if named in STATUTORY_REVIEWS else ReviewType.LCSPR


@transaction.atomic
def add_case(review: Review, *, case: Case, by: User) -> Review:
    """Say that a review is about another case too (domain §2.5.23); it opens neither case to the other's people."""
    review = (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=review.pk)
    )
    if review.is_over:
        raise TransitionRefused(["The review is over."])
    if case.partnership_id != review.case.partnership_id:
        raise TransitionRefused(["Choose a case of the same partnership."])
    if review.cases.filter(pk=case.pk).exists():
        raise TransitionRefused([f"The review is already about {case}."])
    review.cases.add(case)
    for each, words in (
        (review.case, f"The review is also about {case.reference}"),
        (case, f"Taken into the review of {review.case.reference}"),
    ):
        audit.record("case_joined_review", by=by, case=each, about=review, words=words)
    return review
