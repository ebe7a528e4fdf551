"""Who is told of what, by e-mail without a name or a word of the case (domain §2.8)."""

from __future__ import annotations

from typing import Final

from django.db import models

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, LEAD_PARTNERS, PARTNERS, SUB_GROUP, Role
from casework.models import Case
from casework.permissions import holders
from correspondence.services import queue
from deadlines.models import Deadline

PREPARES: Final = BUSINESS_UNIT | {Role.COMMS}
TOLD_OF_DAY: Final = PARTNERS | LEAD_PARTNERS | {Role.COMMS, Role.IC, Role.SGC, Role.FAMILY}
TOLD_OF_HOLD: Final = PARTNERS | SUB_GROUP | {Role.IC, Role.COMMS, Role.FAMILY}
# All agencies, the sub-group and whoever worked on it: what is published is no secret any more.
TOLD_OF_PUBLICATION: Final = (
    TOLD_OF_DAY
    | SUB_GROUP
    | {
        Role.REP,
        Role.DSL,
        Role.REFERRER,
        Role.PC,
        Role.PM,
        Role.AUT,
        Role.AA,
        Role.ALO,
    }
)
CONFIRMS_CLOSING: Final = PARTNERS | {Role.IC}
TOLD_OF_TURN: Final = PARTNERS | BUSINESS_UNIT | SUB_GROUP | {Role.IC, Role.REP}


def tell(
    template: str,
    case: Case,
    roles: frozenset[Role],
    *,
    by: User,
    about: models.Model,
    task: str = "",
    due: Deadline | None = None,
) -> None:
    """Write to everyone who holds one of these roles in the case, but not to whoever just acted."""
    people = [person for person in holders(case, roles) if person != by]
    queue(template, case=case, to=people, by=by, about=about, task=task, due=due)
