"""A case, and a clock the tests can set."""

from __future__ import annotations

import pytest
import time_machine

from tests.deadlines.clockwork import case_of


@pytest.fixture
def at():
    """`at(london(2026, 6, 8))` makes it that time until the next call or the end of the test."""
    running = []

    def travel(instant):
        while running:
            running.pop().stop()
        traveller = time_machine.travel(instant, tick=False)
        traveller.start()
        running.append(traveller)

    yield travel
    while running:
        running.pop().stop()


@pytest.fixture
def case(cast):
    return case_of(cast, pseudonym="Child V")
