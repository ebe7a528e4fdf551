"""The base of every form: GOV.UK components, plain error messages, revealed questions, one button.

A form says what it asks; `docs/forms.md` shows how a page is made from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.functional import cached_property

from govuk.layout import Buttons, ConditionalRadios
from govuk.wording import opening, required_message, subject_of

Reveals = Mapping[str, Mapping[Any, Sequence[str]]]


class GovFormMixin(forms.BaseForm):
    """Everything `GovForm` does, for a form with another base."""

    submit_label: ClassVar[str] = "Continue"
    submit_style: ClassVar[str] = ""  # "secondary", "warning", "inverse"
    form_method: ClassVar[str] = "post"
    mark_optional: ClassVar[bool] = True

    # {"outcome": {"other": ["other_reason"]}}: choosing "other" uncovers that question. A question not
    # uncovered is neither required nor kept, whatever was typed in it before.
    reveals: ClassVar[Reveals] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _speak_plainly(field)

    def layout(self) -> Layout:
        """The questions in order; override it to group them. The button is added by `helper`."""
        revealed = {
            name for by_choice in self.reveals.values() for names in by_choice.values() for name in names
        }
        return Layout(
            *(
                ConditionalRadios(name) if name in self.reveals else name
                for name in self.fields
                if name not in revealed
            )
        )

    @cached_property
    def helper(self) -> FormHelper:
        """What `{% crispy form %}` reads."""
        helper = FormHelper()
        helper.form_method = self.form_method
        helper.disable_csrf = self.form_method != "post"
        helper.attrs = {"novalidate": ""}
        layout = self.layout()
        layout.append(Buttons(self.submit_label, self.submit_style))
        helper.layout = layout
        helper.render_hidden_fields = True
        return helper

    def full_clean(self) -> None:
        if not self.is_bound:
            super().full_clean()
            return
        covered = set(self._covered())
        required = {name: self.fields[name].required for name in covered}
        for name in covered:
            self.fields[name].required = False
        super().full_clean()
        for name in covered:
            self.fields[name].required = required[name]
            self.errors.pop(name, None)

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # private in Django, and the only place before clean()
        # Before clean(), so that a form's own checks never see an answer to a question not asked.
        for name in self._covered():
            self.cleaned_data[name] = self.fields[name].clean(None)

    def _covered(self) -> Iterator[str]:
        """The questions whose choice was not made."""
        for chooser, by_choice in self.reveals.items():
            answer = self[chooser].data
            chosen = {str(value) for value in answer} if isinstance(answer, list) else {str(answer)}
            uncovered = {name for value, names in by_choice.items() if str(value) in chosen for name in names}
            yield from (name for names in by_choice.values() for name in names if name not in uncovered)


class GovForm(GovFormMixin, forms.Form):
    """A form drawn with GOV.UK components; set `submit_label`, and `reveals` for conditional questions."""


class GovModelForm(GovFormMixin, forms.ModelForm):
    """The same over a model; name date fields in `Meta.field_classes` as `GovDateField`."""


def _speak_plainly(field: forms.Field) -> None:
    """Replace Django's stock words by ones that say what to do; those written for the field stay."""
    if getattr(field, "empty_label", None) == "---------":
        field.empty_label = "Choose"  # type: ignore[attr-defined]
    for code, message in _plain_messages(field).items():
        if str(field.error_messages.get(code, "")) in _stock_messages(field, code):
            field.error_messages[code] = message


def _stock_messages(field: forms.Field, code: str) -> set[str]:
    """What Django itself would say; a validator's message is not among a field's own."""
    stock = [vars(base).get("default_error_messages", {}) for base in type(field).__mro__]
    return {""} | {str(messages[code]) for messages in stock if code in messages}


def _plain_messages(field: forms.Field) -> dict[str, str]:
    start = opening(subject_of(field, field.label) or "your answer")
    return {
        "required": required_message(field, field.label),
        "max_length": f"{start} must be %(limit_value)d characters or fewer (now %(show_value)d)",
        "min_length": f"{start} must be %(limit_value)d characters or more",
        "max_value": f"{start} must be %(limit_value)s or less",
        "min_value": f"{start} must be %(limit_value)s or more",
        **_kind_messages(field, start),
    }


def _kind_messages(field: forms.Field, start: str) -> dict[str, str]:
    if isinstance(field, forms.EmailField):
        return {"invalid": "Enter an e-mail address in the correct format, like name@example.org"}
    if isinstance(field, forms.IntegerField):
        return {"invalid": f"{start} must be a whole number, like 3"}
    if isinstance(field, forms.FileField):
        return {
            "empty": "The selected file is empty",
            "invalid": "The selected file could not be uploaded",
            "max_length": "The name of the selected file must be %(max)d characters or fewer",
        }
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return {"invalid_choice": "Select one of the answers offered", "invalid_list": "Select from the list"}
    return {}
