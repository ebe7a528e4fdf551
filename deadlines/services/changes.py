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
from deadlines.catalogue import Trigger
from deadlines.dates import settings_of
from deadlines.models import ChangeKind, Deadline, DeadlineChange, DeadlineQuerySet
from deadlines.rules import words
from deadlines.rules.counting import Derived
from deadlines.rules.london import end_of_day, london_date
from deadlines.services.dating import (
    beside_the_rule,
    dated,
    dates_of,
    locked,
    open_one,
    refuse,
    rule_of,
    wake,
    wrong_trigger,
)
from deadlines.services.grounds import Grounds, Outcome, leaning_on
from lcspr import clock

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
    ruling = rule_of(deadline.code, london_date(trigger_at), case.partnership)
    if ruling is None:
        raise TransitionRefused(
            [
                f"No rule asks for this from {words.full_date(london_date(trigger_at))} on. If it began then, it "
                "is not owed."
            ]
        )
    deadline.rule, rule = ruling
    derived = dates_of(rule, trigger_at, case, given_on=deadline.given_on)
    _move(deadline, derived, ChangeKind.CORRECTED, reason, by, trigger_at=trigger_at)
    follow(deadline, by=by)
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
    counted = dates_of(rule, deadline.trigger_at, case)
    deadline.because = beside_the_rule(rule, on, counted, agreed_as)
    deadline.given_on, deadline.extended_to = on, None
    derived = dates_of(rule, deadline.trigger_at, case, given_on=on)
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
    *,
    reason: str,
    by: User,
    calendar: str | None = None,
    around: dt.date | None = None,
    partnership: Partnership | None = None,
    code: str | None = None,
    grounds: Grounds | None = None,
) -> int:
    """Work out again the open deadlines that lean on what has changed, and return how many dates moved.

    What changed is a calendar (only `around` a day, if given), a partnership's settings, or a rule; `grounds` says
    how if the world as it stands does not. Old and new dates are kept with the reason. Met and stopped ones are
    never touched; an extended one keeps its day unless the date worked out is now later; one that no rule asks
    for any more is found not to apply.
    """
    chosen = affected(calendar=calendar, around=around, partnership=partnership, code=code).order_by("pk")
    grounds = grounds or Grounds()
    keys, moved = list(chosen.values_list("pk", flat=True)), []
    for first in range(0, len(keys), _BATCH):
        batch = Deadline.objects.open().filter(pk__in=keys[first : first + _BATCH]).order_by("pk")
        moved += [
            outcome.deadline for outcome in grounds.outcomes(locked(batch)) if _take(outcome, reason, by)
        ]
    for deadline in moved:
        follow(deadline, by=by)
    return len(moved)


def affected(
    *,
    calendar: str | None = None,
    around: dt.date | None = None,
    partnership: Partnership | None = None,
    code: str | None = None,
) -> DeadlineQuerySet:
    """The open deadlines that lean on a calendar, on a day of it, on a partnership's settings or on a rule."""
    chosen = Deadline.objects.open()
    if calendar is not None:
        chosen = chosen.filter(rule__calendar=calendar)
    if around is not None:
        chosen = chosen.filter(leaning_on(around))
    if partnership is not None:
        chosen = chosen.filter(partnership=partnership)
    if code is not None:
        chosen = chosen.filter(code=code)
    return chosen


def _take(outcome: Outcome, reason: str, by: User) -> bool:
    """Let a deadline be as worked out; says whether its date moved."""
    deadline, derived, before = outcome.deadline, outcome.derived, outcome.deadline.due_at
    if derived is None:
        _not_owed(deadline, f"{outcome.ends} {reason}", by)
        return True
    same_rule = outcome.kept == deadline.rule and outcome.trigger_at == deadline.trigger_at
    if same_rule and _same_days(derived, deadline):
        return False
    deadline.rule, deadline.force, deadline.because = outcome.kept, outcome.kept.force, outcome.because
    if derived.due_at == deadline.derivation.due_at and outcome.trigger_at == deadline.trigger_at:
        # The same day by another rule, list or table: the explanation is renewed, no date has moved.
        Deadline.objects.filter(pk=deadline.pk).update(
            rule=outcome.kept,
            force=outcome.kept.force,
            derived=derived.as_json(),
            calendar_version=_version(derived),
            provisional=derived.provisional,
        )
        return False
    _move(deadline, derived, ChangeKind.RECOMPUTED, reason, by, trigger_at=outcome.trigger_at)
    return deadline.due_at != before


def _not_owed(deadline: Deadline, reason: str, by: User) -> None:
    deadline.not_applicable_at, deadline.ended_reason = clock.now(), reason
    deadline.held_since, deadline.hold_reason = None, ""
    deadline.save()
    audit.record(
        "deadline_not_applicable",
        by=by,
        case=deadline.case,
        about=deadline,
        words=f"Does not apply, {deadline}: {reason}",
        code=deadline.code,
    )


def follow(deadline: Deadline, *, by: User) -> None:
    """Work out again what in the case is never due later than this clock, which has begun or moved."""
    leaning = [code for code, (other, _) in catalogue.CAPPED.items() if other == deadline.code]
    if not leaning or deadline.case_id is None:
        return
    rows = Deadline.objects.open().filter(case=deadline.case_id, code__in=leaning)
    for outcome in Grounds().outcomes(locked(rows)):
        _take(outcome, f"{deadline.code} is now due on {words.full_date(deadline.due_on)}.", by)


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
