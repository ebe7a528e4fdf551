"""The serious incident notification: owed, prepared, sent by the local authority, and what came back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import models
from django.db.models import F, Q
from django_fsm import transition

from accounts.access_table import Thing
from accounts.constraints import one_of
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework.conditions import Condition, require
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, Document, Stage, Subject
from casework.models.machine import Machine
from casework.permissions import holds
from lcspr import clock


class NotificationState(models.TextChoices):
    REQUIRED = "required", "To be sent"
    DRAFTED = "drafted", "Prepared"
    SENT = "sent", "Sent"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    REJECTED = "rejected", "Rejected by the national service"
    CLOSED = "closed", "Closed"
    DE_NOTIFIED = "de_notified", "Withdrawn: the criteria are not met"
    NOT_REQUIRED = "not_required", "Not to be sent after all"


class Basis(models.TextChoices):
    """Why it is owed."""

    PARTNERS_AGREE = "partners_agree", "The partners found the criteria met"
    LA_ALONE = "la_alone", "The local authority notifies although a partner disagrees"
    LA_FIRST = "la_first", "The local authority notified before any referral"


UNSENT = frozenset({NotificationState.REQUIRED, NotificationState.DRAFTED})
OUT = frozenset({NotificationState.SENT, NotificationState.ACKNOWLEDGED, NotificationState.REJECTED})
OVER = frozenset({NotificationState.CLOSED, NotificationState.DE_NOTIFIED, NotificationState.NOT_REQUIRED})


def _case_has_gone_on(notification: SeriousIncidentNotification) -> Iterable[str]:
    if notification.case.stage != Stage.RR_GATHERING:
        return ["The case has gone on since: the record of sending can no longer be taken back."]
    return []


nothing_built_on_sending = Condition("The case is where the sending left it.", _case_has_gone_on)
waiting_to_be_sent = require(
    "The case no longer waits for the notification.",
    lambda notification: notification.case.stage == Stage.AWAITING_SIN,
)


class SeriousIncidentNotification(Machine, CaseRecord):
    """What the local authority must send to the National Panel through the Department's own service.

    This application never sends it: it keeps the reference, the time, the sender and the copy.
    """

    thing = Thing.SIN_COPY
    final_states = OVER
    born_in = (NotificationState.SENT,)  # When the local authority acted first (domain §3.4 rule 7).

    state = StateField(
        max_length=20,
        choices=NotificationState.choices,
        default=NotificationState.REQUIRED,
        protected=True,
        editable=False,
    )
    basis = models.CharField(max_length=20, choices=Basis.choices)
    dissent = models.TextField("how a partner differs", blank=True)
    required_at = models.DateTimeField(default=clock.now)
    listed = models.ManyToManyField(Subject, blank=True, related_name="notifications")
    summary = models.TextField(blank=True)
    further_information = models.TextField("further children and information", blank=True)
    prepared = models.JSONField("what only the national form asks", default=dict, blank=True)
    keyed = models.ForeignKey(
        "referrals.NotificationPack",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="version of the pack that was keyed",
    )
    reference = models.CharField("national reference", max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sender = models.CharField("sent by", max_length=150, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(null=True, blank=True)
    copy = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lateness_reason = models.TextField(blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)
    rejected_because = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.TextField(blank=True)

    class Meta(CaseRecord.Meta):
        ordering = ["-required_at"]
        constraints = [
            one_of("state", NotificationState),
            one_of("basis", Basis),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True) | Q(acknowledged_at__gte=F("sent_at")),
                name="referrals_sin_acknowledged_after_sent",
            ),
            models.CheckConstraint(
                condition=Q(rejected_at__isnull=True) | Q(rejected_at__gte=F("sent_at")),
                name="referrals_sin_rejected_after_sent",
            ),
            # One incident, one notification (domain §2.7); an earlier one that fell away stays on record.
            models.UniqueConstraint(
                fields=["case"],
                condition=~Q(state__in=["closed", "de_notified", "not_required"]),
                name="referrals_sin_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "acknowledged", "rejected", "de_notified"])
                | Q(sent_at__isnull=False) & ~Q(reference="") & ~Q(sender=""),
                name="referrals_sin_sent_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["required", "drafted"]) | Q(sent_at__isnull=True),
                name="referrals_sin_unsent_has_no_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["closed", "de_notified", "not_required"]) | Q(ended_at__isnull=False),
                name="referrals_sin_ended_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Notification {self.case.reference}"

    @property
    def was_sent(self) -> bool:
        return self.sent_at is not None

    @transition(
        state,
        source=[NotificationState.REQUIRED, NotificationState.DRAFTED],
        target=NotificationState.DRAFTED,
        permission=holds(BUSINESS_UNIT, Role.LAN),
        custom=act("Prepare the notification", "2.4 Notification"),
    )
    def prepare(
        self, *, summary: str, further_information: str, prepared: dict[str, str] | None = None
    ) -> None:
        self.summary, self.further_information = summary, further_information
        if prepared is not None:
            self.prepared = prepared

    @transition(
        state,
        source=[NotificationState.REQUIRED, NotificationState.DRAFTED],
        target=NotificationState.SENT,
        permission=holds(BUSINESS_UNIT, Role.LAN),
        conditions=[waiting_to_be_sent],
        custom=act("Record that the notification was sent", "2.4 Notification (T10)"),
    )
    def record_sent(
        self,
        *,
        reference: str,
        sent_at: dt.datetime,
        sender: str,
        further_information: str,
        lateness_reason: str,
    ) -> None:
        self._sent(reference, sent_at, sender)
        self.further_information, self.lateness_reason = further_information, lateness_reason

    @transition(
        state,
        source=NotificationState.REJECTED,
        target=NotificationState.SENT,
        permission=holds(BUSINESS_UNIT, Role.LAN),
        custom=act("Record that it was sent again", "2.4 Notification"),
    )
    def record_sent_again(self, *, reference: str, sent_at: dt.datetime, sender: str) -> None:
        self._sent(reference, sent_at, sender)
        self.acknowledged_at = self.rejected_at = None

    @transition(
        state,
        source=NotificationState.SENT,
        target=NotificationState.ACKNOWLEDGED,
        permission=holds(BUSINESS_UNIT, Role.LAN),
        custom=act("Record the acknowledgement", "2.4 Notification"),
    )
    def acknowledge(self, *, acknowledged_at: dt.datetime) -> None:
        self.acknowledged_at = acknowledged_at

    @transition(
        state,
        source=NotificationState.SENT,
        target=NotificationState.REJECTED,
        permission=holds(BUSINESS_UNIT, Role.LAN),
        custom=act("Record that it was rejected", "2.4 Notification"),
    )
    def reject(self, *, rejected_at: dt.datetime, reason: str) -> None:
        self.rejected_at, self.rejected_because = rejected_at, reason

    @transition(
        state,
        source=[NotificationState.SENT, NotificationState.ACKNOWLEDGED],
        target=NotificationState.CLOSED,
        permission=holds(BUSINESS_UNIT),
        custom=act("Close the notification", "2.4 Notification"),
    )
    def close(self) -> None:
        self.ended_at = clock.now()

    @transition(
        state,
        source=[NotificationState.SENT, NotificationState.ACKNOWLEDGED, NotificationState.REJECTED],
        target=NotificationState.DE_NOTIFIED,
        permission=holds(PARTNERS, BUSINESS_UNIT, Role.LAN),
        custom=act("Withdraw the notification", "2.4 Notification (T28)"),
    )
    def de_notify(self, *, reason: str) -> None:
        self._end(reason)

    @transition(
        state,
        source=[NotificationState.REQUIRED, NotificationState.DRAFTED],
        target=NotificationState.NOT_REQUIRED,
        permission=holds(PARTNERS, BUSINESS_UNIT, Role.SGC),
        conditions=[waiting_to_be_sent],
        custom=act("Reconsider before sending", "2.4 Notification (T09b)"),
    )
    def reconsider(self, *, reason: str) -> None:
        self._end(reason)

    @transition(
        state,
        source=[NotificationState.SENT, NotificationState.ACKNOWLEDGED, NotificationState.REJECTED],
        target=NotificationState.REQUIRED,
        permission=holds(BUSINESS_UNIT),
        conditions=[nothing_built_on_sending],
        custom=act("Take back the record of sending", "2.4 Notification (T10 in error)"),
    )
    def take_back_sent(self) -> None:
        """A second person confirms it; what was recorded stays in the record of the case."""
        self.reference = self.sender = self.lateness_reason = ""
        self.sent_at = self.acknowledged_at = self.rejected_at = None

    def _sent(self, reference: str, sent_at: dt.datetime, sender: str) -> None:
        self.reference, self.sent_at, self.sender = reference, sent_at, sender

    def _end(self, reason: str) -> None:
        self.ended_at, self.ended_because = clock.now(), reason


legal_moves(SeriousIncidentNotification)
