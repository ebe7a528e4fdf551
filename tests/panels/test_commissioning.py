"""From the partners' decision to a review being commissioned: what must come first, and who is second."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from conftest import Cast
from django.core.exceptions import PermissionDenied
from django.db import connection
from factories import CaseFactory

from accounts.access_table import Thing
from accounts.presets import BEDFORD_BOROUGH
from casework.files import store_document
from casework.models import Case, Stage
from casework.transitions import MovedOn, TransitionRefused
from correspondence.models import How, Message, Notice, NoticeSubject, Recipient
from deadlines.models import Deadline
from decisions.kinds import DecisionKind
from decisions.models import PartnerView
from decisions.services import contest_view
from lcspr import clock
from panels import services
from panels.models import AlternativeReview, Review, ReviewState
from rapid_review.models import PanelView, RapidReview, RapidReviewState
from rapid_review.services import record_panel_letter
from tests.panels.story import (
    alternative,
    case_at,
    commissioned,
    days_ago,
    decide,
    panel_agrees,
    pdf,
    sent_rapid_review,
    tell_all,
)

pytestmark = pytest.mark.django_db

PANEL = "Record that the National Panel was told that a review starts."
OFSTED = "Record that Ofsted was told that a review starts."
DFE = "Record that the Department for Education was told that a review starts."


def clock_of(case: Case, code: str) -> Deadline:
    return Deadline.objects.get(case=case, code=code)


def test_the_review_is_commissioned_after_the_letter_and_the_three_notices(cast):
    rapid = sent_rapid_review(cast, review_type="lcspr_thematic")
    panel_agrees(cast, rapid)
    tell_all(cast, rapid.case, at=clock.on_the_day(days_ago(18)))

    review = services.begin_commissioning(rapid, by=cast.bum, on=clock.today())

    assert review.state == ReviewState.COMMISSIONING
    assert review.review_type == "lcspr_thematic"
    assert list(review.cases.all()) == [rapid.case]
    assert RapidReview.objects.get().state == RapidReviewState.CONCLUDED
    assert Case.objects.get().stage == Stage.COMMISSIONING
    assert clock_of(rapid.case, "DL-14").met_at is None
    assert {message.to for message in Message.objects.filter(template="review_commissioning")} >= {
        cast.sgc, cast.dsp_police, cast.ic,
    }  # fmt: skip


def test_commissioning_refused_until_each_of_the_three_was_told(cast):
    rapid = sent_rapid_review(cast)
    panel_agrees(cast, rapid)

    with pytest.raises(TransitionRefused) as refused:
        services.begin_commissioning(rapid, by=cast.bum, on=clock.today())
    assert refused.value.reasons == [PANEL, OFSTED, DFE]

    tell_all(cast, rapid.case, to=[Recipient.OFSTED])
    with pytest.raises(TransitionRefused) as refused:
        services.begin_commissioning(rapid, by=cast.bum, on=clock.today())

    assert refused.value.reasons == [PANEL, DFE]
    assert list(Review.objects.all()) == []
    assert RapidReview.objects.get().state == RapidReviewState.SENT


def test_a_notice_from_before_the_decision_is_no_notice_of_it(cast):
    rapid = sent_rapid_review(cast)
    panel_agrees(cast, rapid)
    tell_all(cast, rapid.case, to=[Recipient.OFSTED, Recipient.DFE])
    Notice.objects.create(
        case=rapid.case,
        to=Recipient.NATIONAL_PANEL,
        subject=NoticeSubject.LCSPR_STARTING,
        sent_at=clock.on_the_day(days_ago(21)),
        how=How.EMAIL,
        recorded_by=cast.bum,
    )

    assert services.why_not_commission(rapid) == [PANEL]


def test_commissioning_refused_while_the_national_panel_may_still_reply(cast):
    rapid = sent_rapid_review(cast)
    tell_all(cast, rapid.case)

    with pytest.raises(TransitionRefused) as refused:
        services.begin_commissioning(rapid, by=cast.bum, on=clock.today())

    assert refused.value.reasons == [
        "The National Panel has not yet replied. Record its letter, or go on once its time to reply has passed."
    ]


def record_on_behalf(cast, rapid):
    """The view of the police as if it had been recorded for them from the meeting."""
    rapid.decision.views.filter(partner="police").update(state="superseded")
    minute = store_document(rapid.case, pdf(), by=cast.bum, title="Minute", thing=Thing.RR_REPORT)
    return PartnerView.objects.create(
        case=rapid.case, decision=rapid.decision, round=1, partner="police", outcome="lcspr", reasons="So", given_by=cast.bum,
        on_behalf=True, evidence=minute, given_on=clock.today(), state="recorded",
    )  # fmt: skip


def test_commissioning_refused_on_a_contested_view(cast):
    rapid = sent_rapid_review(cast)
    panel_agrees(cast, rapid)
    tell_all(cast, rapid.case)
    recorded = record_on_behalf(cast, rapid)
    contest_view(recorded, by=cast.dsp_police, reason="We said no")

    assert services.why_not_commission(RapidReview.objects.get()) == [
        "The view recorded for the police is contested: they must give their own view or confirm it."
    ]


def test_commissioning_refused_when_the_partners_decided_otherwise(cast):
    rapid = sent_rapid_review(cast, "no_lcspr")
    panel_agrees(cast, rapid)

    with pytest.raises(TransitionRefused) as refused:
        services.begin_commissioning(rapid, by=cast.bum, on=clock.today())

    assert refused.value.reasons == ["The partners have not decided to commission a review."]


def test_only_the_business_unit_goes_on_to_commission(cast):
    rapid = sent_rapid_review(cast)
    panel_agrees(cast, rapid)
    tell_all(cast, rapid.case)

    for person in (cast.sgc, cast.dsp_la, cast.ic):
        with pytest.raises(PermissionDenied):
            services.begin_commissioning(rapid, by=person, on=clock.today())

    assert list(Review.objects.all()) == []


def test_a_second_click_is_told_who_was_first(cast):
    commissioned(cast)

    with pytest.raises(MovedOn) as moved:
        services.begin_commissioning(RapidReview.objects.get(), by=cast.bu, on=clock.today())

    assert moved.value.last.actor == cast.bum
    assert Review.objects.count() == 1


def test_dl_15_is_met_once_all_three_were_told_and_not_before(cast):
    rapid = sent_rapid_review(cast, decided_on=days_ago(20))
    earlier, last = clock.on_the_day(days_ago(19)), clock.on_the_day(days_ago(16))

    tell_all(cast, rapid.case, to=[Recipient.NATIONAL_PANEL], at=last)
    tell_all(cast, rapid.case, to=[Recipient.OFSTED], at=earlier)
    assert clock_of(rapid.case, "DL-15").met_at is None

    tell_all(cast, rapid.case, to=[Recipient.DFE], at=earlier)

    assert clock_of(rapid.case, "DL-15").met_at == last


def test_notices_wait_for_the_rapid_review_to_be_sent(cast):
    rapid = sent_rapid_review(cast)
    RapidReview.objects.filter(pk=rapid.pk).delete()

    with pytest.raises(TransitionRefused) as refused:
        tell_all(cast, rapid.case)

    assert refused.value.reasons == [
        "The notices can be recorded once a review is decided and the rapid review is recorded as sent."
    ]


def test_nobody_but_the_business_unit_records_notices(cast):
    rapid = sent_rapid_review(cast)

    with pytest.raises(PermissionDenied):
        services.record_notices(
            rapid.case,
            subject=NoticeSubject.LCSPR_STARTING,
            to=[Recipient.OFSTED],
            sent_at=clock.now(),
            how=How.EMAIL,
            by=cast.sgc,
        )


def test_another_kind_of_review_follows_when_the_partners_decided_on_it(cast):
    rapid = sent_rapid_review(
        cast, "alternative", decided_on=dt.date(2026, 6, 1), review_type="practice_review"
    )
    panel_agrees(cast, rapid)

    review = services.begin_alternative(
        rapid,
        review_type="practice_review",
        method="One meeting",
        lead=cast.sg,
        by=cast.bum,
        on=clock.today(),
    )

    assert Case.objects.get().stage == Stage.ALTERNATIVE_REVIEW
    assert review.decision == rapid.decision
    due = clock_of(rapid.case, "DL-24")
    assert due.about == f"panels.AlternativeReview:{review.pk}"
    assert due.due_on == dt.date(2026, 10, 1)


def test_a_statutory_kind_cannot_be_held_as_another_kind(cast):
    rapid = sent_rapid_review(cast, "alternative")
    panel_agrees(cast, rapid)

    with pytest.raises(TransitionRefused) as refused:
        services.begin_alternative(
            rapid, review_type="lcspr", method="m", lead=cast.sg, by=cast.bum, on=clock.today()
        )

    assert refused.value.reasons == ["Choose a kind of review other than the statutory ones."]
    assert Case.objects.get().stage == Stage.AWAITING_PANEL


@pytest.fixture
def challenged(cast):
    """AC-20: sent on 1 July 2026 with no review decided; on 14 July the National Panel disagrees."""
    sent_on = dt.date(2026, 7, 1)
    rapid = sent_rapid_review(cast, "no_lcspr", decided_on=sent_on)
    record_panel_letter(
        rapid,
        view=PanelView.DISAGREES,
        received_on=dt.date(2026, 7, 14),
        words="We think a review is needed.",
        letter=None,
        by=cast.bum,
    )
    return RapidReview.objects.get(pk=rapid.pk)


def answer_again(cast, rapid, outcome, on=dt.date(2026, 7, 23)):
    return decide(cast, rapid, DecisionKind.RECONSIDERATION, outcome, on=on)


def test_ac_20_the_panel_disagrees_and_the_partners_commission(cast, challenged):
    assert clock_of(challenged.case, "DL-13").due_on == dt.date(2026, 7, 28)
    answer_again(cast, challenged, "lcspr")

    services.conclude_reconsidered(challenged, by=cast.bum, on=dt.date(2026, 7, 23))

    assert Case.objects.get().stage == Stage.COMMISSIONING
    assert Review.objects.get().decision.kind == DecisionKind.RECONSIDERATION
    assert clock_of(challenged.case, "DL-13").met_at is not None
    assert clock_of(challenged.case, "DL-14").due_on == dt.date(2027, 1, 23)


def test_ac_20_variant_the_partners_keep_to_no_review(cast, challenged):
    answer_again(cast, challenged, "no_lcspr")

    services.conclude_reconsidered(challenged, by=cast.bum, on=clock.today())

    assert Case.objects.get().stage == Stage.MONITORING
    assert list(Review.objects.all()) == []
    assert Deadline.objects.filter(code="DL-14").count() == 0
    kinds = challenged.case.decisions.order_by("created_at").values_list("kind", flat=True)
    assert list(kinds) == ["rapid_review", "reconsideration"]


def test_looking_again_the_partners_choose_another_kind_of_review(cast, challenged):
    answer_again(cast, challenged, "alternative")
    with pytest.raises(TransitionRefused) as refused:
        services.conclude_reconsidered(challenged, by=cast.bum, on=clock.today())
    assert refused.value.reasons == ["Say which kind of review is held, how, and who leads it."]

    services.conclude_reconsidered(
        challenged,
        by=cast.bum,
        on=clock.today(),
        review_type="near_miss_review",
        method="A meeting",
        lead=cast.sg,
    )

    assert Case.objects.get().stage == Stage.ALTERNATIVE_REVIEW
    assert AlternativeReview.objects.get().review_type == "near_miss_review"


def test_a_review_given_up_after_the_challenge_loses_its_clocks(cast):
    rapid = sent_rapid_review(cast, decided_on=days_ago(20))
    record_panel_letter(
        rapid,
        view=PanelView.DISAGREES,
        received_on=days_ago(8),
        words="None is needed.",
        letter=None,
        by=cast.bum,
    )
    answer_again(cast, rapid, "no_lcspr", on=clock.today())

    services.conclude_reconsidered(rapid, by=cast.bum, on=clock.today())

    assert [clock_of(rapid.case, code).cancelled_at is None for code in ("DL-14", "DL-15")] == [False, False]


def test_looking_again_refused_before_the_partners_have_decided(cast, challenged):
    with pytest.raises(TransitionRefused) as refused:
        services.conclude_reconsidered(challenged, by=cast.bum, on=clock.today())

    assert refused.value.reasons == ["The partners have not yet decided what follows."]


def test_a_review_may_be_about_several_cases(cast, other_cast):
    review = commissioned(cast)
    second = CaseFactory(partnership=cast.partnership, stage=Stage.SCREENING, pseudonym="Child W")

    services.add_case(review, case=second, by=cast.bum)

    assert set(review.cases.all()) == {review.case, second}
    for wrong, sentence in (
        (second, f"The review is already about {second}."),
        (case_at(other_cast, Stage.SCREENING), "Choose a case of the same partnership."),
    ):
        with pytest.raises(TransitionRefused) as refused:
            services.add_case(review, case=wrong, by=cast.bum)
        assert refused.value.reasons == [sentence]


def test_the_three_partners_alone_decide_where_the_partnership_chose_so(db):
    bedford = Cast(name="Southmere", short_name="S", code="SM", preset=BEDFORD_BOROUGH)

    assert commissioned(bedford).state == ReviewState.COMMISSIONING


def test_the_alternative_of_a_case_from_the_criteria_has_its_four_months_from_the_decision(cast):
    review = alternative(cast)

    assert review.decision.outcome == "not_met_review"
    assert clock_of(review.case, "DL-24").trigger_at.date() == days_ago(3)


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_instant_open_one_review(cast):
    rapid = sent_rapid_review(cast)
    panel_agrees(cast, rapid)
    tell_all(cast, rapid.case)
    start, outcomes = threading.Barrier(2), []

    def click(person):
        try:
            start.wait()
            services.begin_commissioning(rapid, by=person, on=clock.today())
            outcomes.append("opened")
        except MovedOn:
            outcomes.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(person,)) for person in (cast.bum, cast.bu)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["opened", "too late"]
    assert Review.objects.count() == 1
