"""The second step of signing in: who needs which, and whether this session has taken it (docs/adr/0007).

Everybody proves two things. Whoever has an authenticator app or a passkey is asked for it; whoever has none
is sent a code by e-mail. For people who only refer or answer one request the code is enough; everyone else
sets up an app or a passkey before seeing any other page.
"""

from __future__ import annotations

from typing import Final

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from accounts.db import memberships_of
from accounts.models import User
from accounts.roles import GUEST

SECOND_STEP: Final = "second_step"
EMAIL_CODE: Final = "email_code"
AUTHENTICATOR: Final = "authenticator"

# Recovery codes stand in for one of these; they are not a second step of their own.
_KINDS: Final = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def signed_in(request: HttpRequest) -> User:
    """The person of a page that nobody sees without signing in."""
    assert isinstance(request.user, User)
    return request.user


def has_passed_second_step(request: HttpRequest) -> bool:
    """Whether this session has taken the step that its person's roles ask for today."""
    step = request.session.get(SECOND_STEP)
    return bool(step) and (step != EMAIL_CODE or not needs_authenticator(signed_in(request)))


def needs_authenticator(user: User) -> bool:
    """Whether a code by e-mail is too little: the person reads other agencies' material, or administers."""
    return user.is_staff or any(membership.role not in GUEST for membership in memberships_of(user))


def has_authenticator(user: User) -> bool:
    """Whether the person has set up an authenticator app or a passkey."""
    return bool(is_mfa_enabled(user, _KINDS))


def step_taken(request: HttpRequest, user: User) -> str:
    """The strongest second step taken while signing in, or the empty string."""
    methods = {record["method"] for record in get_authentication_records(request, user)}
    if "mfa" in methods:
        return AUTHENTICATOR
    return EMAIL_CODE if "code" in methods else ""


def pass_second_step(request: HttpRequest, step: str) -> None:
    """Remember in the session which step was taken."""
    request.session[SECOND_STEP] = step
