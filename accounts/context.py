"""What the sign-in page of the demonstration shows, and no other page anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Membership, User


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
        {"partnership": partnership.name, "people": _people(held)}
        for partnership, held in groupby(memberships, key=lambda membership: membership.partnership)
    ]
    administrators = User.objects.filter(is_staff=True, is_active=True).order_by("name")
    if administrators:
        people = [_person(user, "System administrator") for user in administrators]
        groups.append({"partnership": "Every partnership", "people": people})
    return groups


def _people(memberships: Iterable[Membership]) -> list[dict[str, Any]]:
    by_person = groupby(memberships, key=lambda membership: membership.user)
    return [_person(user, "; ".join(_role(each) for each in held)) for user, held in by_person]


def _person(user: User, role: str) -> dict[str, Any]:
    return {"name": user.name, "role": role, "sign_in_href": reverse("demo_sign_in", args=[user.pk])}


def _role(membership: Membership) -> str:
    role = str(membership.get_role_display())
    deputy = f"Deputy for {role}" if membership.deputy_for_id else role
    return f"{deputy}, {membership.agency.short_name}" if membership.agency else deputy
