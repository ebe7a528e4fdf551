"""Draws a bound form field as a GOV.UK component, chosen by its widget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import singledispatch
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet
from django.forms.widgets import Input
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeData, SafeString, mark_safe

from govuk import widgets
from govuk.jinja import component
from govuk.wording import required_message

Component = tuple[str, dict[str, Any]]

# Widget attributes the components have no option for, or that GOV.UK advises against: a `maxlength` cuts
# a pasted text without a word, `required` and `placeholder` get in the way of the error messages.
_DROPPED_ATTRS = frozenset(
    {"class", "cols", "rows", "id", "maxlength", "minlength", "placeholder", "required", "type", "checked"}
)
_OPTION_ATTRS = frozenset(
    {"autocomplete", "autocapitalize", "inputmode", "pattern", "spellcheck", "disabled"}
)


def render_field(bound: BoundField, reveals: Mapping[str, SafeString] | None = None) -> SafeString:
    """Draw the field with its label, hint and error; `reveals` maps a choice to what it uncovers."""
    if bound.is_hidden:
        return mark_safe(bound.as_hidden())  # noqa: S308 - Django's own markup
    return _drawn(bound.field.widget, bound, reveals or {})


def first_input_id(bound: BoundField) -> str:
    """The id of the input where mending this field starts: its first radio, or its first wrong box."""
    widget = bound.field.widget
    if not isinstance(widget, widgets.DateParts):
        return _id(bound)
    wrong = _wrong_parts(bound)
    part = next((part for part in widget.parts if part in wrong), widget.parts[0])
    return f"{_id(bound)}-{part}"


def problems(source: forms.BaseForm | BaseFormSet | Iterable[str] | None) -> Iterator[dict[str, str]]:
    """Each error of a form or formset (or a plain sentence) with the link that leads to its input."""
    if source is None or isinstance(source, str):
        yield from [{"text": source}] if source else []
    elif isinstance(source, BaseFormSet):
        yield from ({"text": str(text)} for text in source.non_form_errors())
        for form in source.forms:
            yield from problems(form)
    elif isinstance(source, forms.BaseForm):
        yield from _form_problems(source)
    else:
        yield from ({"text": str(sentence)} for sentence in source)


def _form_problems(form: forms.BaseForm) -> Iterator[dict[str, str]]:
    yield from ({"text": str(text)} for text in form.errors.get(NON_FIELD_ERRORS, []))
    # In the order of the page, not in the order in which the checks happened to run.
    for name in form.fields:
        bound = form[name]
        link = {} if bound.is_hidden else {"href": f"#{first_input_id(bound)}"}
        yield from ({"text": text, **link} for text in _error_texts(bound))


@singledispatch
def _drawn(widget: forms.Widget, bound: BoundField, reveals: Mapping[str, SafeString]) -> SafeString:
    """A widget no component exists for: its own HTML under our label, hint and error."""
    described_by = " ".join(f"{_id(bound)}-{part}" for part in ("hint", "error") if _has(bound, part))
    attrs: dict[str, str | bool] = {"id": _id(bound)}
    if described_by:
        attrs["aria-describedby"] = described_by
    group = "govuk-form-group" + (" govuk-form-group--error" if bound.errors else "")
    parts = [component("label", _label(bound) | {"for": _id(bound)})]
    parts += [component(name, params) for name, params in _hint_and_error(bound)]
    parts += [bound.as_widget(attrs=attrs)]
    return SafeString(f'<div class="{group}">{"".join(parts)}</div>')


@_drawn.register
def _(widget: Input, bound: BoundField, reveals: Mapping[str, SafeString]) -> SafeString:
    return component(
        "input", _labelled(bound) | _input_options(widget) | {"value": _text_value(bound) or None}
    )


@_drawn.register
def _(widget: forms.NumberInput, bound: BoundField, reveals: Mapping[str, SafeString]) -> SafeString:
    whole = isinstance(bound.field, forms.IntegerField) and not isinstance(bound.field, forms.FloatField)
    options = _input_options(widget) | {"type": "text", "inputmode": "numeric" if whole else "decimal"}
    for name in ("min", "max", "step"):
        options["attributes"].pop(name, None)
    return component("input", _labelled(bound) | options | {"value": _text_value(bound) or None})


@_drawn.register
def _(widget: forms.PasswordInput, bound: BoundField, reveals: Mapping[str, SafeString]) -> SafeString:
    options = {"autocomplete": widget.attrs.get("autocomplete", "current-password")}
    return component("password-input", _labelled(bound) | options)


@_drawn.register
def _(widget: forms.Textarea, bound: BoundField, reveals: Mapping[str, SafeString]) -> SafeString:
    params = _labelled(bound) | _shared_options(widget) | {"value": _unbreakable(_text_value(bound))}
    params["rows"] = getattr(widget, "rows", widget.attrs.get("rows", 5))
    limit = getattr(bound.field, "max_length", None)
    if not limit or not getattr(widget, "count", True):
        return component("textarea", params)
    # Counting down from 20,000 helps nobody until the end is near.
    return component("character-count", params | {"maxlength": limit, "threshold": 75 if limit > 500 else 0})


@_drawn.register
def _(widget: forms.Select, bound: BoundField, reveals: Mapping[str, SafeString]) -> SafeString:
    params = _labelled(bound) | _shared_options(widget)
    if widget.allow_multiple_selected:
        params["attributes"]["multiple"] = "multiple"
    items = [
        {"value": str(option["value"]), "text": option["label"], "selected": option["selected"]}
        for option in _options(widget, bound)
    ]
    return component("select", params | {"items": items})


@_drawn.register
def _(widget: forms.RadioSelect, bound: BoundField, reveals: Mapping[str, SafeString]) -> SafeString:
    return component("radios", _grouped(bound) | _choices(widget, bound, reveals, "radios"))


@_drawn.register
def _(
    widget: forms.CheckboxSelectMultiple, bound: BoundField, reveals: Mapping[str, SafeString]
) -> SafeString:
    return component("checkboxes", _grouped(bound) | _choices(widget, bound, reveals, "checkboxes"))


@_drawn.register
def _(widget: forms.CheckboxInput, bound: BoundField, reveals: Mapping[str, SafeString]) -> SafeString:
    item = {"value": "true", "text": str(bound.label), "checked": bool(bound.value())}
    if bound.help_text:
        item["hint"] = _words(bound.help_text)
    params = {"idPrefix": _id(bound), "name": bound.html_name, "items": [item]}
    return component("checkboxes", params | _error(bound))


@_drawn.register
def _(widget: forms.FileInput, bound: BoundField, reveals: Mapping[str, SafeString]) -> SafeString:
    params = _labelled(bound) | _shared_options(widget)
    if widget.allow_multiple_selected:
        params["multiple"] = True
    return component("file-upload", params)


@_drawn.register
def _(widget: widgets.DateParts, bound: BoundField, reveals: Mapping[str, SafeString]) -> SafeString:
    typed, wrong = widget.typed(bound.value()), _wrong_parts(bound)
    params = _grouped(bound) | {"id": _id(bound), "namePrefix": bound.html_name}
    params["items"] = [
        {
            "name": part,
            "value": typed.get(part),
            "classes": _part_classes(part) + (" govuk-input--error" if part in wrong else ""),
            "inputmode": "text" if part == "time" else "numeric",
        }
        for part in widget.parts
    ]
    return component("date-input", params)


def _part_classes(part: str) -> str:
    return {"year": "govuk-input--width-4", "time": "govuk-input--width-5"}.get(part, "govuk-input--width-2")


def _wrong_parts(bound: BoundField) -> frozenset[str]:
    """The boxes of a date that its errors name; all of them when an error names none."""
    errors = bound.form.errors.as_data().get(bound.name, [])
    named = [tuple((error.params or {}).get("parts", ())) for error in errors]
    if any(not parts for parts in named):
        return frozenset(bound.field.widget.parts)
    return frozenset(part for parts in named for part in parts)


def _id(bound: BoundField) -> str:
    return bound.auto_id or bound.html_name


def _has(bound: BoundField, part: str) -> bool:
    return bool(bound.help_text if part == "hint" else bound.errors)


def _words(text: Any) -> dict[str, str]:
    return {"html": str(text)} if isinstance(text, SafeData) else {"text": str(text)}


def _label_text(bound: BoundField) -> str:
    optional = getattr(bound.form, "mark_optional", False) and not _is_required(bound)
    return f"{bound.label} (optional)" if optional else str(bound.label)


def _is_required(bound: BoundField) -> bool:
    # A revealed field is required once its choice is made: see GovForm.reveals.
    declared = getattr(bound.form, "base_fields", {}).get(bound.name, bound.field)
    return bool(bound.field.required or declared.required)


def _label(bound: BoundField, block: str = "govuk-label") -> dict[str, Any]:
    size = getattr(bound.field.widget, "label_size", "s")
    classes = "govuk-visually-hidden" if size == "hidden" else f"{block}--{size}" if size else ""
    return {"text": _label_text(bound), "classes": classes}


def _error(bound: BoundField) -> dict[str, Any]:
    texts = _error_texts(bound)
    if not texts:
        return {}
    return {"errorMessage": {"html": format_html_join(SafeString("<br>"), "{}", ((text,) for text in texts))}}


def _error_texts(bound: BoundField) -> list[str]:
    """The errors, with a sentence of ours where a form made elsewhere has only Django's stock one."""
    stock = str(forms.Field.default_error_messages["required"])
    missing = required_message(bound.field, bound.label)
    return [missing if text == stock else str(text) for text in bound.errors]


