"""What the business manager is asked in Settings; every form carries the stamp of what its page showed."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.agency_kinds import AgencyKind
from accounts.models import Agency, Partnership
from accounts.roles import Role
from accounts.rules import why_not_domain
from accounts.settings_choices import DecisionModel, Prerequisite, ReferralSource
from accounts.words import STANDARD_WORDS
from desk.settings.services import CONTACT_LABELS, NAME_LABELS
from govuk import widgets
from govuk.forms import GovForm


class SettingsForm(GovForm):
    """A form of Settings; `seen` comes back as it went out."""

    submit_label = "Save"

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    @property
    def values(self) -> dict[str, Any]:
        """The answers without the stamp."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class NamesForm(SettingsForm):
    """The partnership's names, and its own words where they differ from the usual."""

    name = forms.CharField(label=NAME_LABELS["name"], max_length=200, widget=widgets.TextInput())
    short_name = forms.CharField(
        label=NAME_LABELS["short_name"], max_length=20, widget=widgets.TextInput(width=10)
    )
    formerly = forms.CharField(
        label=NAME_LABELS["formerly"], max_length=200, required=False, widget=widgets.TextInput()
    )
    guidance_version = forms.CharField(
        label=NAME_LABELS["guidance_version"],
        max_length=80,
        required=False,
        help_text="For example, Working Together 2023",
        widget=widgets.TextInput(width=30),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, word in STANDARD_WORDS.items():
            self.fields[f"word_{key}"] = forms.CharField(
                label=f"Your word for “{word}”",
                max_length=80,
                required=False,
                widget=widgets.TextInput(width=30),
                error_messages={"max_length": "Your word must be 80 characters or fewer"},
            )

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        for key in STANDARD_WORDS:
            # “Panel” and “chair” alone are somebody else's: the National Panel's, one of three chairs'.
            if str(answers.get(f"word_{key}", "")).strip().lower() in {
                "panel",
                "chair",
                "the panel",
                "the chair",
            }:
                self.add_error(
                    f"word_{key}",
                    "Say which panel or which chair: there are several, and readers would mix them up",
                )
        return answers


class ContactsForm(SettingsForm):
    """Whom everybody is told to ring."""

    telephone = forms.CharField(
        label=CONTACT_LABELS["telephone"],
        max_length=40,
        help_text="Shown to everybody, always: it is the way in for whoever has no account.",
        widget=widgets.PhoneInput(width=20),
    )
    hours = forms.CharField(
        label=CONTACT_LABELS["hours"],
        max_length=120,
        required=False,
        help_text="For example, 9am to 5pm, Monday to Friday",
        widget=widgets.TextInput(width=30),
    )
    email = forms.EmailField(
        label=CONTACT_LABELS["email"], required=False, widget=widgets.EmailInput(width=30)
    )
    front_door = forms.CharField(
        label=CONTACT_LABELS["front_door"],
        max_length=120,
        required=False,
        help_text="Where a child at risk is reported, as people know it.",
        widget=widgets.TextInput(width=30),
    )
    front_door_telephone = forms.CharField(
        label=CONTACT_LABELS["front_door_telephone"],
        max_length=40,
        required=False,
        widget=widgets.PhoneInput(width=20),
    )
    front_door_out_of_hours = forms.CharField(
        label=CONTACT_LABELS["front_door_out_of_hours"],
        max_length=40,
        required=False,
        widget=widgets.PhoneInput(width=20),
    )


_MODEL_HINTS = {
    DecisionModel.THREE_DSP: "The three delegated safeguarding partners each give a view; what they agree is decided. "
    "If they do not agree, the lead safeguarding partners decide. The independent chair is told and may comment.",
    DecisionModel.THREE_DSP_WITH_IC: "As above, and the independent chair is asked to agree. Their “not agreed” sends it back "
    "once; then the partners’ decision stands and the disagreement is told to the National Panel.",
    DecisionModel.IC_DECIDES: "The three partners give their views, and the independent chair decides. If the independent chair "
    "departs from three agreeing views, each partner confirms or escalates.",
}


# Who of an agency can be let to send a referral; whoever works there writes one.
_SENDERS = (Role.REFERRER, Role.DSL, Role.REP)
_SENDER_HINTS = {Role.REFERRER.value: "Whoever got in with a work e-mail is one."}


class DecidingForm(SettingsForm):
    """Who decides, and what goes before a referral."""

    decision_model = forms.ChoiceField(
        label="Who decides on a rapid review’s outcome?",
        choices=DecisionModel.choices,
        help_text="A decision that is open keeps to the end the way in which it opened.",
        widget=widgets.Radios(hints={model.value: hint for model, hint in _MODEL_HINTS.items()}),
    )
    prerequisite = forms.ChoiceField(
        label="What must somebody have done before they refer?",
        choices=Prerequisite.choices,
        help_text="Referrals being written now are asked the new way from the next page on.",
        widget=widgets.Radios(),
    )
    submitter_roles = forms.MultipleChoiceField(
        label="Who sends an agency’s referral?",
        choices=[(role.value, role.label) for role in _SENDERS],
        help_text="Everybody who works for an agency can write one. What the others wrote waits for one of these.",
        error_messages={"required": "Choose who sends an agency’s referral"},
        widget=widgets.Checkboxes(hints=_SENDER_HINTS),
    )
    sources_enabled = forms.MultipleChoiceField(
        label="Where do referrals come from?",
        choices=ReferralSource.choices,
        widget=widgets.Checkboxes(),
    )
    views_hidden_until_given = forms.BooleanField(
        label="Hide the other partners’ views until one has given one’s own",
        required=False,
        help_text="It holds at once, for open decisions too.",
    )
    unconfirmed_views_block = forms.BooleanField(
        label="A view recorded on behalf must be confirmed before it is acted on", required=False
    )
    agreed = forms.CharField(
        label="Who agreed to this, and when?",
        max_length=300,
        help_text="For example: Executive, 3 March 2026, item 4. It stands in the record.",
        error_messages={"required": "Say who agreed to this, and when"},
        widget=widgets.TextInput(),
    )


class EntryForm(SettingsForm):
    """One person of the directory."""

    agency = forms.ModelChoiceField(
        label="Agency",
        queryset=Agency.objects.none(),
        empty_label="Choose an agency",
        widget=widgets.Select(),
    )
    name = forms.CharField(label="Full name", max_length=150, widget=widgets.TextInput(width=30))
    job_title = forms.CharField(
        label="Job title", max_length=150, required=False, widget=widgets.TextInput(width=30)
    )
    phone = forms.CharField(
        label="Telephone number", max_length=40, required=False, widget=widgets.PhoneInput(width=20)
    )
    email = forms.EmailField(label="E-mail address", required=False, widget=widgets.EmailInput(width=30))
    is_public = forms.BooleanField(
        label="Show this person to everybody on the start page",
        required=False,
        help_text="Only if they know of it and agree. Otherwise people with a role in the partnership see it, and everybody "
        "else is told to ring the business unit.",
    )

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Agency.objects.filter(pk__in=partnership.members.current().values("agency"))


class DomainsForm(SettingsForm):
    """The e-mail domains of one agency, one a line."""

    domains = forms.CharField(
        label="E-mail domains, one a line",
        required=False,
        max_length=2000,
        help_text="What stands after the @, exactly: northmere.example does not take in schools.northmere.example. "
        "Whoever proves an address there may refer for this agency.",
        widget=widgets.Textarea(rows=5, count=False),
    )

    def clean_domains(self) -> list[str]:
        lines = [line.strip().removeprefix("@") for line in self.cleaned_data["domains"].splitlines()]
        domains = [line for line in lines if line]
        if reasons := [reason for each in domains for reason in why_not_domain(each)]:
            raise forms.ValidationError(reasons)
        return domains


class AddAgencyForm(SettingsForm):
    """An agency that begins to work with the partnership."""

    submit_label = "Add the agency"

    name = forms.CharField(
        label="Name of the agency",
        max_length=200,
        help_text="In full. An agency that another partnership works with already keeps its short name, kind and domains.",
        widget=widgets.TextInput(),
    )
    short_name = forms.CharField(
        label="Short name",
        max_length=60,
        help_text="As it stands in tables, for example Meadowbank",
        widget=widgets.TextInput(width=20),
    )
    kind = forms.TypedChoiceField(
        label="Kind of agency",
        choices=[("", "Choose a kind"), *AgencyKind.choices],
        coerce=AgencyKind,
        widget=widgets.Select(),
    )


class EndAgencyForm(GovForm):
    """Why an agency no longer works with the partnership."""

    submit_label = "End its work with the partnership"
    submit_style = "warning"

    reason = forms.CharField(
        label="Why does it no longer work with the partnership?",
        max_length=1000,
        help_text="For example, it became part of another agency.",
        error_messages={"required": "Say why it no longer works with the partnership"},
        widget=widgets.Textarea(rows=3),
    )


class RemoveEntryForm(GovForm):
    """Nothing to ask: the button takes the entry out."""

    submit_label = "Take them out"
    submit_style = "warning"
