"""The one clock. Business code asks `now()` and `today()`, so that the demo and the tests can move every process at once."""

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

LONDON = ZoneInfo("Europe/London")

_Stamp = tuple[int, int, int]
_read: tuple[str, _Stamp, timedelta] | None = None


def now() -> datetime:
    """The present instant, aware, in UTC, moved by the offset in CLOCK_FILE if there is one."""
    return datetime.now(UTC) + offset()


def today() -> date:
    """Today's date as a person in England reads it from the wall."""
    return now().astimezone(LONDON).date()


def on_the_day(on: date) -> datetime:
    """An instant on that London day, for an act of which only the day is known: now if it is today, else midday."""
    if on == today():
        return now()
    return datetime.combine(on, time(12), tzinfo=LONDON).astimezone(UTC)


def offset() -> timedelta:
    """How far the clock is moved; nothing at all unless CLOCK_FILE names a file that exists.

    The file is read again only when it was replaced: asking costs one stat().
    """
    global _read
    if not settings.CLOCK_FILE:
        return timedelta()
    name = str(settings.CLOCK_FILE)
    try:
        found = os.stat(name)  # noqa: PTH116 - dozens of times a page; a Path each time costs as much again
    except FileNotFoundError:
        return timedelta()
    # The inode too: two moves within one tick of the file system's clock give the same time and size.
    stamp = (found.st_mtime_ns, found.st_ino, found.st_size)
    if _read is None or _read[:2] != (name, stamp):
        _read = (name, stamp, timedelta(seconds=float(Path(name).read_text() or 0)))
    return _read[2]


def set_offset(seconds: float) -> None:
    """Move the clock of every process that shares CLOCK_FILE, counted from real time."""
    path = Path(settings.CLOCK_FILE)
    # Replaced, never rewritten in place: another process may be reading it.
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(str(seconds))
    fresh.replace(path)
