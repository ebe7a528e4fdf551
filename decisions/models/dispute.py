"""The record of a dispute among the partners: what about, who holds what, who was told, how it ended (F-21, T18)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from accounts.access_table import Thing
from accounts.constraints import one_of
from accounts.models import User
from accounts.settings_choices import StatutoryPartner
from casework.models import CaseRecord
from decisions.models.decision import Decision, SaidQuerySet
from lcspr import clock


class DisputeEnd(models.TextChoices):
    LEAD_PARTNERS = "lead_partners", "The lead safeguarding partners decided"
    AGREED = "agreed", "The partners came to agree"
    ALONE = "alone", "The local authority notified by itself"
    ABANDONED = "abandoned", "The question was no longer asked"
    IN_ERROR = "in_error", "It was escalated in error"


# How the people concerned may end a dispute themselves; the other ends come about by another act.
BROUGHT_BACK = (DisputeEnd.AGREED, DisputeEnd.IN_ERROR)


class StepKind(models.TextChoices):
    POSITION = "position", "A partner’s position"
    TOLD = "told", "Who was told"
    MEETING = "meeting", "A meeting or conversation"
    ADVICE = "advice", "Advice taken"
    OTHER = "other", "Something else"


class EscalationQuerySet(SaidQuerySet):
    def open(self) -> Self:
        return self.filter(settled_on=None)


class Escalation(CaseRecord):
    """A disagreement taken to the lead safeguarding partners (T18), from the day it was to how it ended.

    `reason` says what is disputed. What each partner holds stands in the steps, as it was on the day.
    """

    thing = Thing.RR_REPORT

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="escalations")
    reason = models.TextField("what is disputed")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_on = models.DateField()
    settled_on = models.DateField("ended on", null=True, blank=True)
    ended_how = models.CharField("how it ended", max_length=14, choices=DisputeEnd.choices, blank=True)
    ended_because = models.TextField(blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = EscalationQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["-opened_on"]
        constraints = [
            one_of("ended_how", DisputeEnd, blank=True),
            models.UniqueConstraint(
                fields=["decision"],
                condition=Q(settled_on__isnull=True),
                name="decisions_escalation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(settled_on__isnull=False)
                | Q(ended_how="", ended_because="", ended_by__isnull=True),
                name="decisions_escalation_ends_once",
            ),
            # Whoever opened a dispute does not take it back alone.
            models.CheckConstraint(
                condition=~Q(ended_how__in=["agreed", "in_error"])
                | (~Q(ended_because="") & Q(ended_by__isnull=False) & ~Q(ended_by=models.F("opened_by"))),
                name="decisions_escalation_brought_back_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"Dispute: {self.decision}"

    @property
    def is_open(self) -> bool:
        return self.settled_on is None


class DisputeStep(CaseRecord):
    """One step in a dispute, with its date: a position, who was told, a meeting, advice."""

    thing = Thing.RR_REPORT

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    partner = models.CharField(max_length=10, choices=StatutoryPartner.choices, blank=True)
    on = models.DateField()
    words = models.TextField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    objects = SaidQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["on", "recorded_at"]
        constraints = [
            one_of("kind", StepKind),
            one_of("partner", StatutoryPartner, blank=True),
            models.CheckConstraint(condition=~Q(words=""), name="decisions_disputestep_in_words"),
            models.CheckConstraint(
                condition=(Q(kind="position") & ~Q(partner="")) | (~Q(kind="position") & Q(partner="")),
                name="decisions_disputestep_position_of_a_partner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{f': {self.get_partner_display()}' if self.partner else ''}"
