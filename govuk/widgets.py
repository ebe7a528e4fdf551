"""Widgets that carry what a GOV.UK component needs to know; the HTML is drawn by `govuk.rendering`.

Django's own widgets work too: these add options such as a width or a hint for each choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone

from govuk.dates import DATE_PARTS, clock_text

LABEL_SIZES = ("", "s", "m", "l", "hidden")


class LabelSize:
    """How large the label or legend is: "" (normal), "s" (bold, the default), "m", "l" or "hidden"."""

    label_size = "s"

    def __init__(self, *args: Any, label_size: str = "s", **kwargs: Any) -> None:
        if label_size not in LABEL_SIZES:
            raise ValueError(f"label_size must be one of {LABEL_SIZES}, not {label_size!r}")
        super().__init__(*args, **kwargs)
        self.label_size = label_size


class TextInput(LabelSize, forms.TextInput):
    """One line of text; `width` is the number of characters expected (2, 3, 4, 5, 10, 20 or 30)."""

    def __init__(
        self, *args: Any, width: int | None = None, prefix: str = "", suffix: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.width, self.prefix, self.suffix = width, prefix, suffix


class EmailInput(TextInput):
    input_type = "email"


class PhoneInput(TextInput):
    input_type = "tel"


class WholeNumberInput(TextInput):
    """A number typed as text with the figures keyboard: browsers' own number boxes lose what people type."""

    input_mode = "numeric"


class PasswordInput(LabelSize, forms.PasswordInput):
    """A password that can be shown while typing."""


class Textarea(LabelSize, forms.Textarea):
    """Several lines; a field with `max_length` shows how many characters are left unless `count=False`."""

    def __init__(self, *args: Any, rows: int = 5, count: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows, self.count = rows, count

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        typed = super().value_from_datadict(data, files, name)
        # Browsers send two characters for a new line, but count one beside the box.
        return typed.replace("\r\n", "\n") if isinstance(typed, str) else typed


class Select(LabelSize, forms.Select):
    """A list to pick from; radios are kinder up to about ten choices."""


class _Hinted(LabelSize):
    def __init__(
        self,
        *args: Any,
        hints: Mapping[Any, str] | None = None,
        inline: bool = False,
        small: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.hints = {str(value): hint for value, hint in (hints or {}).items()}
        self.inline, self.small = inline, small


class Radios(_Hinted, forms.RadioSelect):
    """One of several; `hints` maps a choice's value to the sentence under it."""


class Checkboxes(_Hinted, forms.CheckboxSelectMultiple):
    """Any of several; `none_of_these` is the value, or the values, each of which unticks all the others."""

    def __init__(self, *args: Any, none_of_these: str | tuple[str, ...] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.none_of_these = (none_of_these,) if isinstance(none_of_these, str) else none_of_these or ()


class FileUpload(LabelSize, forms.FileInput):
    """A file; `accept` lists the types offered by the browser, which the server must still check."""

    def __init__(self, *args: Any, accept: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if accept:
            self.attrs["accept"] = accept


class DateParts(LabelSize, forms.Widget):
    """Day, month and year in a box each, posted as "name-day", "name-month" and "name-year"."""

    parts: tuple[str, ...] = DATE_PARTS

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        return {part: data.get(f"{name}-{part}") or "" for part in self.parts}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(f"{name}-{part}" in data for part in self.parts)

    def typed(self, value: Any) -> dict[str, str]:
        """What to show in each box: what was typed, or a date taken apart."""
        if isinstance(value, Mapping):
            return dict(value)
        if isinstance(value, str) and value:
            value = datetime.fromisoformat(value)
        return self.taken_apart(value) if value else {}

    def taken_apart(self, value: date) -> dict[str, str]:
        return {"day": str(value.day), "month": str(value.month), "year": str(value.year)}


class DateTimeParts(DateParts):
    """A date as in `DateParts`, and a time as people write it, posted as "name-time"."""

    parts = (*DATE_PARTS, "time")

    def taken_apart(self, value: date) -> dict[str, str]:
        if not isinstance(value, datetime):
            return super().taken_apart(value)
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return super().taken_apart(local) | {"time": clock_text(local.time())}


def posted(name: str, value: date) -> dict[str, str]:
    """What a browser posts for a date, or for a date and time, in the boxes called `name`."""
    widget = DateTimeParts() if isinstance(value, datetime) else DateParts()
    return {f"{name}-{part}": text for part, text in widget.taken_apart(value).items()}
