"""Questions answered by the three partners and the independent chair, by each decision model."""

from __future__ import annotations

import datetime as dt

import pytest
from conftest import Cast
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from factories import LONG_AGO, MembershipFactory, UserFactory, has_opened

from accounts.models import Membership
from accounts.roles import Role
from accounts.settings_choices import DecisionModel, StatutoryPartner
from casework.models import Case, Document, Event
from casework.services import raise_wall
from casework.transitions import MovedOn, TransitionRefused
from decisions import services
from decisions.kinds import DecisionKind
from decisions.models import ChairView, Decision, DecisionState, Escalation, PartnerView, ViewState
from lcspr import clock
from tests.decisions.conftest import told, view_of

THREE, WITH, IC = DecisionModel.THREE_DSP, DecisionModel.THREE_DSP_WITH_IC, DecisionModel.IC_DECIDES
CRITERIA = DecisionKind.CRITERIA

pytestmark = pytest.mark.django_db


def today():
    return clock.today()


def chair_says(decision, cast, **said):
    return services.give_chair_view(decision, by=cast.ic, reasons="As I see it.", on=today(), **said)


def words_of(case):
    return [
        event.payload.body
        for event in Event.objects.filter(case=case).select_related("payload").order_by("id")
    ]


# Three partners (the Bedford preset)


def test_three_agreeing_views_decide(ask, say):
    decision = say(ask(model=THREE, recommended="lcspr"), "lcspr", "lcspr", "lcspr")

    assert (decision.state, decision.outcome, decision.review_type) == ("decided", "lcspr", "lcspr")
    assert (decision.decided_on, decision.split) == (today(), False)


def test_two_views_decide_nothing(ask, say):
    decision = say(ask(model=THREE, recommended="lcspr"), "lcspr", "lcspr", None)

    assert (decision.state, decision.outcome) == ("open", "")
    assert services.outstanding(decision) == ["The police have not given their view."]


def test_the_decision_has_the_date_of_the_last_view(ask, say, cast):
    decision = ask(model=THREE, recommended="no_lcspr")
    yesterday = today() - dt.timedelta(days=1)
    for partner, on in (("police", yesterday), ("la", today() - dt.timedelta(days=4)), ("icb", yesterday)):
        decision = services.give_view(
            decision, by=getattr(cast, f"dsp_{partner}"), outcome="no_lcspr", reasons="Learnt already.", on=on
        )

    assert decision.decided_on == yesterday


def test_partners_who_do_not_agree_leave_it_to_the_lead_partners(ask, say, cast, evidence):
    decision = say(ask(model=THREE, recommended="lcspr"), "lcspr", "no_lcspr", "lcspr")
    assert decision.state == "open"
    assert services.outstanding(decision) == [
        "The partners do not agree: the lead safeguarding partners decide."
    ]

    decision = services.escalate(decision, by=cast.ic, reason="The ICB sees no new learning.", on=today())
    assert decision.state == "escalated"
    assert told("decision_escalated") == sorted(
        person.name
        for person in (cast.dsp_la, cast.dsp_icb, cast.dsp_police, cast.lsp_la, cast.lsp_icb, cast.lsp_police)
    )

    decision = services.record_lead_partners_decision(
        decision, by=cast.bum, outcome="lcspr", reasons="There is learning.", evidence=evidence, on=today()
    )
    assert (decision.state, decision.outcome, decision.split) == ("decided", "lcspr", True)
    assert [each.settled_on for each in Escalation.objects.all()] == [today()]


def test_the_chair_may_comment_where_the_partners_decide_even_afterwards(ask, say, cast):
    decision = say(ask(model=THREE, recommended="lcspr"), "lcspr", "lcspr", "lcspr")

    decision = chair_says(decision, cast)

    assert (decision.state, decision.outcome) == ("decided", "lcspr")
    assert [str(said) for said in decision.chair_views.all()] == ["Comment"]


def test_the_chair_decides_nothing_where_the_partners_do(ask, cast):
    with pytest.raises(TransitionRefused) as refused:
        chair_says(ask(model=THREE, recommended="lcspr"), cast, outcome="lcspr")

    assert refused.value.reasons == [
        "The three partners decide this. The independent chair may comment, and the comment is kept with the record."
    ]
    assert list(ChairView.objects.all()) == []


