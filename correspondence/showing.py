"""E-mails as their pages show them: all there are, one with its blanks, and one as it would be written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from accounts.models import Partnership, User
from casework.models import Case, Stage
from correspondence.emails import Description, described, load, plain_text, templates, write
from correspondence.rules import next_morning
from lcspr import clock

TEMPLATE_COLUMNS: Final = [{"text": text} for text in ("E-mail", "This e-mail …", "It reaches")]

# The first word of a template's name is its subject.
_GROUPS: Final = {
    "referral": "Referrals",
    "criteria": "The criteria",
    "notification": "The notification",
    "agency": "Agencies’ information",
    "rapid": "The rapid review",
    "panel": "The National Panel’s letters",
    "decision": "Decisions, holds and declarations",
    "view": "Decisions, holds and declarations",
    "chronology": "Chronologies",
    "review": "The review",
    "publication": "Publication",
    "action": "Actions",
    "case": "Closing and reopening",
    "deadline": "Deadlines",
    "daily": "Deadlines",
}

# What stands in a blank of a template, as a reader is told it.
_BLANKS: Final = {
    "first_name": "first name of the reader",
    "reference": "case reference",
    "pseudonym": "pseudonym",
    "stage": "stage of the case",
    "task": "what is to be done",
    "due": "when it is due",
    "link": "address of the case in the service",
    "partnership": "name of the partnership",
    "lines": "one line for each message",
}

# Sent past the queue while somebody waits at the screen, or of an account and no case.
_SIGN_IN: Final = (
    (
        "Invitation",
        "invites a person to make an account and says which role they will hold",
        "the person invited",
    ),
    (
        "Your account was changed",
        "tells of a changed address, password or second step",
        "the account’s owner",
    ),
    (
        "An account in your partnership was changed",
        "tells of a changed address, password or second step of somebody whose role opens cases",
        "the business managers",
    ),
    ("Sign-in code", "gives the code for the second step of signing in", "the person signing in"),
    (
        "Confirm your address",
        "gives the code that proves an e-mail address",
        "the person whose address it is",
    ),
    ("Set a new password", "gives the link for setting a password", "the person who asked"),
)

_SAMPLE_TASK: Final = "Return your agency’s information"


@dataclass(frozen=True)
class Shown:
    """One template on its page."""

    code: str
    title: str
    description: Description
    subject: str
    body: str
    sample_subject: str
    sample_body: str


def template_groups() -> list[dict[str, Any]]:
    """Every e-mail about cases, by subject."""
    rows: dict[str, list[list[Any]]] = {name: [] for name in dict.fromkeys(_GROUPS.values())}
    for code in templates():
        template = load(code)
        told = described(template)
        rows.setdefault(_GROUPS.get(code.partition("_")[0], "Others"), []).append(
            [
                {
                    "text": _blanks(plain_text(template)[0]),
                    "href": reverse("correspondence:template", args=[code]),
                },
                told.purpose,
                told.reaches,
            ]
        )
    return [{"name": name, "rows": found} for name, found in rows.items() if found]


def sign_in_emails() -> list[list[str]]:
    """The e-mails about accounts, which carry nothing of any case."""
    return [list(row) for row in _SIGN_IN]


def template_page(code: str, reader: Any) -> Shown | None:
    """One template with its blanks named, and filled for an invented case; None if there is none of that name."""
    if code not in templates():
        return None
    template = load(code)
    subject, body = plain_text(template)
    sample_subject, sample_body = _written(code, _sample_case(), reader)
    return Shown(
        code=code,
        title=_blanks(subject),
        description=described(template),
        subject=_blanks(subject),
        body=_blanks(body),
        sample_subject=sample_subject,
        sample_body=sample_body,
    )


def preview(code: str, case: Case, reader: User) -> dict[str, str]:
    """An e-mail as it would be written about a case today, to the person who asks."""
    subject, body = _written(code, case, reader)
    return {"subject": subject, "body": body, "purpose": described(load(code)).purpose}


def choices() -> Iterator[tuple[str, str]]:
    """Every template by its subject, for a list to choose from."""
    for code in templates():
        if code != "daily_digest":
            words = (
                plain_text(load(code))[0].removeprefix("{{ reference }}: ").removesuffix(": {{ reference }}")
            )
            yield code, _blanks(f"{words[:1].upper()}{words[1:]}")


def _written(code: str, case: Case, reader: User) -> tuple[str, str]:
    due = next_morning(clock.now() + dt.timedelta(days=7)).astimezone(clock.LONDON).date()
    return write(code, case=case, to=reader, task=_SAMPLE_TASK, due=due)


def _sample_case() -> Case:
    """An invented case, which is nowhere kept."""
    return Case(
        reference="EXAMPLE-2026-001",
        pseudonym="Child A",
        stage=Stage.RR_GATHERING,
        partnership=Partnership(name="An example partnership"),
    )


def _blanks(text: str) -> str:
    for name, words in _BLANKS.items():
        text = text.replace(f"{{{{ {name} }}}}", f"[{words}]")
    return text.replace("{% if due %}", "").replace("{% endif %}", "").strip()
