"""What is asked when a notice or a reply is put on record."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from casework.forms import CaseFileField
from casework.models import Case
from correspondence.models import Bounce, How, Notice, NoticeSubject, Recipient
from correspondence.services.notices import why_not_received_at, why_not_sent_at
from correspondence.showing import choices
from govuk import widgets
from govuk.fields import GovDateTimeField
from govuk.forms import GovForm
from lcspr import clock

NARRATIVE = 20_000


def _too_long(what: str) -> str:
    return f"{what} must be %(limit_value)d characters or fewer (now %(show_value)d)"


class NoticeForm(GovForm):
    submit_label = "Record the notice"
    reveals = {
        "to": {
            Recipient.OTHER: ["other_name"],
            Recipient.OTHER_PARTNERSHIP: ["partnership_name"],
        }
    }

    to = forms.ChoiceField(
        label="Who was told?",
        choices=Recipient.choices,
        widget=widgets.Radios(),
        error_messages={"required": "Select who was told"},
    )
    partnership_name = forms.CharField(
        label="Name of the partnership",
        max_length=200,
        widget=widgets.TextInput(),
        error_messages={"required": "Enter the name of the partnership"},
    )
    other_name = forms.CharField(
        label="Name of the person or organisation",
        max_length=200,
        widget=widgets.TextInput(),
        error_messages={"required": "Enter the name of the person or organisation"},
    )
    subject = forms.ChoiceField(
        label="What were they told?",
        choices=[("", "Select one"), *NoticeSubject.choices],
        widget=widgets.Select(),
        error_messages={"required": "Select what they were told"},
    )
    sent_at = GovDateTimeField(
        label="When were they told?",
        noun="time of the notice",
        help_text="For example, 27 March 2026, 5:30pm",
        not_after=clock.now,
        error_messages={"required": "Enter when they were told"},
    )
    how = forms.ChoiceField(
        label="How were they told?",
        choices=How.choices,
        widget=widgets.Radios(),
        error_messages={"required": "Select how they were told"},
    )
    words = forms.CharField(
        label="What was said",
        help_text="The main points are enough when you add the letter or e-mail itself.",
        max_length=NARRATIVE,
        required=False,
        widget=widgets.Textarea(rows=6),
        error_messages={"max_length": _too_long("What was said")},
    )
    proof = CaseFileField(
        label="Proof that it was sent",
        help_text="The letter, the e-mail as sent, or a picture of the confirmation page.",
        required=False,
        widget=widgets.FileUpload(),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def clean_sent_at(self) -> dt.datetime:
        return _sound(self.cleaned_data["sent_at"], why_not_sent_at(self.case, self.cleaned_data["sent_at"]))

    def name_given(self) -> str:
        """The name of a recipient whom the list does not name."""
        return str(self.cleaned_data["other_name"] or self.cleaned_data["partnership_name"])


class ReplyForm(GovForm):
    submit_label = "Record the reply"

    received_at = GovDateTimeField(
        label="When did the reply come?",
        noun="time of the reply",
        help_text="For example, 27 March 2026, 5:30pm",
        not_after=clock.now,
        error_messages={"required": "Enter when the reply came"},
    )
    words = forms.CharField(
        label="What they replied",
        max_length=NARRATIVE,
        required=False,
        widget=widgets.Textarea(rows=6),
        error_messages={"max_length": _too_long("What they replied")},
    )
    reply = CaseFileField(label="The reply as a file", required=False, widget=widgets.FileUpload())

    def __init__(self, *args: Any, notice: Notice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notice = notice

    def clean_received_at(self) -> dt.datetime:
        received_at = self.cleaned_data["received_at"]
        return _sound(received_at, why_not_received_at(self.notice, received_at))

    def clean(self) -> dict[str, Any] | None:
        if not {"words", "reply"} & self.errors.keys() and not (
            self.cleaned_data.get("words") or self.cleaned_data.get("reply")
        ):
            self.add_error("words", "Say what they replied, or add the reply as a file")
        return self.cleaned_data


class SettleForm(GovForm):
    submit_label = "Save"

    how = forms.CharField(
        label="How did you tell them?",
        help_text="For example, “Telephoned on 3 September”. Do not write anything about the case here.",
        max_length=1000,
        widget=widgets.Textarea(rows=3),
        error_messages={"required": "Say how you told them", "max_length": _too_long("How you told them")},
    )


class BounceForm(GovForm):
    submit_label = "Record that it came back"

    why = forms.ChoiceField(
        label="Why did it come back?",
        help_text="The returned e-mail says so, often in technical words.",
        choices=Bounce.choices,
        widget=widgets.Radios(),
        error_messages={"required": "Select why it came back"},
    )
    words = forms.CharField(
        label="Anything else to know",
        help_text="For example, “has left, says the school office”. Do not write anything about the case here.",
        max_length=500,
        required=False,
        widget=widgets.Textarea(rows=2),
        error_messages={"max_length": _too_long("Anything else")},
    )

    def answers(self) -> dict[str, Any]:
        """What `record_bounce` takes."""
        return {"why": Bounce(self.cleaned_data["why"]), "words": self.cleaned_data["words"]}


class FoundBounceForm(BounceForm):
    field_order = ("sent_to", "why", "words")

    sent_to = forms.CharField(
        label="Which address did it go to?",
        help_text="As the returned e-mail names it. Or its Message-ID, with the angle brackets.",
        max_length=255,
        widget=widgets.TextInput(),
        error_messages={"required": "Enter the address it went to, or its Message-ID"},
    )


class ChoiceForm(GovForm):
    submit_label = "Save"

    how = forms.ChoiceField(
        label="How do you want your e-mails?",
        choices=[
            ("at_once", "Each at once"),
            ("daily", "One a day, at 8am, with everything that has come"),
        ],
        widget=widgets.Radios(),
        error_messages={"required": "Select how you want your e-mails"},
    )


class PreviewForm(GovForm):
    submit_label = "Show it"
    submit_style = "secondary"
    form_method = "get"

    template = forms.ChoiceField(
        label="Which e-mail?",
        widget=widgets.Select(),
        error_messages={
            "required": "Select an e-mail",
            "invalid_choice": "Select an e-mail of the list",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        template = self.fields["template"]
        assert isinstance(template, forms.ChoiceField)
        template.choices = list(choices())


def _sound(at: dt.datetime, reasons: list[str]) -> dt.datetime:
    if reasons:
        raise ValidationError(reasons)
    return at
