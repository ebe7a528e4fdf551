"""Recording that the National Panel, Ofsted and the Department were told of a turn in the review (DL-15, DL-15n)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

import correspondence.services
import deadlines.services
from accounts.access_table import Thing
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, Role
from casework.files import store_document
from casework.models import Case
from casework.permissions import roles_in
from casework.transitions import TransitionRefused
from correspondence.models import How, Notice, NoticeSubject, Recipient
from deadlines.models import Deadline
from decisions.kinds import DecisionKind, DiscontinuationOutcome, ReconsiderationOutcome
from decisions.models import Decision, DecisionState
from lcspr import clock
from panels.models import Appointment, Review
from panels.models.guards import REGULATORS, decided, told
from rapid_review.models import RapidReview

STARTS = "DL-15"
NAMED = "DL-15n"

_TITLES = {
    NoticeSubject.LCSPR_STARTING: "Notice that a review starts",
    NoticeSubject.REVIEWER_NAMED: "Notice of the reviewer’s name",
    NoticeSubject.DISCONTINUED: "Notice that the review is discontinued",
}


@transaction.atomic
def record_notices(
    case: Case,
    *,
    subject: NoticeSubject,
    to: Iterable[Recipient],
    sent_at: dt.datetime,
    how: How,
    by: User,
    words: str = "",
    proof: File[Any] | None = None,
) -> list[Notice]:
    """Record that some or all of the three were told; the clock is met once all of them were.

    Raises TransitionRefused when there is nothing of the kind to tell yet, or for a time that cannot be.
    """
    if not roles_in(by, case) & BUSINESS_UNIT:
        raise PermissionDenied
    # The case's row is the queue: of two people who record the last two, the second finds all three told.
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if reasons := why_not_yet(case, subject):
        raise TransitionRefused(reasons)
    recipients = [Recipient(each) for each in to]
    if not recipients:
        raise TransitionRefused(["Say who was told."])
    document = (
        store_document(case, proof, by=by, title=_TITLES[subject], thing=Thing.PANEL_LETTERS)
        if proof
        else None
    )
    recorded = [
        correspondence.services.record_notice(
            case, to=each, subject=subject, sent_at=sent_at, how=how, by=by, proof=document, words=words
        )
        for each in recipients
    ]
    settle_notice_clocks(case, by=by)
    return recorded


def why_not_yet(case: Case, subject: NoticeSubject) -> list[str]:
    """Why there is nothing of the kind to tell in a case; empty when there is."""
    if subject == NoticeSubject.LCSPR_STARTING and not review_is_decided(case):
        return [
            "The notices can be recorded once a review is decided and the rapid review is recorded as sent."
        ]
    if subject == NoticeSubject.REVIEWER_NAMED and not authors_of(case):
        return ["Appoint the author first: the notice tells their name."]
    if subject == NoticeSubject.DISCONTINUED and not discontinuation_is_decided(case):
        return ["The three partners have not decided to discontinue the review."]
    return []


def review_is_decided(case: Case) -> bool:
    """Whether the partners decided on a review in this case, and the rapid review, if that said so, went (T17)."""
    made = Decision.objects.filter(
        case=case, state=DecisionState.DECIDED, outcome=ReconsiderationOutcome.LCSPR
    )
    return (
        made.filter(kind=DecisionKind.RECONSIDERATION).exists()
        or RapidReview.objects.filter(case=case, sent_at__isnull=False, decision__in=made).exists()
        or Review.objects.filter(case=case).exists()
    )


def discontinuation_is_decided(case: Case) -> bool:
    """Whether the partners decided to discontinue the review under way in this case."""
    review = live_review(case)
    decision = decided(review, DecisionKind.DISCONTINUATION) if review else None
    return decision is not None and decision.outcome != DiscontinuationOutcome.GO_ON


def live_review(case: Case) -> Review | None:
    """The review under way of which this is the lead case."""
    return next((review for review in Review.objects.filter(case=case) if not review.is_over), None)


def authors_of(case: Case) -> list[Appointment]:
    """The authors at work in this case."""
    return list(Appointment.objects.appointed().filter(case=case, role=Role.AUT).select_related("review"))


def settle_notice_clocks(case: Case, *, by: User) -> None:
    """Meet the clocks of the notices for which all three have been told since the clock began."""
    running = Deadline.objects.of(case).open().filter(code__in=[STARTS, NAMED])
    abouts = {f"panels.Appointment:{each.pk}": each for each in authors_of(case)}
    for deadline in running:
        subject = NoticeSubject.LCSPR_STARTING if deadline.code == STARTS else NoticeSubject.REVIEWER_NAMED
        since = deadline.trigger_at.astimezone(clock.LONDON).date()
        known = told(case, subject, since=since)
        if set(known) == set(REGULATORS):
            deadlines.services.meet(
                deadline.code, case=case, at=max(known.values()), by=by, about=abouts.get(deadline.about)
            )
