"""Recording what was told to whom outside the service, and what they answered."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.models import Case, Document
from casework.transitions import TransitionRefused
from correspondence.models import How, Notice, NoticeSubject, Recipient
from govuk.dates import date_text
from lcspr import clock

REPLIED: Final = "A reply to this notice has been recorded already."


@transaction.atomic
def record_notice(
    case: Case,
    *,
    to: Recipient,
    subject: NoticeSubject,
    sent_at: dt.datetime,
    how: How,
    by: User,
    other_name: str = "",
    proof: Document | None = None,
    words: str = "",
) -> Notice:
    """Record that somebody outside was told something; raises TransitionRefused for a time that cannot be."""
    reasons = why_not_sent_at(case, sent_at)
    if to == Recipient.OTHER and not other_name:
        reasons.append("Say who was told.")
    _refuse_if_any(reasons + _why_not_kept(case, proof))
    notice = Notice.objects.create(
        case=case,
        to=to,
        other_name=other_name,
        subject=subject,
        sent_at=sent_at,
        how=how,
        recorded_by=by,
        words=words,
        proof=proof,
    )
    audit.record(
        "notice_recorded",
        by=by,
        case=case,
        about=notice,
        words=f"Told {notice.recipient_name} on {_day(sent_at)}: {NoticeSubject(subject).label.lower()}",
        to=str(to),
        subject=str(subject),
        how=str(how),
        sent_at=sent_at,
    )
    return notice


@transaction.atomic
def record_reply(
    notice: Notice,
    *,
    by: User,
    received_at: dt.datetime,
    words: str = "",
    reply: Document | None = None,
) -> Notice:
    """Record what was answered to a notice, once; a second answer is a notice of its own."""
    notice = (
        Notice.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=notice.pk)
    )
    if notice.reply_received_at is not None:
        raise TransitionRefused([REPLIED])
    reasons = why_not_received_at(notice, received_at)
    if not (words or reply):
        reasons.append("Say what they replied, or add the reply as a file.")
    _refuse_if_any(reasons + _why_not_kept(notice.case, reply))
    notice.reply_received_at, notice.reply_words, notice.reply = received_at, words, reply
    notice.reply_recorded_by = by
    notice.save()
    audit.record(
        "notice_reply_recorded",
        by=by,
        case=notice.case,
        about=notice,
        words=f"Reply of {_day(received_at)} recorded: {notice.recipient_name}",
        received_at=received_at,
    )
    return notice


def noticed(case: Case, to: Recipient, subject: NoticeSubject) -> bool:
    """Whether a notice on this subject to this recipient is on record."""
    return Notice.objects.of(case, subject).filter(to=to).exists()


def why_not_sent_at(case: Case, at: dt.datetime) -> list[str]:
    """Why a notice cannot have been given at an instant; empty when it can (domain §10 rule 12)."""
    if at > clock.now():
        return ["The notice cannot be dated in the future."]
    if case.incident_from and not case.incident_approximate and _london(at) < case.incident_from:
        return [
            f"The notice cannot be dated before the incident, which was on {date_text(case.incident_from)}."
        ]
    return []


def why_not_received_at(notice: Notice, at: dt.datetime) -> list[str]:
    """Why a reply cannot have come at an instant; empty when it can."""
    if at > clock.now():
        return ["The reply cannot be dated in the future."]
    if at < notice.sent_at:
        return [f"The reply cannot be dated before the notice, which was sent on {_day(notice.sent_at)}."]
    return []


def _why_not_kept(case: Case, document: Document | None) -> list[str]:
    return ["The file belongs to another case."] if document and document.case_id != case.pk else []


def _refuse_if_any(reasons: list[str]) -> None:
    if reasons:
        raise TransitionRefused(reasons)


def _london(at: dt.datetime) -> dt.date:
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def _day(at: dt.datetime) -> str:
    return date_text(_london(at))
