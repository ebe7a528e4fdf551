"""Where the partners stand on the criteria of a case: what the referral's own guards must know."""

from __future__ import annotations

from collections.abc import Iterable

from casework.models import Case
from decisions.kinds import CriteriaOutcome, DecisionKind
from decisions.models import Decision, DecisionState, PartnerView


def criteria_decisions(case: Case) -> list[Decision]:
    """Every time the criteria of a case were put to the partners, the latest first."""
    return list(Decision.objects.filter(case=case, kind=DecisionKind.CRITERIA).prefetch_related("views"))


def pending_criteria(case: Case) -> Decision | None:
    """The question of the criteria while it waits for the partners."""
    return Decision.objects.pending().filter(case=case, kind=DecisionKind.CRITERIA).first()


def views_given(case: Case) -> bool:
    """Whether any partner has given, or had recorded for them, a view on the criteria since they were last asked."""
    views = PartnerView.objects.filter(case=case, decision__kind=DecisionKind.CRITERIA)
    return views.exclude(decision__state=DecisionState.ABANDONED).exists()


def no_partner_says_met(case: Case | None) -> Iterable[str]:
    """Why a referral can no longer be withdrawn: withdrawing it does not cancel the authority's duty (T06)."""
    if case is None:
        return
    said = PartnerView.objects.filter(
        case=case, decision__kind=DecisionKind.CRITERIA, outcome=CriteriaOutcome.MET
    ).select_related("decision")
    if said.exists():
        yield (
            "A partner has said that the criteria are met, so the referral can no longer be withdrawn: "
            "the local authority’s duty to notify stands."
        )
    if case.seriousincidentnotifications.exclude(sent_at=None).exists():
        yield "The notification was sent, so the referral can no longer be withdrawn."
