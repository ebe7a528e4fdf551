"""E-mails about accounts, sent straight after the commit.

They do not go through the queue of correspondence, which stands above this app; they carry no case content.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string


def send_after_commit(name: str, to: str, subject: str, **context: Any) -> None:
    """Send templates/accounts/emails/`name`.txt to one address once the act is committed.

    A mail server that does not answer undoes nothing: the failure is logged, and every such e-mail can be
    sent again or does without an answer.
    """

    def send() -> None:
        body = render_to_string(f"accounts/emails/{name}.txt", {"public_url": settings.PUBLIC_URL, **context})
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [to])

    transaction.on_commit(send, robust=True)
