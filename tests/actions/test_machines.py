"""Every state of every machine here, every act, every role: allowed exactly where the handbook says."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from factories import CaseFactory

from accounts.roles import Role
from actions import services
from actions.models import (
    Action,
    ActionPlan,
    ActionState,
    PlanState,
    Recommendation,
    RecommendationState,
    SourceKind,
)
from casework.models import Stage
from casework.services import admit
from casework.transitions import MovedOn, actions_for, exits, perform
from lcspr import clock

pytestmark = pytest.mark.django_db

BU = {"bu", "bum"}
PARTNERS = {"dsp_la", "dsp_icb", "dsp_police"}
PEOPLE = [
    "referrer", "dsl", "rep", "bu", "bum", "sgc", "sg", "ic", "dsp_la", "dsp_icb", "dsp_police",
    "lsp_la", "lan", "pc", "pm", "aut", "aa", "alo", "legal",
]  # fmt: skip

ACTION_MOVES = {
    "not_started": {"start": BU | {"rep", "alo"}, "supersede": BU | {"sgc"}, "extend": {"sgc"}},
    "in_progress": {"complete": BU | {"rep", "alo"}, "supersede": BU | {"sgc"}, "extend": {"sgc"}},
    "complete_pending_evidence": {
        "ask_for_more": BU | {"sgc"},
        "accept_evidence": {"sgc"},
        "supersede": BU | {"sgc"},
    },
    "evidence_accepted": {"take_back_acceptance": {"sgc"}, "await_impact": BU | {"sgc"}},
    "impact_pending": {"close_with_impact": {"sgc"}},
    "closed": {"reopen": {"sgc"}},
    "superseded": {},
}
RECOMMENDATION_MOVES = {
    "proposed": {"request_response": BU | {"pc", "sgc"}},
    "response_requested": {
        "accept": BU | {"rep"},
        "accept_in_part": BU | {"rep"},
        "reject": BU | {"rep"},
    },
    "accepted": {"ask_again": PARTNERS | {"sgc"}, "take_into_plan": PARTNERS | {"sgc"}},
    "partly": {"ask_again": PARTNERS | {"sgc"}, "take_into_plan": PARTNERS | {"sgc"}},
    "rejected": {"ask_again": PARTNERS | {"sgc"}},
    "in_plan": {},
}
PLAN_MOVES = {
    "drafted": {"agree": PARTNERS | {"sgc"}},
    "agreed": {"return_to_draft": PARTNERS | {"sgc"}, "run": BU | {"sgc"}},
    "running": {"evaluate": BU | {"sgc"}},
    "evaluated": {"resume": BU | PARTNERS | {"sgc", "ic"}, "close": PARTNERS | {"ic"}},
    "closed": {},
}


@pytest.fixture
def people(case, cast, owner):
    """Everybody of the partnership, each let into the case as what they are."""
    found = {role: owner if role == "alo" else getattr(cast, role) for role in PEOPLE}
    for role in ("referrer", "dsl", "pc", "pm", "aut", "aa", "legal"):
        admit(case, role=Role(role), user=found[role], why="Test", by=cast.bum, on=clock.today())
    return found


def _found(record, people):
    """Which acts are offered to whom."""
    offered: dict[str, set[str]] = {}
    for role, person in people.items():
        for act in actions_for(record, person):
            offered.setdefault(act.name, set()).add(role)
    return offered


@pytest.mark.parametrize("state", ActionState.values)
def test_who_may_do_what_with_an_action(state, action, people, bring_to):
    action = bring_to(action, state)

    assert set(exits(action)) == set(ACTION_MOVES[state])
    assert _found(action, people) == ACTION_MOVES[state]


@pytest.mark.parametrize("state", RecommendationState.values)
def test_who_may_do_what_with_a_recommendation(state, case, cast, people):
    recommendation = Recommendation.objects.create(
        case=case,
        number=1,
        text="Do it",
        source_kind=SourceKind.LCSPR,
        proposed_by=cast.bum,
        proposed_on=clock.today(),
        agency=cast.agency("school"),
        reasons="Because",
        state=state,
    )

    assert set(exits(recommendation)) == set(RECOMMENDATION_MOVES[state])
    assert _found(recommendation, people) == RECOMMENDATION_MOVES[state]


@pytest.mark.parametrize("state", PlanState.values)
def test_who_may_do_what_with_a_plan(state, case, cast, people):
    plan = ActionPlan.objects.create(
        case=case, drafted_by=cast.bum, drafted_on=clock.today(), evaluation="It helped", state=state
    )

    assert set(exits(plan)) == set(PLAN_MOVES[state])
    assert _found(plan, people) == PLAN_MOVES[state]


def test_a_representative_answers_only_what_their_agency_is_asked(asked, cast):
    elsewhere = cast.person(Role.REP, agency="clinic")
    admit(asked.case, role=Role.REP, agency=cast.agency("clinic"), why="Asked", by=cast.bum, on=clock.today())

    with pytest.raises(PermissionDenied):
        services.respond(
            asked, response=RecommendationState.ACCEPTED, reasons="", by=elsewhere, on=clock.today()
        )

    assert Recommendation.objects.get().state == "response_requested"


def test_an_outsider_does_nothing(action, asked, outsider):
    assert actions_for(action, outsider) == []
    assert actions_for(asked, outsider) == []
    with pytest.raises(PermissionDenied):
        services.start_action(action, by=outsider)


def test_a_second_click_is_told_what_happened(action, cast):
    services.start_action(action, by=cast.bum)

    with pytest.raises(MovedOn) as moved:
        services.start_action(action, by=cast.bum)

    assert moved.value.reasons == ["This has moved on: it is now “In progress”."]


def test_the_database_refuses_a_leap(action):
    from django.db import DatabaseError

    with pytest.raises(DatabaseError), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(state="closed")
    with pytest.raises(DatabaseError), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(state="nonsense")


def test_the_plan_is_closed_by_somebody_else_than_who_evaluates_it(case, cast):
    plan = ActionPlan.objects.create(
        case=case, drafted_by=cast.bum, drafted_on=clock.today(), evaluation="It helped", state="evaluated"
    )

    with pytest.raises(PermissionDenied):
        services.close_plan(plan, closing_summary="Done", by=cast.sgc, on=clock.today())


def test_a_case_has_one_live_plan(case, cast):
    from casework.transitions import TransitionRefused

    services.draft_plan(case, by=cast.bum, on=clock.today())

    with pytest.raises(TransitionRefused) as refused:
        services.draft_plan(case, by=cast.bum, on=clock.today())

    assert refused.value.reasons == ["The case has an action plan already."]


def test_perform_is_refused_to_who_may_not_extend(action, cast):
    with pytest.raises(PermissionDenied):
        perform(
            action, "extend", by=cast.bum, due_on=clock.today() + dt.timedelta(days=90), reason="More time"
        )


def test_an_old_case_stage_does_not_stop_actions(cast):
    # Invariant 7: from the referral onwards.
    case = CaseFactory(partnership=cast.partnership, stage=Stage.SUBMITTED)
    today = clock.today()

    action = services.add_action(
        case,
        text="Check the other children of the household today",
        intended_outcome="They are safe",
        agency=cast.agency("school"),
        owner=cast.dsl,
        starts_on=today,
        due_on=today,
        by=cast.bum,
        on=today,
        immediate=True,
    )

    assert (action.number, action.recommendation, action.immediate) == (1, None, True)
