"""How django-allauth signs people in here: by invitation, in two steps, and never in silence."""

from __future__ import annotations

import logging
import secrets
from smtplib import SMTPException
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login, get_pending_stage
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.events import Verb, note
from accounts.models import User
from accounts.second_step import (
    has_authenticator,
    has_passed_second_step,
    pass_second_step,
    signed_in,
    step_taken,
)
from accounts.services import tell_business_managers

log = logging.getLogger(__name__)

# What allauth tells the owner of an account about, in the words of the record and of the managers' notice.
CHANGES: Final = {
    "account/email/password_changed": "the password was changed",
    "account/email/password_reset": "the password was set anew through a link by e-mail",
    "account/email/password_set": "a password was set",
    "account/email/email_changed": "the e-mail address was changed",
    "account/email/email_deleted": "an e-mail address was removed",
    "mfa/email/totp_activated": "an authenticator app was set up",
    "mfa/email/totp_deactivated": "the authenticator app was removed",
    "mfa/email/webauthn_added": "a passkey was added",
    "mfa/email/webauthn_removed": "a passkey was removed",
    "mfa/email/recovery_codes_generated": "new recovery codes were made",
    "socialaccount/email/account_connected": "an organisation’s sign-in was connected",
    "socialaccount/email/account_disconnected": "an organisation’s sign-in was disconnected",
}

# Refusals that mean somebody tried and failed to prove who they are.
_FAILED_TRIES: Final = {
    "incorrect_code": "Gave a wrong code",
    "incorrect_password": "Gave a wrong password",
    "too_many_login_attempts": "Was stopped after too many tries",
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation only; the system's own account never signs in."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed.",
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "incorrect_code": "The code is not right. Check it and try again.",
        "incorrect_password": "The password is not right.",
        "too_many_login_attempts": "Too many tries. Wait a few minutes, then try again.",
        "rate_limited": "Too many requests. Wait a few minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        if user.is_system or not user.is_active:
            note(request, Verb.SIGN_IN_FAILED, user, "Tried to sign in to a closed account")
            clear_login(request)
            return self.respond_user_inactive(request, user)
        # Every code is five more guesses for whoever knows the password, so the codes are rationed.
        if not has_authenticator(user) and not ratelimit.consume(
            request, action="request_login_code", key=str(user.pk)
        ):
            note(request, Verb.SIGN_IN_FAILED, user, "Was stopped after asking for too many codes")
            return self._back_to_sign_in("Too many codes were sent. Wait an hour, then sign in again.")
        return super().pre_login(request, user, **kwargs)

    def is_login_by_code_required(self, login: Any) -> bool:
        """Ask for a code by e-mail, as second step, of everyone who has no authenticator."""
        return login.user is not None and not has_authenticator(login.user)

    def generate_login_code(self) -> str:
        return f"{secrets.randbelow(10**6):06d}"

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        step = step_taken(request, user)
        pass_second_step(request, step)
        note(request, Verb.SIGNED_IN, user, "Signed in", second_step=step)
        return super().post_login(request, user, **kwargs)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # Only an address we know is recorded: people type passwords into the wrong box.
        user = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
        note(request, Verb.SIGN_IN_FAILED, user, "Gave a wrong e-mail address or password")

    def logout(self, request: HttpRequest) -> None:
        note(request, Verb.SIGNED_OUT, signed_in(request), "Signed out")
        super().logout(request)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if words := _FAILED_TRIES.get(code):
            note(self.request, Verb.SIGN_IN_FAILED, _who_tries(self.request), words)
        return super().validation_error(code, *args)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        # Setting up the first authenticator follows straight on signing in: nothing else could be opened.
        if app == "allauth.mfa" and not has_passed_second_step(self.request):
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send now, past the queue: somebody waits for the code or the link at the screen."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError) as failure:
            log.exception("An e-mail about an account could not be sent")
            if template_prefix in CHANGES:
                return  # The change stands, and the page must not say that it failed.
            sentence = "We could not send you an e-mail just now. Try again in a few minutes."
            raise ImmediateHttpResponse(self._back_to_sign_in(sentence)) from failure

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell of a change already made: the owner, the business managers, and the record."""
        what = CHANGES.get(template_prefix, "the account was changed")
        note(self.request, Verb.ACCOUNT_CHANGED, user, f"{what[0].upper()}{what[1:]}")
        tell_business_managers(user, what=what)
        super().send_notification_mail(template_prefix, user, context, email)

    def _back_to_sign_in(self, sentence: str) -> HttpResponse:
        self.add_message(self.request, messages.ERROR, message=sentence)
        return redirect("account_login")


class MFAAdapter(DefaultMFAAdapter):
    """The second step, with wrong codes noted like wrong passwords."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"]
    }

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if words := _FAILED_TRIES.get(code):
            note(self.request, Verb.SIGN_IN_FAILED, _who_tries(self.request), words)
        return super().validation_error(code, *args)


def _who_tries(request: HttpRequest) -> User | None:
    """The person signed in, or half signed in; None when we do not know."""
    if request.user.is_authenticated:
        return request.user
    stage = get_pending_stage(request)
    return stage.login.user if stage else None
