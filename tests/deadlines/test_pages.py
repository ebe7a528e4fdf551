"""The board, the month and the page of one deadline, for those who may and those who may not."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import has_opened

from accounts.roles import Role
from casework.models import Event
from casework.services import admit
from deadlines import services
from deadlines.models import Deadline, DeadlineChange
from deadlines.waiting import waiting
from govuk.widgets import posted
from tests.deadlines.clockwork import case_of, day, london

NOW = london(2026, 6, 10, 16)
AWARE = london(2026, 6, 8, 10, 15)
BOARD = "/deadlines/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at):
    at(NOW)


def start(case, by, code="DL-01", trigger=AWARE, **more):
    return services.start(code, case=case, trigger_at=trigger, because="", by=by, **more)


@pytest.fixture
def deadline(cast, case):
    has_opened(case, cast.bum, cast.bu, cast.sgc, cast.dsp_la, cast.lan)
    return start(case, cast.bum)


@pytest.fixture
def return_due(cast, case, deadline):
    return start(case, cast.bum, "DL-07", owed_agency=cast.agency("school"))


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def headings(response):
    return re.findall(r'<h2 class="govuk-heading-m">(.*?)</h2>', response.content.decode())


class TestBoard:
    def test_it_answers_what_will_hurt_this_week(self, cast, case, deadline, sign_in, at):
        start(case, cast.bum, "DL-03") or start(case, cast.bum, "DL-07", trigger=london(2026, 6, 1))
        start(case, cast.bum, "DL-10", trigger=london(2026, 5, 19))
        start(case, cast.bum, "DL-15", trigger=london(2026, 6, 5))
        start(case, cast.bum, "DL-14", trigger=london(2026, 6, 5))

        page = sign_in(cast.bum).get(BOARD)

        assert headings(page) == ["Overdue", "Due today", "Due this week", "Later"]
        assert "5 working days from Monday 8 June 2026, when the local authority became aware" in text_of(
            page
        )
        assert "in 3 working days" in text_of(page)
        assert "2 working days late" in text_of(page)

    def test_a_held_one_is_shown_apart(self, cast, case, deadline, sign_in):
        start(case, cast.bum, "DL-14")
        services.hold("DL-14", case=case, reason="Criminal trial", by=cast.bum)

        page = sign_in(cast.bum).get(BOARD)

        assert headings(page) == ["Later", "Held, reasons sent"]

    def test_what_has_ended_or_only_lasts_is_not_owed(self, cast, case, deadline, sign_in):
        services.meet("DL-01", case=case, at=NOW, by=cast.bum)
        start(case, cast.bum, "DL-22")

        page = sign_in(cast.bum).get(BOARD)

        assert "Nothing is owed in the cases you can see." in text_of(page)
        ended = sign_in(cast.bum).get(BOARD, {"state": "ended"})
        assert headings(ended) == ["Met or stopped"]
        assert "Met 10 June 2026" in text_of(ended)

    @pytest.mark.parametrize(
        ("query", "codes"),
        [
            ({}, ["DL-07", "DL-01"]),
            ({"force": "law"}, ["DL-01"]),
            ({"force": "local"}, ["DL-07"]),
            ({"state": "overdue"}, ["DL-07"]),
            ({"state": "week"}, []),
            ({"state": "held"}, []),
            ({"state": "nonsense", "force": "'--"}, ["DL-07", "DL-01"]),
        ],
    )
    def test_filters_stand_in_the_address(self, cast, case, deadline, sign_in, query, codes):
        start(case, cast.bum, "DL-07", trigger=london(2026, 6, 1))

        page = sign_in(cast.bum).get(BOARD, query)

        rows = [row.deadline.code for group in page.context["groups"] for row in group["rows"]]
        assert rows == codes

    def test_the_partnership_is_asked_only_where_there_are_several(
        self, cast, case, deadline, other_cast, sign_in
    ):
        theirs = case_of(other_cast)
        start(theirs, other_cast.bum)
        assert "partnership" not in sign_in(cast.bum).get(BOARD).context["filter_form"].fields

        admit(theirs, role=Role.SG, user=cast.bum, why="Works in both", by=other_cast.bum, on=day(2026, 6, 8))
        client = sign_in(cast.bum)
        page = client.get(BOARD, {"partnership": str(other_cast.partnership.pk)})

        assert "partnership" in page.context["filter_form"].fields
        assert [row.deadline.case for group in page.context["groups"] for row in group["rows"]] == [theirs]

    def test_it_shows_fifty_at_a_time(self, cast, case, deadline, sign_in, monkeypatch):
        monkeypatch.setattr("deadlines.views.board.PAGE", 1)
        start(case, cast.bum, "DL-10")
        client = sign_in(cast.bum)

        first, second = client.get(BOARD), client.get(BOARD, {"page": "2"})

        assert [len(group["rows"]) for group in first.context["groups"]] == [1]
        assert set(first.context["paging"]) == {"landmarkLabel", "next"}
        assert set(second.context["paging"]) == {"landmarkLabel", "previous"}
        assert client.get(BOARD, {"page": "three"}).status_code == 404

    def test_a_stranger_sees_an_empty_board(self, deadline, outsider, sign_in):
        page = sign_in(outsider).get(BOARD)

        assert "Child V" not in text_of(page)
        assert "Nothing is owed in the cases you can see." in text_of(page)

    def test_a_guest_sees_only_what_their_agency_owes(self, cast, case, deadline, return_due, sign_in):
        start(case, cast.bum, "DL-07", about=cast.agency("police"), owed_agency=cast.agency("police"))
        admit(
            case, role=Role.DSL, agency=cast.agency("school"), why="Referred", by=cast.bum, on=day(2026, 6, 8)
        )

        page = sign_in(cast.dsl).get(BOARD)

        assert [row.deadline for group in page.context["groups"] for row in group["rows"]] == [return_due]

    def test_reading_it_is_recorded(self, cast, deadline, sign_in):
        sign_in(cast.bum).get(BOARD)

        event = Event.objects.get(verb="read")
        assert (event.actor, event.case) == (cast.bum, None)

    def test_it_costs_the_same_for_one_row_and_for_three(self, cast, case, deadline, sign_in):
        client = sign_in(cast.bum)
        for_one = queries_of(client)
        start(case, cast.bum, "DL-07", owed_agency=cast.agency("school"))
        start(case_of(cast), cast.bum, "DL-23", owed_user=cast.alo)

        for_three = queries_of(client)

        assert len(for_three) == len(for_one)
        # The list, its rules, and the holidays.
        assert len([sql for sql in for_three if 'FROM "deadlines_' in sql]) == 3


def queries_of(client):
    with CaptureQueriesContext(connection) as queries:
        client.get(BOARD)
    return [query["sql"] for query in queries.captured_queries]


class TestMonth:
    def test_a_deadline_stands_on_its_day(self, cast, deadline, sign_in):
        page = sign_in(cast.bum).get("/deadlines/month/")

        weeks = page.context["weeks"]
        found = {cell["on"]: [row.deadline for row in cell["rows"]] for week in weeks for cell in week}
        assert found[day(2026, 6, 15)] == [deadline]
        assert "Deadlines in June 2026" in text_of(page)

    def test_holidays_are_named_and_other_months_reached(self, cast, deadline, sign_in):
        page = sign_in(cast.bum).get("/deadlines/month/", {"month": "2026-08"})

        assert "Summer bank holiday" in text_of(page)
        assert "Nothing is due in this month" in text_of(page)

    def test_a_month_that_is_none_is_not_found(self, cast, sign_in):
        assert sign_in(cast.bum).get("/deadlines/month/", {"month": "2026-13"}).status_code == 404

    def test_a_stranger_sees_an_empty_month(self, deadline, outsider, sign_in):
        page = sign_in(outsider).get("/deadlines/month/")

        assert not any(cell["rows"] for week in page.context["weeks"] for cell in week)
        assert "Child V" not in text_of(page)


class TestDetail:
    def test_it_explains_the_date(self, cast, deadline, sign_in):
        page = sign_in(cast.bum).get(url("detail", deadline))

        text = text_of(page)
        assert "Open" in text
        assert "Monday 15 June 2026" in text
        assert "Children Act 2004 s16C" in text
        assert "Working day 5: Monday 15 June 2026" in text
        assert "The dates have not been changed." in text

    def test_the_business_unit_is_offered_the_acts_and_what_blocks_them(self, cast, deadline, sign_in):
        acts = sign_in(cast.bum).get(url("detail", deadline)).context["acts"]

        assert [(act["label"], bool(act["reasons"])) for act in acts] == [
            ("Correct when it began", False),
            ("Extend it", True),
            ("Record why it is late", False),
            ("See who is told, and when", False),
        ]
        assert sign_in(cast.lan).get(url("detail", deadline)).context["acts"] == []

    def test_changes_are_told(self, cast, deadline, sign_in):
        services.correct_trigger(
            deadline, trigger_at=london(2026, 6, 5, 18), reason="They knew on Friday", by=cast.bum
        )

        text = text_of(sign_in(cast.bum).get(url("detail", deadline)))
        assert "It began on 5 June 2026 at 6pm, not on 8 June 2026 at 10:15am." in text
        assert "It was due on 15 June 2026, and is now due on 12 June 2026." in text
        assert "They knew on Friday" in text

    def test_reading_it_is_recorded_in_the_case(self, cast, case, deadline, sign_in):
        sign_in(cast.bum).get(url("detail", deadline))

        assert Event.objects.get(verb="read").object == f"deadlines.Deadline:{deadline.pk}"


def url(name, deadline):
    return reverse(f"deadlines:{name}", args=[deadline.pk])


@pytest.mark.parametrize("name", ["detail", "correct", "extend", "lateness"])
def test_a_stranger_finds_nothing(deadline, outsider, sign_in, name):
    assert sign_in(outsider).get(url(name, deadline)).status_code == 404


@pytest.mark.parametrize(
    ("name", "role"),
    [("correct", "dsp_la"), ("correct", "sgc"), ("extend", "bu"), ("extend", "dsp_la"), ("lateness", "sgc")],
)
def test_whose_act_it_is_not_is_forbidden(cast, return_due, sign_in, name, role):
    client = sign_in(getattr(cast, role))

    assert client.get(url(name, return_due)).status_code == 403
    assert client.post(url(name, return_due), {"reason": "Mine"}).status_code == 403


class TestCorrecting:
    def test_it_is_corrected(self, cast, deadline, sign_in):
        answers = {**posted("trigger_at", london(2026, 6, 5, 18)), "reason": "They knew on Friday"}

        response = sign_in(cast.bu).post(url("correct", deadline), answers, follow=True)

        assert response.redirect_chain == [(url("detail", deadline), 302)]
        assert "It is due on Friday 12 June 2026." in text_of(response)
        assert DeadlineChange.objects.get().by == cast.bu

    @pytest.mark.parametrize(
        ("trigger", "sentence"),
        [
            (london(2026, 6, 10, 17), "The time it began must be now or in the past"),
            (london(2026, 6, 11), "The time it began must be today or in the past"),
            (
                london(2026, 6, 1),
                "The local authority cannot have become aware before the incident, on Friday 5 June 2026.",
            ),
        ],
    )
    def test_a_wrong_time_is_named_beside_its_box(self, cast, case, deadline, sign_in, trigger, sentence):
        case.incident_from = day(2026, 6, 5)
        case.save()
        answers = {**posted("trigger_at", trigger), "reason": "They knew"}

        page = sign_in(cast.bu).post(url("correct", deadline), answers)

        assert page.context["form"].errors == {"trigger_at": [sentence]}
        assert "They knew" in page.content.decode()
        assert list(DeadlineChange.objects.all()) == []

    def test_the_hour_that_never_was(self, cast, deadline, sign_in):
        answers = {
            **posted("trigger_at", london(2026, 3, 29, 12)),
            "trigger_at-time": "1:30am",
            "reason": "At night",
        }

        page = sign_in(cast.bu).post(url("correct", deadline), answers)

        assert "the clocks went forward" in page.context["form"].errors["trigger_at"][0]

    def test_what_was_met_stays(self, cast, case, deadline, sign_in):
        services.meet("DL-01", case=case, at=NOW, by=cast.bum)
        answers = {**posted("trigger_at", london(2026, 6, 5, 18)), "reason": "They knew on Friday"}

        page = sign_in(cast.bu).post(url("correct", deadline), answers)

        assert page.context["form"].non_field_errors() == [
            "This deadline no longer runs, so its dates stay as they are."
        ]


class TestExtending:
    def test_the_sub_group_chair_extends_a_local_one(self, cast, return_due, sign_in):
        answers = {**posted("until", day(2026, 6, 22)), "reason": "Half the records are on paper"}

        sign_in(cast.sgc).post(url("extend", return_due), answers)

        return_due.refresh_from_db()
        assert return_due.due_on == day(2026, 6, 22)

    def test_a_statutory_one_is_not(self, cast, deadline, sign_in):
        answers = {**posted("until", day(2026, 6, 22)), "reason": "More time"}

        page = sign_in(cast.bum).post(url("extend", deadline), answers)

        assert page.context["form"].errors["until"] == [
            "What law or guidance fixes cannot be extended here. Record the reason for lateness, and when the regulator "
            "was told."
        ]


class TestLateness:
    def test_the_reason_and_the_telling_are_recorded(self, cast, deadline, sign_in):
        answers = {
            "reason": "The duty manager was away",
            **posted("regulator_told_at", london(2026, 6, 10, 9)),
        }

        sign_in(cast.bu).post(url("lateness", deadline), answers)

        deadline.refresh_from_db()
        assert (deadline.lateness_reason, deadline.regulator_told_at) == (
            "The duty manager was away",
            london(2026, 6, 10, 9),
        )

    def test_a_text_too_long_is_refused(self, cast, deadline, sign_in):
        page = sign_in(cast.bu).post(url("lateness", deadline), {"reason": "x" * 20_000})

        assert "4000 characters or fewer" in page.context["form"].errors["reason"][0]

    def test_a_late_one_without_a_reason_waits_for_the_business_unit(self, cast, case, deadline, at):
        at(london(2026, 6, 17))
        services.meet("DL-01", case=case, at=london(2026, 6, 16), by=cast.bum)

        assert [(item.verb, item.code, item.mine) for item in waiting(cast.bu)] == [
            ("Say why it was late", "", True)
        ]
        assert [item.mine for item in waiting(cast.dsp_la, case)] == [False]
        assert waiting(cast.dsp_la) == []
        services.record_lateness(Deadline.objects.get(), reason="The duty manager was away", by=cast.bu)
        assert waiting(cast.bu) == []

    def test_a_stranger_waits_for_nothing(self, cast, case, deadline, outsider, at):
        at(london(2026, 6, 17))
        services.meet("DL-01", case=case, at=london(2026, 6, 16), by=cast.bum)

        assert waiting(outsider) == waiting(outsider, case) == []
