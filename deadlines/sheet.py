"""One week on one sheet, for the wall or the meeting: what is overdue, what falls on each day, what comes next."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from deadlines.calendars import Calendars
from deadlines.models import DeadlineQuerySet
from deadlines.models.reference import CalendarName
from deadlines.rules.london import end_of_day, london_date, start_of_day
from deadlines.rules.weeks import Weeks
from deadlines.showing import Shown, shown_all
from govuk.dates import date_text

# More of one kind would not be read on paper; the sheet says that there are more.
MOST: Final = 150


@dataclass(frozen=True)
class Day:
    """A day of the week: whether it is today, why it is no working day, and what is due on it."""

    on: dt.date
    is_today: bool
    is_weekend: bool
    holiday: str
    rows: list[Shown]


@dataclass(frozen=True)
class Part:
    """Rows under one heading, and whether there are more than are shown."""

    rows: list[Shown]
    has_more: bool


@dataclass(frozen=True)
class Sheet:
    """The week from `monday`, as it stood at `at`."""

    monday: dt.date
    sunday: dt.date
    at: dt.datetime
    overdue: Part
    held: Part
    days: list[Day]
    this_week: Part
    following: Part

    @property
    def span(self) -> str:
        return span(self.monday, self.sunday)

    @property
    def is_empty(self) -> bool:
        return not any(part.rows for part in (self.overdue, self.held, self.this_week, self.following))

    @property
    def cases(self) -> frozenset[uuid.UUID]:
        """The cases that the sheet tells of."""
        parts = (self.overdue, self.held, self.this_week, self.following)
        return frozenset(
            row.deadline.case_id for part in parts for row in part.rows if row.deadline.case_id is not None
        )


def span(first: dt.date, last: dt.date) -> str:
    """`8 to 14 June 2026`, `29 June to 5 July 2026`."""
    if first.year != last.year:
        return f"{date_text(first)} to {date_text(last)}"
    begins = date_text(first).rsplit(" ", 2 if first.month == last.month else 1)[0]
    return f"{begins} to {date_text(last)}"


def sheet_of(rows: DeadlineQuerySet, monday: dt.date, now: dt.datetime) -> Sheet:
    """The sheet of the week from `monday` over these rows; what is overdue and held stands on this week's only."""
    today = london_date(now)
    weeks = Weeks.around(monday)
    is_this_week = weeks == Weeks.around(today)
    running = rows.owed().filter(held_since__isnull=True)
    none = Part([], False)
    this_week = _part(_between(running, weeks.monday, weeks.sunday, now), now)
    return Sheet(
        monday=weeks.monday,
        sunday=weeks.sunday,
        at=now,
        overdue=_part(rows.overdue(now), now) if is_this_week else none,
        held=_part(rows.held(), now) if is_this_week else none,
        # Of the days gone by, whatever is still owed stands with the overdue.
        days=days_of(
            max(weeks.monday, today) if is_this_week else weeks.monday, weeks.sunday, this_week.rows, today
        ),
        this_week=this_week,
        following=_part(_between(running, weeks.next_monday, weeks.next_sunday, now), now),
    )


def days_of(first: dt.date, last: dt.date, rows: list[Shown], today: dt.date) -> list[Day]:
    """Every day from `first` to `last` with the rows due on it."""
    calendar = Calendars()[CalendarName.ENGLAND_AND_WALES]
    by_day: dict[dt.date, list[Shown]] = defaultdict(list)
    for row in rows:
        by_day[row.deadline.due_on].append(row)
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        Day(
            on,
            is_today=on == today,
            is_weekend=on.weekday() >= 5,
            holiday=calendar.holidays[on].title if on in calendar.holidays else "",
            rows=by_day[on],
        )
        for on in days
    ]


def _between(rows: DeadlineQuerySet, first: dt.date, last: dt.date, now: dt.datetime) -> DeadlineQuerySet:
    """Due from one day to another; what is overdue of it stands with the overdue."""
    return rows.filter(due_at__gte=max(start_of_day(first), now), due_at__lte=end_of_day(last))


def _part(rows: DeadlineQuerySet, now: dt.datetime) -> Part:
    found = list(rows.with_everything().order_by("due_at", "id")[: MOST + 1])
    return Part(shown_all(found[:MOST], now), len(found) > MOST)
