"""What happens when people work on recommendations, actions and plans."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from factories import CaseFactory

from accounts.db import acting_as
from accounts.roles import Role
from actions import services
from actions.models import (
    Action,
    ActionExtension,
    ActionPlan,
    ActionState,
    Evidence,
    Level,
    Outlook,
    Recommendation,
    RecommendationState,
    SourceKind,
)
from actions.rules import Rag
from casework.audit import payload_of
from casework.files import FileRefused
from casework.models import Access, Case, Document, Event, RowChange, Stage
from casework.services import admit, raise_wall
from casework.transitions import MovedOn, TransitionRefused
from correspondence.models import Message
from deadlines.models import Deadline
from deadlines.rules.counting import add_months
from lcspr import clock

pytestmark = pytest.mark.django_db


# Recommendations


def test_recommendations_are_numbered_within_their_source(case, cast):
    other = CaseFactory(partnership=cast.partnership)
    fields = {"text": "Do it", "source_kind": SourceKind.LCSPR, "by": cast.bum, "on": clock.today()}

    first = services.propose_recommendation(case, **fields)
    second = services.propose_recommendation(case, **fields)
    of_a_source = services.propose_recommendation(case, source=case, **fields)
    elsewhere = services.propose_recommendation(other, **fields)

    assert [first.number, second.number, of_a_source.number, elsewhere.number] == [1, 2, 1, 1]
    assert of_a_source.source == f"casework.Case:{case.pk}"


def test_a_member_of_the_review_panel_proposes_nothing(case, cast):
    admit(case, role=Role.PM, user=cast.pm, why="Named", by=cast.bum, on=clock.today())

    with pytest.raises(PermissionDenied):
        services.propose_recommendation(
            case, text="Do it", source_kind=SourceKind.LCSPR, by=cast.pm, on=clock.today()
        )


def test_a_closed_case_takes_no_recommendation(cast):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.CLOSED_COMPLETE)

    with pytest.raises(TransitionRefused) as refused:
        services.propose_recommendation(
            case, text="Do it", source_kind=SourceKind.AUDIT, by=cast.bum, on=clock.today()
        )

    assert refused.value.reasons == ["The case is closed. Reopen the case first."]


def test_words_change_only_while_nobody_was_asked(recommendation, asked, cast):
    with pytest.raises(MovedOn):
        services.correct_recommendation(asked, text="Other words", level=Level.LOCAL, by=cast.bum)


def test_an_author_changes_only_their_own_recommendation(case, recommendation, cast):
    admit(case, role=Role.AUT, user=cast.aut, why="Appointed", by=cast.bum, on=clock.today())
    own = services.propose_recommendation(
        case, text="Write plainly", source_kind=SourceKind.LCSPR, by=cast.aut, on=clock.today()
    )

    own = services.correct_recommendation(own, text="Write more plainly", level=Level.REGIONAL, by=cast.aut)
    with pytest.raises(PermissionDenied):
        services.correct_recommendation(recommendation, text="Mine now", level=Level.LOCAL, by=cast.aut)

    assert (own.text, own.level) == ("Write more plainly", "regional")


def test_the_agency_asked_is_told_without_the_words_of_the_recommendation(asked, cast):
    cast.rep  # noqa: B018 - made when first named
    services.respond(asked, response=RecommendationState.ACCEPTED, reasons="", by=cast.bum, on=clock.today())
    again = services.ask_again(
        asked,
        reason="Say by when",
        respond_by=clock.today() + dt.timedelta(days=7),
        by=cast.sgc,
        on=clock.today(),
    )

    message = Message.objects.get(to=cast.rep)
    assert message.template == "action_response_requested"
    assert "records" not in message.body
    assert (again.state, again.reasons, again.asked_again_because) == (
        "response_requested",
        "",
        "Say by when",
    )


def test_an_agency_asked_for_nothing_before_is_let_in_to_respond(recommendation, cast, case):
    nurse = cast.person(Role.REP, agency="hospital")
    before = list(Case.objects.visible_to(nurse))

    services.request_response(
        recommendation,
        by=cast.bum,
        on=clock.today(),
        respond_by=clock.today(),
        agency=cast.agency("hospital"),
    )

    assert (before, list(Case.objects.visible_to(nurse))) == ([], [case])
    assert Message.objects.get().to == nurse


@pytest.mark.parametrize("response", [RecommendationState.REJECTED, RecommendationState.PARTLY])
def test_a_refusal_needs_reasons(asked, cast, response):
    with pytest.raises(TransitionRefused) as refused:
        services.respond(asked, response=response, reasons="  ", by=cast.rep, on=clock.today())

    assert refused.value.reasons == ["Give the reasons why it is not accepted, or not accepted whole."]
    assert Recommendation.objects.get().state == "response_requested"


def test_the_database_wants_reasons_for_a_refusal_too(asked, cast):
    services.respond(
        asked,
        response=RecommendationState.REJECTED,
        reasons="It duplicates one of 2024",
        by=cast.rep,
        on=clock.today(),
    )

    with pytest.raises(DatabaseError), transaction.atomic():
        Recommendation.objects.update(reasons="")


def test_an_accepted_recommendation_goes_into_the_plan_only_with_an_action(asked, cast, new_action):
    accepted = services.respond(
        asked, response=RecommendationState.ACCEPTED, reasons="", by=cast.rep, on=clock.today()
    )

    with pytest.raises(TransitionRefused) as refused:
        services.take_into_plan(accepted, by=cast.sgc)
    new_action(recommendation=accepted)
    taken = services.take_into_plan(accepted, by=cast.sgc)

    assert refused.value.reasons == ["Add at least one action for this recommendation."]
    assert taken.state == "in_plan"


# Actions


def test_the_owner_is_let_in_and_told(action, case, owner):
    access = Access.objects.get(case=case, role=Role.ALO)
    message = Message.objects.get(to=owner)

    assert (access.user, access.until, access.why) == (owner, None, "Owns action 1")
    assert message.template == "action_assigned"
    assert "Train" not in message.body
    assert "Complete action 1" in message.body


def test_an_owner_must_work_for_the_agency(new_action, cast):
    stranger = cast.person(Role.REP, agency="clinic")

    with pytest.raises(TransitionRefused) as refused:
        new_action(owner=stranger)

    assert refused.value.reasons == [
        f"{stranger} does not work for NSCP school in this partnership. Choose somebody who does."
    ]
    assert list(Action.objects.all()) == []


def test_a_representative_adds_actions_for_their_own_agency_only(new_action, cast):
    own = new_action(by=cast.rep)
    with pytest.raises(PermissionDenied):
        new_action(by=cast.rep, agency=cast.agency("clinic"), owner=cast.person(Role.REP, agency="clinic"))

    assert [own.pk] == list(Action.objects.values_list("pk", flat=True))


def test_an_action_serves_only_a_recommendation_of_its_case(new_action, cast):
    elsewhere = services.propose_recommendation(
        CaseFactory(partnership=cast.partnership),
        text="Do it",
        source_kind=SourceKind.LCSPR,
        by=cast.bum,
        on=clock.today(),
    )

    with pytest.raises(TransitionRefused):
        new_action(recommendation=elsewhere)


def test_a_date_before_the_start_is_refused(new_action):
    with pytest.raises(TransitionRefused) as refused:
        new_action(starts_on=clock.today(), due_on=clock.today() - dt.timedelta(days=1))

    assert refused.value.reasons == ["The target date must be the same as or after the start date."]


def test_a_walled_owner_is_not_told(case, owner, new_action, cast):
    raise_wall(case, user=owner, reason="A relative", by=cast.bum)

    action = new_action()

    assert list(Message.objects.all()) == []
    assert list(Action.objects.visible_to(owner)) == []
    assert action.owner == owner


def test_evidence_is_not_accepted_before_there_is_any(action, cast):
    services.start_action(action, by=cast.bum)
    services.complete_action(action, by=cast.bum)

    with pytest.raises(TransitionRefused) as refused:
        services.accept_evidence(action, by=cast.sgc, on=clock.today())

    assert refused.value.reasons == [
        "Add the evidence that it was done: an action is not closed on anybody’s word."
    ]


def test_nobody_accepts_the_evidence_for_their_own_action(case, new_action, cast, bring_to):
    chair = cast.person(Role.REP, agency="school")
    membership = cast.sgc.memberships.get()
    action = bring_to(new_action(owner=chair), ActionState.COMPLETE_PENDING_EVIDENCE)
    membership.user = chair
    membership.save()

    with pytest.raises(PermissionDenied):
        services.accept_evidence(action, by=chair, on=clock.today())


def test_the_whole_way_of_an_action_ends_blue(action, owner, cast, upload):
    today, now, chair = clock.today(), clock.now(), cast.sgc
    services.start_action(action, by=owner)
    services.add_update(action, text="Half are trained", outlook=Outlook.AT_RISK, by=owner, at=now)
    assert Action.objects.get().rag == Rag.AMBER
    services.add_evidence(action, upload=upload(), shows="Who was trained", by=owner, at=now)
    services.complete_action(action, by=owner)
    services.accept_evidence(action, by=cast.sgc, on=today)
    services.await_impact(action, look_again_on=today + dt.timedelta(days=180), by=cast.sgc, on=today)

    closed = services.close_action(action, impact="Concerns are recorded on the day", by=cast.sgc, on=today)

    assert (closed.state, closed.evidence_accepted_by, closed.closed_on) == ("closed", cast.sgc, today)
    assert closed.rag == Rag.BLUE
    assert Message.objects.filter(template="action_evidence_ready", to=chair).count() == 1
    document = Document.objects.get()
    assert (document.title, document.agency, document.thing) == (
        "Evidence 1 for action 1",
        cast.agency("school"),
        "actions",
    )


def test_an_action_closed_without_its_impact_is_refused_by_the_database_too(action, bring_to, cast):
    action = bring_to(action, ActionState.IMPACT_PENDING)

    with pytest.raises(TransitionRefused):
        services.close_action(action, impact=" ", by=cast.sgc, on=clock.today())
    with pytest.raises(DatabaseError), transaction.atomic():
        Action.objects.update(state="closed")


def test_asking_for_more_says_why_where_the_owner_reads_it(action, bring_to, cast, owner):
    action = bring_to(action, ActionState.COMPLETE_PENDING_EVIDENCE)

    action = services.ask_for_more(action, reason="Which staff?", by=cast.sgc, at=clock.now())

    assert action.state == "in_progress"
    assert [update.text for update in action.updates.all()] == ["More is needed: Which staff?"]
    assert Message.objects.filter(template="action_more_needed", to=owner).count() == 1


def test_a_file_of_another_kind_is_not_evidence(action, owner):
    from django.core.files.uploadedfile import SimpleUploadedFile

    with pytest.raises(FileRefused):
        services.add_evidence(
            action, upload=SimpleUploadedFile("x.exe", b"MZ\x00"), shows="It", by=owner, at=clock.now()
        )

    assert list(Evidence.objects.all()) == []


def test_evidence_is_not_added_after_its_acceptance(action, bring_to, owner, upload):
    action = bring_to(action, ActionState.EVIDENCE_ACCEPTED)

    with pytest.raises(MovedOn):
        services.add_evidence(action, upload=upload(), shows="More", by=owner, at=clock.now())


def test_an_extension_keeps_the_old_date_and_why(action, cast):
    old = action.due_on
    later = old + dt.timedelta(days=60)

    action = services.extend_action(
        action, due_on=later, reason="A new trainer", by=cast.sgc, on=clock.today()
    )
    again = services.extend_action(
        action, due_on=later + dt.timedelta(days=1), reason="Snow", by=cast.sgc, on=clock.today()
    )

    assert again.due_on == later + dt.timedelta(days=1)
    assert [(row.old_due_on, row.new_due_on, row.reason) for row in ActionExtension.objects.all()] == [
        (old, later, "A new trainer"),
        (later, later + dt.timedelta(days=1), "Snow"),
    ]


def test_an_extension_goes_forward_and_says_why(action, cast):
    for due_on, reason in ((action.due_on, "Snow"), (action.due_on + dt.timedelta(days=1), " ")):
        with pytest.raises(TransitionRefused):
            services.extend_action(action, due_on=due_on, reason=reason, by=cast.sgc, on=clock.today())

    assert list(ActionExtension.objects.all()) == []


def test_a_new_owner_is_let_in_and_the_former_one_let_go(action, owner, cast, case):
    successor = cast.person(Role.DSL, agency="school")

    action = services.reassign_action(
        action, owner=successor, reason="Left the school", by=cast.bum, on=clock.today()
    )

    assert action.owner == successor
    assert list(Action.objects.visible_to(owner)) == []
    assert list(Action.objects.visible_to(successor)) == [action]
    assert Access.objects.get(case=case, user=owner).until == clock.today()


def test_a_former_owner_keeps_their_access_for_another_action(action, new_action, owner, cast):
    other = new_action()

    services.supersede_action(action, reason="Done twice", superseded_by=other, by=cast.bum, on=clock.today())

    assert Access.objects.get(user=owner).until is None
    assert Action.objects.get(pk=action.pk).superseded_by == other


def test_an_action_is_not_replaced_by_itself(action, cast):
    with pytest.raises(TransitionRefused):
        services.supersede_action(action, reason="?", superseded_by=action, by=cast.bum, on=clock.today())


def test_every_act_leaves_its_sentence(action, cast, case):
    services.start_action(action, by=cast.bum)

    acts = Event.objects.filter(object=f"actions.Action:{action.pk}").order_by("id")
    words = [payload_of(event)["words"] for event in acts]
    assert words == [
        "Added action 1 for NSCP school, owned by Designated safeguarding lead of NSCP",
        "Started action 1",
    ]


def test_texts_of_twenty_thousand_characters_are_kept_whole(new_action):
    long = "é" * 20_000

    action = new_action(text=long, intended_outcome=long, milestones=long)

    kept = Action.objects.get(pk=action.pk)
    assert (kept.text, kept.intended_outcome, kept.milestones) == (long, long, long)


# The plan


@pytest.fixture
def plan(case, cast):
    return services.draft_plan(case, by=cast.bum, on=clock.today())


def test_a_plan_is_not_agreed_while_something_is_unanswered(plan, asked, cast):
    with pytest.raises(TransitionRefused) as refused:
        services.agree_plan(plan, by=cast.sgc, on=clock.today(), at=clock.now())

    assert refused.value.reasons == [
        "Add at least one action, or record why each recommendation is not accepted.",
        "Recommendation 1 has no response yet.",
    ]


def test_a_plan_is_not_agreed_while_an_accepted_recommendation_is_idle(plan, asked, new_action, cast):
    new_action()
    services.respond(asked, response=RecommendationState.ACCEPTED, reasons="", by=cast.rep, on=clock.today())

    with pytest.raises(TransitionRefused) as refused:
        services.agree_plan(plan, by=cast.sgc, on=clock.today(), at=clock.now())

    assert refused.value.reasons == ["Recommendation 1 has no action yet."]


def test_agreeing_approves_the_responses_and_starts_the_quarterly_report(plan, asked, new_action, cast, case):
    answered = services.respond(
        asked, response=RecommendationState.PARTLY, reasons="Not in nurseries", by=cast.rep, on=clock.today()
    )
    new_action(recommendation=answered)

    plan = services.agree_plan(plan, by=cast.sgc, on=clock.today(), at=clock.now())

    assert (plan.state, plan.agreed_on) == ("agreed", clock.today())
    assert Recommendation.objects.get().state == "in_plan"
    assert list(Deadline.objects.of(case).open().values_list("code", flat=True)) == ["DL-23"]


def test_reporting_progress_meets_the_clock_and_starts_it_again(plan, action, cast, case):
    agreed = clock.today()
    services.agree_plan(plan, by=cast.sgc, on=agreed, at=clock.now())
    with time_machine.travel(clock.now() + dt.timedelta(days=85)):
        reported = clock.today()
        services.report_progress(
            plan, told="The sub-group", text="Going well", by=cast.bum, on=clock.today(), at=clock.now()
        )

    rounds = Deadline.objects.of(case).filter(code="DL-23").order_by("round")
    assert [(row.due_on, row.met_at is not None) for row in rounds] == [
        (add_months(agreed, 3), True),
        (add_months(reported, 3), False),
    ]


def test_progress_of_a_draft_is_not_reported(plan, cast):
    with pytest.raises(MovedOn):
        services.report_progress(
            plan, told="The sub-group", text="Soon", by=cast.bum, on=clock.today(), at=clock.now()
        )


def test_a_plan_is_evaluated_only_when_every_action_is_closed(plan, action, cast):
    services.agree_plan(plan, by=cast.sgc, on=clock.today(), at=clock.now())
    services.run_plan(plan, by=cast.bum, on=clock.today())

    with pytest.raises(TransitionRefused) as refused:
        services.evaluate_plan(plan, evaluation="All is well", by=cast.bum, on=clock.today())

    assert refused.value.reasons == ["Action 1 is not closed: it is “Not started”."]


def _evaluated(plan, action, cast, bring_to):
    bring_to(action, ActionState.CLOSED)
    services.agree_plan(plan, by=cast.sgc, on=clock.today(), at=clock.now())
    services.run_plan(plan, by=cast.bum, on=clock.today())
    return services.evaluate_plan(plan, evaluation="Children are heard", by=cast.bum, on=clock.today())


def test_a_plan_does_not_close_a_case_still_in_review(plan, action, cast, bring_to, case):
    plan = _evaluated(plan, action, cast, bring_to)

    with pytest.raises(TransitionRefused) as refused:
        services.close_plan(plan, closing_summary="Done", by=cast.ic, on=clock.today())

    assert refused.value.reasons == [
        "The case must first be published, decided not to be published, or followed up after another review."
    ]
    assert Case.objects.get(pk=case.pk).stage == "in_review"


def test_closing_the_plan_closes_the_case_and_its_clock(cast, owner):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.MONITORING)
    admit(case, role=Role.IC, partnership=cast.partnership, why="Accepted", by=cast.bum, on=clock.today())
    plan = ActionPlan.objects.create(
        case=case, drafted_by=cast.bum, drafted_on=clock.today(), evaluation="It helped", state="evaluated"
    )

    plan = services.close_plan(plan, closing_summary="All is done", by=cast.ic, on=clock.today())

    assert plan.state == "closed"
    assert Case.objects.get(pk=case.pk).stage == "closed_complete"
    assert list(Deadline.objects.of(case).open()) == []


def test_sending_a_plan_back_stops_its_clock(plan, action, cast, case):
    services.agree_plan(plan, by=cast.sgc, on=clock.today(), at=clock.now())

    plan = services.return_plan_to_draft(plan, reason="The police were not asked", by=cast.sgc)

    assert plan.state == "drafted"
    assert list(Deadline.objects.of(case).open()) == []


# Reminders


def test_reminders_go_out_once_and_afresh_for_a_new_date(new_action, owner, cast):
    action = new_action(due_in=10)
    Message.objects.all().delete()
    today = clock.today()

    first = services.remind_of_due_actions(on=today)
    second = services.remind_of_due_actions(on=today)
    services.extend_action(action, due_on=today + dt.timedelta(days=12), reason="Snow", by=cast.sgc, on=today)
    third = services.remind_of_due_actions(on=today)

    assert (first, second, third) == (1, 0, 1)
    assert set(Message.objects.filter(template="action_due").values_list("to", flat=True)) == {owner.pk}


@pytest.mark.parametrize(
    ("late", "told"), [(1, {"alo", "rep"}), (14, {"sgc"}), (30, {"dsp_la", "dsp_icb", "dsp_police"})]
)
def test_who_is_told_that_an_action_is_late(new_action, owner, cast, late, told):
    people = {
        role: owner if role == "alo" else getattr(cast, role)
        for role in ("alo", "rep", "sgc", "dsp_la", "dsp_icb", "dsp_police")
    }
    new_action(due_in=-late)

    services.remind_of_due_actions(on=clock.today())

    reached = set(Message.objects.filter(template="action_overdue").values_list("to", flat=True))
    assert reached == {people[role].pk for role in told}


def test_finished_actions_remind_nobody(action, bring_to):
    bring_to(action, ActionState.EVIDENCE_ACCEPTED)

    assert services.remind_of_due_actions(on=action.due_on + dt.timedelta(days=40)) == 0


# The record


def test_a_change_of_an_action_stands_in_the_row_history(action, cast):
    before = RowChange.objects.filter(object=f"actions.Action:{action.pk}").count()

    with acting_as(cast.bum):
        services.start_action(action, by=cast.bum)

    assert RowChange.objects.filter(object=f"actions.Action:{action.pk}").count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_two_chairs_at_once_accept_the_evidence_once(action, bring_to, cast):
    action = bring_to(action, ActionState.COMPLETE_PENDING_EVIDENCE)
    chair, outcomes = cast.sgc, []
    ready = threading.Barrier(2)

    def accept():
        ready.wait()
        try:
            services.accept_evidence(action, by=chair, on=clock.today())
            outcomes.append("accepted")
        except MovedOn:
            outcomes.append("moved on")
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["accepted", "moved on"]
    assert Event.objects.filter(verb="accept_evidence").count() == 1
