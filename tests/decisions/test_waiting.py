"""What waits on whom, and that asking costs the same for one thing as for many."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import CaseFactory

from accounts.db import acting_as
from accounts.roles import Role
from accounts.settings_choices import DecisionModel
from casework.services import admit_standing
from decisions import services
from decisions.kinds import DecisionKind
from decisions.models import ParallelProceeding
from decisions.models.declaration import QUESTIONS
from decisions.waiting import waiting
from lcspr import clock
from tests.decisions.conftest import view_of

pytestmark = pytest.mark.django_db

CRITERIA = DecisionKind.CRITERIA


DECLARE = "Declare your interests"


def verbs(user, case=None):
    with acting_as(user):
        return [
            each.verb
            for each in waiting(user, case)
            if (each.mine or case is not None) and each.verb != DECLARE
        ]


def awaited(user):
    """What they wait for from others, and the words that lead to it."""
    with acting_as(user):
        return [(each.verb, each.link) for each in waiting(user) if not each.mine]


def test_each_partner_is_asked_until_they_have_spoken(ask, say, cast):
    decision = ask(CRITERIA)
    assert verbs(cast.dsp_la) == ["Give your view"]

    say(decision, "met", None, None)

    assert verbs(cast.dsp_la) == []
    assert verbs(cast.dsp_police) == ["Give your view"]
    assert verbs(cast.sgc) == []


def test_the_recommendation_comes_first(ask, cast):
    ask()

    assert verbs(cast.sgc) == ["Record the group’s recommendation"]
    assert verbs(cast.dsp_la) == []


def test_criteria_not_met_wait_for_the_recommendation(ask, say, cast):
    say(ask(CRITERIA), "not_met_nfa", "not_met_nfa", "not_met_nfa")

    assert verbs(cast.sgc) == ["Record the group’s recommendation"]


def test_the_independent_chair_is_asked_when_the_views_are_in(ask, say, cast):
    decision = say(ask(recommended="lcspr"), "lcspr", "lcspr", None)
    assert verbs(cast.ic) == []

    say(decision, None, None, "lcspr")

    assert verbs(cast.ic) == ["Decide as independent chair"]


def test_a_departure_is_confirmed_or_escalated(ask, say, cast):
    decision = say(ask(recommended="no_lcspr"), "no_lcspr", "no_lcspr", "no_lcspr")
    decision = services.give_chair_view(
        decision, by=cast.ic, outcome="lcspr", reasons="There is more.", on=clock.today()
    )
    services.confirm_departure(decision, by=cast.dsp_la, on=clock.today())

    assert verbs(cast.dsp_la) == []
    assert verbs(cast.dsp_icb) == ["Confirm or escalate the independent chair’s decision"]


def test_a_split_waits_to_be_escalated_and_then_for_the_lead_partners(ask, say, cast):
    decision = say(ask(model=DecisionModel.THREE_DSP, recommended="lcspr"), "lcspr", "lcspr", "no_lcspr")
    assert verbs(cast.dsp_icb) == ["Escalate: the partners do not agree"]

    services.escalate(decision, by=cast.dsp_icb, reason="We differ.", on=clock.today())

    assert verbs(cast.dsp_icb) == []
    assert verbs(cast.bum) == ["Record the lead safeguarding partners’ decision"]


def test_a_view_recorded_on_behalf_waits_for_its_partner_though_all_is_decided(ask, say, record, cast):
    decision = record(say(ask(CRITERIA), "met", "met", None), "police", "met")
    assert decision.state == "decided"

    with acting_as(cast.dsp_police):
        (found,) = waiting(cast.dsp_police)

    view = view_of(decision, "police")
    assert found.verb == "Confirm or contest the view recorded for you"
    assert found.href == reverse("decisions:confirm", args=[view.pk])
    services.contest_view(view, by=cast.dsp_police, reason="I did not.")
    assert verbs(cast.dsp_police) == ["Give your own view, in place of the one contested"]


def test_with_a_case_everything_in_it_and_who_must_do_it(ask, case, cast):
    ask(CRITERIA)

    with acting_as(cast.bum):
        found = [(each.owner, each.mine) for each in waiting(cast.bum, case)]

    assert found == [
        (Role.DSP_LA.label, False),
        (Role.DSP_ICB.label, False),
        (Role.DSP_POLICE.label, False),
    ]


def test_declarations_wait_for_somebody_else_to_decide(case, cast):
    services.declare(
        case, by=cast.sgc, role=Role.SGC, answers=dict.fromkeys(QUESTIONS, False), on=clock.today()
    )

    assert verbs(cast.sgc) == []
    assert verbs(cast.dsp_la) == ["Decide on a declaration of interest"]


def test_holds_wait_when_the_day_to_look_again_is_near(case, cast):
    for days in (5, 60):
        services.add_hold(
            case,
            by=cast.bum,
            kind="publication",
            reason="Trial",
            source="police",
            on=clock.today(),
            review_on=clock.today() + dt.timedelta(days=days),
        )

    assert verbs(cast.bum) == ["Look again at the hold on publication"]
    assert verbs(cast.dsp_la) == ["Look again at the hold on publication"]
    assert verbs(cast.ic) == []


def test_nothing_waits_on_an_outsider(ask, case, outsider, other_cast):
    ask(CRITERIA)

    for stranger in (outsider, other_cast.dsp_la):
        assert verbs(stranger) == []
        assert verbs(stranger, case) == []


def queries(act):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        act()
    return len(captured)


def fill(cast, case, evidence):
    """One of everything that can wait, in a case."""
    today = clock.today()
    decision = services.open_decision(case, kind=CRITERIA, by=cast.bum, on=today)
    services.give_view(decision, by=cast.dsp_police, outcome="met", reasons="So.", on=today)
    split = services.open_decision(case, kind=DecisionKind.NOT_PUBLISH, by=cast.bum, on=today)
    for person, outcome in ((cast.dsp_la, "none"), (cast.dsp_icb, "none"), (cast.dsp_police, "publish")):
        services.give_view(split, by=person, outcome=outcome, reasons="So.", on=today)
    services.declare(case, by=cast.ic, role=Role.IC, answers=dict.fromkeys(QUESTIONS, False), on=today)
    services.add_proceeding(case, by=cast.bum, kind="criminal", body="Northmere Crown Court")
    services.add_hold(
        case,
        by=cast.bum,
        kind="publication",
        reason="Trial",
        source="police",
        on=today,
        review_on=today + dt.timedelta(days=5),
    )


def test_asking_costs_the_same_for_one_case_and_for_three(case, cast, evidence):
    fill(cast, case, evidence)

    def ask():
        with acting_as(cast.dsp_la):
            return waiting(cast.dsp_la)

    one, few = queries(ask), len(ask())
    for number in range(2):
        other = CaseFactory(partnership=cast.partnership, pseudonym=f"Child {number}")
        admit_standing(other, by=cast.bum, on=clock.today(), why="Accepted")
        fill(cast, other, evidence)

    assert len(ask()) == 3 * few
    assert queries(ask) == one


def test_the_page_of_circumstances_costs_the_same_for_one_row_and_for_three(case, cast, evidence, sign_in):
    fill(cast, case, evidence)
    client = sign_in(cast.bum)
    address = reverse("decisions:circumstances", args=[case.pk])
    client.get(address)

    one = queries(lambda: client.get(address))
    trial = ParallelProceeding.objects.get()
    for number in range(2):
        services.add_proceeding(case, by=cast.bum, kind="inquest", body=f"Coroner {number}")
        services.add_hold(
            case,
            by=cast.bum,
            kind="disclosure",
            reason=f"Trial {number}",
            source="police",
            on=clock.today(),
            review_on=clock.today() + dt.timedelta(days=5),
            proceeding=trial,
        )

    assert queries(lambda: client.get(address)) == one


def test_who_follows_a_question_sees_who_has_still_to_answer(ask, say, cast, outsider):
    decision = say(ask(recommended="lcspr"), "lcspr", None, None)
    still = ("2 of 3 partners still to give a view", "See who")

    assert awaited(cast.bum) == awaited(cast.sgc) == awaited(cast.dsp_la) == [still]
    assert awaited(cast.dsp_police) == [("1 other partner still to give a view", "See who")]
    assert awaited(outsider) == []

    say(decision, None, "lcspr", "lcspr")

    assert awaited(cast.bum) == [("The independent chair is still to decide", "See who")]


def test_a_partner_s_own_view_waits_on_them_alone(ask, cast):
    ask(CRITERIA)

    assert verbs(cast.dsp_la) == ["Give your view"]
    assert awaited(cast.dsp_la) == [("2 other partners still to give a view", "See who")]


def test_a_view_names_the_clock_it_serves(ask, cast):
    ask(CRITERIA)

    with acting_as(cast.dsp_la):
        found = next(each for each in waiting(cast.dsp_la) if each.mine)

    assert (found.code, found.or_codes) == ("DL-05", ("DL-01",))


def test_a_declaration_to_be_decided_on_is_awaited_by_the_business_unit(case, cast):
    services.declare(
        case, by=cast.sgc, role=Role.SGC, answers=dict.fromkeys(QUESTIONS, False), on=clock.today()
    )

    assert awaited(cast.bum) == [("A declaration of interest is still to be decided on", "See the case")]
