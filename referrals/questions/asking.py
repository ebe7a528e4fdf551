"""What a question, a page and a question set are, and which of them an answer calls for. No Django here.

Answers are a mapping by question id; a question that takes “not known yet” beside a box has a second key, its id with
`_not_known`. What is known without asking (where the referral comes from, what the partnership asks first) stands
among them under ids that begin with "@".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

Answers = Mapping[str, Any]

NOT_KNOWN: Final = "not_known"
NONE: Final = "none"


class Kind(StrEnum):
    """How a question is asked."""

    TEXT = "text"
    LONG_TEXT = "long text"
    EMAIL = "e-mail address"
    PHONE = "telephone number"
    NHS_NUMBER = "NHS number"
    DATE = "date"
    MOMENT = "date and time"
    CHOICE = "one of several"
    CHOICES = "any of several"
    AUTHORITY = "local authority"
    AGENCY = "agency of the partnership"


# Asked as a list that can hold the answer “not known yet” itself.
CHOSEN: Final = frozenset({Kind.CHOICE, Kind.CHOICES, Kind.AUTHORITY, Kind.AGENCY})


class Takes(StrEnum):
    """Whether a question takes “not known yet”."""

    YES = "yes"
    NO = "no"
    ON_BEHALF = "only where the business unit enters it for somebody else"


@dataclass(frozen=True)
class When:
    """A question or page is shown when the answer to `question` is, or has among it, one of `values`."""

    question: str
    values: frozenset[str]

    def holds(self, answers: Answers) -> bool:
        """Whether the answers call for it."""
        given = answers.get(self.question)
        if isinstance(given, list | tuple | set | frozenset):
            return bool(self.values & {str(each) for each in given})
        return given is not None and str(given) in self.values


def when(question: str, *values: str) -> When:
    """Short for a condition."""
    return When(question, frozenset(values))


@dataclass(frozen=True)
class Choice:
    """One answer offered."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Question:
    """One question: how it is asked, why, who reads the answer, and what rule, clock, list or page uses it.

    `person` names the column of Person where an identifying answer is kept instead of among the answers.
    """

    id: str
    wording: str
    kind: Kind
    why: str
    read_by: str
    used_by: str
    hint: str = ""
    noun: str = ""
    choices: tuple[Choice, ...] = ()
    required: bool = True
    takes_not_known: Takes = Takes.YES
    shown_when: tuple[When, ...] = ()
    limit: int = 200
    rows: int = 5
    missing: str = ""
    person: str = ""
    not_after: str = ""
    # Other questions of the page whose answer makes this one needless: a person may have only one name.
    or_else: tuple[str, ...] = ()

    @property
    def beside(self) -> str:
        """The id of the box “not known yet” beside this question."""
        return f"{self.id}_{NOT_KNOWN}"

    def may_be_unknown(self, answers: Answers) -> bool:
        """Whether “not known yet” is an answer to it, here."""
        if self.takes_not_known is Takes.ON_BEHALF:
            return answers.get("@on_behalf") == "yes"
        return self.takes_not_known is Takes.YES

    def is_shown(self, answers: Answers) -> bool:
        """Whether the other answers call for it."""
        return all(condition.holds(answers) for condition in self.shown_when)

    def is_answered(self, answers: Answers) -> bool:
        """Whether it holds an answer, “not known yet” among them where it is one."""
        return any(answers.get(key) for key in (self.id, *self.or_else)) or (
            self.may_be_unknown(answers) and bool(answers.get(self.beside))
        )

    def ids(self) -> tuple[str, str]:
        """The keys under which its answer stands."""
        return self.id, self.beside


@dataclass(frozen=True)
class Page:
    """One thing on one page: a question, or a few that are answered together."""

    id: str
    title: str
    questions: tuple[Question, ...]
    missing: str = ""
    shown_when: tuple[When, ...] = ()
    intro: tuple[str, ...] = ()
    explained: tuple[str, tuple[str, ...]] = ("", ())

    def is_shown(self, answers: Answers) -> bool:
        """Whether the answers call for this page, and for any question on it."""
        return all(condition.holds(answers) for condition in self.shown_when) and any(
            question.is_shown(answers) for question in self.questions
        )

    def asked(self, answers: Answers) -> Iterator[Question]:
        """The questions of the page that the answers call for."""
        return (question for question in self.questions if question.is_shown(answers))

    def lacks(self, answers: Answers) -> list[Question]:
        """The required questions of the page that have no answer."""
        return [
            question
            for question in self.asked(answers)
            if question.required and not question.is_answered(answers)
        ]

    def is_started(self, answers: Answers) -> bool:
        """Whether anything on the page has an answer."""
        return any(answers.get(key) for question in self.questions for key in question.ids())

    @property
    def keys(self) -> frozenset[str]:
        """Every key of the answers that belongs to this page."""
        return frozenset(key for question in self.questions for key in question.ids())


