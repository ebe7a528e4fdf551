"""Dates that move: a trigger corrected, a local deadline extended, holidays or settings changed."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from accounts.models import Partnership, User
from accounts.roles import Role
from casework import audit
from casework.models import Case
from casework.permissions import roles_in
from casework.transitions import TransitionRefused
from deadlines import catalogue
from deadlines.calendars import Calendars
from deadlines.catalogue import Trigger
from deadlines.dates import settings_of, work_out
from deadlines.models import ChangeKind, Deadline, DeadlineChange
from deadlines.rules import words
from deadlines.rules.counting import Derived
from deadlines.rules.london import end_of_day, london_date
from deadlines.services.dating import (
    date_agreed,
    dated,
    dates_of,
    locked,
    open_one,
    refuse,
    rule_of,
    wake,
    wrong_trigger,
)

EXTENDERS: Final = frozenset({Role.SGC, Role.BUM})

# Where the case itself keeps the instant, it is put right together with the clock.
_KEPT_ON_CASE: Final = {
    Trigger.LA_AWARE: "la_aware_at",
    Trigger.PARTNERS_AWARE: "partners_aware_at",
    Trigger.BUSINESS_UNIT_TOLD: "first_told_at",
}

_BATCH: Final = 500

WAS_AGREED: Final = (
    "This date was agreed and not counted: agree on another where it was agreed, and the clock follows."
)


def why_not_trigger(deadline: Deadline, trigger_at: dt.datetime) -> list[str]:
    """Why a corrected trigger cannot be right, for the form that asks for it."""
    if deadline.case is None:
        return []
    return wrong_trigger(deadline.rule.as_rule, trigger_at, deadline.case)


@transaction.atomic
def correct_trigger(deadline: Deadline, *, trigger_at: dt.datetime, reason: str, by: User) -> Deadline:
    """Put right when a running clock began: its date is worked out again by the rule then in force, and both
    dates are kept with the reason (domain §3.4.2).

    Raises TransitionRefused for a clock that no longer runs, whose dates are never touched, for a trigger that
    cannot be right, and without a reason.
    """
    deadline = _running(deadline)
    case = _case_of(deadline)
    refuse([] if reason.strip() else ["Give the reason."])
    refuse([WAS_AGREED] if deadline.is_agreed else why_not_trigger(deadline, trigger_at))
    kept, rule = rule_of(deadline.code, london_date(trigger_at), case)
    if rule is None:
        raise TransitionRefused(["This partnership does not run this clock any more."])
    deadline.rule = kept
    _move(deadline, dates_of(rule, trigger_at, case), ChangeKind.CORRECTED, reason, by, trigger_at=trigger_at)
    if field := _KEPT_ON_CASE.get(rule.trigger):
        Case.objects.filter(pk=case.pk).update(**{field: trigger_at})
    return deadline


@transaction.atomic
def agree(
    code: str,
    *,
    case: Case,
    on: dt.date,
    agreed_as: str,
    reason: str,
    by: User,
    about: models.Model | None = None,
) -> Deadline | None:
    """Let a date that people agreed on be a running local clock's date, whatever the rule would count; both are
    kept with the reason. `agreed_as` names it (“the date agreed with the family”). None when no such clock runs.

    The act that agrees it says who may.
    """
    deadline = open_one(code, case, about)
    if deadline is None or (deadline.is_agreed and deadline.due_on == on):
        return deadline
    refuse([] if reason.strip() else ["Give the reason."])
    rule = catalogue.adapted(deadline.rule.as_rule, settings_of(deadline.partnership))
    if rule is None:
        raise TransitionRefused(["This partnership does not run this clock any more."])
    derived, deadline.because = date_agreed(rule, on, dates_of(rule, deadline.trigger_at, case), agreed_as)
    deadline.extended_to = None
    _move(deadline, derived, ChangeKind.AGREED, reason, by, trigger_at=deadline.trigger_at)
    return deadline


@transaction.atomic
def extend(deadline: Deadline, *, until: dt.date, reason: str, by: User) -> Deadline:
    """Give more time for a local deadline, to the end of a later day; the sub-group chair's or the business
    manager's act (domain §3.4.4).

    Raises PermissionDenied for anyone else; TransitionRefused for law and guidance, a clock that no longer
    runs, a day that is not later, and without a reason.
    """
    deadline = _running(deadline)
    if not roles_in(by, _case_of(deadline)) & EXTENDERS:
        raise PermissionDenied
    refuse(why_not_extend(deadline, until))
    refuse([] if reason.strip() else ["Give the reason."])
    old = deadline.due_at
    deadline.extended_to, deadline.due_on, deadline.due_at = until, until, end_of_day(until)
    deadline.dates_moved += 1
    deadline.save()
    _keep_change(
        deadline, ChangeKind.EXTENDED, reason, by, old_due_at=old, old_trigger_at=deadline.trigger_at
    )
    wake(deadline)
    return deadline


def why_not_extend(deadline: Deadline, until: dt.date | None = None) -> list[str]:
    """Why a deadline cannot be extended, or not to that day; empty when it can."""
    if deadline.is_statutory or deadline.lasts:
        return [
            "What law or guidance fixes cannot be extended here. Record the reason for lateness, and when the "
            "regulator was told."
        ]
    if deadline.is_agreed:
        return [WAS_AGREED]
    if until is not None and until <= deadline.due_on:
        return [f"Give a day after {words.full_date(deadline.due_on)}, when it is due now."]
    return []


@transaction.atomic
def recompute_open(
    *, reason: str, by: User, calendar: str | None = None, partnership: Partnership | None = None
) -> int:
    """Work out again every open deadline that counts by a calendar, or of a partnership whose settings
    changed, and return how many dates moved.

    Old and new dates are kept with the reason. Met and stopped ones are never touched; an extended one keeps
    its day unless the date worked out is now later.
    """
    chosen = Deadline.objects.open().order_by("pk")
    if calendar is not None:
        chosen = chosen.filter(rule__calendar=calendar)
    if partnership is not None:
        chosen = chosen.filter(partnership=partnership)
    moved, calendars = 0, Calendars()
    keys = list(chosen.values_list("pk", flat=True))
    for first in range(0, len(keys), _BATCH):
        batch = Deadline.objects.open().filter(pk__in=keys[first : first + _BATCH]).order_by("pk")
        moved += sum(_recomputed(deadline, calendars, reason, by) for deadline in locked(batch))
    return moved


def _recomputed(deadline: Deadline, calendars: Calendars, reason: str, by: User) -> bool:
    rule = catalogue.adapted(deadline.rule.as_rule, settings_of(deadline.partnership))
    if rule is None or deadline.is_agreed:
        # What people agreed on moves only when they agree on another day.
        return False
    derived = work_out(rule, deadline.trigger_at, calendars[rule.calendar], deadline.partnership)
    before = deadline.due_at
    if _same_days(derived, deadline):
        return False
    if derived.due_at == deadline.derivation.due_at:
        # The same day by another list or another table: the explanation is renewed, no date has moved.
        Deadline.objects.filter(pk=deadline.pk).update(
            derived=derived.as_json(), calendar_version=_version(derived), provisional=derived.provisional
        )
        return False
    _move(deadline, derived, ChangeKind.RECOMPUTED, reason, by, trigger_at=deadline.trigger_at)
    return deadline.due_at != before


def _same_days(derived: Derived, deadline: Deadline) -> bool:
    kept = deadline.derivation
    return (derived.due_at, derived.counted, derived.skipped, derived.provisional, derived.length) == (
        kept.due_at,
        kept.counted,
        kept.skipped,
        kept.provisional,
        kept.length,
    )


def _version(derived: Derived) -> str:
    return f"{derived.calendar_name}, {derived.calendar_version}"


def _move(
    deadline: Deadline,
    derived: Derived,
    kind: ChangeKind,
    reason: str,
    by: User,
    *,
    trigger_at: dt.datetime,
) -> None:
    """Set new dates, keep the old ones beside, and have the sweep look again."""
    old_due_at, old_trigger_at = deadline.due_at, deadline.trigger_at
    for field, value in dated(derived).items():
        setattr(deadline, field, value)
    if deadline.extended_to and deadline.extended_to > derived.due_on:
        deadline.due_on, deadline.due_at = deadline.extended_to, end_of_day(deadline.extended_to)
    else:
        deadline.extended_to = None
    deadline.trigger_at = trigger_at
    if deadline.due_at != old_due_at:
        deadline.dates_moved += 1
    deadline.save()
    _keep_change(deadline, kind, reason, by, old_due_at=old_due_at, old_trigger_at=old_trigger_at)
    wake(deadline)


def _keep_change(
    deadline: Deadline,
    kind: ChangeKind,
    reason: str,
    by: User,
    *,
    old_due_at: dt.datetime,
    old_trigger_at: dt.datetime,
) -> None:
    DeadlineChange.objects.create(
        deadline=deadline,
        case=deadline.case,
        kind=kind,
        old_trigger_at=old_trigger_at,
        new_trigger_at=deadline.trigger_at,
        old_due_at=old_due_at,
        new_due_at=deadline.due_at,
        reason=reason,
        by=by,
    )
    was, now = words.full_date(london_date(old_due_at)), words.full_date(deadline.due_on)
    audit.record(
        f"deadline_{kind.value}",
        by=by,
        case=deadline.case,
        about=deadline,
        words=f"{kind.label}: {deadline.name}, was due {was}, now {now}. {reason}",
        old_trigger_at=old_trigger_at,
        new_trigger_at=deadline.trigger_at,
        old_due_at=old_due_at,
        new_due_at=deadline.due_at,
    )


def _running(deadline: Deadline) -> Deadline:
    """The row under lock; TransitionRefused when the clock has ended, for its dates are never touched."""
    deadline = locked(Deadline.objects.filter(pk=deadline.pk)).get()
    if not deadline.is_open:
        raise TransitionRefused(["This deadline no longer runs, so its dates stay as they are."])
    return deadline


def _case_of(deadline: Deadline) -> Case:
    if deadline.case is None:
        raise TransitionRefused(["This deadline belongs to no case."])
    return deadline.case
