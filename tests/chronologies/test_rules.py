"""The order of rows, and what identifies a version."""

import datetime as dt
from dataclasses import dataclass

import pytest

from chronologies.rules import before_every_birth, digest_of, place


@dataclass
class Row:
    event_on: dt.date
    event_time: dt.time | None = None


DAY = dt.date(2026, 3, 4)


def test_rows_stand_by_date_then_time_then_agency_and_untimed_ones_last_of_their_day():
    rows = [
        ("c", Row(DAY)),
        ("b", Row(DAY, dt.time(23, 59))),
        ("b", Row(DAY, dt.time(9))),
        ("a", Row(DAY, dt.time(9))),
        ("z", Row(dt.date(2026, 3, 3))),
        ("a", Row(DAY)),
    ]

    found = sorted(rows, key=lambda pair: place(pair[1], pair[0]))

    assert [(agency, row.event_on.day, row.event_time) for agency, row in found] == [
        ("z", 3, None),
        ("a", 4, dt.time(9)),
        ("b", 4, dt.time(9)),
        ("b", 4, dt.time(23, 59)),
        ("a", 4, None),
        ("c", 4, None),
    ]


@pytest.mark.parametrize(
    ("births", "before"),
    [
        ([], False),
        ([dt.date(2026, 3, 5)], True),
        ([dt.date(2026, 3, 4)], False),
        ([dt.date(2026, 3, 5), dt.date(2020, 1, 1)], False),
    ],
)
def test_before_every_birth(births, before):
    assert before_every_birth(DAY, births) == before


def test_the_digest_depends_on_words_and_order():
    first, second = {"what": "a", "on": DAY}, {"what": "b", "on": DAY}

    assert digest_of([first, second]) == digest_of([dict(reversed(first.items())), second])
    assert digest_of([first, second]) != digest_of([second, first])
    assert digest_of([first]) != digest_of([{**first, "what": "A"}])
