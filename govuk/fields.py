"""Form fields that mean more than a line of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from govuk import widgets
from govuk.dates import Mistyped, date_text, instant, parse_date, parse_time
from govuk.wording import noun_of, opening, with_article

Day = date | Callable[[], date] | None


class GovDateField(forms.Field):
    """A date in three boxes; says which box is wrong and keeps what was typed.

    `noun` names the date in messages ("The date of birth must include a month"); it is taken from
    the label when not given. `not_before` and `not_after` are dates; a function among them is read as
    "today" (pass the clock's `today`), and the message then speaks of the past or the future.
    """

    widget = widgets.DateParts

    def __init__(
        self, *, noun: str = "", not_before: Day = None, not_after: Day = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.noun, self.not_before, self.not_after = noun, not_before, not_after

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, Mapping):
            return value or None
        typed = {part: text.strip() for part, text in value.items()}
        if not any(typed.values()):
            return None
        try:
            return self.read(typed)
        except Mistyped as mistake:
            raise self.wrong(mistake.problem, *mistake.parts) from mistake

    def read(self, typed: Mapping[str, str]) -> date:
        """Turn the boxes into a value; raise `Mistyped`."""
        return parse_date(typed)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        day = self.day_of(value)
        if self.not_after is not None and day > _day(self.not_after):
            raise self.wrong(self._limit(self.not_after, "today or in the past", "the same as or before"))
        if self.not_before is not None and day < _day(self.not_before):
            raise self.wrong(self._limit(self.not_before, "today or in the future", "the same as or after"))

    def day_of(self, value: date) -> date:
        """The calendar day to hold against the limits."""
        return value

    def wrong(self, problem: str, *parts: str) -> ValidationError:
        """The error "The … `problem`", marking those boxes, or all of them."""
        subject = opening(with_article(self.noun or noun_of(self.label, "date")))
        return ValidationError(f"{subject} {problem}", code="invalid", params={"parts": parts})

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != (self.to_python(initial) if initial else None)
        except ValidationError:
            return True

    @staticmethod
    def _limit(limit: Day, beside_today: str, beside_a_date: str) -> str:
        if callable(limit):
            return f"must be {beside_today}"
        return f"must be {beside_a_date} {date_text(_day(limit))}"


class GovDateTimeField(GovDateField):
    """A date in three boxes and a time like "5:30pm"; the value is an instant in UTC.

    `not_after` and `not_before` may also be instants, or functions that return one (the clock's `now`).
    """

    widget = widgets.DateTimeParts

    def read(self, typed: Mapping[str, str]) -> datetime:
        day = parse_date(typed)
        if not typed.get("time"):
            raise Mistyped("must include a time, like 5:30pm or midday", ("time",))
        return instant(day, parse_time(typed["time"]), timezone.get_default_timezone())

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if (limit := _instant(self.not_after)) is not None and value > limit:
            raise self.wrong("must be now or in the past")
        if (limit := _instant(self.not_before)) is not None and value < limit:
            raise self.wrong("must be now or in the future")

    def day_of(self, value: date) -> date:
        assert isinstance(value, datetime)
        return timezone.localtime(value, timezone.get_default_timezone()).date()


class YesNoField(forms.TypedChoiceField):
    """Yes or no, with neither chosen beforehand; the value is True, False, or None when not answered."""

    widget = widgets.Radios

    def __init__(self, *, yes: str = "Yes", no: str = "No", **kwargs: Any) -> None:
        kwargs.setdefault("widget", widgets.Radios(inline=True))
        super().__init__(
            choices=[("True", yes), ("False", no)],
            coerce=lambda value: value == "True",
            empty_value=None,
            **kwargs,
        )


class ConfirmField(forms.BooleanField):
    """A box that must be ticked before going on."""

    widget = forms.CheckboxInput


def _day(limit: Day) -> date:
    value = limit() if callable(limit) else limit
    assert value is not None
    if isinstance(value, datetime):
        return timezone.localtime(value, timezone.get_default_timezone()).date()
    return value


def _instant(limit: Day) -> datetime | None:
    value = limit() if callable(limit) else limit
    return value if isinstance(value, datetime) else None
