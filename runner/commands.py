"""The commands of ./run."""

import argparse
import contextlib
import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from runner import setup
from runner.engines import free_port
from runner.installation import demo_is_running, fingerprint, only_demo
from runner.paths import BUILD, DEMO, LOGS, PYTHON, ROOT, STATE, VENV
from runner.processes import Stopped, Together, run, stop_on_signals, together
from runner.unprivileged import outside_folder
from runner.words import Stop, complain, say
from runner.world import (
    Addresses,
    bring_up,
    environment,
    give_orders,
    manage,
    running_environment,
    start_engines,
)

HELP = """./run demo [--port N] [--fresh]   the application with an invented world, on this machine alone
./run test [pytest's arguments]   all tests, on a database, a broker and a browser of their own
./run check [name …]              format, lint, types, layers, templates, migrations, settings
./run tidy                        put code and templates into their standard form
./run bench                       how pages slow down as cases grow
./run drill                       what is slow or violent: kills, load, restores
./run shots                       pictures of the main pages, as each role, in shots/
./run manage …                    manage.py over the demo's data
./run lock [--upgrade]            write the hashed lists of requirements/*.in (needs the network)

Each sets up what it needs. DATABASE_URL and REDIS_URL name servers to use instead of the ones ./run brings.
"""


def main(arguments: Sequence[str]) -> int:
    """Do what was asked; every failure ends in one sentence and the command that mends it."""
    if not arguments or arguments[0] in {"help", "-h", "--help"}:
        say(HELP)
        return 0
    name, *rest = arguments
    if name not in COMMANDS:
        complain(f"There is no ./run {name}.\n\n{HELP}")
        return 2
    stop_on_signals()
    try:
        return COMMANDS[name](rest)
    except Stop as stop:
        complain(f"\n{stop}")
        return 1
    except Stopped as stopped:
        say("\nStopped.")
        # Ctrl-C and a closed terminal are the usual way to end a demo, not a failure of it.
        return 0 if name == "demo" else 128 + stopped.number


# --- demo ----------------------------------------------------------------------------------------------------------


def demo(words: Sequence[str]) -> int:
    """Serve the invented world until someone asks to stop."""
    parser = argparse.ArgumentParser("./run demo")
    parser.add_argument("--port", type=int, default=8000, help="the port of 127.0.0.1 to serve on (8000)")
    parser.add_argument("--fresh", action="store_true", help="throw the demo's data away and start over")
    asked = parser.parse_args(words)
    address = f"http://127.0.0.1:{asked.port}/"
    with only_demo(address):
        check_port(asked.port)
        setup.set_up(setup.DEMO)
        folder = demo_folder()
        if asked.fresh:
            start_over(folder)
        with together() as parts:
            say("Starting …")
            env = bring_up(parts, folder=folder, logs=LOGS, database="lcspr_demo", port=asked.port)
            say(f"Ready: {address}")
            with parts.explaining():
                manage(["demo_cast"], env)
            say("\nCtrl-C stops everything; the data stays. ./run demo --fresh starts over.")
            parts.watch()
    return 0


def demo_folder() -> Path:
    """The demo's files belong to its database: one on a given server has a folder of its own."""
    given = urlsplit(os.environ.get("DATABASE_URL", ""))
    return STATE / f"demo_at_{fingerprint(given.netloc)[:8]}" if given.netloc else DEMO


def check_port(port: int) -> None:
    """Find out now, not after a minute of setting up, that the port is taken."""
    if not 0 < port < 65536:
        raise Stop(f"{port} is not a port.", "./run demo --port 8001")
    with socket.socket() as probe:
        # As the web server itself asks, so that a port in its last minute of closing does not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Stop(
                f"Ports below 1024 are not for ordinary users: {port}.", "./run demo --port 8000"
            ) from None
        except OSError:
            raise Stop(
                f"Something else is already listening on port {port}.",
                f"./run demo --port {port + 1 if port < 65535 else 8001}",
            ) from None


