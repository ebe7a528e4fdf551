"""From the report to the National Panel's letter, under each decision model."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from factories import has_opened

import decisions.services
from accounts.settings_choices import DecisionModel
from casework.models import Case, Stage
from casework.transitions import MovedOn, TransitionRefused
from correspondence.models import Message, Notice, NoticeSubject
from deadlines.models import Deadline
from lcspr import clock
from rapid_review.models import PanelView, RapidReviewState
from rapid_review.services import (
    answer_national_panel,
    ask_for_rework,
    ask_to_take_back_sending,
    close_after_panel,
    confirm_sending_taken_back,
    finish_gathering,
    monitor_after_panel,
    put_to_partners,
    record_panel_letter,
    send_rapid_review,
    submit_return,
    write_report,
)
from tests.rapid_review.conftest import WHOLE_REPORT, WHOLE_RETURN, pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def analysed(cast, review, request_):
    """Returns in, report not yet written."""
    submit_return(request_, answers=WHOLE_RETURN, by=cast.rep, at=clock.now())
    return finish_gathering(review, by=cast.bum, at=clock.now())


def written(review, cast):
    sections = {**WHOLE_REPORT, "meeting_on": clock.today()}
    return write_report(review, version=review.report_version, by=cast.bum, **sections)


@pytest.fixture
def deciding(cast, analysed):
    """With the partners, the sub-group's recommendation recorded."""
    cast.partnership.decision_model = DecisionModel.THREE_DSP
    cast.partnership.save()
    review = put_to_partners(written(analysed, cast), by=cast.sgc, on=clock.today())
    decisions.services.recommend(
        review.decision,
        by=cast.sgc,
        outcome="lcspr",
        reasons="Three agencies",
        on=clock.today(),
        review_type="lcspr",
        method="Hybrid",
    )
    return review


def decide(review, cast, outcome="lcspr"):
    for partner in ("dsp_la", "dsp_icb", "dsp_police"):
        decisions.services.give_view(
            review.decision, by=getattr(cast, partner), outcome=outcome, reasons="Agreed", on=clock.today()
        )
    review.refresh_from_db(fields=["decision"])
    return type(review).objects.get(pk=review.pk)


def send(review, cast, **details):
    given = {"sent_at": clock.now(), "sent_to": "the mailbox", "copy": None, **details}
    return send_rapid_review(review, by=cast.bum, **given)


def letter(review, cast, view, **details):
    given = {"received_on": clock.today(), "words": "They say so.", "letter": pdf(), **details}
    return record_panel_letter(review, view=view, by=cast.bum, **given)


def test_the_report_goes_to_the_partners_only_whole(cast, analysed):
    with pytest.raises(TransitionRefused) as refused:
        put_to_partners(analysed, by=cast.sgc, on=clock.today())

    assert refused.value.reasons == [
        "Record the date of the meeting.",
        "The meeting needs somebody from the local authority.",
        "The meeting needs somebody from the integrated care board.",
        "The meeting needs somebody from the police.",
        "The section “The facts, as far as they can be readily established” is empty.",
        "The section “Immediate action for children’s safety, and learning shared” is empty.",
        "The section “Potential for identifying improvements” is empty.",
        "The section “The context of the children’s lives, including racism and inequality” is empty.",
        "The section “Next steps, including whether to hold a review” is empty.",
    ]
    assert Case.objects.get().stage == Stage.RR_ANALYSIS


def test_two_people_writing_the_report_do_not_overwrite_each_other(cast, analysed):
    written(analysed, cast)

    with pytest.raises(MovedOn):
        write_report(analysed, version=analysed.report_version, by=cast.bu, facts="Mine instead")

    assert type(analysed).objects.get().facts == "What happened."


def test_it_is_not_sent_before_the_three_have_decided(cast, deciding):
    with pytest.raises(TransitionRefused, match="The partners have not yet decided"):
        send(deciding, cast)


def test_sending_stops_its_clock_and_starts_the_reviews(cast, deciding):
    sent = send(decide(deciding, cast), cast)

    assert (sent.state, Case.objects.get().stage) == (RapidReviewState.SENT, Stage.AWAITING_PANEL)
    met = Deadline.objects.get(code="DL-10")
    assert met.met_at == sent.sent_at
    started = {deadline.code for deadline in Deadline.objects.of(sent.case).open()}
    assert {"DL-14", "DL-15"} <= started
    assert Notice.objects.of(sent.case, NoticeSubject.RAPID_REVIEW_SENT).count() == 1
    assert Message.objects.filter(template="rapid_review_sent", to=cast.dsp_la).count() == 1


