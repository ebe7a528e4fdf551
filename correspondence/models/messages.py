"""E-mails: written in the act's transaction, delivered after it, kept with what became of them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from django.db import models
from django.db.models import Q

from accounts.constraints import one_of
from accounts.models import Record, User
from accounts.roles import BUSINESS_UNIT
from accounts.tracking import row_change
from casework.models import Case
from casework.permissions import business_unit_partnerships
from lcspr import clock


class MessageState(models.TextChoices):
    HELD = "held", "Waiting for the daily e-mail"
    QUEUED = "queued", "Waiting to be sent"
    CLAIMED = "claimed", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Could not be sent"
    DROPPED = "dropped", "Not sent, and not needed"


class Bounce(models.TextChoices):
    NO_MAILBOX = "no_mailbox", "There is no such mailbox"
    FULL = "full", "The mailbox is full"
    REFUSED = "refused", "Their mail server refused it"
    OTHER = "other", "Another reason"


# What the business unit has to see to: it never arrived, and nobody was told otherwise.
UNSETTLED: Final = Q(settled_at=None) & (Q(state=MessageState.FAILED) | Q(bounced_at__isnull=False))


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
        """Given up, or sent and come back, and nobody has dealt with it yet."""
        return self.filter(UNSETTLED)

    def held(self, at: dt.datetime) -> MessageQuerySet:
        """Messages whose daily e-mail is due at an instant and has not been written."""
        return self.filter(state=MessageState.HELD, digest=None, next_attempt_at__lte=at)

    def parts_of(self, digest: Message) -> MessageQuerySet:
        """The messages that a daily e-mail says."""
        return self.filter(digest=digest)


class Message(models.Model):
    """One e-mail to one person. It says that something waits in the service, and nothing of the case.

    `key` stands in addresses of pages; `message_id` is the same number as RFC 5322 writes it, fixed when
    the message is queued, so that a second sending after a crash can be recognised as the same message.
    One held for the daily e-mail is said in `digest`, a message of no case, and shares what becomes of it.
    `bounced_at` says that it was sent and came back.
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
    task = models.CharField("what is to be done", max_length=120, blank=True)
    about = models.CharField(max_length=120, blank=True)
    digest = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    bounced_at = models.DateTimeField("came back at", null=True, blank=True)
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
                condition=~Q(state__in=["failed", "dropped"]) & Q(bounced_at__isnull=True) | ~Q(failure=""),
                name="correspondence_message_failed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(state="failed") | Q(bounced_at__isnull=False),
                name="correspondence_message_settled_failed",
            ),
            models.CheckConstraint(
                condition=Q(bounced_at__isnull=True) | Q(state="sent"),
                name="correspondence_message_bounced_was_sent",
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
                condition=Q(settled_at__isnull=True) & (Q(state="failed") | Q(bounced_at__isnull=False)),
                name="correspondence_message_unseen",
            ),
            models.Index(
                fields=["next_attempt_at"], condition=Q(state="held"), name="correspondence_message_held"
            ),
            models.Index(fields=["case", "-id"], name="correspondence_message_list"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def was_ever_sent(self) -> bool:
        return self.state == MessageState.SENT

    @property
    def waits_for_somebody(self) -> bool:
        """Whether the business unit has still to see to it."""
        return self.settled_at is None and (self.state == MessageState.FAILED or self.bounced_at is not None)


class EventKind(models.TextChoices):
    TRIED = "tried", "A worker began to send it"
    SENT = "sent", "The mail server took it"
    PUT_OFF = "put_off", "It was not sent, and is tried again"
    FAILED = "failed", "It was given up"
    DROPPED = "dropped", "It was dropped"
    COLLECTED = "collected", "It was put into the daily e-mail"
    BOUNCED = "bounced", "It came back"
    RESENT = "resent", "Sent again"
    SETTLED = "settled", "Told in another way"


class MessageEvent(models.Model):
    """One line of what became of a message, never edited: tried, sent, put off, given up, come back, resent.

    Its queuing stands in the message itself. A worker that was killed leaves a “tried” with nothing after
    it. No row trigger: what people do here is an Event already, and the rest is written once by the system.
    """

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="history")
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [one_of("kind", EventKind)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.at.isoformat()}"


class EmailChoice(Record):
    """How a person wants their e-mails: each at once, or one a day. No row: each at once."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    daily = models.BooleanField("one e-mail a day", default=False)
    chosen_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.user}: {'one e-mail a day' if self.daily else 'each at once'}"
