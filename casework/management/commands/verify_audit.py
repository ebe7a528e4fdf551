from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casework.audit import faults, heads


class Command(BaseCommand):
    help = "Verify the record: every chain whole, every line and payload unaltered. --heads prints the last lines."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--heads", action="store_true", help="print each chain's head, to keep elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        found = faults()
        for fault in found:
            self.stderr.write(f"{fault.table}, chain {fault.chain}, line {fault.number}: {fault.what}")
        chains = heads()
        if options["heads"]:
            for table, chain, number, digest in chains:
                self.stdout.write(f"{table} {chain} {number} {digest}")
        if found:
            raise CommandError(f"The record does not hold in {len(found)} places.")
        self.stdout.write(f"The record holds: {len(chains)} chains, {sum(head[2] for head in chains)} lines.")
