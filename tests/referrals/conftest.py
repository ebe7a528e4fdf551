"""Two partnerships with their people and areas, and a clock the tests can set."""

from __future__ import annotations

import pytest
import time_machine

from tests.referrals.world import World


@pytest.fixture
def at():
    """`at(london(2026, 6, 8, 10, 15))` makes it that time until the next call or the end of the test."""
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
def north(cast, at) -> World:
    """The Buckinghamshire-process partnership."""
    return World(cast, at)


@pytest.fixture
def south(other_cast, at) -> World:
    """The Bedford-process partnership."""
    return World(other_cast, at)
