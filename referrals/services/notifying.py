"""The notification: prepared, recorded as sent, answered, taken down again (T10, T28)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import IO, Any, TypeAlias

from django.core.files.base import File
from django.db import transaction

from accounts.access_table import Thing
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, Role
from casework.files import store_document
from casework.models import Case, Part, Subject
from casework.transitions import TransitionRefused, perform
from correspondence import services as correspondence
from correspondence.models import How, NoticeSubject, Recipient
from lcspr import clock
from referrals import rules
from referrals.models import NotificationPack, SeriousIncidentNotification
from referrals.services import clocks, other_area, telling
from referrals.services.criteria import open_criteria_decision
from referrals.services.packing import keep_pack

Upload: TypeAlias = "File[Any] | IO[bytes]"


@transaction.atomic
def prepare_notification(
    notification: SeriousIncidentNotification,
    *,
    by: User,
    summary: str,
    listed: Collection[Subject],
    further_information: str = "",
    prepared: Mapping[str, str] | None = None,
) -> SeriousIncidentNotification:
    """Put down what the notifier will key into the national form: the children listed, the summary, the rest.

    `prepared` is what only the national form asks (referrals.packs.ASKED); None leaves it as it was.
    """
    _refuse_listing(notification.case, listed, further_information)
    notification = perform(
        notification,
        "prepare",
        by=by,
        summary=summary,
        further_information=further_information,
        prepared=None if prepared is None else {**(notification.prepared or {}), **prepared},
        words="Prepared the notification",
    )
    notification.listed.set(listed)
    return notification


@transaction.atomic
def record_notification_sent(
    notification: SeriousIncidentNotification,
    *,
    by: User,
    reference: str,
    sent_at: dt.datetime,
    sender: str,
    listed: Collection[Subject],
    upload: Upload,
    further_information: str = "",
    lateness_reason: str = "",
    keyed: NotificationPack | None = None,
    on: dt.date,
) -> SeriousIncidentNotification:
    """Record that the local authority sent the notification (T10): its clock ends, the rapid review's begins.

    `upload` is the copy of what was sent, `keyed` the version of the pack from which it was keyed: the last one made,
    or what is known now where none was. After the fifth working day a reason for lateness is asked. Where the child's
    home is in another area, that area's partnership is told and let in to read.
    """
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("partnership", "home_la", "incident_la")
        .get(pk=notification.case_id)
    )
    _refuse_sending(case, sent_at, lateness_reason)
    _refuse_listing(case, listed, further_information)
    keyed = keyed or notification.packs.first() or keep_pack(notification, by=by)
    if keyed.notification_id != notification.pk:
        raise TransitionRefused(["Choose a version of this notification’s own pack."])
    notification = perform(
        notification,
        "record_sent",
        by=by,
        reference=reference,
        sent_at=sent_at,
        sender=sender,
        further_information=further_information,
        lateness_reason=lateness_reason,
        words=f"Recorded that {sender} sent the notification, reference {reference}",
    )
    notification.copy = store_document(
        case, upload, by=by, title="Copy of the notification", thing=Thing.SIN_COPY
    )
    notification.recorded_by, notification.recorded_at = by, clock.now()
    notification.keyed = keyed
    notification.save()
    notification.listed.set(listed)
    case = perform(
        case, "record_notification", by=by, words="The notification was sent: the rapid review begins"
    )
    other_area.let_other_area_in(case, by=by, on=on)
    clocks.sent(case, sent_at=sent_at, by=by, lateness_reason=lateness_reason)
    telling.tell(
        "notification_sent",
        case,
        telling.TOLD_OF_SENDING,
        by=by,
        about=notification,
        due=clocks.open_clock(case, clocks.RAPID_REVIEW),
    )
    telling.tell_referrers("referral_status", case, by=by)
    return notification


@transaction.atomic
def record_notification_sent_again(
    notification: SeriousIncidentNotification, *, by: User, reference: str, sent_at: dt.datetime, sender: str
) -> SeriousIncidentNotification:
    """Record that a notification the national service rejected was sent again; the clocks stay as they were."""
    if notification.sent_at and sent_at < notification.sent_at:
        raise TransitionRefused(["It cannot have been sent again before it was sent the first time."])
    _refuse_future(sent_at, "The time it was sent")
    return perform(
        notification,
        "record_sent_again",
        by=by,
        reference=reference,
        sent_at=sent_at,
        sender=sender,
        words=f"Recorded that {sender} sent the notification again, reference {reference}",
    )


@transaction.atomic
def acknowledge_notification(
    notification: SeriousIncidentNotification, *, by: User, acknowledged_at: dt.datetime
) -> SeriousIncidentNotification:
    """Record that the national service acknowledged the notification."""
    _refuse_answer(notification, acknowledged_at)
    return perform(
        notification,
        "acknowledge",
        by=by,
        acknowledged_at=acknowledged_at,
        words="Recorded the acknowledgement of the notification",
    )


@transaction.atomic
def reject_notification(
    notification: SeriousIncidentNotification, *, by: User, rejected_at: dt.datetime, reason: str
) -> SeriousIncidentNotification:
    """Record that the national service rejected the notification; it is corrected and sent again."""
    _refuse_answer(notification, rejected_at)
    notification = perform(
        notification,
        "reject",
        by=by,
        rejected_at=rejected_at,
        reason=reason,
        words=f"Recorded that the notification was rejected: {reason}",
    )
    telling.tell(
        "notification_rejected",
        notification.case,
        BUSINESS_UNIT | {Role.LAN, Role.DSP_LA},
        by=by,
        about=notification,
        task="Correct the notification and send it again",
    )
    return notification


@transaction.atomic
def close_notification(notification: SeriousIncidentNotification, *, by: User) -> SeriousIncidentNotification:
    """Close the notification: nothing more is awaited on it."""
    return perform(notification, "close", by=by, words="Closed the notification")


@transaction.atomic
def de_notify(
    notification: SeriousIncidentNotification,
    *,
    by: User,
    reason: str,
    told_at: dt.datetime,
    how: How = How.PORTAL,
    on: dt.date,
) -> SeriousIncidentNotification:
    """Withdraw a notification because the criteria turned out not to be met (T28).

    The partners and the notifier have agreed to; the National Panel, Ofsted and the Department were told at `told_at`.
    The case goes back to the criteria, on which the partners decide again; the rapid review falls away, which its
    own app does before it calls this. What was sent stays on record.
    """
    notification = perform(
        notification, "de_notify", by=by, reason=reason, words=f"Withdrew the notification: {reason}"
    )
    case = perform(
        notification.case,
        "withdraw_notification",
        by=by,
        words=f"Back to the criteria, found not to be met: {reason}",
    )
    for recipient in (Recipient.NATIONAL_PANEL, Recipient.OFSTED, Recipient.DFE):
        correspondence.record_notice(
            case,
            to=recipient,
            subject=NoticeSubject.DE_NOTIFICATION,
            sent_at=told_at,
            how=how,
            by=by,
            words=reason,
        )
    clocks.not_owed(case, *clocks.FROM_SENDING, reason=f"The notification was withdrawn: {reason}", by=by)
    decision = open_criteria_decision(case, by=by, on=on)
    telling.tell(
        "notification_withdrawn",
        case,
        telling.TOLD_OF_SENDING | {Role.NEIGHBOUR},
        by=by,
        about=decision,
        task="Give your view on what follows",
    )
    telling.tell_referrers("referral_status", case, by=by)
    return notification


def needs_lateness_reason(case: Case, sent_at: dt.datetime) -> bool:
    """Whether this sending is after the notification's due date."""
    running = clocks.open_clock(case, clocks.NOTIFY)
    return running is not None and sent_at > running.due_at


