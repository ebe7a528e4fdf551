"""The decision models of domain §8.3, as a table: what was said, and where the question then stands."""

from __future__ import annotations

import datetime as dt
from itertools import permutations, product

import pytest

from decisions import rules
from decisions.rules import ChairSays, Model, Partner, Standing, stand

THREE, WITH, IC = Model.THREE_DSP, Model.THREE_DSP_WITH_IC, Model.IC_DECIDES

# Views of the local authority, the ICB and the police: a, b and c are answers, “-” is not given.
# Chair: “-” nothing yet; “agrees”, “not”; or the chair's own answer. “again” means that it went back once before.
# Confirmed: which partners confirmed a departure (L, I, P). Lead: the lead partners' written decision.
TABLE = """
model views chair  round  confirmed lead  | outcome flags
three ---   -      -      -         -     | -       -
three a--   -      -      -         -     | -       -
three aa-   -      -      -         -     | -       -
three ab-   -      -      -         -     | -       -
three aaa   -      -      -         -     | a       -
three aab   -      -      -         -     | -       split,escalates
three abc   -      -      -         -     | -       split,escalates
three aab   -      -      -         a     | a       split
three aab   -      -      -         b     | b       split
three abc   -      -      -         c     | c       split
three aaa   b      -      -         -     | a       -
three aaa   not    -      -         -     | a       -
with  ---   -      -      -         -     | -       -
with  aa-   -      -      -         -     | -       -
with  aa-   agrees -      -         -     | -       -
with  aaa   -      -      -         -     | -       -
with  aaa   agrees -      -         -     | a       -
with  aaa   not    -      -         -     | -       returned
with  aaa   -      again  -         -     | -       -
with  aaa   agrees again  -         -     | a       -
with  aaa   not    again  -         -     | a       disagrees
with  bbb   not    again  -         -     | b       disagrees
with  aab   -      -      -         -     | -       split,escalates
with  aab   agrees -      -         -     | -       split,escalates
with  aab   not    -      -         -     | -       split,escalates
with  aab   not    again  -         -     | -       split,escalates
with  abc   -      -      -         -     | -       split,escalates
with  aab   -      -      -         b     | b       split
with  abc   -      -      -         a     | a       split
ic    ---   -      -      -         -     | -       -
ic    aa-   -      -      -         -     | -       -
ic    aa-   a      -      -         -     | -       -
ic    aaa   -      -      -         -     | -       -
ic    aaa   a      -      -         -     | a       -
ic    aab   -      -      -         -     | -       split
ic    aab   a      -      -         -     | a       split
ic    aab   b      -      -         -     | b       split
ic    aab   c      -      -         -     | c       split
ic    abc   b      -      -         -     | b       split
ic    aaa   b      -      -         -     | -       departs
ic    aaa   b      -      L         -     | -       departs
ic    aaa   b      -      LI        -     | -       departs
ic    aaa   b      -      IP        -     | -       departs
ic    aaa   b      -      LIP       -     | b       departs
ic    aaa   b      -      -         a     | a       departs
ic    aaa   b      -      LI        c     | c       departs
"""

MODELS = {"three": THREE, "with": WITH, "ic": IC}
FLAGS = {
    "split": "split",
    "escalates": "escalates",
    "returned": "returned",
    "departs": "chair_departs",
    "disagrees": "chair_disagrees",
}
CONFIRMING = {"L": Partner.LA, "I": Partner.ICB, "P": Partner.POLICE}


def rows():
    for line in TABLE.strip().splitlines()[1:]:
        said, _, result = line.partition("|")
        yield pytest.param(*said.split(), *result.split(), id=" ".join(line.split()))


def views_of(letters):
    return {partner: None if said == "-" else said for partner, said in zip(Partner, letters, strict=True)}


def chair_of(word):
    if word == "-":
        return None
    return ChairSays(agrees=word == "agrees") if word in {"agrees", "not"} else ChairSays(outcome=word)


@pytest.mark.parametrize(
    ("model", "views", "chair", "turn", "confirmed", "lead", "outcome", "flags"), list(rows())
)
def test_table(model, views, chair, turn, confirmed, lead, outcome, flags):
    # Who of the three says what makes no difference, so every order is tried.
    for order in set(permutations(views)):
        standing = stand(
            MODELS[model],
            views_of(order),
            chair=chair_of(chair),
            returned_before=turn == "again",
            lead=None if lead == "-" else lead,
            confirmed=frozenset(CONFIRMING[letter] for letter in confirmed if letter != "-"),
        )

        assert standing.outcome == (None if outcome == "-" else outcome)
        raised = {name for name, field in FLAGS.items() if getattr(standing, field)}
        assert raised == {flag for flag in flags.split(",") if flag != "-"}
        assert bool(standing.needs) == (standing.outcome is None)


def everything():
    chairs = ["-", "agrees", "not", "a", "b"]
    confirmed = ["".join(letters) for letters in (["-"], ["L"], ["L", "I"], ["L", "I", "P"])]
    return product(MODELS, product("-ab", repeat=3), chairs, ["-", "again"], confirmed, ["-", "a"])


