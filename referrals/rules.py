"""What a referral must say, what cannot be true, and what makes two children look alike. No Django here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")

# The national form lists four children; the others are named in its further information (domain §0.3.7).
MOST_CHILDREN_LISTED: Final = 4

LONGEST_WAIT: Final = dt.timedelta(days=310)
LONGEST_OVERDUE: Final = dt.timedelta(days=60)

# A care leaver counts up to and including the age of 24 (domain §1.1); nobody older is the subject of a referral.
MOST_YEARS: Final = 25
ADULT: Final = 18


@dataclass(frozen=True)
class ChildDates:
    """When a child was born or is expected, and died; `name` is for the sentence."""

    name: str
    born_on: dt.date | None = None
    unborn: bool = False
    died_on: dt.date | None = None
    expected_on: dt.date | None = None


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
        yield from _impossible_death(child, today)


def _impossible_birth(child: ChildDates, last: dt.date | None, today: dt.date) -> Iterator[tuple[str, str]]:
    if child.expected_on and child.expected_on > today + LONGEST_WAIT:
        yield "expected_on", "The expected date of birth must be within the next ten months"
    if child.expected_on and child.expected_on < today - LONGEST_OVERDUE:
        yield (
            "expected_on",
            "The expected date of birth is long past. If the child was born, give the date of birth",
        )
    if child.unborn or child.born_on is None:
        return
    if child.born_on > today:
        yield "born_on", "The date of birth must be today or in the past"
    elif last and child.born_on > last:
        yield "born_on", "The date of birth is after the incident. If the child was not yet born, say so"


def _impossible_death(child: ChildDates, today: dt.date) -> Iterator[tuple[str, str]]:
    if child.died_on is None:
        return
    if child.died_on > today:
        yield "died_on", "The date of death must be today or in the past"
    elif child.born_on and child.died_on < child.born_on:
        yield "died_on", "The date of death is before the date of birth"


def surprising(dates: Dates) -> Iterator[str]:
    """What may be true but seldom is, for a second look (domain §10 rule 12)."""
    for child in dates.children:
        if child.died_on and dates.incident_from and child.died_on < dates.incident_from:
            yield f"{child.name}: the date of death is before the incident. Check both dates."
        age = age_on(child.born_on, dates.incident_from) if dates.incident_from else None
        if age is not None and age >= MOST_YEARS:
            yield f"{child.name} was {age} when it happened. Check the date of birth."


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


@dataclass(frozen=True)
class Proposal:
    """What the answers to the two parts of the criteria suggest; people decide."""

    headline: str
    routes: tuple[str, ...]


def routes(abuse_or_neglect: str, outcome: str) -> Proposal | None:
    """What follows from the two limbs as far as they are answered, and where else the way may lead.

    None until both are answered. Never a refusal: what does not meet the criteria may still be learned from.
    """
    if not abuse_or_neglect or not outcome:
        return None
    other = (
        "Another partnership or learning review: the {case_group} can look at how agencies worked together, even "
        "where the criteria are not met.",
        "A concern that one agency cannot deal with alone: say so under “What there is to learn”, and the "
        "{case_group} can recommend a wider review.",
    )
    if criteria_proposed(abuse_or_neglect, outcome):
        return Proposal(
            "As you have answered, both parts of the criteria would be met.",
            (
                "The three safeguarding partners decide whether they are. The local authority must then notify the "
                "National Panel within five working days of becoming aware.",
                "Meeting the criteria does not mean that there will be a review: a rapid review looks first.",
            ),
        )
    if outcome == "unclear" and abuse_or_neglect != "not_known_or_suspected":
        return Proposal(
            "It is not clear yet whether the second part is met. Refer now all the same.",
            (
                "Harm that is likely to be long-term counts, even if this is not certain yet.",
                "The partners decide on what is known, and can decide again when more is known.",
                *other,
            ),
        )
    return Proposal(
        "As you have answered, the two parts of the criteria would not both be met. You can still refer.",
        ("The partners decide, and may see it differently from what you know today.", *other),
    )


def death_notice_owed(*, died: bool, looked_after: bool, care_leaver: bool, age: int | None) -> str:
    """Which notice a death asks for whatever its cause: "looked_after", "care_leaver", or "" for none.

    One who is looked after is no care leaver yet. Care leavers count up to and including 24; where the age is not known
    the notice is owed, for nobody is left out because a date is missing.
    """
    if not died:
        return ""
    if looked_after:
        return "looked_after"
    return "care_leaver" if care_leaver and (age is None or age < MOST_YEARS) else ""


def may_be_a_serious_incident(*, abuse_suspected: bool, ages: Iterable[int | None]) -> bool:
    """Whether the duty to notify a serious incident can have begun: abuse or neglect of a child is known or
    suspected, and one of those it happened to was, or may have been, under 18 (domain §2.5.14 and 15)."""
    return abuse_suspected and any(age is None or age < ADULT for age in ages)


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


@dataclass(frozen=True)
class Change:
    """One value of the pack that differs between two versions; "" where a version does not have it."""

    section: str
    label: str
    then: str
    now: str
    identifying: bool = False


Pack = Sequence[Mapping[str, Any]]


def changes(then: Pack, now: Pack) -> list[Change]:
    """What differs between two versions of the pack, in the order of the later one and then what is gone.

    A version is a list of sections, each with a title and lines of id, label and value.
    """
    before, after = _lines(then), _lines(now)
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        old, new = before.get(key), after.get(key)
        if (old and old[1]["value"]) == (new and new[1]["value"]):
            continue
        title, line = new or old  # type: ignore[misc]
        found.append(
            Change(
                title,
                line["label"],
                old[1]["value"] if old else "",
                new[1]["value"] if new else "",
                bool(line.get("identifying")),
            )
        )
    return [change for change in found if change.then != change.now]


def _lines(pack: Pack) -> dict[str, tuple[str, Mapping[str, Any]]]:
    return {line["id"]: (section["title"], line) for section in pack for line in section["lines"]}


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


_CALLED: Final = {
    "mother": "Mother",
    "father": "Father",
    "sibling": "Sibling",
    "partner": "Partner",
    "grandparent": "Grandparent",
    "relative": "Relative",
    "carer": "Carer",
}


def relative_labels(relations: Iterable[str], *, taken: Collection[str] = ()) -> list[str]:
    """What the family members of one case are called beside its pseudonym: "Mother", "Sibling 1", "Sibling 2"."""
    relations = list(relations)
    used, found = set(taken), []
    for relation in relations:
        word = _CALLED.get(relation, "Other person")
        numbered = (f"{word} {number}" for number in range(1, len(relations) + len(used) + 2))
        alone = relations.count(relation) == 1 and word not in used
        label = word if alone else next(each for each in numbered if each not in used)
        used.add(label)
        found.append(label)
    return found


def distinct(sentences: Iterable[str]) -> list[str]:
    """The sentences once each, in order."""
    return list(dict.fromkeys(sentences))
