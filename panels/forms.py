"""What is asked of those who commission, run, write and sign off a review."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Agency, Membership, User
from accounts.roles import Role
from accounts.settings_choices import ReviewType
from actions.models import Level
from casework.forms import CaseFileField
from casework.models import Case
from correspondence.models import How, Recipient
from deadlines.foreseen import MakesDue
from decisions.forms import DeclarationForm
from govuk import widgets
from govuk.fields import GovDateField, GovDateTimeField, YesNoField
from govuk.forms import GovForm
from govuk.wording import opening
from lcspr import clock
from panels.models.alternative import OTHER_KINDS, Then
from panels.models.appointments import ROLES
from panels.models.guards import REGULATORS

LONGEST = 20_000


def narrative(
    label: str, noun: str, *, rows: int = 6, longest: int = LONGEST, **options: Any
) -> forms.CharField:
    """A question answered in several lines; `noun` names the answer in messages."""
    messages = {
        "required": f"Enter {noun}",
        "max_length": f"{opening(noun)} must be %(limit_value)d characters or fewer (now %(show_value)d)",
    }
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=widgets.Textarea(rows=rows),
        error_messages=messages,
        **options,
    )


class ConfirmForm(GovForm):
    """An act without a question."""

    submit_label = "Confirm"


class ReasonForm(GovForm):
    submit_label = "Confirm"

    reason = narrative("Why?", "why", rows=4, longest=4000)


class WarnedReasonForm(ReasonForm):
    submit_style = "warning"


class NoticesForm(GovForm):
    submit_label = "Record the notices"

    to = forms.MultipleChoiceField(label="Who was told?", widget=widgets.Checkboxes())
    sent_at = GovDateTimeField(label="When were they told?", noun="time they were told", not_after=clock.now)
    how = forms.ChoiceField(label="How?", choices=How.choices, widget=widgets.Radios())
    words = narrative("What were they told?", "what they were told", rows=4, required=False)
    proof = CaseFileField(label="The message or letter", required=False, widget=widgets.FileUpload())

    def __init__(self, *args: Any, told: set[Recipient], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        still = [each for each in REGULATORS if each not in told]
        field: Any = self.fields["to"]
        field.choices = [(each.value, each.label) for each in REGULATORS]
        field.initial = [each.value for each in still]


class AlternativeForm(GovForm):
    """Which kind of review is held instead, how, and who leads it."""

    submit_label = "Open the review"

    review_type = forms.ChoiceField(label="Kind of review", widget=widgets.Radios())
    method = forms.CharField(
        label="Method",
        help_text="For example, one meeting of the practitioners with a facilitator.",
        max_length=300,
        widget=widgets.TextInput(),
    )
    lead = forms.ModelChoiceField(
        label="Who leads it?",
        help_text="Somebody who may open the case.",
        queryset=User.objects.none(),
        empty_label="Choose",
        widget=widgets.Select(),
    )

    def __init__(self, *args: Any, case: Case, leads: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = case.partnership.review_types or ReviewType.values
        kinds = [kind for kind in OTHER_KINDS if kind in offered] or list(OTHER_KINDS)
        fields: Any = self.fields
        fields["review_type"].choices = [(kind.value, kind.label) for kind in kinds]
        fields["lead"].queryset = User.objects.filter(pk__in=[each.pk for each in leads]).order_by("name")


class DiscontinueForm(AlternativeForm):
    """Why the other review is given up, and what follows in the case."""

    submit_label = "Discontinue it"
    submit_style = "warning"
    reveals = {"then": {Then.ANOTHER.value: ["review_type", "method", "lead"]}}

    reason = narrative("Why is it discontinued?", "why it is discontinued", rows=4, longest=4000)
    then = forms.ChoiceField(label="What follows?", choices=Then.choices, widget=widgets.Radios())

    field_order = ["reason", "then", "review_type", "method", "lead"]

    def __init__(self, *args: Any, may_close: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["then"]
        if not may_close:
            field.choices = [choice for choice in Then.choices if choice[0] != Then.CLOSE]
            field.help_text = (
                "Closing the case without a review is the act of a delegated safeguarding partner."
            )

    def clean_then(self) -> Then:
        return Then(self.cleaned_data["then"])


class ScopeForm(GovForm):
    submit_label = "Save"

    scope = narrative(
        "What does it look at?",
        "what it looks at",
        help_text="The questions, the time, and who is invited. This is what those invited are sent.",
    )
    planned_on = GovDateField(label="When is it planned?", noun="date it is planned for", required=False)


class HeldForm(GovForm):
    submit_label = "Record that it was held"

    held_on = GovDateField(label="When was it held?", noun="date it was held", not_after=clock.today)
    attendance = narrative(
        "Who took part?", "who took part", rows=4, longest=4000, help_text="Roles and agencies, not names."
    )


class WriteUpForm(GovForm):
    submit_label = "Write it up"

    findings = narrative("What was learned?", "what was learned", rows=10)
    no_actions_because = narrative(
        "If no action follows from it, why?", "why no action follows", rows=3, longest=4000, required=False
    )
    report = CaseFileField(label="The report or briefing", required=False, widget=widgets.FileUpload())


class AwarenessForm(MakesDue, GovForm):
    submit_label = "Go back to the notification"
    makes_due = {"la_aware_at": {"DL-01": "", "DL-02": ""}}
    submit_style = "warning"

    la_aware_at = GovDateTimeField(
        label="When did the local authority become aware of what is new?",
        noun="time the local authority became aware",
        help_text="The five working days to notify run from then.",
        not_after=clock.now,
    )
    reason = narrative("What is new?", "what is new", rows=4, longest=4000)


class ProposalForm(GovForm):
    submit_label = "Propose them"

    role = forms.ChoiceField(
        label="As what?",
        choices=[(role.value, role.label) for role in ROLES],
        widget=widgets.Radios(),
    )
    user = forms.ModelChoiceField(
        label="Who?",
        help_text="People who have an account with this partnership. Invite an author who has none first.",
        queryset=User.objects.none(),
        empty_label="Choose",
        widget=widgets.Select(),
    )
    suitability = narrative(
        "Why are they suitable?",
        "why they are suitable",
        rows=4,
        longest=4000,
        required=False,
        help_text="For an author: knowledge of practice and research, and how they see complexity without hindsight.",
    )
    contract = forms.CharField(
        label="Contract reference", max_length=100, required=False, widget=widgets.TextInput(width=20)
    )
    contract_until = GovDateField(
        label="Last day of the contract",
        noun="last day of the contract",
        help_text="Their access ends with it.",
        required=False,
        not_before=clock.today,
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = Membership.objects.current().filter(partnership=case.partnership_id)
        current = held.exclude(role=Role.ADM).values("user")
        field: Any = self.fields["user"]
        field.queryset = User.objects.filter(pk__in=current, is_active=True).order_by("name")

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class DeclareForForm(DeclarationForm):
    """The declaration as the person signed it."""

    submit_label = "Record the declaration"


class EndForm(GovForm):
    submit_label = "End the appointment"
    submit_style = "warning"

    on = GovDateField(
        label="From which day?",
        noun="day it ends",
        help_text="Their access ends that day.",
        not_after=clock.today,
    )
    reason = narrative("Why?", "why", rows=4, longest=4000)


class TermsForm(GovForm):
    submit_label = "Save the terms of reference"
    # Nothing is needed to save them half written, most of it before they are agreed: the page says so.
    mark_optional = False

    scope_from = GovDateField(
        label="From when does the review look?", noun="start of the time it looks at", required=False
    )
    scope_until = GovDateField(label="Until when?", noun="end of the time it looks at", required=False)
    scope_reason = narrative("Why this time?", "why this time", rows=3, longest=4000, required=False)
    purpose = narrative("Purpose", "the purpose", rows=4, longest=4000, required=False)
    questions = narrative(
        "Questions for the review to answer",
        "the questions",
        rows=8,
        required=False,
        help_text="One a line: the key lines of enquiry, which every agency answers.",
    )
    method = forms.CharField(
        label="Method",
        max_length=300,
        required=False,
        widget=widgets.TextInput(),
        help_text="For example, chronologies, a review panel and a practitioner event.",
    )
    method_reason = narrative("Why this method?", "why this method", rows=3, longest=4000, required=False)
    agencies = forms.ModelMultipleChoiceField(
        label="Which agencies contribute?",
        help_text="Each is asked for its chronology when the review starts.",
        queryset=Agency.objects.none(),
        required=False,
        widget=widgets.Checkboxes(small=True),
    )
    family_plan = narrative(
        "How is contact with the family kept?",
        "how contact with the family is kept",
        rows=4,
        longest=4000,
        required=False,
        help_text="Who speaks to them, when, what they are offered, and whether the police or the courts ask for care.",
    )
    practitioner_plan = narrative(
        "How do practitioners take part?",
        "how practitioners take part",
        rows=3,
        longest=4000,
        required=False,
    )
    timetable = narrative("Timetable", "the timetable", rows=4, longest=4000, required=False)
    why_changed = narrative(
        "Why are the terms changed?", "why the terms are changed", rows=3, longest=4000, required=False
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, case: Case, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["agencies"]
        field.queryset = Agency.objects.filter(pk__in=case.partnership.members.current().values("agency"))
        if first:
            del self.fields["why_changed"]

    def clean_questions(self) -> list[str]:
        lines = (line.strip() for line in self.cleaned_data["questions"].splitlines())
        return [line for line in lines if line]

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        begins, ends = answers.get("scope_from"), answers.get("scope_until")
        if begins and ends and ends < begins:
            self.add_error(
                "scope_until", "The end of the time it looks at must be the same as or after its start"
            )
        return answers


class StartForm(GovForm):
    submit_label = "Start the review"

    chronologies_due_on = GovDateField(
        label="When should the agencies send in their chronologies?",
        noun="date to send in the chronologies",
        help_text="Each agency named in the terms of reference is asked now.",
        not_before=clock.today,
    )


class EngagementForm(GovForm):
    submit_label = "Save"

    practitioners_involved = YesNoField(label="Have practitioners taken part?")
    practitioners_words = narrative(
        "How, or why not?", "how practitioners took part, or why not", rows=4, longest=4000
    )
    family_offered = YesNoField(label="Was the family invited to take part?")
    family_words = narrative(
        "What were they offered, and what did they answer, or why not?",
        "what the family was offered, or why not",
        rows=4,
        longest=4000,
    )


class ProgressCheckForm(MakesDue, GovForm):
    submit_label = "Record the check"
    makes_due = {"checked_on": {"DL-17": ""}}

    checked_on = GovDateField(label="When?", noun="date of the check", not_after=clock.today)
    words = narrative(
        "What was found?",
        "what was found",
        rows=5,
        help_text="The time it takes, and the quality of the work.",
    )
    asked_in_writing = narrative(
        "What was the reviewer asked for in writing?",
        "what the reviewer was asked for",
        rows=3,
        longest=4000,
        required=False,
    )


class UploadForm(GovForm):
    submit_label = "Upload"

    is_final = YesNoField(label="Is it the final report?", yes="Yes, the final report", no="No, a draft")
    label = forms.CharField(
        label="Version",
        help_text="For example, 0.3 or 1.0.",
        max_length=20,
        widget=widgets.TextInput(width=5),
    )
    report = CaseFileField(label="The file", widget=widgets.FileUpload())
    note = narrative("What changed?", "what changed", rows=3, longest=4000, required=False)


class CommentsForm(GovForm):
    submit_label = "Close the comments"

    words = narrative(
        "What did the comments change?", "what the comments changed", rows=5, help_text="If nothing, say so."
    )


class RecommendationForm(GovForm):
    submit_label = "Add the recommendation"

    text = narrative(
        "The recommendation",
        "the recommendation",
        help_text="Who should do what, so that it can be answered and followed up.",
    )
    level = forms.ChoiceField(
        label="Who can carry it out?", choices=Level.choices, widget=widgets.Radios(), initial=Level.LOCAL
    )


class NationalForm(GovForm):
    submit_label = "Record the national review"

    letter = CaseFileField(label="The National Panel’s letter", required=False, widget=widgets.FileUpload())
    goes_on = narrative("What goes on locally?", "what goes on locally", rows=5)
    pause_agreed = YesNoField(label="Has the National Panel agreed that the six months wait?")


class LocallyForm(GovForm):
    submit_label = "Save"

    goes_on = narrative("What goes on locally?", "what goes on locally", rows=5)


class AddCaseForm(GovForm):
    submit_label = "Add the case"

    case = forms.ModelChoiceField(
        label="Which case is the review also about?",
        queryset=Case.objects.none(),
        empty_label="Choose",
        widget=widgets.Select(),
    )

    def __init__(self, *args: Any, cases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["case"]
        field.queryset = cases
        field.label_from_instance = lambda case: f"{case.reference} {case.pseudonym}".strip()
