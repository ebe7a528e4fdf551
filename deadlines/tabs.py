"""The tabs over the pages of the clocks, each shown to those who may open it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from deadlines.services.rules import roles_of

# Who keeps the table of bank holidays.
KEEPERS: Final = frozenset({Role.BUM, Role.ADM})

# The pages over deadlines, which share their filters.
OVER_DEADLINES: Final = [
    ("List", "deadlines:board"),
    ("Calendar", "deadlines:month"),
    ("Week sheet", "deadlines:week"),
]


def tabs_of(user: User, *, current: str, along: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """For components/tabs.html: `current` is the path of the page; the filters `along` go with those they serve."""
    query = f"?{urlencode(along)}" if along else ""
    about, roles = [("Your own calendar", "deadlines:feed")], roles_of(user)
    if roles:
        about.append(("Rules", "deadlines:rules"))
    if roles & KEEPERS:
        about.append(("Bank holidays", "deadlines:holidays"))
    pages = [(text, reverse(name), query) for text, name in OVER_DEADLINES]
    pages += [(text, reverse(name), "") for text, name in about]
    return [{"text": text, "href": path + query, "current": path == current} for text, path, query in pages]
