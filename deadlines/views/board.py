"""The deadlines board and the month: what will hurt this week, and what falls on which day."""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections import Counter
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from accounts.compiled import planning_once
from accounts.models import User
from casework.compiled import compiled_once
from casework.reading import note_read
from deadlines.filtering import COUNTED, COUNTED_TO, STATES, BoardFilter, Filters, in_state, numbered
from deadlines.models import Deadline, DeadlineQuerySet
from deadlines.paging import Place, Slice, page_of, slice_of
from deadlines.rules.london import end_of_day, start_of_day
from deadlines.sheet import days_of
from deadlines.showing import shown_all
from deadlines.tabs import tabs_of
from govuk.dates import MONTHS
from lcspr import clock

PAGE = 25
HEADINGS = {
    "late": "Overdue",
    "today": "Due today",
    "week": "Due later this week",
    "next": "Due next week",
    "later": "After next week",
    "held": "Held, reasons sent",
    "ended": "Met or stopped",
}


# The board as it opens, with no filter: what most people look at, most of the time.


@compiled_once
def _first_page(user: User, case: None, size: int) -> Any:
    rows = in_state(Deadline.objects.visible_to(user), "", now=clock.now(), today=clock.today())
    related = ("case", "rule", "partnership", "owed_agency", "owed_user")
    return rows.select_related(*related).order_by("due_at", "id")[: size + 1]


@compiled_once
def _all_numbered(user: User, case: None, *, now: dt.datetime) -> Any:
    return numbered(Deadline.objects.visible_to(user), now=now, today=clock.today())


class DeadlinePages(TemplateView):
    """A page over the deadlines of every case the person may see; the read is recorded once."""

    # What of the address stays when a filter changes: the month or the week that is looked at.
    kept: tuple[str, ...] = ()
    has_states = False

    @property
    def user(self) -> User:
        user = self.request.user
        if not isinstance(user, User):
            raise PermissionDenied
        return user

    @cached_property
    def filters(self) -> Filters:
        return Filters(self.user, self.request.GET)

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The filters in force on this page."""
        return {
            name: value for name, value in self.filters.chosen.items() if self.has_states or name != "state"
        }

    def deadlines(self) -> DeadlineQuerySet:
        """All that the person may see and the filters let through."""
        return self.filters.narrow(Deadline.objects.visible_to(self.user))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        note_read(self.request, case=None, words="Opened the deadlines")
        return {
            "case_content": True,
            "tabs": self.tabs(),
            **self.filtering(),
            **super().get_context_data(**kwargs),
        }

    def tabs(self) -> list[dict[str, Any]]:
        """The pages over deadlines; the filters go along, but for the state, which is the list's own."""
        along = {name: value for name, value in self.chosen.items() if name != "state"}
        return tabs_of(self.user, current=self.request.path, along=along)

    def filtering(self) -> dict[str, Any]:
        """The form, and what is in force, each with the address that takes it away."""
        kept = {name: self.request.GET[name] for name in self.kept if name in self.request.GET}
        return {
            "filter_form": BoardFilter(self.filters, with_state=self.has_states, kept=kept),
            "chosen": [
                {
                    "text": self.filters.words(name),
                    "remove_href": self.address(**{name: ""}),
                }
                for name in self.chosen
            ],
            "clear_href": f"{self.request.path}?{urlencode(kept)}" if kept else self.request.path,
        }

    def address(self, **changed: str) -> str:
        """This page with the filters in force, some of them changed; an empty one is left out."""
        kept = {name: self.request.GET[name] for name in self.kept if name in self.request.GET}
        query = {name: value for name, value in {**self.chosen, **kept, **changed}.items() if value}
        return f"{self.request.path}?{urlencode(query)}" if query else self.request.path


