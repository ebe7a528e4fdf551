"""What is asked of those who decide."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.settings_choices import STATUTORY_REVIEWS, ReviewType, StatutoryPartner
from casework.forms import CaseFileField
from deadlines.foreseen import MakesDue
from decisions.kinds import PARTS, WITH_REVIEW_TYPE, DecisionKind, Finding, contradiction
from decisions.models import (
    Decision,
    DeclarationOutcome,
    HoldKind,
    HoldSource,
    ParallelProceeding,
    ProceedingKind,
    StepKind,
)
from decisions.models.declaration import QUESTIONS
from decisions.models.dispute import BROUGHT_BACK
from govuk import widgets
from govuk.fields import ConfirmField, GovDateField, YesNoField
from govuk.forms import GovForm
from lcspr import clock

NARRATIVE = 20_000

# What a decision-maker can be; that they work for one of the three partners is no conflict.
CONFLICTS = {
    name: QUESTIONS[name]
    for name in ("directly_involved", "line_managed", "knows_people", "financial_interest", "other_conflict")
}


def reasons_field(label: str = "Reasons", **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=NARRATIVE, widget=widgets.Textarea(rows=8), **options)


def evidence_field(label: str, hint: str = "") -> CaseFileField:
    return CaseFileField(label=label, help_text=hint, widget=widgets.FileUpload())


class DecisionForm(GovForm):
    """A form about one decision, whose answers are those of its question."""

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        self.decision = decision
        super().__init__(*args, **kwargs)
        if "outcome" in self.fields:
            self.fields["outcome"].choices = decision.outcomes.choices  # type: ignore[attr-defined]
        if "review_type" in self.fields:
            self._offer_reviews()

    def _offer_reviews(self) -> None:
        offered = self.decision.case.partnership.review_types or ReviewType.values
        if WITH_REVIEW_TYPE.isdisjoint(self.decision.outcomes.values):
            del self.fields["review_type"]
        else:
            kinds = [("", "Not said"), *((v, ReviewType(v).label) for v in offered)]
            self.fields["review_type"].choices = kinds  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        outcome, kind = answers.get("outcome"), answers.get("review_type")
        if (
            outcome
            and kind
            and (outcome not in WITH_REVIEW_TYPE or (outcome == "lcspr") != (kind in STATUTORY_REVIEWS))
        ):
            self.add_error("review_type", "The kind of review does not go with this answer")
        return answers


class ViewForm(DecisionForm):
    submit_label = "Sign and give this view"
    reveals = {"conflict": {"True": ["conflicts", "conflict_details"]}}

    conflict = YesNoField(
        label="Do you have a conflict of interest in this case?",
        help_text="That you work for one of the three partners is not one.",
    )
    conflicts = forms.MultipleChoiceField(
        label="What do you declare?", choices=list(CONFLICTS.items()), widget=widgets.Checkboxes()
    )
    conflict_details = forms.CharField(label="Details", max_length=4000, widget=widgets.Textarea(rows=4))
    outcome = forms.ChoiceField(label="Your view", required=False, widget=widgets.Radios())
    reasons = reasons_field("Your reasons", required=False)
    sign = ConfirmField(label="This is my own view, and I sign it", required=False)

    mark_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = PARTS.get(DecisionKind(self.decision.kind), {})
        for name, (label, hint) in self.parts.items():
            self.fields[name] = forms.ChoiceField(
                label=label,
                help_text=hint,
                choices=Finding.choices,
                required=False,
                widget=widgets.Radios(),
            )
        # Part by part first, then the answer to the whole.
        self.order_fields(
            ["conflict", "conflicts", "conflict_details", *self.parts, "outcome", "reasons", "sign"]
        )

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if answers.get("conflict") is not True:
            for name, missing in (
                *((name, "Say what you find") for name in self.parts),
                ("outcome", "Choose your view"),
                ("reasons", "Enter your reasons"),
                ("sign", "Tick the box to sign"),
            ):
                if not answers.get(name) and name not in self.errors:
                    self.add_error(name, missing)
            if problem := contradiction(self.findings(), answers.get("outcome") or ""):
                self.add_error("outcome", problem)
        return answers

    def findings(self) -> dict[str, str]:
        """What they find on each part of the question."""
        return {name: self.cleaned_data[name] for name in self.parts if self.cleaned_data.get(name)}


_IF_LAST = "if they decide on a review and this is the last view"
_IF_REVIEW = "if they decide on a review"


class _DatedDecisionForm(MakesDue, DecisionForm):
    """A decision whose day may start the review's clocks, after a rapid review only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.decision.kind not in {DecisionKind.RAPID_REVIEW, DecisionKind.RECONSIDERATION}:
            self.makes_due = {}


class OnBehalfForm(_DatedDecisionForm):
    makes_due = {"on": {"DL-14": _IF_LAST, "DL-15": _IF_LAST}}
    submit_label = "Record this view"

    partner = forms.ChoiceField(
        label="Whose view is it?", choices=StatutoryPartner.choices, widget=widgets.Radios()
    )
    outcome = forms.ChoiceField(label="Their view", widget=widgets.Radios())
    reasons = reasons_field("Their reasons")
    on = GovDateField(label="When did they give it?", noun="date they gave it", not_after=clock.today)
    evidence = evidence_field(
        "The minute or the message in which they gave it", "They are told, and confirm or contest it."
    )


