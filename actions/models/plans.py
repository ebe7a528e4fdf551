"""The action plan of a case: one live at a time, running whatever publication does."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.access_table import AGENCY_ROLES, Right, Thing
from accounts.constraints import one_of
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from actions.models.actions import Action, ActionState
from actions.models.recommendations import Recommendation, RecommendationState
from actions.permissions import APPROVERS
from casework.conditions import Condition, require
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, CaseRecordQuerySet, Stage
from casework.models.machine import Machine
from casework.permissions import holds, open_to, roles_with

REF = "2.4a ActionPlan"

# Where a case can be closed as complete (T42); until then its plan goes on.
CLOSING_STAGES = frozenset(
    {Stage.MONITORING, Stage.PUBLISHED, Stage.IMPROVEMENTS_PUBLISHED, Stage.NOT_PUBLISHED}
)


TAKEN_ON = [RecommendationState.ACCEPTED, RecommendationState.PARTLY]


class PlanState(models.TextChoices):
    DRAFTED = "drafted", "Drafted"
    AGREED = "agreed", "Agreed"
    RUNNING = "running", "Running"
    EVALUATED = "evaluated", "Evaluated"
    CLOSED = "closed", "Closed"


class ActionPlanQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> ActionPlanQuerySet:
        """Plans of cases where `user` reads everybody's actions: an agency sees its actions, not the plan."""
        everyone_s = roles_with(Right.READ, Thing.ACTIONS) - AGENCY_ROLES
        return self.filter(open_to(user, everyone_s))

    def live(self) -> ActionPlanQuerySet:
        return self.exclude(state=PlanState.CLOSED)


def _something_to_agree(plan: ActionPlan) -> list[str]:
    if Action.objects.filter(case=plan.case_id).exclude(state=ActionState.SUPERSEDED).exists():
        return []
    if Recommendation.objects.filter(case=plan.case_id, state=RecommendationState.REJECTED).exists():
        return []
    return ["Add at least one action, or record why each recommendation is not accepted."]


def _every_response_given(plan: ActionPlan) -> list[str]:
    return [
        f"{recommendation} has no response yet."
        for recommendation in Recommendation.objects.filter(case=plan.case_id).unanswered()
    ]


def recommendations_left(case: Any) -> list[str]:
    """What invariant 6 still asks of a case: for each recommendation an action, or a recorded rejection."""
    answers = Recommendation.objects.filter(case=case)
    unanswered = [f"{each} has no response yet." for each in answers.unanswered()]
    return unanswered + _idle(case, [*TAKEN_ON, RecommendationState.IN_PLAN])


def _every_recommendation_acted_on(plan: ActionPlan) -> list[str]:
    return _idle(plan.case_id, TAKEN_ON)


def _idle(case: Any, states: list[RecommendationState]) -> list[str]:
    # Invariant 6: at least one action, or a recorded rejection. An action withdrawn without another in its place
    # answers nothing.
    withdrawn = Q(state=ActionState.SUPERSEDED, superseded_by=None)
    serving = Action.objects.filter(case=case, recommendation__isnull=False).exclude(withdrawn)
    idle = Recommendation.objects.filter(case=case, state__in=states).exclude(
        pk__in=serving.values("recommendation")
    )
    return [f"{recommendation} has no action yet." for recommendation in idle]


def _nothing_left_open(plan: ActionPlan) -> list[str]:
    finished = [ActionState.CLOSED, ActionState.SUPERSEDED]
    return [
        f"{action} is not closed: it is “{action.get_state_display()}”."
        for action in Action.objects.filter(case=plan.case_id).exclude(state__in=finished)
    ]


something_to_agree = Condition("There is something to agree.", _something_to_agree)
every_response_given = Condition("Every recommendation has a response.", _every_response_given)
every_recommendation_acted_on = Condition(
    "Every recommendation accepted has an action.", _every_recommendation_acted_on
)
nothing_left_open = Condition("Every action is closed, with its evidence and its impact.", _nothing_left_open)
recommendations_answered = Condition(
    "Every recommendation has an action, or the reasons why it is not accepted.",
    lambda plan: recommendations_left(plan.case_id),
)
case_can_close = require(
    "The case must first be published, decided not to be published, or followed up after another review.",
    lambda plan: plan.case.stage in CLOSING_STAGES,
)


