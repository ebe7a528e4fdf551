"""The tables hold what the catalogue and the holiday list say, and a process notices when they change."""

from __future__ import annotations

import datetime as dt

import pytest

from deadlines import catalogue, holidays
from deadlines.calendars import calendar_named
from deadlines.models import Holiday, RuleVersion
from lcspr import clock
from tests.deadlines.clockwork import day

pytestmark = pytest.mark.django_db


def test_every_rule_of_the_catalogue_is_in_the_table_as_it_stands():
    kept = {(rule.code, rule.effective_from): rule.as_rule for rule in RuleVersion.objects.all()}

    assert kept == {(rule.code, rule.effective_from): rule for rule in catalogue.CATALOGUE}


@pytest.mark.parametrize("name", ["England and Wales", "United Kingdom"])
def test_the_table_counts_as_the_bundled_list_does(name):
    bundled, kept = holidays.calendar_named(name), calendar_named(name)

    assert {on: (day.title, day.provisional) for on, day in kept.holidays.items()} == {
        on: (day.title, day.provisional) for on, day in bundled.holidays.items()
    }
    assert (kept.official_from, kept.official_until) == (bundled.official_from, bundled.official_until)


@pytest.mark.parametrize(
    ("on", "version"),
    [
        (day(2018, 12, 1), "Working Together 2018"),
        (day(2019, 6, 1), "National Panel guidance 2019"),
        (day(2023, 1, 1), "National Panel guidance 2022"),
        (day(2026, 1, 1), "National Panel guidance 2025"),
    ],
)
def test_a_case_keeps_the_rules_of_its_day(on, version):
    assert RuleVersion.objects.governing("DL-10", on).version == version


def test_no_rule_governs_a_day_before_the_arrangements_began():
    with pytest.raises(catalogue.NoRuleInForceError):
        RuleVersion.objects.governing("DL-01", day(2017, 1, 1))


def test_a_change_to_the_table_is_seen_whatever_made_it():
    before = calendar_named()

    Holiday.objects.create(on=day(2026, 9, 10), title="Day of mourning", source="Proclamation")
    assert calendar_named().why_not(day(2026, 9, 10)) == "Day of mourning"
    assert calendar_named().version != before.version

    Holiday.objects.filter(on=day(2026, 9, 10)).update(title="Jubilee")
    assert calendar_named().why_not(day(2026, 9, 10)) == "Jubilee"


def test_the_calendar_is_read_once_while_the_table_stays(django_assert_num_queries):
    calendar_named()

    with django_assert_num_queries(1):
        assert calendar_named() is calendar_named.__globals__["_kept"]["England and Wales"][1]


def test_an_empty_table_counts_weekdays_and_is_not_official():
    Holiday.objects.all().delete()

    calendar = calendar_named()

    assert calendar.is_working_day(day(2026, 12, 25))
    assert calendar.leans_on_provisional(day(2026, 12, 21), day(2026, 12, 25))


def test_a_date_past_the_official_list_is_provisional(cast):
    from deadlines import services
    from tests.deadlines.clockwork import case_of

    case = case_of(cast)
    far_off = dt.datetime.combine(clock.today() + dt.timedelta(days=365 * 4), dt.time(12), dt.UTC)

    copies = services.start("DL-19", case=case, trigger_at=far_off, because="", by=cast.bum)

    assert copies.provisional
    assert "Provisional: it leans on bank holidays that are not official yet" in copies.explanation_lines
