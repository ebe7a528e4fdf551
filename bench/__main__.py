"""`python -m bench`: server time of the main pages at the demo's size and with a hundred times as many cases; and what a
date costs with its explanation."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import django
from django.conf import settings
from django.core.management import call_command


def main(words: Sequence[str]) -> int:
    """Print the tables; 1 when a goal is missed."""
    parser = argparse.ArgumentParser("./run bench")
    parser.add_argument("--rounds", type=int, default=25, help="how often each page is opened (25)")
    parser.add_argument("--times", type=int, default=100, help="how many times as many cases (100)")
    parser.add_argument(
        "--sql", action="store_true", help="print the scans’ statements, and each page’s slowest"
    )
    parser.add_argument("--only", choices=["pages", "clocks", "finder"], help="one of the tables alone")
    asked = parser.parse_args(words)

    settings.ROOT_URLCONF = "bench.urls"
    from accounts.models import Partnership
    from bench import clocks_board, dates, finder, growth, sweep
    from bench.apart import apart

    if not Partnership.objects.exists():
        call_command("load_demo")
    met = []
    if asked.only in {None, "clocks"}:
        with apart("clocks"):
            met.append(clocks_board.run(asked.rounds))
    if asked.only in {None, "finder"}:
        with apart("finder"):
            met.append(finder.run(asked.rounds))
    if asked.only in {None, "pages"}:
        met.append(growth.run(asked.rounds, asked.times, sql=asked.sql))
    if asked.only is None:
        met += [dates.report(), sweep.report()]
    return 0 if all(met) else 1


if __name__ == "__main__":
    django.setup()
    sys.exit(main(sys.argv[1:]))
