"""Rows as the lists of this app show them."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse

from correspondence.models import EventKind, Message, MessageEvent, MessageState, Notice
from govuk.templatetags.govuk_dates import govuk_datetime

MESSAGE_COLUMNS: Final = [{"text": text} for text in ("E-mail", "To", "Queued", "State")]
FAILED_COLUMNS: Final = [{"text": text} for text in ("E-mail", "Case", "To", "Queued", "Why it failed")]

_KINDS: Final = {
    MessageState.HELD: "waiting",
    MessageState.DROPPED: "done",
    MessageState.QUEUED: "waiting",
    MessageState.CLAIMED: "now",
    MessageState.SENT: "done",
    MessageState.FAILED: "late",
}

# What is said only of the daily e-mail, and counts for all that it carries.
_OF_THE_DIGEST: Final = {EventKind.TRIED, EventKind.PUT_OFF}

Cell = str | dict[str, Any]


def message_row(message: Message) -> list[Cell]:
    return [
        {"text": message.subject, "href": _href(message)},
        str(message.to),
        govuk_datetime(message.queued_at),
        _state(message),
    ]


def failed_row(message: Message) -> list[Cell]:
    return [
        {"text": message.subject, "href": _href(message)},
        str(message.case),
        str(message.to),
        govuk_datetime(message.queued_at),
        message.failure,
    ]


def message_facts(message: Message) -> list[dict[str, Any]]:
    """What became of a message, as rows of a summary list; the failure stands until it has been sent."""
    rows: list[dict[str, Any]] = [
        {"key": "To", "value": f"{message.to} ({message.address})"},
        {"key": "State", "value": "Came back" if message.bounced_at else message.get_state_display()},
        {"key": "Queued", "value": govuk_datetime(message.queued_at)},
    ]
    if message.sent_at:
        rows.append({"key": "Sent", "value": govuk_datetime(message.sent_at)})
    if message.digest is not None:
        rows.append({"key": "Daily e-mail", "value": f"Of {govuk_datetime(message.digest.queued_at)}"})
    if message.failure:
        key = "Why it did not arrive" if message.bounced_at else "Why it was not sent"
        rows.append({"key": key, "value": message.failure})
    if message.attempts:
        rows.append({"key": "Attempts", "value": message.attempts})
    if message.state == MessageState.QUEUED and message.attempts:
        rows.append({"key": "Next attempt", "value": govuk_datetime(message.next_attempt_at)})
    if message.settled_words:
        settled = f"{message.settled_words} ({message.settled_by}, {govuk_datetime(message.settled_at)})"
        rows.append({"key": "Told in another way", "value": settled})
    rows.append({"key": "Message-ID", "value": message.message_id})
    return rows


def message_history(message: Message) -> list[dict[str, Any]]:
    """Everything that happened to a message, oldest first, as entries of a timeline."""
    again = f" in place of {message.repeats.message_id}" if message.repeats else ""
    lines: list[dict[str, Any]] = [
        {"title": f"Written{again}", "at": message.queued_at, "by": message.queued_by, "text": ""}
    ]
    happened = [message.pk] if message.digest_id is None else [message.pk, message.digest_id]
    for event in MessageEvent.objects.filter(message__in=happened).select_related("by"):
        if event.message_id == message.digest_id and event.kind not in _OF_THE_DIGEST:
            continue
        lines.append({"title": event.get_kind_display(), "at": event.at, "by": event.by, "text": event.words})
    lines += [
        {
            "title": "Sent again as a new message",
            "at": repeat.queued_at,
            "text": f"To {repeat.address}",
            "href": _href(repeat),
        }
        for repeat in message.repeated_as.order_by("id")
    ]
    return sorted(lines, key=lambda line: line["at"])


def notice_card(notice: Notice, *, may_reply: bool) -> dict[str, Any]:
    """One notice as a card: its title, and the rows of its summary list."""
    rows: list[dict[str, Any]] = [
        {"key": "Told", "value": govuk_datetime(notice.sent_at)},
        {"key": "How", "value": notice.get_how_display()},
        {"key": "What was said", "value": notice.words, "empty": "Not recorded"},
        _file("Proof", notice.proof, notice),
        _reply(notice, may_reply=may_reply),
    ]
    if notice.reply is not None:
        rows.append(_file("Reply as a file", notice.reply, notice))
    return {"title": str(notice), "rows": rows}


def _reply(notice: Notice, *, may_reply: bool) -> dict[str, Any]:
    if notice.reply_received_at:
        words = f"{govuk_datetime(notice.reply_received_at)}. {notice.reply_words}".strip()
        return {"key": "Reply", "value": words}
    row: dict[str, Any] = {"key": "Reply", "value": "", "empty": "None recorded"}
    if may_reply:
        href = reverse("correspondence:reply", args=[notice.pk])
        row |= {"href": href, "action": "Record a reply", "about": f"from {notice.recipient_name}"}
    return row


def _file(key: str, document: Any, notice: Notice) -> dict[str, Any]:
    if document is None:
        return {"key": key, "value": "", "empty": "None"}
    href = reverse("casework:document", args=[document.pk])
    return {
        "key": key,
        "value": document.title,
        "href": href,
        "action": "Open",
        "about": f"{key.lower()} of the notice to {notice.recipient_name}",
    }


def _state(message: Message) -> Cell:
    text = message.get_state_display()
    if message.settled_at:
        return {"text": "Dealt with", "tag": "done"}
    if message.bounced_at:
        return {"text": "Came back", "tag": "late"}
    if message.state == MessageState.QUEUED and message.attempts:
        text = "Will be tried again"
    return {"text": text, "tag": _KINDS[MessageState(message.state)]}


def _href(message: Message) -> str:
    return reverse("correspondence:message", args=[message.case_id, message.key])
