"""Who holds which role, from when, until when, and who stands in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.access_table import AGENCY_ROLES
from accounts.db import forget_memberships, memberships_of
from accounts.models import Agency, Membership, Partnership, PartnershipAgency, User
from accounts.roles import LEAD_PARTNERS, OPENS_CASES, PARTNERS, Role
from accounts.services.refusal import Refused, refuse_if_any
from accounts.settings_choices import StatutoryPartner
from govuk.dates import date_text

# The law puts the duty on an office, and an office has one holder; deputies stand beside (domain §4.1).
ONE_HOLDER: Final = PARTNERS | LEAD_PARTNERS | {Role.IC, Role.SGC}

# Whoever decides or notifies may name a deputy (domain §8.3), and so may who must be reachable every day.
NAMES_DEPUTIES: Final = PARTNERS | LEAD_PARTNERS | {Role.IC, Role.SGC, Role.LAN, Role.REP, Role.BUM}

# These offices belong to one of the three statutory safeguarding partners.
OFFICE_OF: Final[dict[Role, StatutoryPartner]] = {
    Role.DSP_LA: StatutoryPartner.LA,
    Role.LSP_LA: StatutoryPartner.LA,
    Role.LAN: StatutoryPartner.LA,
    Role.DSP_ICB: StatutoryPartner.ICB,
    Role.LSP_ICB: StatutoryPartner.ICB,
    Role.DSP_POLICE: StatutoryPartner.POLICE,
    Role.LSP_POLICE: StatutoryPartner.POLICE,
}

HELD_FOR_AGENCY: Final = AGENCY_ROLES | frozenset(OFFICE_OF)


def is_business_manager(user: User, partnership: Partnership) -> bool:
    """Whether `user` may manage people in `partnership` today."""
    return any(m.role == Role.BUM and m.partnership_id == partnership.pk for m in memberships_of(user))


def require_business_manager(user: User, partnership: Partnership) -> None:
    """Raise PermissionDenied unless `user` manages people in `partnership`."""
    if not is_business_manager(user, partnership):
        raise PermissionDenied


@transaction.atomic
def grant_membership(
    *,
    user: User,
    partnership: Partnership,
    agency: Agency | None,
    role: Role,
    by: User | None,
    on: dt.date,
    until: dt.date | None = None,
) -> Membership:
    """Give a person a role in a partnership from a day.

    Roles that open case content are given by a business manager of the partnership, the administrator's by
    an administrator, and none by oneself. `by` is None only when a partnership is set up on the command line.
    """
    if by is not None:
        _require_may_grant(by, user, partnership, role)
    # One at a time in a partnership, so that two managers cannot fill the same office at once.
    Partnership.objects.select_for_update(no_key=True).get(pk=partnership.pk)
    refuse_if_any(why_not_role(partnership, agency, role, on=on))
    if _holds_already(user, partnership, agency, role, on):
        raise Refused(f"{user} holds this role already.")
    membership = Membership.objects.create(
        user=user, partnership=partnership, agency=agency, role=role, starts_on=on, until=until, granted_by=by
    )
    forget_memberships()
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, on: dt.date, by: User) -> Membership:
    """End a role, and the deputies named under it, so that `on` is the first day it is no longer held."""
    require_business_manager(by, membership.partnership)
    Partnership.objects.select_for_update(no_key=True).get(pk=membership.partnership_id)
    membership = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if membership.until is not None and membership.until <= on:
        raise Refused("This role has ended already.")
    if _is_last_manager(membership, on):
        raise Refused("A partnership needs a business manager: invite another before you end this one.")
    for ending in [membership, *membership.deputies.exclude(until__lte=on)]:
        ending.until = max(on, ending.starts_on)
        ending.save(update_fields=["until"])
    forget_memberships()
    return membership


@transaction.atomic
def name_deputy(
    membership: Membership, *, deputy: User, starts_on: dt.date, until: dt.date, by: User
) -> Membership:
    """Let a colleague act for the holder of a role from a day until, and not on, another.

    Named by the holder or by a business manager; what the deputy does is recorded as done for the holder.
    """
    if by != membership.user:
        require_business_manager(by, membership.partnership)
    Partnership.objects.select_for_update(no_key=True).get(pk=membership.partnership_id)
    membership = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    refuse_if_any(_why_not_deputy(membership, deputy, starts_on, until, by))
    named = Membership.objects.create(
        user=deputy,
        partnership=membership.partnership,
        agency=membership.agency,
        role=membership.role,
        starts_on=starts_on,
        until=until,
        deputy_for=membership,
        granted_by=by,
    )
    forget_memberships()
    return named


def why_not_role(
    partnership: Partnership, agency: Agency | None, role: Role, *, on: dt.date
) -> Iterator[str]:
    """What stands against anybody taking this role for this agency on a day."""
    place = (
        PartnershipAgency.objects.current(on).filter(partnership=partnership, agency=agency).first()
        if agency
        else None
    )
    if agency is None and role in HELD_FOR_AGENCY:
        yield "Select the agency for which this role is held."
    elif agency is not None and place is None:
        yield f"{agency} does not work with {partnership}: add it to the partnership first."
    elif place is not None and role in OFFICE_OF and place.statutory != OFFICE_OF[role]:
        yield f"This role belongs to the {OFFICE_OF[role].label}, and {agency} is not that partner here."
    if role in ONE_HOLDER and (holder := _holder(partnership, role, on)):
        yield f"{holder.user} holds this role: end that first, or name a deputy."


def _require_may_grant(by: User, user: User, partnership: Partnership, role: Role) -> None:
    if by == user:
        raise Refused("You cannot give yourself a role: ask another business manager.")
    if role in OPENS_CASES:
        require_business_manager(by, partnership)
    elif not by.is_staff:
        raise PermissionDenied


def _holds_already(
    user: User, partnership: Partnership, agency: Agency | None, role: Role, on: dt.date
) -> bool:
    same = Membership.objects.filter(
        user=user, partnership=partnership, agency=agency, role=role, deputy_for=None
    )
    return same.exclude(until__lte=on).exists()


def _holder(partnership: Partnership, role: Role, on: dt.date) -> Membership | None:
    held = Membership.objects.filter(partnership=partnership, role=role, deputy_for=None)
    return held.exclude(until__lte=on).select_related("user").first()


def _is_last_manager(membership: Membership, on: dt.date) -> bool:
    if membership.role != Role.BUM or membership.deputy_for_id:
        return False
    managers = Membership.objects.current(on).filter(
        partnership=membership.partnership_id, role=Role.BUM, deputy_for=None, user__is_active=True
    )
    return not managers.exclude(pk=membership.pk).exists()


def _why_not_deputy(
    membership: Membership, deputy: User, starts_on: dt.date, until: dt.date, by: User
) -> Iterator[str]:
    if membership.role not in NAMES_DEPUTIES or membership.deputy_for_id:
        yield "Nobody can be named as deputy for this role."
    if membership.until is not None and membership.until < until:
        yield f"This role itself ends on {date_text(membership.until)}: the deputy cannot go on after that."
    if deputy == membership.user:
        yield "Choose somebody other than the holder of the role."
    elif deputy == by:
        yield "You cannot name yourself as deputy: ask the holder of the role or another business manager."
    if until <= starts_on:
        yield "The last day must be after the first."
    elif _stands_in(membership, deputy, starts_on, until):
        yield f"{deputy} is deputy for this role on some of these days already."
    if not _known_in(membership.partnership, deputy, starts_on):
        yield f"{deputy} holds no role in {membership.partnership}: invite them first."


def _stands_in(membership: Membership, deputy: User, starts_on: dt.date, until: dt.date) -> bool:
    return membership.deputies.filter(user=deputy, starts_on__lt=until, until__gt=starts_on).exists()


def _known_in(partnership: Partnership, user: User, on: dt.date) -> bool:
    return (
        user.is_active and Membership.objects.current(on).filter(partnership=partnership, user=user).exists()
    )
