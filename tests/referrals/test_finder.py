"""The finder among ten thousand others: every labelled pair is asked for, and what goes wrong is printed."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, transaction

from bench.strangers import index_of, seed
from casework.models import Case, Person
from casework.people import indexes_of, record_subject
from casework.rules.likeness import Who
from referrals import duplicates
from tests.conftest import owner_cursor

PAIRS = Path(__file__).parent / "pairs"
TO_BE_FOUND = {"same_child", "other_child", "same_family"}
RECALL = 0.95
TOLD_APART = 0.9
TABLES = ("casework_case", "casework_person", "casework_subject")


def pairs():
    """Every labelled pair of every file."""
    return [
        pair for file in sorted(PAIRS.glob("*.json")) for pair in json.loads(file.read_text(encoding="utf-8"))
    ]


def date(text):
    return dt.date.fromisoformat(text) if text else None


def identity(person):
    others = [person.get("known_as") or "", person.get("former_surnames") or ""]
    return {
        "forenames": person.get("forenames") or "",
        "surname": person.get("surname") or "",
        "other_names": ", ".join(text for text in others if text),
        "born_on": date(person.get("date_of_birth")),
        "expected_on": date(person.get("expected_date")),
        "nhs_number": person.get("nhs_number") or "",
    }


def asked(described):
    people = [described, *described.get("relatives", [])]
    return duplicates.Asked(
        tuple(Who(**identity(each), part=each.get("role", "child")) for each in people),
        (date(described.get("incident_from")), date(described.get("incident_to"))),
        frozenset({described["family_pseudonym"]} if described.get("family_pseudonym") else ()),
    )


def recorded(described, partnership):
    """The case in which these people are."""
    case = Case.objects.create(
        partnership=partnership,
        reference="LABELLED",
        pseudonym=described.get("family_pseudonym") or "",
        incident_from=date(described.get("incident_from")),
        incident_until=date(described.get("incident_to")),
    )
    for number, each in enumerate([described, *described.get("relatives", [])], start=1):
        record_subject(
            case, identity=identity(each), part=each.get("role", "child"), label=f"Person {number}"
        )
    return case


@contextmanager
def quietly():
    """Row triggers off while thousands of strangers are written: nobody reads their history."""
    with owner_cursor(connection.settings_dict["NAME"]) as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")


def ask(pair, partnership, user):
    """What the finder says of a pair: the label it gives, and how many suggestions it makes."""
    with transaction.atomic():
        case = recorded(pair["b"], partnership)
        found = duplicates.find(asked(pair["a"]), user=user, partnership=partnership)
        kinds = {suggestion.case.pk: str(suggestion.kind) for suggestion in found}
        transaction.set_rollback(True)
    return kinds.get(case.pk, "different"), len(found)


@pytest.mark.django_db(transaction=True)
def test_labelled_pairs_are_found_among_ten_thousand_others(cast, capsys):
    user, labelled = cast.bum, pairs()
    with quietly():
        seed(cast.partnership)

    said = {pair["id"]: ask(pair, cast.partnership, user) for pair in labelled}

    right, wrong, missed = Counter(), [], []
    for pair in labelled:
        label, answer = pair["label"], said[pair["id"]][0]
        if answer == label:
            right[label] += 1
        else:
            (missed if label in TO_BE_FOUND and answer == "different" else wrong).append((pair, answer))
    of = Counter(pair["label"] for pair in labelled)
    to_find = sum(many for label, many in of.items() if label in TO_BE_FOUND)
    recall = 1 - len(missed) / to_find
    suggested = [many for _, many in said.values()]
    with capsys.disabled():
        print(
            f"\n{len(labelled)} pairs: recall {recall:.3f} of {to_find}; told apart {sum(right.values())}",
            end="",
        )
        print(f"; suggestions a question: {sum(suggested) / len(suggested):.2f}, at most {max(suggested)}")
        print("  " + ", ".join(f"{label} {right[label]} of {many}" for label, many in sorted(of.items())))
        for pair, answer in [*missed, *wrong]:
            print(f"  {pair['id']}: {pair['label']}, said {answer}: {pair.get('why', '')}")
    assert max(suggested) <= 3
    assert recall >= RECALL
    assert sum(right.values()) / len(labelled) >= TOLD_APART


def test_the_strangers_are_indexed_as_everybody_is():
    person = Person(forenames="Robin Sandy", surname="Example-Sample", born_on=dt.date(2020, 5, 17))

    assert sorted(indexes_of(person)["name_index"]) == index_of("Robin Sandy", "Example-Sample")
