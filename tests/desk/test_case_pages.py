"""The case page, its timeline, its people and who has seen it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import CaseFactory, has_opened, subject_of

import deadlines.services
from accounts.db import acting_as
from accounts.roles import Role
from casework import audit
from casework.models import Event, Part, Stage
from casework.services import admit, admit_standing, answer_opening, raise_wall
from desk.stage_map import stage_map
from govuk.dates import date_text
from lcspr import clock
from publication.rules.bringing_in import Past
from publication.services import Child, bring_in_case
from rapid_review.models import RapidReview
from rapid_review.services import ask_agencies

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast):
    """A rapid review gathers information: the school was asked; everybody has answered that they know nobody."""
    case = CaseFactory(
        partnership=cast.partnership,
        stage=Stage.RR_GATHERING,
        pseudonym="Child V",
        la_aware_at=clock.now(),
        reference="NSCP-2026-007",
    )
    subject_of(case, forenames="Robin", surname="Quillfeather", nhs_number="943 476 5919")
    people = [
        getattr(cast, role) for role in ("bum", "bu", "sgc", "sg", "ic", "dsp_la", "lsp_la", "lan", "rep")
    ]
    today = clock.today()
    admit_standing(case, by=cast.bum, on=today, why="Accepted")
    review = RapidReview.objects.create(case=case)
    deadlines.services.start(
        "DL-10", case=case, trigger_at=clock.now(), because="", by=cast.bum, about=review
    )
    ask_agencies(review, agencies=[cast.agency("school")], asked_for="Two years", by=cast.bum, at=clock.now())
    for role in (Role.PM, Role.AUT, Role.COMMS, Role.FAMILY):
        person = getattr(cast, role.value)
        admit(case, role=role, user=person, why="Appointed", by=cast.bum, on=today)
        people.append(person)
    has_opened(case, *people)
    return case


def open_tab(client, case, tab="case", **query):
    return client.get(reverse(f"desk:{tab}", args=[case.pk]), query)


def words(response) -> str:
    body = response.content.decode()
    main = body[body.index("<main") :] if "<main" in body else body
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


# The case page


def test_the_page_leads_with_what_comes_next_and_who_must_do_it(cast, case, sign_in):
    text = words(open_tab(sign_in(cast.bum), case))

    assert "Child V" in text
    assert "NSCP-2026-007" in text
    assert "Rapid review: gathering information" in text
    assert "Agency representative" in text or "school" in text


def test_an_agency_sees_its_own_part_and_not_the_whole_case(cast, case, sign_in):
    cast.agency("hospital")
    ask_agencies(
        RapidReview.objects.get(case=case),
        agencies=[cast.agency("hospital")],
        asked_for="Two years",
        by=cast.bum,
        at=clock.now(),
    )

    text = words(open_tab(sign_in(cast.rep), case))

    assert "NSCP school" in text
    assert "hospital" not in text


@pytest.mark.parametrize("role", ["bum", "sgc", "dsp_la", "rep", "pm"])
def test_no_page_of_the_case_tells_a_name_before_it_is_revealed(cast, case, sign_in, role):
    client = sign_in(getattr(cast, role))

    for tab in ("case", "timeline", "people"):
        text = open_tab(client, case, tab).content.decode()
        assert "Quillfeather" not in text
        assert "943 476 5919" not in text


def test_every_opening_is_recorded(cast, case, sign_in):
    open_tab(sign_in(cast.sgc), case)

    event = Event.objects.filter(case=case, verb="read").get()
    assert (event.actor, event.object) == (cast.sgc, f"casework.Case:{case.pk}")


@pytest.mark.parametrize("tab", ["case", "timeline", "people", "access"])
def test_an_outsider_finds_no_tab(case, outsider, sign_in, tab):
    assert open_tab(sign_in(outsider), case, tab).status_code == 404


@pytest.mark.parametrize("tab", ["case", "timeline", "people", "access"])
def test_the_walled_find_no_tab(cast, case, sign_in, tab):
    raise_wall(case, user=cast.bum, reason="Knows them", by=cast.bu)

    assert open_tab(sign_in(cast.bum), case, tab).status_code == 404


def test_a_tab_that_holds_nothing_for_the_person_is_not_offered(cast, case, sign_in):
    links = open_tab(sign_in(cast.sgc), case).content.decode()

    assert reverse("desk:access", args=[case.pk]) not in links
    assert reverse("desk:timeline", args=[case.pk]) in links


@pytest.mark.parametrize(
    "role", ["bum", "bu", "sgc", "sg", "ic", "dsp_la", "lsp_la", "lan", "pm", "aut", "rep", "comms", "family"]
)
def test_every_tab_offered_opens(cast, case, sign_in, role):
    client = sign_in(getattr(cast, role))
    page = open_tab(client, case).content.decode()

    for tab in ("timeline", "people", "access"):
        if reverse(f"desk:{tab}", args=[case.pk]) in page:
            assert open_tab(client, case, tab).status_code == 200


def test_queries_of_the_case_page_do_not_grow_with_what_it_holds(cast, case, sign_in):
    client = sign_in(cast.bum)
    review = RapidReview.objects.get(case=case)

    def ask(name):
        ask_agencies(review, agencies=[cast.agency(name)], asked_for="All", by=cast.bum, at=clock.now())

    open_tab(client, case)
    with CaptureQueriesContext(connection) as one:
        open_tab(client, case)
    ask("hospital"), ask("college")

    with CaptureQueriesContext(connection) as three:
        open_tab(client, case)

    assert len(three) == len(one)


# The timeline


def test_the_timeline_tells_each_act_in_words_newest_first(cast, case, sign_in):
    audit.record("first", by=cast.bum, case=case, words="Did the first thing")
    audit.record("second", by=cast.sgc, case=case, words="Did the second thing")
    audit.record(audit.Verb.READ, by=cast.sgc, case=case, words="Looked at it")

    text = words(open_tab(sign_in(cast.dsp_la), case, "timeline"))

    assert text.index("Did the second thing") < text.index("Did the first thing")
    assert cast.sgc.name in text
    assert "Looked at it" not in text


def test_no_rule_s_number_stands_in_a_sentence_of_the_timeline(cast, case, sign_in):
    audit.record(
        "deadline_met", by=cast.bum, case=case, words="Met, DL-16 Agency chronology returned: done at 3pm"
    )

    body = open_tab(sign_in(cast.dsp_la), case, "timeline").content.decode()

    titles = re.findall(r'class="app-timeline__title">(.*?)</strong>', body)
    also = re.findall(r"<li>(.*?)</li>", body)
    assert "Met, Agency chronology returned: done at 3pm" in titles
    assert not [words for words in titles if "DL-" in words]
    assert not [words for words in also if "DL-" in words.split("<span")[0]]
    assert '<span class="app-timeline__ref">DL-16</span>' in body


def test_what_one_act_brought_about_stands_under_it(cast, case, sign_in):
    with acting_as(cast.bum):
        ask_agencies(
            RapidReview.objects.get(case=case),
            agencies=[cast.agency("hospital")],
            asked_for="Two years",
            by=cast.bum,
            at=clock.now(),
        )

    body = open_tab(sign_in(cast.sgc), case, "timeline").content.decode()

    first = body[body.index("app-timeline__item") :].split('<li class="app-timeline__item">')[0]
    title, under = first.split("app-timeline__also")
    assert "Asked NSCP hospital for its information" in title
    assert "Clock started: Agency’s information returned." in under


def test_who_is_let_in_by_one_act_in_several_roles_is_told_in_one_line(cast, sign_in):
    case = CaseFactory(partnership=cast.partnership, pseudonym="Child Q")
    with acting_as(cast.bum):
        audit.record("accept", by=cast.bum, case=case, words="Accepted the referral")
        admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    has_opened(case, cast.bum)

    text = words(open_tab(sign_in(cast.bum), case, "timeline"))

    assert text.count("Let in: ") == 1
    assert "sub-group member, " in text
    assert "(Accepted)" in text


def test_the_same_act_again_is_told_once_with_how_often(cast, case, sign_in):
    for _ in range(3):
        audit.record("entry_added", by=cast.rep, case=case, words="Added an entry to the chronology")

    text = words(open_tab(sign_in(cast.sgc), case, "timeline"))

    assert text.count("Added an entry to the chronology") == 1
    assert "Added an entry to the chronology, 3 times" in text


def test_the_answers_on_first_opening_are_told_on_access_not_on_the_timeline(cast, case, sign_in):
    answer_opening(case, by=cast.sgc, knows_someone=False)
    client = sign_in(cast.bum)

    assert "Said they know nobody" not in words(open_tab(client, case, "timeline"))
    assert "Said they know nobody in the case" in words(open_tab(client, case, "access"))


def test_words_disposed_of_leave_the_act_on_the_timeline(cast, case, sign_in):
    audit.record("report_written", by=cast.bum, case=case, words="")

    assert "Report written (the words are no longer kept)" in words(
        open_tab(sign_in(cast.sgc), case, "timeline")
    )


# The stage map


def test_what_was_over_before_a_case_was_brought_in_says_so(cast, sign_in):
    day = clock.today()
    dates = {
        past: day - dt.timedelta(days=100 - 10 * number)
        for number, past in enumerate(
            (Past.INCIDENT, Past.AWARE, Past.NOTIFIED, Past.DECIDED, Past.RR_SENT, Past.LETTER, Past.STARTED)
        )
    }
    case = bring_in_case(
        cast.partnership,
        by=cast.bum,
        stage=Stage.DRAFTING,
        pseudonym="Child P",
        children=[Child("Wilf", "Example", dt.date(2020, 1, 1))],
        dates=dates,
        proof=SimpleUploadedFile("minutes.txt", b"Minutes"),
        why="Kept on paper until now.",
        on=day,
    )

    phases = {phase["text"]: phase for phase in stage_map(case, cast.bum)}

    assert {name: phase["state"] for name, phase in phases.items()} == {
        "Referral": "before", "Notification": "before", "Rapid review": "before", "National Panel": "before",
        "Review": "now", "Publication": "next", "Learning": "next",
    }  # fmt: skip
    assert clock.on_the_day(dates[Past.NOTIFIED]) == phases["Notification"]["date"]
    has_opened(case, cast.bum)
    text = words(open_tab(sign_in(cast.bum), case))
    assert f"{date_text(dates[Past.RR_SENT])}, before it was brought in" in text
    assert "does not apply" not in text


def test_a_phase_a_case_never_came_to_does_not_apply(cast):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.MONITORING)

    assert [phase["state"] for phase in stage_map(case, cast.bum)] == ["skipped"] * 6 + ["now"]


@pytest.mark.parametrize(
    ("stage", "learning"), [(Stage.CLOSED_COMPLETE, "done"), (Stage.CLOSED_NFA, "skipped")]
)
def test_a_closed_case_is_nowhere_now(cast, stage, learning):
    case = CaseFactory(partnership=cast.partnership, stage=stage, closed_at=clock.now())

    assert [phase["state"] for phase in stage_map(case, cast.bum)] == ["skipped"] * 6 + [learning]


def test_a_guest_gets_no_timeline(cast, case, sign_in):
    for role in ("rep", "comms", "family"):
        assert open_tab(sign_in(getattr(cast, role)), case, "timeline").status_code == 403


def test_a_long_timeline_comes_in_pages_at_a_constant_price(cast, case, sign_in):
    client = sign_in(cast.bum)
    open_tab(client, case, "timeline")
    with CaptureQueriesContext(connection) as few:
        open_tab(client, case, "timeline")
    for number in range(70):
        audit.record("act", by=cast.bum, case=case, words=f"Act number {number:02d}")

    with CaptureQueriesContext(connection) as many:
        first = words(open_tab(client, case, "timeline"))

    assert len(many) == len(few)
    assert "Act number 69" in first
    assert "Act number 00" not in first
    assert "Act number 00" in words(open_tab(client, case, "timeline", page="2"))


# People


def test_names_are_shown_after_they_were_revealed(cast, case, sign_in):
    client = sign_in(cast.pm)
    assert "Child A" in words(open_tab(client, case, "people"))

    client.post(reverse("casework:reveal", args=[case.pk]))

    text = words(open_tab(client, case, "people"))
    assert "Robin Quillfeather" in text
    assert "943 476 5919" in text


def test_who_may_not_reveal_is_offered_no_button(cast, case, sign_in):
    assert "Show the real names" not in words(open_tab(sign_in(cast.lsp_la), case, "people"))
    assert "Show the real names" in words(open_tab(sign_in(cast.sg), case, "people"))


def test_people_cost_the_same_for_three_as_for_one(cast, case, sign_in):
    client = sign_in(cast.bum)
    client.post(reverse("casework:reveal", args=[case.pk]))
    open_tab(client, case, "people")
    with CaptureQueriesContext(connection) as one:
        open_tab(client, case, "people")
    subject_of(case, "Child B")
    subject = subject_of(case, "Mother")
    subject.part = Part.MOTHER
    subject.save()

    with CaptureQueriesContext(connection) as three:
        open_tab(client, case, "people")

    assert len(three) == len(one)


# Access


def test_access_is_for_the_business_unit_and_the_independent_chair(cast, case, sign_in):
    answers = {
        role: open_tab(sign_in(getattr(cast, role)), case, "access").status_code
        for role in ("bum", "bu", "ic", "sgc", "dsp_la", "lsp_la", "rep", "pm", "aut")
    }

    assert answers == {
        "bum": 200, "bu": 200, "ic": 200,
        "sgc": 403, "dsp_la": 403, "lsp_la": 403, "rep": 403, "pm": 403, "aut": 403,
    }  # fmt: skip


def test_access_names_who_is_in_and_why_who_is_out_and_who_looked(cast, case, sign_in):
    raise_wall(case, user=cast.sg, reason="A word only for the business unit’s file", by=cast.bum)
    open_tab(sign_in(cast.sgc), case)

    text = words(open_tab(sign_in(cast.bum), case, "access"))

    assert f"{cast.pm.name}, as review panel member: Appointed" in text
    assert cast.sg.name in text.split("Kept out")[1]
    assert "A word only" not in text
    assert cast.sgc.name in text.split("Who has seen what")[1]


def test_access_costs_the_same_however_many_looked(cast, case, sign_in):
    client = sign_in(cast.bum)
    open_tab(client, case, "access")
    with CaptureQueriesContext(connection) as few:
        open_tab(client, case, "access")
    for user in (cast.sgc, cast.sg, cast.ic):
        open_tab(sign_in(user), case)

    with CaptureQueriesContext(connection) as more:
        open_tab(client, case, "access")

    assert len(more) == len(few)
