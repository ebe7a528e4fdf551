from publication.models.family import FamilyReading
from publication.models.gates import GateTick
from publication.models.publication import (
    Ground,
    Outcome,
    Publication,
    PublicationState,
)
from publication.models.turning import BringingToChair, Closing, Reopening, ReopeningReason, ReopenTo

__all__ = [
    "BringingToChair",
    "Closing",
    "FamilyReading",
    "GateTick",
    "Ground",
    "Outcome",
    "Publication",
    "PublicationState",
    "ReopenTo",
    "Reopening",
    "ReopeningReason",
]
