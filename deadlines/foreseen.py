"""What a date that somebody is typing will make due, said before it is sent: a part for any form.

A form names the clocks that its dates start (`makes_due`). The part stands above the button. With scripts the page
asks `deadlines:foreseen` while the date is typed; without, a second button answers on the same page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

from crispy_forms.helper import FormHelper
from django import forms
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString

from accounts.models import Partnership
from casework.models import Case
from deadlines.models import Deadline
from deadlines.rules.counting import Derived, Unit
from deadlines.rules.explain import Explanation, explain
from deadlines.rules.london import london_date
from deadlines.services.dating import NotOwedYetError, rule_of, trigger_may_lie_ahead, worked_out
from govuk.forms import GovFormMixin
from govuk.jinja import component
from lcspr import clock

# The name of the button that asks without scripts.
ASK: Final = "foresee"

# The clocks of one date: each code with the words of its condition (“if it disagrees”), empty when there is none.
Clocks = Mapping[str, str]


@dataclass(frozen=True)
class Foreseen:
    """One clock that a date will start: under which condition, when it will be due, and why then."""

    name: str
    condition: str
    explanation: Explanation

    @property
    def sentence(self) -> str:
        return self.explanation.sentence

    @property
    def lines(self) -> list[str]:
        return self.explanation.lines

    @property
    def is_provisional(self) -> bool:
        return self.explanation.derived.provisional


class MakesDue(GovFormMixin):
    """A form some of whose dates start clocks: `makes_due` gives the clocks of each such field.

    The view tells it the case or the partnership (`of_case`, `of_partnership`); without either it says nothing.
    """

    makes_due: Mapping[str, Clocks] = {}
    of_case: Case | None = None
    of_partnership: Partnership | None = None
    of_deadline: Deadline | None = None

    # Every such form by its name, for the page that answers while somebody types.
    known: ClassVar[dict[str, type[MakesDue]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # Forms that are made for one page answer by the name of the one that stands for them.
        MakesDue.known.setdefault(cls.form_name(), cls)

    @classmethod
    def form_name(cls) -> str:
        return f"{cls.__module__}.{cls.__name__}"

    @property
    def asks_first(self) -> bool:
        """Whether the button was pressed that only asks what the dates will make due."""
        return self.is_bound and ASK in self.data

    def full_clean(self) -> None:
        super().full_clean()
        if self.asks_first:
            # The rest is not finished yet: only what is wrong with these dates is said.
            for name in [name for name in self.errors if name not in self.makes_due]:
                del self.errors[name]

    def is_valid(self) -> bool:
        return super().is_valid() and not self.asks_first

    @cached_property
    def helper(self) -> FormHelper:
        helper: FormHelper = super().helper
        if self._partnership is not None and any(name in self.fields for name in self.makes_due):
            helper.layout.fields.insert(-1, _Answer())
            # Last: Enter in a box presses the first button of a form.
            helper.layout.append(_Ask())
        return helper

    @property
    def _partnership(self) -> Partnership | None:
        return self.of_case.partnership if self.of_case is not None else self.of_partnership

    def foreseen(self) -> list[Foreseen]:
        """What the dates as they stand in the form will make due."""
        if self._partnership is None:
            return []
        return list(_foreseen(self._dates(), self.makes_due, self._partnership, self.of_deadline))

    def _dates(self) -> Mapping[str, dt.date]:
        found = {}
        for name in self.makes_due:
            if name not in self.fields:
                continue
            value = (
                self[name].value() if self.is_bound else self.get_initial_for_field(self.fields[name], name)
            )
            if (read := _read(self.fields[name], value)) is not None:
                found[name] = read
        return found

    @property
    def about(self) -> dict[str, str]:
        """How the page names this form, and what it is about, when it asks."""
        found = {"form": self.form_name()}
        if self.of_case is not None:
            found["case"] = str(self.of_case.pk)
        elif self.of_partnership is not None:
            found["partnership"] = str(self.of_partnership.pk)
        if self.of_deadline is not None:
            found["deadline"] = str(self.of_deadline.pk)
        return found


def answer(
    form: type[MakesDue],
    typed: MultiValueDict[str, str],
    partnership: Partnership,
    deadline: Deadline | None = None,
) -> list[Foreseen]:
    """What the dates typed so far into a form will make due; one not finished yet makes nothing due."""
    dates = {}
    for name in form.makes_due:
        field = form.base_fields[name]  # type: ignore[attr-defined]  # Django's metaclass gives it
        value = field.widget.value_from_datadict(typed, MultiValueDict(), name)
        if (read := _read(field, value)) is not None:
            dates[name] = read
    return list(_foreseen(dates, form.makes_due, partnership, deadline))


def usual_day(code: str, partnership: Partnership) -> dt.date | None:
    """The day a rule would set for what is asked for now, to offer in a form; None where no such clock runs."""
    ruling = rule_of(code, clock.today(), partnership)
    return worked_out(ruling[1], clock.now(), partnership).work_to_or_due if ruling else None


def _read(field: forms.Field, value: Any) -> dt.date | None:
    try:
        found = field.to_python(value)
    except forms.ValidationError:
        return None
    return found if isinstance(found, dt.date) else None


def _foreseen(
    dates: Mapping[str, dt.date],
    makes_due: Mapping[str, Clocks],
    partnership: Partnership,
    deadline: Deadline | None,
) -> Iterator[Foreseen]:
    for name, clocks in makes_due.items():
        for code, condition in (clocks or _of(deadline)).items():
            if (date := dates.get(name)) is not None:
                yield from _clock(code, condition, date, partnership, deadline)


def _of(deadline: Deadline | None) -> Clocks:
    return {deadline.code: ""} if deadline is not None else {}


def _clock(
    code: str, condition: str, date: dt.date, partnership: Partnership, deadline: Deadline | None
) -> Iterator[Foreseen]:
    trigger_at = date if isinstance(date, dt.datetime) else clock.on_the_day(date)
    try:
        ruling = rule_of(code, london_date(trigger_at), partnership)
    except NotOwedYetError:
        return
    if ruling is None:
        return
    kept, rule = ruling
    if deadline is None and rule.trigger.value != kept.trigger:
        # The partnership counts this clock from another event than the one whose date is typed.
        return
    if trigger_at > clock.now() and not trigger_may_lie_ahead(rule):
        return
    if rule.unit is Unit.HOURS and not isinstance(date, dt.datetime):
        return
    given_on = deadline.given_on if deadline is not None else None
    derived: Derived = worked_out(rule, trigger_at, partnership, given_on=given_on)
    yield Foreseen(
        rule.name, condition, explain(derived, rule, deadline.because if deadline is not None else None)
    )


class _Answer:
    """The place above the button where the page says what is foreseen."""

    fields: ClassVar[list[str]] = []

    def render(self, form: MakesDue, context: Any, template_pack: str = "", **kwargs: Any) -> SafeString:
        names = [name for name in form.makes_due if name in form.fields]
        return render_to_string(
            "deadlines/foreseen_part.html",
            {"foreseen": form.foreseen(), "about": form.about, "names": " ".join(names)},
        )


class _Ask:
    """The button that asks without scripts; the script takes it away."""

    fields: ClassVar[list[str]] = []

    def render(self, form: MakesDue, context: Any, template_pack: str = "", **kwargs: Any) -> SafeString:
        text, attributes = "Show what this makes due", {"formnovalidate": "", "data-foreseen-ask": ""}
        return component(
            "button",
            {
                "text": text,
                "name": ASK,
                "value": "1",
                "classes": "govuk-button--secondary",
                "attributes": attributes,
            },
        )
