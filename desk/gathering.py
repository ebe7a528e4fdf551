"""What waits, from every app, with its deadline beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

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


def tasks_for(user: User, case: Case | None = None) -> list[Task]:
    """Everything that waits on `user`; with `case`, everything that waits in it, whoever must act.

    The soonest deadline first; what has none comes last.
    """
    found = [waiting for source in SOURCES for waiting in source(user, case)]
    return sorted(with_deadlines(found, user), key=_urgency)


def with_deadlines(found: Iterable[Waiting], user: User) -> list[Task]:
    """Set beside each thing the open deadline it names, in one query."""
    found = list(found)
    open_ones = Deadline.objects.visible_to(user).open().filter(case__in={w.case.pk for w in found})
    by_about: dict[tuple[object, str, str], Shown] = {}
    by_code: dict[tuple[object, str], Shown] = {}
    for clock_shown in shown_all(open_ones.with_everything().order_by("-due_at"), clock.now()):
        deadline = clock_shown.deadline
        by_about[deadline.case_id, deadline.code, deadline.about] = clock_shown
        by_code[deadline.case_id, deadline.code] = clock_shown
    return [
        Task(w, by_about.get((w.case.pk, w.code, w.about)) or by_code.get((w.case.pk, w.code))) for w in found
    ]


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


def _urgency(task: Task) -> tuple[bool, dt.datetime, str]:
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return (not task.waiting.mine, task.due_at or far, task.waiting.verb)