def test_every_combination_either_has_an_outcome_or_says_what_is_missing():
    seen = 0
    for model, views, chair, turn, confirmed, lead in everything():
        standing = stand(
            MODELS[model],
            views_of(views),
            chair=chair_of(chair),
            returned_before=turn == "again",
            lead=None if lead == "-" else lead,
            confirmed=frozenset(CONFIRMING[letter] for letter in confirmed if letter != "-"),
        )
        seen += 1
        assert (standing.outcome is None) == bool(standing.needs)
        # No outcome without three views, except by the lead partners' writing.
        if standing.outcome is not None and lead == "-":
            assert "-" not in views
        # The independent chair has no veto over three agreeing partners who were asked twice.
        if model == "with" and turn == "again" and len(set(views)) == 1 and chair == "not" and lead == "-":
            assert standing.outcome == (None if "-" in views else views[0])
    assert seen == 3 * 27 * 5 * 2 * 4 * 2


def test_missing_views_are_named():
    standing = stand(THREE, views_of("a--"))

    assert standing == Standing(
        needs=(
            "The integrated care board has not given its view.",
            "The police have not given their view.",
        )
    )


def test_unconfirmed_departure_names_who_has_not_confirmed():
    standing = stand(
        IC, views_of("aaa"), chair=ChairSays(outcome="b"), confirmed=frozenset({Partner.LA, Partner.ICB})
    )

    assert standing.needs == (
        "The police have not confirmed the independent chair’s decision, which departs from the three partners’ views.",
    )


def test_the_local_authority_notifies_alone_though_both_others_disagree():
    # AC-23: police and ICB say not met, the local authority believes it is met.
    views = {Partner.LA: "met", Partner.ICB: "not_met_nfa", Partner.POLICE: "not_met_nfa"}

    assert rules.may_notify_alone(views, met="met")
    assert stand(THREE, views, alone=True) == Standing(outcome="met", split=True)


@pytest.mark.parametrize(
    ("la", "icb", "police", "may"),
    [
        ("met", "met", "met", False),  # nothing to do alone
        ("met", None, None, True),  # the five working days do not wait for the others
        ("met", "met", None, True),
        ("met", "not_met_nfa", "met", True),
        ("not_met_nfa", "met", "met", False),  # AC-23 reversed: escalate instead
        (None, "met", "met", False),
    ],
)
def test_when_the_local_authority_may_notify_alone(la, icb, police, may):
    views = {Partner.LA: la, Partner.ICB: icb, Partner.POLICE: police}

    assert rules.may_notify_alone(views, met="met") is may


DAYS = [dt.date(2026, 7, 21), dt.date(2026, 7, 23), dt.date(2026, 7, 22)]


@pytest.mark.parametrize(
    ("chair", "chair_on", "lead_on", "expected"),
    [
        (None, None, None, dt.date(2026, 7, 23)),  # the last view
        (ChairSays(), dt.date(2026, 7, 27), None, dt.date(2026, 7, 23)),  # a comment decides nothing
        (ChairSays(outcome="a"), dt.date(2026, 7, 24), None, dt.date(2026, 7, 24)),
        (ChairSays(agrees=True), dt.date(2026, 7, 24), None, dt.date(2026, 7, 24)),
        (ChairSays(agrees=True), dt.date(2026, 7, 20), None, dt.date(2026, 7, 23)),
        (
            ChairSays(agrees=False),
            dt.date(2026, 7, 24),
            None,
            dt.date(2026, 7, 23),
        ),  # the duty is the partners'
        (ChairSays(outcome="a"), dt.date(2026, 7, 24), dt.date(2026, 7, 30), dt.date(2026, 7, 30)),
    ],
)
def test_the_date_of_a_decision(chair, chair_on, lead_on, expected):
    assert rules.decided_on(DAYS, chair=chair, chair_on=chair_on, lead_on=lead_on) == expected


@pytest.mark.parametrize(
    ("looked_at", "again", "problem"),
    [
        (dt.date(2026, 11, 2), dt.date(2027, 2, 2), ""),
        (
            dt.date(2026, 11, 2),
            dt.date(2027, 2, 3),
            "A hold is looked at again within three months: choose a day up to Tuesday 2 February 2027.",
        ),
        (dt.date(2026, 11, 30), dt.date(2027, 2, 28), ""),  # the month has no 30th
        (
            dt.date(2026, 11, 30),
            dt.date(2027, 3, 1),
            "A hold is looked at again within three months: choose a day up to Sunday 28 February 2027.",
        ),
        (
            dt.date(2026, 11, 2),
            dt.date(2026, 11, 2),
            "The day to look at the hold again must be after the day it was last looked at.",
        ),
    ],
)
def test_a_hold_is_looked_at_within_three_months(looked_at, again, problem):
    assert rules.look_again_problem(looked_at, again) == problem


@pytest.mark.parametrize(
    ("author", "involved", "managed", "never"),
    [
        (True, True, False, True),
        (True, False, True, True),
        (True, False, False, False),
        (False, True, True, False),
    ],
)
def test_an_agency_author_is_independent(author, involved, managed, never):
    assert (
        rules.is_never_independent(as_agency_author=author, directly_involved=involved, line_managed=managed)
        is never
    )
