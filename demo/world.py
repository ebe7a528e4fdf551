"""Raising the cast and living the cases, with what the service does by itself meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Min

import deadlines.services
from accounts.db import acting_as, system_user
from actions.services import remind_of_due_actions
from casework.models import Case
from correspondence.models import Message, MessageState
from deadlines.models import WakeUp
from deadlines.tasks import send_daily_emails
from demo.cases import stories
from demo.cast import World, raise_curtain
from demo.diary import Diary, live, move_to
from demo.door import at_the_door, fill_directory
from demo.post import choose_daily_emails, deliver_post, one_comes_back, post_kept_back
from demo.scene import Scene
from lcspr import clock

# Before the first story begins, so that everybody is there when it does.
CURTAIN = dt.timedelta(days=3 * 365)

NORTHMERE_REPRESENTATIVES = {
    "council": "council_representative",
    "hospital": "hospital_representative",
    "health_visiting": "health_representative",
    "meadowbank": "school_representative",
    "police": "police_representative",
    "probation": "probation_representative",
}
SOUTHMERE_REPRESENTATIVES = {
    "council": "council_representative",
    "southmere_hospital": "hospital_representative",
    "riverside": "school_representative",
    "police": "police_representative",
    "cdop": "cdop_manager",
}


def load() -> tuple[int, int]:
    """Make the invented world; returns how many cases and how many steps it took.

    Each act is a transaction of its own, so a crash leaves whole acts behind and a clock that is set right.
    """
    with clock_given_back(), post_kept_back():
        diary = Diary()
        move_to(diary.present - CURTAIN)
        with acting_as(system_user()):
            world = raise_curtain()
        northmere, southmere = scenes(world, diary)
        for scene in (northmere, southmere):
            fill_directory(scene)
        choose_daily_emails(northmere)
        meanwhile = Meanwhile()
        steps = live(stories(northmere, southmere), until=diary.present, between=meanwhile)
        meanwhile(diary.present)
        at_the_door(northmere, diary.present)
        deliver_post(diary.present)
        one_comes_back(northmere, diary.present)
    return Case.objects.count(), steps


def scenes(world: World, diary: Diary) -> tuple[Scene, Scene]:
    """The two partnerships as places of stories."""
    agencies = world.agencies
    northmere = Scene(
        world.northmere,
        agencies,
        diary,
        council=agencies["northmere_council"],
        icb=agencies["northmere_icb"],
        representatives=NORTHMERE_REPRESENTATIVES,
    )
    southmere = Scene(
        world.southmere,
        agencies,
        diary,
        council=agencies["southmere_council"],
        icb=agencies["southmere_icb"],
        representatives=SOUTHMERE_REPRESENTATIVES,
    )
    return northmere, southmere


class Meanwhile:
    """What worker and beat would have done up to an instant: swept the deadlines, written the daily e-mails in the
    morning and, on each day on which something happens, reminded of actions."""

    def __init__(self) -> None:
        self.last: dt.date | None = None

    def __call__(self, until: dt.datetime) -> None:
        while (due := _next_due()) is not None and due <= until:
            move_to(due + dt.timedelta(seconds=30))
            deadlines.services.sweep()
            send_daily_emails()
        on = until.astimezone(clock.LONDON).date()
        if self.last is None or on > self.last:
            self.last = on
            move_to(until - dt.timedelta(minutes=5))
            with acting_as(system_user()):
                remind_of_due_actions(on=on)


def _next_due() -> dt.datetime | None:
    """When the next deadline is to be looked at, or the next daily e-mail to be written."""
    sweeps = WakeUp.objects.aggregate(at=Min("at"))["at"]
    held = Message.objects.filter(state=MessageState.HELD, digest=None)
    mornings = held.aggregate(at=Min("next_attempt_at"))["at"]
    return min(filter(None, (sweeps, mornings)), default=None)


@contextmanager
def clock_given_back() -> Iterator[None]:
    """Whatever happens, the clock shows the present again afterwards."""
    clock.set_offset(0)
    try:
        yield
    finally:
        clock.set_offset(0)
