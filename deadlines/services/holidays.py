"""Bank holidays proclaimed, changed or taken back, with what that moves; and the table kept up with the bundled list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from casework import audit
from casework.transitions import TransitionRefused
from deadlines import holidays as bundled
from deadlines.calendars import calendar_named, would_be
from deadlines.models import Holiday
from deadlines.models.reference import CalendarName
from deadlines.rules import words
from deadlines.rules.calendar import Calendar
from deadlines.services.changes import affected, recompute_open
from deadlines.services.grounds import Grounds, Outcome


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
    if reasons := why_not_day(on, calendar=calendar):
        raise TransitionRefused(reasons)
    before = calendar_named(calendar)
    holiday = Holiday.objects.create(
        calendar=calendar, on=on, title=title, source=source, provisional=provisional
    )
    moved = _work_out(f"{title}, {words.full_date(on)}, is a bank holiday ({source}).", before, [on], by=by)
    audit.record(
        "holiday_added",
        by=by,
        about=holiday,
        words=f"Added a bank holiday: {title}, {words.full_date(on)}",
        moved=moved,
    )
    return holiday


@transaction.atomic
def change_holiday(
    holiday: Holiday, *, on: dt.date, title: str, source: str, provisional: bool, by: User
) -> int:
    """Move or rename a bank holiday, or make it official, and return how many open deadlines moved.

    Raises TransitionRefused when the new day is in the table already.
    """
    if reasons := why_not_day(on, calendar=holiday.calendar, instead_of=holiday):
        raise TransitionRefused(reasons)
    before, old = calendar_named(holiday.calendar), str(holiday)
    days = sorted({holiday.on, on})
    holiday.on, holiday.title, holiday.source, holiday.provisional = on, title, source, provisional
    holiday.save()
    moved = _work_out(
        f"The bank holiday {title} is on {words.full_date(on)} ({source}).", before, days, by=by
    )
    audit.record(
        "holiday_changed",
        by=by,
        about=holiday,
        words=f"Changed a bank holiday: {title}, {words.full_date(on)}",
        was=old,
        moved=moved,
    )
    return moved


@transaction.atomic
def remove_holiday(holiday: Holiday, *, by: User) -> int:
    """Take a bank holiday out of the table, and return how many open deadlines moved."""
    on, title, before = holiday.on, holiday.title, calendar_named(holiday.calendar)
    audit.record(
        "holiday_removed",
        by=by,
        about=holiday,
        words=f"Removed a bank holiday: {title}, {words.full_date(on)}",
    )
    holiday.delete()
    return _work_out(f"{title}, {words.full_date(on)}, is not a bank holiday.", before, [on], by=by)


def why_not_day(on: dt.date, *, calendar: str, instead_of: Holiday | None = None) -> list[str]:
    """Why a holiday cannot be put on a day; empty when it can."""
    there = Holiday.objects.filter(calendar=calendar, on=on)
    if instead_of is not None:
        there = there.exclude(pk=instead_of.pk)
    return [f"{words.full_date(on)} is in the table already."] if there.exists() else []


def would_move(
    user: User,
    *,
    calendar: str,
    without: Sequence[Holiday] = (),
    adding: Sequence[Holiday] = (),
) -> list[Outcome]:
    """What a change to the table would move among the open deadlines that `user` may see; nothing is written."""
    changed = would_be(calendar, without=without, adding=adding)
    found: dict[object, Outcome] = {}
    for on in sorted({day.on for day in (*without, *adding)}):
        rows = affected(calendar=calendar, around=on).visible_to(user).with_everything()
        grounds = Grounds(calendars={calendar: changed})
        found |= {each.deadline.pk: each for each in grounds.outcomes(rows) if each.moves}
    return sorted(found.values(), key=lambda each: (each.deadline.due_at, each.deadline.code))


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did to one calendar, or would do, as lines to read."""

    calendar: str
    added: tuple[str, ...]
    confirmed: tuple[str, ...]
    removed: tuple[str, ...]
    moved: int = 0

    @property
    def changes(self) -> int:
        return len(self.added) + len(self.confirmed) + len(self.removed)


@transaction.atomic
def refresh_holidays(calendar: str, *, by: User, dry_run: bool = False) -> Refreshed:
    """Bring one calendar up to the bundled list: what has been announced since, and what was not after all.

    What people entered here stays, whatever the list says. Open deadlines are worked out again, once.
    """
    ours = {day.on: day for day in Holiday.objects.of_calendar(calendar)}
    theirs = {
        on: Holiday(calendar=calendar, on=on, title=day.title, source=day.source, provisional=day.provisional)
        for on, day in sorted(bundled.listed(calendar).items())
    }
    adding = [day for on, day in theirs.items() if on not in ours]
    confirming = [
        (ours[on], day)
        for on, day in theirs.items()
        if on in ours and is_bundled(ours[on]) and ours[on].provisional and not day.provisional
    ]
    going = [day for on, day in ours.items() if on not in theirs and is_bundled(day)]
    refreshed = Refreshed(
        calendar,
        added=tuple(f"{words.full_date(day.on)}: {day.title}" for day in adding),
        confirmed=tuple(f"{words.full_date(day.on)}: {day.title}" for _, day in confirming),
        removed=tuple(f"{words.full_date(day.on)}: {day.title}" for day in going),
    )
    if dry_run or not refreshed.changes:
        return refreshed
    for day in going:
        day.delete()
    for kept, day in confirming:
        kept.title, kept.source, kept.provisional = day.title, day.source, False
        kept.save()
    for day in adding:
        day.save()
    moved = recompute_open(
        reason=f"The bank holidays were brought up to date from the {bundled.OFFICIAL} list.",
        by=by,
        calendar=calendar,
    )
    audit.record(
        "holidays_refreshed",
        by=by,
        words=f"Brought the bank holidays of {calendar} up to date: {refreshed.changes} changed",
        added=refreshed.added,
        confirmed=refreshed.confirmed,
        removed=refreshed.removed,
        moved=moved,
    )
    return Refreshed(calendar, refreshed.added, refreshed.confirmed, refreshed.removed, moved)


def is_bundled(holiday: Holiday) -> bool:
    """Whether the day came from the bundled list or its projection; anything else was entered by people."""
    return holiday.source == bundled.PROJECTED or holiday.source.startswith(bundled.OFFICIAL)


def _work_out(reason: str, before: Calendar, days: Sequence[dt.date], *, by: User) -> int:
    """Work out again what leans on some days; everything, when the span that is official has changed with them."""
    after = calendar_named(before.name)
    if (before.official_from, before.official_until) != (after.official_from, after.official_until):
        return recompute_open(reason=reason, by=by, calendar=before.name)
    return sum(recompute_open(reason=reason, by=by, calendar=before.name, around=on) for on in days)
