"""Getting messages out: claimed and committed before sending, so that no two workers send one message.

1. Claim: one UPDATE that succeeds for one worker only, committed.
2. Send, outside any transaction, under the Message-ID fixed when the message was queued.
3. Record what became of it.

A worker that dies between 2 and 3 leaves a claim behind; once that is five minutes old another takes it and
sends again under the same Message-ID. So each message is recorded as sent once, and goes out at least once.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from email.utils import format_datetime
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q

from accounts.db import acting_as, system_user
from accounts.roles import Role
from casework.holding import Holders
from casework.models import Case
from casework.permissions import holders
from correspondence.history import note_all
from correspondence.models import EventKind, Message, MessageEvent, MessageState
from correspondence.models.messages import MessageQuerySet
from lcspr import clock

logger = logging.getLogger(__name__)

# Far longer than the time limit of a task (CELERY_TASK_TIME_LIMIT): whoever claimed it is gone.
CLAIM_LASTS: Final = dt.timedelta(minutes=5)

# How long to wait after the first, second, … failure; after one more the business unit sees it.
WAITS: Final = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
MOST_ATTEMPTS: Final = len(WAITS) + 1
# A worker that dies is rarely the message's doing: only one that has outlived a dozen is given up.
MOST_CLAIMS: Final = 12

BATCH: Final = 100
# Below the soft time limit of a task, with room for one mail server that hangs.
LONGEST_SWEEP: Final = 60

SENT: Final = "sent"
NOT_ADMITTED: Final = "This person may no longer open the case, so it was not sent."
UNREACHABLE: Final = "The mail server could not be reached."
WORKER_GONE: Final = "The service stopped each time it tried to send this."


def deliver_waiting() -> int:
    """Send everything that is due, oldest first, for about a minute; returns how many were sent.

    What is left over waits for the next sweep. Two sweeps at once share the work. A mail server that cannot be
    reached, or hangs, ends the sweep: the other messages would wait as long and count a failure that is not
    theirs.
    """
    began = time.monotonic()
    _give_up_on_lost()
    sent, last = 0, 0
    while numbers := _due(after=last):
        for number in numbers:
            if time.monotonic() - began > LONGEST_SWEEP:
                return sent
            outcome = _attempt(number)
            if outcome == UNREACHABLE:
                return sent
            sent += outcome == SENT
        last = numbers[-1]
    return sent


def deliver(number: int) -> bool:
    """Send one message if it is due and free; whether this call sent it."""
    return _attempt(number) == SENT


def _attempt(number: int) -> str:
    """Try one message: SENT, why it was not sent, or nothing when it is not due or another has it."""
    message = claim(number)
    if message is None:
        return ""
    if not _may_be_told(message):
        _drop(message)
        return NOT_ADMITTED
    try:
        send(message)
    except (SMTPException, OSError) as error:
        logger.warning("Message %s was not sent: %s", number, type(error).__name__)
        failure = why_not(error)
        _put_off(message, failure)
        return failure
    _mark_sent(message)
    return SENT


def claim(number: int) -> Message | None:
    """Take a message for this worker, or None when it is not due or another has it."""
    now = clock.now()
    with acting_as(system_user()):
        taken = (
            Message.objects.free(now, claimed_before=now - CLAIM_LASTS)
            .filter(pk=number, attempts__lt=MOST_CLAIMS)
            .update(state=MessageState.CLAIMED, claimed_at=now, attempts=F("attempts") + 1)
        )
        if taken:
            MessageEvent.objects.create(message_id=number, kind=EventKind.TRIED, at=now)
    return Message.objects.select_related("case", "to").get(pk=number) if taken else None


def send(message: Message) -> None:
    """Hand a message to the mail server; raises SMTPException or OSError when it does not take it.

    Every header comes from the row, so that a second sending is the same message.
    """
    EmailMessage(
        subject=message.subject,
        body=message.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.address],
        headers={
            "Message-ID": message.message_id,
            "Date": format_datetime(message.queued_at),
            "Auto-Submitted": "auto-generated",
        },
    ).send()


def why_not(error: Exception) -> str:
    """Why a message was not sent, in words for the business unit; the server's own words may quote anything."""
    if isinstance(error, SMTPRecipientsRefused):
        return "The mail server does not accept this address."
    if isinstance(error, SMTPAuthenticationError):
        return "The mail server did not let this service sign in."
    if isinstance(error, SMTPServerDisconnected | SMTPConnectError):
        # It hung up, or said nothing until our patience ended.
        return UNREACHABLE
    if isinstance(error, SMTPException):
        return "The mail server did not accept the message."
    return UNREACHABLE


