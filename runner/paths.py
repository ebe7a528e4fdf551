"""Where things are. Everything that ./run makes is in four ignored folders of this one."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MODULES = ROOT / "node_modules"
BUILD = ROOT / "build"
STATE = ROOT / ".run"
DEMO = STATE / "demo"
LOGS = STATE / "log"
