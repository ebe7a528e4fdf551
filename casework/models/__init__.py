from casework.models.access import Access, Opening, Wall
from casework.models.audit import Event, EventPayload, RowChange, RowChangePayload
from casework.models.case import CLOSED, OPEN, Case, Stage
from casework.models.drafts import Draft
from casework.models.files import Document, ScanState
from casework.models.jobs import Job, JobState
from casework.models.people import Outcome, Part, Person, Subject
from casework.models.record import CaseRecord, CaseRecordQuerySet
from casework.models.takingback import TakingBack

__all__ = [
    "CLOSED",
    "OPEN",
    "Access",
    "Case",
    "CaseRecord",
    "CaseRecordQuerySet",
    "Document",
    "Draft",
    "Event",
    "EventPayload",
    "Job",
    "JobState",
    "Opening",
    "Outcome",
    "Part",
    "Person",
    "RowChange",
    "RowChangePayload",
    "ScanState",
    "Stage",
    "Subject",
    "TakingBack",
    "Wall",
]
