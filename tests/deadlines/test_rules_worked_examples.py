"""The worked examples of domain §9 that the date rules alone can answer, each under its AC-number."""

import datetime as dt
from zoneinfo import ZoneInfo

from deadlines.catalogue import rule_for
from deadlines.holidays import england_and_wales
from deadlines.rules.calendar import Calendar, Holiday
from deadlines.rules.counting import clear_days_send, derive, earliest_publication, latest_send
from deadlines.rules.status import Standing, status

LONDON = ZoneInfo("Europe/London")
CALENDAR = england_and_wales()
BEDFORD = {"written_within_hours": 48}


def day(year, month, number):
    return dt.date(year, month, number)


def london(year, month, number, hour=12, minute=0):
    return dt.datetime(year, month, number, hour, minute, tzinfo=LONDON).astimezone(dt.UTC)


def shown(instant):
    """An instant as a London clock shows it."""
    return instant.astimezone(LONDON).strftime("%a %d %b %Y %H:%M %Z")


def derived(code, trigger, calendar=CALENDAR, **settings):
    on = trigger.astimezone(LONDON).date() if isinstance(trigger, dt.datetime) else trigger
    return derive(rule_for(code, on, settings).length, trigger, calendar)


def due_on(code, trigger, **settings):
    return derived(code, trigger, **settings).due_on


def stands(found, *, met_at=None, now=None, **flags):
    return status(found.due_at, met_at, now or met_at, length=found.length, calendar=CALENDAR, **flags)


def test_ac_01_ordinary_week():
    aware, sent = london(2026, 6, 8, 10, 15), london(2026, 6, 10, 15, 40)
    notification = derived("DL-01", aware)

    assert notification.counted == tuple(day(2026, 6, number) for number in (9, 10, 11, 12, 15))
    assert shown(notification.due_at) == "Mon 15 Jun 2026 23:59 BST"
    assert stands(notification, met_at=sent).words == "Met"
    assert due_on("DL-06", sent) == day(2026, 6, 11)
    assert due_on("DL-07", sent) == day(2026, 6, 17)
    assert due_on("DL-08", sent) == day(2026, 6, 24)
    assert due_on("DL-09", sent) == day(2026, 6, 30)
    assert due_on("DL-10", sent) == day(2026, 7, 1)
    assert stands(notification, met_at=london(2026, 6, 16)).words == "Met, 1 working day late"


def test_ac_02_friday_evening_buys_no_day_and_hours_run_through_the_weekend():
    told = london(2026, 9, 11, 17, 30)
    written, notification = derived("DL-03", told, **BEDFORD), derived("DL-01", told)

    assert shown(written.due_at) == "Sun 13 Sep 2026 17:30 BST"
    assert notification.counted == tuple(day(2026, 9, number) for number in (14, 15, 16, 17, 18))
    assert stands(written, met_at=london(2026, 9, 14, 9, 5)).words == "Met, 15 hours 35 minutes late"
    assert stands(notification, met_at=london(2026, 9, 18, 16)).standing is Standing.MET
    assert due_on("DL-10", london(2026, 9, 18, 16)) == day(2026, 10, 9)
    assert due_on("DL-01", london(2026, 9, 14, 9)) == day(2026, 9, 21)


def test_ac_02_the_same_call_starts_no_written_clock_in_buckinghamshire():
    assert rule_for("DL-03", day(2026, 9, 11), {"written_within_hours": None}) is None


def test_ac_03_christmas_2025():
    notification, rapid_review = derived("DL-01", day(2025, 12, 22)), derived("DL-10", day(2025, 12, 24))

    assert notification.due_on == day(2025, 12, 31)
    assert [on.day for on in notification.counted] == [23, 24, 29, 30, 31]
    assert rapid_review.due_on == day(2026, 1, 19)
    assert [on.day for on in rapid_review.counted] == [29, 30, 31, 2, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 19]
    assert due_on("DL-07", day(2025, 12, 24)) == day(2026, 1, 5)


