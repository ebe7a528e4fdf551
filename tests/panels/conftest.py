"""Every test of this folder finds the pages of its stage."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _addresses(settings):
    settings.ROOT_URLCONF = "tests.panels.addresses"
