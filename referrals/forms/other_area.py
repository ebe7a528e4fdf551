"""What is asked about the partnership of the child's home area."""

from __future__ import annotations

from django import forms

from correspondence.models import How
from govuk import widgets
from govuk.fields import ConfirmField, GovDateTimeField
from govuk.forms import GovForm
from lcspr import clock
from referrals.forms.triage import reason_field


class LetInForm(GovForm):
    submit_label = "Tell them, and let them in"

    sure = ConfirmField(
        label="The other area’s business unit may read this case, and ask its own agencies",
        error_messages={"required": "Tick the box to confirm that they may read this case"},
    )


class ToldOutsideForm(GovForm):
    """Told by other means: its partnership does not use this service."""

    submit_label = "Record that they were told"

    name = forms.CharField(label="Which partnership was told?", max_length=200, widget=widgets.TextInput())
    told_at = GovDateTimeField(label="When was it told?", noun="time it was told", not_after=clock.now)
    how = forms.ChoiceField(label="How was it told?", choices=How.choices, widget=widgets.Radios())
    words = forms.CharField(
        label="Who was told what?", max_length=4000, required=False, widget=widgets.Textarea(rows=4)
    )


class LetOutForm(GovForm):
    submit_label = "End their access"
    submit_style = "warning"

    reason = reason_field("Why does the case not concern them any more?")
