"""Who may act on an action or a recommendation, where the access table alone cannot say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework.permissions import Holds, agencies_as, holds, roles_in

if TYPE_CHECKING:
    from actions.models import Action
    from casework.models import Case

# "Write" and "approve" on recommendations and actions (domain §4.2), as single acts.
PROPOSERS: Final = BUSINESS_UNIT | {Role.PC, Role.AUT, Role.SGC}
APPROVERS: Final = PARTNERS | {Role.SGC}
# Who follows the actions of others across cases.
FOLLOWS: Final = BUSINESS_UNIT | {Role.SGC}
PLANNERS: Final = BUSINESS_UNIT | {Role.PC, Role.SGC}


@dataclass(frozen=True)
class WorksOnIt:
    """A transition's permission: the action's owner, a representative of its agency, or the business unit."""

    def __call__(self, action: Action, user: User) -> bool:
        held = roles_in(user, action.case)
        if held & BUSINESS_UNIT or (Role.ALO in held and action.owner_id == user.pk):
            return True
        return Role.REP in held and action.agency_id in agencies_as(user, {Role.REP})

    def __str__(self) -> str:
        return f"{Role.ALO.label}, {Role.REP.label} of the agency, {Holds(BUSINESS_UNIT)}"


@dataclass(frozen=True)
class SignsOff:
    """A transition's permission: one of these roles, but never the owner over their own work."""

    roles: Holds

    def __call__(self, action: Any, user: User) -> bool:
        return action.owner_id != user.pk and self.roles(action, user)

    def __str__(self) -> str:
        return f"{self.roles}, other than the owner"


works_on_it: Final = WorksOnIt()
signs_off: Final = SignsOff(holds(Role.SGC))


def agencies_for_whom(user: User, case: Case) -> frozenset[Any] | None:
    """Keys of the agencies for which `user` may add actions in `case`; None means for any."""
    held = roles_in(user, case)
    if held & (BUSINESS_UNIT | {Role.SGC}):
        return None
    return agencies_as(user, {Role.REP}) if Role.REP in held else frozenset()
