"""Getting in by invitation, and only so."""

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from factories import UserFactory

from accounts.models import Invitation, Membership, User
from accounts.roles import Role
from accounts.services import (
    Refused,
    accept_invitation,
    end_membership,
    invite,
    join_by_invitation,
    resend_invitation,
    revoke_invitation,
    why_closed,
)

NOW = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
TODAY = NOW.date()
PASSWORD = "seven quiet herons"
ANSWERS = {"password": PASSWORD, "name": "Jo Tern", "phone": "01632 960001"}


@pytest.fixture(autouse=True)
def clock_at(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def ask(cast):
    """`ask(role=…)` invites Jo Tern, as the business manager does."""

    def asked(**changes) -> Invitation:
        answers = {
            "by": cast.bum,
            "email": "Jo.Tern@school.example",
            "name": "Jo Tern",
            "partnership": cast.partnership,
            "agency": cast.agency("school"),
            "role": Role.REP,
        }
        return invite(**{**answers, **changes})

    return asked


@pytest.fixture
def sent(ask, mailoutbox, django_capture_on_commit_callbacks):
    """An invitation whose e-mail has gone, with the path of its link."""

    def sending(**changes) -> tuple[Invitation, str]:
        with django_capture_on_commit_callbacks(execute=True):
            invitation = ask(**changes)
        return invitation, link_in(mailoutbox[-1])

    return sending


def link_in(message) -> str:
    return re.search(r"https?://[^/\s]+(/\S+)", message.body).group(1)


def why_not(act, *args, **kwargs) -> list[str]:
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.reasons


def test_an_invitation_is_sent_with_a_link_that_is_kept_nowhere(sent, mailoutbox, cast):
    invitation, link = sent()

    secret = link.rstrip("/").rpartition("/")[2]
    assert [message.to for message in mailoutbox] == [["jo.tern@school.example"]]
    assert mailoutbox[0].subject == "Your invitation to NSCP practice reviews"
    assert len(secret) >= 40
    assert secret not in str(Invitation.objects.filter(pk=invitation.pk).values())
    assert invitation.expires_at == NOW + dt.timedelta(days=14)


@pytest.mark.parametrize("asker", ["bu", "sgc", "ic", "dsp_la"])
def test_only_the_business_manager_invites(ask, cast, asker):
    with pytest.raises(PermissionDenied):
        ask(by=getattr(cast, asker))


def test_another_partnerships_manager_cannot_invite_into_this_one(ask, outsider):
    with pytest.raises(PermissionDenied):
        ask(by=outsider)


def test_a_manager_cannot_invite_themself(ask, cast):
    assert why_not(ask, email=cast.bum.email.upper()) == [
        "You cannot invite yourself: ask another business manager."
    ]


def test_administrators_are_not_invited(ask):
    assert why_not(ask, role=Role.ADM) == [
        "Administrators are not invited: another administrator gives that role."
    ]


def test_every_reason_is_given_at_once(ask, cast):
    cast.agency("school").email_domains = ["school.example"]

    assert why_not(ask, role=Role.IC, email="jo@elsewhere.example", partnership=cast.partnership) == [
        "NSCP school uses addresses that end in @school.example."
    ]
    holder = cast.ic
    assert why_not(ask, role=Role.IC, email="jo@elsewhere.example") == [
        f"{holder} holds this role: end that first, or name a deputy.",
        "NSCP school uses addresses that end in @school.example.",
    ]


def test_nobody_is_invited_twice_to_the_same_role(ask):
    ask()

    assert why_not(ask) == [
        "An invitation to this person for this role is waiting: send it again, or withdraw it."
    ]


def test_somebody_who_holds_the_role_is_not_invited_to_it(ask, cast):
    holder = cast.person(Role.REP)

    assert why_not(ask, email=holder.email) == ["This person holds this role already."]


def test_accepting_makes_the_account_and_gives_the_role(ask, cast):
    membership = accept_invitation(ask(), **ANSWERS, on=TODAY)

    user = User.objects.get(email="jo.tern@school.example")
    assert (membership.user, membership.role, membership.granted_by) == (user, Role.REP, cast.bum)
    assert (membership.agency, membership.starts_on) == (cast.agency("school"), TODAY)
    assert (user.name, user.phone, user.check_password(PASSWORD)) == ("Jo Tern", "01632 960001", True)
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert [(each.email, each.verified, each.primary) for each in EmailAddress.objects.filter(user=user)] == [
        (user.email, True, True)
    ]


def test_a_link_is_used_once(ask):
    invitation = ask()
    accept_invitation(invitation, **ANSWERS, on=TODAY)

    assert why_not(accept_invitation, invitation, **ANSWERS, on=TODAY) == [
        "This invitation has been used. Sign in with your e-mail address and password."
    ]
    assert Membership.objects.filter(user__name="Jo Tern").count() == 1


def test_a_link_runs_out_after_fourteen_days(ask, clock_at):
    invitation = ask()

    clock_at.move_to(NOW + dt.timedelta(days=14, seconds=-1))
    still = why_closed(invitation)
    clock_at.move_to(NOW + dt.timedelta(days=14))

    assert still == []
    assert why_not(accept_invitation, invitation, **ANSWERS, on=TODAY) == [
        "This invitation has run out. Ask the business unit to send it again."
    ]


def test_a_withdrawn_link_opens_nothing(ask, cast):
    invitation = revoke_invitation(ask(), by=cast.bum)

    assert why_not(accept_invitation, invitation, **ANSWERS, on=TODAY) == [
        "This invitation was withdrawn. Ask the business unit if you think that is a mistake."
    ]


def test_an_invitation_dies_with_its_inviters_role_until_another_sends_it_again(ask, cast):
    invitation, another = ask(), cast.person(Role.BUM)
    end_membership(Membership.objects.get(user=cast.bum), on=TODAY, by=another)

    closed = why_not(accept_invitation, invitation, **ANSWERS, on=TODAY)
    membership = accept_invitation(resend_invitation(invitation, by=another), **ANSWERS, on=TODAY)

    assert closed == [
        "The person who invited you has left. Ask the business unit to send the invitation again."
    ]
    assert membership.granted_by == another


def test_sending_again_replaces_the_link(sent, cast, mailoutbox, django_capture_on_commit_callbacks):
    invitation, old = sent()

    with django_capture_on_commit_callbacks(execute=True):
        resend_invitation(invitation, by=cast.bum)

    new = link_in(mailoutbox[-1])
    assert [Client().get(link).status_code for link in (old, new)] == [404, 200]


def test_what_is_settled_is_neither_sent_again_nor_withdrawn(ask, cast):
    invitation = ask()
    accept_invitation(invitation, **ANSWERS, on=TODAY)
    settled = ["This invitation was used or withdrawn in the meantime."]

    assert why_not(resend_invitation, invitation, by=cast.bum) == settled
    assert why_not(revoke_invitation, invitation, by=cast.bum) == settled


def test_another_partnerships_manager_touches_no_invitation_here(ask, outsider):
    invitation = ask()

    for act in (resend_invitation, revoke_invitation):
        with pytest.raises(PermissionDenied):
            act(invitation, by=outsider)


def test_somebody_with_an_account_takes_the_role_up_signed_in(ask):
    colleague = UserFactory(email="jo.tern@school.example")
    invitation = ask()

    anew = why_not(accept_invitation, invitation, **ANSWERS, on=TODAY)
    membership = join_by_invitation(invitation, by=colleague, on=TODAY)

    assert anew == ["You have an account already: sign in, and the invitation is waiting for you."]
    assert (membership.user, membership.role) == (colleague, Role.REP)


def test_an_invitation_is_not_taken_up_by_somebody_else(ask, cast):
    assert why_not(join_by_invitation, ask(), by=cast.sg, on=TODAY) == [
        "This invitation was sent to another e-mail address. Sign in with that one."
    ]


def test_a_closed_account_takes_nothing_up(ask):
    closed = UserFactory(email="jo.tern@school.example", is_active=False)

    with pytest.raises(PermissionDenied):
        join_by_invitation(ask(), by=closed, on=TODAY)


# --- The page behind the link ------------------------------------------------------------------------------------


def test_the_link_leads_through_the_form_into_the_service(sent):
    client, (_, link) = Client(), sent(role=Role.REFERRER)

    page = client.get(link)
    done = client.post(link, ANSWERS)

    user = User.objects.get(email="jo.tern@school.example")
    assert page.status_code == 200
    assert (done.status_code, done.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session["second_step"] == "email_code"
    assert [(event.verb, event.user) for event in done.wsgi_request.accounts_events] == [
        ("signed_in", user),
        ("account_changed", user),
    ]


def test_a_weak_password_is_refused_where_it_is_typed(sent):
    invitation, link = sent()

    page = Client().post(link, {**ANSWERS, "password": "jotern"})

    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["password"]
    assert User.objects.filter(email=invitation.email).count() == 0


def test_a_second_click_on_the_button_says_that_the_link_was_used(sent):
    _, link = sent()
    Client().post(link, ANSWERS)

    again = Client().post(link, ANSWERS)

    assert again.status_code == 410
    assert "This invitation has been used." in again.content.decode()
    assert Membership.objects.filter(user__name="Jo Tern").count() == 1


def test_an_unknown_link_is_not_found(db):
    assert Client().get(reverse("invitation", args=["guessed"])).status_code == 404


def test_somebody_with_an_account_is_asked_to_sign_in_and_comes_back(sent):
    colleague = UserFactory(email="jo.tern@school.example")
    _, link = sent()

    page = Client().get(link)

    assert page.context["sign_in_href"] == f"{reverse('account_login')}?next={link.replace('/', '%2F')}"
    assert list(Membership.objects.filter(user=colleague)) == []


def test_signed_in_with_the_right_account_one_button_takes_the_role(sent, sign_in):
    colleague = UserFactory(email="jo.tern@school.example")
    _, link = sent()

    done = sign_in(colleague).post(link)

    assert (done.status_code, done.url) == (302, "/")
    assert [m.role for m in Membership.objects.filter(user=colleague)] == [Role.REP]


def test_signed_in_as_somebody_else_the_link_gives_nothing(sent, sign_in, outsider):
    invitation, link = sent()

    page = sign_in(outsider).post(link)

    assert page.context["form"].non_field_errors() == [
        "This invitation was sent to another e-mail address. Sign in with that one."
    ]
    invitation.refresh_from_db()
    assert invitation.accepted_at is None
