"""What the database does for a page: every statement, its plan, and the growing tables it reads whole."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

# A smaller table fits in a few blocks, and reading it whole is the quickest way to read it.
SMALL: Final = 500


@dataclass(frozen=True)
class Scan:
    """A statement that reads a growing table from end to end."""

    page: str
    table: str
    rows: int
    how: str
    sql: str


class Sent(NamedTuple):
    """One statement of a page, with its values and how long it took, in milliseconds."""

    sql: str
    params: Any
    took: float


def statements(pages: Any, name: str) -> list[Sent]:
    """Every statement a page sends; `pages` opens it by its name."""
    sent: list[Sent] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            sent.append(Sent(sql, params, (time.perf_counter() - begun) * 1000))

    with connection.execute_wrapper(listen):
        pages.open(name)
    return sent


def scans(page: str, sent: list[Sent], rows: dict[str, int]) -> list[Scan]:
    """The scans of growing tables in the plans of a page's statements; `rows` says how large each table is."""
    found: dict[tuple[str, str], Scan] = {}
    for sql, params, _ in sent:
        if not sql.lstrip("( ").upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            continue
        for table, how in _scanned(_plan(sql, params)):
            if rows.get(table, 0) > SMALL:
                found[table, sql] = Scan(page, table, rows[table], how, sql)
    return list(found.values())


def _plan(sql: str, params: Any) -> dict[str, Any]:
    """The plan of a statement. It is carried out only when it reads, so that its real numbers are known."""
    really = "ANALYZE, TIMING OFF, " if sql.lstrip("( ").upper().startswith(("SELECT", "WITH")) else ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({really}FORMAT JSON) {sql}", params)
        found = cursor.fetchone()[0]
    plan: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan


def _scanned(node: dict[str, Any], *, limited: bool = False) -> Iterator[tuple[str, str]]:
    """Tables read from end to end: one after the other, or through an index without a condition.

    Not those of which nothing was read after all, nor an index walked in order until a limit is reached.
    """
    kind, touched = node["Node Type"], node.get("Actual Loops", 1) > 0
    limited = limited or kind == "Limit"
    if touched and kind == "Seq Scan":
        yield node["Relation Name"], "reads it whole"
    elif touched and kind in {"Index Scan", "Index Only Scan"} and "Index Cond" not in node and not limited:
        yield node["Relation Name"], f"reads the whole of its index {node['Index Name']}"
    for below in node.get("Plans", ()):
        # What a hash or a sort takes in, it takes in whole, whatever limit stands above.
        yield from _scanned(below, limited=limited and kind not in {"Sort", "Hash", "Aggregate"})
