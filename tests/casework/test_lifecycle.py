"""docs/lifecycle.md says what the machines are, and leaves no T-number out."""

from __future__ import annotations

from django.conf import settings

from casework.lifecycle import ELSEWHERE, T_NUMBERS, WAITING, built_refs, lifecycle


def test_the_page_is_fresh():
    written = (settings.BASE_DIR / "docs" / "lifecycle.md").read_text()

    assert written == lifecycle(), "Run `manage.py write_lifecycle`."


def test_every_t_number_is_built_elsewhere_or_waits():
    assert set(T_NUMBERS) - built_refs() - set(ELSEWHERE) - set(WAITING) == set()
    assert built_refs() - set(T_NUMBERS) == {"T07 in error", "T10 in error", "T17 in error"}
