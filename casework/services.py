"""Acts on the case itself: opening it, letting people in, keeping them out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.db import forget_ways_in
from accounts.models import Agency, Partnership, User
from accounts.roles import BUSINESS_UNIT, STANDING, Role
from casework import audit
from casework.models import Access, Case, Opening, Stage, Wall
from casework.permissions import roles_in
from casework.transitions import TransitionRefused
from lcspr import clock


def next_reference(partnership: Partnership, *, year: int) -> str:
    """The next free case reference `{code}-{year}-{nnn}`; holds the partnership's row until commit."""
    Partnership.objects.select_for_update(no_key=True).get(pk=partnership.pk)
    prefix = f"{partnership.code}-{year}-"
    last = Case.objects.filter(partnership=partnership, reference__startswith=prefix).aggregate(
        last=Max("reference")
    )["last"]
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:03d}"


@transaction.atomic
def open_case(
    partnership: Partnership, *, by: User, why: str, stage: Stage = Stage.SUBMITTED, **fields: Any
) -> Case:
    """Open a case at `stage` (a later one only when the local authority acted first or a live case is
    brought in), with its reference, and begin its record."""
    now = clock.now()
    case = Case.objects.create(
        partnership=partnership,
        reference=next_reference(partnership, year=clock.today().year),
        stage=stage,
        opened_at=fields.pop("opened_at", now),
        moved_at=now,
        closed_at=now if stage.startswith("closed_") else None,
        **fields,
    )
    audit.record("case_opened", by=by, case=case, about=case, words=why, target=stage)
    return case


@transaction.atomic
def admit(
    case: Case,
    *,
    role: Role,
    why: str,
    by: User,
    on: dt.date,
    user: User | None = None,
    agency: Agency | None = None,
    partnership: Partnership | None = None,
    through: Partnership | None = None,
) -> Access:
    """Let a person, or the holders of a role in an agency or partnership, into a case from a London date.

    Nobody admits themself, and nobody is admitted as business unit: that would give another area's staff the
    powers of this one's. It is let in as neighbour, and its agencies `through` it. Asking twice changes nothing and
    returns the row in force.
    """
    if role in BUSINESS_UNIT:
        raise ValueError("The business unit is let in by its Memberships, and in its own partnership alone.")
    if user is not None and user == by:
        raise TransitionRefused(["You cannot give yourself access to a case. Ask a colleague to do it."])
    holder = {"user": user, "agency": agency, "partnership": partnership, "through": through}
    row, new = Access.objects.get_or_create(
        case=case, role=role, until=None, **holder, defaults={"why": why, "starts_on": on}
    )
    if new:
        forget_ways_in()
        _record_admission(row, user or agency or partnership, by=by)
    return row


def _record_admission(row: Access, holder: object, *, by: User) -> None:
    words = f"Let in: {holder}, as {Role(row.role).label.lower()} ({row.why})"
    audit.record("access_given", by=by, case=row.case, about=row, words=words)


@transaction.atomic
def admit_standing(case: Case, *, by: User, on: dt.date, why: str) -> None:
    """Let in whoever holds a standing role in the case's partnership: sub-group, partners, independent
    chair and notifier (architecture §5). Whoever is in already is not let in twice; the
    caller holds the case, which is new or locked by its transition."""
    area = case.partnership
    in_force = Access.objects.filter(case=case, partnership=area, until=None).values_list("role", flat=True)
    missing = STANDING.difference(in_force)
    rows = [
        Access(case=case, role=role, partnership=area, why=why, starts_on=on)
        for role in Role
        if role in missing
    ]
    # A dozen at once, while somebody waits for the page.
    Access.objects.bulk_create(rows)
    forget_ways_in()
    for row in rows:
        _record_admission(row, area, by=by)


@transaction.atomic
def end_access(access: Access, *, by: User, on: dt.date, why: str) -> None:
    """End an admission: `on` is the first London date on which it no longer holds."""
    access.until = max(on, access.starts_on)
    access.save(update_fields=["until"])
    forget_ways_in()
    audit.record("access_ended", by=by, case=access.case, about=access, words=f"Access ended: {why}")


@transaction.atomic
def prolong_access(access: Access, *, until: dt.date | None, by: User, why: str) -> None:
    """Let an admission hold on, until a later day or without an end, because what ended it was taken back."""
    if access.user == by:
        raise TransitionRefused(["You cannot give yourself access to a case. Ask a colleague to do it."])
    access.until = until
    access.save(update_fields=["until"])
    forget_ways_in()
    audit.record("access_prolonged", by=by, case=access.case, about=access, words=f"Access goes on: {why}")


@transaction.atomic
def answer_opening(case: Case, *, by: User, knows_someone: bool, reason: str = "") -> Opening:
    """Keep a person's answer to whether they know anyone in the case; a yes walls them off at once."""
    opening, _ = Opening.objects.update_or_create(
        case=case, user=by, defaults={"knows_someone": knows_someone, "answered_at": clock.now()}
    )
    if knows_someone:
        Wall.objects.get_or_create(
            case=case,
            user=by,
            lifted_at=None,
            defaults={"reason": reason or "Knows somebody in the case", "raised_by": by},
        )
        forget_ways_in()
    audit.record(
        audit.OPENING_ANSWERED,
        by=by,
        case=case,
        about=opening,
        words="Said they know someone in the case, and is kept out"
        if knows_someone
        else "Said they know nobody in the case",
    )
    return opening


@transaction.atomic
def raise_wall(case: Case, *, user: User, reason: str, by: User) -> Wall:
    """Keep a person out of a case, whatever else lets them in."""
    wall, _ = Wall.objects.get_or_create(
        case=case, user=user, lifted_at=None, defaults={"reason": reason, "raised_by": by}
    )
    forget_ways_in()
    audit.record("wall_raised", by=by, case=case, about=wall, words=f"{user} is kept out of the case")
    return wall


@transaction.atomic
def lift_wall(wall: Wall, *, by: User, reason: str) -> Wall:
    """Let a person in again; the business unit decides, never the person themself."""
    if by == wall.user or not roles_in(by, wall.case) & BUSINESS_UNIT:
        raise TransitionRefused(["Only a colleague in the business unit can lift this."])
    wall.lifted_by, wall.lifted_at, wall.lifted_reason = by, clock.now(), reason
    wall.save()
    forget_ways_in()
    audit.record("wall_lifted", by=by, case=wall.case, about=wall, words=f"{wall.user} is no longer kept out")
    return wall
