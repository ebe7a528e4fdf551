"""The notification pack: completed, kept as it was when it was made, and corrected after it was sent (domain F-02)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import IO, Any, TypeAlias

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

from accounts.access_table import Thing
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, Role
from casework import audit
from casework.files import store_document
from casework.permissions import roles_in
from casework.transitions import TransitionRefused, perform
from correspondence import services as correspondence
from correspondence.models import How, Notice, NoticeSubject, Recipient
from referrals import packs
from referrals.models import NotificationPack, SeriousIncidentNotification
from referrals.models.notification import OUT, UNSENT

Upload: TypeAlias = "File[Any] | IO[bytes]"

NOTIFIERS = BUSINESS_UNIT | {Role.LAN}


@transaction.atomic
def complete_pack(
    notification: SeriousIncidentNotification, *, by: User, supplied: Mapping[str, str]
) -> SeriousIncidentNotification:
    """Put down what the national form needs and no referral says, by the line of the pack it belongs to."""
    notification = _locked(notification)
    before = dict(notification.prepared or {})
    kept = {**(before.get(packs.SUPPLIED) or {}), **supplied}
    return perform(
        notification,
        "prepare",
        by=by,
        summary=notification.summary,
        further_information=notification.further_information,
        prepared={**before, packs.SUPPLIED: {key: text for key, text in kept.items() if text}},
        words="Completed the notification pack",
    )


@transaction.atomic
def keep_pack(notification: SeriousIncidentNotification, *, by: User) -> NotificationPack:
    """Keep the pack as it stands now, as a version of its own; the last one where nothing has changed since."""
    notification = _locked(notification)
    content = json.dumps(packs.pack_of(notification), ensure_ascii=False)
    last: NotificationPack | None = notification.packs.first()
    if last is not None and last.content == content:
        return last
    pack = NotificationPack.objects.create(
        case=notification.case,
        notification=notification,
        number=last.number + 1 if last else 1,
        made_by=by,
        content=content,
    )
    audit.record(
        "pack_made",
        by=by,
        case=notification.case,
        about=pack,
        words=f"Made version {pack.number} of the notification pack",
        number=pack.number,
    )
    return pack


@transaction.atomic
def correct_notification(
    notification: SeriousIncidentNotification,
    *,
    by: User,
    what: str,
    told_at: dt.datetime,
    how: How,
    upload: Upload | None = None,
) -> Notice:
    """Record that the National Panel was told of a correction after the notification was sent, as of another child.

    What was sent stays as it was; the pack shows what has changed since it was keyed.
    """
    notification = _locked(notification)
    if not roles_in(by, notification.case) & NOTIFIERS:
        raise PermissionDenied
    if notification.state not in OUT:
        if notification.state in UNSENT:
            raise TransitionRefused(["It has not been sent yet: change the preparation instead."])
        raise TransitionRefused(["The notification is closed: nothing more is told about it."])
    if notification.sent_at and told_at < notification.sent_at:
        raise TransitionRefused(["The correction cannot have been told before the notification was sent."])
    proof = (
        store_document(
            notification.case,
            upload,
            by=by,
            title="Correction of the notification",
            thing=Thing.SIN_COPY,
        )
        if upload
        else None
    )
    return correspondence.record_notice(
        notification.case,
        to=Recipient.NATIONAL_PANEL,
        subject=NoticeSubject.NOTIFICATION_CHANGED,
        sent_at=told_at,
        how=how,
        by=by,
        proof=proof,
        words=what,
    )


def _locked(notification: SeriousIncidentNotification) -> SeriousIncidentNotification:
    return (
        SeriousIncidentNotification.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case__partnership", "case__incident_la", "case__home_la")
        .get(pk=notification.pk)
    )
