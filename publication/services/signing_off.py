"""The hand-off from the review to its publication (T35)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from casework.transitions import TransitionRefused
from correspondence.models import Notice, NoticeSubject
from correspondence.services import record_notice
from decisions.models import DecisionState
from panels import services as panels
from panels.models import Review
from publication import standing
from publication.models import Outcome, Publication
from publication.services.holding import Reasons
from publication.services.preparing import keep_proof, open_publication


@transaction.atomic
def sign_off_report(
    review: Review, *, by: User, on: dt.date, justification: Reasons | None = None
) -> Publication:
    """Sign off the report as the partners decided, and begin to prepare what becomes public (T35).

    Where that is not the full report, the National Panel and the Secretary of State are told why in writing first
    (AC-27).
    """
    if justification is not None:
        _tell(review, justification, by=by)
    if reasons := why_not_justified(review):
        raise TransitionRefused(reasons)
    review = panels.sign_off_report(review, by=by, on=on)
    return open_publication(review, by=by)


def why_not_justified(review: Review) -> list[str]:
    """Whom the reasons for not publishing the full report were not sent, where the partners decided so."""
    decision = review.sign_off_decision
    if (
        decision is None
        or decision.state != DecisionState.DECIDED
        or decision.outcome not in {Outcome.IMPROVEMENTS_ONLY, Outcome.NONE}
    ):
        return []
    told = Notice.objects.of(review.case, NoticeSubject.NON_PUBLICATION).values_list("to", flat=True)
    if set(standing.OWED_REASONS) <= set(told):
        return []
    return [
        "The full report is not to be published: send the written reasons to the National Panel and the Secretary of "
        "State, and record that here."
    ]


def _tell(review: Review, justification: Reasons, *, by: User) -> None:
    proof = keep_proof(review.case, justification.proof, by=by, title="Reasons for not publishing")
    for recipient in standing.OWED_REASONS:
        record_notice(
            review.case,
            to=recipient,
            subject=NoticeSubject.NON_PUBLICATION,
            sent_at=justification.sent_at,
            how=justification.how,
            by=by,
            proof=proof,
            words=justification.words,
        )
