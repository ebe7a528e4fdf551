"""System check, of the database: the official bank holidays must reach far enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004 - Django's own name
from django.db import connection

from deadlines.calendars import running_out
from deadlines.models import Holiday
from lcspr import clock


@register(Tags.database)
def holidays_reach_far_enough(
    app_configs: Sequence[AppConfig] | None = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn when the official bank holidays run out within twelve months (`manage.py check --database default`)."""
    if not databases or "default" not in databases:
        return []
    # Also asked by the very first `migrate`.
    if Holiday._meta.db_table not in connection.introspection.table_names():
        return []
    hint = "Upgrade govuk-bank-holidays and run manage.py refresh_holidays, or add the days on the page “Bank holidays”."
    return [Warning(sentence, hint=hint, id="deadlines.W001") for sentence in running_out(clock.today())]
