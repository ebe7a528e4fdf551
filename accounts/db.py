"""Who is acting, told to the database for the length of one transaction.

`acting_as` is the only place that sets `app.user_id`. Requests, tasks and commands all pass through it,
so the row trigger knows whom to name and row policies will know whom to serve.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction

from accounts.models import Agency, Membership, User
from lcspr import clock


@dataclass
class Act:
    """One act of one person: everything it writes carries its id."""

    user: User | None
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    memberships: dict[uuid.UUID, list[Membership]] = field(default_factory=dict)
    # What casework.permissions found out about somebody's way into cases, for as long as it stays true.
    ways_in: dict[Any, Any] = field(default_factory=dict)


_current: ContextVar[Act | None] = ContextVar("current_act", default=None)


def current_act() -> Act | None:
    """The act in progress, or None outside `acting_as`."""
    return _current.get()


@contextmanager
def acting_as(user: User | AnonymousUser | None) -> Iterator[Act]:
    """Open a transaction in which everything written is `user`'s; nobody's when they are not signed in.

    Nested use joins the outer transaction and gives the name back afterwards.
    """
    known = user if isinstance(user, User) else None
    act = Act(user=known)
    with transaction.atomic():
        before = _settings()
        token = _current.set(act)
        try:
            _set(
                str(known.pk) if known else "",
                str(agency.pk) if known and (agency := agency_of(known)) else "",
                str(act.id),
                clock.now().isoformat(),
            )
            yield act
        finally:
            _current.reset(token)
            if not connection.needs_rollback:
                _set(*before)


def system_user() -> User:
    """The named account under which sweeps and deliveries act; it can never sign in."""
    user, _ = User.objects.get_or_create(
        is_system=True,
        defaults={"email": "system@practice-reviews.invalid", "name": "The system", "is_active": False},
    )
    return user


def memberships_of(user: User) -> list[Membership]:
    """What `user` holds today, fetched once an act."""
    act = current_act()
    if act is not None and user.pk in act.memberships:
        return act.memberships[user.pk]
    held = list(Membership.objects.current().filter(user=user).select_related("agency", "partnership"))
    if act is not None:
        act.memberships[user.pk] = held
    return held


def forget_memberships() -> None:
    """Drop what this act remembers of memberships, after it changed one."""
    if (act := current_act()) is not None:
        act.memberships.clear()
        act.ways_in.clear()


def forget_ways_in() -> None:
    """Drop what this act remembers of who is let into which case, after it changed that."""
    if (act := current_act()) is not None:
        act.ways_in.clear()


def agency_of(user: User) -> Agency | None:
    """The agency a person acts for: that of the membership they have held longest."""
    held = [membership for membership in memberships_of(user) if membership.agency_id]
    return min(held, key=lambda membership: membership.starts_on).agency if held else None


def _settings() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('app.user_id', true), current_setting('app.agency_id', true),"
            " current_setting('app.act', true), current_setting('app.at', true)"
        )
        row: tuple[Any, ...] = cursor.fetchone()
    return tuple(value or "" for value in row)


def _set(user: str, agency: str, act: str, at: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.user_id', %s, true), set_config('app.agency_id', %s, true),"
            " set_config('app.act', %s, true), set_config('app.at', %s, true)",
            [user, agency, act, at],
        )
