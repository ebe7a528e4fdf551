"""Asking, writing, accepting, and locking the combined chronology."""

from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from factories import CaseFactory, subject_of

from accounts.db import acting_as
from accounts.roles import Role
from casework.models import Access, RowChange, Stage
from casework.transitions import MovedOn, TransitionRefused
from chronologies import services
from chronologies.models import Chronology, CombinedVersion, Entry
from correspondence.models import Message
from deadlines.models import Deadline
from lcspr import clock

pytestmark = pytest.mark.django_db


def test_asking_lets_the_representative_and_the_author_in_and_tells_them(case, cast, writer, nurse, ask):
    chronology = ask("clinic", author=nurse)
    ask("school")

    roles = Access.objects.filter(case=case, role__in=[Role.REP, Role.AA]).values_list(
        "role", "agency__short_name", "user"
    )
    assert set(roles) == {("rep", "clinic", None), ("aa", None, nurse.pk), ("rep", "school", None)}
    assert set(Message.objects.filter(template="chronology_requested").values_list("to", flat=True)) == {
        nurse.pk,
        writer.pk,
    }
    assert chronology.state == "requested"


def test_what_is_wrong_with_a_request_is_all_told_at_once(case, cast, ask):
    ask("school")

    with pytest.raises(TransitionRefused) as refused:
        ask(
            "school",
            due_on=clock.today() - dt.timedelta(days=1),
            author=cast.person(Role.REP, agency="clinic"),
        )

    assert refused.value.reasons == [
        "The date to send it in by must be today or later.",
        "NSCP school has been asked for its chronology already.",
        "Agency representative of NSCP does not work for NSCP school in this partnership. Choose somebody who does.",
    ]


def test_an_agency_of_another_partnership_is_not_asked(case, cast, other_cast):
    with pytest.raises(TransitionRefused):
        services.request_chronology(
            case, agency=other_cast.agency("school"), by=cast.bum, at=clock.now(), due_on=clock.today()
        )


def test_only_the_business_unit_asks(case, cast):
    with pytest.raises(PermissionDenied):
        services.request_chronology(
            case, agency=cast.agency("school"), by=cast.sgc, at=clock.now(), due_on=clock.today()
        )


def test_a_closed_case_asks_nobody(cast):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.CLOSED_NFA)

    with pytest.raises(TransitionRefused):
        services.request_chronology(
            case, agency=cast.agency("school"), by=cast.bum, at=clock.now(), due_on=clock.today()
        )


def test_an_agency_is_asked_again_after_a_withdrawn_request(school, ask, cast):
    services.withdraw_request(school, reason="Not at this school then", by=cast.bum)

    assert ask("school").state == "requested"


def test_the_first_entry_begins_the_chronology(school, writer, write, child):
    entry = write(school, by=writer, persons=[child.pk], event_time=dt.time(9, 30))

    assert Chronology.objects.get(pk=school.pk).state == "in_progress"
    assert (entry.number, entry.version, entry.persons) == (1, 1, [child.pk])


def test_events_to_come_are_refused(school, writer, write):
    with pytest.raises(TransitionRefused) as refused:
        write(school, by=writer, event_on=clock.today() + dt.timedelta(days=1))

    assert refused.value.reasons == ["The date of the event must be today or in the past."]
    assert list(Entry.objects.all()) == []


def test_today_is_not_to_come(school, writer, write):
    assert write(school, by=writer, event_on=clock.today()).number == 1


def test_events_before_every_birth_are_kept_and_noticed(school, writer, write, child):
    before = write(school, by=writer, event_on=dt.date(2020, 5, 16))
    after = write(school, by=writer, event_on=dt.date(2020, 5, 17))

    assert (services.is_before_every_birth(before), services.is_before_every_birth(after)) == (True, False)


def test_people_of_another_case_are_refused(school, writer, write, cast):
    stranger = subject_of(CaseFactory(partnership=cast.partnership))

    for key in (stranger.pk, uuid.uuid4()):
        with pytest.raises(TransitionRefused):
            write(school, by=writer, persons=[key])