# With the independent chair's agreement


def test_three_views_wait_for_the_chairs_agreement(ask, say, cast):
    decision = say(ask(model=WITH, recommended="lcspr"), "lcspr", "lcspr", "lcspr")
    assert decision.state == "open"
    assert told("decision_waits_for_chair") == [cast.ic.name]

    decision = chair_says(decision, cast, agrees=True)

    assert (decision.state, decision.outcome, decision.chair_disagrees) == ("decided", "lcspr", False)


def test_not_agreed_returns_it_once_and_then_the_partners_stand(ask, say, cast):
    decision = say(ask(model=WITH, recommended="no_lcspr"), "no_lcspr", "no_lcspr", "no_lcspr")

    decision = chair_says(decision, cast, agrees=False)
    assert (decision.state, decision.round, decision.live_views()) == ("open", 2, [])
    assert [view.state for view in decision.views.all()] == ["superseded"] * 3

    decision = say(decision, "no_lcspr", "no_lcspr", "no_lcspr")
    assert decision.state == "open"
    decision = chair_says(decision, cast, agrees=False)

    assert (decision.state, decision.outcome, decision.round) == ("decided", "no_lcspr", 2)
    assert decision.chair_disagrees is True
    assert [said.agrees for said in decision.chair_views.all()] == [False, False]


def test_rework_asked_by_a_partner_does_not_use_up_the_chairs_once(ask, say, cast):
    decision = say(ask(model=WITH, recommended="no_lcspr"), "no_lcspr", "no_lcspr", None)
    decision = services.send_back(decision, by=cast.dsp_police, reason="A return is missing.", on=today())
    decision = say(decision, "no_lcspr", "no_lcspr", "no_lcspr")

    decision = chair_says(decision, cast, agrees=False)

    assert (decision.state, decision.round) == ("open", 3)


@pytest.mark.parametrize("views", [("lcspr", "lcspr", None), ("lcspr", "lcspr", "no_lcspr")])
def test_the_chair_agrees_only_with_three_agreeing_views(ask, say, cast, views):
    decision = say(ask(model=WITH, recommended="lcspr"), *views)

    with pytest.raises(TransitionRefused):
        chair_says(decision, cast, agrees=True)

    assert list(ChairView.objects.all()) == []


# The independent chair decides (the Buckinghamshire preset)


def test_the_chair_decides_on_three_views(ask, say, cast):
    decision = say(ask(recommended="lcspr"), "lcspr", "lcspr", "lcspr")
    assert decision.state == "open"

    decision = chair_says(decision, cast, outcome="lcspr")

    assert (decision.state, decision.outcome, decision.chair_departs) == ("decided", "lcspr", False)


def test_the_chair_does_not_decide_before_the_views_are_in(ask, say, cast):
    decision = say(ask(recommended="lcspr"), "lcspr", "lcspr", None)

    with pytest.raises(TransitionRefused) as refused:
        chair_says(decision, cast, outcome="lcspr")

    assert refused.value.reasons == ["The police have not given their view."]


def test_the_chair_decides_a_split_which_is_recorded(ask, say, cast):
    decision = say(ask(recommended="lcspr"), "lcspr", "no_lcspr", "no_lcspr")

    decision = chair_says(decision, cast, outcome="lcspr")

    assert (decision.state, decision.outcome, decision.split) == ("decided", "lcspr", True)


def test_a_split_is_not_escalated_where_the_chair_decides(ask, say, cast):
    decision = say(ask(recommended="lcspr"), "lcspr", "no_lcspr", "no_lcspr")

    with pytest.raises(TransitionRefused) as refused:
        services.escalate(decision, by=cast.dsp_la, reason="We differ.", on=today())

    assert refused.value.reasons == [
        "The independent chair decides when the partners do not agree; there is nothing to escalate."
    ]


