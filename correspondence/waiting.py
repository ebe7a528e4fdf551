"""What waits here: e-mails that could not be sent, for the business unit."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse_lazy as reverse

from accounts.models import User
from accounts.roles import BUSINESS_UNIT
from casework.compiled import compiled_once
from casework.models import Case
from casework.permissions import business_unit_partnerships
from casework.waiting import Waiting, first_of
from correspondence.models import MessageState


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """Cases whose business unit must see to e-mails that could not be sent; of one case if given."""
    mine = business_unit_partnerships(user)
    return [_waiting(each, mine=each.partnership_id in mine) for each in _undelivered(user, case)]


@compiled_once
def _undelivered(user: User, case: uuid.UUID | None) -> Any:
    cases = (
        Case.objects.visible_to(user) if case is not None else Case.objects.visible_to(user, BUSINESS_UNIT)
    )
    cases = (
        cases.filter(pk=case)
        if case is not None
        else cases.filter(partnership__in=business_unit_partnerships(user))
    )
    failed = Q(messages__settled_at=None) & (
        Q(messages__state=MessageState.FAILED) | Q(messages__bounced_at__isnull=False)
    )
    found = cases.filter(failed).annotate(failed=Count("messages", filter=failed)).order_by("opened_at")
    return first_of(found, case)


def _waiting(case: Case, *, mine: bool) -> Waiting:
    count: int = case.failed
    return Waiting(
        verb="See to an e-mail that did not arrive"
        if count == 1
        else f"See to {count} e-mails that did not arrive",
        case=case,
        href=reverse("correspondence:messages", args=[case.pk]),
        owner="Business unit",
        mine=mine,
    )
