"""What a business unit keeps an eye on: who is late, the week's clocks, what is stuck, what is held."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import OuterRef, Subquery

from accounts.models import User
from accounts.roles import BUSINESS_UNIT
from casework.audit import NOT_ON_TIMELINE
from casework.compiled import compiled_once
from casework.models import CLOSED, Case, Event, Stage
from casework.permissions import business_unit_partnerships
from casework.waiting import SAID_OF_A_CASE, with_fields
from deadlines.models import Deadline
from deadlines.rules.london import end_of_day
from decisions.models import Hold
from desk.gathering import week_ahead
from lcspr import clock

# What a person can take in of each; the deadlines board and the case list hold the rest.
LATE_LENGTH: Final = 5
WEEK_LENGTH: Final = 8
LENGTH: Final = 5

STUCK_AFTER: Final = dt.timedelta(days=28)
# Of the cases that have not moved for longest, how many are looked at for anything else done in them.
_LOOKED_AT: Final = 30
# Here a case rests by its nature: it is held, with the National Panel, published, or its actions run.
_RESTS: Final = CLOSED | {
    Stage.NATIONAL_REVIEW,
    Stage.PUBLICATION_HELD,
    Stage.PUBLISHED,
    Stage.IMPROVEMENTS_PUBLISHED,
    Stage.NOT_PUBLISHED,
    Stage.MONITORING,
}
MOVES: Final = frozenset(Stage) - _RESTS


@dataclass(frozen=True)
class Stuck:
    """A case in which nothing has been done for long."""

    case: Case
    since: dt.datetime
    days: int


@dataclass(frozen=True)
class Watch:
    """The keys of the late clocks and of the week's, one more than a page shows of each; what is stuck or held."""

    late: list[uuid.UUID]
    week: list[uuid.UUID]
    stuck: list[Stuck]
    held: list[Hold]

    @property
    def clocks(self) -> list[uuid.UUID]:
        return [*self.late[:LATE_LENGTH], *self.week[:WEEK_LENGTH]]


def watch_of(user: User) -> Watch | None:
    """What the person keeps an eye on as business unit; None for anyone else."""
    if not business_unit_partnerships(user):
        return None
    late, week = _clocks(user)
    return Watch(late, week, stuck(user), _held(user))


def _clocks(user: User) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """In one statement, so that many late ones do not hide the week's."""
    now = clock.now()
    found = sorted(_to_watch(user, now=now), key=lambda row: row[1])
    return [key for key, due_at in found if due_at < now], [key for key, due_at in found if due_at >= now]


@compiled_once
def _to_watch(user: User, case: None, *, now: dt.datetime) -> Any:
    owed = Deadline.objects.visible_to(user).owed().filter(held_since__isnull=True).order_by("due_at", "id")
    keys = ("pk", "due_at")
    late = owed.filter(due_at__lt=now).values_list(*keys)[: LATE_LENGTH + 1]
    week = owed.filter(due_at__gte=now, due_at__lte=end_of_day(week_ahead(clock.today()))).values_list(*keys)
    return late.union(week[: WEEK_LENGTH + 1], all=True)


def stuck(user: User) -> list[Stuck]:
    """Cases under way in which nothing was done for four weeks, neither a move nor any other act; oldest first."""
    now = clock.now()
    before = now - STUCK_AFTER
    rows = _not_moved(user, before=before)
    found = [(case, max(filter(None, (case.moved_at, case.last_act_at)))) for case in rows]
    still = sorted((pair for pair in found if pair[1] < before), key=lambda pair: pair[1])
    return [Stuck(case, since, (now - since).days) for case, since in still[:LENGTH]]


@compiled_once
def _not_moved(user: User, case: None, *, before: dt.datetime) -> Any:
    """Cases that have not moved for longest, with when the last act was done in each."""
    waiting = Case.objects.visible_to(user, BUSINESS_UNIT).filter(stage__in=MOVES, moved_at__lt=before)
    oldest = waiting.order_by("moved_at").values("pk")[:_LOOKED_AT]
    acts = Event.objects.filter(case=OuterRef("pk")).exclude(verb__in=NOT_ON_TIMELINE)
    rows = with_fields(Case.objects.filter(pk__in=oldest), *SAID_OF_A_CASE, "moved_at")
    return rows.annotate(last_act_at=Subquery(acts.order_by("-id").values("at")[:1]))


@compiled_once
def _held(user: User, case: None = None) -> Any:
    """What is held, whichever is to be looked at again first."""
    rows = Hold.objects.visible_to(user).in_force().select_related("case").order_by("review_on", "id")
    return with_fields(rows, "case", "kind", "state", "review_on", case=SAID_OF_A_CASE)[:LENGTH]
