"""The catalogue as data: complete, sourced, versioned, and closed to a partnership where law or guidance fixes it."""

import datetime as dt
import re
from itertools import pairwise
from pathlib import Path

import pytest

from deadlines.catalogue import (
    BUILT,
    CATALOGUE,
    CODES,
    OWNERS,
    TOLD_ROLES,
    TRIGGER_WORDS,
    NoRuleInForceError,
    Trigger,
    rule_for,
    versions,
)
from deadlines.rules.counting import Unit, working_days

TODAY = dt.date(2026, 6, 8)


ROOT = Path(__file__).parents[2]
# The apps whose records start clocks; `deadlines` itself only keeps them.
STARTERS = ("actions", "chronologies", "decisions", "panels", "publication", "rapid_review", "referrals")


def codes_in_services():
    """The numbers that the services of the later apps name, to start, meet or stop a clock."""
    files = [
        path
        for app in STARTERS
        for path in (ROOT / app).rglob("*.py")
        if path.name == "services.py" or "services" in path.parts
    ]
    return {code for path in files for code in re.findall(r'"(DL-[0-9]+[a-z]?)"', path.read_text())}


def test_every_rule_that_runs_here_is_started_by_a_record_and_no_other_is():
    assert codes_in_services() == set(BUILT)


def test_a_rule_that_does_not_run_here_says_what_it_waits_for():
    assert [rule.code for rule in CATALOGUE if bool(rule.waits_for) is rule.built] == []


def test_every_number_of_the_handbook_is_there_or_accounted_for():
    numbers = {f"DL-{number:02}" for number in range(1, 38)}

    assert numbers - {code[:5] for code in CODES} == {"DL-28", "DL-34"}


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: f"{rule.code} {rule.version}")
def test_every_rule_is_whole(rule):
    assert rule.owed_by in OWNERS
    assert {code for step in rule.steps for code in step.tell} <= TOLD_ROLES
    assert rule.source
    assert rule.trigger in TRIGGER_WORDS
    assert len({step.key for step in rule.steps}) == len(rule.steps)
    assert rule.effective_to is None or rule.effective_from <= rule.effective_to
    assert rule.trigger in (rule.anchors or (rule.trigger,))


@pytest.mark.parametrize("code", CODES)
def test_versions_follow_one_another_without_gap_or_overlap(code):
    for older, newer in pairwise(versions(code)):
        assert older.effective_to + dt.timedelta(days=1) == newer.effective_from
    assert versions(code)[-1].effective_to is None


@pytest.mark.parametrize("code", ["DL-01", "DL-02", "DL-10", "DL-14", "DL-19", "DL-22", "DL-26", "DL-27"])
def test_a_partnership_cannot_change_what_law_or_guidance_fixes(code):
    plain = rule_for(code, TODAY, {})

    assert plain.statutory
    assert rule_for(code, TODAY, {"local_lengths": {code: 99}, "written_within_hours": 99}) == plain


def test_a_partnership_chooses_its_local_figures():
    assert rule_for("DL-07", TODAY, {}).length == working_days(5)
    assert rule_for("DL-07", TODAY, {"local_lengths": {"DL-07": 7}}).length == working_days(7)
    assert rule_for("DL-07", TODAY, {"local_lengths": {"DL-16": 7}}).length == working_days(5)
    assert rule_for("DL-07", TODAY, {"local_lengths": None}).length == working_days(5)


@pytest.mark.parametrize("amount", [0, -1, 401, "7", 7.5, True])
def test_a_figure_that_makes_no_sense_is_refused(amount):
    with pytest.raises(ValueError, match="DL-07 needs a whole number from 1 to 400"):
        rule_for("DL-07", TODAY, {"local_lengths": {"DL-07": amount}})


def test_a_hold_is_reviewed_at_least_every_three_months():
    assert rule_for("DL-21h", TODAY, {"local_lengths": {"DL-21h": 1}}).length.amount == 1
    with pytest.raises(ValueError, match="from 1 to 3"):
        rule_for("DL-21h", TODAY, {"local_lengths": {"DL-21h": 4}})


def test_the_written_confirmation_runs_only_where_the_partnership_says_so():
    assert rule_for("DL-03", TODAY, {}) is None
    assert rule_for("DL-03", TODAY, {"written_within_hours": None}) is None
    bedford = rule_for("DL-03", TODAY, {"written_within_hours": 48})
    assert (bedford.length.amount, bedford.unit) == (48, Unit.HOURS)


def test_the_rapid_review_counts_from_the_anchor_chosen():
    assert rule_for("DL-10", TODAY, {}).trigger is Trigger.SIN_SENT
    assert rule_for("DL-10", TODAY, {"rr_anchor": "sin_sent"}).trigger is Trigger.SIN_SENT
    aware = rule_for("DL-10", TODAY, {"rr_anchor": "partners_aware"})
    assert aware.trigger is Trigger.PARTNERS_AWARE
    assert aware.trigger_words == "when the partners became aware"
    with pytest.raises(ValueError, match="cannot count from"):
        rule_for("DL-10", TODAY, {"rr_anchor": "published"})


@pytest.mark.parametrize(
    ("code", "on", "version"),
    [
        ("DL-01", dt.date(2019, 5, 1), "Working Together 2018"),
        ("DL-01", dt.date(2023, 12, 14), "Working Together 2018"),
        ("DL-01", dt.date(2023, 12, 15), "Working Together 2023"),
        ("DL-10", dt.date(2018, 8, 1), "Working Together 2018"),
        ("DL-10", dt.date(2019, 5, 1), "National Panel guidance 2019"),
        ("DL-10", dt.date(2022, 9, 1), "National Panel guidance 2022"),
        ("DL-10", dt.date(2025, 6, 1), "National Panel guidance 2025"),
    ],
)
def test_the_rules_in_force_at_the_trigger_apply(code, on, version):
    assert rule_for(code, on, {}).version == version


def test_a_care_leaver_notice_is_not_owed_before_2023():
    with pytest.raises(NoRuleInForceError):
        rule_for("DL-27", dt.date(2023, 12, 14), {})


@pytest.mark.parametrize(("code", "on"), [("DL-01", dt.date(2018, 6, 28)), ("DL-99", TODAY)])
def test_no_rule_is_said_plainly(code, on):
    with pytest.raises(NoRuleInForceError, match=code):
        rule_for(code, on, {})
