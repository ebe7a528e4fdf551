"""Deriving and explaining dates, measured against the bare arithmetic that finds the same dates and says nothing."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from deadlines.catalogue import CATALOGUE, RuleVersion
from deadlines.holidays import england_and_wales
from deadlines.rules.counting import Unit, add_months, add_years_at_least, derive
from deadlines.rules.explain import explain
from deadlines.rules.london import LONDON, end_of_day, start_of_day

DATES: Final = 10_000
WITHIN: Final = 5.0
_FIRST: Final = dt.datetime(2024, 1, 1, 9, 30, tzinfo=dt.UTC)
_DAY: Final = dt.timedelta(days=1)


class Measured(NamedTuple):
    """Seconds for all dates: counted barely, derived, and derived with every sentence of the explanation."""

    bare: float
    derived: float
    explained: float

    @property
    def ratio(self) -> float:
        return self.explained / self.bare

    @property
    def is_met(self) -> bool:
        return self.ratio <= WITHIN


def measure(rounds: int = 5) -> Measured:
    """The best of some rounds, over every rule of the catalogue in turn and triggers all through the years."""
    work = [
        (CATALOGUE[number % len(CATALOGUE)], _FIRST + dt.timedelta(hours=number * 3 + number % 7))
        for number in range(DATES)
    ]
    assert [_bare(*each) for each in work] == [_derived(*each) for each in work]
    return Measured(
        *(min(_seconds(does, work) for _ in range(rounds)) for does in (_bare, _derived, _explained))
    )


def report() -> bool:
    """Print the line of the table; whether the goal is met."""
    found = measure()
    print(
        f"\n{DATES} dates: bare arithmetic {found.bare * 1000:.0f} ms, derived {found.derived / found.bare:.1f} ×, "
        f"derived and explained {found.ratio:.1f} ×   {'met' if found.is_met else 'MISSED'}"
    )
    print(f"Goal: at most {WITHIN:g} × the bare arithmetic.")
    return found.is_met


def _seconds(
    does: Callable[[RuleVersion, dt.datetime], object], work: list[tuple[RuleVersion, dt.datetime]]
) -> float:
    began = time.perf_counter()
    for rule, trigger in work:
        does(rule, trigger)
    return time.perf_counter() - began


def _bare(rule: RuleVersion, trigger: dt.datetime) -> dt.datetime:
    """The due instant and nothing else, day by day."""
    amount, unit, holidays = rule.length.amount, rule.unit, england_and_wales().holidays
    if unit is Unit.HOURS:
        return trigger + dt.timedelta(hours=amount)
    on = trigger.astimezone(LONDON).date()
    if unit is Unit.MONTHS:
        return end_of_day(add_months(on, amount))
    if unit is Unit.DAYS:
        return end_of_day(on + amount * _DAY)
    if unit is Unit.YEARS_AT_LEAST:
        return start_of_day(add_years_at_least(on, amount))
    step = -_DAY if unit is Unit.WORKING_DAYS_BEFORE else _DAY
    if unit is Unit.SAME_WORKING_DAY:
        amount = 0 if on.weekday() < 5 and on not in holidays else 1
    while amount:
        on += step
        if on.weekday() < 5 and on not in holidays:
            amount -= 1
    return end_of_day(on)


def _derived(rule: RuleVersion, trigger: dt.datetime) -> dt.datetime:
    return derive(rule.length, trigger, england_and_wales()).due_at


def _explained(rule: RuleVersion, trigger: dt.datetime) -> object:
    explanation = explain(derive(rule.length, trigger, england_and_wales()), rule)
    return explanation.sentence, explanation.lines
