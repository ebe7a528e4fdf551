"""Starting processes so that none is ever left behind, and stopping them in order.

Four things end a demo: Ctrl-C, a signal, a closed terminal, and the death of ./run itself. The first three reach
./run, which stops its children from last to first; the fourth is the kernel's: it signals them (Linux only).
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from runner.words import Stop, say

PR_SET_PDEATHSIG = 1
PATIENCE = 10.0


class Stopped(BaseException):
    """Someone asked ./run to stop. Not an Exception, so that nothing on the way mistakes it for a failure."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop_on_signals() -> None:
    """Turn Ctrl-C, TERM and the terminal's closing into `Stopped`, raised wherever the program happens to be."""

    def stopped(number: int, frame: FrameType | None) -> None:
        raise Stopped(number)

    for number in SIGNALS:
        # Under nohup the closing of the terminal was asked to be ignored.
        if not (number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN):
            signal.signal(number, stopped)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """The stopping itself is not to be interrupted: a second Ctrl-C would leave half of it running."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _dies_with(parent: int, number: int) -> None:
    """Run in the child before it becomes another program: ask for a signal when ./run dies."""
    for ignored in SIGNALS:
        signal.signal(ignored, signal.SIG_DFL)
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died in between
            os._exit(1)


@dataclass
class Part:
    """One running process of the set, with the name people know it by and the signal that stops it politely."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    polite: signal.Signals = signal.SIGTERM

    def last_lines(self, count: int = 12) -> str:
        return tail(self.log, count)

    def stop(self, patience: float = PATIENCE) -> None:
        """Ask, wait, and then end the whole group: the process and whatever it started."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.polite)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        # Also after a polite end: a child of the child may have outlived it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    polite: signal.Signals = signal.SIGTERM,
    **more: Any,
) -> Part:
    """Start one part of the set, in a session of its own, writing to its log.

    Its own session, because a Ctrl-C at the terminal goes to the whole foreground group: the database would stop
    before the web server that still writes to it.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    parent = os.getpid()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            start_new_session=True,
            preexec_fn=lambda: _dies_with(parent, polite),  # noqa: PLW1509 - ./run has one thread
            **more,
        )
    return Part(name, process, log, polite)


def tail(path: Path, count: int) -> str:
    """The last lines of a log, indented."""
    if not path.exists():
        return ""
    lines = path.read_text(errors="replace").splitlines()[-count:]
    return "\n".join(f"    {line}" for line in lines)


class Together:
    """Processes that live and die together."""

    def __init__(self) -> None:
        self.parts: list[Part] = []

    def add(self, part: Part) -> Part:
        self.parts.append(part)
        return part

    def check(self) -> None:
        """Say which part has died, if one has, in its own last words."""
        for part in self.parts:
            code = part.process.poll()
            if code is not None:
                raise Stop(
                    f"{part.name} has stopped by itself (exit code {code}); its last lines were:\n"
                    f"{part.last_lines()}\nEverything else is stopped too.",
                    f"The whole log: {part.log}",
                )

    @contextlib.contextmanager
    def explaining(self) -> Iterator[None]:
        """When work over the set fails because one of the set has died, say that instead."""
        try:
            yield
        except Stop:
            self.check()
            raise

    def watch(self) -> None:
        """Wait until a part dies or someone asks to stop."""
        while True:
            self.check()
            time.sleep(0.3)

    def stop(self) -> None:
        """Stop from last to first: nothing loses what it stands on while it is still working."""
        while self.parts:
            self.parts.pop().stop()


@contextlib.contextmanager
def together() -> Iterator[Together]:
    """Whatever happens inside, no process of the set outlives the block."""
    parts = Together()
    try:
        yield parts
    finally:
        with undisturbed():
            parts.stop()


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, **more: Any) -> int:
    """Run a program to its end, at the terminal, and give its exit code; a signal to ./run ends it too."""
    process = _begin(command, env=env, **more)
    try:
        return process.wait()
    except Stopped as stopped:
        # Ctrl-C has reached the program too: it is closing what it opened.
        if stopped.number == signal.SIGINT:
            with contextlib.suppress(subprocess.TimeoutExpired, Stopped):
                process.wait(PATIENCE)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        process.kill()
        process.wait()
        raise


def quietly(command: Sequence[str | Path], *, log: Path, **more: Any) -> int:
    """Run a program to its end with all it says in a log, and give its exit code.

    In a session of its own: when ./run is stopped, what the program has started ends with it.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        process = _begin(
            command,
            **{"stdin": subprocess.DEVNULL, **more},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return process.wait()
    except Stopped:
        with undisturbed():
            for number in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(PATIENCE)
        raise


def _begin(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, **more: Any
) -> subprocess.Popen[bytes]:
    """Start a program that does not outlive ./run."""
    parent = os.getpid()
    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(env) if env is not None else None,
        preexec_fn=lambda: _dies_with(parent, signal.SIGTERM),  # noqa: PLW1509 - ./run has one thread
        **more,
    )


def announce(name: str, began: float) -> None:
    """Say that a step is done and how long it took, when it took long enough to be noticed."""
    took = time.monotonic() - began
    say(f"  {name}" + (f" ({took:.0f} s)" if took >= 1 else ""))
