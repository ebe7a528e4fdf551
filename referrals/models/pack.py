"""The pack from which the notifier keys the national form, as it stood each time it was made."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.access_table import Thing
from accounts.models import User
from casework.encryption import EncryptedTextField
from casework.models import CaseRecord
from lcspr import clock
from referrals.models.notification import SeriousIncidentNotification


class NotificationPack(CaseRecord):
    """One version of the pack: everything it said when it was made, and so what was known then.

    `content` is the JSON of referrals.packs, sealed because it names the children.
    """

    thing = Thing.SIN_COPY

    notification = models.ForeignKey(
        SeriousIncidentNotification, on_delete=models.PROTECT, related_name="packs"
    )
    number = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    content = EncryptedTextField()

    class Meta(CaseRecord.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["notification", "number"], name="referrals_pack_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="referrals_pack_numbered_from_one"),
        ]

    def __str__(self) -> str:
        return f"Notification pack, version {self.number}"
