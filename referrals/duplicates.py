"""Cases that may be about the same child or family: found through the blind indexes, shown to the business unit only.

The indexes bring back few people of many (ADR 0015); only those are opened, compared by `casework.rules.likeness`, and the
likeliest cases kept. Nothing here looks beyond the cases that the person asking may open as business unit of one
partnership: nobody learns from it that another exists.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import Partnership, User
from accounts.roles import BUSINESS_UNIT
from casework.encryption import blind
from casework.models import Case, Part, Person, Subject
from casework.people import born_pairs, months_around, name_keys
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
from casework.rules.names import key_groups, name_parts, normalised_nhs_number
from lcspr import clock
from referrals.answers import CHILDREN, FAMILY, born_on, dates_in, day, is_unborn, known
from referrals.models import Referral
from referrals.services.subjects import PARTS, who_of

# A list longer than this is read by nobody at six in the evening.
MOST: Final = 3
LEAST_SCORE: Final = 0.3
SURE: Final = 0.5
# More people than this answering one question means the question was too wide to help anyone.
MOST_PEOPLE: Final = 400
# Of a large family, the children and those named first.
MOST_ASKED: Final = 12
# Of somebody with many names, those that come first.
MOST_WORDS: Final = 7

# How pseudonyms look in what people write (domain §6.4).
_PSEUDONYM: Final = re.compile(r"\b(?:family|child|baby|young person)\s+\w[\w’'-]*", re.IGNORECASE)

Span = tuple[dt.date | None, dt.date | None]


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


def find(asked: Asked, *, user: User, partnership: Partnership, besides: Any = None) -> list[Suggestion]:
    """The cases of the business unit's own partnership that may be about these people, likeliest first; at most three.

    `besides` is the case that asks, and is left out.
    """
    own = Case.objects.visible_to(user, BUSINESS_UNIT).filter(partnership=partnership).exclude(pk=besides)
    found: dict[Any, tuple[Likeness, int | None]] = {}
    for case_id, likeness, days in _compared(asked, own):
        if case_id == besides:
            continue
        if case_id not in found or _rank(likeness) > _rank(found[case_id][0]):
            found[case_id] = (likeness, days)
    best = sorted(
        (each for each in found.items() if each[1][0].score >= LEAST_SCORE),
        key=lambda each: (-round(each[1][0].score, 4), _far(each[1][1])),
    )[:MOST]
    cases = own.in_bulk([case_id for case_id, _ in best])
    return [
        Suggestion(cases[case_id], likeness.kind, likeness.score, list(likeness.reasons), days)
        for case_id, (likeness, days) in best
        if case_id in cases
    ]


def _rank(likeness: Likeness) -> tuple[bool, float]:
    """Of several grounds in one case, that it is the same child comes before that the family is the same."""
    return likeness.kind == Kind.SAME_CHILD and likeness.score >= SURE, likeness.score


def _far(days: int | None) -> int:
    return days if days is not None else SAME_INCIDENT_DAYS + 1


def _compared(asked: Asked, own: Any) -> Iterable[tuple[Any, Likeness, int | None]]:
    for row in candidates(asked, own):
        days = days_apart(asked.incident, (row["case__incident_from"], row["case__incident_until"]))
        other = who_in(row)
        for one in asked.people:
            if likeness := compare(one, other, days=days):
                yield row["case__duplicate_of"] or row["case"], likeness, days
    if asked.pseudonyms:
        written = {each.casefold() for each in asked.pseudonyms}
        named = own.annotate(written=Lower("pseudonym")).filter(written__in=written)
        named = named.values("pk", "pseudonym", "incident_from", "incident_until")
        for row in named:
            days = days_apart(asked.incident, (row["incident_from"], row["incident_until"]))
            if likeness := of_one_family(row["pseudonym"], row["pseudonym"], days=days):
                yield row["pk"], likeness, days


# What was said in a case that was joined with another leads to that other.
_OF_CASE: Final = ("case", "case__duplicate_of", "case__incident_from", "case__incident_until")
_COLUMNS: Final = ("forenames", "surname", "other_names", "born_on", "expected_on", "nhs_number")


def who_in(row: Mapping[str, Any]) -> Who:
    """A row of `candidates` as the rules compare it."""
    return Who(**{name: row[name] for name in _COLUMNS}, part=row["subject__part"])


def candidates(asked: Asked, own: Any) -> list[dict[str, Any]]:
    """The people of these cases whom the blind indexes bring back, each once and opened."""
    rows: dict[Any, dict[str, Any]] = {}
    columns = ("pk", *_OF_CASE, "subject__part", *_COLUMNS)
    people = Person.objects.filter(case__in=own, subject__isnull=False)
    names: list[str] = []
    queries = []
    # One question for each of them: of all together the database would hold every person against every key.
    for one in asked.people[:MOST_ASKED]:
        groups = _groups(one)
        names += [key for group in groups for key in group]
        if wanted := _wanted(one, groups):
            queries.append(people.filter(_any(wanted)))
    if names and (near := _same_days(asked.incident)) is not None:
        cases = own.filter(near)
        queries.append(
            Person.objects.filter(
                case__in=cases, subject__isnull=False, name_index__overlap=sorted(set(names))
            )
        )
    with _through_the_indexes():
        for query in queries:
            for row in query.values(*columns)[:MOST_PEOPLE]:
                rows[row["pk"]] = row
    return list(rows.values())


@contextmanager
def _through_the_indexes() -> Iterator[None]:
    """Have the database look into its indexes: it takes keys that hardly anybody shares for common ones, and would
    hold every person against every key."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")


