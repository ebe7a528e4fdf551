"""The three partners' decision on the criteria, and what follows from it (T09, T09b, T11 to T13, T18)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import IO, Any, TypeAlias

from django.core.files.base import File
from django.db import transaction

from accounts.access_table import Thing
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from accounts.settings_choices import StatutoryPartner
from casework.files import store_document
from casework.models import Case, Stage
from casework.transitions import TransitionRefused, perform
from decisions import services as decisions
from decisions.kinds import CriteriaOutcome, DecisionKind
from decisions.models import Decision, DecisionState, PartnerView
from decisions.standing import name_of
from lcspr import clock
from referrals.models import Basis, SeriousIncidentNotification
from referrals.services import clocks, telling

Upload: TypeAlias = "File[Any] | IO[bytes]"


@transaction.atomic
def open_criteria_decision(case: Case, *, by: User, on: dt.date) -> Decision:
    """Ask the partners whether the criteria are met; the question being asked already is returned."""
    last = Decision.objects.filter(case=case, kind=DecisionKind.CRITERIA, state=DecisionState.DECIDED).first()
    return decisions.open_decision(case, kind=DecisionKind.CRITERIA, by=by, on=on, supersedes=last)


@transaction.atomic
def recommend_on_criteria(
    decision: Decision,
    *,
    by: User,
    outcome: str,
    reasons: str,
    on: dt.date,
    review_type: str = "",
    method: str = "",
) -> Decision:
    """Record what the sub-group recommends on the criteria."""
    decision = decisions.recommend(
        decision, by=by, outcome=outcome, reasons=reasons, on=on, review_type=review_type, method=method
    )
    return conclude_criteria(decision, by=by)


@transaction.atomic
def give_view_on_criteria(
    decision: Decision,
    *,
    by: User,
    outcome: str,
    reasons: str,
    on: dt.date,
    partner: StatutoryPartner | None = None,
    findings: Mapping[str, str] | None = None,
) -> Decision:
    """Give one partner's view on the criteria; the third view that agrees decides (T09, T11, T12)."""
    decision = decisions.give_view(
        decision, by=by, outcome=outcome, reasons=reasons, on=on, partner=partner, findings=findings
    )
    return conclude_criteria(decision, by=by)


@transaction.atomic
def record_view_on_criteria_on_behalf(
    decision: Decision,
    *,
    by: User,
    partner: StatutoryPartner,
    outcome: str,
    reasons: str,
    evidence: Upload,
    on: dt.date,
) -> Decision:
    """Record a partner's view from a meeting or a message, which is kept as evidence (domain §8.3)."""
    document = _evidence(decision, evidence, by=by, title=f"View of {name_of(partner)} on the criteria")
    decision = decisions.record_view_on_behalf(
        decision, partner=partner, outcome=outcome, reasons=reasons, evidence=document, by=by, on=on
    )
    return conclude_criteria(decision, by=by)


@transaction.atomic
def confirm_view_on_criteria(view: PartnerView, *, by: User) -> Decision:
    """Confirm a view recorded on one's behalf."""
    return conclude_criteria(decisions.confirm_view(view, by=by), by=by)


@transaction.atomic
def contest_view_on_criteria(view: PartnerView, *, by: User, reason: str) -> Decision:
    """Contest a view recorded on one's behalf; it can still be replaced by one's own."""
    return decisions.contest_view(view, by=by, reason=reason)


@transaction.atomic
def escalate_criteria(decision: Decision, *, by: User, reason: str, on: dt.date) -> Decision:
    """Take a split on the criteria to the lead safeguarding partners (T18); the notification's clock runs on."""
    return decisions.escalate(decision, by=by, reason=reason, on=on)


@transaction.atomic
def record_lead_partners_on_criteria(
    decision: Decision,
    *,
    by: User,
    outcome: str,
    reasons: str,
    evidence: Upload,
    on: dt.date,
    review_type: str = "",
) -> Decision:
    """Record the lead safeguarding partners' written decision on the criteria."""
    document = _evidence(
        decision, evidence, by=by, title="Lead safeguarding partners’ decision on the criteria"
    )
    decision = decisions.record_lead_partners_decision(
        decision, by=by, outcome=outcome, reasons=reasons, evidence=document, on=on, review_type=review_type
    )
    return conclude_criteria(decision, by=by)


@transaction.atomic
def notify_alone(decision: Decision, *, by: User, reasons: str, on: dt.date) -> SeriousIncidentNotification:
    """The local authority notifies although a partner disagrees (T13): the duty is its own, the date unchanged.

    The dissent is kept, and the lead partners are told.
    """
    decision = decisions.decide_alone(decision, by=by, reasons=reasons, on=on)
    case = perform(
        decision.case,
        "notify_alone",
        by=by,
        words="The local authority decided to notify although a partner disagrees",
    )
    clocks.start_when_found_met(case, on=_held_on(decision), by=by)
    clocks.discussed(case, by=by)
    notification = require_notification(case, by=by, basis=Basis.LA_ALONE, dissent=_dissent(decision))
    telling.tell(
        "criteria_split",
        case,
        telling.TOLD_OF_DISSENT,
        by=by,
        about=decision,
        due=clocks.open_clock(case, clocks.NOTIFY),
    )
    return notification


