"""Keeping what somebody sends after their session ended, until they have signed in again: a time-out costs no word.

A computer may be shared, so what is kept belongs to the person whose session it was that ended. The old session's
row says who that was; where it says nothing, nothing is kept. It is sealed for that person alone, and whoever
else signs in next makes it vanish unread.
"""

from __future__ import annotations

import base64
from typing import Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest, QueryDict

from accounts.models import User
from casework.encryption import CannotOpen, open_sealed, seal

_KEY: Final = "typed_before_sign_in"
_WAS: Final = "signed_in_before"
# Longer than any form of ours filled to its limits is likely to be; more is not taken from somebody unknown.
_MOST: Final = 1024 * 1024


def keep(request: HttpRequest) -> None:
    """Seal the form that was sent into the session that signing in will begin; files are not kept."""
    typist = _typist(request)
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    text = typed.urlencode().encode()
    if typist and typed and len(text) <= _MOST:
        sealed = base64.b64encode(seal(text, place=_place(typist))).decode()
        request.session[_KEY] = {"path": request.path, "by": typist, "typed": sealed}


def remember(request: HttpRequest) -> None:
    """Note whose session ended, for another page of theirs may still be open in the same browser."""
    if typist := _typist(request):
        request.session[_WAS] = typist


def take(request: HttpRequest) -> QueryDict | None:
    """What the person asking had typed into this very page, once; None when there is nothing of theirs."""
    drop_if_anothers(request)
    kept = request.session.get(_KEY)
    if request.method != "GET" or not kept or kept["path"] != request.path:
        return None
    del request.session[_KEY]
    try:
        return QueryDict(open_sealed(base64.b64decode(kept["typed"]), place=_place(kept["by"])).decode())
    except CannotOpen:
        return None


def drop_if_anothers(request: HttpRequest) -> None:
    """Forget what was kept, unread, once somebody else has signed in here."""
    kept = request.session.get(_KEY)
    if kept and isinstance(request.user, User) and kept.get("by") != str(request.user.pk):
        del request.session[_KEY]


def _typist(request: HttpRequest) -> str:
    """The key of the person whose session ended; empty when nothing tells any more, as after signing out.

    The form itself passed the check against forgery, whose secret changes with every signing in: so it was drawn
    in the session named here, and not in an earlier person's.
    """
    ended = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    row = Session.objects.filter(session_key=ended).first() if ended else None
    said = row.get_decoded() if row else {}
    return str(said.get(SESSION_KEY) or said.get(_WAS) or "")


def _place(typist: str) -> str:
    return f"session.typed:{typist}"
