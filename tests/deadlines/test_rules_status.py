"""How a deadline stands, how late it is, and when each reminder falls."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from deadlines.holidays import england_and_wales
from deadlines.rules.chasing import Step, StepUnit, step_at
from deadlines.rules.counting import calendar_months, derive, hours, working_days, years_at_least
from deadlines.rules.status import Lateness, Standing, due_soon_at, status

LONDON = ZoneInfo("Europe/London")
CALENDAR = england_and_wales()
NOTIFICATION = derive(working_days(5), dt.date(2026, 6, 8), CALENDAR)  # due Monday 15 June 2026
WRITTEN = derive(hours(48), dt.datetime(2026, 9, 11, 17, 30, tzinfo=LONDON), CALENDAR)


def at(month, day, *time, year=2026):
    """A London time, midday if none is given."""
    return dt.datetime(year, month, day, *(time or (12,)), tzinfo=LONDON)


def stands(found, now, met_at=None, **flags):
    return status(found.due_at, met_at, now, length=found.length, calendar=CALENDAR, **flags)


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        (at(6, 8), Standing.OPEN),
        (at(6, 10, 23, 59, 59), Standing.OPEN),
        (at(6, 11, 0), Standing.DUE_SOON),
        (at(6, 15, 23, 59, 59), Standing.DUE_SOON),
        (at(6, 15, 23, 59, 59, 900_000), Standing.DUE_SOON),
        (at(6, 16, 0), Standing.OVERDUE),
    ],
)
def test_a_notification_through_its_days(now, standing):
    assert stands(NOTIFICATION, now).standing is standing


@pytest.mark.parametrize(
    ("met_at", "words"),
    [
        (at(6, 15, 23, 59, 59), "Met"),
        (at(6, 15, 23, 59, 59, 900_000), "Met"),
        (at(6, 16, 0), "Met, 1 working day late"),
        (at(6, 16, 23, 59), "Met, 1 working day late"),
        (at(6, 22), "Met, 5 working days late"),
    ],
)
def test_met_and_met_late(met_at, words):
    assert stands(NOTIFICATION, at(12, 1), met_at).words == words


def test_late_on_the_weekend_after_a_friday_is_late_by_less_than_a_day():
    friday = derive(working_days(5), dt.date(2026, 9, 11), CALENDAR)

    assert stands(friday, at(9, 19), at(9, 19)) == (Standing.MET_LATE, Lateness(0, "working_day"))
    assert stands(friday, at(9, 19), at(9, 19)).words == "Met, less than 1 working day late"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (at(9, 12, 17, 29), "Open"),
        (at(9, 12, 17, 30), "Due soon"),
        (at(9, 13, 17, 30), "Due soon"),
        (at(9, 13, 17, 30, 20), "Overdue by less than 1 minute"),
        (at(9, 13, 17, 31), "Overdue by 1 minute"),
        (at(9, 13, 19, 30), "Overdue by 2 hours"),
        (at(9, 14, 9, 5), "Overdue by 15 hours 35 minutes"),
    ],
)
def test_an_hour_rule_counts_its_lateness_in_hours(now, words):
    assert stands(WRITTEN, now).words == words


def test_reasons_for_not_being_owed_come_before_the_clock():
    now = at(12, 1)

    assert stands(NOTIFICATION, now, cancelled=True).standing is Standing.CANCELLED
    assert stands(NOTIFICATION, now, not_applicable=True).standing is Standing.NOT_APPLICABLE
    assert stands(NOTIFICATION, now, held=True).standing is Standing.HELD
    assert stands(NOTIFICATION, now).standing is Standing.OVERDUE


def test_a_held_deadline_once_met_is_met():
    assert stands(NOTIFICATION, at(12, 1), at(6, 16), held=True).standing is Standing.MET_LATE


def test_six_months_are_due_soon_four_weeks_before():
    review = derive(calendar_months(6), dt.date(2026, 7, 3), CALENDAR)

    assert due_soon_at(review.due_at, review.length, CALENDAR) == at(12, 6, 0)


def test_a_year_public_is_never_overdue():
    public = derive(years_at_least(1), dt.date(2026, 5, 29), CALENDAR)

    assert stands(public, at(5, 28, year=2027)).standing is Standing.OPEN
    assert stands(public, at(5, 29, year=2030)).standing is Standing.MET


@pytest.mark.parametrize(
    ("offset", "unit", "key", "moment"),
    [
        (-2, StepUnit.WORKING_DAYS, "-2wd", at(6, 11, 8)),
        (-1, StepUnit.WORKING_DAYS, "-1wd", at(6, 12, 8)),
        (0, StepUnit.MORNING_OF, "morning", at(6, 15, 8)),
        (0, StepUnit.WORKING_DAYS, "+0wd", at(6, 15, 23, 59, 59)),
        (1, StepUnit.WORKING_DAYS, "+1wd", at(6, 16, 23, 59, 59)),
        (3, StepUnit.WORKING_DAYS, "+3wd", at(6, 18, 23, 59, 59)),
        (-14, StepUnit.DAYS, "-14d", at(6, 1, 8)),
        (30, StepUnit.DAYS, "+30d", at(7, 15, 23, 59, 59)),
    ],
)
def test_steps_of_a_day_rule(offset, unit, key, moment):
    step = Step(offset, unit, ("bu",))

    assert step.key == key
    assert step_at(step, NOTIFICATION.due_at, CALENDAR) == moment


@pytest.mark.parametrize(
    ("offset", "moment"), [(-24, at(9, 12, 17, 30)), (0, at(9, 13, 17, 30)), (24, at(9, 14, 17, 30))]
)
def test_steps_of_an_hour_rule_are_elapsed_hours(offset, moment):
    assert step_at(Step(offset, StepUnit.HOURS, ("rep",)), WRITTEN.due_at, CALENDAR) == moment


def test_steps_keep_london_time_over_a_clock_change():
    due_at = dt.datetime(2026, 3, 26, 23, 59, 59, tzinfo=LONDON)

    moment = step_at(Step(1, StepUnit.WORKING_DAYS, ("bu",)), due_at.astimezone(dt.UTC), CALENDAR)
    later = step_at(Step(3, StepUnit.WORKING_DAYS, ("bu",)), due_at.astimezone(dt.UTC), CALENDAR)

    assert moment == dt.datetime(2026, 3, 27, 23, 59, 59, tzinfo=LONDON)
    assert later == dt.datetime(2026, 3, 31, 22, 59, 59, tzinfo=dt.UTC)