def test_ac_04_christmas_eve_with_48_hours():
    told = london(2025, 12, 24, 15)
    notification = derived("DL-01", told)

    assert shown(derived("DL-03", told, **BEDFORD).due_at) == "Fri 26 Dec 2025 15:00 GMT"
    assert notification.due_on == day(2026, 1, 5)
    assert [on.day for on in notification.counted] == [29, 30, 31, 2, 5]
    assert due_on("DL-10", day(2026, 1, 5)) == day(2026, 1, 26)


def test_ac_05_boxing_day_substitute_2026():
    notification = derived("DL-01", day(2026, 12, 23))

    assert notification.due_on == day(2027, 1, 4)
    assert [on.day for on in notification.counted] == [24, 29, 30, 31, 4]
    assert due_on("DL-10", day(2026, 12, 24)) == day(2027, 1, 19)


def test_ac_05_a_table_without_the_substitute_day_would_be_a_day_short():
    naive = {on: holiday for on, holiday in CALENDAR.holidays.items() if on != day(2026, 12, 28)}
    naive[day(2026, 12, 26)] = Holiday("Boxing Day", "naive")
    calendar = Calendar(naive, official_until=day(2028, 12, 31), version="naive")

    assert derived("DL-01", day(2026, 12, 23), calendar).due_on == day(2026, 12, 31)


def test_ac_07_easter_2026():
    notification = derived("DL-01", day(2026, 4, 1))

    assert notification.due_on == day(2026, 4, 10)
    assert [on.day for on in notification.counted] == [2, 7, 8, 9, 10]
    assert due_on("DL-10", day(2026, 4, 2)) == day(2026, 4, 27)


def test_ac_09_easter_2027_is_also_the_clock_change():
    notification = derived("DL-01", day(2027, 3, 24))

    assert notification.due_on == day(2027, 4, 2)
    assert [on.day for on in notification.counted] == [25, 30, 31, 1, 2]
    assert due_on("DL-10", day(2027, 3, 25)) == day(2027, 4, 19)
    written = derived("DL-03", london(2027, 3, 26, 10, 15), **BEDFORD)
    assert shown(written.due_at) == "Sun 28 Mar 2027 11:15 BST"


def test_ac_10_clocks_forward_2026():
    written = derived("DL-03", london(2026, 3, 27, 17, 30), **BEDFORD)
    by_night = derived("DL-03", london(2026, 3, 27, 1, 30), **BEDFORD)

    assert shown(written.due_at) == "Sun 29 Mar 2026 18:30 BST"
    assert shown(by_night.due_at) == "Sun 29 Mar 2026 02:30 BST"
    assert stands(written, met_at=london(2026, 3, 29, 18)).words == "Met"
    assert stands(written, met_at=london(2026, 3, 29, 18, 45)).words == "Met, 15 minutes late"


def test_ac_12_six_months_from_a_month_end_that_is_a_bank_holiday():
    review = derived("DL-14", day(2026, 8, 31))

    assert (review.due_on, review.work_to) == (day(2027, 2, 28), day(2027, 2, 26))
    assert review.notes == (
        "Monday 31 August 2026 is a bank holiday (Summer bank holiday), not a working day.",
    )
    copies = derived("DL-19", review.work_to_or_due)
    assert copies.due_on == day(2027, 2, 17)
    assert [on.day for on in copies.counted] == [25, 24, 23, 22, 19, 18, 17]


def test_ac_12_six_months_into_a_leap_year():
    review = derived("DL-14", day(2027, 8, 31))

    assert (review.due_on, review.work_to) == (day(2028, 2, 29), None)
    assert latest_send(review.work_to_or_due, 7, CALENDAR) == day(2028, 2, 18)


