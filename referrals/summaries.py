"""The answers of a referral as a person reads them: one row a question, in the words in which it was asked."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils import timezone

from accounts.models import Agency, Partnership
from govuk.dates import clock_text, date_text
from referrals.answers import Answers
from referrals.forms.pages import in_words_of
from referrals.questions.asking import NOT_KNOWN, Group, Kind, Page, Question, QuestionSet, Section, beside
from referrals.questions.lists import UNKNOWN

Rows = list[dict[str, Any]]

_NAMED_ELSEWHERE = {Kind.AUTHORITY, Kind.AGENCY}


class Summary:
    """The answers of one referral in words. `answers` has the circumstances among them; names of agencies are read
    from the database once."""

    def __init__(self, questions: QuestionSet, answers: Answers, partnership: Partnership) -> None:
        self.questions, self.answers, self.partnership = questions, answers, partnership
        self.agencies = _agencies_in(questions, answers)

    def sections(self) -> list[Section]:
        """The sections that were asked."""
        return self.questions.shown(self.answers)

    def rows(self, section: Section) -> Iterator[tuple[Page, dict[str, Any]]]:
        """The rows of the pages of a section, each with its page."""
        for page in section.shown(self.answers):
            for row in self.page_rows(page, self.answers):
                yield page, row

    def page_rows(self, page: Page, answers: Answers, *, identifying: bool = True) -> Rows:
        """The rows of one page."""
        return [
            {
                "key": in_words_of(self.partnership, question.wording),
                "value": self.said(question, answers),
                "empty": "Not answered yet" if question.required else "Not answered",
                "needed": question.required,
            }
            for question in page.asked(answers)
            if identifying or not question.person
        ]

    def member_rows(
        self, group: Group, member: Answers, *, identifying: bool = True
    ) -> Iterator[tuple[Page, dict[str, Any]]]:
        """The rows of one child, relative or agency, each with its page."""
        together = beside(member, self.answers)
        for page in group.shown(member, self.answers):
            for row in self.page_rows(page, together, identifying=identifying):
                yield page, row

    def cards(self) -> list[dict[str, Any]]:
        """Each section with its rows, and its children, relatives or agencies; what need not be answered and was not
        is left out."""
        return [
            {
                "title": section.title,
                "rows": [row for _, row in self.rows(section) if row["value"] or row["needed"]],
                "members": [
                    {
                        "name": self.name_of(section.group, member),
                        "rows": [
                            row
                            for _, row in self.member_rows(section.group, member)
                            if row["value"] or row["needed"]
                        ],
                    }
                    for member in self.answers.get(section.group.id) or []
                ]
                if section.group is not None
                else [],
            }
            for section in self.sections()
        ]

    def name_of(self, group: Group, member: Answers) -> str:
        """What to call a member of a group."""
        named = {**self.agencies, "other": ""}
        return group.name_of(member, named)

    def names(self, group: Group, members: Iterable[Answers]) -> str:
        """The names of a group's members in one line."""
        return ", ".join(self.name_of(group, member) for member in members)

    def said(self, question: Question, answers: Answers) -> str:
        """One answer in words; empty when there is none."""
        value = answers.get(question.id)
        if value in (None, "", []):
            return UNKNOWN.label if answers.get(question.beside) else ""
        if isinstance(value, list):
            return "\n".join(self._one(question, each) for each in value)
        return self._one(question, value)

    def _one(self, question: Question, value: Any) -> str:
        if value == NOT_KNOWN:
            return UNKNOWN.label
        if question.kind is Kind.DATE:
            return date_text(dt.date.fromisoformat(value))
        if question.kind is Kind.MOMENT:
            return _moment(value)
        if question.kind in _NAMED_ELSEWHERE:
            return self.agencies.get(str(value), "Another agency" if question.kind is Kind.AGENCY else "")
        labels = {each.value: each.label for each in question.choices}
        return labels.get(str(value), str(value))


def _agencies_in(questions: QuestionSet, answers: Answers) -> dict[str, str]:
    """The names of the agencies that answers point to, in one look."""
    ids = {q.id for _, _, q in questions.questions() if q.kind in _NAMED_ELSEWHERE}
    members = [each for group in questions.groups for each in answers.get(group) or []]
    found = {str(each[key]) for each in (answers, *members) for key in ids if each.get(key)}
    keys = [key for key in found if _is_key(key)]
    return {str(pk): name for pk, name in Agency.objects.filter(pk__in=keys).values_list("pk", "name")}


def _is_key(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def typed_rows(rows: Iterable[Question], partnership: Partnership, typed: Mapping[str, list[str]]) -> Rows:
    """What somebody typed on a page and has not saved, as it was typed."""
    found = []
    for question in rows:
        labels = {each.value: each.label for each in question.choices} | {NOT_KNOWN: UNKNOWN.label}
        boxes = [question.id, *(f"{question.id}-{part}" for part in ("day", "month", "year", "time"))]
        said = [labels.get(value, value) for box in boxes for value in typed.get(box) or [] if value]
        if typed.get(question.beside):
            said.append(UNKNOWN.label)
        found.append({"key": in_words_of(partnership, question.wording), "value": " ".join(said)})
    return found


def _moment(value: str) -> str:
    at = timezone.localtime(dt.datetime.fromisoformat(value), timezone.get_default_timezone())
    return f"{date_text(at.date())} at {clock_text(at.time())}"
