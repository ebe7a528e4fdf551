"""Two clicks on one form add one row."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models

M = TypeVar("M", bound=models.Model)


def added_already(model: type[M], key: uuid.UUID | None, **own: Any) -> M | None:
    """The row that an earlier click on the same form added under its key; None for the first click.

    `own` are the fields that make it that row; PermissionDenied when it is another. Ask while holding a row
    that both clicks must lock.
    """
    found = model._default_manager.filter(pk=key).first() if key is not None else None
    if found is not None and any(getattr(found, name) != value for name, value in own.items()):
        raise PermissionDenied
    return found
