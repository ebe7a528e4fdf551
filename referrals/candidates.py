"""The people whom the blind indexes bring back for a search: few of many, and only those are opened (ADR 0015).

Everybody a search asks about is looked for in one statement, written out: what the ORM needs to build and compile a key
at a time cost more than the search. Only cases the person asking may open are in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from accounts.models import Partnership, User
from accounts.roles import BUSINESS_UNIT
from casework.compiled import written_once
from casework.encryption import blind
from casework.models import Case, Person
from casework.people import born_pairs, months_around, name_keys
from casework.rules.likeness import SAME_INCIDENT_DAYS, Who
from casework.rules.names import key_groups, name_parts, normalised_nhs_number

# More people than this answering one question means the question was too wide to help anyone.
MOST_PEOPLE: Final = 400
# Of a large family, the children and those named first.
MOST_ASKED: Final = 12
# Of somebody with many names, those that come first.
MOST_WORDS: Final = 7

Span = tuple[dt.date | None, dt.date | None]


@dataclass(frozen=True)
class Candidate:
    """Somebody of a case who may be one of those asked about, opened."""

    who: Who
    case: Any
    # The case with which theirs was joined, if it was.
    duplicate_of: Any
    incident: Span
    label: str


class Way(NamedTuple):
    """One way to find somebody: a condition on their blind indexes, with its values; the surest has the lowest rank."""

    rank: int
    condition: str
    values: tuple[Any, ...]


_NUMBER: Final = "nhs_number_index = %s"
_BORN: Final = "born_index = %s"
_NEARLY_BORN: Final = "born_pairs_index && %s::varchar[] AND name_index && %s::varchar[]"
_TWO_NAMES: Final = "name_index && %s::varchar[] AND name_index && %s::varchar[]"
_A_NAME: Final = "name_index && %s::varchar[]"
# Their incident lies within these days, or overlaps them.
_A_NAME_THEN: Final = """
case_id IN (
    SELECT id FROM casework_case
    WHERE partnership_id = %s AND (incident_from BETWEEN %s AND %s OR incident_until >= %s AND incident_from < %s)
) AND name_index && %s::varchar[]
"""


def of_family(
    people: Sequence[Who], incident: Span, user: User, partnership: Partnership, *, besides: Any = None
) -> list[Candidate]:
    """Whoever, in the cases of `user`'s business unit of a partnership, may be one of these people, or was named in a case
    of the same days; `besides` is the key of a case left out."""
    ways: list[Way] = []
    names: set[str] = set()
    for one in people[:MOST_ASKED]:
        groups = _groups(one)
        names.update(key for group in groups for key in group)
        ways += _ways(one, groups)
    if names and (near := _same_days(incident)):
        ways.append(Way(3, _A_NAME_THEN, (partnership.pk, *near, sorted(names))))
    own = _own_in(user, partnerships=[partnership.pk], besides=[besides] if besides else [])
    return _opened(ways, own, most=MOST_PEOPLE * len(people))


def of_one(one: Who, user: User) -> list[Candidate]:
    """Whoever, in the cases of `user`'s business units, may be this person; of one name only, whoever bears it."""
    groups = _groups(one)
    ways = list(_ways(one, groups))
    if len(name_parts(one.forenames)) == 1:
        ways += [Way(4, _A_NAME, (group,)) for group in groups]
    return _opened(ways, _own(user), most=MOST_PEOPLE)


_OF_CASE: Final = ("id", "duplicate_of_id", "incident_from", "incident_until")


@written_once
def _own(user: User, case: None) -> Any:
    """The cases of the business units a person works in, with what is said of each."""
    return Case.objects.visible_to(user, BUSINESS_UNIT).order_by().values(*_OF_CASE)


@written_once
def _own_in(user: User, case: None, *, partnerships: list[Any], besides: list[Any]) -> Any:
    """Those of these partnerships, without some."""
    rows = Case.objects.visible_to(user, BUSINESS_UNIT).filter(partnership__any=partnerships)
    return rows.exclude(pk__any=besides).order_by().values(*_OF_CASE)


