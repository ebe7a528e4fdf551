"""Acts recorded in error: asked for by one person, confirmed by another (architecture §3)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from casework.models.audit import Event
from casework.models.record import CaseRecord


class TakingBack(CaseRecord):
    """A request to take back one recorded act; it happens when a second person confirms it."""

    transition = models.CharField("transition that takes it back", max_length=60)
    about = models.CharField(max_length=120)
    event = models.ForeignKey(Event, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    reason = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)

    class Meta(CaseRecord.Meta):
        verbose_name_plural = "acts taken back"
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="casework_takingback_by_two_people",
            ),
            models.UniqueConstraint(
                fields=["about", "transition"],
                condition=Q(confirmed_at__isnull=True, refused_at__isnull=True),
                name="casework_takingback_one_request",
            ),
        ]

    def __str__(self) -> str:
        return f"Take back: {self.transition}"
