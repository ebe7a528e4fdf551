"""What is asked about the notification."""

from __future__ import annotations

from typing import Any

from django import forms

from casework.forms import CaseFileField
from casework.models import Case, Subject
from correspondence.models import How
from deadlines.foreseen import MakesDue
from govuk import widgets
from govuk.fields import ConfirmField, GovDateTimeField
from govuk.forms import GovForm
from govuk.templatetags.govuk_dates import govuk_datetime
from lcspr import clock
from referrals import packs, rules
from referrals.forms.triage import reason_field
from referrals.models import NotificationPack
from referrals.services.notifying import children_of, needs_lateness_reason

NARRATIVE = 20_000


class ListingForm(GovForm):
    """The children listed, up to four, and the rest in words."""

    listed = forms.MultipleChoiceField(
        label="Which children does the notification list?",
        help_text="The national form takes up to four. Name the others under further information.",
        error_messages={"required": "Choose at least one child"},
        widget=widgets.Checkboxes(),
    )
    further_information = forms.CharField(
        label="Further children and information",
        max_length=NARRATIVE,
        required=False,
        widget=widgets.Textarea(),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        self.case = case
        super().__init__(*args, **kwargs)
        self.children = children_of(case)
        self.fields["listed"].choices = [(str(child.pk), child.label) for child in self.children]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        listed = cleaned.get("listed") or []
        if listed and "further_information" not in self.errors:
            problems = rules.listing_problems(
                listed=len(listed),
                of=len(self.children),
                further_information=cleaned.get("further_information") or "",
            )
            too_many = len(listed) > rules.MOST_CHILDREN_LISTED
            for problem in problems:
                self.add_error("listed" if too_many else "further_information", problem.rstrip("."))
        return cleaned

    def chosen(self) -> list[Subject]:
        """The children ticked."""
        return [child for child in self.children if str(child.pk) in self.cleaned_data["listed"]]


class PrepareForm(ListingForm):
    """What goes into the national form beside what is known already."""

    submit_label = "Save the preparation"

    summary = forms.CharField(
        label="Summary for the national form", max_length=NARRATIVE, widget=widgets.Textarea(rows=10)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, hint) in packs.ASKED.items():
            long = name in {"setting", "arrests", "media_lines"}
            self.fields[name] = forms.CharField(
                label=label,
                help_text=hint,
                max_length=2000 if long else 200,
                required=False,
                widget=widgets.Textarea(rows=3) if long else widgets.TextInput(),
            )
        self.order_fields(["listed", "summary", "further_information", *packs.ASKED])

    def prepared(self) -> dict[str, str]:
        """What only the national form asks."""
        return {name: self.cleaned_data.get(name) or "" for name in packs.ASKED}


class CompleteForm(GovForm):
    """What the national form needs and nobody has said yet, one box a line of the pack. None must be filled."""

    submit_label = "Save what I know"
    mark_optional = False

    def __init__(
        self, *args: Any, missing: list[tuple[dict[str, Any], dict[str, Any]]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {box_of(line): line["id"] for _, line in missing}
        for section, line in missing:
            self.fields[box_of(line)] = forms.CharField(
                label=f"{section.get('plain_title') or section['title']}: {line['label']}",
                max_length=2000,
                required=False,
                widget=widgets.Textarea(rows=2, count=False),
            )

    def supplied(self) -> dict[str, str]:
        """What was typed, by the line it belongs to."""
        return {key: self.cleaned_data[box] for box, key in self.lines.items() if self.cleaned_data.get(box)}


def box_of(line: dict[str, Any]) -> str:
    """The name of the box in which a missing line is answered."""
    return str(line["id"]).replace(".", "_")


class CorrectForm(GovForm):
    submit_label = "Record the correction"

    what = forms.CharField(label="What was corrected?", max_length=NARRATIVE, widget=widgets.Textarea(rows=6))
    told_at = GovDateTimeField(
        label="When was the National Panel told?", noun="time it was told", not_after=clock.now
    )
    how = forms.ChoiceField(label="How was it told?", choices=How.choices, widget=widgets.Radios())
    upload = CaseFileField(
        label="Copy of what was sent",
        help_text="A PDF, a Word document, a picture or a saved e-mail, up to 25 MB.",
        required=False,
        widget=widgets.FileUpload(),
    )


class SentAtForm(MakesDue, GovForm):
    """When, by whom and under which reference it was sent."""

    makes_due = {"sent_at": {"DL-10": ""}}

    reference = forms.CharField(label="National reference", max_length=60, widget=widgets.TextInput(width=20))
    sent_at = GovDateTimeField(
        label="When was it sent?",
        noun="time it was sent",
        help_text="For example, 27 March 2026, 5:30pm",
        not_after=clock.now,
    )
    sender = forms.CharField(label="Who sent it?", max_length=150, widget=widgets.TextInput(width=30))


class SentForm(ListingForm, SentAtForm):
    submit_label = "Record that it was sent"

    upload = CaseFileField(
        label="Copy of the notification",
        help_text="A PDF, a Word document, a picture or a saved e-mail, up to 25 MB.",
        widget=widgets.FileUpload(),
    )
    lateness_reason = forms.CharField(
        label="If it was sent after it was due, why?",
        max_length=4000,
        required=False,
        widget=widgets.Textarea(),
    )
    keyed = forms.ModelChoiceField(
        NotificationPack.objects.none(),
        label="From which version of the pack was it keyed?",
        empty_label=None,
        error_messages={"required": "Choose the version of the pack"},
        widget=widgets.Radios(),
    )

    field_order = [
        "reference",
        "sent_at",
        "sender",
        "listed",
        "further_information",
        "keyed",
        "upload",
        "lateness_reason",
    ]

    def __init__(self, *args: Any, kept: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keyed"].queryset = kept  # type: ignore[attr-defined]
        self.fields["keyed"].label_from_instance = lambda pack: (  # type: ignore[attr-defined]
            f"Version {pack.number}, made on {govuk_datetime(pack.made_at)}"
        )
        # Of one there is nothing to choose, and of none what is known now is kept.
        if len(kept) < 2:
            del self.fields["keyed"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if sent_at := cleaned.get("sent_at"):
            found = rules.impossible_sending(aware_at=self.case.la_aware_at, sent_at=sent_at, now=clock.now())
            for name, sentence in found:
                self.add_error(name, sentence)
            late = needs_lateness_reason(self.case, sent_at)
            if late and not cleaned.get("lateness_reason") and "lateness_reason" not in self.errors:
                self.add_error("lateness_reason", "It was sent after it was due: give the reason")
        return cleaned


class FirstSentForm(SentAtForm):
    """The local authority acted first: what it sent, and the name the case goes by."""

    submit_label = "Record it, and open the case"

    version = forms.IntegerField(widget=forms.HiddenInput)
    pseudonym = forms.CharField(
        label="Pseudonym",
        help_text="Never an initial, nor anything that could be worked out from a name, a place or a date.",
        max_length=60,
        widget=widgets.TextInput(width=20),
    )
    further_information = forms.CharField(
        label="Further children and information",
        max_length=NARRATIVE,
        required=False,
        widget=widgets.Textarea(),
    )
    lateness_reason = forms.CharField(
        label="If it was sent after it was due, why?",
        max_length=4000,
        required=False,
        widget=widgets.Textarea(),
    )


class SentAgainForm(SentAtForm):
    submit_label = "Record that it was sent again"


class AcknowledgeForm(GovForm):
    submit_label = "Record the acknowledgement"

    acknowledged_at = GovDateTimeField(
        label="When was it acknowledged?", noun="time it was acknowledged", not_after=clock.now
    )


class RejectForm(GovForm):
    submit_label = "Record the rejection"

    rejected_at = GovDateTimeField(
        label="When was it rejected?", noun="time it was rejected", not_after=clock.now
    )
    reason = reason_field("Why was it rejected?")


class CloseForm(GovForm):
    submit_label = "Close the notification"

    sure = ConfirmField(label="Nothing more is awaited on this notification")


class ReconsiderForm(GovForm):
    submit_label = "Look at the criteria again"
    submit_style = "warning"

    reason = reason_field("Why do the partners look at it again?")
    agreed = ConfirmField(
        label="The three safeguarding partners, the local authority among them, have agreed to look again",
        error_messages={"required": "Tick the box to confirm that the three partners have agreed"},
    )


class DeNotifyForm(GovForm):
    submit_label = "Withdraw the notification"
    submit_style = "warning"

    reason = reason_field("Why are the criteria not met after all?")
    told_at = GovDateTimeField(
        label="When were the National Panel, Ofsted and the Department told?",
        noun="time they were told",
        not_after=clock.now,
    )
    how = forms.ChoiceField(label="How were they told?", choices=How.choices, widget=widgets.Radios())
    agreed = ConfirmField(
        label="The three safeguarding partners and the local authority’s notifier have agreed",
        error_messages={"required": "Tick the box to confirm that the partners and the notifier have agreed"},
    )


class TakeBackForm(GovForm):
    submit_label = "Ask for it to be taken back"
    submit_style = "warning"

    reason = reason_field(
        "What was recorded in error?", "A colleague must confirm it before anything changes."
    )


class AnswerTakingBackForm(GovForm):
    """A second person's answer."""

    submit_label = "Answer"
    reveals = {"answer": {"refuse": ["reason"]}}

    answer = forms.ChoiceField(
        label="Is it taken back?",
        choices=[("confirm", "Yes, it was recorded in error"), ("refuse", "No, it stands")],
        error_messages={"required": "Say whether it is taken back"},
        widget=widgets.Radios(),
    )
    reason = reason_field("Why does it stand?")
