"""The notice of the death of a looked-after child or a care leaver: owed whatever its cause (domain §2.4, AC-16)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import models
from django.db.models import F, Q
from django_fsm import transition

from accounts.access_table import Thing
from accounts.constraints import one_of
from accounts.models import Agency, User
from accounts.roles import BUSINESS_UNIT, Role
from casework.conditions import Condition
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, Document, Outcome, Stage, Subject
from casework.models.machine import Machine
from casework.permissions import holds
from lcspr import clock
from referrals import rules
from referrals.permissions import HoldsOrSystem


class DeathKind(models.TextChoices):
    LOOKED_AFTER = "looked_after", "Death of a looked-after child"
    CARE_LEAVER = "care_leaver", "Death of a care leaver"


class DeathNoticeState(models.TextChoices):
    REQUIRED = "required", "To be sent"
    SENT = "sent", "Sent"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    NOT_REQUIRED = "not_required", "Not owed after all"


DEATH_NOTICE_OUT = frozenset({DeathNoticeState.SENT, DeathNoticeState.ACKNOWLEDGED})


def _still_died_so(notice: DeathNotice) -> Iterable[str]:
    elsewhere = notice.case.stage in {Stage.CLOSED_DUPLICATE, Stage.CLOSED_TRANSFERRED}
    if notice.kind_owed == notice.kind and not elsewhere:
        return [
            "The case still says that the child died and was looked after, or left care: correct that first."
        ]
    return []


no_longer_owed = Condition("The case no longer says that this notice is owed.", _still_died_so)


class DeathNotice(Machine, CaseRecord):
    """What the local authority responsible for the child must tell the Secretary of State and Ofsted through the
    Department's own service, without any suspicion of abuse or neglect. No rapid review follows from it by itself.
    """

    thing = Thing.SIN_COPY
    final_states = frozenset({DeathNoticeState.ACKNOWLEDGED, DeathNoticeState.NOT_REQUIRED})

    state = StateField(
        max_length=20,
        choices=DeathNoticeState.choices,
        default=DeathNoticeState.REQUIRED,
        protected=True,
        editable=False,
    )
    kind = models.CharField(max_length=20, choices=DeathKind.choices)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="death_notices")
    owed_agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="local authority responsible for the child",
    )
    aware_at = models.DateTimeField("local authority aware of the death")
    required_at = models.DateTimeField(default=clock.now)
    reference = models.CharField("national reference", max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sender = models.CharField("sent by", max_length=150, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(null=True, blank=True)
    copy = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lateness_reason = models.TextField(blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.TextField(blank=True)

    class Meta(CaseRecord.Meta):
        ordering = ["subject__order", "required_at"]
        constraints = [
            one_of("state", DeathNoticeState),
            one_of("kind", DeathKind),
            models.CheckConstraint(
                condition=Q(state__in=["required", "not_required"], sent_at__isnull=True)
                | Q(state__in=["sent", "acknowledged"], sent_at__isnull=False, recorded_by__isnull=False),
                name="referrals_deathnotice_sent_says_when",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True) | Q(acknowledged_at__gte=F("sent_at")),
                name="referrals_deathnotice_acknowledged_after_sent",
            ),
            models.UniqueConstraint(
                fields=["subject", "kind"],
                condition=~Q(state="not_required"),
                name="referrals_deathnotice_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"

    @property
    def kind_owed(self) -> str:
        """Which notice the facts of the child ask for now; "" for none."""
        return kind_owed(self.subject)

    @transition(
        state,
        source=DeathNoticeState.REQUIRED,
        target=DeathNoticeState.SENT,
        permission=holds(BUSINESS_UNIT, Role.LAN),
        custom=act("Record that the notice was sent", "2.4 LAC/care-leaver death notice"),
    )
    def record_death_notice_sent(
        self, *, reference: str, sent_at: dt.datetime, sender: str, lateness_reason: str, by_whom: User
    ) -> None:
        self.reference, self.sent_at, self.sender = reference, sent_at, sender
        self.lateness_reason = lateness_reason
        self.recorded_by, self.recorded_at = by_whom, clock.now()

    @transition(
        state,
        source=DeathNoticeState.SENT,
        target=DeathNoticeState.ACKNOWLEDGED,
        permission=holds(BUSINESS_UNIT, Role.LAN),
        custom=act("Record the acknowledgement", "2.4 LAC/care-leaver death notice"),
    )
    def acknowledge_death_notice(self, *, acknowledged_at: dt.datetime) -> None:
        self.acknowledged_at = acknowledged_at

    @transition(
        state,
        source=DeathNoticeState.SENT,
        target=DeathNoticeState.REQUIRED,
        permission=holds(BUSINESS_UNIT),
        custom=act("Take back the record of sending", "2.4 LAC/care-leaver death notice (in error)"),
    )
    def take_back_death_notice(self) -> None:
        """A second person confirms it; what was recorded stays in the record of the case."""
        self.reference = self.sender = self.lateness_reason = ""
        self.sent_at = self.recorded_by = self.recorded_at = self.copy = None

    @transition(
        state,
        source=DeathNoticeState.REQUIRED,
        target=DeathNoticeState.NOT_REQUIRED,
        permission=HoldsOrSystem(BUSINESS_UNIT | {Role.LAN}),
        conditions=[no_longer_owed],
        custom=act("Say that no notice is owed", "2.4 LAC/care-leaver death notice"),
    )
    def drop_death_notice(self, *, reason: str) -> None:
        self.ended_at, self.ended_because = clock.now(), reason


def kind_owed(subject: Subject) -> str:
    """Which notice the death of this child asks for; "" for none."""
    person = subject.person
    return rules.death_notice_owed(
        died=subject.outcome == Outcome.DIED,
        looked_after=subject.looked_after,
        care_leaver=subject.care_leaver,
        age=rules.age_on(person.born_on, person.died_on or clock.today()),
    )


legal_moves(DeathNotice)
