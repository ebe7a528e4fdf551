"""Another kind of review: opened, held, written up, agreed, given up, taken further."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

import actions.services
from casework.models import Case, Stage
from casework.transitions import MovedOn, TransitionRefused
from correspondence.models import Message, Recipient
from deadlines.models import Deadline
from decisions.kinds import DecisionKind
from lcspr import clock
from panels import services
from panels.models import AlternativeReview, Review, Then
from referrals.models import SeriousIncidentNotification
from tests.panels.story import alternative, case_at, days_ago, decide, tell_all, written_up

pytestmark = pytest.mark.django_db


def stage() -> str:
    return Case.objects.get().stage


def running(code: str) -> list[Deadline]:
    return list(Deadline.objects.open().filter(code=code))


def test_it_is_opened_once_and_only_where_the_case_has_come_to_it(cast):
    review = alternative(cast)
    again = {
        "review_type": "practice_review",
        "method": "m",
        "lead": cast.sg,
        "by": cast.bum,
        "on": clock.today(),
    }
    with pytest.raises(TransitionRefused) as refused:
        services.ensure_alternative(review.case, **again)
    assert refused.value.reasons == ["A review of another kind is under way in this case already."]

    Case.objects.filter(pk=review.case_id).update(stage=Stage.MONITORING)
    with pytest.raises(TransitionRefused) as refused:
        services.ensure_alternative(review.case, **again)
    assert refused.value.reasons == ["The case has not come to another kind of review."]


def test_whoever_leads_it_must_be_able_to_open_the_case(cast, outsider):
    with pytest.raises(TransitionRefused) as refused:
        alternative(cast, lead=outsider)

    assert refused.value.reasons == [
        f"{outsider} may not open the case. Choose somebody who may, or let them in first."
    ]


def test_it_is_planned_held_written_up_and_agreed(cast):
    review = written_up(cast)
    with pytest.raises(TransitionRefused) as refused:
        services.agree_findings(review, by=cast.sgc, on=clock.today())
    assert refused.value.reasons == [
        "Add the actions that follow from it, or say when writing it up why there are none."
    ]
    actions.services.add_action(
        review.case, text="Write it down", intended_outcome="Nothing is lost", agency=cast.agency("school"),
        owner=cast.rep, starts_on=clock.today(), due_on=clock.today(), by=cast.bum, on=clock.today(),
    )  # fmt: skip

    review = services.agree_findings(review, by=cast.sgc, on=clock.today())

    assert (review.state, stage()) == ("agreed", Stage.MONITORING)
    assert running("DL-24") == []
    assert len(running("DL-23")) == 1


def test_it_may_find_that_nothing_is_to_be_done(cast):
    review = services.ask_for_more(written_up(cast), reason="Say why nothing follows", by=cast.bum)
    review = services.write_up(
        review, findings="All was well.", no_actions_because="It was done already.", by=cast.sg
    )

    assert services.agree_findings(review, by=cast.sgc, on=clock.today()).state == "agreed"


def test_it_is_not_held_before_its_scope_is_written(cast):
    review = alternative(cast)
    with pytest.raises(TransitionRefused) as refused:
        services.record_held(review, held_on=clock.today(), attendance="Eight", by=cast.sg)
    assert refused.value.reasons == ["Write what it looks at, and send that to those invited."]
    with pytest.raises(PermissionDenied):
        services.plan_alternative(review, scope="Mine", planned_on=None, by=cast.ic)


def test_it_is_not_held_tomorrow(cast):
    review = services.plan_alternative(alternative(cast), scope="The ward", planned_on=None, by=cast.sg)

    with pytest.raises(TransitionRefused) as refused:
        services.record_held(
            review, held_on=clock.today() + dt.timedelta(days=1), attendance="Eight", by=cast.sg
        )

    assert refused.value.reasons == ["The date it was held must be today or in the past."]


def test_one_given_up_makes_room_for_another_in_the_same_act(cast):
    review = alternative(cast)

    review = services.discontinue_alternative(
        review,
        reason="Too small",
        then=Then.ANOTHER,
        by=cast.sgc,
        on=clock.today(),
        review_type="near_miss_review",
        method="A meeting",
        lead=cast.sg,
    )

    second = AlternativeReview.objects.get(state="planned")
    assert (review.state, stage()) == ("discontinued", Stage.ALTERNATIVE_REVIEW)
    assert (second.review_type, second.decision) == ("near_miss_review", review.decision)
    assert [deadline.about for deadline in running("DL-24")] == [f"panels.AlternativeReview:{second.pk}"]


def give_up(cast, review, then, by=None):
    return services.discontinue_alternative(
        review, reason="Nobody can come.", then=then, by=by or cast.dsp_icb, on=clock.today()
    )


def an_action(cast, case):
    return actions.services.add_action(
        case, text="Write it down", intended_outcome="Nothing is lost", agency=cast.agency("school"),
        owner=cast.rep, starts_on=clock.today(), due_on=clock.today(), by=cast.bum, on=clock.today(),
    )  # fmt: skip


def test_another_needs_its_kind_and_its_lead_and_nothing_changes_without(cast):
    review = alternative(cast)

    with pytest.raises(TransitionRefused) as refused:
        give_up(cast, review, Then.ANOTHER)

    assert refused.value.reasons == ["Say which kind of review is held, how, and who leads it."]
    assert (AlternativeReview.objects.get().state, len(running("DL-24"))) == ("planned", 1)


def test_one_given_up_leaves_its_actions_to_be_followed_up(cast):
    review = alternative(cast)
    with pytest.raises(TransitionRefused) as refused:
        give_up(cast, review, Then.FOLLOW_UP, by=cast.sgc)
    assert refused.value.reasons == [
        "There is no action to follow up: add one first, or close the case with the reasons."
    ]
    an_action(cast, review.case)

    give_up(cast, review, Then.FOLLOW_UP, by=cast.sgc)

    assert (stage(), running("DL-24"), len(running("DL-23"))) == (Stage.MONITORING, [], 1)
    told = {message.to for message in Message.objects.filter(template="review_alternative_discontinued")}
    assert {cast.sg, cast.dsp_la, cast.bum} <= told
    assert cast.sgc not in told


def test_one_given_up_with_nothing_to_follow_up_closes_the_case_by_a_partner(cast):
    review = alternative(cast)
    with pytest.raises(PermissionDenied):
        give_up(cast, review, Then.CLOSE, by=cast.sgc)
    assert (AlternativeReview.objects.get().state, stage()) == ("planned", Stage.ALTERNATIVE_REVIEW)

    give_up(cast, review, Then.CLOSE)

    case = Case.objects.get()
    assert (case.stage, case.closed_at is not None) == (Stage.CLOSED_NFA, True)
    assert list(Deadline.objects.open()) == []


def test_a_case_with_an_open_action_is_not_closed_by_giving_a_review_up(cast):
    review = alternative(cast)
    action = an_action(cast, review.case)

    with pytest.raises(TransitionRefused) as refused:
        give_up(cast, review, Then.CLOSE)

    assert refused.value.reasons == [f"{action} is not closed: follow up the actions instead."]


@pytest.mark.parametrize("role", ["bum", "sg", "ic", "lan"])
def test_who_does_not_give_it_up(cast, role):
    review = alternative(cast)

    with pytest.raises(PermissionDenied):
        give_up(cast, review, Then.ANOTHER, by=getattr(cast, role))


def test_what_the_partners_were_asked_about_it_is_asked_no_more(cast):
    review = alternative(cast)
    asked = services.ask_again(review, question=DecisionKind.RECONSIDERATION, by=cast.sgc, on=clock.today())

    give_up(cast, review, Then.CLOSE)

    asked.refresh_from_db()
    assert asked.state == "abandoned"


def test_the_findings_are_not_agreed_while_the_partners_are_asked_to_take_it_further(cast):
    review = written_up(cast)
    an_action(cast, review.case)
    asked = services.ask_again(review, question=DecisionKind.RECONSIDERATION, by=cast.sgc, on=clock.today())

    with pytest.raises(TransitionRefused) as refused:
        services.agree_findings(review, by=cast.sgc, on=clock.today())

    assert refused.value.reasons == [f"The partners are asked: “{asked.question}” Wait for their answer."]


def test_new_information_leads_to_a_review_whose_months_run_from_that_decision(cast):
    review = alternative(cast)
    with pytest.raises(TransitionRefused) as refused:
        services.commission_from_alternative(review, reason="New", by=cast.bum, on=clock.today())
    assert refused.value.reasons == ["The partners have not decided to take it further: ask them first."]
    services.ask_again(review, question=DecisionKind.RECONSIDERATION, by=cast.sgc, on=days_ago(1))
    decide(cast, review, DecisionKind.RECONSIDERATION, "lcspr", on=days_ago(1))
    with pytest.raises(TransitionRefused) as refused:
        services.commission_from_alternative(review, reason="New", by=cast.bum, on=clock.today())
    assert refused.value.reasons == ["Record that the National Panel was told that a review starts."]
    tell_all(cast, review.case, to=[Recipient.NATIONAL_PANEL])

    services.commission_from_alternative(review, reason="A second child.", by=cast.bum, on=clock.today())

    assert stage() == Stage.COMMISSIONING
    assert Review.objects.get().decision.kind == DecisionKind.RECONSIDERATION
    assert running("DL-14")[0].trigger_at.date() == days_ago(1)
    assert len(running("DL-15")) == 1
    assert running("DL-24") == []
    assert AlternativeReview.objects.get().state == "escalated"


def test_new_information_that_meets_the_criteria_goes_back_to_the_notification(cast):
    review = alternative(cast)
    aware = clock.on_the_day(days_ago(1))
    services.ask_again(review, question=DecisionKind.CRITERIA, by=cast.sgc, on=clock.today())
    decide(cast, review, DecisionKind.CRITERIA, "met")

    services.find_criteria_met_later(
        review, la_aware_at=aware, reason="The pathologist reports.", by=cast.dsp_la
    )

    assert stage() == Stage.AWAITING_SIN
    assert SeriousIncidentNotification.objects.get().state == "required"
    assert running("DL-01")[0].trigger_at == aware
    assert cast.lan in {message.to for message in Message.objects.filter(template="criteria_met")}


def test_the_criteria_are_not_met_later_without_the_partners(cast):
    review = alternative(cast)

    with pytest.raises(TransitionRefused) as refused:
        services.find_criteria_met_later(review, la_aware_at=clock.now(), reason="New", by=cast.dsp_la)

    assert refused.value.reasons == ["The partners have not decided to take it further: ask them first."]
    assert stage() == Stage.ALTERNATIVE_REVIEW


def test_an_awareness_to_come_is_refused(cast):
    review = alternative(cast)
    decide(cast, review, DecisionKind.CRITERIA, "met")

    with pytest.raises(TransitionRefused) as refused:
        services.find_criteria_met_later(
            review, la_aware_at=clock.now() + dt.timedelta(hours=1), reason="New", by=cast.dsp_la
        )

    assert refused.value.reasons == ["The local authority cannot have become aware in the future."]


def test_what_has_ended_is_asked_about_no_more(cast):
    review = give_up(cast, alternative(cast), Then.CLOSE)

    with pytest.raises(MovedOn):
        services.ask_again(review, question=DecisionKind.RECONSIDERATION, by=cast.sgc, on=clock.today())


def test_a_case_from_the_criteria_without_a_recorded_decision_counts_from_its_opening(cast):
    case = case_at(cast, Stage.ALTERNATIVE_REVIEW)

    review = services.ensure_alternative(
        case, review_type="practice_review", method="m", lead=cast.sg, by=cast.sgc, on=clock.today()
    )

    assert (review.decision, running("DL-24")[0].trigger_at.date()) == (None, clock.today())
