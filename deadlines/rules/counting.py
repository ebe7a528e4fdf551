"""From a trigger, a length and a calendar to the instant a thing is due, with every day that was counted.

The conventions are those of domain §3.1. The day of the trigger is day 0; a day lasts until 23:59:59 in
London; hours are elapsed hours, counted in UTC; nothing here asks what time it is.
"""

import calendar as months
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from deadlines.rules import words
from deadlines.rules.calendar import WEEKEND, Calendar
from deadlines.rules.london import LONDON, end_of_day, london_date, start_of_day

_DAY = dt.timedelta(days=1)


class Unit(StrEnum):
    """The kinds of length the sources use."""

    WORKING_DAYS = "working_days"
    HOURS = "hours"
    MONTHS = "months"
    DAYS = "days"
    SAME_WORKING_DAY = "same_working_day"
    WORKING_DAYS_BEFORE = "working_days_before"
    YEARS_AT_LEAST = "years_at_least"


@dataclass(frozen=True, slots=True)
class Length:
    """How long a rule gives: an amount of a unit. An amount is never negative."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError("A length cannot be negative.")


def working_days(amount: int) -> Length:
    """So many working days after the trigger."""
    return Length(amount, Unit.WORKING_DAYS)


def hours(amount: int) -> Length:
    """So many elapsed hours after the trigger, nights, weekends and holidays included."""
    return Length(amount, Unit.HOURS)


def calendar_months(amount: int) -> Length:
    """The corresponding date so many months later, or the last day of that month if there is none."""
    return Length(amount, Unit.MONTHS)


def calendar_days(amount: int) -> Length:
    """So many days after the trigger, weekends and holidays included."""
    return Length(amount, Unit.DAYS)


def same_working_day() -> Length:
    """By the end of the trigger's day, or of the next working day if it is not one."""
    return Length(0, Unit.SAME_WORKING_DAY)


def working_days_before(amount: int) -> Length:
    """At least so many working days before the trigger, which then lies ahead."""
    return Length(amount, Unit.WORKING_DAYS_BEFORE)


def years_at_least(amount: int) -> Length:
    """Not before the same date so many years later (29 February: 1 March)."""
    return Length(amount, Unit.YEARS_AT_LEAST)


class Latest(NamedTuple):
    """A day after which something is never due, and the words that say so after “but”."""

    on: dt.date
    words: str


class Derived(NamedTuple):
    """A due date and everything that explains it.

    `due_at` is in UTC. It is the last instant in time, except for `YEARS_AT_LEAST`, where it is the first
    instant at which the thing may be undone. `due_on` is its date in London. `work_to` is the working day
    before, when a date counted in months or days is not a working day itself. `notes` are sentences for the
    reader: clock changes, a trigger on a holiday, a time after the office closed. `brought_forward` says why
    the date is earlier than the count alone would make it.
    """

    length: Length
    trigger: dt.datetime | dt.date
    trigger_on: dt.date
    day_zero: dt.date
    due_at: dt.datetime
    due_on: dt.date
    counted: tuple[dt.date, ...]
    skipped: tuple[tuple[dt.date, str], ...]
    work_to: dt.date | None
    provisional: bool
    notes: tuple[str, ...]
    calendar_name: str
    calendar_version: str
    brought_forward: str = ""

    @property
    def work_to_or_due(self) -> dt.date:
        """The day to plan for: the working day before a due date nobody works on, otherwise the due date."""
        return self.work_to or self.due_on

    def as_json(self) -> dict[str, Any]:
        """How the date was worked out, in plain values, to keep beside it."""
        return {
            "length": {"amount": self.length.amount, "unit": self.length.unit.value},
            "trigger": self.trigger.isoformat(),
            "day_zero": self.day_zero.isoformat(),
            "due_at": self.due_at.isoformat(),
            "due_on": self.due_on.isoformat(),
            "counted": [on.isoformat() for on in self.counted],
            "skipped": [[on.isoformat(), why] for on, why in self.skipped],
            "work_to": self.work_to.isoformat() if self.work_to else None,
            "provisional": self.provisional,
            "notes": list(self.notes),
            "calendar": f"{self.calendar_name}, {self.calendar_version}",
            "brought_forward": self.brought_forward,
        }