@pytest.fixture
def departed(ask, say, cast):
    """The chair decided on a review although all three partners saw no need of one."""
    decision = say(ask(recommended="no_lcspr"), "no_lcspr", "no_lcspr", "no_lcspr")
    return chair_says(decision, cast, outcome="lcspr")


def test_a_chair_who_departs_from_three_views_waits_for_each_to_confirm(departed, cast):
    decision = departed
    assert (decision.state, len(services.outstanding(decision))) == ("open", 3)
    assert told("decision_chair_departs") == sorted(
        p.name for p in (cast.dsp_la, cast.dsp_icb, cast.dsp_police)
    )

    for person in (cast.dsp_la, cast.dsp_icb):
        decision = services.confirm_departure(decision, by=person, on=today())
    assert decision.state == "open"
    decision = services.confirm_departure(decision, by=cast.dsp_police, on=today())

    assert (decision.state, decision.outcome, decision.chair_departs) == ("decided", "lcspr", True)
    assert [view.outcome for view in decision.live_views()] == ["no_lcspr"] * 3


def test_any_partner_escalates_a_departure_instead(departed, cast, evidence):
    decision = services.confirm_departure(departed, by=cast.dsp_la, on=today())

    decision = services.escalate(decision, by=cast.dsp_police, reason="We saw no learning.", on=today())
    with pytest.raises(MovedOn):
        services.confirm_departure(decision, by=cast.dsp_icb, on=today())
    decision = services.record_lead_partners_decision(
        decision,
        by=cast.lsp_la,
        outcome="no_lcspr",
        reasons="As the three said.",
        evidence=evidence,
        on=today(),
    )

    assert (decision.state, decision.outcome) == ("decided", "no_lcspr")


def test_after_the_chair_has_departed_a_view_is_not_changed_but_confirmed_or_escalated(departed, cast):
    with pytest.raises(TransitionRefused) as refused:
        services.give_view(departed, by=cast.dsp_la, outcome="lcspr", reasons="After all.", on=today())

    assert refused.value.reasons == [
        "The independent chair has decided on the three views: confirm that decision or escalate it."
    ]


def test_confirming_twice_counts_once(departed, cast):
    services.confirm_departure(departed, by=cast.dsp_la, on=today())

    decision = services.confirm_departure(departed, by=cast.dsp_la, on=today())

    assert decision.chair_view().confirmations.count() == 1


def test_the_lead_partners_need_their_writing(departed, cast):
    decision = services.escalate(departed, by=cast.dsp_la, reason="We differ.", on=today())

    with pytest.raises(TransitionRefused) as refused:
        services.record_lead_partners_decision(
            decision, by=cast.bum, outcome="lcspr", reasons="So be it.", evidence=None, on=today()
        )

    assert refused.value.reasons == ["Attach the lead safeguarding partners’ written decision."]


def test_agreement_is_not_escalated(ask, say, cast):
    decision = say(ask(model=THREE, recommended="lcspr"), "lcspr", "lcspr", None)

    with pytest.raises(TransitionRefused) as refused:
        services.escalate(decision, by=cast.bum, reason="Just in case.", on=today())

    assert refused.value.reasons == ["The partners have not disagreed, so there is nothing to escalate."]


# The question and its model


def test_the_model_in_force_when_a_question_opens_governs_it_to_the_end(ask, say, cast):
    decision = ask(model=THREE, recommended="lcspr")
    cast.partnership.decision_model = IC
    cast.partnership.save()

    assert say(decision, "lcspr", "lcspr", "lcspr").state == "decided"


@pytest.mark.parametrize(
    ("kind", "chosen", "model"),
    [
        (DecisionKind.RAPID_REVIEW, IC, IC),
        (DecisionKind.RECONSIDERATION, WITH, WITH),
        (DecisionKind.CRITERIA, IC, THREE),
        (DecisionKind.SIGN_OFF, THREE, THREE),
        (DecisionKind.SIGN_OFF, IC, WITH),
        (DecisionKind.PUBLICATION, IC, THREE),
        (DecisionKind.NOT_PUBLISH, WITH, THREE),
        (DecisionKind.DISCONTINUATION, IC, THREE),
    ],
)
def test_who_decides_which_question(ask, kind, chosen, model):
    assert ask(kind, model=chosen).model == model