class RecommendationForm(DecisionForm):
    submit_label = "Record the recommendation"

    outcome = forms.ChoiceField(label="What does the group recommend?", widget=widgets.Radios())
    review_type = forms.ChoiceField(
        label="Kind of review",
        required=False,
        widget=widgets.Select(),
        help_text="Where a review is to be held.",
    )
    method = forms.CharField(label="Method", max_length=300, required=False, widget=widgets.TextInput())
    reasons = reasons_field()


class ChairAgreesForm(DecisionForm):
    submit_label = "Sign and record"

    agrees = YesNoField(
        label="Do you agree with the three partners?",
        yes="I agree",
        no="I do not agree",
        help_text="If you do not, it goes back once. After that the partners’ decision stands, and your disagreement is told "
        "in the rapid review and to the National Panel.",
    )
    reasons = reasons_field("Your reasons")


class ChairDecidesForm(DecisionForm):
    submit_label = "Sign and decide"

    outcome = forms.ChoiceField(
        label="Your decision",
        help_text="If you depart from three partners who agree, each of them confirms or escalates it before it is sent.",
        widget=widgets.Radios(),
    )
    review_type = forms.ChoiceField(label="Kind of review", required=False, widget=widgets.Select())
    reasons = reasons_field("Your reasons")


class ChairCommentForm(DecisionForm):
    submit_label = "Record the comment"

    reasons = reasons_field("Your comment")


class LeadPartnersForm(_DatedDecisionForm):
    makes_due = {"on": {"DL-14": _IF_REVIEW, "DL-15": _IF_REVIEW}}
    submit_label = "Record their decision"

    outcome = forms.ChoiceField(label="What did they decide?", widget=widgets.Radios())
    review_type = forms.ChoiceField(label="Kind of review", required=False, widget=widgets.Select())
    reasons = reasons_field("Their reasons")
    on = GovDateField(label="When did they decide?", noun="date they decided", not_after=clock.today)
    evidence = evidence_field("Their written decision")


class EscalateForm(DecisionForm):
    submit_label = "Escalate"

    reason = reasons_field(
        "On what do you not agree?",
        help_text="This opens the record of the dispute. What each partner has said is taken over from the views.",
    )


class DisputeStepForm(GovForm):
    submit_label = "Record this step"
    reveals = {"kind": {StepKind.POSITION.value: ["partner"]}}

    kind = forms.ChoiceField(label="What do you record?", choices=StepKind.choices, widget=widgets.Radios())
    partner = forms.ChoiceField(
        label="Whose position is it?", choices=StatutoryPartner.choices, widget=widgets.Radios()
    )
    on = GovDateField(label="When was it?", noun="date of the step", not_after=clock.today)
    words = forms.CharField(
        label="What was done or said?",
        help_text="Who was told or met, what each said, and what follows from it.",
        max_length=NARRATIVE,
        widget=widgets.Textarea(rows=6),
    )


class BringBackForm(GovForm):
    submit_label = "Bring it back"

    how = forms.ChoiceField(
        label="Why does it not need the lead safeguarding partners any more?",
        choices=[(end.value, end.label) for end in BROUGHT_BACK],
        widget=widgets.Radios(),
    )
    reason = reasons_field(
        "What has happened?", help_text="For example, what the partners agreed, when and where."
    )


class DecideAloneForm(DecisionForm):
    submit_label = "Notify although a partner disagrees"
    submit_style = "warning"

    reason = reasons_field("Why does the local authority hold that the criteria are met?")


class ConfirmDepartureForm(DecisionForm):
    submit_label = "Confirm the independent chair’s decision"

    sign = ConfirmField(label="I confirm the independent chair’s decision, which departs from our views")


class ConfirmForm(GovForm):
    submit_label = "Confirm: this is my view"

    sign = ConfirmField(label="This is my view, and I make it my own")


class ContestForm(GovForm):
    submit_label = "Contest it"
    submit_style = "warning"

    reason = forms.CharField(
        label="What is wrong with it?",
        help_text="Nothing is sent, commissioned or published on a contested view until you give your own.",
        max_length=4000,
        widget=widgets.Textarea(rows=6),
    )


class DeclarationForm(GovForm):
    submit_label = "Sign and declare"

    worked_for_agency = YesNoField(
        label="Do you work, or did you in the last five years, for an agency involved?"
    )
    directly_involved = YesNoField(label="Were you directly involved in the case?")
    line_managed = YesNoField(label="Did you line-manage work on the case?")
    knows_people = YesNoField(
        label="Do you have a personal relationship with the family, a subject or a professional involved?"
    )
    financial_interest = YesNoField(label="Do you have a financial interest?")
    earlier_reviews = YesNoField(label="Have you carried out reviews for this partnership before?")
    other_conflict = YesNoField(label="Is there another real or perceived conflict?")
    details = forms.CharField(
        label="Details of what you answered yes",
        max_length=4000,
        required=False,
        widget=widgets.Textarea(rows=6),
    )

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if (
            any(answers.get(name) for name in QUESTIONS)
            and not answers.get("details")
            and "details" not in self.errors
        ):
            self.add_error("details", "Enter the details of what you answered yes")
        return answers


