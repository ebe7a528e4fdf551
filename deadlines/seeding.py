"""Filling the tables of rules and holidays from the catalogue and the bundled holiday list; for migrations.

Safe to repeat: a rule is known by its code and first day, a holiday by its calendar and day. A migration that
brings a new version of the catalogue calls the same functions again.
"""

from __future__ import annotations

from typing import Any

from deadlines import catalogue
from deadlines.holidays import listed
from deadlines.rules.chasing import Step

CALENDARS = ("England and Wales", "United Kingdom")


def seed_rules(model: Any) -> None:
    """Write every version of every rule of the catalogue that the table does not hold as it stands; what people
    added or ended here is left alone."""
    kept = {field.name for field in model._meta.get_fields()}
    for rule in catalogue.CATALOGUE:
        # An earlier migration calls this with a table that has not all of today's columns.
        fields = {name: value for name, value in fields_of(rule).items() if name in kept}
        here = {"code": fields.pop("code"), "effective_from": fields.pop("effective_from")}
        if "by_hand" in kept and model.objects.filter(**here, by_hand=True).exists():
            continue
        model.objects.update_or_create(**here, defaults=fields)


def seed_holidays(model: Any) -> None:
    """Write the announced holidays, and those expected after them; one entered by a person is left alone."""
    for name in CALENDARS:
        for on, day in listed(name).items():
            fields = {"title": day.title, "source": day.source, "provisional": day.provisional}
            model.objects.get_or_create(calendar=name, on=on, defaults=fields)


def fields_of(rule: catalogue.RuleVersion) -> dict[str, Any]:
    """What a row keeps of a rule of the catalogue, by field."""
    return {
        "code": rule.code,
        "version": rule.version,
        "name": rule.name,
        "trigger": rule.trigger.value,
        "length": {"amount": rule.length.amount, "unit": rule.length.unit.value},
        "owed_by": rule.owed_by,
        "told": list(rule.told),
        "force": rule.force.value,
        "source": rule.source,
        "effective_from": rule.effective_from,
        "effective_to": rule.effective_to,
        "anchors": [anchor.value for anchor in rule.anchors],
        "anchor_setting": rule.anchor_setting or "",
        "local_setting": rule.local_setting or "",
        "limit": rule.limit,
        "opt_in": rule.opt_in,
        "office_hours": rule.office_hours,
        "calendar": rule.calendar,
        "built": rule.built,
        "waits_for": rule.waits_for,
        "reminders": _kept_steps(rule.reminders),
        "missed": _kept_steps(rule.missed),
        "consequence": rule.consequence,
    }


def _kept_steps(steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    return [step.as_json() for step in steps]
