"""Starting a clock, and what becomes of it."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction

from accounts.models import Agency, User
from accounts.roles import BUSINESS_UNIT
from casework import audit
from casework.models import Case
from casework.permissions import roles_in
from casework.transitions import TransitionRefused
from deadlines import catalogue
from deadlines.calendars import calendar_named
from deadlines.catalogue import Trigger
from deadlines.dates import length_of
from deadlines.models import HOLDABLE, Deadline, RuleVersion
from deadlines.people import owing_roles
from deadlines.rules import words
from deadlines.rules.counting import Unit
from deadlines.rules.london import LONDON, london_date
from deadlines.rules.status import lateness
from deadlines.services.changes import follow
from deadlines.services.dating import (
    beside_the_rule,
    dated,
    dates_of,
    label_of,
    last_one,
    locked,
    open_one,
    refuse,
    rule_of,
    wake,
    wrong_end,
    wrong_trigger,
)
from lcspr import clock


@transaction.atomic
def start(
    code: str,
    *,
    case: Case,
    trigger_at: dt.datetime,
    because: str,
    by: User,
    about: models.Model | None = None,
    owed_agency: Agency | None = None,
    owed_user: User | None = None,
    given_on: dt.date | None = None,
) -> Deadline | None:
    """Start a clock from what happened at `trigger_at` (aware), by the rule then in force.

    `because` follows the trigger's date in a sentence (“when the notification was sent”); empty, the rule's
    own words do. With `given_on`, a day that somebody entitled has set or people agreed on, that day goes before
    the rule's figure and `because` names it (“the date in the letter to the agency”); law and guidance are open to
    that only where they say so. While the same clock of the same thing (`about`, else
    the case) runs, that one is returned unchanged. None when the partnership does not run this clock, the rule
    has been withdrawn, or the case was imported from before this system. Raises TransitionRefused for a trigger
    that cannot be right.
    """
    if case.legacy:
        return None
    label = label_of(about, case)
    if running := open_one(code, case, about):
        return running
    ruling = rule_of(code, london_date(trigger_at), case.partnership)
    if ruling is None:
        return None
    kept, rule = ruling
    refuse(wrong_trigger(rule, trigger_at, case))
    try:
        with transaction.atomic():
            deadline = _begun(
                kept, rule, case=case, label=label, trigger_at=trigger_at, because=because or rule.trigger_words,
                owed_agency=owed_agency, owed_user=owed_user, given_on=given_on,
            )  # fmt: skip
    except IntegrityError:
        # Somebody started the same clock at the same moment; the database let one of the two through.
        return Deadline.objects.open().get(code=code, about=label)
    wake(deadline)
    follow(deadline, by=by)
    audit.record(
        "deadline_started",
        by=by,
        case=case,
        about=deadline,
        words=f"Clock started: {deadline.name}. {deadline.explanation.sentence}",
        code=code,
        trigger_at=trigger_at,
        due_at=deadline.due_at,
    )
    return deadline


@transaction.atomic
def meet(
    code: str,
    *,
    case: Case,
    at: dt.datetime,
    by: User,
    about: models.Model | None = None,
    lateness_reason: str = "",
) -> Deadline | None:
    """Record that what a clock asks for was done at `at`; in time or late follows from the dates.

    None when no such clock runs. Raises TransitionRefused for a time to come or before the clock began.
    """
    deadline = open_one(code, case, about)
    if deadline is None:
        return None
    refuse(wrong_end(deadline, at))
    deadline.met_at = at
    deadline.held_since, deadline.hold_reason = None, ""
    if lateness_reason:
        deadline.lateness_reason = lateness_reason
    deadline.save()
    late = late_by(deadline)
    audit.record(
        "deadline_met",
        by=by,
        case=case,
        about=deadline,
        words=f"Deadline met: {deadline.name}, done at {words.moment(at.astimezone(LONDON))}{f', {late} late' if late else ''}",
        code=code,
        met_at=at,
        late=late,
        lateness_reason=deadline.lateness_reason,
    )
    return deadline


@transaction.atomic
def cancel(
    code: str, *, case: Case, reason: str, by: User, about: models.Model | None = None
) -> Deadline | None:
    """Stop a clock because what it ran for was given up; None when none runs."""
    return _stop("cancelled", code, case=case, reason=reason, by=by, about=about)


@transaction.atomic
def not_applicable(
    code: str, *, case: Case, reason: str, by: User, about: models.Model | None = None
) -> Deadline | None:
    """Stop a clock that should not have run, as when the criteria are found not to be met; None when none runs."""
    return _stop("not_applicable", code, case=case, reason=reason, by=by, about=about)


@transaction.atomic
def reopen(
    code: str, *, case: Case, reason: str, by: User, about: models.Model | None = None
) -> Deadline | None:
    """Let the last round of a clock run again, because its end was recorded in error; None if it never ran.

    One that runs already is returned unchanged.
    """
    deadline = last_one(code, case, about)
    if deadline is None or deadline.is_open:
        return deadline
    refuse(_missing_reason(reason))
    deadline.met_at = deadline.cancelled_at = deadline.not_applicable_at = None
    deadline.ended_reason = ""
    deadline.save()
    wake(deadline)
    audit.record(
        "deadline_reopened",
        by=by,
        case=case,
        about=deadline,
        words=f"Clock runs again: {deadline.name}, due {words.full_date(deadline.due_on)}. {reason}",
        code=code,
    )
    return deadline


@transaction.atomic
def confirm_trigger(code: str, *, case: Case, by: User, about: models.Model | None = None) -> Deadline | None:
    """Record that triage has confirmed when a clock began; its dates stay. None if it never ran."""
    deadline = last_one(code, case, about)
    if deadline is None or not deadline.provisional_trigger:
        return deadline
    deadline.provisional_trigger = False
    deadline.save(update_fields=["provisional_trigger"])
    began = words.moment(deadline.trigger_at.astimezone(LONDON))
    audit.record(
        "trigger_confirmed",
        by=by,
        case=case,
        about=deadline,
        words=f"Beginning confirmed: {deadline.name}, {began}, {deadline.because}",
        code=code,
    )
    return deadline


@transaction.atomic
def hold(
    code: str, *, case: Case, reason: str, by: User, about: models.Model | None = None
) -> Deadline | None:
    """Show a clock as held: there is a hold *and* the dated reasons were sent (domain §3.4.6).

    The due date does not move. None when no such clock runs; raises TransitionRefused for any clock but the
    review's own, because no statutory clock waits for a hold.
    """
    if code not in HOLDABLE:
        raise TransitionRefused(["This clock never waits for a hold."])
    deadline = open_one(code, case, about)
    if deadline is None or deadline.held_since is not None:
        return deadline
    refuse(_missing_reason(reason))
    deadline.held_since, deadline.hold_reason = clock.now(), reason
    deadline.save()
    audit.record(
        "deadline_held",
        by=by,
        case=case,
        about=deadline,
        words=f"Held, with reasons sent: {deadline.name}. {reason}",
        code=code,
    )
    return deadline


@transaction.atomic
def release(code: str, *, case: Case, by: User, about: models.Model | None = None) -> Deadline | None:
    """End the showing of a clock as held: it is overdue again if its date has passed. None when none runs."""
    deadline = open_one(code, case, about)
    if deadline is None or deadline.held_since is None:
        return deadline
    deadline.held_since, deadline.hold_reason = None, ""
    deadline.save()
    wake(deadline)
    audit.record(
        "deadline_released",
        by=by,
        case=case,
        about=deadline,
        words=f"No longer held: {deadline.name}, due {words.full_date(deadline.due_on)}",
        code=code,
    )
    return deadline


@transaction.atomic
def record_lateness(
    deadline: Deadline, *, reason: str, by: User, regulator_told_at: dt.datetime | None = None
) -> Deadline:
    """Record why a deadline was or will be missed, and when the regulator was told (domain §3.4.5).

    For the case's business unit: PermissionDenied otherwise. Raises TransitionRefused without a reason, and
    for a time to come.
    """
    deadline = locked(Deadline.objects.filter(pk=deadline.pk)).get()
    if deadline.case is None or not roles_in(by, deadline.case) & BUSINESS_UNIT:
        raise PermissionDenied
    refuse(_missing_reason(reason))
    if regulator_told_at is not None and regulator_told_at > clock.now():
        raise TransitionRefused(["The regulator cannot have been told at a time still to come."])
    deadline.lateness_reason = reason
    deadline.regulator_told_at = regulator_told_at or deadline.regulator_told_at
    deadline.save(update_fields=["lateness_reason", "regulator_told_at"])
    audit.record(
        "lateness_recorded",
        by=by,
        case=deadline.case,
        about=deadline,
        words=f"Why it was late: {deadline.name}. {reason}",
        regulator_told_at=regulator_told_at,
    )
    return deadline


def late_by(deadline: Deadline) -> str:
    """How late a met deadline was, in words; empty when it was in time, is not met, or cannot be late."""
    length = length_of(deadline.derived)
    if deadline.met_at is None or length.unit is Unit.YEARS_AT_LEAST:
        return ""
    calendar = calendar_named(deadline.rule.calendar)
    late = lateness(deadline.due_at, deadline.met_at, length=length, calendar=calendar)
    return late.words if late else ""


def _begun(
    kept: RuleVersion,
    rule: catalogue.RuleVersion,
    *,
    case: Case,
    label: str,
    trigger_at: dt.datetime,
    because: str,
    owed_agency: Agency | None,
    owed_user: User | None,
    given_on: dt.date | None,
) -> Deadline:
    derived = dates_of(rule, trigger_at, case, given_on=given_on)
    if given_on is not None:
        because = beside_the_rule(rule, given_on, dates_of(rule, trigger_at, case), because)
    last = Deadline.objects.about(rule.code, label).aggregate(last=models.Max("round"))["last"]
    return Deadline.objects.create(
        partnership=case.partnership,
        case=case,
        code=rule.code,
        rule=kept,
        force=rule.force.value,
        about=label,
        round=(last or 0) + 1,
        trigger_at=trigger_at,
        because=because,
        given_on=given_on,
        # Started as soon as anyone says so, and confirmed at triage (architecture §6).
        provisional_trigger=rule.trigger is Trigger.LA_AWARE and not case.la_aware_confirmed,
        lasts=rule.unit is Unit.YEARS_AT_LEAST,
        owed_roles=owing_roles(rule.owed_by),
        owed_agency=owed_agency,
        owed_user=owed_user,
        **dated(derived),
    )


def _stop(
    how: str, code: str, *, case: Case, reason: str, by: User, about: models.Model | None
) -> Deadline | None:
    deadline = open_one(code, case, about)
    if deadline is None:
        return None
    refuse(_missing_reason(reason))
    setattr(deadline, f"{how}_at", clock.now())
    deadline.ended_reason = reason
    deadline.held_since, deadline.hold_reason = None, ""
    deadline.save()
    label = "Cancelled" if how == "cancelled" else "Does not apply"
    audit.record(
        f"deadline_{how}",
        by=by,
        case=case,
        about=deadline,
        words=f"{label}: {deadline.name}. {reason}",
        code=code,
    )
    return deadline


def _missing_reason(reason: str) -> list[str]:
    return [] if reason.strip() else ["Give the reason."]
