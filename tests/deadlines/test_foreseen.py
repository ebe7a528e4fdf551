"""What a date will make due is said while it is typed, by the endpoint and, without scripts, by the form itself."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import has_opened

from casework.models import Event
from casework.views import ActView, CaseMixin
from deadlines import services
from deadlines.foreseen import ASK, MakesDue
from deadlines.models import Deadline, DeadlineChange
from govuk.widgets import posted
from tests.access.addresses import every_address
from tests.deadlines.clockwork import case_of, day, london

NOW = london(2026, 6, 10, 16)
AWARE = london(2026, 6, 8, 10, 15)
ADDRESS = "/deadlines/foreseen/"
ORAL = "referrals.forms.starting.OralNoticeForm"
SENT = "referrals.forms.notification.SentForm"
PLAN = "publication.forms.PlanForm"
LETTER = "rapid_review.forms.LetterForm"
CORRECT = "deadlines.forms.CorrectTriggerForm"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at):
    at(NOW)


@pytest.fixture
def deadline(cast, case):
    has_opened(case, cast.bum, cast.bu)
    return services.start("DL-01", case=case, trigger_at=AWARE, because="", by=cast.bum)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).strip()


def test_a_notification_s_date_says_when_the_rapid_review_is_due(cast, case, sign_in):
    response = sign_in(cast.bum).post(
        ADDRESS, {"form": SENT, "case": case.pk, **posted("sent_at", london(2026, 6, 10, 15))}
    )

    assert (
        "15 working days from Wednesday 10 June 2026, when the notification was sent; not counted: weekends; due "
        "Wednesday 1 July 2026."
    ) in text_of(response)
    assert "Source: National Panel guidance for safeguarding partners, June 2025" in text_of(response)


def test_nothing_is_kept_and_no_case_is_read(cast, case, sign_in):
    client = sign_in(cast.bum)
    before = Event.objects.count()

    client.post(ADDRESS, {"form": SENT, "case": case.pk, **posted("sent_at", NOW)})

    assert Event.objects.count() == before
    assert list(Deadline.objects.all()) == []


def test_a_planned_day_counts_back(cast, case, sign_in):
    response = sign_in(cast.bum).post(
        ADDRESS, {"form": PLAN, "case": case.pk, **posted("planned_on", day(2026, 9, 30))}
    )

    assert "At least 7 working days before Wednesday 30 September 2026" in text_of(response)


def test_a_date_far_ahead_is_provisional(cast, case, sign_in):
    response = sign_in(cast.bum).post(
        ADDRESS, {"form": PLAN, "case": case.pk, **posted("planned_on", day(2036, 9, 30))}
    )

    assert "Provisional" in text_of(response)


def test_what_depends_on_another_answer_says_on_which(cast, case, sign_in):
    response = sign_in(cast.bum).post(
        ADDRESS, {"form": LETTER, "case": case.pk, **posted("received_on", day(2026, 6, 9))}
    )

    assert "(if it does not agree) 10 working days from Tuesday 9 June 2026" in text_of(response)


def test_the_partnership_s_own_figures_count(cast, other_cast, sign_in):
    told = posted("told_at", london(2026, 6, 10, 15))

    here = sign_in(cast.bum).post(ADDRESS, {"form": ORAL, "partnership": cast.partnership.pk, **told})
    there = sign_in(other_cast.bum).post(
        ADDRESS, {"form": ORAL, "partnership": other_cast.partnership.pk, **told}
    )

    assert text_of(here) == ""
    assert "48 hours from 3pm on Wednesday 10 June 2026" in text_of(there)


def test_a_rapid_review_counted_from_another_event_is_not_promised(cast, case, sign_in):
    cast.partnership.rr_anchor = "partners_aware"
    cast.partnership.save()

    response = sign_in(cast.bum).post(ADDRESS, {"form": SENT, "case": case.pk, **posted("sent_at", NOW)})

    assert text_of(response) == ""


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"sent_at-day": "10"},
        {"sent_at-day": "31", "sent_at-month": "6", "sent_at-year": "2026", "sent_at-time": "3pm"},
        {"sent_at-day": "10", "sent_at-month": "6", "sent_at-year": "2026", "sent_at-time": "half"},
        posted("sent_at", london(2026, 6, 11)),
        posted("sent_at", london(2016, 6, 8)),
        {**posted("sent_at", london(2026, 3, 29, 12)), "sent_at-time": "1:30am"},
    ],
    ids=["nothing", "half", "31 June", "no time", "future", "before the law", "never was"],
)
def test_what_is_not_a_date_yet_makes_nothing_due(cast, case, sign_in, typed):
    response = sign_in(cast.bum).post(ADDRESS, {"form": SENT, "case": case.pk, **typed})

    assert (response.status_code, text_of(response)) == (200, "")


class TestStrangers:
    @pytest.mark.parametrize("form", ["", "nothing.Form", "django.forms.Form"])
    def test_no_such_form(self, cast, case, sign_in, form):
        assert sign_in(cast.bum).post(ADDRESS, {"form": form, "case": case.pk}).status_code == 404

    def test_a_stranger_s_case_deadline_and_partnership(self, cast, case, deadline, other_cast, sign_in):
        client = sign_in(other_cast.bum)

        for about in (
            {"case": case.pk},
            {"deadline": deadline.pk},
            {"partnership": cast.partnership.pk},
            {"case": "x"},
            {},
        ):
            assert client.post(ADDRESS, {"form": SENT, **about}).status_code == 404

    def test_nobody_without_signing_in(self, client, case):
        assert client.post(ADDRESS, {"form": SENT, "case": case.pk}).status_code == 302

    def test_it_answers_to_post_alone(self, cast, sign_in):
        assert sign_in(cast.bum).get(ADDRESS).status_code == 405


class TestCorrecting:
    def test_the_deadline_s_own_clock_is_shown_while_typing(self, cast, deadline, sign_in):
        response = sign_in(cast.bum).post(
            ADDRESS,
            {"form": CORRECT, "deadline": deadline.pk, **posted("trigger_at", london(2026, 6, 5, 18))},
        )

        assert "due Friday 12 June 2026" in text_of(response)

    def test_without_scripts_the_button_answers_and_nothing_is_lost_or_done(self, cast, deadline, sign_in):
        address = reverse("deadlines:correct", args=[deadline.pk])
        answers = {**posted("trigger_at", london(2026, 6, 5, 18)), "reason": "They knew", ASK: "1"}

        page = sign_in(cast.bu).post(address, answers)

        assert "due Friday 12 June 2026" in text_of(page)
        assert "They knew" in page.content.decode()
        assert page.context["form"].errors == {}
        assert list(DeadlineChange.objects.all()) == []

    def test_only_what_is_wrong_with_the_date_is_said_then(self, cast, deadline, sign_in):
        address = reverse("deadlines:correct", args=[deadline.pk])

        page = sign_in(cast.bu).post(address, {**posted("trigger_at", london(2026, 6, 11)), ASK: "1"})

        assert page.context["form"].errors == {
            "trigger_at": ["The time it began must be today or in the past"]
        }

    def test_the_page_names_its_form_to_the_script(self, cast, deadline, sign_in):
        page = sign_in(cast.bu).get(reverse("deadlines:correct", args=[deadline.pk])).content.decode()

        assert f'data-foreseen-form="{CORRECT}"' in page
        assert f'data-foreseen-deadline="{deadline.pk}"' in page
        assert "Show what this makes due" in page


def test_every_form_names_fields_that_it_has_and_clocks_that_run():
    from deadlines.catalogue import BUILT

    wrong = []
    for name, form in MakesDue.known.items():
        for field, clocks in form.makes_due.items():
            if field not in form.base_fields:
                wrong.append((name, field))
            wrong += [(name, code) for code in clocks if code not in BUILT]
    assert wrong == []


def test_every_page_tells_its_form_which_case_or_partnership_it_is_of():
    untold = []
    for address in every_address():
        view = getattr(address.view, "view_class", None)
        form = getattr(view, "form_class", None)
        if isinstance(form, type) and issubclass(form, MakesDue):
            teller = next(each for each in view.__mro__ if "get_form" in vars(each))
            makers = [vars(teller)["get_form"]] + [
                vars(each)["__init__"] for each in form.__mro__ if "__init__" in vars(each)
            ]
            told = any("of_partnership" in getattr(made, "__code__", made).co_names for made in makers[:-1])
            if teller not in {CaseMixin, ActView} and not told:
                untold.append((address.name, teller.__name__))
    assert untold == []


def test_it_costs_a_handful_of_queries_for_each_clock(cast, case, sign_in):
    client = sign_in(cast.bum)
    with CaptureQueriesContext(connection) as for_one:
        client.post(ADDRESS, {"form": SENT, "case": case.pk, **posted("sent_at", NOW)})
    with CaptureQueriesContext(connection) as for_two:
        client.post(ADDRESS, {"form": LETTER, "case": case.pk, **posted("received_on", day(2026, 6, 9))})

    # The version of the rule, and the edition of the calendar.
    assert len(for_two) - len(for_one) == 2


def test_a_case_of_another_partnership_is_reached_by_invitation_only(cast, other_cast, sign_in):
    theirs = case_of(other_cast)

    assert sign_in(cast.bum).post(ADDRESS, {"form": SENT, "case": theirs.pk}).status_code == 404
