"""What we ask about people and roles."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.forms.passwords import ChoosesPassword
from accounts.models import Agency, Membership, Partnership, User
from accounts.roles import OPENS_CASES, Role
from govuk import widgets
from govuk.fields import GovDateField
from govuk.forms import GovForm
from lcspr import clock


class InviteForm(GovForm):
    """Name a person, their agency and the role they are to hold in a partnership."""

    submit_label = "Send the invitation"

    name = forms.CharField(label="Full name", max_length=150, widget=widgets.TextInput(width=30))
    email = forms.EmailField(
        label="Work e-mail address",
        help_text="A link goes to this address. It works once, for 14 days.",
        widget=widgets.EmailInput(width=30),
    )
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
        help_text="The independent chair and independent authors act for no agency.",
        widget=widgets.Select(),
    )

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        working = partnership.members.current().values("agency")
        agency = self.fields["agency"]
        assert isinstance(agency, forms.ModelChoiceField)
        agency.queryset = Agency.objects.filter(pk__in=working)


class AddressForm(GovForm):
    """The address that a person's e-mails should go to."""

    submit_label = "Save the address"

    email = forms.EmailField(
        label="Work e-mail address",
        help_text="Ring the person first. They prove the new address when they next sign in.",
        widget=widgets.EmailInput(width=30),
    )


class EndForm(GovForm):
    """The day from which a role is no longer held."""

    submit_label = "End this role"
    submit_style = "warning"

    on = GovDateField(
        label="From which day is the role no longer held?",
        noun="day",
        help_text="Today takes it away at once.",
        not_before=clock.today,
    )


class DeputyForm(GovForm):
    """Who stands in, from when until when."""

    submit_label = "Name the deputy"

    deputy = forms.ModelChoiceField(
        label="Deputy",
        queryset=User.objects.none(),
        empty_label="Select a person",
        help_text="Somebody who holds a role in this partnership already.",
        widget=widgets.Select(),
    )
    starts_on = GovDateField(label="First day", noun="first day", not_before=clock.today)
    last_day = GovDateField(label="Last day", noun="last day", not_before=clock.today)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Membership.objects.current().filter(partnership=membership.partnership_id).values("user")
        colleagues = User.objects.filter(pk__in=known, is_active=True).exclude(pk=membership.user_id)
        choice = self.fields["deputy"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = colleagues


class ProfileForm(GovForm):
    """What colleagues see of you, and how they reach you."""

    submit_label = "Save"

    name = forms.CharField(label="Full name", max_length=150, widget=widgets.TextInput(width=30))
    job_title = forms.CharField(
        label="Job title", max_length=150, required=False, widget=widgets.TextInput(width=30)
    )
    phone = forms.CharField(
        label="Telephone number", max_length=40, required=False, widget=widgets.PhoneInput(width=20)
    )


class AcceptInvitationForm(ChoosesPassword):
    """Make the account that an invitation is for."""

    submit_label = "Make my account"
    field_order = ["name", "phone", "password"]

    name = forms.CharField(label="Full name", max_length=150, widget=widgets.TextInput(width=30))
    phone = forms.CharField(
        label="Telephone number",
        max_length=40,
        required=False,
        help_text="So that the business unit can reach you about a deadline.",
        widget=widgets.PhoneInput(width=20),
    )


class JoinForm(GovForm):
    """Nothing to ask: the button takes up the invitation."""

    submit_label = "Take up this role"
