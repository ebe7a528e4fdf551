"""Following other proceedings about the same child (domain §7.8)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS
from casework import audit
from casework.models import Case
from casework.permissions import holders, roles_in
from casework.transitions import TransitionRefused, perform
from correspondence.services import queue
from decisions.models import ParallelProceeding, ProceedingKind
from decisions.services.checking import locked
from lcspr import clock


@transaction.atomic
def add_proceeding(
    case: Case,
    *,
    by: User,
    kind: ProceedingKind,
    body: str,
    body_reference: str = "",
    contact: str = "",
    began_on: dt.date | None = None,
    next_date: dt.date | None = None,
    next_event: str = "",
    constraint: str = "",
) -> ParallelProceeding:
    """Record that another process about the child is open, and what it asks of the review."""
    if not roles_in(by, case) & BUSINESS_UNIT:
        raise PermissionDenied
    if began_on is not None:
        _not_ahead(began_on)
    locked(case)
    same = ParallelProceeding.objects.under_way().filter(case=case, kind=kind, body=body)
    if same.filter(body_reference=body_reference, contact=contact, began_on=began_on).exists():
        raise TransitionRefused(["These proceedings are recorded already. Record news of them there."])
    proceeding = ParallelProceeding.objects.create(
        case=case,
        kind=kind,
        body=body,
        body_reference=body_reference,
        contact=contact,
        began_on=began_on,
        next_date=next_date,
        next_event=next_event,
        constraint=constraint,
        added_by=by,
    )
    audit.record("proceeding_added", by=by, case=case, about=proceeding, words=f"Recorded: {proceeding}")
    return proceeding


def update_proceeding(
    proceeding: ParallelProceeding, *, by: User, next_date: dt.date | None, next_event: str, constraint: str
) -> ParallelProceeding:
    """Record news of proceedings that changes nothing of where they stand: the next date, what they ask."""
    return perform(
        proceeding,
        "update_proceeding",
        by=by,
        words=f"News of {proceeding}",
        next_date=next_date,
        next_event=next_event,
        constraint=constraint,
    )


def list_proceeding(
    proceeding: ParallelProceeding, *, by: User, next_date: dt.date | None, next_event: str, constraint: str
) -> ParallelProceeding:
    """Record that somebody was charged, or the hearing listed."""
    return perform(
        proceeding,
        "list_proceeding",
        by=by,
        words=f"Charged or listed: {proceeding}",
        next_date=next_date,
        next_event=next_event,
        constraint=constraint,
    )


def start_hearing(
    proceeding: ParallelProceeding, *, by: User, next_date: dt.date | None, next_event: str, constraint: str
) -> ParallelProceeding:
    """Record that the trial or the hearing has begun."""
    return perform(
        proceeding,
        "start_hearing",
        by=by,
        words=f"Trial or hearing begun: {proceeding}",
        next_date=next_date,
        next_event=next_event,
        constraint=constraint,
    )


@transaction.atomic
def conclude_proceeding(
    proceeding: ParallelProceeding, *, by: User, outcome: str, on: dt.date
) -> ParallelProceeding:
    """Record how the proceedings ended, and have the holds that rest on them looked at."""
    _check_end(outcome, on)
    proceeding = perform(
        proceeding, "conclude_proceeding", by=by, words=f"Concluded: {proceeding}", outcome=outcome, on=on
    )
    _have_holds_looked_at(proceeding, by)
    return proceeding


@transaction.atomic
def drop_proceeding(
    proceeding: ParallelProceeding, *, by: User, outcome: str, on: dt.date
) -> ParallelProceeding:
    """Record that no further action will be taken, and have the holds that rest on them looked at."""
    _check_end(outcome, on)
    proceeding = perform(
        proceeding, "drop_proceeding", by=by, words=f"No further action: {proceeding}", outcome=outcome, on=on
    )
    _have_holds_looked_at(proceeding, by)
    return proceeding


def _have_holds_looked_at(proceeding: ParallelProceeding, by: User) -> None:
    for hold in proceeding.resting_holds.in_force():
        queue(
            "decision_hold_look_again",
            case=proceeding.case,
            to=holders(proceeding.case, PARTNERS | BUSINESS_UNIT),
            by=by,
            about=hold,
            task="The proceedings a hold rests on have ended: look at the hold",
        )


def _check_end(outcome: str, on: dt.date) -> None:
    if not outcome.strip():
        raise TransitionRefused(["Say how it ended."])
    _not_ahead(on)


def _not_ahead(on: dt.date) -> None:
    if on > clock.today():
        raise TransitionRefused(["The date must be today or in the past."])
