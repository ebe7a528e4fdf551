"""Every day of 2018 to 2030, each unit and direction, against an oracle that shares no code with the rules.

The oracle has its own bank holidays (Easter by arithmetic, the rest by rule, the one-offs by name), its own
clock changes, and counts one day at a time.
"""

import datetime as dt
from itertools import count

import pytest

from deadlines.holidays import england_and_wales
from deadlines.rules.counting import (
    calendar_days,
    calendar_months,
    clear_days_send,
    derive,
    earliest_publication,
    hours,
    latest_send,
    same_working_day,
    working_days,
    working_days_before,
    years_at_least,
)

CALENDAR = england_and_wales()
FIRST, LAST = dt.date(2018, 1, 1), dt.date(2030, 12, 31)
DAY = dt.timedelta(days=1)
EVERY_DAY = [FIRST + number * DAY for number in range((LAST - FIRST).days + 1)]

ONE_OFFS = {
    dt.date(2020, 5, 8),  # VE Day, in place of the first Monday
    dt.date(2022, 6, 2),  # Spring bank holiday, moved for the Jubilee
    dt.date(2022, 6, 3),
    dt.date(2022, 9, 19),
    dt.date(2023, 5, 8),
}
MOVED_AWAY = {dt.date(2020, 5, 4), dt.date(2022, 5, 30)}


