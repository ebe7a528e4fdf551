"""Two workers sweep and deliver while one or the other is killed, two hundred times: five hundred reminders, each
once in the record, each at the mail server under its one Message-ID, nobody forgotten.

The kills come at random from a seed that is printed (`DRILL_SEED` repeats one): in the middle of a sweep, of a
claim, of a conversation with the mail server, and between its “250 ok” and the record of it.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress

import pytest
from django.conf import settings as project
from django.db import connection

from accounts.roles import Role
from correspondence.models import Message, MessageState
from deadlines import services
from deadlines.models import Deadline, Reminder, WakeUp
from drill.mail_sink import MailSink
from lcspr import clock
from tests.deadlines.clockwork import case_of

KILLS, DEADLINES, PEOPLE = 200, 50, 10
WORKERS = 2
# Seconds between two kills, on average, and how far the clock goes on at each.
BETWEEN, EACH = 0.5, dt.timedelta(minutes=1)
# From beginning to end, the making of the cases apart.
PATIENCE = 420


@pytest.mark.django_db(transaction=True)
def test_two_hundred_kills_forget_nobody_and_say_nothing_under_two_numbers(cast, settings, tmp_path, capsys):
    seed = int(os.environ.get("DRILL_SEED", random.randrange(10**6)))
    chance = random.Random(seed)
    settings.CLOCK_FILE = str(tmp_path / "clock")
    people = _people(cast)
    deadlines = _deadlines(cast)
    began, kills, in_flight = time.monotonic(), 0, set()

    with _mail_sink() as sink, _nursery(sink, settings.CLOCK_FILE) as new_worker:
        workers = [new_worker() for _ in range(WORKERS)]
        at_work = 0
        while kills < KILLS:
            assert time.monotonic() - began < PATIENCE, f"Only {kills} kills in time (seed {seed})."
            time.sleep(chance.expovariate(1 / BETWEEN))
            victim = chance.randrange(WORKERS)
            _kill(workers[victim])
            claimed = _claimed()
            at_work += bool(claimed)
            in_flight |= claimed
            kills += 1
            workers[victim] = new_worker()
            # The clock goes on: more falls due, and what a dead worker had claimed is free after five minutes.
            clock.set_offset((EACH * kills).total_seconds())
        for worker in workers:
            _kill(worker)
        in_flight |= _claimed()
        clock.set_offset(dt.timedelta(hours=12).total_seconds())
        workers = [new_worker() for _ in range(WORKERS)]
        while _is_owed() and time.monotonic() - began < PATIENCE:
            time.sleep(0.5)
        for worker in workers:
            _kill(worker)

    messages = list(Message.objects.all())
    told = Counter(Reminder.objects.values_list("deadline", "person"))
    twice = {number for number, count in sink.taken.items() if count > 1}
    with capsys.disabled():
        print(
            f"\nSeed {seed}: {kills} workers killed in {time.monotonic() - began:.0f} s; {sum(told.values())} "
            f"reminders, {len(sink.taken)} Message-IDs at the mail server in {sum(sink.taken.values())} e-mails; "
            f"{len(in_flight)} in flight at a kill, {len(twice)} there more than once."
        )
    # The kills fell while there was work to do, or they would prove nothing.
    assert at_work >= KILLS // 10
    # Nobody forgotten, and nobody reminded twice in the record.
    assert told == Counter((deadline.pk, person.pk) for deadline in deadlines for person in people)
    assert len(messages) == DEADLINES * PEOPLE
    assert {message.state for message in messages} == {MessageState.SENT}
    # Every Message-ID reached the mail server, and no other did.
    assert set(sink.taken) == {message.message_id for message in messages}
    # None but those in flight at a kill went twice.
    assert twice <= in_flight
    # None under two Message-IDs.
    assert set(Counter((message.to_id, message.about) for message in messages).values()) == {1}


def _people(cast):
    """Ten people whom the clock of the copy for the business unit speaks to."""
    cast.agency("council")
    notifiers = [cast.person(Role.LAN) for _ in range(PEOPLE // 2)]
    return [*notifiers, *(cast.person(Role.BU) for _ in range(PEOPLE // 2 - 1)), cast.bum]


def _deadlines(cast):
    """Fifty deadlines of fifty cases, whose time is up one after the other while the workers are killed."""
    begun = clock.now()
    for number in range(DEADLINES):
        case = case_of(cast, reference=f"DRILL-{number}", pseudonym=f"Child {number}")
        deadline = services.start("DL-36", case=case, trigger_at=begun, because="", by=cast.bum)
        due_at = begun + EACH * KILLS * number / DEADLINES
        Deadline.objects.filter(pk=deadline.pk).update(due_at=due_at)
        WakeUp.objects.filter(deadline=deadline).update(at=due_at)
    return list(Deadline.objects.all())


def _kill(worker):
    with suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)


def _claimed():
    return set(Message.objects.filter(state=MessageState.CLAIMED).values_list("message_id", flat=True))


def _is_owed():
    waiting = WakeUp.objects.filter(at__lte=clock.now()).exists()
    return waiting or Message.objects.exclude(state=MessageState.SENT).exists()


@contextmanager
def _mail_sink():
    with MailSink(delay=0.03) as sink:
        thread = threading.Thread(target=sink.serve_forever, daemon=True)
        thread.start()
        yield sink
        sink.shutdown()
        thread.join()


@contextmanager
def _nursery(sink, clock_file):
    """`new_worker()` splits one off and gives its number."""
    host, port = sink.server_address
    database = connection.settings_dict
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    where = f"postgres://{database['USER']}{secret}@{database['HOST']}:{database['PORT'] or 5432}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"{where}/{database['NAME']}",
        "CLOCK_FILE": clock_file,
        "EMAIL_HOST": str(host),
        "EMAIL_PORT": str(port),
        "MAIL_FOLDER": "",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "lcspr.settings",
    }
    started = [sys.executable, "-W", "ignore", "-m", "drill.nursery"]
    with subprocess.Popen(
        started,
        cwd=project.BASE_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as nursery:
        assert nursery.stdout.readline() == "ready\n"

        def new_worker():
            nursery.stdin.write("another\n")
            nursery.stdin.flush()
            return int(nursery.stdout.readline())

        yield new_worker
        nursery.stdin.close()