class _Count(NamedTuple):
    """What one unit's count found; `derive` adds what all units share."""

    due_on: dt.date
    due_at: dt.datetime
    counted: tuple[dt.date, ...] = ()
    skipped: tuple[tuple[dt.date, str], ...] = ()
    work_to: dt.date | None = None
    leans_on_table: bool = True


def derive(
    length: Length,
    trigger: dt.datetime | dt.date,
    calendar: Calendar,
    *,
    office_closes_at: dt.time | None = None,
    latest: Latest | None = None,
) -> Derived:
    """Work out when something is due.

    `trigger` is an aware instant, or a London date where only the day is known; a length in hours needs
    the instant. `office_closes_at` is for local rules only: no statutory clock waits for opening hours, so
    a 5:30pm trigger on a Friday counts as Friday (domain §3.1). It is never due after `latest`, nor, on its
    account, before day 0.
    """
    trigger_on = london_date(trigger) if isinstance(trigger, dt.datetime) else trigger
    day_zero = _day_zero(trigger, trigger_on, office_closes_at)
    found = (
        _hours(length, trigger)
        if length.unit is Unit.HOURS
        else _COUNTS[length.unit](length, day_zero, calendar)
    )
    is_later = latest is not None and found.due_on > latest.on and found.due_on > day_zero
    if latest is not None and is_later:
        found = _brought_forward(found, max(latest.on, day_zero))
    return Derived(
        length=length,
        trigger=trigger,
        trigger_on=trigger_on,
        day_zero=day_zero,
        due_at=found.due_at,
        due_on=found.due_on,
        counted=found.counted,
        skipped=found.skipped,
        work_to=found.work_to,
        provisional=found.leans_on_table and _provisional(calendar, day_zero, found),
        notes=_clock_change(trigger, found.due_at)
        if length.unit is Unit.HOURS
        else _day_notes(trigger_on, day_zero, calendar),
        calendar_name=calendar.name,
        calendar_version=calendar.version,
        brought_forward=latest.words if latest is not None and is_later else "",
    )


def latest_send(publication_on: dt.date, amount: int, calendar: Calendar) -> dt.date:
    """The last day on which something owed `amount` working days before publication may be sent.

    The publication day is day 0 and need not be a working day.
    """
    return calendar.working_day_before(publication_on, amount)


def clear_days_send(publication_on: dt.date, amount: int, calendar: Calendar) -> dt.date:
    """The last day on the stricter reading, clear working days between; sending later deserves a warning."""
    return calendar.working_day_before(publication_on, amount + 1)


def earliest_publication(sent_on: dt.date, amount: int, calendar: Calendar) -> dt.date:
    """The first date for which a copy sent on `sent_on` went in time.

    It is the earliest date whose `latest_send` is not before the day of sending; it may fall on a
    non-working day, as a publication date may.
    """
    if amount == 0:
        return sent_on
    # A working day of sending is itself the first of the days counted back to.
    ahead = amount - 1 if calendar.is_working_day(sent_on) else amount
    return calendar.working_day_after(sent_on, ahead) + _DAY


def add_months(on: dt.date, amount: int) -> dt.date:
    """The corresponding date `amount` months later, or the last day of the month if it has none."""
    year, month = divmod(on.year * 12 + on.month - 1 + amount, 12)
    return dt.date(year, month + 1, min(on.day, months.monthrange(year, month + 1)[1]))


def add_years_at_least(on: dt.date, amount: int) -> dt.date:
    """The same date `amount` years later; a 29 February without one becomes 1 March, so no day is lost."""
    try:
        return on.replace(year=on.year + amount)
    except ValueError:
        return dt.date(on.year + amount, 3, 1)


def _day_zero(trigger: dt.datetime | dt.date, trigger_on: dt.date, closes_at: dt.time | None) -> dt.date:
    if closes_at is None or not isinstance(trigger, dt.datetime):
        return trigger_on
    # The next calendar day, not the next working day: a Friday evening may not outlast a Saturday morning.
    return trigger_on + _DAY if trigger.astimezone(LONDON).time() >= closes_at else trigger_on


def _working_days(length: Length, day_zero: dt.date, calendar: Calendar) -> _Count:
    return _walk(length.amount, day_zero, calendar, _DAY)


def _working_days_before(length: Length, day_zero: dt.date, calendar: Calendar) -> _Count:
    return _walk(length.amount, day_zero, calendar, -_DAY)


