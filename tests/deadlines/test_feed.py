"""A person's own calendar link: made and shown once, read by a calendar program, stopped; and one date taken along."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import re

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import MembershipFactory, UserFactory, has_opened, subject_of

from accounts.models import Membership
from accounts.roles import Role
from casework.models import Event
from casework.services import admit, raise_wall
from deadlines import services
from deadlines.models import CalendarFeed, Deadline
from deadlines.services import feeds
from lcspr.logs import PlainFormatter
from tests.deadlines.clockwork import case_of, day, london

NOW = london(2026, 6, 10, 16)
AWARE = london(2026, 6, 8, 10, 15)
FEED = "/deadlines/feed/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at, own_cache):
    at(NOW)


def start(case, by, code="DL-01", trigger=AWARE, **more):
    return services.start(code, case=case, trigger_at=trigger, because="a concern about Robin", by=by, **more)


@pytest.fixture
def deadline(cast, case):
    subject_of(case, label="Child A", forenames="Robin", surname="Quillfeather")
    has_opened(case, cast.bum)
    return start(case, cast.bum)


def address(user):
    _, secret = feeds.make_feed(by=user)
    return reverse("deadlines:calendar", args=[secret])


def events(response):
    assert response.status_code == 200
    return icalendar.Calendar.from_ical(response.content).walk("VEVENT")


def references(response):
    return [str(event["summary"]).removeprefix("A deadline is due: ") for event in events(response)]


class TestTheLink:
    def test_it_is_shown_once_and_kept_as_a_digest(self, cast, sign_in):
        client = sign_in(cast.bum)

        page = client.post(FEED)

        link = re.search(r'id="calendar-link">(\S+?)<', page.content.decode())[1]
        secret = link.rsplit("/", 2)[1]
        feed = CalendarFeed.objects.get()
        assert feed.digest == hashlib.sha256(secret.encode()).hexdigest()
        assert secret not in client.get(FEED).content.decode()
        assert "no-store" in page["Cache-Control"]
        assert not any(secret in json.dumps(list(row), default=str) for row in rows_of_every_table())

    def test_making_and_stopping_are_recorded_without_the_secret(self, cast, sign_in):
        client = sign_in(cast.bum)
        client.post(FEED)
        client.post(reverse("deadlines:feed-stop"))

        made, stopped = Event.objects.filter(verb="account_changed").order_by("id")
        assert (made.actor, stopped.actor) == (cast.bum, cast.bum)

    def test_a_new_link_stops_the_old_one(self, cast, deadline):
        old, new = address(cast.bum), address(cast.bum)

        assert Client().get(old).status_code == 404
        assert len(events(Client().get(new))) == 1
        assert CalendarFeed.objects.filter(user=cast.bum, stopped_at=None).count() == 1

    def test_a_stopped_link_opens_nothing(self, cast, deadline, sign_in):
        link = address(cast.bum)

        page = sign_in(cast.bum).post(reverse("deadlines:feed-stop"), follow=True)

        assert "Your calendar link is stopped." in page.content.decode()
        assert Client().get(link).status_code == 404

    def test_stopping_twice_does_no_harm_and_nobody_stops_another_s(self, cast, deadline, sign_in):
        link = address(cast.bum)

        sign_in(cast.sgc).post(reverse("deadlines:feed-stop"))

        assert Client().get(link).status_code == 200

    def test_the_page_says_when_it_was_last_read(self, cast, deadline, sign_in):
        client, link = sign_in(cast.bum), address(cast.bum)
        assert "No calendar program has read it yet." in client.get(FEED).content.decode()

        Client().get(link)

        assert "Last read by a calendar program on 10 June 2026" in client.get(FEED).content.decode()


def rows_of_every_table():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            yield from cursor.fetchall()


class TestWhatItTells:
    def test_that_something_is_due_with_the_reference_and_nothing_more(self, cast, case, deadline):
        response = Client().get(address(cast.bum))

        (event,) = events(response)
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert str(event["summary"]) == f"A deadline is due: {case.reference}"
        assert event.decoded("dtstart") == day(2026, 6, 15)
        assert str(event["url"]).endswith(reverse("deadlines:detail", args=[deadline.pk]))
        body = response.content.decode().replace("\r\n ", "")
        for untold in (
            *("Robin", "Quillfeather", "Child V", "notification", "National", "DL-01", "Law", "Submitted"),
            *(cast.bum.name, cast.partnership.name, cast.partnership.short_name + " "),
        ):
            assert untold not in body

    def test_its_link_leads_to_signing_in(self, cast, deadline):
        (event,) = events(Client().get(address(cast.bum)))

        path = re.sub(r"^https?://[^/]+", "", str(event["url"]))
        assert Client().get(path).url.startswith("/accounts/login/")

    def test_a_date_that_moves_keeps_its_event(self, cast, deadline):
        link = address(cast.bum)
        (before,) = events(Client().get(link))
        services.correct_trigger(
            deadline, trigger_at=london(2026, 6, 5, 18), reason="They knew on Friday", by=cast.bum
        )

        (after,) = events(Client().get(link))

        assert after["uid"] == before["uid"]
        assert after.decoded("dtstart") == day(2026, 6, 12)
        assert after.decoded("sequence") == before.decoded("sequence") + 1
        assert after.decoded("dtstamp") == NOW

    def test_nothing_changes_while_nothing_changed(self, cast, deadline, at):
        link = address(cast.bum)
        first = Client().get(link).content

        at(london(2026, 6, 11))

        assert Client().get(link).content == first

    def test_an_hour_is_told_as_an_hour(self, cast, case):
        case.partnership.written_within_hours = 48
        case.partnership.save()
        start(case, cast.bum, "DL-03")

        (event,) = events(Client().get(address(cast.bum)))

        assert event.decoded("dtstart") == london(2026, 6, 10, 10, 15)

    def test_what_is_met_leaves_and_what_is_overdue_stays(self, cast, case, deadline, at):
        late = start(case, cast.bum, "DL-07", trigger=london(2026, 6, 1))
        services.meet("DL-01", case=case, at=NOW, by=cast.bum)

        (event,) = events(Client().get(address(cast.bum)))

        assert str(event["uid"]).startswith(str(late.pk))

    def test_only_the_soonest_of_very_many(self, cast, case, deadline, monkeypatch):
        monkeypatch.setattr("deadlines.events.MOST", 1)
        start(case, cast.bum, "DL-14")

        (event,) = events(Client().get(address(cast.bum)))

        assert event.decoded("dtstart") == day(2026, 6, 15)

    def test_it_costs_the_same_for_one_and_for_three(self, cast, case, deadline):
        link = address(cast.bum)
        Client().get(link)
        for_one = count_of(link)
        start(case_of(cast), cast.bum)
        start(case, cast.bum, "DL-02")

        assert count_of(link) == for_one


def count_of(link):
    with CaptureQueriesContext(connection) as queries:
        assert Client().get(link).status_code == 200
    return len(queries)


class TestWhomItServes:
    def test_a_guest_s_calendar_holds_what_their_agency_owes(self, cast, case, deadline):
        admit(
            case, role=Role.DSL, agency=cast.agency("school"), why="Referred", by=cast.bum, on=day(2026, 6, 8)
        )
        theirs = start(
            case, cast.bum, "DL-07", about=cast.agency("school"), owed_agency=cast.agency("school")
        )

        (event,) = events(Client().get(address(cast.dsl)))

        assert str(event["uid"]).startswith(str(theirs.pk))

    def test_a_stranger_s_calendar_is_empty_and_still_a_calendar(self, deadline, outsider):
        response = Client().get(address(outsider))

        assert events(response) == []

    def test_a_wall_takes_the_case_out(self, cast, case, deadline):
        other = case_of(cast)
        start(other, cast.bum)
        link = address(cast.bu)
        assert sorted(references(Client().get(link))) == sorted([case.reference, other.reference])

        raise_wall(case, user=cast.bu, reason="A neighbour", by=cast.bum)

        assert references(Client().get(link)) == [other.reference]

    def test_it_stops_with_the_last_role(self, cast, deadline):
        link = address(cast.bu)
        Membership.objects.filter(user=cast.bu).update(until=day(2026, 6, 10))

        assert Client().get(link).status_code == 404

    def test_it_stops_when_the_account_is_closed(self, cast, deadline):
        link = address(cast.bu)
        cast.bu.is_active = False
        cast.bu.save()

        assert Client().get(link).status_code == 404

    def test_a_role_that_reads_no_case_reads_none_here(self, cast, deadline):
        assert events(Client().get(address(cast.adm))) == []

    @pytest.mark.parametrize("secret", ["x", "x" * 43, "x" * 500, "…" * 43, "%00" * 14])
    def test_a_wrong_secret_is_not_found(self, cast, deadline, secret):
        assert Client().get(f"/deadlines/calendar/{secret}/deadlines.ics").status_code == 404

    def test_it_only_reads(self, cast, deadline):
        assert Client().post(address(cast.bum)).status_code == 405

    def test_somebody_signed_in_gets_the_owner_s_and_not_their_own(self, cast, deadline, outsider, sign_in):
        assert len(events(sign_in(outsider).get(address(cast.bum)))) == 1


class TestReading:
    def test_it_is_recorded_once_a_day_as_its_owner_s(self, cast, deadline, at):
        link = address(cast.bum)

        for _ in range(3):
            Client().get(link)
        assert [(event.actor, event.case) for event in Event.objects.filter(verb="read")] == [
            (cast.bum, None)
        ]

        at(london(2026, 6, 11))
        Client().get(link)
        assert Event.objects.filter(verb="read").count() == 2
        assert CalendarFeed.objects.get().last_read_on == day(2026, 6, 11)

    def test_a_program_that_asks_without_end_is_told_to_wait(self, cast, deadline, monkeypatch):
        monkeypatch.setattr("deadlines.views.feed.READS_AN_HOUR", 2)
        link, other = address(cast.bum), address(cast.bu)

        answers = [Client().get(link).status_code for _ in range(3)]

        assert answers == [200, 200, 429]
        assert Client().get(link)["Retry-After"] == "3600"
        assert Client().get(other).status_code == 200

    def test_guessing_is_told_to_wait(self, cast, monkeypatch):
        monkeypatch.setattr("deadlines.views.feed.MISSES_AN_HOUR", 2)

        answers = [
            Client().get(f"/deadlines/calendar/{'x' * 43}/deadlines.ics").status_code for _ in range(3)
        ]

        assert answers == [404, 404, 429]

    def test_the_secret_does_not_reach_the_log(self, cast, deadline, caplog):
        link = address(cast.bum)
        feeds.stop_feed(by=cast.bum)
        with caplog.at_level(logging.DEBUG):
            Client().get(link)
        assert not [record for record in caplog.records if "calendar" in record.getMessage()]

        line = logging.LogRecord(
            "django.request", logging.ERROR, "", 0, f"Internal Server Error: {link}", (), None
        )
        assert PlainFormatter("{message}", style="{").format(line) == (
            "Internal Server Error: /deadlines/calendar/…/deadlines.ics"
        )


class TestOneDate:
    def test_it_is_taken_along_and_recorded(self, cast, case, deadline, sign_in):
        response = sign_in(cast.bum).get(reverse("deadlines:event", args=[deadline.pk]))

        (event,) = events(response)
        assert str(event["summary"]) == f"A deadline is due: {case.reference}"
        assert event.decoded("dtstart") == day(2026, 6, 15)
        assert (
            response["Content-Disposition"] == f'attachment; filename="deadline-{str(deadline.pk)[:8]}.ics"'
        )
        assert "Robin" not in response.content.decode()
        assert Event.objects.get(verb="downloaded").object == f"deadlines.Deadline:{deadline.pk}"

    def test_it_is_the_same_event_as_the_link_s(self, cast, deadline, sign_in):
        (alone,) = events(sign_in(cast.bum).get(reverse("deadlines:event", args=[deadline.pk])))
        (among,) = events(Client().get(address(cast.bum)))

        assert alone == among

    def test_a_stranger_finds_nothing(self, deadline, outsider, sign_in):
        assert sign_in(outsider).get(reverse("deadlines:event", args=[deadline.pk])).status_code == 404

    def test_the_page_of_the_deadline_offers_it(self, cast, deadline, sign_in):
        page = sign_in(cast.bum).get(reverse("deadlines:detail", args=[deadline.pk]))

        assert reverse("deadlines:event", args=[deadline.pk]) in page.content.decode()


def test_nobody_without_a_role_makes_a_link(sign_in):
    assert sign_in(UserFactory()).post(FEED).status_code == 403
    assert list(CalendarFeed.objects.all()) == []


def test_two_clicks_at_once_leave_one_link(cast):
    with pytest.raises(Exception, match="deadlines_calendarfeed_one_works"):
        CalendarFeed.objects.bulk_create(
            CalendarFeed(user=cast.bum, digest=str(number) * 64) for number in range(2)
        )


def test_a_membership_elsewhere_brings_the_other_area_s_dates_too(cast, other_cast, deadline):
    theirs = start(case_of(other_cast), other_cast.bum)
    MembershipFactory(
        user=cast.bum, partnership=other_cast.partnership, role=Role.BU, starts_on=day(2026, 1, 1)
    )

    found = events(Client().get(address(cast.bum)))

    assert {str(event["uid"]).split("@", 1)[0] for event in found} == {str(deadline.pk), str(theirs.pk)}


def test_what_is_read_is_of_this_moment(cast, deadline):
    assert Deadline.objects.get().started_at == NOW
    (event,) = events(Client().get(address(cast.bum)))
    assert event.decoded("dtstamp") == NOW
    assert event.decoded("dtend") - event.decoded("dtstart") == dt.timedelta(days=1)
