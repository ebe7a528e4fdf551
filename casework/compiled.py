"""Queries of what people may see, compiled once for everybody who holds alike.

What such a query says depends on what somebody holds, not on who they are: its text is kept, and whoever holds the
same roles in the same way fills in their own keys (accounts.compiled).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from types import MappingProxyType
from typing import Any, Final

from django.db.models import QuerySet

from accounts.compiled import Kept, Keys, Slot, kept
from accounts.db import known, memberships_of
from accounts.models import User
from casework.models import Case
from casework.permissions import by_name, shared_with, world_of
from lcspr import clock

# Stands for the case in a text that serves for all.
SOME_CASE: Final = uuid.UUID(int=2**128 - 1)


_around: ContextVar[Mapping[str, Any]] = ContextVar(
    "said to every query over all cases", default=MappingProxyType({})
)


@contextmanager
def saying(**values: Any) -> Iterator[None]:
    """Let the queries over all cases that are built meanwhile say these values, lists or days (`said`)."""
    token = _around.set({**_around.get(), **values})
    try:
        yield
    finally:
        _around.reset(token)


def said(name: str) -> Any:
    """What a query being built is to say by this name; None when there is nothing."""
    return _around.get().get(name)


def compiled_once(build: Callable[..., QuerySet[Any]]) -> Callable[..., list[Any]]:
    """Make of a function that builds a query one that returns its rows, compiling it once for all who hold alike.

    `build` is asked with a person, the key of a case or None, what follows by position, and values by name: an
    instant, a day, or a list for the lookup `any`; the function made of it takes a case or its key. What it builds may
    depend on the person's memberships and their ways into cases (casework.permissions), on the day, on whether there
    is a case, and, when there is none, on what is `said` around it; nothing else, above all not on the time or on rows
    it reads. While the tests run `accounts.compiled.check_texts` holds them to that.
    """
    return _once(build, Kept.rows)


def written_once(build: Callable[..., QuerySet[Any]]) -> Callable[..., tuple[str, tuple[Any, ...]] | None]:
    """Make of a function that builds a query, as for `compiled_once`, one that returns its SQL with the parameters.

    For a statement that is written out and looks only among these rows; None when there can be none.
    """
    return _once(build, Kept.statement)


def _once(build: Callable[..., QuerySet[Any]], ask: Callable[[Kept], Any]) -> Callable[..., Any]:
    @wraps(build)
    def asked(user: User, case: Case | uuid.UUID | None = None, *more: Hashable, **values: Any) -> Any:
        within = case.pk if isinstance(case, Case) else case
        around = _around.get() if within is None else {}
        day, held, keys = _held(user)
        filled: dict[Hashable, Any] = {**dict(enumerate(keys)), "case": within, "shared": shared_with(user)}
        filled.update(around)
        filled.update(values)
        some = _stand_ins(values)
        some_around = _stand_ins(around, after=len(some))
        stand_ins: dict[Hashable, Any] = {"case": SOME_CASE}
        stand_ins.update(some_around)
        stand_ins.update(some)

        def once() -> QuerySet[Any]:
            with saying(**some_around):
                return build(user, None if within is None else SOME_CASE, *more, **some)

        return ask(
            kept(
                (build, day, held, within is None, more, tuple(values), tuple(around)),
                once,
                filled,
                stand_ins=stand_ins,
                anew=lambda: build(user, within, *more, **values),
            )
        )

    return asked


def attach(rows: Sequence[Any], name: str, related: Callable[..., list[Any]], user: User) -> None:
    """Give rows what belongs to them under `name`, as `prefetch_related` does, by a query compiled once.

    `related` takes the keys of the rows, as `keys`, and returns objects in the order in which they are wanted. Of the
    manager nothing but `all()` may be asked then, which gives a list.
    """
    if not rows:
        return
    column = rows[0]._meta.get_field(name).field.attname
    by_key: dict[Any, list[Any]] = {row.pk: [] for row in rows}
    for found in related(user, keys=list(by_key)):
        by_key[getattr(found, column)].append(found)
    for row in rows:
        # Where Django keeps what it fetched for a row beforehand.
        row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = by_key[row.pk]


_Held = tuple[dt.date, Hashable, tuple[uuid.UUID, ...]]


def _held(user: User) -> _Held:
    """The day; what somebody holds on it, with numbers for keys; and the keys by number: theirs, of partnerships, of agencies.

    Found once a request or act.
    """
    remembered, key = known().ways_in, (user.pk, "held")
    if key not in remembered:
        remembered[key] = _numbered(user)
    found: _Held = remembered[key]
    return found


def _numbered(user: User) -> _Held:
    keys: dict[uuid.UUID | None, int | None] = {None: None, user.pk: 0}

    def number(key: uuid.UUID | None) -> int | None:
        return keys.setdefault(key, len(keys) - 1)

    memberships = tuple(
        (each.role, number(each.partnership_id), number(each.agency_id)) for each in memberships_of(user)
    )
    world = world_of(user)
    around = None if world is None else tuple(sorted(number(key) or 0 for key in sorted(world)))
    return clock.today(), (memberships, by_name(user), around), tuple(key for key in keys if key)


def _stand_ins(values: Mapping[str, Any], *, after: int = 0) -> dict[str, Any]:
    return {
        name: _some(name, number, value) for number, (name, value) in enumerate(values.items(), after + 1)
    }


def _some(name: str, number: int, value: Any) -> Any:
    """What stands for a value passed by name: nothing that a query says by itself."""
    if isinstance(value, dt.datetime):
        return dt.datetime(9999, 1, number, tzinfo=dt.UTC)
    if isinstance(value, dt.date):
        return dt.date(9999, 1, number)
    assert isinstance(value, list | Keys), "Instants, days and lists only."
    return Slot(name)