def _groups(one: Who) -> list[list[str]]:
    """The blind indexes of somebody's names, word by word."""
    groups = key_groups(one.forenames, one.surname, one.other_names)
    return [name_keys(sorted(group)) for group in groups[:MOST_WORDS]]


def _ways(one: Who, groups: list[list[str]]) -> Iterator[Way]:
    """The same NHS number; the same date of birth; nearly the same, or a birth as expected, and a name; two names."""
    if number := normalised_nhs_number(one.nhs_number):
        yield Way(0, _NUMBER, (blind(number, kind="nhs"),))
    if one.born_on:
        yield Way(1, _BORN, (blind(one.born_on.isoformat(), kind="born"),))
    near = born_pairs(one.born_on) if one.born_on else []
    near += months_around(one.born_on, one.expected_on)
    if groups and one.is_child and near:
        yield Way(2, _NEARLY_BORN, (near, sorted({key for group in groups for key in group})))
    for first, second in combinations(groups, 2):
        yield Way(3, _TWO_NAMES, (first, second))


def _same_days(incident: Span) -> tuple[dt.date, ...]:
    """What `_A_NAME_THEN` asks of the days around an incident: three on either side; nothing for one without a date."""
    start, until = incident[0], incident[1] or incident[0]
    if start is None or until is None:
        return ()
    slack = dt.timedelta(days=SAME_INCIDENT_DAYS)
    first, last = start - slack, until + slack
    return first, last, first, first


# Of too many, those found in the surest way are kept.
_FOUND: Final = """
SELECT person.case_id, in_case.duplicate_of_id, in_case.incident_from, in_case.incident_until, subject.label, subject.part,
    {columns}
FROM (SELECT id, min(rank) AS rank FROM ({ways}) AS way GROUP BY id) AS found
JOIN casework_person AS person ON person.id = found.id
JOIN casework_subject AS subject ON subject.person_id = person.id
JOIN ({own}) AS in_case ON in_case.id = person.case_id
ORDER BY found.rank, person.id
LIMIT {most}
"""
_SEALED: Final = ("forenames", "surname", "other_names", "born_on", "expected_on", "nhs_number")


def _opened(ways: Sequence[Way], own: tuple[str, tuple[Any, ...]] | None, *, most: int) -> list[Candidate]:
    """The people of these cases who are found in any of these ways, each once and opened."""
    if not ways or own is None:
        return []
    each = [f"SELECT id, {way.rank} AS rank FROM casework_person WHERE {way.condition}" for way in ways]  # noqa: S608
    sql = _FOUND.format(
        columns=", ".join(f"person.{name}" for name in _SEALED),
        ways=" UNION ALL ".join(each),
        own=own[0],
        most=most,
    )
    values = [_written(value) for way in ways for value in way.values]
    with _through_the_indexes() as cursor:
        cursor.execute(sql, [*values, *own[1]])
        rows = cursor.fetchall()
    fields: list[Any] = [Person._meta.get_field(name) for name in _SEALED]
    return [_candidate(row, fields) for row in rows]


def _written(value: Any) -> Any:
    """A list of blind indexes as the database writes one: nothing in them needs quoting."""
    return f"{{{','.join(value)}}}" if isinstance(value, list) else value


def _candidate(row: tuple[Any, ...], fields: list[Any]) -> Candidate:
    case, duplicate_of, start, until, label, part, *sealed = row
    opened = {
        field.name: field.from_db_value(value, None, connection)
        for field, value in zip(fields, sealed, strict=True)
        if value
    }
    return Candidate(Who(**opened, part=part), case, duplicate_of, (start, until), label)


_PLANNED: Final = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "max_parallel_workers_per_gather": "0",
}


@contextmanager
def _through_the_indexes() -> Iterator[Any]:
    """Have the database look into its indexes, by itself, and from the few it finds there into the other tables.

    It takes keys that hardly anybody shares for common ones, and would hold every person against every key, or go
    through every case to find those of a few people, with helpers whose starting takes longer than the search: of a
    family of four among 10,000, two thirds of its time. Gives a cursor.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in _PLANNED.items()))
        yield cursor
        cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in _PLANNED))
