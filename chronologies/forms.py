"""What is asked when agencies are asked for chronologies, and when they write them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Agency
from actions.forms import OnceForm, agencies_of, memberships_of_agencies, named, narrative
from casework.models import Case
from chronologies.models import ChildSeen, Chronology, ContactType, Precision
from govuk import widgets
from govuk.dates import Mistyped, clock_text, parse_time
from govuk.fields import GovDateField
from govuk.forms import GovForm
from lcspr import clock


class TimeField(forms.Field):
    """A time of day as people write it, "5:30pm" or "17:30"; empty when it is not known."""

    def to_python(self, value: Any) -> dt.time | None:
        if isinstance(value, dt.time) or not value:
            return value or None
        try:
            return parse_time(str(value).strip())
        except Mistyped as mistake:
            problem = mistake.problem.replace("must have", "must be")
            raise ValidationError(f"The time {problem}") from mistake

    def prepare_value(self, value: Any) -> Any:
        return clock_text(value) if isinstance(value, dt.time) else value


class RequestForm(GovForm):
    submit_label = "Ask for the chronology"

    agency = forms.ModelChoiceField(
        label="Which agency is asked?",
        queryset=Agency.objects.none(),
        empty_label="Choose",
        widget=widgets.Select(),
    )
    author = forms.ChoiceField(
        label="Who writes it?",
        required=False,
        widget=widgets.Select(),
        help_text="Somebody of the agency who neither worked with the family nor managed that work. "
        "Without a name the agency’s representative writes it.",
    )
    due_on = GovDateField(
        label="When should it be sent in?", noun="date to send it in by", not_before=clock.today
    )
    covers_from = GovDateField(
        label="It covers the time from",
        noun="start of the time covered",
        required=False,
        not_after=clock.today,
    )
    covers_until = GovDateField(label="until", noun="end of the time covered", required=False)
    instructions = narrative(
        "What the agency should pay attention to",
        "what the agency should pay attention to",
        rows=4,
        required=False,
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = Chronology.objects.filter(case=case).live().values("agency")
        offered = agencies_of(case).exclude(pk__in=asked)
        people = memberships_of_agencies(case, None)
        self._works_for = {(str(person.user_id), person.agency_id) for person in people}
        self.fields["agency"].queryset = offered  # type: ignore[attr-defined]
        self.fields["author"].choices = [("", "The agency’s representative"), *named(people)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        author, agency = answers.get("author"), answers.get("agency")
        if author and agency and (author, agency.pk) not in self._works_for:
            self.add_error("author", f"Choose somebody who works for {agency}")
        start, end = answers.get("covers_from"), answers.get("covers_until")
        if start and end and end < start:
            self.add_error(
                "covers_until", "The end of the time covered must be the same as or after its start"
            )
        return answers


class EntryForm(OnceForm):
    submit_label = "Save the entry"

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    event_on = GovDateField(
        label="When did it happen?",
        noun="date of the event",
        not_after=clock.today,
        help_text="If only the month is known, enter its first day and say so below.",
    )
    precision = forms.ChoiceField(
        label="How sure is the date?",
        choices=Precision.choices,
        widget=widgets.Radios(small=True),
        initial=Precision.EXACT,
    )
    event_time = TimeField(
        label="Time",
        required=False,
        widget=widgets.TextInput(width=10),
        help_text="For example, 5:30pm. Leave it empty when it is not known.",
    )
    persons = forms.MultipleChoiceField(
        label="Who was it about?", required=False, widget=widgets.Checkboxes(small=True)
    )
    service = forms.CharField(
        label="Service or team", required=False, max_length=200, widget=widgets.TextInput()
    )
    source_record = forms.CharField(
        label="Where is it recorded?",
        error_messages={"required": "Enter where it is recorded"},
        max_length=300,
        widget=widgets.TextInput(),
        help_text="The system, and the page or number by which somebody else would find it.",
    )
    contact_type = forms.ChoiceField(
        label="What kind of contact was it?",
        choices=[("", "Choose"), *ContactType.choices],
        widget=widgets.Select(),
    )
    what_happened = narrative(
        "What happened",
        "what happened",
        rows=8,
        help_text="The facts, as recorded at the time. Use roles, not names, for professionals.",
    )
    child_seen = forms.ChoiceField(
        label="Was the child seen?", choices=ChildSeen.choices, widget=widgets.Radios(small=True)
    )
    response = narrative("What was done about it", "what was done about it", rows=4, required=False)
    analysis = narrative(
        "Your comment as author",
        "your comment",
        rows=4,
        required=False,
        help_text="Kept apart from the facts.",
    )
    significant = forms.BooleanField(label="It is a significant episode for this review", required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(subject.pk), subject.label) for subject in case.subjects.all()]
        self.fields["persons"].choices = choices  # type: ignore[attr-defined]


class WithdrawEntryForm(GovForm):
    submit_label = "Withdraw the entry"
    submit_style = "warning"

    reason = narrative("Why", "why", rows=4, longest=4000)


class NothingHeldForm(GovForm):
    submit_label = "Send this statement"

    statement = narrative(
        "Where did the agency look?",
        "where the agency looked",
        rows=4,
        help_text="The systems and files searched, and under which names and dates.",
    )


class SendBackForm(GovForm):
    submit_label = "Send it back"

    reason = narrative("What is to be changed?", "what is to be changed", rows=5)
    due_on = GovDateField(
        label="When should it be sent in again?", noun="date to send it in by", not_before=clock.today
    )


class AgreeDateForm(GovForm):
    submit_label = "Keep the new date"

    due_on = GovDateField(
        label="When will it be sent in?", noun="date to send it in by", not_before=clock.today
    )
    reason = narrative("Why was another date agreed?", "why another date was agreed", rows=4)


class CombinedFilterForm(GovForm):
    submit_label = "Show"
    form_method = "get"
    mark_optional = False

    agency = forms.ChoiceField(label="Agency", required=False, widget=widgets.Select())
    significant = forms.ChoiceField(
        label="Episodes",
        required=False,
        choices=[("", "All"), ("yes", "Significant only")],
        widget=widgets.Radios(small=True),
    )

    def __init__(self, *args: Any, agencies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = [("", "All agencies"), *agencies]  # type: ignore[attr-defined]
