"""What a sweep of the deadlines costs, against the one statement that writes the same rows by hand.

200,000 deadlines stand in the table, 50,000 of them open; of 1,000 the time has just run out, and seven people
each are to be told. By hand, one INSERT … SELECT writes the same reminders and the e-mails that carry them, with
the same triggers behind it, from tables that hold them ready: nothing is worked out and nobody is looked up.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import Any, Final

DEADLINES, OPEN, DUE, CASES = 200_000, 50_000, 1_000, 2_000
ROUNDS: Final = 3

# The goals of the project.
TIMES_BY_HAND: Final = 8.0
AGAIN: Final = 0.1
MEGABYTES: Final = 300


def report() -> bool:
    """Make the deadlines, measure, print the table; whether every goal is met."""
    from accounts.db import acting_as, system_user
    from deadlines.services import sweep

    print(f"\nThe sweep: {DEADLINES} deadlines, {OPEN} open, {DUE} newly due. Making them …", flush=True)
    with acting_as(system_user()):
        template = _world()
    sweep()
    before = _make(template)
    rounds = []
    for _ in range(ROUNDS):
        swept = _in_a_process_of_its_own()
        kept = _keep(before)
        rounds.append(swept | kept | {"by hand": _by_hand(before), "reminders alone": _reminders_alone()})
        _restore(before)
    return _told(rounds)


def _told(rounds: list[dict[str, Any]]) -> bool:
    def middle(name: str) -> float:
        return statistics.median(each[name] for each in rounds)

    first, hand = middle("first"), middle("by hand")
    again, memory = middle("again"), max(each["memory"] for each in rounds)
    queries = rounds[-1]["queries"]
    constant = all(len(set(each["queries"])) == 1 for each in rounds)
    wrote_nothing = all(each["written again"] == 0 for each in rounds)
    last = rounds[-1]
    print(
        f"{last['reminders']} reminders and {last['messages']} e-mails by each, the middle of {ROUNDS} rounds.\n"
    )
    print(f"{'':<44}{'measured':>12}{'goal':>10}")
    lines = (
        ("by hand, one INSERT … SELECT", f"{hand:.2f} s", "", True),
        ("the reminders’ rows alone, without e-mails", f"{middle('reminders alone'):.2f} s", "", True),
        ("one sweep", f"{first:.2f} s", "", True),
        ("one sweep ÷ by hand", f"{first / hand:.2f}", f"≤ {TIMES_BY_HAND:g}", first / hand <= TIMES_BY_HAND),
        ("a second sweep ÷ the first", f"{again / first:.4f}", f"< {AGAIN:g}", again / first < AGAIN),
        ("rows written by the second", "none" if wrote_nothing else "some", "none", wrote_nothing),
        ("memory of the process", f"{memory:.0f} MB", f"< {MEGABYTES}", memory < MEGABYTES),
        ("queries a batch", ", ".join(map(str, queries)), "constant", constant),
    )
    for name, measured, goal, met in lines:
        print(f"{name:<44}{measured:>12}{goal:>10}{'' if not goal else '   met' if met else '   MISSED'}")
    return all(met for *_, met in lines)


def _world() -> Any:
    """A partnership with everybody the rapid review's clock speaks to, and one running clock to copy."""
    import datetime as dt

    from accounts.models import Agency, Membership, Partnership, User
    from accounts.roles import PARTNERS, Role
    from accounts.settings_choices import DecisionModel, Prerequisite
    from casework.models import Case, Stage
    from casework.services import admit_standing
    from deadlines.services import start
    from lcspr import clock

    partnership = Partnership.objects.create(
        name="Benchmere Safeguarding Children Partnership",
        short_name="Benchmere",
        code="bench",
        decision_model=DecisionModel.values[0],
        prerequisite=Prerequisite.values[0],
    )
    kinds = {Role.DSP_LA: "local_authority", Role.DSP_ICB: "icb", Role.DSP_POLICE: "police"}
    on = clock.today() - dt.timedelta(days=30)
    people = {}
    for role in (*sorted(PARTNERS), Role.IC, Role.SGC, Role.BU, Role.BUM):
        user = User.objects.create_user(f"{role}@benchmere.example", name=f"{Role(role).label} of Benchmere")
        kind = kinds.get(Role(role))
        agency = Agency.objects.create(name=f"Benchmere {kind}", short_name=kind, kind=kind) if kind else None
        Membership.objects.create(user=user, partnership=partnership, agency=agency, role=role, starts_on=on)
        people[Role(role)] = user
    by = people[Role.BUM]
    case = Case.objects.create(
        partnership=partnership,
        reference="BENCH-0",
        pseudonym="Child Bench",
        stage=Stage.RR_GATHERING,
    )
    admit_standing(case, by=by, on=on, why="Accepted")
    return start("DL-10", case=case, trigger_at=clock.now() - dt.timedelta(days=1), because="", by=by)


