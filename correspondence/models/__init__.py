from correspondence.models.messages import Message, MessageState
from correspondence.models.notices import How, Notice, NoticeSubject, Recipient

__all__ = ["How", "Message", "MessageState", "Notice", "NoticeSubject", "Recipient"]
