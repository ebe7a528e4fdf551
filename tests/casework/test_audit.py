"""The record: chained, append-only, and complete whatever wrote the row."""

from __future__ import annotations

import psycopg
import pytest
from conftest import owner_cursor
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from factories import CaseFactory, subject_of

from accounts.db import acting_as
from casework import audit
from casework.models import Case, Event, RowChange

pytestmark = pytest.mark.django_db


def test_row_changes_are_seen_whatever_wrote_them(cast):
    case = CaseFactory(partnership=cast.partnership)

    with acting_as(cast.bum):
        Case.objects.filter(pk=case.pk).update(pseudonym="Child Q")

    change = RowChange.objects.filter(case=case).latest("id")
    assert (change.verb, change.actor, change.object) == ("update", cast.bum, f"casework.Case:{case.pk}")
    assert change.payload.body == '{"is": {"pseudonym": "Child Q"}, "was": {"pseudonym": ""}}'


def test_an_update_that_changes_nothing_leaves_no_line(cast):
    case = CaseFactory(partnership=cast.partnership)
    before = RowChange.objects.count()

    case.save()

    assert RowChange.objects.count() == before


def test_identities_reach_the_record_sealed(cast):
    subject_of(CaseFactory(partnership=cast.partnership), surname="Nightingale-Example")

    bodies = [
        change.payload.body for change in RowChange.objects.filter(object__startswith="casework.Person:")
    ]
    assert len(bodies) == 1
    assert "Nightingale" not in bodies[0]


def test_password_hashes_stay_out_of_the_record(cast):
    cast.bum.set_password("correct horse battery staple")
    cast.bum.save()

    bodies = [change.payload.body for change in RowChange.objects.filter(object__startswith="accounts.User:")]
    assert bodies != []
    assert not any("password" in body for body in bodies)


def test_each_case_has_its_own_gapless_chain(cast):
    first, second = CaseFactory(partnership=cast.partnership), CaseFactory(partnership=cast.partnership)
    for case in (first, second, first):
        audit.record("noted", by=cast.bum, case=case, words="Something happened")

    assert list(Event.objects.filter(case=first).order_by("id").values_list("number", flat=True)) == [1, 2]
    assert list(Event.objects.filter(case=second).values_list("number", flat=True)) == [1]
    assert audit.faults() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE casework_event SET verb = 'other'",
        "DELETE FROM casework_event",
        "TRUNCATE casework_event CASCADE",
        "DELETE FROM casework_rowchange",
        "INSERT INTO casework_rowchange (chain) VALUES (gen_random_uuid())",
        "ALTER TABLE casework_event DISABLE TRIGGER USER",
        "DROP TABLE casework_event",
    ],
)
def test_the_application_role_cannot_touch_a_line(cast, statement):
    audit.record("noted", by=cast.bum, words="Something happened")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
class TestTampering:
    @pytest.fixture
    def case(self, cast):
        case = CaseFactory(partnership=cast.partnership)
        for words in ("First", "Second", "Third"):
            audit.record("noted", by=cast.bum, case=case, words=words)
        return case

    def tamper(self, statement: str) -> None:
        database = connection.settings_dict["NAME"]
        with owner_cursor(database) as cursor:
            cursor.execute("ALTER TABLE casework_event DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE casework_eventpayload DISABLE TRIGGER USER")
            cursor.execute(statement)
            cursor.execute("ALTER TABLE casework_event ENABLE TRIGGER USER")
            cursor.execute("ALTER TABLE casework_eventpayload ENABLE TRIGGER USER")

    def test_even_the_owner_is_refused_while_the_triggers_stand(self, case):
        with owner_cursor(connection.settings_dict["NAME"]) as cursor, pytest.raises(psycopg.Error):
            cursor.execute("DELETE FROM casework_event")

    def test_an_altered_line_is_found(self, case):
        self.tamper(f"UPDATE casework_event SET verb = 'denied' WHERE case_id = '{case.pk}' AND number = 2")

        assert [(fault.number, fault.what) for fault in audit.faults()] == [(2, "it was altered")]

    def test_altered_words_are_found(self, case):
        self.tamper("UPDATE casework_eventpayload SET body = replace(body, 'Second', 'Seventh')")

        assert [(fault.number, fault.what) for fault in audit.faults()] == [
            (2, "its words or values were altered")
        ]

    def test_a_missing_line_is_found(self, case):
        self.tamper(
            f"DELETE FROM casework_eventpayload WHERE event_id IN (SELECT id FROM casework_event WHERE number = 2);"
            f"DELETE FROM casework_event WHERE case_id = '{case.pk}' AND number = 2"
        )

        assert [(fault.number, fault.what) for fault in audit.faults()] == [
            (3, "a line before it is missing")
        ]

    def test_a_destroyed_payload_leaves_the_chain_whole(self, case):
        self.tamper("DELETE FROM casework_eventpayload")

        assert audit.faults() == []

    def test_the_command_fails_when_the_record_does_not_hold(self, case, capsys):
        call_command("verify_audit")
        self.tamper(f"UPDATE casework_event SET actor_id = NULL WHERE case_id = '{case.pk}' AND number = 1")

        with pytest.raises(CommandError, match="does not hold in 1 places"):
            call_command("verify_audit")
