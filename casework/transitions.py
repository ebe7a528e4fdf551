"""The one door for state (architecture §3): nothing else in the project calls a transition."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django_fsm import Transition

from accounts.models import User
from casework import audit
from casework.machine import state_field
from casework.models import Event

M = TypeVar("M", bound=models.Model)


class TransitionRefused(Exception):
    """The act is allowed to this person but not now; `reasons` are all the sentences they need."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class MovedOn(TransitionRefused):
    """Somebody was faster: the record is no longer where this act starts. `last` is what happened."""

    def __init__(self, record: models.Model, last: Event | None) -> None:
        label = getattr(record, f"get_{state_field(type(record)).name}_display")()
        super().__init__([f"This has moved on: it is now “{label}”."])
        self.record, self.last = record, last


def exits(record: models.Model) -> dict[str, Transition]:
    """The transitions that leave the record's present state, by name, in the order in which they are declared.

    That order is the one of the buttons: a machine declares first what usually comes next.
    """
    field = state_field(type(record))
    state = field.get_state(record)
    found = {t.name: t for t in field.get_all_transitions(type(record)) if t.source in (state, "*")}
    return {name: found[name] for name in vars(type(record)) if name in found}


def is_permitted(record: models.Model, name: str, user: User) -> bool:
    """Whether this person may ever do the act on this record, whatever its state."""
    offered = state_field(type(record)).get_all_transitions(type(record))
    return any(t.name == name and t.has_perm(record, user) for t in offered)


def unmet(transition: Transition, record: models.Model) -> list[str]:
    """Every sentence that still stands in the way of a transition."""
    return [sentence for condition in transition.conditions for sentence in condition.unmet(record)]


@dataclass(frozen=True)
class OpenAct:
    """A button of the page: the act, and what still blocks it."""

    name: str
    label: str
    help_text: str
    ref: str
    reasons: list[str]


def actions_for(record: models.Model, user: User) -> list[OpenAct]:
    """Every exit the person is permitted to take, blocked or not."""
    return [
        OpenAct(t.name, t.custom["label"], t.custom.get("help_text", ""), t.custom["ref"], unmet(t, record))
        for t in exits(record).values()
        if t.has_perm(record, user)
    ]


@transaction.atomic
def perform(record: M, name: str, *, by: User, words: str = "", **details: Any) -> M:
    """Take one exit of a record's machine and write it down; returns the record as it now is.

    Locks and re-reads the row, for the caller's copy may predate a colleague's act; then checks state,
    permission and every condition. `details` go to the transition and, as plain values, into the Event.
    Raises MovedOn when the state no longer offers the act, PermissionDenied, or TransitionRefused with
    all the reasons.
    """
    manager = type(record)._base_manager
    record = manager.select_for_update(of=("self",), no_key=True).get(pk=record.pk)
    offered, field = exits(record), state_field(type(record))
    if name not in offered:
        raise MovedOn(record, last_event(record))
    taken = offered[name]
    if not taken.has_perm(record, by):
        raise PermissionDenied
    if reasons := unmet(taken, record):
        raise TransitionRefused(reasons)
    source = field.get_state(record)
    getattr(record, name)(**details)
    record.save()
    audit.record(
        name,
        by=by,
        case=record.case,  # type: ignore[attr-defined]
        about=record,
        words=words or taken.custom["label"],
        source=source,
        target=field.get_state(record),
        details=_plain(details),
    )
    return record


def last_event(record: models.Model) -> Event | None:
    """What was last done to a record."""
    acts = Event.objects.filter(object=audit.label_of(record)).exclude(verb__in=audit.READING_VERBS)
    return acts.select_related("actor", "payload").order_by("-id").first()


def _plain(details: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain_value(value) for key, value in details.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, models.Model):
        return audit.label_of(value)
    if isinstance(value, dt.date | dt.time | uuid.UUID):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain_value(item) for item in value]
    return value
