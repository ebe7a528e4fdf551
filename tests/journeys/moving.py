"""What moves beside the browser: the clock of every process, and the e-mails the worker sends."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from lcspr import clock

# Long enough ago that every holiday of two years is official, not provisional.
BEGINS = dt.datetime(2026, 1, 6, 9, tzinfo=clock.LONDON)
# What Django's file back end writes between two e-mails.
BETWEEN = "-" * 79


class Calendar:
    """The clock of the web server, the worker and beat together.

    Where a worker runs, `mail_has_gone` waits before every step for what goes at once. An e-mail takes seconds and a
    step weeks: one still waiting would be dropped if its reader may no longer open the case on the day it arrives at.
    """

    def __init__(self) -> None:
        self.mail_has_gone: Callable[[], None] = lambda: None

    def begin(self) -> None:
        """Go to the first morning of every story."""
        self._go(BEGINS)

    def set(self, day: dt.date, hour: int = 10) -> None:
        """Go on to that hour of a London day, never back."""
        moment = dt.datetime.combine(day, dt.time(hour), tzinfo=clock.LONDON)
        assert moment >= clock.now(), f"{moment} is over: it is {clock.now()}"
        self.mail_has_gone()
        self._go(moment)

    @staticmethod
    def _go(moment: dt.datetime) -> None:
        clock.set_offset((moment - dt.datetime.now(dt.UTC)).total_seconds())


@dataclass
class Post:
    """What the worker has sent."""

    folder: Path
    # Where beat says which tasks it has sent.
    beat: Path

    def letters(self) -> list[EmailMessage]:
        """Every e-mail, oldest first."""
        files = sorted(self.folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns)
        texts = [part for file in files for part in file.read_text().split(f"{BETWEEN}\n") if part.strip()]
        return [email.message_from_string(text, policy=email.policy.default) for text in texts]  # type: ignore[misc]

    def to(self, address: str) -> list[str]:
        """The subjects of the e-mails to one address."""
        return [str(letter["Subject"]) for letter in self.letters() if letter["To"] == address]

    def words(self) -> str:
        """Every subject and every line."""
        return "\n".join(f"{letter['Subject']}\n{letter.get_content()}" for letter in self.letters())
