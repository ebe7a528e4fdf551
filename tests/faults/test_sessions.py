"""A session that ended while somebody was typing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from factories import has_opened

from casework.drafts import read_answers
from lcspr import clock
from rapid_review.models import AgencyRequest
from tests.faults.test_bad_input import answer, words

pytestmark = pytest.mark.django_db


def expire(client):
    """What a quarter of an hour without a click does."""
    Session.objects.update(expire_date=clock.now() - dt.timedelta(minutes=1))
    assert settings.SESSION_COOKIE_NAME in client.cookies


def sign_in_again(client, user):
    client.force_login(user)
    session = client.session
    session["second_step"] = "authenticator"
    session.save()


def test_a_page_asked_for_after_the_end_is_come_back_to(cast, asked, sign_in):
    client, page = sign_in(cast.rep), reverse("rapid_review:request", args=[asked.pk])
    expire(client)

    response = client.get(page)

    assert response.status_code == 302
    assert response.url == f"{reverse('account_login')}?next={page}"
    sign_in_again(client, cast.rep)
    assert client.get(page).status_code == 200


def test_what_was_typed_into_a_referral_waits_behind_the_sign_in(referral, writer, sign_in):
    client = sign_in(writer)
    page = reverse("referrals:page", args=[referral.pk, "safety"])
    expire(client)

    response = client.post(
        page,
        {
            "safety_actions": "The school and a long memory",
            "safe_now": "yes",
            "version": "2",
            "was": "",
        },
    )
    assert response.url == f"{reverse('account_login')}?next={page}"
    sign_in_again(client, writer)

    again = client.get(page)
    assert "The school and a long memory" in again.content.decode()
    assert "You had been signed out." in words(again)
    referral.draft.refresh_from_db()
    assert read_answers(referral.draft)["safety_actions"] == "In hospital."


def test_it_lies_sealed_meanwhile(referral, writer, sign_in):
    client = sign_in(writer)
    expire(client)

    client.post(reverse("referrals:page", args=[referral.pk, "safety"]), {"safety_actions": "A secret story"})

    (kept,) = [session.get_decoded() for session in Session.objects.filter(expire_date__gt=clock.now())]
    assert "A secret story" not in str(kept)
    assert "typed_before_sign_in" in kept


def test_somebody_else_who_may_open_that_page_is_shown_nothing_of_it(cast, asked, sign_in):
    client, page = sign_in(cast.bum), reverse("rapid_review:waive", args=[asked.pk])
    expire(client)
    client.post(page, {"reason": "They never knew the family"})
    has_opened(asked.case, cast.bu)

    sign_in_again(client, cast.bu)
    again = client.get(page)

    assert again.status_code == 200
    assert "They never knew the family" not in again.content.decode()
    assert "You had been signed out." not in words(again)


def test_once_somebody_else_has_signed_in_it_is_gone_for_good(cast, asked, sign_in):
    client, page = sign_in(cast.bum), reverse("rapid_review:waive", args=[asked.pk])
    expire(client)
    client.post(page, {"reason": "They never knew the family"})
    sign_in_again(client, cast.bu)

    client.get(reverse("desk:home"))

    assert "typed_before_sign_in" not in client.session
    sign_in_again(client, cast.bum)
    assert "They never knew the family" not in client.get(page).content.decode()


@pytest.mark.parametrize("how", ["signed_out", "never_in"])
def test_what_nobody_known_sends_is_not_kept(cast, asked, sign_in, client, how):
    page = reverse("rapid_review:waive", args=[asked.pk])
    if how == "signed_out":
        client = sign_in(cast.bum)
        client.logout()

    assert client.post(page, {"reason": "They never knew the family"}).status_code == 302

    sign_in_again(client, cast.bum)
    assert "They never knew the family" not in client.get(page).content.decode()


def test_another_page_of_theirs_opened_first_costs_them_nothing(cast, asked, sign_in):
    client, page = sign_in(cast.bum), reverse("rapid_review:waive", args=[asked.pk])
    expire(client)
    client.get(reverse("desk:home"))

    client.post(page, {"reason": "They never knew the family"})
    sign_in_again(client, cast.bum)

    assert "They never knew the family" in client.get(page).content.decode()


def test_an_outsider_who_signs_in_there_is_not_even_told_of_the_page(referral, writer, sign_in, outsider):
    client = sign_in(writer)
    page = reverse("referrals:page", args=[referral.pk, "safety"])
    expire(client)
    client.post(page, {"safety_actions": "The school and a long memory"})

    sign_in_again(client, outsider)

    assert client.get(page).status_code == 404


def test_what_was_typed_into_a_return_waits_behind_the_sign_in(cast, asked, sign_in):
    client, page = sign_in(cast.rep), reverse("rapid_review:submit_return", args=[asked.pk])
    expire(client)

    client.post(page, answer(asked, involvement="Two visits that nobody else knows of"))
    sign_in_again(client, cast.rep)
    again = client.get(page)

    assert "Two visits that nobody else knows of" in again.content.decode()
    assert AgencyRequest.objects.get(pk=asked.pk).submitted_at is None
    assert "Two visits" not in client.get(page).content.decode()


def test_the_words_of_an_act_wait_too(cast, asked, sign_in):
    client, page = sign_in(cast.bum), reverse("rapid_review:waive", args=[asked.pk])
    expire(client)

    client.post(page, {"reason": "They never knew the family"})
    sign_in_again(client, cast.bum)

    assert "They never knew the family" in client.get(page).content.decode()
    assert AgencyRequest.objects.get(pk=asked.pk).state == "issued"
