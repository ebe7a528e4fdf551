"""A deadline as a page shows it: name, date and how far off, how it stands, who owes it, and why that date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from accounts.words import STANDARD_WORDS
from deadlines.calendars import Calendars
from deadlines.dates import length_of
from deadlines.models import Deadline
from deadlines.rules import words
from deadlines.rules.calendar import Calendar
from deadlines.rules.counting import Unit
from deadlines.rules.london import LONDON, london_date
from deadlines.rules.status import Lateness, Standing, Status
from deadlines.rules.weeks import Weeks

# The states of templates/components/deadline_row.html.
_STATES: Final = {
    Standing.OPEN: "open",
    Standing.DUE_SOON: "soon",
    Standing.OVERDUE: "late",
    Standing.MET: "met",
    Standing.MET_LATE: "met",
    Standing.HELD: "held",
    Standing.NOT_APPLICABLE: "not_applicable",
    Standing.CANCELLED: "cancelled",
}

_WORDS_FOR_OWNERS: Final = {
    "bu": "business_unit",
    "sgc": "case_group_chair",
    "rep": "agency_representative",
}
_OWNERS: Final = {
    "lan": "Local authority notifier",
    "dsp": "Delegated safeguarding partners",
    "alo": "Action owners",
    "family_lead": "Family liaison lead",
    "reviewer": "Independent author",
    "aa": "Agency report author",
    "pc": "Review panel chair",
    "legal": "Legal adviser",
}


@dataclass(frozen=True)
class Shown:
    """What `components/deadline_row.html` takes, and a little more for lists and tables."""

    deadline: Deadline
    status: Status
    state: str
    distance: str
    who: str
    group: str

    @property
    def name(self) -> str:
        return self.deadline.name

    @property
    def force(self) -> str:
        return self.deadline.rule.as_rule.force_words

    @property
    def provisional(self) -> bool:
        return self.deadline.provisional or self.deadline.provisional_trigger

    @property
    def explanation(self) -> list[str]:
        return self.deadline.explanation_lines

    @property
    def href(self) -> str:
        return reverse("deadlines:detail", args=[self.deadline.pk])


def shown(deadline: Deadline, *, now: dt.datetime, calendars: Calendars) -> Shown:
    """A deadline with its rule, partnership, agency and person at hand, as it stands at an instant."""
    calendar = calendars[deadline.rule.calendar]
    status = deadline.standing(now, calendar)
    today = london_date(now)
    state = _STATES[status.standing]
    if deadline.due_on == today and state in {"open", "soon"}:
        state = "today"
    return Shown(
        deadline,
        status,
        state,
        distance_of(deadline, status, today, calendar),
        who(deadline),
        _group(deadline, state, today),
    )


def shown_all(
    deadlines: Iterable[Deadline], now: dt.datetime, calendars: Calendars | None = None
) -> list[Shown]:
    """Several deadlines as a page shows them; fetch them `with_everything()`."""
    calendars = Calendars() if calendars is None else calendars
    return [shown(deadline, now=now, calendars=calendars) for deadline in deadlines]


def who(deadline: Deadline) -> str:
    """Who owes it, in the partnership's own words."""
    if deadline.owed_user:
        return deadline.owed_user.name
    code = deadline.rule.owed_by
    word = _WORDS_FOR_OWNERS.get(code)
    role = deadline.partnership.word(word) if word else _OWNERS[code]
    role = f"{role[:1].upper()}{role[1:]}"
    return f"{deadline.owed_agency.short_name}: {role}" if deadline.owed_agency else role


def owner_words(code: str) -> str:
    """Who owes an act by a rule, in the standard words."""
    named = STANDARD_WORDS[_WORDS_FOR_OWNERS[code]] if code in _WORDS_FOR_OWNERS else _OWNERS[code]
    return f"{named[:1].upper()}{named[1:]}"


def distance_of(deadline: Deadline, status: Status, today: dt.date, calendar: Calendar) -> str:
    """How far off the date is, in working days: “in 4 working days”, “2 working days late”."""
    if status.standing is Standing.HELD:
        return "held, reasons sent"
    if status.late:
        return f"{status.late.words} late"
    if not deadline.is_open:
        return status.words
    away = _away(deadline.due_on, today, calendar)
    if length_of(deadline.derived).unit is Unit.HOURS:
        return f"by {words.clock_time(deadline.due_at.astimezone(LONDON).time())}, {away}"
    return away


@dataclass(frozen=True)
class OwnDate:
    """A date that no clock of the catalogue gives, an action's target date, as a page shows it."""

    due_on: dt.date
    late: bool
    distance: str
    group: str


def own_date(due_on: dt.date, today: dt.date, calendar: Calendar) -> OwnDate:
    """How a date stands on a day, in the words and under the headings of a deadline of that date."""
    if due_on >= today:
        group = "today" if due_on == today else _week_of(due_on, today)
        return OwnDate(due_on, late=False, distance=_away(due_on, today, calendar), group=group)
    late = Lateness(calendar.working_days_between(due_on, today), "working_day")
    return OwnDate(due_on, late=True, distance=f"{late.words} late", group="late")


def _away(due_on: dt.date, today: dt.date, calendar: Calendar) -> str:
    days = (due_on - today).days
    if days <= 1:
        return "today" if days <= 0 else "tomorrow"
    working = calendar.working_days_between(today, due_on)
    return f"in {words.count(working, 'working day')}" if working else f"in {words.count(days, 'day')}"


def _group(deadline: Deadline, state: str, today: dt.date) -> str:
    """The heading of the board a deadline stands under; the week ends on Sunday."""
    if not deadline.is_open:
        return "ended"
    if state in {"late", "held", "today"}:
        return state
    return _week_of(deadline.due_on, today)


def _week_of(due_on: dt.date, today: dt.date) -> str:
    weeks = Weeks.around(today)
    if due_on <= weeks.sunday:
        return "week"
    return "next" if due_on <= weeks.next_sunday else "later"
