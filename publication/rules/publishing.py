"""When a report may become public, and when it may be taken down again.

Days are London dates; nothing here asks what day it is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Final

from deadlines.rules.calendar import Calendar
from deadlines.rules.counting import (
    add_years_at_least,
    clear_days_send,
    earliest_publication,
    latest_send,
)
from deadlines.rules.words import full_date

# At least seven working days before publication: 2018 Regulations (National Panel, Secretary of State),
# Working Together ch. 5 (Ofsted).
COPIES_AHEAD: Final = 7
YEARS_PUBLIC: Final = 1


class Copied(StrEnum):
    """Who is sent the report before it is public."""

    NATIONAL_PANEL = "national_panel"
    DFE = "dfe"
    OFSTED = "ofsted"


NAMES: Final[Mapping[Copied, str]] = {
    Copied.NATIONAL_PANEL: "the National Panel",
    Copied.DFE: "the Secretary of State (Department for Education)",
    Copied.OFSTED: "Ofsted",
}

Copies = Mapping[Copied, dt.date | None]


def copies_missing(copies: Copies) -> list[str]:
    """Who has not been sent the report, in words."""
    return [NAMES[to] for to in Copied if copies.get(to) is None]


def last_copy_on(copies: Copies) -> dt.date | None:
    """The day on which the last of the copies went; None while one is missing."""
    days = [copies.get(to) for to in Copied]
    sent = [day for day in days if day is not None]
    return max(sent) if len(sent) == len(days) else None


def send_copies_by(planned_on: dt.date, calendar: Calendar) -> dt.date:
    """The last day on which the copies may go for a planned day."""
    return latest_send(planned_on, COPIES_AHEAD, calendar)


def is_tight(planned_on: dt.date, sent_on: dt.date, calendar: Calendar) -> bool:
    """Whether copies went in time only if the day of sending counts: on the stricter reading, clear days
    between, they went a day too late. Deserves a warning, no more."""
    clear = clear_days_send(planned_on, COPIES_AHEAD, calendar)
    return clear < sent_on <= send_copies_by(planned_on, calendar)


def earliest_day(copies: Copies, *, today: dt.date, calendar: Calendar) -> dt.date:
    """The first day on which the report could be public if nothing else stood in the way.

    What has not gone yet is taken to go today.
    """
    last = max((copies.get(to) or today for to in Copied), default=today)
    return max(today, earliest_publication(last, COPIES_AHEAD, calendar))


def copies_problems(copies: Copies, *, on: dt.date, in_breach: bool, calendar: Calendar) -> list[str]:
    """Why the copies do not yet allow publication on a day.

    `in_breach`: the three partners decided, with legal advice, to publish before the seven working days
    have passed (T38). The copies must have gone all the same.
    """
    if missing := copies_missing(copies):
        return [f"No copy of the report is recorded as sent to {_listed(missing)}."]
    last = last_copy_on(copies)
    assert last is not None
    first = earliest_publication(last, COPIES_AHEAD, calendar)
    if on >= first or in_breach:
        return []
    return [
        f"The last copy went on {full_date(last)}: seven working days before publication make {full_date(first)} the "
        "first possible day. Publishing earlier needs the three partners’ decision, with legal advice."
    ]


def planning_problems(
    planned_on: dt.date, *, today: dt.date, decided_on: dt.date | None, signed_off_on: dt.date | None
) -> list[str]:
    """Why a day cannot be the planned one (domain §10 rule 12: never before the review was decided)."""
    if decided_on is not None and planned_on < decided_on:
        return [
            f"The report cannot be published before the review was decided on, on {full_date(decided_on)}."
        ]
    if signed_off_on is not None and planned_on < signed_off_on:
        return [f"The report cannot be published before it was signed off, on {full_date(signed_off_on)}."]
    return ["The planned day must be today or in the future."] if planned_on < today else []


def public_until_at_least(published_on: dt.date) -> dt.date:
    """The first day on which a report may be taken down without a court's order."""
    return add_years_at_least(published_on, YEARS_PUBLIC)


def withdrawal_problems(published_on: dt.date, *, on: dt.date, court_order: bool) -> list[str]:
    """Why a report cannot be taken down on a day (DL-22: public for at least a year, unless a court orders it)."""
    until = public_until_at_least(published_on)
    if court_order or on >= until:
        return []
    return [
        f"It must stay public until {full_date(until)}, one year after it was published, unless a court orders it to be "
        "taken down."
    ]


def people_missing(needed: int, ticked_by: Collection[object]) -> int:
    """How many more different people must tick a gate."""
    return max(0, needed - len(set(ticked_by)))


def texts_with_names(texts: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """The labels of those texts in which a word stands that is also part of somebody's name.

    A hint for the person who anonymises, not a proof: names are words too, and misspelt ones pass.
    """
    parts = {part.casefold() for name in names for part in re.split(r"[\s\-–]+", name) if len(part) > 2}
    return [
        label
        for label, text in texts.items()
        if parts & {word.casefold() for word in re.findall(r"[^\W\d_]+", text)}
    ]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
