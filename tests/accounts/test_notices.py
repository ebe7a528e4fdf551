"""A changed account that opens cases is told at once to its owner and to the business managers."""

import re
import uuid

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from factories import MembershipFactory, UserFactory

from accounts.roles import Role
from accounts.services import open_account, remove_second_step

PASSWORD = "seven quiet herons"
NEW_PASSWORD = "eight quiet herons"


@pytest.fixture(autouse=True)
def _tries_of_our_own(settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid.uuid4().hex}
    }


@pytest.fixture
def owner(cast):
    user = open_account(email="jo.tern@nscp.example", name="Jo Tern", password=PASSWORD)
    MembershipFactory(user=user, partnership=cast.partnership, role=Role.SG)
    return user


@pytest.fixture
def client(owner, sign_in):
    client = sign_in(owner)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def told(mailoutbox) -> dict[str, str]:
    """What each address was told, the rest of the text left out."""
    return {message.to[0]: message.body.split("\n")[0] for message in mailoutbox}


@pytest.mark.usefixtures("outsider")
def test_a_new_password_is_told_to_owner_and_managers(
    client, owner, cast, mailoutbox, django_capture_on_commit_callbacks
):
    managers = [cast.bum.email, cast.person(Role.BUM).email]
    answers = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("account_change_password"), answers)

    sentence = "On the account of Jo Tern (jo.tern@nscp.example), the password was changed."
    assert sorted(message.to[0] for message in mailoutbox) == sorted([owner.email, *managers])
    assert [told(mailoutbox)[manager] for manager in managers] == [sentence, sentence]
    assert ("account_changed", "The password was changed") in [
        (event.verb, event.words) for event in response.wsgi_request.accounts_events
    ]


def test_a_new_address_is_told_at_the_old_one_and_to_managers(
    client, owner, cast, mailoutbox, django_capture_on_commit_callbacks
):
    manager = cast.bum.email
    client.post(reverse("account_email"), {"email": "jo@new.example", "action_add": ""})
    code = re.search(r"(?m)^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", mailoutbox[-1].body).group(1)
    mailoutbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_email_verification_sent"), {"code": code})

    owner.refresh_from_db()
    assert owner.email == "jo@new.example"
    assert {"jo.tern@nscp.example", manager} <= {message.to[0] for message in mailoutbox}
    assert (
        told(mailoutbox)[manager]
        == "On the account of Jo Tern (jo@new.example), the e-mail address was changed."
    )


@pytest.mark.django_db(transaction=True)
def test_a_new_authenticator_is_told(client, owner, cast, mailoutbox):
    manager = cast.bum.email
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))

    client.post(reverse("mfa_activate_totp"), {"code": code})

    sentence = "On the account of Jo Tern (jo.tern@nscp.example), an authenticator app was set up."
    assert sorted(message.to[0] for message in mailoutbox) == sorted([owner.email, manager])
    assert told(mailoutbox)[manager] == sentence


def test_an_account_without_a_role_concerns_no_manager(
    cast, sign_in, mailoutbox, django_capture_on_commit_callbacks
):
    assert cast.bum
    user = open_account(email="jo.tern@nscp.example", name="Jo Tern", password=PASSWORD)
    MembershipFactory(user=user, partnership=cast.partnership, role=Role.ADM)
    answers = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}

    with django_capture_on_commit_callbacks(execute=True):
        sign_in(user).post(reverse("account_change_password"), answers)

    assert [message.to for message in mailoutbox] == [[user.email]]


def test_a_dead_mail_server_does_not_undo_the_change(
    client, owner, cast, monkeypatch, django_capture_on_commit_callbacks
):
    assert cast.bum

    def fail(self, messages):
        raise OSError("no route to host")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    answers = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("account_change_password"), answers)

    owner.refresh_from_db()
    assert (response.status_code, owner.check_password(NEW_PASSWORD)) == (302, True)


def test_a_lost_second_step_is_removed_by_an_administrator_and_told(
    owner, cast, mailoutbox, django_capture_on_commit_callbacks
):
    manager = cast.bum.email
    TOTP.activate(owner, "JBSWY3DPEHPK3PXP")

    with django_capture_on_commit_callbacks(execute=True):
        remove_second_step(owner, by=UserFactory(is_staff=True))

    assert list(Authenticator.objects.all()) == []
    assert told(mailoutbox) == {
        manager: "On the account of Jo Tern (jo.tern@nscp.example), the second step was removed by an administrator.",
        owner.email: "On your account, the second step was removed by an administrator.",
    }


def test_nobody_else_removes_a_second_step_and_no_administrator_their_own(owner, cast):
    TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
    administrator = UserFactory(is_staff=True)

    for person, by in (
        (owner, cast.bum),
        (administrator, administrator),
        (UserFactory(is_staff=True, is_superuser=True), administrator),
    ):
        with pytest.raises(PermissionDenied):
            remove_second_step(person, by=by)

    assert Authenticator.objects.count() == 1
