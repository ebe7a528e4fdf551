"""What waits, from every app, with its deadline beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

import actions.waiting
import chronologies.waiting
import correspondence.waiting
import deadlines.waiting
import decisions.waiting
import panels.waiting
import publication.waiting
import rapid_review.waiting
import referrals.waiting
from accounts.models import User
from casework.models import Case
from casework.waiting import Waiting
from deadlines.models import Deadline
from deadlines.showing import Shown, shown_all
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
    """One thing that waits, and the deadline it answers, as a page shows it, if there is one."""

    waiting: Waiting
    clock: Shown | None

    @property
    def due_at(self) -> dt.datetime | None:
        return self.clock.deadline.due_at if self.clock else None

    @property
    def late(self) -> bool:
        return self.clock is not None and self.clock.state == "late"

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


def tasks_for(user: User, most: int | None = None) -> list[Task]:
    """Everything that waits on `user`, or the `most` pressing: the soonest deadline first; what has none
    comes last."""
    return with_deadlines([waiting for source in SOURCES for waiting in source(user, None)], user, most)


def tasks_in(case: Case, user: User, clocks: Iterable[Shown]) -> list[Task]:
    """Everything that waits in a case, whoever must act; what waits on `user` comes first.

    `clocks` are the deadlines of the case that `user` may see.
    """
    found = [waiting for source in SOURCES for waiting in source(user, case)]
    running = [each for each in clocks if each.deadline.is_open]
    answers = _Answers((each.deadline.due_at, each.deadline, each) for each in running)
    tasks = [Task(waiting, answers.to(waiting)) for waiting in found]
    return sorted(tasks, key=lambda task: _urgency(task.waiting, task.due_at))


def with_deadlines(found: Collection[Waiting], user: User, most: int | None = None) -> list[Task]:
    """Set beside each thing the open deadline it names; the `most` pressing, in their order.

    Only what is shown is worked out: of the others the due date alone is read.
    """
    named = Deadline.objects.visible_to(user).open().order_by()
    named = named.filter(case__in={w.case.pk for w in found}, code__in={w.code for w in found if w.code})
    keys = named.values_list("pk", "due_at", "case_id", "code", "about", named=True)
    answers = _Answers((row.due_at, row, row) for row in keys)
    in_order = sorted(
        ((waiting, answers.to(waiting)) for waiting in found),
        key=lambda pair: _urgency(pair[0], pair[1].due_at if pair[1] else None),
    )[:most]
    wanted = Deadline.objects.filter(pk__in=[row.pk for _, row in in_order if row]).with_everything()
    clocks = {each.deadline.pk: each for each in shown_all(wanted, clock.now())}
    return [Task(waiting, clocks[row.pk] if row else None) for waiting, row in in_order]


class _Answers:
    """Open deadlines by what they are about: (due date, deadline or its keys, what stands for it)."""

    def __init__(self, deadlines: Iterable[tuple[dt.datetime, Any, Any]]) -> None:
        self._by_about: dict[tuple[object, str, str], Any] = {}
        self._by_code: dict[tuple[object, str], Any] = {}
        # Of several, the soonest stands in the end.
        for _, row, shown in sorted(deadlines, key=itemgetter(0), reverse=True):
            self._by_about[row.case_id, row.code, row.about] = shown
            self._by_code[row.case_id, row.code] = shown

    def to(self, waiting: Waiting) -> Any:
        """What stands for the deadline that a thing names, or None."""
        case = waiting.case.pk
        about = self._by_about.get((case, waiting.code, waiting.about))
        return about or self._by_code.get((case, waiting.code))


def grouped(tasks: Iterable[Task]) -> list[Group]:
    """The tasks under overdue, today, this week, later and no date; empty headings are left out."""
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        heading = _HEADINGS[task.clock.group] if task.clock else "When you can"
        groups.setdefault(heading, []).append(task)
    order = ("Overdue", "Today", "This week", "Later", "When you can")
    return [Group(heading, groups[heading]) for heading in order if heading in groups]


_HEADINGS: Final = {
    "late": "Overdue",
    "today": "Today",
    "week": "This week",
    "held": "Later",
    "later": "Later",
}


def _urgency(waiting: Waiting, due_at: dt.datetime | None) -> tuple[bool, dt.datetime, str]:
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return (not waiting.mine, due_at or far, waiting.verb)