def test_asking_twice_returns_the_question_being_asked(ask):
    first = ask(CRITERIA)

    assert ask(CRITERIA) == first
    assert Decision.objects.count() == 1


def test_a_question_decided_can_be_asked_again_and_both_are_kept(ask, say):
    first = say(ask(CRITERIA), "met", "met", "met")

    second = ask(CRITERIA, supersedes=first)

    assert (second.state, second.supersedes) == ("open", first)


def test_the_database_refuses_two_pending_questions_about_one_record(ask):
    decision = ask(CRITERIA)
    fields = {"case": decision.case, "kind": CRITERIA, "model": THREE, "about": decision.about}

    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(**fields, question="?", opened_on=today(), opened_by=decision.opened_by)


def test_the_recommendation_comes_before_views_on_the_rapid_review(ask, cast):
    with pytest.raises(TransitionRefused) as refused:
        services.give_view(ask(), by=cast.dsp_la, outcome="lcspr", reasons="Yes.", on=today())

    assert refused.value.reasons == ["The sub-group chair records the group’s recommendation first."]


def test_the_recommendation_is_not_changed_under_the_views_given_on_it(ask, say, cast):
    decision = say(ask(recommended="lcspr"), "lcspr", None, None)

    with pytest.raises(TransitionRefused) as refused:
        services.recommend(decision, by=cast.sgc, outcome="no_lcspr", reasons="Or not.", on=today())

    assert refused.value.reasons == [
        "The partners have given views on the recommendation. Send it back first, and then change it."
    ]


def test_criteria_met_do_not_wait_for_a_recommendation(ask, say):
    assert say(ask(CRITERIA), "met", "met", "met").state == "decided"


def test_criteria_not_met_stand_only_on_the_groups_recommendation(ask, say, cast):
    decision = say(ask(CRITERIA), "not_met_nfa", "not_met_nfa", "not_met_nfa")
    assert decision.state == "open"
    assert services.outstanding(decision) == [
        "The sub-group chair has not recorded the group’s recommendation."
    ]

    decision = services.recommend(
        decision, by=cast.sgc, outcome="not_met_nfa", reasons="No harm.", on=today()
    )

    assert (decision.state, decision.outcome) == ("decided", "not_met_nfa")


def test_the_kind_of_review_comes_from_the_recommendation(ask, say):
    asked = ask(model=THREE, recommended="alternative", review_type="practice_review")

    assert say(asked, "alternative", "alternative", "alternative").review_type == "practice_review"


def test_a_kind_of_review_recommended_for_another_answer_is_not_taken(ask, say):
    asked = ask(model=THREE, recommended="alternative", review_type="practice_review")

    assert say(asked, "lcspr", "lcspr", "lcspr").review_type == "lcspr"


def test_a_kind_of_review_must_go_with_the_answer(ask, cast):
    with pytest.raises(TransitionRefused) as refused:
        ask(recommended="lcspr", review_type="practice_review")

    assert refused.value.reasons == ["The kind of review does not go with this answer."]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"outcome": "not_an_answer"}, "Choose one of the answers offered."),
        ({"outcome": "lcspr"}, "Choose one of the answers offered."),  # of another question
        ({"reasons": "  "}, "Give the reasons."),
        ({"on": dt.date(2999, 1, 1)}, "The date must be today or in the past."),
    ],
)
def test_an_answer_that_cannot_be(ask, cast, answer, problem):
    given = {"outcome": "met", "reasons": "Both limbs.", "on": today(), **answer}

    with pytest.raises(TransitionRefused) as refused:
        services.give_view(ask(CRITERIA), by=cast.dsp_la, **given)

    assert refused.value.reasons == [problem]
    assert list(PartnerView.objects.all()) == []


# The local authority's own duty (T13, AC-23)


def test_the_local_authority_notifies_although_the_others_disagree(ask, say, cast):
    decision = say(ask(CRITERIA), "met", "not_met_nfa", "not_met_nfa")

    decision = services.decide_alone(decision, by=cast.dsp_la, reasons="The duty is ours.", on=today())

    assert (decision.state, decision.outcome) == ("decided", "met")
    assert (decision.decided_alone, decision.split) == (True, True)
    assert {cast.lsp_la.name, cast.lsp_icb.name, cast.lsp_police.name} <= set(told("decision_not_agreed"))