def _hint(bound: BoundField) -> dict[str, Any]:
    return {"hint": _words(bound.help_text)} if bound.help_text else {}


def _hint_and_error(bound: BoundField) -> Iterator[Component]:
    if bound.help_text:
        yield "hint", _words(bound.help_text) | {"id": f"{_id(bound)}-hint"}
    if bound.errors:
        yield "error-message", _error(bound)["errorMessage"] | {"id": f"{_id(bound)}-error"}


def _labelled(bound: BoundField) -> dict[str, Any]:
    params = {"id": _id(bound), "name": bound.html_name, "label": _label(bound)}
    return params | _hint(bound) | _error(bound)


def _grouped(bound: BoundField) -> dict[str, Any]:
    params: dict[str, Any] = {"idPrefix": _id(bound), "name": bound.html_name}
    params["fieldset"] = {"legend": _label(bound, "govuk-fieldset__legend")}
    return params | _hint(bound) | _error(bound)


def _shared_options(widget: forms.Widget) -> dict[str, Any]:
    options = {name: value for name, value in widget.attrs.items() if name in _OPTION_ATTRS}
    attributes = {
        name: "" if value is True else value
        for name, value in widget.attrs.items()
        if name not in _OPTION_ATTRS | _DROPPED_ATTRS and value is not False and value is not None
    }
    return options | {"attributes": attributes}


