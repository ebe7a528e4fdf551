"""Taking in, keeping and giving out the files of a case."""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
from io import BytesIO
from typing import IO, Any, Final, NamedTuple

import puremagic
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from pypdf import PdfReader

from accounts.access_table import Thing
from accounts.models import Agency, User
from casework import audit
from casework.encryption import key_id_of
from casework.models import Case, Document, ScanState
from casework.scanning import scan
from casework.storage import EncryptedFileStorage
from lcspr import clock

LARGEST: Final = 25 * 1024 * 1024

# What agencies really send, by what the bytes are, not by what the name says.
KINDS: Final[dict[str, tuple[str, str]]] = {
    "pdf": ("application/pdf", "PDF"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word document"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel workbook"),
    "png": ("image/png", "PNG picture"),
    "jpg": ("image/jpeg", "JPEG picture"),
    "msg": ("application/vnd.ms-outlook", "Outlook message"),
    "eml": ("message/rfc822", "e-mail message"),
    "txt": ("text/plain", "text file"),
}


_LOCKED: Final = (
    "The file is protected by a password, or damaged. Open it yourself, save it without a password and send that: "
    "it is kept encrypted here."
)
# Where an upload carries what was found out about it.
_FOUND: Final = "_examined_as"
# The older container of Office files, and the stream in it that holds a newer one under a password.
_COMPOUND: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED_OFFICE: Final = "EncryptedPackage".encode("utf-16-le")


class FileRefused(Exception):
    """A file that cannot be taken in; its text is the sentence for the person."""


def kind_of(content: bytes, filename: str) -> str:
    """The kind of a file by its content, one of KINDS; raises FileRefused with what to do."""
    named = filename.rsplit(".", 1)[-1].lower() if "." in filename else ""
    found = _recognise(content)
    if found is None and named in {"txt", "eml"} and _is_text(content):
        found = named
    if found is None:
        raise FileRefused(
            "This kind of file cannot be taken. Send a PDF, a Word document, an Excel workbook, a picture or a saved e-mail."
        )
    expected = {"jpeg": "jpg"}.get(named, named)
    if expected in KINDS and expected != found:
        raise FileRefused(
            f"The file is named .{named} but is a {KINDS[found][1]}. Save it again and send that."
        )
    return found


def _recognise(content: bytes) -> str | None:
    if content.startswith(b"%PDF-"):
        if _asks_for_a_password(content):
            raise FileRefused(_LOCKED)
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return _office_kind(content)
    if content.startswith(_COMPOUND) and _ENCRYPTED_OFFICE in content:
        raise FileRefused(_LOCKED)
    try:
        extension = puremagic.from_string(content).lstrip(".")
    except (puremagic.PureError, ValueError):
        return None
    extension = {"jpeg": "jpg", "jfif": "jpg"}.get(extension, extension)
    return extension if extension in {"png", "jpg", "msg"} else None


def _asks_for_a_password(content: bytes) -> bool:
    """Whether a PDF cannot be read without a password; one that only forbids printing can."""
    if b"/Encrypt" not in content:
        return False
    try:
        reader = PdfReader(BytesIO(content))
        return reader.is_encrypted and not reader.decrypt("")
    except Exception:  # noqa: BLE001
        # The reader raises all kinds over a file that is broken, by accident or on purpose.
        return True


def _office_kind(content: bytes) -> str | None:
    try:
        names = zipfile.ZipFile(BytesIO(content)).namelist()
    except zipfile.BadZipFile as error:
        raise FileRefused("The file is damaged and cannot be opened. Save it again and send that.") from error
    if any(name.endswith("vbaProject.bin") for name in names):
        raise FileRefused("The file contains macros. Save it without macros and send that.")
    if any(name.startswith("word/") for name in names):
        return "docx"
    return "xlsx" if any(name.startswith("xl/") for name in names) else None


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "\x00" not in text


def check_upload(upload: UploadedFile[Any]) -> str:
    """The kind of an uploaded file when it may be taken; raises FileRefused with the sentence to show."""
    _check_size(upload)
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    return _examined(upload, content).kind


class _Examined(NamedTuple):
    kind: str
    state: ScanState


def _examined(upload: Any, content: bytes) -> _Examined:
    """What a file is and what the virus scanner says, found out once: at the form, and known when it is kept."""
    found: _Examined | None = getattr(upload, _FOUND, None)
    if found is None:
        found = _Examined(kind_of(content, str(getattr(upload, "name", "") or "file")), _scanned(content))
        with contextlib.suppress(AttributeError):
            setattr(upload, _FOUND, found)
    return found


def _check_size(upload: UploadedFile[Any]) -> None:
    size = upload.size or 0
    if size == 0:
        raise FileRefused("The file is empty. Choose another file.")
    if size > LARGEST:
        raise FileRefused(
            f"The file is larger than {LARGEST // 1024 // 1024} MB. Make it smaller or send it in parts."
        )


def _scanned(content: bytes) -> ScanState:
    """What the virus scanner says, where it does not say no."""
    state = scan(content)
    if state == ScanState.INFECTED:
        raise FileRefused(
            "A virus was found in this file, and it was not kept. Tell your IT service, and send a clean copy."
        )
    if state == ScanState.UNREADABLE:
        raise FileRefused("The virus scanner cannot take a file of this size. Send it in parts.")
    return state


@transaction.atomic
def store_document(
    case: Case,
    upload: File[Any] | IO[bytes],
    *,
    by: User,
    title: str,
    thing: Thing,
    agency: Agency | None = None,
) -> Document:
    """Keep a file with a case; raises FileRefused when it is empty, too large or of a kind not taken.

    It waits, unopened, where a virus scanner is set up and does not answer (scan state `pending`).
    """
    name = str(getattr(upload, "name", "") or "file")
    if isinstance(upload, UploadedFile):
        _check_size(upload)
    upload.seek(0)
    content = upload.read()
    kind, state = _examined(upload, content)
    document = Document(
        case=case,
        title=title,
        thing=thing,
        agency=agency,
        original_name=name.rsplit("/", 1)[-1][:255],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content_type=KINDS[kind][0],
        scan_state=state,
        scanned_at=clock.now() if state == ScanState.CLEAN else None,
        uploaded_by=by,
    )
    document.file.save("file", ContentFile(content), save=False)
    storage = document.file.storage
    assert isinstance(storage, EncryptedFileStorage)
    document.key_id = key_id_of(storage.sealed_bytes(str(document.file.name)))
    document.save()
    audit.record("document_added", by=by, case=case, about=document, words=f"Added “{title}”")
    return document
