"""Our words on the forms of django-allauth, which asks the same few things on many pages."""

from __future__ import annotations

from typing import Any

from django import forms, template

register = template.Library()

_LABELS = {
    "login": "E-mail address",
    "email": "E-mail address",
    "password": "Password",
    "oldpassword": "Current password",
    "password1": "New password",
    "password2": "New password again",
    "code": "Code",
    "name": "Name for this key",
    "passwordless": "Sign in with this key alone",
    "account": "Your account is connected to",
}
_HINTS = {
    "password": "",
    "oldpassword": "",
    "name": "So that you can tell it from others, for example “work telephone”",
    "passwordless": "Without a password. The key must check your finger, face or PIN",
}


@register.simple_tag
def in_our_words(*form_list: Any) -> str:
    """Relabel the fields of these forms, before anything is drawn from them."""
    for form in form_list:
        if isinstance(form, forms.BaseForm):
            for field in form:
                field.label = _LABELS.get(field.name, field.label)
                field.help_text = _HINTS.get(field.name, field.help_text)
    return ""
