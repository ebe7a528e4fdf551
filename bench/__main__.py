"""`python -m bench`: server time of the main pages at the demo's size and with a hundred times as many cases; and what a
date costs with its explanation."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence

import django
from django.conf import settings
from django.core.management import call_command

# The goals of the project: how many bare pages a page may cost, and how much more it may cost as cases grow.
WITHIN = 6.0
GROWTH = 1.3


def main(words: Sequence[str]) -> int:
    """Print the table; 1 when a page misses a goal."""
    parser = argparse.ArgumentParser("./run bench")
    parser.add_argument("--rounds", type=int, default=25, help="how often each page is opened (25)")
    parser.add_argument("--times", type=int, default=100, help="how many times as many cases (100)")
    parser.add_argument("--sql", action="store_true", help="print the statements that scan whole")
    parser.add_argument("--only", choices=["pages", "clocks", "finder"], help="one of the tables alone")
    asked = parser.parse_args(words)

    settings.ROOT_URLCONF = "bench.urls"
    from accounts.models import Partnership
    from bench import clocks_board, dates, finder, sweep
    from bench.apart import apart
    from bench.multiply import counted, multiply
    from bench.pages import BARE, Pages
    from bench.plans import scans, statements

    if not Partnership.objects.exists():
        call_command("load_demo")
    boards_met = finder_met = True
    if asked.only in {None, "clocks"}:
        with apart("clocks"):
            boards_met = clocks_board.run(asked.rounds)
    if asked.only in {None, "finder"}:
        with apart("finder"):
            finder_met = finder.run(asked.rounds)
    if asked.only in {"clocks", "finder"}:
        return 0 if boards_met and finder_met else 1
    before = counted()
    pages = Pages()
    small = pages.times(asked.rounds)
    print(f"Making {asked.times} times as many cases …", flush=True)
    after = multiply(asked.times)
    large = pages.times(asked.rounds)

    print(
        f"\n{before['casework_case']} cases, then {after['casework_case']}; events {before['casework_event']}",
        end="",
    )
    print(f", then {after['casework_event']}. Bare page: {small[BARE]:.1f} ms, then {large[BARE]:.1f} ms.\n")
    print(
        f"{'page':<18}{'× bare at 1 ×':>15}{f'× bare at {asked.times} ×':>18}{'growth':>9}{'queries':>9}   goals"
    )
    all_met = True
    found = []
    for name in pages.addresses:
        if name == BARE:
            continue
        sent = statements(pages, name)
        found += scans(name, sent, after)
        one, many = small[name] / small[BARE], large[name] / large[BARE]
        met = max(one, many) <= WITHIN and many / one <= GROWTH
        all_met = all_met and met
        print(
            f"{name:<18}{one:>15.1f}{many:>18.1f}{many / one:>9.2f}{len(sent):>9}   {'met' if met else 'MISSED'}"
        )
    print(f"\nGoals: at most {WITHIN:g} × bare, at most {GROWTH:g} × growth.\n")
    if not found:
        print("No statement scans a growing table.")
    for scan in found:
        print(f"{scan.page}: {scan.table} ({scan.rows} rows): {scan.how}")
        if asked.sql:
            print(textwrap.indent(textwrap.fill(scan.sql, 150), "    "))
    others = [boards_met, finder_met, dates.report(), sweep.report()]
    return 0 if all_met and all(others) else 1


if __name__ == "__main__":
    django.setup()
    sys.exit(main(sys.argv[1:]))
