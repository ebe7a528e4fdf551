"""Identity is sealed and found by its indexes; files are sealed, checked and never named."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from factories import CaseFactory, subject_of

from accounts.access_table import Thing
from casework import encryption
from casework.files import FileRefused, kind_of, store_document
from casework.models import Document, Person, ScanState
from casework.people import correct_identity, indexes_of

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def case(cast):
    return CaseFactory(partnership=cast.partnership)


def raw(table: str, column: str) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return [bytes(value) for (value,) in cursor.fetchall() if value is not None]


def test_identity_reads_back_and_lies_sealed(case):
    subject_of(
        case, forenames="Zoë", surname="O’Example", born_on=dt.date(2021, 2, 3), nhs_number="943 476 5919"
    )

    person = Person.objects.get()
    assert (person.full_name, person.born_on, person.nhs_number) == (
        "Zoë O’Example",
        dt.date(2021, 2, 3),
        "943 476 5919",
    )
    stored = b"".join(
        raw("casework_person", column)[0] for column in ("forenames", "surname", "born_on", "nhs_number")
    )
    assert b"Example" not in stored
    assert b"2021" not in stored


def test_equal_values_are_sealed_differently_but_indexed_alike(case):
    subject_of(case, label="Twin 1", forenames="Ada")
    subject_of(case, label="Twin 2", forenames="Ada")

    first, second = raw("casework_person", "forenames")
    assert first != second
    assert len(set(Person.objects.values_list("born_index", flat=True))) == 1


def test_a_value_moved_to_another_column_does_not_open(case):
    sealed = encryption.seal(b"secret", place="casework_person.surname")

    assert encryption.open_sealed(sealed, place="casework_person.surname") == b"secret"
    with pytest.raises(encryption.CannotOpen):
        encryption.open_sealed(sealed, place="casework_person.address")


def test_an_altered_value_does_not_open():
    sealed = bytearray(encryption.seal(b"secret", place="here"))
    sealed[-1] ^= 1

    with pytest.raises(encryption.CannotOpen):
        encryption.open_sealed(bytes(sealed), place="here")


def test_a_rotated_key_ring_still_opens_what_older_keys_sealed(settings):
    old = encryption.seal(b"secret", place="here")
    newer = "k2:" + "B" * 43 + "="
    settings.FIELD_KEYS = f"{newer},{settings.FIELD_KEYS}"

    assert encryption.open_sealed(old, place="here") == b"secret"
    assert encryption.key_id_of(encryption.seal(b"secret", place="here")) == "k2"
    settings.FIELD_KEYS = newer
    with pytest.raises(encryption.CannotOpen):
        encryption.open_sealed(old, place="here")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"forenames": "Katherine", "surname": "Smyth"}, {"forenames": "Smith", "surname": "Kate"}),
        ({"surname": "Nowak-Jones"}, {"surname": "Jones"}),
        ({"forenames": "José"}, {"forenames": "Jose"}),
    ],
)
def test_names_that_sound_alike_share_an_index(case, one, other):
    blank = {"forenames": "", "surname": "", "born_on": None}

    first = indexes_of(Person(case=case, **{**blank, **one}))["name_index"]
    second = indexes_of(Person(case=case, **{**blank, **other}))["name_index"]

    assert set(first) & set(second)


def test_a_birthday_with_day_and_month_swapped_shares_a_pair(case):
    first = indexes_of(Person(case=case, born_on=dt.date(2020, 3, 7)))["born_pairs_index"]
    second = indexes_of(Person(case=case, born_on=dt.date(2020, 7, 3)))["born_pairs_index"]

    assert set(first) & set(second)


def test_correcting_an_identity_moves_its_indexes(case):
    person = subject_of(case).person
    before = person.born_index

    corrected = correct_identity(person, born_on=dt.date(2019, 1, 1))

    assert corrected.born_index != before
    assert corrected.born_index == indexes_of(corrected)["born_index"]


def office(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PDF, "report.pdf", "pdf"),
        (office("word/document.xml"), "return.docx", "docx"),
        (office("xl/workbook.xml"), "chronology.xlsx", "xlsx"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "genogram.png", "png"),
        (b"Plain words", "note.txt", "txt"),
    ],
)
def test_what_agencies_send_is_recognised_by_its_content(content, name, kind):
    assert kind_of(content, name) == kind


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"MZ\x90\x00 a program", "report.pdf", "This kind of file cannot be taken"),
        (PDF, "report.docx", "is named .docx but is a PDF"),
        (office("word/document.xml", "word/vbaProject.bin"), "return.docx", "contains macros"),
        (b"PK\x03\x04 broken", "return.docx", "damaged"),
        (office("evil.sh"), "bundle.zip", "This kind of file cannot be taken"),
        (b"\xff\xfe\x00binary", "note.txt", "This kind of file cannot be taken"),
    ],
)
def test_other_files_are_refused_with_what_to_do(content, name, says):
    with pytest.raises(FileRefused, match=says):
        kind_of(content, name)


def test_empty_and_oversized_files_are_refused(cast, case, monkeypatch):
    with pytest.raises(FileRefused, match="empty"):
        store_document(
            case, SimpleUploadedFile("a.pdf", b""), by=cast.bum, title="Empty", thing=Thing.RR_REPORT
        )
    large = SimpleUploadedFile("a.pdf", PDF)
    large.size = 26 * 1024 * 1024
    with pytest.raises(FileRefused, match="larger than 25 MB"):
        store_document(case, large, by=cast.bum, title="Large", thing=Thing.RR_REPORT)
    assert list(Document.objects.all()) == []


def test_a_stored_file_is_sealed_under_a_random_name(cast, case):
    document = store_document(
        case,
        SimpleUploadedFile("Child Robin.pdf", PDF),
        by=cast.bum,
        title="Letter",
        thing=Thing.PANEL_LETTERS,
    )

    stored = document.file.storage.sealed_bytes(document.file.name)
    assert b"%PDF" not in stored
    assert "Robin" not in document.file.name
    assert document.file.open().read() == PDF
    assert (document.size, document.content_type, document.key_id) == (len(PDF), "application/pdf", "k1")
    assert document.scan_state == ScanState.NO_SCANNER
    assert "Robin" not in document.download_name
