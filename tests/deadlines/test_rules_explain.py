"""The sentence beside a date, and the lines behind it."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from deadlines.catalogue import rule_for
from deadlines.holidays import england_and_wales
from deadlines.rules import words
from deadlines.rules.counting import derive, working_days
from deadlines.rules.explain import explain

LONDON = ZoneInfo("Europe/London")
CALENDAR = england_and_wales()


def sentence(code, trigger, when=None, **settings):
    on = trigger.date() if isinstance(trigger, dt.datetime) else trigger
    rule = rule_for(code, on, settings)
    closes = settings.get("office_closes_at")
    return explain(derive(rule.length, trigger, CALENDAR, office_closes_at=closes), rule, when).sentence


def test_fifteen_working_days_over_christmas():
    assert sentence("DL-10", dt.date(2025, 12, 24)) == (
        "15 working days from Wednesday 24 December 2025, when the notification was sent; "
        "not counted: weekends, 25 and 26 December, 1 January; due Monday 19 January 2026"
    )


def test_one_weekend_and_no_holiday():
    assert sentence("DL-01", dt.date(2026, 6, 8)) == (
        "5 working days from Monday 8 June 2026, when the local authority became aware; "
        "not counted: the weekend; due Monday 15 June 2026"
    )


def test_nothing_left_out():
    assert sentence("DL-06", dt.date(2026, 6, 8)) == (
        "1 working day from Monday 8 June 2026, when the notification was sent; due Tuesday 9 June 2026"
    )


def test_hours_with_their_times():
    told = dt.datetime(2026, 9, 11, 17, 30, tzinfo=LONDON)

    assert sentence("DL-03", told, written_within_hours=48) == (
        "48 hours from 5:30pm on Friday 11 September 2026, when the business unit was first told; "
        "nights, weekends and bank holidays count; due by 5:30pm on Sunday 13 September 2026"
    )


def test_months_that_end_on_a_sunday():
    assert sentence("DL-14", dt.date(2026, 8, 31)) == (
        "6 months from Monday 31 August 2026, when the review was decided; due Sunday 28 February 2027, "
        "which is not a working day: complete it by Friday 26 February 2027"
    )


def test_counting_back_over_new_year():
    assert sentence("DL-19", dt.date(2027, 1, 6)) == (
        "At least 7 working days before Wednesday 6 January 2027, the planned publication date; "
        "not counted: weekends, 25 and 28 December, 1 January; due by Wednesday 23 December 2026"
    )


def test_a_year_public():
    assert sentence("DL-22", dt.date(2026, 5, 29)) == (
        "At least 1 year from Friday 29 May 2026, when the report was published; not before Saturday 29 May 2027"
    )


def test_the_same_working_day():
    assert sentence("DL-36", dt.date(2026, 6, 8)) == (
        "By the end of Monday 8 June 2026, when the notification was sent; due Monday 8 June 2026"
    )
    assert sentence("DL-36", dt.date(2026, 6, 13)) == (
        "By the end of the first working day after Saturday 13 June 2026, when the notification was sent; "
        "not counted: the weekend; due Monday 15 June 2026"
    )


def test_days_and_a_given_date():
    assert sentence("DL-17", dt.date(2026, 6, 1)) == (
        "28 days from Monday 1 June 2026, when the review started or was last checked; due Monday 29 June 2026"
    )
    assert sentence("DL-33", dt.date(2026, 6, 1)) == "Due Monday 1 June 2026, the date given in the notice"


def test_the_callers_own_words_for_the_trigger():
    assert sentence("DL-06", dt.date(2026, 6, 8), "when the form was sent again") == (
        "1 working day from Monday 8 June 2026, when the form was sent again; due Tuesday 9 June 2026"
    )


def test_an_evening_after_the_office_closed_shows_its_time():
    told = dt.datetime(2026, 6, 8, 18, 5, tzinfo=LONDON)

    assert sentence("DL-04", told, office_closes_at=dt.time(17)) == (
        "1 working day from 6:05pm on Monday 8 June 2026, when the referral was submitted; due Wednesday 10 June 2026"
    )


def test_the_lines_show_every_day_the_rule_its_source_and_the_calendar():
    rule = rule_for("DL-01", dt.date(2026, 8, 28), {})
    found = explain(derive(working_days(2), dt.date(2026, 8, 28), CALENDAR), rule)

    assert found.lines == [
        "Day 0: Friday 28 August 2026, when the local authority became aware",
        "Working day 1: Tuesday 1 September 2026",
        "Working day 2: Wednesday 2 September 2026",
        "Not counted: Saturday 29 August 2026 (weekend)",
        "Not counted: Sunday 30 August 2026 (weekend)",
        "Not counted: Monday 31 August 2026 (Summer bank holiday)",
        "Rule: DL-01, Serious incident notification sent to the National Panel (law; Working Together 2023)",
        "Source: Children Act 2004 s16C; Working Together 2023 ch. 5; GOV.UK, report a serious child "
        "safeguarding incident (5 working days)",
        f"Calendar: England and Wales bank holidays, {CALENDAR.version}",
    ]


def test_a_provisional_date_says_so_last():
    rule = rule_for("DL-01", dt.date(2029, 6, 4), {})

    assert explain(derive(rule.length, dt.date(2029, 6, 4), CALENDAR), rule).lines[-1] == (
        "Provisional: it leans on bank holidays that are not official yet"
    )


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (dt.time(0, 0), "midnight"),
        (dt.time(0, 5), "12:05am"),
        (dt.time(9, 0), "9am"),
        (dt.time(12, 0), "midday"),
        (dt.time(12, 30), "12:30pm"),
        (dt.time(23, 59, 59), "11:59pm"),
    ],
)
def test_times_in_govuk_style(at, shown):
    assert words.clock_time(at) == shown


def test_a_long_list_of_days_carries_its_years():
    days = [dt.date(2026, 12, 25), dt.date(2026, 12, 28), dt.date(2027, 1, 1)]

    assert words.days_of_months(days, with_year=True) == "25 and 28 December 2026, 1 January 2027"
    assert words.and_list(["a", "b", "c"]) == "a, b and c"