def test_a_correction_keeps_what_was_said_before(school, writer, write):
    entry = write(school, by=writer)

    with acting_as(writer):
        corrected = services.correct_entry(entry, version=1, by=writer, what_happened="Absent in the morning")

    change = RowChange.objects.filter(object=f"chronologies.Entry:{entry.pk}", verb="update").latest("id")
    assert (corrected.version, corrected.what_happened) == (2, "Absent in the morning")
    assert "Not in school; no reason given" in change.payload.body
    assert change.actor == writer


def test_two_people_correcting_one_entry_do_not_overwrite_each_other(school, writer, write):
    entry = write(school, by=writer)
    services.correct_entry(entry, version=1, by=writer, what_happened="First")

    with pytest.raises(TransitionRefused):
        services.correct_entry(entry, version=1, by=writer, what_happened="Second")

    assert Entry.objects.get().what_happened == "First"


def test_nothing_is_written_once_it_is_sent_in(school, writer, write, send_in):
    send_in(school, by=writer)
    entry = Entry.objects.get()

    with pytest.raises(MovedOn):
        write(school, by=writer)
    with pytest.raises(MovedOn):
        services.correct_entry(entry, version=1, by=writer, what_happened="Later thoughts")
    with pytest.raises(MovedOn):
        services.withdraw_entry(entry, reason="Later thoughts", by=writer, at=clock.now())


def test_what_is_sent_back_can_be_changed_and_sent_in_again(school, writer, send_in, cast):
    send_in(school, by=writer)

    back = services.return_chronology(
        school, reason="Say who was told", due_on=clock.today(), by=cast.bum, at=clock.now()
    )
    services.correct_entry(Entry.objects.get(), version=1, by=writer, response="The office was told")
    again = services.submit_chronology(school, by=writer, at=clock.now())

    assert (back.state, back.sent_back_because) == ("returned", "Say who was told")
    assert again.state == "submitted"
    assert Message.objects.filter(template="chronology_returned", to=writer).count() == 1


def due_dates():
    return [(each.round, each.due_on) for each in Deadline.objects.filter(code="DL-16").order_by("round")]


def test_the_date_in_the_letter_is_the_clocks(school):
    assert due_dates() == [(1, school.due_on)]


def test_what_is_sent_back_runs_again_to_its_new_date(school, writer, send_in, cast):
    send_in(school, by=writer)
    on = clock.today() + dt.timedelta(days=4)

    services.return_chronology(school, reason="Say who was told", due_on=on, by=cast.bum, at=clock.now())

    assert due_dates() == [(1, school.due_on), (2, on)]
    services.submit_chronology(school, by=writer, at=clock.now())
    assert not Deadline.objects.open().filter(code="DL-16").exists()


def test_another_date_agreed_moves_page_and_clock_together_and_tells_the_agency(school, writer, cast):
    on = school.due_on + dt.timedelta(days=7)

    school = services.agree_another_date(school, due_on=on, reason="Half of the staff are ill.", by=cast.bu)

    assert (school.due_on, due_dates()) == (on, [(1, on)])
    assert Message.objects.filter(template="chronology_date_agreed", to=writer).count() == 1


def test_who_does_not_agree_another_date_and_when_there_is_none(school, writer, send_in, cast):
    for person in (writer, cast.sgc):
        with pytest.raises(PermissionDenied):
            services.agree_another_date(school, due_on=clock.today(), reason="x", by=person)
    with pytest.raises(TransitionRefused) as refused:
        services.agree_another_date(
            school, due_on=clock.today() - dt.timedelta(days=1), reason="x", by=cast.bum
        )
    assert refused.value.reasons == ["The date to send it in by must be today or later."]
    send_in(school, by=writer)
    with pytest.raises(MovedOn):
        services.agree_another_date(school, due_on=clock.today(), reason="x", by=cast.bum)


def test_texts_of_twenty_thousand_characters_are_kept_whole(school, writer, write):
    long = "é" * 20_000

    entry = write(school, by=writer, what_happened=long, response=long, analysis=long)

    kept = Entry.objects.get(pk=entry.pk)
    assert (kept.what_happened, kept.response, kept.analysis) == (long, long, long)


# The combined chronology


