"""E-mail templates of the tests' own, a clock to move, and a mail server that refuses whom it is told to."""

from __future__ import annotations

import datetime as dt
import socketserver
import threading
from email import message_from_bytes
from email.policy import default

import pytest
from django.conf import settings as project
from factories import CaseFactory, has_opened, subject_of

from accounts.roles import Role
from casework.services import admit, admit_standing
from correspondence import services, tasks
from lcspr import clock

PLAIN = """Subject: {{ reference }}: something waits for you

Dear {{ first_name }},

{{ task }}, for the case known as {{ pseudonym }} ({{ stage }}).{% if due %} It is due on {{ due }}.{% endif %}

{{ link }}

{{ partnership }}
"""


@pytest.fixture
def email_template(settings, tmp_path):
    """`email_template(code, text)` adds templates/emails/`code`.txt for this test."""
    folder = tmp_path / "templates"
    (folder / "emails").mkdir(parents=True)
    engine = project.TEMPLATES[0]

    def write(code: str, text: str) -> str:
        (folder / "emails" / f"{code}.txt").write_text(text)
        # Named anew, so that no engine remembers a file that was not there.
        settings.TEMPLATES = [{**engine, "DIRS": [folder, *engine["DIRS"]]}]
        return code

    return write


@pytest.fixture
def plain(email_template) -> str:
    """The code of an e-mail that says all that an e-mail may say."""
    return email_template("plain", PLAIN)


@pytest.fixture
def case(cast):
    """An open case with one child, to which the standing roles are admitted."""
    case = CaseFactory(partnership=cast.partnership, pseudonym="Child Q", reference="NSCP-2026-001")
    subject_of(case, forenames="Rosalind", surname="Nightingale-Example")
    on = clock.today() - dt.timedelta(days=1)
    admit_standing(case, by=cast.bum, on=on, why="Accepted")
    admit(case, role=Role.REP, agency=cast.agency("school"), by=cast.bum, on=on, why="Asked for information")
    has_opened(case, cast.bum, cast.bu, cast.sgc, cast.rep)
    return case


@pytest.fixture
def handed_over(monkeypatch) -> list[int]:
    """The messages handed to the worker, instead of being handed over."""
    numbers: list[int] = []
    monkeypatch.setattr(tasks.deliver, "delay", numbers.append)
    return numbers


@pytest.fixture
def queued(cast, case, plain, handed_over):
    """`queued(*people)` queues one message to each."""

    def queue(*people, **options):
        return services.queue(plain, case=case, to=people, by=cast.bum, task="Read the report", **options)

    return queue


@pytest.fixture
def later(monkeypatch):
    """`later(minutes=6)` moves the clock on from where it is."""

    def move(**length) -> None:
        moved = clock.offset() + dt.timedelta(**length)
        monkeypatch.setattr(clock, "offset", lambda: moved)

    return move


class _Conversation(socketserver.StreamRequestHandler):
    """One SMTP conversation, as far as the service speaks it."""

    def handle(self) -> None:
        self.say("220 post.example.org")
        while line := self.rfile.readline().decode().strip():
            verb = line.upper()
            if verb.startswith("RCPT TO:"):
                address = line[len("RCPT TO:") :].strip("<>")
                self.say("550 no such mailbox" if address in self.server.refused else "250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                self.take_in()
                self.say("250 ok")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take_in(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.server.letters.append(message_from_bytes(b"".join(lines), policy=default))

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """A mail server: `letters` it took, addresses it has `refused`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.letters: list = []
        self.refused: set[str] = set()


@pytest.fixture
def mail_server(settings):
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server
        server.shutdown()
        thread.join()
