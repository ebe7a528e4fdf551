"""The holiday table: what is official, what is projected, and what leans on it."""

import datetime as dt
import socket

import pytest

from deadlines.holidays import calendar_named, england_and_wales, united_kingdom
from deadlines.rules.calendar import Calendar, Holiday
from deadlines.rules.counting import (
    calendar_months,
    derive,
    hours,
    working_days,
    working_days_before,
    years_at_least,
)

# Domain §3.2, word for word.
HANDBOOK = {
    2025: [
        "Wed 1 Jan",
        "Fri 18 Apr",
        "Mon 21 Apr",
        "Mon 5 May",
        "Mon 26 May",
        "Mon 25 Aug",
        "Thu 25 Dec",
        "Fri 26 Dec",
    ],
    2026: [
        "Thu 1 Jan",
        "Fri 3 Apr",
        "Mon 6 Apr",
        "Mon 4 May",
        "Mon 25 May",
        "Mon 31 Aug",
        "Fri 25 Dec",
        "Mon 28 Dec",
    ],
    2027: [
        "Fri 1 Jan",
        "Fri 26 Mar",
        "Mon 29 Mar",
        "Mon 3 May",
        "Mon 31 May",
        "Mon 30 Aug",
        "Mon 27 Dec",
        "Tue 28 Dec",
    ],
    2028: [
        "Mon 3 Jan",
        "Fri 14 Apr",
        "Mon 17 Apr",
        "Mon 1 May",
        "Mon 29 May",
        "Mon 28 Aug",
        "Mon 25 Dec",
        "Tue 26 Dec",
    ],
}


@pytest.mark.parametrize("year", HANDBOOK)
def test_the_table_is_the_handbooks(year):
    table = sorted(on for on in england_and_wales().holidays if on.year == year)

    assert [f"{on:%a} {on.day} {on:%b}" for on in table] == HANDBOOK[year]


def test_substitute_days_say_so():
    holidays = england_and_wales().holidays

    assert holidays[dt.date(2026, 12, 28)].title == "Boxing Day (substitute day)"
    assert holidays[dt.date(2027, 12, 27)].title == "Christmas Day (substitute day)"
    assert dt.date(2026, 12, 26) not in holidays


def test_official_years_are_official_and_later_ones_provisional():
    calendar = england_and_wales()

    assert calendar.official_until == dt.date(2028, 12, 31)
    assert calendar.holidays[dt.date(2028, 12, 26)] == Holiday("Boxing Day", "GOV.UK")
    assert calendar.holidays[dt.date(2029, 3, 30)] == Holiday("Good Friday", "projected", provisional=True)
    assert calendar.holidays[dt.date(2033, 12, 27)].title == "Christmas Day (substitute day)"
    assert {holiday.provisional for on, holiday in calendar.holidays.items() if on.year <= 2028} == {False}
    assert {holiday.provisional for on, holiday in calendar.holidays.items() if on.year > 2028} == {True}


@pytest.mark.parametrize(
    "calendar", [england_and_wales(), united_kingdom()], ids=lambda calendar: calendar.name
)
def test_the_table_holds_weekdays_only(calendar):
    assert {on for on in calendar.holidays if on.weekday() >= 5} == set()


def test_the_table_needs_no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the holiday table reached for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    calendar_named.cache_clear()

    assert len(england_and_wales().holidays) > 200


def test_freedom_of_information_skips_a_holiday_anywhere_in_the_united_kingdom():
    scottish, irish = dt.date(2026, 11, 30), dt.date(2026, 3, 17)

    assert england_and_wales().is_working_day(scottish)
    assert england_and_wales().is_working_day(irish)
    assert not united_kingdom().is_working_day(scottish)
    assert not united_kingdom().is_working_day(irish)


def test_a_date_is_provisional_when_any_weekday_it_leans_on_is():
    calendar = england_and_wales()

    assert not derive(working_days(5), dt.date(2028, 12, 18), calendar).provisional
    assert derive(working_days(5), dt.date(2028, 12, 22), calendar).provisional
    assert derive(working_days_before(7), dt.date(2029, 1, 8), calendar).provisional
    assert not derive(working_days(1), dt.date(2012, 1, 5), calendar).provisional
    assert derive(working_days(1), dt.date(2011, 12, 29), calendar).provisional


def test_a_date_that_only_crosses_an_unofficial_weekend_is_firm():
    calendar = Calendar({}, official_until=dt.date(2026, 6, 12), version="test")  # a Friday

    assert derive(working_days_before(1), dt.date(2026, 6, 14), calendar).provisional is False
    assert derive(working_days(1), dt.date(2026, 6, 12), calendar).provisional is True


def test_months_lean_on_the_table_only_for_the_day_to_work_to():
    calendar = england_and_wales()

    assert derive(
        calendar_months(6), dt.date(2028, 11, 15), calendar
    ).provisional  # Tue 15 May 2029 may be proclaimed
    assert not derive(calendar_months(6), dt.date(2028, 4, 27), calendar).provisional
    assert not derive(hours(48), dt.datetime(2030, 1, 1, tzinfo=dt.UTC), calendar).provisional
    assert not derive(years_at_least(1), dt.date(2030, 1, 1), calendar).provisional


def test_a_one_off_holiday_moves_the_date_and_names_itself():
    proclaimed = dt.date(2026, 6, 10)
    calendar = england_and_wales()
    edited = Calendar(
        {**calendar.holidays, proclaimed: Holiday("Day of thanksgiving", "proclamation")},
        official_until=calendar.official_until,
        version="edited",
    )

    found = derive(working_days(5), dt.date(2026, 6, 8), edited)

    assert found.due_on == dt.date(2026, 6, 16)
    assert found.skipped[0] == (proclaimed, "Day of thanksgiving")
    assert found.calendar_version == "edited"


def test_a_holiday_on_a_saturday_changes_nothing():
    saturday = dt.date(2026, 6, 13)
    calendar = Calendar(
        {saturday: Holiday("Gala", "test")}, official_until=dt.date(2028, 12, 31), version="test"
    )

    assert derive(working_days(5), dt.date(2026, 6, 8), calendar).due_on == dt.date(2026, 6, 15)
    assert calendar.why_not(saturday) == "weekend"
    assert calendar.working_days_between(dt.date(2026, 6, 12), dt.date(2026, 6, 15)) == 1


def test_nearest_working_days():
    calendar = england_and_wales()

    assert calendar.on_or_after(dt.date(2026, 12, 25)) == dt.date(2026, 12, 29)
    assert calendar.on_or_before(dt.date(2026, 12, 28)) == dt.date(2026, 12, 24)
    assert calendar.on_or_after(dt.date(2026, 6, 8)) == dt.date(2026, 6, 8)
    assert calendar.on_or_before(dt.date(2026, 6, 8)) == dt.date(2026, 6, 8)
    with pytest.raises(ValueError, match="not negative"):
        calendar.working_day_after(dt.date(2026, 6, 8), -1)
