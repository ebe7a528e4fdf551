"""Signing in with a password, in two steps, through the pages people use."""

import datetime as dt
import re
import smtplib
import uuid

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse
from factories import MembershipFactory, UserFactory

from accounts.db import system_user
from accounts.models import Membership
from accounts.roles import GUEST, Role
from accounts.services import open_account

PASSWORD = "seven quiet herons"
SECRET = "JBSWY3DPEHPK3PXP"
SIGN_IN = "account_login"
CODE = "account_confirm_login_code"


@pytest.fixture(autouse=True)
def _tries_of_our_own(settings):
    """Rate limits are counted in the cache, which other tests share."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid.uuid4().hex}
    }


def somebody(cast, role=Role.REFERRER, **fields):
    user = open_account(email="jo.tern@school.example", name="Jo Tern", password=PASSWORD, **fields)
    agency = cast.agency("school") if role in {Role.REFERRER, Role.DSL, Role.REP} else None
    MembershipFactory(user=user, partnership=cast.partnership, agency=agency, role=role)
    return user


def give_password(client, user, password=PASSWORD):
    return client.post(reverse(SIGN_IN), {"login": user.email, "password": password})


def code_in(message) -> str:
    return re.search(r"\b\d{6}\b", message.body).group()


def give_code(client, code):
    return client.post(reverse(CODE), {"code": code})


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def totp_code(secret=SECRET) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def noted(response) -> list[tuple]:
    events = getattr(response.wsgi_request, "accounts_events", [])
    return [(event.verb, event.user, event.words) for event in events]


# --- The first step --------------------------------------------------------------------------------------------------


def test_a_password_alone_signs_nobody_in(cast):
    client, user = Client(), somebody(cast)

    response = give_password(client, user)

    assert (response.status_code, response.url) == (302, reverse(CODE))
    assert not is_signed_in(client)


def test_a_wrong_password_is_refused_and_noted_without_what_was_typed(cast):
    client, user = Client(), somebody(cast)

    response = give_password(client, user, "eight quiet herons")

    assert response.context["form"].errors["__all__"] == ["The e-mail address or the password is not right."]
    assert noted(response) == [("sign_in_failed", user, "Gave a wrong e-mail address or password")]
    assert "eight quiet herons" not in str(response.wsgi_request.accounts_events)


def test_an_unknown_address_gets_the_same_answer(cast):
    response = Client().post(reverse(SIGN_IN), {"login": "nobody@school.example", "password": PASSWORD})

    assert response.context["form"].errors["__all__"] == ["The e-mail address or the password is not right."]
    assert noted(response) == [("sign_in_failed", None, "Gave a wrong e-mail address or password")]


def test_the_sixth_wrong_password_in_five_minutes_is_not_even_tried(cast):
    client, user = Client(), somebody(cast)
    for _ in range(5):
        give_password(client, user, "wrong")

    response = give_password(client, user)

    assert response.context["form"].errors["__all__"] == [
        "Too many tries. Wait a few minutes, then try again."
    ]
    assert not is_signed_in(client)
    assert ("sign_in_failed", None, "Was stopped after too many tries") in noted(response)


def test_a_closed_account_stays_out(cast):
    client, user = Client(), somebody(cast, is_active=False)

    response = give_password(client, user)

    assert (response.status_code, response.url) == (302, reverse("account_inactive"))
    assert noted(response) == [("sign_in_failed", user, "Tried to sign in to a closed account")]


def test_the_system_never_signs_in_even_with_a_password_and_a_tick(db, mailoutbox):
    system = system_user()
    system.set_password(PASSWORD)
    system.is_active = True
    system.save()

    response = give_password(Client(), system)

    assert response.url == reverse("account_inactive")
    assert mailoutbox == []


def test_nobody_signs_up_by_themself(db):
    page = Client().post(
        reverse("account_signup"),
        {"email": "new@school.example", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert "account/signup_closed.html" in [template.name for template in page.templates]


# --- A code by e-mail, for those without an authenticator --------------------------------------------------------------


def test_a_guest_is_let_in_by_a_six_figure_code_sent_by_e_mail(cast, mailoutbox):
    client, user = Client(), somebody(cast)
    give_password(client, user)

    response = give_code(client, code_in(mailoutbox[-1]))

    assert mailoutbox[-1].to == [user.email]
    assert (response.status_code, response.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session["second_step"] == "email_code"
    assert noted(response) == [("signed_in", user, "Signed in")]
    assert client.get(reverse("profile")).status_code == 200


def test_a_wrong_code_is_refused_and_noted(cast, mailoutbox):
    client, user = Client(), somebody(cast)
    give_password(client, user)

    response = give_code(client, other_than(code_in(mailoutbox[-1])))

    assert response.context["form"].errors["code"] == ["The code is not right. Check it and try again."]
    assert noted(response) == [("sign_in_failed", user, "Gave a wrong code")]
    assert not is_signed_in(client)


def test_after_five_wrong_codes_the_right_one_is_worth_nothing(cast, mailoutbox):
    client, user = Client(), somebody(cast)
    give_password(client, user)
    code = code_in(mailoutbox[-1])
    for _ in range(5):
        give_code(client, other_than(code))

    response = give_code(client, code)

    assert (response.status_code, response.url) == (302, reverse(SIGN_IN))
    assert not is_signed_in(client)


def test_somebody_who_knows_the_password_cannot_ask_for_codes_without_end(cast, mailoutbox):
    user = somebody(cast)

    answers = [give_password(Client(), user) for _ in range(7)]

    assert [answer.url for answer in answers] == [reverse(CODE)] * 6 + [reverse(SIGN_IN)]
    assert noted(answers[-1]) == [("sign_in_failed", user, "Was stopped after asking for too many codes")]
    assert len(mailoutbox) == 6


def test_a_code_runs_out_after_ten_minutes(cast, mailoutbox, time_machine):
    start = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
    time_machine.move_to(start, tick=False)
    client, user = Client(), somebody(cast)
    give_password(client, user)

    time_machine.move_to(start + dt.timedelta(minutes=10, seconds=1), tick=False)
    response = give_code(client, code_in(mailoutbox[-1]))

    assert (response.status_code, response.url) == (302, reverse(SIGN_IN))
    assert not is_signed_in(client)


def test_a_new_code_may_be_sent_twice_and_the_old_one_dies(cast, mailoutbox):
    client, user = Client(), somebody(cast)
    give_password(client, user)
    first = code_in(mailoutbox[-1])
    for _ in range(3):
        client.post(reverse(CODE), {"action": "resend"})

    assert len(mailoutbox) == 3
    if first != code_in(mailoutbox[-1]):
        give_code(client, first)
        assert not is_signed_in(client)
    assert give_code(client, code_in(mailoutbox[-1])).url == "/"


def test_the_code_is_not_of_another_sign_in(cast, mailoutbox):
    user = somebody(cast)
    theirs, mine = Client(), Client()
    give_password(theirs, user)
    give_password(mine, user)
    code = code_in(mailoutbox[0])

    if code != code_in(mailoutbox[1]):
        give_code(mine, code)
        assert not is_signed_in(mine)
    assert give_code(theirs, code).url == "/"


@pytest.fixture
def mail_server_down(monkeypatch):
    def fail(self, messages):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)


def test_a_mail_server_that_does_not_answer_is_told_in_a_sentence(cast, mail_server_down):
    client, user = Client(), somebody(cast)

    response = client.post(reverse(SIGN_IN), {"login": user.email, "password": PASSWORD}, follow=True)

    assert response.redirect_chain[-1] == (reverse(SIGN_IN), 302)
    assert [str(message) for message in response.context["messages"]] == [
        "We could not send you an e-mail just now. Try again in a few minutes."
    ]


# --- An authenticator app, for everyone who reads other agencies' material ---------------------------------------------


@pytest.mark.parametrize("role", sorted(set(Role) - GUEST))
def test_everyone_but_guests_sets_up_an_authenticator_before_any_other_page(cast, mailoutbox, role):
    client, user = Client(), somebody(cast, role)
    give_password(client, user)
    give_code(client, code_in(mailoutbox[-1]))

    pages = [client.get(reverse(name)) for name in ("profile", "account_change_password", "account_email")]

    assert [page.url for page in pages] == [reverse("set_up_second_step")] * 3
    assert client.get(reverse("set_up_second_step")).status_code == 200


@pytest.mark.parametrize("role", sorted(GUEST))
def test_guests_are_not_held_up(cast, mailoutbox, role):
    client, user = Client(), somebody(cast, role)
    give_password(client, user)
    give_code(client, code_in(mailoutbox[-1]))

    assert client.get(reverse("profile")).status_code == 200


def test_an_administrator_needs_an_authenticator_whatever_else_they_are(cast, mailoutbox):
    client, user = Client(), somebody(cast, Role.REFERRER, is_staff=True)
    give_password(client, user)
    give_code(client, code_in(mailoutbox[-1]))

    assert client.get(reverse("admin:index")).url == reverse("set_up_second_step")


def test_setting_up_the_app_opens_the_service_and_gives_recovery_codes(cast, mailoutbox):
    client, user = Client(), somebody(cast, Role.BU)
    give_password(client, user)
    give_code(client, code_in(mailoutbox[-1]))

    page = client.get(reverse("mfa_activate_totp"))
    done = client.post(reverse("mfa_activate_totp"), {"code": totp_code(page.context["form"].secret)})

    assert (page.status_code, done.url) == (200, reverse("mfa_view_recovery_codes"))
    assert sorted(Authenticator.objects.values_list("type", flat=True)) == ["recovery_codes", "totp"]
    assert client.session["second_step"] == "authenticator"
    assert client.get(reverse("profile")).status_code == 200


def test_a_wrong_code_sets_nothing_up(cast, mailoutbox):
    client, user = Client(), somebody(cast, Role.BU)
    give_password(client, user)
    give_code(client, code_in(mailoutbox[-1]))
    page = client.get(reverse("mfa_activate_totp"))

    client.post(reverse("mfa_activate_totp"), {"code": other_than(totp_code(page.context["form"].secret))})

    assert list(Authenticator.objects.all()) == []
    assert client.get(reverse("profile")).url == reverse("set_up_second_step")


def test_the_app_is_asked_for_at_every_sign_in_after_that(cast, mailoutbox):
    client, user = Client(), somebody(cast, Role.BU)
    TOTP.activate(user, SECRET)

    first = give_password(client, user)
    second = client.post(reverse("mfa_authenticate"), {"code": totp_code()})

    assert (first.url, second.url) == (reverse("mfa_authenticate"), "/")
    assert client.session["second_step"] == "authenticator"
    assert mailoutbox == []


def test_a_wrong_app_code_is_noted_and_lets_nobody_in(cast):
    client, user = Client(), somebody(cast, Role.BU)
    TOTP.activate(user, SECRET)
    give_password(client, user)

    response = client.post(reverse("mfa_authenticate"), {"code": other_than(totp_code())})

    assert noted(response) == [("sign_in_failed", user, "Gave a wrong code")]
    assert not is_signed_in(client)


def test_app_codes_cannot_be_tried_without_end(cast):
    client, user = Client(), somebody(cast, Role.BU)
    TOTP.activate(user, SECRET)
    give_password(client, user)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": other_than(totp_code())})

    response = client.post(reverse("mfa_authenticate"), {"code": totp_code()})

    assert response.context["form"].errors["code"] == ["Too many tries. Wait a few minutes, then try again."]
    assert not is_signed_in(client)


def test_a_recovery_code_stands_in_for_a_lost_telephone_once(cast):
    user = somebody(cast, Role.BU)
    TOTP.activate(user, SECRET)
    code = RecoveryCodes.activate(user).get_unused_codes()[0]

    clients = [Client(), Client()]
    for client in clients:
        give_password(client, user)
        client.post(reverse("mfa_authenticate"), {"code": code})

    assert [is_signed_in(client) for client in clients] == [True, False]


def test_a_guest_who_set_up_an_app_uses_it_instead_of_the_e_mail(cast, mailoutbox):
    client, user = Client(), somebody(cast, Role.REFERRER)
    TOTP.activate(user, SECRET)

    response = give_password(client, user)

    assert (response.url, mailoutbox) == (reverse("mfa_authenticate"), [])


# --- What changes while somebody is signed in --------------------------------------------------------------------------


def test_a_guest_who_is_given_more_to_read_sets_up_an_authenticator_there_and_then(cast, mailoutbox):
    client, user = Client(), somebody(cast, Role.REFERRER)
    give_password(client, user)
    give_code(client, code_in(mailoutbox[-1]))

    MembershipFactory(user=user, partnership=cast.partnership, role=Role.SG)

    assert client.get(reverse("profile")).url == reverse("set_up_second_step")


def test_taking_the_last_authenticator_away_holds_the_session_again(cast):
    client, user = Client(), somebody(cast, Role.BU)
    TOTP.activate(user, SECRET)
    give_password(client, user)
    client.post(reverse("mfa_authenticate"), {"code": totp_code()})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    client.post(reverse("mfa_deactivate_totp"))

    assert list(Authenticator.objects.all()) == []
    assert client.get(reverse("profile")).url == reverse("set_up_second_step")


def test_a_session_from_before_the_app_was_set_up_elsewhere_signs_in_again(cast, mailoutbox):
    client, user = Client(), somebody(cast, Role.BU)
    give_password(client, user)
    give_code(client, code_in(mailoutbox[-1]))

    TOTP.activate(user, SECRET)
    response = client.get(reverse("mfa_activate_totp"))

    assert response.url == reverse(SIGN_IN)
    assert not is_signed_in(client)


def test_a_session_without_any_second_step_is_sent_back(cast):
    client = Client()
    client.force_login(somebody(cast, Role.REFERRER))

    assert client.get(reverse("profile")).url == reverse(SIGN_IN)
    assert not is_signed_in(client)


def test_somebody_whose_last_role_has_ended_is_told_so(cast, sign_in, time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC), tick=False)
    user = somebody(cast, Role.REFERRER)
    Membership.objects.filter(user=user).update(until=dt.date(2026, 3, 2))
    client = sign_in(user)

    page = client.get(reverse("people:list"))

    assert page.status_code == 403
    assert "You hold no role here at present" in page.content.decode()
    assert client.get(reverse("profile")).status_code == 200


def test_an_administrator_without_a_role_reaches_the_administration_and_nothing_else(sign_in, db):
    client = sign_in(UserFactory(is_staff=True))

    assert client.get(reverse("admin:index")).status_code == 200
    assert client.get(reverse("people:list")).status_code == 403


def test_signing_out_is_noted_and_ends_the_session(cast, sign_in):
    client = sign_in(cast.sg)

    response = client.post(reverse("account_logout"))

    assert noted(response) == [("signed_out", cast.sg, "Signed out")]
    assert not is_signed_in(client)


def test_pages_ask_strangers_to_sign_in(db):
    for name in ("profile", "people:list", "people:invite", "set_up_second_step"):
        assert Client().get(reverse(name)).url == f"{reverse(SIGN_IN)}?next={reverse(name)}"


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"])
def test_changing_how_one_signs_in_asks_for_the_password_again(cast, sign_in, name):
    address = reverse(name)

    response = sign_in(somebody(cast, Role.BU)).get(address)

    assert (response.status_code, response.url) == (
        302,
        f"{reverse('account_reauthenticate')}?next={address.replace('/', '%2F')}",
    )


def test_a_mail_server_that_does_not_answer_a_forgotten_password_is_told_too(cast, mail_server_down):
    user = somebody(cast)

    response = Client().post(reverse("account_reset_password"), {"email": user.email}, follow=True)

    assert response.redirect_chain == [(reverse(SIGN_IN), 302)]
    assert [str(message) for message in response.context["messages"]] == [
        "We could not send you an e-mail just now. Try again in a few minutes."
    ]
