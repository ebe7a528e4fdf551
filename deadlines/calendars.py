"""The working-day calendars, from the holiday table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import connection

from deadlines.models import Holiday
from deadlines.models.reference import CalendarName
from deadlines.rules import words
from deadlines.rules.calendar import Calendar
from deadlines.rules.calendar import Holiday as Day
from deadlines.rules.counting import add_months

# How long before the official holidays run out somebody is told: GOV.UK announces them about two years ahead.
WARN_MONTHS: Final = 12

# Each process keeps the calendars it has read, beside the fingerprint of the table they were read from.
_kept: dict[str, tuple[str, Calendar]] = {}


def calendar_named(name: str = CalendarName.ENGLAND_AND_WALES) -> Calendar:
    """A calendar as the holiday table stands now; one short query unless the table has changed."""
    fingerprint = _fingerprint(name)
    if name not in _kept or _kept[name][0] != fingerprint:
        days = list(Holiday.objects.of_calendar(name))
        _kept[name] = fingerprint, _of_days(name, days, fingerprint[:8] or "empty")
    return _kept[name][1]


# Asked on every page that shows a date, and the same each time: not worth composing.
_TOGETHER: Final = """
    SELECT md5(string_agg(concat_ws('|', "on", title, provisional), E'\\n' ORDER BY "on"))
    FROM "deadlines_holiday" WHERE calendar = %s
"""


def _fingerprint(name: str) -> str:
    """Changes whenever any holiday of a calendar does, whatever changed it; empty for an empty table."""
    with connection.cursor() as cursor:
        cursor.execute(_TOGETHER, [name])
        (together,) = cursor.fetchone()
    return together or ""


def would_be(name: str, *, without: Iterable[Holiday] = (), adding: Iterable[Holiday] = ()) -> Calendar:
    """The calendar as it would be with some days taken out of the table and others put in; nothing is written."""
    gone = {day.pk for day in without}
    days = [day for day in Holiday.objects.of_calendar(name) if day.pk not in gone]
    return _of_days(name, sorted([*days, *adding], key=lambda day: day.on), "not kept yet")


def running_out(today: dt.date) -> list[str]:
    """A sentence for each calendar whose official holidays end within twelve months."""
    found = []
    for name in CalendarName.values:
        until = calendar_named(name).official_until
        if until < add_months(today, WARN_MONTHS):
            found.append(
                f"The official bank holidays of the calendar “{name}” end on {words.full_date(until)}. Dates after "
                "that are provisional. Refresh the table, or add the holidays that have been announced."
            )
    return found


class Calendars(dict[str, Calendar]):
    """Calendars by name, each asked for once: for one page, or one batch of deadlines."""

    def __missing__(self, name: str) -> Calendar:
        self[name] = calendar_named(name)
        return self[name]


def _of_days(name: str, days: Sequence[Holiday], edition: str) -> Calendar:
    official = [day.on.year for day in days if not day.provisional]
    awaited = [day.on.year for day in days if day.provisional]
    first = min(official, default=dt.MAXYEAR)
    # A one-off holiday proclaimed years ahead is official, and makes nothing else of its year so.
    last = min(awaited) - 1 if awaited else max(official, default=dt.MINYEAR)
    return Calendar(
        holidays={day.on: Day(day.title, day.source, day.provisional) for day in days},
        official_from=dt.date(first, 1, 1),
        official_until=dt.date(last, 12, 31),
        version=f"official to {last}, edition {edition}",
        name=str(name),
    )
