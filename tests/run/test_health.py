import time

import pytest
from django.core.cache import cache

from lcspr.celery import app
from lcspr.health import HEARTBEAT, HEARTBEAT_TOO_OLD, WORKER_PULSE, beat_heartbeat, mark

WELL = dict.fromkeys(("database", "broker", "beat", "worker", "fonts", "mail"), "ok")


@pytest.fixture
def heartbeat(db):
    mark(HEARTBEAT)
    beat_heartbeat()
    yield
    cache.delete_many([HEARTBEAT, WORKER_PULSE])


def test_healthz_needs_no_sign_in_and_says_what_works(client, heartbeat):
    response = client.get("/healthz")

    assert response.json() == {"healthy": True, **WELL}
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


def test_healthz_misses_the_heartbeat(client, heartbeat):
    cache.set(HEARTBEAT, time.time() - HEARTBEAT_TOO_OLD - 60)

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["beat"].startswith("last heartbeat 18")
    assert response.json()["database"] == "ok"


def test_healthz_tells_a_beat_that_sends_from_a_worker_that_works(client, db):
    cache.delete_many([HEARTBEAT, WORKER_PULSE])
    app.send_task("lcspr.health.beat_heartbeat", expires=1)

    answer = client.get("/healthz").json()

    assert (answer["beat"], answer["worker"]) == ("ok", "no heartbeat yet")
    cache.delete(HEARTBEAT)


def test_healthz_of_a_system_without_beat(client, db):
    cache.delete(HEARTBEAT)

    assert client.get("/healthz").json()["beat"] == "no heartbeat yet"


def test_healthz_names_a_dead_broker_and_gives_no_address_away(client, heartbeat, settings):
    settings.REDIS_URL = "redis://:hunter2@127.0.0.1:1/0"

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["broker"] == "failing: ConnectionError"
    assert b"hunter2" not in response.content


def test_healthz_misses_the_fonts(client, heartbeat, settings, tmp_path):
    settings.FONTCONFIG_FILE = str(tmp_path / "fontconfig" / "fonts.conf")

    assert client.get("/healthz").json()["fonts"].startswith("no fonts")


def test_healthz_takes_no_orders(client, heartbeat):
    assert client.post("/healthz").status_code == 405
