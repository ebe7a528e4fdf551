from deadlines.models.chasing import Reminder, WakeUp
from deadlines.models.deadlines import HOLDABLE, ChangeKind, Deadline, DeadlineChange, DeadlineQuerySet
from deadlines.models.feeds import CalendarFeed
from deadlines.models.reference import Holiday, ProposalKind, RuleProposal, RuleVersion

__all__ = [
    "HOLDABLE",
    "CalendarFeed",
    "ChangeKind",
    "Deadline",
    "DeadlineChange",
    "DeadlineQuerySet",
    "Holiday",
    "ProposalKind",
    "Reminder",
    "RuleProposal",
    "RuleVersion",
    "WakeUp",
]
