"""The text of a query, compiled by Django once and asked again with other keys.

Django compiles a query anew each time it is asked. A page that gathers thirty kinds of things spends more on that
than on all else together (docs/adr/0017). What is kept here is the text; the rows are always asked for.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import QuerySet

# How many texts of one query are kept, each of some 40 KB: one for every way of holding roles, and those of one day.
_KEPT: Final = 64
_UNKNOWN: Final[Any] = object()


@models.CharField.register_lookup
@models.ForeignKey.register_lookup
@models.UUIDField.register_lookup
class AnyOf(models.Lookup):
    """`field__any=[…]`: IN, as one parameter, so that the text is the same however many there are."""

    lookup_name = "any"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        lhs, params = self.process_lhs(compiler, connection)
        kind = self.lhs.output_field.rel_db_type(connection)
        return f"{lhs} = ANY(%s::{kind}[])", [*params, self.rhs]


@dataclass(frozen=True)
class Slot:
    """A parameter that each asking fills in."""

    name: Hashable


@dataclass(frozen=True)
class _Text:
    """A query compiled: its SQL, with slots among the parameters, and what turns rows into objects."""

    rows: QuerySet[Any]
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    converters: dict[int, Any]

    @property
    def limit(self) -> int | None:
        """The most rows it ever gives, if it is cut."""
        most: int | None = self.rows.query.high_mark
        return most

    def filled(self, values: Mapping[Hashable, Any]) -> tuple[Any, ...]:
        return tuple(values[each.name] if isinstance(each, Slot) else each for each in self.params)

    def fetch(self, values: Mapping[Hashable, Any]) -> list[Any]:
        params = self.filled(values)
        ready = copy(self.compiler)
        ready.connection = connections[self.rows.db]
        ready.as_sql = lambda *args, **kwargs: (self.sql, params)
        ready.get_converters = lambda columns: self.converters
        rows = self.rows.all()
        rows.query.get_compiler = lambda *args, **kwargs: ready  # type: ignore[method-assign]
        # Its rows and no more: a query made from this one would ask the same again.
        return list(rows)


_cuts: ContextVar[list[str] | None] = ContextVar("queries that gave as many rows as they may", default=None)


@contextmanager
def noting_cuts() -> Iterator[list[str]]:
    """Note the queries asked meanwhile that gave as many rows as they may, and so perhaps not all there are."""
    found: list[str] = []
    token = _cuts.set(found)
    try:
        yield found
    finally:
        _cuts.reset(token)


class Texts:
    """The texts of one query, by what it depends on beside the values filled in."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, _Text | None] = {}
        self._day: dt.date | None = None

    def rows(
        self,
        day: dt.date,
        kind: Hashable,
        build: Callable[[], QuerySet[Any]],
        values: Mapping[Hashable, Any],
        stand_ins: Mapping[Hashable, Any] | None = None,
    ) -> list[Any]:
        """The rows of a query, built only when its kind is met for the first time that day.

        `values` are the keys and instants filled in, by name. `build` says them itself, each distinct from all else that it
        says, or what stands for them by the same name; a `Slot` stands for itself.
        """
        if day != self._day:
            self._kept, self._day = {}, day
        text = self._kept.get(kind, _UNKNOWN)
        if text is _UNKNOWN:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            said = {**values, **(stand_ins or {})}
            slots = {value: name for name, value in said.items() if isinstance(value, Hashable)}
            text = self._kept[kind] = _compiled(build(), slots)
        found = text.fetch(values) if text else []
        if text and len(found) == text.limit and (cuts := _cuts.get()) is not None:
            cuts.append(text.sql)
        return found

    def check(
        self, kind: Hashable, build: Callable[[], QuerySet[Any]], values: Mapping[Hashable, Any]
    ) -> None:
        """Hold the text of a kind to the query as `build` builds it anew with the values themselves."""
        text, fresh = self._kept[kind], _compiled(build(), {})
        if text is None or fresh is None:
            assert text is fresh, "A query is kept as empty for somebody for whom it is not, or the reverse."
            return
        assert text.sql == fresh.sql, f"The text kept is not the one to ask:\n{text.sql}\n{fresh.sql}"
        asked, wanted = (Counter(map(repr, params)) for params in (text.filled(values), fresh.params))
        assert asked == wanted, f"Asked with {asked - wanted}, not {wanted - asked}: {fresh.sql}"


def _compiled(query: QuerySet[Any], slots: Mapping[Any, Hashable]) -> _Text | None:
    compiler = query.query.get_compiler(query.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    filled = tuple(
        Slot(slots[each]) if isinstance(each, (uuid.UUID, dt.datetime)) and each in slots else each
        for each in params
    )
    converters = compiler.get_converters(column for column, *_ in compiler.select[: compiler.col_count])
    return _Text(query, compiler, sql, filled, converters)
