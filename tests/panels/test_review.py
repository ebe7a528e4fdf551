"""The review under way: what each turn asks for first, and what it sets going."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

import actions.services
import chronologies.services
import decisions.services
from accounts.roles import Role
from actions.models import ActionPlan, PlanState
from casework.models import Case, Stage
from casework.transitions import MovedOn, TransitionRefused
from chronologies.models import Chronology
from correspondence.models import Message, NoticeSubject
from deadlines.models import Deadline
from decisions.kinds import DecisionKind
from decisions.models import Decision
from lcspr import clock
from panels import services
from panels.models import Appointment, ReportVersion, Review, ReviewState, TermsOfReference, VersionState
from tests.panels.story import (
    answer_recommendations,
    appointed,
    case_at,
    commissioned,
    decide,
    drafting,
    hear_everyone,
    pdf,
    put_up,
    ready_to_start,
    signed_off,
    tell_all,
    terms_for,
    under_way,
    with_final_report,
)

pytestmark = pytest.mark.django_db

LATER = dt.timedelta(days=21)


def start(review, by):
    return services.start_review(review, chronologies_due_on=clock.today() + LATER, by=by, at=clock.now())


def stage() -> str:
    return Case.objects.get().stage


def running(code: str) -> list[Deadline]:
    return list(Deadline.objects.open().filter(code=code))


# Terms of reference


def test_terms_are_agreed_whole_by_the_sub_group_chair_or_a_partner(cast):
    review = commissioned(cast)
    terms = services.write_terms(review, revision=0, by=cast.bum)
    with pytest.raises(TransitionRefused) as refused:
        services.agree_terms(terms, by=cast.sgc, on=clock.today())
    assert refused.value.reasons == [
        "Say from when to when the review looks.",
        "Say why the review looks at this time.",
        "Write at least one question for the review to answer.",
        "Choose the method.",
        "Name the agencies that contribute.",
        "Say how the family is to be kept in contact.",
    ]
    with pytest.raises(PermissionDenied):
        services.agree_terms(terms, by=cast.bum, on=clock.today())


def test_a_later_version_says_why_and_takes_the_place_of_the_first_when_agreed(cast):
    review = commissioned(cast)
    first = services.agree_terms(terms_for(cast, review), by=cast.sgc, on=clock.today())
    with pytest.raises(TransitionRefused) as refused:
        terms_for(cast, review)
    assert refused.value.reasons == ["Say why the terms of reference are changed."]

    second = services.write_terms(
        review,
        revision=0,
        by=cast.bum,
        why_changed="A sibling was harmed too.",
        agencies=first.agencies.all(),
        **{
            name: getattr(first, name)
            for name in ("scope_from", "scope_until", "scope_reason", "questions", "method", "family_plan")
        },
    )
    assert TermsOfReference.objects.get(state="agreed") == first
    services.agree_terms(second, by=cast.dsp_la, on=clock.today())

    assert list(TermsOfReference.objects.order_by("version").values_list("state", flat=True)) == [
        "replaced",
        "agreed",
    ]


def test_two_who_write_the_terms_at_once_do_not_overwrite_each_other(cast):
    review = commissioned(cast)
    services.write_terms(review, revision=0, by=cast.bum, purpose="Hers")

    with pytest.raises(MovedOn):
        services.write_terms(review, revision=0, by=cast.bu, purpose="His")

    assert TermsOfReference.objects.get().purpose == "Hers"


def test_an_agency_does_not_read_terms_that_are_still_being_written(cast):
    review = under_way(cast)
    services.write_terms(review, revision=0, by=cast.bum, why_changed="More to ask")

    assert [terms.version for terms in TermsOfReference.objects.visible_to(cast.rep)] == [1]
    assert [terms.version for terms in TermsOfReference.objects.visible_to(cast.pc)] == [2, 1]


# Starting the review: T29


def test_the_review_starts_and_the_agencies_are_asked(cast):
    representative = cast.rep
    review = ready_to_start(cast)

    review = start(review, cast.bum)

    assert (review.state, stage()) == (ReviewState.IN_REVIEW, Stage.IN_REVIEW)
    chronology = Chronology.objects.get()
    assert chronology.agency == cast.agency("school")
    assert chronology.instructions == "What did each agency know of the move?\nWas the child heard?"
    assert [message.to for message in Message.objects.filter(template="chronology_requested")] == [
        representative
    ]
    assert {cast.aut, cast.pc} <= {
        message.to for message in Message.objects.filter(template="review_started")
    }
    assert running("DL-17")[0].about == f"panels.Review:{review.pk}"


def test_starting_refused_with_everything_that_is_missing(cast):
    review = commissioned(cast)

    with pytest.raises(TransitionRefused) as refused:
        start(review, cast.bum)

    assert refused.value.reasons == [
        "Appoint the review panel chair.",
        "Appoint an author whose declaration of interest is clear.",
        "The sub-group chair or a partner must agree the terms of reference.",
    ]
    assert stage() == Stage.COMMISSIONING


def test_an_agency_asked_before_is_not_asked_twice(cast):
    review = ready_to_start(cast)
    chronologies.services.request_chronology(
        review.case, agency=cast.agency("school"), by=cast.bum, at=clock.now(), due_on=clock.today() + LATER
    )

    start(review, cast.bum)

    assert Chronology.objects.count() == 1


def test_a_second_start_is_too_late(cast):
    review = ready_to_start(cast)
    start(review, cast.bum)

    with pytest.raises(MovedOn):
        start(review, cast.bu)


# Looking after it (DL-17)


def test_a_check_on_progress_meets_the_clock_and_starts_the_next(cast):
    review = under_way(cast)

    services.check_progress(review, checked_on=clock.today(), words="In time.", by=cast.dsp_la)

    rounds = list(Deadline.objects.filter(code="DL-17").order_by("round"))
    assert [each.met_at is None for each in rounds] == [False, True]
    assert rounds[1].due_on == clock.today() + dt.timedelta(days=28)
    with pytest.raises(PermissionDenied):
        services.check_progress(review, checked_on=clock.today(), words="In time.", by=cast.aut)


# Drafting the report: T31 and T32


def test_drafting_waits_for_chronologies_practitioners_and_the_family(cast):
    review = under_way(cast)

    with pytest.raises(TransitionRefused) as refused:
        services.start_drafting(review, by=cast.pc)

    assert refused.value.reasons == [
        f"The chronology of {cast.agency('school')} has not been accepted: chase it, or go on without it and say why.",
        "Record how practitioners took part, or why they did not.",
        "Record what the family was offered, or why it was not.",
    ]


def test_drafting_begins_once_everyone_is_heard(cast):
    review = hear_everyone(cast, under_way(cast))

    services.start_drafting(review, by=cast.pc)

    assert stage() == Stage.DRAFTING


def test_the_review_panel_chair_goes_on_without_a_chronology_and_says_why(cast):
    review = under_way(cast)
    services.record_engagement(
        review, practitioners_involved=False, practitioners_words="All have left.", family_offered=True,
        family_words="They met the author.", by=cast.aut,
    )  # fmt: skip
    with pytest.raises(PermissionDenied):
        services.accept_gaps(review, reason="Lost", by=cast.bum)

    services.accept_gaps(review, reason="The school burned down.", by=cast.pc)

    assert services.start_drafting(review, by=cast.pc).gaps_reason == "The school burned down."


def test_going_back_for_more_asks_about_the_gaps_anew(cast):
    review = under_way(cast)
    hear_everyone(cast, review)
    services.accept_gaps(review, reason="Lost", by=cast.pc)
    review = services.start_drafting(review, by=cast.pc)

    review = services.return_to_review(review, reason="The hospital has found a file.", by=cast.pc)

    assert (review.state, review.gaps_accepted, stage()) == ("in_review", False, Stage.IN_REVIEW)
    assert cast.rep in {message.to for message in Message.objects.filter(template="review_more_information")}


# The report (T33)


def test_putting_up_the_report_refused_with_everything_that_is_missing(cast):
    review = drafting(cast)
    draft = services.upload_version(review, label="0.1", report=pdf(), is_final=False, by=cast.aut)
    draft = services.circulate_draft(draft, by=cast.aut, at=clock.now())

    with pytest.raises(TransitionRefused) as refused:
        services.submit_report(review, by=cast.pc, on=clock.today())

    assert refused.value.reasons == [
        "Close the comments on Draft 0.1.",
        "Upload the final report.",
        "List the recommendations of the report, each by itself.",
    ]
    assert not Decision.objects.filter(kind=DecisionKind.SIGN_OFF).exists()


def test_a_draft_goes_to_the_review_panel_and_its_comments_have_a_date(cast):
    review = drafting(cast)
    member = appointed(cast, review, cast.pm, Role.PM).user
    draft = services.upload_version(review, label="0.1", report=pdf(), is_final=False, by=cast.aut)

    draft = services.circulate_draft(draft, by=cast.aut, at=clock.now())

    assert member in {message.to for message in Message.objects.filter(template="review_draft_circulated")}
    assert running("DL-18")[0].about == f"panels.ReportVersion:{draft.pk}"
    assert list(ReportVersion.objects.visible_to(member)) == [draft]
    services.close_comments(draft, words="Two dates.", by=cast.pc, at=clock.now())
    assert running("DL-18") == []


def test_an_agency_reads_neither_draft_nor_final_report(cast):
    review = with_final_report(cast, drafting(cast))
    services.upload_version(review, label="0.2", report=pdf(), is_final=False, by=cast.aut)

    assert list(ReportVersion.objects.visible_to(cast.rep)) == []
    assert {version.label for version in ReportVersion.objects.visible_to(cast.dsp_la)} == {"0.2", "1.0"}


def test_a_version_has_its_own_number_and_replaces_the_one_before(cast):
    review = drafting(cast)
    services.upload_version(review, label="0.1", report=pdf(), is_final=False, by=cast.aut)
    with pytest.raises(TransitionRefused) as refused:
        services.upload_version(review, label="0.1", report=pdf(), is_final=False, by=cast.aut)
    assert refused.value.reasons == ["There is a version 0.1 already. Give this one another number."]

    services.upload_version(review, label="0.2", report=pdf(), is_final=False, by=cast.aut)

    assert list(ReportVersion.objects.order_by("label").values_list("state", flat=True)) == [
        "superseded",
        "draft",
    ]


def test_the_report_put_up_asks_the_partners(cast):
    review = put_up(cast)

    assert stage() == Stage.SIGN_OFF
    assert review.sign_off_decision.question == "Is the report signed off, and what should be published?"
    assert {cast.dsp_la, cast.ic, cast.sg} <= {
        message.to for message in Message.objects.filter(template="review_sign_off")
    }


# Signing off (T34, T35)


def test_the_report_is_signed_off_and_the_plan_runs_whatever_publication_does(cast):
    review = signed_off(cast, "improvements_only")

    assert (review.state, stage()) == (ReviewState.SIGNED_OFF, Stage.PRE_PUBLICATION)
    assert review.publication_choice == "improvements_only"
    assert ReportVersion.objects.get().state == VersionState.APPROVED
    assert ActionPlan.objects.get().state == PlanState.AGREED
    assert len(running("DL-23")) == 1
    assert running("DL-17") == []
    assert len(running("DL-14")) == 1


def test_sign_off_refused_with_everything_that_is_missing(cast):
    review = put_up(cast)

    with pytest.raises(TransitionRefused) as refused:
        services.sign_off_report(review, by=cast.dsp_la, on=clock.today())

    assert refused.value.reasons == [
        "The local authority has not given its view.",
        "The integrated care board has not given its view.",
        "The police have not given their view.",
        "Recommendation 1 has no response yet.",
        "Draft the action plan: it runs from the sign-off, not from publication.",
    ]
    assert stage() == Stage.SIGN_OFF


def test_sign_off_refused_while_an_accepted_recommendation_has_no_action(cast):
    review = put_up(cast)
    answer_recommendations(cast, review)
    review.case.actions.all().delete()
    decide(cast, review, DecisionKind.SIGN_OFF, "full")

    with pytest.raises(TransitionRefused) as refused:
        services.sign_off_report(review, by=cast.dsp_la, on=clock.today())

    assert "Recommendation 1 has no action yet." in refused.value.reasons


def test_the_business_unit_signs_off_only_what_others_have_agreed(cast):
    review = put_up(cast)
    answer_recommendations(cast, review)
    decide(cast, review, DecisionKind.SIGN_OFF, "full")
    with pytest.raises(TransitionRefused) as refused:
        services.sign_off_report(review, by=cast.bum, on=clock.today())
    assert refused.value.reasons == [
        "The action plan is only drafted: a partner or the sub-group chair agrees it, or signs off here."
    ]
    actions.services.agree_plan(ActionPlan.objects.get(), by=cast.sgc, on=clock.today(), at=clock.now())

    services.sign_off_report(review, by=cast.bum, on=clock.today())

    assert stage() == Stage.PRE_PUBLICATION


def test_the_independent_chair_is_asked_too_where_they_have_a_part(cast):
    review = put_up(cast)
    answer_recommendations(cast, review)
    for partner in ("la", "icb", "police"):
        decisions.services.give_view(
            review.sign_off_decision,
            by=getattr(cast, f"dsp_{partner}"),
            outcome="full",
            reasons="Good",
            on=clock.today(),
        )

    with pytest.raises(TransitionRefused) as refused:
        services.sign_off_report(review, by=cast.dsp_la, on=clock.today())

    assert refused.value.reasons == ["The independent chair has not said whether they agree."]


def test_changes_asked_for_send_the_report_back_and_the_views_are_given_anew(cast):
    review = put_up(cast)
    decisions.services.give_view(
        review.sign_off_decision, by=cast.dsp_la, outcome="full", reasons="Good", on=clock.today()
    )

    review = services.ask_for_changes(
        review, reason="The mother can be known by her work.", by=cast.sg, at=clock.now()
    )

    assert (review.state, stage()) == (ReviewState.DRAFTING, Stage.DRAFTING)
    with pytest.raises(TransitionRefused) as refused:
        services.submit_report(review, by=cast.pc, on=clock.today())
    assert refused.value.reasons == ["Upload the final report again, with the changes that were asked for."]
    services.upload_version(review, label="1.1", report=pdf(), is_final=True, by=cast.aut)
    review = services.submit_report(review, by=cast.pc, on=clock.today())
    assert review.sign_off_decision.round == 2
    assert review.sign_off_decision.live_views() == []


def test_partners_who_want_changes_open_a_new_question_next_time(cast):
    review = put_up(cast)
    decide(cast, review, DecisionKind.SIGN_OFF, "rework")
    with pytest.raises(TransitionRefused) as refused:
        services.sign_off_report(review, by=cast.dsp_la, on=clock.today())
    assert refused.value.reasons[0] == "The partners decided that changes are needed: ask for them."
    first = review.sign_off_decision

    review = services.ask_for_changes(review, reason="Shorter", by=cast.dsp_la, at=clock.now())
    services.upload_version(review, label="1.1", report=pdf(), is_final=True, by=cast.aut)
    review = services.submit_report(review, by=cast.pc, on=clock.today())

    assert review.sign_off_decision != first
    assert review.sign_off_decision.supersedes == first


def test_a_second_signature_is_too_late(cast):
    review = signed_off(cast)

    with pytest.raises(MovedOn):
        services.sign_off_report(review, by=cast.dsp_icb, on=clock.today())


# Ending otherwise (T26, T27, T49)


def give_up(cast, review, outcome):
    services.ask_about_discontinuing(review, reason="Merged with another", by=cast.sgc, on=clock.today())
    decide(cast, review, DecisionKind.DISCONTINUATION, outcome)


def test_discontinuing_refused_before_the_three_partners_decide_and_the_three_are_told(cast):
    review = under_way(cast)
    services.ask_about_discontinuing(review, reason="Merged", by=cast.bum, on=clock.today())

    with pytest.raises(TransitionRefused) as refused:
        services.discontinue_review(review, reason="Merged", by=cast.bum, on=clock.today())

    assert refused.value.reasons == [
        "The three partners have not decided to discontinue the review.",
        "Record that the National Panel was told that the review is discontinued, and why.",
        "Record that Ofsted was told that the review is discontinued, and why.",
        "Record that the Department for Education was told that the review is discontinued, and why.",
    ]


@pytest.mark.parametrize(
    ("outcome", "then"), [("monitoring", Stage.MONITORING), ("alternative", Stage.ALTERNATIVE_REVIEW)]
)
def test_a_review_discontinued_loses_its_clocks_and_its_people(cast, outcome, then):
    review = under_way(cast)
    give_up(cast, review, outcome)
    tell_all(cast, review.case, NoticeSubject.DISCONTINUED)

    review = services.discontinue_review(review, reason="Merged", by=cast.bum, on=clock.today())

    assert (review.state, stage()) == (ReviewState.DISCONTINUED, then)
    assert [running(code) for code in ("DL-14", "DL-15", "DL-15n", "DL-17")] == [[], [], [], []]
    assert not Appointment.objects.appointed().exists()
    assert not Case.objects.visible_to(cast.aut).exists()


def test_a_review_the_partners_go_on_with_is_not_discontinued(cast):
    review = under_way(cast)
    give_up(cast, review, "go_on")

    with pytest.raises(TransitionRefused) as refused:
        services.discontinue_review(review, reason="Merged", by=cast.bum, on=clock.today())

    assert refused.value.reasons[0] == "The three partners decided to go on with the review."


def test_a_national_review_stops_the_local_one_and_the_months_wait_only_if_agreed(cast):
    review = put_up(cast)

    review = services.record_national_review(
        review, goes_on="The actions.", letter=pdf("letter.pdf"), pause_agreed=True, by=cast.bum
    )

    assert (review.state, stage()) == (ReviewState.NATIONAL, Stage.NATIONAL_REVIEW)
    assert running("DL-14")[0].held_since is not None
    assert review.sign_off_decision.state == "abandoned"


def test_after_the_national_review_the_case_goes_on_to_its_actions(cast):
    review = under_way(cast)
    review = services.record_national_review(
        review, goes_on="Nothing.", letter=None, pause_agreed=False, by=cast.bum
    )
    assert running("DL-14")[0].held_since is None

    review = services.finish_national(
        review, reason="Published on its page.", by=cast.dsp_la, on=clock.today()
    )

    assert (review.state, stage()) == (ReviewState.NATIONAL_FINISHED, Stage.MONITORING)
    assert running("DL-14") == []
    assert not Case.objects.visible_to(cast.pc).exists()


def test_a_local_review_beside_the_national_one_needs_the_partners_decision(cast):
    case = case_at(cast, Stage.NATIONAL_REVIEW)
    review = services.ensure_national(case, goes_on="The actions.", by=cast.bum)
    with pytest.raises(TransitionRefused) as refused:
        services.commission_beside_national(review, by=cast.bum, on=clock.today())
    assert refused.value.reasons == ["The partners have not decided to commission a review."]
    services.ask_about_local_review(review, by=cast.sgc, on=clock.today())
    decide(cast, review, DecisionKind.RECONSIDERATION, "lcspr", on=clock.today())

    review = services.commission_beside_national(review, by=cast.bum, on=clock.today())

    assert (review.state, review.review_type, stage()) == ("commissioning", "lcspr", Stage.COMMISSIONING)
    assert len(running("DL-14")) == len(running("DL-15")) == 1


def test_a_local_side_is_opened_once_and_only_beside_a_national_review(cast):
    case = case_at(cast, Stage.NATIONAL_REVIEW)
    services.ensure_national(case, goes_on="The actions.", by=cast.bum)

    with pytest.raises(TransitionRefused) as refused:
        services.ensure_national(case, goes_on="Again", by=cast.bum)
    assert refused.value.reasons == ["What goes on locally is recorded already."]

    Case.objects.filter(pk=case.pk).update(stage=Stage.MONITORING)
    with pytest.raises(TransitionRefused) as refused:
        services.ensure_national(case, goes_on="Again", by=cast.bum)
    assert refused.value.reasons == ["No national review is done in this case."]
    assert Review.objects.count() == 1
