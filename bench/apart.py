"""A copy of the bench's database for one measurement, so that what it grows stays out of the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.db import connections

from lcspr import env


@contextmanager
def apart(name: str) -> Iterator[None]:
    """Work on a copy of the database, and drop it afterwards."""
    default, owner = connections["default"], settings.OWNER_DATABASE_URL
    original = str(default.settings_dict["NAME"])
    copy = f"{original}_{name}"
    default.close()
    _as_owner(
        f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)', f'CREATE DATABASE "{copy}" TEMPLATE "{original}"'
    )
    try:
        default.settings_dict["NAME"] = copy
        settings.OWNER_DATABASE_URL = urlunsplit(urlsplit(owner)._replace(path=f"/{copy}"))
        yield
    finally:
        default.close()
        default.settings_dict["NAME"] = original
        settings.OWNER_DATABASE_URL = owner
        _as_owner(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')


def _as_owner(*statements: str) -> None:
    """From the server's own database: nobody may be in the one that is copied."""
    where = env.database(settings.OWNER_DATABASE_URL)
    connection = psycopg.connect(
        dbname="postgres",
        user=where["USER"],
        password=where["PASSWORD"],
        host=where["HOST"],
        port=where["PORT"] or None,
    )
    connection.autocommit = True
    with closing(connection), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
