"""What could go wrong with a date, through the services: each a clear sentence, or the right date."""

from __future__ import annotations

import datetime as dt

import pytest
from factories import subject_of

from casework.models import Subject
from casework.transitions import TransitionRefused
from deadlines import services
from deadlines.catalogue import NoRuleInForceError
from deadlines.models import Deadline, DeadlineChange, Holiday
from deadlines.services.holidays import would_move
from tests.deadlines.clockwork import case_of, day, london, shown_in_london

NOW = london(2026, 6, 10, 16)
AWARE = london(2026, 6, 8, 10, 15)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at):
    at(NOW)


def start(case, by, code="DL-01", trigger=AWARE, **more):
    return services.start(code, case=case, trigger_at=trigger, because="", by=by, **more)


def refusal(act, *args, **more):
    with pytest.raises(TransitionRefused) as refused:
        act(*args, **more)
    return refused.value.reasons


class TestBeginnings:
    def born(self, case, on):
        subject = subject_of(case, label="Child A")
        subject.person.born_on = on
        subject.person.save()
        return subject

    def test_before_every_child_was_born(self, cast, case):
        self.born(case, day(2026, 6, 9))

        assert refusal(start, case, cast.bum) == [
            "The local authority cannot have become aware before the child was born: check this date, and the date of "
            "birth."
        ]
        assert list(Deadline.objects.all()) == []

    def test_on_the_day_of_birth_and_after_the_elder_s(self, cast, case):
        self.born(case, day(2026, 6, 8))

        assert start(case, cast.bum).due_on == day(2026, 6, 15)

    def test_a_child_not_born_then_may_be_known_of(self, cast, case):
        subject = self.born(case, day(2026, 6, 9))
        Subject.objects.filter(pk=subject.pk).update(unborn=True)

        assert start(case, cast.bum).due_on == day(2026, 6, 15)

    def test_a_correction_before_birth_is_refused_too(self, cast, case):
        deadline = start(case, cast.bum)
        self.born(case, day(2026, 6, 7))

        assert refusal(
            services.correct_trigger, deadline, trigger_at=london(2026, 6, 5), reason="Earlier", by=cast.bum
        )[0].startswith("The local authority cannot have become aware before the child was born")

    def test_a_slip_of_the_year(self, cast, case):
        assert refusal(start, case, cast.bum, trigger=london(2016, 6, 8)) == [
            "Wednesday 8 June 2016 is before the rule began, on Friday 29 June 2018. Check the year; a case of older law "
            "starts no clock here."
        ]

    def test_a_rule_that_does_not_exist_is_no_sentence_for_a_reader(self, cast, case):
        with pytest.raises(NoRuleInForceError):
            start(case, cast.bum, "DL-99")

    @pytest.mark.parametrize(
        ("trigger", "due"),
        [
            # The hour that happens twice: both are Sunday, and both are that instant.
            (dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC), "Fri 30 Oct 2026 23:59 GMT"),
            (dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC), "Fri 30 Oct 2026 23:59 GMT"),
            # 23:30 UTC in summer is the next day in London.
            (dt.datetime(2026, 6, 8, 23, 30, tzinfo=dt.UTC), "Tue 16 Jun 2026 23:59 BST"),
        ],
    )
    def test_the_day_is_the_day_in_london(self, cast, case, at, trigger, due):
        at(london(2026, 11, 1))

        assert shown_in_london(start(case, cast.bum, trigger=trigger).due_at) == due

    def test_the_29th_of_february(self, cast, case, at):
        at(london(2028, 2, 29))

        assert start(case, cast.bum, "DL-22", trigger=london(2028, 2, 29)).due_on == day(2029, 3, 1)
        assert start(case, cast.bum, "DL-14", trigger=london(2028, 2, 29)).due_on == day(2028, 8, 29)
        assert start(case, cast.bum, "DL-23", trigger=london(2028, 2, 29)).due_on == day(2028, 5, 29)


class TestADayThatSomebodySet:
    def test_it_goes_before_the_figure(self, cast, case):
        asked = start(case, cast.bum, "DL-12", given_on=day(2026, 7, 3))

        assert asked.due_on == day(2026, 7, 3)
        assert shown_in_london(asked.due_at) == "Fri 03 Jul 2026 23:59 BST"

    def test_it_explains_itself(self, cast, case):
        asked = services.start(
            "DL-12",
            case=case,
            trigger_at=AWARE,
            because="the day given in the letter",
            by=cast.bum,
            given_on=day(2026, 7, 4),
        )

        assert asked.explanation.sentence == (
            "Due Saturday 4 July 2026, the day given in the letter, which is not a working day: complete it by Friday 3 "
            "July 2026"
        )
        assert not any(line.startswith("Day 0") for line in asked.explanation_lines)

    def test_no_holiday_and_no_figure_moves_it(self, cast, case):
        asked = start(case, cast.bum, "DL-12", given_on=day(2026, 7, 3))

        services.add_holiday(day(2026, 7, 2), title="Jubilee", source="Proclamation", by=cast.bum)
        services.change_figure(cast.partnership, code="DL-12", amount=3, reason="Faster", by=cast.bum)

        asked.refresh_from_db()
        assert asked.due_on == day(2026, 7, 3)
        assert list(DeadlineChange.objects.all()) == []


