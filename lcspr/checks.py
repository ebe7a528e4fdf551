"""System checks: what is convenient on one's own machine must not start anywhere else."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1", "testserver"}
OWN_DATABASES = ("lcspr_demo", "test_")


def only_loopback() -> bool:
    """Whether this process answers to names of this machine alone."""
    return bool(settings.ALLOWED_HOSTS) and set(settings.ALLOWED_HOSTS) <= LOOPBACK


def only_own_database() -> bool:
    """Whether the database is one that ./run made for the demo or the tests."""
    return str(settings.DATABASES["default"].get("NAME", "")).startswith(OWN_DATABASES)


@register()
def conveniences_stay_at_home(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """DEMO, DEBUG and the second factor's bypass code open doors: only on loopback, over the demo's own database."""
    at_home = only_loopback() and only_own_database()
    switches = {
        "E001": ("DEMO", settings.DEMO),
        "E002": ("DEBUG", settings.DEBUG),
        "E003": (
            "MFA_TOTP_INSECURE_BYPASS_CODE",
            bool(getattr(settings, "MFA_TOTP_INSECURE_BYPASS_CODE", None)),
        ),
    }
    return [
        Error(
            f"{name} is on, but this is not the demo: it is allowed only when ALLOWED_HOSTS names this machine "
            "alone and the database is the demo's or the tests' own.",
            hint=f"Unset {name}.",
            id=f"lcspr.{number}",
        )
        for number, (name, on) in switches.items()
        if on and not at_home
    ]


@register()
def clock_is_real(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A statutory clock that can be moved proves nothing."""
    if settings.CLOCK_FILE and not (settings.DEMO or settings.TESTS):
        return [
            Error(
                "CLOCK_FILE moves the clock and is allowed only in the demo and the tests.",
                hint="Unset CLOCK_FILE.",
                id="lcspr.E004",
            )
        ]
    return []
