"""Recording what is read, before it is sent: no record, no page (architecture §5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import HttpRequest

from casework import audit
from casework.audit import Verb
from casework.models import Case


@dataclass(frozen=True)
class Read:
    """One thing a page is about to show."""

    verb: str
    case: Case | None
    about: models.Model | None
    words: str
    details: dict[str, Any]


def note_read(
    request: HttpRequest,
    *,
    case: Case | None,
    about: models.Model | None = None,
    verb: str = Verb.READ,
    words: str = "",
    **details: Any,
) -> None:
    """Have this read written, in a short transaction of its own, before the response leaves."""
    _reads(request).append(Read(verb, case, about, words, details))


def write_reads(request: HttpRequest) -> None:
    """Write what `note_read` collected."""
    user = request.user if request.user.is_authenticated else None
    for read in _reads(request):
        audit.record(read.verb, by=user, case=read.case, about=read.about, words=read.words, **read.details)


def has_reads(request: HttpRequest) -> bool:
    return bool(getattr(request, "reads", None))


def count_reads(request: HttpRequest) -> int:
    return len(_reads(request))


def forget_reads(request: HttpRequest, *, after: int) -> None:
    """Drop what was noted since there were `after` of them: the page they were noted for was never made."""
    del _reads(request)[after:]


def _reads(request: HttpRequest) -> list[Read]:
    reads: list[Read] | None = getattr(request, "reads", None)
    if reads is None:
        reads = []
        request.reads = reads  # type: ignore[attr-defined]
    return reads
