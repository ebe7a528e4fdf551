"""Two roles and a database: run inside .venv, as `python -m runner.roles`, because only there is a driver.

It reads its orders as JSON from the standard input, and answers with the names of the databases it made, or with
one sentence.
"""

import json
import sys
import time
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier, Literal

PATIENCE = 60.0


def main() -> int:
    orders: dict[str, Any] = json.load(sys.stdin)
    try:
        made = with_server(orders)
    except psycopg.OperationalError as error:
        return refuse(f"The database server did not let us in: {first_line(error)}.")
    except psycopg.errors.InsufficientPrivilege as error:
        return refuse(
            f"The role in DATABASE_URL may not do what the demo and the tests need: {first_line(error)}. "
            "It must be able to create roles and databases."
        )
    except psycopg.Error as error:
        return refuse(f"The database server refused: {first_line(error)}.")
    print(json.dumps(made))
    return 0


def refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 3


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0].rstrip(".")


def with_server(orders: dict[str, Any]) -> list[str]:
    """Carry the orders out; the server's own `postgres` database is the one that is always there."""
    server = urlsplit(orders["server"])
    link = enter(urlunsplit(server._replace(path="/postgres")))
    try:
        # Databases are created and dropped outside a transaction.
        link.autocommit = True
        for role in orders.get("roles", []):
            ensure_role(link, **role)
        made = [each["name"] for each in orders.get("databases", []) if ensure_database(link, **each)]
        for prefix in orders.get("drop", []):
            drop_databases(link, prefix)
        return made
    finally:
        link.close()


def enter(address: str) -> Connection[Any]:
    """Connect, waiting while the server replays what an earlier crash left in its log."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return psycopg.connect(address, connect_timeout=5)
        except psycopg.OperationalError as error:
            recovering = "starting up" in str(error) or "not yet accepting" in str(error)
            if not recovering or time.monotonic() > until:
                raise
        time.sleep(0.1)


def ensure_role(link: Connection[Any], *, name: str, password: str, may_create_databases: bool) -> None:
    """Make the role, or give it the password this folder knows."""
    with link.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        verb = SQL("ALTER ROLE") if cursor.fetchone() else SQL("CREATE ROLE")
        cursor.execute(
            SQL("{} {} LOGIN NOCREATEROLE {} PASSWORD {}").format(
                verb,
                Identifier(name),
                SQL("CREATEDB" if may_create_databases else "NOCREATEDB"),
                Literal(password),
            )
        )


def ensure_database(link: Connection[Any], *, name: str, owner: str, fresh: bool) -> bool:
    """Make the database for its owner, and say whether it is new; a fresh one replaces what was there."""
    with link.cursor() as cursor:
        if fresh:
            cursor.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone():
            return False
        cursor.execute(
            SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                Identifier(name), Identifier(owner)
            )
        )
    return True


def drop_databases(link: Connection[Any], prefix: str) -> None:
    """Remove the databases that a broken-off run of the tests left."""
    with link.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        for (name,) in cursor.fetchall():
            cursor.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


if __name__ == "__main__":
    sys.exit(main())
