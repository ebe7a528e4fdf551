"""Getting in without an invitation: a proven work address lets a person refer for its agency (docs/adr/0014)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.db import forget_memberships, memberships_of
from accounts.models import AccountRequest, Agency, Invitation, Membership, OwnEntry, Partnership, User
from accounts.roles import Role
from accounts.rules import domain_of, is_shared, mailbox_of
from accounts.services.invitations import invite
from accounts.services.letters import send_after_commit
from accounts.services.memberships import is_business_manager, require_business_manager
from accounts.services.people import open_account
from accounts.services.refusal import Refused, refuse_if_any
from lcspr import clock

# What a work address gives: to write referrals of one's agency, and to see none but one's own.
GIVEN: Final = Role.REFERRER
# For so long a newcomer stands on the representative's home; the e-mail's link goes on working.
_LOOKED_AT_FOR: Final = dt.timedelta(days=14)


def agencies_at(domain: str, partnership: Partnership) -> list[Agency]:
    """The agencies that work with a partnership and have this very domain."""
    if not domain:
        return []
    members = partnership.members.current().values("agency")
    return list(Agency.objects.filter(pk__in=members, email_domains__contains=[domain], retired_on=None))


def asks_which_agency(domain: str) -> bool:
    """Whether an address at this domain leaves open for which agency of the country its owner works."""
    users = Agency.objects.filter(email_domains__contains=[domain], retired_on=None).count()
    return is_shared(domain, agencies=users)


@transaction.atomic
def join_as_new(
    *,
    partnership: Partnership,
    agency: Agency,
    email: str,
    name: str,
    job_title: str,
    phone: str,
    password: str,
    on: dt.date,
) -> OwnEntry:
    """Make the account of somebody who has proven a work address, so that they can refer for its agency."""
    _hold(partnership)
    refuse_if_any(_why_not_join(partnership, agency, email))
    if User.objects.filter(email=email).exists():
        raise Refused("There is an account for this address now. Sign in with it.")
    user = open_account(email=email, name=name, password=password, job_title=job_title, phone=phone)
    return _enter(user, partnership, agency, on)


@transaction.atomic
def join_by_address(*, partnership: Partnership, agency: Agency, by: User, on: dt.date) -> OwnEntry:
    """Let somebody who has an account refer for the agency of their own address as well."""
    _hold(partnership)
    refuse_if_any(_why_not_join(partnership, agency, by.email))
    if by.is_staff:
        raise Refused("Administrators of this service refer nobody: use an account of your own for that.")
    held = Membership.objects.current(on).filter(user=by, partnership=partnership, agency=agency, role=GIVEN)
    if held.exists():
        raise Refused(f"You can refer for {agency} already.")
    return _enter(by, partnership, agency, on)


@transaction.atomic
def refuse_newcomer(entry: OwnEntry, *, reason: str, by: User, on: dt.date) -> OwnEntry:
    """Say, as the agency's representative, that this person does not refer for it: their role ends at once.

    What they have written stays with the agency. They are told, and cannot come in again by themselves.
    """
    entry = OwnEntry.objects.select_for_update(of=("self",), no_key=True).get(pk=entry.pk)
    membership = Membership.objects.select_for_update(of=("self",), no_key=True).get(pk=entry.membership_id)
    if not may_refuse(by, entry):
        raise PermissionDenied
    if entry.refused_at is not None:
        raise Refused(f"{entry.refused_by} has refused this already.")
    entry.refused_at, entry.refused_by, entry.refused_because = clock.now(), by, reason
    entry.save(update_fields=["refused_at", "refused_by", "refused_because"])
    if membership.until is None or membership.until > on:
        membership.until = max(on, membership.starts_on)
        membership.save(update_fields=["until"])
    forget_memberships()
    send_after_commit(
        "newcomer_refused",
        membership.user.email,
        f"You cannot refer for {membership.agency} for now",
        membership=membership,
    )
    return entry


def may_refuse(user: User, entry: OwnEntry) -> bool:
    """Whether `user` represents the agency the newcomer came in for, or manages its partnership."""
    membership = entry.membership
    if user == membership.user:
        return False
    return is_business_manager(user, membership.partnership) or any(
        m.role == Role.REP
        and m.agency_id == membership.agency_id
        and m.partnership_id == membership.partnership_id
        for m in memberships_of(user)
    )


def newcomers_for(user: User) -> QuerySet[OwnEntry]:
    """Who came in for an agency that `user` represents by choosing it, and has not been refused, of the last fortnight."""
    represented = [held for held in memberships_of(user) if held.role == Role.REP and held.agency_id]
    if not represented:
        return OwnEntry.objects.none()
    entries = OwnEntry.objects.none()
    for held in represented:
        entries |= OwnEntry.objects.filter(
            membership__agency=held.agency_id, membership__partnership=held.partnership_id
        )
    current = Membership.objects.current().values("pk")
    since = clock.now() - _LOOKED_AT_FOR
    found = entries.filter(chosen=True, refused_at=None, at__gte=since, membership__in=current).exclude(
        membership__user=user
    )
    return found.select_related("membership__user", "membership__agency", "membership__partnership")


@transaction.atomic
def ask_for_account(
    *, partnership: Partnership, email: str, name: str, job_title: str, phone: str, organisation: str
) -> AccountRequest:
    """Ask the business unit to be let in, from a proven address that tells no agency.

    Asking again while the first waits changes nothing and tells nobody twice.
    """
    _hold(partnership)
    waiting = AccountRequest.objects.filter(partnership=partnership, email=email, settled_at=None).first()
    if waiting is not None:
        return waiting
    request = AccountRequest.objects.create(
        partnership=partnership,
        email=email,
        name=name,
        job_title=job_title,
        phone=phone,
        organisation=organisation,
    )
    for manager in _holding(partnership, Role.BUM):
        send_after_commit("account_asked", manager.email, "Somebody asks for an account", request=request)
    return request


@transaction.atomic
def invite_requester(request: AccountRequest, *, agency: Agency | None, role: Role, by: User) -> Invitation:
    """Answer a request with an invitation to a role, which the business manager chooses."""
    request = _waiting(request, by)
    invitation = invite(
        by=by,
        email=request.email,
        name=request.name,
        partnership=request.partnership,
        agency=agency,
        role=role,
    )
    _settle(request, by, invitation=invitation)
    return invitation


@transaction.atomic
def decline_request(request: AccountRequest, *, reason: str, by: User) -> AccountRequest:
    """Answer a request with no, telling the person why and whom to ring."""
    request = _waiting(request, by)
    request.declined_because = reason
    _settle(request, by)
    send_after_commit("account_declined", request.email, "Your request for an account", request=request)
    return request


def _waiting(request: AccountRequest, by: User) -> AccountRequest:
    request = AccountRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request.pk)
    require_business_manager(by, request.partnership)
    if request.settled_at is not None:
        raise Refused(f"{request.settled_by} has answered this request already.")
    return request


def _settle(request: AccountRequest, by: User, *, invitation: Invitation | None = None) -> None:
    request.settled_at, request.settled_by, request.invitation = clock.now(), by, invitation
    request.save()


def _hold(partnership: Partnership) -> None:
    """One at a time in a partnership, as when a role is granted: pressing twice makes one account."""
    Partnership.objects.select_for_update(no_key=True).get(pk=partnership.pk)


def _why_not_join(partnership: Partnership, agency: Agency, email: str) -> Iterator[str]:
    if agency not in agencies_at(domain_of(email), partnership):
        yield f"{agency} has another e-mail domain than your address. Ring the business unit."
    refused = OwnEntry.objects.filter(
        refused_at__isnull=False, membership__agency=agency, membership__partnership=partnership
    ).values_list("address", flat=True)
    if mailbox_of(email) in map(mailbox_of, refused):
        yield f"The representative of {agency} has said that you do not refer for it. Ring the business unit."


def _enter(user: User, partnership: Partnership, agency: Agency, on: dt.date) -> OwnEntry:
    # Granted by nobody: the domain, which a business manager entered for the agency, is what lets them in.
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                user=user, partnership=partnership, agency=agency, role=GIVEN, starts_on=on
            )
    except IntegrityError as held:
        raise Refused(f"You can refer for {agency} already.") from held
    forget_memberships()
    entry = OwnEntry.objects.create(
        membership=membership, address=user.email, chosen=asks_which_agency(domain_of(user.email))
    )
    if entry.chosen:
        _tell_of_newcomer(entry)
    return entry


def _tell_of_newcomer(entry: OwnEntry) -> None:
    """Tell whoever represents the agency, or the business managers where nobody does: somebody can refuse."""
    membership = entry.membership
    told = _holding(membership.partnership, Role.REP, membership.agency)
    for person in told or _holding(membership.partnership, Role.BUM):
        send_after_commit(
            "newcomer",
            person.email,
            f"Somebody has come in to refer for {membership.agency}",
            entry=entry,
        )


def _holding(partnership: Partnership, role: Role, agency: Agency | None = None) -> list[User]:
    held = Membership.objects.current().filter(partnership=partnership, role=role, user__is_active=True)
    if agency is not None:
        held = held.filter(agency=agency)
    return list(User.objects.filter(pk__in=held.values("user")).order_by("name"))
