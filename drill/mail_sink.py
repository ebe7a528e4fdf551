"""A mail server on this machine alone that takes every e-mail, slowly, and remembers its Message-ID."""

from __future__ import annotations

import re
import socketserver
import threading
import time
from collections import Counter

_NUMBER = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class _Conversation(socketserver.StreamRequestHandler):
    """One SMTP conversation, as far as the service speaks it. A caller that dies is no failure of ours."""

    def handle(self) -> None:
        try:
            self._converse()
        except OSError:
            return

    def _converse(self) -> None:
        self._say("220 sink.example")
        recipient = ""
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            verb = line.upper()
            if verb.startswith("RCPT TO:"):
                recipient = line.partition(":")[2].strip().strip("<>")
                self._say("250 ok")
            elif verb == "DATA":
                self._say("354 go on")
                if not self._take_in(recipient):
                    return
                self._say("250 ok")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take_in(self, recipient: str) -> bool:
        """Read to the full stop: what ends before it was not accepted."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line)
        found = _NUMBER.search(b"".join(lines))
        server = self.server
        assert isinstance(server, MailSink)
        with server.lock:
            server.taken[found.group(1).decode() if found else "none"] += 1
            server.recipients[recipient] += 1
        # Taken, and not yet said so: a worker killed now sends it again.
        time.sleep(server.delay)
        return True

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class MailSink(socketserver.ThreadingTCPServer):
    """`taken` counts the e-mails accepted under each Message-ID, `recipients` those to each address."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, delay: float) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.delay = delay
        self.lock = threading.Lock()
        self.taken: Counter[str] = Counter()
        self.recipients: Counter[str] = Counter()
