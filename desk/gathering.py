"""What waits, from every app, with its deadline beside it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, NamedTuple

import actions.waiting
import chronologies.waiting
import correspondence.waiting
import deadlines.waiting
import decisions.waiting
import panels.waiting
import publication.waiting
import rapid_review.waiting
import referrals.waiting
from accounts.compiled import noting_cuts, planning_once
from accounts.db import memberships_of
from accounts.models import User
from accounts.sharing import making_once
from casework.compiled import compiled_once
from casework.models import Case
from casework.waiting import (
    MOST_IN_SOME,
    SAID_OF_A_CASE,
    Waiting,
    asked_together,
    looking_in,
    with_fields,
)
from deadlines.calendars import Calendars
from deadlines.models import Deadline
from deadlines.models.reference import CalendarName
from deadlines.rules.weeks import Weeks
from deadlines.showing import OwnDate, Shown, own_date, shown
from lcspr import clock

Source = Callable[[User, Case | None], list[Waiting]]

SOURCES: Final[tuple[Source, ...]] = (
    correspondence.waiting.waiting,
    referrals.waiting.waiting,
    decisions.waiting.waiting,
    rapid_review.waiting.waiting,
    panels.waiting.waiting,
    publication.waiting.waiting,
    actions.waiting.waiting,
    chronologies.waiting.waiting,
    deadlines.waiting.waiting,
)


@dataclass(frozen=True)
class Task:
    """One thing that waits, and by when: the deadline it answers, or its own date where that comes first."""

    waiting: Waiting
    clock: Shown | None
    own: OwnDate | None = None

    @property
    def due_on(self) -> dt.date | None:
        if self.own:
            return self.own.due_on
        return self.clock.deadline.due_on if self.clock else None

    @property
    def late(self) -> bool:
        if self.own:
            return self.own.late
        return self.clock is not None and self.clock.state == "late"

    @property
    def distance(self) -> str:
        """How far off it is: “in 4 working days”, “2 working days late”."""
        if self.own:
            return self.own.distance
        return self.clock.distance if self.clock else ""

    @property
    def group(self) -> str:
        if self.own:
            return self.own.group
        return self.clock.group if self.clock else ""

    @property
    def explanation(self) -> list[str]:
        return self.clock.explanation if self.clock and not self.own else []

    @property
    def action(self) -> list[dict[str, object]]:
        """The button of the case page: for whoever may act, with what still blocks it."""
        if not self.waiting.mine:
            return []
        return [{"label": self.waiting.verb, "href": self.waiting.href, "reasons": self.waiting.blocked}]


@dataclass(frozen=True)
class Group:
    """The tasks of one heading of “What needs you”."""

    heading: str
    tasks: list[Task]


@dataclass(frozen=True)
class Home:
    """What “What needs you” shows: what waits on the person, and on others, each with whether there is more."""

    mine: list[Task]
    others: list[Task]
    more: bool
    more_others: bool
    # The deadlines asked for beside them, by key, worked out together with those of the tasks.
    watched: dict[uuid.UUID, Shown]


def home_of(user: User, *, tasks: int, others: int, watched: Iterable[uuid.UUID] = ()) -> Home:
    """The `tasks` most pressing things that wait on `user` and the `others` they wait for: the soonest first,
    what has no date last."""
    mine, theirs, is_cut = _most_pressing(user, tasks, others)
    calendars = Calendars()
    clocks = _clocks([*_keys(mine[:tasks]), *_keys(theirs[:others]), *watched], user, calendars)
    return Home(
        _tasks(mine[:tasks], clocks, calendars),
        _tasks(theirs[:others], clocks, calendars),
        # Of a kind of which there is much, the first are looked for, whosever they are.
        more=len(mine) > tasks or is_cut,
        more_others=len(theirs) > others or bool(theirs and is_cut),
        watched=clocks,
    )


_Pair = tuple[Waiting, Any]


class _Found(NamedTuple):
    """What waits on a person and what on others, each with its deadline if one runs, and whether there may be more."""

    mine: list[_Pair]
    theirs: list[_Pair]
    is_cut: bool


def _most_pressing(user: User, tasks: int, others: int) -> _Found:
    """What waits, as far as it may be on a page of so many lines.

    Whoever has few deadlines has everything looked at; only where that is cut, and of course where they have many, is
    what is due first looked for by itself.
    """
    some, most = 3 * (tasks + others) // 2, 3 * (tasks + others)
    running = _first_deadlines(user, None, most)
    whole = _everything(user) if len(running) < most else None
    if whole is not None and (len(running) < some or not whole.is_cut):
        return whole
    return _soonest(user, running, some, tasks, others) or whole or _everything(user)


def _everything(user: User) -> _Found:
    """The first of each kind, wherever it waits."""
    with asked_together(), making_once(), noting_cuts() as cuts:
        found = [waiting for source in SOURCES for waiting in source(user, None)]
    return _Found(*_apart(_in_order(found, user)), bool(cuts))


def _soonest(user: User, running: list[Any], some: int, tasks: int, others: int) -> _Found | None:
    """What waits in the cases of the first `some` of the deadlines, or of all of them, where this fills a page; None
    where it does not.

    Nothing that is left out comes before what is shown: neither its deadline nor a date of its own does.
    """
    for first in (running[:some], running):
        until = first[-1].due_on
        cases = list(dict.fromkeys(row.case_id for row in first if row.case_id))
        with asked_together(), making_once(), noting_cuts() as cuts, looking_in(cases, until):
            found = [waiting for source in SOURCES for waiting in source(user, None)]
        if MOST_IN_SOME in cuts:
            return None
        near = [pair for pair in _in_order(found, user) if (due := _due(pair)) and due <= until]
        mine, theirs = _apart(near)
        if len(mine) >= tasks and len(theirs) >= others:
            return _Found(mine, theirs, is_cut=True)
    return None


@compiled_once
def _first_deadlines(user: User, case: None, many: int) -> Any:
    rows = Deadline.objects.visible_to(user).open().filter(held_since=None).order_by("due_at", "pk")
    return rows.values_list("case_id", "due_on", named=True)[:many]


def _apart(pairs: list[_Pair]) -> tuple[list[_Pair], list[_Pair]]:
    return [pair for pair in pairs if pair[0].mine], [pair for pair in pairs if not pair[0].mine]


def tasks_in(case: Case, user: User, clocks: Iterable[Shown], calendars: Calendars) -> list[Task]:
    """Everything that waits in a case, whoever must act; what waits on `user` comes first.

    `clocks` are the deadlines of the case that `user` may see, by these calendars.
    """
    with asked_together(), planning_once():
        found = [waiting for source in SOURCES for waiting in source(user, case)]
    running = [each for each in clocks if each.deadline.is_open]
    answers = _Answers((each.deadline.due_at, each.deadline, each) for each in running)
    tasks = _with_own_dates([(waiting, answers.to(waiting)) for waiting in found], calendars)
    return sorted(tasks, key=lambda task: _urgency(task.waiting, task.due_on))


def _in_order(found: Collection[Waiting], user: User) -> list[_Pair]:
    """Each thing with the keys of the deadline it names, if one runs: of most, the due date alone is read."""
    codes = {code for waiting in found for code in _codes(waiting)}
    cases = {waiting.case.pk for waiting in found}
    keys = _keys_of(user, cases=list(cases), codes=list(codes)) if codes else []
    answers = _Answers((row.due_at, row, row) for row in keys)
    pairs = [(waiting, answers.to(waiting)) for waiting in found]
    return sorted(pairs, key=lambda pair: _urgency(pair[0], _due(pair)))


def _due(pair: _Pair) -> dt.date | None:
    waiting, row = pair
    # Nobody is pressed by a deadline that is held.
    return _first(waiting.due_on, row.due_on if row and row.held_since is None else None)


@compiled_once
def _keys_of(user: User, case: None, *, cases: list[uuid.UUID], codes: list[str]) -> Any:
    """The keys and dates of open deadlines."""
    named = Deadline.objects.visible_to(user).open().order_by().filter(case__any=cases, code__any=codes)
    return named.values_list("pk", "due_at", "due_on", "case_id", "code", "about", "held_since", named=True)


def _keys(pairs: Iterable[tuple[Waiting, Any]]) -> list[uuid.UUID]:
    return [row.pk for _, row in pairs if row]


def _clocks(keys: Collection[uuid.UUID], user: User, calendars: Calendars) -> dict[uuid.UUID, Shown]:
    """The deadlines that are shown, worked out, by key."""
    now = clock.now()
    wanted = _to_show(user, keys=list(keys)) if keys else []
    areas = {held.partnership_id: held.partnership for held in memberships_of(user)}
    for each in wanted:
        # Most people's are of their own partnership, which is at hand.
        each.partnership = areas.get(each.partnership_id) or each.partnership
        areas[each.partnership_id] = each.partnership
    return {each.pk: shown(each, now=now, calendars=calendars) for each in wanted}


@compiled_once
def _to_show(user: User, case: None, *, keys: list[uuid.UUID]) -> Any:
    """A handful of deadlines with what a row shows beside its partnership, in one query: rules come once for each."""
    related = ("case", "rule", "owed_agency", "owed_user")
    rows = Deadline.objects.filter(pk__any=keys).select_related(*related)
    stands_by = ("due_at", "due_on", "met_at", "cancelled_at", "not_applicable_at", "held_since", "derived")
    return with_fields(
        rows,
        *(*related, "partnership", "code", *stands_by),
        case=SAID_OF_A_CASE,
        rule=("name", "owed_by", "calendar"),
        owed_agency=("short_name",),
        owed_user=("name",),
    )


def _tasks(
    pairs: Iterable[tuple[Waiting, Any]], clocks: dict[uuid.UUID, Shown], calendars: Calendars
) -> list[Task]:
    return _with_own_dates(((waiting, clocks[row.pk] if row else None) for waiting, row in pairs), calendars)


def _with_own_dates(pairs: Iterable[tuple[Waiting, Shown | None]], calendars: Calendars) -> list[Task]:
    today, tasks = clock.today(), []
    for waiting, running in pairs:
        own = None
        presses = running is not None and running.deadline.held_since is None
        if waiting.due_on and not (running and presses and running.deadline.due_on <= waiting.due_on):
            own = own_date(waiting.due_on, today, calendars[CalendarName.ENGLAND_AND_WALES])
        tasks.append(Task(waiting, running, own))
    return tasks


def _first(*dates: dt.date | None) -> dt.date | None:
    return min((date for date in dates if date), default=None)


def _codes(waiting: Waiting) -> tuple[str, ...]:
    return tuple(filter(None, (waiting.code, *waiting.or_codes)))


class _Answers:
    """Open deadlines by what they are about: (due date, deadline or its keys, what stands for it)."""

    def __init__(self, deadlines: Iterable[tuple[dt.datetime, Any, Any]]) -> None:
        self._by_about: dict[tuple[object, str, str], Any] = {}
        self._by_code: dict[tuple[object, str], Any] = {}
        # Of several, the soonest stands in the end.
        for _, row, answer in sorted(deadlines, key=itemgetter(0), reverse=True):
            self._by_about[row.case_id, row.code, row.about] = answer
            self._by_code[row.case_id, row.code] = answer

    def to(self, waiting: Waiting) -> Any:
        """What stands for the deadline that a thing names, or the nearest it serves; or None."""
        case = waiting.case.pk
        for code in _codes(waiting):
            about = self._by_about.get((case, code, waiting.about))
            if found := about or self._by_code.get((case, code)):
                return found
        return None


def week_ahead(today: dt.date) -> dt.date:
    """The Sunday that ends the week a person plans: from a Saturday or Sunday, the one that begins on Monday."""
    return Weeks.around(today + dt.timedelta(days=2) if today.weekday() >= 5 else today).sunday


def grouped(tasks: Iterable[Task]) -> list[Group]:
    """The tasks under overdue, today, this week, next week, later and no date; empty headings are left out."""
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        heading = _HEADINGS.get(task.group, "When you can")
        if task.group == "next" and task.due_on and task.due_on <= week_ahead(clock.today()):
            heading = "This week"
        groups.setdefault(heading, []).append(task)
    order = ("Overdue", "Today", "This week", "Next week", "Later", "When you can")
    return [Group(heading, groups[heading]) for heading in order if heading in groups]


_HEADINGS: Final = {
    "late": "Overdue",
    "today": "Today",
    "week": "This week",
    "held": "Later",
    "next": "Next week",
    "later": "Later",
}


def _urgency(waiting: Waiting, due_on: dt.date | None) -> tuple[bool, dt.date, str]:
    return (not waiting.mine, due_on or dt.date.max, waiting.verb)
