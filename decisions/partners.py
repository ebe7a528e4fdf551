"""The three statutory partners, and whose hand speaks for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from accounts.models import Agency, Membership, PartnershipAgency, User
from accounts.roles import PARTNERS, Role
from accounts.settings_choices import StatutoryPartner
from casework.models import Case
from casework.permissions import roles_in

ROLE_OF: Final[dict[StatutoryPartner, Role]] = {
    StatutoryPartner.LA: Role.DSP_LA,
    StatutoryPartner.ICB: Role.DSP_ICB,
    StatutoryPartner.POLICE: Role.DSP_POLICE,
}
PARTNER_OF: Final[dict[Role, StatutoryPartner]] = {role: partner for partner, role in ROLE_OF.items()}


def partners_of(user: User, case: Case) -> list[StatutoryPartner]:
    """The partners for which a person may speak in a case, as delegated partner or deputy."""
    held = roles_in(user, case) & PARTNERS
    return [partner for partner, role in ROLE_OF.items() if role in held]


def principal(case: Case, partner: StatutoryPartner) -> Membership | None:
    """The membership of the delegated partner themself, not of a deputy; None while the office is vacant."""
    held = Membership.objects.current().filter(
        partnership=case.partnership_id, role=ROLE_OF[partner], deputy_for=None
    )
    return held.select_related("user", "agency").first()


def agency_for(case: Case, partner: StatutoryPartner) -> Agency | None:
    """The organisation that is this statutory partner in the case's partnership today."""
    row = (
        PartnershipAgency.objects.current()
        .filter(partnership=case.partnership_id, statutory=partner)
        .select_related("agency")
        .first()
    )
    return row.agency if row else None


@dataclass(frozen=True)
class SpeaksFor:
    """A transition's permission: the person is, or deputises for, the delegated partner the view belongs to.

    Roles in `elsewhere` may act for any partner.
    """

    elsewhere: frozenset[Role] = frozenset()

    def __call__(self, view: Any, user: User) -> bool:
        held = roles_in(user, view.case)
        return ROLE_OF[StatutoryPartner(view.partner)] in held or bool(held & self.elsewhere)

    def __str__(self) -> str:
        words = "Delegated safeguarding partner whose view it is, or their deputy"
        others = ", ".join(str(role.label) for role in Role if role in self.elsewhere)
        return f"{words}, {others}" if others else words


@dataclass(frozen=True)
class NotAboutThemself:
    """A transition's permission: the person holds one of these roles, and the declaration is not their own."""

    roles: frozenset[Role]

    def __call__(self, declaration: Any, user: User) -> bool:
        return declaration.person_id != user.pk and bool(self.roles & roles_in(user, declaration.case))

    def __str__(self) -> str:
        return ", ".join(str(role.label) for role in Role if role in self.roles) + ", never for themself"


@dataclass(frozen=True)
class TheirOwn:
    """A transition's permission: the declaration is the person's own, or they hold one of these roles."""

    roles: frozenset[Role]

    def __call__(self, declaration: Any, user: User) -> bool:
        return declaration.person_id == user.pk or bool(self.roles & roles_in(user, declaration.case))

    def __str__(self) -> str:
        return ", ".join(["Whoever declared it", *(str(role.label) for role in Role if role in self.roles)])
