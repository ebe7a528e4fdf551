"""The sweep: every reminder and escalation that is due, taken once, whatever ran twice or was down."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from django.db import connection

from accounts.db import acting_as, system_user
from accounts.models import User
from correspondence.services import Letter, forget, held_about, queue_all
from deadlines.calendars import Calendars
from deadlines.models import Deadline, Reminder, WakeUp
from deadlines.people import Audience
from deadlines.rules.chasing import Fall, Falls, Step, falls
from lcspr import clock

# Each e-mail is a line in its case's chain of the record, and whoever acts in one of these cases waits for the
# batch: large enough for a constant number of queries to weigh nothing, small enough not to be noticed.
BATCH: Final = 100

DUE: Final = "deadline_due"
MISSED: Final = "deadline_missed"

# Held by one sweep at a time, for one batch: a second worker has nothing to add, and goes home.
_ONE_AT_A_TIME: Final = 7_014_311


class _Plan(NamedTuple):
    """All the steps of one deadline, each with when it last fell and when it falls next."""

    deadline: Deadline
    steps: list[tuple[Step, Falls]]


class _Due(NamedTuple):
    """A step that is due and not yet taken, and the people it speaks to."""

    deadline: Deadline
    step: Step
    fall: Fall
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
            taken = take_batch(now, by)
        if taken is None:
            return written
        written += taken


def oldest_unswept() -> dt.timedelta | None:
    """How long the deadline that has been due longest for a look has waited; None when none waits."""
    now = clock.now()
    first = WakeUp.objects.filter(at__lte=now).order_by("at").values_list("at", flat=True).first()
    return now - first if first is not None else None


def steps_of(deadline: Deadline, now: dt.datetime, calendars: Calendars) -> list[tuple[Step, Falls]]:
    """Every step of a deadline's rule, with when it last fell and when it falls next for the present due date."""
    rule = deadline.rule.as_rule
    found = []
    for step in rule.steps:
        last, following = falls(step, deadline.due_at, calendars[rule.calendar], now)
        if last is not None and deadline.dates_moved:
            # A step taken for a date that was corrected is taken again for the right one.
            last = Fall(f"{last.key}/{deadline.dates_moved}", last.at)
        found.append((step, Falls(last, following)))
    return found


def letter_key(deadline: Deadline, step: str) -> str:
    """What keeps the e-mail of one step of one deadline from being written to a person twice."""
    return f"reminder:{deadline.pk}:{step}"


def forget_ended() -> int:
    """Drop what waits for a daily e-mail about deadlines that have ended since; returns how many e-mails.

    Called before the daily e-mails are written: what was done meanwhile is not worth saying.
    """
    ended = Deadline.objects.ended().filter(pk__in=held_about(Deadline))
    return forget(ended)


def take_batch(now: dt.datetime, by: User) -> int | None:
    """Wake the deadlines whose time has come and take their steps; None when there is nothing left to wake."""
    if not _alone():
        return None
    calls = list(WakeUp.objects.filter(at__lte=now).order_by("at", "id")[:BATCH])
    if not calls:
        return None
    chosen = Deadline.objects.owed().filter(pk__in={call.deadline_id for call in calls}, held_since=None)
    # In the order of cases, as every act locks them: two of us never wait for one another.
    rows = chosen.select_related("case", "owed_agency", "owed_user").prefetch_related(
        "rule", "case__partnership"
    )
    plans = _plans(list(rows.order_by("case_id", "pk")), now)
    audience = Audience({plan.deadline.case for plan in plans if plan.deadline.case})
    due = list(_not_taken(plans, audience))
    reminders = list(_reminders(due, now))
    Reminder.objects.bulk_create(reminders, ignore_conflicts=True)
    queue_all(_letters(due, reminders, now), by=by, holders=audience)
    WakeUp.objects.filter(pk__in=[call.pk for call in calls]).delete()
    WakeUp.objects.bulk_create(list(_next_calls(plans)))
    return len(reminders)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        return bool(cursor.fetchone()[0])


def _plans(deadlines: list[Deadline], now: dt.datetime) -> list[_Plan]:
    calendars = Calendars()
    return [_Plan(deadline, steps_of(deadline, now, calendars)) for deadline in deadlines]


def _not_taken(plans: list[_Plan], audience: Audience) -> Iterator[_Due]:
    keys = [plan.deadline.pk for plan in plans]
    taken = set(Reminder.objects.filter(deadline__in=keys).order_by().values_list("deadline", "step"))
    for deadline, steps in plans:
        for step, (last, _) in steps:
            if last is not None and (deadline.pk, last.key) not in taken:
                yield _Due(deadline, step, last, audience.told(deadline, step.tell))


def _reminders(due: list[_Due], now: dt.datetime) -> Iterator[Reminder]:
    said = _said(due)
    for each in due:
        for person in each.people:
            yield Reminder(
                deadline=each.deadline,
                step=each.fall.key,
                person=person,
                fell_at=each.fall.at,
                taken_at=now,
                overtaken=said[each.deadline.pk, person.pk] is not each,
            )


def _said(due: list[_Due]) -> dict[tuple[Any, Any], _Due]:
    """Of the steps that fell together, the one each person hears: the last, and what goes at once before what
    may wait for the daily e-mail."""
    together: dict[tuple[Any, Any], list[_Due]] = defaultdict(list)
    for each in due:
        for person in each.people:
            together[each.deadline.pk, person.pk].append(each)
    return {
        key: max(steps, key=lambda each: (not each.step.by_digest, each.fall.at))
        for key, steps in together.items()
    }


def _letters(due: list[_Due], reminders: list[Reminder], now: dt.datetime) -> Iterator[Letter]:
    spoken = {(row.deadline_id, row.step, row.person_id) for row in reminders if not row.overtaken}
    for deadline, step, fall, people in due:
        yield letter_of(
            deadline,
            step,
            fall.key,
            [who for who in people if (deadline.pk, fall.key, who.pk) in spoken],
            now,
        )


def letter_of(deadline: Deadline, step: Step, key: str, people: list[User], now: dt.datetime) -> Letter:
    """The e-mail of one step: at once if law or guidance stands behind the deadline, else as each person chose."""
    return Letter(
        template=MISSED if now > deadline.due_at else DUE,
        case=deadline.case,
        to=people,
        about=deadline,
        task=deadline.name[:120],
        due=deadline,
        key=letter_key(deadline, key),
        at_once=deadline.is_statutory and not step.by_digest,
        in_digest=step.by_digest,
    )


def _next_calls(plans: list[_Plan]) -> Iterator[WakeUp]:
    for deadline, steps in plans:
        if ahead := [following for _, (_, following) in steps if following is not None]:
            yield WakeUp(deadline=deadline, at=min(ahead))
