"""Proving an e-mail address before there is an account: a code of six figures, kept by allauth's own process.

What is said on the page is the same whoever has the address: somebody with an account is sent no code but the way to
sign in, and every code they might type is wrong. Only the owner of the mailbox learns which it was.
"""

from __future__ import annotations

import time
from typing import Any, Final, Self

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.models import Partnership, User
from accounts.rules import normal_address
from accounts.services.letters import send_after_commit

_STATE: Final = "proving_address"
_PROVEN: Final = "proven_address"
# From the right code to the end of the form that follows it.
_STANDS: Final = 30 * 60


class AddressProof(AbstractCodeVerificationProcess):
    """One address being proven in one session; `None` from `resume` when there is none, or it ran out."""

    def __init__(self, request: HttpRequest, state: dict[str, Any]) -> None:
        self.request = request
        super().__init__(
            max_attempts=settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS,
            timeout=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT,
            state=state,
        )

    @classmethod
    def begin(cls, request: HttpRequest, *, email: str, partnership: Partnership) -> Self | None:
        """Send a code to an address; None when too many were sent there, or asked for from here."""
        if not ratelimit.consume(request, action="get_in", key=email):
            return None
        forget_proof(request)
        process = cls(request, cls.initial_state(user=None, email=email))
        process.state["partnership"] = str(partnership.pk)
        process.send()
        process.persist()
        return process

    @classmethod
    def resume(cls, request: HttpRequest, partnership: Partnership) -> Self | None:
        """What was begun in this session for this partnership, while it lasts."""
        state = request.session.get(_STATE)
        if not state or state["partnership"] != str(partnership.pk):
            return None
        process = cls(request, state)
        return process if process.abort_if_invalid() else None

    @property
    def email(self) -> str:
        return str(self.state["email"])

    @property
    def can_resend(self) -> bool:
        return not self.is_resend_quota_reached(settings.ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND)

    def send(self) -> None:
        partnership = Partnership.objects.get(pk=self.state["partnership"])
        # A code is made for everybody, and sent to whoever has no account: both ways take the same time.
        code = get_adapter().generate_login_code()
        if User.objects.filter(email__iexact=self.email).exists():
            self.state["code"] = ""
            send_after_commit(
                "get_in_account", self.email, "You have an account already", partnership=partnership
            )
        else:
            self.state["code"] = code
            send_after_commit("get_in_code", self.email, "Your code", partnership=partnership, code=code)

    def resend(self) -> bool:
        """Send another code in place of the first; False when too many were sent."""
        if not (self.can_resend and ratelimit.consume(self.request, action="get_in", key=self.email)):
            return False
        self.record_resend()
        self.send()
        self.persist()
        return True

    def is_right(self, typed: str) -> bool:
        """Whether this is the code that was sent; spaces do not matter."""
        return bool(self.code) and constant_time_compare("".join(typed.split()), self.code)

    def finish(self) -> None:
        """Remember that the address is proven, in a session under a new key: nobody who knew the old one follows."""
        self.abort()
        self.request.session.cycle_key()
        self.request.session[_PROVEN] = {
            "email": self.email,
            "partnership": self.state["partnership"],
            "at": time.time(),
        }

    def persist(self) -> None:
        self.request.session[_STATE] = self.state

    def abort(self) -> None:
        self.request.session.pop(_STATE, None)


def proven_address(request: HttpRequest, partnership: Partnership) -> str:
    """The address that this session has proven for this partnership; empty when none.

    Whoever is signed in has proven their account's own.
    """
    if isinstance(request.user, User):
        return normal_address(request.user.email)
    proven = request.session.get(_PROVEN)
    if not proven or time.time() - proven["at"] > _STANDS or proven["partnership"] != str(partnership.pk):
        return ""
    return str(proven["email"])


def forget_proof(request: HttpRequest) -> None:
    """Begin anew: nothing is proven, no code is awaited."""
    for key in (_STATE, _PROVEN):
        request.session.pop(key, None)
