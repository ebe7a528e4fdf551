"""The working-day calendars, from the holiday table."""

from __future__ import annotations

import datetime as dt

from deadlines.models import Holiday
from deadlines.models.reference import CalendarName
from deadlines.rules.calendar import Calendar
from deadlines.rules.calendar import Holiday as Day

# Each process keeps the calendars it has read, beside the fingerprint of the table they were read from.
_kept: dict[str, tuple[str, Calendar]] = {}


def calendar_named(name: str = CalendarName.ENGLAND_AND_WALES) -> Calendar:
    """A calendar as the holiday table stands now; one short query unless the table has changed."""
    fingerprint = Holiday.objects.fingerprint(name)
    if name not in _kept or _kept[name][0] != fingerprint:
        _kept[name] = fingerprint, _read(name, fingerprint)
    return _kept[name][1]


class Calendars(dict[str, Calendar]):
    """Calendars by name, each asked for once: for one page, or one batch of deadlines."""

    def __missing__(self, name: str) -> Calendar:
        self[name] = calendar_named(name)
        return self[name]


def _read(name: str, fingerprint: str) -> Calendar:
    days = list(Holiday.objects.of_calendar(name))
    official = [day.on.year for day in days if not day.provisional]
    awaited = [day.on.year for day in days if day.provisional]
    first = min(official, default=dt.MAXYEAR)
    # A one-off holiday proclaimed years ahead is official, and makes nothing else of its year so.
    last = min(awaited) - 1 if awaited else max(official, default=dt.MINYEAR)
    return Calendar(
        holidays={day.on: Day(day.title, day.source, day.provisional) for day in days},
        official_from=dt.date(first, 1, 1),
        official_until=dt.date(last, 12, 31),
        version=f"official to {last}, edition {fingerprint[:8] or 'empty'}",
        name=str(name),
    )
