"""Reminding people of the dates of actions (domain §2.8)."""

from __future__ import annotations

import datetime as dt

from accounts.db import system_user
from accounts.models import User
from accounts.roles import PARTNERS, Role
from actions import rules
from actions.models import Action
from actions.models.actions import UNFINISHED
from casework.permissions import holders
from correspondence import services as correspondence
from correspondence.models import Message


def remind_of_due_actions(*, on: dt.date) -> int:
    """Queue what is due today of the reminders of unfinished actions; returns how many messages.

    Safe to repeat: each reminder of a date goes to each person once, and a new date counts afresh.
    """
    by, queued = system_user(), 0
    nearly = on - dt.timedelta(days=min(step.days for step in rules.STEPS))
    actions = Action.objects.filter(state__in=UNFINISHED, due_on__lte=nearly).select_related(
        "case", "agency", "owner"
    )
    steps = {action: step for action in actions if (step := rules.step_due(due_on=action.due_on, today=on))}
    sent = set(
        Message.objects.filter(
            dedupe_key__in=[_key(action, step) for action, step in steps.items()]
        ).values_list("dedupe_key", flat=True)
    )
    for action, step in steps.items():
        if (key := _key(action, step)) not in sent:
            queued += len(
                correspondence.queue(
                    "action_overdue" if step.days > 0 else "action_due",
                    case=action.case,
                    to=_told(action, step),
                    by=by,
                    about=action,
                    task=f"Complete {str(action).lower()}",
                    due=action.due_on,
                    key=key,
                )
            )
    return queued


def _key(action: Action, step: rules.Step) -> str:
    return f"actions.Action:{action.pk}/{action.due_on}/{step.code}"


def _told(action: Action, step: rules.Step) -> list[User]:
    people = {
        "owner": lambda: [action.owner],
        "rep": lambda: holders(action.case, {Role.REP}, agency=action.agency),
        "sgc": lambda: holders(action.case, {Role.SGC}),
        "dsp": lambda: holders(action.case, PARTNERS),
    }
    return [person for whom in step.told for person in people[whom]()]
