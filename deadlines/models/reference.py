"""What every deadline leans on: the rules as they stood from day to day, and the bank holidays.

Both are filled by a migration from `deadlines.catalogue` and `deadlines.holidays`. A rule changes by a new
version with its source and dates, never by editing an old one.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import MD5, Cast, Concat

from accounts.constraints import not_before, one_of
from accounts.models import Record
from deadlines import catalogue
from deadlines.rules.chasing import Step
from deadlines.rules.counting import Length, Unit


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
    def governing(self, code: str, on: dt.date) -> RuleVersion:
        """The version of a rule in force on the day of the trigger; raises NoRuleInForceError."""
        until = Q(effective_to__isnull=True) | Q(effective_to__gte=on)
        found = self.filter(until, code=code, effective_from__lte=on).order_by("effective_from").last()
        if found is None:
            raise catalogue.NoRuleInForceError(f"No version of {code} is in force on {on.isoformat()}.")
        return found


class RuleVersion(Record):
    """One rule as it stood from `effective_from` to `effective_to`, with its source; `as_rule` reads it."""

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
            models.UniqueConstraint(fields=["code", "effective_from"], name="deadlines_ruleversion_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name} ({self.version})"

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
            reminders=_steps(self.reminders),
            missed=_steps(self.missed),
            consequence=self.consequence,
        )


class HolidayQuerySet(models.QuerySet["Holiday"]):
    def of_calendar(self, name: str) -> HolidayQuerySet:
        return self.filter(calendar=name).order_by("on")

    def fingerprint(self, name: str) -> str:
        """Changes whenever any holiday of a calendar does, whatever changed it; empty for an empty table."""
        line = Concat(
            Cast("on", models.TextField()),
            Value("|"),
            "title",
            Value("|"),
            Cast("provisional", models.TextField()),
            output_field=models.TextField(),
        )
        together = MD5(StringAgg(line, delimiter="\n", order_by="on"))
        return self.filter(calendar=name).aggregate(together=together)["together"] or ""


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
