"""Signing in as people do: a password, and a second step that only they hold."""

from __future__ import annotations

import re
import time
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from factories import MembershipFactory

from accounts.models import User
from accounts.roles import Role
from accounts.services import open_account

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "seven quiet herons"


@pytest.fixture
def manager(cast) -> User:
    """A business manager who has a password and no authenticator yet."""
    user = open_account(email="jo.tern@northmere.example", name="Jo Tern", password=PASSWORD)
    MembershipFactory(user=user, partnership=cast.partnership, role=Role.BUM)
    return user


def test_a_business_manager_sets_up_an_app_and_signs_in_with_its_code(walk, manager, mailoutbox):
    walk.go("account_login")
    assert walk.refused({}) == ["Enter the e-mail address", "Enter the password"]
    walk.answer({"E-mail address": manager.email, "Password": PASSWORD})
    walk.answer({"Code": re.search(r"\b\d{6}\b", mailoutbox[-1].body).group()})
    walk.says("A password alone is not enough to protect it").follow("Set up an app")
    walk.page.get_by_text("I cannot scan it").click()
    secret = walk.page.locator(".app-code").inner_text().strip()
    walk.answer({"Code": code_of(secret)}).says("recovery codes")
    walk.go("desk:home").says("What needs you", "Jo Tern")

    walk.follow("Sign out", within="header").press()
    walk.go("desk:cases")
    assert walk.at == "account_login"
    walk.answer({"E-mail address": manager.email, "Password": PASSWORD})
    walk.says("This is the second step of signing in.").answer({"Code": code_of(secret)})

    assert urlsplit(walk.page.url).path == "/cases/"


def code_of(secret: str) -> str:
    """What the app on the telephone shows, for long enough to type it."""
    if (left := 30 - time.time() % 30) < 8:
        time.sleep(left)
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
