"""Registers the checks that guard the settings, and what each connection to the database is told."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "lcspr"
    verbose_name = "Wiring"

    def ready(self) -> None:
        from lcspr import checks, database  # noqa: F401 - registering is the imports' whole purpose