def children_of(case: Case) -> list[Subject]:
    """The children of a case, in their order."""
    return list(case.subjects.filter(part=Part.CHILD))


def _refuse_sending(case: Case, sent_at: dt.datetime, lateness_reason: str) -> None:
    found = rules.impossible_sending(aware_at=case.la_aware_at, sent_at=sent_at, now=clock.now())
    problems = [f"{sentence}." for _, sentence in found]
    if not problems and needs_lateness_reason(case, sent_at) and not lateness_reason.strip():
        problems.append("It was sent after it was due: give the reason.")
    if problems:
        raise TransitionRefused(problems)


def _refuse_listing(case: Case, listed: Collection[Subject], further_information: str) -> None:
    children = children_of(case)
    problems = rules.listing_problems(
        listed=len(listed), of=len(children), further_information=further_information
    )
    if not set(listed) <= set(children):
        problems.append("List only children of this case.")
    if problems:
        raise TransitionRefused(problems)


def _refuse_answer(notification: SeriousIncidentNotification, at: dt.datetime) -> None:
    _refuse_future(at, "The time of the answer")
    if notification.sent_at and at < notification.sent_at:
        raise TransitionRefused(["The answer cannot have come before the notification was sent."])


def _refuse_future(at: dt.datetime, what: str) -> None:
    if at > clock.now():
        raise TransitionRefused([f"{what} must be now or in the past."])
