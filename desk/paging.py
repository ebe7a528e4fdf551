"""Pages of a list, without counting the whole of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet


class Page:
    """One page and whether there is another; what components/pagination.html needs, for one query."""

    def __init__(self, rows: list[Any], number: int, *, has_next: bool) -> None:
        self.rows, self.number, self._has_next = rows, number, has_next

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def has_next(self) -> bool:
        return self._has_next

    def has_previous(self) -> bool:
        return self.number > 1

    def has_other_pages(self) -> bool:
        return self._has_next or self.number > 1

    def next_page_number(self) -> int:
        return self.number + 1

    def previous_page_number(self) -> int:
        return self.number - 1


def page_of(rows: QuerySet[Any], asked: str | None, length: int) -> Page:
    """The page a person asked for ("2"); the first for anything that is not a page number."""
    number = int(asked) if asked and asked.isascii() and asked.isdigit() and 0 < int(asked) < 10_000 else 1
    start = (number - 1) * length
    found = list(rows[start : start + length + 1])
    return Page(found[:length], number, has_next=len(found) > length)
