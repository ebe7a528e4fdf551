"""Times as London clocks show them, and a case with its people."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from factories import LONG_AGO, CaseFactory

from casework.services import admit_standing

LONDON = ZoneInfo("Europe/London")


def day(year, month, number):
    return dt.date(year, month, number)


def london(year, month, number, hour=12, minute=0):
    """The UTC instant of a time on a London clock."""
    return dt.datetime(year, month, number, hour, minute, tzinfo=LONDON).astimezone(dt.UTC)


def shown_in_london(instant):
    return instant.astimezone(LONDON).strftime("%a %d %b %Y %H:%M %Z")


def case_of(people, **fields):
    """A case past triage, open to the people who hold a standing role in its partnership."""
    fields.setdefault("la_aware_confirmed", True)
    case = CaseFactory(partnership=people.partnership, **fields)
    admit_standing(case, by=people.bum, on=LONG_AGO, why="Accepted")
    return case