def _make(template: Any) -> dict[str, int]:
    """Copies of the clock inside the database; returns the highest numbers that stood before the sweep."""
    with _owner() as cursor:
        tables = ("casework_case", "casework_access", "deadlines_deadline")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            "CREATE TABLE bench_case AS SELECT gen_random_uuid() AS id, number FROM generate_series(1, %s) number",
            [CASES],
        )
        _copy(cursor, "casework_case", "bench_case b", ("id", template.case_id), {
            "id": "b.id", "reference": "'BENCH-' || b.number", "pseudonym": "'Child Bench ' || b.number",
        })  # fmt: skip
        _copy(cursor, "casework_access", "bench_case b", ("case_id", template.case_id), {
            "id": "gen_random_uuid()", "case_id": "b.id",
        })  # fmt: skip
        # The first thousand have just run out, the next run on, the rest were met long ago.
        series = f"generate_series(1, {DEADLINES}) n JOIN bench_case b ON b.number = n %% {CASES} + 1"
        moment = "date_trunc('second', %(now)s::timestamptz)"
        _copy(cursor, "deadlines_deadline", series, ("id", template.pk), {
            "id": "gen_random_uuid()",
            "case_id": "b.id",
            "about": "'casework.Case:' || gen_random_uuid()",
            "due_at": f"CASE WHEN n <= {DUE} THEN {moment} - interval '1 minute'"
                      f" WHEN n <= {OPEN} THEN {moment} + interval '60 days' + n * interval '1 minute'"
                      f" ELSE {moment} - interval '200 days' END",
            "met_at": f"CASE WHEN n > {OPEN} THEN {moment} - interval '201 days' END",
            "lateness_reason": f"CASE WHEN n > {OPEN} THEN 'Bench' ELSE '' END",
        })  # fmt: skip
        chosen = "FROM deadlines_deadline d WHERE d.partnership_id = %s AND d.met_at IS NULL AND d.due_at"
        # What was said before the time ran out.
        cursor.execute(
            "INSERT INTO deadlines_reminder (deadline_id, step, person_id, fell_at, taken_at, overtaken)"
            " SELECT d.id, step, (SELECT user_id FROM accounts_membership WHERE partnership_id = %s AND role = 'bum'),"
            " d.due_at, d.due_at, false FROM deadlines_deadline d, unnest(ARRAY['-2wd', '-1wd', 'morning']) step"
            " WHERE d.partnership_id = %s AND d.met_at IS NULL AND d.due_at < %s",
            [template.partnership_id, template.partnership_id, _now()],
        )
        cursor.execute(
            "CREATE TABLE bench_wakeup AS SELECT d.id AS deadline_id, d.due_at AS at " + chosen + " < %s",
            [template.partnership_id, _now()],
        )
        cursor.execute(
            "INSERT INTO deadlines_wakeup (deadline_id, at) SELECT deadline_id, at FROM bench_wakeup"
        )
        cursor.execute(
            f"INSERT INTO deadlines_wakeup (deadline_id, at) SELECT d.id, d.due_at - interval '3 days' {chosen} > %s",
            [template.partnership_id, _now()],
        )
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
        before = {}
        for table in ("deadlines_reminder", "correspondence_message", "deadlines_wakeup"):
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            before[table] = int(cursor.fetchone()[0])
        return before


