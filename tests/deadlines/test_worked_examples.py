"""The worked examples of domain §9 that the clocks in force here answer, through the services, under their AC-numbers."""

from __future__ import annotations

import datetime as dt

import pytest

from deadlines import services
from deadlines.calendars import calendar_named
from deadlines.models import Deadline, Holiday
from deadlines.rules.counting import clear_days_send, earliest_publication
from deadlines.rules.status import Standing
from lcspr import clock
from tests.deadlines.clockwork import case_of, day, london, shown_in_london

pytestmark = pytest.mark.django_db


@pytest.fixture
def bedford(other_cast):
    return case_of(other_cast)


def started(code, case, trigger, by, **about):
    return services.start(code, case=case, trigger_at=trigger, because="", by=by, **about)


def words(deadline):
    return deadline.standing(clock.now(), calendar_named()).words


def days_of(deadline):
    return [on.day for on in deadline.derivation.counted]


def test_ac_01_ordinary_week(cast, case, at):
    at(london(2026, 6, 10, 16))
    notification = started("DL-01", case, london(2026, 6, 8, 10, 15), cast.bum)

    met = services.meet("DL-01", case=case, at=london(2026, 6, 10, 15, 40), by=cast.bum)
    asked = started("DL-07", case, london(2026, 6, 10, 16), cast.bum, owed_agency=cast.agency("school"))
    rapid_review = started("DL-10", case, london(2026, 6, 10, 15, 40), cast.bum)

    assert (notification.due_on, days_of(notification)) == (day(2026, 6, 15), [9, 10, 11, 12, 15])
    assert shown_in_london(notification.due_at) == "Mon 15 Jun 2026 23:59 BST"
    assert words(met) == "Met"
    assert asked.due_on == day(2026, 6, 17)
    assert rapid_review.due_on == day(2026, 7, 1)
    sent = london(2026, 6, 10, 15, 40)
    dues = [started(code, case, sent, cast.bum).due_on for code in ("DL-06", "DL-08", "DL-09")]
    assert dues == [day(2026, 6, 11), day(2026, 6, 24), day(2026, 6, 30)]


def test_ac_01_sent_on_the_sixth_day_is_met_late_by_one(cast, case, at):
    at(london(2026, 6, 16, 12))
    started("DL-01", case, london(2026, 6, 8, 10, 15), cast.bum)

    assert words(services.meet("DL-01", case=case, at=clock.now(), by=cast.bum)) == "Met, 1 working day late"


def test_ac_02_friday_evening_in_bedford(other_cast, bedford, at):
    told = london(2026, 9, 11, 17, 30)
    at(told)
    written = started("DL-03", bedford, told, other_cast.bum)
    notification = started("DL-01", bedford, told, other_cast.bum)

    at(london(2026, 9, 18, 16))
    form = services.meet("DL-03", case=bedford, at=london(2026, 9, 14, 9, 5), by=other_cast.bum)
    sent = services.meet("DL-01", case=bedford, at=clock.now(), by=other_cast.bum)
    rapid_review = started("DL-10", bedford, clock.now(), other_cast.bum)

    assert shown_in_london(written.due_at) == "Sun 13 Sep 2026 17:30 BST"
    assert (notification.due_on, days_of(notification)) == (day(2026, 9, 18), [14, 15, 16, 17, 18])
    assert words(form) == "Met, 15 hours 35 minutes late"
    assert words(sent) == "Met"
    assert rapid_review.due_on == day(2026, 10, 9)


def test_ac_02_the_duty_team_first_learned_on_monday(other_cast, bedford, at):
    at(london(2026, 9, 14, 9))

    assert started("DL-01", bedford, clock.now(), other_cast.bum).due_on == day(2026, 9, 21)


def test_ac_02_the_same_call_starts_no_written_clock_in_buckinghamshire(cast, case, at):
    at(london(2026, 9, 11, 17, 30))

    assert started("DL-03", case, clock.now(), cast.bum) is None
    assert list(Deadline.objects.of(case)) == []


def test_ac_03_christmas_2025(cast, case, at):
    at(london(2025, 12, 24, 12))
    notification = started("DL-01", case, london(2025, 12, 22), cast.bum)
    rapid_review = started("DL-10", case, clock.now(), cast.bum)
    asked = started("DL-07", case, clock.now(), cast.bum)

    assert (notification.due_on, days_of(notification)) == (day(2025, 12, 31), [23, 24, 29, 30, 31])
    assert rapid_review.due_on == day(2026, 1, 19)
    assert days_of(rapid_review) == [29, 30, 31, 2, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 19]
    assert asked.due_on == day(2026, 1, 5)


