"""The answers of a referral as they stand in its form, and what the rules need of them.

They are kept by question id, as plain texts and lists; `children`, `family` and `agencies` hold one mapping each
with a `key` of its own. Keys beginning with "_" are about the writing, and are never answers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from referrals.questions import CURRENT, QuestionSet, question_set
from referrals.questions.asking import NOT_KNOWN, Missing, Page, Section
from referrals.questions.lists import LOOKED_AFTER_STATUS
from referrals.rules import ChildDates, Dates

FORM: Final = "referral"
QUESTION_SET: Final = CURRENT.name

CHILDREN: Final = "children"
FAMILY: Final = "family"
AGENCIES: Final = "agencies"

# About the writing: what somebody typed and has not saved as an answer, and who last changed which page.
UNFINISHED: Final = "_unfinished"
EDITED: Final = "_edited"

Answers = Mapping[str, Any]


def questions_of(referral: Any) -> QuestionSet:
    """The questions this referral is, or was, asked: those with which it was begun."""
    return question_set(referral.question_set or (referral.draft.question_set if referral.draft else ""))


def circumstances(referral: Any, typed: Answers) -> dict[str, str]:
    """What is known of a referral without asking, for the conditions of questions."""
    return {
        "@source": str(referral.source),
        "@prerequisite": str(referral.partnership.prerequisite),
        "@on_behalf": "yes" if referral.on_behalf else "no",
        # The business unit that noted the call itself need not be told when it was.
        "@told": "yes" if referral.first_told_at and not typed.get("told") else "no",
        **{f"@{group}": "some" if typed.get(group) else "none" for group in (CHILDREN, FAMILY, AGENCIES)},
    }


def in_full(referral: Any, typed: Answers) -> dict[str, Any]:
    """The answers with the circumstances among them, as conditions are held against them."""
    return {**typed, **circumstances(referral, typed)}


def day(value: str | None) -> dt.date | None:
    """A date as a form keeps it."""
    return dt.date.fromisoformat(value) if value else None


def moment(value: str | None) -> dt.datetime | None:
    """An instant as a form keeps it."""
    return dt.datetime.fromisoformat(value) if value else None


def known(value: Any) -> str:
    """A choice made, or nothing where it was “not known yet”."""
    return "" if value in (None, NOT_KNOWN) else str(value)


def name_of(child: Answers) -> str:
    """A child's name as typed, or what to call one without."""
    return CURRENT.groups[CHILDREN].name_of(child)


def is_unborn(child: Answers) -> bool:
    """Whether the child is not born yet."""
    return child.get("birth") == "unborn"


def is_looked_after(child: Answers) -> bool:
    """Whether the child was looked after, by either of the questions that tell (domain §1.1)."""
    return child.get("legal_status") in LOOKED_AFTER_STATUS or child.get("csc_status") == "looked_after"


def born_on(child: Answers) -> dt.date | None:
    """The date of birth, if the child is born and it is known."""
    return day(child.get("born_on")) if child.get("birth", "born") == "born" else None


def dates_in(typed: Answers, *, now: dt.datetime) -> Dates:
    """The dates of the answers, for the rules: of questions that other answers took away, none."""
    is_dated = typed.get("incident_when") in {"one_day", "period"}
    lasted = typed.get("incident_when") == "period"
    return Dates(
        now=now,
        incident_from=day(typed.get("incident_from")) if is_dated else None,
        incident_until=day(typed.get("incident_until")) if lasted else None,
        agency_aware_on=day(typed.get("agency_aware_on")),
        la_aware_at=moment(typed.get("la_aware_at")) if typed.get("la_aware") == "yes" else None,
        children=tuple(
            ChildDates(
                name_of(child),
                born_on(child),
                is_unborn(child),
                day(child.get("died_on")) if child.get("outcome") == "died" else None,
                day(child.get("expected_on")) if is_unborn(child) else None,
            )
            for child in typed.get(CHILDREN) or []
        ),
    )


def unfinished(questions: QuestionSet, answers: Answers) -> list[tuple[Section, Page, str]]:
    """The pages on which somebody typed something that is not saved as an answer: section, page, key of the member."""
    notes = answers.get(UNFINISHED) or {}
    found = []
    for section in questions.shown(answers):
        found += [(section, page, "") for page in section.shown(answers) if page.id in notes]
        if (group := section.group) is not None:
            found += [
                (section, page, member["key"])
                for member in answers.get(group.id) or []
                for page in group.shown(member, answers)
                if f"{group.id}/{member['key']}/{page.id}" in notes
            ]
    return found


def wanting(questions: QuestionSet, answers: Answers) -> list[Missing]:
    """Everything that keeps the referral from being sent: pages without an answer, and pages not saved."""
    missing = questions.missing(answers)
    named = {(each.page, each.member) for each in missing}
    return missing + [
        Missing(
            section,
            page,
            f"“{page.title}”: what was typed last is not saved. Open the page and save it.",
            member,
        )
        for section, page, member in unfinished(questions, answers)
        if (page, member) not in named
    ]
