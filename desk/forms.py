"""Filters of the pages that span apps."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import User
from casework.models import CLOSED, OPEN, Stage
from deadlines.models import Deadline
from deadlines.rules.london import end_of_day
from desk.gathering import week_ahead
from govuk.forms import GovForm
from lcspr import clock

STANDINGS = {
    "open": ("Open cases", OPEN),
    "closed": ("Closed cases", CLOSED),
}

CLOCKS = [("late", "Overdue"), ("week", "Due this week")]


class CaseFilterForm(GovForm):
    submit_label = "Show these cases"
    form_method = "get"
    mark_optional = False

    standing = forms.ChoiceField(
        label="Open or closed",
        choices=[("", "All"), *((key, words) for key, (words, _) in STANDINGS.items())],
        required=False,
    )
    stage = forms.ChoiceField(label="Stage", choices=[("", "Any stage"), *Stage.choices], required=False)

    clock = forms.ChoiceField(
        label="What is owed in it", choices=[("", "Anything or nothing"), *CLOCKS], required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def applied_to(self, cases: Any) -> Any:
        """The cases that pass; an unknown value filters nothing."""
        if not self.is_valid():
            return cases
        if standing := self.cleaned_data["standing"]:
            cases = cases.filter(stage__in=STANDINGS[standing][1])
        if stage := self.cleaned_data["stage"]:
            cases = cases.filter(stage=stage)
        if asked := self.cleaned_data["clock"]:
            owed = Deadline.objects.visible_to(self.user).owed().order_by()
            late = owed.overdue(clock.now())
            week = owed.filter(due_at__gte=clock.now(), due_at__lte=end_of_day(week_ahead(clock.today())))
            cases = cases.filter(pk__in=(late if asked == "late" else week).values("case"))
        return cases

    def chosen(self, address: str) -> list[dict[str, str]]:
        """What is filtered by, each with the address that takes it away."""
        if not self.is_valid():
            return []
        in_force = {name: value for name, value in self.cleaned_data.items() if value}
        labels = {
            "standing": {key: words for key, (words, _) in STANDINGS.items()},
            "stage": dict(Stage.choices),
            "clock": dict(CLOCKS),
        }
        return [
            {
                "text": labels[name][value],
                "remove_href": f"{address}?{'&'.join(f'{n}={v}' for n, v in in_force.items() if n != name)}",
            }
            for name, value in in_force.items()
        ]
