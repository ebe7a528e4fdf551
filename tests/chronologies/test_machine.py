"""Every state of a chronology, every act, every role."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.roles import Role
from casework.services import admit
from casework.transitions import MovedOn, TransitionRefused, actions_for, exits
from chronologies import services
from chronologies.models import Chronology, ChronologyState
from lcspr import clock

pytestmark = pytest.mark.django_db

BU = {"bu", "bum"}
MANAGE = BU | {"pc"}
WRITE = {"rep", "aa"}
PEOPLE = [
    "referrer", "dsl", "rep", "bu", "bum", "sgc", "sg", "ic", "dsp_la", "dsp_icb", "dsp_police",
    "lsp_la", "lan", "pc", "pm", "aut", "aa", "alo", "legal",
]  # fmt: skip

MOVES = {
    "requested": {"acknowledge": WRITE, "begin": WRITE, "say_nothing_held": WRITE, "withdraw": BU},
    "acknowledged": {"begin": WRITE, "say_nothing_held": WRITE, "withdraw": BU},
    "in_progress": {"submit": WRITE, "say_nothing_held": WRITE, "withdraw": BU},
    "submitted": {"accept": MANAGE, "send_back": MANAGE},
    "returned": {"submit": WRITE, "say_nothing_held": WRITE},
    "accepted": {"send_back": MANAGE, "lock": BU},
    "locked": {"send_back": MANAGE},
    "withdrawn": {},
}


@pytest.fixture
def people(case, cast):
    found = {role: getattr(cast, role) for role in PEOPLE}
    for role in ("referrer", "dsl", "pc", "pm", "aut", "aa", "alo", "legal"):
        admit(case, role=Role(role), user=found[role], why="Test", by=cast.bum, on=clock.today())
    return found


@pytest.mark.parametrize("state", ChronologyState.values)
def test_who_may_do_what_with_a_chronology(state, case, cast, people):
    admit(case, role=Role.REP, agency=cast.agency("school"), why="Asked", by=cast.bum, on=clock.today())
    chronology = Chronology.objects.create(
        case=case,
        agency=cast.agency("school"),
        author=cast.aa,
        requested_by=cast.bum,
        due_on=clock.today(),
        submitted_by=cast.aa,
        submitted_at=clock.now(),
        state=state,
    )

    offered: dict[str, set[str]] = {}
    for role, person in people.items():
        for act in actions_for(chronology, person):
            offered.setdefault(act.name, set()).add(role)

    assert set(exits(chronology)) == set(MOVES[state])
    assert offered == MOVES[state]


def test_every_act_has_its_page():
    for transition in Chronology._meta.get_field("state").get_all_transitions(Chronology):
        assert reverse(f"chronologies:{transition.name}", args=["00000000-0000-4000-8000-000000000000"])


def test_nobody_of_another_agency_writes(school, clinic, nurse, writer, write, outsider):
    for chronology, person in ((school, nurse), (clinic, writer), (school, outsider)):
        with pytest.raises(PermissionDenied):
            write(chronology, by=person)


def test_an_empty_chronology_is_not_sent_in(school, writer, write):
    services.begin_chronology(school, by=writer)

    with pytest.raises(TransitionRefused) as refused:
        services.submit_chronology(school, by=writer, at=clock.now())

    assert refused.value.reasons == ["Add at least one entry, or say that the agency holds nothing."]


def test_an_agency_with_entries_does_not_say_that_it_holds_nothing(school, writer, write):
    entry = write(school, by=writer)

    with pytest.raises(TransitionRefused) as refused:
        services.say_nothing_held(school, statement="Nowhere", by=writer, at=clock.now())
    services.withdraw_entry(entry, reason="Another child", by=writer, at=clock.now())
    held = services.say_nothing_held(school, statement="Every register", by=writer, at=clock.now())

    assert refused.value.reasons == ["There are entries. Send them in, or withdraw them first."]
    assert (held.state, held.nothing_held, held.statement) == ("submitted", True, "Every register")


def test_holding_nothing_needs_saying_where_one_looked(school, writer):
    with pytest.raises(TransitionRefused):
        services.say_nothing_held(school, statement=" ", by=writer, at=clock.now())


def test_a_second_click_is_told_what_happened(school, writer, send_in):
    send_in(school, by=writer)

    with pytest.raises(MovedOn):
        services.submit_chronology(school, by=writer, at=clock.now())


def test_the_database_refuses_a_leap(school):
    with pytest.raises(DatabaseError), transaction.atomic():
        Chronology.objects.filter(pk=school.pk).update(state="locked")
