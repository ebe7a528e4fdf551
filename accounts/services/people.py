"""Accounts themselves: opened, described, and freed of a lost device."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Membership, User
from accounts.roles import BUSINESS_UNIT, LEAD_PARTNERS, PARTNERS, Role
from accounts.services.letters import send_after_commit
from accounts.services.memberships import require_business_manager
from accounts.services.notices import tell_business_managers
from accounts.services.refusal import refuse_if_any

# Whose views, signatures and grants would be anybody's who came to hold their mailbox.
VOICES: Final = PARTNERS | LEAD_PARTNERS | BUSINESS_UNIT | {Role.IC, Role.SGC, Role.LAN, Role.ADM, Role.AUD}


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
def correct_address(membership: Membership, *, email: str, by: User) -> User:
    """Put right the e-mail address of a person whose e-mails come back; they prove the new one as they next
    sign in.

    A business manager's act, told at once to both addresses and to every business manager. Raises Refused for
    one's own account, for those who decide or oversee and for administrators: whoever holds their mailbox
    holds their voice, so theirs is changed by an administrator, who opens no case.
    """
    require_business_manager(by, membership.partnership)
    user = User.objects.select_for_update(no_key=True).get(pk=membership.user_id)
    email = User.objects.normalize_email(email).lower()
    refuse_if_any(_why_not_correct(user, email, by))
    before = user.email
    user.email = email
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    what = f"the e-mail address was corrected by {by}"
    for address in (before, email):
        send_after_commit("account_changed", address, "Your account was changed", person=None, what=what)
    tell_business_managers(user, what=what)
    return user


def is_administrators_to_correct(user: User) -> bool:
    """Whether only an administrator changes this person's address, because they decide or oversee."""
    held = Membership.objects.current().filter(user=user, role__in=VOICES)
    return user.is_staff or user.is_superuser or held.exists()


def _why_not_correct(user: User, email: str, by: User) -> Iterator[str]:
    if user == by:
        yield "You cannot do this for your own account: change your address from your profile."
    elif is_administrators_to_correct(user):
        yield f"{user} decides or oversees, so a system administrator changes this address."
    if email == user.email:
        yield "That is the address on record already."
    elif User.objects.filter(email=email).exists():
        yield "Another account has this address. Check it with the person."


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
