"""Dates, times and distances in time as sentences show them: "3 September 2026 at 5:30pm", "in 6 days"."""

from __future__ import annotations

from datetime import date, datetime, time

from django import template
from django.utils import timezone

from govuk.dates import MONTHS, clock_text, date_text

register = template.Library()

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Moment = date | None


@register.filter
def govuk_date(value: Moment) -> str:
    """3 September 2026; of an instant, the day it was in London."""
    return date_text(_local(value)) if value else ""


@register.filter
def govuk_weekday(value: Moment) -> str:
    """Thursday 3 September 2026."""
    return f"{_WEEKDAYS[_local(value).weekday()]} {govuk_date(value)}" if value else ""


@register.filter
def govuk_short_date(value: Moment) -> str:
    """3 Sep: only where the year cannot be in doubt and the full date stands near."""
    if not value:
        return ""
    day = _local(value)
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


@register.filter
def govuk_time(value: datetime | time | None) -> str:
    """5:30pm, 9am, midday, midnight."""
    if isinstance(value, datetime):
        local = _local(value)
        return clock_text(local.time()) if isinstance(local, datetime) else ""
    return clock_text(value) if isinstance(value, time) else ""


@register.filter
def govuk_datetime(value: datetime | None) -> str:
    """3 September 2026 at 5:30pm."""
    return f"{govuk_date(value)} at {govuk_time(value)}" if value else ""


@register.filter
def in_days(value: Moment, today: Moment) -> str:
    """How far off a day is, in calendar days: "today", "tomorrow", "in 6 days", "3 days ago".

    `today` is passed by the page, so that no template asks the computer's clock what day it is.
    """
    if not value or not today:
        return ""
    return _distance((_day(value) - _day(today)).days, "day", "ago")


@register.filter
def in_working_days(count: int | None) -> str:
    """The same for a number of working days counted elsewhere: "in 4 working days", "2 working days late"."""
    return "" if count is None else _distance(count, "working day", "late")


def _distance(count: int, unit: str, past: str) -> str:
    if count == 0:
        return "today"
    if unit == "day" and abs(count) == 1:
        return "tomorrow" if count == 1 else "yesterday"
    length = f"{abs(count)} {unit}{'' if abs(count) == 1 else 's'}"
    return f"in {length}" if count > 0 else f"{length} {past}"


def _local(value: date) -> datetime | date:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value, timezone.get_default_timezone())
    return value


def _day(value: date) -> date:
    local = _local(value)
    return local.date() if isinstance(local, datetime) else local
