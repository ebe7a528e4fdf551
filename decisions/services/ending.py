"""How a dispute ends: in the same act as whatever ends it, and with the reason."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from casework import audit
from decisions.models import Decision, DisputeEnd


def end_dispute(decision: Decision, *, how: DisputeEnd, by: User, on: dt.date, because: str = "") -> None:
    """Close the open dispute about a question, if there is one. The caller holds the decision."""
    for dispute in decision.escalations.open().select_for_update(no_key=True):
        dispute.settled_on, dispute.ended_how = max(on, dispute.opened_on), how
        dispute.ended_because, dispute.ended_by = because, by
        dispute.save()
        audit.record(
            "dispute_ended",
            by=by,
            case=decision.case,
            about=dispute,
            words=f"The dispute ended: {DisputeEnd(how).label}",
        )
