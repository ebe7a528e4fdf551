"""Whether the parts the application stands on are there: /healthz for the load balancer, and the pulse it reads."""

import time
from collections.abc import Callable
from pathlib import Path

import redis
from celery import shared_task
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

# Left by beat as it sends, and by a worker as it works.
HEARTBEAT = "beat-heartbeat"
WORKER_PULSE = "worker-pulse"
# Four heartbeats missed, of one every thirty seconds.
HEARTBEAT_TOO_OLD = 120


def mark(name: str) -> None:
    """Leave a sign that something has just run.

    Real time, not the clock of the demo: this is about processes, not about cases.
    """
    cache.set(name, time.time(), timeout=None)


def age_of(name: str) -> int | None:
    """Seconds since the last sign of this name; None when there never was one."""
    marked_at = cache.get(name)
    return None if marked_at is None else max(0, round(time.time() - marked_at))


@shared_task
def beat_heartbeat() -> None:
    """Leave a sign that a worker works; beat left its own when it sent this."""
    mark(WORKER_PULSE)


def database_answers() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def broker_answers() -> str:
    with redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as broker:
        broker.ping()
    return "ok"


def beat_is_alive() -> str:
    return _pulse(HEARTBEAT)


def worker_is_alive() -> str:
    return _pulse(WORKER_PULSE)


def _pulse(name: str) -> str:
    age = age_of(name)
    if age is None:
        return "no heartbeat yet"
    return "ok" if age <= HEARTBEAT_TOO_OLD else f"last heartbeat {age} seconds ago"


def fonts_are_there() -> str:
    """Without a font the library that draws PDF pages ends its whole process."""
    folder = Path(settings.FONTCONFIG_FILE).parent.parent / "fonts"
    return "ok" if any(folder.glob("*.ttf")) else "no fonts: run the front-end build"


# The rooms add what they alone can tell (correspondence.apps).
PARTS: dict[str, Callable[[], str]] = {
    "database": database_answers,
    "broker": broker_answers,
    "beat": beat_is_alive,
    "worker": worker_is_alive,
    "fonts": fonts_are_there,
}


def jobs_waiting() -> int:
    """How many tasks the broker holds for the workers."""
    key = f"{settings.REDIS_PREFIX}celery"
    with redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as broker:
        return int(broker.llen(key))


def findings() -> dict[str, str]:
    """What each part says of itself."""
    return {name: finding(part) for name, part in PARTS.items()}


def finding(part: Callable[[], str]) -> str:
    """A part's own words, or the kind of its failure: an error's text may hold an address or a password."""
    try:
        return part()
    except Exception as error:  # noqa: BLE001 - whatever fails, the answer must still be sent
        return f"failing: {type(error).__name__}"


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Say of each part whether it works; 503 as soon as one does not."""
    found = findings()
    healthy = set(found.values()) == {"ok"}
    return JsonResponse({"healthy": healthy, **found}, status=200 if healthy else 503)
