"""Nobody gets past signing in on a password alone, and nobody without a role gets anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.db import memberships_of, remembering
from accounts.second_step import (
    AUTHENTICATOR,
    EMAIL_CODE,
    has_authenticator,
    has_passed_second_step,
    needs_authenticator,
    pass_second_step,
    signed_in,
)

ADDS: Final = {"mfa_activate_totp", "mfa_add_webauthn"}
REMOVES: Final = {"mfa_deactivate_totp", "mfa_remove_webauthn"}

# All that may be opened between the password and the second step.
WHILE_SETTING_UP: Final = ADDS | {
    "set_up_second_step",
    "account_logout",
    "healthz",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
}

# One's own account, which even a person whose roles have all ended may see and put right.
OWN_ACCOUNT: Final = ("account_", "mfa_", "socialaccount_", "profile", "set_up_second_step", "invitation")


class SecondFactorMiddleware:
    """Hold a signed-in session at the second step until it is taken."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with remembering():
            response = self.get_response(request)
        if request.method == "POST" and request.user.is_authenticated:
            _follow_set_up(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        # Public pages too: one of them may show more to somebody signed in.
        if not has_passed_second_step(request):
            return _hold(request)
        if not (_is_public(view) or memberships_of(signed_in(request)) or _open_without_role(request)):
            page = {"page_title": "You hold no role here at present"}
            return render(request, "accounts/no_role.html", page, status=403)
        return None


def _is_public(view: Callable[..., HttpResponse]) -> bool:
    return not getattr(view, "login_required", True)


def _hold(request: HttpRequest) -> HttpResponse | None:
    user = signed_in(request)
    if has_authenticator(user) or not needs_authenticator(user):
        # Begun before the authenticator was set up in another window, or before a role changed: allauth
        # asks for the right step at the next sign-in.
        get_adapter().logout(request)
        messages.info(request, "Sign in again: how you sign in has changed.")
        return redirect("account_login")
    return None if _name(request) in WHILE_SETTING_UP else redirect("set_up_second_step")


def _open_without_role(request: HttpRequest) -> bool:
    match = request.resolver_match
    administers = signed_in(request).is_staff and match is not None and match.app_name == "admin"
    return administers or _name(request).startswith(OWN_ACCOUNT)


def _follow_set_up(request: HttpRequest) -> None:
    """Setting up an authenticator proves that one has it; without the last one the step is to be taken anew."""
    if _name(request) in ADDS and has_authenticator(signed_in(request)):
        pass_second_step(request, AUTHENTICATOR)
    elif _name(request) in REMOVES and not has_authenticator(signed_in(request)):
        pass_second_step(request, EMAIL_CODE)


def _name(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.url_name or "") if match else ""
