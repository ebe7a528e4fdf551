"""What every deadline leans on: the rules as they stood from day to day, and the bank holidays.

Both are filled by a migration from `deadlines.catalogue` and `deadlines.holidays`. A rule changes by a new
version with its source and dates, never by editing an old one; one person proposes it, another confirms it.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.constraints import not_before, one_of
from accounts.models import Record, User
from deadlines import catalogue
from deadlines.rules.chasing import Step
from deadlines.rules.counting import Length, Unit
from lcspr import clock


class Force(models.TextChoices):
    LAW = "law", "Law"
    GUIDANCE = "guidance", "Guidance"
    LOCAL = "local", "Set by the partnership"
    DESIGN = "design", "Good practice"


STATUTORY = frozenset({Force.LAW, Force.GUIDANCE})


class CalendarName(models.TextChoices):
    ENGLAND_AND_WALES = "England and Wales", "England and Wales"
    UNITED_KINGDOM = "United Kingdom", "United Kingdom (freedom of information)"


class RuleVersionQuerySet(models.QuerySet["RuleVersion"]):
    def current(self) -> RuleVersionQuerySet:
        """Without the versions that were wrong and have been replaced from their own first day."""
        return self.filter(superseded_at__isnull=True)

    def governing(self, code: str, on: dt.date) -> RuleVersion:
        """The version of a rule in force on the day of the trigger; raises NoRuleInForceError."""
        until = Q(effective_to__isnull=True) | Q(effective_to__gte=on)
        versions = self.current().filter(until, code=code, effective_from__lte=on)
        found = versions.order_by("effective_from").last()
        if found is None:
            raise catalogue.NoRuleInForceError(f"No version of {code} is in force on {on.isoformat()}.")
        return found


class RuleVersion(Record):
    """One rule as it stood from `effective_from` to `effective_to`, with its source; `as_rule` reads it.

    `superseded_at` marks a version that was wrong from its first day: it governs nothing any more, and what was
    met under it keeps it. `by_hand` says that people added or ended it here, so that a release leaves it alone.
    """

    code = models.CharField(max_length=8)
    version = models.CharField(max_length=60)
    name = models.CharField(max_length=160)
    trigger = models.CharField(max_length=30)
    length = models.JSONField(help_text='{"amount": 5, "unit": "working_days"}')
    owed_by = models.CharField(max_length=20)
    told = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    force = models.CharField(max_length=10, choices=Force.choices)
    source = models.TextField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    anchors = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    anchor_setting = models.CharField(max_length=40, blank=True)
    local_setting = models.CharField(max_length=40, blank=True)
    limit = models.PositiveSmallIntegerField(null=True, blank=True)
    opt_in = models.BooleanField(default=False)
    office_hours = models.BooleanField(default=False)
    calendar = models.CharField(max_length=20, choices=CalendarName.choices)
    built = models.BooleanField(default=False)
    waits_for = models.CharField(max_length=200, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    by_hand = models.BooleanField(default=False)
    reminders = models.JSONField(default=list, blank=True)
    missed = models.JSONField(default=list, blank=True)
    consequence = models.TextField(blank=True)

    objects = RuleVersionQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["code", "effective_from"]
        constraints = [
            one_of("force", Force),
            one_of("calendar", CalendarName),
            not_before("effective_to", "effective_from"),
            models.UniqueConstraint(
                fields=["code", "effective_from"],
                condition=Q(superseded_at__isnull=True),
                name="deadlines_ruleversion_once",
            ),
            models.CheckConstraint(
                condition=Q(built=True, waits_for="") | Q(built=False) & ~Q(waits_for=""),
                name="deadlines_ruleversion_built_or_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name} ({self.version})"

    @property
    def is_statutory(self) -> bool:
        return self.force in STATUTORY

    @cached_property
    def as_rule(self) -> catalogue.RuleVersion:
        """The rule as the pure engine reads it, before a partnership's own figure is set in."""
        return catalogue.RuleVersion(
            code=self.code,
            version=self.version,
            name=self.name,
            trigger=catalogue.Trigger(self.trigger),
            length=Length(self.length["amount"], Unit(self.length["unit"])),
            owed_by=self.owed_by,
            told=tuple(self.told),
            force=catalogue.Force(self.force),
            source=self.source,
            effective_from=self.effective_from,
            effective_to=self.effective_to,
            anchors=tuple(catalogue.Trigger(anchor) for anchor in self.anchors),
            anchor_setting=self.anchor_setting or None,
            local_setting=self.local_setting or None,
            limit=self.limit,
            opt_in=self.opt_in,
            office_hours=self.office_hours,
            calendar=self.calendar,
            built=self.built,
            waits_for=self.waits_for,
            reminders=_steps(self.reminders),
            missed=_steps(self.missed),
            consequence=self.consequence,
        )


