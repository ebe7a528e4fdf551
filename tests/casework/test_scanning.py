"""Files with a virus or behind a password: refused in words; and a scanner that does not answer loses nothing."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from factories import CaseFactory
from pypdf import PdfWriter

from accounts.access_table import Thing
from accounts.roles import Role
from casework import scanning
from casework.files import FileRefused, check_upload, kind_of, store_document
from casework.models import Document, Event, ScanState
from casework.scanning import scan
from casework.services import admit
from correspondence.models import Message
from correspondence.services import tell_of_closed_file
from desk.tasks import scan_waiting_files
from lcspr import clock

pytestmark = pytest.mark.django_db

# In parts, so that no scanner takes this file for it.
TEST_FILE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD" + b"-ANTIVIRUS-TEST-FILE!$H+H*"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


class Daemon:
    """Speaks ClamAV's protocol on a socket of its own: keeps what it was sent, and says what it is told to."""

    def __init__(self, path: str) -> None:
        self.path, self.says = path, b"stream: OK\0"
        self.received: list[bytes] = []
        self.too_large, self.hangs_on = False, b""
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(path)
        self.socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                if stream.read(10) == b"zINSTREAM\0":
                    self._answer(connection, stream)

    def _answer(self, connection, stream) -> None:
        if self.too_large:
            connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
        content = b""
        while size := int.from_bytes(stream.read(4), "big"):
            content += stream.read(size)
        self.received.append(content)
        if content == self.hangs_on:
            time.sleep(2)
            return
        connection.sendall(self.says)


@pytest.fixture
def clamav(settings, tmp_path):
    daemon = Daemon(str(tmp_path / "clamd"))
    settings.CLAMD_SOCKET = daemon.path
    yield daemon
    daemon.socket.close()


@pytest.fixture
def case(cast):
    return CaseFactory(partnership=cast.partnership)


def stored(case, cast, content: bytes = PDF) -> Document:
    upload = SimpleUploadedFile("letter.pdf", content)
    return store_document(case, upload, by=cast.bum, title="Letter", thing=Thing.PANEL_LETTERS)


def test_a_clean_file_is_kept_and_can_be_opened(case, cast, clamav):
    document = stored(case, cast)

    assert (document.scan_state, document.can_be_opened) == (ScanState.CLEAN, True)
    assert document.scanned_at is not None
    assert clamav.received == [PDF]


def test_the_whole_of_a_large_file_is_checked(clamav):
    content = bytes(range(256)) * 1000

    assert scan(content) == ScanState.CLEAN
    assert clamav.received == [content]


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        (b"stream: Win.Test FOUND\0", "A virus was found in this file, and it was not kept"),
        (b"INSTREAM size limit exceeded. ERROR\0", "cannot take a file of this size"),
    ],
)
def test_what_the_scanner_refuses_is_not_kept(case, cast, clamav, verdict, sentence):
    clamav.says = verdict

    with pytest.raises(FileRefused, match=sentence):
        stored(case, cast)
    with pytest.raises(FileRefused, match=sentence):
        check_upload(SimpleUploadedFile("letter.pdf", PDF))
    assert list(Document.objects.all()) == []


def test_a_file_waits_while_the_scanner_does_not_answer_and_is_checked_later(case, cast, settings, tmp_path):
    settings.CLAMD_SOCKET = str(tmp_path / "clamd")
    first, second = stored(case, cast), stored(case, cast)
    assert (first.scan_state, first.can_be_opened) == (ScanState.PENDING, False)
    scan_waiting_files()
    assert Document.objects.filter(scan_state=ScanState.PENDING).count() == 2

    daemon = Daemon(settings.CLAMD_SOCKET)
    scan_waiting_files()
    daemon.socket.close()

    assert len(daemon.received) == 2
    assert {each.scan_state for each in Document.objects.filter(pk__in=[first.pk, second.pk])} == {"clean"}
    assert not Event.objects.filter(verb="document_scanned").exists()


