"""A case under way with its people let in, and the acts to bring an action anywhere."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from factories import CaseFactory, has_opened

from accounts.roles import Role
from actions import services
from actions.models import ActionState, SourceKind
from casework.models import Stage
from casework.services import admit, admit_standing
from lcspr import clock

PDF = b"%PDF-1.4 invented"


def new_upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("evidence.pdf", PDF, content_type="application/pdf")


@pytest.fixture
def upload():
    """`upload()` gives a fresh document, as a browser would send it."""
    return new_upload


@pytest.fixture
def case(cast):
    """A case in review: the sub-group, the partners and the independent chair are in, and the school's representative."""
    case = CaseFactory(partnership=cast.partnership, stage=Stage.IN_REVIEW, pseudonym="Child R")
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    admit(
        case,
        role=Role.REP,
        agency=cast.agency("school"),
        why="Asked for information",
        by=cast.bum,
        on=clock.today(),
    )
    return case


@pytest.fixture
def owner(cast):
    """Somebody at the school who holds no role in any case until an action is theirs."""
    return cast.person(Role.DSL, agency="school")


@pytest.fixture
def new_action(case, cast, owner):
    """`new_action(due_in=30)` adds one for the school."""

    def add(*, due_in: int = 30, **fields):
        today = clock.today()
        given = {
            "text": "Train every member of staff in recording concerns",
            "intended_outcome": "Children are heard the first time they speak",
            "agency": cast.agency("school"),
            "owner": owner,
            "starts_on": min(today, today + dt.timedelta(days=due_in)),
            "due_on": today + dt.timedelta(days=due_in),
            "by": cast.bum,
            "on": today,
        }
        return services.add_action(case, **{**given, **fields})

    return add


@pytest.fixture
def action(new_action):
    return new_action()


@pytest.fixture
def bring_to(cast):
    """`bring_to(action, state)` walks an action along its usual way to a state."""

    def walk(action, state):
        today = clock.today()
        if state == ActionState.SUPERSEDED:
            return services.supersede_action(action, reason="Done elsewhere", by=cast.bum, on=today)
        steps = [
            (ActionState.IN_PROGRESS, lambda: services.start_action(action, by=cast.bum)),
            (ActionState.COMPLETE_PENDING_EVIDENCE, lambda: _done(action, cast)),
            (ActionState.EVIDENCE_ACCEPTED, lambda: services.accept_evidence(action, by=cast.sgc, on=today)),
            (
                ActionState.IMPACT_PENDING,
                lambda: services.await_impact(action, look_again_on=today, by=cast.sgc, on=today),
            ),
            (
                ActionState.CLOSED,
                lambda: services.close_action(
                    action, impact="Children say they are heard", by=cast.sgc, on=today
                ),
            ),
        ]
        way = [ActionState.NOT_STARTED, *(reached for reached, _ in steps)]
        for _, step in steps[way.index(action.state) : way.index(state)]:
            action = step()
        assert action.state == state
        return action

    return walk


def _done(action, cast):
    services.add_evidence(action, upload=new_upload(), shows="Signed attendance", by=cast.bum, at=clock.now())
    return services.complete_action(action, by=cast.bum)


@pytest.fixture
def recommendation(case, cast):
    return services.propose_recommendation(
        case,
        text="Every school reviews how it records",
        source_kind=SourceKind.LCSPR,
        by=cast.bum,
        on=clock.today(),
    )


@pytest.fixture
def asked(recommendation, cast):
    """A recommendation the school is asked about."""
    return services.request_response(
        recommendation,
        by=cast.bum,
        on=clock.today(),
        respond_by=clock.today() + dt.timedelta(days=14),
        agency=cast.agency("school"),
    )


@pytest.fixture
def open_page(sign_in, case):
    """`open_page(user)` gives a client whose user has answered that they know nobody in the case."""

    def opened(user):
        has_opened(case, user)
        return sign_in(user)

    return opened
