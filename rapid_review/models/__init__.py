from rapid_review.models.letters import PanelLetter, PanelView
from rapid_review.models.requests import AgencyRequest, RequestState
from rapid_review.models.review import Purpose, RapidReview, RapidReviewState

__all__ = [
    "AgencyRequest",
    "PanelLetter",
    "PanelView",
    "Purpose",
    "RapidReview",
    "RapidReviewState",
    "RequestState",
]
