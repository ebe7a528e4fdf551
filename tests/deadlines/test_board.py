"""The board and the month: what will hurt this week, filtered and paged, for those who may see it."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import MembershipFactory

from accounts.roles import Role
from casework.models import Event
from casework.services import admit, raise_wall
from deadlines import services
from deadlines.filtering import COUNTED, STATES, in_state
from deadlines.models import Deadline
from tests.deadlines.clockwork import case_of, day, london

NOW = london(2026, 6, 10, 16)
TODAY = day(2026, 6, 10)
AWARE = london(2026, 6, 8, 10, 15)
BOARD, MONTH = "/deadlines/", "/deadlines/month/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at):
    at(NOW)


def start(case, by, code="DL-01", trigger=AWARE, **more):
    return services.start(code, case=case, trigger_at=trigger, because="", by=by, **more)


@pytest.fixture
def deadline(cast, case):
    """Due on Monday 15 June: next week."""
    return start(case, cast.bum)


@pytest.fixture
def return_due(cast, case, deadline):
    """Due on Monday 15 June, owed by the school."""
    return start(case, cast.bum, "DL-07", about=cast.agency("school"), owed_agency=cast.agency("school"))


@pytest.fixture
def one_of_each(cast, case, deadline):
    """One in every state that the board counts, and one far off."""
    return {
        "overdue": start(case, cast.bum, "DL-07", trigger=london(2026, 6, 1)),
        "today": start(case, cast.bum, "DL-10", trigger=london(2026, 5, 19)),
        "week": start(case, cast.bum, "DL-15", trigger=london(2026, 6, 5)),
        "next": deadline,
        "later": start(case, cast.bum, "DL-24", trigger=london(2026, 6, 5)),
        "held": held(case, cast),
    }


def held(case, cast):
    start(case, cast.bum, "DL-14", trigger=london(2025, 11, 5))
    services.hold("DL-14", case=case, reason="Criminal trial", by=cast.bum)
    return Deadline.objects.get(code="DL-14")


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def headings(response):
    return re.findall(r'<h2 class="govuk-heading-m">(.*?)</h2>', response.content.decode())


def rows(response):
    return [row.deadline for group in response.context["groups"] for row in group["rows"]]


def queries_of(client, address=BOARD):
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return [query["sql"] for query in queries.captured_queries]


class TestWhatHurts:
    def test_it_leads_with_the_overdue_then_today_this_week_and_next(self, cast, one_of_each, sign_in):
        page = sign_in(cast.bum).get(BOARD)

        assert headings(page) == [
            "Overdue",
            "Due today",
            "Due later this week",
            "Due next week",
            "Held, reasons sent",
        ]
        assert rows(page) == [one_of_each[name] for name in ("overdue", "today", "week", "next", "held")]

    def test_a_row_says_case_what_who_force_due_how_far_and_why(self, cast, case, deadline, sign_in):
        text = text_of(sign_in(cast.bum).get(BOARD))

        for words in (
            "Child V",
            "Serious incident notification sent to the National Panel",
            "Local authority notifier",
            "Law",
            "15 June 2026",
            "in 3 working days",
            "5 working days from Monday 8 June 2026, when the local authority became aware",
        ):
            assert words in text

    def test_each_row_is_counted_once(self, cast, one_of_each, sign_in):
        counts = sign_in(cast.bum).get(BOARD).context["counts"]

        assert [(count["number"], count["text"]) for count in counts] == [
            ("1", "Overdue"),
            ("1", "Due today"),
            ("1", "Due later this week"),
            ("1", "Due next week"),
            ("1", "Held, reasons sent"),
        ]

    def test_the_states_share_nothing_and_leave_nothing_out(self, cast, one_of_each):
        every = Deadline.objects.all()
        found = [
            deadline
            for state in (*COUNTED, "later")
            for deadline in in_state(every, state, now=NOW, today=TODAY)
        ]

        assert len(found) == len(set(found)) == 6
        assert set(found) == set(in_state(every, "open", now=NOW, today=TODAY))

    def test_what_ran_out_at_an_hour_of_today_is_overdue_and_not_due_today(self, cast, case):
        case.partnership.written_within_hours = 48
        case.partnership.save()
        late = start(case, cast.bum, "DL-03", trigger=london(2026, 6, 8, 10))

        assert list(in_state(Deadline.objects.all(), "overdue", now=NOW, today=TODAY)) == [late]
        assert list(in_state(Deadline.objects.all(), "today", now=NOW, today=TODAY)) == []

    def test_counting_stops_at_a_hundred(self, cast, case, deadline, sign_in, monkeypatch):
        monkeypatch.setattr("deadlines.views.board.COUNTED_TO", 1)
        start(case, cast.bum, "DL-02")

        counts = sign_in(cast.bum).get(BOARD).context["counts"]

        assert [count["number"] for count in counts] == ["0", "0", "0", "More than 1"]

    def test_what_has_ended_or_only_lasts_is_not_owed(self, cast, case, deadline, sign_in):
        services.meet("DL-01", case=case, at=NOW, by=cast.bum)
        start(case, cast.bum, "DL-22")

        page = sign_in(cast.bum).get(BOARD)

        assert (
            "Nothing is overdue, and nothing is due this week or next in the cases you can see."
            in text_of(page)
        )
        ended = sign_in(cast.bum).get(BOARD, {"state": "ended"})
        assert headings(ended) == ["Met or stopped"]
        assert "Met 10 June 2026" in text_of(ended)


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "codes"),
        [
            ({}, ["DL-07", "DL-10", "DL-15", "DL-01", "DL-14"]),
            ({"state": "open"}, ["DL-07", "DL-10", "DL-15", "DL-01", "DL-24", "DL-14"]),
            *[({"state": state}, [code]) for state, code in (
                ("overdue", "DL-07"),
                ("today", "DL-10"),
                ("week", "DL-15"),
                ("next", "DL-01"),
                ("later", "DL-24"),
                ("held", "DL-14"),
            )],
            ({"state": "ended"}, []),
            ({"force": "law"}, ["DL-01"]),
            ({"force": "local", "state": "overdue"}, ["DL-07"]),
            ({"state": "nonsense", "force": "'--"}, ["DL-07", "DL-10", "DL-15", "DL-01", "DL-14"]),
        ],
    )  # fmt: skip
    def test_when_and_force(self, cast, one_of_each, sign_in, query, codes):
        page = sign_in(cast.bum).get(BOARD, query)

        assert [deadline.code for deadline in rows(page)] == codes

    def test_one_case(self, cast, deadline, sign_in):
        other = case_of(cast, pseudonym="Baby L")
        theirs = start(other, cast.bum)

        page = sign_in(cast.bum).get(BOARD, {"case": str(other.pk)})

        assert rows(page) == [theirs]
        assert page.context["chosen"] == [
            {"text": f"Baby L {other.reference}", "remove_href": BOARD},
        ]

    def test_a_case_that_is_not_on_the_list_is_as_if_nothing_was_chosen(
        self, cast, deadline, other_cast, sign_in
    ):
        theirs = case_of(other_cast)

        page = sign_in(cast.bum).get(BOARD, {"case": str(theirs.pk)})

        assert (page.context["chosen"], rows(page)) == ([], [deadline])
        assert theirs.reference not in page.content.decode()

    def test_a_closed_case_is_not_listed_but_can_be_kept_in_an_address(self, cast, sign_in):
        closed = case_of(cast, stage="closed_nfa", closed_at=NOW)
        still_owed = start(closed, cast.bum)
        client = sign_in(cast.bum)

        page = client.get(BOARD, {"case": str(closed.pk)})

        assert "case" not in client.get(BOARD).context["filter_form"].fields
        assert [value for value, _ in page.context["filter_form"].fields["case"].choices] == [
            "",
            str(closed.pk),
        ]
        assert rows(page) == [still_owed]

    def test_one_agency(self, cast, case, deadline, return_due, sign_in):
        start(case, cast.bum, "DL-07", about=cast.agency("police"), owed_agency=cast.agency("police"))

        page = sign_in(cast.sgc).get(BOARD, {"agency": str(cast.agency("school").pk)})

        assert rows(page) == [return_due]

    def test_an_agency_s_people_are_offered_their_own_agency_and_themselves(
        self, cast, case, return_due, sign_in
    ):
        admit(case, role=Role.REP, agency=cast.agency("school"), why="Asked", by=cast.bum, on=day(2026, 6, 8))
        cast.agency("police")

        fields = sign_in(cast.rep).get(BOARD).context["filter_form"].fields

        assert [text for _, text in fields["agency"].choices] == ["Any", cast.agency("school").name]
        assert [text for _, text in fields["person"].choices] == ["Any", "Me"]

    def test_what_i_owe_by_name_or_by_role(self, cast, case, deadline, return_due, sign_in):
        named = start(case, cast.bum, "DL-23", trigger=london(2026, 3, 10), owed_user=cast.lan)
        start(case, cast.bum, "DL-02", owed_user=cast.alo)

        page = sign_in(cast.lan).get(BOARD, {"person": "me", "state": "open"})

        assert rows(page) == [named, deadline]

    def test_a_colleague_by_key_and_no_stranger(self, cast, case, deadline, return_due, outsider, sign_in):
        client = sign_in(cast.bum)

        theirs = client.get(BOARD, {"person": str(cast.lan.pk)})
        strangers = client.get(BOARD, {"person": str(outsider.pk)})

        assert rows(theirs) == [deadline]
        assert outsider.name not in strangers.content.decode()
        assert (strangers.context["chosen"], len(rows(strangers))) == ([], 2)

    def test_an_agency_s_own_people_owe_what_it_owes_and_not_what_another_does(self, cast, case, return_due):
        admit(case, role=Role.REP, agency=cast.agency("school"), why="Asked", by=cast.bum, on=day(2026, 6, 8))
        admit(
            case, role=Role.REP, agency=cast.agency("college"), why="Asked", by=cast.bum, on=day(2026, 6, 8)
        )
        elsewhere = cast.person(Role.REP, agency="college")

        assert list(Deadline.objects.owed_by(cast.rep)) == [return_due]
        assert list(Deadline.objects.owed_by(elsewhere)) == []

    def test_the_partnership_is_asked_only_where_there_are_several(
        self, cast, case, deadline, other_cast, sign_in
    ):
        theirs = case_of(other_cast)
        start(theirs, other_cast.bum)
        assert "partnership" not in sign_in(cast.bum).get(BOARD).context["filter_form"].fields

        admit(theirs, role=Role.SG, user=cast.bum, why="Works in both", by=other_cast.bum, on=day(2026, 6, 8))
        client = sign_in(cast.bum)
        assert "partnership" in client.get(BOARD).context["filter_form"].fields

        page = client.get(BOARD, {"partnership": str(other_cast.partnership.pk)})
        assert [deadline.case for deadline in rows(page)] == [theirs]

    def test_filters_go_along_to_the_calendar_and_the_week(self, cast, deadline, sign_in):
        page = sign_in(cast.bum).get(BOARD, {"force": "law", "state": "overdue"})

        assert [tab["href"] for tab in page.context["tabs"]][:3] == [
            "/deadlines/?force=law",
            "/deadlines/month/?force=law",
            "/deadlines/week/?force=law",
        ]

    def test_without_scripts_a_filter_is_a_form_of_the_same_address(self, cast, deadline, sign_in):
        form = sign_in(cast.bum).get(MONTH, {"month": "2026-08"}).context["filter_form"]

        assert form.helper.form_method == "get"
        assert form.initial["month"] == "2026-08"
        assert "state" not in form.fields


class TestPaging:
    def test_pages_follow_each_other_and_lead_back(self, cast, case, sign_in, monkeypatch):
        monkeypatch.setattr("deadlines.views.board.PAGE", 2)
        # All due at the same second: the key alone orders them.
        every = [start(case_of(cast), cast.bum) for _ in range(5)]
        in_order = sorted(every, key=lambda deadline: str(deadline.pk))
        client = sign_in(cast.bum)

        first = client.get(BOARD)
        second = client.get(first.context["paging"]["next"]["href"])
        third = client.get(second.context["paging"]["next"]["href"])
        back = client.get(third.context["paging"]["previous"]["href"])

        assert [rows(page) for page in (first, second, third)] == [in_order[:2], in_order[2:4], in_order[4:]]
        assert rows(back) == rows(second)
        assert [set(page.context["paging"]) - {"landmarkLabel"} for page in (first, second, third, back)] == [
            {"next"},
            {"previous", "next"},
            {"previous"},
            {"previous", "next"},
        ]

    def test_what_ended_last_comes_first(self, cast, case, sign_in, monkeypatch):
        monkeypatch.setattr("deadlines.views.board.PAGE", 1)
        cases = [case_of(cast), case_of(cast)]
        older = start(cases[0], cast.bum, trigger=london(2026, 6, 1))
        newer = start(cases[1], cast.bum)
        for each in cases:
            services.cancel("DL-01", case=each, reason="Merged", by=cast.bum)
        client = sign_in(cast.bum)

        first = client.get(BOARD, {"state": "ended"})
        second = client.get(first.context["paging"]["next"]["href"])

        assert (rows(first), rows(second)) == ([newer], [older])
        assert rows(client.get(second.context["paging"]["previous"]["href"])) == [newer]

    @pytest.mark.parametrize("place", ["2", "20260610T120000.000000Z-nothing", "x" * 500, "20261399T000000.000000Z-" + "0" * 36])  # fmt: skip
    def test_a_place_that_is_none_is_not_found(self, cast, sign_in, place):
        assert sign_in(cast.bum).get(BOARD, {"after": place}).status_code == 404


class TestWhoSeesIt:
    def test_a_stranger_sees_an_empty_board(self, deadline, outsider, sign_in):
        page = sign_in(outsider).get(BOARD)

        assert "Child V" not in text_of(page)
        assert [count["number"] for count in page.context["counts"]] == ["0", "0", "0", "0"]

    def test_a_guest_sees_and_counts_only_what_their_agency_owes(
        self, cast, case, deadline, return_due, sign_in
    ):
        start(case, cast.bum, "DL-07", about=cast.agency("police"), owed_agency=cast.agency("police"))
        admit(
            case, role=Role.DSL, agency=cast.agency("school"), why="Referred", by=cast.bum, on=day(2026, 6, 8)
        )

        page = sign_in(cast.dsl).get(BOARD)

        assert rows(page) == [return_due]
        assert [count["number"] for count in page.context["counts"]] == ["0", "0", "0", "1"]

    def test_a_wall_takes_the_case_off_the_board_and_off_the_list_of_cases(
        self, cast, case, deadline, sign_in
    ):
        raise_wall(case, user=cast.bu, reason="A neighbour", by=cast.bum)

        page = sign_in(cast.bu).get(BOARD, {"case": str(case.pk)})

        assert rows(page) == []
        assert case.reference not in page.content.decode()

    def test_someone_who_left_is_not_offered(self, cast, deadline, sign_in):
        MembershipFactory(
            partnership=cast.partnership, role=Role.SG, user__name="Lee Gone", until=day(2026, 6, 1)
        )

        assert "Lee Gone" not in sign_in(cast.bum).get(BOARD).content.decode()

    def test_reading_it_is_recorded(self, cast, deadline, sign_in):
        sign_in(cast.bum).get(BOARD)

        event = Event.objects.get(verb="read")
        assert (event.actor, event.case) == (cast.bum, None)

    def test_it_costs_the_same_for_one_row_and_for_three(self, cast, case, deadline, sign_in):
        client = sign_in(cast.bum)
        for_one = queries_of(client)
        start(case, cast.bum, "DL-07", owed_agency=cast.agency("school"))
        start(case_of(cast), cast.bum, "DL-23", trigger=london(2026, 3, 10), owed_user=cast.alo)

        for_three = queries_of(client)

        assert len(for_three) == len(for_one)
        # The list with its rules, the holidays, and the counts.
        assert len([sql for sql in for_three if 'FROM "deadlines_' in sql]) == 3

    def test_narrowed_it_costs_the_same_for_one_row_and_for_three(self, cast, case, deadline, sign_in):
        client, narrowed = sign_in(cast.bum), f"{BOARD}?partnership={cast.partnership.pk}"
        for_one = queries_of(client, narrowed)
        start(case, cast.bum, "DL-07", owed_agency=cast.agency("school"))
        start(case_of(cast), cast.bum, "DL-23", trigger=london(2026, 3, 10), owed_user=cast.alo)

        assert len(queries_of(client, narrowed)) == len(for_one)


class TestMonth:
    def days(self, page):
        return {day.on: day for week in page.context["weeks"] for day in week}

    def test_a_deadline_stands_on_its_day(self, cast, deadline, sign_in):
        page = sign_in(cast.bum).get(MONTH)

        assert [row.deadline for row in self.days(page)[day(2026, 6, 15)].rows] == [deadline]
        assert "Deadlines in June 2026" in text_of(page)

    def test_today_weekends_and_holidays_are_marked(self, cast, deadline, sign_in):
        june = self.days(sign_in(cast.bum).get(MONTH))
        august = sign_in(cast.bum).get(MONTH, {"month": "2026-08"})

        assert [on for on, marked in june.items() if marked.is_today] == [TODAY]
        assert june[day(2026, 6, 13)].is_weekend
        assert self.days(august)[day(2026, 8, 31)].holiday == "Summer bank holiday"
        assert "Nothing is due in this month" in text_of(august)

    def test_the_months_beside_it_keep_the_filters(self, cast, deadline, sign_in):
        page = sign_in(cast.bum).get(MONTH, {"force": "law", "month": "2026-01"})

        assert page.context["previous"] == {
            "href": "/deadlines/month/?force=law&month=2025-12",
            "text": "December 2025",
        }
        assert page.context["following"]["text"] == "February 2026"
        assert page.context["this_month"] == "/deadlines/month/?force=law"

    def test_a_month_too_full_says_from_which_day_it_is_not_whole(self, cast, deadline, sign_in, monkeypatch):
        monkeypatch.setattr("deadlines.views.board.MonthView.limit", 1)
        start(case_of(cast), cast.bum, trigger=london(2026, 6, 9))

        text = text_of(sign_in(cast.bum).get(MONTH))

        assert "This month holds more than 1 deadlines. From 16 June 2026 on some are not shown" in text

    @pytest.mark.parametrize("month", ["2026-13", "June", "0001-01", "9999-12", "2026-06-01"])
    def test_a_month_that_is_none_is_not_found(self, cast, sign_in, month):
        assert sign_in(cast.bum).get(MONTH, {"month": month}).status_code == 404

    def test_a_stranger_sees_an_empty_month(self, deadline, outsider, sign_in):
        page = sign_in(outsider).get(MONTH)

        assert not any(day.rows for day in self.days(page).values())
        assert "Child V" not in text_of(page)

    def test_it_costs_the_same_for_one_row_and_for_three(self, cast, case, deadline, sign_in):
        client = sign_in(cast.bum)
        for_one = len(queries_of(client, MONTH))
        start(case, cast.bum, "DL-07", owed_agency=cast.agency("school"))
        start(case_of(cast), cast.bum, "DL-02")

        assert len(queries_of(client, MONTH)) == for_one


def test_every_state_of_the_list_can_be_asked_for(cast, one_of_each, sign_in):
    client = sign_in(cast.bum)

    assert {client.get(BOARD, {"state": state}).status_code for state, _ in STATES} == {200}
