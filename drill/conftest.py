"""The drills stand on the same database and cast as the tests."""

from tests.conftest import *  # noqa: F403 - its fixtures are these drills’ fixtures
