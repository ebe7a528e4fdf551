"""What every page of a signed-in person carries: their navigation and their partnership's name."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.db import memberships_of
from accounts.models import User
from accounts.roles import GUEST, Role

# Guests who come to refer, and back to see what became of it.
REFERS = frozenset({Role.REFERRER, Role.DSL})
# Address prefix and words of each entry; guests see only their own page.
_GUEST_PAGES = (("desk:home", "What needs you"),)
_PAGES = (
    ("desk:home", "What needs you"),
    ("desk:cases", "Cases"),
    ("deadlines:board", "Deadlines"),
    ("actions:mine", "Actions"),
    ("publication:library", "Library"),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The service navigation, the current entry marked, and the person's one partnership."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return {}
    held = memberships_of(user)
    roles = {Role(membership.role) for membership in held}
    pages = list(_GUEST_PAGES if roles <= GUEST else _PAGES)
    if roles <= GUEST and roles & REFERS:
        pages.append(("referrals:list", "Your referrals"))
    if Role.ALO in roles and roles <= GUEST:
        pages.append(("actions:mine", "Actions"))
    if Role.BUM in roles:
        pages.append(("desk:settings", "Settings"))
    partnerships = {membership.partnership_id: membership.partnership for membership in held}
    return {
        "navigation": [
            {"text": text, "href": (href := reverse(name)), "current": _is_here(request.path, href)}
            for name, text in pages
        ],
        **({"partnership": next(iter(partnerships.values()))} if len(partnerships) == 1 else {}),
    }


def _is_here(path: str, href: str) -> bool:
    return path == href if href == "/" else path.startswith(href)
