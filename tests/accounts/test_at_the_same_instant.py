"""Two people at once: one of them is told, nothing is doubled."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from factories import UserFactory

from accounts.models import Membership
from accounts.roles import Role
from accounts.services import Refused, accept_invitation, grant_membership, invite

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = dt.date(2026, 3, 2)


def at_once(*acts) -> list:
    """Run the acts in a thread each; a refusal comes back as its reasons."""
    gate = Barrier(len(acts))

    def run(act):
        try:
            gate.wait(timeout=10)
            return act()
        except Refused as refused:
            return refused.reasons
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_managers_fill_an_office_once(cast):
    managers = [cast.bum, cast.person(Role.BUM)]
    people = [UserFactory(name="Ash Vale"), UserFactory(name="Jo Tern")]

    def fill(person, manager):
        return lambda: grant_membership(
            user=person, partnership=cast.partnership, agency=None, role=Role.IC, by=manager, on=TODAY
        )

    answers = at_once(*(fill(person, manager) for person, manager in zip(people, managers, strict=True)))

    holder = Membership.objects.get(role=Role.IC)
    refusal = [f"{holder.user} holds this role: end that first, or name a deputy."]
    assert sorted(answers, key=str) == sorted([holder, refusal], key=str)


def test_a_link_clicked_twice_makes_one_account(cast):
    invitation = invite(
        by=cast.bum,
        email="jo@school.example",
        name="Jo Tern",
        partnership=cast.partnership,
        agency=cast.agency("school"),
        role=Role.REP,
    )

    def click():
        return accept_invitation(invitation, password="x", name="Jo Tern", phone="", on=TODAY)

    answers = at_once(click, click)

    used = ["This invitation has been used. Sign in with your e-mail address and password."]
    assert sorted(answers, key=str) == sorted([Membership.objects.get(role=Role.REP), used], key=str)