def easter(year):
    """The Gregorian reckoning, step by step."""
    golden, century = year % 19, year // 100
    correction = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon = correction - (correction // 28) * (
        1 - (correction // 28) * (29 // (correction + 1)) * ((21 - golden) // 11)
    )
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    offset = moon - weekday
    month = 3 + (offset + 40) // 44
    return dt.date(year, month, offset + 28 - 31 * (month // 4))


def mondays(year, month):
    days = [dt.date(year, month, 1) + number * DAY for number in range(31)]
    return [on for on in days if on.month == month and on.weekday() == 0]


def moved_off_the_weekend(days):
    moved = []
    for on in days:
        while on.weekday() >= 5 or on in moved:
            on += DAY  # noqa: PLW2901  the next free weekday takes its place
        moved.append(on)
    return moved


def bank_holidays(year):
    found = {
        easter(year) - 2 * DAY,
        easter(year) + DAY,
        mondays(year, 5)[0],
        mondays(year, 5)[-1],
        mondays(year, 8)[-1],
        *moved_off_the_weekend([dt.date(year, 1, 1)]),
        *christmas(year),
    }
    return (found - MOVED_AWAY) | {on for on in ONE_OFFS if on.year == year}


def christmas(year):
    first, second = dt.date(year, 12, 25), dt.date(year, 12, 26)
    if first.weekday() == 6:  # a Sunday Christmas is kept on Tuesday, after Boxing Day's Monday
        return [second, dt.date(year, 12, 27)]
    return moved_off_the_weekend([first, second])


HOLIDAYS = set().union(*(bank_holidays(year) for year in range(2016, 2034)))
WORKING = {
    on
    for on in (dt.date(2016, 1, 1) + number * DAY for number in range(18 * 365))
    if on.strftime("%a") not in {"Sat", "Sun"} and on not in HOLIDAYS
}


def last_sunday(year, month):
    return max(
        on
        for on in (dt.date(year, month, 31) - number * DAY for number in range(7))
        if on.strftime("%a") == "Sun"
    )


CLOCK_CHANGES = {
    year: tuple(dt.datetime.combine(last_sunday(year, month), dt.time(1), dt.UTC) for month in (3, 10))
    for year in range(2016, 2034)
}


def is_summer(instant):
    forward, back = CLOCK_CHANGES[instant.year]
    return forward <= instant < back


def end_of_day(on):
    """23:59:59 in London: an hour earlier by UTC in summer."""
    winter = dt.datetime.combine(on, dt.time(23, 59, 59), dt.UTC)
    summer = winter - dt.timedelta(hours=1)
    return summer if is_summer(summer) else winter


def start_of_day(on):
    return end_of_day(on - DAY) + dt.timedelta(seconds=1)


def counted_from(on, amount, step):
    found = []
    while len(found) < amount:
        on += step
        if on in WORKING:
            found.append(on)
    return found


@pytest.mark.parametrize("amount", [1, 2, 5, 10, 15, 30])
def test_working_days_after_every_day(amount):
    for on in EVERY_DAY:
        counted = counted_from(on, amount, DAY)
        found = derive(working_days(amount), on, CALENDAR)

        assert list(found.counted) == counted, on
        assert (found.due_on, found.due_at) == (counted[-1], end_of_day(counted[-1])), on
        every = {on + number * DAY for number in range(1, (counted[-1] - on).days + 1)}
        assert {skipped for skipped, _ in found.skipped} == every - set(counted), on


@pytest.mark.parametrize("amount", [1, 7, 10])
def test_working_days_before_every_day(amount):
    for on in EVERY_DAY:
        counted = counted_from(on, amount, -DAY)
        found = derive(working_days_before(amount), on, CALENDAR)

        assert list(found.counted) == counted, on
        assert (found.due_on, found.due_at) == (counted[-1], end_of_day(counted[-1])), on
        assert latest_send(on, amount, CALENDAR) == counted[-1], on
        assert clear_days_send(on, amount, CALENDAR) == counted_from(on, amount + 1, -DAY)[-1], on


def test_earliest_publication_for_every_day_of_sending():
    for sent_on in EVERY_DAY:
        earliest = next(
            on
            for on in (sent_on + number * DAY for number in count(1))
            if counted_from(on, 7, -DAY)[-1] >= sent_on
        )

        assert earliest_publication(sent_on, 7, CALENDAR) == earliest, sent_on


@pytest.mark.parametrize("amount", [1, 3, 4, 6, 12])
def test_calendar_months_from_every_day(amount):
    for on in EVERY_DAY:
        target = (on.year * 12 + on.month - 1 + amount) % 12 + 1
        walk = [on + number * DAY for number in range(28 * amount - 3, 31 * amount + 32)]
        due = max(
            later
            for later in walk
            if later.month == target and later.day <= on.day and later - on < 380 * DAY
        )
        found = derive(calendar_months(amount), on, CALENDAR)

        assert (found.due_on, found.due_at) == (due, end_of_day(due)), on
        assert found.work_to == (None if due in WORKING else counted_from(due, 1, -DAY)[-1]), on


def test_calendar_days_from_every_day():
    for on in EVERY_DAY:
        due = on
        for _ in range(28):
            due += DAY
        found = derive(calendar_days(28), on, CALENDAR)

        assert (found.due_on, found.due_at) == (due, end_of_day(due)), on
        assert found.work_to == (None if due in WORKING else counted_from(due, 1, -DAY)[-1]), on


def test_same_working_day_for_every_day():
    for on in EVERY_DAY:
        due = on if on in WORKING else counted_from(on, 1, DAY)[-1]
        found = derive(same_working_day(), on, CALENDAR)

        assert (found.due_on, found.due_at) == (due, end_of_day(due)), on


def test_at_least_a_year_from_every_day():
    for on in EVERY_DAY:
        allowed = on + 365 * DAY
        if (on.month, on.day) != (allowed.month, allowed.day):
            allowed += DAY  # a 29 February lies between, or the day itself is one
        found = derive(years_at_least(1), on, CALENDAR)

        assert (found.due_on, found.due_at) == (allowed, start_of_day(allowed)), on


@pytest.mark.parametrize("amount", [48, 72])
def test_elapsed_hours_from_every_day_and_several_times_of_it(amount):
    for on in EVERY_DAY:
        for hour, minute in ((0, 30), (1, 30), (10, 15), (17, 30), (23, 45)):
            told = dt.datetime.combine(on, dt.time(hour, minute), dt.UTC)
            found = derive(hours(amount), told, CALENDAR)

            assert found.due_at.timestamp() - told.timestamp() == amount * 3600, told
            shown = found.due_at + dt.timedelta(hours=1 if is_summer(found.due_at) else 0)
            assert found.due_on == shown.date(), told


def test_a_trigger_late_in_the_evening_belongs_to_its_london_day():
    for on in EVERY_DAY:
        last_minute = end_of_day(on) - dt.timedelta(seconds=59)
        found = derive(working_days(1), last_minute, CALENDAR)
        next_minute = derive(working_days(1), last_minute + dt.timedelta(minutes=1), CALENDAR)

        assert found.day_zero == on
        assert next_minute.day_zero == on + DAY


def test_working_days_between_agrees_with_counting_them():
    for on in EVERY_DAY[::7]:
        for span in (0, 1, 3, 10, 90, 365):
            end = on + span * DAY
            counted = sum(1 for number in range(1, span + 1) if on + number * DAY in WORKING)

            assert CALENDAR.working_days_between(on, end) == counted, (on, end)
            assert CALENDAR.working_days_between(end, on) == 0


def test_the_seeded_table_is_the_oracles_own_for_every_weekday():
    assert {on for on in CALENDAR.holidays if FIRST <= on <= LAST} == {
        on for on in HOLIDAYS if FIRST <= on <= LAST
    }
