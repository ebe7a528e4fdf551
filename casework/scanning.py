"""Whether a file carries a virus: asked of the scanner that is set up, and asked again while it could not be reached."""

from __future__ import annotations

import logging
import socket
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts.db import acting_as, system_user
from casework import audit
from casework.models import Document, ScanState
from lcspr import clock

log = logging.getLogger(__name__)

# Seconds for one answer: somebody waits for it at a form.
PATIENCE: Final = 20
# How many of the files that wait are looked at in one go.
AT_ONCE: Final = 100
_CHUNK: Final = 64 * 1024
# The harmless file by which every scanner can be tried, in two parts, so that none takes this one for it.
_TEST_FILE: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def scan(content: bytes) -> ScanState:
    """What the scanner that is set up says of a file; `pending` when it cannot be reached now."""
    if settings.CLAMD_SOCKET:
        try:
            return _by_clamav(content)
        except OSError:
            log.exception("The virus scanner does not answer: files wait until it does.")
            return ScanState.PENDING
    if settings.DEMO:
        return ScanState.INFECTED if _TEST_FILE in content else ScanState.CLEAN
    return ScanState.NO_SCANNER


def _by_clamav(content: bytes) -> ScanState:
    """Send the bytes to ClamAV's daemon as a stream, each piece with its length before it, and read the verdict."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as daemon:
        daemon.settimeout(PATIENCE)
        daemon.connect(settings.CLAMD_SOCKET)
        daemon.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK):
            piece = content[start : start + _CHUNK]
            daemon.sendall(len(piece).to_bytes(4, "big") + piece)
        daemon.sendall((0).to_bytes(4, "big"))
        said = b""
        while not said.endswith(b"\0"):
            more = daemon.recv(4096)
            if not more:
                break
            said += more
    if not said:
        raise ConnectionError("The virus scanner closed the connection without an answer.")
    verdict = said.rstrip(b"\0").strip()
    if verdict.endswith(b" OK"):
        return ScanState.CLEAN
    return ScanState.INFECTED if verdict.endswith(b" FOUND") else ScanState.UNREADABLE


def scan_waiting() -> None:
    """Ask about the files that could not be checked when they came; an infected one is never opened to anybody."""
    for key in Document.objects.filter(scan_state=ScanState.PENDING).values_list("pk", flat=True)[:AT_ONCE]:
        with acting_as(system_user()):
            if not _scan_one(key):
                return


def _scan_one(key: object) -> bool:
    """Whether the scanner answered; a file that another worker looks at is left to it."""
    waiting = Document.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    document = waiting.filter(pk=key, scan_state=ScanState.PENDING).select_related("case").first()
    if document is None:
        return True
    with document.file.open() as file:
        state = scan(file.read())
    if state == ScanState.PENDING:
        return False
    document.scan_state, document.scanned_at = state, clock.now()
    with transaction.atomic():
        document.save(update_fields=["scan_state", "scanned_at"])
        if state not in {ScanState.CLEAN, ScanState.NO_SCANNER}:
            said = (
                "A virus was found in" if state == ScanState.INFECTED else "Could not be checked for viruses:"
            )
            audit.record(
                "document_scanned",
                by=system_user(),
                case=document.case,
                about=document,
                words=f"{said} “{document.title}”: nobody can open it",
            )
    return True
