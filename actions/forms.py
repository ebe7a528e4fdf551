"""What is asked when people work on recommendations, actions and the plan."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from accounts.models import Agency, Membership, User
from actions.models import Action, Level, Outlook, Recommendation, SourceKind
from casework.forms import CaseFileField
from casework.models import Case
from deadlines.foreseen import MakesDue
from govuk import widgets
from govuk.fields import ConfirmField, GovDateField
from govuk.forms import GovForm
from govuk.wording import opening
from lcspr import clock

LONGEST = 20_000


def narrative(
    label: str, noun: str, *, rows: int = 6, longest: int = LONGEST, **options: Any
) -> forms.CharField:
    """A question answered in several lines; `noun` names the answer in messages ("Enter why", "Why must be …")."""
    messages = {
        "required": f"Enter {noun}",
        "max_length": f"{opening(noun)} must be %(limit_value)d characters or fewer (now %(show_value)d)",
    }
    widget = widgets.Textarea(rows=rows)
    return forms.CharField(label=label, max_length=longest, widget=widget, error_messages=messages, **options)


class OnceForm(GovForm):
    """A form that adds something: its hidden key becomes the new row's, so that two clicks add one row."""

    key = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)


class ConfirmForm(GovForm):
    """An act without a question."""

    submit_label = "Confirm"


class ReasonForm(GovForm):
    submit_label = "Confirm"

    reason = narrative("Why", "why", rows=5, longest=4000)


class RecommendationForm(OnceForm):
    submit_label = "Add the recommendation"

    text = narrative(
        "The recommendation",
        "the recommendation",
        help_text="Who should do what, so that it can be answered and followed up.",
    )
    source_kind = forms.ChoiceField(
        label="Where does it come from?", choices=SourceKind.choices, widget=widgets.Radios()
    )
    level = forms.ChoiceField(
        label="Who can carry it out?",
        choices=Level.choices,
        widget=widgets.Radios(
            hints={
                Level.LOCAL: "Agencies of this partnership",
                Level.REGIONAL: "Several areas together",
                Level.NATIONAL: "Government or a national body",
            }
        ),
    )


class CorrectRecommendationForm(GovForm):
    submit_label = "Save the changes"

    text = narrative("The recommendation", "the recommendation")
    level = forms.ChoiceField(label="Who can carry it out?", choices=Level.choices, widget=widgets.Radios())


