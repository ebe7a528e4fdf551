"""London time: whole days as instants, and the two hours a year a clock gets wrong."""

import datetime as dt
from zoneinfo import ZoneInfo

from deadlines.rules import words

LONDON = ZoneInfo("Europe/London")
_LAST_SECOND = dt.time(23, 59, 59)


class HourDoesNotExistError(ValueError):
    """A local time that was skipped when the clocks went forward; the message is for the person typing it."""


class HourHappensTwiceError(ValueError):
    """A local time that came round again when the clocks went back; the message is for the person typing it."""


def london_date(moment: dt.datetime) -> dt.date:
    """The date in London at an instant. A time without a zone is refused: nobody knows which day it is."""
    if moment.utcoffset() is None:
        raise ValueError("A time needs its zone.")
    return moment.astimezone(LONDON).date()


def start_of_day(on: dt.date) -> dt.datetime:
    """Midnight in London at the start of a day, in UTC."""
    return dt.datetime.combine(on, dt.time.min, LONDON).astimezone(dt.UTC)


def end_of_day(on: dt.date) -> dt.datetime:
    """23:59:59 in London on a day, in UTC: until then a thing due on that day is in time (domain §3.1)."""
    return dt.datetime.combine(on, _LAST_SECOND, LONDON).astimezone(dt.UTC)


def local_instants(on: dt.date, at: dt.time) -> tuple[dt.datetime, ...]:
    """Every UTC instant at which London clocks showed this time on this day.

    One on an ordinary day, none in the hour skipped in spring, two (the earlier first) in the hour
    repeated in autumn.
    """
    wall = dt.datetime.combine(on, at.replace(tzinfo=None, fold=0))
    found = []
    for fold in (0, 1):
        instant = wall.replace(tzinfo=LONDON, fold=fold).astimezone(dt.UTC)
        if instant.astimezone(LONDON).replace(tzinfo=None, fold=0) == wall and instant not in found:
            found.append(instant)
    return tuple(found)


def to_instant(on: dt.date, at: dt.time, *, second: bool | None = None) -> dt.datetime:
    """The UTC instant of a local day and time, as a person gives them.

    `second` chooses the later of the two in the hour that happens twice; left out, that hour raises
    `HourHappensTwiceError`, and the skipped hour always raises `HourDoesNotExistError`.
    """
    instants = local_instants(on, at)
    if not instants:
        raise HourDoesNotExistError(
            f"The clocks went forward on {words.full_date(on)}, so {words.clock_time(at)} did not happen. "
            "Give a time before 1am or from 2am."
        )
    if len(instants) == 2 and second is None:
        raise HourHappensTwiceError(
            f"The clocks went back on {words.full_date(on)}, so {words.clock_time(at)} happened twice. "
            "Say whether it was the first time (British Summer Time) or the second (Greenwich Mean Time)."
        )
    return instants[-1] if second else instants[0]
