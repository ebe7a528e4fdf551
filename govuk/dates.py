"""Dates and times as people type them, and as this service writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DATE_PARTS = ("day", "month", "year")

_SHORTEST_MONTH_NAME = 3
_TIME = re.compile(r"(?P<hour>\d{1,2})(?:[:.]?(?P<minute>\d{2}))?\s*(?P<half>am|pm)?", re.ASCII)
_TIME_WORDS = {"midday": time(12), "noon": time(12), "midnight": time(0)}


class Mistyped(Exception):
    """What is wrong with a typed date or time, and in which boxes.

    `problem` completes the sentence "The date of birth …".
    """

    def __init__(self, problem: str, parts: tuple[str, ...]) -> None:
        super().__init__(problem)
        self.problem, self.parts = problem, parts


def parse_date(typed: Mapping[str, str]) -> date:
    """Read a day, a month (a number or a name) and a year of four digits; raise `Mistyped`."""
    if missing := tuple(part for part in DATE_PARTS if not typed.get(part, "").strip()):
        raise Mistyped(f"must include {_listed(missing)}", missing)
    day, month, year = (_number(typed, "day"), _month(typed["month"]), _number(typed, "year"))
    wrong = {"day": not 1 <= day <= 31, "month": not 1 <= month <= 12}
    if parts := tuple(part for part, is_wrong in wrong.items() if is_wrong):
        raise Mistyped("must be a real date", parts)
    if not re.fullmatch(r"[1-9]\d{3}", typed["year"].strip(), re.ASCII):
        raise Mistyped("must have a year of 4 numbers", ("year",))
    try:
        return date(year, month, day)
    except ValueError:
        # 31 June: the day is the box to look at first, whichever of the three is the slip.
        raise Mistyped("must be a real date", ("day",)) from None


def parse_time(typed: str) -> time:
    """Read "5:30pm", "17:30", "9am", "midday" or "midnight"; raise `Mistyped`.

    A one-figure hour needs "am" or "pm": "5:30" is as often the afternoon as the morning, and a
    statutory clock may hang on it. Two figures ("05:30") are the 24-hour clock.
    """
    text = re.sub(r"\s+|(?<=[ap])\.|(?<=m)\.", "", typed.strip().lower())
    if text in _TIME_WORDS:
        return _TIME_WORDS[text]
    match = _TIME.fullmatch(text)
    if match is None:
        raise Mistyped("must have a time like 5:30pm or 17:30", ("time",))
    return _clock_time(match)


def _clock_time(match: re.Match[str]) -> time:
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), match["half"]
    if half is None and (len(match["hour"]) == 1 or match["minute"] is None):
        raise Mistyped("must say am or pm, or use the 24-hour clock, like 5:30pm or 17:30", ("time",))
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        raise Mistyped("must have a real time, like 5:30pm or 17:30", ("time",))
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute)


def instant(day: date, clock: time, zone: tzinfo) -> datetime:
    """The moment, in UTC, when clocks in `zone` showed this date and time; raise `Mistyped` if they never did.

    UTC, so that adding hours adds elapsed hours. In the hour that happens twice in October it is the
    first of the two: a clock that starts then must not start late.
    """
    moment = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).time() != clock:
        raise Mistyped(
            f"must have a time that happened: the clocks went forward over {clock_text(clock)} that day",
            ("time",),
        )
    return moment


def date_text(day: date) -> str:
    """Write a date as "3 September 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def clock_text(clock: time) -> str:
    """Write a time as "5:30pm", "9am", "midday" or "midnight"."""
    if (clock.hour, clock.minute) == (12, 0):
        return "midday"
    if (clock.hour, clock.minute) == (0, 0):
        return "midnight"
    minutes = f":{clock.minute:02}" if clock.minute else ""
    return f"{clock.hour % 12 or 12}{minutes}{'am' if clock.hour < 12 else 'pm'}"


def _number(typed: Mapping[str, str], part: str) -> int:
    text = typed[part].strip()
    return int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else 0


def _month(typed: str) -> int:
    text = typed.strip().lower().rstrip(".")
    if re.fullmatch(r"\d{1,2}", text, re.ASCII):
        return int(text)
    if len(text) < _SHORTEST_MONTH_NAME:
        return 0
    return next((n for n, name in enumerate(MONTHS, start=1) if name.lower().startswith(text)), 0)


def _listed(parts: tuple[str, ...]) -> str:
    words = [f"a {part}" for part in parts]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