class ProposalKind(models.TextChoices):
    VERSION = "version", "A new version"
    WITHDRAWAL = "withdrawal", "The end of the rule"


class RuleProposalQuerySet(models.QuerySet["RuleProposal"]):
    def waiting(self) -> RuleProposalQuerySet:
        """Neither confirmed nor refused."""
        return self.filter(decided_at__isnull=True)


class RuleProposal(Record):
    """A change to a rule of law or guidance: an administrator proposes it, a business manager confirms it.

    `effective_from` is the first day of the new version or, for a withdrawal, the first day without the rule.
    `resulted_in` is the version it added, or the one it ended.
    """

    kind = models.CharField(max_length=12, choices=ProposalKind.choices, default=ProposalKind.VERSION)
    code = models.CharField(max_length=8)
    version = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=160, blank=True)
    length = models.JSONField(null=True, blank=True)
    source = models.TextField()
    effective_from = models.DateField()
    reason = models.TextField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    refusal = models.TextField(blank=True)
    resulted_in = models.ForeignKey(
        RuleVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RuleProposalQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["-proposed_at"]
        constraints = [
            one_of("kind", ProposalKind),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(decided_at__isnull=True),
                name="deadlines_ruleproposal_one_waiting",
            ),
            # Two people, whatever roles one of them holds.
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="deadlines_ruleproposal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(
                    decided_by__isnull=True, decided_at__isnull=True, refusal="", resulted_in__isnull=True
                )
                | Q(decided_by__isnull=False, decided_at__isnull=False)
                & (Q(refusal="", resulted_in__isnull=False) | ~Q(refusal="") & Q(resulted_in__isnull=True)),
                name="deadlines_ruleproposal_decided_one_way",
            ),
            models.CheckConstraint(
                condition=~Q(source="") & ~Q(reason=""), name="deadlines_ruleproposal_says_why"
            ),
            models.CheckConstraint(
                condition=Q(kind="withdrawal", length__isnull=True)
                | Q(kind="version", length__isnull=False) & ~Q(version="") & ~Q(name=""),
                name="deadlines_ruleproposal_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.get_kind_display().lower()} from {self.effective_from.isoformat()}"

    @property
    def is_waiting(self) -> bool:
        return self.decided_at is None


class HolidayQuerySet(models.QuerySet["Holiday"]):
    def of_calendar(self, name: str) -> HolidayQuerySet:
        return self.filter(calendar=name).order_by("on")


class Holiday(Record):
    """A bank holiday of one calendar; `provisional` until it is officially announced."""

    calendar = models.CharField(
        max_length=20, choices=CalendarName.choices, default=CalendarName.ENGLAND_AND_WALES
    )
    on = models.DateField("date")
    title = models.CharField(max_length=120)
    source = models.CharField(max_length=120)
    provisional = models.BooleanField(default=False)

    objects = HolidayQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["calendar", "on"]
        constraints = [
            one_of("calendar", CalendarName),
            models.UniqueConstraint(fields=["calendar", "on"], name="deadlines_holiday_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.on.isoformat()}"


def _steps(kept: list[Any]) -> tuple[Step, ...]:
    return tuple(Step.from_json(step) for step in kept)
