"""What every act of deciding checks first, and how it ends."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

from django.db import models

from accounts.models import User
from accounts.roles import PARTNERS, Role
from accounts.settings_choices import STATUTORY_REVIEWS, ReviewType
from casework.models import Case
from casework.permissions import holders
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from correspondence.services import queue
from decisions import rules
from decisions.kinds import WITH_REVIEW_TYPE
from decisions.models import Decision, DecisionState, DisputeEnd
from decisions.services.declarations import is_blocked, is_undecided
from decisions.services.ending import end_dispute
from lcspr import clock

M = TypeVar("M", bound=models.Model)

UNDECIDED = "You declared a conflict of interest in this case, and it has not been decided yet."
BLOCKED = (
    "It was decided on your declaration of interest that you take no part in this case. "
    "Your deputy, or a colleague named by the business unit, acts instead."
)


def locked(record: M) -> M:
    """The row as it is now, held until commit: a second person waits here and then sees what the first did."""
    found: M = type(record)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=record.pk)
    return found


def still(decision: Decision, *states: DecisionState) -> None:
    """Raise MovedOn, which says what happened, unless the decision is in one of these states."""
    if decision.state not in states:
        raise MovedOn(decision, last_event(decision))


def refuse_conflicted(case: Case, user: User) -> None:
    """Raise when the person declared a conflict that was decided against them, or is not decided yet."""
    if is_blocked(case, user):
        raise TransitionRefused([BLOCKED])
    if is_undecided(case, user):
        raise TransitionRefused([UNDECIDED])


def check_answer(
    decision: Decision,
    outcome: str,
    reasons: str,
    on: dt.date,
    *,
    review_type: str = "",
) -> None:
    """Raise with everything wrong in an answer: not one of those offered, no reasons, a date that cannot be."""
    problems = []
    if outcome not in decision.outcomes.values:
        problems.append("Choose one of the answers offered.")
    if not reasons.strip():
        problems.append("Give the reasons.")
    problems += day_problems(on) + _type_problems(outcome, review_type)
    if problems:
        raise TransitionRefused(problems)


def day_problems(on: dt.date) -> list[str]:
    return ["The date must be today or in the past."] if on > clock.today() else []


def _type_problems(outcome: str, review_type: str) -> list[str]:
    if not review_type:
        return []
    if outcome not in WITH_REVIEW_TYPE:
        return ["No kind of review goes with this answer."]
    if (outcome == "lcspr") != (review_type in STATUTORY_REVIEWS):
        return ["The kind of review does not go with this answer."]
    return []


def settle(decision: Decision, *, by: User) -> Decision:
    """Conclude the decision if its model now yields an outcome; returns it as it now is.

    The caller holds the row. A decision already made is opened again when a contested view was put right
    and its ground has gone.
    """
    decision = locked(decision)
    if decision.state == DecisionState.DECIDED:
        if decision.decided_alone or decision.standing().outcome == decision.outcome:
            return decision
        decision = perform(
            decision, "open_again", by=by, words="The decision is open again: a contested view was put right"
        )
    if decision.needs():
        return decision
    standing = decision.standing()
    assert standing.outcome is not None
    split = " The partners were not agreed." if standing.split else ""
    stands = (
        " The independent chair does not agree; the partners’ decision stands."
        if standing.chair_disagrees
        else ""
    )
    end_dispute(
        decision,
        how=DisputeEnd.LEAD_PARTNERS if decision.lead() else DisputeEnd.AGREED,
        by=by,
        on=_date_of(decision),
    )
    return perform(
        decision,
        "conclude",
        by=by,
        words=f"Decided: {decision.label_of(standing.outcome)}.{split}{stands}",
        on=_date_of(decision),
        review_type=_type_of(decision, standing.outcome),
    )


def _date_of(decision: Decision) -> dt.date:
    chair, lead = decision.chair_view(), decision.lead()
    return rules.decided_on(
        [view.given_on for view in decision.live_views()],
        chair=rules.ChairSays(chair.agrees, chair.outcome or None) if chair else None,
        chair_on=chair.given_on if chair else None,
        lead_on=lead.decided_on if lead else None,
    )


def _type_of(decision: Decision, outcome: str) -> str:
    """The kind of review that goes with an outcome: of whoever had the last word, else as recommended."""
    if outcome not in WITH_REVIEW_TYPE:
        return ""
    chair, lead = decision.chair_view(), decision.lead()
    for said in (lead, chair):
        if said is not None and said.outcome == outcome and said.review_type:
            return str(said.review_type)
    if decision.recommended == outcome and decision.recommended_type:
        return str(decision.recommended_type)
    return ReviewType.LCSPR.value if outcome == "lcspr" else ""


def tell(
    template: str, decision: Decision, *, by: User, roles: frozenset[Role] = PARTNERS, task: str
) -> None:
    """Write to everyone who holds one of these roles in the case, but not to whoever just acted."""
    people = [person for person in holders(decision.case, roles) if person != by]
    queue(template, case=decision.case, to=people, by=by, about=decision, task=task)
