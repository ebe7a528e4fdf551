from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from casework.lifecycle import lifecycle


class Command(BaseCommand):
    help = "Write docs/lifecycle.md from the machines."

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.BASE_DIR / "docs" / "lifecycle.md").write_text(lifecycle())
