"""What the sign-in page of the demonstration shows, and no other page anywhere."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.models import Membership, Partnership, User


def demo_cast(request: HttpRequest) -> dict[str, Any]:
    """`demo_cast` for templates: on the demo's sign-in page the people one can sign in as, else nothing."""
    match = request.resolver_match
    if not settings.DEMO or match is None or match.url_name != "account_login":
        return {}
    return {"demo_cast": cast()}


def cast() -> list[dict[str, Any]]:
    """Everybody who holds a role, by partnership, with what each is; last, those who administer."""
    memberships = (
        Membership.objects.current()
        .filter(user__is_active=True)
        .select_related("user", "partnership", "agency")
        .order_by("partnership__name", "partnership", "user__name", "user", "role")
    )
    groups = [
        {"partnership": partnership, "people": _people(list(held))}
        for partnership, held in groupby(memberships, key=lambda membership: membership.partnership)
    ]
    administrators = User.objects.filter(is_staff=True, is_active=True).order_by("name")
    if administrators:
        people = [{"user": user, "roles": "System administrator", "agency": None} for user in administrators]
        groups.append({"partnership": None, "people": people})
    return groups


def _people(memberships: list[Membership]) -> list[dict[str, Any]]:
    people = []
    for user, held in groupby(memberships, key=lambda membership: membership.user):
        roles = list(held)
        agency = next((membership.agency for membership in roles if membership.agency_id), None)
        people.append({"user": user, "roles": ", ".join(_role(each) for each in roles), "agency": agency})
    return people


def _role(membership: Membership) -> str:
    role = str(membership.get_role_display())
    return f"Deputy: {role}" if membership.deputy_for_id else role
