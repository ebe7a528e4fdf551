"""Filters of the pages that span apps."""

from __future__ import annotations

from typing import Any

from django import forms

from casework.models import CLOSED, OPEN, Stage
from govuk.forms import GovForm

STANDINGS = {
    "open": ("Open cases", OPEN),
    "closed": ("Closed cases", CLOSED),
}


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

    def applied_to(self, cases: Any) -> Any:
        """The cases that pass; an unknown value filters nothing."""
        if not self.is_valid():
            return cases
        if standing := self.cleaned_data["standing"]:
            cases = cases.filter(stage__in=STANDINGS[standing][1])
        if stage := self.cleaned_data["stage"]:
            cases = cases.filter(stage=stage)
        return cases

    def chosen(self, address: str) -> list[dict[str, str]]:
        """What is filtered by, each with the address that takes it away."""
        if not self.is_valid():
            return []
        in_force = {name: value for name, value in self.cleaned_data.items() if value}
        labels = {
            "standing": {key: words for key, (words, _) in STANDINGS.items()},
            "stage": dict(Stage.choices),
        }
        return [
            {
                "text": labels[name][value],
                "remove_href": f"{address}?{'&'.join(f'{n}={v}' for n, v in in_force.items() if n != name)}",
            }
            for name, value in in_force.items()
        ]
