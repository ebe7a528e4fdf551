"""The pages of the referral: a few essential questions each, kept as plain texts in its draft."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.db import models

from accounts.agency_kinds import AgencyKind
from accounts.models import Agency, Partnership
from accounts.settings_choices import Prerequisite
from casework.models import Outcome
from deadlines.foreseen import MakesDue
from govuk import widgets
from govuk.fields import GovDateField, GovDateTimeField, YesNoField
from govuk.forms import GovForm
from lcspr import clock
from referrals import rules
from referrals.answers import dates_in
from referrals.models import AbuseOrNeglect
from referrals.rules import Section

NARRATIVE = 20_000


def local_authorities(partnership: Partnership) -> models.QuerySet[Agency]:
    """Every local authority, the partnership's own first."""
    own = partnership.members.current().filter(statutory="la").values("agency")
    return (
        Agency.objects.filter(kind=AgencyKind.LOCAL_AUTHORITY, retired_on=None)
        .annotate(elsewhere=~models.Q(pk__in=own))
        .order_by("elsewhere", "name")
    )


def fingerprint(answers: Any) -> str:
    """A short mark of some answers, by which a page knows whether they changed since it was opened."""
    return hashlib.sha256(json.dumps(answers, sort_keys=True, default=str).encode()).hexdigest()[:16]


class SectionForm(GovForm):
    """One page of the referral.

    `typed` is everything answered so far, for checks across pages. `version` and `was` come back hidden, so that
    a save knows whether somebody changed this page meanwhile.
    """

    section: ClassVar[Section]
    title: ClassVar[str]
    submit_label = "Save and continue"

    version = forms.IntegerField(widget=forms.HiddenInput)
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    of_partnership: Partnership | None = None

    def __init__(self, *args: Any, partnership: Partnership, typed: Mapping[str, Any], **kwargs: Any) -> None:
        self.partnership, self.typed = partnership, typed
        self.of_partnership = partnership
        super().__init__(*args, **kwargs)

    @property
    def questions(self) -> list[str]:
        """The names of the questions, without what is hidden."""
        return [name for name in self.fields if name not in {"version", "was"}]

    def stored(self) -> dict[str, Any]:
        """The cleaned answers as the draft keeps them."""
        return {name: _stored(self.cleaned_data[name]) for name in self.questions}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, sentence in self.impossible():
            if name in self.fields and name not in self.errors:
                self.add_error(name, sentence)
        return cleaned

    def impossible(self) -> Iterator[tuple[str, str]]:
        """What cannot be true of these answers beside those of the other pages (domain §10 rule 12)."""
        answers = {name: _stored(self.cleaned_data.get(name)) for name in self.questions}
        return rules.impossible(dates_in({**self.typed, self.section: answers}, now=clock.now()))


def _stored(value: Any) -> Any:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return str(value.pk) if isinstance(value, models.Model) else value


