"""The terms of reference of a review, version by version (domain F-06)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.access_table import AGENCY_ROLES, Right, Thing
from accounts.constraints import not_before, one_of
from accounts.models import Agency, User
from casework.conditions import Condition
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, CaseRecordQuerySet
from casework.models.machine import Machine
from casework.permissions import holds, open_to, roles_with
from panels.models.review import Review
from panels.permissions import APPROVES_TERMS

REF: Final = "5 F-06 Terms of reference"

# What is written in a version, in the order of the page; `agencies` are rows beside it.
TEXTS: Final = (
    "scope_from",
    "scope_until",
    "scope_reason",
    "purpose",
    "questions",
    "method",
    "method_reason",
    "family_plan",
    "practitioner_plan",
    "timetable",
)


class TermsState(models.TextChoices):
    DRAFTED = "drafted", "Being written"
    AGREED = "agreed", "Agreed"
    REPLACED = "replaced", "Replaced by a later version"


State = TermsState


class TermsQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> Self:
        """Versions for all who read the terms; agencies and their authors do not read one still being written."""
        readers = roles_with(Right.READ, Thing.TOR)
        finished = ~Q(state=State.DRAFTED) & open_to(user, readers & AGENCY_ROLES)
        return self.filter(finished | open_to(user, readers - AGENCY_ROLES))


def _incomplete(terms: Any) -> list[str]:
    missing = {
        "Say from when to when the review looks.": terms.scope_from and terms.scope_until,
        "Say why the review looks at this time.": terms.scope_reason.strip(),
        "Write at least one question for the review to answer.": terms.questions,
        "Choose the method.": terms.method.strip(),
        "Name the agencies that contribute.": terms.agencies.exists(),
        "Say how the family is to be kept in contact.": terms.family_plan.strip(),
    }
    return [sentence for sentence, there in missing.items() if not there]


complete = Condition(
    "Scope, questions, method, agencies and contact with the family are written.", _incomplete
)


class TermsOfReference(Machine, CaseRecord):
    """One version of the terms of reference: what the review looks at, asks, and of whom.

    `revision` counts the savings of a version being written, so that two writers do not overwrite each other.
    """

    thing = Thing.TOR
    final_states = {State.REPLACED}

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="terms")
    version = models.PositiveSmallIntegerField(default=1)
    revision = models.PositiveIntegerField(default=1)
    state = StateField(
        max_length=10, choices=State.choices, default=State.DRAFTED, protected=True, editable=False
    )
    scope_from = models.DateField("looks at the time from", null=True, blank=True)
    scope_until = models.DateField("until", null=True, blank=True)
    scope_reason = models.TextField("why this time", blank=True)
    purpose = models.TextField(blank=True)
    questions = ArrayField(models.TextField(), default=list, blank=True)
    method = models.CharField(max_length=300, blank=True)
    method_reason = models.TextField("why this method", blank=True)
    agencies = models.ManyToManyField(Agency, related_name="+", verbose_name="agencies that contribute")
    family_plan = models.TextField("contact with the family", blank=True)
    practitioner_plan = models.TextField("how practitioners take part", blank=True)
    timetable = models.TextField(blank=True)
    why_changed = models.TextField("why this version", blank=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agreed_on = models.DateField(null=True, blank=True)

    objects = TermsQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        verbose_name_plural = "terms of reference"
        ordering = ["-version"]
        constraints = [
            one_of("state", TermsState),
            not_before("scope_until", "scope_from"),
            models.UniqueConstraint(fields=["review", "version"], name="panels_terms_version_once"),
            models.UniqueConstraint(
                fields=["review"], condition=Q(state="drafted"), name="panels_terms_one_draft"
            ),
            models.UniqueConstraint(
                fields=["review"], condition=Q(state="agreed"), name="panels_terms_one_agreed"
            ),
            models.CheckConstraint(
                condition=Q(state="drafted") | Q(agreed_on__isnull=False, agreed_by__isnull=False),
                name="panels_terms_agreed_says_when",
            ),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(why_changed=""), name="panels_terms_change_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"Terms of reference, version {self.version}"

    @transition(
        state,
        source=State.DRAFTED,
        target=State.AGREED,
        permission=holds(APPROVES_TERMS),
        conditions=[complete],
        custom=act(
            "Agree the terms of reference",
            REF,
            help_text="An earlier version in force is replaced. The review panel, the partners and the business unit are told.",
        ),
    )
    def agree_terms(self, *, by_whom: User, on: dt.date) -> None:
        self.agreed_by, self.agreed_on = by_whom, on

    @transition(
        state,
        source=State.AGREED,
        target=State.REPLACED,
        permission=holds(APPROVES_TERMS),
        custom=act("Replace with a later version", REF),
    )
    def replace_terms(self) -> None:
        """Nothing of the row changes but its state."""


legal_moves(TermsOfReference)
