"""Working a rule out for a partnership, and reading back how a kept date was worked out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from accounts.models import Partnership
from deadlines import catalogue
from deadlines.rules.calendar import Calendar
from deadlines.rules.counting import Derived, Latest, Length, Unit, calendar_days, derive
from deadlines.rules.london import london_date


def settings_of(partnership: Partnership) -> dict[str, Any]:
    """The figures and anchors a partnership has chosen, as the catalogue asks for them."""
    return {
        catalogue.LOCAL_LENGTHS: partnership.local_lengths,
        catalogue.WRITTEN_WITHIN_HOURS: partnership.written_within_hours,
        catalogue.RAPID_REVIEW_ANCHOR: partnership.rr_anchor,
    }


def work_out(
    rule: catalogue.RuleVersion,
    trigger_at: dt.datetime,
    calendar: Calendar,
    office_closes_at: dt.time | None,
    *,
    given_on: dt.date | None = None,
    latest: Latest | None = None,
) -> Derived:
    """When a rule, with the partnership's own figure, makes something due; on `given_on`, where somebody
    entitled has set the day. When the office closes matters to few rules only."""
    if given_on is not None:
        return derive(calendar_days(0), given_on, calendar)
    closes_at = office_closes_at if rule.office_hours else None
    return derive(rule.length, trigger_at, calendar, office_closes_at=closes_at, latest=latest)


def derived_from(kept: Mapping[str, Any]) -> Derived:
    """The derivation as `Derived.as_json` kept it, with the days counted then and the calendar of then."""
    trigger = _moment_or_day(kept["trigger"])
    name, _, version = kept["calendar"].partition(", ")
    return Derived(
        length=length_of(kept),
        trigger=trigger,
        trigger_on=london_date(trigger) if isinstance(trigger, dt.datetime) else trigger,
        day_zero=dt.date.fromisoformat(kept["day_zero"]),
        due_at=dt.datetime.fromisoformat(kept["due_at"]),
        due_on=dt.date.fromisoformat(kept["due_on"]),
        counted=tuple(dt.date.fromisoformat(on) for on in kept["counted"]),
        skipped=tuple((dt.date.fromisoformat(on), why) for on, why in kept["skipped"]),
        work_to=dt.date.fromisoformat(kept["work_to"]) if kept["work_to"] else None,
        provisional=kept["provisional"],
        notes=tuple(kept["notes"]),
        calendar_name=name,
        calendar_version=version,
        brought_forward=kept.get("brought_forward", ""),
    )


def length_of(kept: Mapping[str, Any]) -> Length:
    """The length alone of a kept derivation."""
    return Length(kept["length"]["amount"], Unit(kept["length"]["unit"]))


def _moment_or_day(text: str) -> dt.datetime | dt.date:
    return dt.datetime.fromisoformat(text) if "T" in text else dt.date.fromisoformat(text)
