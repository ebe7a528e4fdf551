"""The tabs over the pages of the clocks, each shown to those who may open it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from deadlines.services.rules import roles_of

# Who keeps the table of bank holidays.
KEEPERS = frozenset({Role.BUM, Role.ADM})


def tabs_of(user: User, *, current: str) -> list[dict[str, Any]]:
    """For components/tabs.html: `current` is the name of the page's address."""
    pages = [
        ("List", "deadlines:board"),
        ("Calendar", "deadlines:month"),
        ("Rules", "deadlines:rules"),
    ]
    if roles_of(user) & KEEPERS:
        pages.append(("Bank holidays", "deadlines:holidays"))
    return [{"text": text, "href": reverse(name), "current": name == current} for text, name in pages]
