"""Whom the blind indexes bring back for a search: in one statement, the surest first, and from one's own cases only."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.models import Case
from casework.people import record_subject
from casework.rules.likeness import Who
from referrals import candidates, duplicates

pytestmark = pytest.mark.django_db

BORN = dt.date(2020, 5, 17)
DAYS = (dt.date(2026, 6, 9), None)
ROBIN = Who("Robin", "Example", "", BORN, nhs_number="943 476 5919")
SANDY = Who("Sandy", "Quill", "", dt.date(2022, 1, 3))
LEANNE = Who("Leanne", "Thornley", "", None, part="mother")


@pytest.fixture
def known(cast):
    """Puts somebody into a case of their own."""

    def put(reference, *, incident=None, **identity):
        case = Case.objects.create(
            partnership=cast.partnership, reference=reference, incident_from=incident, pseudonym=reference
        )
        return record_subject(case, identity=identity, label="Child 1").case

    return put


def cases(found):
    return [each.case for each in found]


def test_a_family_is_looked_for_in_one_statement(cast, known):
    case = known("ONE", forenames="Robin", surname="Example", born_on=BORN)
    asked = []
    candidates.of_family([ROBIN], DAYS, cast.bum, cast.partnership)  # What the person holds is found once.
    for people in ([ROBIN], [ROBIN, SANDY, LEANNE]):
        with CaptureQueriesContext(connection) as queries:
            found = candidates.of_family(people, DAYS, cast.bum, cast.partnership)
        asked.append(len(queries))
        assert cases(found) == [case.pk]
        assert found[0].who == Who("Robin", "Example", "", BORN)

    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    "identity",
    [
        {"nhs_number": "9434765919"},
        {"forenames": "Zeb", "surname": "Quill", "born_on": BORN},
        {"forenames": "Robyn", "born_on": dt.date(2020, 5, 18)},
        {"forenames": "Baby", "surname": "Exampel", "expected_on": dt.date(2020, 6, 1)},
        {"forenames": "Robin", "surname": "Example"},
    ],
)
def test_each_way_brings_somebody_back_once(cast, known, identity):
    case = known("ONE", **identity)
    known("TWO", forenames="Robin", surname="Faraway", born_on=dt.date(2013, 11, 2))

    assert cases(candidates.of_family([ROBIN, ROBIN], (None, None), cast.bum, cast.partnership)) == [case.pk]


def test_one_name_is_enough_in_a_case_of_the_same_days(cast, known):
    case = known("ONE", incident=dt.date(2026, 6, 11), forenames="Zeb", surname="Example")
    known("TWO", incident=dt.date(2026, 6, 13), forenames="Zeb", surname="Example")

    assert cases(candidates.of_family([ROBIN], DAYS, cast.bum, cast.partnership)) == [case.pk]


def test_of_too_many_those_found_most_surely_are_kept(cast, known, monkeypatch):
    monkeypatch.setattr(candidates, "MOST_PEOPLE", 2)
    for number in range(3):
        known(f"NAME-{number}", forenames="Robin", surname="Example")
    born = known("BORN", forenames="Zeb", surname="Quill", born_on=BORN)
    numbered = known("NUMBER", forenames="Zeb", surname="Quill", nhs_number="943 476 5919")

    assert cases(candidates.of_family([ROBIN], DAYS, cast.bum, cast.partnership)) == [numbered.pk, born.pk]
    assert cases(candidates.of_one(ROBIN, cast.bum)) == [numbered.pk, born.pk]


def test_nobody_outside_the_business_unit_brings_anybody_back(cast, known):
    known("ONE", forenames="Robin", surname="Example", born_on=BORN, nhs_number="943 476 5919")

    for user in (cast.rep, cast.referrer):
        assert candidates.of_family([ROBIN], DAYS, user, cast.partnership) == []
        assert candidates.of_one(ROBIN, user) == []
        assert (
            duplicates.find(duplicates.Asked((ROBIN,), DAYS), user=user, partnership=cast.partnership) == []
        )


def planned():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('enable_seqscan'), current_setting('enable_hashjoin'),"
            " current_setting('enable_mergejoin'), current_setting('max_parallel_workers_per_gather')"
        )
        return cursor.fetchone()


def test_what_the_database_was_told_for_the_search_ends_with_it(cast, known):
    known("ONE", forenames="Robin", surname="Example")
    before = planned()

    candidates.of_one(ROBIN, cast.bum)

    assert planned() == before
