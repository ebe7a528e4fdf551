"""What is not known yet of a referral that was sent, for the business unit at triage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from referrals.questions.asking import Group, Page
from referrals.questions.lists import UNKNOWN
from referrals.summaries import Summary


@dataclass(frozen=True)
class NotKnown:
    """One question without an answer: its section, whom it is about, its words and the page that asks it."""

    section: str
    about: str
    words: str
    place: str

    @property
    def text(self) -> str:
        return f"{self.about}: {self.words}" if self.about else self.words


# What identifies a person is not among the answers: asked of the person of the case instead.
_OF_A_CHILD: Final = (
    ("born_on", "Date of birth"),
    ("nhs_number", "NHS number"),
    ("address", "Home address"),
)


def not_known(summary: Summary, people: Mapping[str, Iterable[Any]]) -> list[NotKnown]:
    """Every question answered “not known yet”, or not answered though it must be; `people` are the rows of each group
    that names people."""
    found: list[NotKnown] = []
    for section in summary.sections():
        found += [NotKnown(section.title, "", words, page.id) for page, words in _open(summary.rows(section))]
        if (group := section.group) is None:
            continue
        named = {row.key: row.subject for row in people.get(group.id, ())}
        for member in summary.answers.get(group.id) or []:
            subject = named.get(member["key"])
            about = str(subject) if subject else summary.name_of(group, member)
            rows = _open(summary.member_rows(group, member, identifying=not group.names_people))
            found += [
                NotKnown(section.title, about, words, _place(group, member["key"], page.id))
                for page, words in rows
            ]
            if subject is not None and subject.part == "child":
                found += _of_the_child(section.title, group, member["key"], subject)
    return found


def _open(rows: Iterable[tuple[Page, Mapping[str, Any]]]) -> Iterator[tuple[Page, str]]:
    for page, row in rows:
        if row["value"] == UNKNOWN.label or (row["needed"] and not row["value"]):
            yield page, row["key"]


def _of_the_child(section: str, group: Group, key: str, subject: Any) -> Iterator[NotKnown]:
    for name, words in _OF_A_CHILD:
        if not getattr(subject.person, name) and not (name == "born_on" and subject.unborn):
            page = next((p.id for p in group.pages if any(q.id == name for q in p.questions)), "")
            yield NotKnown(section, str(subject), words, _place(group, key, page) if page else "")


def _place(group: Group, key: str, page: str) -> str:
    return f"{group.id}/{key}/{page}"
