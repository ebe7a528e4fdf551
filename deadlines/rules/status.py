"""How a deadline stands at an instant, and how late a late one is (domain §3.1)."""

import datetime as dt
from enum import StrEnum
from typing import NamedTuple

from deadlines.rules import words
from deadlines.rules.calendar import Calendar
from deadlines.rules.counting import Length, Unit
from deadlines.rules.london import london_date, start_of_day

SOON_WORKING_DAYS = 2
SOON_DAYS_FOR_MONTHS = 28


class Standing(StrEnum):
    """The statuses of domain §3.1."""

    OPEN = "open"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met_late"
    HELD = "held"
    NOT_APPLICABLE = "not_applicable"
    CANCELLED = "cancelled"


_LABELS = {
    Standing.OPEN: "Open",
    Standing.DUE_SOON: "Due soon",
    Standing.OVERDUE: "Overdue",
    Standing.MET: "Met",
    Standing.MET_LATE: "Met late",
    Standing.HELD: "Held, reasons sent",
    Standing.NOT_APPLICABLE: "Not applicable",
    Standing.CANCELLED: "Cancelled",
}


class Lateness(NamedTuple):
    """How far past due: whole working days, or whole minutes for a rule counted in hours."""

    amount: int
    unit: str

    @property
    def words(self) -> str:
        """`1 working day`, `15 hours 35 minutes`, `less than 1 working day`."""
        if self.unit == "working_day":
            return words.count(self.amount, "working day") if self.amount else "less than 1 working day"
        whole_hours, minutes = divmod(self.amount, 60)
        parts = [words.count(whole_hours, "hour")] if whole_hours else []
        parts += [words.count(minutes, "minute")] if minutes else []
        return " ".join(parts) or "less than 1 minute"


class Status(NamedTuple):
    """Where a deadline stands; `late` is set when it is overdue or was met late."""

    standing: Standing
    late: Lateness | None = None

    @property
    def words(self) -> str:
        """`Due soon`, `Overdue by 2 working days`, `Met, 15 minutes late`."""
        if self.late is None:
            return _LABELS[self.standing]
        if self.standing is Standing.MET_LATE:
            return f"Met, {self.late.words} late"
        return f"Overdue by {self.late.words}"


def status(
    due_at: dt.datetime,
    met_at: dt.datetime | None,
    now: dt.datetime,
    *,
    length: Length,
    calendar: Calendar,
    held: bool = False,
    cancelled: bool = False,
    not_applicable: bool = False,
) -> Status:
    """How a deadline stands at `now`.

    `held` is for the caller to establish: a hold *and* a dated letter of reasons (domain §3.4.6). A duty to
    leave something alone (`YEARS_AT_LEAST`) is met by time passing and is never overdue.
    """
    if cancelled or not_applicable:
        return Status(Standing.CANCELLED if cancelled else Standing.NOT_APPLICABLE)
    if length.unit is Unit.YEARS_AT_LEAST:
        return Status(Standing.MET if met_at or now >= due_at else Standing.OPEN)
    late = lateness(due_at, met_at or now, length=length, calendar=calendar)
    if met_at is not None:
        return Status(Standing.MET if late is None else Standing.MET_LATE, late)
    if held:
        return Status(Standing.HELD)
    if late is not None:
        return Status(Standing.OVERDUE, late)
    return Status(Standing.DUE_SOON if now >= due_soon_at(due_at, length, calendar) else Standing.OPEN)


def lateness(due_at: dt.datetime, at: dt.datetime, *, length: Length, calendar: Calendar) -> Lateness | None:
    """How late an instant is, or None if it is in time.

    The last second of the due day belongs to it, so fractions of a second are dropped before comparing.
    """
    if at.replace(microsecond=0) <= due_at:
        return None
    if length.unit is Unit.HOURS:
        return Lateness(int((at - due_at).total_seconds()) // 60, "minute")
    return Lateness(calendar.working_days_between(london_date(due_at), london_date(at)), "working_day")


def due_soon_at(due_at: dt.datetime, length: Length, calendar: Calendar) -> dt.datetime:
    """The instant from which an open deadline is *due soon*. The only definition of it.

    Hours: when half of them are left. Months: four weeks before. Everything else: from the start of the
    second working day before the due day, when the first statutory reminder goes (domain §2.8).
    """
    if length.unit is Unit.HOURS:
        return due_at - dt.timedelta(minutes=length.amount * 30)
    due_on = london_date(due_at)
    if length.unit in {Unit.MONTHS, Unit.YEARS_AT_LEAST}:
        return start_of_day(due_on - dt.timedelta(days=SOON_DAYS_FOR_MONTHS))
    return start_of_day(calendar.working_day_before(due_on, SOON_WORKING_DAYS))
