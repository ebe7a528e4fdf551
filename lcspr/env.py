"""Reading the environment: each function turns one variable into a value, or says in one sentence what is wrong."""

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# How many times a connection asks a statement before PostgreSQL keeps it.
_ASKED_OFTEN = 3

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}


def flag(name: str, default: bool = False) -> bool:
    """Read a yes-or-no variable; anything that is neither is refused, so that DEBUG=flase is not True."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    value = raw.strip().lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")
    return value in TRUE


def number(name: str, default: int) -> int:
    """Read a whole number."""
    raw = os.environ.get(name, "").strip() or str(default)
    try:
        return int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from None


def text(name: str, default: str = "") -> str:
    """Read one line of text; an empty variable counts as not set."""
    return os.environ.get(name, "").strip() or default


def listed(name: str, default: str = "") -> list[str]:
    """Read a comma-separated list."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def require(names: Sequence[str]) -> None:
    """Refuse to start when any of these variables is missing, naming all of them at once."""
    missing = [name for name in names if not text(name)]
    if missing:
        raise ImproperlyConfigured(
            f"Set {', '.join(missing)} in the environment: the application does not start without "
            f"{'it' if len(missing) == 1 else 'them'} (README.md, “Configuration”)."
        )


def database(url: str) -> dict[str, Any]:
    """Turn postgresql://user:password@host:port/name?sslmode=… into a Django database."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name: "
            "PostgreSQL is the only database this application runs on."
        )
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # A socket folder cannot stand between // and /, so it comes as ?host=/folder.
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **_statements(), **query},
        "DISABLE_SERVER_SIDE_CURSORS": flag("DATABASE_POOLED"),
    }


def _statements() -> dict[str, Any]:
    """How statements go to PostgreSQL: what a connection asks often it parses and plans once (docs/adr/0018).

    A pooler that hands out its connections a transaction at a time (DATABASE_POOLED=1) cannot keep them.
    """
    if flag("DATABASE_POOLED"):
        return {"prepare_threshold": None}
    return {"server_side_binding": True, "prepare_threshold": _ASKED_OFTEN}
