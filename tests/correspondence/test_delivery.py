"""Delivery: recorded once, sent at least once, always under the Message-ID fixed when it was queued."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from email import message_from_bytes
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core import mail
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, connections, transaction

from accounts.db import system_user
from casework.models import RowChange
from casework.services import raise_wall
from correspondence import delivery, tasks
from correspondence.models import Message, MessageState
from lcspr import clock

pytestmark = pytest.mark.django_db


def test_a_message_is_sent_under_its_own_number(cast, queued, settings):
    [message] = queued(cast.sgc)

    tasks.deliver(message.pk)

    [letter] = mail.outbox
    assert (letter.to, letter.subject, letter.body) == ([cast.sgc.email], message.subject, message.body)
    assert letter.message()["Message-ID"] == message.message_id
    assert letter.message()["Auto-Submitted"] == "auto-generated"
    message.refresh_from_db()
    assert (message.state, message.attempts, message.failure) == (MessageState.SENT, 1, "")
    assert message.sent_at <= clock.now()


def test_delivery_acts_as_the_system(cast, queued):
    [message] = queued(cast.sgc)

    tasks.deliver(message.pk)

    lines = RowChange.objects.filter(object=f"correspondence.Message:{message.pk}", verb="update")
    assert [line.actor for line in lines] == [system_user(), system_user()]


def test_a_message_is_sent_once_however_often_it_is_asked_for(cast, queued):
    [message] = queued(cast.sgc)

    tasks.deliver(message.pk)
    tasks.deliver(message.pk)
    tasks.deliver_waiting()

    assert len(mail.outbox) == 1


def test_the_sweep_sends_everything_that_is_due_oldest_first(cast, queued):
    messages = queued(cast.sgc, cast.rep, cast.bum)
    Message.objects.filter(pk=messages[1].pk).update(next_attempt_at=clock.now() + dt.timedelta(minutes=1))

    assert delivery.deliver_waiting() == 2

    assert [letter.to for letter in mail.outbox] == [[messages[0].address], [messages[2].address]]


def test_the_sweep_goes_on_past_its_batch(cast, queued, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 2)
    for _ in range(5):
        queued(cast.sgc)

    assert delivery.deliver_waiting() == 5


def test_the_sweep_ends_before_its_task_is_stopped(cast, queued, monkeypatch):
    queued(cast.sgc)
    monkeypatch.setattr(delivery, "LONGEST_SWEEP", -1)

    assert delivery.deliver_waiting() == 0
    assert delivery.LONGEST_SWEEP < project.CELERY_TASK_SOFT_TIME_LIMIT


def test_one_refused_recipient_stops_no_other(cast, queued, mail_server):
    messages = queued(cast.sgc, cast.rep, cast.bum)
    mail_server.refused.add(messages[1].address)

    tasks.deliver_waiting()

    assert [letter["Message-ID"] for letter in mail_server.letters] == [
        messages[0].message_id,
        messages[2].message_id,
    ]
    rows = Message.objects.order_by("id")
    assert [(row.state, row.failure) for row in rows] == [
        (MessageState.SENT, ""),
        (MessageState.QUEUED, "The mail server does not accept this address."),
        (MessageState.SENT, ""),
    ]


def test_the_bytes_on_the_wire_are_the_row(cast, queued, mail_server):
    [message] = queued(cast.sgc)

    tasks.deliver(message.pk)

    [letter] = mail_server.letters
    assert letter["To"] == message.address
    assert letter["Subject"] == message.subject
    assert letter.get_content().replace("\r\n", "\n").strip() == message.body.strip()
    assert letter["Date"].datetime == message.queued_at.replace(microsecond=0)


def test_failures_are_tried_again_after_longer_and_longer_waits_then_shown(cast, queued, settings, later):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    [message] = queued(cast.sgc)

    for attempt, minutes in enumerate([1, 5, 15, 60, 240], start=1):
        tasks.deliver_waiting()
        message.refresh_from_db()
        assert (message.state, message.attempts) == (MessageState.QUEUED, attempt)
        wait = message.next_attempt_at - message.claimed_at
        assert dt.timedelta(minutes=minutes) <= wait < dt.timedelta(minutes=minutes, seconds=20)

        later(minutes=minutes, seconds=-30)
        tasks.deliver_waiting()
        message.refresh_from_db()
        assert message.attempts == attempt
        later(seconds=60)

    tasks.deliver_waiting()
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.FAILED, 6)
    assert message.failure == "The mail server could not be reached."
    assert list(Message.objects.failed()) == [message]

    later(days=10)
    tasks.deliver_waiting()
    message.refresh_from_db()
    assert message.attempts == 6


def test_a_message_goes_out_once_the_mail_server_is_back(cast, queued, settings, later):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    [message] = queued(cast.sgc)
    tasks.deliver_waiting()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    later(minutes=2)
    tasks.deliver_waiting()

    message.refresh_from_db()
    assert (message.state, message.attempts, message.failure) == (MessageState.SENT, 2, "")


def test_whoever_may_no_longer_open_the_case_is_not_told_late(cast, case, queued):
    [message] = queued(cast.dsp_la)
    raise_wall(case, user=cast.dsp_la, reason="Knows the family", by=cast.bum)

    tasks.deliver_waiting()

    message.refresh_from_db()
    assert (mail.outbox, message.state, message.failure) == ([], MessageState.DROPPED, delivery.NOT_ADMITTED)
    # Nobody need do anything about it.
    assert list(Message.objects.failed()) == []


def test_a_claim_is_respected_for_five_minutes_and_then_taken_under_the_same_number(cast, queued, later):
    [message] = queued(cast.sgc)
    assert delivery.claim(message.pk) is not None

    tasks.deliver_waiting()
    later(minutes=4, seconds=50)
    tasks.deliver_waiting()
    assert mail.outbox == []

    later(seconds=20)
    tasks.deliver_waiting()
    assert [letter.message()["Message-ID"] for letter in mail.outbox] == [message.message_id]
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.SENT, 2)


def test_a_message_that_stops_every_worker_is_given_up(cast, queued, later):
    [message] = queued(cast.sgc)

    for _ in range(delivery.MOST_CLAIMS):
        assert delivery.claim(message.pk) is not None
        later(minutes=6)

    assert delivery.claim(message.pk) is None
    tasks.deliver_waiting()
    message.refresh_from_db()
    assert (mail.outbox, message.state, message.failure) == ([], MessageState.FAILED, delivery.WORKER_GONE)


def test_a_slow_worker_does_not_undo_what_a_faster_one_recorded(cast, queued, later, monkeypatch):
    [message] = queued(cast.sgc)

    def slow(self):
        monkeypatch.undo()
        Message.objects.filter(pk=message.pk).update(claimed_at=clock.now() - dt.timedelta(minutes=6))
        assert delivery.deliver(message.pk) is True
        raise TimeoutError

    monkeypatch.setattr(EmailMessage, "send", slow)
    assert delivery.deliver(message.pk) is False

    message.refresh_from_db()
    assert (message.state, message.failure) == (MessageState.SENT, "")


def test_a_crash_between_sending_and_recording_sends_again_and_records_once(cast, queued, later, monkeypatch):
    [message] = queued(cast.sgc)

    def crash(sent):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(delivery, "_mark_sent", crash)
        with pytest.raises(KeyboardInterrupt):
            tasks.deliver(message.pk)
    message.refresh_from_db()
    assert (len(mail.outbox), message.state) == (1, MessageState.CLAIMED)

    later(minutes=6)
    tasks.deliver_waiting()

    assert {letter.message()["Message-ID"] for letter in mail.outbox} == {message.message_id}
    assert len({bytes(letter.message()) for letter in mail.outbox}) == 1
    sent = RowChange.objects.filter(
        object=f"correspondence.Message:{message.pk}", payload__body__contains='"sent"'
    )
    assert sent.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_message_once(cast, queued):
    [message] = queued(cast.sgc)
    start, results = threading.Barrier(4), []

    def work():
        start.wait()
        try:
            results.append(delivery.deliver(message.pk))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [False, False, False, True]
    assert len(mail.outbox) == 1
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.SENT, 1)


@pytest.mark.django_db(transaction=True)
def test_the_claim_is_committed_before_anything_is_sent(cast, queued, monkeypatch):
    [message] = queued(cast.sgc)
    seen = []

    def look(self):
        def elsewhere():
            seen.append(Message.objects.get(pk=message.pk).state)
            connections.close_all()

        assert not connection.in_atomic_block
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()

    monkeypatch.setattr(EmailMessage, "send", look)
    tasks.deliver(message.pk)

    assert seen == [MessageState.CLAIMED]


@pytest.mark.django_db(transaction=True)
def test_two_acts_under_one_key_at_once_tell_once(cast, queued):
    start, told = threading.Barrier(2), []
    person = cast.sgc

    def act():
        start.wait()
        try:
            told.extend(queued(person, key="DL-07:due"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [message.to for message in told] == [person]
    assert Message.objects.count() == 1


_KILLED_WHILE_SENDING = """
import os, signal, sys, django
django.setup()
from correspondence import delivery
delivery._mark_sent = lambda message: os.kill(os.getpid(), signal.SIGKILL)
delivery.deliver(int(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_sending_loses_and_doubles_nothing(cast, queued, later, settings, tmp_path):
    [message] = queued(cast.sgc)
    database = connection.settings_dict
    address = (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT'] or 5432}"
    )
    environment = {
        **os.environ,
        "DATABASE_URL": f"{address}/{database['NAME']}",
        "MAIL_FOLDER": str(tmp_path / "post"),
        "DJANGO_SETTINGS_MODULE": "lcspr.settings",
    }
    killed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _KILLED_WHILE_SENDING, str(message.pk)],
        cwd=project.BASE_DIR,
        env=environment,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    message.refresh_from_db()
    assert message.state == MessageState.CLAIMED

    later(minutes=6)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "post")
    tasks.deliver_waiting()

    assert _numbers_in(tmp_path / "post") == [message.message_id, message.message_id]
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.SENT, 2)


def _numbers_in(folder: Path) -> list[str]:
    return [message_from_bytes(file.read_bytes())["Message-ID"] for file in folder.glob("*.log")]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"state": "lost"},
        {"state": "sent"},
        {"state": "claimed"},
        {"state": "failed"},
        {"sent_at": clock.now()},
    ],
)
def test_the_database_refuses_nonsense(cast, queued, nonsense):
    [message] = queued(cast.sgc)

    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**nonsense)
