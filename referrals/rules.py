"""What a referral must say, what cannot be true, and what makes two children look alike. No Django here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")

# The national form lists four children; the others are named in its further information (domain §0.3.7).
MOST_CHILDREN_LISTED: Final = 4


class Section(StrEnum):
    """The pages of the referral, in the order they are asked."""

    LEAD = "lead"
    CHILDREN = "children"
    INCIDENT = "incident"
    AWARENESS = "awareness"
    CRITERIA = "criteria"
    AGENCIES = "agencies"


MISSING: Final[dict[str, str]] = {
    Section.LEAD: "Say who you discussed this referral with, and when.",
    Section.CHILDREN: "Name at least one child.",
    Section.INCIDENT: "Say what happened, when and where.",
    Section.AWARENESS: "Say who became aware of it, and when.",
    Section.CRITERIA: "Say how you see the two parts of the criteria, with your reasons.",
    Section.AGENCIES: "Say which agencies know the family, and whether children are safe now.",
}


def sections(*, needs_lead: bool) -> list[Section]:
    """The pages this referral has; only an agency's own referral asks about its safeguarding lead."""
    return [section for section in Section if needs_lead or section is not Section.LEAD]


def unanswered(answered: Collection[str], *, needs_lead: bool) -> list[Section]:
    """The pages that still wait for an answer."""
    return [section for section in sections(needs_lead=needs_lead) if section not in answered]


@dataclass(frozen=True)
class ChildDates:
    """When a child was born or is expected; `name` is for the sentence."""

    name: str
    born_on: dt.date | None = None
    unborn: bool = False


@dataclass(frozen=True)
class Dates:
    """The dates of one incident that must agree with each other (domain §10 rule 12)."""

    now: dt.datetime
    incident_from: dt.date | None = None
    incident_until: dt.date | None = None
    agency_aware_on: dt.date | None = None
    la_aware_at: dt.datetime | None = None
    children: tuple[ChildDates, ...] = field(default=())


def impossible(dates: Dates) -> Iterator[tuple[str, str]]:
    """Each thing that cannot be true: the question it belongs to, and the sentence."""
    today = dates.now.astimezone(LONDON).date()
    first, last = dates.incident_from, dates.incident_until or dates.incident_from
    if first and first > today:
        yield "incident_from", "The date of the incident must be today or in the past"
    if first and last and last < first:
        yield "incident_until", "The last date of the incident must be the same as or after the first"
    if dates.incident_until and dates.incident_until > today:
        yield "incident_until", "The last date of the incident must be today or in the past"
    if dates.agency_aware_on and dates.agency_aware_on > today:
        yield "agency_aware_on", "The date your agency became aware must be today or in the past"
    if dates.la_aware_at and dates.la_aware_at > dates.now:
        yield "la_aware_at", "The time the local authority became aware must be now or in the past"
    if first and dates.agency_aware_on and dates.agency_aware_on < first:
        yield "agency_aware_on", "Your agency cannot have become aware before the incident"
    if first and dates.la_aware_at and dates.la_aware_at.astimezone(LONDON).date() < first:
        yield "la_aware_at", "The local authority cannot have become aware before the incident"
    for child in dates.children:
        yield from _impossible_birth(child, last, today)


def _impossible_birth(child: ChildDates, last: dt.date | None, today: dt.date) -> Iterator[tuple[str, str]]:
    if child.unborn or child.born_on is None:
        return
    if child.born_on > today:
        yield "born_on", "The date of birth must be today or in the past"
    elif last and child.born_on > last:
        yield "born_on", "The date of birth is after the incident. If the child was not yet born, say so"


def impossible_sending(
    *, aware_at: dt.datetime | None, sent_at: dt.datetime, now: dt.datetime
) -> Iterator[tuple[str, str]]:
    """What cannot be true of when a notification was sent (domain §10 rule 12)."""
    if sent_at > now:
        yield "sent_at", "The time it was sent must be now or in the past"
    if aware_at and sent_at < aware_at:
        yield "sent_at", "It cannot have been sent before the local authority became aware"


