"""A real browser, a real worker and beat over the database of the test, and one clock for all of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import redis
from django.conf import settings as project
from django.db import connection
from journeys.moving import Calendar, Post
from journeys.walking import Walk
from playwright.sync_api import Browser, Page

from correspondence.models import Message, MessageState
from lcspr.celery import app
from runner.paths import PYTHON, ROOT
from runner.processes import Together, start, together
from runner.world import with_name


@pytest.fixture
def calendar(settings, tmp_path) -> Calendar:
    """A clock of this test's own."""
    settings.CLOCK_FILE = str(tmp_path / "clock")
    moved = Calendar()
    moved.begin()
    return moved


@pytest.fixture
def post(application, tmp_path) -> Post:
    """The e-mails that the worker of this test has sent."""
    return Post(tmp_path / "mail", tmp_path / "beat.log")


@pytest.fixture
def application(live_server, calendar, tmp_path) -> Iterator[Together]:
    """A worker and beat over the test's database and clock, on a queue of their own; the web server is `live_server`."""
    prefix = f"{project.REDIS_PREFIX}journey-{os.getpid()}-{time.monotonic_ns()}:"
    before = app.conf.broker_transport_options
    _use_queue({**before, "global_keyprefix": prefix})
    env = {
        **os.environ,
        "DATABASE_URL": with_name(os.environ["DATABASE_URL"], connection.settings_dict["NAME"]),
        "REDIS_PREFIX": prefix,
        "CLOCK_FILE": project.CLOCK_FILE,
        "MAIL_FOLDER": str(tmp_path / "mail"),
        "PUBLIC_URL": live_server.url,
        "PYTHONUNBUFFERED": "1",
    }
    celery = [PYTHON, "-m", "celery", "--app", "lcspr", "--quiet"]
    worker = ["worker", "--pool", "solo", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    beat = ["beat", "--schedule", tmp_path / "schedule", "--pidfile=", "--loglevel", "INFO"]
    with together() as parts:
        parts.add(start("The worker", [*celery, *worker], log=tmp_path / "worker.log", env=env, cwd=ROOT))
        parts.add(start("Beat", [*celery, *beat], log=tmp_path / "beat.log", env=env, cwd=ROOT))
        calendar.mail_has_gone = partial(_wait, parts, _nothing_waits, "every e-mail has gone out", 45)
        yield parts
        parts.check()
    _use_queue(before)
    with redis.Redis.from_url(project.REDIS_URL) as broker:
        for key in broker.scan_iter(f"{prefix}*"):
            broker.delete(key)


def _use_queue(options: dict[str, object]) -> None:
    """Point this process at a queue; its connections so far are to another."""
    app.conf.broker_transport_options = options
    app._pool = None
    app.amqp._producer_pool = None


def _nothing_waits() -> bool:
    return not Message.objects.filter(state__in=[MessageState.QUEUED, MessageState.CLAIMED]).exists()


@pytest.fixture
def until(application) -> Callable[..., None]:
    """`until(condition, "what is awaited")`: waits for the worker or beat to have done it."""
    return partial(_wait, application)


def _wait(parts: Together, condition: Callable[[], object], what: str, patience: float = 20) -> None:
    end = time.monotonic() + patience
    while not condition():
        parts.check()
        assert time.monotonic() < end, f"Not within {patience:.0f} seconds: {what}"
        time.sleep(0.1)


@pytest.fixture
def walk(page: Page, live_server, sign_in) -> Walk:
    """A window of the browser."""
    return Walk(page, live_server.url, sign_in)


@pytest.fixture
def plain_walk(browser: Browser, live_server, sign_in) -> Iterator[Walk]:
    """A window that runs no scripts."""
    context = browser.new_context(java_script_enabled=False)
    yield Walk(context.new_page(), live_server.url, sign_in)
    context.close()
