"""The week on one sheet: on the screen, asked for as a PDF, and read back from it."""

from __future__ import annotations

import re
from io import BytesIO

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import subject_of

from accounts.models import Membership
from accounts.roles import Role
from casework import jobs
from casework.models import Job, JobState
from casework.services import admit, raise_wall
from deadlines import services
from deadlines.models import Deadline
from deadlines.printing import make_week_sheet
from deadlines.sheet import sheet_of, span
from tests.deadlines.clockwork import case_of, day, london

NOW = london(2026, 6, 10, 16)
AWARE = london(2026, 6, 8, 10, 15)
WEEK = "/deadlines/week/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at, monkeypatch):
    at(NOW)
    monkeypatch.setattr(jobs.current_app, "send_task", lambda *args, **kwargs: None)


def start(case, by, code="DL-01", trigger=AWARE, **more):
    return services.start(code, case=case, trigger_at=trigger, because="", by=by, **more)


@pytest.fixture
def week(cast, case):
    """One overdue, one today, one on Friday, one next week, one far off, one held."""
    subject_of(case, label="Child A", forenames="Robin", surname="Quillfeather")
    found = {
        "overdue": start(case, cast.bum, "DL-07", trigger=london(2026, 6, 1)),
        "today": start(case, cast.bum, "DL-10", trigger=london(2026, 5, 19)),
        "friday": start(case, cast.bum, "DL-15", trigger=london(2026, 6, 5)),
        "next": start(case, cast.bum),
        "later": start(case, cast.bum, "DL-24", trigger=london(2026, 6, 5)),
        "held": start(case, cast.bum, "DL-14", trigger=london(2025, 11, 5)),
    }
    services.hold("DL-14", case=case, reason="Criminal trial", by=cast.bum)
    return found


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def asked_by(client, address=WEEK):
    response = client.post(address)
    job = Job.objects.latest("requested_at")
    assert response.url == f"/work/{job.pk}/"
    return job


def deadlines_of(part):
    return [row.deadline for row in part.rows]


class TestSheet:
    def test_each_row_stands_in_one_place(self, week):
        sheet = sheet_of(Deadline.objects.all(), day(2026, 6, 8), NOW)

        assert deadlines_of(sheet.overdue) == [week["overdue"]]
        assert deadlines_of(sheet.held) == [week["held"]]
        assert {shown.on.day: deadlines_of(shown) for shown in sheet.days if shown.rows} == {
            10: [week["today"]],
            12: [week["friday"]],
        }
        assert deadlines_of(sheet.following) == [week["next"]]

    def test_another_week_has_no_overdue(self, week):
        sheet = sheet_of(Deadline.objects.all(), day(2026, 6, 15), NOW)

        assert (sheet.overdue.rows, sheet.held.rows, sheet.following.rows) == ([], [], [])
        assert deadlines_of(sheet.this_week) == [week["next"]]

    def test_it_begins_on_monday_whatever_day_is_asked_for(self, cast, week, sign_in):
        page = sign_in(cast.bum).get(WEEK, {"week": "2026-08-31"})

        assert (page.context["sheet"].monday, page.context["sheet"].sunday) == (
            day(2026, 8, 31),
            day(2026, 9, 6),
        )
        assert "Monday 31 August 2026 – Summer bank holiday" in text_of(page)
        assert sign_in(cast.bum).get(WEEK, {"week": "2026-09-06"}).context["sheet"].monday == day(2026, 8, 31)

    def test_the_page_says_what_who_force_and_why(self, cast, week, sign_in):
        text = text_of(sign_in(cast.bum).get(WEEK))

        for words in (
            "Overdue",
            "Child V",
            "15 working days from",
            "Agency representative",
            "Local",
            "today",
        ):
            assert words in text

    def test_days_gone_by_say_nothing_of_what_was_due_on_them(self, week):
        this, following = (sheet_of(Deadline.objects.all(), day(2026, 6, on), NOW) for on in (8, 15))

        assert [shown.on.day for shown in this.days] == [10, 11, 12, 13, 14]
        assert len(following.days) == 7

    @pytest.mark.parametrize(
        ("first", "last", "words"),
        [
            (day(2026, 6, 8), day(2026, 6, 14), "8 to 14 June 2026"),
            (day(2026, 6, 29), day(2026, 7, 5), "29 June to 5 July 2026"),
            (day(2026, 12, 28), day(2027, 1, 3), "28 December 2026 to 3 January 2027"),
        ],
    )
    def test_a_week_in_words(self, first, last, words):
        assert span(first, last) == words

    def test_what_does_not_fit_is_said(self, cast, week, sign_in, monkeypatch):
        monkeypatch.setattr("deadlines.sheet.MOST", 1)
        start(case_of(cast), cast.bum)

        sheet = sheet_of(Deadline.objects.all(), day(2026, 6, 8), NOW)

        assert (len(sheet.following.rows), sheet.following.has_more) == (1, True)

    @pytest.mark.parametrize("asked", ["June", "2026-13-01", "0001-01-01", "9999-12-31"])
    def test_a_week_that_is_none_is_not_found(self, cast, sign_in, asked):
        assert sign_in(cast.bum).get(WEEK, {"week": asked}).status_code == 404

    def test_a_guest_s_sheet_holds_what_their_agency_owes(self, cast, case, week, sign_in):
        school = cast.agency("school")
        admit(case, role=Role.DSL, agency=school, why="Referred", by=cast.bum, on=day(2026, 6, 8))
        theirs = start(case, cast.bum, "DL-07", about=school, owed_agency=school)

        sheet = sign_in(cast.dsl).get(WEEK).context["sheet"]

        assert (deadlines_of(sheet.following), sheet.overdue.rows, sheet.this_week.rows) == ([theirs], [], [])

    def test_a_stranger_s_sheet_is_empty(self, week, outsider, sign_in):
        page = sign_in(outsider).get(WEEK)

        assert page.context["sheet"].is_empty
        assert "Child V" not in text_of(page)

    def test_it_costs_the_same_for_one_row_and_for_three(self, cast, case, sign_in):
        start(case, cast.bum)
        client = sign_in(cast.bum)
        for_one = queries_of(client)
        start(case, cast.bum, "DL-07", owed_agency=cast.agency("school"))
        start(case_of(cast), cast.bum, "DL-02")

        assert queries_of(client) == for_one


