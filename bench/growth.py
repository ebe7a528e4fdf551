"""What the main pages cost in bare pages, at the demo's size and with many times as many cases."""

from __future__ import annotations

import textwrap
from typing import Final

from bench.multiply import counted, multiply
from bench.pages import BARE, Pages
from bench.plans import Scan, Sent, scans, statements

# The goals of the project: how many bare pages a page may cost, and how much more it may cost as cases grow.
WITHIN: Final = 6.0
GROWTH: Final = 1.3
# How many statements of a page are printed, when asked.
SLOWEST: Final = 8


def run(rounds: int, times: int, *, sql: bool) -> bool:
    """Print the table and the scans; whether every page meets its goals. `sql` prints the statements as well."""
    before = counted()
    pages = Pages()
    small = pages.times(rounds)
    print(f"Making {times} times as many cases …", flush=True)
    after = multiply(times)
    large = pages.times(rounds)
    print(
        f"\n{before['casework_case']} cases, then {after['casework_case']}; events {before['casework_event']}, "
        f"then {after['casework_event']}. Bare page: {small[BARE]:.1f} ms, then {large[BARE]:.1f} ms.\n"
    )
    print(f"{'page':<18}{'× bare at 1 ×':>15}{f'× bare at {times} ×':>18}{'growth':>9}{'queries':>9}   goals")
    all_met = True
    sent = {name: statements(pages, name) for name in pages.addresses if name != BARE}
    for name, each in sent.items():
        one, many = small[name] / small[BARE], large[name] / large[BARE]
        met = max(one, many) <= WITHIN and many / one <= GROWTH
        all_met = all_met and met
        print(
            f"{name:<18}{one:>15.1f}{many:>18.1f}{many / one:>9.2f}{len(each):>9}   {'met' if met else 'MISSED'}"
        )
    print(f"\nGoals: at most {WITHIN:g} × bare, at most {GROWTH:g} × growth.\n")
    _tell([scan for name, each in sent.items() for scan in scans(name, each, after)], sql=sql)
    if sql:
        _tell_slowest(sent)
    return all_met


def _tell(found: list[Scan], *, sql: bool) -> None:
    if not found:
        print("No statement scans a growing table.")
    for scan in found:
        print(f"{scan.page}: {scan.table} ({scan.rows} rows): {scan.how}")
        if sql:
            print(_indented(scan.sql))


def _tell_slowest(sent: dict[str, list[Sent]]) -> None:
    for name, each in sent.items():
        for statement in sorted(each, key=lambda one: -one.took)[:SLOWEST]:
            print(f"{name}: {statement.took:.1f} ms\n{_indented(statement.sql)}")


def _indented(sql: str) -> str:
    return textwrap.indent(textwrap.fill(sql, 150), "    ")
