"""Rows that come with many others, such as their case or agency, made into one object each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from django.db.models import Model as _Base
else:
    _Base = object  # Models put it before `Model` themselves: as a model it would stand in their migrations.

_made: ContextVar[dict[tuple[Any, ...], Any] | None] = ContextVar("rows made into objects", default=None)


@contextmanager
def making_once() -> Iterator[None]:
    """Let the same row, however many queries bring it, be one object of the models that are `MadeOnce`: for a page that
    reads much and changes nothing."""
    token = _made.set({})
    try:
        yield
    finally:
        _made.reset(token)


class MadeOnce(_Base):
    """A model whose rows come again and again beside others."""

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], *args: Any, **kwargs: Any
    ) -> Self:
        made = _made.get()
        if made is None:
            return super().from_db(db, field_names, values, *args, **kwargs)
        # With the names: an object that lacks some is not the one that has them.
        key = (cls, *field_names, dict(zip(field_names, values, strict=True))["id"])
        if key not in made:
            made[key] = super().from_db(db, field_names, values, *args, **kwargs)
        found: Self = made[key]
        return found
