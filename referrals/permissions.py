"""Who may refer, and who may write in a referral: the partnership's own rule (domain §8.1, “who sends”)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.agency_kinds import AgencyKind
from accounts.db import memberships_of
from accounts.models import Agency, Membership, Partnership, User
from accounts.roles import BUSINESS_UNIT, Role
from accounts.settings_choices import ReferralSource
from casework.permissions import Holds, roles_in

AGENCY_LEADS = frozenset({Role.DSL, Role.REP})


@dataclass(frozen=True)
class WayIn:
    """One way in which a person may begin a referral."""

    partnership: Partnership
    agency: Agency | None
    on_behalf: bool


def may_send(membership: Membership) -> bool:
    """Whether this membership may send a referral of its agency to its partnership.

    The chair or manager of the child death overview panel refers directly where that source is open,
    whoever else may send.
    """
    if membership.agency is None:
        return False
    partnership = membership.partnership
    if membership.role in partnership.submitter_roles:
        return True
    return (
        membership.agency.kind == AgencyKind.CDOP
        and ReferralSource.CDOP in partnership.sources_enabled
        and membership.role in AGENCY_LEADS | {Role.REFERRER}
    )


def may_write(membership: Membership) -> bool:
    """Whether this membership may write a referral of its agency: whoever may send it, and any practitioner or lead.

    Where only the representative sends (Bedford Borough), what a practitioner has written waits for them, and is not
    typed again.
    """
    return membership.agency is not None and (
        membership.role in AGENCY_LEADS | {Role.REFERRER} or may_send(membership)
    )


def ways_in(user: User) -> list[WayIn]:
    """Every partnership and agency for which `user` may begin a referral, each once."""
    found: dict[tuple[Any, Any], WayIn] = {}
    for membership in memberships_of(user):
        if membership.role in BUSINESS_UNIT:
            found[membership.partnership_id, None] = WayIn(membership.partnership, None, on_behalf=True)
        elif may_write(membership):
            key = (membership.partnership_id, membership.agency_id)
            found.setdefault(key, WayIn(membership.partnership, membership.agency, on_behalf=False))
    return list(found.values())


def source_of(agency: Agency, partnership: Partnership) -> ReferralSource:
    """Where an agency's own referral comes from."""
    is_cdop = agency.kind == AgencyKind.CDOP and ReferralSource.CDOP in partnership.sources_enabled
    return ReferralSource.CDOP if is_cdop else ReferralSource.AGENCY


def is_business_unit_of(user: User, partnership_id: Any) -> bool:
    """Whether `user` works in that partnership's own business unit."""
    return any(m.role in BUSINESS_UNIT and m.partnership_id == partnership_id for m in memberships_of(user))


def writes_in(referral: Any, user: User) -> bool:
    """Whether `user` may write in a referral not yet sent, or sent back.

    Its own referrer, the colleague to whom it was left, the lead or representative of its agency, and the business
    unit for what it entered on somebody's behalf.
    """
    if not user.is_authenticated:
        return False
    if referral.on_behalf and is_business_unit_of(user, referral.partnership_id):
        return True
    return any(
        m.role in AGENCY_LEADS
        or (user.pk in {referral.referrer_id, referral.left_to_id} and m.role == Role.REFERRER)
        for m in _memberships_for(referral, user)
    )


def sends(referral: Any, user: User) -> bool:
    """Whether `user` may send this referral: they write in it, and the partnership takes it from them."""
    if referral.on_behalf and is_business_unit_of(user, referral.partnership_id):
        return True
    return writes_in(referral, user) and any(may_send(m) for m in _memberships_for(referral, user))


def endorses(referral: Any, user: User) -> bool:
    """Whether `user` may endorse it: a lead or representative of its agency who did not write it themself."""
    return referral.referrer_id != user.pk and any(
        m.role in AGENCY_LEADS for m in _memberships_for(referral, user)
    )


def _memberships_for(referral: Any, user: User) -> Iterable[Membership]:
    return [
        m
        for m in memberships_of(user)
        if m.agency_id and m.agency_id == referral.agency_id and m.partnership_id == referral.partnership_id
    ]


@dataclass(frozen=True)
class Writes:
    """A transition's permission: whoever may write in the referral."""

    def __call__(self, record: Any, user: User) -> bool:
        return writes_in(record, user)

    def __str__(self) -> str:
        return "Referrer, a colleague it was left to, or lead or representative of the agency; business unit on somebody’s behalf"


@dataclass(frozen=True)
class Sends:
    """A transition's permission: those from whom the partnership takes a referral."""

    def __call__(self, record: Any, user: User) -> bool:
        return sends(record, user)

    def __str__(self) -> str:
        return "Those the partnership lets refer; business unit on somebody’s behalf"


@dataclass(frozen=True)
class InCase:
    """A transition's permission: one of these roles in the referral's case, once there is one."""

    roles: frozenset[Role]

    def __call__(self, record: Any, user: User) -> bool:
        return record.case is not None and bool(self.roles & roles_in(user, record.case))

    def __str__(self) -> str:
        return ", ".join(str(role.label) for role in Role if role in self.roles)


@dataclass(frozen=True)
class HoldsOrSystem(Holds):
    """A transition's permission: one of these roles in the case, or the system, drawing what follows from an act."""

    def __call__(self, record: Any, user: User) -> bool:
        return user.is_system or super().__call__(record, user)

    def __str__(self) -> str:
        return f"{super().__str__()}; the system, when what is known is corrected"


@dataclass(frozen=True)
class OwnBusinessUnit:
    """A transition's permission: the business unit of the record's own partnership."""

    def __call__(self, record: Any, user: User) -> bool:
        return user.is_authenticated and is_business_unit_of(user, record.partnership_id)

    def __str__(self) -> str:
        return ", ".join(str(role.label) for role in Role if role in BUSINESS_UNIT)
