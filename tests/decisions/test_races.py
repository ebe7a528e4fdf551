"""Two people at the same instant: exactly one conclusion."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from accounts.db import acting_as
from accounts.roles import Role
from accounts.settings_choices import DecisionModel
from casework.models import Event
from casework.transitions import MovedOn, TransitionRefused
from decisions import services
from decisions.kinds import DecisionKind
from decisions.models import Decision, Declaration, DisputeEnd, DisputeStep, Escalation, PartnerView
from decisions.models.declaration import QUESTIONS
from lcspr import clock
from tests.decisions.conftest import view_of

pytestmark = pytest.mark.django_db(transaction=True)

CRITERIA = DecisionKind.CRITERIA


def at_once(*acts):
    """Run each act in a thread of its own, all let go together; what each returned or raised, in order."""
    ready = threading.Barrier(len(acts))
    results = [None] * len(acts)

    def run(place, user, act):
        try:
            ready.wait(10)
            with acting_as(user):
                results[place] = act()
        except (MovedOn, TransitionRefused) as refused:
            results[place] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, *act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def view(decision, user, outcome="met"):
    return user, lambda: services.give_view(
        decision, by=user, outcome=outcome, reasons="So.", on=clock.today()
    )


def conclusions():
    return Event.objects.filter(verb="conclude").count()


def test_the_last_two_views_at_once_conclude_once(ask, say, cast):
    decision = say(ask(CRITERIA), "met", None, None)

    at_once(view(decision, cast.dsp_icb), view(decision, cast.dsp_police))

    decision = Decision.objects.get()
    assert (decision.state, len(decision.live_views()), conclusions()) == ("decided", 3, 1)


def test_a_partner_and_their_deputy_at_once_leave_one_view(ask, say, cast):
    deputy = cast.person("dsp_police", deputy_for=cast.dsp_police.memberships.get())
    decision = ask(CRITERIA)

    at_once(view(decision, cast.dsp_police), view(decision, deputy, "not_met_nfa"))

    assert [v.state for v in PartnerView.objects.order_by("given_at")] in (
        ["superseded", "signed"],
        ["signed", "superseded"],
    )


def test_a_double_click_gives_one_view(ask, cast):
    decision = ask(CRITERIA)

    at_once(view(decision, cast.dsp_la), view(decision, cast.dsp_la))

    assert PartnerView.objects.count() == 1


def test_the_third_view_and_a_change_of_mind_at_once(ask, say, cast):
    decision = say(ask(CRITERIA), "met", "met", None)

    third, changed = at_once(view(decision, cast.dsp_police), view(decision, cast.dsp_la, "not_met_nfa"))

    decision = Decision.objects.get()
    if isinstance(changed, MovedOn):
        assert (decision.state, decision.outcome) == ("decided", "met")
    else:
        assert (decision.state, view_of(decision, "la").outcome) == ("open", "not_met_nfa")
    assert not isinstance(third, Exception)
    assert conclusions() == int(decision.state == "decided")


def test_the_chair_twice_at_once_decides_once(ask, say, cast):
    decision = say(ask(recommended="lcspr"), "lcspr", "lcspr", "lcspr")

    def decides():
        return services.give_chair_view(
            decision, by=cast.ic, outcome="lcspr", reasons="So.", on=clock.today()
        )

    results = at_once((cast.ic, decides), (cast.ic, decides))

    assert sum(isinstance(result, MovedOn) for result in results) == 1
    assert (Decision.objects.get().state, conclusions()) == ("decided", 1)


def test_escalating_and_the_local_authority_deciding_alone_at_once(ask, say, cast):
    decision = say(ask(CRITERIA), "met", "not_met_nfa", "not_met_nfa")

    at_once(
        (cast.dsp_icb, lambda: services.escalate(decision, by=cast.dsp_icb, reason="No.", on=clock.today())),
        (
            cast.dsp_la,
            lambda: services.decide_alone(decision, by=cast.dsp_la, reasons="Duty.", on=clock.today()),
        ),
    )

    decision = Decision.objects.get()
    assert (decision.state, decision.outcome) == ("decided", "met")
    assert not decision.escalations.filter(settled_on=None).exists()


def test_the_question_put_twice_at_once_is_one_question(case, cast):
    def asks():
        return services.open_decision(case, kind=CRITERIA, by=cast.bum, on=clock.today())

    first, second = at_once((cast.bum, asks), (cast.bu, asks))

    assert first == second
    assert Decision.objects.count() == 1


def test_confirming_and_contesting_at_once_leave_one_of_them(ask, record, cast):
    cast.partnership.decision_model = DecisionModel.THREE_DSP
    cast.partnership.save()
    recorded = view_of(record(ask(CRITERIA), "police", "met"), "police")

    results = at_once(
        (cast.dsp_police, lambda: services.confirm_view(recorded, by=cast.dsp_police)),
        (cast.dsp_police, lambda: services.contest_view(recorded, by=cast.dsp_police, reason="No.")),
    )

    state = PartnerView.objects.get().state
    # A contest may still be taken back by confirming; a confirmed view is not contested.
    assert state == "confirmed"
    assert isinstance(results[1], MovedOn) or not any(isinstance(result, Exception) for result in results)


def test_two_people_escalate_at_once_and_there_is_one_dispute(ask, say, cast):
    decision = say(ask(model=DecisionModel.THREE_DSP, recommended="lcspr"), "lcspr", "lcspr", "no_lcspr")

    def escalate(user):
        return user, lambda: services.escalate(decision, by=user, reason="We differ.", on=clock.today())

    results = at_once(escalate(cast.dsp_la), escalate(cast.dsp_police))

    assert [type(result).__name__ for result in results].count("MovedOn") == 1
    assert Escalation.objects.count() == 1
    assert DisputeStep.objects.filter(kind="told").count() == 1


def test_a_double_click_declares_once(case, cast):
    def declare():
        return services.declare(
            case, by=cast.ic, role=Role.IC, answers=dict.fromkeys(QUESTIONS, False), on=clock.today()
        )

    at_once((cast.ic, declare), (cast.ic, declare))

    assert Declaration.objects.count() == 1
    assert Event.objects.filter(verb="interest_declared").count() == 1


def test_the_lead_partners_decision_and_bringing_it_back_at_once_leave_one_end(ask, say, cast, evidence):
    decision = say(ask(model=DecisionModel.THREE_DSP, recommended="lcspr"), "lcspr", "lcspr", "no_lcspr")
    services.escalate(decision, by=cast.ic, reason="We differ.", on=clock.today())
    dispute = Escalation.objects.get()
    on = clock.today()

    at_once(
        (
            cast.bum,
            lambda: services.record_lead_partners_decision(
                decision, by=cast.bum, outcome="lcspr", reasons="New.", evidence=evidence, on=on
            ),
        ),
        (
            cast.dsp_la,
            lambda: services.bring_back(dispute, by=cast.dsp_la, how=DisputeEnd.AGREED, reason="So.", on=on),
        ),
    )

    ended, state = Escalation.objects.get().ended_how, Decision.objects.get().state
    assert (ended, state) in {("lead_partners", "decided"), ("agreed", "open")}
    assert Event.objects.filter(verb="dispute_ended").count() == 1
