"""The post of the demonstration: every e-mail this machine would have sent, for whoever plays the part."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

MOST: Final = 30

# What Django's file backend writes after each message.
_RULE: Final = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True)
class Letter:
    """One e-mail as it left."""

    to: str
    subject: str
    body: str
    sent: str


# Without signing in: the code by e-mail that the second step asks for is read here.
@method_decorator([login_not_required, never_cache], name="dispatch")
class PostView(TemplateView):
    template_name = "correspondence/demo_post.html"
    page_title = "Post of the demonstration"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        folder = getattr(settings, "MAIL_FOLDER", "")
        return {"letters": recent(Path(folder)) if folder else [], **super().get_context_data(**kwargs)}


def recent(folder: Path) -> list[Letter]:
    """The last e-mails kept in a folder, newest first."""
    files = heapq.nlargest(MOST, folder.glob("*.log"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    letters = [letter for file in files for letter in reversed(list(_letters_in(file)))]
    return letters[:MOST]


def _letters_in(file: Path) -> Iterator[Letter]:
    for part in file.read_bytes().split(_RULE):
        if part.strip():
            try:
                yield _letter(message_from_bytes(part.lstrip(b"\n"), policy=default))
            except (MessageError, LookupError, KeyError):
                # Half written by a process that was stopped.
                continue


def _letter(message: EmailMessage) -> Letter:
    text = message.get_body(preferencelist=("plain",))
    return Letter(
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        body=text.get_content() if text is not None else "",
        sent=str(message["Date"] or ""),
    )
