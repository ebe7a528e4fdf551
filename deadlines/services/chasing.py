"""The sweep: every reminder and escalation that is due, taken once, whatever ran twice or was down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final, NamedTuple

from django.db import connection

from accounts.db import acting_as, system_user
from accounts.models import User
from correspondence.services import queue
from deadlines.calendars import Calendars
from deadlines.models import Deadline, Reminder, WakeUp
from deadlines.people import Audience
from deadlines.rules.chasing import step_at
from lcspr import clock

BATCH: Final = 100

# Held by one sweep at a time, for one batch: a second worker has nothing to add, and goes home.
_ONE_AT_A_TIME: Final = 7_014_311


class _Instant(NamedTuple):
    """A step of a rule: its key for the present due date, when it falls, and the codes of those it tells."""

    key: str
    falls_at: dt.datetime
    tell: tuple[str, ...]


class _Plan(NamedTuple):
    """All the steps of one deadline."""

    deadline: Deadline
    instants: list[_Instant]


class _Step(NamedTuple):
    """A step that is due and not yet taken, and the people it speaks to."""

    deadline: Deadline
    key: str
    fell_at: dt.datetime
    people: list[User]


def sweep() -> int:
    """Take every step that is due, in batches of their own transactions; returns how many reminders it wrote.

    Safe to run twice, twice at once, or after days of standing still: each person and step is recorded once.
    Steps that fell together (after a pause, or because a clock was recorded late) reach each person as one
    e-mail, the last of them.
    """
    now, written = clock.now(), 0
    by = system_user()
    while True:
        with acting_as(by):
            taken = _take_batch(now, by)
        if taken is None:
            return written
        written += taken


def _take_batch(now: dt.datetime, by: User) -> int | None:
    """Wake the deadlines whose time has come and take their steps; None when there is nothing left to wake."""
    if not _alone():
        return None
    calls = list(WakeUp.objects.filter(at__lte=now).order_by("at", "id")[:BATCH])
    if not calls:
        return None
    chosen = Deadline.objects.owed().filter(pk__in={call.deadline_id for call in calls}, held_since=None)
    # In the order of cases, as every act locks them: two of us never wait for one another.
    deadlines = list(chosen.with_everything().prefetch_related("case__partnership").order_by("case_id", "pk"))
    plans = _plans(deadlines)
    steps = list(_due_steps(plans, now))
    reminders = list(_reminders(steps, now))
    Reminder.objects.bulk_create(reminders, ignore_conflicts=True)
    _tell(steps, reminders, now, by)
    WakeUp.objects.filter(pk__in=[call.pk for call in calls]).delete()
    WakeUp.objects.bulk_create(list(_next_calls(plans, now)))
    return len(reminders)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        return bool(cursor.fetchone()[0])


def _plans(deadlines: list[Deadline]) -> list[_Plan]:
    calendars = Calendars()
    return [_Plan(deadline, list(_instants(deadline, calendars))) for deadline in deadlines]


def _instants(deadline: Deadline, calendars: Calendars) -> Iterator[_Instant]:
    rule = deadline.rule.as_rule
    # A step taken for a date that was corrected is taken again for the right one.
    suffix = f"/{deadline.dates_moved}" if deadline.dates_moved else ""
    for step in rule.steps:
        falls_at = step_at(step, deadline.due_at, calendars[rule.calendar])
        yield _Instant(f"{step.key}{suffix}", falls_at, step.tell)


def _due_steps(plans: list[_Plan], now: dt.datetime) -> Iterator[_Step]:
    deadlines = [plan.deadline for plan in plans]
    taken = set(Reminder.objects.filter(deadline__in=deadlines).values_list("deadline", "step"))
    audience = Audience([deadline.case for deadline in deadlines if deadline.case])
    for deadline, instants in plans:
        for key, falls_at, tell in instants:
            if falls_at <= now and (deadline.pk, key) not in taken:
                yield _Step(deadline, key, falls_at, audience.told(deadline, tell))


def _reminders(steps: list[_Step], now: dt.datetime) -> Iterator[Reminder]:
    last: dict[tuple[object, object], dt.datetime] = {}
    for step in steps:
        for person in step.people:
            key = step.deadline.pk, person.pk
            last[key] = max(step.fell_at, last.get(key, step.fell_at))
    for step in steps:
        for person in step.people:
            yield Reminder(
                deadline=step.deadline,
                step=step.key,
                person=person,
                fell_at=step.fell_at,
                taken_at=now,
                overtaken=last[step.deadline.pk, person.pk] > step.fell_at,
            )


def _tell(steps: list[_Step], reminders: list[Reminder], now: dt.datetime, by: User) -> None:
    spoken = {(r.deadline_id, r.step, r.person_id) for r in reminders if not r.overtaken}
    for step in steps:
        deadline = step.deadline
        people = [person for person in step.people if (deadline.pk, step.key, person.pk) in spoken]
        if people:
            queue(
                "deadline_missed" if now > deadline.due_at else "deadline_due",
                case=deadline.case,
                to=people,
                by=by,
                about=deadline,
                task=deadline.name[:120],
                due=deadline,
                key=f"reminder:{deadline.pk}:{step.key}",
            )


def _next_calls(plans: list[_Plan], now: dt.datetime) -> Iterator[WakeUp]:
    for deadline, instants in plans:
        if ahead := [instant.falls_at for instant in instants if instant.falls_at > now]:
            yield WakeUp(deadline=deadline, at=min(ahead))
