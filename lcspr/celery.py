"""The task queue. Tasks take ids only, and do no more than call a service."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, before_task_publish

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lcspr.settings")

app = Celery("lcspr", include=["lcspr.health"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def beat_at_once(**kwargs: Any) -> None:
    """Send the first heartbeat as beat starts: a new schedule would wait for half a minute, and look dead."""
    app.send_task("lcspr.health.beat_heartbeat", expires=30)


@before_task_publish.connect(sender="lcspr.health.beat_heartbeat")
def beat_has_sent(**kwargs: Any) -> None:
    """Only beat sends the heartbeat, so the sending is beat's own sign of life, whether a worker works or not."""
    from lcspr.health import HEARTBEAT, mark  # noqa: PLC0415 - settings are read from this module first

    mark(HEARTBEAT)
