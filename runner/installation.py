"""What one folder keeps between two starts: its secrets, and the locks that keep two commands apart."""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO

from runner.paths import ROOT, STATE
from runner.words import Stop, say


@dataclass(frozen=True)
class Secrets:
    """Made once per folder, never committed, never shown."""

    secret_key: str
    field_keys: str
    index_key: str
    superuser_password: str
    owner_password: str
    app_password: str
    broker_password: str


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def fresh_secrets() -> Secrets:
    """New secrets, in the shapes the settings ask for."""
    return Secrets(
        secret_key=secrets.token_urlsafe(48),
        field_keys=f"k1:{_random_key()}",
        index_key=_random_key(),
        superuser_password=secrets.token_urlsafe(24),
        owner_password=secrets.token_urlsafe(24),
        app_password=secrets.token_urlsafe(24),
        broker_password=secrets.token_urlsafe(24),
    )


def kept_secrets(path: Path = STATE / "secrets.json") -> Secrets:
    """This folder's secrets; made, and written whole, the first time."""
    make_state_folder()
    if path.exists():
        kept = json.loads(path.read_text())
        if set(kept) == {field.name for field in fields(Secrets)}:
            return Secrets(**kept)
    made = fresh_secrets()
    write_private(path, json.dumps(asdict(made)))
    return made


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user can read, so that it is there whole or not at all."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    fresh.replace(path)


def make_state_folder() -> None:
    """Make the ignored folder, or say why it cannot be made."""
    try:
        STATE.mkdir(mode=0o700, exist_ok=True)
        (STATE / ".writable").touch()
    except OSError as error:
        raise Stop(
            f"This folder cannot be written to by you ({error.strerror}): {ROOT}",
            "Copy it to a folder of your own: cp -r . ~/lcspr && cd ~/lcspr && rm -rf .run .venv build node_modules",
        ) from error


def short_name() -> str:
    """Eight letters that tell this folder from another one using the same database server."""
    return hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]


def fingerprint(*things: str | Path) -> str:
    """A digest of files and words: when it is unchanged, what was made from them need not be made again."""
    digest = hashlib.sha256()
    for thing in things:
        content = thing.read_bytes() if isinstance(thing, Path) else thing.encode()
        digest.update(str(thing if isinstance(thing, str) else thing.name).encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


# The open lock of a set-up. Whatever is started meanwhile gets it as its input, which is empty, and so holds it too.
_held: list[IO[str]] = []


@contextlib.contextmanager
def setting_up() -> Iterator[None]:
    """One command at a time installs; the others wait and then find it done.

    Until the last program that it started has ended: one that outlives a killed ./run would still write into the folder.
    """
    make_state_folder()
    with (STATE / "setup.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another ./run is setting up this folder; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        _held.append(lock)
        try:
            yield
        finally:
            _held.remove(lock)


def held_lock() -> IO[str] | int:
    """What a program of the set-up is given as its input."""
    return _held[-1] if _held else subprocess.DEVNULL


@contextlib.contextmanager
def only_demo(address: str) -> Iterator[None]:
    """Hold the folder's demo; a second one is told where the first is."""
    make_state_folder()
    with (STATE / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            process, _, where = lock.read().partition(" ")
            raise Stop(
                f"A demo of this folder is already running, at {where or 'an address it has not said yet'}.",
                f"Use that one, or stop it first: kill {process}",
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()} {address}")
        lock.flush()
        yield


def demo_is_running() -> bool:
    """Whether some ./run holds this folder's demo."""
    with (STATE / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
