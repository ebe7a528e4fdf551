"""A case in review, two agencies asked for their chronologies, and the people who write them."""

from __future__ import annotations

import datetime as dt

import pytest
from factories import CaseFactory, has_opened, subject_of

from accounts.roles import Role
from casework.models import Stage
from casework.services import admit_standing
from chronologies import services
from chronologies.models import ChildSeen, ContactType
from lcspr import clock


@pytest.fixture
def case(cast):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.IN_REVIEW, pseudonym="Child R")
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    return case


@pytest.fixture
def child(case):
    return subject_of(case, label="Child R", born_on=dt.date(2020, 5, 17))


@pytest.fixture
def writer(cast):
    """The representative of the school, which named no author."""
    return cast.rep


@pytest.fixture
def nurse(cast):
    """Somebody of the clinic who will be named as the author of its chronology."""
    return cast.person(Role.DSL, agency="clinic")


@pytest.fixture
def ask(case, cast):
    """`ask("school")` asks an agency for its chronology."""

    def asked(agency, **fields):
        given = {"by": cast.bum, "at": clock.now(), "due_on": clock.today() + dt.timedelta(days=21)}
        return services.request_chronology(case, agency=cast.agency(agency), **{**given, **fields})

    return asked


@pytest.fixture
def school(ask, writer):
    return ask("school")


@pytest.fixture
def clinic(ask, nurse):
    return ask("clinic", author=nurse)


@pytest.fixture
def write():
    """`write(chronology, by=…)` adds an entry."""

    def written(chronology, *, by, **fields):
        given = {
            "event_on": dt.date(2026, 3, 4),
            "source_record": "Register, page 12",
            "contact_type": ContactType.ABSENCE,
            "what_happened": "Not in school; no reason given",
            "child_seen": ChildSeen.NOT_SEEN,
        }
        return services.add_entry(chronology, by=by, **{**given, **fields})

    return written


@pytest.fixture
def send_in(write):
    """`send_in(chronology, by=…)` adds an entry and sends the chronology in."""

    def sent(chronology, *, by, **fields):
        write(chronology, by=by, **fields)
        return services.submit_chronology(chronology, by=by, at=clock.now())

    return sent


@pytest.fixture
def open_page(sign_in, case):
    """`open_page(user)` gives a client whose user has answered that they know nobody in the case."""

    def opened(user):
        has_opened(case, user)
        return sign_in(user)

    return opened
