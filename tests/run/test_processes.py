import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.paths import ROOT
from runner.processes import Together, start, tail, together
from runner.words import Stop

SLEEPER = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]


def alive(number: int) -> bool:
    """Whether the process runs; one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(true, seconds=10.0):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def test_parts_are_stopped_from_last_to_first(tmp_path):
    order = tmp_path / "order"
    leave_a_word = (
        "import signal, sys, time\n"
        "def leave(*_):\n"
        "    open(sys.argv[1], 'a').write(sys.argv[2] + ' ')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, leave)\n"
        "print('here', flush=True)\n"
        "time.sleep(60)\n"
    )
    with together() as parts:
        for name in ("database", "broker", "web"):
            command = [sys.executable, "-c", leave_a_word, str(order), name]
            parts.add(start(name, command, log=tmp_path / f"{name}.log"))
        wait_until(lambda: all(tail(part.log, 1).strip() == "here" for part in parts.parts))

    assert order.read_text().split() == ["web", "broker", "database"]


def test_a_part_that_dies_is_named_with_its_last_words(tmp_path):
    with together() as parts:
        command = [sys.executable, "-c", "print('the disk is full'); raise SystemExit(7)"]
        part = parts.add(start("The worker", command, log=tmp_path / "worker.log"))
        part.process.wait()

        with pytest.raises(Stop) as stop:
            parts.watch()

    assert "The worker has stopped by itself (exit code 7)" in stop.value.sentence
    assert "the disk is full" in stop.value.sentence


def test_what_a_part_started_is_stopped_with_it(tmp_path):
    parent = f"import subprocess, sys; print(subprocess.Popen({SLEEPER!r}).pid, flush=True); sys.stdin.read()"
    parts = Together()
    part = parts.add(
        start("web", [sys.executable, "-c", f"{parent}; import time; time.sleep(60)"], log=tmp_path / "log")
    )
    wait_until(lambda: len(part.log.read_text().split()) == 2)
    grandchild = int(next(word for word in part.log.read_text().split() if word.isdigit()))

    parts.stop()

    wait_until(lambda: not alive(grandchild))


RUNNER = """
import sys, time
from pathlib import Path
from runner.processes import Stopped, start, stop_on_signals, together
stop_on_signals()
try:
    with together() as parts:
        part = parts.add(start("part", %r, log=Path(sys.argv[1])))
        print(part.process.pid, flush=True)
        parts.watch()
except Stopped:
    sys.exit(42)
"""


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 42), (signal.SIGTERM, 42), (signal.SIGHUP, 42), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_no_process_outlives_ctrl_c_a_closed_terminal_or_a_violent_death(tmp_path, number, code):
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER % (SLEEPER,), str(tmp_path / "log")],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        start_new_session=True,
    )
    child = int(runner.stdout.readline())

    os.kill(runner.pid, number)

    assert runner.wait(10) == code
    runner.stdout.close()
    wait_until(lambda: not alive(child))


STEP = """
import sys
from pathlib import Path
from runner import installation, processes
installation.STATE = Path(sys.argv[1])
processes.stop_on_signals()
# The shell takes the input away from what it starts in the background: pass it on under another number.
step = f"exec 3<&0; sleep 60 & echo $! > {installation.STATE}/number; wait"
with installation.setting_up():
    processes.quietly(["sh", "-c", step], log=installation.STATE / "log", stdin=installation.held_lock())
"""


def begun_step(folder):
    """A set-up whose step has started a program, and that program's number."""
    ours = subprocess.Popen([sys.executable, "-c", STEP, str(folder)], cwd=ROOT, stderr=subprocess.DEVNULL)
    number = folder / "number"
    wait_until(lambda: number.exists() and number.read_text().strip())
    return ours, int(number.read_text())


def free(folder) -> bool:
    """Whether another set-up could begin."""
    with (folder / "setup.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_a_stopped_set_up_leaves_nothing_that_its_step_started(tmp_path):
    ours, started = begun_step(tmp_path)

    ours.send_signal(signal.SIGTERM)
    ours.wait(20)

    wait_until(lambda: not alive(started))
    assert free(tmp_path)


def test_what_outlives_a_killed_set_up_keeps_the_next_one_waiting(tmp_path):
    ours, started = begun_step(tmp_path)

    ours.kill()
    ours.wait(20)

    try:
        assert alive(started)
        assert not free(tmp_path)
    finally:
        os.kill(started, signal.SIGKILL)
    wait_until(lambda: free(tmp_path))
