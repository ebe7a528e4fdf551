"""Load the invented world into an empty demo database."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Partnership
from demo.world import load


class Command(BaseCommand):
    help = "Load the invented world: two partnerships, their people, and cases at every stage."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is no demonstration: the invented world is loaded only with DEMO=1.")
        if not settings.CLOCK_FILE:
            raise CommandError("The invented world is lived with the clock moved: set CLOCK_FILE.")
        if Partnership.objects.exists():
            raise CommandError("There is a partnership here already. Start over with ./run demo --fresh.")
        self.stdout.write("Living the invented cases …")
        began = time.monotonic()
        cases, steps = load()
        self.stdout.write(f"{cases} cases in {steps} steps, in {time.monotonic() - began:.0f} seconds.")
