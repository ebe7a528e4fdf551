"""Calendar files, read back by a real parser of RFC 5545."""

from __future__ import annotations

import datetime as dt

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.rules.icalendar import Event, calendar, escaped, folded

AT = dt.datetime(2026, 6, 8, 9, 15, tzinfo=dt.UTC)


def event(**more):
    return Event(
        **{
            "uid": "7c9e6679@reviews.example",
            "on": dt.date(2026, 6, 15),
            "summary": "A deadline is due: NSCP-2026-004",
            "description": "Sign in to see what is due: https://reviews.example/deadlines/7c9e6679/",
            "link": "https://reviews.example/deadlines/7c9e6679/",
            "revised_at": AT,
            **more,
        }
    )


def read(content):
    return icalendar.Calendar.from_ical(content)


def test_a_day_reads_back_as_a_whole_day():
    (found,) = read(calendar([event()])).walk("VEVENT")

    assert found.errors == []
    assert found.decoded("dtstart") == dt.date(2026, 6, 15)
    assert found.decoded("dtend") == dt.date(2026, 6, 16)
    assert found.decoded("dtstamp") == AT
    assert str(found["uid"]) == "7c9e6679@reviews.example"
    assert str(found["summary"]) == "A deadline is due: NSCP-2026-004"
    assert (str(found["status"]), str(found["class"]), str(found["transp"])) == (
        "CONFIRMED",
        "PRIVATE",
        "TRANSPARENT",
    )


def test_an_hour_reads_back_as_that_instant():
    at = dt.datetime(2026, 3, 30, 0, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))

    (found,) = read(calendar([event(on=at, moved=2, tentative=True)])).walk("VEVENT")

    assert found.decoded("dtstart") == at
    assert "dtend" not in found
    assert (found.decoded("sequence"), str(found["status"])) == (2, "TENTATIVE")


def test_every_line_ends_and_folds_as_the_standard_says():
    content = calendar([event(summary="é" * 100)], name="Deadlines", refresh_hours=4)

    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) == 75
    (found,) = read(content).walk("VEVENT")
    assert str(found["summary"]) == "é" * 100


def test_where_nothing_is_due_the_calendar_still_holds_something():
    found = read(calendar([], name="Deadlines"))

    assert [part.name for part in found.subcomponents] == ["VTIMEZONE"]


def test_what_has_a_meaning_of_its_own_is_marked():
    assert escaped("a;b,c\\d\r\ne\rf\x00\x07") == "a\\;b\\,c\\\\d\\ne\\nf"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_any_text_comes_back_as_it_was(text):
    (found,) = read(calendar([event(summary=text)])).walk("VEVENT")

    assert str(found["summary"]) == text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400))
def test_folding_splits_no_letter(line):
    pieces = folded(line).removesuffix(b"\r\n").split(b"\r\n")

    assert all(len(piece) <= 75 for piece in pieces)
    for piece in pieces:
        piece.decode()
    assert b"".join(piece[1:] if number else piece for number, piece in enumerate(pieces)).decode() == line


@pytest.mark.parametrize("length", [74, 75, 76, 149, 150, 151])
def test_folding_at_the_very_edge(length):
    lines = folded("x" * length).split(b"\r\n")

    assert [len(line) for line in lines[:-1]] == {
        74: [74],
        75: [75],
        76: [75, 2],
        149: [75, 75],
        150: [75, 75, 2],
        151: [75, 75, 3],
    }[length]