@pytest.fixture
def accepted(school, clinic, writer, nurse, send_in, cast):
    """Both agencies' chronologies, sent in and accepted."""
    for chronology, person in ((school, writer), (clinic, nurse)):
        send_in(chronology, by=person)
        services.accept_chronology(chronology, by=cast.bum, at=clock.now())


def test_the_combined_chronology_is_in_order_of_time(case, school, clinic, writer, nurse, write, cast):
    write(school, by=writer, event_on=dt.date(2026, 3, 4), what_happened="untimed, school")
    write(school, by=writer, event_on=dt.date(2026, 3, 4), event_time=dt.time(9), what_happened="9am, school")
    write(clinic, by=nurse, event_on=dt.date(2026, 3, 4), event_time=dt.time(9), what_happened="9am, clinic")
    write(clinic, by=nurse, event_on=dt.date(2026, 3, 3), what_happened="the day before")
    for chronology, person in ((school, writer), (clinic, nurse)):
        services.submit_chronology(chronology, by=person, at=clock.now())
        services.accept_chronology(chronology, by=cast.bum, at=clock.now())

    shown = Entry.objects.filter(case=case).combined_for(cast.bum).in_order()

    assert [entry.what_happened for entry in shown] == [
        "the day before",
        "9am, clinic",
        "9am, school",
        "untimed, school",
    ]


def test_locking_waits_for_everybody_asked(case, school, clinic, writer, send_in, cast):
    send_in(school, by=writer)

    with pytest.raises(TransitionRefused) as refused:
        services.lock_combined(case, by=cast.bum, at=clock.now())

    assert refused.value.reasons == [
        "The chronology of NSCP clinic is not accepted yet: it is “Asked for”.",
        "The chronology of NSCP school is not accepted yet: it is “Sent in”.",
    ]


def test_nothing_is_locked_twice(case, accepted, cast):
    version = services.lock_combined(case, by=cast.bum, at=clock.now())

    with pytest.raises(TransitionRefused) as refused:
        services.lock_combined(case, by=cast.bum, at=clock.now())

    assert (version.version, version.entries, version.agencies) == (1, 2, 2)
    assert refused.value.reasons == ["No chronology has been accepted since the last version was locked."]
    assert set(Chronology.objects.values_list("state", flat=True)) == {"locked"}


def test_an_earlier_version_stays_when_an_agency_adds_to_its_own(case, accepted, school, writer, write, cast):
    first = services.lock_combined(case, by=cast.bum, at=clock.now())
    assert services.still_holds(first)
    services.return_chronology(
        school, reason="One more found", due_on=clock.today(), by=cast.bum, at=clock.now()
    )
    write(school, by=writer, what_happened="One more")
    services.submit_chronology(school, by=writer, at=clock.now())
    services.accept_chronology(school, by=cast.bum, at=clock.now())

    second = services.lock_combined(case, by=cast.bum, at=clock.now())

    first = CombinedVersion.objects.get(pk=first.pk)
    assert (first.version, first.entries, second.version, second.entries) == (1, 2, 2, 3)
    assert (services.still_holds(first), services.still_holds(second)) == (False, True)
    assert len(second.rows) == 3


def test_withdrawn_entries_stand_in_no_version(case, school, writer, write, cast):
    gone = write(school, by=writer, what_happened="Another child")
    write(school, by=writer)
    services.withdraw_entry(gone, reason="Another child", by=writer, at=clock.now())
    services.submit_chronology(school, by=writer, at=clock.now())
    services.accept_chronology(school, by=cast.bum, at=clock.now())

    assert services.lock_combined(case, by=cast.bum, at=clock.now()).entries == 1


def test_only_the_business_unit_locks(case, accepted, cast):
    with pytest.raises(PermissionDenied):
        services.lock_combined(case, by=cast.sgc, at=clock.now())


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_lock_one_version(case, accepted, cast):
    manager, outcomes = cast.bum, []
    ready = threading.Barrier(2)

    def lock():
        ready.wait()
        try:
            services.lock_combined(case, by=manager, at=clock.now())
            outcomes.append("locked")
        except TransitionRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=lock) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["locked", "refused"]
    assert CombinedVersion.objects.count() == 1
