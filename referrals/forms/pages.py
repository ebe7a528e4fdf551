"""The pages of the referral as forms, made from the question set; answers are kept as plain texts and lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.db import models
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.agency_kinds import AgencyKind
from accounts.models import Agency, Partnership
from accounts.settings_choices import Prerequisite
from accounts.words import STANDARD_WORDS
from deadlines.foreseen import MakesDue
from govuk import widgets
from govuk.fields import GovDateField, GovDateTimeField
from govuk.forms import GovForm
from govuk.jinja import component
from lcspr import clock
from referrals import rules
from referrals.answers import CHILDREN, dates_in
from referrals.questions.asking import CHOSEN, NONE, NOT_KNOWN, Kind, Page, Question, beside
from referrals.questions.lists import UNKNOWN

# More answers than these are picked from a list.
MOST_RADIOS: Final = 14
OTHER: Final = "other"

Choices = list[tuple[str, str]]


def lead_word(partnership: Partnership) -> str:
    """What the partnership calls whoever a referral is talked through with first."""
    through = partnership.prerequisite == Prerequisite.THROUGH_REPRESENTATIVE
    return partnership.word("agency_representative" if through else "referral_lead")


def in_words_of(partnership: Partnership, text: str) -> str:
    """A sentence of the question set with the partnership's own words in it."""
    if "{" not in text:
        return text
    words = {key: partnership.word(key) for key in STANDARD_WORDS} | {"lead": lead_word(partnership)}
    return text.format(**words, written_within_hours=partnership.written_within_hours or "")


def local_authorities(partnership: Partnership) -> models.QuerySet[Agency]:
    """Every local authority, the partnership's own first."""
    own = partnership.members.current().filter(statutory="la").values("agency")
    return (
        Agency.objects.filter(kind=AgencyKind.LOCAL_AUTHORITY, retired_on=None)
        .annotate(elsewhere=~models.Q(pk__in=own))
        .order_by("elsewhere", "name")
    )


def partner_agencies(partnership: Partnership) -> models.QuerySet[Agency]:
    """The agencies that work with the partnership today."""
    members = partnership.members.current().values("agency")
    return Agency.objects.filter(pk__in=members).order_by("name")


def choices_of(question: Question, partnership: Partnership, *, may_be_unknown: bool) -> Choices:
    """What can be chosen, “not known yet” last."""
    if question.kind is Kind.AUTHORITY:
        found = [(str(each.pk), each.name) for each in local_authorities(partnership)]
    elif question.kind is Kind.AGENCY:
        found = [(str(each.pk), each.name) for each in partner_agencies(partnership)]
        found.append((OTHER, "Another agency"))
    else:
        found = [(each.value, each.label) for each in question.choices]
    return [*found, (UNKNOWN.value, UNKNOWN.label)] if may_be_unknown else found


class ReferralDates(MakesDue, GovForm):
    """The dates of a referral that start clocks, whichever page asks for them: what a page says they make due."""

    makes_due = {"told_at": {"DL-03": ""}, "la_aware_at": {"DL-01": "", "DL-02": ""}}

    told_at = GovDateTimeField(required=False)
    la_aware_at = GovDateTimeField(required=False)


