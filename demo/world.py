"""Raising the cast and living the cases, with what the service does by itself meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from celery import current_app
from django.db.models import F, Min

import deadlines.services
from accounts.db import acting_as, system_user
from actions.services import remind_of_due_actions
from casework.models import Case
from correspondence.delivery import deliver
from correspondence.models import Message, MessageState
from deadlines.models import WakeUp
from demo.cases import stories
from demo.cast import World, raise_curtain
from demo.diary import Diary, live, move_to
from demo.door import at_the_door, fill_directory
from demo.scene import Scene
from lcspr import clock

# Before the first story begins, so that everybody is there when it does.
CURTAIN = dt.timedelta(days=3 * 365)

# Of which days the e-mails lie in the post of the demonstration.
RECENT_POST = dt.timedelta(days=4)

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
        meanwhile = Meanwhile()
        steps = live(stories(northmere, southmere), until=diary.present, between=meanwhile)
        meanwhile(diary.present)
        at_the_door(northmere, diary.present)
        deliver_post(diary.present)
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
    """What worker and beat would have done up to an instant: the sweep of deadlines, the reminders of actions."""

    def __init__(self) -> None:
        self.reminded: dt.date | None = None

    def __call__(self, until: dt.datetime) -> None:
        while (wakes := WakeUp.objects.aggregate(at=Min("at"))["at"]) is not None and wakes <= until:
            move_to(wakes + dt.timedelta(seconds=30))
            deadlines.services.sweep()
        on = until.astimezone(clock.LONDON).date()
        if self.reminded is None or on > self.reminded:
            self.reminded = on
            move_to(until - dt.timedelta(minutes=5))
            with acting_as(system_user()):
                remind_of_due_actions(on=on)


@contextmanager
def clock_given_back() -> Iterator[None]:
    """Whatever happens, the clock shows the present again afterwards."""
    clock.set_offset(0)
    try:
        yield
    finally:
        clock.set_offset(0)


@contextmanager
def post_kept_back() -> Iterator[None]:
    """Have no worker asked to deliver anything meanwhile: the tasks go to a broker that ends with this process."""
    before = current_app.conf.broker_url
    current_app.conf.broker_url = "memory://localhost"
    try:
        yield
    finally:
        current_app.conf.broker_url = before


def deliver_post(present: dt.datetime) -> None:
    """Record the e-mails of the story as delivered, and put those of its last days into the post of the demonstration.

    Only the last days' go through the delivery itself: nobody looks for the others in the post, and each costs a
    tenth of a second.
    """
    recent = present - RECENT_POST
    with acting_as(system_user()):
        Message.objects.filter(state=MessageState.QUEUED, queued_at__lt=recent).update(
            state=MessageState.SENT, attempts=1, sent_at=F("queued_at") + dt.timedelta(seconds=4)
        )
    for message in Message.objects.filter(state=MessageState.QUEUED).order_by("queued_at", "id"):
        move_to(message.queued_at + dt.timedelta(seconds=4))
        deliver(message.pk)
