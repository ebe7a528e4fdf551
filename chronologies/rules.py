"""Order, identity and oddities of chronology rows: pure rules over plain values."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Protocol


class Row(Protocol):
    """What an entry must say of itself to be put in order."""

    event_on: dt.date
    event_time: dt.time | None


def place(row: Row, agency: str) -> tuple[dt.date, bool, dt.time, str]:
    """Where a row stands in the combined chronology: by date, time and agency (domain F-04).

    A row without a time comes after those of its day that have one: it cannot be said to be before them.
    """
    return (row.event_on, row.event_time is None, row.event_time or dt.time.min, agency)


def before_every_birth(event_on: dt.date, births: Iterable[dt.date]) -> bool:
    """Whether an event lies before the birth of every child whose birth is known: odd, yet often right."""
    known = list(births)
    return bool(known) and all(event_on < born for born in known)


def digest_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """The SHA-256, in hexadecimal, of what rows say, in the order given; equal only for equal chronologies."""
    text = json.dumps(list(rows), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
