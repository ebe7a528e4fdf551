"""Getting in: a business manager names a person, and a link sent to them makes the account."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from accounts.models import Agency, Invitation, Membership, Partnership, User
from accounts.roles import OPENS_CASES, Role
from accounts.rules import domain_of
from accounts.services.letters import send_after_commit
from accounts.services.memberships import (
    grant_membership,
    is_business_manager,
    require_business_manager,
    why_not_role,
)
from accounts.services.people import open_account
from accounts.services.refusal import Refused, refuse_if_any
from lcspr import clock

OPEN_FOR: Final = dt.timedelta(days=14)


@transaction.atomic
def invite(
    *, by: User, email: str, name: str, partnership: Partnership, agency: Agency | None, role: Role
) -> Invitation:
    """Invite a person to a role, sending them a link that works once and for fourteen days."""
    require_business_manager(by, partnership)
    email = email.strip().lower()
    refuse_if_any(_why_not_invite(by, email, partnership, agency, role))
    secret, secret_hash = _new_secret()
    now = clock.now()
    invitation = Invitation.objects.create(
        email=email,
        name=name,
        partnership=partnership,
        agency=agency,
        role=role,
        invited_by=by,
        invited_at=now,
        expires_at=now + OPEN_FOR,
        secret_hash=secret_hash,
    )
    _send(invitation, secret)
    return invitation


@transaction.atomic
def resend_invitation(invitation: Invitation, *, by: User) -> Invitation:
    """Send a new link, good for another fourteen days; the old one stops working."""
    invitation = _locked(invitation)
    require_business_manager(by, invitation.partnership)
    if invitation.accepted_at or invitation.revoked_at:
        raise Refused(_SETTLED)
    secret, invitation.secret_hash = _new_secret()
    invitation.expires_at = clock.now() + OPEN_FOR
    # Whoever sends it again answers for it: the first inviter may have left.
    invitation.invited_by = by
    invitation.save(update_fields=["secret_hash", "expires_at", "invited_by"])
    _send(invitation, secret)
    return invitation


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> Invitation:
    """Withdraw an invitation, so that its link opens nothing."""
    invitation = _locked(invitation)
    require_business_manager(by, invitation.partnership)
    if invitation.accepted_at or invitation.revoked_at:
        raise Refused(_SETTLED)
    invitation.revoked_at = clock.now()
    invitation.save(update_fields=["revoked_at"])
    return invitation


@transaction.atomic
def accept_invitation(
    invitation: Invitation, *, password: str, name: str, phone: str, on: dt.date
) -> Membership:
    """Make the invited person's account, its address proven by the link, and give it the role."""
    invitation = _locked(invitation)
    refuse_if_any(why_closed(invitation))
    if User.objects.filter(email=invitation.email).exists():
        raise Refused("You have an account already: sign in, and the invitation is waiting for you.")
    user = open_account(email=invitation.email, name=name, password=password, phone=phone)
    return _take_up(invitation, user, on)


@transaction.atomic
def join_by_invitation(invitation: Invitation, *, by: User, on: dt.date) -> Membership:
    """Take up an invitation with the account that the invited person has already."""
    invitation = _locked(invitation)
    refuse_if_any(why_closed(invitation))
    if by.email != invitation.email:
        raise Refused("This invitation was sent to another e-mail address. Sign in with that one.")
    return _take_up(invitation, by, on)


def find_invitation(secret: str) -> Invitation | None:
    """The invitation whose link carries this secret, open or not."""
    return (
        Invitation.objects.filter(secret_hash=_hash(secret))
        .select_related("partnership", "agency", "invited_by")
        .first()
    )


def why_closed(invitation: Invitation) -> list[str]:
    """Why the link opens nothing any more; empty while it does."""
    if invitation.accepted_at:
        return ["This invitation has been used. Sign in with your e-mail address and password."]
    if invitation.revoked_at:
        return ["This invitation was withdrawn. Ask the business unit if you think that is a mistake."]
    if invitation.expires_at <= clock.now():
        return ["This invitation has run out. Ask the business unit to send it again."]
    if not is_business_manager(invitation.invited_by, invitation.partnership):
        return ["The person who invited you has left. Ask the business unit to send the invitation again."]
    return []


_SETTLED: Final = "This invitation was used or withdrawn in the meantime."


def _why_not_invite(
    by: User, email: str, partnership: Partnership, agency: Agency | None, role: Role
) -> Iterator[str]:
    if email == by.email:
        yield "You cannot invite yourself: ask another business manager."
    if role not in OPENS_CASES:
        yield "Administrators are not invited: another administrator gives that role."
    yield from why_not_role(partnership, agency, role, on=clock.today())
    if agency and agency.email_domains and domain_of(email) not in agency.email_domains:
        yield f"{agency} uses addresses that end in {' or '.join('@' + each for each in agency.email_domains)}."
    waiting = Invitation.objects.filter(
        email=email, partnership=partnership, agency=agency, role=role, accepted_at=None, revoked_at=None
    )
    if waiting.exists():
        yield "An invitation to this person for this role is waiting: send it again, or withdraw it."
    held = Membership.objects.current().filter(
        user__email=email, partnership=partnership, agency=agency, role=role, deputy_for=None
    )
    if held.exists():
        yield "This person holds this role already."


def _take_up(invitation: Invitation, user: User, on: dt.date) -> Membership:
    if not user.is_active or user.is_system:
        raise PermissionDenied
    membership = grant_membership(
        user=user,
        partnership=invitation.partnership,
        agency=invitation.agency,
        role=Role(invitation.role),
        by=invitation.invited_by,
        on=on,
    )
    invitation.accepted_at, invitation.accepted_by = clock.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return membership


def _locked(invitation: Invitation) -> Invitation:
    return (
        Invitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("partnership")
        .get(pk=invitation.pk)
    )


def _send(invitation: Invitation, secret: str) -> None:
    link = f"{settings.PUBLIC_URL}{reverse('invitation', args=[secret])}"
    subject = f"Your invitation to {invitation.partnership.short_name} practice reviews"
    send_after_commit("invitation", invitation.email, subject, invitation=invitation, link=link)


def _new_secret() -> tuple[str, str]:
    secret = secrets.token_urlsafe(32)
    return secret, _hash(secret)


def _hash(secret: str) -> str:
    # A plain hash is enough for 256 random bits: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()
