"""The question sets of the referral, by version: a draft is always asked what it was begun with (architecture §6)."""

from __future__ import annotations

from typing import Final

from referrals.questions.asking import QuestionSet
from referrals.questions.f01_v1 import F01_V1

QUESTION_SETS: Final[dict[str, QuestionSet]] = {each.name: each for each in (F01_V1,)}

# What a referral begun today is asked.
CURRENT: Final = F01_V1


def question_set(name: str) -> QuestionSet:
    """The set of this name; what was begun before sets had names is asked the first."""
    return QUESTION_SETS.get(name, F01_V1)