class TestNeverLaterThanAnother:
    """The criteria are discussed at the latest one working day before the notification is due (DL-05)."""

    def test_it_is_brought_forward_and_says_so(self, cast, case, at):
        at(london(2026, 6, 12, 12))
        start(case, cast.bum)

        discussed = start(case, cast.bum, "DL-05", trigger=london(2026, 6, 12, 12))

        assert discussed.due_on == day(2026, 6, 12)
        assert discussed.explanation.sentence == (
            "2 working days from Friday 12 June 2026, when the referral was accepted, but never later than 1 working "
            "day before DL-01 is due on Monday 15 June 2026; due Friday 12 June 2026"
        )

    def test_it_stays_where_it_is_early_enough(self, cast, case):
        start(case, cast.bum)

        assert start(case, cast.bum, "DL-05", trigger=AWARE).due_on == day(2026, 6, 10)

    def test_it_follows_when_the_other_begins_moves_or_is_moved(self, cast, case):
        discussed = start(case, cast.bum, "DL-05", trigger=NOW)
        assert discussed.due_on == day(2026, 6, 12)

        other = start(case, cast.bum, trigger=london(2026, 6, 4))
        discussed.refresh_from_db()
        assert (other.due_on, discussed.due_on) == (day(2026, 6, 11), day(2026, 6, 10))

        services.correct_trigger(other, trigger_at=london(2026, 6, 5), reason="A day later", by=cast.bum)
        discussed.refresh_from_db()
        assert discussed.due_on == day(2026, 6, 11)

        services.add_holiday(day(2026, 6, 11), title="Jubilee", source="Proclamation", by=cast.bum)
        other.refresh_from_db()
        discussed.refresh_from_db()
        assert (other.due_on, discussed.due_on) == (day(2026, 6, 15), day(2026, 6, 12))
        assert set(DeadlineChange.objects.values_list("deadline__code", flat=True)) == {"DL-01", "DL-05"}

    def test_nothing_in_another_case_follows(self, cast, case):
        discussed = start(case_of(cast), cast.bum, "DL-05", trigger=NOW)

        start(case, cast.bum, trigger=london(2026, 6, 4))

        discussed.refresh_from_db()
        assert discussed.due_on == day(2026, 6, 12)


class TestHolidaysThatDatesLeanOn:
    @pytest.fixture
    def christmas(self, at):
        at(london(2026, 12, 24, 12))
        return Holiday.objects.get(calendar="England and Wales", on=day(2026, 12, 25))

    def test_one_deleted(self, cast, case, christmas):
        deadline = start(case, cast.bum, trigger=london(2026, 12, 23))
        met = start(case_of(cast), cast.bum, trigger=london(2026, 12, 23))
        services.meet("DL-01", case=met.case, at=london(2026, 12, 24), by=cast.bum)

        services.remove_holiday(christmas, by=cast.bum)

        deadline.refresh_from_db()
        met.refresh_from_db()
        assert (deadline.due_on, met.due_on) == (day(2026, 12, 31), day(2027, 1, 4))
        assert "(Christmas Day)" in " ".join(met.explanation_lines)

    def test_one_moved_is_worked_out_once(self, cast, case, at):
        at(london(2026, 5, 1))
        deadline = start(case, cast.bum, trigger=london(2026, 4, 30))
        may = Holiday.objects.get(calendar="England and Wales", on=day(2026, 5, 4))
        assert deadline.due_on == day(2026, 5, 8)

        services.change_holiday(
            may, on=day(2026, 5, 8), title="VE Day", source="Proclamation", provisional=False, by=cast.bum
        )

        deadline.refresh_from_db()
        assert deadline.due_on == day(2026, 5, 7)
        assert [change.reason for change in deadline.changes.all()] == [
            "The bank holiday VE Day is on Friday 8 May 2026 (Proclamation)."
        ]

    def test_one_moved_onto_another_is_refused(self, cast, christmas):
        assert refusal(
            services.change_holiday,
            christmas,
            on=day(2026, 12, 28),
            title="Christmas",
            source="x",
            provisional=False,
            by=cast.bum,
        ) == ["Monday 28 December 2026 is in the table already."]

    @pytest.mark.parametrize(
        ("code", "trigger"),
        [
            ("DL-01", london(2026, 6, 8)),
            ("DL-19", london(2026, 6, 22)),
            ("DL-14", london(2025, 12, 12)),
            ("DL-21", london(2026, 6, 6)),
            ("DL-07", london(2026, 6, 10)),
            ("DL-22", london(2025, 6, 12)),
        ],
    )
    @pytest.mark.parametrize("on", [day(2026, 6, number) for number in range(8, 20)], ids=str)
    def test_looking_around_the_day_finds_what_looking_at_everything_would(
        self, cast, case, code, trigger, on
    ):
        deadline = start(case, cast.bum, code, trigger=trigger)

        services.add_holiday(on, title="Jubilee", source="Proclamation", by=cast.bum)
        found = Deadline.objects.get(pk=deadline.pk)
        services.recompute_open(reason="Everything again", by=cast.bum)

        again = Deadline.objects.get(pk=deadline.pk)
        assert (again.due_at, again.derived["counted"], again.derived["work_to"]) == (
            found.due_at,
            found.derived["counted"],
            found.derived["work_to"],
        )

    def test_a_preview_shows_old_and_new_and_changes_nothing(self, cast, case, other_cast):
        ours = start(case, cast.bum)
        start(case_of(other_cast), other_cast.bum)
        jubilee = Holiday(calendar="England and Wales", on=day(2026, 6, 12), title="Jubilee", source="x")

        found = would_move(cast.bum, calendar="England and Wales", adding=[jubilee])

        assert [(each.deadline, each.deadline.due_on, each.due_on) for each in found] == [
            (ours, day(2026, 6, 15), day(2026, 6, 16))
        ]
        assert not Holiday.objects.filter(on=day(2026, 6, 12)).exists()
        assert Deadline.objects.get(pk=ours.pk).due_on == day(2026, 6, 15)
        assert would_move(cast.adm, calendar="England and Wales", adding=[jubilee]) == []
