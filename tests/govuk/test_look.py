"""What belongs to gov.uk alone, its crown, crest and typeface, is not in what we serve."""

import re

import pytest
from django.conf import settings

SHEET = settings.BASE_DIR / "build/static/css/app.css"


@pytest.fixture(scope="module")
def sheet():
    return SHEET.read_text()


@pytest.mark.parametrize("reserved", ["GDS Transport", "crest", "crown", "logotype", "@font-face"])
def test_the_style_sheet_uses_nothing_reserved_for_gov_uk(sheet, reserved):
    assert reserved.lower() not in sheet.lower()


def test_the_style_sheet_asks_for_no_file_from_elsewhere(sheet):
    assert re.findall(r"url\(|@import", sheet) == []


def test_no_page_names_gov_uk_as_its_own():
    pages = [*settings.BASE_DIR.glob("templates/**/*.html"), *settings.BASE_DIR.glob("static/images/*")]

    assert [path.name for path in pages if "GOV.UK" in re.sub(r"\{#.*?#\}", "", path.read_text())] == []


@pytest.mark.parametrize(
    "used",
    ["app-marking", "app-next", "app-stages", "app-timeline", "app-deadline", "app-table", "app-filters"],
)
def test_the_style_sheet_knows_our_own_parts(sheet, used):
    assert f".{used}" in sheet
