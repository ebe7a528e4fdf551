"""Registers the checks that guard the settings."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "lcspr"
    verbose_name = "Wiring"

    def ready(self) -> None:
        from lcspr import checks  # noqa: F401 - registering is the import's whole purpose
