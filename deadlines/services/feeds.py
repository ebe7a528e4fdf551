"""A person's own calendar link: made, read by a calendar program, stopped."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare

from accounts.db import memberships_of
from accounts.models import User
from deadlines.models import CalendarFeed
from lcspr import clock

# What `secrets.token_urlsafe(32)` gives; anything else is not looked up.
SECRET_LENGTH: Final = 43


@transaction.atomic
def make_feed(*, by: User) -> tuple[CalendarFeed, str]:
    """Give a person a calendar link, stopping the one they had; its secret is told this once and not kept."""
    # One at a time for a person: two clicks make two links, of which the second works.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    _stop(by)
    secret = secrets.token_urlsafe(32)
    return CalendarFeed.objects.create(user=by, digest=_digest(secret)), secret


@transaction.atomic
def stop_feed(*, by: User) -> bool:
    """Stop a person's calendar link, so that it opens nothing any more; whether one worked."""
    return bool(_stop(by))


def feed_of(user: User) -> CalendarFeed | None:
    """The person's working link, if they have one."""
    return CalendarFeed.objects.filter(user=user, stopped_at=None).first()


def find_feed(secret: str) -> CalendarFeed | None:
    """The working link with this secret, while its owner may sign in and holds a role; None for all else alike."""
    if len(secret) != SECRET_LENGTH:
        return None
    digest = _digest(secret)
    feed = CalendarFeed.objects.filter(digest=digest, stopped_at=None).select_related("user").first()
    if feed is None or not constant_time_compare(feed.digest, digest):
        return None
    # A leaver's calendar goes quiet with their last role, not when somebody thinks of the link.
    return feed if feed.user.is_active and memberships_of(feed.user) else None


@transaction.atomic
def note_feed_read(feed: CalendarFeed) -> bool:
    """Remember that the link was read today; whether this was the first time, which is the one recorded.

    Calendar programs ask every few minutes: each asking recorded would bury what people do.
    """
    today = clock.today()
    fresh = CalendarFeed.objects.filter(pk=feed.pk).filter(Q(last_read_on=None) | Q(last_read_on__lt=today))
    return bool(fresh.update(last_read_on=today))


def _stop(user: User) -> int:
    return CalendarFeed.objects.filter(user=user, stopped_at=None).update(stopped_at=clock.now())


def _digest(secret: str) -> str:
    # A plain hash is enough for 256 random bits: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()