class RequestResponseForm(GovForm):
    submit_label = "Ask for a response"

    agency = forms.ModelChoiceField(
        label="Who is asked to respond?",
        queryset=Agency.objects.none(),
        required=False,
        empty_label="The partnership as a whole",
        widget=widgets.Select(),
        help_text="For the partnership as a whole the business unit records the response.",
    )
    respond_by = GovDateField(
        label="When should they respond by?", noun="date to respond by", not_before=clock.today
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies_of(case)  # type: ignore[attr-defined]


class AskAgainForm(GovForm):
    submit_label = "Ask for another response"

    reason = narrative("What is missing from the response?", "what is missing", rows=5, longest=4000)
    respond_by = GovDateField(
        label="When should they respond by?", noun="date to respond by", not_before=clock.today
    )


class AcceptResponseForm(GovForm):
    submit_label = "Accept the recommendation"

    reasons = narrative(
        "What your agency will do about it", "what your agency will do about it", required=False
    )


class PartResponseForm(GovForm):
    submit_label = "Accept it in part"

    reasons = narrative("Which part is not accepted, and why", "which part is not accepted, and why")


class RejectResponseForm(GovForm):
    submit_label = "Do not accept it"
    submit_style = "warning"

    reasons = narrative(
        "Why it is not accepted",
        "why it is not accepted",
        help_text="The reasons stand beside the recommendation and may be published.",
    )


class ActionForm(OnceForm):
    submit_label = "Add the action"

    text = narrative("What will be done", "what will be done")
    intended_outcome = narrative(
        "What it will change for children", "what it will change for children", rows=4
    )
    recommendation = forms.ModelChoiceField(
        label="Which recommendation does it serve?",
        queryset=Recommendation.objects.none(),
        required=False,
        empty_label="None: an improvement that need not wait",
        widget=widgets.Select(),
    )
    immediate = forms.BooleanField(label="It keeps children safe now", required=False)
    agency = forms.ModelChoiceField(
        label="Which agency will do it?",
        queryset=Agency.objects.none(),
        empty_label="Choose",
        widget=widgets.Select(),
    )
    owner = forms.ChoiceField(
        label="Who will see that it is done?",
        widget=widgets.Select(),
        help_text="They are told by e-mail, and see this action and nothing else of the case.",
    )
    starts_on = GovDateField(label="When does it start?", noun="start date", initial=clock.today)
    due_on = GovDateField(label="When should it be done by?", noun="target date")
    milestones = narrative("Milestones on the way", "the milestones", rows=3, required=False)

    def __init__(
        self, *args: Any, case: Case, user: User, agencies: frozenset[Any] | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        people = memberships_of_agencies(case, agencies)
        self._works_for = {(str(person.user_id), person.agency_id) for person in people}
        offered = agencies_of(case)
        self.fields["agency"].queryset = offered if agencies is None else offered.filter(pk__in=agencies)  # type: ignore[attr-defined]
        self.fields["owner"].choices = [("", "Choose"), *named(people)]  # type: ignore[attr-defined]
        recommendations = Recommendation.objects.filter(case=case).visible_to(user)
        self.fields["recommendation"].queryset = recommendations  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        starts_on, due_on = answers.get("starts_on"), answers.get("due_on")
        if starts_on and due_on and due_on < starts_on:
            self.add_error("due_on", "The target date must be the same as or after the start date")
        owner, agency = answers.get("owner"), answers.get("agency")
        if owner and agency and (owner, agency.pk) not in self._works_for:
            self.add_error("owner", f"Choose somebody who works for {agency}")
        return answers


class ReassignForm(GovForm):
    submit_label = "Change the owner"

    owner = forms.ChoiceField(label="Who takes it over?", widget=widgets.Select())
    reason = narrative("Why", "why", rows=3, longest=4000)

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [
            person
            for person in memberships_of_agencies(action.case, frozenset({action.agency_id}))
            if person.user_id != action.owner_id
        ]
        self.fields["owner"].choices = [("", "Choose"), *named(people)]  # type: ignore[attr-defined]


class UpdateForm(OnceForm):
    submit_label = "Save the update"

    text = narrative(
        "What has been done since last time, and what is still to do",
        "what has been done and what is still to do",
    )
    outlook = forms.ChoiceField(
        label="Will it be done by its date?", choices=Outlook.choices, widget=widgets.Radios()
    )


class EvidenceForm(OnceForm):
    submit_label = "Add the evidence"

    upload = CaseFileField(
        label="Document",
        widget=widgets.FileUpload(accept=".pdf,.docx,.xlsx,.png,.jpg,.msg,.eml,.txt"),
        help_text="A PDF, a Word document, an Excel workbook, a picture or a saved e-mail, up to 25 MB.",
    )
    shows = narrative("What does it show?", "what it shows", rows=3)


class AwaitImpactForm(GovForm):
    submit_label = "Set the date"

    look_again_on = GovDateField(
        label="When will somebody look whether the change lasted and helped?",
        noun="date to look at the impact",
        not_before=clock.today,
    )


class ImpactForm(GovForm):
    submit_label = "Close the action"

    impact = narrative("What changed for children, and how do we know?", "what changed, and how we know")


class ReopenForm(ReasonForm):
    look_again_on = GovDateField(
        label="When will somebody look at its impact?",
        noun="date to look at the impact",
        not_before=clock.today,
    )


class SupersedeForm(ReasonForm):
    superseded_by = forms.ModelChoiceField(
        label="Which action takes its place?",
        queryset=Action.objects.none(),
        required=False,
        empty_label="None: it is withdrawn",
        widget=widgets.Select(),
    )

    def __init__(self, *args: Any, action: Action, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Action.objects.filter(case=action.case_id).visible_to(user).open().exclude(pk=action.pk)
        self.fields["superseded_by"].queryset = others  # type: ignore[attr-defined]


class ExtendForm(GovForm):
    submit_label = "Give it the later date"

    due_on = GovDateField(label="New target date", noun="new target date")
    reason = narrative("Why does it need more time?", "why it needs more time", rows=4, longest=4000)


class ProgressForm(MakesDue, OnceForm):
    submit_label = "Record the report"
    makes_due = {"reported_on": {"DL-23": ""}}

    told = forms.CharField(
        label="Who was told?",
        error_messages={"required": "Enter who was told"},
        max_length=200,
        widget=widgets.TextInput(),
        help_text="For example, the sub-group or the executive.",
    )
    reported_on = GovDateField(
        label="When?", noun="date of the report", not_after=clock.today, initial=clock.today
    )
    text = narrative("What they were told", "what they were told", rows=8)


class EvaluateForm(GovForm):
    submit_label = "Record it"

    evaluation = narrative(
        "What did the plan change for children, and how do we know?",
        "what the plan changed, and how we know",
        rows=8,
    )


class ClosePlanForm(GovForm):
    submit_label = "Close the plan and the case"

    closing_summary = narrative("Summary for the record", "the summary", rows=6)
    impact_statement = ConfirmField(
        label="An impact statement has been made, or the partners have decided that none is needed"
    )


class FilterForm(GovForm):
    submit_label = "Show"
    form_method = "get"
    mark_optional = False

    show = forms.ChoiceField(
        label="Which actions",
        required=False,
        choices=[
            ("open", "Still open"),
            ("late", "Overdue"),
            ("closed", "Closed or replaced"),
            ("all", "All of them"),
        ],
        widget=widgets.Radios(small=True),
    )
    whose = forms.ChoiceField(
        label="Whose",
        required=False,
        choices=[("mine", "Mine"), ("all", "All that I may see")],
        widget=widgets.Radios(small=True),
    )


def agencies_of(case: Case) -> Any:
    """The agencies that work with the case's partnership today."""
    return Agency.objects.filter(pk__in=case.partnership.members.current().values("agency"))


def memberships_of_agencies(case: Case, agencies: frozenset[Any] | None) -> list[Membership]:
    """Who works for these agencies (None: any) in the case's partnership today, by name."""
    held = Membership.objects.current().filter(
        partnership=case.partnership_id, agency__isnull=False, user__is_active=True
    )
    if agencies is not None:
        held = held.filter(agency__in=agencies)
    return list(held.select_related("user", "agency").order_by("user__name"))


def named(people: list[Membership]) -> list[tuple[str, str]]:
    """Each person once, with the agencies they work for."""
    agencies: dict[str, list[str]] = {}
    names = {str(person.user_id): person.user.name for person in people}
    for person in people:
        name = person.agency.short_name if person.agency else ""
        if name not in agencies.setdefault(str(person.user_id), []):
            agencies[str(person.user_id)].append(name)
    return [(key, f"{name} ({', '.join(agencies[key])})") for key, name in names.items()]
