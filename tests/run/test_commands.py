import os
import socket
import subprocess
import sys

import pytest

from runner import commands, installation
from runner.paths import ROOT
from runner.words import Stop


def test_a_busy_port_is_said_before_anything_is_set_up():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Stop) as stop:
            commands.check_port(port)

    assert stop.value.sentence == f"Something else is already listening on port {port}."
    assert stop.value.mend == f"./run demo --port {port + 1}"


@pytest.mark.parametrize("port", [0, -1, 70000])
def test_a_number_that_is_no_port_is_refused(port):
    with pytest.raises(Stop, match="is not a port"):
        commands.check_port(port)


def test_a_second_demo_of_the_folder_is_told_where_the_first_is(tmp_path, monkeypatch):
    monkeypatch.setattr(installation, "STATE", tmp_path)

    with installation.only_demo("http://127.0.0.1:8123/"):
        assert installation.demo_is_running()
        with pytest.raises(Stop) as stop, installation.only_demo("http://127.0.0.1:8124/"):
            pass

    assert stop.value.sentence == "A demo of this folder is already running, at http://127.0.0.1:8123/."
    assert stop.value.mend == f"Use that one, or stop it first: kill {os.getpid()}"
    assert not installation.demo_is_running()


@pytest.mark.parametrize(
    ("words", "added"),
    [
        ([], ["-n", "2", "--dist", "worksteal"]),
        (["tests/accounts", "-k", "wall"], ["-n", "2", "--dist", "worksteal"]),
        (["-n", "0"], []),
        (["--numprocesses=4"], []),
        (["--pdb"], []),
        (["tests/run/test_commands.py::test_x"], []),
    ],
)
def test_tests_run_two_at_a_time_unless_asked_otherwise(words, added):
    assert commands.in_parallel(words) == added


def test_a_demo_on_a_given_server_keeps_its_files_apart(monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    own = commands.demo_folder()
    monkeypatch.setenv("DATABASE_URL", "postgresql://maker:secret@db.example:5432/postgres")
    given = commands.demo_folder()

    assert own.name == "demo"
    assert given != own
    assert "secret" not in given.name


def test_folders_of_killed_runs_are_swept_and_those_of_living_ones_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "STATE", tmp_path)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for name in (f"test-{gone.pid}", f"test-{os.getpid()}", "demo", "demo_at_12345678"):
        (tmp_path / name).mkdir()

    commands.sweep()

    assert {path.name for path in tmp_path.iterdir()} == {f"test-{os.getpid()}", "demo", "demo_at_12345678"}


@pytest.mark.parametrize(
    ("words", "code", "said"), [(["help"], 0, "./run demo"), (["dmeo"], 2, "There is no ./run dmeo")]
)
def test_help_and_a_slip_of_the_finger(words, code, said):
    done = subprocess.run(
        [sys.executable, ROOT / "run", *words], capture_output=True, text=True, check=False, cwd="/"
    )

    assert done.returncode == code
    assert said in done.stdout + done.stderr


def test_the_runner_needs_nothing_but_the_standard_library():
    imports = (
        "import sys; sys.path.insert(0, sys.argv[1]); import runner.commands; "
        "print(sorted(name for name in sys.modules if name in {'django', 'psycopg', 'redis', 'celery'}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", imports, ROOT], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