def test_a_virus_found_later_closes_the_file_and_stands_in_the_record(case, cast, settings, tmp_path):
    settings.CLAMD_SOCKET = str(tmp_path / "clamd")
    document = stored(case, cast)
    daemon = Daemon(settings.CLAMD_SOCKET)
    daemon.says = b"stream: Win.Test FOUND\0"

    scan_waiting_files()
    daemon.socket.close()

    document.refresh_from_db()
    assert (document.scan_state, document.can_be_opened) == (ScanState.INFECTED, False)
    said = Event.objects.get(verb="document_scanned")
    assert "A virus was found in “Letter”" in said.payload.body
    assert (said.case, said.actor.is_system) == (case, True)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (b"stream: Win.Test FOUND\0", "Send a clean copy of the file of"),
        (b"INSTREAM size limit exceeded. ERROR\0", "Send in parts the file of"),
    ],
)
def test_whoever_sent_it_and_the_business_unit_are_told(case, cast, settings, tmp_path, verdict, said):
    """Once, without the title of the file, which may be somebody's name; nobody else hears of it."""
    settings.CLAMD_SOCKET = str(tmp_path / "clamd")
    sender, unit = cast.rep, {cast.bum, cast.bu}
    school = cast.agency("school")
    admit(case, role=Role.REP, agency=school, why="Asked for information", by=cast.bum, on=clock.today())
    upload = SimpleUploadedFile("letter.pdf", PDF)
    document = store_document(case, upload, by=sender, title="Letter about Rowan", thing=Thing.OWN_RETURN)
    daemon = Daemon(settings.CLAMD_SOCKET)
    daemon.says = verdict

    scan_waiting_files()
    daemon.socket.close()

    document.refresh_from_db()
    assert tell_of_closed_file(document) == []
    messages = Message.objects.filter(template="file_closed")
    assert sorted(message.to.pk for message in messages) == sorted(who.pk for who in {sender, *unit})
    for message in messages:
        assert f"To do: {said} " in message.body
        assert f"sent for the case {case.reference}, the virus scanner" in message.body
        assert "Rowan" not in f"{message.subject} {message.body} {message.task}"


def test_of_two_workers_who_ask_about_a_file_one_records_what_was_found(
    case, cast, settings, tmp_path, monkeypatch
):
    settings.CLAMD_SOCKET = str(tmp_path / "clamd")
    stored(case, cast)
    daemon = Daemon(settings.CLAMD_SOCKET)
    daemon.says = b"stream: Win.Test FOUND\0"
    others = iter([scan_waiting_files])

    def another_is_quicker(content):
        for other in others:
            other()
        return scan(content)

    monkeypatch.setattr(scanning, "scan", another_is_quicker)
    scan_waiting_files()
    daemon.socket.close()

    assert len(daemon.received) == 2
    assert Event.objects.filter(verb="document_scanned").count() == 1
    assert Message.objects.count() == 1


def test_where_the_e_mail_cannot_be_queued_the_file_goes_on_waiting(
    case, cast, settings, tmp_path, monkeypatch
):
    settings.CLAMD_SOCKET = str(tmp_path / "clamd")
    document = stored(case, cast)
    daemon = Daemon(settings.CLAMD_SOCKET)
    daemon.says = b"stream: Win.Test FOUND\0"

    with monkeypatch.context() as broken:
        broken.setattr("desk.tasks.tell_of_closed_file", lambda document: 1 / 0)
        scan_waiting_files()
    assert list(scanning.waiting()) == [document]
    # It goes behind those that were not asked about yet.
    document.refresh_from_db()
    assert document.scanned_at is not None

    scan_waiting_files()
    daemon.socket.close()
    assert list(scanning.waiting()) == []
    assert Message.objects.get().to == cast.bum


