"""The board with 2,000 deadlines in the table and with 200,000: at most half as long again, however it is filtered.

Cases, the rows that let people into them, and deadlines are copied inside the database; everything else, the people
and agencies above all, stays as it is. The copies are due within half a year before or after their originals.
"""

from __future__ import annotations

import statistics
import time
from typing import Any, Final

from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from bench.multiply import as_owner, multiply
from bench.pages import busiest_case, business_manager, signed_in
from bench.plans import scans, statements
from casework.models import Access, Case
from deadlines.models import Deadline
from deadlines.services.feeds import make_feed

FEW, MANY = 2_000, 200_000
# A goal for the board of who sees most. The others show more rows when there are more, up to their limits, and are
# printed to be looked at.
GOAL_OF: Final = "manager"
GROWTH: Final = 1.5
COPIED: Final = (Case, Access, Deadline)
# Spread over a year by a step that shares no factor with it.
DAYS: Final = "(k * 7919 % 361 - 180)"
SPREAD: Final = {
    ("deadlines_deadline", "due_at"): f"{{c}} + make_interval(days => {DAYS})",
    ("deadlines_deadline", "due_on"): f"{{c}} + {DAYS}",
}


class Boards:
    """The pages over deadlines, each as somebody who sees them differently."""

    def __init__(self) -> None:
        manager = business_manager()
        partnership = manager.memberships.get(role=Role.BUM, until=None).partnership
        case = busiest_case(manager)
        deadline = Deadline.objects.visible_to(manager).open().filter(owed_agency__isnull=False).first()
        agency = deadline.owed_agency_id if deadline else None
        board, month, week = (reverse(f"deadlines:{name}") for name in ("board", "month", "week"))
        self.clients = {"manager": signed_in(manager)}
        self.addresses: dict[str, tuple[str, str]] = {
            "board": ("manager", board),
            "board, met or stopped": ("manager", f"{board}?state=ended"),
            "board, after next week": ("manager", f"{board}?state=later"),
            "board, one case": ("manager", f"{board}?state=open&case={case.pk}"),
            "board, one agency": ("manager", f"{board}?state=open&agency={agency}"),
            "board, law": ("manager", f"{board}?state=open&force=law"),
            "board, what I owe": ("manager", f"{board}?state=open&person=me"),
            "calendar": ("manager", month),
            "week sheet": ("manager", week),
            "calendar link": ("manager", reverse("deadlines:calendar", args=[make_feed(by=manager)[1]])),
        }
        # A chair is let in by a row for every case; a representative into the few that asked their agency.
        for role, name in ((Role.SGC, "sub-group chair"), (Role.REP, "representative")):
            person = User.objects.filter(
                memberships__role=role, memberships__until=None, memberships__partnership=partnership
            ).first()
            if person is not None:
                self.clients[name] = signed_in(person)
                self.addresses[f"board, {name}"] = (name, board)

    def open(self, name: str) -> Any:
        """Open a page; anything but the page itself is a mistake of the bench."""
        client, address = self.addresses[name]
        response = self.clients[client].get(address)
        assert response.status_code == 200, f"The {name} answered {response.status_code}."
        return response

    def times(self, rounds: int) -> dict[str, float]:
        """The median time of each page in milliseconds, warm; the pages take turns."""
        for name in self.addresses:
            self.open(name)
            self.open(name)
        taken: dict[str, list[float]] = {name: [] for name in self.addresses}
        for _ in range(rounds):
            for name in self.addresses:
                begun = time.perf_counter()
                self.open(name)
                taken[name].append((time.perf_counter() - begun) * 1000)
        return {name: statistics.median(values) for name, values in taken.items()}


def grown_to(wanted: int, *, first: int) -> int:
    """Copy until the table holds about so many deadlines; returns how many it holds."""
    multiply(max(1, round(wanted / Deadline.objects.count())), COPIED, first=first, changed=SPREAD)
    return Deadline.objects.count()


def run(rounds: int) -> bool:
    """Print the table of the boards; whether each keeps its goal."""
    # A calendar program is told to wait after so many reads, which is not what is measured here.
    import deadlines.views.feed

    deadlines.views.feed.READS_AN_HOUR = 1_000_000
    few = grown_to(FEW, first=1)
    boards = Boards()
    small = boards.times(rounds)
    print(f"Making {MANY:,} deadlines …", flush=True)
    many = grown_to(MANY, first=100_000)
    large = boards.times(rounds)
    open_now = Deadline.objects.open().count()
    print(f"\n{few:,} deadlines, then {many:,}, of which {open_now:,} are open.\n")
    print(f"{'page':<26}{'ms with few':>13}{'with many':>11}{'growth':>9}{'queries':>9}   goal")
    all_met, found = True, []
    rows = _rows()
    for name in boards.addresses:
        sent = statements(boards, name)
        found += scans(name, sent, rows)
        growth = large[name] / small[name]
        goal = "–"
        if name.startswith("board") and boards.addresses[name][0] == GOAL_OF:
            goal = "met" if growth <= GROWTH else "MISSED"
            all_met = all_met and goal == "met"
        print(f"{name:<26}{small[name]:>13.1f}{large[name]:>11.1f}{growth:>9.2f}{len(sent):>9}   {goal}")
    print(f"\nGoal: at most {GROWTH:g} × growth.\n")
    for scan in found:
        print(f"{scan.page}: {scan.table} ({scan.rows} rows): {scan.how}")
    return all_met


def _rows() -> dict[str, int]:
    with as_owner() as cursor:
        found = {}
        for model in COPIED:
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
            found[model._meta.db_table] = int(cursor.fetchone()[0])
    return found
