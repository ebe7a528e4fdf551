"""Rows of any model, every text in them carrying a mark that a page of somebody else must never show."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lcspr import clock

NUMBERS = (models.IntegerField, models.PositiveIntegerField, models.PositiveSmallIntegerField)


def invent(model_: type[models.Model], mark_: str, known_: dict[Any, Any], /, **fields: Any) -> Any:
    """One row of `model_`: what is given, what `known_` offers by model, and marked text wherever text fits.

    Empty foreign keys stay empty unless given; the rest gets the plainest value its column takes.
    """
    values = dict(fields)
    for field in model_._meta.concrete_fields:
        if field.name in values or field.attname in values or field.primary_key:
            continue
        found, value = _plain(field, mark_, known_)
        if found:
            values[field.name] = value
    return model_._default_manager.create(**values)


def _plain(field: models.Field, mark: str, known: dict[Any, Any]) -> tuple[bool, Any]:
    """Whether the field needs a value, and which."""
    if field.is_relation:
        return (not field.null, known.get(field.related_model))
    if isinstance(field, models.TextField) and not field.choices:
        return True, f"{mark} says {field.name}"
    if field.has_default() or field.null:
        return False, None
    if isinstance(field, models.CharField | models.TextField):
        return (not field.blank, _text(field, mark))
    return True, _value(field)


def _text(field: models.Field, mark: str) -> str:
    if field.choices:
        return next(value for value, _ in field.flatchoices if value)
    return f"{mark} {field.name}"[: field.max_length]


def _value(field: models.Field) -> Any:
    if isinstance(field, models.DateTimeField):
        return clock.now() - dt.timedelta(hours=1)
    if isinstance(field, models.DateField):
        return clock.today()
    if isinstance(field, models.TimeField):
        return dt.time(12)
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, NUMBERS):
        return 1
    if isinstance(field, ArrayField | models.JSONField):
        return []
    raise TypeError(f"Nobody has said how to invent {field}.")


def everything_in(model: type[models.Model]) -> str:
    """A digest of all rows of a table, to see that nothing changed."""
    rows = sorted(json.dumps(row, default=str, sort_keys=True) for row in model._base_manager.values())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
