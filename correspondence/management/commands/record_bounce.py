"""`manage.py record_bounce < report.eml`: what a mail server hands over when an e-mail of ours came back."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from accounts.db import acting_as, system_user
from casework.transitions import TransitionRefused
from correspondence.models import Bounce, Message
from correspondence.rules import read_bounce
from correspondence.services import record_bounce


class Command(BaseCommand):
    """Read one delivery report from standard input and record the bounce it tells of.

    It always ends well, for a mail server sends back what a command refuses, and nobody would read that:
    reports of delays, answers of people who are away and e-mails that are not ours are passed over.
    """

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        returned = read_bounce(sys.stdin.buffer.read())
        if returned is None:
            self.stdout.write("Not a report of an e-mail that came back.")
            return
        found = Message.objects.filter(message_id=returned.message_id).first()
        if found is None:
            self.stdout.write("No e-mail of this service has that Message-ID.")
            return
        by = system_user()
        try:
            with acting_as(by):
                record_bounce(found, why=Bounce(returned.why), by=by, words="Reported by the mail server")
        except TransitionRefused as refused:
            self.stdout.write(" ".join(refused.reasons))
            return
        self.stdout.write("Recorded.")
