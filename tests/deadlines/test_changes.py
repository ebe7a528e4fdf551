"""Dates that move keep what they were; what was met is never touched."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from casework.audit import payload_of
from casework.models import Event
from casework.transitions import TransitionRefused
from deadlines import services
from deadlines.models import ChangeKind, Deadline, DeadlineChange, Holiday
from tests.deadlines.clockwork import case_of, day, london

NOW = london(2026, 6, 10, 16)
AWARE = london(2026, 6, 8, 10, 15)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at):
    at(NOW)


def start(case, by, code="DL-01", trigger=AWARE, **more):
    return services.start(code, case=case, trigger_at=trigger, because="", by=by, **more)


class TestCorrection:
    def test_both_dates_are_kept_with_the_reason(self, cast, case):
        deadline = start(case, cast.bum)
        earlier = london(2026, 6, 5, 18)

        corrected = services.correct_trigger(
            deadline, trigger_at=earlier, reason="The duty team knew on Friday", by=cast.bum
        )

        assert (corrected.trigger_at, corrected.due_on) == (earlier, day(2026, 6, 12))
        change = DeadlineChange.objects.get()
        assert (change.kind, change.by, change.reason) == (
            ChangeKind.CORRECTED,
            cast.bum,
            "The duty team knew on Friday",
        )
        assert (change.old_trigger_at, change.new_trigger_at) == (AWARE, earlier)
        assert (change.old_due_at, change.new_due_at) == (deadline.due_at, corrected.due_at)
        assert payload_of(Event.objects.get(verb="deadline_corrected"))["words"] == (
            "Trigger corrected: Serious incident notification sent to the National Panel, was due Monday 15 June "
            "2026, now Friday 12 June 2026. The duty team knew on Friday"
        )

    def test_the_case_keeps_the_same_instant(self, cast):
        case = case_of(cast, la_aware_at=AWARE)
        earlier = london(2026, 6, 5, 18)

        services.correct_trigger(start(case, cast.bum), trigger_at=earlier, reason="Earlier", by=cast.bum)

        case.refresh_from_db()
        assert case.la_aware_at == earlier

    def test_the_rule_is_that_of_the_corrected_day(self, cast, case):
        deadline = start(case, cast.bum)

        corrected = services.correct_trigger(
            deadline, trigger_at=london(2023, 12, 14), reason="A case of 2023", by=cast.bum
        )

        assert corrected.rule.version == "Working Together 2018"

    def test_what_was_met_is_never_touched(self, cast, case):
        deadline = start(case, cast.bum)
        services.meet("DL-01", case=case, at=NOW, by=cast.bum)

        with pytest.raises(TransitionRefused) as refused:
            services.correct_trigger(deadline, trigger_at=london(2026, 6, 5), reason="Earlier", by=cast.bum)

        assert refused.value.reasons == ["This deadline no longer runs, so its dates stay as they are."]
        assert Deadline.objects.get().due_on == day(2026, 6, 15)
        assert list(DeadlineChange.objects.all()) == []

    @pytest.mark.parametrize(
        ("trigger", "reason"),
        [(london(2026, 6, 11), "Tomorrow"), (london(2026, 6, 1), "Before"), (london(2026, 6, 9), " ")],
        ids=["future", "before the incident", "no reason"],
    )
    def test_a_wrong_one_is_refused(self, cast, trigger, reason):
        case = case_of(cast, incident_from=day(2026, 6, 5))
        deadline = start(case, cast.bum)

        with pytest.raises(TransitionRefused):
            services.correct_trigger(deadline, trigger_at=trigger, reason=reason, by=cast.bum)

        assert Deadline.objects.get().trigger_at == AWARE


class TestExtension:
    def test_the_sub_group_chair_gives_more_time(self, cast, case):
        deadline = start(case, cast.bum, "DL-07")

        extended = services.extend(
            deadline, until=day(2026, 6, 22), reason="Half the records are on paper", by=cast.sgc
        )

        assert (extended.due_on, extended.extended_to) == (day(2026, 6, 22), day(2026, 6, 22))
        change = DeadlineChange.objects.get()
        assert (change.kind, change.old_due_at) == (ChangeKind.EXTENDED, deadline.due_at)
        assert extended.derivation.due_on == day(2026, 6, 15)
        assert extended.explanation_lines[-1] == "Extended to 22 June 2026; the date worked out is kept"

    def test_others_do_not(self, cast, case):
        deadline = start(case, cast.bum, "DL-07")

        for person in (cast.bu, cast.dsp_la, cast.sg, cast.ic):
            with pytest.raises(PermissionDenied):
                services.extend(deadline, until=day(2026, 6, 22), reason="More time", by=person)

    @pytest.mark.parametrize("code", ["DL-01", "DL-10", "DL-14", "DL-15", "DL-22", "DL-23"])
    def test_law_and_guidance_are_not_extended(self, cast, case, code):
        deadline = start(case, cast.bum, code)

        with pytest.raises(TransitionRefused) as refused:
            services.extend(deadline, until=day(2027, 12, 1), reason="More time", by=cast.bum)

        assert refused.value.reasons[0].startswith("What law or guidance fixes cannot be extended here.")

    def test_an_earlier_day_is_no_extension(self, cast, case):
        deadline = start(case, cast.bum, "DL-07")

        with pytest.raises(TransitionRefused) as refused:
            services.extend(deadline, until=day(2026, 6, 15), reason="Less time", by=cast.bum)

        assert refused.value.reasons == ["Give a day after Monday 15 June 2026, when it is due now."]


class TestHolidays:
    def test_a_proclaimed_holiday_moves_open_dates_only(self, cast, case, other_cast):
        open_one = start(case, cast.bum)
        met = start(case_of(other_cast), other_cast.bum)
        services.meet("DL-01", case=met.case, at=NOW, by=other_cast.bum)

        services.add_holiday(day(2026, 6, 12), title="Day of mourning", source="Proclamation", by=cast.bum)

        open_one.refresh_from_db()
        met.refresh_from_db()
        assert open_one.due_on == day(2026, 6, 16)
        assert met.due_on == day(2026, 6, 15)
        change = DeadlineChange.objects.get()
        assert (change.deadline, change.kind) == (open_one, ChangeKind.RECOMPUTED)
        assert change.reason == "Day of mourning, Friday 12 June 2026, is a bank holiday (Proclamation)."

    def test_a_holiday_taken_back_moves_them_back(self, cast, case):
        deadline = start(case, cast.bum)
        holiday = services.add_holiday(
            day(2026, 6, 12), title="Day of mourning", source="Proclamation", by=cast.bum
        )

        assert services.remove_holiday(holiday, by=cast.bum) == 1

        deadline.refresh_from_db()
        assert deadline.due_on == day(2026, 6, 15)
        assert not Holiday.objects.filter(on=day(2026, 6, 12)).exists()

    def test_a_holiday_far_away_moves_nothing(self, cast, case):
        start(case, cast.bum)

        services.add_holiday(day(2026, 9, 10), title="Jubilee", source="Proclamation", by=cast.bum)

        assert list(DeadlineChange.objects.all()) == []

    def test_a_day_is_added_once(self, cast):
        with pytest.raises(TransitionRefused):
            services.add_holiday(day(2026, 12, 25), title="Christmas", source="Proclamation", by=cast.bum)

    def test_an_extended_date_stays_where_it_was_put(self, cast, case):
        deadline = start(case, cast.bum, "DL-07")
        services.extend(deadline, until=day(2026, 6, 22), reason="More time", by=cast.bum)

        services.add_holiday(day(2026, 6, 12), title="Jubilee", source="Proclamation", by=cast.bum)

        deadline.refresh_from_db()
        assert (deadline.due_on, deadline.derivation.due_on) == (day(2026, 6, 22), day(2026, 6, 16))

    def test_working_out_costs_the_same_for_one_and_for_three(self, cast, case, django_assert_num_queries):
        school, police, icb = (cast.agency(name) for name in ("school", "police", "icb"))
        start(case, cast.bum, "DL-07", about=school)
        with django_assert_num_queries(5):
            services.recompute_open(reason="Nothing has changed", by=cast.bum)

        for agency in (police, icb):
            start(case, cast.bum, "DL-07", about=agency)
        with django_assert_num_queries(5):
            services.recompute_open(reason="Nothing has changed", by=cast.bum)


def test_a_changed_figure_moves_open_deadlines_of_that_partnership(cast, case, other_cast):
    ours, theirs = (
        start(case, cast.bum, "DL-07"),
        start(case_of(other_cast), other_cast.bum, "DL-07"),
    )
    cast.partnership.local_lengths = {"DL-07": 7}
    cast.partnership.save()

    moved = services.recompute_open(
        reason="Agencies have seven working days", by=cast.bum, partnership=cast.partnership
    )

    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert moved == 1
    assert (ours.due_on, theirs.due_on) == (day(2026, 6, 17), day(2026, 6, 15))
