import os
import signal
import subprocess
import sys
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from runner import world
from runner.engines import clear_stale_lock, free_port, serves
from runner.processes import together
from runner.words import Stop


@pytest.fixture
def no_servers_given(monkeypatch):
    """As on a machine where nothing is configured, wherever the tests themselves run."""
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")


def ask(address, question):
    with closing(psycopg.connect(address)) as link, link.cursor() as cursor:
        cursor.execute(question)
        link.commit()
        return cursor.fetchall() if cursor.description else []


def test_engines_start_keep_their_data_and_survive_a_kill(tmp_path, no_servers_given):
    folder, logs = tmp_path / "state", tmp_path / "log"
    with together() as parts:
        first = world.start_engines(parts, folder=folder, logs=logs, database="lcspr_demo")
        ask(first.owner, "CREATE TABLE kept AS SELECT 'still here' AS words")
        assert first.empty
        assert redis.from_url(first.broker).ping()
        # As by the kernel when memory is short: nothing is written, nothing is cleared away.
        os.kill(parts.parts[0].process.pid, signal.SIGKILL)
        parts.parts[0].process.wait()

    with together() as parts:
        second = world.start_engines(parts, folder=folder, logs=logs, database="lcspr_demo")

        assert ask(second.owner, "SELECT words FROM kept") == [("still here",)]
        assert not second.empty
        assert ask(
            second.app,
            "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user",
        ) == [(False, False, False)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(second.app, "CREATE TABLE mine ()")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            ask(world.as_role(second.app, second.role, "a guess"), "SELECT 1")
        with pytest.raises(redis.AuthenticationError):
            redis.from_url(f"redis://127.0.0.1:{urlsplit(second.broker).port}/0").ping()


def test_a_fresh_start_replaces_the_database(tmp_path, no_servers_given):
    with together() as parts:
        for fresh in (False, True):
            addresses = world.start_engines(
                parts, folder=tmp_path / str(fresh), logs=tmp_path / "log", database="lcspr_demo", fresh=fresh
            )
            assert addresses.empty
            ask(addresses.owner, "CREATE TABLE made ()")


def test_a_role_that_may_not_create_roles_is_told_so_in_one_sentence(tmp_path, monkeypatch):
    # The application's own role, which may not.
    monkeypatch.setenv("DATABASE_URL", os.environ["DATABASE_URL"])

    with together() as parts, pytest.raises(Stop) as stop:
        world.start_engines(parts, folder=tmp_path, logs=tmp_path / "log", database="lcspr_demo")

    # PostgreSQL's own words in the middle differ by version.
    assert stop.value.sentence.startswith(
        "The role in DATABASE_URL may not do what the demo and the tests need: permission denied"
    )
    assert stop.value.sentence.endswith(". It must be able to create roles and databases.")


@pytest.mark.parametrize("address", ["mysql://user@127.0.0.1/x", "postgresql:///nobody", "nonsense"])
def test_an_address_that_is_not_postgresql_is_refused(tmp_path, monkeypatch, address):
    monkeypatch.setenv("DATABASE_URL", address)

    with together() as parts, pytest.raises(Stop, match="must name a PostgreSQL role"):
        world.start_engines(parts, folder=tmp_path, logs=tmp_path / "log", database="lcspr_demo")


def test_a_server_that_does_not_answer_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://someone:secret@127.0.0.1:{free_port()}/x")

    with together() as parts, pytest.raises(Stop, match="Connection refused") as stop:
        world.start_engines(parts, folder=tmp_path, logs=tmp_path / "log", database="lcspr_demo")

    assert "secret" not in str(stop.value)


def test_a_stale_postmaster_pid_is_removed_even_when_its_number_now_belongs_to_someone_else(tmp_path):
    lock = tmp_path / "postmaster.pid"
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        lock.write_text(f"{bystander.pid}\n/elsewhere\n")

        clear_stale_lock(tmp_path)

        assert not lock.exists()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_an_orphaned_postmaster_over_our_data_is_stopped(tmp_path):
    lock = tmp_path / "postmaster.pid"
    # What matters of a postmaster here: the data folder on its command line, and that INT ends it.
    orphan = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal, time; signal.signal(2, signal.SIG_DFL); print(flush=True); time.sleep(60)",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
    )
    orphan.stdout.readline()
    lock.write_text(f"{orphan.pid}\n")
    assert serves(orphan.pid, tmp_path)

    clear_stale_lock(tmp_path)

    assert orphan.wait(5) == -signal.SIGINT
    orphan.stdout.close()
    assert not lock.exists()


@pytest.mark.parametrize("content", ["", "rubbish\n", "0\n"])
def test_a_broken_postmaster_pid_is_removed(tmp_path, content):
    (tmp_path / "postmaster.pid").write_text(content)

    clear_stale_lock(tmp_path)

    assert not (tmp_path / "postmaster.pid").exists()
