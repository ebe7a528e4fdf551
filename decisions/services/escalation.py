"""When the partners do not agree: T18 and its record (F-21), and the local authority's own duty, T13."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, LEAD_PARTNERS, PARTNERS, Role
from accounts.settings_choices import StatutoryPartner
from casework import audit
from casework.models import Document
from casework.permissions import holders, roles_in
from casework.transitions import TransitionRefused, perform
from decisions.models import (
    Decision,
    DecisionState,
    DisputeEnd,
    DisputeStep,
    Escalation,
    LeadPartnersDecision,
    StepKind,
)
from decisions.models.dispute import BROUGHT_BACK
from decisions.services.checking import (
    check_answer,
    day_problems,
    locked,
    refuse_conflicted,
    settle,
    still,
    tell,
)
from decisions.services.ending import end_dispute

CONCERNED = LEAD_PARTNERS | PARTNERS | {Role.IC}
KEEPS_THE_RECORD = CONCERNED | BUSINESS_UNIT | {Role.SGC}
NOBODY_TO_TELL = "No lead safeguarding partner has an account here, so nobody was told by this service. Tell them, and record it."


@transaction.atomic
def escalate(decision: Decision, *, by: User, reason: str, on: dt.date) -> Decision:
    """Take a disagreement to the lead safeguarding partners, whose written decision will be the outcome (T18).

    Opens the dispute record with each partner's position as it is now, and with who was told. No statutory clock
    waits for it: a rapid review goes in time, stating the split.
    """
    decision = locked(decision)
    refuse_conflicted(decision.case, by)
    if problems := day_problems(on) + ([] if reason.strip() else ["Give the reasons."]):
        raise TransitionRefused(problems)
    decision = perform(decision, "escalate", by=by, words="Escalated to the lead safeguarding partners")
    dispute = Escalation.objects.create(
        case=decision.case, decision=decision, reason=reason, opened_by=by, opened_on=on
    )
    for view in decision.live_views():
        words = f"{view.get_outcome_display()}. {view.reasons}"
        _step(dispute, StepKind.POSITION, words=words, partner=view.partner, by=by, on=on)
    if (chair := decision.chair_view()) is not None:
        _step(dispute, StepKind.OTHER, words=f"The independent chair: {chair}. {chair.reasons}", by=by, on=on)
    told = ", ".join(str(person) for person in holders(decision.case, LEAD_PARTNERS) if person != by)
    words = f"Told by e-mail from this service: {told}." if told else NOBODY_TO_TELL
    _step(dispute, StepKind.TOLD, words=words, by=by, on=on)
    tell(
        "decision_escalated",
        decision,
        by=by,
        roles=CONCERNED,
        task="A disagreement of the partners is with the lead safeguarding partners",
    )
    return decision


@transaction.atomic
def record_dispute_step(
    dispute: Escalation,
    *,
    by: User,
    kind: StepKind,
    words: str,
    on: dt.date,
    partner: StatutoryPartner | None = None,
) -> DisputeStep:
    """Add to the record of an open dispute what was done or said, and when; a second click adds nothing."""
    dispute = _open(dispute, by=by)
    problems = day_problems(on) + ([] if words.strip() else ["Say what was done or said."])
    if (kind == StepKind.POSITION) != (partner is not None):
        problems.append("Say which partner’s position it is, and only of a position.")
    if problems:
        raise TransitionRefused(problems)
    same: DisputeStep | None = dispute.steps.filter(
        kind=kind, words=words, on=on, partner=partner or "", recorded_by=by
    ).first()
    if same is not None:
        return same
    step = _step(dispute, kind, words=words, partner=partner or "", by=by, on=on)
    audit.record(
        "dispute_step",
        by=by,
        case=dispute.case,
        about=dispute,
        words=f"Recorded in the dispute: {str(step)[0].lower()}{str(step)[1:]}",
    )
    return step


@transaction.atomic
def bring_back(dispute: Escalation, *, by: User, how: DisputeEnd, reason: str, on: dt.date) -> Decision:
    """End a dispute before the lead safeguarding partners decide: the partners agree, or it was escalated in error.

    Never by whoever opened it. The question is open again; the partners' views stand until they change them.
    """
    decision = locked(dispute.decision)
    still(decision, DecisionState.ESCALATED)
    dispute = _open(dispute, by=by)
    problems = day_problems(on) + ([] if reason.strip() else ["Give the reasons."])
    if how not in BROUGHT_BACK:
        problems.append("Say whether the partners came to agree, or whether it was escalated in error.")
    if dispute.opened_by_id == by.pk:
        problems.append("You opened this dispute yourself: a second person ends it.")
    if problems:
        raise TransitionRefused(problems)
    decision = perform(
        decision,
        "bring_back",
        by=by,
        how=how,
        reason=reason,
        words=f"Brought back from the lead safeguarding partners: {DisputeEnd(how).label[0].lower()}{DisputeEnd(how).label[1:]}",
    )
    end_dispute(decision, how=how, because=reason, by=by, on=on)
    tell(
        "decision_brought_back",
        decision,
        by=by,
        roles=KEEPS_THE_RECORD,
        task="The question is with the three partners again",
    )
    return settle(decision, by=by)


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
    end_dispute(decision, how=DisputeEnd.ALONE, because=reasons, by=by, on=on)
    tell(
        "decision_not_agreed",
        decision,
        by=by,
        roles=CONCERNED | BUSINESS_UNIT | {Role.SGC},
        task="The local authority notifies although the partners are not agreed",
    )
    return decision


def _open(dispute: Escalation, *, by: User) -> Escalation:
    """The dispute, held until commit, when it is open and the person keeps its record."""
    dispute = locked(dispute)
    if not roles_in(by, dispute.case) & KEEPS_THE_RECORD:
        raise PermissionDenied
    refuse_conflicted(dispute.case, by)
    if not dispute.is_open:
        raise TransitionRefused(
            [f"The dispute has ended: {dispute.get_ended_how_display() or 'it was settled'}."]
        )
    return dispute


def _step(
    dispute: Escalation, kind: StepKind, *, words: str, by: User, on: dt.date, partner: str = ""
) -> DisputeStep:
    return DisputeStep.objects.create(
        case=dispute.case,
        escalation=dispute,
        kind=kind,
        words=words,
        partner=partner,
        on=on,
        recorded_by=by,
    )
