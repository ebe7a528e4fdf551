"""What a referrer is told of what becomes of their referral: where it stands and the outcome, in plain words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from casework.models import Stage
from decisions.kinds import CriteriaOutcome, DecisionKind
from decisions.models import Decision, DecisionState
from lcspr import clock
from referrals.models import Referral, ReferralState

_UNDER_REVIEW: Final = (
    "The rapid review is under way: every agency that knew the family is asked what it knows."
)
_REVIEWED: Final = "A review is under way. It takes about six months; your agency may be asked to take part."
_PUBLISHING: Final = "The review is written. It is published when criminal proceedings and inquests allow."

_NOW: Final[dict[str, str]] = {
    Stage.SUBMITTED: "The business unit is checking the referral. It may ask you for more.",
    Stage.SCREENING: "The three safeguarding partners are considering whether the criteria are met.",
    Stage.AWAITING_SIN: "The partners find that the criteria are met. The local authority is notifying the National Panel.",
    Stage.RR_GATHERING: _UNDER_REVIEW,
    Stage.RR_ANALYSIS: _UNDER_REVIEW,
    Stage.RR_DECISION: "The rapid review is written, and the partners are deciding what follows.",
    Stage.AWAITING_PANEL: "The rapid review was sent to the National Panel, which answers it.",
    Stage.PANEL_QUERY: "The rapid review was sent to the National Panel, which answers it.",
    Stage.PANEL_CHALLENGE: "The National Panel has answered, and the partners are considering what it says.",
    Stage.NATIONAL_REVIEW: "The case is part of a national review.",
    Stage.COMMISSIONING: "There will be a review. An independent author is being found.",
    Stage.IN_REVIEW: _REVIEWED,
    Stage.DRAFTING: _REVIEWED,
    Stage.SIGN_OFF: _REVIEWED,
    Stage.PRE_PUBLICATION: _PUBLISHING,
    Stage.PUBLICATION_HELD: _PUBLISHING,
    Stage.PUBLISHED: "The review is published. You find it in the library.",
    Stage.IMPROVEMENTS_PUBLISHED: "What must improve is published. You find it in the library.",
    Stage.NOT_PUBLISHED: "The review is finished and is not published.",
    Stage.ALTERNATIVE_REVIEW: "The case is looked at in another kind of review.",
    Stage.MONITORING: "The review is finished, and the partnership follows up what must change.",
    Stage.CLOSED_COMPLETE: "All is done that followed from the referral. The case is closed.",
    Stage.CLOSED_NFA: "The partners find that nothing further is needed. The case is closed.",
    Stage.CLOSED_WITHDRAWN: "The referral was withdrawn.",
    Stage.CLOSED_DUPLICATE: "The business unit goes on with it together with another referral.",
    Stage.CLOSED_TRANSFERRED: "The referral was passed to another area.",
}

_BEFORE_DECISION: Final = frozenset({Stage.SUBMITTED, Stage.SCREENING})

_DECIDED: Final[dict[str, str]] = {
    CriteriaOutcome.MET: "The safeguarding partners find that the criteria are met. The local authority notifies the "
    "National Panel, and a rapid review follows.",
    CriteriaOutcome.NOT_MET_REVIEW: "The safeguarding partners find that the criteria are not met. They will hold "
    "another kind of review, to learn from how agencies worked together.",
    CriteriaOutcome.NOT_MET_NFA: "The safeguarding partners find that the criteria are not met, and that nothing "
    "further is needed from the partnership.",
}


def what_happens_now(referral: Referral) -> str:
    """One sentence for the referrer about where their referral stands."""
    if referral.state == ReferralState.RETURNED:
        return "The business unit needs to know more. Answer what it asks, and send the referral again."
    if referral.state == ReferralState.WITHDRAWN:
        return _NOW[Stage.CLOSED_WITHDRAWN]
    if referral.state == ReferralState.TRANSFERRED:
        return _NOW[Stage.CLOSED_TRANSFERRED]
    return _NOW[str(referral.case.stage)] if referral.case else "It has not been sent yet."


@dataclass(frozen=True)
class Outcome:
    """What came of a referral: the sentences of the letter, and the day of the decision."""

    on: dt.date
    sentences: tuple[str, ...]


def outcome_of(referral: Referral) -> Outcome | None:
    """What the outcome letter says; None while nothing is decided. Never a reason, and nothing of other referrals."""
    if referral.case is None:
        return None
    if referral.ended_at and referral.state == ReferralState.WITHDRAWN:
        return Outcome(_day(referral.ended_at), ("The referral was withdrawn, as was asked.",))
    if referral.ended_at and referral.state == ReferralState.TRANSFERRED:
        passed = f"It happened in another area. The referral was passed to {referral.transferred_to}, which acknowledged it."
        return Outcome(_day(referral.ended_at), (passed,))
    if referral.case.stage in _BEFORE_DECISION:
        return None
    decisions = Decision.objects.filter(
        case=referral.case, kind=DecisionKind.CRITERIA, state=DecisionState.DECIDED
    )
    decided = decisions.order_by("-decided_on", "-created_at").first()
    if decided is None or decided.decided_on is None:
        return None
    return Outcome(decided.decided_on, (_DECIDED[decided.outcome],))


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(clock.LONDON).date()
