"""System check: an e-mail that could carry a name or a word of the case does not start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from correspondence.emails import FOLDER, described, forbidden, load, templates


@register()
def emails_carry_no_content(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse templates that ask for more than an e-mail may say, or have no subject."""
    found: list[CheckMessage] = []
    for name in templates():
        template = load(name)
        wrong = forbidden(template)
        if not str(template.source).startswith("Subject: "):
            wrong.append("the first line must begin with “Subject: ”.")
        found += [Error(f"{FOLDER}/{name}.txt: {each}", id="correspondence.E001") for each in wrong]
    return found


@register()
def emails_say_what_they_are_for(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse templates of which a business manager could not read what they are for and whom they reach."""
    told = {name: described(load(name)) for name in templates()}
    return [
        Error(
            f"{FOLDER}/{name}.txt: say “{{# For: … #}}” and “{{# To: … #}}” on lines of their own.",
            id="correspondence.E002",
        )
        for name, description in told.items()
        if not (description.purpose and description.reaches)
    ]
