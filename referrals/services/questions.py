"""Precise questions about a referral: asked when it is sent back, answered in place."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from casework import audit
from casework.transitions import TransitionRefused
from lcspr import clock
from referrals.models import QuestionAsked, Referral
from referrals.permissions import writes_in


def ask_questions(referral: Referral, *, by: User, questions: Iterable[tuple[str, str]]) -> None:
    """Keep the questions with which a referral is sent back, each with the page on which it is answered, if any."""
    assert referral.case is not None
    QuestionAsked.objects.bulk_create(
        QuestionAsked(case=referral.case, referral=referral, words=words, place=place, asked_by=by)
        for words, place in questions
    )


@transaction.atomic
def answer_question(question: QuestionAsked, *, by: User, answer: str) -> QuestionAsked:
    """Answer one of the questions in words, or answer it again, until the referral is sent again."""
    question = (
        QuestionAsked.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case", "referral__draft", "referral__partnership")
        .get(pk=question.pk)
    )
    if not writes_in(question.referral, by):
        raise PermissionDenied
    if not question.referral.is_writable:
        raise TransitionRefused(
            ["The business unit has gone on with the referral. Ring it if you know more."]
        )
    question.answer, question.answered_by, question.answered_at = answer, by, clock.now()
    question.save()
    audit.record(
        "question_answered",
        by=by,
        case=question.case,
        about=question,
        words="Answered a question about the referral",
    )
    return question
