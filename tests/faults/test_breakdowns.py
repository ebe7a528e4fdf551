"""The broker down, the database restarted: the act stands or it never was, and the next request works."""

from __future__ import annotations

import datetime as dt
import threading
import time

import psycopg
import pytest
from celery import current_app
from django.core import mail
from django.db import close_old_connections, connection
from django.urls import reverse

import correspondence.services
from accounts.db import acting_as
from actions.services import add_action
from casework import audit
from casework.models import Event
from correspondence import tasks
from correspondence.models import Message, MessageState
from lcspr import clock
from rapid_review.models import AgencyRequest

pytestmark = pytest.mark.django_db(transaction=True)

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def no_broker(monkeypatch):
    """Celery speaks to a port where nothing answers, whatever it was connected to before."""
    monkeypatch.setattr(current_app.conf, "broker_url", NOBODY_LISTENS)
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)


def ask(client, review, agency):
    return client.post(
        reverse("rapid_review:ask", args=[review.pk]),
        {"agencies": [str(agency.pk)], "asked_for": "Two years"},
    )


def test_an_act_succeeds_while_the_broker_is_down_and_its_message_goes_later(
    cast, review, sign_in, no_broker
):
    response = ask(sign_in(cast.bum), review, cast.agency("school"))

    assert response.status_code == 302
    assert AgencyRequest.objects.count() == 1
    (message,) = Message.objects.filter(to=cast.rep)
    assert (message.state, mail.outbox) == (MessageState.QUEUED, [])

    tasks.deliver_waiting()

    assert [sent.to for sent in mail.outbox] == [[cast.rep.email]]
    message.refresh_from_db()
    assert message.state == MessageState.SENT


def kill_backend():
    """What a restart of PostgreSQL does to a connection."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    where = connection.settings_dict
    other = psycopg.connect(
        dbname=where["NAME"],
        user=where["USER"],
        password=where["PASSWORD"],
        host=where["HOST"],
        port=where["PORT"],
    )
    with other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()


def test_the_next_request_works_after_the_database_was_restarted(cast, sign_in):
    client = sign_in(cast.bum)
    assert client.get(reverse("desk:home")).status_code == 200

    kill_backend()
    close_old_connections()  # Django does this before every request; its test client leaves it out.

    assert client.get(reverse("desk:home")).status_code == 200


def test_an_act_cut_off_in_the_middle_leaves_nothing_and_can_be_done_again(cast, asked, sign_in, monkeypatch):
    client, page = sign_in(cast.bum), reverse("rapid_review:waive", args=[asked.pk])
    client.raise_request_exception = False
    real, fields = audit.record, {"reason": "They never knew the family"}

    def dying(verb, **details):
        if verb == "waive":
            kill_backend()
        return real(verb, **details)

    with monkeypatch.context() as broken:
        broken.setattr(audit, "record", dying)
        cut_off = client.post(page, fields)
    close_old_connections()

    assert cut_off.status_code == 500
    assert "They never knew" not in cut_off.content.decode()
    asked.refresh_from_db()
    assert (asked.state, Event.objects.filter(verb="waive").count()) == ("issued", 0)
    assert client.post(page, fields).status_code == 302
    assert Event.objects.filter(verb="waive").count() == 1


def test_an_act_and_a_message_about_its_case_do_not_block_each_other(cast, review):
    """The message is written first and the act waits for its line in the record; the act has the case's row."""
    case, today = review.case, clock.today()
    dates = {"starts_on": today, "due_on": today + dt.timedelta(days=30)}
    people = {"agency": cast.agency("school"), "owner": cast.rep, "by": cast.bum}
    done = []

    def act():
        try:
            with acting_as(cast.bum):
                done.append(
                    add_action(case, text="Do it", intended_outcome="Done", on=today, **dates, **people)
                )
        finally:
            connection.close()

    thread = threading.Thread(target=act)
    with acting_as(cast.bum):
        correspondence.services.queue("agency_chased", case=case, to=[cast.sgc], by=cast.bum)
        thread.start()
        waiting_for_the_record()
    thread.join(60)

    assert [action.text for action in done] == ["Do it"]


def waiting_for_the_record():
    """Until some other connection waits for the lock of a chain."""
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            if cursor.fetchone():
                return
            time.sleep(0.05)
    pytest.fail("The act did not wait for the record.")
