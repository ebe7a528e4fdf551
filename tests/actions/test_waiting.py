"""What waits on whom."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import CaseFactory

from accounts.db import remembering
from accounts.roles import Role
from actions import services
from actions.models import Action, ActionState
from actions.waiting import waiting
from casework.waiting import MOST_IN_ALL, looking_in
from lcspr import clock

pytestmark = pytest.mark.django_db


def _verbs(user, case=None):
    return [(found.verb, found.mine) for found in waiting(user, case)]


def _dates(user):
    return [(found.verb, found.due_on, found.owner) for found in waiting(user)]


def test_an_action_waits_on_its_owner(action, owner, cast, case, outsider):
    assert _verbs(owner) == [("Start action 1", True)]
    assert _verbs(cast.sgc) == []
    assert _verbs(outsider) == []
    assert _verbs(cast.sgc, case) == [("Start action 1", False)]
    assert _verbs(outsider, case) == []


def test_an_action_done_without_evidence_waits_on_its_owner_alone(action, owner, cast):
    services.start_action(action, by=owner)
    services.complete_action(action, by=owner)

    assert (_verbs(owner), _verbs(cast.sgc)) == ([("Add evidence to action 1", True)], [])


def test_evidence_then_impact_wait_on_those_who_look(action, owner, cast, case, bring_to):
    action = bring_to(action, ActionState.COMPLETE_PENDING_EVIDENCE)
    assert (_verbs(owner), _verbs(cast.sgc)) == ([], [("Look at the evidence for action 1", True)])
    assert _verbs(cast.bum, case) == [("Look at the evidence for action 1", False)]

    action = bring_to(action, ActionState.IMPACT_PENDING)
    assert _verbs(cast.sgc) == [("Record the impact of action 1", True)]
    assert _verbs(cast.bum) == []


def test_a_response_waits_on_the_agency_asked(asked, cast, case):
    assert _verbs(cast.rep) == [("Respond to recommendation 1", True)]
    assert _verbs(cast.bum) == [("1 response to recommendations still to come", False)]
    assert _verbs(cast.bum, case) == [("Respond to recommendation 1", False)]


def test_the_line_counts_every_response_of_a_case_of_which_one_is_due(asked, cast):
    """Where the page looks by the date alone, as in a case whose deadlines are far off."""
    later = services.propose_recommendation(
        asked.case, text="Say who decides", source_kind=asked.source_kind, by=cast.bum, on=clock.today()
    )
    services.request_response(
        later,
        by=cast.bum,
        on=clock.today(),
        respond_by=asked.respond_by + dt.timedelta(days=60),
        agency=cast.agency("hospital"),
    )
    with looking_in([], asked.respond_by):
        (found,) = waiting(cast.bum)
    with looking_in([], asked.respond_by - dt.timedelta(days=1)):
        assert waiting(cast.bum) == []

    assert found.verb == "2 responses to recommendations still to come"
    assert found.owner == "school and hospital"


def test_a_plan_waits_on_who_agrees_it_then_on_who_starts_it(action, owner, cast, case):
    plan = services.draft_plan(case, by=cast.bum, on=clock.today())
    assert _verbs(cast.dsp_police) == [("Agree the action plan", True)]
    assert _verbs(cast.ic) == []

    services.agree_plan(plan, by=cast.sgc, on=clock.today(), at=clock.now())
    assert _verbs(cast.bum) == [("Start the action plan", True)]
    assert _verbs(cast.dsp_police) == []


def test_the_number_of_questions_to_the_database_does_not_grow(new_action, owner, cast):
    counts = []
    for more in (1, 2):
        for _ in range(more):
            new_action()
        with remembering(), CaptureQueriesContext(connection) as queries:
            waiting(owner)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_an_action_carries_its_target_date(action, owner):
    assert [(found.verb, found.due_on) for found in waiting(owner)] == [("Start action 1", action.due_on)]


def test_late_actions_are_one_line_a_case_for_those_who_follow_them(new_action, owner, cast, case, outsider):
    first, second = new_action(), new_action()
    for action, days in ((first, 9), (second, 3)):
        type(action).objects.filter(pk=action.pk).update(
            starts_on=clock.today() - dt.timedelta(days=30), due_on=clock.today() - dt.timedelta(days=days)
        )
    new_action()
    late = [("2 actions are late", clock.today() - dt.timedelta(days=9))]

    assert [each[:2] for each in _dates(cast.bum)] == late
    assert [each[:2] for each in _dates(cast.sgc)] == late
    assert str(owner) in _dates(cast.bum)[0][2]
    assert _dates(cast.dsp_la) == _dates(outsider) == []


@pytest.mark.parametrize("who", ["bum", "sgc"])
def test_following_late_actions_costs_the_same_for_three_as_for_one(new_action, cast, who):
    user, counts = getattr(cast, who), []
    for more in (1, 2):
        for _ in range(more):
            action = new_action()
            type(action).objects.filter(pk=action.pk).update(
                starts_on=clock.today() - dt.timedelta(days=30), due_on=clock.today() - dt.timedelta(days=9)
            )
        with remembering(), CaptureQueriesContext(connection) as queries:
            waiting(user)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.fixture
def many_late(new_action):
    """More late actions of somebody else than lines are looked for at once, in one case."""
    for _ in range(MOST_IN_ALL + 1):
        new_action()
    days = dt.timedelta(days=1)
    Action.objects.update(starts_on=clock.today() - 30 * days, due_on=clock.today() - 9 * days)


@pytest.fixture
def late_in_many(many_late, cast):
    """The same, each in a case of its own."""
    for action in Action.objects.all():
        Action.objects.filter(pk=action.pk).update(case=CaseFactory(partnership=cast.partnership))


def test_however_many_are_late_the_line_counts_them_all(many_late, cast):
    assert _verbs(cast.sgc) == [(f"{MOST_IN_ALL + 1} actions are late", False)]


def test_one_s_own_action_is_not_hidden_by_many_late_ones_of_others(many_late, new_action, cast):
    manager = cast.person(Role.BUM, agency="school")
    new_action(owner=manager)

    own, late = waiting(manager)

    assert (own.mine, late.mine) == (True, False)


def test_where_more_may_wait_the_page_does_not_say_that_nothing_does(late_in_many, cast, sign_in):
    page = sign_in(cast.bum).get(reverse("desk:home")).content.decode()

    assert "Nothing waits for you" not in page
    assert "Of what is most pressing, nothing waits for you." in page
