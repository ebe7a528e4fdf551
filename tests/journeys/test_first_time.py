"""At six in the evening, without an account: from Start to the first page of the referral."""

from __future__ import annotations

import re

import pytest
from journeys.keyboard import KeyboardWalk
from journeys.walking import Walk

from accounts.models import User
from accounts.roles import Role
from referrals.models import Referral

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "seven quiet herons"


@pytest.fixture(autouse=True)
def school(cast, own_cache):
    school = cast.agency("school")
    school.email_domains = ["school.example"]
    school.save()
    return school


def come_in(walk: Walk, mailoutbox) -> None:
    """Everything a first-time user does, by the words on the pages."""
    walk.sign_in_as(None).go("start").says("ring 999", "Who represents your agency")
    walk.follow("I have no account")
    assert walk.refused({"Work e-mail address": "jo.tern"}) == [
        "Enter an e-mail address in the correct format, like name@example.org"
    ]
    walk.answer({"Work e-mail address": "jo.tern@school.example"}).says("We have sent an e-mail")
    right = re.search(r"\b\d{6}\b", mailoutbox[-1].body).group()
    wrong = "000000" if right != "000000" else "111111"
    assert walk.refused({"Code": wrong}) == ["The code is not right. Check it and try again"]
    walk.answer({"Code": right}).says("jo.tern@school.example")
    about = {"Full name": "Jo Tern", "Job title": "Teacher", "Telephone number": "01632 960001"}
    assert len(walk.refused({**about, "Choose a password": "short"})) == 1
    walk.answer({"Choose a password": PASSWORD}).says("You can refer for", "not a child protection referral")
    walk.press("Start now").says("sections are completed")
    walk._click(walk.page.locator("main .govuk-task-list a").first)
    assert walk.at == "referrals:page"


def begun_by_the_newcomer(school) -> bool:
    user = User.objects.get(email="jo.tern@school.example")
    referral = Referral.objects.get()
    held = user.memberships.get()
    return (held.role, held.agency, referral.referrer, referral.agency) == (
        Role.REFERRER,
        school,
        user,
        school,
    )


def test_with_the_keyboard_alone(page, live_server, sign_in, mailoutbox, school):
    come_in(KeyboardWalk(page, live_server.url, sign_in), mailoutbox)

    assert begun_by_the_newcomer(school)


def test_in_a_browser_that_runs_no_scripts(plain_walk, mailoutbox, school):
    come_in(plain_walk, mailoutbox)

    assert begun_by_the_newcomer(school)
    assert plain_walk.scripted is False
