"""A clock is begun once, ends once, explains itself, and refuses nonsense."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from factories import CaseFactory

from casework.audit import label_of, payload_of
from casework.models import Event
from casework.transitions import TransitionRefused
from deadlines import services
from deadlines.calendars import calendar_named
from deadlines.models import Deadline
from lcspr import clock
from tests.deadlines.clockwork import case_of, day, london

NOW = london(2026, 6, 10, 16)
AWARE = london(2026, 6, 8, 10, 15)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at):
    at(NOW)


def start(case, by, code="DL-01", trigger=AWARE, because="", **more):
    return services.start(code, case=case, trigger_at=trigger, because=because, by=by, **more)


def test_a_clock_keeps_its_rule_its_owner_and_its_reckoning(cast, case):
    deadline = start(case, cast.bum)

    deadline.refresh_from_db()
    assert (deadline.rule.version, deadline.force) == ("Working Together 2023", "law")
    assert (deadline.about, deadline.round) == (f"casework.Case:{case.pk}", 1)
    assert deadline.owed_roles == ["lan"]
    assert deadline.explanation.sentence == (
        "5 working days from Monday 8 June 2026, when the local authority became aware; not counted: the weekend; "
        "due Monday 15 June 2026"
    )
    assert deadline.explanation_lines[2:7] == [
        "Working day 1: Tuesday 9 June 2026",
        "Working day 2: Wednesday 10 June 2026",
        "Working day 3: Thursday 11 June 2026",
        "Working day 4: Friday 12 June 2026",
        "Working day 5: Monday 15 June 2026",
    ]
    assert deadline.explanation_lines[-1].startswith(
        "Calendar: England and Wales bank holidays, official to "
    )


def test_the_explanation_stays_that_of_the_day_it_was_worked_out(cast, case):
    deadline = start(case, cast.bum)
    before = deadline.explanation_lines

    Deadline.objects.filter(pk=deadline.pk).update(met_at=NOW)
    services.add_holiday(day(2026, 6, 12), title="Jubilee", source="Proclamation", by=cast.bum)

    assert Deadline.objects.get().explanation_lines == before


def test_the_words_of_the_caller_follow_the_date(cast, case):
    deadline = start(case, cast.bum, because="when the duty team was telephoned")

    assert "Monday 8 June 2026, when the duty team was telephoned;" in deadline.explanation.sentence


def test_the_start_is_on_the_record_of_the_case(cast, case):
    deadline = start(case, cast.bum)

    event = Event.objects.get(case=case, verb="deadline_started")
    assert (event.actor, event.object) == (cast.bum, label_of(deadline))
    assert payload_of(event)["words"] == f"Clock started: {deadline.name}. {deadline.explanation.sentence}"


def test_started_twice_while_it_runs_it_is_the_same_clock(cast, case):
    first = start(case, cast.bum)
    again = start(case, cast.bum, trigger=NOW)

    assert again == first
    assert again.trigger_at == AWARE
    assert Deadline.objects.count() == 1


def test_started_again_after_its_end_it_is_the_next_round(cast, case):
    start(case, cast.bum)
    services.meet("DL-01", case=case, at=NOW, by=cast.bum)

    assert start(case, cast.bum, trigger=NOW).round == 2


def test_one_clock_for_each_thing_it_is_about(cast, case):
    school, police = cast.agency("school"), cast.agency("police")
    start(case, cast.bum, "DL-07", about=school, owed_agency=school)
    start(case, cast.bum, "DL-07", about=police, owed_agency=police)

    services.meet("DL-07", case=case, about=school, at=NOW, by=cast.bum)

    assert [deadline.owed_agency for deadline in Deadline.objects.open()] == [police]


def test_a_case_from_before_this_system_starts_no_clock(cast):
    assert start(case_of(cast, legacy=True), cast.bum) is None


def test_awareness_is_provisional_until_triage_confirms_it(cast):
    case = case_of(cast, la_aware_confirmed=False)
    deadline = start(case, cast.bum)
    assert deadline.provisional_trigger
    assert deadline.explanation_lines[-1] == "Provisional: when it began has not been confirmed at triage yet"

    confirmed = services.confirm_trigger("DL-01", case=case, by=cast.bum)

    assert not confirmed.provisional_trigger
    assert (confirmed.trigger_at, confirmed.due_at) == (deadline.trigger_at, deadline.due_at)
    assert Event.objects.filter(case=case, verb="trigger_confirmed").count() == 1


def test_a_provisional_clock_is_open_and_overdue_like_any_other(cast, at):
    case = case_of(cast, la_aware_confirmed=False)
    deadline = start(case, cast.bum)

    at(london(2026, 6, 16, 9))

    assert list(Deadline.objects.overdue(clock.now())) == [deadline]


def test_nothing_is_met_when_no_such_clock_runs(cast, case):
    for act in (services.cancel, services.not_applicable, services.reopen):
        assert act("DL-01", case=case, reason="Not there", by=cast.bum) is None
    assert services.meet("DL-01", case=case, at=NOW, by=cast.bum) is None
    assert services.release("DL-14", case=case, by=cast.bum) is None
    assert services.confirm_trigger("DL-01", case=case, by=cast.bum) is None


def test_a_clock_that_ended_does_not_end_again(cast, case):
    start(case, cast.bum)
    services.meet("DL-01", case=case, at=NOW, by=cast.bum)

    assert services.cancel("DL-01", case=case, reason="Too late", by=cast.bum) is None
    assert Deadline.objects.get().met_at == NOW


@pytest.mark.parametrize("stop", [services.cancel, services.not_applicable])
def test_a_clock_is_stopped_with_its_reason(cast, case, stop):
    start(case, cast.bum)

    stopped = stop("DL-01", case=case, reason="The criteria are not met", by=cast.bum)

    assert not stopped.is_open
    assert stopped.ended_reason == "The criteria are not met"


@pytest.mark.parametrize("stop", [services.cancel, services.not_applicable])
def test_no_clock_is_stopped_without_a_reason(cast, case, stop):
    start(case, cast.bum)

    with pytest.raises(TransitionRefused) as refused:
        stop("DL-01", case=case, reason=" ", by=cast.bum)

    assert refused.value.reasons == ["Give the reason."]
    assert Deadline.objects.get().is_open


def test_an_end_recorded_in_error_is_taken_back(cast, case):
    before = start(case, cast.bum)
    services.meet("DL-01", case=case, at=NOW, by=cast.bum)

    again = services.reopen("DL-01", case=case, reason="Recorded in error", by=cast.bum)

    assert (again.is_open, again.due_at, again.round) == (True, before.due_at, 1)
    assert services.reopen("DL-01", case=case, reason="Twice", by=cast.bum) == again


class TestWrongDates:
    def test_awareness_in_the_future(self, cast, case):
        with pytest.raises(TransitionRefused) as refused:
            start(case, cast.bum, trigger=london(2026, 6, 11))

        assert refused.value.reasons == ["Thursday 11 June 2026 is still to come: give the time it happened."]
        assert list(Deadline.objects.all()) == []

    def test_a_clock_of_hours_is_held_to_the_minute(self, other_cast):
        with pytest.raises(TransitionRefused):
            start(case_of(other_cast), other_cast.bum, "DL-03", trigger=NOW + dt.timedelta(minutes=1))

    def test_awareness_before_the_incident(self, cast):
        case = case_of(cast, incident_from=day(2026, 6, 9))

        with pytest.raises(TransitionRefused) as refused:
            start(case, cast.bum)

        assert refused.value.reasons == [
            "The local authority cannot have become aware before the incident, on Tuesday 9 June 2026."
        ]

    def test_a_planned_publication_may_lie_ahead(self, cast, case):
        assert start(case, cast.bum, "DL-19", trigger=london(2026, 9, 1)).due_on == day(2026, 8, 20)

    def test_sent_before_it_was_known(self, cast, case):
        start(case, cast.bum)

        with pytest.raises(TransitionRefused) as refused:
            services.meet("DL-01", case=case, at=london(2026, 6, 7), by=cast.bum)

        assert refused.value.reasons == [
            "It cannot have been done on Sunday 7 June 2026: “serious incident notification sent to the National "
            "Panel” runs from Monday 8 June 2026."
        ]

    def test_sent_tomorrow(self, cast, case):
        start(case, cast.bum)

        with pytest.raises(TransitionRefused):
            services.meet("DL-01", case=case, at=london(2026, 6, 11), by=cast.bum)


class TestHolds:
    def test_a_hold_with_reasons_shows_as_held_and_moves_no_date(self, cast, case, at):
        review = start(case, cast.bum, "DL-14", trigger=NOW)
        services.hold("DL-14", case=case, reason="Criminal trial", by=cast.bum)
        at(london(2027, 1, 4))

        review.refresh_from_db()
        assert review.standing(clock.now(), calendar_named()).words == "Held, reasons sent"
        assert review.due_on == day(2026, 12, 10)

        services.release("DL-14", case=case, by=cast.bum)
        review.refresh_from_db()
        assert review.standing(clock.now(), calendar_named()).words == "Overdue by 14 working days"

    @pytest.mark.parametrize("code", ["DL-01", "DL-10", "DL-15", "DL-07"])
    def test_no_other_clock_waits_for_a_hold(self, cast, case, code):
        start(case, cast.bum, code)

        with pytest.raises(TransitionRefused):
            services.hold(code, case=case, reason="Criminal trial", by=cast.bum)
        with pytest.raises(IntegrityError), transaction.atomic():
            Deadline.objects.update(held_since=NOW, hold_reason="Criminal trial")

    def test_met_while_held(self, cast, case):
        start(case, cast.bum, "DL-14", trigger=AWARE)
        services.hold("DL-14", case=case, reason="Criminal trial", by=cast.bum)

        met = services.meet("DL-14", case=case, at=NOW, by=cast.bum)

        assert (met.met_at, met.held_since) == (NOW, None)


class TestLateness:
    def test_the_business_unit_records_why_and_when_the_regulator_was_told(self, cast, case):
        deadline = start(case, cast.bum)

        late = services.record_lateness(
            deadline, reason="The duty manager was away", regulator_told_at=NOW, by=cast.bu
        )

        assert (late.lateness_reason, late.regulator_told_at) == ("The duty manager was away", NOW)

    def test_others_do_not(self, cast, case):
        deadline = start(case, cast.bum)

        for person in (cast.sgc, cast.lan, cast.dsp_la):
            with pytest.raises(PermissionDenied):
                services.record_lateness(deadline, reason="…", by=person)

    def test_the_regulator_is_not_told_tomorrow(self, cast, case):
        with pytest.raises(TransitionRefused):
            services.record_lateness(
                start(case, cast.bum), reason="…", regulator_told_at=london(2026, 6, 11), by=cast.bum
            )


NONSENSE = [
    {"met_at": NOW, "cancelled_at": NOW, "ended_reason": "both"},
    {"cancelled_at": NOW, "not_applicable_at": NOW, "ended_reason": "both"},
    {"cancelled_at": NOW, "ended_reason": ""},
    {"ended_reason": "without an end"},
    {"held_since": NOW},
    {"hold_reason": "without a hold"},
    {"extended_to": day(2026, 7, 1)},
    {"force": "whim"},
    {"owed_roles": []},
    {"about": ""},
]


@pytest.mark.parametrize("fields", NONSENSE, ids=", ".join)
def test_the_database_refuses_nonsense(cast, case, fields):
    start(case, cast.bum)

    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.update(**fields)


@pytest.mark.django_db(transaction=True)
def test_two_people_starting_one_clock_at_once_start_one(cast):
    case = CaseFactory(partnership=cast.partnership, la_aware_confirmed=True)
    people, barrier, found = [cast.bum, cast.bu], threading.Barrier(2), []

    def run(person):
        try:
            barrier.wait()
            found.append(start(case, person).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 2
    assert set(found) == {Deadline.objects.get().pk}
