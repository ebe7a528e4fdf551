"""Drafting, agreeing, running, evaluating and closing the action plan of a case."""

from __future__ import annotations

import datetime as dt
import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, Role
from actions.models import ActionPlan, PlanState, ProgressReport, Recommendation, RecommendationState
from actions.once import added_already
from actions.permissions import PLANNERS
from actions.services.recommendations import refuse_closed, take_into_plan
from casework import audit
from casework.models import Case
from casework.permissions import holders, roles_in
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from correspondence import services as correspondence
from deadlines import services as deadlines

PROGRESS = "DL-23"


@transaction.atomic
def draft_plan(case: Case, *, by: User, on: dt.date) -> ActionPlan:
    """Begin the action plan of a case, as the review panel does; the actions already there are in it."""
    if not roles_in(by, case) & PLANNERS:
        raise PermissionDenied
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    refuse_closed(case)
    if ActionPlan.objects.filter(case=case).live().exists():
        raise TransitionRefused(["The case has an action plan already."])
    plan = ActionPlan.objects.create(case=case, drafted_by=by, drafted_on=on)
    audit.record("action_plan_drafted", by=by, case=case, about=plan, words="Began the action plan")
    return plan


@transaction.atomic
def agree_plan(plan: ActionPlan, *, by: User, on: dt.date, at: dt.datetime) -> ActionPlan:
    """Agree a plan, approving the responses it rests on; its progress is reported from now on (DL-23)."""
    plan = perform(plan, "agree", by=by, words="Agreed the action plan", agreed_on=on)
    answered = [RecommendationState.ACCEPTED, RecommendationState.PARTLY]
    for recommendation in Recommendation.objects.filter(case=plan.case_id, state__in=answered):
        take_into_plan(recommendation, by=by)
    # Publication may have begun it before: whichever is first counts (domain §3.3), and start() keeps that one.
    deadlines.start(PROGRESS, case=plan.case, trigger_at=at, because="when the action plan was agreed", by=by)
    correspondence.queue(
        "action_plan_agreed",
        case=plan.case,
        to=holders(plan.case, BUSINESS_UNIT),
        by=by,
        about=plan,
        task="Start the action plan",
    )
    return plan


@transaction.atomic
def return_plan_to_draft(plan: ActionPlan, *, reason: str, by: User) -> ActionPlan:
    """Take back the agreement of a plan that nobody has begun to run, for more work on it."""
    plan = perform(
        plan, "return_to_draft", by=by, words="Sent the action plan back for more work", reason=reason
    )
    deadlines.cancel(PROGRESS, case=plan.case, reason="The action plan went back for more work.", by=by)
    return plan


@transaction.atomic
def run_plan(plan: ActionPlan, *, by: User, on: dt.date) -> ActionPlan:
    """Put an agreed plan to work."""
    return perform(plan, "run", by=by, words="Started the action plan", running_from=on)


@transaction.atomic
def report_progress(
    plan: ActionPlan,
    *,
    told: str,
    text: str,
    by: User,
    on: dt.date,
    at: dt.datetime,
    key: uuid.UUID | None = None,
) -> ProgressReport:
    """Record what the sub-group or executive was told of progress, once for each `key`.

    Meets DL-23 and starts the next three months.
    """
    if not roles_in(by, plan.case) & (BUSINESS_UNIT | {Role.SGC}):
        raise PermissionDenied
    plan = (
        ActionPlan.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=plan.pk)
    )
    if plan.state not in {PlanState.AGREED, PlanState.RUNNING, PlanState.EVALUATED}:
        raise MovedOn(plan, last_event(plan))
    if done := added_already(ProgressReport, key, plan=plan, reported_by=by):
        return done
    report = ProgressReport.objects.create(
        pk=key or uuid.uuid4(),
        case=plan.case,
        plan=plan,
        told=told,
        text=text,
        reported_on=on,
        reported_by=by,
    )
    words = f"Reported the progress of the action plan to {told}"
    audit.record("progress_reported", by=by, case=plan.case, about=report, words=words)
    deadlines.meet(PROGRESS, case=plan.case, at=at, by=by)
    deadlines.start(PROGRESS, case=plan.case, trigger_at=at, because="when progress was last reported", by=by)
    return report


@transaction.atomic
def evaluate_plan(plan: ActionPlan, *, evaluation: str, by: User, on: dt.date) -> ActionPlan:
    """Record what the plan changed for children, once every action is closed; proposes to close the case."""
    plan = perform(
        plan,
        "evaluate",
        by=by,
        words="Recorded what the action plan changed",
        evaluation=evaluation,
        evaluated_on=on,
    )
    correspondence.queue(
        "action_plan_evaluated",
        case=plan.case,
        to=holders(plan.case, {Role.IC, Role.DSP_LA, Role.DSP_ICB, Role.DSP_POLICE}),
        by=by,
        about=plan,
        task="Read what the action plan changed, and say if more is to be done",
    )
    return plan


@transaction.atomic
def resume_plan(plan: ActionPlan, *, reason: str, by: User) -> ActionPlan:
    """Go on with a plan thought finished, because more is to be done."""
    words = "Went on with the action plan: more is to be done"
    return perform(plan, "resume", by=by, words=words, reason=reason)


@transaction.atomic
def close_plan(plan: ActionPlan, *, closing_summary: str, by: User, on: dt.date) -> ActionPlan:
    """Close the plan and with it the case as complete (T42): the executive confirms what the sub-group proposed."""
    plan = perform(
        plan, "close", by=by, words="Closed the action plan", closing_summary=closing_summary, closed_on=on
    )
    perform(plan.case, "close_complete", by=by, words="Closed the case as complete")
    deadlines.cancel(PROGRESS, case=plan.case, reason="The case was closed as complete.", by=by)
    return plan
