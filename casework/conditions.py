"""Guards that explain themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Condition:
    """A guard on a transition: `unmet` gives the sentences that say what is missing and what to do.

    It is callable as django-fsm expects: true when nothing is unmet. `summary` is the guard in a few
    words, for docs/lifecycle.md.
    """

    summary: str
    unmet: Callable[[Any], Iterable[str]]

    def __call__(self, record: Any) -> bool:
        return not list(self.unmet(record))


def require(reason: str, holds: Callable[[Any], bool]) -> Condition:
    """A guard with one fixed sentence."""
    return Condition(reason, lambda record: [] if holds(record) else [reason])
