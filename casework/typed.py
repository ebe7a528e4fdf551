"""Keeping what somebody sends after their session ended, until they have signed in again: a time-out costs no word."""

from __future__ import annotations

import base64
from typing import Final

from django.http import HttpRequest, QueryDict

from casework.encryption import CannotOpen, open_sealed, seal

_KEY: Final = "typed_before_sign_in"
_PLACE: Final = "session.typed"
# Longer than any form of ours filled to its limits is likely to be; more is not taken from somebody unknown.
_MOST: Final = 1024 * 1024


def keep(request: HttpRequest) -> None:
    """Seal the form that was sent into the session that signing in will begin; files are not kept."""
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    text = typed.urlencode().encode()
    if typed and len(text) <= _MOST:
        sealed = base64.b64encode(seal(text, place=_PLACE)).decode()
        request.session[_KEY] = {"path": request.path, "typed": sealed}


def take(request: HttpRequest) -> QueryDict | None:
    """What was kept of this very page, once; None when there is nothing."""
    kept = request.session.get(_KEY)
    if request.method != "GET" or not kept or kept["path"] != request.path:
        return None
    del request.session[_KEY]
    try:
        return QueryDict(open_sealed(base64.b64decode(kept["typed"]), place=_PLACE).decode())
    except CannotOpen:
        return None
