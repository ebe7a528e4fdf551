"""E-mails: written in the act's transaction, delivered after it, kept with what became of them."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import Q

from accounts.constraints import one_of
from accounts.models import User
from accounts.roles import BUSINESS_UNIT
from accounts.tracking import row_change
from casework.models import Case
from casework.permissions import business_unit_partnerships
from lcspr import clock


class MessageState(models.TextChoices):
    QUEUED = "queued", "Waiting to be sent"
    CLAIMED = "claimed", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Could not be sent"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> MessageQuerySet:
        """Messages of the cases whose partnership's own business unit `user` works in."""
        return self.filter(
            case__in=Case.objects.visible_to(user, BUSINESS_UNIT),
            case__partnership__in=business_unit_partnerships(user),
        )

    def free(self, at: dt.datetime, *, claimed_before: dt.datetime) -> MessageQuerySet:
        """Messages that may be claimed at an instant: due, or claimed so long ago that the worker is gone."""
        return self.filter(
            Q(state=MessageState.QUEUED, next_attempt_at__lte=at)
            | Q(state=MessageState.CLAIMED, claimed_at__lte=claimed_before)
        )

    def failed(self) -> MessageQuerySet:
        """Given up, and nobody has dealt with it yet."""
        return self.filter(state=MessageState.FAILED, settled_at=None)


class Message(models.Model):
    """One e-mail to one person. It says that something waits in the service, and nothing of the case.

    `key` stands in addresses of pages; `message_id` is the same number as RFC 5322 writes it, fixed when
    the message is queued, so that a second sending after a crash can be recognised as the same message.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="messages")
    template = models.CharField(max_length=60)
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    address = models.EmailField("e-mail address")
    subject = models.CharField(max_length=200)
    body = models.TextField()
    message_id = models.CharField("Message-ID", max_length=255, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.QUEUED)
    queued_at = models.DateTimeField(default=clock.now)
    queued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    failure = models.CharField("why it was not sent", max_length=200, blank=True)
    about = models.CharField(max_length=120, blank=True)
    dedupe_key = models.CharField(max_length=200, blank=True)
    repeats = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="repeated_as"
    )
    settled_at = models.DateTimeField("dealt with in another way at", null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_words = models.TextField("how it was dealt with", blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        triggers = [row_change()]
        constraints = [
            one_of("state", MessageState),
            models.UniqueConstraint(
                fields=["dedupe_key", "to"], condition=~Q(dedupe_key=""), name="correspondence_message_once"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at__isnull=True),
                name="correspondence_message_sent_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(claimed_at__isnull=False),
                name="correspondence_message_claimed_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(failure=""), name="correspondence_message_failed_says_why"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(state="failed"),
                name="correspondence_message_settled_failed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(state="queued"), name="correspondence_message_due"
            ),
            models.Index(
                fields=["claimed_at"], condition=Q(state="claimed"), name="correspondence_message_claimed"
            ),
            models.Index(
                fields=["case"],
                condition=Q(state="failed", settled_at__isnull=True),
                name="correspondence_message_failed",
            ),
            models.Index(fields=["case", "-id"], name="correspondence_message_list"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def was_ever_sent(self) -> bool:
        return self.state == MessageState.SENT
