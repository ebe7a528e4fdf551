"""Workers killed again and again while they deliver: nobody is forgotten, and nothing goes under two Message-IDs."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as project
from django.db import connection
from factories import CaseFactory, UserFactory

from accounts.roles import Role
from casework.models import Access
from correspondence import services, tasks
from correspondence.models import Message, MessageState
from lcspr import clock

MESSAGES, KILLS = 120, 25

_NUMBER = re.compile(r"^Message-ID: (\S+)$", re.MULTILINE)

_DELIVER = """
import django
django.setup()
from correspondence import tasks
tasks.deliver_waiting()
"""


@pytest.mark.django_db(transaction=True)
def test_every_message_arrives_under_its_one_number_whatever_is_killed(cast, settings, tmp_path):
    case = CaseFactory(partnership=cast.partnership, pseudonym="Child Q")
    readers = [UserFactory() for _ in range(MESSAGES)]
    for reader in readers:
        Access.objects.create(case=case, user=reader, role=Role.PM, why="Drill")
    messages = services.queue("rapid_review_sent", case=case, to=readers, by=cast.bum)
    assert len(messages) == MESSAGES
    post = tmp_path / "post"

    for _ in range(KILLS):
        worker = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _DELIVER], cwd=project.BASE_DIR, env=_where(post)
        )
        try:
            worker.wait(timeout=random.uniform(2.5, 5.0))
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()

    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(post)
    with time_machine.travel(clock.now().timestamp() + 3600, tick=True):
        tasks.deliver_waiting()

    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}
    # A file may hold several: those of one connection.
    arrived = Counter(number for file in post.glob("*.log") for number in _NUMBER.findall(file.read_text()))
    assert set(arrived) == {message.message_id for message in messages}
    # Twice only what was in flight at a kill.
    assert sum(count - 1 for count in arrived.values()) <= KILLS


def _where(post: Path) -> dict[str, str]:
    database = connection.settings_dict
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    address = f"postgres://{database['USER']}{secret}@{database['HOST']}:{database['PORT'] or 5432}"
    return {
        **os.environ,
        "DATABASE_URL": f"{address}/{database['NAME']}",
        "MAIL_FOLDER": str(post),
        "DJANGO_SETTINGS_MODULE": "lcspr.settings",
    }