def test_the_local_authority_notifies_although_it_was_escalated(ask, say, cast):
    decision = say(ask(CRITERIA), "met", "not_met_nfa", "not_met_nfa")
    decision = services.escalate(decision, by=cast.dsp_icb, reason="We differ.", on=today())

    decision = services.decide_alone(decision, by=cast.lan, reasons="The duty is ours.", on=today())

    assert decision.outcome == "met"
    assert not Escalation.objects.filter(settled_on=None).exists()


def test_the_local_authority_does_not_decide_alone_that_criteria_are_not_met(ask, say, cast):
    # AC-23 reversed: the others hold that they are met; it is escalated the same day.
    decision = say(ask(CRITERIA), "not_met_nfa", "met", "met")

    with pytest.raises(TransitionRefused):
        services.decide_alone(decision, by=cast.dsp_la, reasons="No.", on=today())

    assert (
        services.escalate(decision, by=cast.dsp_police, reason="It is met.", on=today()).state == "escalated"
    )


def test_only_the_local_authority_decides_alone(ask, say, cast):
    decision = say(ask(CRITERIA), "met", "not_met_nfa", "not_met_nfa")

    with pytest.raises(PermissionDenied):
        services.decide_alone(decision, by=cast.dsp_police, reasons="I say so.", on=today())


# Whose hand


def test_a_view_recorded_on_behalf_counts_at_once_and_tells_the_partner(ask, say, record, cast):
    decision = say(ask(model=THREE, recommended="lcspr"), "lcspr", "lcspr", None)

    decision = record(decision, "police", "lcspr")

    view = view_of(decision, "police")
    assert decision.state == "decided"
    assert (view.state, view.given_by, view.owned_by) == ("recorded", cast.sgc, None)
    assert (view.for_membership.user, view.agency) == (cast.dsp_police, cast.agency("police"))
    assert told("view_recorded_for_you") == [cast.dsp_police.name]


def test_one_person_may_record_all_three_on_behalf(ask, record, cast):
    decision = ask(model=THREE, recommended="lcspr")
    for partner in ("la", "icb", "police"):
        decision = record(decision, partner, "lcspr", by=cast.bu)

    assert decision.state == "decided"
    assert {view.given_by for view in decision.live_views()} == {cast.bu}


def test_confirming_makes_the_view_ones_own(ask, record, cast):
    decision = record(ask(CRITERIA), "police", "met")

    services.confirm_view(view_of(decision, "police"), by=cast.dsp_police)

    view = PartnerView.objects.get()
    assert (view.state, view.owned_by, view.confirmed_by) == ("confirmed", cast.dsp_police, cast.dsp_police)


def test_a_contested_view_blocks_until_the_partner_gives_their_own(ask, say, record, cast):
    decision = say(ask(model=THREE, recommended="lcspr"), "lcspr", "lcspr", None)
    decision = record(decision, "police", "lcspr")

    decision = services.contest_view(
        view_of(decision, "police"), by=cast.dsp_police, reason="I said nothing."
    )
    assert decision.state == "decided"
    assert services.blocking_views(decision) == [
        "The view recorded for the police is contested: they must give their own view or confirm it."
    ]
    assert cast.bum.name in told("decision_view_contested")

    decision = say(decision, None, None, "lcspr")
    assert (decision.state, services.blocking_views(decision)) == ("decided", [])


def test_another_view_in_place_of_a_contested_one_opens_the_decision_again(ask, say, record, cast):
    decision = say(ask(model=THREE, recommended="lcspr"), "lcspr", "lcspr", None)
    decision = record(decision, "police", "lcspr")
    services.contest_view(view_of(decision, "police"), by=cast.dsp_police, reason="I said the opposite.")

    decision = say(decision, None, None, "no_lcspr")

    assert (decision.state, decision.outcome, decision.decided_on) == ("open", "", None)
    assert services.escalate(decision, by=cast.bum, reason="They differ.", on=today()).state == "escalated"


