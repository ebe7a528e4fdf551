"""The answers of a referral as a person reads them: one row a question, in the words in which it was asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Partnership
from govuk.dates import clock_text, date_text
from govuk.fields import GovDateField, GovDateTimeField
from referrals.answers import name_of
from referrals.forms.sections import FORMS, ChildForm, SectionForm
from referrals.rules import Section

Rows = list[dict[str, Any]]


def section_rows(section: Section, typed: Mapping[str, Any], partnership: Partnership) -> Rows:
    """The rows of one page of the referral; none for what was not asked there."""
    form = FORMS[section](partnership=partnership, typed=typed)
    return _rows(form, typed.get(section) or {})


def child_rows(child: Mapping[str, Any], partnership: Partnership) -> Rows:
    """The rows of one child, as typed."""
    return _rows(ChildForm(partnership=partnership, typed={}), child)


def children_named(typed: Mapping[str, Any], partnership: Partnership) -> list[dict[str, Any]]:
    """Each child of the answers with its name, key and rows."""
    return [
        {"name": name_of(child), "key": child["key"], "rows": child_rows(child, partnership)}
        for child in typed.get(Section.CHILDREN) or []
    ]


def _rows(form: SectionForm, answers: Mapping[str, Any]) -> Rows:
    revealed = {
        name: chooser
        for chooser, by_choice in form.reveals.items()
        for names in by_choice.values()
        for name in names
    }
    return [
        {"key": field.label, "value": shown(field, answers.get(name))}
        for name, field in form.fields.items()
        if name in form.questions and (name not in revealed or answers.get(name))
    ]


def shown(field: forms.Field, value: Any) -> str:
    """One answer in words; empty when there is none."""
    if value is None or value == "":
        return ""
    if isinstance(field, GovDateField):
        return (
            _moment(value) if isinstance(field, GovDateTimeField) else date_text(dt.date.fromisoformat(value))
        )
    if isinstance(field, forms.ModelChoiceField):
        return str(field.queryset.filter(pk=value).first() or "") if field.queryset is not None else ""
    if isinstance(field, forms.ChoiceField):
        labels: dict[Any, Any] = dict(field.choices)  # type: ignore[arg-type]
        return str(labels.get(str(value), value))
    return ("Yes" if value else "No") if isinstance(value, bool) else str(value)


def _moment(value: str) -> str:
    at = timezone.localtime(dt.datetime.fromisoformat(value), timezone.get_default_timezone())
    return f"{date_text(at.date())} at {clock_text(at.time())}"
