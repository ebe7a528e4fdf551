"""The page that says whether the service works, for whoever may ask."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache
from django.urls import reverse

from correspondence.health import mail_goes_out
from correspondence.models import Message, MessageState
from lcspr import clock
from lcspr.health import HEARTBEAT, WORKER_PULSE, beat_heartbeat, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def beating():
    mark(HEARTBEAT)
    beat_heartbeat()
    yield
    cache.delete_many([HEARTBEAT, WORKER_PULSE])


def page(sign_in, person) -> str:
    return sign_in(person).get(reverse("desk:health")).content.decode()


def waiting_since(cast, **length) -> Message:
    since = clock.now() - dt.timedelta(**length)
    return Message.objects.create(
        template="deadline_due",
        to=cast.sgc,
        address=cast.sgc.email,
        subject="Something",
        body="Something",
        message_id=f"<{length}@example.org>",
        queued_by=cast.bum,
        next_attempt_at=since,
    )


def test_managers_and_administrators_see_that_everything_works(cast, beating, sign_in):
    for person in (cast.bum, cast.adm):
        words = page(sign_in, person)
        assert "Everything works." in words
        assert "Nothing waits" in words


def test_others_are_refused(cast, sign_in):
    for person in (cast.bu, cast.sgc, cast.rep, cast.aud):
        assert sign_in(person).get(reverse("desk:health")).status_code == 403


def test_a_silent_worker_and_a_silent_beat_are_told_apart(cast, beating, sign_in):
    cache.delete(WORKER_PULSE)

    words = page(sign_in, cast.bum)

    assert "Something needs to be seen to." in words
    assert words.count("No heartbeat yet") == 1


def test_an_e_mail_that_waits_too_long_is_seen_by_people_and_by_the_machine(cast, beating, sign_in, client):
    waiting_since(cast, minutes=5)
    assert mail_goes_out() == "ok"
    waiting_since(cast, hours=3)

    assert "3 hours, which is too long" in page(sign_in, cast.bum)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["mail"]) == (503, "an e-mail has waited 180 minutes")


def test_what_is_put_off_or_kept_for_the_morning_does_not_count_as_waiting(cast):
    later = clock.now() + dt.timedelta(hours=1)
    message = waiting_since(cast, hours=3)
    Message.objects.filter(pk=message.pk).update(next_attempt_at=later)
    held = waiting_since(cast, hours=4)
    Message.objects.filter(pk=held.pk).update(state=MessageState.HELD)

    assert mail_goes_out() == "ok"
