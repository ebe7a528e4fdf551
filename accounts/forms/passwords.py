"""The password of an account that is being made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password

from accounts.models import User
from govuk import widgets
from govuk.forms import GovForm


class ChoosesPassword(GovForm):
    """A form by which somebody makes their account: their password is held against their `email` and name."""

    password = forms.CharField(
        label="Choose a password",
        error_messages={"required": "Enter a password"},
        help_text=" ".join(password_validators_help_texts()),
        strip=False,
        widget=widgets.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if password := answers.get("password"):
            try:
                validate_password(password, User(email=self.email, name=answers.get("name", "")))
            except forms.ValidationError as too_weak:
                self.add_error("password", too_weak)
        return answers
