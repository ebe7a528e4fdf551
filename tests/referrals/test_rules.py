"""The pure rules: dates that cannot be, limbs, labels, NHS numbers, likeness."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals import rules
from tests.referrals.world import london

NOW = london(2026, 6, 8, 12)
DAY = dt.date


@pytest.mark.parametrize(
    ("dates", "questions"),
    [
        ({"incident_from": DAY(2026, 6, 8)}, []),
        ({"incident_from": DAY(2026, 6, 9)}, ["incident_from"]),
        ({"incident_from": DAY(2026, 6, 5), "incident_until": DAY(2026, 6, 4)}, ["incident_until"]),
        ({"incident_from": DAY(2026, 6, 5), "incident_until": DAY(2026, 6, 9)}, ["incident_until"]),
        ({"agency_aware_on": DAY(2026, 6, 9)}, ["agency_aware_on"]),
        ({"incident_from": DAY(2026, 6, 5), "agency_aware_on": DAY(2026, 6, 4)}, ["agency_aware_on"]),
        ({"incident_from": DAY(2026, 6, 5), "la_aware_at": london(2026, 6, 5, 0, 1)}, []),
        # 00:30 on the 5th in London is still the 4th in UTC.
        ({"incident_from": DAY(2026, 6, 5), "la_aware_at": london(2026, 6, 5, 0, 30)}, []),
        ({"incident_from": DAY(2026, 6, 5), "la_aware_at": london(2026, 6, 4, 23, 59)}, ["la_aware_at"]),
        ({"la_aware_at": london(2026, 6, 8, 12, 1)}, ["la_aware_at"]),
        ({"children": (rules.ChildDates("A", DAY(2026, 6, 9)),)}, ["born_on"]),
        (
            {"incident_from": DAY(2026, 6, 5), "children": (rules.ChildDates("A", DAY(2026, 6, 6)),)},
            ["born_on"],
        ),
        (
            {
                "incident_from": DAY(2026, 6, 1),
                "incident_until": DAY(2026, 6, 7),
                "children": (rules.ChildDates("A", DAY(2026, 6, 6)),),
            },
            [],
        ),
        ({"incident_from": DAY(2026, 6, 5), "children": (rules.ChildDates("A", unborn=True),)}, []),
    ],
)
def test_impossible_dates_are_named_by_their_question(dates, questions):
    assert [question for question, _ in rules.impossible(rules.Dates(now=NOW, **dates))] == questions


def test_a_sending_lies_between_awareness_and_now():
    aware = london(2026, 6, 8, 10)
    assert list(rules.impossible_sending(aware_at=aware, sent_at=aware, now=NOW)) == []
    assert list(rules.impossible_sending(aware_at=None, sent_at=NOW, now=NOW)) == []
    assert (
        len(list(rules.impossible_sending(aware_at=aware, sent_at=london(2026, 6, 8, 9, 59), now=NOW))) == 1
    )
    assert (
        len(list(rules.impossible_sending(aware_at=aware, sent_at=london(2026, 6, 8, 12, 1), now=NOW))) == 1
    )


@pytest.mark.parametrize("abuse", ["known", "suspected", "not_known_or_suspected", ""])
@pytest.mark.parametrize("outcome", ["died", "seriously_harmed", "neither", "unclear", ""])
def test_both_limbs_are_needed(abuse, outcome):
    met = abuse in ("known", "suspected") and outcome in ("died", "seriously_harmed")
    assert rules.criteria_proposed(abuse, outcome) is met


@pytest.mark.parametrize(
    ("listed", "of", "further", "problems"),
    [
        (1, 1, "", 0),
        (4, 4, "", 0),
        (4, 5, "the fifth", 0),
        (4, 5, "  ", 1),
        (5, 5, "", 1),
        (0, 1, "later", 1),
        (0, 1, "", 2),
    ],
)
def test_four_children_are_listed_and_the_rest_told(listed, of, further, problems):
    assert len(rules.listing_problems(listed=listed, of=of, further_information=further)) == problems


@pytest.mark.parametrize(
    ("born", "labels"),
    [
        ([DAY(2020, 5, 17)], ["Child 1"]),
        ([DAY(2020, 5, 17), DAY(2020, 5, 17)], ["Twin 1", "Twin 2"]),
        ([DAY(2020, 5, 17), DAY(2021, 5, 17)], ["Child 1", "Child 2"]),
        ([None, None], ["Child 1", "Child 2"]),
        ([DAY(2020, 5, 17)] * 3, ["Child 1", "Child 2", "Child 3"]),
        ([], []),
    ],
)
def test_children_are_called_by_what_they_are_to_each_other(born, labels):
    assert rules.labels(born) == labels


@pytest.mark.parametrize("number", ["", "  ", "9434765919", "943 476 5919", "943-476-5919"])
def test_these_may_be_nhs_numbers(number):
    assert rules.nhs_number_problem(number) is None


@pytest.mark.parametrize("number", ["943476591", "94347659199", "9434765918", "943476591x", "abc"])
def test_these_may_not(number):
    assert rules.nhs_number_problem(number) is not None


@given(st.text(alphabet="0123456789", min_size=10, max_size=10), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(number, place, by):
    if rules.nhs_number_problem(number) is not None:
        return
    slipped = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]

    assert rules.nhs_number_problem(slipped) is not None


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (DAY(2020, 5, 17), DAY(2026, 5, 16), 5),
        (DAY(2020, 5, 17), DAY(2026, 5, 17), 6),
        (DAY(2020, 2, 29), DAY(2026, 2, 28), 5),
        (DAY(2020, 2, 29), DAY(2026, 3, 1), 6),
        (None, DAY(2026, 3, 1), None),
        (DAY(2026, 3, 2), DAY(2026, 3, 1), None),
    ],
)
def test_ages(born, on, age):
    assert rules.age_on(born, on) == age
