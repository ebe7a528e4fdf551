"""E-mails to people of a case: queued with the act, repeated, dealt with in another way."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from email.utils import parseaddr
from functools import partial
from typing import Final

from django.conf import settings
from django.db import models, transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts.models import User
from accounts.roles import Role
from casework import audit
from casework.holding import Holders
from casework.models import Case
from casework.permissions import holders
from casework.transitions import TransitionRefused
from correspondence.emails import Due, Writer
from correspondence.history import note
from correspondence.models import EventKind, Message, MessageState
from correspondence.rules import next_morning
from correspondence.services.choices import who_wants_daily
from correspondence.tasks import deliver, deliver_waiting
from lcspr import clock

logger = logging.getLogger(__name__)

LONGEST_TASK: Final = 120


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One e-mail to be written to several people, as `queue` takes it."""

    template: str
    case: Case | None
    to: Sequence[User]
    about: models.Model | None = None
    task: str = ""
    due: Due | None = None
    key: str = ""
    at_once: bool = False
    in_digest: bool = False

    def __post_init__(self) -> None:
        if len(self.task) > LONGEST_TASK or "\n" in self.task:
            raise ValueError("A task is one short line: an e-mail carries no narrative.")


@transaction.atomic
def queue(
    template: str,
    *,
    case: Case | None = None,
    to: Iterable[User],
    by: User,
    about: models.Model | None = None,
    task: str = "",
    due: Due | None = None,
    key: str = "",
) -> list[Message]:
    """Write the e-mail templates/emails/`template`.txt to each of `to`, to be delivered after the commit.

    Leavers, people who may not open the case and anyone already told under the same `key` are dropped;
    returns the messages newly queued. Who has chosen one e-mail a day gets it with that, unless the template
    goes at once. `task` is one short line without names; `due` an instant, a date or anything with `due_at`.
    A broker that does not answer fails nothing: the sweep delivers.
    """
    letter = Letter(
        template=template,
        case=case,
        to=_who_may_be_told(case, to),
        about=about,
        task=task,
        due=due,
        key=key,
    )
    messages = _written([letter], by)
    # Of two acts at once under one key the database lets one through, and the other drops its copy.
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    queued = list(Message.objects.filter(key__in=[message.key for message in messages]).order_by("id"))
    _deliver_after_commit([message for message in queued if message.state == MessageState.QUEUED])
    return queued


@transaction.atomic
def queue_all(letters: Iterable[Letter], *, by: User, holders: Holders) -> None:
    """Write many e-mails at once, in as many queries as one: for the sweep, whose `holders` know the cases.

    As `queue` does, it drops leavers, people who may not open the case and those already told.
    """
    admitted = [_admitted(letter, holders) for letter in letters]
    messages = _written([letter for letter in admitted if letter.to], by)
    if messages:
        Message.objects.bulk_create(messages, ignore_conflicts=True)
        transaction.on_commit(hand_over_all)


@transaction.atomic
def resend(message: Message, *, by: User) -> Message:
    """Send a message again: under its own Message-ID if it never went out, else as a new message.

    It goes to the person's present address. Raises TransitionRefused when they may no longer be told, or
    when it is being sent at this moment.
    """
    message = (
        Message.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case", "to")
        .get(pk=message.pk)
    )
    if message.state == MessageState.CLAIMED:
        raise TransitionRefused(["This message is being sent at this moment. Look again in a few minutes."])
    if not _who_may_be_told(message.case, [message.to]):
        raise TransitionRefused([f"{message.to} may no longer open this case, so nothing is sent to them."])
    again = _repeat(message, by) if message.was_ever_sent else _retry(message)
    note(message, EventKind.RESENT, by=by, words=f"To {again.address}")
    if message.bounced_at is not None and message.settled_at is None:
        settle_repeated(message, again=again, by=by)
    audit.record(
        "message_resent",
        by=by,
        case=message.case,
        about=again,
        words=f"Sent the e-mail “{message.subject}” to {message.to} again",
    )
    _deliver_after_commit([again])
    return again