def start_over(folder: Path) -> None:
    """Forget the demo's data. The database is dropped and made again because the mark goes with the rest."""
    try:
        for place in (folder, outside_folder() / folder.name):
            if place.exists():
                shutil.rmtree(place)
    except OSError as error:
        raise Stop(
            f"The demo's data cannot be removed: {error.strerror}.", f"sudo rm -rf {folder}"
        ) from error


# --- test, drill, bench, shots --------------------------------------------------------------------------------------


@contextlib.contextmanager
def scratch(kind: str) -> Iterator[tuple[Path, Together]]:
    """A folder of state and a set of processes that leave nothing behind."""
    sweep()
    folder = STATE / f"{kind}-{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        with together() as parts:
            yield folder, parts
    finally:
        forget(folder)


def forget(folder: Path) -> None:
    for place in (folder, outside_folder() / folder.name):
        shutil.rmtree(place, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of runs that were killed."""
    for folder in STATE.glob("*-*"):
        number = folder.name.rpartition("-")[2]
        if number.isdigit() and not Path(f"/proc/{number}").exists() and Path("/proc/self").exists():
            forget(folder)


@contextlib.contextmanager
def testing_ground(kind: str) -> Iterator[dict[str, str]]:
    """Engines of their own for one run of the tests, with databases named test_*."""
    facts = setup.set_up(setup.DEV, browser=True)
    with scratch(kind) as (folder, parts):
        # The tests enter here to make databases of their own, named test_* too.
        database = f"test_lcspr_{os.getpid()}"
        addresses = start_engines(parts, folder=folder, logs=folder / "log", database=database, durable=False)
        try:
            yield environment(
                addresses,
                folder,
                port=free_port(),
                TESTS="1",
                OWNER_DATABASE_URL=addresses.owner,
                ALLOWED_HOSTS="127.0.0.1,localhost,testserver",
                **facts,
            )
        finally:
            clean_server(addresses, database)


def clean_server(addresses: Addresses, prefix: str) -> None:
    """On a server that is not ours, leave no database behind, however the tests ended."""
    if os.environ.get("DATABASE_URL"):
        with contextlib.suppress(Stop):
            give_orders({"server": addresses.owner, "drop": [prefix]})


def test(words: Sequence[str]) -> int:
    """Run the tests."""
    return pytest(words, "test")


def drill(words: Sequence[str]) -> int:
    """Run what is slow or violent."""
    return pytest(["drill", "-n", "0", *words], "drill")


def pytest(words: Sequence[str], kind: str) -> int:
    with testing_ground(kind) as env:
        return run([PYTHON, "-m", "pytest", *in_parallel(words), *words], env=env, cwd=ROOT)


def in_parallel(words: Sequence[str]) -> list[str]:
    """Two processes, unless the caller chose, is debugging, or asks for a single test."""
    chosen = any(re.match(r"-n|--numprocesses|--dist|--pdb|--trace$|-p$", word) for word in words)
    single = any("::" in word for word in words)
    return [] if chosen or single else ["-n", "2", "--dist", "worksteal"]


def bench(words: Sequence[str]) -> int:
    """Run the benchmark over a database of its own."""
    setup.set_up(setup.DEV)
    with scratch("bench") as (folder, parts):
        addresses = start_engines(
            parts, folder=folder, logs=folder / "log", database="lcspr_demo_bench", fresh=True
        )
        env = environment(addresses, folder, port=free_port(), DEMO="1", OWNER_DATABASE_URL=addresses.owner)
        manage(["migrate", "--verbosity", "0"], env, owner=addresses.owner)
        return run([PYTHON, "-m", "bench", *words], env=env, cwd=ROOT)


def shots(words: Sequence[str]) -> int:
    """Take pictures of the demo's pages into shots/."""
    facts = setup.set_up(setup.DEV, browser=True)
    with scratch("shots") as (folder, parts):
        port = free_port()
        env = bring_up(parts, folder=folder, logs=folder / "log", database="lcspr_demo_shots", port=port)
        where = ["--url", f"http://127.0.0.1:{port}/", "--out", str(ROOT / "shots")]
        return run([PYTHON, "-m", "demo.shots", *where, *words], env={**env, **facts}, cwd=ROOT)


# --- check ---------------------------------------------------------------------------------------------------------

# Production's own settings, of a place that does not exist: nothing here is asked to answer.
NOWHERE = {
    "SECRET_KEY": "only-for-check-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "FIELD_KEYS": "k1:" + "A" * 43 + "=",
    "INDEX_KEY": "A" * 43 + "=",
    "DATABASE_URL": "postgresql://lcspr_app:none@127.0.0.1:1/lcspr",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ALLOWED_HOSTS": "reviews.example",
    "PUBLIC_URL": "https://reviews.example",
    "DJANGO_SETTINGS_MODULE": "lcspr.settings",
}
DJADE = ("--target-version", "5.2")


def templates() -> list[str]:
    return [str(path.relative_to(ROOT)) for path in sorted((ROOT / "templates").rglob("*.html"))]


def tools() -> dict[str, str]:
    """An environment in which the installed tools can be called by name, and Django has its settings."""
    setup.set_up(setup.DEV, front_end=False)
    (BUILD / "static").mkdir(parents=True, exist_ok=True)
    return {**os.environ, **NOWHERE, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def check(words: Sequence[str]) -> int:
    """Run every check, to the end, and say which of them found something."""
    steps: dict[str, list[str]] = {
        "format": ["ruff", "format", "--check", "--quiet", "."],
        "lint": ["ruff", "check", "--quiet", "."],
        "types": ["mypy", "."],
        "layers": ["lint-imports"],
        "templates": ["djade", "--check", *DJADE, *templates()],
        # The warning is about the database, which is not asked here.
        "migrations": ["python", "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"],
        "settings": ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
    }
    if unknown := set(words) - set(steps):
        raise Stop(f"There is no check named {', '.join(unknown)}.", f"./run check [{'|'.join(steps)}]")
    env, failed = tools(), []
    for name in words or steps:
        began = time.monotonic()
        say(f"== {name}")
        if run(steps[name], env=env, cwd=ROOT):
            failed.append(name)
        say(f"   {'FAILED' if name in failed else 'ok'} ({time.monotonic() - began:.0f} s)")
    say(f"\nCheck failed: {', '.join(failed)}." if failed else "\nEverything checks.")
    return 1 if failed else 0


def tidy(words: Sequence[str]) -> int:
    """Put code and templates into their standard form, as far as tools can."""
    env = tools()
    run(["ruff", "check", "--fix", "--quiet", *(words or ["."])], env=env, cwd=ROOT)
    run(["ruff", "format", "--quiet", *(words or ["."])], env=env, cwd=ROOT)
    if not words:
        run(["djade", *DJADE, *templates()], env=env, cwd=ROOT)
    return 0


# --- the rest ------------------------------------------------------------------------------------------------------


def manage_command(words: Sequence[str]) -> int:
    """Run manage.py over the demo's data, which is served at the same time or not.

    `migrate` and `makemigrations` act as the owner of the tables; everything else as the application.
    """
    setup.set_up(setup.DEMO, front_end=False)
    folder = demo_folder()
    with contextlib.ExitStack() as stack:
        if demo_is_running():
            owner, env = running_environment(folder)
        else:
            parts = stack.enter_context(together())
            folder.mkdir(parents=True, exist_ok=True)
            addresses = start_engines(parts, folder=folder, logs=LOGS, database="lcspr_demo")
            owner, env = addresses.owner, environment(addresses, folder, port=8000, DEMO="1")
        if words and words[0] in {"migrate", "makemigrations", "sqlmigrate", "dbshell"}:
            env = {**env, "DATABASE_URL": owner}
        return run([PYTHON, "manage.py", *words], env=env, cwd=ROOT)


def lock(words: Sequence[str]) -> int:
    """Write the hashed lists anew."""
    return setup.lock(words)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "bench": bench,
    "check": check,
    "demo": demo,
    "drill": drill,
    "lock": lock,
    "manage": manage_command,
    "shots": shots,
    "test": test,
    "tidy": tidy,
}
