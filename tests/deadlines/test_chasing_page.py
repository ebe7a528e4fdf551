"""Who was and will be told of one deadline, read by the business unit before anything is sent."""

from __future__ import annotations

import pytest
from django.urls import reverse
from factories import has_opened

from correspondence.models import Message
from deadlines import services
from tests.deadlines.clockwork import case_of, london

pytestmark = pytest.mark.django_db


@pytest.fixture
def deadline(cast, at):
    at(london(2026, 6, 10, 16))
    case = case_of(cast)
    _ = cast.lan, cast.dsp_la, cast.ic
    has_opened(case, cast.bum, cast.sgc)
    return services.start("DL-01", case=case, trigger_at=london(2026, 6, 8, 10), because="", by=cast.bum)


def page(client, deadline) -> str:
    return client.get(reverse("deadlines:chasing", args=[deadline.pk])).content.decode()


def test_it_says_who_will_be_told_when_and_in_which_words_before_anything_is_sent(cast, deadline, sign_in):
    words = page(sign_in(cast.bum), deadline)

    assert "11 June 2026" in words
    assert "2 working days before" in words
    assert "3 working days after, and then every working day" in words
    assert cast.lan.name in words
    assert "Serious incident notification sent to the National Panel" in words
    assert "Nobody has been told of this deadline yet." in words
    assert list(Message.objects.all()) == []


def test_it_says_what_became_of_what_was_sent(cast, deadline, at, sign_in):
    at(london(2026, 6, 11, 9))
    services.sweep()

    words = page(sign_in(cast.bum), deadline)

    message = Message.objects.get(to=cast.lan)
    assert reverse("correspondence:message", args=[deadline.case_id, message.key]) in words
    assert "Waiting to be sent" in words


def test_what_has_ended_tells_nobody(cast, deadline, at, sign_in):
    services.meet("DL-01", case=deadline.case, at=london(2026, 6, 10, 16), by=cast.bum)

    assert "This deadline no longer runs, so nobody is told of it." in page(sign_in(cast.bum), deadline)


def test_others_do_not_read_it(cast, outsider, deadline, sign_in):
    address = reverse("deadlines:chasing", args=[deadline.pk])

    assert sign_in(cast.sgc).get(address).status_code == 403
    assert sign_in(outsider).get(address).status_code == 404
