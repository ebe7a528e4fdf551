"""What is said of a file that the virus scanner did not let in once it was kept."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from accounts.db import system_user
from accounts.roles import BUSINESS_UNIT
from casework.models import Document, ScanState
from casework.permissions import holders
from correspondence.models import Message
from correspondence.services.messages import queue
from govuk.dates import clock_text, date_text

_FOUND: Final = {
    ScanState.INFECTED: "a virus was found in it",
    ScanState.UNREADABLE: "the virus scanner cannot take it",
}


def tell_of_closed_file(document: Document) -> list[Message]:
    """Tell whoever sent it, and the business unit, that a file opens to nobody and is to be sent again.

    It is named by when it was sent, to the minute in London: its title may hold a name. Raises KeyError for a file
    that the scanner has not refused.
    """
    at = timezone.localtime(document.created_at, timezone.get_default_timezone())
    return queue(
        "file_closed",
        case=document.case,
        to=[document.uploaded_by, *holders(document.case, BUSINESS_UNIT)],
        by=system_user(),
        about=document,
        task=f"The file sent on {date_text(at.date())} at {clock_text(at.time())}: {_FOUND[ScanState(document.scan_state)]}",
        key=f"closed-file:{document.pk}",
    )
