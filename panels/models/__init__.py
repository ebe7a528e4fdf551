from panels.models.alternative import AlternativeReview, AlternativeState, Then
from panels.models.appointments import Appointment, AppointmentState
from panels.models.reports import ReportVersion, VersionState
from panels.models.review import ProgressCheck, Review, ReviewState
from panels.models.terms import TermsOfReference, TermsState

__all__ = [
    "AlternativeReview",
    "AlternativeState",
    "Appointment",
    "AppointmentState",
    "ProgressCheck",
    "ReportVersion",
    "Review",
    "ReviewState",
    "TermsOfReference",
    "TermsState",
    "Then",
    "VersionState",
]
