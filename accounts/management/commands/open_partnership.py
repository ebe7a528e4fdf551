"""Open a partnership and give it its first business manager."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.db import acting_as
from accounts.models import User
from accounts.presets import PRESETS
from accounts.roles import Role
from accounts.services import Refused, grant_membership, open_account, open_partnership
from lcspr import clock


class Command(BaseCommand):
    help = "Open a partnership from a preset, with its first business manager, who invites everyone else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="full name of the partnership")
        parser.add_argument("--short-name", required=True)
        parser.add_argument("--code", required=True, help="begins every case reference")
        parser.add_argument("--preset", required=True, choices=sorted(PRESETS))
        parser.add_argument("--manager-name", required=True)
        parser.add_argument("--manager-email", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting_as(None), transaction.atomic():
                manager = self._open(options)
        except Refused as refused:
            raise CommandError(" ".join(refused.reasons)) from refused
        self.stdout.write(
            f"{options['name']} is open. {manager.name} ({manager.email}) sets a password through "
            "“Forgotten your password?” on the sign-in page, and then invites the others."
        )

    def _open(self, options: dict[str, Any]) -> User:
        partnership = open_partnership(
            name=options["name"],
            short_name=options["short_name"],
            code=options["code"],
            preset=options["preset"],
        )
        email = options["manager_email"].lower()
        manager = User.objects.filter(email=email).first() or open_account(
            email=email, name=options["manager_name"], proven=False
        )
        grant_membership(
            user=manager, partnership=partnership, agency=None, role=Role.BUM, by=None, on=clock.today()
        )
        return manager
