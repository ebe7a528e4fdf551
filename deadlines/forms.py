"""Forms of the deadlines pages; a refusal of the service stands beside the answer it is about."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator

from accounts.settings_choices import RapidReviewAnchor
from deadlines.foreseen import MakesDue
from deadlines.models import Deadline
from deadlines.services import why_not_trigger
from deadlines.services.changes import why_not_extend
from deadlines.services.dating import trigger_may_lie_ahead
from deadlines.services.rules import LONGEST_AMOUNT
from govuk import widgets
from govuk.dates import Mistyped, parse_time
from govuk.fields import GovDateField, GovDateTimeField, YesNoField
from govuk.forms import GovForm
from lcspr import clock

LONGEST_REASON = 4000


class DeadlineForm(GovForm):
    """A form about one deadline, which must give its reason."""

    def __init__(self, *args: Any, deadline: Deadline, **kwargs: Any) -> None:
        self.deadline = deadline
        super().__init__(*args, **kwargs)

    def refuse(self, field: str, reasons: list[str]) -> None:
        for reason in reasons:
            self.add_error(field, reason)


class CorrectTriggerForm(MakesDue, DeadlineForm):
    submit_label = "Correct it and work out the date again"
    # The deadline's own clock.
    makes_due = {"trigger_at": {}}

    trigger_at = GovDateTimeField(
        label="When did it really begin?",
        noun="time it began",
        help_text="For example, 27 March 2026, 5:30pm",
    )
    reason = forms.CharField(
        label="Why is it corrected?",
        help_text="The old and the new date are both kept, with this reason.",
        max_length=LONGEST_REASON,
        widget=widgets.Textarea(rows=4),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_deadline = self.deadline
        began = self.fields["trigger_at"]
        if isinstance(began, GovDateTimeField) and not trigger_may_lie_ahead(self.deadline.rule.as_rule):
            began.not_after = clock.now

    def clean_trigger_at(self) -> dt.datetime:
        trigger_at: dt.datetime = self.cleaned_data["trigger_at"]
        if reasons := why_not_trigger(self.deadline, trigger_at):
            raise forms.ValidationError(reasons)
        return trigger_at


class ExtendForm(DeadlineForm):
    submit_label = "Extend the deadline"

    until = GovDateField(label="New due date", noun="new due date", not_before=clock.today)
    reason = forms.CharField(
        label="Why is more time given?",
        help_text="The date worked out is kept, and reported beside the new one.",
        max_length=LONGEST_REASON,
        widget=widgets.Textarea(rows=4),
    )

    def clean_until(self) -> dt.date:
        until: dt.date = self.cleaned_data["until"]
        if reasons := why_not_extend(self.deadline, until):
            raise forms.ValidationError(reasons)
        return until


class LatenessForm(DeadlineForm):
    submit_label = "Record it"

    reason = forms.CharField(
        label="Why was it, or will it be, late?", max_length=LONGEST_REASON, widget=widgets.Textarea(rows=5)
    )
    regulator_told_at = GovDateTimeField(
        label="When was the National Panel told?",
        noun="time the National Panel was told",
        help_text="Leave it empty if they have not been told yet.",
        required=False,
        not_after=clock.now,
    )


class NothingAskedForm(GovForm):
    """An act with nothing to ask."""


class HolidayForm(GovForm):
    submit_label = "Show what it moves"

    on = GovDateField(label="Which day?", noun="day of the bank holiday")
    title = forms.CharField(label="What is it called?", max_length=120, widget=widgets.TextInput(width=30))
    source = forms.CharField(
        label="Where does it say so?",
        help_text="For example, a proclamation with its date, or GOV.UK.",
        max_length=120,
        widget=widgets.TextInput(),
    )
    provisional = YesNoField(
        label="Has it been announced officially?",
        help_text="Dates that lean on a day not yet announced are marked provisional.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = kwargs.get("initial") or {}
        if "provisional" in initial:
            # The question is asked the other way round.
            kwargs["initial"] = initial | {"provisional": not initial["provisional"]}
        super().__init__(*args, **kwargs)

    def clean_provisional(self) -> bool:
        return not self.cleaned_data["provisional"]


class ProposalForm(GovForm):
    """What every change of a rule must say."""

    effective_from = GovDateField(
        label="From which day?",
        noun="first day",
        help_text="It governs what begins on this day or later. If a figure here was wrong from the start, give the "
        "day from which it is wrong.",
    )
    source = forms.CharField(
        label="Which law or guidance says so?",
        help_text="Its title, chapter or paragraph, and where it can be read.",
        max_length=1000,
        widget=widgets.Textarea(rows=3),
    )
    reason = forms.CharField(
        label="Why is it changed here?",
        help_text="Kept with every date that moves by it.",
        max_length=LONGEST_REASON,
        widget=widgets.Textarea(rows=3),
    )


class VersionForm(ProposalForm):
    submit_label = "Propose it"

    version = forms.CharField(
        label="What is the new version called?",
        help_text="For example, Working Together 2027.",
        max_length=60,
        widget=widgets.TextInput(width=30),
    )
    name = forms.CharField(label="What is owed?", max_length=160, widget=widgets.TextInput())
    amount = forms.IntegerField(
        label="How much time does it give?",
        min_value=0,
        max_value=LONGEST_AMOUNT,
        widget=widgets.WholeNumberInput(width=4),
    )
    unit = forms.ChoiceField(label="Counted in", widget=widgets.Select)

    field_order = ["version", "name", "amount", "unit", "effective_from", "source", "reason"]

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = units


class WithdrawalForm(ProposalForm):
    submit_label = "Propose its end"

    field_order = ["effective_from", "source", "reason"]


class RefusalForm(GovForm):
    submit_label = "Do not confirm it"
    submit_style = "secondary"

    reason = forms.CharField(
        label="Why is it not confirmed?",
        error_messages={"required": "Say why it is not confirmed"},
        max_length=LONGEST_REASON,
        widget=widgets.Textarea(rows=3),
    )


class FigureForm(GovForm):
    submit_label = "Show what it moves"

    amount = forms.IntegerField(
        label="How much time does your partnership give?",
        required=False,
        min_value=1,
        widget=widgets.WholeNumberInput(width=4),
    )
    reason = forms.CharField(
        label="Why is it changed?",
        help_text="Kept with every date that moves by it.",
        max_length=LONGEST_REASON,
        widget=widgets.Textarea(rows=3),
    )

    def __init__(self, *args: Any, unit: str, limit: int, usual: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount = self.fields["amount"]
        assert isinstance(amount, forms.IntegerField)
        amount.help_text = f"In {unit}. {usual}"
        amount.max_value = limit
        amount.error_messages |= dict.fromkeys(
            ("min_value", "max_value"), f"Give a whole number from 1 to {limit}"
        )
        amount.validators.append(MaxValueValidator(limit, f"Give a whole number from 1 to {limit}"))


class ChoicesForm(GovForm):
    submit_label = "Show what it moves"

    rr_anchor = forms.ChoiceField(
        label="From when do the 15 working days of the rapid review count?",
        choices=RapidReviewAnchor.choices,
        widget=widgets.Radios,
    )
    office_closes_at = forms.CharField(
        label="When does the office close?",
        help_text="For example, 5pm. A referral after that counts as the next day’s, for acknowledging and discussing "
        "it only. Leave it empty if every day counts to midnight. No statutory clock waits for office hours.",
        max_length=10,
        required=False,
        widget=widgets.TextInput(width=5),
    )
    reason = forms.CharField(
        label="Why is it changed?",
        help_text="Kept with every date that moves by it.",
        max_length=LONGEST_REASON,
        widget=widgets.Textarea(rows=3),
    )

    def clean_office_closes_at(self) -> dt.time | None:
        typed = self.cleaned_data["office_closes_at"]
        if not typed:
            return None
        try:
            return parse_time(typed)
        except Mistyped as mistake:
            raise forms.ValidationError(f"The closing time {mistake.problem}") from mistake


class BoardFilter(GovForm):
    """The filters of the board; every value is one of a list, so they stand in the address."""

    form_method = "get"
    mark_optional = False
    submit_label = "Filter"

    state = forms.ChoiceField(label="State", required=False, widget=widgets.Select)
    force = forms.ChoiceField(label="What stands behind it", required=False, widget=widgets.Select)
    partnership = forms.ChoiceField(label="Partnership", required=False, widget=widgets.Select)

    def __init__(
        self,
        *args: Any,
        states: list[tuple[str, str]],
        forces: list[tuple[str, str]],
        partnerships: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offered = {
            "state": states,
            "force": [("", "Any"), *forces],
            "partnership": [("", "Any"), *partnerships],
        }
        for name, field in self.fields.items():
            if isinstance(field, forms.ChoiceField):
                field.choices = offered[name]
        if len(partnerships) < 2:
            del self.fields["partnership"]
