"""The bank holidays to seed the table with: official as far as GOV.UK has announced them, then projected.

Nothing is fetched: the official list is the copy bundled with `govuk-bank-holidays`, and later years come
from `holidays`, marked provisional until they are announced. The two agree on every weekday from 2018 on.
"""

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from typing import Final

from govuk_bank_holidays.bank_holidays import BankHolidays
from holidays import country_holidays

from deadlines.rules.calendar import Calendar, Holiday

OFFICIAL: Final = "GOV.UK"
PROJECTED: Final = "projected"
PROJECTED_TO: Final = 2040

# Each calendar by its official lists and the projection's name for the same place.
_PLACES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "England and Wales": (("england-and-wales", "ENG"),),
    # FOIA s10: a bank holiday in any part of the United Kingdom is not a working day.
    "United Kingdom": (("england-and-wales", "ENG"), ("scotland", "SCT"), ("northern-ireland", "NIR")),
}

# The projection's names, in the words of the official list.
_TITLES: Final = {
    "New Year's Day": "New Year’s Day",
    "May Day": "Early May bank holiday",
    "Spring Bank Holiday": "Spring bank holiday",
    "Late Summer Bank Holiday": "Summer bank holiday",
    "Summer Bank Holiday": "Summer bank holiday",
}


def england_and_wales() -> Calendar:
    """The calendar every rule counts by, unless the rule names another."""
    return calendar_named("England and Wales")


def united_kingdom() -> Calendar:
    """The calendar of the Freedom of Information Act (DL-31)."""
    return calendar_named("United Kingdom")


@lru_cache(maxsize=4)
def calendar_named(name: str) -> Calendar:
    """A seeded calendar by its name; KeyError if there is none."""
    table: dict[dt.date, Holiday] = {}
    spans = []
    for division, part in _PLACES[name]:
        official = official_holidays(division)
        spans.append((min(official), max(official)))
        last_year = max(official).year
        table = projected_holidays(part, range(last_year + 1, PROJECTED_TO + 1)) | official | table
    first_year, last_year = max(first.year for first, _ in spans), min(last.year for _, last in spans)
    return Calendar(
        holidays=table,
        official_from=dt.date(first_year, 1, 1),
        official_until=dt.date(last_year, 12, 31),
        version=f"GOV.UK list to {last_year} (govuk-bank-holidays {version('govuk-bank-holidays')})",
        name=name,
    )


def listed(name: str) -> dict[dt.date, Holiday]:
    """A calendar's days with the edition of the list each was taken from, as the table keeps them."""
    calendar = calendar_named(name)
    edition = f"{OFFICIAL}, {calendar.version.partition(' (')[2].rstrip(')')}"
    return {
        on: replace(day, source=edition) if day.source == OFFICIAL else day
        for on, day in calendar.holidays.items()
    }


def official_holidays(division: str = "england-and-wales") -> dict[dt.date, Holiday]:
    """The announced bank holidays of one GOV.UK division, from the bundled copy."""
    events = BankHolidays(use_cached_holidays=True).get_holidays(division=division)
    return {
        event["date"]: Holiday(
            title=f"{event['title']} (substitute day)"
            if event["notes"] == "Substitute day"
            else event["title"],
            source=OFFICIAL,
        )
        for event in events
    }


def projected_holidays(part: str, years: range) -> dict[dt.date, Holiday]:
    """The weekday holidays expected in years not announced yet."""
    expected = country_holidays("GB", subdiv=part, years=years)
    return {
        on: Holiday(title=_title(named), source=PROJECTED, provisional=True)
        for on, named in sorted(expected.items())
        if on.weekday() < 5
    }


def _title(named: str) -> str:
    # Two holidays can share a day in the projection; the first names it.
    plain = named.partition("; ")[0]
    title = plain.removesuffix(" (observed)")
    substitute = " (substitute day)" if title != plain else ""
    return f"{_TITLES.get(title, title)}{substitute}"
