"""When a daily e-mail goes out, and what a mail server's report of a bounce says: plain rules."""

from __future__ import annotations

import datetime as dt
import re
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")
MORNING: Final = dt.time(8, 0)
_DAY: Final = dt.timedelta(days=1)

# Enhanced status codes (RFC 3463): 5.1.x an address that does not exist, x.2.2 a full mailbox.
_NO_SUCH_MAILBOX: Final = re.compile(r"^5\.1\.")
_FULL: Final = re.compile(r"^[45]\.2\.2")
_MESSAGE_ID: Final = re.compile(rb"^Message-ID:\s*(<[^>\s]+>)", re.IGNORECASE | re.MULTILINE)


def next_morning(now: dt.datetime) -> dt.datetime:
    """The next 8am in London after an instant, in UTC: when the daily e-mail goes out."""
    local = now.astimezone(LONDON)
    on = local.date() if local.time() < MORNING else local.date() + _DAY
    return dt.datetime.combine(on, MORNING, LONDON).astimezone(dt.UTC)


class Returned(NamedTuple):
    """What a report of a bounce says: which message, which address, and why (a code of `Bounce`)."""

    message_id: str
    address: str
    why: str


def read_bounce(raw: bytes) -> Returned | None:
    """What a delivery report (RFC 3464) says of a message that could not be delivered for good; else None.

    Reports of a delay, answers of people who are away and anything else are not bounces.
    """
    report = message_from_bytes(raw, policy=default)
    if report.get_content_type() != "multipart/report":
        return None
    per_recipient: Message | None = None
    number = ""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            per_recipient = _failed_recipient(part)
        elif part.get_content_type() in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}:
            number = _message_id(part) or number
    if per_recipient is None or not number:
        return None
    status = str(per_recipient.get("Status", "")).strip()
    recipient = str(per_recipient.get("Original-Recipient") or per_recipient.get("Final-Recipient") or "")
    return Returned(number, recipient.rpartition(";")[2].strip().lower(), _why(status))


def _failed_recipient(part: Message) -> Message | None:
    blocks = part.get_payload()
    if not isinstance(blocks, list):
        return None
    return next(
        (
            block
            for block in blocks
            if isinstance(block, Message) and str(block.get("Action", "")).strip().lower() == "failed"
        ),
        None,
    )


def _message_id(part: EmailMessage) -> str:
    found = _MESSAGE_ID.search(part.as_bytes())
    return found.group(1).decode("ascii", "replace") if found else ""


def _why(status: str) -> str:
    if _NO_SUCH_MAILBOX.match(status):
        return "no_mailbox"
    return "full" if _FULL.match(status) else "refused"