@transaction.atomic
def settle(message: Message, *, by: User, how: str) -> Message:
    """Record that the person was told in another way, so that a message that failed waits on nobody."""
    message = (
        Message.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case", "to")
        .get(pk=message.pk)
    )
    if not message.waits_for_somebody:
        raise TransitionRefused(["This message no longer waits for anybody."])
    message.settled_at, message.settled_by, message.settled_words = clock.now(), by, how
    message.save(update_fields=["settled_at", "settled_by", "settled_words"])
    note(message, EventKind.SETTLED, by=by, words=how)
    audit.record(
        "message_settled",
        by=by,
        case=message.case,
        about=message,
        words=f"Dealt with the e-mail to {message.to} that could not be sent: {how}",
    )
    return message


@transaction.atomic
def settle_repeated(message: Message, *, again: Message, by: User) -> None:
    """A message that came back waits for nobody once another has gone in its place."""
    message.settled_at, message.settled_by = clock.now(), by
    message.settled_words = f"Sent again to {again.address}"
    message.save(update_fields=["settled_at", "settled_by", "settled_words"])


def message_id(number: uuid.UUID) -> str:
    """The Message-ID that a message keeps however often it is sent."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{number.hex}@{domain}>"


def _admitted(letter: Letter, holders: Holders) -> Letter:
    if letter.case is None:
        return replace(letter, to=[person for person in letter.to if person.is_active])
    may_open = holders.anybody(letter.case)
    return replace(letter, to=[person for person in dict.fromkeys(letter.to) if person in may_open])


def _written(letters: Sequence[Letter], by: User) -> list[Message]:
    """The messages of some letters, not yet in the database."""
    now, writer = clock.now(), Writer()
    morning = next_morning(now)
    daily = who_wants_daily({person.pk for letter in letters for person in letter.to})
    messages = []
    for letter in letters:
        at_once = letter.at_once or (not letter.in_digest and writer.goes_at_once(letter.template))
        about = audit.label_of(letter.about) if letter.about is not None else ""
        for person in letter.to:
            held = letter.in_digest or (not at_once and person.pk in daily)
            number = uuid.uuid4()
            subject, body = writer.write(
                letter.template, case=letter.case, to=person, task=letter.task, due=letter.due
            )
            messages.append(
                Message(
                    key=number,
                    case=letter.case,
                    template=letter.template,
                    to=person,
                    address=person.email,
                    subject=subject,
                    body=body,
                    message_id=message_id(number),
                    state=MessageState.HELD if held else MessageState.QUEUED,
                    queued_at=now,
                    queued_by=by,
                    next_attempt_at=morning if held else now,
                    task=letter.task,
                    about=about,
                    dedupe_key=letter.key,
                )
            )
    return messages


def _who_may_be_told(case: Case | None, people: Iterable[User]) -> list[User]:
    """Each person once, without leavers and without those who may not open the case today."""
    wanted = list(dict.fromkeys(people))
    admitted = set(holders(case, Role)) if case is not None else set(wanted)
    return [person for person in wanted if person.is_active and person in admitted]


def _repeat(message: Message, by: User) -> Message:
    number, now = uuid.uuid4(), clock.now()
    return Message.objects.create(
        key=number,
        case=message.case,
        template=message.template,
        to=message.to,
        address=message.to.email,
        subject=message.subject,
        body=message.body,
        message_id=message_id(number),
        queued_at=now,
        queued_by=by,
        next_attempt_at=now,
        task=message.task,
        about=message.about,
        repeats=message,
    )


def _retry(message: Message) -> Message:
    message.state, message.attempts, message.next_attempt_at = MessageState.QUEUED, 0, clock.now()
    message.address, message.failure, message.digest = message.to.email, "", None
    message.settled_at, message.settled_by, message.settled_words = None, None, ""
    message.save()
    return message


def _deliver_after_commit(messages: list[Message]) -> None:
    if messages:
        transaction.on_commit(partial(_hand_over, [message.pk for message in messages]))


def hand_over_all() -> None:
    """Ask the worker once to deliver whatever waits; beat asks again every half minute."""
    try:
        deliver_waiting.delay()
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("Broker not reached (%s): the sweep will deliver.", type(error).__name__)


def _hand_over(numbers: list[int]) -> None:
    """Ask the worker to deliver at once. The act is done already, so a dead broker must not undo its answer."""
    for number in numbers:
        try:
            deliver.delay(number)
        except (OperationalError, RedisError, OSError) as error:
            # Only the kind: the text of the error holds the broker's address and password.
            logger.warning("Broker not reached (%s): the sweep will deliver.", type(error).__name__)
            # The others would each wait for the same silence while somebody waits for the page.
            return
