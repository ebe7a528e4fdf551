"""The table is brought up to the bundled list; what people entered stays; a warning when the list grows old."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command

from casework.models import Event
from deadlines import holidays, services
from deadlines.calendars import calendar_named
from deadlines.checks import holidays_reach_far_enough
from deadlines.models import Holiday
from deadlines.rules.calendar import Holiday as Day
from tests.deadlines.clockwork import day, london

NAME = "England and Wales"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at):
    at(london(2026, 6, 10, 16))


@pytest.fixture
def next_edition(monkeypatch):
    """A later edition of the list: a day proclaimed, one expected now announced, one not kept after all."""
    kept = holidays.listed(NAME)
    first = min(on for on, each in kept.items() if each.provisional)
    announced = {first: Day("New Year’s Day", "GOV.UK, edition 2", False)}
    given_up = day(2026, 8, 31)
    proclaimed = {day(2026, 6, 12): Day("Jubilee", "GOV.UK, edition 2", False)}
    edition = {on: each for on, each in kept.items() if on != given_up} | announced | proclaimed
    monkeypatch.setattr(
        "deadlines.services.holidays.bundled.listed", lambda name: edition if name == NAME else kept
    )
    return first


def refreshed(**options):
    told = StringIO()
    call_command("refresh_holidays", stdout=told, stderr=StringIO(), **options)
    return told.getvalue()


def test_a_table_up_to_date_stays(cast):
    assert refreshed() == ("England and Wales: nothing has changed.\nUnited Kingdom: nothing has changed.\n")
    assert not Event.objects.filter(verb="holidays_refreshed").exists()


def test_a_later_edition_adds_confirms_and_takes_out(cast, case, next_edition, monkeypatch):
    deadline = services.start("DL-01", case=case, trigger_at=london(2026, 6, 8), because="", by=cast.bum)
    monkeypatch.setattr("deadlines.management.commands.refresh_holidays.CALENDARS", (NAME,))

    told = refreshed()

    assert told.startswith("England and Wales: 3 changed, 1 open deadlines moved.\n")
    assert "  added: Friday 12 June 2026: Jubilee\n" in told
    assert "  taken out: Monday 31 August 2026: Summer bank holiday\n" in told
    deadline.refresh_from_db()
    assert deadline.due_on == day(2026, 6, 16)
    assert not Holiday.objects.get(calendar=NAME, on=next_edition).provisional
    assert not Holiday.objects.filter(calendar=NAME, on=day(2026, 8, 31)).exists()
    assert Event.objects.get(verb="holidays_refreshed").actor.is_system


def test_a_dry_run_changes_nothing(cast, next_edition, monkeypatch):
    monkeypatch.setattr("deadlines.management.commands.refresh_holidays.CALENDARS", (NAME,))
    before = calendar_named(NAME).version

    assert refreshed(dry_run=True).startswith("England and Wales: 3 would change.\n")

    assert calendar_named(NAME).version == before


def test_what_people_entered_stays(cast):
    services.add_holiday(day(2026, 9, 10), title="Day of mourning", source="Proclamation", by=cast.bum)
    summer = Holiday.objects.get(calendar=NAME, on=day(2026, 8, 31))
    services.change_holiday(
        summer, on=summer.on, title="Summer holiday", source="Our own words", provisional=False, by=cast.bum
    )

    refreshed()

    assert Holiday.objects.get(on=day(2026, 9, 10)).title == "Day of mourning"
    assert Holiday.objects.get(calendar=NAME, on=day(2026, 8, 31)).title == "Summer holiday"


def test_the_system_check_warns_a_year_before(at):
    until = calendar_named().official_until
    at(dt.datetime(until.year - 1, 12, 30, 12, tzinfo=dt.UTC))
    assert holidays_reach_far_enough(databases=["default"]) == []

    at(dt.datetime(until.year, 1, 2, 12, tzinfo=dt.UTC))
    found = holidays_reach_far_enough(databases=["default"])

    assert {warning.id for warning in found} == {"deadlines.W001"}
    assert f"31 December {until.year}" in found[0].msg
    assert holidays_reach_far_enough() == []