def _copy(cursor: Any, table: str, beside: str, of: tuple[str, Any], changed: dict[str, str]) -> None:
    """One row of a table for each row beside it, with some columns changed."""
    from lcspr import clock

    cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    columns = [name for (name,) in cursor.fetchall()]
    values = ", ".join(changed.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    column, key = of
    sql = f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, {beside} WHERE t.{column} = %(key)s"
    cursor.execute(sql, {"key": str(key), "now": clock.now()})


def _in_a_process_of_its_own() -> dict[str, Any]:
    """Two sweeps in a fresh process, so that its memory is the sweep's alone."""
    from django.db import connection

    where = connection.settings_dict
    secret = f":{where['PASSWORD']}" if where["PASSWORD"] else ""
    address = f"postgres://{where['USER']}{secret}@{where['HOST']}:{where['PORT'] or 5432}/{where['NAME']}"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.sweep"],
        env={**os.environ, "DATABASE_URL": address},
        check=True,
        stdout=subprocess.PIPE,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _sweep_twice() -> dict[str, Any]:
    from django.db import connection

    from deadlines.calendars import calendar_named
    from deadlines.services import chasing

    # As in a worker that has been at work: the holidays are read once for as long as they stand.
    calendar_named("England and Wales")
    queries: list[int] = []

    def counting(take: Any) -> Any:
        def counted(*args: Any) -> Any:
            sent = 0

            def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
                nonlocal sent
                sent += 1
                return execute(sql, params, many, context)

            with connection.execute_wrapper(listen):
                taken = take(*args)
            if taken is not None:
                queries.append(sent)
            return taken

        return counted

    chasing.take_batch = counting(chasing.take_batch)
    begun = time.perf_counter()
    chasing.sweep()
    first = time.perf_counter()
    written = chasing.sweep()
    again = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "first": first - begun,
        "again": again - first,
        "written again": written,
        "memory": memory,
        "queries": queries,
    }


def _keep(before: dict[str, int]) -> dict[str, int]:
    """Set aside what the sweep wrote, and take it out of the tables."""
    counted = {}
    with _owner() as cursor:
        for name, table in (("reminders", "deadlines_reminder"), ("messages", "correspondence_message")):
            cursor.execute(f"DROP TABLE IF EXISTS bench_{name}")
            cursor.execute(f"CREATE TABLE bench_{name} AS SELECT * FROM {table} WHERE id > {before[table]}")
            cursor.execute(f"GRANT SELECT ON bench_{name} TO PUBLIC")
            cursor.execute(f"SELECT count(*) FROM bench_{name}")
            counted[name] = int(cursor.fetchone()[0])
    _take_out(before)
    return counted


def _by_hand(before: dict[str, int]) -> float:
    """The one statement, as the application's role and with its triggers."""
    from django.db import connection

    from accounts.db import acting_as, system_user

    with connection.cursor() as cursor:
        begun = time.perf_counter()
        with acting_as(system_user()):
            cursor.execute(
                f"WITH told AS (INSERT INTO correspondence_message ({_columns(cursor, 'correspondence_message')})"
                f" SELECT {_columns(cursor, 'correspondence_message')} FROM bench_messages)"
                f" INSERT INTO deadlines_reminder ({_columns(cursor, 'deadlines_reminder')})"
                f" SELECT {_columns(cursor, 'deadlines_reminder')} FROM bench_reminders"
            )
        taken = time.perf_counter() - begun
    _take_out(before)
    return taken


def _reminders_alone() -> float:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        columns = _columns(cursor, "deadlines_reminder")
        begun = time.perf_counter()
        cursor.execute(f"INSERT INTO deadlines_reminder ({columns}) SELECT {columns} FROM bench_reminders")
        taken = time.perf_counter() - begun
        transaction.set_rollback(True)
    return taken


def _columns(cursor: Any, table: str) -> str:
    cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    return ", ".join(f'"{name}"' for (name,) in cursor.fetchall() if name != "id")


def _take_out(before: dict[str, int]) -> None:
    with _owner() as cursor:
        for table in ("deadlines_reminder", "correspondence_message"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"DELETE FROM {table} WHERE id > {before[table]}")
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"VACUUM ANALYZE {table}")


def _restore(before: dict[str, int]) -> None:
    """Have the same thousand newly due again."""
    with _owner() as cursor:
        cursor.execute(f"DELETE FROM deadlines_wakeup WHERE id > {before['deadlines_wakeup']}")
        cursor.execute(
            "INSERT INTO deadlines_wakeup (deadline_id, at) SELECT deadline_id, at FROM bench_wakeup"
        )
        cursor.execute("VACUUM ANALYZE deadlines_wakeup")


@contextmanager
def _owner() -> Any:
    from bench.multiply import as_owner

    with as_owner() as cursor:
        yield cursor


def _now() -> Any:
    from lcspr import clock

    return clock.now()


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(_sweep_twice()))