def _same_working_day(length: Length, day_zero: dt.date, calendar: Calendar) -> _Count:
    if calendar.is_working_day(day_zero):
        return _Count(day_zero, end_of_day(day_zero), (day_zero,))
    return _walk(1, day_zero, calendar, _DAY)


def _walk(amount: int, on: dt.date, calendar: Calendar, step: dt.timedelta) -> _Count:
    holidays = calendar.holidays
    counted: list[dt.date] = []
    skipped: list[tuple[dt.date, str]] = []
    left = amount
    while left:
        on += step
        if on.weekday() >= 5:
            skipped.append((on, WEEKEND))
        elif on in holidays:
            skipped.append((on, holidays[on].title))
        else:
            counted.append(on)
            left -= 1
    return _Count(on, end_of_day(on), tuple(counted), tuple(skipped))


def _months(length: Length, day_zero: dt.date, calendar: Calendar) -> _Count:
    return _by_date(add_months(day_zero, length.amount), calendar)


def _days(length: Length, day_zero: dt.date, calendar: Calendar) -> _Count:
    return _by_date(day_zero + dt.timedelta(days=length.amount), calendar)


def _by_date(due_on: dt.date, calendar: Calendar) -> _Count:
    # Never rolled forward: the date stands, and the working day before is the one to work to (domain §3.1).
    work_to = None if calendar.is_working_day(due_on) else calendar.working_day_before(due_on)
    return _Count(due_on, end_of_day(due_on), work_to=work_to)


def _years_at_least(length: Length, day_zero: dt.date, calendar: Calendar) -> _Count:
    allowed_on = add_years_at_least(day_zero, length.amount)
    return _Count(allowed_on, start_of_day(allowed_on), leans_on_table=False)


def _hours(length: Length, trigger: dt.datetime | dt.date) -> _Count:
    if not isinstance(trigger, dt.datetime):
        raise TypeError("Hours can only be counted from a time, not from a day.")
    due_at = trigger.astimezone(dt.UTC) + dt.timedelta(hours=length.amount)
    return _Count(london_date(due_at), due_at, leans_on_table=False)


_COUNTS: Final[dict[Unit, Callable[[Length, dt.date, Calendar], _Count]]] = {
    Unit.WORKING_DAYS: _working_days,
    Unit.WORKING_DAYS_BEFORE: _working_days_before,
    Unit.SAME_WORKING_DAY: _same_working_day,
    Unit.MONTHS: _months,
    Unit.DAYS: _days,
    Unit.YEARS_AT_LEAST: _years_at_least,
}


def _brought_forward(found: _Count, due_on: dt.date) -> _Count:
    return _Count(
        due_on,
        end_of_day(due_on),
        counted=tuple(on for on in found.counted if on <= due_on),
        skipped=tuple((on, why) for on, why in found.skipped if on <= due_on),
    )


def _provisional(calendar: Calendar, day_zero: dt.date, found: _Count) -> bool:
    if found.counted:
        first, last = sorted((day_zero, found.due_on))
        return calendar.leans_on_provisional(first, last)
    # A date counted in months or days leans on the table only for the working day to work to.
    return calendar.leans_on_provisional(found.work_to or found.due_on, found.due_on)


def _day_notes(trigger_on: dt.date, day_zero: dt.date, calendar: Calendar) -> tuple[str, ...]:
    notes = []
    if day_zero != trigger_on:
        notes.append("It came after the office had closed, so it counts as the next day.")
    if why := calendar.why_not(trigger_on):
        named = "in a weekend" if why == WEEKEND else f"a bank holiday ({why})"
        notes.append(f"{words.full_date(trigger_on)} is {named}, not a working day.")
    return tuple(notes)


def _clock_change(trigger: dt.datetime | dt.date, due_at: dt.datetime) -> tuple[str, ...]:
    if not isinstance(trigger, dt.datetime):
        return ()
    begun, due = trigger.astimezone(LONDON), due_at.astimezone(LONDON)
    shift = (due.utcoffset() or dt.timedelta()) - (begun.utcoffset() or dt.timedelta())
    if not shift:
        return ()
    direction, effect = ("forward", "later") if shift > dt.timedelta() else ("back", "earlier")
    return (
        f"The clocks go {direction} in between, so the time of day is an hour {effect}: "
        "the hours themselves are counted.",
    )
