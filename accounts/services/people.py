"""Accounts themselves: opened, described, and freed of a lost device."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.services.letters import send_after_commit
from accounts.services.notices import tell_business_managers


@transaction.atomic
def open_account(
    *, email: str, name: str, password: str | None = None, proven: bool = True, **fields: Any
) -> User:
    """Make an account; `proven` says that its address is known to be the person's own.

    Without a password the person sets one through “forgotten password”, which proves the address too.
    """
    user = User.objects.create_user(email, password, name=name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=proven)
    return user


@transaction.atomic
def change_profile(user: User, *, name: str, job_title: str, phone: str) -> User:
    """Put a person's own particulars right."""
    user.name, user.job_title, user.phone = name, job_title, phone
    user.save(update_fields=["name", "job_title", "phone"])
    return user


@transaction.atomic
def remove_second_step(user: User, *, by: User) -> None:
    """Take away every authenticator of a person who has lost theirs, telling them and their managers.

    They sign in with a code by e-mail next, and set up a new one before anything else. Only an
    administrator may, having made sure by telephone who is asking; not for their own account.
    """
    if not by.is_staff or by == user or (user.is_superuser and not by.is_superuser):
        raise PermissionDenied
    Authenticator.objects.filter(user=user).delete()
    what = "the second step was removed by an administrator"
    tell_business_managers(user, what=what)
    send_after_commit("account_changed", user.email, "Your account was changed", person=None, what=what)