def _input_options(widget: Any) -> dict[str, Any]:
    options = {"type": widget.input_type} | _shared_options(widget)
    if mode := getattr(widget, "input_mode", ""):
        options.setdefault("inputmode", mode)
    if widget.input_type == "email":
        options = {"autocomplete": "email", "spellcheck": False} | options
    if width := getattr(widget, "width", None):
        options["classes"] = f"govuk-input--width-{width}"
    for affix in ("prefix", "suffix"):
        if text := getattr(widget, affix, ""):
            options[affix] = {"text": text}
    return options


def _text_value(bound: BoundField) -> str:
    value = bound.field.widget.format_value(bound.value())
    return "" if value is None else str(value)


def _unbreakable(text: str) -> SafeString:
    # The macros indent what they nest; a real line break in a text area would gain spaces each time the
    # page is shown again.
    return mark_safe(escape(text).replace("\n", "&#10;"))  # noqa: S308 - escaped on this line


def _options(widget: Any, bound: BoundField) -> Iterator[dict[str, Any]]:
    chosen = widget.format_value(bound.value())
    yield from widget.options(bound.html_name, chosen)


def _choices(
    widget: Any, bound: BoundField, reveals: Mapping[str, SafeString], component_name: str
) -> dict[str, Any]:
    hints = getattr(widget, "hints", {})
    none_of_these: tuple[str, ...] = getattr(widget, "none_of_these", ())
    items: list[dict[str, Any]] = []
    for option in _options(widget, bound):
        value = str(option["value"])
        if not value:
            continue
        item = {"value": value, "text": str(option["label"]), "checked": bool(option["selected"])}
        if hint := hints.get(value):
            item["hint"] = _words(hint)
        if value in reveals:
            item["conditional"] = {"html": reveals[value]}
        if value in none_of_these:
            if value == none_of_these[0]:
                items.append({"divider": "or"})
            item["behaviour"] = "exclusive"
        items.append(item)
    sizes = [name for name in ("inline", "small") if getattr(widget, name, False)]
    return {"items": items, "classes": " ".join(f"govuk-{component_name}--{name}" for name in sizes)}
