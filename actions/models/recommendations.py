"""What a review asks to change, and what those asked say to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.access_table import Right, Thing
from accounts.constraints import one_of
from accounts.models import Agency, User
from accounts.roles import BUSINESS_UNIT, Role
from actions.permissions import APPROVERS, PLANNERS
from casework.conditions import require
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, CaseRecordQuerySet
from casework.models.machine import Machine
from casework.permissions import HoldsForAgency, holds, open_to, roles_with

REF = "2.4 Recommendation"


class RecommendationState(models.TextChoices):
    PROPOSED = "proposed", "Proposed"
    RESPONSE_REQUESTED = "response_requested", "Response asked for"
    ACCEPTED = "accepted", "Accepted"
    PARTLY = "partly", "Accepted in part"
    REJECTED = "rejected", "Not accepted"
    IN_PLAN = "in_plan", "In the action plan"


class SourceKind(models.TextChoices):
    LCSPR = "lcspr", "Local child safeguarding practice review"
    RAPID_REVIEW = "rapid_review", "Rapid review"
    ALTERNATIVE = "alternative", "Another kind of review"
    AGENCY = "agency", "Agency’s own report"
    NATIONAL = "national", "National review"
    AUDIT = "audit", "Audit"


class Level(models.TextChoices):
    LOCAL = "local", "Local"
    REGIONAL = "regional", "Regional"
    NATIONAL = "national", "National"


State = RecommendationState
ANSWERED = frozenset({State.ACCEPTED, State.PARTLY, State.REJECTED, State.IN_PLAN})


class RecommendationQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> RecommendationQuerySet:
        """What `user` may read. Those who answer for an agency see a recommendation once responses are
        asked for, an action's owner the one it serves, and who proposed one their own."""
        everything = roles_with(Right.READ, Thing.RECOMMENDATIONS) - {Role.REP, Role.ALO}
        proposers = roles_with(Right.WRITE, Thing.RECOMMENDATIONS)
        return self.filter(
            open_to(user, everything)
            | open_to(user, {Role.REP}) & ~Q(state=State.PROPOSED)
            # A subquery, not a join: two actions of one owner must not show a recommendation twice.
            | open_to(user, {Role.ALO})
            & Q(pk__in=self.model.objects.filter(actions__owner=user).values("pk"))
            | open_to(user, proposers) & Q(proposed_by=user)
        )

    def unanswered(self) -> RecommendationQuerySet:
        return self.exclude(state__in=ANSWERED)


has_action = require(
    "Add at least one action for this recommendation.", lambda recommendation: recommendation.actions.exists()
)


class Recommendation(Machine, CaseRecord):
    """One recommendation of a review, rapid review, audit or national report, with the response to it.

    `source` names the record it comes from ("app.Model:key"), empty for one from outside the system.
    `agency` is asked to respond; without one the business unit answers for the partnership.
    """

    thing = Thing.RECOMMENDATIONS
    final_states = {State.IN_PLAN}

    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    source_kind = models.CharField(max_length=20, choices=SourceKind.choices)
    source = models.CharField(max_length=120, blank=True)
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.LOCAL)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="asked to respond",
    )
    respond_by = models.DateField(null=True, blank=True)
    reasons = models.TextField("response in words", blank=True)
    responded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    responded_on = models.DateField(null=True, blank=True)
    asked_again_because = models.TextField(blank=True)
    state = StateField(
        max_length=20, choices=State.choices, default=State.PROPOSED, protected=True, editable=False
    )

    objects = RecommendationQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["source_kind", "source", "number"]
        constraints = [
            one_of("state", State),
            one_of("source_kind", SourceKind),
            one_of("level", Level),
            models.UniqueConstraint(
                fields=["case", "source", "number"], name="actions_recommendation_number_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["partly", "rejected"]) | ~Q(reasons=""),
                name="actions_recommendation_refusal_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "case"],
                condition=Q(state__in=["proposed", "response_requested"]),
                name="actions_recommendation_open",
            ),
        ]

    def __str__(self) -> str:
        return f"Recommendation {self.number}"

    @transition(
        state,
        source=State.PROPOSED,
        target=State.RESPONSE_REQUESTED,
        permission=holds(PLANNERS),
        custom=act("Ask for a response", REF),
    )
    def request_response(self, *, agency: Agency | None, respond_by: dt.date) -> None:
        self.agency, self.respond_by = agency, respond_by

    @transition(
        state,
        source=State.RESPONSE_REQUESTED,
        target=State.ACCEPTED,
        permission=HoldsForAgency(frozenset({Role.REP}), elsewhere=BUSINESS_UNIT),
        custom=act("Accept it", REF),
    )
    def accept(self, **response: Any) -> None:
        self._respond(**response)

    @transition(
        state,
        source=State.RESPONSE_REQUESTED,
        target=State.PARTLY,
        permission=HoldsForAgency(frozenset({Role.REP}), elsewhere=BUSINESS_UNIT),
        custom=act("Accept it in part", REF),
    )
    def accept_in_part(self, **response: Any) -> None:
        self._respond(**response)

    @transition(
        state,
        source=State.RESPONSE_REQUESTED,
        target=State.REJECTED,
        permission=HoldsForAgency(frozenset({Role.REP}), elsewhere=BUSINESS_UNIT),
        custom=act("Do not accept it", REF),
    )
    def reject(self, **response: Any) -> None:
        self._respond(**response)

    @transition(
        state,
        source=[State.ACCEPTED, State.PARTLY, State.REJECTED],
        target=State.RESPONSE_REQUESTED,
        permission=holds(APPROVERS),
        custom=act("Ask for another response", REF),
    )
    def ask_again(self, *, respond_by: dt.date, reason: str) -> None:
        # The earlier response stays in the record of the case.
        self.reasons, self.responded_by, self.responded_on = "", None, None
        self.respond_by, self.asked_again_because = respond_by, reason

    @transition(
        state,
        source=[State.ACCEPTED, State.PARTLY],
        target=State.IN_PLAN,
        permission=holds(APPROVERS),
        conditions=[has_action],
        custom=act("Approve the response", REF, help_text="The recommendation goes into the action plan."),
    )
    def take_into_plan(self) -> None:
        pass

    def _respond(self, *, reasons: str, responded_by: User, responded_on: dt.date) -> None:
        self.reasons, self.responded_by, self.responded_on = reasons, responded_by, responded_on


legal_moves(Recommendation)
