"""Running a program as nobody in particular: PostgreSQL refuses to be started by root."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.installation import short_name
from runner.words import Stop

VENV_PACKAGES = re.compile(r".*/site-packages(?=/)")


@dataclass(frozen=True)
class Wrapping:
    """How a program is started so that it does not run as root, and where it then is and keeps its data."""

    prefix: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    # Set when that user may not enter the folder: the programs are copied to, and the data kept in, this one.
    outside: Path | None = None

    def place(self, folder: Path) -> Path:
        """Where the data of this folder of state is kept."""
        return self.outside / folder.name if self.outside else folder

    def program(self, path: Path) -> Path:
        """The program itself, or the copy of its whole package that the user may enter."""
        if self.outside is None:
            return path
        packages = VENV_PACKAGES.match(str(path))
        assert packages
        relative = path.relative_to(packages[0])
        copy = self.outside / "programs" / relative
        if not copy.exists():
            name = relative.parts[0]
            for part in (name, f"{name}.libs"):
                if (Path(packages[0]) / part).exists():
                    shutil.copytree(
                        Path(packages[0]) / part, self.outside / "programs" / part, dirs_exist_ok=True
                    )
        return copy

    def give(self, *paths: Path) -> None:
        """Hand these to the user the program runs as."""
        if "user" in self.options:
            for path in paths:
                os.chown(path, self.options["user"], self.options["group"])


def outside_folder() -> Path:
    """A folder for the data of this one that a user without rights may enter."""
    return Path(tempfile.gettempdir()) / f"lcspr-{short_name()}"


def wrapping() -> Wrapping:
    """Nothing for an ordinary user; for root a user namespace, or else the user `nobody`.

    In a user namespace root is shown to the program as user 1000, and files stay root's: it works in a folder that
    only root may enter, and makes no account. Some containers forbid it.
    """
    if os.geteuid() != 0:
        return Wrapping()
    namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
    if shutil.which("unshare") and _works([*namespace, "true"]):
        return Wrapping(prefix=namespace)
    return _as_nobody()


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _as_nobody() -> Wrapping:
    """The second choice. The folder itself may be one that only root may enter, so nothing stays in it."""
    nobody = pwd.getpwnam("nobody")
    outside = outside_folder()
    outside.mkdir(mode=0o700, exist_ok=True)
    if outside.is_symlink() or outside.stat().st_uid not in {0, nobody.pw_uid}:
        raise Stop(f"{outside} belongs to someone else.", f"rm -rf {outside}")
    os.chown(outside, nobody.pw_uid, nobody.pw_gid)
    who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": outside}
    return Wrapping(options=who, outside=outside)
