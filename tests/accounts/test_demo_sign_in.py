"""Signing in without a password exists in the demonstration, on this machine, and nowhere else."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from factories import MembershipFactory, UserFactory

from accounts.db import system_user
from accounts.roles import Role


@pytest.fixture
def demo(settings):
    settings.DEMO = True


def sign_in_as(user, client=None, **where):
    return (client or Client()).post(reverse("demo_sign_in", args=[user.pk]), **where)


def test_one_click_signs_in_as_a_member_of_the_cast_past_both_steps(demo, cast):
    client = Client()

    done = sign_in_as(cast.bum, client)

    assert (done.status_code, done.url) == (302, "/")
    assert client.get(reverse("people:list")).status_code == 200
    assert [(event.verb, event.user) for event in done.wsgi_request.accounts_events] == [
        ("signed_in", cast.bum)
    ]


def test_another_click_signs_in_as_somebody_else(demo, cast):
    client = Client()
    sign_in_as(cast.bum, client)

    sign_in_as(cast.rep, client)

    assert client.get(reverse("people:list")).status_code == 403


def test_outside_the_demonstration_there_is_no_such_page(settings, cast):
    settings.DEMO = False
    client = Client()

    assert sign_in_as(cast.bum, client).status_code == 404
    assert "_auth_user_id" not in client.session


def test_from_another_machine_there_is_no_such_page(demo, cast):
    assert sign_in_as(cast.bum, REMOTE_ADDR="10.0.0.7").status_code == 404


def test_the_system_and_closed_accounts_are_not_in_the_cast(demo, db):
    for user in (system_user(), UserFactory(is_active=False)):
        assert sign_in_as(user).status_code == 404
    assert Client().post(reverse("demo_sign_in", args=[uuid.uuid4()])).status_code == 404


def test_looking_at_the_address_signs_nobody_in(demo, cast):
    assert Client().get(reverse("demo_sign_in", args=[cast.bum.pk])).status_code == 405


def test_another_site_cannot_post_it(demo, cast):
    assert sign_in_as(cast.bum, Client(enforce_csrf_checks=True)).status_code == 403


def test_the_sign_in_page_lists_the_cast_by_partnership(demo, cast, other_cast):
    people = [cast.rep, cast.bum, other_cast.ic, UserFactory(is_staff=True, name="Ash Root")]
    MembershipFactory(user=cast.bum, partnership=cast.partnership, role=Role.SG)

    page = Client().get(reverse("account_login"))

    groups = page.context["demo_cast"]
    assert [
        (group["partnership"], [(p["name"], p["role"]) for p in group["people"]]) for group in groups
    ] == [
        (
            "Northmere Safeguarding Children Partnership",
            [
                ("Agency representative of NSCP", "Agency representative, school"),
                ("Business manager of NSCP", "Business manager; Sub-group member"),
            ],
        ),
        (
            "Southmere Borough Safeguarding Children Partnership",
            [("Independent chair of SBSCP", "Independent chair")],
        ),
        ("Every partnership", [("Ash Root", "System administrator")]),
    ]
    for person in people:
        assert reverse("demo_sign_in", args=[person.pk]) in page.content.decode()


def test_no_other_page_and_no_real_installation_lists_anybody(settings, cast):
    settings.DEMO = True
    elsewhere = Client().get(reverse("account_reset_password"))
    settings.DEMO = False
    real = Client().get(reverse("account_login"))

    for page in (elsewhere, real):
        assert "demo_cast" not in page.context
        assert "/accounts/demo/" not in page.content.decode()
