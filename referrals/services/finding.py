"""Finding a child again, and saying that two cases are of one family."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import BUSINESS_UNIT
from casework import audit
from casework.audit import Verb
from casework.models import Case
from casework.permissions import business_unit_partnerships
from casework.transitions import TransitionRefused
from referrals import duplicates


@dataclass(frozen=True)
class Search:
    """What was asked for, and what was found: nothing is listed when it is too much."""

    found: tuple[duplicates.Match, ...]
    too_many: bool


@transaction.atomic
def find_child(
    *, by: User, reason: str, name: str = "", born_on: dt.date | None = None, nhs_number: str = ""
) -> Search:
    """Look for a child among the cases of the business unit's own partnership, saying why; every search is recorded.

    Cases the person may not open are neither listed nor counted.
    """
    if not business_unit_partnerships(by):
        raise PermissionDenied
    found = duplicates.matches(by, name=name, born_on=born_on, nhs_number=nhs_number)
    too_many = len(found) > duplicates.MOST_MATCHES
    audit.record(
        Verb.SEARCHED,
        by=by,
        words="Looked for a child",
        reason=reason,
        name=name,
        born_on=born_on,
        nhs_number=nhs_number,
        found="too many" if too_many else [str(match.case.pk) for match in found],
    )
    return Search(() if too_many else tuple(found), too_many)


@transaction.atomic
def link_earlier_case(case: Case, *, other: Case, by: User, reason: str) -> None:
    """Say that two cases are of one child or family, so that whoever may open both finds the one from the other."""
    case, other = _both(case, other, by=by)
    if case.earlier_cases.filter(pk=other.pk).exists():
        raise TransitionRefused([f"{other.reference} is linked already."])
    case.earlier_cases.add(other)
    for one, to in ((case, other), (other, case)):
        audit.record(
            "case_linked",
            by=by,
            case=one,
            about=to,
            words=f"Linked with {to.reference}: {reason}",
            reason=reason,
        )


@transaction.atomic
def unlink_case(case: Case, *, other: Case, by: User, reason: str) -> None:
    """Take back that two cases are of one child or family."""
    case, other = _both(case, other, by=by)
    if not case.earlier_cases.filter(pk=other.pk).exists():
        raise TransitionRefused([f"{other.reference} is not linked."])
    case.earlier_cases.remove(other)
    for one, to in ((case, other), (other, case)):
        audit.record(
            "case_unlinked",
            by=by,
            case=one,
            about=to,
            words=f"The link with {to.reference} was made in error: {reason}",
            reason=reason,
        )


def _both(case: Case, other: Case, *, by: User) -> tuple[Case, Case]:
    """Both cases, held in one order, if the person may open both as business unit."""
    own = Case.objects.visible_to(by, BUSINESS_UNIT).filter(partnership=case.partnership_id)
    held = {
        each.pk: each
        for each in own.filter(pk__in=[case.pk, other.pk])
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    }
    if len(held) != 2:
        raise TransitionRefused(["Choose another case of this partnership."])
    return held[case.pk], held[other.pk]
