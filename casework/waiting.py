"""What waits to be done: each app says for its own records, the desk gathers it for the pages."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from django.db import connection, models
from django.db.models import Q

from accounts.compiled import Keys, Slot, written_out
from accounts.models import Agency, User
from casework.compiled import SOME_CASE, said, saying
from casework.models import Case
from casework.permissions import world_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    # Most of what is found is not shown: an address is worked out when it is (`reverse_lazy`).
    Address = str | _StrPromise
else:
    Address = str


@dataclass(frozen=True)
class Waiting:
    """One thing somebody must do in a case.

    `verb` is the act as a person would say it, `href` its page, `owner` the words for who must do it.
    `mine` says whether the person asking may do it themself; what is not theirs waits for others, and `link`
    are then the words that lead to it. `about` and `code` name the deadline it answers ("app.Model:key",
    DL-number), so that the desk can set the date beside it; `or_codes` those it serves while that one does not
    run, the nearest first. `due_on` is a date of its own, of what no clock of the catalogue times.
    `blocked` are the sentences that still stand in the way.
    """

    verb: str
    case: Case
    href: Address
    owner: str
    mine: bool = True
    about: str = ""
    code: str = ""
    or_codes: tuple[str, ...] = ()
    due_on: dt.date | None = None
    link: str = ""
    note: str = ""
    blocked: list[str] = field(default_factory=list)


# How much of one kind is looked for in one case: all that is likely.
_MOST_IN_ONE: Final = 50
# In the cases that are most pressing: all that is likely; where it is not all, they are not enough to go by.
MOST_IN_SOME: Final = 100
# What a person can take in on the page of everything: of what waits on them, and of what waits on others. The rest
# follows as these are done, and every deadline is on the board.
MINE_SHOWN: Final = 15
OTHERS_SHOWN: Final = 8
# Over all cases: the first to do.
MOST_IN_ALL: Final = 15


@contextmanager
def looking_in(cases: list[uuid.UUID], until: dt.date) -> Iterator[None]:
    """Let every kind be looked for in these cases alone, and besides what has a date of its own until this one."""
    with saying(among=Keys.of(cases), until=until):
        yield


def first_of(
    rows: Any, case: uuid.UUID | None, *, dated: str = "", by_date: int | None = None, together: bool = False
) -> Any:
    """Of the rows of a kind that waits, in the order in which they are to be done, those that are looked for.

    `dated` names their own date, of what is not timed by a deadline alone; where each has one and they come in its
    order, `by_date` of them are enough; with `together` those of a case stand in one line that counts them. The page
    of everything that waits on somebody says when there is more than is looked for (`noting_cuts`).
    """
    if case is not None:
        return rows[:_MOST_IN_ONE]
    rows = _with_what_is_said(rows)
    if (cases := said("among")) is None:
        return rows[:MOST_IN_ALL]
    near = Q(**{"pk__any" if rows.model is Case else "case__any": cases})
    if dated:
        due = Q(**{f"{dated}__lte": said("until")})
        near |= Q(case__in=rows.filter(due).order_by().values("case")) if together else due
    return rows.filter(near)[: by_date or MOST_IN_SOME]


def with_fields(rows: Any, *names: str, **beside: Collection[str]) -> Any:
    """The rows with their key and these fields of their own alone: all that their lines say or look at.

    `beside` names the fields of a row that comes with each, by the name of the key to it.
    """
    left = _all_but(rows.model, names)
    for key, of_it in beside.items():
        left += [f"{key}__{name}" for name in _all_but(rows.model._meta.get_field(key).related_model, of_it)]
    return rows.defer(*left)


def _all_but(model: type[models.Model], names: Collection[str]) -> list[str]:
    return [
        field.name
        for field in model._meta.concrete_fields
        if not (field.primary_key or field.name in names or field.attname in names)
    ]


# Of what stands beside a thing that waits, all that a line of “What needs you” says or looks at, in the order of its fields.
SAID_OF_A_CASE: Final = ("id", "partnership_id", "reference", "pseudonym", "stage")
_SAID: Final[dict[type[models.Model], Collection[str]]] = {
    Case: SAID_OF_A_CASE,
    Agency: ("id", "name", "short_name"),
    User: ("id", "name"),
}


def _with_what_is_said(rows: Any) -> Any:
    """Without the rest of the case, and of the agency and the people whose names come with a row."""
    if rows.model is Case:
        return rows.defer(*_all_but(Case, SAID_OF_A_CASE))
    beside: Any = rows.query.select_related or {}
    related = {name: rows.model._meta.get_field(name).related_model for name in beside}
    unsaid = [
        f"{name}__{left}"
        for name, model in related.items()
        if model in _SAID
        for left in _all_but(model, _SAID[model])
    ]
    return rows.defer(*unsaid) if unsaid else rows


F = TypeVar("F", bound=Callable[..., Iterable[Waiting]])

# What stands in a statement that is compiled once for all: for a case or a partnership, for cases, for a day.
_SOME: Final = SOME_CASE
_SOME_DAY: Final = dt.date.max
_SLOTS: Final[dict[Any, Slot]] = {_SOME: Slot("key"), _SOME_DAY: Slot("until")}

# What every app's places answered, while they are asked together; by what they were asked within.
_answers: ContextVar[dict[tuple[str, Hashable], dict[Places[Any], list[bool]]] | None] = ContextVar(
    "answers of all places", default=None
)


@contextmanager
def asked_together() -> Iterator[None]:
    """Let the first app that looks ask for all of them, in one statement: for a page that gathers them all."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


