"""E-mails that came back: recorded, another way suggested, the address put right, sent again."""

from __future__ import annotations

import io
import sys
from email.message import EmailMessage
from email.message import Message as Report
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from factories import has_opened

from accounts.models import Membership
from casework.models import Event
from casework.transitions import TransitionRefused
from correspondence import services, tasks
from correspondence.models import Bounce, EventKind, Message, MessageState
from correspondence.rules import Returned, read_bounce
from correspondence.waiting import waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(cast, queued) -> Message:
    [message] = queued(cast.rep)
    tasks.deliver(message.pk)
    mail.outbox.clear()
    message.refresh_from_db()
    return message


def page(message, name="message") -> str:
    return reverse(f"correspondence:{name}", args=[message.case_id, message.key])


def came_back(message, cast, why=Bounce.NO_MAILBOX):
    return services.record_bounce(message, why=why, by=cast.bum)


def test_the_business_unit_records_it_and_sees_how_else_to_reach_the_person(cast, case, sent, sign_in):
    cast.rep.phone = "01632 960 001"
    cast.rep.save()
    colleague = cast.person("rep", agency="school")
    client = sign_in(cast.bum)

    client.post(page(sent, "bounced"), {"why": "no_mailbox", "words": "Has left"})
    words = client.get(page(sent)).content.decode()

    sent.refresh_from_db()
    assert sent.bounced_at is not None
    assert sent.failure == f"It came back from {cast.rep.email}: there is no such mailbox."
    assert f"Ring {cast.rep} on 01632 960 001" in words
    assert f"Tell {colleague}, who holds the same role" in words
    assert "Has left" in words
    assert [task.verb for task in waiting(cast.bum)] == ["See to an e-mail that did not arrive"]
    assert Event.objects.filter(verb="message_bounced", case=case).count() == 1


def test_the_reason_is_asked_for_beside_its_question(cast, sent, sign_in):
    response = sign_in(cast.bum).post(page(sent, "bounced"), {"words": "Has left"})

    assert "Select why it came back" in response.content.decode()
    assert "Has left" in response.content.decode()


def test_others_record_nothing(cast, outsider, sent, sign_in):
    has_opened(sent.case, cast.rep)
    for person, status in ((cast.rep, 403), (outsider, 404)):
        for name in ("bounced", "message"):
            assert sign_in(person).get(page(sent, name)).status_code == status
        posted = sign_in(person).post(page(sent, "bounced"), {"why": "full"})
        assert posted.status_code == status
    sent.refresh_from_db()
    assert sent.bounced_at is None


def test_only_what_was_sent_comes_back_and_only_once(cast, queued, sent):
    [unsent] = queued(cast.sgc)
    came_back(sent, cast)

    for message in (unsent, sent):
        with pytest.raises(TransitionRefused):
            came_back(message, cast)


def test_the_address_is_put_right_and_the_e_mail_sent_again(cast, sent, sign_in):
    came_back(sent, cast)
    client = sign_in(cast.bum)
    membership = Membership.objects.get(user=cast.rep)
    address = reverse("people:address", args=[membership.pk])
    assert address in client.get(page(sent)).content.decode()

    client.post(address, {"email": "New.Address@example.org"})
    client.post(page(sent, "resend"))
    tasks.deliver_waiting()

    again = Message.objects.get(repeats=sent)
    assert (again.address, again.state) == ("new.address@example.org", MessageState.SENT)
    assert again.message_id != sent.message_id
    sent.refresh_from_db()
    assert sent.settled_words == "Sent again to new.address@example.org"
    assert waiting(cast.bum) == []
    assert "Sent again as a new message" in client.get(page(sent)).content.decode()


def test_a_bounce_is_found_by_the_address_it_names(cast, other_cast, sent, sign_in):
    client, address = sign_in(cast.bum), reverse("correspondence:returned")

    wrong = client.post(address, {"sent_to": "nobody@example.org", "why": "full"})
    elsewhere = sign_in(other_cast.bum).post(address, {"sent_to": sent.address, "why": "full"})
    right = client.post(address, {"sent_to": sent.address.upper(), "why": "full"})

    assert "No e-mail of your cases was sent there" in wrong.content.decode()
    assert "No e-mail of your cases was sent there" in elsewhere.content.decode()
    assert right.url == page(sent)
    assert sign_in(cast.sgc).get(address).status_code == 403


def test_of_a_daily_e_mail_everything_it_said_came_back(cast, queued, later):
    services.choose_emails(cast.rep, daily=True)
    first, second = queued(cast.rep)[0], queued(cast.rep)[0]
    later(days=1)
    services.send_digests()
    tasks.deliver_waiting()

    first.refresh_from_db()
    came_back(first, cast)

    assert set(Message.objects.failed()) == {first, second, Message.objects.get(template="daily_digest")}


def test_what_happened_is_told_line_by_line(cast, case, queued, mail_server, later, sign_in):
    [message] = queued(cast.rep)
    mail_server.refused.add(message.address)
    tasks.deliver(message.pk)
    mail_server.refused.clear()
    later(minutes=2)
    tasks.deliver(message.pk)

    kinds = [event.kind for event in message.history.all()]
    words = sign_in(cast.bum).get(page(message)).content.decode()

    assert kinds == [EventKind.TRIED, EventKind.PUT_OFF, EventKind.TRIED, EventKind.SENT]
    assert "The mail server does not accept this address." in words
    assert "It was not sent, and is tried again" in words


def report(number: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A delivery report as mail servers write it (RFC 3464)."""
    whole = MIMEMultipart("report", report_type="delivery-status")
    whole.attach(MIMEText("Your message could not be delivered."))
    status_part = Report()
    status_part.set_type("message/delivery-status")
    server, recipient = Report(), Report()
    server["Reporting-MTA"] = "dns; mx.example.org"
    recipient["Final-Recipient"] = "rfc822; Person@Example.org"
    recipient["Action"] = action
    recipient["Status"] = status
    status_part.set_payload([server, recipient])
    whole.attach(status_part)
    original = EmailMessage()
    original["Message-ID"] = number
    original["Subject"] = "Something"
    headers = MIMEText(original.as_string(), "rfc822-headers")
    whole.attach(headers)
    return whole.as_bytes()


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (report("<a@b>"), Returned("<a@b>", "person@example.org", "no_mailbox")),
        (report("<a@b>", status="5.2.2"), Returned("<a@b>", "person@example.org", "full")),
        (report("<a@b>", status="5.7.1"), Returned("<a@b>", "person@example.org", "refused")),
        (report("<a@b>", action="delayed"), None),
        (b"From: someone@example.org\r\nSubject: I am away\r\n\r\nBack on Monday.\r\n", None),
        (b"\x00\xff not an e-mail at all", None),
        (b"", None),
    ],
)
def test_a_mail_servers_report_is_read(raw, found):
    assert read_bounce(raw) == found


def test_a_report_handed_over_by_the_mail_server_is_recorded(cast, sent, monkeypatch, capsys):
    def hand_over(raw: bytes) -> str:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        call_command("record_bounce")
        return capsys.readouterr().out.strip()

    assert hand_over(report(sent.message_id)) == "Recorded."
    assert hand_over(report(sent.message_id)) == "It is on record already that this e-mail came back."
    assert hand_over(report("<stranger@example.org>")) == "No e-mail of this service has that Message-ID."
    assert hand_over(b"Hello") == "Not a report of an e-mail that came back."
    sent.refresh_from_db()
    assert sent.bounced_at is not None
