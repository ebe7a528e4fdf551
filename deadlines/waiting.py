"""What waits here: the reasons still owed for statutory deadlines met late."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse_lazy as reverse

from accounts.models import User
from accounts.roles import BUSINESS_UNIT
from casework.compiled import compiled_once
from casework.models import Case
from casework.permissions import business_unit_partnerships, roles_in
from casework.waiting import Waiting, first_of
from deadlines.models import Deadline


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """Reasons for lateness the business unit has yet to record; in a case, for whoever may see it."""
    mine = case is None or bool(roles_in(user, case) & BUSINESS_UNIT)
    return [
        Waiting(
            verb="Say why it was late",
            case=row.case,
            href=reverse("deadlines:lateness", args=[row.pk]),
            owner="the business unit",
            mine=mine,
            note=row.name,
        )
        for row in _unexplained(user, case)
        if row.case
    ]


@compiled_once
def _unexplained(user: User, case: uuid.UUID | None) -> Any:
    rows = Deadline.objects.visible_to(user).unexplained()
    rows = (
        rows.filter(case=case)
        if case is not None
        else rows.filter(partnership__in=business_unit_partnerships(user))
    )
    return first_of(rows.select_related("case", "rule").order_by("met_at"), case)
