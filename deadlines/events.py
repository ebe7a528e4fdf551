"""Deadlines as events of a calendar: that one is due, its case's reference, and the way to sign in. Nothing more.

A calendar leaves this application for good: it may stand on a shared screen or with a provider abroad.
"""

from __future__ import annotations

import datetime as dt
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from deadlines.models import Deadline, DeadlineChange
from deadlines.rules.icalendar import Event, calendar
from deadlines.rules.london import end_of_day

MOST: Final = 500
REFRESH_HOURS: Final = 4


def feed_for(user: User) -> bytes:
    """The calendar of everything open that the person may see now: the soonest, overdue ones included."""
    rows = Deadline.objects.visible_to(user).owed().select_related("case").order_by("due_at", "id")
    changed = DeadlineChange.objects.filter(deadline=OuterRef("pk")).order_by("-at").values("at")
    rows = rows.annotate(revised_at=Coalesce(Subquery(changed[:1]), "started_at"))
    events = [_event(deadline, deadline.revised_at) for deadline in rows[:MOST]]
    return calendar(events, name="Practice review deadlines", refresh_hours=REFRESH_HOURS)


def calendar_of(deadline: Deadline) -> bytes:
    """The calendar file of one deadline."""
    last = deadline.changes.order_by("-at").first()
    return calendar([_event(deadline, last.at if last else deadline.started_at)])


def _event(deadline: Deadline, revised_at: dt.datetime) -> Event:
    link = f"{settings.PUBLIC_URL}{reverse('deadlines:detail', args=[deadline.pk])}"
    reference = deadline.case.reference if deadline.case else ""
    whole_day = deadline.due_at == end_of_day(deadline.due_on)
    return Event(
        uid=f"{deadline.pk}@{urlsplit(settings.PUBLIC_URL).hostname}",
        on=deadline.due_on if whole_day else deadline.due_at,
        summary=f"A deadline is due: {reference}" if reference else "A deadline is due",
        description=f"Sign in to see what is due: {link}",
        link=link,
        revised_at=revised_at,
        moved=deadline.dates_moved,
        tentative=deadline.provisional or deadline.provisional_trigger,
    )
