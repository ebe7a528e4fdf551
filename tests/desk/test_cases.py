"""The case list: filters, pages, and as many queries for three cases as for one."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import CaseFactory

import deadlines.services
from accounts.roles import Role
from casework.models import Stage
from casework.services import admit, raise_wall
from deadlines.models import Deadline
from deadlines.rules.london import end_of_day, london_date
from desk.paging import page_of
from desk.views import PAGE_LENGTH
from lcspr import clock

pytestmark = pytest.mark.django_db

CASES = "/cases/"


def shown(response) -> list[str]:
    """The pseudonyms or references of the rows, in their order."""
    return re.findall(r'data-label="Case"><a [^>]*>(.*?)</a>', response.content.decode())


@pytest.fixture
def three(cast):
    """One open case, one closed, one held; the newest first."""
    now = clock.now()
    return [
        CaseFactory(
            partnership=cast.partnership, pseudonym=name, stage=stage, opened_at=now - dt.timedelta(days=age)
        )
        for age, (name, stage) in enumerate(
            [
                ("Child A", Stage.SCREENING),
                ("Child B", Stage.PUBLICATION_HELD),
                ("Child C", Stage.CLOSED_COMPLETE),
            ]
        )
    ]


def test_the_newest_comes_first(cast, three, sign_in):
    assert shown(sign_in(cast.bum).get(CASES)) == ["Child A", "Child B", "Child C"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"standing": "open"}, ["Child A", "Child B"]),
        ({"standing": "closed"}, ["Child C"]),
        ({"stage": "publication_held"}, ["Child B"]),
        ({"standing": "closed", "stage": "publication_held"}, []),
        ({"standing": "nonsense"}, ["Child A", "Child B", "Child C"]),
    ],
)
def test_filters(cast, three, sign_in, asked, found):
    assert shown(sign_in(cast.bum).get(CASES, asked)) == found


def test_cases_with_something_late_or_due_this_week_are_found(cast, three, sign_in):
    late, week, _ = three
    for case, due_at in ((late, clock.now() - dt.timedelta(days=2)), (week, end_of_day(clock.today()))):
        due = deadlines.services.start("DL-10", case=case, trigger_at=clock.now(), because="", by=cast.bum)
        Deadline.objects.filter(pk=due.pk).update(due_at=due_at, due_on=london_date(due_at))
    client = sign_in(cast.bum)

    assert shown(client.get(CASES, {"clock": "late"})) == ["Child A"]
    assert shown(client.get(CASES, {"clock": "week"})) == ["Child B"]


def test_a_filter_in_force_can_be_taken_away(cast, three, sign_in):
    text = sign_in(cast.bum).get(CASES, {"standing": "open", "stage": "screening"}).content.decode()

    assert f'href="{CASES}?stage=screening"' in text
    assert f'href="{CASES}?standing=open"' in text


def test_a_filter_that_fits_nothing_says_so_and_offers_the_way_back(cast, three, sign_in):
    text = sign_in(cast.bum).get(CASES, {"stage": "drafting"}).content.decode()

    assert "No case of yours fits this filter." in text


def test_long_lists_come_in_pages_without_a_count(cast, sign_in):
    for number in range(PAGE_LENGTH + 2):
        CaseFactory(partnership=cast.partnership, opened_at=clock.now() - dt.timedelta(minutes=number))
    client = sign_in(cast.bum)

    first, second = client.get(CASES), client.get(CASES, {"page": "2"})

    assert (len(shown(first)), len(shown(second))) == (PAGE_LENGTH, 2)
    assert set(shown(first)).isdisjoint(shown(second))
    assert "page=2" in first.content.decode()
    with CaptureQueriesContext(connection) as captured:
        client.get(CASES)
    assert not any("COUNT(" in query["sql"].upper() for query in captured)


def test_the_filter_stays_while_turning_pages(cast, sign_in):
    for _ in range(PAGE_LENGTH + 1):
        CaseFactory(partnership=cast.partnership, stage=Stage.SCREENING)

    text = sign_in(cast.bum).get(CASES, {"stage": "screening"}).content.decode()

    assert re.search(r'href="\?stage=screening&(amp;)?page=2"', text)


@pytest.mark.parametrize("asked", ["0", "-1", "x", "²", "99999999999999999999", ""])
def test_anything_that_is_no_page_is_the_first(cast, three, asked):
    from casework.models import Case

    assert page_of(Case.objects.order_by("-opened_at"), asked, 2).number == 1


def test_each_sees_only_what_they_were_let_in_to(cast, other_cast, three, sign_in):
    admit(three[1], role=Role.PM, user=cast.pm, why="Appointed", by=cast.bum, on=clock.today())
    CaseFactory(partnership=other_cast.partnership, pseudonym="Child South")

    assert shown(sign_in(cast.pm).get(CASES)) == ["Child B"]
    assert shown(sign_in(cast.adm).get(CASES)) == []
    assert shown(sign_in(other_cast.bum).get(CASES)) == ["Child South"]


def test_the_walled_do_not_see_it_listed(cast, three, sign_in):
    raise_wall(three[0], user=cast.bum, reason="Knows them", by=cast.bu)

    assert shown(sign_in(cast.bum).get(CASES)) == ["Child B", "Child C"]


def test_the_soonest_deadline_stands_beside_its_case(cast, three, sign_in):
    now = clock.now()
    for code, days in (("DL-10", 3), ("DL-07", 30)):
        deadlines.services.start(
            code, case=three[0], trigger_at=now - dt.timedelta(days=days), because="", by=cast.bum
        )

    row = sign_in(cast.bum).get(CASES).content.decode().split("Child A", 1)[1].split("</tr>")[0]

    assert "days late" in row or "overdue" in row.lower() or "late" in row


def test_queries_do_not_grow_with_the_cases(cast, sign_in):
    client = sign_in(cast.bum)

    def add():
        case = CaseFactory(partnership=cast.partnership, la_aware_at=clock.now())
        deadlines.services.start("DL-10", case=case, trigger_at=clock.now(), because="", by=cast.bum)

    add()
    client.get(CASES)
    with CaptureQueriesContext(connection) as one:
        client.get(CASES)
    add(), add()

    with CaptureQueriesContext(connection) as more:
        client.get(CASES)

    assert len(more) == len(one)


def test_an_anonymous_visitor_is_asked_to_sign_in(client):
    response = client.get(CASES)

    assert (response.status_code, response.url.split("?")[0]) == (302, reverse("account_login"))
