"""Why a date is what it is, in one sentence and in full."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from deadlines.rules import words
from deadlines.rules.calendar import WEEKEND
from deadlines.rules.counting import Derived, Length, Unit
from deadlines.rules.london import LONDON


class Rule(Protocol):
    """What an explanation needs to know of a rule; `deadlines.catalogue.RuleVersion` has it."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def force_words(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def trigger_words(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Explanation:
    """A sentence to show beside a date, and the lines behind it, made when asked for."""

    derived: Derived
    rule: Rule
    trigger_words: str

    @property
    def sentence(self) -> str:
        """`15 working days from Wednesday 24 December 2025, when …; not counted: …; due Monday 19 January 2026`."""
        return _SENTENCES[self.derived.length.unit](self.derived, self.trigger_words)

    @property
    def lines(self) -> list[str]:
        """Day 0, every day counted and not counted, the notes, the rule, its source and the calendar."""
        return list(_lines(self.derived, self.rule, self.trigger_words))


def explain(derived: Derived, rule: Rule, trigger_words: str | None = None) -> Explanation:
    """Explain a derived date.

    `trigger_words` follow the trigger's date and say what happened then (“when the notification was sent”);
    left out, they are the rule's own.
    """
    return Explanation(derived, rule, rule.trigger_words if trigger_words is None else trigger_words)


_NOUNS: Final = {
    Unit.WORKING_DAYS: "working day",
    Unit.WORKING_DAYS_BEFORE: "working day",
    Unit.HOURS: "hour",
    Unit.MONTHS: "month",
    Unit.DAYS: "day",
    Unit.YEARS_AT_LEAST: "year",
}


def length_words(length: Length) -> str:
    """A length by itself: `15 working days`, `at least 7 working days before`, `the same working day`."""
    if length.unit is Unit.SAME_WORKING_DAY:
        return "the same working day"
    if length.unit is Unit.DAYS and length.amount == 0:
        return "the day given"
    amount = words.count(length.amount, _NOUNS[length.unit])
    if length.unit is Unit.WORKING_DAYS_BEFORE:
        return f"at least {amount} before"
    return f"at least {amount}" if length.unit is Unit.YEARS_AT_LEAST else amount


def _start(derived: Derived) -> str:
    if derived.day_zero != derived.trigger_on and isinstance(derived.trigger, dt.datetime):
        return words.moment(derived.trigger.astimezone(LONDON))
    return words.full_date(derived.trigger_on)


def _not_counted(derived: Derived) -> str:
    if not derived.skipped:
        return ""
    weekend = [on for on, why in derived.skipped if why == WEEKEND]
    holidays = sorted(on for on, why in derived.skipped if why != WEEKEND)
    parts = []
    if weekend:
        parts.append("weekends" if abs((weekend[-1] - weekend[0]).days) > 1 else "the weekend")
    if holidays:
        long_span = (holidays[-1] - holidays[0]).days > 300
        parts.append(words.days_of_months(holidays, with_year=long_span))
    return f"; not counted: {', '.join(parts)}"


def _working_days(derived: Derived, when: str) -> str:
    amount = words.count(derived.length.amount, "working day")
    due = words.full_date(derived.due_on)
    but = f", but {derived.brought_forward}" if derived.brought_forward else ""
    return f"{amount} from {_start(derived)}, {when}{_not_counted(derived)}{but}; due {due}"


def _working_days_before(derived: Derived, when: str) -> str:
    amount = words.count(derived.length.amount, "working day")
    latest = words.full_date(derived.due_on)
    return f"At least {amount} before {_start(derived)}, {when}{_not_counted(derived)}; due by {latest}"


def _same_working_day(derived: Derived, when: str) -> str:
    due = words.full_date(derived.due_on)
    if derived.due_on == derived.day_zero:
        return f"By the end of {_start(derived)}, {when}; due {due}"
    return f"By the end of the first working day after {_start(derived)}, {when}{_not_counted(derived)}; due {due}"


def _hours(derived: Derived, when: str) -> str:
    assert isinstance(derived.trigger, dt.datetime)
    start = words.moment(derived.trigger.astimezone(LONDON))
    due = words.moment(derived.due_at.astimezone(LONDON))
    amount = words.count(derived.length.amount, "hour")
    return f"{amount} from {start}, {when}; nights, weekends and bank holidays count; due by {due}"


def _months(derived: Derived, when: str) -> str:
    return _by_date(derived, words.count(derived.length.amount, "month"), when)


def _days(derived: Derived, when: str) -> str:
    if derived.length.amount == 0:
        return f"Due {words.full_date(derived.due_on)}, {when}{_work_to(derived)}"
    return _by_date(derived, words.count(derived.length.amount, "day"), when)


def _by_date(derived: Derived, amount: str, when: str) -> str:
    return (
        f"{amount} from {_start(derived)}, {when}; due {words.full_date(derived.due_on)}{_work_to(derived)}"
    )


def _work_to(derived: Derived) -> str:
    if derived.work_to is None:
        return ""
    return f", which is not a working day: complete it by {words.full_date(derived.work_to)}"


def _years_at_least(derived: Derived, when: str) -> str:
    amount = words.count(derived.length.amount, "year")
    return f"At least {amount} from {_start(derived)}, {when}; not before {words.full_date(derived.due_on)}"


_SENTENCES: Final[dict[Unit, Callable[[Derived, str], str]]] = {
    Unit.WORKING_DAYS: _working_days,
    Unit.WORKING_DAYS_BEFORE: _working_days_before,
    Unit.SAME_WORKING_DAY: _same_working_day,
    Unit.HOURS: _hours,
    Unit.MONTHS: _months,
    Unit.DAYS: _days,
    Unit.YEARS_AT_LEAST: _years_at_least,
}


def _lines(derived: Derived, rule: Rule, when: str) -> Iterator[str]:
    if derived.length.amount or derived.length.unit is not Unit.DAYS:
        yield f"Day 0: {words.full_date(derived.day_zero)}, {when}"
    yield from derived.notes
    for number, on in enumerate(derived.counted, start=1):
        yield f"Working day {number}: {words.full_date(on)}"
    for on, why in derived.skipped:
        yield f"Not counted: {words.full_date(on)} ({why})"
    if derived.brought_forward:
        yield f"Brought forward: {derived.brought_forward}"
    if derived.work_to:
        yield f"Work to: {words.full_date(derived.work_to)}, the working day before"
    yield f"Rule: {rule.code}, {rule.name} ({rule.force_words}; {rule.version})"
    yield f"Source: {rule.source}"
    yield f"Calendar: {derived.calendar_name} bank holidays, {derived.calendar_version}"
    if derived.provisional:
        yield "Provisional: it leans on bank holidays that are not official yet"