def test_the_six_months_run_from_the_decision_not_from_the_sending(cast, deciding):
    decided = decide(deciding, cast)
    on = decided.decision.decided_on

    with time_machine.travel(clock.now() + dt.timedelta(days=5), tick=False):
        sent = send(decided, cast)

    review_clock = Deadline.objects.of(sent.case).get(code="DL-14")
    assert review_clock.trigger_at.astimezone(clock.LONDON).date() == on


def test_no_review_starts_no_review_clock(cast, deciding):
    sent = send(decide(deciding, cast, "no_lcspr"), cast)

    assert not Deadline.objects.of(sent.case).filter(code__in=["DL-14", "DL-15"]).exists()


def test_rework_asks_for_the_views_again(cast, deciding):
    decisions.services.give_view(
        deciding.decision, by=cast.dsp_la, outcome="lcspr", reasons="Agreed", on=clock.today()
    )

    reworked = ask_for_rework(deciding, reason="The police part is thin", by=cast.dsp_icb, on=clock.today())
    assert (reworked.state, Case.objects.get().stage) == (RapidReviewState.ANALYSIS, Stage.RR_ANALYSIS)

    again = put_to_partners(reworked, by=cast.sgc, on=clock.today())
    assert again.decision_id == deciding.decision_id
    assert again.decision.live_views() == []


def test_the_panel_asks_and_is_answered(cast, deciding):
    sent = send(decide(deciding, cast), cast)
    letter(sent, cast, PanelView.ASKS)
    assert Case.objects.get().stage == Stage.PANEL_QUERY

    answered = answer_national_panel(sent, sent_at=clock.now(), words="Here it is", copy=pdf(), by=cast.bum)

    assert (answered.state, Case.objects.get().stage) == (RapidReviewState.SENT, Stage.AWAITING_PANEL)


def test_the_panel_disagrees_and_the_partners_look_again(cast, deciding):
    sent = send(decide(deciding, cast, "no_lcspr"), cast)

    letter(sent, cast, PanelView.DISAGREES)

    challenged = type(sent).objects.get()
    assert (challenged.state, Case.objects.get().stage) == (
        RapidReviewState.CHALLENGED,
        Stage.PANEL_CHALLENGE,
    )
    assert (challenged.decision.kind, challenged.decision.outcome) == ("reconsideration", "")
    assert Message.objects.filter(template="panel_disagrees", to=cast.dsp_police).count() == 1


def test_a_national_review_moves_the_case(cast, deciding):
    sent = send(decide(deciding, cast), cast)

    letter(sent, cast, PanelView.NATIONAL)

    assert Case.objects.get().stage == Stage.NATIONAL_REVIEW


def test_the_panel_may_take_the_case_while_the_partners_reconsider(cast, deciding):
    sent = send(decide(deciding, cast, "no_lcspr"), cast)
    letter(sent, cast, PanelView.DISAGREES)
    with pytest.raises(TransitionRefused, match="while the rapid review is with the National Panel"):
        letter(sent, cast, PanelView.AGREES)

    letter(sent, cast, PanelView.NATIONAL)

    assert (type(sent).objects.get().state, Case.objects.get().stage) == (
        RapidReviewState.CONCLUDED,
        Stage.NATIONAL_REVIEW,
    )
    assert not Deadline.objects.of(sent.case).open().filter(code="DL-13").exists()


def test_a_question_of_another_stage_is_not_answered_here(cast, review, sign_in):
    criteria = decisions.services.open_decision(review.case, kind="criteria", by=cast.bum, on=clock.today())

    response = sign_in(cast.dsp_la).get(reverse("rapid_review:give_view", args=[criteria.pk]))

    assert response.status_code == 404


def test_nothing_follows_before_the_panel_has_replied_or_its_time_has_passed(cast, deciding):
    sent = send(decide(deciding, cast, "no_lcspr"), cast)
    with pytest.raises(TransitionRefused, match="has not yet replied"):
        monitor_after_panel(sent, by=cast.bum)

    letter(sent, cast, PanelView.AGREES)
    concluded = monitor_after_panel(sent, by=cast.bum)

    assert (concluded.state, Case.objects.get().stage) == (RapidReviewState.CONCLUDED, Stage.MONITORING)


