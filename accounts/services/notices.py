"""Telling managers that an account which opens cases has changed."""

from __future__ import annotations

from accounts.models import Membership, User
from accounts.roles import OPENS_CASES, Role
from accounts.services.letters import send_after_commit


def tell_business_managers(user: User, *, what: str) -> None:
    """Tell the business managers of every partnership in which this person's role opens cases, at once.

    `what` finishes the sentence “On the account of …, ”. The owner is told in an e-mail of their own.
    """
    for manager in managers_of(user):
        send_after_commit(
            "account_changed",
            manager.email,
            "An account in your partnership was changed",
            person=user,
            what=what,
        )


def managers_of(user: User) -> list[User]:
    """The business managers who answer for this person today, themself left out."""
    partnerships = Membership.objects.current().filter(user=user, role__in=OPENS_CASES).values("partnership")
    managing = Membership.objects.current().filter(partnership__in=partnerships, role=Role.BUM)
    return list(
        User.objects.filter(pk__in=managing.values("user"), is_active=True)
        .exclude(pk=user.pk)
        .order_by("name")
    )