def criteria_proposed(abuse_or_neglect: str, outcome: str) -> bool:
    """Whether the two limbs, as answered, would meet the criteria (domain §1.2): the form proposes, people decide."""
    return abuse_or_neglect in {"known", "suspected"} and outcome in {"died", "seriously_harmed"}


def must_be_in_writing_again(channel: str) -> bool:
    """Whether what reached the business unit was only spoken, so that a written referral is still owed."""
    return channel in {"telephone", "in_person"}


def listing_problems(*, listed: int, of: int, further_information: str) -> list[str]:
    """What is wrong with the children listed on a notification (domain §0.3.7)."""
    problems = []
    if listed == 0:
        problems.append("List at least one child.")
    if listed > MOST_CHILDREN_LISTED:
        problems.append("The national form lists four children. Name the others under further information.")
    if listed < of and not further_information.strip():
        problems.append("Not every child of the case is listed. Name the others under further information.")
    return problems


def nhs_number_problem(number: str) -> str | None:
    """Why this cannot be an NHS number, or None; empty is fine.

    Ten digits of which the last is the check digit: the others weighted 10 to 2, modulus 11.
    """
    digits = "".join(character for character in number if character.isdigit())
    if not number.strip():
        return None
    if len(digits) != 10 or any(not (c.isdigit() or c in " -") for c in number.strip()):
        return "The NHS number must be ten digits, like 943 476 5919"
    check = (
        11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    )
    if check % 11 != int(digits[9]):
        return "This is not an NHS number: one of its digits is wrong"
    return None


def age_on(born_on: dt.date | None, on: dt.date) -> int | None:
    """Whole years of age on a day; a birthday of 29 February counts from 1 March in other years."""
    if born_on is None or on < born_on:
        return None
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def labels(born: list[dt.date | None]) -> list[str]:
    """What the children of one case are called beside its pseudonym: "Twin 1" for two born the same day.

    Three or more born the same day, and all others, are numbered.
    """
    if len(born) == 2 and born[0] is not None and born[0] == born[1]:
        return ["Twin 1", "Twin 2"]
    return [f"Child {number}" for number in range(1, len(born) + 1)]


@dataclass(frozen=True)
class Trace:
    """What a child can be found by, as blind indexes: equal values mean equal facts, and say nothing else."""

    nhs_number: str = ""
    born: str = ""
    born_pairs: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def why_alike(one: Trace, other: Trace) -> str | None:
    """Why two children may be the same (domain §2.7, rules 1 and 2), or None."""
    if one.nhs_number and one.nhs_number == other.nhs_number:
        return "The same NHS number"
    if not one.names & other.names:
        return None
    if one.born and one.born == other.born:
        return "The same date of birth, and a name that sounds alike"
    if one.born_pairs & other.born_pairs:
        return "Nearly the same date of birth, and a name that sounds alike"
    return None


def days_apart(
    one: tuple[dt.date | None, dt.date | None], other: tuple[dt.date | None, dt.date | None]
) -> int | None:
    """How many days lie between two spans of dates; 0 when they overlap, None when one is not known."""
    first, second = _span(one), _span(other)
    if first is None or second is None:
        return None
    return max(0, (second[0] - first[1]).days, (first[0] - second[1]).days)


def _span(dates: tuple[dt.date | None, dt.date | None]) -> tuple[dt.date, dt.date] | None:
    start, end = dates
    return (start, end or start) if start else None


def is_perhaps_same_incident(days: int | None) -> bool:
    """Incidents within three days of each other, or with a date not known, may be one (domain §2.7)."""
    return days is None or days <= 3


def distinct(sentences: Iterable[str]) -> list[str]:
    """The sentences once each, in order."""
    return list(dict.fromkeys(sentences))
