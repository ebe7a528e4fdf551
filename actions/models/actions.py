"""What somebody will do by a date, what shows that they did it, and what difference it made."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Case, F, Q, When
from django_fsm import transition

from accounts.access_table import AGENCY_ROLES, Right, Thing
from accounts.constraints import not_before, one_of
from accounts.models import Agency, User
from accounts.roles import BUSINESS_UNIT, Role
from actions import rules
from actions.models.recommendations import Recommendation
from actions.permissions import signs_off, works_on_it
from casework.conditions import require
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, CaseRecordQuerySet, Document
from casework.models.machine import Machine
from casework.permissions import agencies_as, holds, open_to, roles_with
from lcspr import clock

REF = "2.4 Action"


class ActionState(models.TextChoices):
    NOT_STARTED = "not_started", "Not started"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETE_PENDING_EVIDENCE = "complete_pending_evidence", "Done: evidence to be accepted"
    EVIDENCE_ACCEPTED = "evidence_accepted", "Evidence accepted"
    IMPACT_PENDING = "impact_pending", "Waiting to see the difference made"
    CLOSED = "closed", "Closed"
    SUPERSEDED = "superseded", "Replaced or withdrawn"


class Outlook(models.TextChoices):
    ON_TRACK = "on_track", "On track"
    AT_RISK = "at_risk", "At risk of being late"
    BLOCKED = "blocked", "Blocked"


State = ActionState
UNFINISHED = [State.NOT_STARTED, State.IN_PROGRESS, State.COMPLETE_PENDING_EVIDENCE]
FOLLOWED = [State.COMPLETE_PENDING_EVIDENCE, State.EVIDENCE_ACCEPTED, State.IMPACT_PENDING]
OPEN = [*UNFINISHED, State.EVIDENCE_ACCEPTED, State.IMPACT_PENDING]
# While the work goes on: a document handed in after acceptance could not have been looked at.
TAKES_EVIDENCE = frozenset(UNFINISHED)


class ActionQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> ActionQuerySet:
        """Every action of a case for those who oversee it; an agency's own for its representative; and
        for an owner nothing but the actions they own."""
        readers = roles_with(Right.READ, Thing.ACTIONS)
        return self.filter(
            open_to(user, readers - AGENCY_ROLES)
            | open_to(user, {Role.REP}) & Q(agency__in=agencies_as(user, {Role.REP}))
            | open_to(user, {Role.ALO}) & Q(owner=user)
        )

    def open(self) -> ActionQuerySet:
        return self.filter(state__in=OPEN)

    def late(self, *, on: dt.date) -> ActionQuerySet:
        return self.filter(state__in=UNFINISHED, due_on__lt=on)

    def overdue_first(self, *, on: dt.date) -> ActionQuerySet:
        """What is late before what is not; then by the target date."""
        late = Q(state__in=UNFINISHED, due_on__lt=on)
        return self.order_by(Case(When(late, then=0), default=1), "due_on", "pk")


class OfAction(CaseRecordQuerySet):
    def visible_to(self, user: User) -> OfAction:
        """Rows of the actions `user` may read."""
        return self.filter(action__in=Action.objects.visible_to(user))


has_evidence = require(
    "Add the evidence that it was done: an action is not closed on anybody’s word.",
    lambda action: action.evidence.exists(),
)
case_is_open = require("The case is closed. Reopen the case first.", lambda action: not action.case.is_closed)


class Action(Machine, CaseRecord):
    """One thing an agency will do, with a named owner and a date.

    It may serve a recommendation or stand by itself: an obvious improvement does not wait for the report
    (invariant 7), and `immediate` marks what keeps children safe now. Late is never a state: see `rules`.
    """

    thing = Thing.ACTIONS
    owned_by_agency = "agency"
    final_states = {State.SUPERSEDED}

    number = models.PositiveSmallIntegerField()
    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    text = models.TextField("what will be done")
    intended_outcome = models.TextField("what it will change for children")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="owned_actions")
    starts_on = models.DateField()
    due_on = models.DateField("target date")
    milestones = models.TextField(blank=True)
    immediate = models.BooleanField("keeps children safe now", default=False)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outlook = models.CharField(max_length=10, choices=Outlook.choices, default=Outlook.ON_TRACK)
    state = StateField(
        max_length=30, choices=State.choices, default=State.NOT_STARTED, protected=True, editable=False
    )
    evidence_accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    evidence_accepted_on = models.DateField(null=True, blank=True)
    look_again_on = models.DateField("impact is looked at on", null=True, blank=True)
    impact = models.TextField("what changed for children, and how we know", blank=True)
    closed_on = models.DateField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="supersedes"
    )

    objects = ActionQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["number"]
        constraints = [
            one_of("state", State),
            one_of("outlook", Outlook),
            not_before("due_on", "starts_on"),
            models.UniqueConstraint(fields=["case", "number"], name="actions_action_number_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["evidence_accepted", "impact_pending", "closed"])
                | Q(evidence_accepted_on__isnull=False, evidence_accepted_by__isnull=False),
                name="actions_action_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | (~Q(impact="") & Q(closed_on__isnull=False)),
                name="actions_action_closed_with_impact",
            ),
            models.CheckConstraint(
                condition=Q(evidence_accepted_by__isnull=True) | ~Q(evidence_accepted_by=F("owner")),
                name="actions_action_not_accepted_by_owner",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "due_on"], name="actions_action_by_owner"),
            models.Index(
                fields=["due_on"],
                condition=Q(state__in=["not_started", "in_progress", "complete_pending_evidence"]),
                name="actions_action_unfinished",
            ),
            # Done, and to be looked at by others.
            models.Index(
                fields=["case"], condition=Q(state__in=sorted(FOLLOWED)), name="actions_action_followed"
            ),
            models.Index(
                fields=["look_again_on"],
                condition=Q(state__in=sorted(FOLLOWED)),
                name="actions_action_by_look_again",
            ),
        ]

    def __str__(self) -> str:
        return f"Action {self.number}"

    @property
    def is_overdue(self) -> bool:
        return rules.is_overdue(state=self.state, due_on=self.due_on, today=clock.today())

    @property
    def rag(self) -> rules.Rag | None:
        """Its colour today; what may be closed has had its evidence accepted, so no query is needed."""
        return rules.rag(
            state=self.state,
            due_on=self.due_on,
            today=clock.today(),
            outlook=self.outlook,
            evidenced=self.evidence_accepted_on is not None,
            impact=bool(self.impact),
        )

    @transition(
        state,
        source=State.NOT_STARTED,
        target=State.IN_PROGRESS,
        permission=works_on_it,
        custom=act(
            "Start the action",
            REF,
            help_text="Everybody who follows the action sees that work on it has begun.",
        ),
    )
    def start(self) -> None:
        pass

    @transition(
        state,
        source=State.IN_PROGRESS,
        target=State.COMPLETE_PENDING_EVIDENCE,
        permission=works_on_it,
        custom=act("Say that it is done", REF, help_text="The sub-group chair then looks at the evidence."),
    )
    def complete(self) -> None:
        pass

    @transition(
        state,
        source=State.COMPLETE_PENDING_EVIDENCE,
        target=State.IN_PROGRESS,
        permission=holds(Role.SGC, BUSINESS_UNIT),
        custom=act("Ask for more", REF),
    )
    def ask_for_more(self, **reason: Any) -> None:
        pass

    @transition(
        state,
        source=State.COMPLETE_PENDING_EVIDENCE,
        target=State.EVIDENCE_ACCEPTED,
        permission=signs_off,
        conditions=[has_evidence],
        custom=act(
            "Accept the evidence",
            REF,
            help_text="This says that the evidence shows what was done. Its impact is looked at later.",
        ),
    )
    def accept_evidence(self, *, accepted_by: User, accepted_on: dt.date) -> None:
        self.evidence_accepted_by, self.evidence_accepted_on = accepted_by, accepted_on

    @transition(
        state,
        source=State.EVIDENCE_ACCEPTED,
        target=State.COMPLETE_PENDING_EVIDENCE,
        permission=signs_off,
        custom=act("Take back the acceptance of the evidence", REF),
    )
    def take_back_acceptance(self, **reason: Any) -> None:
        self.evidence_accepted_by = self.evidence_accepted_on = None

    @transition(
        state,
        source=State.EVIDENCE_ACCEPTED,
        target=State.IMPACT_PENDING,
        permission=holds(Role.SGC, BUSINESS_UNIT),
        custom=act("Set when its impact is looked at", REF),
    )
    def await_impact(self, *, look_again_on: dt.date) -> None:
        self.look_again_on = look_again_on

    @transition(
        state,
        source=State.IMPACT_PENDING,
        target=State.CLOSED,
        permission=signs_off,
        conditions=[has_evidence],
        custom=act("Record the impact and close the action", REF),
    )
    def close_with_impact(self, *, impact: str, closed_on: dt.date) -> None:
        self.impact, self.closed_on = impact, closed_on

    @transition(
        state,
        source=State.CLOSED,
        target=State.IMPACT_PENDING,
        permission=signs_off,
        conditions=[case_is_open],
        custom=act("Reopen the action", REF),
    )
    def reopen(self, *, look_again_on: dt.date, **reason: Any) -> None:
        # What was said of its impact stays in the record of the case.
        self.impact, self.closed_on, self.look_again_on = "", None, look_again_on

    @transition(
        state,
        source=[State.NOT_STARTED, State.IN_PROGRESS, State.COMPLETE_PENDING_EVIDENCE],
        target=State.SUPERSEDED,
        permission=holds(Role.SGC, BUSINESS_UNIT),
        custom=act("Replace or withdraw the action", REF),
    )
    def supersede(self, *, superseded_by: Action | None, **reason: Any) -> None:
        self.superseded_by = superseded_by

    @transition(
        state,
        source=State.NOT_STARTED,
        target=State.NOT_STARTED,
        permission=holds(Role.SGC),
        custom=act("Give it a later date", REF),
    )
    @transition(
        state,
        source=State.IN_PROGRESS,
        target=State.IN_PROGRESS,
        permission=holds(Role.SGC),
        custom=act("Give it a later date", REF),
    )
    def extend(self, *, due_on: dt.date, **reason: Any) -> None:
        self.due_on = due_on


legal_moves(Action)


class ActionUpdate(CaseRecord):
    """What somebody said, on a day, of how an action goes."""

    thing = Thing.ACTIONS

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="updates")
    text = models.TextField()
    outlook = models.CharField(max_length=10, choices=Outlook.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = OfAction.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["-at"]
        constraints = [one_of("outlook", Outlook)]

    def __str__(self) -> str:
        return f"Update of {self.action}"


class Evidence(CaseRecord):
    """A document that shows an action was done."""

    thing = Thing.ACTIONS

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="evidence")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="+")
    shows = models.TextField("what it shows")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = OfAction.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["at"]

    def __str__(self) -> str:
        return f"Evidence for {self.action}"


class ActionExtension(CaseRecord):
    """A later date given to an action, with the one it had and why (domain §2.4: by the sub-group chair)."""

    thing = Thing.ACTIONS

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="extensions")
    old_due_on = models.DateField()
    new_due_on = models.DateField()
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()

    objects = OfAction.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(new_due_on__gt=F("old_due_on")), name="actions_actionextension_is_later"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="actions_actionextension_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.action}: later date"