def _due(*, after: int) -> list[int]:
    now = clock.now()
    free = Message.objects.free(now, claimed_before=now - CLAIM_LASTS).filter(pk__gt=after)
    return list(free.order_by("id").values_list("id", flat=True)[:BATCH])


def _may_be_told(message: Message) -> bool:
    """Asked again before each attempt: hours may have passed since it was queued.

    A daily e-mail names several cases, and goes only as long as all of them are open to the person.
    """
    if message.case is not None:
        return message.to in holders(message.case, Role)
    cases = Case.objects.filter(messages__in=Message.objects.parts_of(message)).distinct()
    known = Holders(cases.select_related("partnership"))
    return message.to.is_active and all(message.to in known.anybody(case) for case in cases)


def _mark_sent(message: Message) -> None:
    """Record the sending, even when the claim has meanwhile passed to another: it did go out."""
    now = clock.now()
    with acting_as(system_user()):
        unsent = Message.objects.filter(_with_parts(message)).exclude(state=MessageState.SENT)
        went_out = list(unsent)
        unsent.update(
            state=MessageState.SENT,
            sent_at=now,
            failure="",
            settled_at=None,
            settled_by=None,
            settled_words="",
        )
        note_all(went_out, EventKind.SENT)


def _put_off(message: Message, failure: str) -> None:
    """Try again later, or give up after the last of WAITS."""
    if message.attempts >= MOST_ATTEMPTS:
        _give_up(message, failure)
        return
    later = clock.now() + WAITS[message.attempts - 1]
    with acting_as(system_user()):
        if _own(message).update(state=MessageState.QUEUED, next_attempt_at=later, failure=failure):
            note_all([message], EventKind.PUT_OFF, words=failure)


def _give_up(message: Message, failure: str) -> None:
    """Show it to the business unit; of a daily e-mail, everything that it said."""
    with acting_as(system_user()):
        if _own(message).update(state=MessageState.FAILED, failure=failure):
            parts = list(Message.objects.parts_of(message).filter(state=MessageState.HELD))
            Message.objects.filter(pk__in=[part.pk for part in parts]).update(
                state=MessageState.FAILED, failure=failure
            )
            note_all([message, *parts], EventKind.FAILED, words=failure)


def _drop(message: Message) -> None:
    """Nobody need do anything about it. What else a daily e-mail said goes with the next one."""
    with acting_as(system_user()):
        if _own(message).update(state=MessageState.DROPPED, failure=NOT_ADMITTED):
            Message.objects.parts_of(message).filter(state=MessageState.HELD).update(digest=None)
            note_all([message], EventKind.DROPPED, words=NOT_ADMITTED)


def _with_parts(message: Message) -> Q:
    return Q(pk=message.pk) | Q(digest=message.pk, state=MessageState.HELD)


def _own(message: Message) -> MessageQuerySet:
    """The row, as long as this worker's claim holds."""
    return Message.objects.filter(
        pk=message.pk,
        state=MessageState.CLAIMED,
        attempts=message.attempts,
        claimed_at=message.claimed_at,
    )


def _give_up_on_lost() -> None:
    """A message whose every attempt ended with the worker is not tried for ever."""
    stale = clock.now() - CLAIM_LASTS
    lost = Message.objects.filter(
        state=MessageState.CLAIMED, claimed_at__lte=stale, attempts__gte=MOST_CLAIMS
    )
    for message in lost:
        _give_up(message, WORKER_GONE)