class PageForm(MakesDue, GovForm):
    """One page of the referral.

    `answers` is everything answered so far, the circumstances among it; `member` what is answered of the child,
    relative or agency the page is about. `version` and `was` come back hidden, so that a save knows whether somebody
    changed this page meanwhile. Whether an answer is needed is the question set's to say, not the fields'.
    """

    submit_label = "Save and continue"
    makes_due = ReferralDates.makes_due
    page: Page
    questions: tuple[Question, ...]
    is_about_child = False

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        partnership: Partnership,
        answers: Mapping[str, Any],
        member: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.partnership, self.answers, self.member = partnership, answers, member
        self.of_partnership = partnership
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    @classmethod
    def form_name(cls) -> str:
        return ReferralDates.form_name()

    @property
    def scope(self) -> dict[str, Any]:
        """The answers among which those of this page stand."""
        return dict(self.answers) if self.member is None else beside(self.member, self.answers)

    def layout(self) -> Layout:
        layout = super().layout()
        layout.append(Why([(self.fields[q.id].label, q.why) for q in self.questions]))
        return layout

    @cached_property
    def helper(self) -> FormHelper:
        """With a second button, which saves what is typed as it is."""
        helper = super().helper
        helper.layout.append(Later())
        return helper

    def stored(self) -> dict[str, Any]:
        """The cleaned answers as the draft keeps them."""
        return {
            name: _stored(self.cleaned_data.get(name))
            for name in self.fields
            if name not in {"version", "was"}
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        answers = {**self.scope, **self.stored()}
        for question in self.questions:
            if question.id not in self.errors:
                self._hold(question, answers)
        for name, sentence in self.impossible():
            if name in self.fields and name not in self.errors:
                self.add_error(name, sentence)
        return cleaned

    def _hold(self, question: Question, answers: Mapping[str, Any]) -> None:
        """Hold one answer against its question."""
        if not question.is_shown(answers):
            return
        given = answers.get(question.id)
        if question.beside in self.fields and given and answers.get(question.beside):
            self.add_error(
                question.beside,
                f"Take out what you typed above, or untick “{self.fields[question.beside].label}”",
            )
        elif isinstance(given, list) and len(given) > 1 and {NONE, NOT_KNOWN} & set(given):
            self.add_error(question.id, "Untick the other answers, or the last ones, which stand alone")
        elif question.required and not question.is_answered(answers):
            self.add_error(question.id, in_words_of(self.partnership, question.missing))
        elif question.kind is Kind.NHS_NUMBER and (problem := rules.nhs_number_problem(str(given or ""))):
            self.add_error(question.id, problem)

    def impossible(self) -> Iterator[tuple[str, str]]:
        """What cannot be true of these answers beside those of the other pages (domain §10 rule 12)."""
        if not self.is_about_child:
            typed = {**self.answers, **self.stored()} if self.member is None else self.answers
            return rules.impossible(dates_in(typed, now=clock.now()))
        child = {**(self.member or {}), **self.stored()}
        found = rules.impossible(dates_in({**self.answers, CHILDREN: [child]}, now=clock.now()))
        return (problem for problem in found if problem[0] in {"born_on", "died_on", "expected_on"})


class Later:
    """The button that leaves the page with what is typed kept, right or wrong."""

    fields: tuple[str, ...] = ()

    def render(self, form: Any, context: Any, template_pack: str = "", **kwargs: Any) -> SafeString:
        params = {"text": "Save and come back later", "name": "later", "value": "1"}
        return component("button", {**params, "classes": "govuk-button--secondary"})


class Why:
    """Under the questions of a page, closed: why each is asked."""

    fields: tuple[str, ...] = ()

    def __init__(self, reasons: Iterable[tuple[Any, str]]) -> None:
        self.reasons = [(str(label), why) for label, why in reasons]

    def render(self, form: Any, context: Any, template_pack: str = "", **kwargs: Any) -> SafeString:
        if len({why for _, why in self.reasons}) == 1:
            told = format_html('<p class="govuk-body">{}</p>', self.reasons[0][1])
        else:
            rows = format_html_join("", "<dt><strong>{}</strong></dt><dd>{}</dd>", self.reasons)
            told = format_html('<dl class="govuk-body app-why">{}</dl>', rows)
        return component("details", {"summaryText": "Why we ask this", "html": told})


def page_form(
    page: Page,
    partnership: Partnership,
    answers: Mapping[str, Any],
    *,
    member: Mapping[str, Any] | None = None,
    is_about_child: bool = False,
) -> type[PageForm]:
    """The form of one page: its questions, as far as the answers of other pages call for them."""
    scope = dict(answers) if member is None else beside(member, answers)
    here = {question.id for question in page.questions}
    questions = tuple(q for q in page.questions if _is_called_for(q, here, scope))
    attributes: dict[str, Any] = {
        "page": page,
        "questions": questions,
        "is_about_child": is_about_child,
        "reveals": _reveals(questions, here, partnership),
    }
    for question in questions:
        attributes |= _fields(question, partnership, scope)
    return type("PageForm", (PageForm,), attributes)


def _is_called_for(question: Question, here: set[str], scope: Mapping[str, Any]) -> bool:
    """Whether the answers of other pages call for it; what this page's own answers say is decided there."""
    return all(each.holds(scope) for each in question.shown_when if each.question not in here)


def _reveals(
    questions: Iterable[Question], here: set[str], partnership: Partnership
) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    choosers = {question.id: question for question in questions}
    for question in questions:
        for condition in question.shown_when:
            chooser = choosers.get(condition.question)
            if chooser is None or _is_a_list(chooser):
                continue
            for value in sorted(condition.values):
                names = found.setdefault(chooser.id, {}).setdefault(value, [])
                names.append(question.id)
                if _has_box(question):
                    names.append(question.beside)
    return found


def _has_box(question: Question) -> bool:
    """Whether it may have the box “not known yet” beside it."""
    return question.kind not in CHOSEN and question.takes_not_known != "no"


def _is_a_list(question: Question) -> bool:
    """Whether it is asked as a list to pick from, which can uncover nothing."""
    return question.kind in {Kind.AUTHORITY, Kind.AGENCY} or (
        question.kind is Kind.CHOICE and len(question.choices) > MOST_RADIOS
    )


def _fields(question: Question, partnership: Partnership, scope: Mapping[str, Any]) -> dict[str, forms.Field]:
    said = {
        "label": in_words_of(partnership, question.wording),
        "help_text": in_words_of(partnership, question.hint),
        "required": question.required,
    }
    if question.kind in CHOSEN:
        may_be_unknown = question.may_be_unknown(scope)
        return {question.id: _chosen(question, partnership, said, may_be_unknown=may_be_unknown)}
    found = {question.id: _KINDS[question.kind](question, said)}
    if question.may_be_unknown(scope):
        noun = in_words_of(partnership, question.noun) or "answer"
        label = f"The {noun} is not known yet"
        found[question.beside] = forms.BooleanField(label=label, required=False)
    return found


def _chosen(
    question: Question, partnership: Partnership, said: dict[str, Any], *, may_be_unknown: bool
) -> forms.Field:
    choices = choices_of(question, partnership, may_be_unknown=may_be_unknown)
    hints = {each.value: each.hint for each in question.choices if each.hint}
    if question.kind is Kind.CHOICES:
        alone = tuple(value for value in (NONE, NOT_KNOWN) if value in dict(choices))
        return forms.MultipleChoiceField(
            choices=choices, widget=widgets.Checkboxes(none_of_these=alone, hints=hints), **said
        )
    if _is_a_list(question):
        return forms.ChoiceField(choices=[("", "Choose one"), *choices], widget=widgets.Select(), **said)
    return forms.ChoiceField(choices=choices, widget=widgets.Radios(hints=hints), **said)


def _text(question: Question, said: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=question.limit, widget=widgets.TextInput(), **said)


def _long_text(question: Question, said: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=question.limit, widget=widgets.Textarea(rows=question.rows), **said)


def _email(question: Question, said: dict[str, Any]) -> forms.Field:
    return forms.EmailField(max_length=question.limit, widget=widgets.EmailInput(), **said)


def _phone(question: Question, said: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=question.limit, widget=widgets.PhoneInput(width=20), **said)


def _nhs_number(question: Question, said: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=question.limit, widget=widgets.TextInput(width=10), **said)


def _date(question: Question, said: dict[str, Any]) -> forms.Field:
    limit = clock.today if question.not_after else None
    return GovDateField(noun=question.noun, not_after=limit, **said)


def _moment(question: Question, said: dict[str, Any]) -> forms.Field:
    return GovDateTimeField(noun=question.noun, not_after=clock.now, **said)


_KINDS: Final[dict[Kind, Callable[[Question, dict[str, Any]], forms.Field]]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _long_text,
    Kind.EMAIL: _email,
    Kind.PHONE: _phone,
    Kind.NHS_NUMBER: _nhs_number,
    Kind.DATE: _date,
    Kind.MOMENT: _moment,
}


def _stored(value: Any) -> Any:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value
