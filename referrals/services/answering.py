"""Saving what is written into a referral: a page at a time, by compare-and-swap, of several people at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import User
from casework.drafts import DraftMoved, read_answers, save_draft
from casework.models import Draft
from lcspr import clock
from referrals.answers import EDITED, UNFINISHED, Answers
from referrals.questions.asking import Page

# Other people may save other pages at the same moment; more often than this in a row it is no coincidence.
_MOST_TRIES: Final = 5

Change = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Place:
    """Which page of a draft: of the referral itself, or of one child, relative or agency."""

    page: Page
    group: str = ""
    member: str = ""

    @property
    def key(self) -> str:
        """The name under which the page's own notes are kept."""
        return f"{self.group}/{self.member}/{self.page.id}" if self.group else self.page.id

    def answers(self, typed: Answers) -> dict[str, Any]:
        """What is saved of this page."""
        source = typed if not self.group else member_of(typed, self.group, self.member) or {}
        return {key: source[key] for key in sorted(self.page.keys) if key in source}

    def unfinished(self, typed: Answers) -> dict[str, Any] | None:
        """What somebody typed here and has not saved as an answer, with when and by whom."""
        found: dict[str, Any] | None = (typed.get(UNFINISHED) or {}).get(self.key)
        return found

    def edited(self, typed: Answers) -> dict[str, Any] | None:
        """Who last wrote on this page, and when."""
        found: dict[str, Any] | None = (typed.get(EDITED) or {}).get(self.key)
        return found

    def mark(self, typed: Answers) -> str:
        """A short mark by which a page knows whether it changed since it was opened."""
        return fingerprint([self.answers(typed), (self.unfinished(typed) or {}).get("typed")])


def fingerprint(answers: Any) -> str:
    """A short mark of some answers: equal answers have equal marks."""
    return hashlib.sha256(json.dumps(answers, sort_keys=True, default=str).encode()).hexdigest()[:16]


def member_of(typed: Answers, group: str, key: str) -> dict[str, Any] | None:
    """One child, relative or agency of the answers; None when there is none of this key."""
    return next((each for each in typed.get(group) or [] if each["key"] == key), None)


def save_page(
    draft: Draft, place: Place, *, answers: Mapping[str, Any], version: int, was: str, by: User
) -> Draft:
    """Save the answers of one page, if nobody else changed it since it had the mark `was`; else DraftMoved.

    Whoever last wrote on the page themself may always write on: they went back in their browser.
    """

    def change(typed: dict[str, Any]) -> dict[str, Any]:
        notes = {key: each for key, each in (typed.get(UNFINISHED) or {}).items() if key != place.key}
        return {**_with(typed, place, answers), UNFINISHED: notes, EDITED: _edited(typed, place, by)}

    return _swap(draft, place, change, version=version, was=was, by=by)


def keep_unfinished(
    draft: Draft, place: Place, *, typed: Mapping[str, list[str]], version: int, was: str, by: User
) -> Draft:
    """Keep what is typed on a page as it is, right or wrong, so that no word is lost; it is no answer yet."""
    note = {"typed": dict(typed), "at": clock.now().isoformat(), "by": str(by)}

    def change(all_typed: dict[str, Any]) -> dict[str, Any]:
        notes = {**(all_typed.get(UNFINISHED) or {}), place.key: note}
        begun = _with(all_typed, place, {}) if place.group else all_typed
        return {**begun, UNFINISHED: notes, EDITED: _edited(all_typed, place, by)}

    return _swap(draft, place, change, version=version, was=was, by=by)


def remove_member(draft: Draft, group: str, key: str, *, by: User) -> Draft:
    """Take a child, relative or agency out again, with what was typed about them."""

    def change(typed: dict[str, Any]) -> dict[str, Any]:
        def others(notes: dict[str, Any]) -> dict[str, Any]:
            return {place: each for place, each in notes.items() if not place.startswith(f"{group}/{key}/")}

        members = [each for each in typed.get(group) or [] if each["key"] != key]
        notes = {name: others(typed.get(name) or {}) for name in (UNFINISHED, EDITED)}
        return {**typed, group: members, **notes}

    for _ in range(_MOST_TRIES):
        try:
            return save_draft(draft, answers=change(read_answers(draft)), version=draft.version, by=by)
        except DraftMoved as moved:
            draft = _still_open(moved)
    raise DraftMoved(draft)


def _still_open(moved: DraftMoved) -> Draft:
    if moved.draft.sent_at:
        raise moved
    return moved.draft


def _swap(draft: Draft, place: Place, change: Change, *, version: int, was: str, by: User) -> Draft:
    for _ in range(_MOST_TRIES):
        try:
            return save_draft(draft, answers=change(read_answers(draft)), version=version, by=by)
        except DraftMoved as moved:
            draft = _still_open(moved)
            theirs = read_answers(draft)
            own = (place.edited(theirs) or {}).get("key") == str(by.pk)
            if place.mark(theirs) != was and not own:
                raise
            # Somebody saved another page meanwhile: both stand.
            version = draft.version
    raise DraftMoved(draft)


def _with(typed: dict[str, Any], place: Place, answers: Mapping[str, Any]) -> dict[str, Any]:
    if not place.group:
        return {**typed, **answers}
    members = list(typed.get(place.group) or [])
    if member_of(typed, place.group, place.member) is None:
        members.append({"key": place.member})
    members = [{**each, **answers} if each["key"] == place.member else each for each in members]
    return {**typed, place.group: members}


def _edited(typed: dict[str, Any], place: Place, by: User) -> dict[str, Any]:
    note = {"key": str(by.pk), "by": str(by), "at": clock.now().isoformat()}
    return {**(typed.get(EDITED) or {}), place.key: note}


def when_kept(note: Mapping[str, Any]) -> dt.datetime:
    """The instant of a note about the writing."""
    return dt.datetime.fromisoformat(note["at"])
