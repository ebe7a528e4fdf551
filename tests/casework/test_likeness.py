"""Telling one child, two children and strangers apart; and how names are folded, sounded and slipped."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.rules import likeness as rules
from casework.rules.likeness import Kind, Who, are_one_person, compare, days_apart
from casework.rules.names import ALIKE, keys, likeness, name_parts, normalised_nhs_number

DAY = dt.date
ROBIN = Who("Robin", "Example", "", DAY(2020, 5, 17), nhs_number="943 476 5919")


def who(forenames="", surname="", born_on=None, **more):
    return Who(forenames, surname, born_on=born_on, **more)


# The rule of the handbook (§2.7), its five ways one by one: within three days.


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (who("Nobody", "Known", nhs_number="943 476 5919"), ROBIN, Kind.SAME_CHILD),
        (who("Robyn", "Exampel", DAY(2020, 5, 17)), ROBIN, Kind.SAME_CHILD),
        (who("Robin", "Faraway", DAY(2020, 5, 17)), ROBIN, Kind.SAME_CHILD),
        (who("Example", "Robin", DAY(2020, 5, 18)), ROBIN, Kind.SAME_CHILD),
        (who("Robin", "Example", DAY(2021, 5, 17)), ROBIN, Kind.SAME_CHILD),
        (
            who("Robin", "Example", DAY(2020, 1, 12)),
            who("Robin", "Example", DAY(2020, 12, 1)),
            Kind.SAME_CHILD,
        ),
        (who("Robin", "Example"), ROBIN, Kind.SAME_CHILD),
        (who("Sandy", "Example", DAY(2020, 5, 17)), ROBIN, Kind.OTHER_CHILD),
        (who("Sandy", "Example", DAY(2017, 2, 3)), ROBIN, Kind.OTHER_CHILD),
        (who("", "Example", expected_on=DAY(2020, 4, 1)), ROBIN, Kind.SAME_CHILD),
        (who("", "Example", expected_on=DAY(2021, 4, 1)), ROBIN, Kind.OTHER_CHILD),
        (who("Wendy", "Faraway", DAY(2020, 5, 17)), ROBIN, None),
        (who("Robin", "Faraway", DAY(2011, 11, 30)), ROBIN, None),
        (who("Robin", "Faraway"), ROBIN, None),
        (who(), who(), None),
    ],
)
def test_the_duplicate_rule(one, other, kind):
    found, turned = compare(one, other, days=2), compare(other, one, days=2)

    assert (found and found.kind, turned and turned.kind) == (kind, kind)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (who("Robin", "Example", DAY(2020, 5, 17)), ROBIN, Kind.SAME_CHILD),
        (who("Sandy", "Example", DAY(2020, 5, 17)), ROBIN, Kind.SAME_FAMILY),
        (who("Sandy", "Example", DAY(2017, 2, 3)), ROBIN, None),
        (who("Robin", "Example", DAY(2013, 2, 3)), ROBIN, None),
        (who("Robin", "Example", DAY(1985, 2, 3), part="father"), ROBIN, Kind.SAME_FAMILY),
        (
            who("Morgan", "Example", DAY(1990, 2, 3), part="mother"),
            who("Morgan", "Sample", DAY(1990, 2, 3), part="mother", other_names="Example"),
            Kind.SAME_FAMILY,
        ),
    ],
)
def test_at_another_time_only_stronger_grounds_count(one, other, kind):
    found = compare(one, other, days=700)

    assert (found and found.kind) == kind


def test_a_son_of_his_fathers_name_is_not_his_father():
    son, father = (
        who("John", "Cattermole", DAY(2016, 3, 4)),
        who("John", "Cattermole", DAY(1985, 2, 1), part="father"),
    )

    assert compare(son, father, days=0).kind == Kind.SAME_FAMILY
    assert not are_one_person(son, father)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohammed", "Muhamad"),
        ("Yusuf", "Joseph"),
        ("Kate", "Katherine"),
        ("Siobhán", "Shivaun"),
        ("Llewellyn", "Flewelyn"),
        ("Hebblethwaite", "Hebblewaite"),
        ("Robin", "Kobin"),
        ("Micheal", "Michael"),
        ("Phillips", "Filips"),
        ("Knight", "Night"),
        ("Wójcik", "Woitsik"),
        ("O’Brien", "O Brien"),
        ("Abdul Rahman", "Abdelrahman"),
        ("محمد", "Mohammed"),
        ("Юсуф", "Yousef"),
        ("Straße", "Strasse"),
    ],
)
def test_one_name_written_in_two_ways_is_found_and_counts_as_one(one, other):
    [first], [second] = name_parts(one), name_parts(other)

    assert keys(first) & keys(second)
    assert likeness(first, second) >= ALIKE


@pytest.mark.parametrize(
    ("one", "other"), [("Ella", "Emma"), ("Jayden", "Kayden"), ("Zara", "Sana"), ("Ali", "Omar")]
)
def test_two_names_that_look_alike_stay_two(one, other):
    [first], [second] = name_parts(one), name_parts(other)

    assert likeness(first, second) < ALIKE


@pytest.mark.parametrize("text", ["Baby", "Unborn child", "Not known yet", "Twin 1", "", "…", "123"])
def test_words_that_name_nobody_are_no_name(text):
    assert name_parts(text) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_script_at_all_is_compared_the_same_both_ways(one, other):
    first, second = who(one, other), who(other, one)

    assert (compare(first, second, days=0) is None) == (compare(second, first, days=0) is None)
    assert all(part.isascii() and part.isalpha() for part in name_parts(one))


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12), st.data())
def test_a_word_with_one_slip_is_found_by_some_key(word, data):
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    slips = {word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :]}
    slips.add(word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :])

    assert all(keys(word) & keys(slip) for slip in slips if len(slip) >= 4)


@pytest.mark.parametrize(
    ("one", "other", "days"),
    [
        ((DAY(2026, 6, 1), None), (DAY(2026, 6, 4), None), 3),
        ((DAY(2026, 6, 4), None), (DAY(2026, 6, 1), None), 3),
        ((DAY(2026, 6, 1), DAY(2026, 6, 10)), (DAY(2026, 6, 5), None), 0),
        ((None, None), (DAY(2026, 6, 5), None), None),
    ],
)
def test_days_between_incidents(one, other, days):
    assert days_apart(one, other) == days


@pytest.mark.parametrize(
    ("one", "other"),
    [("kazlauskas", "kazlauskaite"), ("kazlauskas", "kazlauskiene"), ("petraitis", "petraityte")],
)
def test_a_daughter_bears_her_father_s_name_with_another_ending(one, other):
    assert likeness(one, other) >= ALIKE
    assert keys(one) & keys(other)


def test_a_number_of_one_digit_is_nobody_s():
    assert normalised_nhs_number("000 000 0000") == ""
    assert normalised_nhs_number("999 000 0018") == "9990000018"


# Strangers are told before their names are compared

NAMED = [
    ("Robin", "Example", ""),
    ("Robin", "Example-Sample", ""),
    ("Sandy", "Example Sample", ""),
    ("", "Example", "Sample"),
    ("Robin Quill", "Example", ""),
    ("Mohammed", "Khan", ""),
    ("Example", "", ""),
]
# Of one day, nearly, of another year, a generation before, of no day; and expected.
BORN = [
    {"born_on": DAY(2020, 5, 17)},
    {"born_on": DAY(2020, 5, 18)},
    {"born_on": DAY(2013, 11, 2)},
    {"born_on": DAY(1988, 8, 29)},
    {},
    {"expected_on": DAY(2020, 6, 1)},
    {"expected_on": DAY(2015, 2, 1)},
]
PEOPLE = [
    Who(*names, part=part, **born)
    for names, born, part in product(NAMED, BORN, ("child", "mother"))
    if part == "child" or "expected_on" not in born
]


def test_nobody_told_a_stranger_early_would_have_been_found_by_their_names(monkeypatch):
    def all_compared():
        return [
            compare(one, other, days=days)
            for days in (None, 2, 900)
            for one, other in product(PEOPLE, PEOPLE)
        ]

    told_early = all_compared()
    monkeypatch.setattr(rules, "_are_strangers", lambda *_: False)

    assert all_compared() == told_early
    assert sum(found is not None for found in told_early) > len(PEOPLE)


def test_some_strangers_are_told_early(monkeypatch):
    monkeypatch.setattr(rules, "names_in_common", None)

    assert compare(who("Robin", "Example", DAY(2013, 11, 2)), ROBIN, days=900) is None
