import os
import subprocess
import sys
from unittest.mock import MagicMock

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from lcspr import checks, database, env
from runner.commands import NOWHERE
from runner.paths import ROOT
from runner.world import VARIABLES

REQUIRED = ["SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"]


def in_production(command, **changes):
    """Run manage.py as a server would, with these variables changed; None takes one away."""
    # The last is this run's own (tests/conftest.py); a server that had it would be refused, and rightly.
    of_tests = {*VARIABLES, "DJANGO_ALLOW_ASYNC_UNSAFE"}
    shell = {name: value for name, value in os.environ.items() if name not in of_tests}
    wanted = {**shell, **NOWHERE, **changes}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        env={name: value for name, value in wanted.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def test_production_names_every_missing_secret_in_one_sentence(monkeypatch):
    for name in REQUIRED:
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(ImproperlyConfigured) as refused:
        env.require(REQUIRED)

    assert str(refused.value) == (
        "Set SECRET_KEY, FIELD_KEYS, INDEX_KEY, DATABASE_URL, REDIS_URL, ALLOWED_HOSTS in the environment: the "
        "application does not start without them (README.md, “Configuration”)."
    )


def test_production_does_not_start_without_its_encryption_keys():
    done = in_production(["check"], FIELD_KEYS=None, INDEX_KEY="")

    assert done.returncode == 1
    assert "Set FIELD_KEYS, INDEX_KEY in the environment" in done.stderr.splitlines()[-1]


def test_production_passes_the_deployment_checks():
    done = in_production(["check", "--deploy", "--fail-level", "WARNING"])

    assert (done.returncode, done.stderr) == (0, "")


def test_the_demo_does_not_start_on_a_public_host():
    done = in_production(["check"], DEMO="1")

    assert done.returncode == 1
    assert "lcspr.E001" in done.stderr


@pytest.fixture
def at_home(settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", "lcspr_demo")
    settings.DEMO = settings.DEBUG = settings.TESTS = False
    settings.CLOCK_FILE = ""
    return settings


def found():
    return sorted(message.id for message in run_checks() if str(message.id).startswith("lcspr."))


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [("DEMO", True, "E001"), ("DEBUG", True, "E002"), ("MFA_TOTP_INSECURE_BYPASS_CODE", "123456", "E003")],
)
@pytest.mark.parametrize(
    ("hosts", "database", "refused"),
    [
        (["127.0.0.1", "localhost"], "lcspr_demo", False),
        (["127.0.0.1", "reviews.example"], "lcspr_demo", True),
        (["*"], "lcspr_demo", True),
        ([], "lcspr_demo", True),
        (["localhost"], "lcspr", True),
    ],
)
def test_conveniences_are_refused_away_from_home(
    at_home, monkeypatch, name, value, number, hosts, database, refused
):
    at_home.ALLOWED_HOSTS = hosts
    monkeypatch.setitem(at_home.DATABASES["default"], "NAME", database)
    setattr(at_home, name, value)

    messages = [message.id for message in checks.conveniences_stay_at_home()]

    assert messages == ([f"lcspr.{number}"] if refused else [])


def test_a_clock_that_can_be_moved_is_refused_outside_demo_and_tests(at_home):
    at_home.CLOCK_FILE = "/somewhere/clock"

    assert found() == ["lcspr.E004"]

    at_home.DEMO = True
    assert found() == []


@pytest.mark.parametrize(
    ("raw", "value"), [("1", True), ("True", True), ("0", False), ("", False), ("off", False)]
)
def test_a_flag_reads_yes_and_no(monkeypatch, raw, value):
    monkeypatch.setenv("DEBUG", raw)

    assert env.flag("DEBUG") is value


def test_a_flag_refuses_what_is_neither(monkeypatch):
    monkeypatch.setenv("DEBUG", "flase")

    with pytest.raises(ImproperlyConfigured, match="DEBUG must be 1 or 0, not 'flase'"):
        env.flag("DEBUG")


def test_a_database_address_is_taken_apart():
    found = env.database("postgresql://lcspr_app:p%40ss@db.example:5433/reviews?sslmode=verify-full")

    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "lcspr_app",
        "p@ss",
        "db.example",
        "5433",
        "reviews",
    )
    assert found["OPTIONS"]["sslmode"] == "verify-full"


@pytest.mark.parametrize("url", ["sqlite:///db.sqlite3", "mysql://a@b/c", "postgresql://host", ""])
def test_no_other_database_is_accepted(url):
    with pytest.raises(ImproperlyConfigured, match="only database"):
        env.database(url)


@pytest.mark.parametrize(
    ("threshold", "said"), [(3, ["SET plan_cache_mode = force_custom_plan"]), (None, [])]
)
def test_nothing_is_left_on_a_pooler_s_connection(threshold, said):
    made = MagicMock()
    made.connection.prepare_threshold = threshold

    database.prepare(connection=made)

    asked = made.cursor.return_value.__enter__.return_value.execute
    assert [call.args[0] for call in asked.call_args_list] == said


def test_statements_asked_often_are_kept_by_the_database_unless_a_pooler_stands_before_it(monkeypatch):
    address = "postgresql://lcspr_app:p@db.example/reviews"
    kept = env.database(address)
    monkeypatch.setenv("DATABASE_POOLED", "1")
    pooled = env.database(address)

    assert (kept["OPTIONS"]["prepare_threshold"], pooled["OPTIONS"]["prepare_threshold"]) == (3, None)
    assert (kept["DISABLE_SERVER_SIDE_CURSORS"], pooled["DISABLE_SERVER_SIDE_CURSORS"]) == (False, True)
