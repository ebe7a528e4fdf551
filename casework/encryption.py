"""Sealing what identifies people, and finding it again without opening it (ADR 0006).

Values are AES-GCM under the first key of the ring in FIELD_KEYS; older keys still open what they sealed.
The associated data names table and column, so a value cannot be moved to another place. Blind indexes are
HMACs under INDEX_KEY.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

_FORMAT = b"\x01"
_NONCE = 12


class CannotOpen(Exception):
    """The key that sealed a value is not in the ring, or the value was altered."""


def key_ring() -> dict[str, AESGCM]:
    """The keys of FIELD_KEYS by name, newest first."""
    return _ring(settings.FIELD_KEYS)


@lru_cache(maxsize=4)
def _ring(written: str) -> dict[str, AESGCM]:
    """Made ready once: a search opens hundreds of values, and reading the keys took three quarters of each."""
    pairs = (entry.strip().split(":", 1) for entry in written.split(",") if entry.strip())
    return {name: AESGCM(base64.b64decode(key)) for name, key in pairs}


def seal(value: bytes, *, place: str) -> bytes:
    """Encrypt `value` for `place` ("table.column" or a storage name) under the newest key."""
    key_id, key = next(iter(key_ring().items()))
    nonce = os.urandom(_NONCE)
    name = key_id.encode()
    return _FORMAT + bytes([len(name)]) + name + nonce + key.encrypt(nonce, value, place.encode())


def open_sealed(sealed: bytes, *, place: str) -> bytes:
    """Decrypt what `seal` made for the same place; raises CannotOpen."""
    key_id, rest = _split(sealed)
    key = key_ring().get(key_id)
    if key is None:
        raise CannotOpen(f"The key “{key_id}” is not in FIELD_KEYS.")
    try:
        return key.decrypt(rest[:_NONCE], rest[_NONCE:], place.encode())
    except InvalidTag as error:
        raise CannotOpen("A sealed value was altered, or belongs elsewhere.") from error


def key_id_of(sealed: bytes) -> str:
    """The name of the key a value was sealed under."""
    return _split(sealed)[0]


def blind(value: str, *, kind: str) -> str:
    """The blind index of a normalised value; equal values of one kind have equal indexes."""
    digest = hmac.digest(base64.b64decode(settings.INDEX_KEY), f"{kind}:{value}".encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def _split(sealed: bytes) -> tuple[str, bytes]:
    if sealed[:1] != _FORMAT:
        raise CannotOpen("This is not a sealed value.")
    end = 2 + sealed[1]
    return sealed[2:end].decode(), sealed[end:]


class EncryptedTextField(models.BinaryField):  # type: ignore[type-arg]
    """Text kept sealed; the empty string is kept empty, so that “not given” needs no key."""

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_default(self) -> Any:
        return "" if not self.null else None

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None:
            return None
        return seal(self.to_text(value).encode(), place=self.place) if value != "" else b""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(value if prepared else self.get_prep_value(value), connection, True)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        sealed = bytes(value)
        return self.from_text(open_sealed(sealed, place=self.place).decode()) if sealed else ""

    def to_text(self, value: Any) -> str:
        return str(value)

    def from_text(self, text: str) -> Any:
        return text

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("Sealed values are not written out.")


class EncryptedDateField(EncryptedTextField):
    """A date kept sealed."""

    def to_text(self, value: Any) -> str:
        return value.isoformat() if isinstance(value, dt.date) else dt.date.fromisoformat(value).isoformat()

    def from_text(self, text: str) -> dt.date:
        return dt.date.fromisoformat(text)
