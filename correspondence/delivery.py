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
from smtplib import SMTPAuthenticationError, SMTPException, SMTPRecipientsRefused
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F

from accounts.db import acting_as, system_user
from accounts.roles import Role
from casework.permissions import holders
from correspondence.models import Message, MessageState
from correspondence.models.messages import MessageQuerySet
from lcspr import clock

logger = logging.getLogger(__name__)

# Far longer than the time limit of a task (CELERY_TASK_TIME_LIMIT): whoever claimed it is gone.
CLAIM_LASTS: Final = dt.timedelta(minutes=5)

# How long to wait after the first, second, … failure; after one more the business unit sees it.
WAITS: Final = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
MOST_ATTEMPTS: Final = len(WAITS) + 1

BATCH: Final = 100
# Below the soft time limit of a task, with room for one mail server that hangs.
LONGEST_SWEEP: Final = 60

WORKER_GONE: Final = "The service stopped each time it tried to send this."
NOT_ADMITTED: Final = "This person may no longer open the case, so it was not sent."


def deliver_waiting() -> int:
    """Send everything that is due, oldest first, for about a minute; returns how many were sent.

    What is left over waits for the next sweep. Two sweeps at once share the work.
    """
    began = time.monotonic()
    _give_up_on_lost()
    sent, last = 0, 0
    while numbers := _due(after=last):
        for number in numbers:
            if time.monotonic() - began > LONGEST_SWEEP:
                return sent
            sent += deliver(number)
        last = numbers[-1]
    return sent


def deliver(number: int) -> bool:
    """Send one message if it is due and free; whether this call sent it."""
    message = claim(number)
    if message is None:
        return False
    if not _may_be_told(message):
        _give_up(message, NOT_ADMITTED, settled=True)
        return False
    try:
        send(message)
    except (SMTPException, OSError) as error:
        logger.warning("Message %s was not sent: %s", number, type(error).__name__)
        _put_off(message, why_not(error))
        return False
    _mark_sent(message)
    return True


def claim(number: int) -> Message | None:
    """Take a message for this worker, or None when it is not due or another has it."""
    now = clock.now()
    with acting_as(system_user()):
        taken = (
            Message.objects.free(now, claimed_before=now - CLAIM_LASTS)
            .filter(pk=number, attempts__lt=MOST_ATTEMPTS)
            .update(state=MessageState.CLAIMED, claimed_at=now, attempts=F("attempts") + 1)
        )
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
    if isinstance(error, SMTPException):
        return "The mail server did not accept the message."
    return "The mail server could not be reached."


def _due(*, after: int) -> list[int]:
    now = clock.now()
    free = Message.objects.free(now, claimed_before=now - CLAIM_LASTS).filter(pk__gt=after)
    return list(free.order_by("id").values_list("id", flat=True)[:BATCH])


def _may_be_told(message: Message) -> bool:
    """Asked again before each attempt: hours may have passed since it was queued."""
    if message.case is None:
        return message.to.is_active
    return message.to in holders(message.case, Role)


def _mark_sent(message: Message) -> None:
    """Record the sending, even when the claim has meanwhile passed to another: it did go out."""
    with acting_as(system_user()):
        Message.objects.filter(pk=message.pk).exclude(state=MessageState.SENT).update(
            state=MessageState.SENT,
            sent_at=clock.now(),
            failure="",
            settled_at=None,
            settled_by=None,
            settled_words="",
        )


def _put_off(message: Message, failure: str) -> None:
    """Try again later, or give up after the last of WAITS."""
    if message.attempts >= MOST_ATTEMPTS:
        _give_up(message, failure)
        return
    later = clock.now() + WAITS[message.attempts - 1]
    with acting_as(system_user()):
        _own(message).update(state=MessageState.QUEUED, next_attempt_at=later, failure=failure)


def _give_up(message: Message, failure: str, *, settled: bool = False) -> None:
    system = system_user()
    settlement = {"settled_at": clock.now(), "settled_by": system} if settled else {}
    with acting_as(system):
        _own(message).update(state=MessageState.FAILED, failure=failure, **settlement)


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
    with acting_as(system_user()):
        Message.objects.filter(
            state=MessageState.CLAIMED, claimed_at__lte=stale, attempts__gte=MOST_ATTEMPTS
        ).update(state=MessageState.FAILED, failure=WORKER_GONE)
