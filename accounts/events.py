"""What happens to accounts, noted on the request for the record.

This app knows nothing of the record that stands above it: casework's middleware reads the notes when the
request ends and writes them down, those of a refused or failed request too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import TextChoices
from django.http import HttpRequest

from accounts.models import User


class Verb(TextChoices):
    SIGNED_IN = "signed_in", "Signed in"
    SIGNED_OUT = "signed_out", "Signed out"
    SIGN_IN_FAILED = "sign_in_failed", "Failed to sign in"
    ACCOUNT_CHANGED = "account_changed", "Changed an account"
    ADMINISTERED = "administered", "Administered"


@dataclass(frozen=True)
class AccountEvent:
    """One line for the record: who did it (None when nobody known did), the sentence, and plain values."""

    verb: str
    user: User | None
    words: str
    details: dict[str, Any] = field(default_factory=dict)


def note(request: HttpRequest, verb: str, user: User | None, words: str, **details: Any) -> None:
    """Put a line on the request; `words` and `details` carry no case content."""
    noted(request).append(AccountEvent(verb, user, words, details))


def noted(request: HttpRequest) -> list[AccountEvent]:
    """The lines put on this request so far."""
    events: list[AccountEvent] | None = getattr(request, "accounts_events", None)
    if events is None:
        events = []
        request.accounts_events = events  # type: ignore[attr-defined]
    return events
