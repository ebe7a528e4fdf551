"""The daily e-mail: everything held for a person, said once, in one message under one Message-ID."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from django.db import connection, models, transaction

from accounts.db import acting_as, system_user
from accounts.models import User
from casework.audit import label_of
from casework.holding import Holders
from correspondence.delivery import NOT_ADMITTED
from correspondence.emails import Writer, link_to
from correspondence.history import note_all
from correspondence.models import EventKind, Message, MessageState
from correspondence.rules import LONDON, next_morning
from correspondence.services.messages import hand_over_all, message_id
from lcspr import clock

TEMPLATE: Final = "daily_digest"
PEOPLE: Final = 100

DONE_MEANWHILE: Final = "What it was about had been done before the daily e-mail was written."

# Held by one writer of daily e-mails at a time.
_ONE_AT_A_TIME: Final = 7_014_312


def send_digests() -> int:
    """Write the daily e-mail of everybody for whom one is due; returns how many.

    Each is written once: its messages are marked with it in the same transaction. After days of standing
    still a person gets one, and of several messages about one thing only the latest is said.
    """
    now, by, written = clock.now(), system_user(), 0
    while True:
        with acting_as(by):
            count = _write_some(now, by)
        if count is None:
            return written
        written += count


def held_about(model: type[models.Model]) -> list[Any]:
    """The keys of the records of one kind that held messages are about."""
    prefix = f"{model._meta.label}:"
    held = Message.objects.filter(state=MessageState.HELD, digest=None, about__startswith=prefix)
    labels = held.order_by().values_list("about", flat=True).distinct()
    return [label.removeprefix(prefix) for label in labels]


@transaction.atomic
def forget(things: Iterable[models.Model]) -> int:
    """Drop what is held for a daily e-mail about these: it is done, and no longer worth saying."""
    labels = [label_of(thing) for thing in things]
    if not labels:
        return 0
    with acting_as(system_user()):
        held = Message.objects.select_for_update(no_key=True).filter(
            state=MessageState.HELD, digest=None, about__in=labels
        )
        return _drop(list(held), DONE_MEANWHILE)


def _write_some(now: dt.datetime, by: User) -> int | None:
    """Write the daily e-mails of some people; None when nothing is due, or another is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            return None
    due = Message.objects.held(now)
    people = list(due.order_by().values_list("to", flat=True).distinct()[:PEOPLE])
    if not people:
        return None
    rows = due.filter(to__in=people).select_related("to", "case__partnership").order_by("id")
    held = list(rows.select_for_update(of=("self",), no_key=True))
    holders = Holders({message.case for message in held if message.case})
    sayable: dict[User, list[Message]] = defaultdict(list)
    unsayable: list[Message] = []
    for message in held:
        told = message.to.is_active and (message.case is None or message.to in holders.anybody(message.case))
        (sayable[message.to] if told else unsayable).append(message)
    _drop(unsayable, NOT_ADMITTED)
    # A daily e-mail of today that was taken back for another to be written: the rest waits for tomorrow.
    day = f"{now.astimezone(LONDON).date():%Y-%m-%d}"
    written = set(
        Message.objects.filter(template=TEMPLATE, dedupe_key=f"digest:{day}", to__in=sayable).values_list(
            "to", flat=True
        )
    )
    digests = []
    for person, messages in sayable.items():
        if person.pk in written:
            _keep_for(next_morning(now), messages)
        else:
            digests.append(_digest(person, messages, day, now, by))
    Message.objects.bulk_create(digests)
    if digests:
        transaction.on_commit(hand_over_all)
    by_person = {digest.to_id: digest for digest in digests}
    said = [message for person in sayable if person.pk in by_person for message in sayable[person]]
    for message in said:
        message.digest = by_person[message.to_id]
    Message.objects.bulk_update(said, ["digest"])
    note_all(said, EventKind.COLLECTED)
    return len(digests)


def _digest(person: User, messages: list[Message], day: str, now: dt.datetime, by: User) -> Message:
    number = uuid.uuid4()
    subject, body = Writer().write(TEMPLATE, case=None, to=person, lines=_lines(messages))
    return Message(
        key=number,
        template=TEMPLATE,
        to=person,
        address=person.email,
        subject=subject,
        body=body,
        message_id=message_id(number),
        queued_at=now,
        queued_by=by,
        next_attempt_at=now,
        dedupe_key=f"digest:{day}",
    )


def _lines(messages: list[Message]) -> str:
    """What a daily e-mail says of each thing: the latest message about it, by case."""
    latest: dict[Any, Message] = {}
    for message in messages:
        # Said anew at the end, where it stands now.
        key = (message.case_id, message.about) if message.about else message.pk
        latest.pop(key, None)
        latest[key] = message
    by_case: dict[Any, list[Message]] = defaultdict(list)
    for message in latest.values():
        by_case[message.case].append(message)
    parts = []
    for case, said in by_case.items():
        parts.append("\n".join([*map(_line, said), f"  {link_to(case)}"]))
    return "\n\n".join(parts)


def _line(message: Message) -> str:
    """Its subject, and what is to be done where the subject does not say that itself."""
    is_said = message.task.casefold() in message.subject.casefold()
    return f"- {message.subject}" if is_said else f"- {message.subject} ({message.task})"


def _drop(messages: list[Message], why: str) -> int:
    if messages:
        Message.objects.filter(pk__in=[message.pk for message in messages]).update(
            state=MessageState.DROPPED, failure=why
        )
        note_all(messages, EventKind.DROPPED, words=why)
    return len(messages)


def _keep_for(morning: dt.datetime, messages: list[Message]) -> None:
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(next_attempt_at=morning)
