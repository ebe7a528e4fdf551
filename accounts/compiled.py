"""The text of a query, compiled by Django once and asked again with other keys.

Django compiles a query anew each time it is asked. A page that gathers thirty kinds of things spends more on that
than on all else together (docs/adr/0017). What is kept here is the text; the rows are always asked for.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, NamedTuple, Self

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections, models, transaction
from django.db.models import QuerySet
from psycopg.sql import quote

# How many texts a process keeps, each of some 50 KB: a partnership's ways of holding roles need a few hundred a day.
_MOST_KEPT: Final = 1_500
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


class Keys(str):
    """A list of keys as the database writes it, for `field__any`: written once, however many queries say it."""

    __slots__ = ()

    @classmethod
    def of(cls, keys: Iterable[uuid.UUID | str]) -> Self:
        return cls(f"{{{','.join(map(str, keys))}}}")


@dataclass(frozen=True)
class Slot:
    """A parameter that each asking fills in."""

    name: Hashable


@dataclass(frozen=True)
class _Text:
    """A query compiled: its SQL, with slots among the parameters, and what turns rows into objects.

    `asked` is the same with everything but the slots written out: less to send, and more for the database to plan by.
    """

    rows: QuerySet[Any]
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    asked: str
    converters: dict[int, Any]

    @property
    def limit(self) -> int | None:
        """The most rows it ever gives, if it is cut."""
        most: int | None = self.rows.query.high_mark
        return most

    def filled(self, values: Mapping[Hashable, Any]) -> tuple[Any, ...]:
        return tuple(values[each.name] if isinstance(each, Slot) else each for each in self.params)

    def fetch(self, values: Mapping[Hashable, Any]) -> list[Any]:
        params = {str(each.name): values[each.name] for each in self.params if isinstance(each, Slot)}
        ready = copy(self.compiler)
        ready.connection = connections[self.rows.db]
        ready.as_sql = lambda *args, **kwargs: (self.asked, params)
        ready.get_converters = lambda columns: self.converters
        rows = self.rows.all()
        rows.query.get_compiler = lambda *args, **kwargs: ready  # type: ignore[method-assign]
        # Its rows and no more: a query made from this one would ask the same again.
        return list(rows)


_cuts: ContextVar[list[int] | None] = ContextVar(
    "how many rows queries gave that gave all they may", default=None
)


@contextmanager
def noting_cuts() -> Iterator[list[int]]:
    """Note the limits of the queries asked meanwhile that gave as many rows as they may, and so perhaps not all there
    are."""
    found: list[int] = []
    token = _cuts.set(found)
    try:
        yield found
    finally:
        _cuts.reset(token)


@contextmanager
def planning_once() -> Iterator[None]:
    """Have the database plan each text once for all keys meanwhile: for a page that asks many.

    What a text says beside its keys is written out, so there is enough to plan by.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        yield
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")


# The texts of this process, the one asked longest ago first.
_texts: OrderedDict[Hashable, _Text | None] = OrderedDict()


class Kept(NamedTuple):
    """A query whose text was kept, if it can find anything, and what is filled in this time."""

    text: _Text | None
    values: Mapping[Hashable, Any]

    def rows(self) -> list[Any]:
        """What it finds now."""
        found = self.text.fetch(self.values) if self.text else []
        if self.text and len(found) == self.text.limit and (cuts := _cuts.get()) is not None:
            cuts.append(len(found))
        return found

    def statement(self) -> tuple[str, tuple[Any, ...]] | None:
        """Its SQL with the parameters, to stand in a statement written out; None when it can find nothing."""
        return (self.text.sql, self.text.filled(self.values)) if self.text else None


def kept(
    key: Hashable,
    build: Callable[[], QuerySet[Any]],
    values: Mapping[Hashable, Any],
    *,
    stand_ins: Mapping[Hashable, Any] | None = None,
    anew: Callable[[], QuerySet[Any]] | None = None,
) -> Kept:
    """A query, built only when its key is met for the first time.

    `key` names the query and all it depends on beside `values`, the keys and instants filled in, by name. `build` says these
    themselves, each distinct from all else it says, or `stand_ins` of the same names; a `Slot` stands for itself. Where
    stand-ins are given, `anew` builds the query with the values, for `check_texts`.

    Raises ValueError for a query that says a key which is none of the values: it would be kept for others.
    """
    text = _texts.get(key, _UNKNOWN)
    if text is _UNKNOWN:
        said = {**values, **(stand_ins or {})}
        slots = {value: name for name, value in said.items() if isinstance(value, Hashable)}
        text = _texts[key] = _compiled(build(), slots)
        while len(_texts) > _MOST_KEPT:
            _texts.popitem(last=False)
    else:
        with suppress(KeyError):
            _texts.move_to_end(key)
    if _is_checked:
        _check(text, values, (anew or build)())
    return Kept(text, values)


def _compiled(query: QuerySet[Any], slots: Mapping[Any, Hashable]) -> _Text | None:
    """The text of a query, with a slot in the place of each value that has one."""
    compiler = query.query.get_compiler(query.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    params = [
        Slot(slots[each]) if isinstance(each, (uuid.UUID, dt.date, Keys)) and each in slots else each
        for each in params
    ]
    if any(isinstance(each, (uuid.UUID, Keys)) for each in params):
        raise ValueError(f"A key that nobody fills in would be kept for others: {sql}")
    converters = compiler.get_converters(column for column, *_ in compiler.select[: compiler.col_count])
    compiler.connection = None
    return _Text(query, compiler, sql, tuple(params), written_out(sql, params), converters)


_PLACE: Final = re.compile(r"%[%s]")


def written_out(sql: str, params: Iterable[Any]) -> str:
    """The SQL with its parameters written into it, as the database reads them.

    A `Slot` stays a parameter, by its name: `%(name)s`, so that what is said often is sent once.
    """
    left = iter(params)

    def place(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return found[0]
        value = next(left)
        return f"%({value.name})s" if isinstance(value, Slot) else quote(value).replace("%", "%%")

    return _PLACE.sub(place, sql)


_is_checked = False


def check_texts() -> None:
    """From now on hold every text, whenever it is asked, to the query built anew: for tests."""
    global _is_checked
    _is_checked = True


def _check(text: _Text | None, values: Mapping[Hashable, Any], anew: QuerySet[Any]) -> None:
    try:
        sql, params = anew.query.get_compiler(anew.db).as_sql()
    except EmptyResultSet:
        sql, params = None, ()
    if text is None or sql is None:
        assert text is sql, "A query is kept as empty for somebody for whom it is not, or the reverse."
        return
    assert text.sql == sql, f"The text kept is not the one to ask:\n{text.sql}\n{sql}"
    asked, wanted = (_in_order(sql, each) for each in (text.filled(values), params))
    assert asked == wanted, f"Asked with {asked}, not {wanted}: {sql}"


def _in_order(sql: str, params: Iterable[Any]) -> list[Any]:
    """The parameters in their order; those of one IN, of which there is none, in the order of the alphabet."""
    left = map(repr, params)
    found: list[Any] = []
    for said in re.finditer(r"IN \((%s(?:, %s)*)\)|%[%s]", sql):
        if said[1]:
            found.append(sorted(islice(left, said[1].count("%s"))))
        elif said[0] == "%s":
            found.append(next(left))
    return found
