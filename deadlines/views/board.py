"""The deadlines board and the month."""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections import defaultdict
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from accounts.db import memberships_of
from accounts.models import Partnership, User
from casework.models import Access
from casework.reading import note_read
from deadlines.calendars import Calendars
from deadlines.forms import BoardFilter
from deadlines.models import Deadline, DeadlineQuerySet
from deadlines.models.reference import Force
from deadlines.rules.london import end_of_day, start_of_day
from deadlines.showing import shown_all
from govuk.dates import MONTHS
from lcspr import clock

PAGE = 50

STATES = [
    ("open", "Everything owed"),
    ("overdue", "Overdue"),
    ("week", "Due this week"),
    ("held", "Held, reasons sent"),
    ("ended", "Met or stopped"),
]
HEADINGS = {
    "late": "Overdue",
    "today": "Due today",
    "week": "Due this week",
    "later": "Later",
    "held": "Held, reasons sent",
    "ended": "Met or stopped",
}


class DeadlinePages(TemplateView):
    """A page over the deadlines of every case the person may see; the read is recorded once."""

    @property
    def user(self) -> User:
        user = self.request.user
        if not isinstance(user, User):
            raise PermissionDenied
        return user

    def deadlines(self) -> DeadlineQuerySet:
        """All that the person may see, with what a row shows."""
        return Deadline.objects.visible_to(self.user).with_everything()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        note_read(self.request, case=None, words="Opened the deadlines")
        return {"case_content": True, "tabs": self.tabs(), **super().get_context_data(**kwargs)}

    def tabs(self) -> list[dict[str, Any]]:
        pages = [("List", reverse("deadlines:board")), ("Calendar", reverse("deadlines:month"))]
        return [
            {"text": text, "href": href, "current": self.request.path.startswith(href)}
            if href != reverse("deadlines:board")
            else {"text": text, "href": href, "current": self.request.path == href}
            for text, href in pages
        ]


