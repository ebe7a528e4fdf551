"""Reference data in Django admin: rules to read, holidays to add and take out."""

from __future__ import annotations

import pytest

from casework.models import Event
from deadlines import services, tasks
from deadlines.models import Holiday, RuleVersion
from tests.deadlines.clockwork import day, london

HOLIDAYS = "/admin/deadlines/holiday/"
RULES = "/admin/deadlines/ruleversion/"
NEW = {
    "calendar": "England and Wales",
    "on": "2026-06-12",
    "title": "Day of mourning",
    "source": "Proclamation",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(cast):
    person = cast.adm
    person.is_staff = True
    person.save()
    return person


@pytest.fixture
def deadline(cast, case, at):
    at(london(2026, 6, 10, 16))
    return services.start("DL-01", case=case, trigger_at=london(2026, 6, 8), because="", by=cast.bum)


def test_a_holiday_added_moves_what_is_open(administrator, deadline, sign_in):
    sign_in(administrator).post(f"{HOLIDAYS}add/", NEW)

    deadline.refresh_from_db()
    assert deadline.due_on == day(2026, 6, 16)
    assert Event.objects.get(verb="holiday_added").actor == administrator


def test_a_holiday_taken_out_moves_it_back(administrator, deadline, sign_in):
    client = sign_in(administrator)
    client.post(f"{HOLIDAYS}add/", NEW)
    holiday = Holiday.objects.get(on=day(2026, 6, 12))

    client.post(f"{HOLIDAYS}{holiday.pk}/delete/", {"post": "yes"})

    deadline.refresh_from_db()
    assert deadline.due_on == day(2026, 6, 15)


def test_the_same_day_is_not_added_twice(administrator, sign_in):
    page = sign_in(administrator).post(f"{HOLIDAYS}add/", {**NEW, "on": "2026-12-25"})

    assert page.status_code == 200
    assert Holiday.objects.filter(calendar="England and Wales", on=day(2026, 12, 25)).count() == 1


def test_rules_are_read_and_never_edited(administrator, sign_in):
    client = sign_in(administrator)
    rule = RuleVersion.objects.get(code="DL-22")

    assert client.get(RULES).status_code == 200
    assert client.get(f"{RULES}add/").status_code == 403
    assert client.post(f"{RULES}{rule.pk}/change/", {"name": "Softer"}).status_code == 403
    assert client.post(f"{RULES}{rule.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_administrator_opens_no_deadline(administrator, deadline, sign_in):
    assert "Child V" not in sign_in(administrator).get("/deadlines/").content.decode()


def test_beat_calls_the_sweep_by_its_name(settings, deadline, at):
    assert settings.CELERY_BEAT_SCHEDULE["remind of deadlines"]["task"] == tasks.sweep.name
    at(london(2026, 6, 11, 9))

    tasks.sweep()

    assert deadline.reminders.count() == 1
