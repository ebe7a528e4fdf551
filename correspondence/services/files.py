"""What is said of a file that the virus scanner refuses once it was kept."""

from __future__ import annotations

from typing import Final

from accounts.db import system_user
from accounts.roles import BUSINESS_UNIT
from casework.models import Document, ScanState
from casework.permissions import holders
from correspondence.emails import when
from correspondence.models import Message
from correspondence.services.messages import queue

_TO_DO: Final = {
    ScanState.INFECTED: "Send a clean copy of the file of {when}: a virus was found in it. Tell your IT service",
    ScanState.UNREADABLE: "Send in parts the file of {when}: the virus scanner cannot take one of this size",
}


def tell_of_closed_file(document: Document) -> list[Message]:
    """Tell whoever sent it, and the business unit, that a file opens to nobody and is to be sent again; once.

    It is named by when it was sent, to the minute in London: its title may hold a name. Raises KeyError for a file
    that the scanner has not refused.
    """
    return queue(
        "file_closed",
        case=document.case,
        to=[document.uploaded_by, *holders(document.case, BUSINESS_UNIT)],
        by=system_user(),
        about=document,
        task=_TO_DO[ScanState(document.scan_state)].format(when=when(document.created_at)),
        key=f"closed-file:{document.pk}",
    )
