"""What needs you: grouped by urgency, for the person asking and nobody else."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import CaseFactory, has_opened

import deadlines.services
from accounts.roles import Role
from casework.models import Event, Stage
from casework.services import admit_standing
from casework.waiting import Waiting
from desk import gathering
from lcspr import clock
from rapid_review.models import RapidReview
from rapid_review.services import ask_agencies

pytestmark = pytest.mark.django_db

HOME = "/"


def request_of(cast, *, pseudonym="Child V", asked_days_ago=0):
    """The school is asked in a rapid review of a case of its own; the answer is due five working days later."""
    case = CaseFactory(
        partnership=cast.partnership, stage=Stage.RR_GATHERING, pseudonym=pseudonym, la_aware_at=clock.now()
    )
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    review = RapidReview.objects.create(case=case)
    cast.rep  # noqa: B018  (made when named)
    return ask_agencies(
        review,
        agencies=[cast.agency("school")],
        asked_for="Two years",
        by=cast.bum,
        at=clock.now() - dt.timedelta(days=asked_days_ago),
    )[0]


def groups(response) -> dict[str, list[str]]:
    """The headings of the page, each with its tasks as read."""
    found = {}
    for section in re.findall(r"<section.*?</section>", response.content.decode(), re.DOTALL):
        heading = re.search(r"<h2[^>]*>(.*?)</h2>", section).group(1)
        tasks = re.findall(r'<li class="app-tasks__task">(.*?)</li>', section, re.DOTALL)
        found[heading] = [" ".join(re.sub(r"<[^>]+>", " ", task).split()) for task in tasks]
    return found


def test_nothing_waits_for_somebody_new(cast, sign_in):
    response = sign_in(cast.sg).get(HOME)

    assert response.status_code == 200
    assert "Nothing waits for you." in response.content.decode()
    assert groups(response) == {}


def test_a_request_waits_for_its_agency_under_its_own_urgency(cast, sign_in):
    late = request_of(cast, pseudonym="Child L", asked_days_ago=30)
    request_of(cast, pseudonym="Child N")

    found = groups(sign_in(cast.rep).get(HOME))

    assert late.case.pseudonym in found["Overdue"][0]
    assert "was due" in found["Overdue"][0]
    assert not any("Child N" in task for task in found["Overdue"])
    assert any(
        "Child N" in task for heading, tasks in found.items() if heading != "Overdue" for task in tasks
    )


def test_another_partnership_s_people_see_nothing_of_it(cast, other_cast, sign_in):
    request_of(cast)

    for role in ("bum", "sgc", "dsp_la", "rep"):
        assert "Child V" not in sign_in(getattr(other_cast, role)).get(HOME).content.decode()


def test_another_agency_is_not_told_what_the_school_owes(cast, sign_in):
    request_of(cast)
    hospital = cast.person(Role.REP, agency="hospital")

    assert "Child V" not in sign_in(hospital).get(HOME).content.decode()


def test_the_page_shows_no_name_and_its_opening_is_recorded(cast, sign_in):
    sign_in(cast.bum).get(HOME)

    assert Event.objects.filter(verb="read", actor=cast.bum, case=None).count() == 1


def test_queries_do_not_grow_with_what_waits(cast, sign_in):
    client = sign_in(cast.rep)
    request_of(cast, pseudonym="Child 1")
    client.get(HOME)
    with CaptureQueriesContext(connection) as one:
        client.get(HOME)
    for number in (2, 3):
        request_of(cast, pseudonym=f"Child {number}")

    with CaptureQueriesContext(connection) as three:
        client.get(HOME)

    assert len(three) == len(one)


@pytest.mark.parametrize("role", ["bum", "sgc", "dsp_la", "ic"])
def test_queries_do_not_grow_for_those_who_follow_cases(cast, sign_in, role):
    client = sign_in(getattr(cast, role))
    request_of(cast, pseudonym="Child 1", asked_days_ago=30)
    client.get(HOME)
    with CaptureQueriesContext(connection) as one:
        client.get(HOME)
    for number in (2, 3):
        request_of(cast, pseudonym=f"Child {number}", asked_days_ago=30)

    with CaptureQueriesContext(connection) as three:
        client.get(HOME)

    assert len(three) == len(one)


class TestGrouping:
    """The order of the groups, whatever the apps say."""

    def task(self, case, **fields):
        return Waiting(**{"verb": "Do it", "case": case, "href": "/", "owner": "You", **fields})

    def test_each_deadline_has_its_heading_and_none_comes_last(self, cast):
        case = CaseFactory(partnership=cast.partnership, la_aware_at=clock.now())
        has_opened(case, cast.bum)
        for code, days in (("DL-07", 60), ("DL-10", 0)):
            deadlines.services.start(
                code, case=case, trigger_at=clock.now() - dt.timedelta(days=days), because="", by=cast.bum
            )
        found = [
            self.task(case, verb="Whenever"),
            self.task(case, verb="Later", code="DL-10"),
            self.task(case, verb="Late", code="DL-07"),
        ]

        shown = gathering.grouped(gathering.with_deadlines(found, cast.bum))

        assert [(group.heading, group.tasks[0].waiting.verb) for group in shown] == [
            ("Overdue", "Late"),
            ("Later", "Later"),
            ("When you can", "Whenever"),
        ]

    def test_a_deadline_of_somebody_else_s_case_is_not_set_beside_it(self, cast, other_cast):
        case = CaseFactory(partnership=cast.partnership, la_aware_at=clock.now())
        deadlines.services.start("DL-10", case=case, trigger_at=clock.now(), because="", by=cast.bum)

        (task,) = gathering.with_deadlines([self.task(case, code="DL-10")], other_cast.bum)

        assert task.clock is None


def test_a_guest_s_navigation_holds_their_own_page_only(cast, sign_in):
    text = sign_in(cast.dsl).get(HOME).content.decode()

    assert reverse("desk:cases") not in text
    assert reverse("deadlines:board") not in text
