"""The invented cases, one module for each or for a few of a kind."""

from __future__ import annotations

from typing import Any

from demo.cases import (
    brought_in,
    held_for_trial,
    in_review,
    national_panel,
    notifications,
    other_reviews,
    published,
    rapid_reviews,
    referrals,
    signing_off,
    two_areas,
)
from demo.diary import Story
from demo.scene import Scene

MODULES = (
    published,
    held_for_trial,
    in_review,
    signing_off,
    brought_in,
    national_panel,
    rapid_reviews,
    notifications,
    referrals,
    other_reviews,
    two_areas,
)


def stories(northmere: Scene, southmere: Scene) -> list[tuple[str, Story[Any]]]:
    """Every story by its name, to be lived together."""
    return [story for module in MODULES for story in module.stories(northmere, southmere)]
