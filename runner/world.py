"""Putting the application on its feet: engines, roles, databases, environment, web, worker and beat."""

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from runner.engines import Broker, Postgres
from runner.installation import Secrets, fingerprint, kept_secrets, short_name, write_private
from runner.paths import BUILD, PYTHON, REQUIREMENTS, ROOT
from runner.processes import Together, run, start
from runner.words import Stop

PATIENCE = 60.0
# What the application reads from its environment. The variables of the shell that ./run was called from do not leak
# into the demo: a SECRET_KEY or EMAIL_HOST meant for something else must not find its way in.
VARIABLES = {
    *("ALLOWED_HOSTS", "APP_DATABASE_ROLE", "CASE_FILES_ROOT", "CLAMD_SOCKET", "CLOCK_FILE"),
    *("DATABASE_POOLED", "DATABASE_URL"),
    *(
        "DEBUG",
        "DEFAULT_FROM_EMAIL",
        "DEMO",
        "EMAIL_HOST",
        "EMAIL_HOST_PASSWORD",
        "EMAIL_HOST_USER",
        "EMAIL_PORT",
    ),
    *(
        "EMAIL_USE_TLS",
        "FIELD_KEYS",
        "FONTCONFIG_FILE",
        "HSTS_SECONDS",
        "INDEX_KEY",
        "LOG_LEVEL",
        "MAIL_FOLDER",
    ),
    *(
        "OIDC_CLIENT_ID",
        "OIDC_CLIENT_SECRET",
        "OIDC_NAME",
        "OIDC_SERVER_URL",
        "OWNER_DATABASE_URL",
        "PUBLIC_URL",
    ),
    *("REDIS_PREFIX", "REDIS_URL", "SECRET_KEY", "SESSION_IDLE_SECONDS", "TESTS", "TRUST_PROXY"),
}


@dataclass(frozen=True)
class Addresses:
    """Where the engines are, and as whom one may enter."""

    owner: str
    app: str
    role: str
    broker: str
    prefix: str
    # Whether the database was made just now, and is empty.
    empty: bool


def start_engines(
    parts: Together,
    *,
    folder: Path,
    logs: Path,
    database: str,
    fresh: bool = False,
    durable: bool = True,
) -> Addresses:
    """Start our own engines, or use those that DATABASE_URL and REDIS_URL name, and make roles and database.

    `fresh` replaces a database that is there.
    """
    secrets = kept_secrets()
    given = os.environ.get("DATABASE_URL", "")
    if given:
        check_address(given)
        # Two folders may share a server: each has its own role and databases.
        database, role = f"{database}_{short_name()}", f"lcspr_app_{short_name()}"
        server, owner_name = given, urlsplit(given).username or ""
        owner = with_name(given, database)
        roles = [{"name": role, "password": secrets.app_password, "may_create_databases": False}]
    else:
        postgres = Postgres(folder, secrets, logs, durable)
        postgres.start(parts)
        role, owner_name = "lcspr_app", "lcspr_owner"
        server = postgres.address("postgres", secrets.superuser_password, "postgres")
        owner = postgres.address(owner_name, secrets.owner_password, database)
        roles = [
            {"name": owner_name, "password": secrets.owner_password, "may_create_databases": True},
            {"name": role, "password": secrets.app_password, "may_create_databases": False},
        ]
    databases = [{"name": database, "owner": owner_name, "fresh": fresh}]
    made = give_orders({"server": server, "roles": roles, "databases": databases})
    broker, prefix = start_broker(parts, folder, logs, secrets)
    app = as_role(owner, role, secrets.app_password)
    return Addresses(owner, app, role, broker, prefix, empty=bool(made))


def start_broker(parts: Together, folder: Path, logs: Path, secrets: Secrets) -> tuple[str, str]:
    """Our own broker, or the given one, of which we touch nothing but keys under our own prefix."""
    given = os.environ.get("REDIS_URL", "")
    if given:
        return given, f"lcspr-{short_name()}-{folder.name}:"
    broker = Broker(folder / "broker", secrets, logs)
    broker.start(parts)
    return broker.address(), "lcspr:"


def check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.username:
        raise Stop(
            "DATABASE_URL must name a PostgreSQL role that may create roles and databases.",
            "export DATABASE_URL=postgresql://user:password@127.0.0.1:5432/postgres    (or unset DATABASE_URL)",
        )


