"""Whether e-mails go out: what /healthz and the health page ask of this room."""

from __future__ import annotations

import datetime as dt
from typing import Final

from correspondence.models import Message, MessageState
from lcspr import clock

# Several sweeps of half a minute each.
TOO_LONG: Final = dt.timedelta(minutes=15)


def oldest_waiting() -> dt.timedelta | None:
    """How long the message that has been due longest has waited; None when nothing waits."""
    now = clock.now()
    due = Message.objects.filter(state=MessageState.QUEUED, next_attempt_at__lte=now)
    first = due.order_by("next_attempt_at").values_list("next_attempt_at", flat=True).first()
    return now - first if first is not None else None


def mail_goes_out() -> str:
    waited = oldest_waiting()
    if waited is None or waited <= TOO_LONG:
        return "ok"
    return f"an e-mail has waited {waited // dt.timedelta(minutes=1)} minutes"
