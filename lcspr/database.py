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
def read_instants_quickly(connection: Any, **kwargs: Any) -> None:
    connection.connection.adapters.register_loader("timestamptz", InstantLoader)