@transaction.atomic
def conclude_criteria(decision: Decision, *, by: User) -> Decision:
    """Act on a criteria decision once it is made, and not before; the case moves with it.

    Called after everything that may decide. A view that is contested, or not yet confirmed where the
    partnership asks for that, holds back only what a partner's word is needed for: the criteria being met is acted
    on at once, because the five working days run.
    """
    case = Case.objects.select_related("partnership").get(pk=decision.case_id)
    # A case that came back to the criteria is decided anew, not by what was decided before.
    is_old = decision.created_at < case.moved_at
    if decision.state != DecisionState.DECIDED or case.stage != Stage.SCREENING or is_old:
        return decision
    if decision.outcome == CriteriaOutcome.MET:
        _criteria_met(case, decision, by=by)
    elif not decisions.blocking_views(decision):
        _criteria_not_met(case, decision, by=by)
    return decision


@transaction.atomic
def act_on_criteria(decision: Decision, *, by: User) -> Decision:
    """Act on a decision that waited, as when a view recorded on behalf was still to be confirmed."""
    if reasons := decisions.outstanding(decision):
        raise TransitionRefused(reasons)
    decision = conclude_criteria(decision, by=by)
    if Case.objects.filter(pk=decision.case_id, stage=Stage.SCREENING).exists():
        raise TransitionRefused(["There is nothing to act on."])
    return decision


def _criteria_met(case: Case, decision: Decision, *, by: User) -> None:
    case = perform(
        case,
        "find_criteria_met",
        by=by,
        words="The partners found the criteria met: the notification is to be sent",
    )
    clocks.start_when_found_met(case, on=_held_on(decision), by=by)
    clocks.discussed(case, by=by)
    require_notification(case, by=by, basis=Basis.PARTNERS_AGREE, dissent=_dissent(decision))
    telling.tell(
        "criteria_met",
        case,
        frozenset({Role.LAN, Role.SGC, Role.IC}) | BUSINESS_UNIT,
        by=by,
        about=decision,
        task="Send the notification, and record that it was sent",
        due=clocks.open_clock(case, clocks.NOTIFY),
    )


def _criteria_not_met(case: Case, decision: Decision, *, by: User) -> None:
    finish: dict[str, tuple[str, str]] = {
        CriteriaOutcome.NOT_MET_REVIEW: (
            "choose_alternative",
            "The partners found the criteria not met, and decided on another kind of review",
        ),
        CriteriaOutcome.NOT_MET_NFA: (
            "find_criteria_not_met",
            "Closed: the partners found the criteria not met, and nothing further is needed",
        ),
    }
    name, words = finish[decision.outcome]
    case = perform(case, name, by=by, words=words)
    clocks.not_owed(
        case,
        clocks.NOTIFY,
        clocks.TELL_PARTNERS,
        clocks.DISCUSS,
        reason="The partners found the criteria not met",
        by=by,
    )
    clocks.stop(case, clocks.WRITE, reason="The partners found the criteria not met", by=by)
    telling.tell(
        "criteria_not_met",
        case,
        PARTNERS | BUSINESS_UNIT | {Role.SGC, Role.IC, Role.LAN},
        by=by,
        about=decision,
    )
    # The referrer learns the state of things, and how to challenge it; the reasons go in the outcome letter.
    telling.tell_referrers("referral_status", case, by=by)


def require_notification(
    case: Case, *, by: User, basis: Basis, dissent: str = ""
) -> SeriousIncidentNotification:
    """Open the notification that the local authority now owes; the case waits for it already."""
    if case.stage != Stage.AWAITING_SIN:
        raise TransitionRefused(["The case does not wait for a notification."])
    return SeriousIncidentNotification.objects.create(case=case, basis=basis, dissent=dissent)


@transaction.atomic
def reconsider_criteria(
    notification: SeriousIncidentNotification, *, by: User, reason: str, on: dt.date
) -> Decision:
    """Look at the criteria again before the notification is sent (T09b): the partners are asked anew.

    The three partners, the local authority among them, have agreed to; the clock goes on meanwhile.
    """
    notification = perform(
        notification,
        "reconsider",
        by=by,
        reason=reason,
        words=f"The notification waits, for the partners look again: {reason}",
    )
    case = perform(
        notification.case,
        "reconsider_criteria",
        by=by,
        words=f"The partners look at the criteria again: {reason}",
    )
    decision = open_criteria_decision(case, by=by, on=on)
    telling.tell(
        "criteria_reconsidered",
        case,
        telling.DECIDERS,
        by=by,
        about=decision,
        task="Give your view on the criteria again",
        due=clocks.open_clock(case, clocks.NOTIFY),
    )
    return decision


def _evidence(decision: Decision, upload: Upload, *, by: User, title: str) -> Any:
    return store_document(decision.case, upload, by=by, title=title, thing=Thing.RR_REPORT)


def _held_on(decision: Decision) -> dt.date:
    """The day on which the local authority held the criteria met; that of the decision where it did not."""
    met = [view for view in decision.live_views() if view.outcome == CriteriaOutcome.MET]
    own = [view.given_on for view in met if view.partner == StatutoryPartner.LA]
    return own[0] if own else decision.decided_on or clock.today()


def _dissent(decision: Decision) -> str:
    """In words, which partners do not hold that the criteria are met."""
    others = [
        f"{name_of(view.partner)}: {view.get_outcome_display()}. {view.reasons}"
        for view in decision.live_views()
        if view.outcome != CriteriaOutcome.MET
    ]
    return "\n".join(others)
