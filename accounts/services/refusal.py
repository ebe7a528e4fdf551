"""Saying no in words."""

from __future__ import annotations

from collections.abc import Iterable


class Refused(Exception):
    """An act on accounts is not possible as asked; `reasons` are sentences for the person at the screen."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = list(reasons)


def refuse_if_any(reasons: Iterable[str]) -> None:
    """Raise `Refused` with all the reasons there are; nothing when there are none."""
    if found := list(reasons):
        raise Refused(*found)
