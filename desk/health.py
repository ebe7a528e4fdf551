"""Whether the service works: worker, beat, what waits and since when, for business managers and administrators."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.generic import TemplateView

from accounts.db import memberships_of
from accounts.models import User
from accounts.roles import Role
from casework.scanning import oldest_unchecked
from correspondence.health import TOO_LONG, oldest_waiting
from correspondence.tasks import DELIVERED
from deadlines.rules.words import count
from deadlines.services import oldest_unswept
from deadlines.tasks import SWEPT
from lcspr.health import age_of, findings, jobs_waiting

READERS: Final = frozenset({Role.BUM, Role.ADM})

# What each part is, and what its silence means, in words for somebody who does not run it.
_PARTS: Final = {
    "database": ("Database", "Nothing works without it."),
    "broker": ("Queue", "What people do is kept; e-mails and long work wait."),
    "beat": (
        "Clock of the service (beat)",
        "Nothing is picked up by itself: reminders wait, and are made up for later.",
    ),
    "worker": ("Worker", "E-mails, reminders and long work wait, and go on when it is back."),
    "fonts": ("Fonts for documents", "Documents cannot be drawn."),
    "mail": ("E-mails going out", "People are not told. Ask whoever runs the service about the mail server."),
}


class HealthView(TemplateView):
    """What /healthz tells a machine, in words, with how long things have waited.

    It counts no messages and no cases: nobody learns here how much another partnership has to do.
    """

    template_name = "desk/health.html"
    page_title = "Whether the service works"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            raise PermissionDenied
        roles = {Role(membership.role) for membership in memberships_of(user)}
        if not (roles & READERS or user.is_staff):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = findings()
        return {
            "columns": [{"text": text} for text in ("Part", "State", "If it stands still")],
            "rows": [_row(name, said) for name, said in found.items()],
            "waits": _waits(found),
            "all_well": set(found.values()) == {"ok"},
            "may_see_failed": Role.BUM in {Role(m.role) for m in memberships_of(self.request.user)},  # type: ignore[arg-type]
            **super().get_context_data(**kwargs),
        }


def _row(name: str, said: str) -> list[Any]:
    label, meaning = _PARTS.get(name, (name.capitalize(), ""))
    state = {"text": "Works", "tag": "done"} if said == "ok" else {"text": said.capitalize(), "tag": "late"}
    return [label, state, meaning]


def _waits(found: dict[str, str]) -> list[dict[str, str]]:
    """How long things have waited, as rows of a summary list."""
    rows = [
        {"key": "E-mail that has waited longest", "value": _length(oldest_waiting())},
        {"key": "Reminder that has waited longest", "value": _length(oldest_unswept())},
        {"key": "File that has waited longest for its virus check", "value": _length(oldest_unchecked())},
        {"key": "E-mails last delivered", "value": _ago(age_of(DELIVERED))},
        {"key": "Deadlines last looked at", "value": _ago(age_of(SWEPT))},
    ]
    if found["broker"] == "ok":
        rows.append({"key": "Jobs waiting for a worker", "value": str(jobs_waiting())})
    return rows


def _length(waited: dt.timedelta | None) -> str:
    if waited is None:
        return "Nothing waits"
    words = _words(int(waited.total_seconds())).capitalize()
    return f"{words}, which is too long" if waited > TOO_LONG else words


def _ago(seconds: int | None) -> str:
    return "Not since the service was set up" if seconds is None else f"{_words(seconds)} ago".capitalize()


def _words(seconds: int) -> str:
    if seconds < 60:
        return "less than a minute"
    minutes = seconds // 60
    if minutes < 120:
        return count(minutes, "minute")
    hours = minutes // 60
    return count(hours, "hour") if hours < 48 else count(hours // 24, "day")
