"""A partnership's own figures: who sets them, what moves, and what law and guidance keep to themselves."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from casework.audit import payload_of
from casework.models import Event
from casework.transitions import TransitionRefused
from deadlines import services
from deadlines.models import Deadline, DeadlineChange
from deadlines.services.figures import choices_would_move, figure_would_move
from tests.deadlines.clockwork import case_of, day, london

NOW = london(2026, 6, 10, 16)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at):
    at(NOW)


def start(case, by, code="DL-07", trigger=NOW, **more):
    return services.start(code, case=case, trigger_at=trigger, because="", by=by, **more)


def change(cast, amount, code="DL-07", by=None):
    return services.change_figure(
        cast.partnership, code=code, amount=amount, reason="Agreed by the partners", by=by or cast.bum
    )


def test_open_deadlines_follow_and_keep_the_old_date_with_the_reason(cast, case, other_cast):
    ours, theirs = start(case, cast.bum), start(case_of(other_cast), other_cast.bum)
    met = start(case, cast.bum, about=cast.agency("police"))
    services.meet("DL-07", case=case, about=cast.agency("police"), at=NOW, by=cast.bum)

    assert change(cast, 7) == 1

    for deadline in (ours, theirs, met):
        deadline.refresh_from_db()
    assert (ours.due_on, theirs.due_on, met.due_on) == (
        day(2026, 6, 19),
        day(2026, 6, 17),
        day(2026, 6, 17),
    )
    moved = DeadlineChange.objects.get()
    assert (moved.deadline, moved.reason) == (
        ours,
        "The partnership’s figures were changed. Agreed by the partners",
    )
    assert payload_of(Event.objects.get(verb="figures_changed"))["words"] == (
        "DL-07 Agency’s information returned: 7 working days, before: as usual, 5 working days. Agreed by the partners"
    )


def test_the_usual_figure_comes_back(cast, case):
    change(cast, 7)
    deadline = start(case, cast.bum)

    change(cast, None)

    deadline.refresh_from_db()
    cast.partnership.refresh_from_db()
    assert deadline.due_on == day(2026, 6, 17)
    assert "DL-07" not in cast.partnership.local_lengths


def test_a_clock_that_the_partnership_stops_running_is_not_owed(other_cast):
    deadline = start(case_of(other_cast), other_cast.bum, "DL-03")

    change(other_cast, None, "DL-03")

    deadline.refresh_from_db()
    assert deadline.ended_reason == (
        "The partnership does not run this clock any more. The partnership’s figures were changed. Agreed by the "
        "partners"
    )
    assert not deadline.is_open


@pytest.mark.parametrize("code", ["DL-01", "DL-10", "DL-14", "DL-19", "DL-22", "DL-99"])
def test_law_and_guidance_are_not_a_partnership_s(cast, code):
    with pytest.raises(TransitionRefused) as refused:
        change(cast, 30, code)

    assert refused.value.reasons == ["This figure is not a partnership’s to choose."]


@pytest.mark.parametrize(
    ("code", "amount", "most"), [("DL-07", 0, 400), ("DL-07", 401, 400), ("DL-21h", 4, 3)]
)
def test_a_figure_that_makes_no_sense_is_refused(cast, code, amount, most):
    with pytest.raises(TransitionRefused) as refused:
        change(cast, amount, code)

    assert refused.value.reasons == [f"Give a whole number from 1 to {most}."]


def test_only_the_partnership_s_own_business_manager(cast, other_cast):
    for person in (cast.bu, cast.sgc, cast.adm, other_cast.bum):
        with pytest.raises(PermissionDenied):
            change(cast, 7, by=person)


class TestAnchor:
    def choose(self, cast, anchor, closes_at=None):
        return services.change_choices(
            cast.partnership,
            rr_anchor=anchor,
            office_closes_at=closes_at,
            reason="As the guidance",
            by=cast.bum,
        )

    def notified(self, cast):
        case = case_of(cast, partners_aware_at=london(2026, 6, 9))
        start(case, cast.bum, "DL-01", london(2026, 6, 8))
        services.meet("DL-01", case=case, at=NOW, by=cast.bum)
        return case

    def test_the_rapid_review_counts_from_the_other_event_and_back(self, cast):
        case = self.notified(cast)
        review = start(case, cast.bum, "DL-10")
        assert review.due_on == day(2026, 7, 1)

        self.choose(cast, "partners_aware")
        review.refresh_from_db()
        assert (review.due_on, review.trigger_at) == (day(2026, 6, 30), london(2026, 6, 9))
        assert "Tuesday 9 June 2026, when the partners became aware" in review.explanation.sentence

        self.choose(cast, "sin_sent")
        review.refresh_from_db()
        assert (review.due_on, review.because) == (day(2026, 7, 1), "when the notification was sent")

    def test_where_the_other_event_is_not_known_it_stays(self, cast, case):
        review = start(case, cast.bum, "DL-10")

        assert self.choose(cast, "partners_aware") == 0

        review.refresh_from_db()
        assert review.trigger_at == NOW

    def test_office_hours_matter_to_local_clocks_only(self, cast, case):
        local = start(case, cast.bum, "DL-05")
        law = start(case, cast.bum, "DL-10")
        previewed = choices_would_move(
            cast.partnership, cast.bum, rr_anchor="sin_sent", office_closes_at=dt.time(15)
        )

        self.choose(cast, "sin_sent", dt.time(15))

        local.refresh_from_db()
        law.refresh_from_db()
        assert (local.due_on, law.due_on) == (day(2026, 6, 15), day(2026, 7, 1))
        assert [(each.deadline, each.due_on) for each in previewed] == [(local, day(2026, 6, 15))]


def test_a_preview_moves_nothing(cast, case, other_cast):
    ours = start(case, cast.bum)
    start(case_of(other_cast), other_cast.bum)

    found = figure_would_move(cast.partnership, cast.bum, code="DL-07", amount=7)

    assert [(each.deadline, each.due_on) for each in found] == [(ours, day(2026, 6, 19))]
    cast.partnership.refresh_from_db()
    assert cast.partnership.local_lengths.get("DL-07") is None
    assert Deadline.objects.get(pk=ours.pk).due_on == day(2026, 6, 17)