def with_name(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def as_role(url: str, role: str, password: str) -> str:
    """The same database, entered as another role."""
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{where}"))


def give_orders(orders: dict[str, Any]) -> list[str]:
    """Have roles and databases made by the Python that has a database driver, and name the databases it made."""
    done = subprocess.run(
        [PYTHON, "-m", "runner.roles"],
        input=json.dumps(orders),
        text=True,
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        raise Stop(
            done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "The roles could not be made.",
            "unset DATABASE_URL    (./run then brings its own PostgreSQL)"
            if os.environ.get("DATABASE_URL")
            else "./run demo --fresh",
        )
    return list(json.loads(done.stdout))


def environment(addresses: Addresses, folder: Path, *, port: int, **more: str) -> dict[str, str]:
    """Everything the application reads, for one folder of state."""
    secrets = kept_secrets()
    for name in ("case-files", "mail"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    shell = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return {
        **shell,
        "DJANGO_SETTINGS_MODULE": "lcspr.settings",
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": secrets.secret_key,
        "FIELD_KEYS": secrets.field_keys,
        "INDEX_KEY": secrets.index_key,
        "DATABASE_URL": addresses.app,
        "APP_DATABASE_ROLE": addresses.role,
        "REDIS_URL": addresses.broker,
        "REDIS_PREFIX": addresses.prefix,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CASE_FILES_ROOT": str(folder / "case-files"),
        "MAIL_FOLDER": str(folder / "mail"),
        "DEFAULT_FROM_EMAIL": "no-reply@northmere.example",
        "CLOCK_FILE": str(folder / "clock"),
        "FONTCONFIG_FILE": str(BUILD / "fontconfig" / "fonts.conf"),
        **more,
    }


def manage(words: Sequence[str], env: dict[str, str], *, owner: str = "") -> None:
    """Run a management command, as the owner of the tables if an address is given."""
    if owner:
        env = {**env, "DATABASE_URL": owner}
    if run([PYTHON, "manage.py", *words], env=env, cwd=ROOT):
        raise Stop(f"`manage.py {words[0]}` failed; what it said is above.", "./run demo --fresh")


def migrations() -> str:
    """What the tables are made from."""
    return fingerprint(REQUIREMENTS / "base.txt", *sorted(ROOT.glob("*/migrations/*.py")))


def bring_up(parts: Together, *, folder: Path, logs: Path, database: str, port: int) -> dict[str, str]:
    """Start the whole application over this folder's data, loading the invented world when there is none yet.

    The mark is written when the world is loaded whole; without it everything is made anew.
    """
    loaded, migrated = folder / "loaded", folder / "migrated"
    folder.mkdir(parents=True, exist_ok=True)
    addresses = start_engines(parts, folder=folder, logs=logs, database=database, fresh=not loaded.exists())
    if addresses.empty:
        loaded.unlink(missing_ok=True)
    env = environment(addresses, folder, port=port, DEMO="1")
    write_private(folder / "environment.json", json.dumps({"owner": addresses.owner, "env": env}))
    with parts.explaining():
        prepare(env, addresses, loaded=loaded, migrated=migrated)
    start_application(parts, env, logs=logs, folder=folder, port=port)
    return env


def prepare(env: dict[str, str], addresses: Addresses, *, loaded: Path, migrated: Path) -> None:
    """Bring the tables up to date and load the invented world, each only when it is needed."""
    known = loaded.exists()
    if not known or not migrated.exists() or migrated.read_text() != migrations():
        manage(["migrate", "--verbosity", "0"], env, owner=addresses.owner)
        migrated.write_text(migrations())
    if not known:
        manage(["load_demo"], env)
        loaded.touch()


def start_application(parts: Together, env: dict[str, str], *, logs: Path, folder: Path, port: int) -> None:
    """Start web, worker and beat, and wait until the web server says that it stands on its engines."""
    web: list[str | Path] = [
        PYTHON,
        *("-m", "gunicorn", "lcspr.wsgi", "--preload", "--no-control-socket"),
        *("--bind", f"127.0.0.1:{port}", "--workers", "2", "--graceful-timeout", "5", "--timeout", "60"),
    ]
    celery: list[str | Path] = [PYTHON, "-m", "celery", "--app", "lcspr", "--quiet"]
    worker = ["worker", "--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    # One worker serves both queues here; in production PDF pages have a worker of their own (docs/operations.md).
    worker += ["--queues", "celery,documents"]
    # A schedule of an earlier run would hold back the first heartbeat.
    shutil.rmtree(folder / "beat", ignore_errors=True)
    (folder / "beat").mkdir()
    beat = ["beat", "--schedule", str(folder / "beat" / "schedule"), "--pidfile=", "--loglevel", "INFO"]
    # The web server first and alone: on a small machine the three would hold each other up.
    parts.add(start("The web server", web, log=logs / "web.log", env=env, cwd=ROOT))
    wait_until_served(parts, port)
    parts.add(start("The worker", [*celery, *worker], log=logs / "worker.log", env=env, cwd=ROOT))
    parts.add(start("Beat", [*celery, *beat], log=logs / "beat.log", env=env, cwd=ROOT))


def wait_until_served(parts: Together, port: int) -> None:
    """Wait for /healthz to find database and broker well; beat's first heartbeat may still be on its way."""
    until = time.monotonic() + PATIENCE
    found: dict[str, Any] = {}
    while time.monotonic() < until:
        parts.check()
        found = health(port)
        if found.get("database") == found.get("broker") == "ok":
            return
        time.sleep(0.1)
    raise Stop(
        f"The web server did not become well within {PATIENCE:.0f} seconds; /healthz said {found or 'nothing'}.",
        f"cat {parts.parts[-1].log}",
    )


def health(port: int) -> dict[str, Any]:
    """What /healthz says, or nothing while nobody answers."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError), contextlib.closing(link):
        link.request("GET", "/healthz")
        found = json.loads(link.getresponse().read())
        return found if isinstance(found, dict) else {}
    return {}


def running_environment(folder: Path) -> tuple[str, dict[str, str]]:
    """The owner's address and the environment that a running demo wrote down."""
    kept = json.loads((folder / "environment.json").read_text())
    return kept["owner"], {**os.environ, **kept["env"]}