def _any(wanted: Iterable[Q]) -> Q:
    found = Q()
    for each in wanted:
        found |= each
    return found


def _groups(one: Who) -> list[list[str]]:
    """The blind indexes of somebody's names, word by word."""
    groups = key_groups(one.forenames, one.surname, one.other_names)
    return [name_keys(sorted(group)) for group in groups[:MOST_WORDS]]


def _wanted(one: Who, groups: list[list[str]]) -> list[Q]:
    wanted: list[Q] = []
    if number := normalised_nhs_number(one.nhs_number):
        wanted.append(Q(nhs_number_index=blind(number, kind="nhs")))
    any_name = Q(name_index__overlap=sorted({key for group in groups for key in group}))
    if one.born_on:
        wanted.append(Q(born_index=blind(one.born_on.isoformat(), kind="born")))
        if groups and one.is_child:
            wanted.append(Q(born_pairs_index__overlap=born_pairs(one.born_on)) & any_name)
    if groups and one.is_child and (months := months_around(one.born_on, one.expected_on)):
        wanted.append(Q(born_pairs_index__overlap=months) & any_name)
    wanted += [
        Q(name_index__overlap=first) & Q(name_index__overlap=second)
        for first, second in combinations(groups, 2)
    ]
    return wanted


def _same_days(incident: Span) -> Q | None:
    """Cases whose incident lies within three days of this one, or overlaps it."""
    start, until = incident[0], incident[1] or incident[0]
    if start is None or until is None:
        return None
    slack = dt.timedelta(days=SAME_INCIDENT_DAYS)
    first, last = start - slack, until + slack
    return Q(incident_from__range=(first, last)) | Q(incident_until__gte=first, incident_from__lt=first)


# More people than this are no answer: the search says to narrow, and lists nobody.
MOST_MATCHES: Final = 10


@dataclass(frozen=True)
class Match:
    """Somebody of a case who may be the person looked for, under the name the case uses for them."""

    case: Case
    label: str
    part: str
    reasons: tuple[str, ...]


def matches(own: Any, *, name: str, born_on: dt.date | None, nhs_number: str) -> list[Match]:
    """Whoever, in these cases, fits everything given: the number, or the name and nearly the date."""
    one = Who(name, "", "", born_on, None, nhs_number)
    wanted = _wanted(one, _groups(one))
    if len(name_parts(name)) == 1:
        wanted += [Q(name_index__overlap=group) for group in _groups(one)]
    people = Person.objects.filter(_any([Q(pk__in=[]), *wanted]), case__in=own, subject__isnull=False)
    rows = people.values("pk", "case", "subject__label", "subject__part", *_COLUMNS)
    with _through_the_indexes():
        opened = list(rows[:MOST_PEOPLE])
    found = [(row, reasons) for row in opened if (reasons := _fits(one, who_in(row)))]
    cases = own.in_bulk({row["case"] for row, _ in found[: MOST_MATCHES + 1]})
    return [
        Match(cases[row["case"]], row["subject__label"], Part(row["subject__part"]).label, reasons)
        for row, reasons in found[: MOST_MATCHES + 1]
        if row["case"] in cases
    ]


def _fits(one: Who, other: Who) -> tuple[str, ...]:
    if same_number(one, other):
        return ("The same NHS number",)
    names = names_in_common(one, other)
    if one.words and names.many < min(len(one.words), 2):
        return ()
    if one.born_on and births(one, other) not in {
        Born.SAME,
        Born.NEAR,
        Born.CLOSE,
        Born.UNKNOWN,
        Born.WINDOW,
    }:
        return ()
    if not one.words and not (one.born_on and births(one, other) in {Born.SAME, Born.NEAR}):
        return ()
    said = (births(one, other),) if one.born_on else ()
    return (*words_of(names), *said)
