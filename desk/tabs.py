"""The tabs of a case: only those that hold something for the person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from accounts.access_table import Right, Thing
from accounts.models import User
from accounts.roles import Role
from casework.models import Case
from casework.permissions import may


@dataclass(frozen=True)
class Tab:
    """One page of the case, and what of the access table opens it."""

    key: str
    text: str
    page: str
    opened_by: Thing
    right: Right = Right.READ


TABS: Final[tuple[Tab, ...]] = (
    Tab("overview", "Overview", "desk:case", Thing.CASE_STATUS, Right.READ),
    Tab("timeline", "Timeline", "desk:timeline", Thing.COMBINED_CHRONOLOGY),
    Tab("people", "People", "desk:people", Thing.IDENTITY),
    Tab("access", "Access", "desk:access", Thing.AUDIT),
)


def tabs_of(case: Case, user: User, roles: Iterable[Role], *, current: str) -> list[dict[str, Any]]:
    """The tabs for components/tabs.html; none when there would be only one."""
    shown = [tab for tab in TABS if tab.key == current or may(user, tab.right, tab.opened_by, case)]
    if len(shown) < 2:
        return []
    return [
        {"text": tab.text, "href": reverse(tab.page, args=[case.pk]), "current": tab.key == current}
        for tab in shown
    ]
