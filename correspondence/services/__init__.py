"""Telling people: the e-mails of the service, and the notices given outside it."""

from correspondence.services.bounces import other_routes, record_bounce, sent_to
from correspondence.services.choices import choose_emails, wants_daily
from correspondence.services.digests import forget, held_about, send_digests
from correspondence.services.files import tell_of_closed_file
from correspondence.services.messages import Letter, queue, queue_all, resend, settle
from correspondence.services.notices import noticed, record_notice, record_reply

__all__ = [
    "Letter",
    "choose_emails",
    "forget",
    "held_about",
    "noticed",
    "other_routes",
    "queue",
    "queue_all",
    "record_bounce",
    "record_notice",
    "record_reply",
    "resend",
    "send_digests",
    "sent_to",
    "settle",
    "tell_of_closed_file",
    "wants_daily",
]
