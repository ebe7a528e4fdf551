"""What we ask of somebody who comes in by their work address."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.forms.passwords import ChoosesPassword
from accounts.models import Agency, Partnership
from accounts.roles import OPENS_CASES, Role
from accounts.rules import normal_address
from govuk import widgets
from govuk.forms import GovForm


class WorkAddressForm(GovForm):
    """The address to which a code is sent."""

    submit_label = "Send me a code"

    email = forms.EmailField(
        label="Work e-mail address",
        help_text="We send a code to it. Use the address your agency gave you, not one of your own.",
        widget=widgets.EmailInput(width=30, attrs={"autocomplete": "email", "spellcheck": "false"}),
    )

    def clean_email(self) -> str:
        address = normal_address(self.cleaned_data["email"])
        if not address:
            raise forms.ValidationError(
                "Enter an e-mail address in the correct format, like name@example.org"
            )
        return address


class CodeForm(GovForm):
    """The code from the e-mail."""

    submit_label = "Continue"

    code = forms.CharField(
        label="Code",
        help_text="Six figures",
        max_length=20,
        error_messages={"required": "Enter the code from the e-mail"},
        widget=widgets.WholeNumberInput(width=10, attrs={"autocomplete": "one-time-code"}),
    )


class _ChoosesAgency(GovForm):
    """Asks for which agency somebody works, where their address leaves it open."""

    agency = forms.ModelChoiceField(
        label="Which agency do you work for?",
        queryset=Agency.objects.none(),
        help_text="Its representative is told that you have come in, and can say if you do not work there.",
        error_messages={"required": "Choose the agency you work for"},
        empty_label=None,
        widget=widgets.Radios(),
    )

    def __init__(self, *args: Any, agencies: list[Agency], asks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.only = None if asks else agencies[0]
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Agency.objects.filter(pk__in=[each.pk for each in agencies])
        if self.only is not None:
            del self.fields["agency"]
        elif len(agencies) > 8:
            field.widget = widgets.Select()
            field.empty_label = "Choose an agency"

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        return answers | ({"agency": self.only} if self.only is not None else {})


class OwnAccountForm(_ChoosesAgency, ChoosesPassword):
    """Who has proven the address, and the password they will sign in with."""

    submit_label = "Make my account"

    field_order = ["agency", "name", "job_title", "phone", "password"]
    name = forms.CharField(
        label="Full name",
        max_length=150,
        error_messages={"required": "Enter your full name"},
        widget=widgets.TextInput(width=30, attrs={"autocomplete": "name"}),
    )
    job_title = forms.CharField(
        label="Job title",
        max_length=150,
        error_messages={"required": "Enter your job title"},
        widget=widgets.TextInput(width=30, attrs={"autocomplete": "organization-title"}),
    )
    phone = forms.CharField(
        label="Telephone number",
        max_length=40,
        error_messages={"required": "Enter your telephone number"},
        help_text="So that the business unit can ring you about what you refer. It stands in the referral, and you need not type it again.",
        widget=widgets.PhoneInput(width=20, attrs={"autocomplete": "tel"}),
    )


class JoinAgencyForm(_ChoosesAgency):
    """For somebody who has an account already."""

    submit_label = "Refer for this agency"


class AskForAccountForm(GovForm):
    """Who asks the business unit to be let in."""

    submit_label = "Ask the business unit"

    name = forms.CharField(label="Full name", max_length=150, widget=widgets.TextInput(width=30))
    job_title = forms.CharField(label="Job title", max_length=150, widget=widgets.TextInput(width=30))
    organisation = forms.CharField(
        label="Where do you work?",
        max_length=200,
        help_text="The agency, school, practice or service. Write nothing about a child here.",
        widget=widgets.TextInput(),
    )
    phone = forms.CharField(
        label="Telephone number",
        max_length=40,
        help_text="They ring you to make sure who asks.",
        widget=widgets.PhoneInput(width=20),
    )


class RefuseNewcomerForm(GovForm):
    """Why a person does not refer for the agency."""

    submit_label = "They do not refer for us"
    submit_style = "warning"

    reason = forms.CharField(
        label="Why?",
        max_length=500,
        help_text="For example: does not work here, or has left. The business unit reads it.",
        widget=widgets.Textarea(rows=3),
    )


class InviteRequesterForm(GovForm):
    """The role that somebody who asked is invited to."""

    submit_label = "Send the invitation"

    role = forms.TypedChoiceField(
        label="Role",
        choices=[("", "Select a role"), *((role.value, role.label) for role in Role if role in OPENS_CASES)],
        coerce=Role,
        widget=widgets.Select(),
    )
    agency = forms.ModelChoiceField(
        label="Agency",
        queryset=Agency.objects.none(),
        required=False,
        empty_label="Not held for an agency",
        widget=widgets.Select(),
    )

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        working = partnership.members.current().values("agency")
        agency = self.fields["agency"]
        assert isinstance(agency, forms.ModelChoiceField)
        agency.queryset = Agency.objects.filter(pk__in=working)


class DeclineRequestForm(GovForm):
    """What the person who asked is told."""

    submit_label = "Decline"
    submit_style = "warning"

    reason = forms.CharField(
        label="What should they know?",
        max_length=1000,
        help_text="It is sent to them by e-mail. Say whom to ask instead, if you know.",
        widget=widgets.Textarea(rows=4),
    )
