from actions.models.actions import (
    Action,
    ActionExtension,
    ActionState,
    ActionUpdate,
    Evidence,
    Outlook,
)
from actions.models.plans import ActionPlan, PlanState, ProgressReport
from actions.models.recommendations import Level, Recommendation, RecommendationState, SourceKind

__all__ = [
    "Action",
    "ActionExtension",
    "ActionPlan",
    "ActionState",
    "ActionUpdate",
    "Evidence",
    "Level",
    "Outlook",
    "PlanState",
    "ProgressReport",
    "Recommendation",
    "RecommendationState",
    "SourceKind",
]
