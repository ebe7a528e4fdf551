import datetime as dt
import time

import pytest
from conftest import owner_cursor
from django.db import connection

from accounts.db import acting_as
from deadlines import services
from deadlines.models import Deadline, Reminder, WakeUp
from deadlines.showing import shown_all
from lcspr import clock
from tests.deadlines.clockwork import case_of


@pytest.mark.django_db(transaction=True)
def test_scale(cast, other_cast, sign_in):
    case = case_of(cast)
    users = {"bum": cast.bum, "sgc": cast.sgc, "dsp": cast.dsp_la, "other": other_cast.bum}
    d = services.start(
        "DL-01", case=case, trigger_at=clock.now() - dt.timedelta(days=1), because="", by=cast.bum
    )
    services.start("DL-07", case=case, trigger_at=clock.now() - dt.timedelta(days=1), because="", by=cast.bum)
    name = connection.settings_dict["NAME"]

    def timing(label):
        for who, user in users.items():
            best = 9
            for _ in range(4):
                t = time.perf_counter()
                with acting_as(user):
                    rows = list(
                        Deadline.objects.visible_to(user)
                        .with_everything()
                        .owed()
                        .order_by("due_at", "id")[:51]
                    )
                    shown = shown_all(rows, clock.now())
                    [s.explanation for s in shown]
                best = min(best, time.perf_counter() - t)
            print(label, who, len(rows), f"{best * 1000:.1f} ms")

    def fill(ncases, per):
        with owner_cursor(name) as c:
            [
                c.execute(f"ALTER TABLE {t} DISABLE TRIGGER USER")
                for t in ("casework_case", "casework_access", "deadlines_deadline")
            ]
            c.execute(
                "INSERT INTO casework_case SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'reference', 'X' || %s || '-' || n, 'pseudonym', 'P' || %s || '-' || n, 'partnership_id', CASE WHEN n %% 2 = 0 THEN %s ELSE %s END))).* FROM casework_case c, generate_series(1, %s) n WHERE c.id = %s",
                [
                    str(ncases),
                    str(ncases),
                    str(cast.partnership.pk),
                    str(other_cast.partnership.pk),
                    ncases,
                    str(case.pk),
                ],
            )
            c.execute(
                "INSERT INTO casework_access SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'case_id', k.id, 'partnership_id', k.partnership_id))).* FROM casework_access a, casework_case k WHERE a.case_id = %s AND k.reference LIKE %s",
                [str(case.pk), f"X{ncases}-%"],
            )
            c.execute(
                "INSERT INTO deadlines_deadline SELECT (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'case_id', k.id, 'partnership_id', k.partnership_id, 'about', 'x' || gen_random_uuid(), 'due_at', d.due_at + (random()*600-300) * interval '1 day', 'met_at', CASE WHEN n %% 4 = 0 THEN NULL ELSE d.due_at END))).* FROM deadlines_deadline d, casework_case k, generate_series(1, %s) n WHERE d.id = %s AND k.reference LIKE %s",
                [per, str(d.pk), f"X{ncases}-%"],
            )
            [
                c.execute(f"ALTER TABLE {t} ENABLE TRIGGER USER")
                for t in ("casework_case", "casework_access", "deadlines_deadline")
            ]
            c.execute("ANALYZE")

    fill(200, 10)
    timing("2k")
    fill(20000, 10)
    timing("200k")
    with acting_as(users["bum"]):
        print(
            Deadline.objects.visible_to(users["bum"])
            .ended()
            .order_by("-due_at", "id")[:51]
            .explain(analyze=True)[:1500]
        )
    keys = list(Deadline.objects.owed().values_list("pk", flat=True)[:1000])
    WakeUp.objects.all().delete()
    Deadline.objects.filter(pk__in=keys)
    with owner_cursor(name) as c:
        c.execute("ALTER TABLE deadlines_deadline DISABLE TRIGGER USER")
        c.execute(
            "UPDATE deadlines_deadline SET due_at = now() - interval '1 hour' WHERE id = ANY(%s::uuid[])",
            [[str(k) for k in keys]],
        )
        c.execute("ALTER TABLE deadlines_deadline ENABLE TRIGGER USER")
    WakeUp.objects.bulk_create([WakeUp(deadline_id=k, at=clock.now() - dt.timedelta(hours=1)) for k in keys])
    t = time.perf_counter()
    n = services.sweep()
    print("sweep", n, time.perf_counter() - t)
    t = time.perf_counter()
    n = services.sweep()
    print("again", n, time.perf_counter() - t)
    WakeUp.objects.bulk_create([WakeUp(deadline_id=k, at=clock.now() - dt.timedelta(hours=1)) for k in keys])
    Reminder.objects.all().delete()
    from deadlines.services import chasing

    chasing.queue = lambda *a, **k: []
    t = time.perf_counter()
    n = services.sweep()
    print("sweep without queue", n, time.perf_counter() - t)
    import cProfile
    import pstats

    with acting_as(users["bum"]):
        rows = list(
            Deadline.objects.visible_to(users["bum"]).with_everything().owed().order_by("due_at", "id")[:51]
        )
        pr = cProfile.Profile()
        pr.enable()
        rows = list(
            Deadline.objects.visible_to(users["bum"]).with_everything().owed().order_by("due_at", "id")[:51]
        )
        x = [r.explanation for r in shown_all(rows, clock.now())]
        pr.disable()
        pstats.Stats(pr).sort_stats("cumtime").print_stats(22)
