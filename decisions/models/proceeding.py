"""Other processes about the same child that bear on the review (domain §7.8, form F-17)."""

from __future__ import annotations

import datetime as dt
from typing import Final, Self

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.constraints import one_of
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, SUB_GROUP, Role
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, CaseRecordQuerySet
from casework.models.machine import Machine
from casework.permissions import holds

REF: Final = "2.4 ParallelProceeding"
READERS: Final = (
    BUSINESS_UNIT
    | PARTNERS
    | SUB_GROUP
    | {
        Role.IC,
        Role.PC,
        Role.PM,
        Role.AUT,
        Role.LEGAL,
        Role.FAMILY,
        Role.COMMS,
    }
)


class ProceedingKind(models.TextChoices):
    CRIMINAL = "criminal", "Criminal investigation or prosecution"
    INQUEST = "inquest", "Inquest or coroner’s investigation"
    CHILD_DEATH_REVIEW = "child_death_review", "Child death review"
    SECTION_47 = "section_47", "Section 47 enquiry or strategy discussion"
    FAMILY_COURT = "family_court", "Care or private family proceedings"
    EMPLOYMENT = "employment", "Employment or professional regulation"
    POLICE_CONDUCT = "police_conduct", "Police conduct investigation"
    NHS_SAFETY = "nhs_safety", "NHS patient safety investigation"
    INSPECTION = "inspection", "Regulation by Ofsted or CQC"
    ADULT_REVIEW = "adult_review", "Safeguarding adults review"
    DOMESTIC_ABUSE_REVIEW = "domestic_abuse_review", "Domestic abuse related death review"
    MAPPA = "mappa", "MAPPA serious case review"
    OFFENSIVE_WEAPONS = "offensive_weapons", "Offensive weapons homicide review"
    HSE = "hse", "Health and Safety Executive investigation"
    COMPLAINT = "complaint", "Complaint or ombudsman"
    JUDICIAL_REVIEW = "judicial_review", "Judicial review"
    CIVIL_CLAIM = "civil_claim", "Civil claim"
    PUBLIC_INQUIRY = "public_inquiry", "Public inquiry"
    IMMIGRATION = "immigration", "Immigration proceedings"


class ProceedingState(models.TextChoices):
    OPEN = "open", "Open"
    LISTED = "listed", "Charged or listed"
    HEARING = "hearing", "Trial or hearing"
    CONCLUDED = "concluded", "Concluded"
    NO_FURTHER_ACTION = "no_further_action", "No further action"


UNDER_WAY: Final = (ProceedingState.OPEN, ProceedingState.LISTED, ProceedingState.HEARING)


class ProceedingQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> Self:
        return self.of_case_visible_to(user, READERS)

    def under_way(self) -> Self:
        return self.filter(state__in=UNDER_WAY)


class ParallelProceeding(Machine, CaseRecord):
    """One other process: what, before whom, when next, and what it asks of the review."""

    final_states = {ProceedingState.CONCLUDED, ProceedingState.NO_FURTHER_ACTION}

    kind = models.CharField(max_length=24, choices=ProceedingKind.choices)
    body = models.CharField("court, force or other body", max_length=200)
    body_reference = models.CharField("their reference", max_length=100, blank=True)
    contact = models.CharField("senior investigating officer or contact", max_length=200, blank=True)
    state = StateField(
        max_length=20,
        choices=ProceedingState.choices,
        default=ProceedingState.OPEN,
        protected=True,
        editable=False,
    )
    next_date = models.DateField(null=True, blank=True)
    next_event = models.CharField("what happens then", max_length=200, blank=True)
    constraint = models.TextField("what it asks of the review", blank=True)
    outcome = models.TextField(blank=True)
    began_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ProceedingQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["next_date", "created_at"]
        constraints = [
            one_of("kind", ProceedingKind),
            one_of("state", ProceedingState),
            models.CheckConstraint(
                condition=(
                    Q(state__in=["concluded", "no_further_action"])
                    & Q(ended_on__isnull=False)
                    & ~Q(outcome="")
                )
                | (~Q(state__in=["concluded", "no_further_action"]) & Q(ended_on__isnull=True)),
                name="decisions_parallelproceeding_ended_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.body}"

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @transition(
        state,
        source=ProceedingState.OPEN,
        target=ProceedingState.LISTED,
        permission=holds(BUSINESS_UNIT),
        custom=act("Record a charge or a listing", REF),
    )
    def list_proceeding(self, *, next_date: dt.date | None, next_event: str, constraint: str) -> None:
        self._say(next_date, next_event, constraint)

    @transition(
        state,
        source=ProceedingState.LISTED,
        target=ProceedingState.HEARING,
        permission=holds(BUSINESS_UNIT),
        custom=act("Record that the trial or hearing has begun", REF),
    )
    def start_hearing(self, *, next_date: dt.date | None, next_event: str, constraint: str) -> None:
        self._say(next_date, next_event, constraint)

    # Three times, for news changes no state and a target is literal.
    @transition(
        state,
        source=ProceedingState.OPEN,
        target=ProceedingState.OPEN,
        permission=holds(BUSINESS_UNIT),
        custom=act("Update the proceedings", REF),
    )
    @transition(
        state,
        source=ProceedingState.LISTED,
        target=ProceedingState.LISTED,
        permission=holds(BUSINESS_UNIT),
        custom=act("Update the proceedings", REF),
    )
    @transition(
        state,
        source=ProceedingState.HEARING,
        target=ProceedingState.HEARING,
        permission=holds(BUSINESS_UNIT),
        custom=act("Update the proceedings", REF),
    )
    def update_proceeding(self, *, next_date: dt.date | None, next_event: str, constraint: str) -> None:
        self._say(next_date, next_event, constraint)

    @transition(
        state,
        source=[ProceedingState.OPEN, ProceedingState.LISTED, ProceedingState.HEARING],
        target=ProceedingState.CONCLUDED,
        permission=holds(BUSINESS_UNIT),
        custom=act("Record that the proceedings are concluded", REF),
    )
    def conclude_proceeding(self, *, outcome: str, on: dt.date) -> None:
        self._end(outcome, on)

    @transition(
        state,
        source=[ProceedingState.OPEN, ProceedingState.LISTED],
        target=ProceedingState.NO_FURTHER_ACTION,
        permission=holds(BUSINESS_UNIT),
        custom=act("Record that no further action will be taken", REF),
    )
    def drop_proceeding(self, *, outcome: str, on: dt.date) -> None:
        self._end(outcome, on)

    def _say(self, next_date: dt.date | None, next_event: str, constraint: str) -> None:
        self.next_date, self.next_event, self.constraint = next_date, next_event, constraint

    def _end(self, outcome: str, on: dt.date) -> None:
        self.outcome, self.ended_on, self.next_date = outcome, on, None


legal_moves(ParallelProceeding)
