"""Forms of the deadlines pages; a refusal of the service stands beside the answer it is about."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from deadlines.models import Deadline
from deadlines.services import why_not_trigger
from deadlines.services.changes import why_not_extend
from deadlines.services.dating import trigger_may_lie_ahead
from govuk import widgets
from govuk.fields import GovDateField, GovDateTimeField
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


class CorrectTriggerForm(DeadlineForm):
    submit_label = "Correct it and work out the date again"

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