class DecideDeclarationForm(GovForm):
    submit_label = "Record the decision"
    reveals = {"outcome": {"clear_with_mitigation": ["mitigation"]}}

    outcome = forms.ChoiceField(
        label="May they take the role?", choices=DeclarationOutcome.choices, widget=widgets.Radios()
    )
    mitigation = forms.CharField(
        label="What is done about the conflict?", max_length=4000, widget=widgets.Textarea(rows=4)
    )
    reasons = forms.CharField(label="Reasons", max_length=4000, widget=widgets.Textarea(rows=4))


class NewsForm(GovForm):
    """What changes while proceedings go on."""

    submit_label = "Save"

    next_date = GovDateField(label="Next date", noun="next date", required=False)
    next_event = forms.CharField(
        label="What happens then?", max_length=200, required=False, widget=widgets.TextInput()
    )
    constraint = forms.CharField(
        label="What do they ask of the review?",
        help_text="For example, not to speak to witnesses before the trial.",
        max_length=4000,
        required=False,
        widget=widgets.Textarea(rows=4),
    )


class ProceedingForm(NewsForm):
    submit_label = "Record the proceedings"

    kind = forms.ChoiceField(label="Kind", choices=ProceedingKind.choices, widget=widgets.Select())
    body = forms.CharField(label="Court, force or other body", max_length=200, widget=widgets.TextInput())
    body_reference = forms.CharField(
        label="Their reference", max_length=100, required=False, widget=widgets.TextInput(width=20)
    )
    contact = forms.CharField(
        label="Senior investigating officer or contact",
        max_length=200,
        required=False,
        widget=widgets.TextInput(),
    )
    began_on = GovDateField(
        label="When did they begin?", noun="date they began", required=False, not_after=clock.today
    )

    field_order = [
        "kind",
        "body",
        "body_reference",
        "contact",
        "began_on",
        "next_date",
        "next_event",
        "constraint",
    ]


class EndForm(GovForm):
    submit_label = "Record how they ended"

    on = GovDateField(label="When did they end?", noun="date they ended", not_after=clock.today)
    outcome = forms.CharField(
        label="How did they end?",
        help_text="For example, the verdict and sentence, or the coroner’s conclusion.",
        max_length=4000,
        widget=widgets.Textarea(rows=4),
    )


class HoldForm(MakesDue, GovForm):
    submit_label = "Add the hold"
    makes_due = {"on": {"DL-21h": ""}}

    kind = forms.ChoiceField(label="What must wait?", choices=HoldKind.choices, widget=widgets.Radios())
    source = forms.ChoiceField(label="Who asked for it?", choices=HoldSource.choices, widget=widgets.Radios())
    asked_by = forms.CharField(
        label="Name and post of the person who asked",
        max_length=200,
        required=False,
        widget=widgets.TextInput(),
    )
    proceeding = forms.ModelChoiceField(
        label="Which proceedings does it rest on?",
        queryset=ParallelProceeding.objects.none(),
        required=False,
        widget=widgets.Select(),
    )
    reason = forms.CharField(label="Reason", max_length=4000, widget=widgets.Textarea(rows=6))
    on = GovDateField(label="From when?", noun="date the hold begins", not_after=clock.today)
    review_on = GovDateField(
        label="When is it looked at again?",
        noun="date it is looked at again",
        help_text="Within three months.",
    )

    def __init__(self, *args: Any, proceedings: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if proceedings is not None:
            self.fields["proceeding"].queryset = proceedings  # type: ignore[attr-defined]


class ReviewHoldForm(GovForm):
    submit_label = "Keep the hold"

    reason = forms.CharField(
        label="Why must it still wait?", max_length=4000, widget=widgets.Textarea(rows=6)
    )
    review_on = GovDateField(
        label="When is it looked at again?",
        noun="date it is looked at again",
        help_text="Within three months.",
    )


class ReleaseHoldForm(GovForm):
    submit_label = "Release the hold"

    reason = forms.CharField(
        label="Why may it be released?",
        help_text="For example, the verdict, or the coroner’s conclusion.",
        max_length=4000,
        widget=widgets.Textarea(rows=4),
    )
    on = GovDateField(label="From when?", noun="date of release", not_after=clock.today)
    although_unfinished = forms.BooleanField(
        label="The proceedings go on, and the hold may be released all the same",
        error_messages={
            "required": "Record first that the proceedings ended, or tick the box if they go on and the hold may be released"
        },
    )
    evidence = evidence_field("What shows that it may be released")

    def __init__(self, *args: Any, unfinished: ParallelProceeding | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if unfinished is None:
            del self.fields["although_unfinished"]
