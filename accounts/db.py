"""Who is acting, told to the database for the length of one transaction.

`acting_as` is the only place that sets `app.user_id`. Requests, tasks and commands all pass through it,
so the row trigger knows whom to name and row policies will know whom to serve.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction

from accounts.models import Agency, Membership, User
from lcspr import clock


@dataclass
class Known:
    """What was found out of people's roles, for as long as it stays true."""

    memberships: dict[uuid.UUID, list[Membership]] = field(default_factory=dict)
    # What casework.permissions found out about somebody's way into cases.
    ways_in: dict[Any, Any] = field(default_factory=dict)

    def forget(self) -> None:
        self.memberships.clear()
        self.ways_in.clear()


@dataclass
class Act:
    """One act of one person: everything it writes carries its id."""

    user: User | None
    id: uuid.UUID = field(default_factory=uuid.uuid4)


_current: ContextVar[Act | None] = ContextVar("current_act", default=None)
_known: ContextVar[Known | None] = ContextVar("known", default=None)


def current_act() -> Act | None:
    """The act in progress, or None outside `acting_as`."""
    return _current.get()


def known() -> Known:
    """What was found out so far, in this request or act; outside of both, nothing, and nothing is kept."""
    return _known.get() or Known()


@contextmanager
def remembering() -> Iterator[Known]:
    """Find out once what people hold, for all that is done meanwhile: the several acts of one request, as a rule.

    What was known before is found out anew afterwards.
    """
    before, now = _known.get(), Known()
    token = _known.set(now)
    try:
        yield now
    finally:
        _known.reset(token)
        if before is not None:
            before.forget()


@contextmanager
def acting_as(user: User | AnonymousUser | None) -> Iterator[Act]:
    """Open a transaction in which everything written is `user`'s; nobody's when they are not signed in.

    Nested use joins the outer transaction and gives the name back afterwards.
    """
    person = user if isinstance(user, User) else None
    act = Act(user=person)
    is_inside = connection.in_atomic_block
    with ExitStack() as around:
        found = _known.get() or around.enter_context(remembering())
        try:
            with transaction.atomic():
                # The settings end with the transaction: only one that goes on must have its own back.
                before = _settings() if is_inside else None
                token = _current.set(act)
                try:
                    _set(
                        str(person.pk) if person else "",
                        str(agency.pk) if person and (agency := agency_of(person)) else "",
                        str(act.id),
                        clock.now().isoformat(),
                    )
                    yield act
                finally:
                    _current.reset(token)
                    if before is not None and not connection.needs_rollback:
                        _set(*before)
        except BaseException:
            # What it changed is taken back; a second try is to see what others changed meanwhile.
            found.forget()
            raise


def system_user() -> User:
    """The named account under which sweeps and deliveries act; it can never sign in."""
    user, _ = User.objects.get_or_create(
        is_system=True,
        defaults={"email": "system@practice-reviews.invalid", "name": "The system", "is_active": False},
    )
    return user


def memberships_of(user: User) -> list[Membership]:
    """What `user` holds today, fetched once a request or act."""
    found = known().memberships
    if user.pk not in found:
        held = Membership.objects.current().filter(user=user).select_related("agency", "partnership")
        found[user.pk] = list(held)
    return found[user.pk]


def forget_memberships() -> None:
    """Drop what is remembered of memberships, after one was changed."""
    if (found := _known.get()) is not None:
        found.forget()


def forget_ways_in() -> None:
    """Drop what is remembered of who is let into which case, after that was changed."""
    if (found := _known.get()) is not None:
        found.ways_in.clear()


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
