"""A review of another kind than the statutory one (domain §2.4a, §2.6)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.access_table import Thing
from accounts.constraints import one_of
from accounts.models import Agency, User
from accounts.roles import PARTNERS, Role
from accounts.settings_choices import STATUTORY_REVIEWS, ReviewType
from actions.models import Action, ActionState
from casework.audit import label_of
from casework.conditions import Condition, require
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, Document
from casework.models.machine import Machine
from casework.permissions import holds
from correspondence.models import NoticeSubject, Recipient
from decisions.kinds import CriteriaOutcome, DecisionKind, ReconsiderationOutcome
from decisions.models import Decision, DecisionState
from decisions.models.decision import PENDING
from decisions.standing import blocking_views
from panels.models import guards
from panels.permissions import COMMISSIONERS, DECIDERS, LeadsIt

REF: Final = "2.4a Review (alternative)"


class AlternativeState(models.TextChoices):
    PLANNED = "planned", "Planned"
    HELD = "held", "Held"
    WRITTEN_UP = "written_up", "Written up"
    AGREED = "agreed", "Agreed"
    DISCONTINUED = "discontinued", "Discontinued"
    ESCALATED = "escalated", "Taken further"


class Then(models.TextChoices):
    """What follows in the case when the other review is given up."""

    ANOTHER = "another", "Another kind of review is held instead"
    FOLLOW_UP = "follow_up", "No review: the actions already agreed are followed up"
    CLOSE = "close", "No review and nothing to follow up: the case is closed"


State = AlternativeState
OVER: Final = frozenset({State.AGREED, State.DISCONTINUED, State.ESCALATED})
OTHER_KINDS: Final = tuple(
    kind
    for kind in ReviewType
    if kind not in STATUTORY_REVIEWS | {ReviewType.NATIONAL, ReviewType.SCR_LEGACY}
)


def _no_actions(review: Any) -> list[str]:
    if review.no_actions_because.strip():
        return []
    if Action.objects.filter(case=review.case_id).exclude(state=ActionState.SUPERSEDED).exists():
        return []
    return ["Add the actions that follow from it, or say when writing it up why there are none."]


_FURTHER: Final = (ReconsiderationOutcome.LCSPR, CriteriaOutcome.MET)


def _still_asked(review: Any) -> list[str]:
    about = Decision.objects.filter(about=label_of(review))
    asked = [
        f"The partners are asked: “{decision.question}” Wait for their answer."
        for decision in about.filter(state__in=PENDING)
    ]
    if about.filter(state=DecisionState.DECIDED, outcome__in=_FURTHER).exists():
        asked.append("The partners decided to take it further: do that instead.")
    return asked


def _taken_no_further(review: Any) -> list[str]:
    criteria = guards.decided(review, DecisionKind.CRITERIA)
    if criteria is not None and criteria.outcome == CriteriaOutcome.MET:
        return blocking_views(criteria)
    decision = guards.decided(review, DecisionKind.RECONSIDERATION)
    if decision is None or decision.outcome != ReconsiderationOutcome.LCSPR:
        return ["The partners have not decided to take it further: ask them first."]
    told = guards.told(review.case, NoticeSubject.LCSPR_STARTING, since=decision.decided_on)
    missing = (
        []
        if Recipient.NATIONAL_PANEL in told
        else ["Record that the National Panel was told that a review starts."]
    )
    return blocking_views(decision) + missing


scope_written = require(
    "Write what it looks at, and send that to those invited.", lambda review: bool(review.scope.strip())
)
actions_created = Condition("Its actions are added, or it says why there are none.", _no_actions)
nothing_asked = Condition("No question about it waits for the partners.", _still_asked)
taken_further = Condition(
    "The partners decided to take it further, and the National Panel was told of a review.", _taken_no_further
)


class AlternativeReview(Machine, CaseRecord):
    """A reflective session, a practice review, a single agency's review and the like: planned, held, written up, agreed.

    `scope` is what those invited are sent. What follows one that was discontinued is said in the same act.
    """

    thing = Thing.CASE_STATUS
    final_states = OVER

    review_type = models.CharField("kind of review", max_length=40, choices=ReviewType.choices)
    method = models.CharField(max_length=300)
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lead_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = StateField(
        max_length=15, choices=State.choices, default=State.PLANNED, protected=True, editable=False
    )
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_on = models.DateField()
    scope = models.TextField("what it looks at", blank=True)
    planned_on = models.DateField("planned for", null=True, blank=True)
    held_on = models.DateField(null=True, blank=True)
    attendance = models.TextField("who took part, by role", blank=True)
    findings = models.TextField("what was learned", blank=True)
    no_actions_because = models.TextField("why no action follows", blank=True)
    report = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agreed_on = models.DateField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)

    class Meta(CaseRecord.Meta):
        ordering = ["-created_at"]
        constraints = [
            one_of("state", AlternativeState),
            models.CheckConstraint(
                condition=Q(review_type__in=[str(kind) for kind in OTHER_KINDS]),
                name="panels_alternative_kind_known",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=["planned", "held", "written_up"]),
                name="panels_alternative_one_live_per_case",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["held", "written_up", "agreed"]) | Q(held_on__isnull=False),
                name="panels_alternative_held_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["written_up", "agreed"]) | ~Q(findings=""),
                name="panels_alternative_written_up_in_words",
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(agreed_on__isnull=False),
                name="panels_alternative_agreed_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["discontinued", "escalated"]) | ~Q(ended_reason=""),
                name="panels_alternative_ended_says_why",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_review_type_display())

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @transition(
        state,
        source=State.PLANNED,
        target=State.HELD,
        permission=LeadsIt(),
        conditions=[scope_written],
        custom=act("Record that it was held", REF),
    )
    def record_held(self, *, held_on: dt.date, attendance: str) -> None:
        self.held_on, self.attendance = held_on, attendance

    @transition(
        state,
        source=State.HELD,
        target=State.WRITTEN_UP,
        permission=LeadsIt(),
        custom=act("Write it up", REF),
    )
    def write_up(self, *, findings: str, no_actions_because: str, report: Document | None) -> None:
        self.findings, self.no_actions_because, self.report = findings, no_actions_because, report

    @transition(
        state,
        source=State.WRITTEN_UP,
        target=State.HELD,
        permission=holds(COMMISSIONERS),
        custom=act("Ask for it to be written up again", REF),
    )
    def ask_for_more(self, *, reason: str) -> None:
        """The earlier findings stay until they are written again."""

    @transition(
        state,
        source=State.WRITTEN_UP,
        target=State.AGREED,
        permission=holds(Role.SGC),
        conditions=[actions_created, nothing_asked],
        custom=act(
            "Agree the findings",
            f"{REF}, T43",
            help_text="The sub-group and the agencies’ representatives are told; progress on the actions is reported from now on.",
        ),
    )
    def agree_findings(self, *, on: dt.date) -> None:
        self.agreed_on = on

    @transition(
        state,
        source=[State.PLANNED, State.HELD, State.WRITTEN_UP],
        target=State.DISCONTINUED,
        permission=holds(Role.SGC, PARTNERS),
        custom=act("Discontinue it", f"{REF}, T49"),
    )
    def discontinue_alternative(self, *, reason: str) -> None:
        self.ended_reason = reason

    @transition(
        state,
        source=[State.PLANNED, State.HELD, State.WRITTEN_UP],
        target=State.ESCALATED,
        permission=holds(DECIDERS),
        conditions=[taken_further],
        custom=act("Take it further: new information", f"{REF}, T44, T45"),
    )
    def escalate(self, *, reason: str) -> None:
        self.ended_reason = reason


legal_moves(AlternativeReview)