def test_ac_04_christmas_eve_with_48_hours(other_cast, bedford, at):
    told = london(2025, 12, 24, 15)
    at(told)
    written = started("DL-03", bedford, told, other_cast.bum)
    notification = started("DL-01", bedford, told, other_cast.bum)

    at(london(2026, 1, 5, 12))
    rapid_review = started("DL-10", bedford, clock.now(), other_cast.bum)

    assert shown_in_london(written.due_at) == "Fri 26 Dec 2025 15:00 GMT"
    assert (notification.due_on, days_of(notification)) == (day(2026, 1, 5), [29, 30, 31, 2, 5])
    assert rapid_review.due_on == day(2026, 1, 26)


def test_ac_05_the_substitute_day_of_boxing_day_2026(cast, case, at):
    at(london(2026, 12, 24, 12))
    notification = started("DL-01", case, london(2026, 12, 23), cast.bum)
    rapid_review = started("DL-10", case, clock.now(), cast.bum)

    assert (notification.due_on, days_of(notification)) == (day(2027, 1, 4), [24, 29, 30, 31, 4])
    assert rapid_review.due_on == day(2027, 1, 19)


def test_ac_05_a_table_without_the_substitute_day_would_be_a_day_short_and_is_mended(cast, case, at):
    at(london(2026, 12, 24, 12))
    substitute = Holiday.objects.get(calendar="England and Wales", on=day(2026, 12, 28))
    services.remove_holiday(substitute, by=cast.bum)
    services.add_holiday(day(2026, 12, 26), title="Boxing Day", source="A naive table", by=cast.bum)
    notification = started("DL-01", case, london(2026, 12, 23), cast.bum)
    assert notification.due_on == day(2026, 12, 31)

    services.add_holiday(day(2026, 12, 28), title="Boxing Day (substitute day)", source="GOV.UK", by=cast.bum)

    notification.refresh_from_db()
    assert notification.due_on == day(2027, 1, 4)


def test_ac_07_easter_2026(cast, case, at):
    at(london(2026, 4, 2, 12))
    notification = started("DL-01", case, london(2026, 4, 1), cast.bum)

    assert (notification.due_on, days_of(notification)) == (day(2026, 4, 10), [2, 7, 8, 9, 10])
    assert started("DL-10", case, clock.now(), cast.bum).due_on == day(2026, 4, 27)


def test_ac_09_easter_2027_is_the_sunday_the_clocks_change(other_cast, bedford, at):
    at(london(2027, 3, 26, 10, 15))
    written = started("DL-03", bedford, clock.now(), other_cast.bum)

    assert shown_in_london(written.due_at) == "Sun 28 Mar 2027 11:15 BST"
    assert started("DL-01", bedford, london(2027, 3, 24), other_cast.bum).due_on == day(2027, 4, 2)
    assert started("DL-10", bedford, london(2027, 3, 25), other_cast.bum).due_on == day(2027, 4, 19)


@pytest.mark.parametrize(
    ("told", "due"),
    [
        (london(2026, 3, 27, 17, 30), "Sun 29 Mar 2026 18:30 BST"),
        (london(2026, 3, 27, 1, 30), "Sun 29 Mar 2026 02:30 BST"),
    ],
)
def test_ac_10_clocks_forward_2026(other_cast, bedford, at, told, due):
    at(told)

    assert shown_in_london(started("DL-03", bedford, told, other_cast.bum).due_at) == due


@pytest.mark.parametrize(("minute", "stands"), [(0, "Met"), (45, "Met, 15 minutes late")])
def test_ac_10_the_form_arrives_around_the_hour(other_cast, bedford, at, minute, stands):
    at(london(2026, 3, 29, 19))
    started("DL-03", bedford, london(2026, 3, 27, 17, 30), other_cast.bum)

    met = services.meet("DL-03", case=bedford, at=london(2026, 3, 29, 18, minute), by=other_cast.bum)

    assert words(met) == stands


@pytest.mark.parametrize(
    ("decided", "due", "work_to"),
    [
        (london(2026, 8, 31), day(2027, 2, 28), day(2027, 2, 26)),
        (london(2027, 8, 31), day(2028, 2, 29), None),
    ],
)
def test_ac_12_six_months_from_a_month_end(cast, case, at, decided, due, work_to):
    at(decided)
    review = started("DL-14", case, decided, cast.bum)

    assert (review.due_on, review.derivation.work_to) == (due, work_to)


def test_ac_12_a_decision_on_a_bank_holiday_is_allowed_and_said(cast, case, at):
    at(london(2026, 8, 31))

    review = started("DL-14", case, clock.now(), cast.bum)

    assert "Monday 31 August 2026 is a bank holiday (Summer bank holiday), not a working day." in (
        review.explanation_lines
    )
    assert review.explanation.sentence.endswith(
        "due Sunday 28 February 2027, which is not a working day: complete it by Friday 26 February 2027"
    )


