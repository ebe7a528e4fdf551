"""A hundred times as many cases: every row that hangs on a case is copied inside the database.

The copies stand beside the originals at the same stage, with the same people and the same dates, so everything
that waits, runs and is owed grows as the cases do. That is harder than life, where most old cases are closed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from types import MappingProxyType
from typing import Any, Final

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import models

from casework.models import Case, Draft, RowChange, RowChangePayload
from lcspr import env

# No page reads or writes them, and they are half of all rows.
LEFT_OUT: Final = {RowChange, RowChangePayload}

# A copy's key follows from the original's and the number of the copy, so that references need no table of pairs.
FUNCTION: Final = """
CREATE FUNCTION pg_temp.copied(key uuid, k int) RETURNS uuid LANGUAGE sql IMMUTABLE
AS $$ SELECT md5(key::text || k)::uuid $$
"""
NO_CASE: Final = "'00000000-0000-0000-0000-000000000000'::uuid"

# What is unique otherwise than by key or reference, by the type of the column.
UNIQUE: Final = {
    ("casework_case", "reference"): "{c} || '-' || k",
    ("casework_case", "pseudonym"): "CASE {c} WHEN '' THEN '' ELSE {c} || ' ' || k END",
    ("correspondence_message", "key"): "pg_temp.copied({c}, k)",
    ("correspondence_message", "message_id"): "k || '.' || {c}",
    ("correspondence_message", "dedupe_key"): "CASE {c} WHEN '' THEN '' ELSE {c} || ' ' || k END",
    ("publication_publication", "slug"): "CASE {c} WHEN '' THEN '' ELSE {c} || '-' || k END",
    ("casework_event", "chain"): f"CASE {{c}} WHEN {NO_CASE} THEN {{c}} ELSE pg_temp.copied({{c}}, k) END",
    ("casework_event", "number"): f"CASE chain WHEN {NO_CASE} THEN {{c}} + k * {{most}} ELSE {{c}} END",
}
LABELS: Final = {"about", "object"}


def of_cases() -> list[type[models.Model]]:
    """Every model whose rows hang on a case, directly or through others; what is not there yet is found too."""
    found: set[type[models.Model]] = {Case, Draft}
    candidates = apps.get_models(include_auto_created=True)
    while True:
        more = {
            model
            for model in candidates
            if model not in found | LEFT_OUT
            and any(
                field.related_model in found for field in model._meta.concrete_fields if field.is_relation
            )
        }
        if not more:
            return sorted(found, key=lambda model: model._meta.label)
        found |= more


@contextmanager
def as_owner() -> Iterator[Any]:
    """A cursor of the role that owns the tables, each statement a transaction of its own."""
    where = env.database(settings.OWNER_DATABASE_URL)
    connection = psycopg.connect(
        dbname=where["NAME"],
        user=where["USER"],
        password=where["PASSWORD"],
        host=where["HOST"],
        port=where["PORT"] or None,
    )
    connection.autocommit = True
    with closing(connection), connection.cursor() as cursor:
        yield cursor


def multiply(
    times: int,
    only: Collection[type[models.Model]] = (),
    *,
    first: int = 1,
    changed: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> dict[str, int]:
    """Have `times` as many rows of each of these tables; returns how many each then has, by table.

    With `only`, of those alone: what they refer to elsewhere stays shared by all copies. `first` is the number
    of the first copy, above all that were made before. `changed` says what else differs in a copy, as UNIQUE does.
    """
    models_of_cases = [model for model in of_cases() if not only or model in only]
    with as_owner() as cursor:
        tables = [model._meta.db_table for model in models_of_cases]
        cursor.execute(FUNCTION)
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        # Keys to rows not copied yet are checked at the end.
        cursor.execute("BEGIN")
        most = {model: _highest(cursor, model) for model in models_of_cases}
        for model in models_of_cases:
            _copy(cursor, model, range(first, first + times - 1), most, changed)
        cursor.execute("COMMIT")
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        cursor.execute("VACUUM ANALYZE")
        return {table: _count(cursor, table) for table in tables}


def counted() -> dict[str, int]:
    """How many rows the tables of cases have now, after giving the planner fresh figures."""
    with as_owner() as cursor:
        cursor.execute("VACUUM ANALYZE")
        return {model._meta.db_table: _count(cursor, model._meta.db_table) for model in of_cases()}


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f'SELECT count(*) FROM "{table}"')
    return int(cursor.fetchone()[0])


def _is_uuid(model: Any) -> bool:
    return isinstance(model._meta.pk, models.UUIDField)


def _highest(cursor: Any, model: type[models.Model]) -> int:
    """The highest key of a numbered table, by multiples of which the keys of the copies are moved; else 0."""
    key: Any = model._meta.pk
    if _is_uuid(model) or key.is_relation:
        return 0
    cursor.execute(f'SELECT coalesce(max("{key.column}"), 0) FROM "{model._meta.db_table}"')
    return int(cursor.fetchone()[0])


def _copy(
    cursor: Any,
    model: type[models.Model],
    copies: range,
    most: dict[type[models.Model], int],
    changed: Mapping[tuple[str, str], str],
) -> None:
    table = model._meta.db_table
    # Of all that hangs on a case, copied or not: a label is no reference, and what is unique by it must differ.
    labels = ", ".join(f"'{each._meta.label}'" for each in of_cases())
    columns = [field.column for field in model._meta.concrete_fields]
    special = {**UNIQUE, **changed}
    values = [
        _value(field, special.get((table, field.column)), labels, most)
        for field in model._meta.concrete_fields
    ]
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(
        f'INSERT INTO "{table}" ({names}) SELECT {", ".join(values)} FROM "{table}", generate_series({copies.start}, {copies.stop - 1}) k'
    )
    if most[model]:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
            [table, model._meta.pk.column, most[model] * copies.stop],
        )


def _value(field: Any, special: str | None, labels: str, most: dict[type[models.Model], int]) -> str:
    """What a column of a copy holds."""
    column = f'"{field.column}"'
    if special is not None:
        return special.format(c=column, most=max(most.values()))
    owner = field.related_model if field.is_relation else field.model
    if field.is_relation or field.primary_key:
        if owner not in most:
            return column
        if _is_uuid(owner):
            return f"pg_temp.copied({column}, k)"
        return f"{column} + k * {most[owner]}"
    if field.column in LABELS:
        kind, key = f"split_part({column}, ':', 1)", f"split_part({column}, ':', 2)"
        return (
            f"CASE WHEN {kind} IN ({labels}) AND length({key}) = 36"
            f" THEN {kind} || ':' || pg_temp.copied({key}::uuid, k) ELSE {column} END"
        )
    return column