def test_the_chair_is_asked_again_when_a_contested_view_was_put_right(ask, say, record, cast):
    decision = say(ask(recommended="lcspr"), "lcspr", "lcspr", None)
    decision = chair_says(record(decision, "police", "lcspr"), cast, outcome="lcspr")
    services.contest_view(view_of(decision, "police"), by=cast.dsp_police, reason="I said the opposite.")

    decision = say(decision, None, None, "no_lcspr")

    assert (decision.state, decision.chair_view()) == ("open", None)
    assert [said.superseded for said in decision.chair_views.all()] == [True]
    assert chair_says(decision, cast, outcome="lcspr").split is True


def test_a_contest_made_by_mistake_is_taken_back_by_confirming(ask, record, cast):
    decision = record(ask(CRITERIA), "police", "met")
    services.contest_view(view_of(decision, "police"), by=cast.dsp_police, reason="Not mine.")

    decision = services.confirm_view(PartnerView.objects.get(), by=cast.dsp_police)

    assert services.blocking_views(decision) == []


@pytest.mark.parametrize(
    ("chosen", "blocking"),
    [(False, []), (True, ["The view recorded for the police has not been confirmed by them."])],
)
def test_an_unconfirmed_view_blocks_where_the_partnership_chose_that(ask, record, cast, chosen, blocking):
    cast.partnership.unconfirmed_views_block = chosen
    cast.partnership.save()

    assert services.blocking_views(record(ask(CRITERIA), "police", "met")) == blocking


def test_a_view_on_behalf_needs_the_minute(ask, cast):
    with pytest.raises(TransitionRefused) as refused:
        services.record_view_on_behalf(
            ask(CRITERIA),
            partner="police",
            outcome="met",
            reasons="Said.",
            evidence=None,
            by=cast.sgc,
            on=today(),
        )

    assert refused.value.reasons == ["Attach the minute or the message in which the view was given."]


def test_the_minute_of_another_case_is_no_evidence(ask, cast, evidence):
    other = Case.objects.create(partnership=cast.partnership, reference="NSCP-2026-999")
    Document.objects.filter(pk=evidence.pk).update(case=other)

    with pytest.raises(TransitionRefused):
        services.record_view_on_behalf(
            ask(CRITERIA),
            partner="police",
            outcome="met",
            reasons="Said.",
            evidence=Document.objects.get(),
            by=cast.sgc,
            on=today(),
        )


@pytest.mark.parametrize("role", ["sg", "ic", "dsp_la", "lsp_la", "lan"])
def test_who_may_not_record_on_behalf(ask, record, cast, role):
    with pytest.raises(PermissionDenied):
        record(ask(CRITERIA), "police", "met", by=getattr(cast, role))


def test_a_partners_own_view_is_not_recorded_over(ask, say, record):
    decision = say(ask(CRITERIA), None, None, "met")

    with pytest.raises(TransitionRefused) as refused:
        record(decision, "police", "not_met_nfa")

    assert refused.value.reasons == [
        "A view of the police stands that is theirs or that they contest; only they can change it."
    ]


def test_a_contested_view_is_not_recorded_over(ask, record, cast):
    decision = record(ask(CRITERIA), "police", "met")
    services.contest_view(view_of(decision, "police"), by=cast.dsp_police, reason="Not mine.")

    with pytest.raises(TransitionRefused):
        record(decision, "police", "met")


def test_a_recorder_who_is_a_partner_signs_their_own(ask, record, cast):
    both = cast.person(Role.SGC, deputy_for=Membership.objects.get(user=cast.sgc))
    MembershipFactory(
        user=both,
        partnership=cast.partnership,
        agency=cast.agency("police"),
        role=Role.DSP_POLICE,
        deputy_for=Membership.objects.get(user=cast.dsp_police),
    )

    with pytest.raises(TransitionRefused) as refused:
        record(ask(CRITERIA), "police", "met", by=both)

    assert refused.value.reasons == ["This is your own view to give: sign it yourself."]


