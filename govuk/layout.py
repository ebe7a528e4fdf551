"""What stands between the fields of a form: groups, revealed questions, words, and the button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.utils import render_field as render_part
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from govuk.jinja import component
from govuk.rendering import render_field


def _joined(parts: Sequence[Any], form: Any, context: Any) -> SafeString:
    return mark_safe("".join(render_part(part, form, context) for part in parts))  # noqa: S308 - drawn above


class Fieldset:
    """Questions that belong together under a legend; `size` is "s", "m" or "l"."""

    def __init__(self, legend: str, *fields: Any, hint: str = "", size: str = "m") -> None:
        self.legend, self.fields, self.hint, self.size = legend, list(fields), hint, size

    def render(self, form: Any, context: Any, template_pack: str = "", **kwargs: Any) -> SafeString:
        hint = component("hint", {"text": self.hint}) if self.hint else ""
        return format_html(
            '<fieldset class="govuk-fieldset app-fieldset"><legend class="govuk-fieldset__legend '
            'govuk-fieldset__legend--{}">{}</legend>{}{}</fieldset>',
            self.size,
            self.legend,
            hint,
            _joined(self.fields, form, context),
        )


class ConditionalRadios:
    """Radios (or checkboxes) whose choices uncover more questions, as the form's `reveals` says."""

    def __init__(self, name: str, reveals: Mapping[Any, Sequence[Any]] | None = None) -> None:
        self.fields, self.name, self.reveals = [name], name, reveals

    def render(self, form: Any, context: Any, template_pack: str = "", **kwargs: Any) -> SafeString:
        reveals = self.reveals if self.reveals is not None else form.reveals.get(self.name, {})
        uncovered = {str(value): _joined(parts, form, context) for value, parts in reveals.items()}
        form.rendered_fields.add(self.name)
        return render_field(form[self.name], uncovered)


class Paragraph:
    """A sentence between two questions."""

    def __init__(self, text: str) -> None:
        self.fields: list[str] = []
        self.text = text

    def render(self, form: Any, context: Any, template_pack: str = "", **kwargs: Any) -> SafeString:
        return format_html('<p class="govuk-body">{}</p>', self.text)


class Buttons:
    """The submit button, with a way out beside it when the page's context has `cancel_href`."""

    def __init__(self, label: str, style: str = "") -> None:
        self.fields: list[str] = []
        self.label, self.style = label, style

    def render(self, form: Any, context: Any, template_pack: str = "", **kwargs: Any) -> SafeString:
        classes = f"govuk-button--{self.style}" if self.style else ""
        button = component("button", {"text": self.label, "classes": classes, "preventDoubleClick": True})
        cancel = SafeString("")
        if href := context.get("cancel_href"):
            text = context.get("cancel_text") or "Cancel"
            cancel = format_html('<a class="govuk-link" href="{}">{}</a>', href, text)
        return format_html('<div class="govuk-button-group">{}{}</div>', button, cancel)
