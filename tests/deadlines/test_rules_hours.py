"""Hours over clock changes, the two odd hours of the year, and what counts as a trigger."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from deadlines.holidays import england_and_wales
from deadlines.rules.counting import Length, Unit, calendar_months, derive, hours, working_days
from deadlines.rules.london import (
    HourDoesNotExistError,
    HourHappensTwiceError,
    end_of_day,
    local_instants,
    london_date,
    start_of_day,
    to_instant,
)

LONDON = ZoneInfo("Europe/London")
CALENDAR = england_and_wales()
FORWARD, BACK = dt.date(2026, 3, 29), dt.date(2026, 10, 25)


def test_forty_eight_hours_lose_no_hour_when_clocks_go_forward():
    told = dt.datetime(2026, 3, 28, 12, tzinfo=LONDON)

    found = derive(hours(48), told, CALENDAR)

    assert found.due_at.astimezone(LONDON) == dt.datetime(2026, 3, 30, 13, tzinfo=LONDON)
    assert found.notes == (
        "The clocks go forward in between, so the time of day is an hour later: the hours themselves are counted.",
    )


def test_forty_eight_hours_gain_no_hour_when_clocks_go_back():
    told = dt.datetime(2026, 10, 24, 12, tzinfo=LONDON)

    found = derive(hours(48), told, CALENDAR)

    assert found.due_at.astimezone(LONDON) == dt.datetime(2026, 10, 26, 11, tzinfo=LONDON)
    assert found.notes == (
        "The clocks go back in between, so the time of day is an hour earlier: the hours themselves are counted.",
    )


def test_hours_within_one_season_carry_no_note():
    assert derive(hours(48), dt.datetime(2026, 6, 1, 12, tzinfo=LONDON), CALENDAR).notes == ()


def test_the_hour_that_does_not_exist_is_refused_in_words():
    assert local_instants(FORWARD, dt.time(1, 30)) == ()
    with pytest.raises(HourDoesNotExistError) as refused:
        to_instant(FORWARD, dt.time(1, 30))

    assert str(refused.value) == (
        "The clocks went forward on Sunday 29 March 2026, so 1:30am did not happen. Give a time before 1am or from 2am."
    )


def test_the_hour_that_happens_twice_asks_which():
    first, second = local_instants(BACK, dt.time(1, 30))

    assert first == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    assert second == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)
    assert to_instant(BACK, dt.time(1, 30), second=False) == first
    assert to_instant(BACK, dt.time(1, 30), second=True) == second
    with pytest.raises(HourHappensTwiceError) as refused:
        to_instant(BACK, dt.time(1, 30))
    assert str(refused.value) == (
        "The clocks went back on Sunday 25 October 2026, so 1:30am happened twice. "
        "Say whether it was the first time (British Summer Time) or the second (Greenwich Mean Time)."
    )


@pytest.mark.parametrize(("on", "hour"), [(FORWARD, 0), (FORWARD, 2), (BACK, 0), (BACK, 2)])
def test_the_hours_around_a_clock_change_are_plain(on, hour):
    assert len(local_instants(on, dt.time(hour, 0))) == 1


def test_the_other_answer_is_ignored_when_there_is_only_one():
    assert to_instant(dt.date(2026, 6, 1), dt.time(9), second=True) == dt.datetime(
        2026, 6, 1, 8, tzinfo=dt.UTC
    )


def test_a_day_of_clock_change_is_as_long_as_it_is():
    second = dt.timedelta(seconds=1)

    assert end_of_day(FORWARD) + second - start_of_day(FORWARD) == dt.timedelta(hours=23)
    assert end_of_day(BACK) + second - start_of_day(BACK) == dt.timedelta(hours=25)


def test_summer_midnight_in_utc_is_the_next_day_in_london():
    just_before = dt.datetime(2026, 6, 10, 22, 59, 59, tzinfo=dt.UTC)

    assert london_date(just_before) == dt.date(2026, 6, 10)
    assert london_date(just_before + dt.timedelta(seconds=1)) == dt.date(2026, 6, 11)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        derive(working_days(5), dt.datetime(2026, 6, 8, 10), CALENDAR)  # noqa: DTZ001  the mistake under test


def test_hours_from_a_bare_day_are_refused():
    with pytest.raises(TypeError, match="from a time"):
        derive(hours(48), dt.date(2026, 6, 8), CALENDAR)


def test_a_negative_length_is_refused():
    with pytest.raises(ValueError, match="negative"):
        Length(-1, Unit.WORKING_DAYS)


@pytest.mark.parametrize(
    ("told", "day_zero", "due"),
    [
        (dt.datetime(2026, 6, 8, 16, 59, tzinfo=LONDON), dt.date(2026, 6, 8), dt.date(2026, 6, 9)),
        (dt.datetime(2026, 6, 8, 17, 0, tzinfo=LONDON), dt.date(2026, 6, 9), dt.date(2026, 6, 10)),
        # Friday evening may not outlast Saturday morning.
        (dt.datetime(2026, 6, 12, 17, 30, tzinfo=LONDON), dt.date(2026, 6, 13), dt.date(2026, 6, 15)),
        (dt.datetime(2026, 6, 13, 9, 0, tzinfo=LONDON), dt.date(2026, 6, 13), dt.date(2026, 6, 15)),
    ],
)
def test_a_local_rule_may_wait_for_the_office_to_open(told, day_zero, due):
    found = derive(working_days(1), told, CALENDAR, office_closes_at=dt.time(17))

    assert (found.day_zero, found.due_on) == (day_zero, due)


def test_after_hours_says_so():
    told = dt.datetime(2026, 6, 8, 18, 0, tzinfo=LONDON)

    assert derive(working_days(1), told, CALENDAR, office_closes_at=dt.time(17)).notes == (
        "It came after the office had closed, so it counts as the next day.",
    )
    assert derive(working_days(1), told, CALENDAR).notes == ()


@pytest.mark.parametrize(
    ("on", "amount", "due"),
    [
        (dt.date(2026, 8, 31), 6, dt.date(2027, 2, 28)),
        (dt.date(2027, 8, 31), 6, dt.date(2028, 2, 29)),
        (dt.date(2028, 2, 29), 12, dt.date(2029, 2, 28)),
        (dt.date(2026, 3, 31), 6, dt.date(2026, 9, 30)),
        (dt.date(2026, 12, 31), 2, dt.date(2027, 2, 28)),
        (dt.date(2026, 6, 15), 12, dt.date(2027, 6, 15)),
    ],
)
def test_month_ends(on, amount, due):
    assert derive(calendar_months(amount), on, CALENDAR).due_on == due


def test_how_it_was_worked_out_is_plain_values():
    found = derive(working_days(2), dt.datetime(2026, 12, 24, 15, tzinfo=LONDON), CALENDAR)

    assert found.as_json() == {
        "length": {"amount": 2, "unit": "working_days"},
        "trigger": "2026-12-24T15:00:00+00:00",
        "day_zero": "2026-12-24",
        "due_at": "2026-12-30T23:59:59+00:00",
        "due_on": "2026-12-30",
        "counted": ["2026-12-29", "2026-12-30"],
        "skipped": [
            ["2026-12-25", "Christmas Day"],
            ["2026-12-26", "weekend"],
            ["2026-12-27", "weekend"],
            ["2026-12-28", "Boxing Day (substitute day)"],
        ],
        "work_to": None,
        "provisional": False,
        "notes": [],
        "calendar": f"England and Wales, {CALENDAR.version}",
        "brought_forward": "",
    }
