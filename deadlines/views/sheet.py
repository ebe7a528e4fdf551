"""The week sheet: on the screen, and asked for as a PDF."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from casework import jobs
from deadlines.rules.weeks import Weeks
from deadlines.sheet import MOST, sheet_of, span
from deadlines.views.board import DeadlinePages
from govuk.dates import date_text
from lcspr import clock

TASK: Final = "deadlines.tasks.make_week_sheet"


class WeekView(DeadlinePages):
    """One week to look at or to print; its button asks for it as a PDF."""

    template_name = "deadlines/week.html"
    page_title = "Week sheet"
    kept = ("week",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        monday = self.monday()
        sheet = sheet_of(self.deadlines(), monday, clock.now())
        return super().get_context_data(
            sheet=sheet,
            most=MOST,
            this_week="" if monday == Weeks.around(clock.today()).monday else self.address(week=""),
            previous=self.week_link(monday - dt.timedelta(days=7)),
            following=self.week_link(monday + dt.timedelta(days=7)),
            asked_before=jobs.of(self.user, TASK),
            here=self.address(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        monday = self.monday()
        job = jobs.ask(
            TASK,
            by=self.user,
            title=f"Week sheet, {span(monday, Weeks.around(monday).sunday)}",
            origin=self.address(),
            asked={**self.chosen, "week": monday.isoformat()},
        )
        return redirect("casework:job", job.pk)

    def week_link(self, monday: dt.date) -> dict[str, str]:
        return {"href": self.address(week=monday.isoformat()), "text": f"Week from {date_text(monday)}"}

    def monday(self) -> dt.date:
        """The Monday of the week asked for by any of its days, else of this one."""
        typed = self.request.GET.get("week", "")
        try:
            on = dt.date.fromisoformat(typed) if typed else clock.today()
        except ValueError as error:
            raise Http404 from error
        if not dt.MINYEAR < on.year < dt.MAXYEAR:
            raise Http404
        return Weeks.around(on).monday
