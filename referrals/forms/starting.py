"""How a referral begins, is left to a colleague, endorsed and sent; and how an oral notice is recorded."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Agency, Partnership, User
from accounts.settings_choices import ReferralSource
from casework.forms import CaseFileField
from deadlines.foreseen import MakesDue
from govuk import widgets
from govuk.fields import GovDateTimeField
from govuk.forms import GovForm
from lcspr import clock
from referrals.models import Channel, LeadView
from referrals.permissions import WayIn

OF_AN_AGENCY = (ReferralSource.AGENCY, ReferralSource.CDOP, ReferralSource.LA_FIRST)
OF_A_BODY = (ReferralSource.COURT, ReferralSource.INQUIRY, ReferralSource.OTHER_PARTNERSHIP)


class StartForm(GovForm):
    """For somebody who could refer for more than one agency or to more than one partnership."""

    submit_label = "Start now"

    way = forms.ChoiceField(
        label="For which agency do you refer, and to whom?",
        choices=(),
        error_messages={"required": "Choose the agency you refer for"},
        widget=widgets.Radios(),
    )

    def __init__(self, *args: Any, ways: list[WayIn], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ways = {str(number): way for number, way in enumerate(ways)}
        self.fields["way"].choices = [  # type: ignore[attr-defined]
            (number, f"{way.agency} – {way.partnership}") for number, way in self.ways.items()
        ]
        if len(ways) == 1:
            del self.fields["way"]

    def chosen(self) -> WayIn:
        """The way in that was chosen, or the only one there is."""
        return self.ways[self.cleaned_data.get("way") or "0"]


def _agencies(partnership: Partnership) -> Any:
    members = partnership.members.current().values("agency")
    return Agency.objects.filter(pk__in=members).order_by("name")


class OnBehalfForm(GovForm):
    """What the business unit enters for somebody who wrote or rang, or found by itself."""

    submit_label = "Start the referral"
    source = forms.ChoiceField(
        label="Where does it come from?",
        choices=(),
        error_messages={"required": "Say where the referral comes from"},
        widget=widgets.Radios(),
    )
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label="Which agency does it come from?",
        required=False,
        empty_label="None of these",
        widget=widgets.Select(),
    )
    from_body = forms.CharField(
        label="Name of the court, inquiry or other partnership",
        max_length=200,
        required=False,
        widget=widgets.TextInput(),
    )
    referrer_name = forms.CharField(
        label="Name of the person referring",
        max_length=150,
        required=False,
        widget=widgets.TextInput(width=30),
    )
    referrer_job_title = forms.CharField(
        label="Their job title", max_length=150, required=False, widget=widgets.TextInput(width=30)
    )
    referrer_phone = forms.CharField(
        label="Their telephone number", max_length=40, required=False, widget=widgets.PhoneInput(width=20)
    )
    referrer_email = forms.EmailField(
        label="Their secure e-mail address", required=False, widget=widgets.EmailInput()
    )
    channel = forms.ChoiceField(
        label="How did it reach you?",
        choices=[choice for choice in Channel.choices if choice[0] != Channel.SYSTEM],
        error_messages={"required": "Say how it reached you"},
        widget=widgets.Radios(),
    )
    first_told_at = GovDateTimeField(
        label="When did it reach you?",
        noun="time it reached you",
        help_text="For example, 27 March 2026, 5:30pm. The earliest time counts, whoever took the call or opened the letter.",
        error_messages={"required": "Enter when it reached you"},
        not_after=clock.now,
    )

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        enabled = [source for source in ReferralSource if source in partnership.sources_enabled]
        self.fields["source"].choices = [(source.value, source.label) for source in enabled]  # type: ignore[attr-defined]
        self.fields["agency"].queryset = _agencies(partnership)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        source = cleaned.get("source")
        if source in OF_AN_AGENCY and not cleaned.get("agency") and "agency" not in self.errors:
            self.add_error("agency", "Choose the agency it comes from")
        if source in OF_A_BODY and not cleaned.get("from_body"):
            self.add_error("from_body", "Enter the name of the court, inquiry or partnership")
        if source and source != ReferralSource.SELF_IDENTIFIED and not cleaned.get("referrer_name"):
            self.add_error("referrer_name", "Enter the name of the person referring")
        return cleaned


class OralNoticeForm(MakesDue, GovForm):
    """An agency rang: who, when, and whether the local authority knows."""

    submit_label = "Record the notice"
    makes_due = {"told_at": {"DL-03": ""}, "la_aware_at": {"DL-01": "", "DL-02": ""}}

    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label="Which agency told you?",
        error_messages={"required": "Choose the agency"},
        widget=widgets.Select(),
    )
    referrer_name = forms.CharField(
        label="Who told you?",
        max_length=150,
        error_messages={"required": "Enter the name of the person who told you"},
        widget=widgets.TextInput(width=30),
    )
    referrer_job_title = forms.CharField(
        label="Their job title", max_length=150, required=False, widget=widgets.TextInput(width=30)
    )
    referrer_phone = forms.CharField(
        label="Their telephone number", max_length=40, required=False, widget=widgets.PhoneInput(width=20)
    )
    channel = forms.ChoiceField(
        label="How?",
        choices=[
            (Channel.TELEPHONE.value, Channel.TELEPHONE.label),
            (Channel.IN_PERSON.value, Channel.IN_PERSON.label),
        ],
        initial=Channel.TELEPHONE,
        error_messages={"required": "Say how you were told"},
        widget=widgets.Radios(),
    )
    told_at = GovDateTimeField(
        label="When were you told?",
        noun="time you were told",
        help_text="For example, 27 March 2026, 5:30pm",
        not_after=clock.now,
    )
    la_aware_at = GovDateTimeField(
        label="When did the local authority become aware, if they said?",
        noun="time the local authority became aware",
        required=False,
        not_after=clock.now,
    )

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_partnership = partnership
        self.fields["agency"].queryset = _agencies(partnership)  # type: ignore[attr-defined]


class DeclarationForm(GovForm):
    """The last page before a referral is sent."""

    submit_label = "Send the referral"

    version = forms.IntegerField(widget=forms.HiddenInput)
    accurate = forms.BooleanField(
        label="What I have written is accurate as far as I know",
        error_messages={"required": "Tick the box to confirm that it is accurate as far as you know"},
    )
    not_for_protection = forms.BooleanField(
        label="Any child at risk now has been referred to children’s social care or the police",
        error_messages={"required": "Tick the box to confirm that any child at risk now has been referred"},
    )


class AttachForm(GovForm):
    """A file to go with a referral that was sent."""

    submit_label = "Add the file"

    title = forms.CharField(
        label="What it is",
        help_text="For example: body map of 3 May. Leave names out of it.",
        max_length=200,
        error_messages={"required": "Say what the file is"},
        widget=widgets.TextInput(),
    )
    upload = CaseFileField(label="The file", widget=widgets.FileUpload())


class EndorseForm(GovForm):
    """What the lead or representative says, at their own sign-in."""

    submit_label = "Sign"

    view = forms.ChoiceField(
        label="What do you think of this referral?",
        choices=[choice for choice in LeadView.choices if choice[0] != LeadView.NOT_AVAILABLE],
        error_messages={"required": "Say whether you support the referral"},
        widget=widgets.Radios(),
    )
    note = forms.CharField(
        label="Anything the business unit should know",
        max_length=4000,
        required=False,
        widget=widgets.Textarea(),
    )


class LeaveForm(GovForm):
    """To whom of the same agency the referral is left."""

    submit_label = "Leave it to them"

    colleague = forms.ChoiceField(
        label="Who goes on with it?",
        choices=(),
        help_text="They are told by e-mail. You can still write in it as well.",
        error_messages={"required": "Choose a colleague"},
        widget=widgets.Radios(),
    )

    def __init__(self, *args: Any, colleagues: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(each.pk): each for each in colleagues}
        self.fields["colleague"].choices = [  # type: ignore[attr-defined]
            (key, f"{each}, {each.job_title}" if each.job_title else str(each))
            for key, each in self.people.items()
        ]

    def chosen(self) -> User:
        """The colleague who was chosen."""
        return self.people[self.cleaned_data["colleague"]]
