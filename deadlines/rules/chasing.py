"""When each reminder and escalation of a deadline falls, before and after it is due."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from deadlines.rules.calendar import Calendar
from deadlines.rules.london import LONDON, london_date

MORNING = dt.time(8, 0)
_DAY = dt.timedelta(days=1)


class StepUnit(StrEnum):
    """What a step's offset is counted in."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    HOURS = "hours"
    MORNING_OF = "morning_of"


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder or escalation: so long before (negative) or after the due instant, and whom it tells.

    `tell` holds role codes; `relevant_dsp` is the safeguarding partner of the agency that owes the act.
    """

    offset: int
    unit: StepUnit
    tell: tuple[str, ...]

    @property
    def key(self) -> str:
        """A short name that never changes, so that each step is recorded once: `-2wd`, `morning`, `+0wd`."""
        if self.unit is StepUnit.MORNING_OF:
            return "morning"
        suffix = {StepUnit.WORKING_DAYS: "wd", StepUnit.DAYS: "d", StepUnit.HOURS: "h"}[self.unit]
        return f"{self.offset:+}{suffix}"


def step_at(step: Step, due_at: dt.datetime, calendar: Calendar) -> dt.datetime:
    """The UTC instant from which a step is to be taken.

    Hours are elapsed. A step before the due day, or on its morning, falls at 8am in London. One of no days
    falls when the time is up, and later ones as long after: `+1` working day is the end of the first
    working day missed.
    """
    if step.unit is StepUnit.HOURS:
        return due_at + dt.timedelta(hours=step.offset)
    if step.offset == 0 and step.unit is not StepUnit.MORNING_OF:
        return due_at
    on = _shift(london_date(due_at), step, calendar)
    if step.offset < 0 or step.unit is StepUnit.MORNING_OF:
        return dt.datetime.combine(on, MORNING, LONDON).astimezone(dt.UTC)
    return dt.datetime.combine(on, due_at.astimezone(LONDON).time(), LONDON).astimezone(dt.UTC)


def _shift(due_on: dt.date, step: Step, calendar: Calendar) -> dt.date:
    if step.unit is not StepUnit.WORKING_DAYS:
        return due_on + step.offset * _DAY
    if step.offset < 0:
        return calendar.working_day_before(due_on, -step.offset)
    return calendar.working_day_after(due_on, step.offset)
