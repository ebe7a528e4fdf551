"""From the final report to the partners' signature (T33 to T35)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

import actions.services
import correspondence.services
import deadlines.services
import decisions.services
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, SUB_GROUP, Role
from actions.models import ActionPlan, Level, PlanState, Recommendation, SourceKind
from casework.permissions import holders, roles_in
from casework.transitions import MovedOn, TransitionRefused, is_permitted, last_event, perform
from decisions.kinds import DecisionKind
from decisions.models.decision import PENDING
from lcspr import clock
from panels.models import ReportVersion, Review, ReviewState, VersionState
from panels.permissions import OVERSEES, REVIEW_PANEL, WRITES_REPORT
from panels.services.review import CHECKED


@transaction.atomic
def list_recommendation(
    review: Review, *, text: str, by: User, on: dt.date, level: Level = Level.LOCAL
) -> Recommendation:
    """Put a recommendation of the report on its list, numbered within the review."""
    if not roles_in(by, review.case) & WRITES_REPORT:
        raise PermissionDenied
    review = (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=review.pk)
    )
    if review.is_over:
        raise MovedOn(review, last_event(review))
    return actions.services.propose_recommendation(
        review.case, text=text, source_kind=SourceKind.LCSPR, source=review, level=level, by=by, on=on
    )


@transaction.atomic
def submit_report(review: Review, *, by: User, on: dt.date) -> Review:
    """Put the final report up for sign-off and ask the partners (T33); the drafting's clocks have ended."""
    review = _as_it_is(review)
    asked = review.sign_off_decision
    decision = (
        asked
        if asked is not None and asked.state in PENDING
        else decisions.services.open_decision(
            review.case, kind=DecisionKind.SIGN_OFF, by=by, on=on, about=review, supersedes=asked
        )
    )
    review = perform(
        review, "submit_report", by=by, words="Put the final report up for sign-off", decision=decision
    )
    case = perform(review.case, "submit_report", by=by)
    correspondence.services.queue(
        "review_sign_off",
        case=case,
        to=holders(case, OVERSEES | {Role.LEGAL}),
        by=by,
        about=review,
        task="Read the final report, and say whether it is signed off",
    )
    return review


@transaction.atomic
def ask_for_changes(review: Review, *, reason: str, by: User, at: dt.datetime) -> Review:
    """Send the report back for changes (T34). The author is independent and may refuse, which is recorded too."""
    decision = _as_it_is(review).sign_off_decision
    if decision is not None and decision.state in PENDING:
        decisions.services.send_back(decision, by=by, reason=reason, on=at.astimezone(clock.LONDON).date())
    review = perform(
        review,
        "ask_for_changes",
        by=by,
        words=f"Asked for changes to the report: {reason}",
        reason=reason,
        at=at,
    )
    case = perform(review.case, "ask_for_changes", by=by)
    correspondence.services.queue(
        "review_changes",
        case=case,
        to=holders(case, REVIEW_PANEL | BUSINESS_UNIT),
        by=by,
        about=review,
        task="Change the report, and put it up again",
    )
    return review


@transaction.atomic
def sign_off_report(review: Review, *, by: User, on: dt.date) -> Review:
    """Sign off the report as the partners decided (T35), and agree the action plan, which runs from now on.

    What is published is the partners' choice: the full report, the improvements only, or nothing.
    """
    review = _as_it_is(review)
    _refuse_if_plan_is_not_theirs_to_agree(review, by)
    decision = review.sign_off_decision
    review = perform(
        review,
        "sign_off_report",
        by=by,
        words="Signed off the report",
        on=on,
        publish=decision.outcome if decision else "",
    )
    case = perform(review.case, "sign_off_report", by=by)
    for version in ReportVersion.objects.filter(review=review, state=VersionState.FINAL):
        perform(version, "approve", by=by, words=f"Signed off: {version}")
    plan = ActionPlan.objects.filter(case=case, state=PlanState.DRAFTED).first()
    if plan is not None:
        actions.services.agree_plan(plan, by=by, on=on, at=clock.on_the_day(on))
    deadlines.services.cancel(CHECKED, case=case, reason="The report was signed off.", by=by, about=review)
    correspondence.services.queue(
        "review_signed_off",
        case=case,
        to=holders(
            case, SUB_GROUP | PARTNERS | REVIEW_PANEL | BUSINESS_UNIT | {Role.IC, Role.REP, Role.FAMILY}
        ),
        by=by,
        about=review,
    )
    return review


def _as_it_is(review: Review) -> Review:
    """The row under lock, and with it the decision as it now stands: the caller's copy may predate a view."""
    return (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=review.pk)
    )


def _refuse_if_plan_is_not_theirs_to_agree(review: Review, by: User) -> None:
    plan = ActionPlan.objects.filter(case=review.case_id, state=PlanState.DRAFTED).first()
    if plan is not None and not is_permitted(plan, "agree", by) and review.state == ReviewState.SIGN_OFF:
        raise TransitionRefused(
            [
                "The action plan is only drafted: a partner or the sub-group chair agrees it, or signs off here."
            ]
        )
