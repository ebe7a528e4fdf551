"""Keeping what somebody types into a long form, so that neither a time-out nor a colleague loses a word."""

from __future__ import annotations

import base64
import datetime as dt
import json
import logging
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from redis.exceptions import RedisError

from accounts.models import Agency, Partnership, User
from casework.audit import label_of
from casework.encryption import open_sealed, seal
from casework.models import Draft
from lcspr import clock

logger = logging.getLogger(__name__)

_PLACE: Final = "casework_draft.answers"

# Somebody who has typed nothing and opened no page for so long is no longer shown as writing.
STAYS: Final = dt.timedelta(minutes=2)


class DraftMoved(Exception):
    """Somebody saved the form meanwhile; `draft` is what they saved, and nothing of the loser's was kept."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"{draft.last_editor} saved this form while you were writing.")
        self.draft = draft


def seal_answers(answers: dict[str, Any]) -> dict[str, str]:
    """What of the answers is stored: all of it sealed, for a form names people long before it is sent."""
    text = json.dumps(answers, cls=DjangoJSONEncoder, ensure_ascii=False)
    return {"sealed": base64.b64encode(seal(text.encode(), place=_PLACE)).decode()}


def read_answers(draft: Draft) -> dict[str, Any]:
    """The answers typed so far, by question or section; dates are ISO texts."""
    sealed = draft.answers.get("sealed")
    if not sealed:
        return {}
    answers: dict[str, Any] = json.loads(open_sealed(base64.b64decode(sealed), place=_PLACE))
    return answers


def begin_draft(
    form: str,
    *,
    partnership: Partnership,
    by: User,
    agency: Agency | None = None,
    about: Model | None = None,
    question_set: str = "",
    answers: dict[str, Any] | None = None,
) -> Draft:
    """Start a long form of `by`; leads and representatives of `agency` may go on with it."""
    return Draft.objects.create(
        form=form,
        partnership=partnership,
        agency=agency,
        owner=by,
        about=label_of(about) if about is not None else "",
        question_set=question_set,
        answers=seal_answers(answers or {}),
        last_editor=by,
    )


def save_draft(draft: Draft, *, answers: dict[str, Any], version: int, by: User) -> Draft:
    """Keep `answers` (all of them) if the draft is still at `version`, else raise DraftMoved.

    Compare-and-swap in one statement: of two people saving at once exactly one succeeds, and neither
    waits for the other. Returns the draft at its next version, as that statement left it: it is not read again,
    for a form saves itself every few seconds.
    """
    kept = {
        "answers": seal_answers(answers),
        "version": version + 1,
        "last_editor": by,
        "updated_at": clock.now(),
        "sent_at": None,
    }
    if not Draft.objects.filter(pk=draft.pk, version=version, sent_at=None).update(**kept):
        raise DraftMoved(Draft.objects.select_related("last_editor").get(pk=draft.pk))
    saved = copy(draft)
    for name, value in kept.items():
        setattr(saved, name, value)
    return saved


def close_draft(draft: Draft) -> None:
    """The form was sent: no save can follow until `reopen_draft`."""
    Draft.objects.filter(pk=draft.pk).update(sent_at=clock.now())


def reopen_draft(draft: Draft) -> None:
    """The form came back to its writer."""
    Draft.objects.filter(pk=draft.pk).update(sent_at=None)


def empty_draft(draft: Draft) -> None:
    """Forget what was typed: the form was given up, and nobody needs the names in it."""
    Draft.objects.filter(pk=draft.pk).update(answers={}, sent_at=clock.now())


@dataclass(frozen=True)
class Editor:
    """Somebody who has a page of a draft open: their name, and the page's title."""

    name: str
    page: str


def note_editing(draft: Draft, *, by: User, page: str) -> list[Editor]:
    """Note that `by` has this page of the draft open; returns who else has one open now.

    A courtesy, kept beside the database: of two notes at the same instant one may be lost until the next, and
    without the broker nobody is shown. Compare-and-swap keeps the words safe, not this.
    """
    key, now = f"draft-editors:{draft.pk}", clock.now()
    try:
        seen: dict[str, tuple[str, str, dt.datetime]] = cache.get(key) or {}
        seen = {who: each for who, each in seen.items() if now - each[2] < STAYS}
        seen[str(by.pk)] = (str(by), page, now)
        cache.set(key, seen, timeout=STAYS.total_seconds())
    except RedisError:
        logger.warning("Who is editing a draft could not be noted.")
        return []
    return [Editor(name, title) for who, (name, title, _) in seen.items() if who != str(by.pk)]
