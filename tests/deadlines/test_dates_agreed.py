"""A date that people agreed on is the clock's own (ADR 10)."""

from __future__ import annotations

import pytest

from casework.transitions import TransitionRefused
from deadlines import services
from deadlines.models import ChangeKind, Deadline, DeadlineChange
from deadlines.services import changes
from tests.deadlines.clockwork import day, london

ASKED = london(2026, 6, 8, 10, 15)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at):
    at(london(2026, 6, 10, 16))


def start(case, by, on=None, code="DL-16"):
    return services.start(
        code, case=case, trigger_at=ASKED, because="the date in the letter to the agency", by=by, given_on=on
    )


def agree(case, by, on, reason="The school is on holiday"):
    return services.agree(
        "DL-16", case=case, on=on, agreed_as="the date agreed with the agency", reason=reason, by=by
    )


def test_the_date_in_the_letter_is_due_and_says_what_the_rule_would(cast, case):
    deadline = start(case, cast.bum, day(2026, 7, 3))

    assert (deadline.due_on, deadline.trigger_at) == (day(2026, 7, 3), ASKED)
    assert deadline.explanation.sentence == (
        "Due Friday 3 July 2026, the date in the letter to the agency; by the rule it would be Monday 29 June 2026"
    )


def test_the_usual_date_agreed_is_called_the_usual_one(cast, case):
    deadline = start(case, cast.bum, day(2026, 6, 29))

    assert deadline.is_agreed
    assert deadline.explanation.sentence == (
        "Due Monday 29 June 2026, the date in the letter to the agency; the usual one"
    )


def test_without_a_date_the_rule_counts(cast, case):
    deadline = start(case, cast.bum)

    assert (deadline.due_on, deadline.is_agreed) == (day(2026, 6, 29), False)


def test_law_and_guidance_leave_nothing_to_agree_on(cast, case):
    with pytest.raises(ValueError, match="DL-01 is counted from its trigger"):
        start(case, cast.bum, day(2026, 7, 3), code="DL-01")

    assert not Deadline.objects.exists()


def test_another_date_keeps_both_with_the_reason(cast, case):
    start(case, cast.bum, day(2026, 7, 3))

    deadline = agree(case, cast.bum, day(2026, 6, 22))

    assert deadline.due_on == day(2026, 6, 22)
    change = DeadlineChange.objects.get()
    assert (change.kind, change.reason) == (ChangeKind.AGREED, "The school is on holiday")
    assert (change.old_due_at.date(), change.new_due_at.date()) == (day(2026, 7, 3), day(2026, 6, 22))


def test_the_same_date_again_changes_nothing(cast, case):
    start(case, cast.bum, day(2026, 7, 3))

    agree(case, cast.bum, day(2026, 7, 3))

    assert not DeadlineChange.objects.exists()


def test_an_agreed_date_needs_its_reason_and_a_running_clock(cast, case):
    assert agree(case, cast.bum, day(2026, 7, 3)) is None
    start(case, cast.bum)

    with pytest.raises(TransitionRefused) as refused:
        agree(case, cast.bum, day(2026, 7, 3), reason=" ")

    assert refused.value.reasons == ["Give the reason."]


def test_a_holiday_proclaimed_does_not_move_it(cast, case):
    start(case, cast.bum, day(2026, 7, 3))

    moved = services.recompute_open(reason="A holiday was proclaimed", by=cast.bum)

    assert (moved, Deadline.objects.get().due_on) == (0, day(2026, 7, 3))
    assert Deadline.objects.get().is_agreed


def test_it_is_neither_extended_nor_corrected_elsewhere(cast, case):
    deadline = start(case, cast.bum, day(2026, 7, 3))

    for attempt in (
        lambda: services.extend(deadline, until=day(2026, 7, 10), reason="x", by=cast.bum),
        lambda: services.correct_trigger(deadline, trigger_at=london(2026, 6, 5), reason="x", by=cast.bum),
    ):
        with pytest.raises(TransitionRefused) as refused:
            attempt()
        assert refused.value.reasons == [changes.WAS_AGREED]


def test_it_is_met_and_late_by_its_own_date(cast, case, at):
    start(case, cast.bum, day(2026, 7, 3))
    at(london(2026, 7, 6))

    met = services.meet("DL-16", case=case, at=london(2026, 7, 6, 9), by=cast.bum)

    assert met.met_at > met.due_at
