"""The dates and counts of publication, by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from deadlines.rules.calendar import Calendar, Holiday
from publication.rules import bringing_in, publishing
from publication.rules.bringing_in import Past
from publication.rules.publishing import Copied

D = dt.date
# Christmas 2026 and New Year 2027, and the May holidays, as in domain §3.2.
HOLIDAYS = [D(2026, 12, 25), D(2026, 12, 28), D(2027, 1, 1), D(2026, 5, 4), D(2026, 5, 25)]
CALENDAR = Calendar({on: Holiday("Holiday", "test") for on in HOLIDAYS}, D(2030, 1, 1), "test")


def all_on(on):
    return dict.fromkeys(Copied, on)


def test_ac13_seven_working_days_over_new_year():
    planned = D(2027, 1, 6)

    assert publishing.send_copies_by(planned, CALENDAR) == D(2026, 12, 23)
    assert publishing.is_tight(planned, D(2026, 12, 23), CALENDAR)
    assert not publishing.is_tight(planned, D(2026, 12, 22), CALENDAR)
    sent_late = all_on(D(2026, 12, 24))
    assert publishing.copies_problems(sent_late, on=planned, in_breach=False, calendar=CALENDAR) == [
        "The last copy went on Thursday 24 December 2026: seven working days before publication make Thursday 7 January "
        "2027 the first possible day. Publishing earlier needs the three partners’ decision, with legal advice."
    ]
    assert publishing.copies_problems(sent_late, on=D(2027, 1, 7), in_breach=False, calendar=CALENDAR) == []
    assert publishing.copies_problems(sent_late, on=planned, in_breach=True, calendar=CALENDAR) == []


def test_the_last_copy_counts_and_one_missing_is_enough_to_stop():
    two = {Copied.NATIONAL_PANEL: D(2026, 6, 1), Copied.DFE: D(2026, 6, 2), Copied.OFSTED: None}
    three = {**two, Copied.OFSTED: D(2026, 6, 3)}

    assert publishing.last_copy_on(two) is None
    assert publishing.last_copy_on(three) == D(2026, 6, 3)
    assert publishing.copies_problems(two, on=D(2027, 6, 1), in_breach=True, calendar=CALENDAR) == [
        "No copy of the report is recorded as sent to Ofsted."
    ]


def test_the_first_possible_day_takes_what_is_not_sent_as_sent_today():
    today = D(2026, 6, 10)

    assert publishing.earliest_day(dict.fromkeys(Copied), today=today, calendar=CALENDAR) == D(2026, 6, 19)
    assert publishing.earliest_day(all_on(D(2026, 6, 1)), today=today, calendar=CALENDAR) == today


@pytest.mark.parametrize(
    ("on", "court_order", "allowed"),
    [
        (D(2027, 5, 28), False, False),
        (D(2027, 5, 29), False, True),
        (D(2026, 6, 10), True, True),
        (D(2026, 6, 10), False, False),
    ],
)
def test_ac28_public_for_a_year_unless_a_court_orders(on, court_order, allowed):
    problems = publishing.withdrawal_problems(D(2026, 5, 29), on=on, court_order=court_order)

    assert (problems == []) is allowed


def test_published_on_the_29th_of_february_stays_until_the_first_of_march():
    assert publishing.public_until_at_least(D(2028, 2, 29)) == D(2029, 3, 1)


def test_a_planned_day_is_never_before_the_review_was_decided_or_signed_off():
    plan = {"today": D(2026, 6, 10), "decided_on": D(2026, 7, 3), "signed_off_on": None}

    assert publishing.planning_problems(D(2026, 7, 2), **plan) == [
        "The report cannot be published before the review was decided on, on Friday 3 July 2026."
    ]
    assert publishing.planning_problems(D(2026, 7, 3), **plan) == []
    assert publishing.planning_problems(
        D(2026, 7, 3), today=D(2026, 7, 1), decided_on=None, signed_off_on=D(2026, 7, 4)
    ) == ["The report cannot be published before it was signed off, on Saturday 4 July 2026."]
    assert publishing.planning_problems(D(2026, 6, 9), **{**plan, "decided_on": None}) == [
        "The planned day must be today or in the future."
    ]


def test_two_people_means_two():
    assert publishing.people_missing(2, []) == 2
    assert publishing.people_missing(2, ["a", "a"]) == 1
    assert publishing.people_missing(2, ["a", "b"]) == 0
    assert publishing.people_missing(1, ["a", "b"]) == 0


def test_names_are_found_as_words_and_not_inside_them():
    texts = {"the summary": "Robin was seen by a nurse.", "the title": "Robinson Street", "the statement": ""}

    assert publishing.texts_with_names(texts, ["Robin", "Ann-Marie Example"]) == ["the summary"]
    assert publishing.texts_with_names({"it": "marie"}, ["Ann-Marie"]) == ["it"]
    assert publishing.texts_with_names({"it": "Jo al"}, ["Jo", "Al"]) == []


TODAY = D(2026, 6, 10)
WHOLE = {
    Past.INCIDENT: D(2025, 1, 1),
    Past.AWARE: D(2025, 1, 2),
    Past.NOTIFIED: D(2025, 1, 8),
    Past.RR_SENT: D(2025, 1, 29),
    Past.LETTER: D(2025, 2, 10),
    Past.DECIDED: D(2025, 1, 28),
    Past.TOLD: D(2025, 2, 1),
    Past.STARTED: D(2025, 3, 1),
    Past.SIGNED_OFF: D(2025, 12, 1),
    Past.PUBLISHED: D(2026, 2, 2),
    Past.CLOSED: D(2026, 6, 1),
}


@pytest.mark.parametrize("stage", bringing_in.NEEDED)
def test_whole_and_orderly_dates_bring_a_case_in_anywhere(stage):
    assert bringing_in.date_problems(stage, WHOLE, today=TODAY, legacy=False) == {}


@pytest.mark.parametrize("stage", bringing_in.NEEDED)
def test_every_date_a_stage_needs_is_asked_for(stage):
    for date in bringing_in.NEEDED[stage]:
        problems = bringing_in.date_problems(stage, {**WHOLE, date: None}, today=TODAY, legacy=False)

        assert list(problems) == [date]


@pytest.mark.parametrize(
    ("date", "on", "wrong"),
    [
        (Past.AWARE, D(2024, 12, 31), Past.AWARE),
        (Past.NOTIFIED, D(2025, 1, 1), Past.NOTIFIED),
        (Past.RR_SENT, D(2025, 1, 7), Past.RR_SENT),
        (Past.PUBLISHED, D(2025, 11, 30), Past.PUBLISHED),
        (Past.CLOSED, D(2026, 6, 11), Past.CLOSED),
    ],
)
def test_a_date_out_of_order_or_to_come_is_refused_at_its_own_field(date, on, wrong):
    problems = bringing_in.date_problems("published", {**WHOLE, date: on}, today=TODAY, legacy=False)

    assert list(problems) == [wrong]


def test_a_legacy_review_needs_no_notification():
    dates = {Past.DECIDED: D(2012, 1, 1), Past.STARTED: D(2012, 2, 1), Past.SIGNED_OFF: D(2013, 1, 1),
             Past.PUBLISHED: D(2013, 2, 1)}  # fmt: skip

    assert bringing_in.date_problems("published", dates, today=TODAY, legacy=True) == {}
    assert set(bringing_in.date_problems("published", dates, today=TODAY, legacy=False)) == {
        Past.AWARE,
        Past.NOTIFIED,
        Past.RR_SENT,
    }
