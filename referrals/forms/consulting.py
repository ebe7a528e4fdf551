"""A short question to whoever represents the agency, and the answer to it."""

from __future__ import annotations

from typing import Any

from django import forms

from govuk import widgets
from govuk.forms import GovForm
from referrals.models import ConsultationAnswer
from referrals.permissions import WayIn
from referrals.services.consulting import identifying


class AskForm(GovForm):
    """What it is about, without a name."""

    submit_label = "Ask them"

    way = forms.ChoiceField(
        label="For which agency do you ask, and of which partnership?",
        choices=(),
        error_messages={"required": "Choose the agency you ask for"},
        widget=widgets.Radios(),
    )
    note = forms.CharField(
        label="What do you want to ask?",
        max_length=1000,
        help_text="No names, no initials, no dates of birth, no addresses. Say “a child of about six” and what worries you.",
        error_messages={"required": "Write what you want to ask"},
        widget=widgets.Textarea(rows=6),
    )

    def __init__(self, *args: Any, ways: list[WayIn], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ways = {str(number): way for number, way in enumerate(ways)}
        self.fields["way"].choices = [  # type: ignore[attr-defined]
            (number, f"{way.agency} – {way.partnership}") for number, way in self.ways.items()
        ]
        if len(ways) == 1:
            del self.fields["way"]

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"]
        if found := identifying(note):
            raise forms.ValidationError(f"Take out what tells who somebody is: {', '.join(found)}")
        return note

    def chosen(self) -> WayIn:
        """For whom, and of whom."""
        return self.ways[self.cleaned_data.get("way") or "0"]


class AnswerForm(GovForm):
    """Yes, no or let's talk, and why."""

    submit_label = "Answer"

    answer = forms.ChoiceField(
        label="Should they refer it?",
        choices=ConsultationAnswer.choices,
        help_text="They may refer whatever you say.",
        error_messages={"required": "Say yes, no, or that you want to talk"},
        widget=widgets.Radios(),
    )
    words = forms.CharField(
        label="What do you say to them?",
        max_length=1000,
        help_text="No names. If you want to talk, say when and how you can be reached.",
        error_messages={"required": "Say why, or when you can be reached"},
        widget=widgets.Textarea(rows=4),
    )

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        # A telephone number is what somebody who wants to talk writes.
        if found := [what for what in identifying(words) if "number" not in what and "e-mail" not in what]:
            raise forms.ValidationError(f"Take out what tells who somebody is: {', '.join(found)}")
        return words
