"""Taking back the record that a rapid review was sent (T17 in error)."""

from __future__ import annotations

from typing import Final

from django.db import transaction

import correspondence.services
import deadlines.services
import referrals.services
from accounts.models import User
from accounts.roles import PARTNERS, SUB_GROUP, Role
from casework.models import TakingBack
from casework.permissions import holders
from casework.transitions import perform
from rapid_review.models import RapidReview
from referrals.services.taking_back import confirmed

SENDING: Final = "take_back_sending"


@transaction.atomic
def ask_to_take_back_sending(review: RapidReview, *, reason: str, by: User) -> TakingBack:
    """Ask a colleague to confirm that the sending was recorded in error; nothing changes until then."""
    return referrals.services.ask_to_take_back(review, transition=SENDING, by=by, reason=reason)


@transaction.atomic
def confirm_sending_taken_back(asked: TakingBack, *, by: User) -> RapidReview:
    """Take back the record of sending: DL-10 runs again, the clocks it started stop, and those told are told.

    Raises TransitionRefused for whoever asked, when it was answered already, and once something has been
    built on the sending.
    """
    asked = confirmed(asked, by=by)
    review = RapidReview.objects.get(pk=asked.about.partition(":")[2])
    review = perform(
        review, SENDING, by=by, words=f"Took back the record of sending, recorded in error: {asked.reason}"
    )
    case = perform(review.case, SENDING, by=by, words="The rapid review is still to be sent")
    reason = "The sending was recorded in error"
    due = deadlines.services.reopen("DL-10", case=case, reason=reason, by=by)
    for code in ("DL-11", "DL-14", "DL-15"):
        deadlines.services.cancel(code, case=case, reason=reason, by=by)
    correspondence.services.queue(
        "rapid_review_taken_back",
        case=case,
        to=holders(case, PARTNERS | SUB_GROUP | {Role.IC}),
        by=by,
        about=review,
        task="The rapid review is still to be sent",
        due=due.due_at if due else None,
    )
    return review