@pytest.mark.parametrize(
    ("planned", "latest"),
    [
        (day(2027, 2, 26), day(2027, 2, 17)),
        (day(2028, 2, 29), day(2028, 2, 18)),
        (day(2027, 1, 6), day(2026, 12, 23)),
        (day(2027, 1, 29), day(2027, 1, 20)),
        (day(2027, 1, 22), day(2027, 1, 13)),
    ],
)
def test_ac_12_13_15_20_copies_go_seven_working_days_before(cast, case, at, planned, latest):
    at(london(2026, 9, 1))
    copies = started("DL-19", case, dt.datetime.combine(planned, dt.time(9), dt.UTC), cast.bum)

    assert copies.due_on == latest
    assert copies.explanation.sentence.startswith("At least 7 working days before")


def test_ac_13_sent_a_day_late_the_report_waits_for_the_next_day(cast, case, at):
    at(london(2026, 12, 24, 12))
    started("DL-19", case, london(2027, 1, 6), cast.bum)

    sent = services.meet("DL-19", case=case, at=clock.now(), by=cast.bum)

    assert words(sent) == "Met, 1 working day late"
    assert clear_days_send(day(2027, 1, 6), 7, calendar_named()) == day(2026, 12, 22)
    assert earliest_publication(day(2026, 12, 24), 7, calendar_named()) == day(2027, 1, 7)


def test_ac_15_a_trial_holds_publication(cast, case, at):
    at(london(2026, 7, 3))
    review = started("DL-14", case, clock.now(), cast.bum)
    assert (review.due_on, review.derivation.work_to) == (day(2027, 1, 3), day(2026, 12, 31))

    at(london(2026, 11, 2))
    services.start("DL-21", case=case, trigger_at=clock.now(), because="", by=cast.bum)
    reasons = services.meet("DL-21", case=case, at=clock.now(), by=cast.bum)
    services.hold("DL-14", case=case, reason="Trial listed for 11 January 2027", by=cast.bum)
    looked_at = started("DL-21h", case, clock.now(), cast.bum)

    at(london(2027, 1, 5))
    review.refresh_from_db()
    assert words(review) == "Held, reasons sent"
    assert words(reasons) == "Met"
    assert looked_at.due_on == day(2027, 2, 2)
    assert list(Deadline.objects.overdue(clock.now())) == []

    at(london(2027, 1, 14))
    services.release("DL-14", case=case, by=cast.bum)
    review.refresh_from_db()
    assert review.standing(clock.now(), calendar_named()).standing is Standing.OVERDUE

    at(london(2027, 1, 29))
    published = services.meet(
        "DL-14", case=case, at=clock.now(), by=cast.bum, lateness_reason="criminal proceedings"
    )
    kept_up = started("DL-22", case, clock.now(), cast.bum)
    assert published.standing(clock.now(), calendar_named()).standing is Standing.MET_LATE
    assert published.lateness_reason == "criminal proceedings"
    assert kept_up.due_on == day(2028, 1, 29)


def test_ac_15_what_was_promised_meanwhile_is_overdue_despite_the_hold(cast, case, at):
    at(london(2026, 11, 2))
    started("DL-14", case, london(2026, 7, 3), cast.bum)
    services.hold("DL-14", case=case, reason="Trial listed for 11 January 2027", by=cast.bum)
    progress = started("DL-23", case, clock.now(), cast.bum, owed_user=cast.alo)

    at(london(2027, 2, 3))

    assert words(progress) == "Overdue by 1 working day"
    assert list(Deadline.objects.overdue(clock.now())) == [progress]


def test_ac_15_the_shape_of_a_case_of_2018_keeps_the_rule_of_2018(cast, case, at):
    at(london(2018, 7, 16))

    review = started("DL-14", case, clock.now(), cast.bum)

    assert (review.rule.version, review.due_on) == ("Working Together 2018", day(2019, 1, 16))


def test_ac_16_a_looked_after_child_s_death_and_a_later_suspicion(cast, case, at):
    at(london(2026, 9, 7))
    notice = started("DL-26", case, london(2026, 8, 21), cast.bum)
    assert (notice.due_on, days_of(notice)) == (day(2026, 8, 28), [24, 25, 26, 27, 28])
    assert list(Deadline.objects.of(case)) == [notice]

    assert started("DL-01", case, clock.now(), cast.bum).due_on == day(2026, 9, 14)


