"""Colours and reminders, at their edges."""

import datetime as dt

import pytest

from actions.rules import Rag, is_overdue, rag, step_due

TODAY = dt.date(2026, 3, 31)


@pytest.mark.parametrize(
    ("state", "due_on", "outlook", "evidenced", "impact", "colour"),
    [
        ("not_started", dt.date(2026, 4, 30), "on_track", False, False, Rag.GREY),
        ("in_progress", dt.date(2026, 4, 30), "on_track", False, False, Rag.GREEN),
        ("in_progress", dt.date(2026, 3, 31), "on_track", False, False, Rag.GREEN),
        ("in_progress", dt.date(2026, 3, 30), "on_track", False, False, Rag.AMBER),
        # Due on 28 February, a month later is 28 March: by the 31st it is more than a month.
        ("in_progress", dt.date(2026, 2, 28), "on_track", False, False, Rag.RED),
        ("in_progress", dt.date(2026, 4, 30), "at_risk", False, False, Rag.AMBER),
        ("in_progress", dt.date(2026, 4, 30), "blocked", False, False, Rag.RED),
        ("not_started", dt.date(2026, 3, 30), "on_track", False, False, Rag.AMBER),
        ("not_started", dt.date(2026, 1, 1), "on_track", False, False, Rag.RED),
        ("complete_pending_evidence", dt.date(2026, 3, 30), "on_track", False, False, Rag.AMBER),
        ("evidence_accepted", dt.date(2026, 1, 1), "on_track", True, False, Rag.GREEN),
        ("impact_pending", dt.date(2026, 1, 1), "blocked", True, False, Rag.GREEN),
        ("closed", dt.date(2026, 1, 1), "on_track", True, True, Rag.BLUE),
        ("closed", dt.date(2026, 1, 1), "on_track", True, False, Rag.AMBER),
        ("closed", dt.date(2026, 1, 1), "on_track", False, True, Rag.AMBER),
        ("superseded", dt.date(2026, 1, 1), "blocked", False, False, None),
    ],
)
def test_colour_of_an_action(state, due_on, outlook, evidenced, impact, colour):
    assert (
        rag(state=state, due_on=due_on, today=TODAY, outlook=outlook, evidenced=evidenced, impact=impact)
        == colour
    )


def test_exactly_a_month_late_is_still_amber():
    assert (
        rag(
            state="in_progress",
            due_on=dt.date(2026, 2, 28),
            today=dt.date(2026, 3, 28),
            outlook="on_track",
            evidenced=False,
            impact=False,
        )
        == Rag.AMBER
    )


@pytest.mark.parametrize(
    ("state", "due_on", "late"),
    [
        ("in_progress", dt.date(2026, 3, 30), True),
        ("in_progress", dt.date(2026, 3, 31), False),
        ("evidence_accepted", dt.date(2026, 3, 30), False),
        ("superseded", dt.date(2026, 3, 30), False),
    ],
)
def test_overdue_is_derived_from_the_date(state, due_on, late):
    assert is_overdue(state=state, due_on=due_on, today=TODAY) == late


@pytest.mark.parametrize(
    ("days_after_due", "step"),
    [
        (-15, None),
        (-14, "due_14"),
        (-4, "due_14"),
        (-3, "due_3"),
        (0, "due_3"),
        (1, "overdue"),
        (13, "overdue"),
        (14, "overdue_14"),
        (30, "overdue_30"),
        (400, "overdue_30"),
    ],
)
def test_which_reminder_has_come(days_after_due, step):
    found = step_due(due_on=TODAY - dt.timedelta(days=days_after_due), today=TODAY)

    assert (found.code if found else None) == step