def queries_of(client):
    with CaptureQueriesContext(connection) as queries:
        client.get(WEEK)
    return len(queries)


class TestAsPdf:
    def test_it_is_asked_for_with_the_filters_and_the_week(self, cast, week, sign_in):
        job = asked_by(sign_in(cast.bum), f"{WEEK}?force=law&week=2026-06-17")

        assert (job.title, job.asked, job.origin, job.requested_by) == (
            "Week sheet, 15 to 21 June 2026",
            {"force": "law", "week": "2026-06-15"},
            f"{WEEK}?force=law&week=2026-06-17",
            cast.bum,
        )

    def test_the_page_lists_what_was_asked_for(self, cast, week, sign_in):
        client = sign_in(cast.bum)
        job = asked_by(client)

        assert f"/work/{job.pk}/" in client.get(WEEK).content.decode()
        assert f"/work/{job.pk}/" not in sign_in(cast.bu).get(WEEK).content.decode()

    def test_it_is_made_marked_tagged_and_without_names(self, cast, case, week, sign_in):
        job = asked_by(sign_in(cast.bum))

        jobs.run(str(job.pk), make_week_sheet)

        job.refresh_from_db()
        assert (job.state, job.failure) == (JobState.DONE, "")
        assert (job.file_name, job.cases) == ("week-sheet-2026-06-08.pdf", [case.pk])
        document = pypdf.PdfReader(BytesIO(job.file.open().read()))
        pages = [re.sub(r"\s+", " ", page.extract_text()) for page in document.pages]
        for number, text in enumerate(pages, start=1):
            assert text.count("OFFICIAL-SENSITIVE") >= 2
            assert f"Page {number} of {len(pages)}" in text
        whole = " ".join(pages)
        for words in ("Overdue", "Child V", "Wednesday 10 June 2026", "(today)", "The week after", "Held"):
            assert words in whole
        assert "Robin" not in whole
        assert "Quillfeather" not in whole
        catalogue = document.trailer["/Root"]
        assert (catalogue["/Lang"], bool(catalogue["/MarkInfo"]["/Marked"])) == ("en-GB", True)
        assert "/StructTreeRoot" in catalogue
        assert document.metadata.title == job.title
        assert b"pdfuaid" in document.xmp_metadata.stream.get_data()

    def test_it_holds_what_may_be_seen_when_it_is_made(self, cast, case, week, sign_in):
        other = case_of(cast, pseudonym="Baby L")
        start(other, cast.bum)
        job = asked_by(sign_in(cast.bu))
        raise_wall(case, user=cast.bu, reason="A neighbour", by=cast.bum)

        jobs.run(str(job.pk), make_week_sheet)

        assert Job.objects.get(pk=job.pk).cases == [other.pk]

    def test_a_choice_that_is_gone_fails_in_words(self, cast, case, week, sign_in):
        job = asked_by(sign_in(cast.bu), f"{WEEK}?case={case.pk}")
        raise_wall(case, user=cast.bu, reason="A neighbour", by=cast.bum)

        jobs.run(str(job.pk), make_week_sheet)

        job.refresh_from_db()
        assert (job.state, job.failure) == (
            JobState.FAILED,
            "What you chose (case) is no longer among what you can see. Choose again.",
        )

    def test_a_leaver_gets_nothing(self, cast, week, sign_in):
        job = asked_by(sign_in(cast.bu))
        Membership.objects.filter(user=cast.bu).update(until=day(2026, 6, 10))

        jobs.run(str(job.pk), make_week_sheet)

        assert Job.objects.get(pk=job.pk).state == JobState.FAILED
