"""What waits here: the reasons still owed for statutory deadlines met late."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import User
from accounts.roles import BUSINESS_UNIT
from casework.models import Case
from casework.permissions import business_unit_partnerships, roles_in
from casework.waiting import Waiting, most
from deadlines.models import Deadline


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """Reasons for lateness the business unit has yet to record; in a case, for whoever may see it."""
    if case is None and not business_unit_partnerships(user):
        return []
    rows = Deadline.objects.visible_to(user).unexplained()
    if case is None:
        rows = rows.filter(partnership__in=business_unit_partnerships(user))
        mine = True
    else:
        rows = rows.filter(case=case)
        mine = bool(roles_in(user, case) & BUSINESS_UNIT)
    return [
        Waiting(
            verb="Say why it was late",
            case=row.case,
            href=reverse("deadlines:lateness", args=[row.pk]),
            owner="the business unit",
            mine=mine,
            note=row.name,
        )
        for row in rows.select_related("case", "rule").order_by("met_at")[: most(case)]
        if row.case
    ]