def test_ac_18_cross_border_counts_the_may_holidays(other_cast, bedford, at):
    at(london(2026, 5, 7, 12))
    notification = started("DL-01", bedford, london(2026, 5, 3), other_cast.bum)

    assert (notification.due_on, days_of(notification)) == (day(2026, 5, 11), [5, 6, 7, 8, 11])
    assert started("DL-10", bedford, clock.now(), other_cast.bum).due_on == day(2026, 5, 29)


def test_ac_19_notified_and_then_found_not_to_meet_the_criteria(cast, case, at):
    at(london(2026, 6, 10, 16))
    started("DL-01", case, london(2026, 6, 8), cast.bum)
    services.meet("DL-01", case=case, at=clock.now(), by=cast.bum)
    started("DL-10", case, clock.now(), cast.bum)

    at(london(2026, 6, 18))
    services.not_applicable("DL-10", case=case, reason="The death was natural", by=cast.bum)

    notification, rapid_review = Deadline.objects.of(case)
    assert words(notification) == "Met"
    assert (words(rapid_review), rapid_review.ended_reason) == ("Not applicable", "The death was natural")


def test_ac_20_decided_after_the_national_panel_disagreed(cast, case, at):
    at(london(2026, 7, 23))
    review = started("DL-14", case, clock.now(), cast.bum)
    told = started("DL-15", case, clock.now(), cast.bum)

    assert (review.due_on, review.derivation.work_to) == (day(2027, 1, 23), day(2027, 1, 22))
    assert told.due_on == day(2026, 7, 30)


def test_ac_20_the_reply_is_reminded_of_and_the_decision_looked_at_again(cast, case, at):
    at(london(2026, 7, 14))
    reply = started("DL-11", case, london(2026, 7, 1), cast.bum)
    services.meet("DL-11", case=case, at=clock.now(), by=cast.bum)
    again = started("DL-13", case, clock.now(), cast.bum)

    assert reply.due_on == day(2026, 7, 15)
    assert again.due_on == day(2026, 7, 28)


def test_ac_21_of_two_referrals_of_one_incident_the_earliest_awareness_counts(cast, case, at):
    at(london(2026, 6, 9, 12))
    notification = started("DL-01", case, london(2026, 6, 9, 9), cast.bum)
    assert notification.due_on == day(2026, 6, 16)

    services.correct_trigger(
        notification,
        trigger_at=london(2026, 6, 8, 9),
        reason="The hospital’s referral came first",
        by=cast.bum,
    )

    notification = Deadline.objects.get()
    assert notification.due_on == day(2026, 6, 15)
    assert [change.reason for change in notification.changes.all()] == ["The hospital’s referral came first"]


def test_ac_22_not_met_leads_to_another_review_with_its_own_four_months(cast, case, at):
    at(london(2026, 6, 10))
    started("DL-01", case, london(2026, 6, 8), cast.bum)
    services.not_applicable("DL-01", case=case, reason="The criteria are not met", by=cast.bum)

    other = started("DL-24", case, clock.now(), cast.bum)

    assert (other.due_on, other.derivation.work_to) == (day(2026, 10, 10), day(2026, 10, 9))
    assert list(Deadline.objects.owed().of(case)) == [other]


def test_ac_23_a_split_between_the_partners_moves_no_date(cast, case, at):
    at(london(2026, 6, 10))
    notification = started("DL-01", case, london(2026, 6, 8), cast.bum)

    at(london(2026, 6, 15, 23, 59))
    notification.refresh_from_db()
    assert words(notification) == "Due soon"
    at(london(2026, 6, 16, 0, 1))
    assert words(notification) == "Overdue by 1 working day"


def test_ac_25_a_referral_withdrawn_stops_its_clock_with_the_reason(cast, case, at):
    at(london(2026, 6, 10))
    started("DL-01", case, london(2026, 6, 8), cast.bum)

    stopped = services.cancel("DL-01", case=case, reason="Withdrawn by the referrer on day 2", by=cast.bum)

    assert (words(stopped), stopped.ended_reason) == ("Cancelled", "Withdrawn by the referrer on day 2")


def test_ac_27_the_improvements_alone_go_seven_working_days_ahead_too(cast, case, at):
    at(london(2026, 9, 1))

    assert started("DL-19", case, london(2026, 9, 30), cast.bum).due_on == day(2026, 9, 21)


@pytest.mark.parametrize(("tried", "allowed"), [(london(2027, 5, 28), False), (london(2027, 5, 29), True)])
def test_ac_28_the_report_stays_up_for_a_year(cast, case, at, tried, allowed):
    at(london(2026, 5, 29))
    kept_up = started("DL-22", case, clock.now(), cast.bum)

    at(tried)
    assert (kept_up.due_at <= clock.now()) is allowed
    assert kept_up not in Deadline.objects.overdue(clock.now())
