"""The table of bank holidays: its source and status, and every change with what it would move."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from deadlines import services
from deadlines.calendars import calendar_named, running_out
from deadlines.forms import HolidayForm, NothingAskedForm
from deadlines.models import Holiday
from deadlines.models.reference import CalendarName
from deadlines.rules import words
from deadlines.services.grounds import Outcome
from deadlines.services.holidays import why_not_day, would_move
from deadlines.tabs import KEEPERS, tabs_of
from deadlines.views.previewed import WORKED_OUT, OfficePage, PreviewedAct
from lcspr import clock


class HolidaysView(OfficePage, TemplateView):
    """One calendar's holidays of one year and what stands behind each."""

    roles_allowed = KEEPERS
    template_name = "deadlines/holidays.html"
    page_title = "Bank holidays"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = _calendar(self.request.GET.get("calendar", ""))
        days = list(Holiday.objects.of_calendar(name))
        years = sorted({day.on.year for day in days} | {clock.today().year})
        year = self.year(years)
        calendar = calendar_named(name)
        return super().get_context_data(
            tabs=tabs_of(self.user, current=reverse("deadlines:holidays")),
            warnings=running_out(clock.today()),
            chosen=name,
            calendars=[
                {"text": label, "href": _list(value, year), "current": value == name}
                for value, label in CalendarName.choices
            ],
            year=year,
            years=[{"year": each, "href": _list(name, each), "current": each == year} for each in years],
            official=f"{words.full_date(calendar.official_from)} to {words.full_date(calendar.official_until)}",
            version=calendar.version,
            rows=[_row(day) for day in days if day.on.year == year],
            add_href=f"{reverse('deadlines:add_holiday')}?{urlencode({'calendar': name})}",
            **kwargs,
        )

    def year(self, years: list[int]) -> int:
        typed = self.request.GET.get("year", "")
        if not typed:
            return clock.today().year
        if not (typed.isascii() and typed.isdigit() and int(typed) in years):
            raise Http404
        return int(typed)


class _HolidayAct(PreviewedAct):
    roles_allowed = KEEPERS

    @cached_property
    def holiday(self) -> Holiday:
        """The holiday the address names."""
        return get_object_or_404(Holiday, pk=self.kwargs["pk"])

    @property
    def calendar(self) -> str:
        return self.holiday.calendar

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"caption": self.calendar, "back_href": self.get_success_url(), "back_text": "Bank holidays"}
            | kwargs
        )

    def get_success_url(self) -> str:
        year = self.holiday.on.year if "pk" in self.kwargs else None
        return _list(self.calendar, year)


class AddHolidayView(_HolidayAct):
    form_class = HolidayForm
    page_title = "Add a bank holiday"
    confirm_label = "Add the bank holiday"
    added: Holiday | None = None

    @property
    def calendar(self) -> str:
        return _calendar(self.request.GET.get("calendar", ""))

    def reasons(self, answers: dict[str, Any]) -> list[str]:
        return why_not_day(answers["on"], calendar=self.calendar)

    def moves(self, answers: dict[str, Any]) -> list[Outcome]:
        return would_move(
            self.user, calendar=self.calendar, adding=[Holiday(calendar=self.calendar, **answers)]
        )

    def told(self, answers: dict[str, Any]) -> str:
        return f"{answers['title']}, {words.full_date(answers['on'])}, becomes a bank holiday."

    def act(self, answers: dict[str, Any]) -> str:
        self.added = services.add_holiday(calendar=self.calendar, by=self.user, **answers)
        return f"{self.added.title} is added.\n{WORKED_OUT}"

    def get_success_url(self) -> str:
        return _list(self.calendar, self.added.on.year if self.added else None)


class ChangeHolidayView(_HolidayAct):
    form_class = HolidayForm
    page_title = "Change a bank holiday"
    confirm_label = "Change the bank holiday"

    def get_initial(self) -> dict[str, Any]:
        day = self.holiday
        return {"on": day.on, "title": day.title, "source": day.source, "provisional": day.provisional}

    def reasons(self, answers: dict[str, Any]) -> list[str]:
        return why_not_day(answers["on"], calendar=self.calendar, instead_of=self.holiday)

    def moves(self, answers: dict[str, Any]) -> list[Outcome]:
        changed = Holiday(calendar=self.calendar, **answers)
        return would_move(self.user, calendar=self.calendar, without=[self.holiday], adding=[changed])

    def told(self, answers: dict[str, Any]) -> str:
        was = f"{self.holiday.title}, {words.full_date(self.holiday.on)}"
        return f"{was}, becomes {answers['title']}, {words.full_date(answers['on'])}."

    def act(self, answers: dict[str, Any]) -> str:
        services.change_holiday(self.holiday, by=self.user, **answers)
        return f"The bank holiday is changed.\n{WORKED_OUT}"


class RemoveHolidayView(_HolidayAct):
    form_class = NothingAskedForm
    page_title = "Remove a bank holiday"
    confirm_label = "Remove the bank holiday"
    is_warning = True

    def get(self, *args: Any, **kwargs: Any) -> Any:
        form = self.get_form_class()(data={})
        form.full_clean()
        return self.preview(form)

    def moves(self, answers: dict[str, Any]) -> list[Outcome]:
        return would_move(self.user, calendar=self.calendar, without=[self.holiday])

    def told(self, answers: dict[str, Any]) -> str:
        return f"{self.holiday.title}, {words.full_date(self.holiday.on)}, is a working day again."

    def act(self, answers: dict[str, Any]) -> str:
        title = self.holiday.title
        services.remove_holiday(self.holiday, by=self.user)
        return f"{title} is removed.\n{WORKED_OUT}"


def _calendar(typed: str) -> str:
    if typed and typed not in CalendarName.values:
        raise Http404
    return str(typed or CalendarName.ENGLAND_AND_WALES)


def _list(calendar: str, year: int | None) -> str:
    asked = {"calendar": calendar} | ({"year": str(year)} if year else {})
    return f"{reverse('deadlines:holidays')}?{urlencode(asked)}"


def _row(day: Holiday) -> dict[str, Any]:
    return {
        "pk": day.pk,
        "day": words.full_date(day.on),
        "title": day.title,
        "provisional": day.provisional,
        "source": day.source,
    }
