"""Print whom one can sign in as in the demonstration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.context import cast


class Command(BaseCommand):
    help = "Print the people of the invented world, with their roles, by partnership."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is no demonstration.")
        for group in cast():
            self.stdout.write(f"\n{group['partnership']}")
            width = max(len(person["name"]) for person in group["people"])
            for person in group["people"]:
                self.stdout.write(f"  {person['name']:<{width}}  {person['role']}")
        self.stdout.write("\nThe sign-in page lists them: choose one, and you are signed in.")
