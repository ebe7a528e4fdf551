"""Closing a case and opening it again: asked by one person, confirmed by another (T42, T46)."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from accounts.access_table import Thing
from accounts.constraints import one_of
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, SUB_GROUP, Role
from casework.models import CaseRecord, CaseRecordQuerySet
from lcspr import clock

READERS = BUSINESS_UNIT | PARTNERS | SUB_GROUP | {Role.IC}


class ReopeningReason(models.TextChoices):
    NEW_INFORMATION = "new_information", "New information"
    NEW_INCIDENT = "new_incident", "A new incident to the same child"
    COURT_FINDING = "court_finding", "A finding of a court or coroner"
    NATIONAL_PANEL = "national_panel", "The National Panel asks for it"
    COMPLAINT = "complaint", "A complaint or judicial review"


class ReopenTo(models.TextChoices):
    SCREENING = "screening", "Consider the criteria again"
    MONITORING = "monitoring", "Follow up actions again"


class TurningQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> Self:
        return self.of_case_visible_to(user, READERS)

    def pending(self) -> Self:
        return self.filter(confirmed_at=None, refused_at=None)


def _two_people(name: str) -> list[Any]:
    """What the database holds of both: two different people, one request at a time, one answer."""
    return [
        models.CheckConstraint(
            condition=Q(answered_by__isnull=True)
            | Q(confirmed_at__isnull=True)
            | ~Q(answered_by=F("asked_by")),
            name=f"publication_{name}_by_two_people",
        ),
        models.CheckConstraint(
            condition=Q(
                answered_by__isnull=True,
                confirmed_at__isnull=True,
                refused_at__isnull=True,
                refused_because="",
            )
            | Q(
                answered_by__isnull=False,
                confirmed_at__isnull=False,
                refused_at__isnull=True,
                refused_because="",
            )
            | Q(answered_by__isnull=False, confirmed_at__isnull=True, refused_at__isnull=False)
            & ~Q(refused_because=""),
            name=f"publication_{name}_answered_once",
        ),
        models.UniqueConstraint(
            fields=["case"],
            condition=Q(confirmed_at__isnull=True, refused_at__isnull=True),
            name=f"publication_{name}_one_at_a_time",
        ),
    ]


class _Turning(CaseRecord):
    """What one person asks and another confirms or refuses."""

    thing = Thing.CASE_STATUS

    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_because = models.TextField(blank=True)

    objects = TurningQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        abstract = True
        ordering = ["-asked_at"]

    @property
    def is_pending(self) -> bool:
        return self.confirmed_at is None and self.refused_at is None


class Closing(_Turning):
    """The sub-group chair's proposal that a case be closed as complete; the executive confirms it (T42)."""

    summary = models.TextField("what was done, and what changed for children")
    impact_statement = models.TextField("impact statement, or why there is none", blank=True)

    class Meta(_Turning.Meta):
        constraints = [
            *_two_people("closing"),
            models.CheckConstraint(condition=~Q(summary=""), name="publication_closing_in_words"),
        ]

    def __str__(self) -> str:
        return f"Proposal to close {self.case}"


class Reopening(_Turning):
    """The sub-group chair's request to open a closed case again; a delegated partner confirms it (T46)."""

    reason = models.CharField(max_length=20, choices=ReopeningReason.choices)
    words = models.TextField("what has come up")
    to = models.CharField("what is done then", max_length=12, choices=ReopenTo.choices)
    la_aware_at = models.DateTimeField(
        "local authority became aware of the new incident", null=True, blank=True
    )

    class Meta(_Turning.Meta):
        constraints = [
            one_of("reason", ReopeningReason),
            one_of("to", ReopenTo),
            *_two_people("reopening"),
            models.CheckConstraint(condition=~Q(words=""), name="publication_reopening_in_words"),
            # Only new awareness starts the notification's clock, and only where the criteria are considered.
            models.CheckConstraint(
                condition=Q(la_aware_at__isnull=True) | Q(to="screening"),
                name="publication_reopening_aware_for_screening",
            ),
        ]

    def __str__(self) -> str:
        return f"Request to reopen {self.case}"


class BringingToChair(_Turning):
    """The business unit's note that brings a closed case before the sub-group chair, who was never let in to it.

    A case closed before its referral was accepted is open to the business unit alone. The note lets the chair in
    until they have said whether it should be opened again; it is answered by their asking, or by their no.
    """

    words = models.TextField("why it may have to be opened again")

    class Meta(_Turning.Meta):
        verbose_name_plural = "closed cases brought before the sub-group chair"
        constraints = [
            *_two_people("bringingtochair"),
            models.CheckConstraint(condition=~Q(words=""), name="publication_bringingtochair_in_words"),
        ]

    def __str__(self) -> str:
        return f"{self.case} brought before the sub-group chair"
