"""The week sheet as a PDF, made as the person who asked for it."""

from __future__ import annotations

import datetime as dt

from accounts.db import acting_as, memberships_of
from casework import jobs, pdf
from casework.models import Job
from deadlines.filtering import Filters
from deadlines.models import Deadline
from deadlines.sheet import MOST, sheet_of
from lcspr import clock

STEPS = 3


def make_week_sheet(job: Job) -> jobs.Made:
    """Gather what the person may see now, then draw it outside the transaction: drawing takes seconds."""
    jobs.progress(job, 1, of=STEPS)
    user = job.requested_by
    with acting_as(user):
        if not user.is_active or not memberships_of(user):
            raise jobs.JobFailed("You hold no role here any more, so nothing can be printed.")
        filters = Filters(user, job.asked)
        if missing := {name for name in job.asked if name != "week"} - set(filters.chosen):
            raise jobs.JobFailed(
                f"What you chose ({', '.join(sorted(missing))}) is no longer among what you can see. Choose again."
            )
        monday = dt.date.fromisoformat(job.asked["week"])
        sheet = sheet_of(filters.narrow(Deadline.objects.visible_to(user)), monday, clock.now())
        context = {
            "sheet": sheet,
            "most": MOST,
            "title": job.title,
            "by": user.name,
            "partnerships": ", ".join(
                sorted({membership.partnership.name for membership in memberships_of(user)})
            ),
            "filters": [filters.words(name) for name in filters.chosen],
        }
    jobs.progress(job, 2, of=STEPS)
    content = pdf.render("pdf/week_sheet.html", context)
    jobs.progress(job, 3, of=STEPS)
    return jobs.Made(content, f"week-sheet-{sheet.monday.isoformat()}.pdf", sheet.cases)
