"""What a connection to PostgreSQL is told beside Django's own settings (docs/adr/0018)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.backends.signals import connection_created
from django.dispatch import receiver
from psycopg.types.datetime import TimestamptzLoader


class InstantLoader(TimestamptzLoader):
    """Reads an instant as Python's own parser does: the driver's takes each apart by a pattern, and a page reads a
    thousand."""

    # Django looks at it, and puts a loader of its own in the place of this where the connection has another.
    timezone = dt.UTC

    def load(self, data: Any) -> dt.datetime:
        try:
            return dt.datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            # What Python has no date for, before Christ or without end: the driver says so in its words.
            return super().load(data)


@receiver(connection_created)
def prepare(connection: Any, **kwargs: Any) -> None:
    """Tell a connection that was just made how it reads instants, and that what it keeps is planned for what is asked.

    Left to itself the database goes over to one plan for all, by figures that know nothing of what is asked: of a list
    with a filter, the wrong one. Who knows that one plan serves says so (`accounts.compiled.planning_once`).
    """
    connection.connection.adapters.register_loader("timestamptz", InstantLoader)
    if connection.connection.prepare_threshold is None:
        return  # Nothing is kept, and what is set here would stay with a pooler's connection for whoever has it next.
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_custom_plan")
