from correspondence.models.messages import (
    Bounce,
    EmailChoice,
    EventKind,
    Message,
    MessageEvent,
    MessageState,
)
from correspondence.models.notices import How, Notice, NoticeSubject, Recipient

__all__ = [
    "Bounce",
    "EmailChoice",
    "EventKind",
    "How",
    "Message",
    "MessageEvent",
    "MessageState",
    "Notice",
    "NoticeSubject",
    "Recipient",
]
