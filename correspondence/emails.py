"""The text of an e-mail, made from a few plain words and nothing else (domain §2.8).

A template gets text, never a record: whatever it asks for beyond `MAY_SAY` is not there to be had, and the
system check of this app refuses to start with a template that asks.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from django.conf import settings
from django.template import Context, Engine, Template
from django.template.base import FilterExpression, Node, NodeList, TextNode, Variable, VariableNode
from django.template.defaulttags import CommentNode, IfNode, TemplateLiteral
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.models import Case
from govuk.dates import clock_text, date_text

FOLDER: Final = "emails"

# All that an e-mail of this service may say.
MAY_SAY: Final = (
    "reference",
    "pseudonym",
    "stage",
    "task",
    "due",
    "link",
    "partnership",
    "first_name",
    # The daily e-mail's: the subjects and tasks of what it says, which were held to these words themselves.
    "lines",
)

# What each template says of itself, in comments that are never sent.
_FOR: Final = re.compile(r"^\{# For: (.+?) #\}$", re.MULTILINE)
_TO: Final = re.compile(r"^\{# To: (.+?) #\}$", re.MULTILINE)
_AT_ONCE: Final = re.compile(r"^\{# At once #\}$", re.MULTILINE)
_COMMENTS: Final = re.compile(r"^\{# .* #\}\n", re.MULTILINE)


class HasDue(Protocol):
    """A deadline, for a message that tells when something is due."""

    due_at: dt.datetime


Due = dt.date | HasDue


@dataclass(frozen=True)
class Description:
    """What an e-mail is for, whom it reaches, and whether it never waits for the daily one."""

    purpose: str
    reaches: str
    at_once: bool


class ForbiddenWord(Exception):
    """A template asks for something an e-mail may not say; the text names it."""


class Writer:
    """Writes e-mails, looking at each template once however many are written."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Template, Description]] = {}

    def write(
        self,
        template: str,
        *,
        case: Case | None,
        to: User,
        task: str = "",
        due: Due | None = None,
        lines: str = "",
    ) -> tuple[str, str]:
        """The subject and body of an e-mail to one person; raises ForbiddenWord for a template that asks for more."""
        found, _ = self._look_up(template)
        # Plain text: "&" in the name of a partnership stays as it is.
        words = words_for(case, to=to, task=task, due=due, lines=lines)
        text = found.render(Context(words, autoescape=False))
        first, _, body = text.strip().partition("\n")
        if not first.startswith("Subject: "):
            raise ForbiddenWord(f"{FOLDER}/{template}.txt: the first line must begin with “Subject: ”.")
        return first.removeprefix("Subject: ").strip(), body.strip() + "\n"

    def goes_at_once(self, template: str) -> bool:
        """Whether an e-mail never waits for the daily one, whatever the person has chosen."""
        return self._look_up(template)[1].at_once

    def _look_up(self, template: str) -> tuple[Template, Description]:
        if template not in self._known:
            found = load(template)
            for wrong in forbidden(found):
                raise ForbiddenWord(f"{FOLDER}/{template}.txt: {wrong}")
            self._known[template] = found, described(found)
        return self._known[template]


def write(
    template: str, *, case: Case | None, to: User, task: str = "", due: Due | None = None
) -> tuple[str, str]:
    """The subject and body of one e-mail to one person; see `Writer`."""
    return Writer().write(template, case=case, to=to, task=task, due=due)


def words_for(case: Case | None, *, to: User, task: str, due: Due | None, lines: str = "") -> dict[str, str]:
    """What a template may say, as plain text."""
    return {
        "reference": case.reference if case else "",
        "pseudonym": case.pseudonym if case else "",
        "stage": case.get_stage_display() if case else "",
        "task": task,
        "due": when(due) if due is not None else "",
        "link": link_to(case),
        "partnership": case.partnership.name if case else "",
        "first_name": to.get_short_name(),
        "lines": lines,
    }


def link_to(case: Case | None) -> str:
    """The absolute address where the person finds what waits: the case, else their own page."""
    path = reverse("desk:case", args=[case.pk]) if case else reverse("desk:home")
    return f"{settings.PUBLIC_URL}{path}"


def when(due: Due) -> str:
    """A due date as a sentence shows it; the time only where it is not the end of the day."""
    moment = due if isinstance(due, dt.date) else due.due_at
    if not isinstance(moment, dt.datetime):
        return date_text(moment)
    local = timezone.localtime(moment, timezone.get_default_timezone())
    is_end_of_day = (local.hour, local.minute) == (23, 59)
    return (
        date_text(local.date())
        if is_end_of_day
        else f"{date_text(local.date())} at {clock_text(local.time())}"
    )


def load(template: str) -> Template:
    """The template of an e-mail, by its short name."""
    return Engine.get_default().get_template(f"{FOLDER}/{template}.txt")


def described(template: Template) -> Description:
    """What a template says of itself in its comments; empty where it says nothing."""
    source = str(template.source)
    purpose, reaches = _FOR.search(source), _TO.search(source)
    return Description(
        purpose=purpose.group(1) if purpose else "",
        reaches=reaches.group(1) if reaches else "",
        at_once=_AT_ONCE.search(source) is not None,
    )


def plain_text(template: Template) -> tuple[str, str]:
    """The subject and body of a template as they stand in its file, without what it says of itself."""
    first, _, body = _COMMENTS.sub("", str(template.source)).strip().partition("\n")
    return first.removeprefix("Subject: ").strip(), body.strip()


def templates() -> list[str]:
    """The short names of all e-mails there are."""
    folders = [Path(folder) / FOLDER for folder in Engine.get_default().dirs]
    return sorted(file.stem for folder in folders for file in folder.glob("*.txt"))


def forbidden(template: Template) -> list[str]:
    """What a template asks for that an e-mail may not say, each in a sentence."""
    return list(_forbidden_in(template.nodelist))


def _forbidden_in(nodes: NodeList) -> Iterator[str]:
    for node in nodes:
        yield from _forbidden_of(node)


def _forbidden_of(node: Node) -> Iterator[str]:
    if isinstance(node, VariableNode):
        yield from _forbidden_expression(node.filter_expression)
    elif isinstance(node, IfNode):
        for condition, branch in node.conditions_nodelists:
            yield from _forbidden_condition(condition)
            yield from _forbidden_in(branch)
    elif not isinstance(node, TextNode | CommentNode):
        yield f"only {{{{ words }}}}, {{% if %}} and comments are allowed, not {type(node).__name__}."


def _forbidden_condition(condition: object) -> Iterator[str]:
    if isinstance(condition, TemplateLiteral):
        assert isinstance(condition.value, FilterExpression)
        yield from _forbidden_expression(condition.value)
        return
    for side in (getattr(condition, "first", None), getattr(condition, "second", None)):
        if side is not None:
            yield from _forbidden_condition(side)


def _forbidden_expression(expression: FilterExpression) -> Iterator[str]:
    arguments = [argument for _, given in expression.filters for is_word, argument in given if is_word]
    for variable in (expression.var, *arguments):
        # A literal has no lookups.
        if isinstance(variable, Variable) and variable.lookups and variable.var not in MAY_SAY:
            yield f"“{variable.var}” may not be said in an e-mail."
