"""Disputes: what is kept of them, who is told, how they end, and that nothing statutory waits for them (T18, F-21)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

import deadlines.services
from accounts.db import acting_as
from accounts.roles import Role
from accounts.settings_choices import DecisionModel, StatutoryPartner
from casework.models import Event
from casework.transitions import MovedOn, TransitionRefused
from deadlines.models import Deadline
from decisions import services
from decisions.kinds import DecisionKind
from decisions.models import DisputeEnd, DisputeStep, Escalation, StepKind
from decisions.waiting import waiting
from govuk.widgets import posted
from lcspr import clock
from tests.decisions.conftest import every_role, told, upload

pytestmark = pytest.mark.django_db

CRITERIA = DecisionKind.CRITERIA


@pytest.fixture
def split(ask, say):
    return say(ask(model=DecisionModel.THREE_DSP, recommended="lcspr"), "lcspr", "lcspr", "no_lcspr")


@pytest.fixture
def dispute(split, cast):
    services.escalate(split, by=cast.ic, reason="The police see no new learning.", on=clock.today())
    return Escalation.objects.get()


def text(response):
    return response.content.decode()


def step(dispute, by, **changes):
    given = {"kind": StepKind.MEETING, "words": "They met at the council.", "on": clock.today(), **changes}
    return services.record_dispute_step(dispute, by=by, **given)


def settle(dispute, cast, evidence, outcome="lcspr"):
    return services.record_lead_partners_decision(
        dispute.decision,
        by=cast.bum,
        outcome=outcome,
        reasons="It is new.",
        evidence=evidence,
        on=clock.today(),
    )


# What is kept


def test_the_record_opens_with_every_position_and_with_who_was_told(dispute, cast):
    steps = [(each.kind, each.partner, each.words) for each in dispute.steps.all()]

    leads = sorted(str(person) for person in (cast.lsp_la, cast.lsp_icb, cast.lsp_police))
    assert steps == [
        ("position", "la", "Commission a local child safeguarding practice review. The la sees it so."),
        ("position", "icb", "Commission a local child safeguarding practice review. The icb sees it so."),
        ("position", "police", "No review: the rapid review found the learning. The police sees it so."),
        ("told", "", f"Told by e-mail from this service: {', '.join(leads)}."),
    ]
    assert {cast.lsp_la.name, cast.lsp_icb.name, cast.lsp_police.name} <= set(told("decision_escalated"))


def test_where_nobody_could_be_told_the_record_says_so(split, cast):
    for lead in (cast.lsp_la, cast.lsp_icb, cast.lsp_police):
        lead.memberships.update(until=clock.today())

    services.escalate(split, by=cast.ic, reason="We differ.", on=clock.today())

    assert DisputeStep.objects.get(kind="told").words.startswith(
        "No lead safeguarding partner has an account"
    )


def test_a_later_position_stands_beside_the_first(dispute, cast, sign_in):
    step(
        dispute,
        cast.dsp_police,
        kind=StepKind.POSITION,
        partner=StatutoryPartner.POLICE,
        words="We would agree to a short review.",
    )

    page = text(sign_in(cast.lsp_police).get(reverse("decisions:dispute", args=[dispute.pk])))

    assert page.count("We would agree to a short review.") == 2
    assert page.count("The police sees it so.") == 1


def test_the_lead_partners_decision_ends_it_with_the_paper(dispute, cast, evidence, sign_in):
    settle(dispute, cast, evidence)

    dispute.refresh_from_db()
    assert (dispute.settled_on, dispute.ended_how, dispute.ended_by) == (
        clock.today(),
        DisputeEnd.LEAD_PARTNERS,
        cast.bum,
    )
    page = text(sign_in(cast.lsp_la).get(reverse("decisions:dispute", args=[dispute.pk])))
    assert "The lead safeguarding partners decided" in page
    assert reverse("casework:document", args=[evidence.pk]) in page
    assert Event.objects.filter(case=dispute.case, verb="dispute_ended").count() == 1


def test_a_question_no_longer_asked_ends_its_dispute(dispute, cast):
    services.abandon_decision(dispute.decision, by=cast.bum, reason="The notification was withdrawn.")

    dispute.refresh_from_db()
    assert (dispute.ended_how, dispute.ended_because) == ("abandoned", "The notification was withdrawn.")


def test_notifying_alone_ends_the_dispute_on_the_criteria(ask, say, cast):
    decision = say(ask(CRITERIA), "met", "not_met_nfa", "not_met_nfa")
    services.escalate(decision, by=cast.dsp_icb, reason="We differ.", on=clock.today())

    services.decide_alone(decision, by=cast.dsp_la, reasons="The duty is ours.", on=clock.today())

    assert Escalation.objects.get().ended_how == "alone"


# Bringing it back


def test_a_second_person_brings_it_back_when_the_partners_agree(dispute, say, cast):
    decision = services.bring_back(
        dispute, by=cast.dsp_la, how=DisputeEnd.AGREED, reason="They met and agreed.", on=clock.today()
    )
    assert decision.state == "open"

    decision = say(decision, None, None, "lcspr")

    assert (decision.state, decision.outcome, decision.split) == ("decided", "lcspr", False)
    assert {cast.lsp_la.name, cast.dsp_icb.name} <= set(told("decision_brought_back"))
    dispute.refresh_from_db()
    assert (dispute.ended_how, dispute.ended_by) == ("agreed", cast.dsp_la)


def test_whoever_opened_it_does_not_end_it_alone(dispute, cast):
    with pytest.raises(TransitionRefused) as refused:
        services.bring_back(dispute, by=cast.ic, how=DisputeEnd.IN_ERROR, reason="A slip.", on=clock.today())

    assert refused.value.reasons == ["You opened this dispute yourself: a second person ends it."]
    with pytest.raises(IntegrityError), transaction.atomic():
        Escalation.objects.update(
            settled_on=clock.today(), ended_how="in_error", ended_because="A slip.", ended_by=cast.ic
        )


def test_a_dispute_decided_meanwhile_is_not_brought_back(dispute, cast, evidence):
    settle(dispute, cast, evidence)

    with pytest.raises(MovedOn):
        services.bring_back(
            dispute, by=cast.dsp_la, how=DisputeEnd.AGREED, reason="They agreed.", on=clock.today()
        )


def test_it_can_be_escalated_again(dispute, cast):
    decision = services.bring_back(
        dispute, by=cast.dsp_la, how=DisputeEnd.IN_ERROR, reason="Too early.", on=clock.today()
    )

    services.escalate(decision, by=cast.ic, reason="They still differ.", on=clock.today())

    assert [each.is_open for each in Escalation.objects.order_by("created_at")] == [False, True]


# A second click


def test_a_step_sent_twice_is_one(dispute, cast):
    assert step(dispute, cast.bum) == step(dispute, cast.bum)
    assert DisputeStep.objects.filter(kind="meeting").count() == 1


def test_an_escalation_sent_twice_is_one(dispute, cast, sign_in):
    page = sign_in(cast.ic).post(
        reverse("stage:escalate", args=[dispute.decision_id]), {"reason": "The police see no new learning."}
    )

    assert page.status_code == 409
    assert Escalation.objects.count() == 1


def test_an_ended_dispute_takes_no_more_steps(dispute, cast, evidence):
    settle(dispute, cast, evidence)

    with pytest.raises(TransitionRefused, match="The dispute has ended"):
        step(dispute, cast.bum)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"words": " "}, "Say what was done or said."),
        ({"on": clock.today() + dt.timedelta(days=2)}, "The date must be today or in the past."),
        ({"kind": StepKind.POSITION}, "Say which partner’s position it is, and only of a position."),
        ({"partner": StatutoryPartner.LA}, "Say which partner’s position it is, and only of a position."),
    ],
)
def test_a_step_that_cannot_be_is_refused(dispute, cast, changes, reason):
    with pytest.raises(TransitionRefused) as refused:
        step(dispute, cast.bum, **changes)

    assert refused.value.reasons == [reason]


# Who may


KEEP = {"bu", "bum", "sgc", "ic", "dsp_la", "dsp_icb", "dsp_police", "lsp_la", "lsp_icb", "lsp_police"}


@pytest.mark.parametrize("role", list(Role))
def test_who_keeps_the_record(dispute, cast, role):
    person = every_role(cast)[role]
    try:
        step(dispute, person)
        kept = True
    except PermissionDenied:
        kept = False

    assert kept == (role in KEEP)


PAGES = {
    "dispute": KEEP | {"sg", "lan"},
    "dispute_step": KEEP,
    "bring_back": KEEP - {"lsp_la", "lsp_icb", "lsp_police"},
}


@pytest.mark.parametrize("page", PAGES)
def test_who_opens_which_page(dispute, cast, sign_in, outsider, page):
    address = reverse(f"decisions:{page}", args=[dispute.pk])

    opened = {
        role for role in KEEP | {"sg", "lan"} if sign_in(getattr(cast, role)).get(address).status_code == 200
    }

    assert opened == PAGES[page]
    for stranger in (outsider, cast.rep, cast.adm, cast.aud):
        assert sign_in(stranger).get(address).status_code == 404
        assert sign_in(stranger).post(address, {"reason": "x"}).status_code in {404, 405}


def test_a_step_is_written_on_its_page_and_nothing_typed_is_lost(dispute, cast, sign_in):
    client, address = sign_in(cast.lsp_icb), reverse("decisions:dispute_step", args=[dispute.pk])
    given = {
        "kind": "told",
        "words": "Rang the chief constable.",
        **posted("on", clock.today()),
    }

    refused = client.post(address, {**given, "kind": ""})
    assert refused.status_code == 200
    assert "Rang the chief constable." in text(refused)
    done = client.post(address, given)

    assert done.url == reverse("decisions:dispute", args=[dispute.pk])
    assert "Rang the chief constable." in text(client.get(done.url))


def test_the_way_from_the_split_to_the_written_decision_through_pages(split, cast, sign_in):
    chair = sign_in(cast.ic)
    done = chair.post(reverse("stage:escalate", args=[split.pk]), {"reason": "We differ."})
    dispute = Escalation.objects.get()
    assert done.url == reverse("decisions:dispute", args=[dispute.pk])

    lead = sign_in(cast.lsp_la)
    page = text(lead.get(done.url))
    assert "You are one of the lead safeguarding partners." in page
    assert "The three safeguarding partners are not agreed." in page

    office = sign_in(cast.bum)
    assert reverse("stage:lead_partners", args=[split.pk]) in text(office.get(done.url))
    office.post(
        reverse("stage:lead_partners", args=[split.pk]),
        {
            "outcome": "no_lcspr",
            "reasons": "The learning is there.",
            "evidence": upload("letter.pdf"),
            **posted("on", clock.today()),
        },
    )
    split.refresh_from_db()
    assert (split.state, split.outcome, split.split) == ("decided", "no_lcspr", True)
    assert "The learning is there." in text(lead.get(done.url))


# What waits, and what does not wait


def verbs(user):
    with acting_as(user):
        mine = [each for each in waiting(user) if each.mine and each.verb != "Declare your interests"]
        return [(each.verb, each.code) for each in mine]


def test_the_lead_partners_see_it_under_what_needs_you(dispute, cast, sign_in):
    expected = [("Settle the partners’ disagreement, in writing", "DL-10")]
    for lead in (cast.lsp_la, cast.lsp_icb, cast.lsp_police):
        assert verbs(lead) == expected
    assert verbs(cast.bum) == [("Record the lead safeguarding partners’ decision", "DL-10")]

    assert reverse("decisions:dispute", args=[dispute.pk]) in text(sign_in(cast.lsp_la).get("/"))


def test_it_stands_on_the_case_page_and_in_the_timeline(dispute, cast, sign_in):
    page = text(sign_in(cast.dsp_la).get(reverse("desk:case", args=[dispute.case_id])))

    assert reverse("decisions:dispute", args=[dispute.pk]) in page
    assert "With the lead safeguarding partners" in page
    timeline = text(sign_in(cast.dsp_la).get(reverse("desk:timeline", args=[dispute.case_id])))
    assert "Escalated to the lead safeguarding partners" in timeline


def test_the_others_hold_that_the_criteria_are_met_and_it_goes_up_the_same_day(ask, say, case, cast):
    # AC-23 reversed: the local authority says not met, so nothing is sent; the clock runs on.
    deadlines.services.start("DL-01", case=case, trigger_at=clock.now(), because="", by=cast.bum)
    decision = say(ask(CRITERIA), "not_met_nfa", "met", "met")
    assert verbs(cast.dsp_police) == [("Escalate today: the partners do not agree", "DL-01")]
    with pytest.raises(TransitionRefused):
        services.decide_alone(decision, by=cast.dsp_la, reasons="No.", on=clock.today())

    services.escalate(decision, by=cast.dsp_police, reason="It is met.", on=clock.today())

    assert Deadline.objects.open().get(code="DL-01").case == case
    assert verbs(cast.lsp_police) == [("Settle the partners’ disagreement, in writing", "DL-01")]


@pytest.mark.parametrize("steps", [1, 3])
def test_the_page_costs_the_same_for_one_step_and_for_three(
    dispute, cast, sign_in, django_assert_max_num_queries, steps
):
    for number in range(steps):
        step(dispute, cast.person("bu"), words=f"Step {number}")
    client, address = sign_in(cast.lsp_la), reverse("decisions:dispute", args=[dispute.pk])
    client.get(address)

    with django_assert_max_num_queries(31):
        assert client.get(address).status_code == 200
