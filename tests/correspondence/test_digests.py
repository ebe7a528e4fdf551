"""One e-mail a day: everything once, in one message, whatever ran twice; alarms never wait."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.db import remembering
from casework.services import raise_wall
from correspondence import delivery, services, tasks
from correspondence.models import EmailChoice, EventKind, Message, MessageState
from correspondence.rules import next_morning

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def daily(cast):
    services.choose_emails(cast.sgc, daily=True)
    return cast.sgc


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ((2026, 6, 10, 7, 59), (2026, 6, 10, 8, 0)),
        ((2026, 6, 10, 8, 0), (2026, 6, 11, 8, 0)),
        # The nights in which the clocks change.
        ((2026, 3, 28, 20, 0), (2026, 3, 29, 8, 0)),
        ((2026, 10, 24, 20, 0), (2026, 10, 25, 8, 0)),
    ],
)
def test_the_next_morning_is_eight_by_a_london_clock(now, morning):
    assert next_morning(dt.datetime(*now, tzinfo=LONDON)) == dt.datetime(*morning, tzinfo=LONDON)


def test_what_came_is_said_once_in_the_morning(cast, case, daily, queued, later):
    first, second = queued(daily)[0], queued(daily, about=case)[0]
    third = queued(daily, about=case)[0]
    assert {first.state, second.state, third.state} == {MessageState.HELD}
    tasks.deliver_waiting()
    assert services.send_digests() == 0
    assert mail.outbox == []

    later(days=1)
    assert services.send_digests() == 1
    assert services.send_digests() == 0
    tasks.deliver_waiting()

    [letter] = mail.outbox
    digest = Message.objects.get(template="daily_digest")
    assert (letter.to, letter.message()["Message-ID"]) == ([daily.email], digest.message_id)
    # Two messages about one thing are one line: its latest.
    assert letter.body.count("- NSCP-2026-001: something waits for you (Read the report)") == 2
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}
    assert {part.digest for part in (first, second, third) if not part.refresh_from_db()} == {digest}
    assert [event.kind for event in first.history.all()] == [EventKind.COLLECTED, EventKind.SENT]


def test_a_task_that_the_subject_says_is_not_said_again(cast, case, daily, later):
    services.queue(
        "decision_declaration_made",
        case=case,
        to=[daily],
        by=cast.bum,
        task="Decide on a declaration of interest",
    )
    later(days=1)
    services.send_digests()

    body = Message.objects.get(template="daily_digest").body
    assert f"- {case.reference}: decide on a declaration of interest\n" in body


def test_after_ten_days_off_there_is_one_and_not_ten(cast, daily, queued, later):
    for _ in range(3):
        queued(daily)
        later(days=3)

    later(days=1)
    services.send_digests()
    tasks.deliver_waiting()

    assert len(mail.outbox) == 1


def test_others_get_theirs_at_once(cast, daily, queued):
    messages = queued(daily, cast.rep)

    assert [message.state for message in messages] == [MessageState.HELD, MessageState.QUEUED]


def test_what_may_not_wait_does_not(cast, case, daily):
    [message] = services.queue("criteria_met", case=case, to=[daily], by=cast.bum, task="Send it")

    assert message.state == MessageState.QUEUED


def test_a_wall_raised_overnight_is_respected(cast, case, daily, queued, later):
    [message] = queued(daily)
    raise_wall(case, user=daily, reason="Knows the family", by=cast.bum)

    later(days=1)
    assert services.send_digests() == 0

    message.refresh_from_db()
    assert (message.state, message.failure) == (MessageState.DROPPED, delivery.NOT_ADMITTED)


def test_a_wall_raised_before_it_is_delivered_is_respected_too(cast, case, daily, queued, later):
    [message] = queued(daily)
    later(days=1)
    services.send_digests()
    raise_wall(case, user=daily, reason="Knows the family", by=cast.bum)

    tasks.deliver_waiting()
    later(days=1)
    services.send_digests()

    assert mail.outbox == []
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.DROPPED}
    message.refresh_from_db()
    assert message.digest is None


def test_a_daily_e_mail_that_fails_is_shown_to_the_business_unit(
    cast, case, daily, queued, later, mail_server
):
    [message] = queued(daily)
    later(days=1)
    services.send_digests()
    mail_server.refused.add(daily.email)
    for _ in range(delivery.MOST_ATTEMPTS):
        tasks.deliver_waiting()
        later(hours=5)

    message.refresh_from_db()
    assert (message.state, message.failure) == (
        MessageState.FAILED,
        "The mail server does not accept this address.",
    )
    assert list(Message.objects.failed().visible_to(cast.bum)) == [message]


def test_whoever_changes_their_mind_gets_what_waits(cast, daily, queued):
    [message] = queued(daily)

    services.choose_emails(daily, daily=False)
    tasks.deliver_waiting()

    assert [letter.subject for letter in mail.outbox] == [message.subject]


def test_each_person_chooses_for_themself(cast, sign_in):
    client = sign_in(cast.sgc)
    address = reverse("correspondence:choice")

    assert "Each at once" in client.get(address).content.decode()
    refused = client.post(address, {})
    assert "Select how you want your e-mails" in refused.content.decode()
    response = client.post(address, {"how": "daily"}, follow=True)

    assert "You get one e-mail a day" in response.content.decode()
    assert list(EmailChoice.objects.values_list("user", "daily")) == [(cast.sgc.pk, True)]
    assert 'value="daily" checked' in client.get(address).content.decode()


def test_nobody_who_is_not_signed_in_chooses_anything(client):
    assert client.get(reverse("correspondence:choice")).status_code == 302


def test_writing_them_is_the_same_number_of_questions_for_one_and_for_three_people(cast, queued, later):
    def cost(*people) -> int:
        for person in people:
            services.choose_emails(person, daily=True)
        queued(*people)
        later(days=1)
        with remembering(), CaptureQueriesContext(connection) as asked:
            assert services.send_digests() == len(people)
        return len(asked)

    cost(cast.rep)
    assert cost(cast.sgc) == cost(cast.dsp_la, cast.dsp_icb, cast.dsp_police)
