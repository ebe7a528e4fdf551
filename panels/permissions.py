"""Who may do what in a review, where a set of roles alone cannot say it."""

from __future__ import annotations

from typing import Any, Final

from accounts.access_table import Right, Thing
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, SUB_GROUP, Role
from casework.permissions import Holds, roles_in, roles_with

COMMISSIONERS: Final = BUSINESS_UNIT | {Role.SGC}
DECIDERS: Final = PARTNERS | COMMISSIONERS | {Role.IC}
WRITES_TERMS: Final = roles_with(Right.WRITE, Thing.TOR)
APPROVES_TERMS: Final = PARTNERS | {Role.SGC}
LEADS_REVIEW: Final = BUSINESS_UNIT | {Role.PC}
WRITES_REPORT: Final = LEADS_REVIEW | {Role.AUT}
ASKS_FOR_CHANGES: Final = DECIDERS | {Role.SG, Role.LEGAL}
CHECKS_PROGRESS: Final = PARTNERS | COMMISSIONERS
READS_PROPOSALS: Final = DECIDERS | {Role.PC}

# Who is told of a turn in a review.
OVERSEES: Final = PARTNERS | SUB_GROUP | {Role.IC}
REVIEW_PANEL: Final = frozenset({Role.PC, Role.PM, Role.AUT})


class EndsIt:
    """A transition's permission: the partners end an author's appointment while the review goes on (T30), whoever
    commissions every other, and whoever decides all of them once the review is over."""

    def __call__(self, appointment: Any, user: User) -> bool:
        held = roles_in(user, appointment.case)
        if appointment.review.is_over:
            return bool(held & DECIDERS)
        return bool(held & (PARTNERS if appointment.role == Role.AUT else COMMISSIONERS | PARTNERS))

    def __str__(self) -> str:
        return f"For the author: {Holds(PARTNERS)}; for others, and after the review: {Holds(DECIDERS)}"


class LeadsIt:
    """A transition's permission: the person named to lead the other review, or whoever commissions."""

    def __call__(self, review: Any, user: User) -> bool:
        held = roles_in(user, review.case)
        return bool(held & COMMISSIONERS) or (bool(held) and review.lead_id == user.pk)

    def __str__(self) -> str:
        return f"Whoever leads it, {Holds(COMMISSIONERS)}"
