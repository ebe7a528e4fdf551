"""A mail server that hangs or refuses, and workers killed at each step of a delivery."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from django.conf import settings as project
from django.db import connection

from correspondence import delivery, tasks
from correspondence.models import EventKind, Message, MessageState

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent_server(settings):
    """A mail server that lets callers in and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()
        settings.EMAIL_TIMEOUT = 0.3
        yield server


def test_a_server_that_hangs_holds_up_one_message_and_counts_against_no_other(cast, queued, silent_server):
    messages = queued(cast.sgc, cast.rep, cast.bum)
    began = time.monotonic()

    tasks.deliver_waiting()

    assert time.monotonic() - began < 5
    rows = Message.objects.filter(pk__in=[message.pk for message in messages]).order_by("id")
    assert [(row.state, row.attempts, row.failure) for row in rows] == [
        (MessageState.QUEUED, 1, delivery.UNREACHABLE),
        (MessageState.QUEUED, 0, ""),
        (MessageState.QUEUED, 0, ""),
    ]
    assert project.EMAIL_TIMEOUT <= 10


def test_a_server_that_refuses_connections_does_the_same_and_all_go_out_later(
    cast, queued, settings, later, mail_server
):
    messages = queued(cast.sgc, cast.rep, cast.bum)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    for _ in range(4):
        tasks.deliver_waiting()
        later(seconds=30)
    assert mail_server.letters == []

    settings.EMAIL_PORT = port
    later(hours=1)
    tasks.deliver_waiting()

    assert {letter["Message-ID"] for letter in mail_server.letters} == {m.message_id for m in messages}
    assert len(mail_server.letters) == 3


_KILLED = """
import os, signal, sys, django
django.setup()
from django.core.mail import EmailMessage
from django.core.mail.backends import smtp
from correspondence import delivery
from correspondence.models import MessageEvent

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

step, number = sys.argv[1], int(sys.argv[2])
if step == "before the claim is committed":
    MessageEvent.objects.create = die
elif step == "after the claim":
    delivery._may_be_told = die
elif step == "while the server is spoken to":
    smtp.EmailBackend._send = die
elif step == "after the server took it":
    delivery._mark_sent = die
elif step == "before the sending is committed":
    delivery.note_all = die
delivery.deliver(number)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("step", "claimed", "times"),
    [
        ("before the claim is committed", False, 1),
        ("after the claim", True, 1),
        ("while the server is spoken to", True, 1),
        ("after the server took it", True, 2),
        ("before the sending is committed", True, 2),
        ("after it", False, 1),
    ],
)
def test_a_worker_killed_at_any_step_loses_nothing_and_keeps_the_number(
    cast, queued, later, mail_server, settings, step, claimed, times
):
    [message] = queued(cast.sgc)
    database = connection.settings_dict
    where = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT'] or 5432}"
    killed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _KILLED, step, str(message.pk)],
        cwd=project.BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": f"postgres://{where}/{database['NAME']}",
            "EMAIL_HOST": str(settings.EMAIL_HOST),
            "EMAIL_PORT": str(settings.EMAIL_PORT),
            "MAIL_FOLDER": "",
            "DJANGO_SETTINGS_MODULE": "lcspr.settings",
        },
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    message.refresh_from_db()
    assert (message.state == MessageState.CLAIMED) is claimed

    tasks.deliver_waiting()
    later(minutes=6)
    tasks.deliver_waiting()
    tasks.deliver_waiting()

    assert [letter["Message-ID"] for letter in mail_server.letters] == [message.message_id] * times
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert [event.kind for event in message.history.all()].count(EventKind.SENT) == 1