class BoardView(DeadlinePages):
    """What will hurt this week: everything owed, soonest first."""

    template_name = "deadlines/board.html"
    page_title = "Deadlines"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chosen, page = self.chosen(), self.page_number()
        # One more than the page shows says whether there is another, without counting them all.
        found = list(self.filtered(chosen)[(page - 1) * PAGE : page * PAGE + 1])
        rows = shown_all(found[:PAGE], clock.now())
        order = list(HEADINGS)
        rows.sort(key=lambda row: order.index(row.group))
        return super().get_context_data(
            groups=[
                {"heading": HEADINGS[key], "rows": list(members)}
                for key, members in groupby(rows, key=lambda row: row.group)
            ],
            filter_form=self.filter_form(chosen),
            chosen=self.chips(chosen),
            clear_href=reverse("deadlines:board"),
            paging=self.paging(chosen, page, more=len(found) > PAGE),
            **kwargs,
        )

    @cached_property
    def partnerships(self) -> list[tuple[str, str]]:
        """The partnerships whose cases the person can meet here, by key and name."""
        own = [membership.partnership for membership in memberships_of(self.user)]
        invited = Access.objects.current().filter(user=self.user).values("case__partnership")
        known = {*own, *Partnership.objects.filter(pk__in=invited)}
        return sorted(((str(each.pk), each.name) for each in known), key=lambda pair: pair[1])

    def chosen(self) -> dict[str, str]:
        """The filters of the address; a value that is not on its list is left out."""
        lists = {
            "state": dict(STATES),
            "force": dict(Force.choices),
            "partnership": dict(self.partnerships),
        }
        asked = {name: self.request.GET.get(name, "") for name in lists}
        return {name: value for name, value in asked.items() if value in lists[name] and value}

    def page_number(self) -> int:
        typed = self.request.GET.get("page", "1")
        if not (typed.isascii() and typed.isdigit() and 0 < int(typed) <= 10_000):
            raise Http404
        return int(typed)

    def filtered(self, chosen: dict[str, str]) -> DeadlineQuerySet:
        rows, now, today = self.deadlines(), clock.now(), clock.today()
        state = chosen.get("state", "open")
        if state == "ended":
            rows = rows.ended().order_by("-due_at", "id")
        elif state == "overdue":
            rows = rows.overdue(now).order_by("due_at", "id")
        elif state == "held":
            rows = rows.owed().filter(held_since__isnull=False).order_by("due_at", "id")
        elif state == "week":
            sunday = today + dt.timedelta(days=6 - today.weekday())
            rows = rows.owed().filter(due_at__gte=start_of_day(today), due_at__lte=end_of_day(sunday))
            rows = rows.order_by("due_at", "id")
        else:
            rows = rows.owed().order_by("due_at", "id")
        if force := chosen.get("force"):
            rows = rows.filter(force=force)
        if partnership := chosen.get("partnership"):
            rows = rows.filter(partnership_id=partnership)
        return rows

    def filter_form(self, chosen: dict[str, str]) -> BoardFilter:
        return BoardFilter(
            initial=chosen, states=STATES, forces=list(Force.choices), partnerships=self.partnerships
        )

    def chips(self, chosen: dict[str, str]) -> list[dict[str, str]]:
        lists = {"state": dict(STATES), "force": dict(Force.choices), "partnership": dict(self.partnerships)}
        return [
            {
                "text": str(lists[name][value]),
                "remove_href": self.address({key: kept for key, kept in chosen.items() if key != name}),
            }
            for name, value in chosen.items()
        ]

    def paging(self, chosen: dict[str, str], page: int, *, more: bool) -> dict[str, Any]:
        params: dict[str, Any] = {"landmarkLabel": "Pages of deadlines"}
        if page > 1:
            params["previous"] = {"href": self.address({**chosen, "page": str(page - 1)})}
        if more:
            params["next"] = {"href": self.address({**chosen, "page": str(page + 1)})}
        return params if len(params) > 1 else {}

    @staticmethod
    def address(query: dict[str, str]) -> str:
        board = reverse("deadlines:board")
        return f"{board}?{urlencode(query)}" if query else board


class MonthView(DeadlinePages):
    """One month as a calendar: what is owed on which day."""

    template_name = "deadlines/month.html"
    limit = 300

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        first = self.first_day()
        weeks = months.Calendar().monthdatescalendar(first.year, first.month)
        rows = self.deadlines().owed().order_by("due_at", "id")
        rows = rows.filter(due_at__gte=start_of_day(weeks[0][0]), due_at__lte=end_of_day(weeks[-1][-1]))
        by_day: dict[dt.date, list[Any]] = defaultdict(list)
        for row in shown_all(rows[: self.limit], clock.now()):
            by_day[row.deadline.due_on].append(row)
        calendar = Calendars()["England and Wales"]
        return super().get_context_data(
            page_title=f"Deadlines in {MONTHS[first.month - 1]} {first.year}",
            weeks=[
                [
                    {
                        "on": on,
                        "outside": on.month != first.month,
                        "today": on == clock.today(),
                        "holiday": _holiday(calendar.why_not(on)),
                        "rows": by_day[on],
                    }
                    for on in week
                ]
                for week in weeks
            ],
            has_any=any(by_day.values()),
            previous_month=first - dt.timedelta(days=1),
            next_month=weeks[-1][-1]
            if weeks[-1][-1].month != first.month
            else weeks[-1][-1] + dt.timedelta(days=1),
            **kwargs,
        )

    def first_day(self) -> dt.date:
        """The month asked for as “2026-09”, else this one."""
        typed = self.request.GET.get("month", "")
        if not typed:
            return clock.today().replace(day=1)
        try:
            return dt.date.fromisoformat(f"{typed}-01")
        except ValueError as error:
            raise Http404 from error


def _holiday(why: str | None) -> str:
    return "" if why in {None, "weekend"} else str(why)
