"""The record of a decision as a PDF, made as the person who asked for it."""

from __future__ import annotations

from typing import Any, Final

from accounts.db import acting_as
from accounts.models import User
from casework import jobs, pdf
from casework.models import Job
from decisions import standing
from decisions.models import Decision
from lcspr import clock

TASK: Final = "decisions.tasks.make_record"
STEPS = 3


def said_in(decision: Decision, user: User) -> dict[str, Any]:
    """What the record says: who said what and why, and the outcome. Views stay hidden as long as on the page."""
    hidden = standing.is_hidden_from(decision, user)
    said = decision.views.select_related(
        "given_by", "for_membership__user", "evidence", "confirmed_by", "agency", "decision"
    )
    chair = decision.chair_views.select_related("given_by", "for_membership__user")
    return {
        "decision": decision,
        "hidden": hidden,
        "views": [] if hidden else [view for view in said if view.is_live],
        "earlier_views": [] if hidden else [view for view in said if not view.is_live],
        "chair_views": list(chair),
        "escalations": list(decision.escalations.select_related("opened_by")),
        "lead_decision": getattr(decision, "lead_decision", None),
        "outstanding": standing.outstanding(decision),
    }


def make_record(job: Job) -> jobs.Made:
    """Gather what the person may see of the decision now, then draw it."""
    jobs.progress(job, 1, of=STEPS)
    user = job.requested_by
    with acting_as(user):
        rows = Decision.objects.visible_to(user).select_related("case__partnership", "opened_by")
        decision = rows.filter(pk=job.asked["decision"]).first()
        if not user.is_active or decision is None:
            raise jobs.JobFailed("You may no longer open this decision, so nothing can be made.")
        case = decision.case
        context = {
            **said_in(decision, user),
            "title": "Record of the decision",
            "case": case,
            "made_at": clock.now(),
            "by": user.name,
        }
    jobs.progress(job, 2, of=STEPS)
    content = pdf.render("pdf/decision.html", context)
    jobs.progress(job, 3, of=STEPS)
    return jobs.Made(content, f"decision-{case.reference}.pdf", frozenset({case.pk}))
