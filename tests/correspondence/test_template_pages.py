"""Every e-mail there is, read and previewed by the business unit without sending it."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from correspondence.checks import emails_say_what_they_are_for
from correspondence.emails import described, load, templates, write
from correspondence.models import Message
from correspondence.services import other_routes

pytestmark = pytest.mark.django_db


def test_one_page_says_of_every_e_mail_what_it_is_for_and_whom_it_reaches(cast, sign_in):
    words = sign_in(cast.bum).get(reverse("correspondence:templates")).content.decode()

    for code in templates():
        assert reverse("correspondence:template", args=[code]) in words
        assert described(load(code)).purpose.split("’")[0] in words
    assert "{{" not in words
    assert "Sign-in code" in words


@pytest.mark.parametrize("code", ["deadline_missed", "criteria_met", "daily_digest"])
def test_one_e_mail_is_shown_with_its_blanks_and_for_an_invented_case(cast, sign_in, code):
    words = sign_in(cast.bu).get(reverse("correspondence:template", args=[code])).content.decode()

    assert "[first name of the reader]" in words
    assert "EXAMPLE-2026-001" in words or code == "daily_digest"
    assert "{{" not in words
    assert "{#" not in words


def test_there_is_no_page_of_an_e_mail_that_is_not_there(cast, sign_in):
    client = sign_in(cast.bum)

    for code in ("nothing", "README"):
        assert client.get(reverse("correspondence:template", args=[code])).status_code == 404


def test_a_case_shows_what_would_be_written_and_sends_nothing(cast, outsider, case, sign_in):
    address = reverse("correspondence:preview", args=[case.pk])
    client = sign_in(cast.bum)

    words = client.get(address, {"template": "deadline_due"}).content.decode()
    wrong = client.get(address, {"template": "nothing"}).content.decode()

    assert "Child Q" in words
    assert "Nightingale" not in words
    assert "Select an e-mail of the list" in wrong
    assert (mail.outbox, list(Message.objects.all())) == ([], [])
    assert sign_in(cast.sgc).get(address).status_code == 403
    assert sign_in(outsider).get(address).status_code == 404


def test_a_template_that_does_not_say_what_it_is_for_does_not_start(email_template):
    email_template("silent", "Subject: {{ reference }}\n\nDear {{ first_name }}\n")

    [error] = emails_say_what_they_are_for()

    assert (error.id, "emails/silent.txt" in error.msg) == ("correspondence.E002", True)


def test_what_a_template_says_of_itself_is_never_sent(cast, case):
    for code in templates():
        subject, body = write(code, case=case, to=cast.sgc, task="Read it")
        assert "{#" not in subject + body
        assert "For:" not in body


def test_a_person_without_a_telephone_or_a_colleague_has_no_other_way(cast, case):
    assert other_routes(case, cast.rep) == []
