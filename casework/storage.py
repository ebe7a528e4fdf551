"""Where case files lie: sealed, under random names, with no public address."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.deconstruct import deconstructible

from casework.encryption import open_sealed, seal


def case_storage() -> Storage:
    """The storage of every case file."""
    return storages["case"]


@deconstructible
class EncryptedFileStorage(FileSystemStorage):
    """Keeps each file sealed for its own name; `open` gives the bytes back whole, in memory.

    Uploads are bounded (casework.files.LARGEST), so no streaming is needed.
    """

    def _save(self, name: str, content: File[Any]) -> str:
        content.seek(0)
        return super()._save(name, ContentFile(seal(content.read(), place=f"file:{name}")))  # type: ignore[misc]

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        with super()._open(name, "rb") as sealed:  # type: ignore[misc]
            return ContentFile(open_sealed(sealed.read(), place=f"file:{name}"), name=name)

    def sealed_bytes(self, name: str) -> bytes:
        """The stored bytes as they lie on the disk."""
        with super()._open(name, "rb") as sealed:  # type: ignore[misc]
            return sealed.read()

    def url(self, name: str | None) -> str:
        raise ValueError("Case files have no address; they are served through the checking view.")
