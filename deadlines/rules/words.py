"""Dates, times and amounts in GOV.UK style."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_NAMED_HOURS = {(0, 0): "midnight", (12, 0): "midday"}


@lru_cache(maxsize=8192)
def full_date(on: dt.date) -> str:
    """`Wednesday 24 December 2025`."""
    return f"{_WEEKDAYS[on.weekday()]} {on.day} {_MONTHS[on.month - 1]} {on.year}"


def clock_time(at: dt.time) -> str:
    """`5:30pm`, `9am`, `midday`, `midnight`; seconds are not shown."""
    if named := _NAMED_HOURS.get((at.hour, at.minute)):
        return named
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


def moment(local: dt.datetime) -> str:
    """`5:30pm on Friday 11 September 2026`, of a time already in London."""
    return f"{clock_time(local.time())} on {full_date(local.date())}"


def days_of_months(days: Sequence[dt.date], *, with_year: bool = False) -> str:
    """`25 and 26 December, 1 January`: days in order, gathered by month."""
    gathered = groupby(days, key=lambda on: (on.year, on.month))
    return ", ".join(
        f"{and_list(str(on.day) for on in of_month)} {_MONTHS[month - 1]}{f' {year}' if with_year else ''}"
        for (year, month), of_month in gathered
    )


def and_list(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def count(amount: int, noun: str) -> str:
    """`1 working day`, `15 working days`."""
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"
