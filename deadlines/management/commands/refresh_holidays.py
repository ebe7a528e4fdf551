"""Bring the bank holidays up to the list bundled with the installed libraries."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.db import acting_as, system_user
from deadlines.calendars import running_out
from deadlines.seeding import CALENDARS
from deadlines.services import refresh_holidays
from deadlines.services.holidays import Refreshed
from lcspr import clock


class Command(BaseCommand):
    help = (
        "Bring the bank holidays up to the list bundled with the installed libraries, without any network. What people "
        "entered stays; open deadlines are worked out again. Run it after each upgrade."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        by, dry_run = system_user(), options["dry_run"]
        for name in CALENDARS:
            with acting_as(by):
                self._tell(refresh_holidays(name, by=by, dry_run=dry_run), dry_run)
        for warning in running_out(clock.today()):
            self.stderr.write(self.style.WARNING(warning))

    def _tell(self, refreshed: Refreshed, dry_run: bool) -> None:
        self.stdout.write(f"{refreshed.calendar}: ", ending="")
        if not refreshed.changes:
            self.stdout.write("nothing has changed.")
            return
        would = "would change" if dry_run else "changed"
        moved = "" if dry_run else f", {refreshed.moved} open deadlines moved"
        self.stdout.write(f"{refreshed.changes} {would}{moved}.")
        for what, lines in (
            ("added", refreshed.added),
            ("announced", refreshed.confirmed),
            ("taken out", refreshed.removed),
        ):
            for line in lines:
                self.stdout.write(f"  {what}: {line}")
