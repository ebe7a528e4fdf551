"""When a step falls, how often, and how a rule keeps it."""

from __future__ import annotations

import datetime as dt

import pytest

from deadlines.catalogue import CATALOGUE, Force
from deadlines.holidays import calendar_named
from deadlines.rules.chasing import Step, StepUnit, falls, step_at
from deadlines.rules.london import end_of_day
from tests.deadlines.clockwork import day, london

CALENDAR = calendar_named("England and Wales")
DUE = end_of_day(day(2026, 6, 15))
DAILY = Step(3, StepUnit.WORKING_DAYS, ("dsp",), every=1, by_digest=True)
MONTHLY = Step(1, StepUnit.MONTHS, ("dsp",), every=1)


def fallen(step, now):
    last, following = falls(step, DUE, CALENDAR, now)
    return (last.key if last else None, following)


def test_a_step_that_is_said_once_falls_once():
    step = Step(1, StepUnit.WORKING_DAYS, ("sgc",))
    at = end_of_day(day(2026, 6, 16))

    assert fallen(step, at - dt.timedelta(seconds=1)) == (None, at)
    assert fallen(step, at) == ("+1wd", None)
    assert fallen(step, london(2036, 1, 1)) == ("+1wd", None)


def test_a_step_that_repeats_falls_again_each_working_day_and_only_its_last_time_counts():
    assert fallen(DAILY, london(2026, 6, 18, 12)) == (None, end_of_day(day(2026, 6, 18)))
    assert fallen(DAILY, end_of_day(day(2026, 6, 18))) == ("+3wd", end_of_day(day(2026, 6, 19)))
    # Over a weekend there is nothing new to say.
    assert fallen(DAILY, london(2026, 6, 21, 12)) == ("+3wd#1", end_of_day(day(2026, 6, 22)))


def test_each_month_it_falls_on_the_corresponding_day_or_the_last_of_the_month():
    due = end_of_day(day(2026, 8, 31))

    found = [step_at(MONTHLY, due, CALENDAR, times) for times in range(7)]

    assert found == [
        end_of_day(day(*on))
        for on in (
            *((2026, 9, 30), (2026, 10, 31), (2026, 11, 30), (2026, 12, 31)),
            *((2027, 1, 31), (2027, 2, 28), (2027, 3, 31)),
        )
    ]


@pytest.mark.parametrize("step", [DAILY, MONTHLY, Step(-2, StepUnit.HOURS, ("rep",), every=6)])
def test_counting_by_halves_finds_what_counting_one_by_one_finds(step):
    instants = [step_at(step, DUE, CALENDAR, times) for times in range(400)]
    for now in (*instants[::37], *(at - dt.timedelta(seconds=1) for at in instants[1::41])):
        times = sum(at <= now for at in instants)
        last, following = falls(step, DUE, CALENDAR, now)
        assert (last.at if last else None) == (instants[times - 1] if times else None)
        assert following == instants[times]


def test_a_rule_keeps_its_steps_and_reads_them_again():
    for rule in CATALOGUE:
        for step in rule.steps:
            assert Step.from_json(step.as_json()) == step


def test_a_reader_is_told_when_and_how_often():
    assert DAILY.words == "3 working days after, and then every working day"
    assert MONTHLY.words == "1 month after, and then every month"
    assert Step(-14, StepUnit.DAYS, ("alo",)).words == "14 days before"
    assert Step(0, StepUnit.HOURS, ("bu",)).words == "when the time is up"


def test_whom_the_handbook_names_for_each_missed_notice_is_told():
    """Domain §3.3a, the first row, and §2.8, the last."""
    for rule in CATALOGUE:
        if rule.code not in {"DL-01", "DL-02", "DL-26", "DL-27"}:
            continue
        told = {step.key: set(step.tell) for step in rule.steps}
        assert told == {
            "-2wd": {"lan", "bu", "sgc", "dsp"},
            "-1wd": {"lan", "bu", "sgc", "dsp"},
            "morning": {"lan", "bu", "sgc", "dsp"},
            "+0wd": {"lan", "bu", "sgc", "dsp"},
            "+1wd": {"lsp", "ic"},
            "+3wd": {"dsp"},
        }
        assert rule.force in {Force.LAW, Force.GUIDANCE}


def test_a_review_that_is_late_is_said_again_each_month():
    for rule in CATALOGUE:
        if rule.code == "DL-14":
            assert {(step.key, step.every) for step in rule.missed} == {("+0wd", 0), ("+1m", 1)}
