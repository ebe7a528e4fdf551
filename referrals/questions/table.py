"""The questions of a set as a table of the documentation: why each is asked, who reads it, what uses it."""

from __future__ import annotations

import re
from typing import Final

from referrals.questions.asking import Kind, Question, QuestionSet, Takes, When

BEGINS: Final = "<!-- The questions of F-01, written by `write_questions`: begin -->"
ENDS: Final = "<!-- The questions of F-01: end -->"

_TAKES: Final = {Takes.YES: "yes", Takes.NO: "no", Takes.ON_BEHALF: "on behalf"}


def in_table(questions: QuestionSet) -> str:
    """The whole set, one table a section."""
    lines = [BEGINS, ""]
    section_before = None
    for section, page, question in questions.questions():
        if section is not section_before:
            lines += _head(section.title)
            section_before = section
        lines.append(_row(page.title, question))
    return "\n".join([*lines, "", ENDS])


def put_into(document: str, questions: QuestionSet) -> str:
    """The document with the table in its place; raises ValueError where it has none."""
    begin, end = document.index(BEGINS), document.index(ENDS) + len(ENDS)
    return document[:begin] + in_table(questions) + document[end:]


def _head(title: str) -> list[str]:
    return [
        "",
        f"### {title}",
        "",
        "| Question | Asked as | Needed | “Not known yet” | Shown when | Why it is asked | Who reads it | What uses it |",
        "|---|---|---|---|---|---|---|---|",
    ]


def _row(page: str, question: Question) -> str:
    cells = [
        f"`{question.id}` {question.wording}",
        str(question.kind),
        "yes" if question.required else "no",
        _TAKES[question.takes_not_known] if question.required or question.kind is Kind.CHOICE else "–",
        "; ".join(_condition(each) for each in question.shown_when) or "always",
        question.why,
        question.read_by,
        question.used_by,
    ]
    return f"| {' | '.join(re.sub(r'[|]', '/', cell) for cell in cells)} |"


def _condition(condition: When) -> str:
    values = sorted(condition.values)
    shown = ", ".join(values[:3]) + (" …" if len(values) > 3 else "")
    return f"`{condition.question}` is {shown}"
