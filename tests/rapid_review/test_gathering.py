"""Asking agencies, their returns, and what another agency never sees."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from factories import has_opened

from accounts.roles import Role
from casework.drafts import DraftMoved, read_answers
from casework.models import Case, Stage
from casework.transitions import MovedOn, TransitionRefused, actions_for
from correspondence.models import Message
from deadlines.models import Deadline
from lcspr import clock
from rapid_review.models import AgencyRequest, RapidReviewState, RequestState
from rapid_review.services import (
    accept_gaps,
    accept_return,
    ask_agencies,
    chase,
    decline_request,
    finish_gathering,
    query_return,
    return_nothing,
    save_return,
    submit_return,
    waive_request,
)
from rapid_review.services.requests import draft_of

pytestmark = pytest.mark.django_db


def whole_return() -> dict:
    from tests.rapid_review.conftest import WHOLE_RETURN

    return dict(WHOLE_RETURN)


def test_asking_lets_the_representative_in_starts_the_clock_and_tells_them(cast, review):
    assert list(Case.objects.visible_to(cast.rep)) == []

    (request,) = ask_agencies(
        review, agencies=[cast.agency("school")], asked_for="The last two years", by=cast.bum, at=clock.now()
    )

    assert list(Case.objects.visible_to(cast.rep)) == [review.case]
    assert Deadline.objects.of(review.case).open().get(code="DL-07").owed_agency == cast.agency("school")
    assert [message.to for message in Message.objects.filter(template="agency_request")] == [cast.rep]
    assert request.state == RequestState.ISSUED


def test_an_agency_is_asked_once_a_round(cast, review, request_):
    again = ask_agencies(
        review, agencies=[cast.agency("school")], asked_for="Again", by=cast.bum, at=clock.now()
    )

    assert again == []
    assert AgencyRequest.objects.count() == 1


def test_a_return_stops_the_clock_and_tells_the_business_unit(cast, request_):
    manager = cast.bum

    returned = submit_return(request_, answers=whole_return(), by=cast.rep, at=clock.now())

    assert (returned.state, returned.submitted_by, returned.involvement) == (
        RequestState.SUBMITTED,
        cast.rep,
        "We saw the child twice.",
    )
    assert Deadline.objects.get(code="DL-07").met_at is not None
    assert manager in [message.to for message in Message.objects.filter(template="agency_answered")]


def test_an_incomplete_return_is_refused_with_every_reason_and_keeps_nothing(cast, request_):
    with pytest.raises(TransitionRefused) as refused:
        submit_return(request_, answers={"involvement": "We saw them."}, by=cast.rep, at=clock.now())

    assert refused.value.reasons == [
        "Say what your agency makes of it: what happened, why, and what got in the way.",
        "Say what must be done now to make children safe, or that nothing must.",
        "Somebody senior in the agency must sign: give their name and role.",
    ]
    assert AgencyRequest.objects.get().involvement == ""


def test_a_nil_return_is_a_signed_statement(cast, request_):
    with pytest.raises(TransitionRefused, match="Somebody senior in the agency must sign"):
        return_nothing(
            request_,
            records_searched="All",
            signed_by_name="",
            signed_by_role="",
            by=cast.rep,
            at=clock.now(),
        )

    nothing = return_nothing(
        request_,
        records_searched="All",
        signed_by_name="S. Senior",
        signed_by_role="Head",
        by=cast.rep,
        at=clock.now(),
    )

    assert nothing.state == RequestState.NO_INVOLVEMENT
    assert accept_return(nothing, by=cast.bum).standing == "Accepted: holds nothing"
    assert Deadline.objects.get(code="DL-07").met_at is not None


def test_what_is_typed_is_kept_for_the_agency_alone(cast, request_):
    draft = save_return(request_, answers={"involvement": "Half a sent"}, version=0, by=cast.rep)

    assert AgencyRequest.objects.get().state == RequestState.IN_PROGRESS
    assert AgencyRequest.objects.get().involvement == ""
    assert read_answers(draft) == {"involvement": "Half a sent"}


def test_two_people_of_an_agency_do_not_overwrite_each_other(cast, request_):
    first = save_return(request_, answers={"involvement": "Mine"}, version=0, by=cast.rep)
    colleague = cast.person(Role.REP, agency="school")

    with pytest.raises(DraftMoved):
        save_return(request_, answers={"involvement": "Theirs"}, version=first.version - 1, by=colleague)

    assert read_answers(draft_of(request_)) == {"involvement": "Mine"}


def test_a_question_opens_the_return_again(cast, request_):
    submit_return(request_, answers=whole_return(), by=cast.rep, at=clock.now())
    queried = query_return(request_, question="Which school year?", by=cast.bum)
    assert queried.state == RequestState.QUERIED

    again = submit_return(
        request_, answers={**whole_return(), "involvement": "Year four."}, by=cast.rep, at=clock.now()
    )

    assert (again.state, again.involvement, again.question) == (RequestState.SUBMITTED, "Year four.", "")


def test_declining_and_waiving_end_the_clock_with_their_reason(cast, review):
    school, hospital = ask_agencies(
        review,
        agencies=[cast.agency("school"), cast.agency("hospital")],
        asked_for="",
        by=cast.bum,
        at=clock.now(),
    )
    decline_request(school, reason="Records are with the court", by=cast.rep, at=clock.now())
    waive_request(hospital, reason="Asked in error", by=cast.bum)

    assert list(Deadline.objects.filter(code="DL-07").open()) == []


def test_chasing_is_kept_and_not_repeated_within_a_day(cast, request_):
    chased = chase(request_, by=cast.bum, at=clock.now())
    assert (chased.chased, Message.objects.filter(template="agency_chased").count()) == (1, 1)

    with pytest.raises(TransitionRefused, match="less than a day ago"):
        chase(request_, by=cast.bum, at=clock.now())

    with time_machine.travel(clock.now() + dt.timedelta(days=1), tick=False):
        assert chase(request_, by=cast.bum, at=clock.now()).chased == 2


def test_gathering_ends_when_every_agency_has_answered(cast, review, request_):
    with pytest.raises(TransitionRefused) as refused:
        finish_gathering(review, by=cast.bum, at=clock.now())
    assert refused.value.reasons == [
        "school has not returned its information: chase it, waive the request, or have the sub-group chair "
        "go on without it."
    ]

    submit_return(request_, answers=whole_return(), by=cast.rep, at=clock.now())
    finished = finish_gathering(review, by=cast.bum, at=clock.now())

    assert finished.state == RapidReviewState.ANALYSIS
    assert Case.objects.get().stage == Stage.RR_ANALYSIS


def test_nobody_asked_means_nothing_gathered(cast, review):
    with pytest.raises(TransitionRefused, match="Ask at least one agency"):
        finish_gathering(review, by=cast.bum, at=clock.now())


def test_only_the_sub_group_chair_goes_on_with_gaps_and_they_are_named(cast, review, request_):
    with pytest.raises(TransitionRefused, match="Only the sub-group chair"):
        accept_gaps(review, reason="No time", by=cast.bum)

    accept_gaps(review, reason="The school is closed until Monday", by=cast.sgc)
    finish_gathering(review, by=cast.bum, at=clock.now())

    gap = AgencyRequest.objects.get()
    assert (gap.state, gap.reason) == (RequestState.WAIVED, "The school is closed until Monday")


def test_the_second_click_is_told_that_it_was_done(cast, request_):
    submit_return(request_, answers=whole_return(), by=cast.rep, at=clock.now())
    accept_return(request_, by=cast.bum)

    with pytest.raises(MovedOn):
        accept_return(request_, by=cast.bu)


def test_another_agencys_representative_cannot_answer_or_even_see_it(cast, review, request_, sign_in):
    hospital = cast.agency("hospital")
    stranger = cast.person(Role.REP, agency="hospital")
    (theirs,) = ask_agencies(review, agencies=[hospital], asked_for="", by=cast.bum, at=clock.now())
    has_opened(review.case, stranger, cast.rep)

    with pytest.raises(PermissionDenied):
        submit_return(request_, answers=whole_return(), by=stranger, at=clock.now())
    assert list(AgencyRequest.objects.visible_to(stranger)) == [theirs]
    assert sign_in(stranger).get(reverse("rapid_review:request", args=[request_.pk])).status_code == 404
    assert sign_in(cast.rep).get(reverse("rapid_review:request", args=[request_.pk])).status_code == 200


MATRIX = {
    RequestState.ISSUED: {
        "rep": {"acknowledge", "start_return", "submit_return", "return_nothing", "decline"},
        "bum": {"acknowledge", "start_return", "submit_return", "return_nothing", "decline", "waive"},
    },
    RequestState.ACKNOWLEDGED: {
        "rep": {"start_return", "submit_return", "return_nothing", "decline"},
        "bum": {"start_return", "submit_return", "return_nothing", "decline", "waive"},
    },
    RequestState.IN_PROGRESS: {
        "rep": {"submit_return", "return_nothing", "decline"},
        "bum": {"submit_return", "return_nothing", "decline", "waive"},
    },
    RequestState.SUBMITTED: {"rep": set(), "bum": {"accept_return", "query_return"}},
    RequestState.QUERIED: {"rep": {"submit_return"}, "bum": {"submit_return", "waive"}},
    RequestState.NO_INVOLVEMENT: {"rep": set(), "bum": {"accept_return", "query_return"}},
    RequestState.ACCEPTED: {"rep": set(), "bum": set()},
    RequestState.DECLINED: {"rep": set(), "bum": set()},
    RequestState.WAIVED: {"rep": set(), "bum": set()},
}


@pytest.mark.parametrize("state", RequestState.values)
def test_who_may_do_what_with_a_request(cast, review, request_, state):
    request = AgencyRequest(
        case=review.case, agency=request_.agency, state=state, asked_by=cast.bum, asked_at=clock.now()
    )
    offered = {
        person: {act.name for act in actions_for(request, getattr(cast, person))}
        for person in ("rep", "bum", "bu", "sgc", "sg", "dsp_la", "ic", "referrer", "aut")
    }

    expected = MATRIX[RequestState(state)]
    assert offered == {
        **{person: set() for person in offered},
        "rep": expected["rep"],
        "bum": expected["bum"],
        "bu": expected["bum"],
    }
