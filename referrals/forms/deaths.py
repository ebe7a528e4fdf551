"""What is asked about the notice of a death, and when abuse or neglect comes to be suspected after all."""

from __future__ import annotations

from typing import Any

from django import forms

from casework.forms import CaseFileField
from deadlines.foreseen import MakesDue
from govuk import widgets
from govuk.fields import GovDateTimeField
from govuk.forms import GovForm
from lcspr import clock
from referrals import rules
from referrals.forms.triage import reason_field
from referrals.models import DeathNotice
from referrals.services.deaths import is_late


class DeathNoticeSentForm(GovForm):
    """The national reference, when and by whom it was sent, and the copy."""

    submit_label = "Record that it was sent"

    reference = forms.CharField(label="National reference", max_length=60, widget=widgets.TextInput(width=20))
    sent_at = GovDateTimeField(
        label="When was it sent?",
        noun="time it was sent",
        help_text="For example, 27 March 2026, 5:30pm",
        not_after=clock.now,
    )
    sender = forms.CharField(label="Who sent it?", max_length=150, widget=widgets.TextInput(width=30))
    upload = CaseFileField(
        label="Copy of the notice",
        help_text="A PDF, a Word document, a picture or a saved e-mail, up to 25 MB.",
        widget=widgets.FileUpload(),
    )
    lateness_reason = forms.CharField(
        label="If it was sent after it was due, why?",
        max_length=4000,
        required=False,
        widget=widgets.Textarea(),
    )

    def __init__(self, *args: Any, notice: DeathNotice, **kwargs: Any) -> None:
        self.notice = notice
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if sent_at := cleaned.get("sent_at"):
            found = rules.impossible_sending(aware_at=self.notice.aware_at, sent_at=sent_at, now=clock.now())
            for name, sentence in found:
                self.add_error(name, sentence)
            late = is_late(self.notice, sent_at)
            if late and not cleaned.get("lateness_reason") and "lateness_reason" not in self.errors:
                self.add_error("lateness_reason", "It was sent after it was due: give the reason")
        return cleaned


class DropDeathNoticeForm(GovForm):
    submit_label = "Say that no notice is owed"
    submit_style = "warning"

    reason = reason_field("Why is no notice owed?")


class SuspicionForm(MakesDue, GovForm):
    """When abuse or neglect came to be suspected."""

    submit_label = "Start the five working days"
    makes_due = {"aware_at": {"DL-01": ""}}

    aware_at = GovDateTimeField(
        label="When did the local authority become aware that abuse or neglect is known or suspected?",
        noun="time the local authority became aware",
        help_text="For example, 27 March 2026, 5:30pm",
        not_after=clock.now,
    )
    reason = reason_field("What has come to be known?")


class AcknowledgedForm(GovForm):
    submit_label = "Record that they were told"

    told_at = GovDateTimeField(
        label="When were they told that the referral arrived?",
        noun="time they were told",
        not_after=clock.now,
    )
