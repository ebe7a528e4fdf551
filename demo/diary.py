"""The days of the invented world: counted back from today in working days, and lived through in their order."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from accounts.models import Partnership
from deadlines import catalogue
from deadlines.calendars import calendar_named
from deadlines.dates import settings_of, work_out
from deadlines.models import RuleVersion
from deadlines.rules.calendar import Calendar
from deadlines.rules.counting import add_months
from lcspr import clock

R = TypeVar("R")

# A case tells its story as a generator: it yields the instant at which what follows happens.
Story: TypeAlias = Generator[dt.datetime, None, R]


@dataclass(frozen=True, order=True)
class Day:
    """One day of a story. Those reached by counting are working days."""

    on: dt.date
    calendar: Calendar = field(compare=False, repr=False)

    def at(self, hour: int, minute: int = 0) -> dt.datetime:
        """An instant of this day, by the clock on the wall."""
        return dt.datetime.combine(self.on, dt.time(hour, minute), tzinfo=clock.LONDON).astimezone(dt.UTC)

    def plus(self, working_days: int) -> Day:
        return Day(self.calendar.working_day_after(self.on, working_days), self.calendar)

    def minus(self, working_days: int) -> Day:
        return Day(self.calendar.working_day_before(self.on, working_days), self.calendar)

    def months_later(self, months: int) -> Day:
        """The working day on or before the same date so many months later."""
        return Day(self.calendar.on_or_before(add_months(self.on, months)), self.calendar)

    def days_before(self, days: int) -> dt.date:
        """A date so many days of the calendar earlier, of which nothing is asked but that it lies before."""
        return self.on - dt.timedelta(days=days)


class Diary:
    """The days as they lie around the present, which stays the present while the clock is moved."""

    def __init__(self) -> None:
        self.calendar = calendar_named()
        self.today = clock.today()
        self.present = clock.now()

    def back(self, working_days: int) -> Day:
        """The day so many working days before today. Nothing is lived through today: that is the visitor's."""
        assert working_days > 0
        return Day(self.calendar.working_day_before(self.today, working_days), self.calendar)

    def yesterday(self) -> Day:
        """The day before today, whatever day it is: for what does not wait for a working day."""
        return Day(self.today - dt.timedelta(days=1), self.calendar)

    def ahead(self, days: int) -> dt.date:
        """A working day about so many days from now, for what is only planned."""
        return self.calendar.on_or_after(self.today + dt.timedelta(days=days))

    def due_day(self) -> dt.date:
        """Today, or the next working day when nobody works today: the day on which something is to be due."""
        return self.calendar.on_or_after(self.today)

    def trigger_for(self, code: str, due_on: dt.date, partnership: Partnership, hour: int = 10) -> Day:
        """The latest working day on which a clock must have begun, at `hour`, to be due on `due_on`.

        Found by trying the rule itself backwards, so that weekends, holidays and the partnership's own
        figures are counted as the clock will count them.
        """
        kept = RuleVersion.objects.governing(code, due_on)
        rule = catalogue.adapted(kept.as_rule, settings_of(partnership))
        assert rule is not None, f"{partnership} does not run {code}"
        day = Day(self.calendar.on_or_before(due_on), self.calendar)
        while (
            found := work_out(rule, day.at(hour), self.calendar, partnership.office_closes_at).due_on
        ) != due_on:
            assert found > due_on, f"{code} is never due on {due_on}"
            day = day.minus(1)
        return day


def live(
    stories: Iterable[tuple[str, Story[Any]]], *, until: dt.datetime, between: Callable[[dt.datetime], None]
) -> int:
    """Live all stories through together, in the order of time, moving the clock; returns how many steps.

    `between` is called with each instant before it comes, for what the service does by itself. A step that
    lies after `until` is a mistake in its story.
    """
    waiting: list[tuple[dt.datetime, int, str, Story[Any]]] = []
    steps, at = 0, dt.datetime.min.replace(tzinfo=dt.UTC)

    def go_on(number: int, name: str, story: Story[Any]) -> None:
        try:
            following = next(story)
        except StopIteration:
            return
        except Exception as error:
            error.add_note(f"In the story “{name}”, at {at}.")
            raise
        assert at <= following < until, f"“{name}” goes from {at} to {following}, and the present is {until}"
        heapq.heappush(waiting, (following, number, name, story))

    for number, (name, story) in enumerate(stories):
        go_on(number, name, story)
    while waiting:
        at, number, name, story = heapq.heappop(waiting)
        between(at)
        move_to(at)
        go_on(number, name, story)
        steps += 1
    return steps


def move_to(at: dt.datetime) -> None:
    """Set the clock to an instant."""
    clock.set_offset((at - dt.datetime.now(dt.UTC)).total_seconds())
