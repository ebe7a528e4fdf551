"""How each person wants their e-mails."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.models import User
from correspondence.models import EmailChoice, Message, MessageState
from lcspr import clock


@transaction.atomic
def choose_emails(user: User, *, daily: bool) -> EmailChoice:
    """Record how a person wants their e-mails; what waits for a daily one they gave up goes at once."""
    choice, _ = EmailChoice.objects.update_or_create(
        user=user, defaults={"daily": daily, "chosen_at": clock.now()}
    )
    if not daily:
        waiting = Message.objects.select_for_update(no_key=True).filter(
            to=user, state=MessageState.HELD, digest=None
        )
        waiting.update(state=MessageState.QUEUED, next_attempt_at=clock.now())
    return choice


def wants_daily(user: User) -> bool:
    """Whether a person has chosen one e-mail a day."""
    return EmailChoice.objects.filter(user=user, daily=True).exists()


def who_wants_daily(people: Iterable[Any]) -> frozenset[Any]:
    """Of the people with these keys, those who have chosen one e-mail a day."""
    return frozenset(EmailChoice.objects.filter(user__in=people, daily=True).values_list("user", flat=True))
