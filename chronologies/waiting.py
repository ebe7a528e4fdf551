"""What waits on people in chronologies."""

from __future__ import annotations

from typing import Final

from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from casework import audit
from casework.models import Case
from casework.permissions import agencies_as, open_to, roles_in
from casework.waiting import Waiting, most
from chronologies.models import MANAGERS, WRITABLE, WRITERS, Chronology, ChronologyState
from chronologies.services import DUE
from govuk.dates import date_text

_VERBS: Final = {
    ChronologyState.REQUESTED: "Write",
    ChronologyState.ACKNOWLEDGED: "Write",
    ChronologyState.IN_PROGRESS: "Send in",
    ChronologyState.RETURNED: "Change, and send in again,",
    ChronologyState.SUBMITTED: "Accept or send back",
}


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """What waits on `user`; with a case, everything that waits in it as far as they may read it."""
    held = roles_in(user, case) if case is not None else frozenset()
    agencies = agencies_as(user, WRITERS)
    found = Chronology.objects.visible_to(user).filter(state__in=_VERBS)
    if case is not None:
        found = found.filter(case=case)
    else:
        theirs = Q(state__in=WRITABLE) & (
            (Q(author=user) & open_to(user, {Role.AA})) | (Q(agency__in=agencies) & open_to(user, WRITERS))
        )
        managed = Q(state=ChronologyState.SUBMITTED) & open_to(user, MANAGERS)
        found = found.filter(theirs | managed)
    rows = found.select_related("case", "agency").order_by("due_on")[: most(case)]
    return [_wait(chronology, user, case, held, agencies) for chronology in rows]


def _wait(
    chronology: Chronology,
    user: User,
    case: Case | None,
    held: frozenset[Role],
    agencies: frozenset[object],
) -> Waiting:
    with_agency = chronology.is_writable
    theirs = chronology.author_id == user.pk or chronology.agency_id in agencies
    return Waiting(
        verb=f"{_VERBS[ChronologyState(chronology.state)]} the chronology of {chronology.agency.short_name}",
        case=chronology.case,
        href=reverse("chronologies:chronology", args=[chronology.pk]),
        owner=chronology.agency.short_name if with_agency else "business unit",
        mine=case is None or (theirs if with_agency else bool(held & MANAGERS)),
        about=audit.label_of(chronology),
        code=DUE,
        note=f"{'was due' if chronology.is_overdue else 'due'} {date_text(chronology.due_on)}"
        if with_agency
        else "",
    )