class Places(Generic[F]):
    """Where an app looks for what waits: functions, each with the rows without all of which it finds nothing.

    In most places nothing waits. One short statement says in which something may, in a case, in some, in all of a
    partnership, or anywhere, so that the long ones, of what waits on whom, are asked there alone. It says nothing of who
    may see it. A place without rows is always looked at. `dated` names the date by which a function looks beyond the
    cases that are most pressing (`first_of`).
    """

    _of_all_apps: ClassVar[list[Places[Any]]] = []
    _statements: ClassVar[dict[tuple[str, int], str]] = {}

    def __init__(
        self,
        *places: tuple[F, *tuple[models.QuerySet[Any], ...]],
        dated: Mapping[F, str] = MappingProxyType({}),
    ) -> None:
        self._places = [(place, rows) for place, *rows in places]
        self._dated = dated
        self._of_all_apps.append(self)

    def to_look(self, user: User, case: Case | None) -> list[F]:
        """The places of a case that are worth a look, or of all that `user` may open."""
        if case is not None:
            return self._alive("case", case.pk)
        if (cases := said("among")) is not None:
            return self._alive("case__any", cases)
        world = world_of(user)
        if world is not None and len(world) == 1:
            return self._alive("case__partnership", *world)
        if world is not None:
            return self._alive("", _SOME)
        return [place for place, _ in self._places]

    def _alive(self, within: str, key: Hashable) -> list[F]:
        answers = _answers.get()
        if answers is None:
            alive = _ask([self], within, key)[self]
        else:
            if (within, key) not in answers:
                answers[within, key] = _ask(self._of_all_apps, within, key)
            alive = answers[within, key][self]
        return [place for (place, _), is_alive in zip(self._places, alive, strict=True) if is_alive]

    def tests(self, within: str) -> str:
        """EXISTS(…), EXISTS(…), …, with `key` and `until` for parameters: compiled by Django, once in the life of the process."""
        known = (within, id(self))
        if known not in self._statements:
            tests = [
                [
                    rows.filter(near).order_by().values("pk").query.sql_with_params()
                    for rows in kinds
                    for near in self._near(place, within)
                ]
                for place, kinds in self._places
            ]
            sql = ", ".join(
                " OR ".join(f"EXISTS ({one})" for one, _ in test) if test else "TRUE" for test in tests
            )
            params = [_SLOTS.get(param, param) for test in tests for _, some in test for param in some]
            self._statements[known] = written_out(sql, params)
        return self._statements[known]

    def _near(self, place: F, within: str) -> Iterator[Q]:
        """Where the rows of a place are looked for: each by itself, so that each is found by an index of its own."""
        yield Q(**{within: _SOME}) if within else Q()
        if within == "case__any" and place in self._dated:
            yield Q(**{f"{self._dated[place]}__lte": _SOME_DAY})

    def __len__(self) -> int:
        return len(self._places)


def _ask(places: Iterable[Places[Any]], within: str, key: Hashable) -> dict[Places[Any], list[bool]]:
    asked = list(places)
    values: dict[str, Any] = {"key": key, "until": said("until")}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(each.tests(within) for each in asked)}", values)
        row = iter(cursor.fetchone())
    return {each: list(islice(row, len(each))) for each in asked}