def test_one_file_that_gives_trouble_keeps_no_other_waiting(case, cast, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(scanning, "PATIENCE", 1.0)
    settings.CLAMD_SOCKET = str(tmp_path / "clamd")
    good, gone, slow = stored(case, cast), stored(case, cast), stored(case, cast, PDF + b"slow")
    gone.file.storage.delete(gone.file.name)
    daemon = Daemon(settings.CLAMD_SOCKET)
    daemon.hangs_on = PDF + b"slow"

    scan_waiting_files()
    scan_waiting_files()
    daemon.socket.close()

    assert Document.objects.get(pk=good.pk).scan_state == ScanState.CLEAN
    assert set(scanning.waiting()) == {gone, slow}


def test_a_scanner_that_hangs_keeps_nobody_for_long(clamav, monkeypatch):
    monkeypatch.setattr(scanning, "PATIENCE", 1.0)
    clamav.hangs_on = PDF

    assert scan(PDF) == ScanState.PENDING


def test_a_scanner_that_answers_before_all_is_sent_is_understood(clamav):
    clamav.too_large = True

    assert scan(b"x" * 20_000_000) == ScanState.UNREADABLE


@pytest.mark.parametrize("said", [b"Can't allocate memory. ERROR\0", b"stream: OK", b"stream: X FOU"])
def test_the_scanners_own_trouble_is_no_verdict(clamav, said):
    clamav.says = said

    assert scan(PDF) == ScanState.PENDING


def test_a_file_is_asked_about_once_at_the_form_and_when_it_is_kept(case, cast, clamav):
    upload = SimpleUploadedFile("letter.pdf", PDF)
    check_upload(upload)
    clamav.says = b"stream: Win.Test FOUND\0"

    document = store_document(case, upload, by=cast.bum, title="Letter", thing=Thing.PANEL_LETTERS)

    assert document.scan_state == ScanState.CLEAN
    assert clamav.received == [PDF]


def test_the_service_says_since_when_a_file_waits(case, cast, settings, tmp_path, sign_in):
    page = reverse("desk:health")
    settings.CLAMD_SOCKET = str(tmp_path / "nobody-there")
    assert scanning.oldest_unchecked() is None

    document = stored(case, cast)
    Document.objects.filter(pk=document.pk).update(created_at=clock.now() - dt.timedelta(hours=3))

    text = sign_in(cast.bum).get(page).content.decode()
    assert "File that has waited longest for its virus check" in text
    assert "3 hours, which is too long" in text


def test_a_scanner_that_hangs_up_is_one_that_does_not_answer(clamav):
    clamav.says = b""

    assert scan(PDF) == ScanState.PENDING


def test_the_demonstration_knows_the_harmless_test_file(settings):
    settings.DEMO = True

    assert scan(PDF) == ScanState.CLEAN
    with pytest.raises(FileRefused, match="A virus was found"):
        check_upload(SimpleUploadedFile("note.txt", TEST_FILE))


def test_without_a_scanner_a_file_says_that_it_was_not_checked(case, cast):
    assert stored(case, cast).scan_state == ScanState.NO_SCANNER


# Passwords


def pdf_with(*, user: str, owner: str) -> bytes:
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt(user, owner, algorithm="AES-256")
    writer.write(out)
    return out.getvalue()


def test_a_pdf_that_asks_for_a_password_is_refused():
    with pytest.raises(FileRefused, match="protected by a password"):
        kind_of(pdf_with(user="secret", owner="owner"), "report.pdf")


def test_a_pdf_that_only_forbids_printing_is_taken():
    assert kind_of(pdf_with(user="", owner="owner"), "report.pdf") == "pdf"


def test_a_word_document_behind_a_password_is_refused():
    sealed = b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")

    with pytest.raises(FileRefused, match="protected by a password"):
        kind_of(sealed, "return.docx")


@pytest.mark.parametrize(
    "broken",
    [
        b"/Encrypt",
        b"trailer << /Encrypt 9 0 R >> startxref 0",
        b"9 0 obj 9 0 R endobj\ntrailer<</Encrypt 9 0 R>>\nstartxref\n0\n%%EOF",
        b"xref\n0 130000000000\ntrailer<</Encrypt 9 0 R>>\nstartxref\n9\n%%EOF",
    ],
)
def test_a_pdf_whose_lock_cannot_be_read_is_refused(broken):
    with pytest.raises(FileRefused, match="protected by a password"):
        kind_of(b"%PDF-1.7\n" + broken, "report.pdf")
