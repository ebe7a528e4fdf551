"""One deadline: how it stands, how its date came about, and what may be done about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.views.generic import TemplateView

from accounts.roles import BUSINESS_UNIT
from casework.views import RecordMixin
from deadlines.calendars import Calendars
from deadlines.models import Deadline
from deadlines.rules import words
from deadlines.rules.london import end_of_day, london_date
from deadlines.services.changes import EXTENDERS, WAS_AGREED, why_not_extend
from deadlines.services.clocks import late_by
from deadlines.showing import shown
from lcspr import clock


class DeadlineView(RecordMixin, TemplateView):
    """One deadline: how it stands, how the date came about, and every change to it."""

    model = Deadline
    template_name = "deadlines/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        deadline: Deadline = self.record
        row = shown(deadline, now=clock.now(), calendars=Calendars())
        return super().get_context_data(
            page_title=deadline.name,
            caption=f"{self.case} {self.case.reference}",
            row=row,
            summary=self.summary(deadline, row),
            lines=deadline.explanation_lines,
            changes=deadline.changes.select_related("by"),
            acts=self.acts(deadline),
            back_href=reverse("deadlines:board"),
            back_text="Deadlines",
            **kwargs,
        )

    def summary(self, deadline: Deadline, row: Any) -> list[dict[str, str]]:
        rule = deadline.rule.as_rule
        listed = words.and_list(rule.told) if rule.told else ""
        told = f"{listed[:1].upper()}{listed[1:]}"
        late = late_by(deadline)
        facts = [
            ("State", row.status.words),
            ("Due", _when(deadline.due_at)),
            ("Owed by", row.who),
            ("Told", told),
            ("What stands behind it", f"{rule.force_words[:1].upper()}{rule.force_words[1:]}: {rule.source}"),
            ("If it is missed", rule.consequence),
            ("Why it was stopped", deadline.ended_reason),
            ("Why it is held", deadline.hold_reason),
            (
                "Why it was late" if late or deadline.lateness_reason else "",
                deadline.lateness_reason or "Not recorded yet",
            ),
            ("National Panel told", _when(deadline.regulator_told_at) if deadline.regulator_told_at else ""),
        ]
        rows = [{"key": key, "value": value} for key, value in facts if key and value]
        page = reverse("deadlines:rule", args=[rule.code])
        rows.append(
            {"key": "Rule", "value": f"{rule.code}, {rule.version}", "href": page, "action": "See the rule"}
        )
        return rows

    def acts(self, deadline: Deadline) -> list[dict[str, Any]]:
        """The acts this person may take upon it, blocked ones with what blocks them."""
        running = [] if deadline.is_open else ["This deadline no longer runs, so its dates stay as they are."]
        agreed = [WAS_AGREED] if deadline.is_agreed else []
        offered = [
            ("correct", "Correct when it began", BUSINESS_UNIT, running or agreed),
            ("extend", "Extend it", EXTENDERS, running or why_not_extend(deadline)),
            ("lateness", "Record why it is late", BUSINESS_UNIT, []),
            ("chasing", "See who is told, and when", BUSINESS_UNIT, []),
        ]
        return [
            {"label": label, "href": reverse(f"deadlines:{name}", args=[deadline.pk]), "reasons": reasons}
            for name, label, roles, reasons in offered
            if self.roles & roles
        ]


def _when(at: dt.datetime) -> str:
    on = london_date(at)
    return words.full_date(on) if at == end_of_day(on) else words.moment(at.astimezone(clock.LONDON))
