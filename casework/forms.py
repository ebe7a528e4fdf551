"""Forms of the case itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from casework.files import FileRefused, check_upload
from govuk.forms import GovForm


class CaseFileField(forms.FileField):
    """An upload that may become a case file: refused here, beside the field, when it cannot be taken."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if isinstance(upload, UploadedFile):
            try:
                check_upload(upload)
            except FileRefused as refused:
                raise forms.ValidationError(str(refused)) from refused
        return upload


class OpeningForm(GovForm):
    submit_label = "Continue"
    reveals = {"knows_someone": {"yes": ["reason"]}}

    knows_someone = forms.ChoiceField(
        label="Do you know anyone in this case?",
        help_text=(
            "A relative, a friend, a neighbour, or a family you worked with directly or managed work with. "
            "If you do, you will be kept out of the case: this protects you and the family."
        ),
        choices=[("no", "No"), ("yes", "Yes, or I may")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="How do you know them?",
        help_text="Only the business unit reads this.",
        max_length=1000,
        widget=forms.Textarea,
    )


class ReasonForm(GovForm):
    """An act that needs nothing but its reason."""

    reason = forms.CharField(label="Reason", max_length=4000, widget=forms.Textarea)
