"""Cases that may be about the same child or family: found through the blind indexes, shown to the business unit only.

The indexes bring back few people of many (ADR 0015); only those are opened, compared by `casework.rules.likeness`, and the
likeliest cases kept. Nothing here looks beyond the cases that the person asking may open as business unit of one
partnership: nobody learns from it that another exists.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import Partnership, User
from accounts.roles import BUSINESS_UNIT
from casework.compiled import compiled_once
from casework.models import Case, Part, Subject
from casework.rules.likeness import (
    SAME_INCIDENT_DAYS,
    Born,
    Kind,
    Likeness,
    Who,
    births,
    compare,
    days_apart,
    is_perhaps_same_incident,
    names_in_common,
    of_one_family,
    same_number,
    words_of,
)
from casework.rules.names import forgetting_names
from lcspr import clock
from referrals import candidates
from referrals.answers import CHILDREN, FAMILY, born_on, dates_in, day, is_unborn, known
from referrals.candidates import Span
from referrals.models import Referral
from referrals.services.subjects import PARTS, who_of

# A list longer than this is read by nobody at six in the evening.
MOST: Final = 3
LEAST_SCORE: Final = 0.3
SURE: Final = 0.5

# How pseudonyms look in what people write (domain §6.4).
_PSEUDONYM: Final = re.compile(r"\b(?:family|child|baby|young person)\s+\w[\w’'-]*", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """What is known of an incident and its people, however far it is written."""

    people: tuple[Who, ...]
    incident: Span = (None, None)
    pseudonyms: frozenset[str] = frozenset()


@dataclass
class Suggestion:
    """A case that may be about the same child or family: what it may be, why, and how far apart the incidents lie."""

    case: Case
    kind: Kind
    score: float
    reasons: list[str] = field(default_factory=list)
    days_apart: int | None = None

    @property
    def same_incident(self) -> bool:
        return is_perhaps_same_incident(self.days_apart)

    @property
    def headline(self) -> str:
        if self.kind == Kind.SAME_CHILD:
            return "Perhaps the same child"
        if self.kind == Kind.OTHER_CHILD:
            return "Perhaps another child of the same incident"
        return "Perhaps the same family"


def suggestions(referral: Referral, user: User) -> list[Suggestion]:
    """The cases that may be about a child or the family of this referral, likeliest first; at most three."""
    if referral.case is None or not referral.version:
        asked = asked_by_answers(referral.typed)
    else:
        asked = asked_by_case(referral)
    return find(asked, user=user, partnership=referral.partnership, besides=referral.case_id)


def asked_by_case(referral: Referral) -> Asked:
    """What a referral that was sent says, from the people of its case."""
    assert referral.case is not None
    named = Q(referred__referral=referral) | Q(referred_as_relative__referral=referral)
    subjects = Subject.objects.filter(named).select_related("person").distinct()
    return Asked(
        tuple(who_of(subject) for subject in subjects),
        (referral.case.incident_from, referral.case.incident_until),
        _pseudonyms_in(referral.answers),
    )


def asked_by_answers(typed: Mapping[str, Any]) -> Asked:
    """What a referral still being written says so far."""
    dates = dates_in(typed, now=clock.now())
    children = [_typed(child, Part.CHILD) for child in typed.get(CHILDREN) or []]
    family = [
        _typed(each, PARTS.get(known(each.get("relation")), Part.OTHER)) for each in typed.get(FAMILY) or []
    ]
    return Asked((*children, *family), (dates.incident_from, dates.incident_until), _pseudonyms_in(typed))


def _typed(member: Mapping[str, Any], part: str) -> Who:
    return Who(
        member.get("forenames") or "",
        member.get("surname") or "",
        member.get("other_names") or "",
        born_on(member),
        day(member.get("expected_on")) if is_unborn(member) else None,
        member.get("nhs_number") or "",
        part,
    )


def _pseudonyms_in(answers: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(each.casefold() for each in _PSEUDONYM.findall(answers.get("earlier_reviews") or ""))


@forgetting_names()
def find(asked: Asked, *, user: User, partnership: Partnership, besides: Any = None) -> list[Suggestion]:
    """The cases of the business unit's own partnership that may be about these people, likeliest first; at most three.

    `besides` is the case that asks, and is left out.
    """
    found: dict[Any, tuple[Likeness, int | None]] = {}
    for case_id, likeness, days in _compared(asked, user, partnership, besides):
        if case_id == besides:
            continue
        if case_id not in found or _rank(likeness) > _rank(found[case_id][0]):
            found[case_id] = (likeness, days)
    best = sorted(
        (each for each in found.items() if each[1][0].score >= LEAST_SCORE),
        key=lambda each: (-round(each[1][0].score, 4), _far(each[1][1])),
    )[:MOST]
    told = _told(user, keys=[case_id for case_id, _ in best])
    # A case with which one was joined may be of another area.
    cases = {case.pk: case for case in told if case.partnership_id == partnership.pk}
    return [
        Suggestion(cases[case_id], likeness.kind, likeness.score, list(likeness.reasons), days)
        for case_id, (likeness, days) in best
        if case_id in cases
    ]


@compiled_once
def _told(user: User, case: None, *, keys: list[Any]) -> Any:
    """Cases that are told of, again among those the person may open as business unit."""
    return Case.objects.visible_to(user, BUSINESS_UNIT).filter(pk__any=keys)


def _rank(likeness: Likeness) -> tuple[bool, float]:
    """Of several grounds in one case, that it is the same child comes before that the family is the same."""
    return likeness.kind == Kind.SAME_CHILD and likeness.score >= SURE, likeness.score


def _far(days: int | None) -> int:
    return days if days is not None else SAME_INCIDENT_DAYS + 1


def _compared(
    asked: Asked, user: User, partnership: Partnership, besides: Any
) -> Iterable[tuple[Any, Likeness, int | None]]:
    for found in candidates.of_family(asked.people, asked.incident, user, partnership, besides=besides):
        days = days_apart(asked.incident, found.incident)
        for one in asked.people:
            if likeness := compare(one, found.who, days=days):
                # What was said in a case that was joined with another leads to that other.
                yield found.duplicate_of or found.case, likeness, days
    if asked.pseudonyms:
        written = {each.casefold() for each in asked.pseudonyms}
        own = Case.objects.visible_to(user, BUSINESS_UNIT).filter(partnership=partnership).exclude(pk=besides)
        named = own.annotate(written=Lower("pseudonym")).filter(written__in=written)
        for row in named.values("pk", "pseudonym", "incident_from", "incident_until"):
            days = days_apart(asked.incident, (row["incident_from"], row["incident_until"]))
            if likeness := of_one_family(row["pseudonym"], row["pseudonym"], days=days):
                yield row["pk"], likeness, days


# More people than this are no answer: the search says to narrow, and lists nobody.
MOST_MATCHES: Final = 10


@dataclass(frozen=True)
class Match:
    """Somebody of a case who may be the person looked for, under the name the case uses for them."""

    case: Case
    label: str
    part: str
    reasons: tuple[str, ...]


@forgetting_names()
def matches(user: User, *, name: str, born_on: dt.date | None, nhs_number: str) -> list[Match]:
    """Whoever, in the cases of `user`'s business unit, fits everything given: the number, or the name and nearly the
    date."""
    one = Who(name, "", "", born_on, None, nhs_number)
    brought = [(each, reasons) for each in candidates.of_one(one, user) if (reasons := _fits(one, each.who))]
    found = brought[: MOST_MATCHES + 1]
    cases = {case.pk: case for case in _told(user, keys=list({each.case for each, _ in found}))}
    return [
        Match(cases[each.case], each.label, Part(each.who.part).label, reasons)
        for each, reasons in found
        if each.case in cases
    ]


_FITTING: Final = frozenset({Born.SAME, Born.NEAR, Born.CLOSE, Born.UNKNOWN, Born.WINDOW})


def _fits(one: Who, other: Who) -> tuple[str, ...]:
    if same_number(one, other):
        return ("The same NHS number",)
    born = births(one, other) if one.born_on else None
    # The date first: most people of a name were born at another time, and their names need not be compared.
    if born and born not in (_FITTING if one.words else {Born.SAME, Born.NEAR}):
        return ()
    names = names_in_common(one, other)
    if names.many < min(len(one.words), 2) or not (one.words or born):
        return ()
    return (*words_of(names), *((born,) if born else ()))
