"""Putting right the address of somebody whose e-mails come back."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Membership
from accounts.services import Refused, correct_address

pytestmark = pytest.mark.django_db


def role_of(person) -> Membership:
    return person.memberships.get()


def test_it_is_told_to_both_addresses_and_the_managers_and_is_proved_at_the_next_sign_in(
    cast, django_capture_on_commit_callbacks
):
    before, manager = cast.rep.email, cast.bum

    with django_capture_on_commit_callbacks(execute=True):
        user = correct_address(role_of(cast.rep), email="Right@Example.org", by=manager)

    assert user.email == "right@example.org"
    assert list(EmailAddress.objects.filter(user=user).values_list("email", "primary", "verified")) == [
        ("right@example.org", True, False)
    ]
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted([before, user.email, manager.email])


def test_no_manager_changes_the_address_of_somebody_who_decides_or_of_themself(cast):
    for person in (cast.dsp_police, cast.ic, cast.sgc, cast.lan, cast.bum):
        before = person.email
        with pytest.raises(Refused):
            correct_address(role_of(person), email="mine@example.org", by=cast.bum)
        person.refresh_from_db()
        assert person.email == before


def test_nobody_but_a_manager_of_the_partnership_does_it(cast, other_cast):
    for by in (cast.bu, cast.sgc, other_cast.bum):
        with pytest.raises(PermissionDenied):
            correct_address(role_of(cast.rep), email="mine@example.org", by=by)


def test_an_address_that_another_account_has_is_refused_in_words_and_kept_in_its_box(cast, sign_in):
    other = cast.person("rep", agency="school")
    address = reverse("people:address", args=[role_of(cast.rep).pk])

    response = sign_in(cast.bum).post(address, {"email": other.email.upper()})

    assert "Another account has this address" in response.content.decode()
    assert other.email.upper() in response.content.decode()
    assert sign_in(cast.sgc).get(address).status_code == 403
