"""The lines of what became of a message, written beside each change of it."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from correspondence.models import EventKind, Message, MessageEvent
from lcspr import clock


def note(message: Message, kind: EventKind, *, by: User | None = None, words: str = "") -> None:
    """Write one line; `by` only where a person did it."""
    note_all([message], kind, by=by, words=words)


def note_all(
    messages: Iterable[Message], kind: EventKind, *, by: User | None = None, words: str = ""
) -> None:
    """Write the same line for several messages."""
    now = clock.now()
    MessageEvent.objects.bulk_create(
        [MessageEvent(message=message, kind=kind, at=now, by=by, words=words) for message in messages]
    )
