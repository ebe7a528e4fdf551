"""Who works on a review as what: proposed, appointed once their declaration is clear, ended (domain §4.3, T30)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Self

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.access_table import Right, Thing
from accounts.constraints import not_before, one_of
from accounts.models import User
from accounts.roles import Role
from casework.conditions import Condition
from casework.machine import StateField, act, legal_moves
from casework.models import Access, CaseRecord, CaseRecordQuerySet
from casework.models.machine import Machine
from casework.permissions import holds, open_to, roles_with
from decisions.models import Declaration, DeclarationOutcome, DeclarationState
from panels.models.review import Review
from panels.permissions import COMMISSIONERS, DECIDERS, READS_PROPOSALS, EndsIt

REF: Final = "2.3 T29, T30"

# In the words of the review: what a person can be appointed as.
ROLES: Final = (Role.AUT, Role.PC, Role.PM, Role.AA, Role.FAMILY, Role.LEGAL, Role.COMMS)


class AppointmentState(models.TextChoices):
    PROPOSED = "proposed", "Proposed"
    APPOINTED = "appointed", "Appointed"
    NOT_APPOINTED = "not_appointed", "Not appointed"
    ENDED = "ended", "Ended"


State = AppointmentState


class AppointmentQuerySet(CaseRecordQuerySet):
    def appointed(self) -> Self:
        return self.filter(state=State.APPOINTED)

    def visible_to(self, user: User) -> Self:
        """Appointments for all who read the terms of reference; who was only proposed, for those who decide on it
        and for the person themself where they may open the case as something else."""
        readers = roles_with(Right.READ, Thing.TOR) | {Role.FAMILY, Role.LEGAL}
        real = Q(state__in=[State.APPOINTED, State.ENDED]) & open_to(user, readers)
        own = Q(user=user) & open_to(user)
        return self.filter(real | own | open_to(user, READS_PROPOSALS))


def _declaration_not_clear(appointment: Any) -> list[str]:
    declaration = Declaration.objects.live().filter(
        case=appointment.case_id, person=appointment.user_id, role=appointment.role
    )
    found = declaration.first()
    if found is None:
        return [f"Record the declaration of interest of {appointment.user} first."]
    if found.state == DeclarationState.DECLARED:
        return [
            f"The sub-group chair or a partner has not yet decided on the declaration of {appointment.user}."
        ]
    if found.outcome == DeclarationOutcome.BLOCKED:
        return [
            f"The declaration of {appointment.user} was decided against them. Propose somebody else: {found.decided_because}"
        ]
    return []


declaration_clear = Condition(
    "Their declaration of interest was decided clear, with mitigation or without.", _declaration_not_clear
)


class Appointment(Machine, CaseRecord):
    """One person's part in a review. Nothing of the case opens to them before they are appointed.

    A change of author is a new row: the old one keeps from when until when, and why it ended. `contract_until` is
    the last day of the contract; access ends with it.
    """

    thing = Thing.TOR
    final_states = {State.NOT_APPOINTED, State.ENDED}

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=20, choices=Role.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="person")
    state = StateField(
        max_length=15, choices=State.choices, default=State.PROPOSED, protected=True, editable=False
    )
    suitability = models.TextField("why they are suitable", blank=True)
    contract = models.CharField("contract reference", max_length=100, blank=True)
    contract_until = models.DateField("last day of the contract", null=True, blank=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    appointed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField(null=True, blank=True)
    until = models.DateField("ended on", null=True, blank=True)
    ended_because = models.TextField(blank=True)
    access = models.ForeignKey(Access, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = AppointmentQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["role", "created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[str(role) for role in ROLES]), name="panels_appointment_role_known"
            ),
            one_of("state", AppointmentState),
            not_before("until", "starts_on"),
            models.UniqueConstraint(
                fields=["review", "user", "role"],
                condition=Q(state__in=["proposed", "appointed"]),
                name="panels_appointment_once",
            ),
            models.UniqueConstraint(
                fields=["review"],
                condition=Q(role="pc", state="appointed"),
                name="panels_appointment_one_chair",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["appointed", "ended"])
                | Q(starts_on__isnull=False, appointed_by__isnull=False),
                name="panels_appointment_says_from_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["not_appointed", "ended"]) | ~Q(ended_because=""),
                name="panels_appointment_ended_says_why",
            ),
        ]
        indexes = [models.Index(fields=["user", "state"], name="panels_appointment_by_user")]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user}"

    @transition(
        state,
        source=State.PROPOSED,
        target=State.APPOINTED,
        permission=holds(COMMISSIONERS),
        conditions=[declaration_clear],
        custom=act(
            "Appoint",
            REF,
            help_text="They are told by e-mail, and the case opens to them in their part at once, until their appointment or contract ends.",
        ),
    )
    def appoint(self, *, by_whom: User, on: dt.date, access: Access) -> None:
        self.appointed_by, self.starts_on, self.access = by_whom, on, access

    @transition(
        state,
        source=State.PROPOSED,
        target=State.NOT_APPOINTED,
        permission=holds(DECIDERS),
        custom=act("Do not appoint", REF),
    )
    def drop_proposal(self, *, reason: str) -> None:
        self.ended_because = reason

    @transition(
        state,
        source=State.APPOINTED,
        target=State.ENDED,
        permission=EndsIt(),
        custom=act("End the appointment", REF),
    )
    def end_appointment(self, *, reason: str, on: dt.date) -> None:
        self.ended_because, self.until = reason, on


legal_moves(Appointment)
