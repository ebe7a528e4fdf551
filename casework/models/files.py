"""Files of a case; their bytes are encrypted in the case storage and served only through the checking view."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.access_table import OTHERS_OF, Thing
from accounts.constraints import one_of
from accounts.models import Agency, User
from casework.models.record import CaseRecord, CaseRecordQuerySet
from casework.storage import case_storage


class ScanState(models.TextChoices):
    PENDING = "pending", "Waiting to be checked for viruses"
    CLEAN = "clean", "Checked for viruses"
    INFECTED = "infected", "Infected: cannot be opened"
    UNREADABLE = "unreadable", "Could not be checked"
    NO_SCANNER = "no_scanner", "Not checked: no virus scanner is set up"


OPENABLE = frozenset({ScanState.CLEAN, ScanState.NO_SCANNER})


class DocumentQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> DocumentQuerySet:
        """Documents whose own line of the access table lets `user` read them."""
        readable = self.none()
        for thing in Thing:
            rows = self.filter(thing=thing).with_right(user, "R", thing, OTHERS_OF.get(thing))  # type: ignore[arg-type]
            readable = readable | rows
        return readable


def random_name(document: Document, filename: str) -> str:
    """A random name: neither the file's own name nor anything of the case shows in the storage."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


class Document(CaseRecord):
    """One uploaded or produced file: what it is, whose it is, and what was found inside."""

    owned_by_agency = "agency"

    title = models.CharField(max_length=200)
    thing = models.CharField("kind, for access", max_length=30, choices=Thing.choices)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    file = models.FileField(storage=case_storage, upload_to=random_name, max_length=80)
    original_name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField("size in bytes")
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    key_id = models.CharField(max_length=20)
    scan_state = models.CharField(max_length=12, choices=ScanState.choices, default=ScanState.PENDING)
    scanned_at = models.DateTimeField(null=True, blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="supersedes"
    )

    objects: ClassVar[Any] = DocumentQuerySet.as_manager()

    class Meta(CaseRecord.Meta):
        ordering = ["-created_at"]
        constraints = [
            one_of("thing", Thing),
            one_of("scan_state", ScanState),
            models.CheckConstraint(condition=Q(size__gt=0), name="casework_document_not_empty"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def can_be_opened(self) -> bool:
        return self.scan_state in OPENABLE

    @property
    def download_name(self) -> str:
        """The name a download is given: reference, key and kind; the uploaded name may name a child."""
        extension = self.original_name.rsplit(".", 1)[-1].lower() if "." in self.original_name else "bin"
        return f"{self.case.reference}-{str(self.pk)[:8]}.{extension}"