class ActionPlan(Machine, CaseRecord):
    """What the partnership will do in a case, from drafting by the review panel to its evaluation.

    Actions belong to the case, not to the plan: obvious improvements begin before there is one, and
    a case reopened gets a new plan beside its old actions.
    """

    thing = Thing.ACTIONS
    final_states = {PlanState.CLOSED}

    state = StateField(
        max_length=20, choices=PlanState.choices, default=PlanState.DRAFTED, protected=True, editable=False
    )
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_on = models.DateField()
    agreed_on = models.DateField(null=True, blank=True)
    running_from = models.DateField(null=True, blank=True)
    evaluation = models.TextField("what changed for children, and how we know", blank=True)
    evaluated_on = models.DateField(null=True, blank=True)
    closing_summary = models.TextField(blank=True)
    closed_on = models.DateField(null=True, blank=True)

    objects = ActionPlanQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["-drafted_on"]
        constraints = [
            one_of("state", PlanState),
            models.UniqueConstraint(
                fields=["case"], condition=~Q(state="closed"), name="actions_actionplan_one_live"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["evaluated", "closed"]) | ~Q(evaluation=""),
                name="actions_actionplan_evaluation_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"Action plan of {self.case}"

    @transition(
        state,
        source=PlanState.DRAFTED,
        target=PlanState.AGREED,
        permission=holds(APPROVERS),
        conditions=[something_to_agree, every_response_given, every_recommendation_acted_on],
        custom=act(
            "Agree the action plan",
            REF,
            help_text="The responses it rests on are approved with it. Progress is reported every three months from now on.",
        ),
    )
    def agree(self, *, agreed_on: dt.date) -> None:
        self.agreed_on = agreed_on

    @transition(
        state,
        source=PlanState.AGREED,
        target=PlanState.DRAFTED,
        permission=holds(APPROVERS),
        custom=act("Send the plan back for more work", REF),
    )
    def return_to_draft(self, **reason: Any) -> None:
        self.agreed_on = None

    @transition(
        state,
        source=PlanState.AGREED,
        target=PlanState.RUNNING,
        permission=holds(BUSINESS_UNIT, Role.SGC),
        custom=act(
            "Start the action plan",
            REF,
            help_text="Its actions can be worked on at once; they run whatever publication does.",
        ),
    )
    def run(self, *, running_from: dt.date) -> None:
        self.running_from = running_from

    @transition(
        state,
        source=PlanState.RUNNING,
        target=PlanState.EVALUATED,
        permission=holds(BUSINESS_UNIT, Role.SGC),
        conditions=[nothing_left_open],
        custom=act("Record what the plan changed", REF),
    )
    def evaluate(self, *, evaluation: str, evaluated_on: dt.date) -> None:
        self.evaluation, self.evaluated_on = evaluation, evaluated_on

    @transition(
        state,
        source=PlanState.EVALUATED,
        target=PlanState.RUNNING,
        permission=holds(BUSINESS_UNIT, Role.SGC, Role.IC, PARTNERS),
        custom=act("Go on: more is to be done", REF),
    )
    def resume(self, **reason: Any) -> None:
        self.evaluation, self.evaluated_on = "", None

    @transition(
        state,
        source=PlanState.EVALUATED,
        target=PlanState.CLOSED,
        # The sub-group proposes by evaluating; somebody of the executive confirms (T42).
        permission=holds(Role.IC, PARTNERS),
        conditions=[nothing_left_open, recommendations_answered, case_can_close],
        custom=act("Close the plan and the case", REF, help_text="Nothing more is to be done in this case."),
    )
    def close(self, *, closing_summary: str, closed_on: dt.date) -> None:
        self.closing_summary, self.closed_on = closing_summary, closed_on


legal_moves(ActionPlan)


class ProgressReport(CaseRecord):
    """What the sub-group or the executive was told of a plan's progress, about every three months (DL-23)."""

    thing = Thing.ACTIONS

    plan = models.ForeignKey(ActionPlan, on_delete=models.PROTECT, related_name="reports")
    told = models.CharField("told to", max_length=200)
    text = models.TextField()
    reported_on = models.DateField()
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ActionPlanQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["-reported_on", "-created_at"]

    def __str__(self) -> str:
        return f"Progress reported to {self.told}"
