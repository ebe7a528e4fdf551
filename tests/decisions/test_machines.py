"""Every machine here, state by act by role: the table is the rule, and everything not in it is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.db import acting_as
from accounts.roles import Role
from accounts.settings_choices import DecisionModel
from casework.checks import check_machine
from casework.machine import state_field
from casework.services import admit
from casework.transitions import exits
from decisions.kinds import DecisionKind
from decisions.models import (
    Decision,
    Declaration,
    Hold,
    ParallelProceeding,
    PartnerView,
)
from decisions.models.declaration import QUESTIONS
from lcspr import clock

pytestmark = pytest.mark.django_db

BU = {Role.BU, Role.BUM}
DSP = {Role.DSP_LA, Role.DSP_ICB, Role.DSP_POLICE}
LSP = {Role.LSP_LA, Role.LSP_ICB, Role.LSP_POLICE}
ENDS = DSP | LSP | BU | {Role.SGC, Role.IC}

DECISION = {
    ("open", "recommend"): {Role.SGC},
    ("open", "conclude"): ENDS,
    ("open", "decide_alone"): {Role.DSP_LA, Role.LAN},
    ("open", "escalate"): DSP | BU | {Role.SGC, Role.IC},
    ("open", "send_back"): DSP | BU | {Role.SGC, Role.SG, Role.IC, Role.LEGAL},
    ("open", "abandon"): DSP | BU | {Role.SGC},
    ("escalated", "conclude"): ENDS,
    ("escalated", "decide_alone"): {Role.DSP_LA, Role.LAN},
    ("escalated", "bring_back"): DSP | BU | {Role.SGC, Role.IC},
    ("escalated", "abandon"): DSP | BU | {Role.SGC},
    ("decided", "open_again"): DSP,
}
REPLACES = DSP | BU | {Role.SGC, Role.SG, Role.IC, Role.LEGAL}
VIEW_OF_THE_POLICE = {
    ("signed", "replace"): REPLACES,
    ("recorded", "confirm"): {Role.DSP_POLICE},
    ("recorded", "contest"): {Role.DSP_POLICE},
    ("recorded", "replace"): REPLACES,
    ("confirmed", "replace"): REPLACES,
    ("contested", "confirm"): {Role.DSP_POLICE},
    ("contested", "replace"): REPLACES,
}
# Of the independent author; who declared may always declare anew.
DECLARATION = {
    ("declared", "decide_declaration"): DSP | {Role.SGC},
    ("declared", "replace"): BU | {Role.AUT},
    ("decided", "replace"): BU | {Role.AUT},
}
PROCEEDING = {
    ("open", "list_proceeding"): BU,
    ("open", "update_proceeding"): BU,
    ("open", "conclude_proceeding"): BU,
    ("open", "drop_proceeding"): BU,
    ("listed", "start_hearing"): BU,
    ("listed", "update_proceeding"): BU,
    ("listed", "conclude_proceeding"): BU,
    ("listed", "drop_proceeding"): BU,
    ("hearing", "update_proceeding"): BU,
    ("hearing", "conclude_proceeding"): BU,
}
HOLD = {
    ("active", "review_hold"): BU | DSP,
    ("active", "release_hold"): BU | DSP,
    ("reviewed", "review_hold"): BU | DSP,
    ("reviewed", "release_hold"): BU | DSP,
}


@pytest.fixture
def everyone(case, cast):
    """A person of every role, all of them in the case."""
    people = {role: getattr(cast, role.value) for role in Role if role != Role.NEIGHBOUR}
    for role, person in people.items():
        if role not in BU:
            admit(case, role=role, user=person, why="For this test", by=cast.bum, on=clock.today())
    return people


def walked(record_in, states, people) -> dict[tuple[str, str], set[Role]]:
    """What each role may do in each state, as the machine says."""
    found: dict[tuple[str, str], set[Role]] = {}
    for state in states:
        record = record_in(state)
        for name, transition in exits(record).items():
            found[state, name] = set()
            for role, person in people.items():
                with acting_as(person):
                    if transition.has_perm(record, person):
                        found[state, name].add(role)
    return found


def states_of(model) -> list[str]:
    return [str(value) for value, _ in state_field(model).choices]


@pytest.fixture
def decision_in(case, cast):
    def made(state: str, **fields: Any) -> Decision:
        told = {"outcome": "met", "decided_on": clock.today()} if state == "decided" else {}
        told |= {"abandoned_because": "Wrong case."} if state == "abandoned" else {}
        return Decision.objects.create(
            case=case,
            kind=DecisionKind.CRITERIA,
            model=DecisionModel.THREE_DSP,
            question="?",
            about=f"casework.Case:{state}",
            opened_on=clock.today(),
            opened_by=cast.bum,
            state=state,
            **told,
            **fields,
        )

    return made


@pytest.fixture
def view_in(decision_in, case, cast, evidence):
    def made(state: str) -> PartnerView:
        behalf = state != "signed"
        police = cast.dsp_police
        return PartnerView.objects.create(
            case=case,
            decision=Decision.objects.first() or decision_in("open"),
            round=1,
            partner="police",
            state=state,
            outcome="met",
            reasons="Both limbs.",
            given_by=cast.bum if behalf else police,
            on_behalf=behalf,
            evidence=evidence if behalf else None,
            owned_by=police if state in {"signed", "confirmed"} else None,
            confirmed_at=clock.now() if state == "confirmed" else None,
            given_on=clock.today(),
        )

    return made


def test_decision(decision_in, everyone):
    assert walked(decision_in, states_of(Decision), everyone) == DECISION


def test_partner_view(view_in, everyone):
    found = {}
    for state in states_of(PartnerView):
        # One live view a partner: each row is taken out again when it has been walked.
        with transaction.atomic():
            found |= walked(view_in, [state], everyone)
            transaction.set_rollback(True)
    assert found == VIEW_OF_THE_POLICE


def test_declaration(case, cast, everyone):
    def in_state(state):
        return Declaration.objects.create(
            case=case,
            person=everyone[Role.AUT],
            role={"declared": Role.AUT, "decided": Role.PC, "replaced": Role.PM}[state],
            state=state,
            outcome="" if state == "declared" else "clear",
            declared_on=clock.today(),
            recorded_by=everyone[Role.AUT],
            **dict.fromkeys(QUESTIONS, False),
        )

    assert walked(in_state, states_of(Declaration), everyone) == DECLARATION


def test_nobody_decides_on_their_own_declaration(case, cast):
    declaration = Declaration.objects.create(
        case=case,
        person=cast.sgc,
        role=Role.SGC,
        declared_on=clock.today(),
        recorded_by=cast.sgc,
        **dict.fromkeys(QUESTIONS, False),
    )

    assert exits(declaration)["decide_declaration"].has_perm(declaration, cast.sgc) is False
    assert exits(declaration)["decide_declaration"].has_perm(declaration, cast.dsp_la) is True


def test_proceeding(case, cast, everyone):
    def in_state(state):
        ended = state in {"concluded", "no_further_action"}
        return ParallelProceeding.objects.create(
            case=case,
            kind="criminal",
            body="Northmere Crown Court",
            state=state,
            added_by=cast.bum,
            ended_on=clock.today() if ended else None,
            outcome="Convicted." if ended else "",
        )

    assert walked(in_state, states_of(ParallelProceeding), everyone) == PROCEEDING


def test_hold(case, cast, everyone, evidence):
    def in_state(state):
        released = {
            "released_on": clock.today(),
            "released_because": "Verdict.",
            "release_evidence": evidence,
        }
        return Hold.objects.create(
            case=case,
            kind="publication",
            reason="Trial",
            source="police",
            state=state,
            starts_on=clock.today(),
            looked_at_on=clock.today(),
            review_on=clock.today() + dt.timedelta(days=30),
            added_by=cast.bum,
            **(released if state == "released" else {}),
        )

    assert walked(in_state, states_of(Hold), everyone) == HOLD


@pytest.mark.parametrize("model", [Decision, PartnerView, Declaration, ParallelProceeding, Hold])
def test_the_machines_pass_the_checks_of_the_door(model):
    assert list(check_machine(model)) == []


def test_the_database_refuses_a_move_that_is_no_act(decision_in):
    decision = decision_in("abandoned")

    with pytest.raises(DatabaseError, match="No act leads from abandoned to open"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(state="open", abandoned_because="")