# Deputies, and nobody signs for three


@pytest.fixture
def deputy(cast):
    """Someone who deputises for the police and for the ICB."""
    person = UserFactory(name="Dana Deputy")
    for partner in ("police", "icb"):
        MembershipFactory(
            user=person,
            partnership=cast.partnership,
            agency=cast.agency(partner),
            role=f"dsp_{partner}",
            starts_on=LONG_AGO,
            deputy_for=Membership.objects.get(user=getattr(cast, f"dsp_{partner}")),
        )
    return person


def test_a_deputys_view_says_for_whom(ask, case, cast, deputy):
    has_opened(case, deputy)

    decision = services.give_view(
        ask(CRITERIA),
        by=deputy,
        outcome="met",
        reasons="Both limbs.",
        on=today(),
        partner=StatutoryPartner.POLICE,
    )

    view = view_of(decision, "police")
    assert (view.given_by, view.owned_by, view.for_membership.user) == (deputy, deputy, cast.dsp_police)
    assert any(f"Gave the view of the police, for {cast.dsp_police}" in body for body in words_of(case))


def test_who_could_speak_for_two_says_for_which(ask, deputy):
    with pytest.raises(TransitionRefused) as refused:
        services.give_view(ask(CRITERIA), by=deputy, outcome="met", reasons="Both limbs.", on=today())

    assert refused.value.reasons == [
        "You could speak for more than one partner: say for which you give this view."
    ]


def test_nobody_gives_two_views_as_their_own(ask, deputy):
    given = {"by": deputy, "outcome": "met", "reasons": "Both limbs.", "on": today()}
    decision = services.give_view(ask(CRITERIA), **given, partner=StatutoryPartner.POLICE)

    with pytest.raises(TransitionRefused) as refused:
        services.give_view(decision, **given, partner=StatutoryPartner.ICB)

    assert refused.value.reasons == [
        "You have already given the view of the police as your own. Nobody speaks for two partners."
    ]


def test_nobody_confirms_a_second_view_as_their_own(ask, record, deputy):
    decision = services.give_view(
        ask(CRITERIA), by=deputy, outcome="met", reasons="So.", on=today(), partner=StatutoryPartner.POLICE
    )
    decision = record(decision, "icb", "met")

    with pytest.raises(TransitionRefused):
        services.confirm_view(view_of(decision, "icb"), by=deputy)


def test_a_view_replaced_still_speaks_for_one_partner_only(ask, say, deputy):
    given = {"by": deputy, "outcome": "met", "reasons": "So.", "on": today()}
    decision = services.give_view(ask(CRITERIA), **given, partner=StatutoryPartner.POLICE)
    decision = say(decision, None, None, "met")  # the principal gives their own

    with pytest.raises(TransitionRefused):
        services.give_view(decision, **given, partner=StatutoryPartner.ICB)


def test_the_database_refuses_two_own_views_of_one_person(ask, say, cast):
    decision = say(ask(CRITERIA), "met", None, None)
    mine = view_of(decision, "la")

    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerView.objects.create(
            case=decision.case,
            decision=decision,
            round=1,
            partner="police",
            outcome="met",
            reasons="Also.",
            given_by=cast.dsp_la,
            owned_by=mine.owned_by,
            given_on=today(),
        )


def test_the_database_refuses_a_view_on_behalf_without_evidence(ask, cast):
    decision = ask(CRITERIA)

    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerView.objects.create(
            case=decision.case,
            decision=decision,
            round=1,
            partner="police",
            state=ViewState.RECORDED,
            on_behalf=True,
            outcome="met",
            reasons="Said.",
            given_by=cast.sgc,
            given_on=today(),
        )


def test_a_partner_changes_their_mind_while_the_question_is_open(ask, say):
    decision = say(ask(CRITERIA), "met", None, None)

    decision = say(decision, "not_met_nfa", None, None)

    assert [view.outcome for view in decision.live_views()] == ["not_met_nfa"]
    assert decision.views.count() == 2


def test_a_second_click_gives_no_second_view(ask, say):
    decision = say(ask(CRITERIA), "met", None, None)

    say(decision, "met", None, None)

    assert PartnerView.objects.count() == 1


