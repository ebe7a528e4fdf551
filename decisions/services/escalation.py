"""When the partners do not agree: T18, and the local authority's own duty, T13."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, LEAD_PARTNERS, PARTNERS, Role
from casework.models import Document
from casework.permissions import roles_in
from casework.transitions import TransitionRefused, perform
from decisions.models import Decision, DecisionState, Escalation, LeadPartnersDecision
from decisions.services.checking import (
    check_answer,
    day_problems,
    locked,
    refuse_conflicted,
    settle,
    still,
    tell,
)

CONCERNED = LEAD_PARTNERS | PARTNERS | {Role.IC}


@transaction.atomic
def escalate(decision: Decision, *, by: User, reason: str, on: dt.date) -> Decision:
    """Take a disagreement to the lead safeguarding partners, whose written decision will be the outcome (T18).

    No statutory clock waits for it: a rapid review goes in time, stating the split.
    """
    decision = locked(decision)
    refuse_conflicted(decision.case, by)
    if problems := day_problems(on) + ([] if reason.strip() else ["Give the reasons."]):
        raise TransitionRefused(problems)
    decision = perform(decision, "escalate", by=by, words="Escalated to the lead safeguarding partners")
    Escalation.objects.create(
        case=decision.case, decision=decision, reason=reason, opened_by=by, opened_on=on
    )
    tell(
        "decision_escalated",
        decision,
        by=by,
        roles=CONCERNED,
        task="A disagreement of the partners is with the lead safeguarding partners",
    )
    return decision


@transaction.atomic
def record_lead_partners_decision(
    decision: Decision,
    *,
    by: User,
    outcome: str,
    reasons: str,
    evidence: Document,
    on: dt.date,
    review_type: str = "",
) -> Decision:
    """Record the lead safeguarding partners' written decision, with the writing attached; it is the outcome."""
    decision = locked(decision)
    if not roles_in(by, decision.case) & (LEAD_PARTNERS | BUSINESS_UNIT | {Role.IC, Role.SGC}):
        raise PermissionDenied
    refuse_conflicted(decision.case, by)
    still(decision, DecisionState.ESCALATED)
    check_answer(decision, outcome, reasons, on, review_type=review_type)
    if evidence is None or evidence.case_id != decision.case_id:
        raise TransitionRefused(["Attach the lead safeguarding partners’ written decision."])
    LeadPartnersDecision.objects.create(
        case=decision.case,
        decision=decision,
        outcome=outcome,
        review_type=review_type,
        reasons=reasons,
        evidence=evidence,
        recorded_by=by,
        decided_on=on,
    )
    return settle(decision, by=by)


@transaction.atomic
def decide_alone(decision: Decision, *, by: User, reasons: str, on: dt.date) -> Decision:
    """The local authority holds that the criteria are met and notifies although a partner disagrees (T13).

    The duty is its own; the dissent is recorded and the lead safeguarding partners are told.
    """
    decision = locked(decision)
    refuse_conflicted(decision.case, by)
    if problems := day_problems(on) + ([] if reasons.strip() else ["Give the reasons."]):
        raise TransitionRefused(problems)
    decision = perform(
        decision,
        "decide_alone",
        by=by,
        words="The local authority decided to notify although the partners are not agreed",
        reasons=reasons,
        on=on,
    )
    decision.escalations.filter(settled_on=None).update(settled_on=on)
    tell(
        "decision_not_agreed",
        decision,
        by=by,
        roles=CONCERNED | BUSINESS_UNIT | {Role.SGC},
        task="The local authority notifies although the partners are not agreed",
    )
    return decision
