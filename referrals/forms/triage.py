"""What the business unit is asked when it triages."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Agency, Membership, User
from accounts.roles import Role
from casework.models import Case
from casework.rules.names import name_parts
from correspondence.models import How
from deadlines.foreseen import MakesDue
from govuk import widgets
from govuk.fields import GovDateField, GovDateTimeField
from govuk.forms import GovForm
from lcspr import clock
from referrals.completeness import NotKnown
from referrals.forms.pages import local_authorities
from referrals.models import QuestionAsked, Referral, ReferralState
from referrals.rules import nhs_number_problem

REASON = 4000


def reason_field(label: str = "Reason", help_text: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=REASON, required=required, widget=widgets.Textarea()
    )


# Of one question; a longer one is several.
QUESTION: Final = 300
MOST_QUESTIONS: Final = 20


class ReturnForm(GovForm):
    """What is missing, which of the questions not known yet to answer, and further precise questions."""

    submit_label = "Send back"

    reason = reason_field("What is missing?", "The referrer reads this first.")
    places = forms.MultipleChoiceField(
        label="Which of these should the referrer answer?",
        help_text="Each leads them to the page that asks it.",
        required=False,
        widget=widgets.Checkboxes(),
    )
    questions = forms.CharField(
        label="What else do you ask?",
        help_text="One precise question on each line. Each is answered by itself.",
        max_length=REASON,
        required=False,
        widget=widgets.Textarea(),
    )

    def __init__(self, *args: Any, unknown: list[NotKnown], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unknown = {str(number): each for number, each in enumerate(unknown)}
        self.fields["places"].choices = [(key, each.text) for key, each in self.unknown.items()]  # type: ignore[attr-defined]
        if not unknown:
            del self.fields["places"]

    def clean_questions(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["questions"].splitlines() if line.strip()]
        if len(lines) > MOST_QUESTIONS:
            raise ValidationError(f"Ask at most {MOST_QUESTIONS} questions at once")
        if any(len(line) > QUESTION for line in lines):
            raise ValidationError(
                f"Each question must be {QUESTION} characters or fewer. Divide the long one"
            )
        return "\n".join(lines)

    def asked(self) -> list[tuple[str, str]]:
        """The questions in words, each with the page that asks it, or ""."""
        chosen = [self.unknown[key] for key in self.cleaned_data.get("places", [])]
        return [(each.text[:QUESTION], each.place) for each in chosen] + [
            (line, "") for line in self.cleaned_data["questions"].splitlines()
        ]


class AnswerForm(GovForm):
    submit_label = "Keep this answer"

    answer = forms.CharField(
        label="Your answer",
        max_length=REASON,
        widget=widgets.Textarea(),
        error_messages={"required": "Write your answer, or say that it is not known"},
    )

    def __init__(self, *args: Any, question: QuestionAsked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].label = question.words
        self.fields["answer"].initial = question.answer


class LinkForm(GovForm):
    submit_label = "Save"

    reason = reason_field("Why?", "For example: the older brother was the child of that review.")


class FindChildForm(GovForm):
    """By name, date of birth or NHS number; never without the reason."""

    submit_label = "Look for the child"

    name = forms.CharField(
        label="Name",
        help_text="As much as you know, in any order and any spelling.",
        max_length=150,
        required=False,
        widget=widgets.TextInput(),
    )
    born_on = GovDateField(label="Date of birth", noun="date of birth", required=False, not_after=clock.today)
    nhs_number = forms.CharField(
        label="NHS number", max_length=20, required=False, widget=widgets.TextInput(width=10)
    )
    reason = forms.CharField(
        label="Why do you ask?",
        help_text="Kept with your name and what you looked for.",
        max_length=500,
        widget=widgets.Textarea(),
        error_messages={"required": "Say why you ask: every search is recorded with its reason"},
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name and not name_parts(name):
            raise ValidationError("Enter a name, such as Robin Example")
        return name

    def clean_nhs_number(self) -> str:
        number: str = self.cleaned_data["nhs_number"]
        if problem := nhs_number_problem(number):
            raise ValidationError(problem)
        return number

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.get(name) for name in ("name", "born_on", "nhs_number")):
            self.add_error("name", "Enter a name, a date of birth or an NHS number")
        return cleaned


class AcceptForm(MakesDue, GovForm):
    submit_label = "Accept the referral"
    makes_due = {"la_aware_at": {"DL-01": "", "DL-02": ""}}

    pseudonym = forms.CharField(
        label="Pseudonym",
        help_text="Never an initial, nor anything that could be worked out from a name, a place or a date.",
        max_length=60,
        widget=widgets.TextInput(width=20),
    )
    incident_la = forms.ModelChoiceField(
        Agency.objects.none(),
        label="In which local authority’s area did it happen?",
        help_text="Outside England: the authority in whose area the child normally lives.",
        error_messages={"required": "Choose the area where it happened"},
        widget=widgets.Select(),
    )
    home_la = forms.ModelChoiceField(
        Agency.objects.none(),
        label="In which local authority’s area does the child normally live?",
        error_messages={"required": "Choose the area where the child lives"},
        widget=widgets.Select(),
    )
    la_aware_at = GovDateTimeField(
        label="When did the local authority become aware?",
        noun="time the local authority became aware",
        help_text="Five working days to notify the National Panel run from then.",
        not_after=clock.now,
    )
    reason = reason_field("Why do you go on without the referrer’s answer?")

    def __init__(self, *args: Any, referral: Referral, suggested: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("incident_la", "home_la"):
            self.fields[name].queryset = local_authorities(referral.partnership)  # type: ignore[attr-defined]
        if suggested:
            self.fields["pseudonym"].help_text += f" Free: {', '.join(suggested)}."
        if referral.state != ReferralState.RETURNED:
            del self.fields["reason"]


class DuplicateTargetForm(GovForm):
    submit_label = "Compare"

    target = forms.ModelChoiceField(
        Case.objects.none(),
        label="Of which case is this the same incident?",
        empty_label=None,
        error_messages={"required": "Choose the case"},
        widget=widgets.Radios(),
    )

    def __init__(self, *args: Any, cases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = cases  # type: ignore[attr-defined]
        self.fields["target"].label_from_instance = lambda case: f"{case.reference} {case.pseudonym}".strip()  # type: ignore[attr-defined]


ANOTHER = "another"


class DuplicateForm(GovForm):
    """Which child is which, and why it is the same incident."""

    submit_label = "Join the referrals"
    submit_style = "warning"

    reason = reason_field("Why is it the same incident?")

    def __init__(self, *args: Any, referral: Referral, target: Case, revealed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.children = list(referral.children.select_related("subject__person").order_by("subject__order"))
        self.there = list(target.subjects.filter(part="child").select_related("person"))
        options = [(str(there.pk), _called(there, revealed=revealed)) for there in self.there]
        for child in self.children:
            self.fields[f"child_{child.key}"] = forms.ChoiceField(
                label=f"{_called(child.subject, revealed=revealed)} in this referral is",
                choices=[*options, (ANOTHER, "Another child of the same incident, not yet in that case")],
                error_messages={"required": f"Say who {child.subject.label} is"},
                widget=widgets.Radios(),
            )
        self.order_fields([*(f"child_{child.key}" for child in self.children), "reason"])

    def same_as(self) -> dict[Any, Any]:
        """Of each child of the referral, the child of the other case, or None for another one."""
        by_key = {str(there.pk): there for there in self.there}
        return {child: by_key.get(self.cleaned_data[f"child_{child.key}"]) for child in self.children}


def _called(subject: Any, *, revealed: bool) -> str:
    return f"{subject.label} ({subject.person.full_name})" if revealed else str(subject.label)


class AskToWithdrawForm(GovForm):
    submit_label = "Ask for it to be withdrawn"

    asked_by = forms.CharField(label="Who asked for it?", max_length=150, widget=widgets.TextInput(width=30))
    reason = reason_field("Why should it be withdrawn?")

    def __init__(self, *args: Any, for_others: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not for_others:
            del self.fields["asked_by"]


class WithdrawForm(GovForm):
    submit_label = "Close as withdrawn"
    submit_style = "warning"

    agreed_by = forms.ModelChoiceField(
        User.objects.none(),
        label="Which sub-group chair agreed?",
        empty_label=None,
        error_messages={"required": "Choose the sub-group chair who agreed"},
        widget=widgets.Radios(),
    )
    reason = reason_field()

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chairs = Membership.objects.current().filter(partnership=case.partnership_id, role=Role.SGC)
        self.fields["agreed_by"].queryset = User.objects.filter(pk__in=chairs.values("user"))  # type: ignore[attr-defined]


class TransferForm(GovForm):
    submit_label = "Transfer the case"
    submit_style = "warning"

    to = forms.CharField(
        label="To which safeguarding partnership?", max_length=200, widget=widgets.TextInput()
    )
    acknowledged_by = forms.CharField(
        label="Who acknowledged it there?", max_length=150, widget=widgets.TextInput(width=30)
    )
    acknowledged_on = GovDateField(
        label="When did they acknowledge it?", noun="date they acknowledged it", not_after=clock.today
    )
    sent_at = GovDateTimeField(
        label="When was the information sent to them?",
        noun="time the information was sent",
        not_after=clock.now,
    )
    how = forms.ChoiceField(label="How was it sent?", choices=How.choices, widget=widgets.Radios())
    package = forms.CharField(
        label="What was sent?",
        help_text="A list of the documents, for the record of disclosure.",
        max_length=REASON,
        widget=widgets.Textarea(),
    )
    reason = reason_field()


class WrittenForm(GovForm):
    submit_label = "Record it"

    received_at = GovDateTimeField(
        label="When did the written confirmation arrive?",
        noun="time the written confirmation arrived",
        not_after=clock.now,
    )
