"""Bank holidays proclaimed or taken back, with what that moves."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from casework import audit
from casework.transitions import TransitionRefused
from deadlines.models import Holiday
from deadlines.models.reference import CalendarName
from deadlines.rules import words
from deadlines.services.changes import recompute_open


@transaction.atomic
def add_holiday(
    on: dt.date,
    *,
    title: str,
    source: str,
    by: User,
    calendar: str = CalendarName.ENGLAND_AND_WALES,
    provisional: bool = False,
) -> Holiday:
    """Add a bank holiday and work out again every open deadline that counts by its calendar.

    Raises TransitionRefused when the day is in the table already.
    """
    if Holiday.objects.filter(calendar=calendar, on=on).exists():
        raise TransitionRefused([f"{words.full_date(on)} is in the table already."])
    holiday = Holiday.objects.create(
        calendar=calendar, on=on, title=title, source=source, provisional=provisional
    )
    moved = recompute_open(
        reason=f"{title}, {words.full_date(on)}, is a bank holiday ({source}).", by=by, calendar=calendar
    )
    audit.record(
        "holiday_added",
        by=by,
        about=holiday,
        words=f"Added a bank holiday: {title}, {words.full_date(on)}",
        moved=moved,
    )
    return holiday


@transaction.atomic
def remove_holiday(holiday: Holiday, *, by: User) -> int:
    """Take a bank holiday out of the table, and return how many open deadlines moved."""
    on, title, calendar = holiday.on, holiday.title, holiday.calendar
    audit.record(
        "holiday_removed",
        by=by,
        about=holiday,
        words=f"Removed a bank holiday: {title}, {words.full_date(on)}",
    )
    holiday.delete()
    return recompute_open(
        reason=f"{title}, {words.full_date(on)}, is not a bank holiday.", by=by, calendar=calendar
    )
