from decisions.models.decision import (
    ChairDecisionConfirmed,
    ChairView,
    Decision,
    DecisionState,
    LeadPartnersDecision,
)
from decisions.models.declaration import Declaration, DeclarationOutcome, DeclarationState
from decisions.models.dispute import DisputeEnd, DisputeStep, Escalation, StepKind
from decisions.models.hold import Hold, HoldKind, HoldSource, HoldState
from decisions.models.proceeding import ParallelProceeding, ProceedingKind, ProceedingState
from decisions.models.view import LIVE_VIEW, PartnerView, ViewState

__all__ = [
    "LIVE_VIEW",
    "ChairDecisionConfirmed",
    "ChairView",
    "Decision",
    "DecisionState",
    "Declaration",
    "DeclarationOutcome",
    "DeclarationState",
    "DisputeEnd",
    "DisputeStep",
    "Escalation",
    "Hold",
    "HoldKind",
    "HoldSource",
    "HoldState",
    "LeadPartnersDecision",
    "ParallelProceeding",
    "PartnerView",
    "ProceedingKind",
    "ProceedingState",
    "StepKind",
    "ViewState",
]
