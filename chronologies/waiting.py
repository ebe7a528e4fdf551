"""What waits on people in chronologies."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import Any, Final

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.urls import reverse_lazy as reverse

from accounts.models import User
from accounts.roles import Role
from casework import audit
from casework.compiled import compiled_once
from casework.models import Case
from casework.permissions import agencies_as, open_to, roles_in
from casework.waiting import Waiting, first_of
from chronologies.models import MANAGERS, WRITABLE, WRITERS, Chronology, ChronologyState
from chronologies.services import DUE
from deadlines.rules.words import and_list

_VERBS: Final = {
    ChronologyState.REQUESTED: "Write",
    ChronologyState.ACKNOWLEDGED: "Write",
    ChronologyState.IN_PROGRESS: "Send in",
    ChronologyState.RETURNED: "Change, and send in again,",
    ChronologyState.SUBMITTED: "Accept or send back",
}


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """What waits on `user`, and the chronologies still to come where they manage them; with a case, everything
    that waits in it as far as they may read it."""
    held = roles_in(user, case) if case is not None else frozenset()
    agencies = agencies_as(user, WRITERS)
    rows = _underway(user, case)
    if case is not None:
        return [_wait(chronology, user, case, held, agencies) for chronology in rows]
    mine, to_come = [], defaultdict(list)
    for chronology in rows:
        if chronology.is_writable and not _writes(chronology, user, agencies):
            to_come[chronology.case_id].append(chronology)
        elif chronology.is_writable or chronology.managed:
            mine.append(_wait(chronology, user, case, held, agencies))
    return [*mine, *(_still_to_come(together) for together in to_come.values())]


@compiled_once
def _underway(user: User, case: uuid.UUID | None) -> Any:
    agencies = agencies_as(user, WRITERS)
    found = Chronology.objects.visible_to(user).filter(state__in=_VERBS)
    if case is not None:
        found = found.filter(case=case)
    else:
        theirs = Q(state__in=WRITABLE) & (
            (Q(author=user) & open_to(user, {Role.AA})) | (Q(agency__in=agencies) & open_to(user, WRITERS))
        )
        managed = open_to(user, MANAGERS)
        found = found.filter(theirs | managed).annotate(
            managed=ExpressionWrapper(managed, output_field=BooleanField())
        )
    return first_of(
        found.select_related("case", "agency").order_by("due_on"), case, dated="due_on", together=True
    )


def _writes(chronology: Chronology, user: User, agencies: frozenset[object]) -> bool:
    return chronology.author_id == user.pk or chronology.agency_id in agencies


def _still_to_come(chronologies: list[Chronology]) -> Waiting:
    """The chronologies that one case waits for, as one line; the first of them is due soonest."""
    first = chronologies[0]
    return Waiting(
        verb=f"The chronology of {first.agency.short_name} is still to come"
        if len(chronologies) == 1
        else f"{len(chronologies)} chronologies still to come",
        case=first.case,
        href=reverse("chronologies:case", args=[first.case_id]),
        owner=and_list(each.agency.short_name for each in chronologies),
        mine=False,
        about=audit.label_of(first),
        code=DUE,
        due_on=first.due_on,
        link="See who",
    )


def _wait(
    chronology: Chronology,
    user: User,
    case: Case | None,
    held: frozenset[Role],
    agencies: frozenset[object],
) -> Waiting:
    with_agency = chronology.is_writable
    theirs = _writes(chronology, user, agencies)
    return Waiting(
        verb=f"{_VERBS[ChronologyState(chronology.state)]} the chronology of {chronology.agency.short_name}",
        case=chronology.case,
        href=reverse("chronologies:chronology", args=[chronology.pk]),
        owner=chronology.agency.short_name if with_agency else "business unit",
        mine=case is None or (theirs if with_agency else bool(held & MANAGERS)),
        about=audit.label_of(chronology),
        code=DUE,
        due_on=chronology.due_on if with_agency else None,
    )
