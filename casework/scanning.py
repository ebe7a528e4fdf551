"""Whether a file carries a virus: asked of the scanner that is set up, and asked again while it gives no answer."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.conf import settings
from django.db.models import F, Min

from accounts.db import acting_as, system_user
from casework import audit
from casework.models import Document, ScanState
from lcspr import clock

log = logging.getLogger(__name__)

# Seconds for the whole of one answer: somebody waits for it at a form, and a web process with them.
PATIENCE: Final = 5.0
# How many of the files that wait are asked about in one go.
AT_ONCE: Final = 50
_CHUNK: Final = 1024 * 1024
# The harmless file by which every scanner can be tried, in two parts, so that none takes this one for it.
_TEST_FILE: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def scan(content: bytes) -> ScanState:
    """What the scanner that is set up says of a file; `pending` when it gives no verdict within five seconds."""
    if settings.CLAMD_SOCKET:
        try:
            return _by_clamav(content)
        except OSError:
            log.exception("The virus scanner gave no verdict: the file waits.")
            return ScanState.PENDING
    if settings.DEMO:
        return ScanState.INFECTED if _TEST_FILE in content else ScanState.CLEAN
    return ScanState.NO_SCANNER


def _by_clamav(content: bytes) -> ScanState:
    """Send the bytes to ClamAV's daemon as a stream, each piece with its length before it, and read the verdict."""
    ends = time.monotonic() + PATIENCE
    with _daemon() as daemon:
        # It may answer, and close, before all is sent: what it said is read all the same.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            daemon.sendall(b"zINSTREAM\0" + b"".join(_pieces(content)))
        said = b""
        while not said.endswith(b"\0"):
            daemon.settimeout(max(ends - time.monotonic(), 0.01))
            more = daemon.recv(4096)
            if not more:
                break
            said += more
    return _verdict(said)


@contextlib.contextmanager
def _daemon() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as daemon:
        daemon.settimeout(PATIENCE)
        daemon.connect(settings.CLAMD_SOCKET)
        yield daemon


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _CHUNK):
        piece = content[start : start + _CHUNK]
        yield len(piece).to_bytes(4, "big") + piece
    yield (0).to_bytes(4, "big")


def _verdict(said: bytes) -> ScanState:
    """Only a whole answer about the file counts; the daemon's own trouble, such as a full disk, is none."""
    verdict = said.rstrip(b"\0").strip()
    if said.endswith(b"\0") and verdict.endswith(b" OK"):
        return ScanState.CLEAN
    if said.endswith(b"\0") and verdict.endswith(b" FOUND"):
        return ScanState.INFECTED
    if b"size limit exceeded" in verdict:
        return ScanState.UNREADABLE
    raise ConnectionError(f"The virus scanner said no more than {verdict[:200]!r}.")


def waiting() -> Any:
    """The files that nobody can open yet because the scanner gave no verdict."""
    return Document.objects.filter(scan_state=ScanState.PENDING)


def oldest_unchecked() -> dt.timedelta | None:
    """For how long the file that waits longest has waited for its check; None when none does."""
    since = waiting().aggregate(since=Min("created_at"))["since"]
    return clock.now() - since if since else None


def scan_waiting(tell: Callable[[Document], object]) -> None:
    """Ask again about the files that wait, those longest not asked about first.

    One that gives trouble does not keep the others waiting. One that the scanner does not let in is never opened to
    anybody; `tell` is called with it in the transaction that records so.
    """
    if settings.CLAMD_SOCKET:
        try:
            with _daemon():
                pass
        except OSError:
            log.warning("The virus scanner cannot be reached: files go on waiting.")
            return
    longest = waiting().order_by(F("scanned_at").asc(nulls_first=True), "created_at")
    for key in longest.values_list("pk", flat=True)[:AT_ONCE]:
        try:
            _scan_again(key, tell)
        except Exception:
            # A file missing from the store, say: it is the operator's to look at, and goes behind those that wait.
            log.exception("A file that waits could not be checked, or nobody be told of it.")
            with acting_as(system_user()):
                Document.objects.filter(pk=key).update(scanned_at=clock.now())


def _scan_again(key: object, tell: Callable[[Document], object]) -> None:
    """The scanner is asked outside any transaction; of two workers who asked, one records what it said."""
    asked = waiting().filter(pk=key).first()
    if asked is None:
        return
    with asked.file.open() as file:
        state = scan(file.read())
    with acting_as(system_user()):
        _record_verdict(key, state, tell)


def _record_verdict(key: object, state: ScanState, tell: Callable[[Document], object]) -> None:
    still_waiting = waiting().select_for_update(no_key=True, of=("self",))
    document = still_waiting.filter(pk=key).select_related("case").first()
    if document is None:
        return
    document.scan_state, document.scanned_at = state, clock.now()
    document.save(update_fields=["scan_state", "scanned_at"])
    said = {
        ScanState.INFECTED: "A virus was found in",
        ScanState.UNREADABLE: "The virus scanner cannot take",
    }.get(state)
    if said:
        audit.record(
            "document_scanned",
            by=system_user(),
            case=document.case,
            about=document,
            words=f"{said} “{document.title}”: nobody can open it. Ask for it again",
        )
        tell(document)
