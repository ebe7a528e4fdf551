"""Pages of deadlines by key: each begins after the last row of the one before, however many stand before it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from deadlines.models import Deadline, DeadlineQuerySet

_WRITTEN: Final = re.compile(r"(\d{8}T\d{6}\.\d{6})Z-([0-9a-f-]{36})", re.ASCII)
_FORMAT: Final = "%Y%m%dT%H%M%S.%f"


@dataclass(frozen=True)
class Place:
    """Where in the order of due dates a row stands."""

    due_at: dt.datetime
    key: uuid.UUID

    @classmethod
    def of(cls, deadline: Deadline) -> Place:
        return cls(deadline.due_at, deadline.pk)

    @classmethod
    def read(cls, text: str) -> Place:
        """The place that an address names; raises ValueError for anything else."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError("This is not a place in the list.")
        due_at = dt.datetime.strptime(found[1], _FORMAT).replace(tzinfo=dt.UTC)
        return cls(due_at, uuid.UUID(found[2]))

    def __str__(self) -> str:
        return f"{self.due_at.astimezone(dt.UTC):{_FORMAT}}Z-{self.key}"


@dataclass(frozen=True)
class Slice:
    """The rows of one page in their order, and the places from which its neighbours begin."""

    rows: list[Deadline]
    before: Place | None
    after: Place | None


def page_of(
    rows: DeadlineQuerySet,
    size: int,
    *,
    latest_first: bool = False,
    after: Place | None = None,
    before: Place | None = None,
) -> Slice:
    """One page of `rows` by due date: the first, or the one after or before a place."""
    turned = before is not None
    backwards = latest_first != turned
    if (place := before or after) is not None:
        rows = rows.filter(_beyond(place, backwards=backwards))
    order = ("-due_at", "-id") if backwards else ("due_at", "id")
    return slice_of(list(rows.order_by(*order)[: size + 1]), size, after=after is not None, turned=turned)


def slice_of(found: list[Deadline], size: int, *, after: bool = False, turned: bool = False) -> Slice:
    """A page of what was found for it: one more than it shows says whether there is another, without counting all.

    `after` says that there are some before it, `turned` that they were found backwards from some after it.
    """
    more, found = len(found) > size, found[:size]
    if turned:
        found.reverse()
    first, last = (Place.of(found[0]), Place.of(found[-1])) if found else (None, None)
    has_before = more if turned else after
    has_after = True if turned else more
    return Slice(found, first if has_before else None, last if has_after else None)


def _beyond(place: Place, *, backwards: bool) -> Q:
    """Rows after a place, or before it; the first condition alone is what the index is entered by."""
    way = "lt" if backwards else "gt"
    return Q(**{f"due_at__{way}e": place.due_at}) & (
        Q(**{f"due_at__{way}": place.due_at}) | Q(**{f"id__{way}": place.key})
    )