def test_an_act_that_does_not_follow_from_the_decision_is_refused(cast, deciding):
    sent = send(decide(deciding, cast), cast)
    letter(sent, cast, PanelView.AGREES)

    with pytest.raises(TransitionRefused, match="does not follow from it"):
        monitor_after_panel(sent, by=cast.bum)


def test_a_case_with_nothing_left_to_do_is_closed_by_the_sub_group_chair(cast, deciding):
    sent = send(decide(deciding, cast, "no_lcspr"), cast)
    letter(sent, cast, PanelView.AGREES)

    close_after_panel(sent, summary="Learning was shared in a briefing.", by=cast.sgc)

    closed = Case.objects.get()
    assert (closed.stage, closed.closed_at is not None) == (Stage.CLOSED_COMPLETE, True)


def test_a_letter_cannot_be_recorded_twice_over(cast, deciding):
    sent = send(decide(deciding, cast), cast)
    letter(sent, cast, PanelView.ASKS)

    with pytest.raises(TransitionRefused, match="while the rapid review is with the National Panel"):
        letter(sent, cast, PanelView.AGREES)


def test_a_sending_recorded_in_error_is_taken_back_by_two_people(cast, deciding):
    sent = send(decide(deciding, cast), cast)
    asked = ask_to_take_back_sending(sent, reason="The e-mail never left", by=cast.bum)
    with pytest.raises(TransitionRefused, match="A second person confirms it"):
        confirm_sending_taken_back(asked, by=cast.bum)

    back = confirm_sending_taken_back(asked, by=cast.bu)

    assert (back.state, back.sent_at, Case.objects.get().stage) == (
        RapidReviewState.DECISION,
        None,
        Stage.RR_DECISION,
    )
    assert {deadline.code for deadline in Deadline.objects.of(sent.case).open()} == {"DL-10"}
    assert Message.objects.filter(template="rapid_review_taken_back", to=cast.dsp_la).count() == 1


def test_a_sending_the_panel_answered_is_not_taken_back(cast, deciding):
    sent = send(decide(deciding, cast), cast)
    letter(sent, cast, PanelView.AGREES)

    with pytest.raises(TransitionRefused, match="has already replied"):
        ask_to_take_back_sending(sent, reason="Wrong date", by=cast.bum)


PAGES = ["review", "ask", "finish_gathering", "report", "put_to_partners", "send", "letter"]


@pytest.mark.parametrize("page", PAGES)
def test_strangers_never_learn_that_a_rapid_review_exists(review, outsider, sign_in, page):
    address = reverse(f"rapid_review:{page}", args=[review.pk])

    assert sign_in(outsider).get(address).status_code == 404
    assert sign_in(outsider).post(address, {"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("page", "person"),
    [("ask", "sgc"), ("finish_gathering", "dsp_la"), ("send", "sgc"), ("letter", "dsp_la"), ("report", "sg")],
)
def test_those_who_see_it_but_may_not_act_are_refused(cast, review, sign_in, page, person):
    response = sign_in(getattr(cast, person)).get(reverse(f"rapid_review:{page}", args=[review.pk]))

    assert response.status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_review_costs_the_same_for_one_agency_and_for_three(
    cast, review, sign_in, django_assert_max_num_queries, count
):
    from rapid_review.services import ask_agencies

    agencies = [cast.agency(name) for name in ("school", "hospital", "charity")[:count]]
    ask_agencies(review, agencies=agencies, asked_for="", by=cast.bum, at=clock.now())
    client = sign_in(cast.bum)
    address = reverse("rapid_review:review", args=[review.pk])
    client.get(address)

    with django_assert_max_num_queries(30):
        assert client.get(address).status_code == 200


def test_a_return_is_saved_refused_and_sent_and_nothing_typed_is_lost(cast, review, request_, sign_in):
    client = sign_in(cast.rep)
    has_opened(review.case, cast.rep)
    address = reverse("rapid_review:submit_return", args=[request_.pk])
    assert client.get(address).status_code == 200

    saved = client.post(address, {"involvement": "Half", "version": "0", "save": "1"})
    assert saved.status_code == 302
    assert "Half" in client.get(address).content.decode()

    refused = client.post(address, {"involvement": "We saw them", "version": "1"})
    assert refused.status_code == 200
    assert "analysis" in refused.context["form"].errors
    assert "We saw them" in refused.content.decode()

    done = client.post(
        address,
        {**{key: ("on" if value is True else value) for key, value in WHOLE_RETURN.items()}, "version": "1"},
    )
    assert done.status_code == 302
    request_.refresh_from_db(fields=["submitted_at"])
    assert request_.submitted_at is not None