class BoardView(DeadlinePages):
    """What will hurt this week: the overdue, today, this week and the next, soonest first."""

    template_name = "deadlines/board.html"
    page_title = "Deadlines"
    has_states = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, today = clock.now(), clock.today()
        state = self.chosen.get("state", "")
        page = self.page(state, now, today)
        rows = shown_all(page.rows, now)
        order = list(HEADINGS)
        rows.sort(key=lambda row: order.index(row.group))
        return super().get_context_data(
            groups=[
                {"heading": HEADINGS[key], "rows": list(members)}
                for key, members in groupby(rows, key=lambda row: row.group)
            ],
            counts=self.counts(state, now, today),
            nothing=self.nothing(state),
            all_href=self.address(state="open"),
            paging=self.paging(page),
            **kwargs,
        )

    def page(self, state: str, now: dt.datetime, today: dt.date) -> Slice:
        try:
            places = {
                name: Place.read(self.request.GET[name])
                for name in ("after", "before")
                if self.request.GET.get(name)
            }
        except ValueError as error:
            raise Http404 from error
        if not (self.chosen or places):
            with planning_once():
                return slice_of(_first_page(self.user, None, PAGE), PAGE)
        rows = in_state(self.deadlines(), state, now=now, today=today).with_everything()
        return page_of(rows, PAGE, latest_first=state == "ended", **places)

    def counts(self, state: str, now: dt.datetime, today: dt.date) -> list[dict[str, Any]]:
        """How many there are of each kind, up to a hundred, and the way to them."""
        if self.chosen.keys() - {"state"}:
            rows = numbered(self.deadlines(), now=now, today=today)
        else:
            with planning_once():
                rows = _all_numbered(self.user, now=now)
        numbers = Counter(name for (name,) in rows)
        found = []
        for name in COUNTED:
            number = numbers[name]
            if number or name != "held":
                text = str(number) if number <= COUNTED_TO else f"More than {COUNTED_TO}"
                found.append(
                    {
                        "number": text,
                        "text": dict(STATES)[name],
                        "href": self.address(state=name) if number else "",
                        "late": name == "overdue" and number,
                        "current": name == state,
                    }
                )
        return found

    def nothing(self, state: str) -> str:
        """Why the list is empty."""
        if set(self.chosen) - {"state"}:
            return "No deadline fits these filters."
        if not state:
            return "Nothing is overdue, and nothing is due this week or next in the cases you can see."
        return f"There is nothing under “{dict(STATES)[state]}” in the cases you can see."

    def paging(self, page: Slice) -> dict[str, Any]:
        params: dict[str, Any] = {"landmarkLabel": "Pages of deadlines"}
        if page.before:
            params["previous"] = {"href": self.address(before=str(page.before))}
        if page.after:
            params["next"] = {"href": self.address(after=str(page.after))}
        return params if len(params) > 1 else {}


class MonthView(DeadlinePages):
    """One month as a calendar: what is owed on which day."""

    template_name = "deadlines/month.html"
    kept = ("month",)
    # As many as a page can carry; the page says so when a month holds more.
    limit = 400

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        first = self.first_day()
        dates = months.Calendar().monthdatescalendar(first.year, first.month)
        begins, ends = dates[0][0], dates[-1][-1]
        rows = self.deadlines().owed().with_everything().order_by("due_at", "id")
        rows = rows.filter(due_at__gte=start_of_day(begins), due_at__lte=end_of_day(ends))
        found = list(rows[: self.limit + 1])
        days = days_of(begins, ends, shown_all(found[: self.limit], clock.now()), clock.today())
        return super().get_context_data(
            page_title=f"Deadlines in {MONTHS[first.month - 1]} {first.year}",
            first=first,
            weeks=[days[start : start + 7] for start in range(0, len(days), 7)],
            has_any=bool(found),
            # The days after the last one shown may hold more than the page says.
            full_until=found[self.limit].due_on if len(found) > self.limit else None,
            limit=self.limit,
            previous=self.month_link(first - dt.timedelta(days=1)),
            following=self.month_link(first + dt.timedelta(days=31)),
            this_month="" if first == clock.today().replace(day=1) else self.address(month=""),
            **kwargs,
        )

    def month_link(self, on: dt.date) -> dict[str, str]:
        return {"href": self.address(month=f"{on:%Y-%m}"), "text": f"{MONTHS[on.month - 1]} {on.year}"}

    def first_day(self) -> dt.date:
        """The month asked for as “2026-09”, else this one."""
        typed = self.request.GET.get("month", "")
        if not typed:
            return clock.today().replace(day=1)
        try:
            first = dt.datetime.strptime(typed, "%Y-%m").replace(tzinfo=dt.UTC).date()
        except ValueError as error:
            raise Http404 from error
        # The months beside it are linked to, and must exist.
        if not dt.MINYEAR < first.year < dt.MAXYEAR:
            raise Http404
        return first
