"""Holding back, looking at it again, releasing (domain §2.4, T48).

The stage of publication is moved by the app `publication`, which calls these (T36, T37). A hold pauses no
statutory clock.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework import audit
from casework.models import Case, Document
from casework.permissions import holders, roles_in
from casework.transitions import TransitionRefused, perform
from correspondence.services import queue
from deadlines import services as deadlines
from decisions import rules
from decisions.models import Hold, HoldKind, HoldSource, ParallelProceeding
from decisions.services.checking import day_problems, locked
from lcspr import clock

MAY_HOLD = BUSINESS_UNIT | PARTNERS
TOLD = PARTNERS | {Role.IC, Role.SGC, Role.COMMS, Role.FAMILY}

LOOK_AGAIN = "DL-21h"


@transaction.atomic
def add_hold(
    case: Case,
    *,
    by: User,
    kind: HoldKind,
    reason: str,
    source: HoldSource,
    on: dt.date,
    review_on: dt.date,
    asked_by: str = "",
    proceeding: ParallelProceeding | None = None,
) -> Hold:
    """Hold something back because the police, a court or a lawyer asked, until it is looked at on `review_on`."""
    if not roles_in(by, case) & MAY_HOLD:
        raise PermissionDenied
    problems = day_problems(on) + _problems(reason, on, review_on)
    if proceeding is not None and proceeding.case_id != case.pk:
        problems.append("Choose proceedings of this case.")
    locked(case)
    same = Hold.objects.in_force().filter(case=case, kind=kind, source=source, starts_on=on, reason=reason)
    if same.filter(asked_by=asked_by, proceeding=proceeding, review_on=review_on).exists():
        problems.append("This hold is added already.")
    if problems:
        raise TransitionRefused(problems)
    hold = Hold.objects.create(
        case=case,
        kind=kind,
        reason=reason,
        source=source,
        asked_by=asked_by,
        proceeding=proceeding,
        starts_on=on,
        looked_at_on=on,
        review_on=review_on,
        added_by=by,
    )
    audit.record("hold_added", by=by, case=case, about=hold, words=f"Held: {hold.get_kind_display().lower()}")
    _look_again(hold, on, by=by)
    _tell("decision_hold_added", hold, by=by, task="A hold was added")
    return hold


@transaction.atomic
def review_hold(hold: Hold, *, by: User, reason: str, on: dt.date, review_on: dt.date) -> Hold:
    """Look at a hold again and keep it, with the reason for keeping it and the next day to look.

    Why it was asked for stays as it was written.
    """
    hold = locked(hold)
    problems = day_problems(on) + _problems(reason, on, review_on)
    if on < hold.looked_at_on:
        problems.append("The date must not be before the hold was last looked at.")
    if problems:
        raise TransitionRefused(problems)
    hold = perform(
        hold,
        "review_hold",
        by=by,
        words=f"Looked at again and kept: {hold}",
        reason=reason,
        on=on,
        review_on=review_on,
    )
    deadlines.meet(LOOK_AGAIN, case=hold.case, at=_at(on), by=by, about=hold)
    _look_again(hold, on, by=by)
    return hold


def _look_again(hold: Hold, on: dt.date, *, by: User) -> None:
    """One date, not two: the day chosen to look again is the clock's, within the three months the rule leaves."""
    deadlines.start(
        LOOK_AGAIN,
        case=hold.case,
        trigger_at=_at(on),
        because="the day chosen to look at the hold again",
        by=by,
        about=hold,
        given_on=hold.review_on,
    )


@transaction.atomic
def release_hold(
    hold: Hold,
    *,
    by: User,
    reason: str,
    on: dt.date,
    evidence: Document,
    although_unfinished: bool = False,
) -> Hold:
    """Release a hold, with what shows that it may be: the verdict, the conclusion, the letter.

    While the proceedings it rests on are recorded as under way only `although_unfinished`, which stands in the record.
    """
    hold = locked(hold)
    unfinished = hold.rests_on
    problems = day_problems(on)
    if not reason.strip():
        problems.append("Give the reason for releasing the hold.")
    if evidence is None or evidence.case_id != hold.case_id:
        problems.append("Attach what shows that the hold may be released.")
    if on < hold.starts_on:
        problems.append("The date must not be before the hold began.")
    if unfinished and not although_unfinished:
        problems.append(
            f"Record that the proceedings ended ({unfinished}), or say that the hold may be released although they go on."
        )
    if problems:
        raise TransitionRefused(problems)
    words = f"Released although the proceedings go on: {hold}" if unfinished else f"Released: {hold}"
    hold = perform(hold, "release_hold", by=by, words=words, reason=reason, on=on, evidence=evidence)
    deadlines.cancel(LOOK_AGAIN, case=hold.case, reason="The hold was released.", by=by, about=hold)
    _tell("decision_hold_released", hold, by=by, task="A hold was released")
    return hold


def _problems(reason: str, looked_at: dt.date, again: dt.date) -> list[str]:
    problem = rules.look_again_problem(looked_at, again)
    return [*([] if reason.strip() else ["Give the reason for the hold."]), *([problem] if problem else [])]


def _at(on: dt.date) -> dt.datetime:
    """An instant on that London day: now if it is today, else midday."""
    if on == clock.today():
        return clock.now()
    return dt.datetime.combine(on, dt.time(12), tzinfo=clock.LONDON).astimezone(dt.UTC)


def _tell(template: str, hold: Hold, *, by: User, task: str) -> None:
    people = [person for person in holders(hold.case, TOLD) if person != by]
    queue(template, case=hold.case, to=people, by=by, about=hold, task=task)
