"""The e-mails of the invented world: kept back while it is lived, then delivered; one of them comes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from celery import current_app
from django.db.models import F, OuterRef, Subquery

from accounts.db import acting_as, system_user
from correspondence.delivery import deliver
from correspondence.models import Bounce, Message, MessageState
from correspondence.services import choose_emails, record_bounce
from demo.diary import move_to
from demo.scene import Scene, act

# Of which days the e-mails lie in the post of the demonstration.
RECENT: Final = dt.timedelta(days=4)
ON_THE_WAY: Final = dt.timedelta(seconds=4)


@contextmanager
def post_kept_back() -> Iterator[None]:
    """Have no worker asked to deliver anything meanwhile: the tasks go to a broker that ends with this process."""
    before = current_app.conf.broker_url
    current_app.conf.broker_url = "memory://localhost"
    try:
        yield
    finally:
        current_app.conf.broker_url = before


def choose_daily_emails(scene: Scene) -> None:
    """The council's partner and the sub-group's member would rather have one e-mail a day."""
    for key in ("partner_la", "sub_group_member"):
        with acting_as(scene[key]):
            choose_emails(scene[key], daily=True)


def deliver_post(present: dt.datetime) -> None:
    """Record the e-mails of the story as delivered, and put those of its last days into the post of the demonstration.

    Only the last days' go through the delivery itself: nobody looks for the others in the post, and each costs a
    tenth of a second.
    """
    recent = present - RECENT
    gone = Message.objects.filter(state=MessageState.QUEUED, queued_at__lt=recent)
    said = Message.objects.filter(state=MessageState.HELD, digest__in=gone)
    with acting_as(system_user()):
        # What a daily e-mail said went out with it.
        with_it = Message.objects.filter(pk=OuterRef("digest")).values(at=F("queued_at") + ON_THE_WAY)
        said.update(state=MessageState.SENT, sent_at=Subquery(with_it))
        gone.update(state=MessageState.SENT, attempts=1, sent_at=F("queued_at") + ON_THE_WAY)
    for message in Message.objects.filter(state=MessageState.QUEUED).order_by("queued_at", "id"):
        move_to(message.queued_at + ON_THE_WAY)
        deliver(message.pk)


def one_comes_back(scene: Scene, present: dt.datetime) -> None:
    """The mailbox of an action's owner is full: their last e-mail came back, and the business unit is to see that they
    are told."""
    sent = Message.objects.filter(state=MessageState.SENT, to=scene["action_owner"], case__isnull=False)
    message = sent.filter(case__closed_at=None, sent_at__lt=present - dt.timedelta(hours=2)).latest("sent_at")
    move_to(present - dt.timedelta(hours=1))
    words = "The mail server says that the mailbox has been full for days."
    act(record_bounce, message, why=Bounce.FULL, by=scene["officer"], words=words)
