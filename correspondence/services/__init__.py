"""Telling people: the e-mails of the service, and the notices given outside it."""

from correspondence.services.messages import queue, resend, settle
from correspondence.services.notices import noticed, record_notice, record_reply

__all__ = ["noticed", "queue", "record_notice", "record_reply", "resend", "settle"]
