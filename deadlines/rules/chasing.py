"""When each reminder and escalation of a deadline falls, before and after it is due, and how often."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Self

from deadlines.rules.calendar import Calendar
from deadlines.rules.counting import add_months
from deadlines.rules.london import LONDON, london_date

MORNING = dt.time(8, 0)
_DAY = dt.timedelta(days=1)


class StepUnit(StrEnum):
    """What a step's offset is counted in."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"
    HOURS = "hours"
    MORNING_OF = "morning_of"


_SUFFIXES = {StepUnit.WORKING_DAYS: "wd", StepUnit.DAYS: "d", StepUnit.MONTHS: "m", StepUnit.HOURS: "h"}
_NAMES = {
    StepUnit.WORKING_DAYS: "working day",
    StepUnit.DAYS: "day",
    StepUnit.MONTHS: "month",
    StepUnit.HOURS: "hour",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder or escalation: so long before (negative) or after the due instant, and whom it tells.

    `tell` holds role codes; `relevant_dsp` is the safeguarding partner of the agency that owes the act.
    `every` repeats it after as many units for as long as the act is owed; 0 says it once. `by_digest` puts it
    into the daily e-mail whatever the person has chosen.
    """

    offset: int
    unit: StepUnit
    tell: tuple[str, ...]
    every: int = 0
    by_digest: bool = False

    @property
    def key(self) -> str:
        """A short name that never changes, so that each step is recorded once: `-2wd`, `morning`, `+0wd`."""
        return "morning" if self.unit is StepUnit.MORNING_OF else f"{self.offset:+}{_SUFFIXES[self.unit]}"

    @property
    def words(self) -> str:
        """When it falls, and how often, for a reader."""
        if self.unit is StepUnit.MORNING_OF:
            return "on the morning of the day"
        if self.offset == 0:
            when = "when the time is up"
        else:
            side = "before" if self.offset < 0 else "after"
            when = f"{_counted(abs(self.offset), self.unit)} {side}"
        if not self.every:
            return when
        again = (
            f"every {_NAMES[self.unit]}" if self.every == 1 else f"every {_counted(self.every, self.unit)}"
        )
        return f"{when}, and then {again}"

    def as_json(self) -> dict[str, Any]:
        """What a row of the catalogue keeps of a step."""
        kept: dict[str, Any] = {"offset": self.offset, "unit": self.unit.value, "tell": list(self.tell)}
        if self.every:
            kept["every"] = self.every
        if self.by_digest:
            kept["by_digest"] = True
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The step that `as_json` kept."""
        return cls(
            kept["offset"],
            StepUnit(kept["unit"]),
            tuple(kept["tell"]),
            kept.get("every", 0),
            kept.get("by_digest", False),
        )


class Fall(NamedTuple):
    """One time at which a step falls: its key, with the number of its repetition, and the instant."""

    key: str
    at: dt.datetime


class Falls(NamedTuple):
    """A step as it stands at an instant: when it last fell, and when it falls next; None for never."""

    last: Fall | None
    following: dt.datetime | None


def falls(step: Step, due_at: dt.datetime, calendar: Calendar, now: dt.datetime) -> Falls:
    """When a step last fell and when it falls next.

    Of a step that repeats only the last time counts: after days of standing still it is said once.
    """
    first = step_at(step, due_at, calendar)
    if first > now:
        return Falls(None, first)
    if not step.every:
        return Falls(Fall(step.key, first), None)
    # The last repetition that has fallen lies in [low, high): double the distance, then halve it.
    low, high = 0, 1
    while step_at(step, due_at, calendar, high) <= now:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if step_at(step, due_at, calendar, middle) <= now else (low, middle)
    key = f"{step.key}#{low}" if low else step.key
    return Falls(Fall(key, step_at(step, due_at, calendar, low)), step_at(step, due_at, calendar, high))


def step_at(step: Step, due_at: dt.datetime, calendar: Calendar, repetition: int = 0) -> dt.datetime:
    """The UTC instant from which a step is to be taken, for the first time or again.

    Hours are elapsed. A step before the due day, or on its morning, falls at 8am in London. One of no days
    falls when the time is up, and later ones as long after: `+1` working day is the end of the first
    working day missed.
    """
    offset = step.offset + repetition * step.every
    if step.unit is StepUnit.HOURS:
        return due_at + dt.timedelta(hours=offset)
    if offset == 0 and step.unit is not StepUnit.MORNING_OF:
        return due_at
    on = _shift(london_date(due_at), step.unit, offset, calendar)
    if offset < 0 or step.unit is StepUnit.MORNING_OF:
        return dt.datetime.combine(on, MORNING, LONDON).astimezone(dt.UTC)
    return dt.datetime.combine(on, due_at.astimezone(LONDON).time(), LONDON).astimezone(dt.UTC)


def _shift(due_on: dt.date, unit: StepUnit, offset: int, calendar: Calendar) -> dt.date:
    if unit is StepUnit.MONTHS:
        return add_months(due_on, offset)
    if unit is not StepUnit.WORKING_DAYS:
        return due_on + offset * _DAY
    if offset < 0:
        return calendar.working_day_before(due_on, -offset)
    return calendar.working_day_after(due_on, offset)


def _counted(amount: int, unit: StepUnit) -> str:
    return f"{amount} {_NAMES[unit]}" if amount == 1 else f"{amount} {_NAMES[unit]}s"