def test_ac_13_seven_working_days_over_new_year():
    copies = derived("DL-19", day(2027, 1, 6))

    assert copies.due_on == day(2026, 12, 23)
    assert [on.day for on in copies.counted] == [5, 4, 31, 30, 29, 24, 23]
    assert latest_send(day(2027, 1, 6), 7, CALENDAR) == day(2026, 12, 23)
    assert clear_days_send(day(2027, 1, 6), 7, CALENDAR) == day(2026, 12, 22)
    assert earliest_publication(day(2026, 12, 24), 7, CALENDAR) == day(2027, 1, 7)
    assert earliest_publication(day(2026, 12, 23), 7, CALENDAR) <= day(2027, 1, 6)


def test_ac_15_criminal_trial_hold():
    review = derived("DL-14", day(2026, 7, 3))

    assert (review.due_on, review.work_to) == (day(2027, 1, 3), day(2026, 12, 31))
    assert stands(review, now=london(2026, 11, 2), held=True).standing is Standing.HELD
    assert stands(review, now=london(2027, 1, 14), held=True).standing is Standing.HELD
    assert stands(review, now=london(2027, 1, 14), held=False).standing is Standing.OVERDUE
    assert due_on("DL-19", day(2027, 1, 29)) == day(2027, 1, 20)
    assert stands(review, met_at=london(2027, 1, 29)).words == "Met, 20 working days late"
    assert due_on("DL-22", day(2027, 1, 29)) == day(2028, 1, 29)


def test_ac_15_family_t_shape_keeps_the_rules_of_2018():
    rule = rule_for("DL-14", day(2018, 7, 16), {})

    assert rule.version == "Working Together 2018"
    assert derive(rule.length, day(2018, 7, 16), CALENDAR).due_on == day(2019, 1, 16)


def test_ac_16_death_of_a_looked_after_child_and_later_suspicion():
    notice = derived("DL-26", day(2026, 8, 21))

    assert notice.due_on == day(2026, 8, 28)
    assert [on.day for on in notice.counted] == [24, 25, 26, 27, 28]
    assert due_on("DL-01", day(2026, 9, 7)) == day(2026, 9, 14)


def test_ac_18_cross_border_over_two_may_holidays():
    notification = derived("DL-01", day(2026, 5, 3))

    assert notification.due_on == day(2026, 5, 11)
    assert [on.day for on in notification.counted] == [5, 6, 7, 8, 11]
    rapid_review = derived("DL-10", day(2026, 5, 7))
    assert rapid_review.due_on == day(2026, 5, 29)
    assert (day(2026, 5, 25), "Spring bank holiday") in rapid_review.skipped


def test_ac_19_a_rapid_review_no_longer_owed_is_neither_overdue_nor_met():
    rapid_review = derived("DL-10", london(2026, 6, 10))

    assert (
        stands(rapid_review, now=london(2026, 8, 1), not_applicable=True).standing is Standing.NOT_APPLICABLE
    )


def test_ac_20_national_panel_disagrees():
    review = derived("DL-14", day(2026, 7, 23))

    assert due_on("DL-11", day(2026, 7, 1)) == day(2026, 7, 15)
    assert due_on("DL-13", day(2026, 7, 14)) == day(2026, 7, 28)
    assert (review.due_on, review.work_to) == (day(2027, 1, 23), day(2027, 1, 22))
    assert latest_send(review.work_to_or_due, 7, CALENDAR) == day(2027, 1, 13)


def test_ac_22_an_alternative_review_has_its_own_four_months():
    assert due_on("DL-24", day(2026, 6, 10)) == day(2026, 10, 10)


def test_ac_28_takedown_from_the_same_date_next_year():
    public = derived("DL-22", day(2026, 5, 29))

    assert shown(public.due_at) == "Sat 29 May 2027 00:00 BST"
    assert stands(public, now=london(2027, 5, 28, 23, 59)).standing is Standing.OPEN
    assert stands(public, now=london(2027, 5, 29, 0, 0)).standing is Standing.MET


def test_spike_example_of_fifteen_working_days_over_christmas_2026():
    assert due_on("DL-10", day(2026, 12, 17)) == day(2027, 1, 12)
