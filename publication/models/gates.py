"""Who said that a gate is open, and on what they rest it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from accounts.access_table import Thing
from accounts.constraints import one_of
from accounts.models import User
from casework.models import CaseRecord, CaseRecordQuerySet, Document
from publication.gates import READERS, GateKind


class GateTickQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> Self:
        return self.of_case_visible_to(user, READERS)

    def standing(self) -> Self:
        return self.filter(struck_at=None)


class GateTick(CaseRecord):
    """One person's word that a gate is open, with the evidence; struck out, never deleted, when it no longer holds."""

    thing = Thing.FINAL_REPORT

    publication = models.ForeignKey("publication.Publication", on_delete=models.PROTECT, related_name="ticks")
    gate = models.CharField(max_length=20, choices=GateKind.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on = models.DateField("seen on")
    evidence = models.TextField("what was seen")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    struck_because = models.TextField(blank=True)

    objects = GateTickQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["gate", "created_at"]
        constraints = [
            one_of("gate", GateKind),
            models.CheckConstraint(condition=~Q(evidence=""), name="publication_gatetick_says_what"),
            # Two people means two: the same person counts once.
            models.UniqueConstraint(
                fields=["publication", "gate", "by"],
                condition=Q(struck_at__isnull=True),
                name="publication_gatetick_once_each",
            ),
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True, struck_by__isnull=True, struck_because="")
                | Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(struck_because=""),
                name="publication_gatetick_struck_says_why",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_gate_display())