@dataclass(frozen=True)
class Group:
    """Something there may be several of: children, family members, agencies. Each has pages of its own."""

    id: str
    one: str
    add: str
    another: str
    pages: tuple[Page, ...]
    intro: str = ""
    empty: str = ""
    unnamed: str = ""
    named_by: tuple[str, ...] = ()
    # Without any, this page of the section must say why; empty when at least one is needed.
    otherwise: str = ""
    missing: str = ""

    def shown(self, member: Answers, answers: Answers) -> list[Page]:
        """The pages that this member's answers call for."""
        together = beside(member, answers)
        return [page for page in self.pages if page.is_shown(together)]

    @property
    def names_people(self) -> bool:
        """Whether its members are people of the family, who are kept apart from the answers."""
        return any(question.person for page in self.pages for question in page.questions)

    def name_of(self, member: Answers, named: Mapping[str, str] | None = None) -> str:
        """What to call a member: by its names, or what stands for one without."""
        words = [str(member.get(key) or "") for key in self.named_by]
        words = [(named or {}).get(word, word) for word in words if word and word != NOT_KNOWN]
        return " ".join(words).strip() or self.unnamed


@dataclass(frozen=True)
class Section:
    """One line of the task list."""

    id: str
    title: str
    pages: tuple[Page, ...] = ()
    group: Group | None = None
    shown_when: tuple[When, ...] = ()

    def is_shown(self, answers: Answers) -> bool:
        """Whether the answers call for it."""
        return all(condition.holds(answers) for condition in self.shown_when) and (
            self.group is not None or any(page.is_shown(answers) for page in self.pages)
        )

    def shown(self, answers: Answers) -> list[Page]:
        """Its pages that the answers call for."""
        return [page for page in self.pages if page.is_shown(answers)]


@dataclass(frozen=True)
class Missing:
    """A page that still wants an answer; `member` is the key of the child, relative or agency it is about."""

    section: Section
    page: Page | None
    sentence: str
    member: str = ""


@dataclass(frozen=True)
class QuestionSet:
    """All questions of one form, under the name by which a draft remembers with which it was begun."""

    name: str
    title: str
    sections: tuple[Section, ...]
    pages: dict[str, Page] = field(init=False, compare=False, repr=False)
    groups: dict[str, Group] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        pages = {page.id: page for section in self.sections for page in section.pages}
        object.__setattr__(self, "pages", pages)
        groups = {section.group.id: section.group for section in self.sections if section.group}
        object.__setattr__(self, "groups", groups)

    def shown(self, answers: Answers) -> list[Section]:
        """The sections that the answers call for."""
        return [section for section in self.sections if section.is_shown(answers)]

    def section_of(self, page: Page | Group) -> Section:
        """The section that has this page, or is about this group."""
        return next(s for s in self.sections if s.group == page or page in s.pages)

    def questions(self) -> Iterator[tuple[Section, Page, Question]]:
        """Every question with where it stands, in the order in which they are asked."""
        for section in self.sections:
            for page in (*section.pages, *(section.group.pages if section.group else ())):
                for question in page.questions:
                    yield section, page, question

    def missing(self, answers: Answers) -> list[Missing]:
        """Every page that still wants an answer, in order, with the sentence that says which."""
        return [each for section in self.shown(answers) for each in missing_in(section, answers)]

    def kept(self, answers: Answers) -> dict[str, Any]:
        """The answers to what was asked in the end: nothing of a question that other answers took away, and nothing
        about the people of the family."""
        found: dict[str, Any] = {}
        for section in self.shown(answers):
            found |= kept_of(section.shown(answers), answers)
            group = section.group
            if group is not None and not group.names_people:
                members = answers.get(group.id) or []
                found[group.id] = [self.asked_of(group, member, answers) for member in members]
        return found

    def asked_of(
        self, group: Group, member: Answers, answers: Answers, *, identifying: bool = True
    ) -> dict[str, Any]:
        """The answers about one member to what was asked in the end; without what identifies, if so wished."""
        pages, together = group.shown(member, answers), beside(member, answers)
        return {"key": member["key"], **kept_of(pages, together, identifying=identifying)}


def beside(member: Answers, answers: Answers) -> dict[str, Any]:
    """A member's answers with what is known without asking; never with the answers of other pages, whose ids may be
    the same."""
    return {**{key: value for key, value in answers.items() if key.startswith("@")}, **member}


def kept_of(pages: Iterable[Page], answers: Answers, *, identifying: bool = False) -> dict[str, Any]:
    """The answers of these pages to questions that were asked."""
    return {
        key: answers[key]
        for page in pages
        for question in page.asked(answers)
        if identifying or not question.person
        for key in question.ids()
        if answers.get(key) not in (None, "", [], False)
    }


def missing_in(section: Section, answers: Answers) -> Iterator[Missing]:
    """What this section still wants."""
    for page in section.shown(answers):
        if page.lacks(answers):
            yield Missing(section, page, page.missing)
    group = section.group
    if group is None:
        return
    members = answers.get(group.id) or []
    if not members and not group.otherwise:
        yield Missing(section, None, group.missing)
    for member in members:
        for page in group.shown(member, answers):
            if page.lacks(beside(member, answers)):
                sentence = f"{group.name_of(member)}: {page.missing[:1].lower()}{page.missing[1:]}"
                yield Missing(section, page, sentence, member["key"])


def without(question_set: QuestionSet, question: str, *, name: str) -> QuestionSet:
    """The same set under another name with one question less: how a version follows another."""

    def thinner(page: Page) -> Page:
        return replace(page, questions=tuple(q for q in page.questions if q.id != question))

    def of(section: Section) -> Section:
        group = section.group
        if group is not None:
            group = replace(group, pages=tuple(thinner(page) for page in group.pages))
        return replace(section, pages=tuple(thinner(page) for page in section.pages), group=group)

    return QuestionSet(name, question_set.title, tuple(of(section) for section in question_set.sections))