class LeadForm(MakesDue, SectionForm):
    section = Section.LEAD
    title = "Before you refer"
    makes_due = {"told_at": {"DL-03": ""}}

    lead_name = forms.CharField(label="Name", max_length=150, widget=widgets.TextInput(width=30))
    lead_discussed_on = GovDateField(
        label="When did you discuss it?", noun="date you discussed it", not_after=clock.today
    )
    told_at = GovDateTimeField(
        label="If the business unit has been told by word of mouth, when was it first told?",
        noun="time the business unit was first told",
        help_text="For example, 27 March 2026, 5:30pm. Leave it empty if nobody has rung yet.",
        required=False,
        not_after=clock.now,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        through = self.partnership.prerequisite == Prerequisite.THROUGH_REPRESENTATIVE
        who = self.partnership.word("agency_representative" if through else "referral_lead")
        self.fields["lead_name"].label = f"Which {who} did you discuss this with?"
        self.fields["lead_name"].error_messages["required"] = f"Enter the name of the {who}"
        self.fields["lead_discussed_on"].error_messages["required"] = "Enter the date you discussed it"
        if not through:
            del self.fields["told_at"]


class IncidentForm(SectionForm):
    section = Section.INCIDENT
    title = "What happened, when and where"
    reveals = {"outside_england": {"False": ["incident_la"]}}

    incident_from = GovDateField(
        label="When did it happen?",
        noun="date of the incident",
        help_text="The first day, if it went on for longer. Your best estimate is enough.",
        not_after=clock.today,
    )
    incident_until = GovDateField(
        label="The last day, if it went on for longer",
        noun="last date of the incident",
        required=False,
        not_after=clock.today,
    )
    incident_approximate = forms.BooleanField(label="These dates are estimates", required=False)
    outside_england = YesNoField(
        label="Did it happen outside England?",
        error_messages={"required": "Say whether it happened outside England"},
    )
    incident_la = forms.ModelChoiceField(
        Agency.objects.none(),
        label="In which local authority’s area did it happen?",
        help_text="This decides who must notify. It can be another area than the one the child lives in.",
        error_messages={"required": "Choose the area where it happened"},
        widget=widgets.Select(),
    )
    home_la = forms.ModelChoiceField(
        Agency.objects.none(),
        label="In which local authority’s area does the child normally live?",
        required=False,
        empty_label="Not known yet",
        widget=widgets.Select(),
    )
    account = forms.CharField(
        label="What happened?",
        help_text="Briefly and factually. You do not need to prove anything.",
        max_length=NARRATIVE,
        error_messages={"required": "Say what happened"},
        widget=widgets.Textarea(rows=10),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("incident_la", "home_la"):
            self.fields[name].queryset = local_authorities(self.partnership)  # type: ignore[attr-defined]


class AwarenessForm(MakesDue, SectionForm):
    section = Section.AWARENESS
    title = "Who became aware, and when"
    makes_due = {"la_aware_at": {"DL-01": "", "DL-02": ""}}
    reveals = {"la_aware": {"yes": ["la_aware_at"]}}

    agency_aware_on = GovDateField(
        label="When did your agency become aware?",
        noun="date your agency became aware",
        not_after=clock.today,
    )
    la_aware = forms.ChoiceField(
        label="Is the local authority aware?",
        help_text=(
            "Any of its officers counts, the out-of-hours team too. Five working days to notify the National "
            "Panel run from then, so we start the clock as soon as you tell us."
        ),
        choices=[("yes", "Yes, and I know when"), ("no", "No"), ("not_known", "Not known yet")],
        error_messages={"required": "Say whether the local authority is aware"},
        widget=widgets.Radios(),
    )
    la_aware_at = GovDateTimeField(
        label="When did the local authority become aware?",
        noun="time the local authority became aware",
        help_text="For example, 27 March 2026, 5:30pm",
        not_after=clock.now,
    )


class CriteriaForm(SectionForm):
    section = Section.CRITERIA
    title = "How you see the criteria"

    abuse_or_neglect = forms.ChoiceField(
        label="Is abuse or neglect of a child known or suspected?",
        choices=AbuseOrNeglect.choices,
        error_messages={"required": "Say whether abuse or neglect is known or suspected"},
        widget=widgets.Radios(),
    )
    abuse_or_neglect_because = forms.CharField(
        label="What makes you say so?",
        max_length=NARRATIVE,
        error_messages={"required": "Give your reasons on abuse or neglect"},
        widget=widgets.Textarea(),
    )
    outcome = forms.ChoiceField(
        label="Has a child died or been seriously harmed?",
        help_text=(
            "Serious harm includes serious or long-term impairment of mental or physical health, or of intellectual, "
            "emotional, social or behavioural development. A child who recovers may still have been seriously harmed."
        ),
        choices=Outcome.choices,
        error_messages={"required": "Say whether a child died or was seriously harmed"},
        widget=widgets.Radios(),
    )
    outcome_because = forms.CharField(
        label="What do you know of the harm?",
        max_length=NARRATIVE,
        error_messages={"required": "Say what you know of the harm"},
        widget=widgets.Textarea(),
    )


class AgenciesForm(SectionForm):
    section = Section.AGENCIES
    title = "Agencies involved, and safety now"

    agencies = forms.CharField(
        label="Which agencies know the child or the family?",
        max_length=NARRATIVE,
        error_messages={
            "required": "Say which agencies know the child or the family, or that you do not know"
        },
        widget=widgets.Textarea(),
    )
    safe_now = forms.ChoiceField(
        label="Are the children in the household safe now?",
        choices=[("yes", "Yes"), ("no", "No"), ("not_known", "Not known yet")],
        error_messages={"required": "Say whether the children are safe now"},
        widget=widgets.Radios(),
    )
    safety_actions = forms.CharField(
        label="What has been done to keep them safe?",
        max_length=NARRATIVE,
        error_messages={"required": "Say what has been done to keep the children safe"},
        widget=widgets.Textarea(),
    )


class ChildForm(SectionForm):
    """One child of the referral; `key` tells the children of one referral apart, whatever their names."""

    section = Section.CHILDREN
    title = "A child"
    reveals = {"birth": {"born": ["born_on"], "unborn": ["expected_on"]}}

    forenames = forms.CharField(
        label="First names", max_length=200, required=False, widget=widgets.TextInput()
    )
    surname = forms.CharField(label="Last name", max_length=200, required=False, widget=widgets.TextInput())
    other_names = forms.CharField(
        label="Also known as, or earlier last names",
        max_length=200,
        required=False,
        widget=widgets.TextInput(),
    )
    birth = forms.ChoiceField(
        label="Date of birth",
        choices=[("born", "Known"), ("unborn", "Not born yet"), ("not_known", "Not known yet")],
        error_messages={"required": "Say whether you know the date of birth"},
        widget=widgets.Radios(),
    )
    born_on = GovDateField(label="Born on", noun="date of birth", not_after=clock.today)
    expected_on = GovDateField(label="Expected on", noun="expected date of birth", required=False)
    nhs_number = forms.CharField(
        label="NHS number",
        help_text="Ten digits, for example 943 476 5919. It helps us find out whether the child is known already.",
        max_length=20,
        required=False,
        widget=widgets.TextInput(width=10),
    )
    outcome = forms.ChoiceField(
        label="What happened to this child?",
        choices=Outcome.choices,
        error_messages={"required": "Say what happened to this child"},
        widget=widgets.Radios(),
    )

    def __init__(self, *args: Any, key: str = "", **kwargs: Any) -> None:
        self.key = key or uuid.uuid4().hex
        super().__init__(*args, **kwargs)

    def clean_nhs_number(self) -> str:
        number: str = self.cleaned_data["nhs_number"]
        if problem := rules.nhs_number_problem(number):
            raise forms.ValidationError(problem)
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("forenames") and not cleaned.get("surname"):
            self.add_error("forenames", "Enter a first name or a last name, or “unnamed baby”")
        return cleaned

    def stored(self) -> dict[str, Any]:
        return {**super().stored(), "unborn": self.cleaned_data["birth"] == "unborn", "key": self.key}

    def impossible(self) -> Iterator[tuple[str, str]]:
        child = {
            "born_on": _stored(self.cleaned_data.get("born_on")),
            "unborn": self.cleaned_data.get("birth") == "unborn",
        }
        found = rules.impossible(dates_in({**self.typed, Section.CHILDREN: [child]}, now=clock.now()))
        return (problem for problem in found if problem[0] == "born_on")


FORMS: dict[Section, type[SectionForm]] = {
    Section.LEAD: LeadForm,
    Section.INCIDENT: IncidentForm,
    Section.AWARENESS: AwarenessForm,
    Section.CRITERIA: CriteriaForm,
    Section.AGENCIES: AgenciesForm,
}

TITLES: dict[Section, str] = {
    Section.CHILDREN: "The children",
    **{section: form.title for section, form in FORMS.items()},
}
