"""Declarations of interest (domain §4.3, AC-26)."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.roles import Role
from casework.models import Case, Wall
from casework.services import admit
from casework.transitions import MovedOn, TransitionRefused
from decisions import services
from decisions.kinds import DecisionKind
from decisions.models import Declaration, DeclarationOutcome
from decisions.models.declaration import QUESTIONS
from lcspr import clock
from tests.decisions.conftest import told, view_of

pytestmark = pytest.mark.django_db

NONE = dict.fromkeys(QUESTIONS, False)
CLEAR, MITIGATED, BLOCKED = (
    DeclarationOutcome.CLEAR,
    DeclarationOutcome.CLEAR_WITH_MITIGATION,
    DeclarationOutcome.BLOCKED,
)


def declares(case, person, role, **answers):
    return services.declare(
        case,
        by=person,
        role=role,
        answers={**NONE, **answers},
        details="As said." if answers else "",
        on=clock.today(),
    )


def decide(declaration, by, outcome=CLEAR, **said):
    return services.decide_declaration(declaration, by=by, outcome=outcome, reasons="Considered.", **said)


def test_an_author_is_not_clear_until_the_sub_group_chair_has_decided(case, cast):
    declaration = declares(case, cast.aut, Role.AUT)
    assert services.is_clear(case, cast.aut, Role.AUT) is False
    assert told("decision_declaration_made") == [cast.sgc.name]

    decide(declaration, cast.sgc)

    assert services.is_clear(case, cast.aut, Role.AUT) is True
    assert services.is_clear(case, cast.aut, Role.PC) is False


def test_a_manager_of_the_work_is_never_the_agencys_author(case, cast):
    # AC-26, first half: a hard block that nobody decides.
    declaration = declares(case, cast.aa, Role.AA, line_managed=True)

    assert (declaration.state, declaration.outcome, declaration.by_rule) == ("decided", "blocked", True)
    assert services.is_clear(case, cast.aa, Role.AA) is False
    with pytest.raises(MovedOn):
        decide(declaration, cast.sgc)


def test_the_database_refuses_an_agency_author_who_managed_the_work(case, cast):
    declaration = declares(case, cast.aa, Role.AA, line_managed=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.filter(pk=declaration.pk).update(outcome="clear")


def test_an_author_who_worked_for_the_icb_is_clear_with_mitigation(case, cast):
    # AC-26, second half.
    declaration = declares(case, cast.aut, Role.AUT, worked_for_agency=True)

    with pytest.raises(TransitionRefused) as refused:
        decide(declaration, cast.sgc, MITIGATED)
    assert refused.value.reasons == ["Say what is done about the conflict."]
    declaration = decide(declaration, cast.sgc, MITIGATED, mitigation="Another author reads the ICB’s part.")

    assert services.is_clear(case, cast.aut, Role.AUT) is True
    assert declaration.mitigation == "Another author reads the ICB’s part."


def test_who_was_directly_involved_is_kept_out_of_the_case(case, cast):
    admit(case, role=Role.AA, user=cast.aa, why="Named", by=cast.bum, on=clock.today())

    declares(case, cast.aa, Role.AA, directly_involved=True)

    assert Wall.objects.get(case=case, user=cast.aa).reason == "Blocked on their declaration of interest"
    assert not Case.objects.visible_to(cast.aa).exists()


def test_a_newer_declaration_replaces_the_older_and_is_decided_anew(case, cast):
    decide(declares(case, cast.aut, Role.AUT), cast.sgc)

    declares(case, cast.aut, Role.AUT, financial_interest=True)

    assert services.is_clear(case, cast.aut, Role.AUT) is False
    assert sorted(Declaration.objects.values_list("state", flat=True)) == ["declared", "replaced"]


def test_the_sub_group_chairs_own_declaration_is_decided_by_a_partner(case, cast):
    declaration = declares(case, cast.sgc, Role.SGC, other_conflict=True)
    assert told("decision_declaration_made") == sorted(
        p.name for p in (cast.dsp_la, cast.dsp_icb, cast.dsp_police)
    )

    with pytest.raises(PermissionDenied):
        decide(declaration, cast.sgc)

    assert decide(declaration, cast.dsp_icb).outcome == "clear"


@pytest.mark.parametrize("role", ["bum", "bu", "ic", "sg", "aut", "lsp_la"])
def test_who_does_not_decide_on_declarations(case, cast, role):
    with pytest.raises(PermissionDenied):
        decide(declares(case, cast.aut, Role.AUT), getattr(cast, role))


def test_the_business_unit_records_a_declaration_for_somebody(case, cast):
    services.declare(case, by=cast.bu, person=cast.aut, role=Role.AUT, answers=NONE, on=clock.today())

    declaration = Declaration.objects.get()
    assert (declaration.person, declaration.recorded_by) == (cast.aut, cast.bu)


def test_nobody_else_declares_for_another(case, cast):
    with pytest.raises(PermissionDenied):
        services.declare(case, by=cast.dsp_la, person=cast.aut, role=Role.AUT, answers=NONE, on=clock.today())


def test_a_yes_needs_its_details_and_every_question_an_answer(case, cast):
    with pytest.raises(TransitionRefused) as refused:
        services.declare(
            case, by=cast.aut, role=Role.AUT, answers={**NONE, "financial_interest": True}, on=clock.today()
        )
    assert refused.value.reasons == ["Give the details of what you declare."]

    with pytest.raises(TransitionRefused) as refused:
        services.declare(
            case, by=cast.aut, role=Role.AUT, answers={**NONE, "other_conflict": None}, on=clock.today()
        )
    assert refused.value.reasons == ["Answer: has another real or perceived conflict?"]


def test_a_partner_who_declared_a_conflict_gives_no_view_until_it_is_decided(case, cast, ask, say):
    decision = ask(DecisionKind.CRITERIA)
    declaration = declares(case, cast.dsp_la, Role.DSP_LA, other_conflict=True)

    with pytest.raises(TransitionRefused) as refused:
        say(decision, "met", None, None)
    assert refused.value.reasons == [
        "You declared a conflict of interest in this case, and it has not been decided yet."
    ]

    decide(declaration, cast.sgc)
    assert len(say(decision, "met", None, None).live_views()) == 1


def test_a_partner_who_is_blocked_gives_confirms_contests_and_escalates_nothing(case, cast, ask, record, say):
    decision = record(say(ask(DecisionKind.CRITERIA), "met", "not_met_nfa", None), "police", "met")
    decide(declares(case, cast.dsp_police, Role.DSP_POLICE, financial_interest=True), cast.sgc, BLOCKED)
    theirs = view_of(decision, "police")

    for act in (
        lambda: say(decision, None, None, "met"),
        lambda: services.confirm_view(theirs, by=cast.dsp_police),
        lambda: services.contest_view(theirs, by=cast.dsp_police, reason="No."),
        lambda: services.escalate(decision, by=cast.dsp_police, reason="No.", on=clock.today()),
    ):
        with pytest.raises(TransitionRefused, match="you take no part in this case"):
            act()


def test_no_view_is_recorded_for_a_partner_nobody_may_speak_for(case, cast, ask, record):
    decide(declares(case, cast.dsp_police, Role.DSP_POLICE, financial_interest=True), cast.sgc, BLOCKED)

    with pytest.raises(TransitionRefused) as refused:
        record(ask(DecisionKind.CRITERIA), "police", "met")

    assert refused.value.reasons == [
        "Nobody who may speak for the police can take part in this case. Name a deputy first."
    ]


def test_a_blocked_chair_does_not_decide(case, cast, ask, say):
    decision = say(ask(recommended="lcspr"), "lcspr", "lcspr", "lcspr")
    decide(declares(case, cast.ic, Role.IC, financial_interest=True), cast.dsp_la, BLOCKED)

    with pytest.raises(TransitionRefused):
        services.give_chair_view(decision, by=cast.ic, outcome="lcspr", reasons="So.", on=clock.today())


def test_declarations_are_read_by_those_who_decide_and_by_whoever_declared(case, cast, outsider):
    admit(case, role=Role.AUT, user=cast.aut, why="Appointed", by=cast.bum, on=clock.today())
    declares(case, cast.aut, Role.AUT)

    readers = {
        name
        for name in ("aut", "bum", "sgc", "dsp_la", "ic", "sg", "lsp_la", "lan")
        if Declaration.objects.visible_to(getattr(cast, name)).exists()
    }

    assert readers == {"aut", "bum", "sgc", "dsp_la", "ic"}
    assert not Declaration.objects.visible_to(outsider).exists()
