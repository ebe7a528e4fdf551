"""The page of one deadline and the acts upon it, for those who may and those who may not."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from factories import has_opened

from casework.models import Event
from deadlines import services
from deadlines.models import Deadline, DeadlineChange
from deadlines.waiting import waiting
from govuk.widgets import posted
from tests.deadlines.clockwork import day, london

NOW = london(2026, 6, 10, 16)
AWARE = london(2026, 6, 8, 10, 15)

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