def test_a_view_after_the_decision_has_moved_on(ask, say):
    decision = say(ask(CRITERIA), "met", "met", "met")

    with pytest.raises(MovedOn) as moved:
        say(decision, "not_met_nfa", None, None)

    assert moved.value.reasons == ["This has moved on: it is now “Decided”."]


@pytest.mark.parametrize("role", ["bum", "bu", "sgc", "sg", "ic", "lsp_la", "lan"])
def test_who_gives_no_view(ask, cast, role):
    with pytest.raises(PermissionDenied):
        services.give_view(ask(CRITERIA), by=getattr(cast, role), outcome="met", reasons="So.", on=today())


@pytest.mark.parametrize("role", ["bum", "bu", "sg", "ic", "dsp_la"])
def test_only_the_sub_group_chair_recommends(ask, cast, role):
    with pytest.raises(PermissionDenied):
        services.recommend(ask(CRITERIA), by=getattr(cast, role), outcome="met", reasons="So.", on=today())


@pytest.mark.parametrize("role", ["bum", "sgc", "dsp_la", "lsp_la"])
def test_only_the_independent_chair_speaks_as_such(ask, cast, role):
    with pytest.raises(PermissionDenied):
        services.give_chair_view(ask(CRITERIA), by=getattr(cast, role), reasons="So.", on=today())


def test_the_other_partnerships_partner_gives_no_view(ask, other_cast: Cast):
    with pytest.raises(PermissionDenied):
        services.give_view(ask(CRITERIA), by=other_cast.dsp_la, outcome="met", reasons="So.", on=today())


def test_who_is_kept_out_gives_no_view(ask, case, cast):
    decision = ask(CRITERIA)
    raise_wall(case, user=cast.dsp_la, reason="Knows the family", by=cast.bum)

    with pytest.raises(PermissionDenied):
        services.give_view(decision, by=cast.dsp_la, outcome="met", reasons="So.", on=today())


def test_views_are_hidden_until_the_partner_gives_theirs_where_the_partnership_chose_that(ask, say, cast):
    cast.partnership.views_hidden_until_given = True
    cast.partnership.save()
    decision = say(ask(CRITERIA), "met", None, None)

    assert services.views_shown_to(decision, cast.dsp_police) == []
    assert len(services.views_shown_to(decision, cast.dsp_la)) == 1
    assert len(services.views_shown_to(decision, cast.sgc)) == 1
    decision = say(decision, None, None, "met")
    assert len(services.views_shown_to(decision, cast.dsp_police)) == 2


def test_the_timeline_tells_no_view_before_the_decision(ask, say, case):
    say(ask(CRITERIA), "met", None, None)

    sentences = [body for body in words_of(case) if "view of the local authority" in body]
    assert len(sentences) == 1
    assert '"words": "Gave the view of the local authority"' in sentences[0]


def test_abandoning_keeps_what_was_said_and_lets_it_be_asked_anew(ask, say, cast):
    decision = say(ask(CRITERIA), "met", None, None)

    decision = services.abandon_decision(decision, by=cast.bum, reason="Asked about the wrong case.")

    assert (decision.state, decision.views.count()) == (DecisionState.ABANDONED, 1)
    assert services.outstanding(decision) == ["The question is no longer asked."]
    assert ask(CRITERIA) != decision


# A second click


def test_a_view_recorded_on_behalf_twice_is_one_and_tells_once(ask, record, cast):
    decision = ask(CRITERIA)
    record(decision, "police", "met")

    with pytest.raises(TransitionRefused, match="This view is recorded already"):
        record(decision, "police", "met")

    assert decision.views.count() == 1
    assert told("view_recorded_for_you") == [cast.dsp_police.name]


def test_the_independent_chair_speaking_twice_says_it_once(ask, say, cast):
    decision = say(ask(model=DecisionModel.THREE_DSP, recommended="lcspr"), "lcspr", None, None)
    for _ in range(2):
        services.give_chair_view(decision, by=cast.ic, reasons="Mind the siblings.", on=today())

    assert decision.chair_views.count() == 1
