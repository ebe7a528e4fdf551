"""Forms of the rapid review."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.functional import cached_property

from accounts.models import Agency
from casework.forms import CaseFileField
from deadlines.foreseen import MakesDue
from govuk.fields import ConfirmField, GovDateField, GovDateTimeField
from govuk.forms import GovForm
from lcspr import clock
from rapid_review.models import PanelView, Purpose
from rapid_review.models.requests import Recommended

LONG = 20_000


def narrative(label: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    """A long answer."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class AskAgenciesForm(GovForm):
    submit_label = "Ask these agencies"

    agencies = forms.ModelMultipleChoiceField(
        label="Which agencies?",
        help_text="Each is asked to return its information in five working days, and its representative is told now.",
        queryset=Agency.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    asked_for = narrative(
        "What do you need from them?",
        "The period and the people to search for, by the names used in this case. Do not write anybody’s real name.",
    )

    def __init__(self, *args: Any, agencies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agencies"].queryset = agencies  # type: ignore[attr-defined]


class ReturnForm(GovForm):
    """An agency's return; saved unfinished, every answer is kept as it is."""

    submit_label = "Return the information"

    author_name = forms.CharField(label="Who wrote this return?", max_length=150)
    author_independent = forms.BooleanField(
        label="The writer did not work with the family or manage those who did", required=True
    )
    records_searched = narrative("Which records were searched?", "Systems, names and dates.")
    involvement = narrative(
        "What was your agency’s involvement?", "With each member of the family, and when."
    )
    key_events = narrative("Key events in the period", "The date first, then what happened.", required=False)
    childs_voice = narrative("What was daily life like for the child?", required=False)
    analysis = narrative(
        "What does your agency make of it?",
        "What happened at the key moments, why, what got in the way, and how racism or inequality may have mattered.",
    )
    good_practice = narrative("What went well?", required=False)
    learning = narrative("What has your agency learned?", required=False)
    immediate_action = narrative(
        "What must be done now to make children safe?", "Action, who does it, by when. If nothing, say so."
    )
    recommended = forms.ChoiceField(
        label="What does your agency think should follow?",
        choices=Recommended.choices,
        widget=forms.RadioSelect,
    )
    recommended_reasons = narrative("Why?", required=False)
    signed_by_name = forms.CharField(label="Who senior signs this return?", max_length=150)
    signed_by_role = forms.CharField(label="Their role", max_length=150)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    @cached_property
    def helper(self) -> FormHelper:
        """With an id, so that the button that saves without sending can stand below the form."""
        helper: FormHelper = super().helper
        helper.form_id = "return"
        return helper


class NothingHeldForm(GovForm):
    submit_label = "We hold nothing"

    records_searched = narrative("Which records were searched?", "Systems, names and dates.")
    signed_by_name = forms.CharField(label="Who senior signs this?", max_length=150)
    signed_by_role = forms.CharField(label="Their role", max_length=150)


class QuestionForm(GovForm):
    submit_label = "Ask the agency"

    question = narrative("What do you need to know?")


class ReportForm(GovForm):
    submit_label = "Save the report"

    meeting_on = GovDateField(label="Date of the meeting", not_after=clock.today, required=False)
    attendance = forms.CharField(
        label="Who was there?",
        help_text="Roles and agencies.",
        max_length=4000,
        required=False,
        widget=forms.Textarea,
    )
    la_present = forms.BooleanField(label="The local authority was represented", required=False)
    icb_present = forms.BooleanField(label="The integrated care board was represented", required=False)
    police_present = forms.BooleanField(label="The police were represented", required=False)
    facts = narrative(Purpose.FACTS.label, required=False)
    safety = narrative(Purpose.SAFETY.label, required=False)
    improvement = narrative(Purpose.IMPROVEMENT.label, required=False)
    context = narrative(Purpose.CONTEXT.label, required=False)
    next_steps = narrative(Purpose.NEXT_STEPS.label, required=False)
    report_file = CaseFileField(label="The report as a file", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class SentForm(MakesDue, GovForm):
    submit_label = "Record as sent"
    makes_due = {"sent_at": {"DL-11": ""}}

    sent_at = GovDateTimeField(label="When was it sent?", not_after=clock.now)
    sent_to = forms.CharField(
        label="To which address of the National Panel?",
        help_text="The mailbox you sent it to.",
        max_length=200,
    )
    states_split = ConfirmField(label="The rapid review that was sent states how those who decide are split")
    copy = CaseFileField(label="The rapid review as it was sent", required=False)
    lateness_reason = forms.CharField(
        label="If it was late, why?", max_length=4000, required=False, widget=forms.Textarea
    )

    def __init__(
        self,
        *args: Any,
        not_before: dt.datetime | None = None,
        due_at: dt.datetime | None = None,
        is_split: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.not_before, self.due_at = not_before, due_at
        if not is_split:
            del self.fields["states_split"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        sent_at = cleaned.get("sent_at")
        if sent_at and self.not_before and sent_at < self.not_before:
            self.add_error("sent_at", "The rapid review cannot have been sent before the notification was.")
        if sent_at and self.due_at and sent_at > self.due_at and not cleaned.get("lateness_reason"):
            self.add_error("lateness_reason", "It was sent after it was due: say why.")
        return cleaned


class LetterForm(MakesDue, GovForm):
    submit_label = "Record the letter"
    makes_due = {
        "received_on": {"DL-12": "if it asks for more and gives no day", "DL-13": "if it does not agree"}
    }
    reveals = {"view": {PanelView.ASKS.value: ["answer_by"]}}

    received_on = GovDateField(label="When was the letter received?", not_after=clock.today)
    view = forms.ChoiceField(
        label="What does the National Panel say?", choices=PanelView.choices, widget=forms.RadioSelect
    )
    answer_by = GovDateField(label="By when does it ask for the answer?", required=False)
    words = narrative(
        "What does the letter say?", "In short: its reasons, and what it says of the quality of the review."
    )
    letter = CaseFileField(label="The letter", required=False)

    def __init__(self, *args: Any, not_before: dt.date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.not_before = not_before

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        received = cleaned.get("received_on")
        if received and self.not_before and received < self.not_before:
            self.add_error("received_on", "The letter cannot have come before the rapid review was sent.")
        if received and cleaned.get("answer_by") and cleaned["answer_by"] < received:
            self.add_error("answer_by", "The answer cannot be due before the letter was received.")
        return cleaned


class AnswerPanelForm(MakesDue, GovForm):
    submit_label = "Record the answer"
    makes_due = {"sent_at": {"DL-11": ""}}

    sent_at = GovDateTimeField(label="When was the answer sent?", not_after=clock.now)
    words = narrative("What was answered?")
    copy = CaseFileField(label="The answer as it was sent", required=False)


class ClosingForm(GovForm):
    submit_label = "Close the case"

    summary = narrative("What was learned, and how it was shared")


class ConfirmForm(GovForm):
    """An act with nothing to ask."""

    submit_label = "Confirm"
