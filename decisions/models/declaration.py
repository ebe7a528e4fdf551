"""Declarations of interest (domain §4.3, form F-14)."""

from __future__ import annotations

import datetime as dt
from typing import Final, Self

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.constraints import one_of
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, CaseRecordQuerySet
from casework.models.machine import Machine
from decisions.partners import NotAboutThemself, TheirOwn

REF: Final = "4.3 Declaration"
READERS: Final = BUSINESS_UNIT | PARTNERS | {Role.SGC, Role.IC}

# Who declares before they take their part in a case (domain §4.3).
DECLARES: Final = frozenset({Role.AUT, Role.AA, Role.PC, Role.PM, Role.SGC, Role.IC})

# The questions of F-14 answered yes or no, in the words of the record.
QUESTIONS: Final[dict[str, str]] = {
    "worked_for_agency": "Works or worked in the last five years for an agency involved",
    "directly_involved": "Was directly involved in the case",
    "line_managed": "Line-managed work on the case",
    "knows_people": "Has a personal relationship with the family, a subject or a professional involved",
    "financial_interest": "Has a financial interest",
    "earlier_reviews": "Has carried out reviews for this partnership before",
    "other_conflict": "Has another real or perceived conflict",
}


class DeclarationState(models.TextChoices):
    DECLARED = "declared", "Declared, not yet decided"
    DECIDED = "decided", "Decided"
    REPLACED = "replaced", "Replaced by a newer declaration"


class DeclarationOutcome(models.TextChoices):
    CLEAR = "clear", "Clear"
    CLEAR_WITH_MITIGATION = "clear_with_mitigation", "Clear with mitigation"
    BLOCKED = "blocked", "Blocked"


class DeclarationQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> Self:
        """A person's own, and those of cases in which the user decides or keeps the record."""
        mine = self.of_case_visible_to(user).filter(person=user)
        return mine | self.of_case_visible_to(user, READERS)

    def live(self) -> Self:
        return self.exclude(state=DeclarationState.REPLACED)


class Declaration(Machine, CaseRecord):
    """What a person declared of their interests before taking a role in a case, and what was decided.

    Where the handbook leaves no choice the rule itself decides and `by_rule` is set.
    """

    final_states = {DeclarationState.REPLACED}
    born_in = (DeclarationState.DECLARED, DeclarationState.DECIDED)

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField("role in the case", max_length=20, choices=Role.choices)
    state = StateField(
        max_length=10,
        choices=DeclarationState.choices,
        default=DeclarationState.DECLARED,
        protected=True,
        editable=False,
    )
    worked_for_agency = models.BooleanField(QUESTIONS["worked_for_agency"])
    directly_involved = models.BooleanField(QUESTIONS["directly_involved"])
    line_managed = models.BooleanField(QUESTIONS["line_managed"])
    knows_people = models.BooleanField(QUESTIONS["knows_people"])
    financial_interest = models.BooleanField(QUESTIONS["financial_interest"])
    earlier_reviews = models.BooleanField(QUESTIONS["earlier_reviews"])
    other_conflict = models.BooleanField(QUESTIONS["other_conflict"])
    details = models.TextField(blank=True)
    declared_on = models.DateField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=24, choices=DeclarationOutcome.choices, blank=True)
    mitigation = models.TextField(blank=True)
    decided_because = models.TextField(blank=True)
    by_rule = models.BooleanField(default=False)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = DeclarationQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["-declared_on", "-created_at"]
        indexes = [
            # What waits is looked for in every case at once; of the many that are clear there is nothing to do.
            models.Index(fields=["case"], condition=Q(state="declared"), name="decisions_declaration_waits"),
            models.Index(
                fields=["case", "person", "role"],
                condition=Q(outcome="blocked"),
                name="decisions_declaration_blocked",
            ),
        ]
        constraints = [
            one_of("role", Role),
            one_of("state", DeclarationState),
            one_of("outcome", DeclarationOutcome, blank=True),
            models.UniqueConstraint(
                fields=["case", "person", "role"],
                condition=~Q(state="replaced"),
                name="decisions_declaration_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("person")),
                name="decisions_declaration_not_decided_by_oneself",
            ),
            models.CheckConstraint(
                condition=(Q(state="declared") & Q(outcome=""))
                | (Q(state="decided") & ~Q(outcome=""))
                | Q(state="replaced"),
                name="decisions_declaration_decided_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="clear_with_mitigation") | ~Q(mitigation=""),
                name="decisions_declaration_mitigation_named",
            ),
            # The agency author's independence is a hard rule (domain §4.3).
            models.CheckConstraint(
                condition=~Q(role="aa")
                | Q(directly_involved=False, line_managed=False)
                | Q(outcome="blocked"),
                name="decisions_declaration_agency_author_independent",
            ),
        ]

    def __str__(self) -> str:
        return f"Declaration of {self.person} as {self.get_role_display().lower()}"

    @property
    def answered_yes(self) -> list[str]:
        """The questions answered yes, in words."""
        return [words for name, words in QUESTIONS.items() if getattr(self, name)]

    @transition(
        state,
        source=DeclarationState.DECLARED,
        target=DeclarationState.DECIDED,
        permission=NotAboutThemself(PARTNERS | {Role.SGC}),
        custom=act("Decide on the declaration", REF),
    )
    def decide_declaration(
        self, *, outcome: str, mitigation: str, reasons: str, by_whom: User, at: dt.datetime
    ) -> None:
        self.outcome, self.mitigation, self.decided_because = outcome, mitigation, reasons
        self.decided_by, self.decided_at = by_whom, at

    @transition(
        state,
        source=[DeclarationState.DECLARED, DeclarationState.DECIDED],
        target=DeclarationState.REPLACED,
        permission=TheirOwn(BUSINESS_UNIT),
        custom=act("Replace with a newer declaration", REF),
    )
    def replace(self) -> None:
        pass


legal_moves(Declaration)
