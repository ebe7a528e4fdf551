from decisions.models.decision import (
    ChairDecisionConfirmed,
    ChairView,
    Decision,
    DecisionState,
    Escalation,
    LeadPartnersDecision,
)
from decisions.models.declaration import Declaration, DeclarationOutcome, DeclarationState
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
    "ViewState",
]
