"""What waits on whom."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions import services
from actions.models import ActionState
from actions.waiting import waiting
from lcspr import clock

pytestmark = pytest.mark.django_db


def _verbs(user, case=None):
    return [(found.verb, found.mine) for found in waiting(user, case)]


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
    assert _verbs(cast.bum) == []
    assert _verbs(cast.bum, case) == [("Respond to recommendation 1", False)]


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
        with CaptureQueriesContext(connection) as queries:
            waiting(owner)
        counts.append(len(queries))

    assert counts[0] == counts[1]
