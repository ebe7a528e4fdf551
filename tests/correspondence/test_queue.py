"""Queuing: with the act or not at all, to whoever may be told, once, and saying nothing of the case."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import resolve
from factories import CaseFactory, UserFactory
from kombu.exceptions import OperationalError

from accounts.models import Membership
from casework.models import Person, RowChange
from casework.services import raise_wall
from correspondence import services, tasks
from correspondence.checks import emails_carry_no_content
from correspondence.emails import MAY_SAY, ForbiddenWord, templates, words_for
from correspondence.models import Message, MessageState

pytestmark = pytest.mark.django_db


def test_a_message_says_where_to_look_and_nothing_else(cast, case, queued, settings):
    settings.PUBLIC_URL = "https://reviews.example.org"
    settings.DEFAULT_FROM_EMAIL = "Practice Reviews <no-reply@reviews.example.org>"
    due = dt.datetime(2026, 9, 3, 16, 30, tzinfo=dt.UTC)

    [message] = queued(cast.sgc, due=due, about=case)

    assert message.subject == "NSCP-2026-001: something waits for you"
    assert message.body == (
        "Dear Sub-group,\n\n"
        "Read the report, for the case known as Child Q (Referral received). "
        "It is due on 3 September 2026 at 5:30pm.\n\n"
        f"https://reviews.example.org/cases/{case.pk}/\n\n"
        "Northmere Safeguarding Children Partnership\n"
    )
    assert (message.to, message.address, message.queued_by) == (cast.sgc, cast.sgc.email, cast.bum)
    assert (message.state, message.about) == (MessageState.QUEUED, f"casework.Case:{case.pk}")
    assert message.message_id == f"<{message.key.hex}@reviews.example.org>"


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (dt.date(2026, 9, 3), "3 September 2026"),
        (dt.datetime(2026, 9, 3, 22, 59, 59, tzinfo=dt.UTC), "3 September 2026"),
        (dt.datetime(2026, 12, 3, 12, 0, tzinfo=dt.UTC), "3 December 2026 at midday"),
    ],
)
def test_a_due_date_shows_the_time_only_where_the_day_does_not_end(cast, case, due, words):
    assert words_for(case, to=cast.sgc, task="", due=due)["due"] == words


def test_a_deadline_may_be_given_as_it_is(cast, case):
    class Deadline:
        due_at = dt.datetime(2026, 9, 3, 9, 0, tzinfo=dt.UTC)

    assert words_for(case, to=cast.sgc, task="", due=Deadline())["due"] == "3 September 2026 at 10am"


def test_the_link_leads_to_the_case(cast, case, queued, settings):
    [message] = queued(cast.sgc)

    link = next(line for line in message.body.splitlines() if line.startswith(settings.PUBLIC_URL))
    match = resolve(link.removeprefix(settings.PUBLIC_URL))
    assert (match.view_name, match.kwargs) == ("desk:case", {"case_id": case.pk})


def test_an_ampersand_stays_an_ampersand(cast, case, queued):
    cast.partnership.name = "Northmere & Vale Partnership"
    cast.partnership.save()
    case.refresh_from_db()

    [message] = queued(cast.sgc)

    assert message.body.endswith("Northmere & Vale Partnership\n")


@pytest.mark.parametrize(
    "asks",
    [
        "{{ case.subjects.first.person.full_name }}",
        "{{ subject_name }}",
        "{{ task|default:case.reference }}",
        "{% if case.legal_hold %}On hold{% endif %}",
        "{% if due and case.pk %}On hold{% endif %}",
        "{% for subject in case.subjects.all %}{{ subject.person.surname }}{% endfor %}",
        "{% include 'emails/plain.txt' %}",
        "{% load govuk %}",
    ],
)
def test_a_template_that_asks_for_more_is_refused_and_gets_nothing(cast, case, email_template, asks):
    code = email_template("curious", f"Subject: {{{{ reference }}}}\n\n{asks}\n")

    with pytest.raises(ForbiddenWord):
        services.queue(code, case=case, to=[cast.sgc], by=cast.bum)

    assert list(Message.objects.all()) == []
    assert [error.id for error in emails_carry_no_content()] == ["correspondence.E001"]


def test_even_unguarded_a_template_finds_no_record_to_ask(cast, case):
    words = words_for(case, to=cast.sgc, task="Read", due=None)

    assert tuple(words) == MAY_SAY
    assert {type(value) for value in words.values()} == {str}


def test_a_template_without_a_subject_is_refused(cast, case, email_template):
    code = email_template("headless", "Dear {{ first_name }}\n")

    with pytest.raises(ForbiddenWord, match="first line"):
        services.queue(code, case=case, to=[cast.sgc], by=cast.bum)

    assert [error.msg for error in emails_carry_no_content()] == [
        "emails/headless.txt: the first line must begin with “Subject: ”."
    ]


@pytest.mark.parametrize("code", templates())
def test_no_e_mail_of_the_service_can_carry_a_name(code, cast, case):
    [message] = services.queue(code, case=case, to=[cast.sgc], by=cast.bum, task="Read the report")

    person = Person.objects.get(case=case)
    for part in (person.forenames, person.surname):
        assert part not in message.subject + message.body
    assert "OFFICIAL" not in message.subject


def test_a_task_is_one_short_line(cast, case, plain):
    for task in ("First line\nsecond line", "x" * 121):
        with pytest.raises(ValueError, match="no narrative"):
            services.queue(plain, case=case, to=[cast.sgc], by=cast.bum, task=task)


def test_whoever_may_not_open_the_case_is_not_told(cast, outsider, case, queued):
    walled, leaver, ended = cast.dsp_la, cast.sg, cast.dsp_police
    raise_wall(case, user=walled, reason="Knows the family", by=cast.bum)
    leaver.is_active = False
    leaver.save()
    Membership.objects.filter(user=ended).update(until=F("starts_on"))

    messages = queued(cast.sgc, outsider, walled, leaver, ended, UserFactory(), cast.sgc)

    assert [message.to for message in messages] == [cast.sgc]


def test_a_message_of_no_case_goes_to_active_people_only(cast, plain, handed_over):
    leaver = UserFactory(is_active=False)

    messages = services.queue(plain, to=[cast.sgc, leaver], by=cast.bum)

    assert [message.to for message in messages] == [cast.sgc]


def test_one_key_tells_each_person_once(cast, queued):
    queued(cast.sgc, key="DL-07:due")

    assert [m.to for m in queued(cast.sgc, cast.rep, key="DL-07:due")] == [cast.rep]
    assert queued(cast.sgc, cast.rep, key="DL-07:due") == []
    assert Message.objects.count() == 2


def test_without_a_key_every_act_tells_again(cast, queued):
    queued(cast.sgc)
    queued(cast.sgc)

    assert Message.objects.filter(to=cast.sgc).count() == 2


def test_the_database_holds_the_key_once(cast, queued):
    [first] = queued(cast.sgc, key="DL-07:due")
    [second] = queued(cast.sgc)

    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=second.pk).update(dedupe_key=first.dedupe_key)


def test_queuing_asks_the_same_number_of_questions_for_one_and_for_three(
    cast, queued, django_assert_num_queries, django_assert_max_num_queries
):
    people = [cast.dsp_la, cast.dsp_icb, cast.dsp_police]
    queued(cast.sgc)
    with django_assert_max_num_queries(12) as one:
        queued(cast.sgc)

    with django_assert_num_queries(len(one)):
        queued(*people)


def test_nothing_is_handed_over_before_the_commit(
    cast, queued, handed_over, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        [message] = queued(cast.sgc)
        assert handed_over == []

    assert handed_over == [message.pk]


def test_an_act_that_fails_tells_nobody(cast, queued, handed_over, django_capture_on_commit_callbacks):
    @transaction.atomic
    def act():
        queued(cast.sgc)
        raise RuntimeError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        act()

    assert (handed_over, list(Message.objects.all())) == ([], [])


@pytest.mark.parametrize("silence", [OperationalError("redis://:secret@broker"), ConnectionRefusedError()])
def test_a_dead_broker_undoes_nothing(
    cast, queued, monkeypatch, caplog, django_capture_on_commit_callbacks, silence
):
    asked = []

    def delay(number):
        asked.append(number)
        raise silence

    with django_capture_on_commit_callbacks(execute=True):
        first, _ = queued(cast.sgc, cast.rep)
        monkeypatch.setattr(tasks.deliver, "delay", delay)

    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.QUEUED}
    # The person waits for one silence, not for one a message.
    assert asked == [first.pk]
    assert "secret" not in caplog.text


def test_the_record_notes_every_change_of_a_message(cast, case, queued):
    [message] = queued(cast.sgc)

    lines = RowChange.objects.filter(object=f"correspondence.Message:{message.pk}")
    assert [(line.verb, line.case) for line in lines] == [("insert", case)]


def test_a_message_of_another_case_does_not_count_as_told(cast, plain, case, queued):
    other = CaseFactory(partnership=cast.partnership)
    [message] = queued(cast.bum, key=f"due:{case.pk}")

    [second] = services.queue(plain, case=other, to=[cast.bum], by=cast.bum, key=f"due:{other.pk}")

    assert message.message_id != second.message_id
    assert (second.case, second.to) == (other, cast.bum)
