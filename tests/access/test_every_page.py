"""Every address × every role × own, foreign, not let in, signed out, walled: who opens it, who is refused, who finds nothing.

The rows of `table.py` say what is right. A new address fails `test_every_address_stands_in_the_table` until it has one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Max
from django.test import Client
from factories import MembershipFactory, UserFactory

from accounts.models import User
from accounts.roles import Role
from casework.models import Draft, RowChange
from casework.services import raise_wall
from tests.access.addresses import ADDRESSES
from tests.access.full_case import AT_THE_SCHOOL, FullCase
from tests.access.table import (
    FOR_ANYBODY,
    NAMES_OF_ONES_OWN,
    NOT_OF_A_CASE,
    OF_THE_COUNTRY,
    OPENS,
    OWNED_BY_ONE_AGENCY,
    PAGES,
    Page,
)
from tests.access.visiting import address_of, client_of, send

# 409: it may be opened, and the act has moved on. 405: it may be opened, by a button.
ANSWERS = {200: "o", 302: "o", 405: "o", 409: "o", 403: "x", 404: "."}
NOT_THE_PAGE = ("/accounts/login/", "/accounts/second-step/")
CLOSED_DOORS = frozenset({403, 404, 405})
# The health check answers by the state of the engines, to anybody; tests/run asks it.
WALKED = [page for page in PAGES if page.name in ADDRESSES and page.name != "healthz"]

pytestmark = pytest.mark.usefixtures("nothing_stays")


def visit(client: Client, page: Page, keys: dict[str, Any]) -> tuple[str, str]:
    """The letter of the answer, and the body; what the visit wrote is taken back."""
    with transaction.atomic():
        response = send(client, "GET", address_of(page, keys))
        body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    return letter_of(response), body.decode(errors="replace")


def letter_of(response: Any) -> str:
    """What the table writes for an answer; being sent to sign in, or asked whom one knows, is none of them."""
    if response.status_code == 302 and response.url.startswith(NOT_THE_PAGE):
        return f"({response.url})"
    return ANSWERS.get(response.status_code, f"({response.status_code})")


def everyone_in_one(full: FullCase, agency: str) -> User:
    """Somebody who holds every role of a partnership at once: what they may not do there, nobody may."""
    user = UserFactory(name="All of them")
    for role in Role:
        MembershipFactory(
            user=user,
            partnership=full.cast.partnership,
            agency=full.cast.agency(agency),
            role=role,
            deputy_for=_principal(full, role),
        )
    return user


def _principal(full: FullCase, role: Role) -> Any:
    return full.people[role].memberships.get(role=role)


def test_every_address_stands_in_the_table():
    assert sorted(ADDRESSES) == sorted(page.name for page in PAGES)


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_who_opens_what_in_their_own_case(world, role):
    """And no page tells anybody of another area's case, of one they were not let in to, or an unrevealed name."""
    ours, client = world.ours, client_of(world.ours.people[role])
    wrong, told = [], []
    for page in WALKED:
        answer, body = visit(client, page, ours.keys)
        if answer != page.answers[role]:
            wrong.append(f"{page.name}: {page.answers[role]} in the table, answered {answer}")
        told += [f"{page.name} tells {what!r}" for what in leaks(world, role, page) if what in body]
    assert wrong == []
    assert told == []


def leaks(world: SimpleNamespace, role: Role, page: Page) -> list[str]:
    """The words that this page must not show to this role."""
    ours, kept, theirs = world.ours, world.kept, world.theirs
    forbidden = [*marks_of(theirs), theirs.child_name, kept.child_name]
    if role not in {Role.BU, Role.BUM}:
        forbidden += marks_of(kept)
    if role in AT_THE_SCHOOL:
        forbidden.append(ours.hospital_mark)
    if not (role in AT_THE_SCHOOL and page.name in NAMES_OF_ONES_OWN):
        forbidden.append(ours.child_name)
    return forbidden


def marks_of(full: FullCase) -> list[str]:
    return [full.case.reference, full.case.pseudonym, full.mark, full.hospital_mark]


@pytest.mark.parametrize("role", sorted(AT_THE_SCHOOL), ids=str)
def test_an_agency_finds_nothing_of_another_agency_s(world, role):
    """The school's people ask for the hospital's referral, return, chronology, entry, action, evidence and file."""
    client = client_of(world.ours.people[role])
    keys = world.ours.keys | world.ours.hospital
    opened = []
    for page in WALKED:
        if page.takes in OWNED_BY_ONE_AGENCY:
            answer, body = visit(client, page, keys)
            if answer != "." or world.ours.hospital_mark in body:
                opened.append((page.name, answer))
    assert opened == []


@pytest.mark.parametrize("whose", ["theirs", "kept"])
def test_outsiders_find_nothing_and_change_nothing(world, whose):
    """The south's people at the north's door with every role at once; and the north's own who were not let in.

    Not let in: every role but the business unit's, which sees every case of its partnership.
    """
    full = world.theirs if whose == "theirs" else world.kept
    outsider = everyone_in_one(world.ours, "college")
    if whose == "kept":
        outsider.memberships.filter(role__in=[Role.BU, Role.BUM]).delete()
    client = client_of(outsider)
    with nothing_written():
        assert found_by(client, full) == []


def found_by(client: Client, full: FullCase) -> list[tuple[str, str, int]]:
    """Every page of a case that answers anything but “not found”, asked for and sent an empty form.

    Drafts are left out: they are of an agency and of no case.
    """
    found = []
    for page in WALKED:
        if page.name not in FOR_ANYBODY | NOT_OF_A_CASE and page.takes != "draft":
            for method in ("GET", "POST"):
                status = send(client, method, address_of(page, full.keys)).status_code
                if status != 404:
                    found.append((page.name, method, status))
    return found


@contextmanager
def nothing_written() -> Iterator[None]:
    """No row of any table is written meanwhile, drafts included."""
    last = RowChange.objects.aggregate(last=Max("id"))["last"]
    drafts = sorted(Draft.objects.values_list("pk", "version"))
    yield
    assert list(RowChange.objects.filter(id__gt=last).values_list("verb", "object")) == []
    assert sorted(Draft.objects.values_list("pk", "version")) == drafts


def test_another_area_s_people_manage_nobody_here(world):
    client, found = client_of(world.theirs.people[Role.BUM]), []
    for page in WALKED:
        if page.name in NOT_OF_A_CASE - OF_THE_COUNTRY and ADDRESSES[page.name].parts:
            for method in ("GET", "POST"):
                response = send(client, method, address_of(page, world.ours.keys))
                found.append((page.name, method, response.status_code))
    assert [entry for entry in found if entry[2] not in {404, 405}] == []


def test_nobody_opens_anything_without_signing_in(world):
    client, opened = Client(), []
    with nothing_written():
        for page in WALKED:
            for method in ("GET", "POST"):
                response = send(client, method, address_of(page, world.ours.keys))
                if page.name not in FOR_ANYBODY and not letter_of(response).startswith("(/accounts/login/"):
                    opened.append((page.name, response.status_code))
    assert opened == []


@pytest.mark.parametrize("role", [Role.BUM, Role.SGC, Role.DSP_LA, Role.AUT, Role.REP], ids=str)
def test_the_walled_find_nothing_whatever_lets_them_in(world, role):
    ours = world.ours
    raise_wall(ours.case, user=ours.people[role], reason="Knows the family", by=ours.writer)
    client, told = client_of(ours.people[role]), []
    with nothing_written():
        assert found_by(client, ours) == []
    for page in WALKED:
        if page.name in NOT_OF_A_CASE and page.answers[role] == OPENS:
            _, body = visit(client, page, ours.keys)
            told += [(page.name, mark) for mark in marks_of(ours) if mark in body]
    assert told == []


def test_those_who_may_only_look_cannot_act_by_sending_the_form(world):
    """Where the table refuses the page, sending its form is refused too, and nothing changes."""
    lookers = (Role.REP, Role.PM, Role.AUT, Role.LSP_LA, Role.COMMS, Role.ADM)
    clients, done = {role: client_of(world.ours.people[role]) for role in lookers}, []
    with nothing_written():
        for role, client in clients.items():
            for page in WALKED:
                if page.answers[role] != OPENS:
                    status = send(client, "POST", address_of(page, world.ours.keys)).status_code
                    if status not in CLOSED_DOORS:
                        done.append((role, page.name, status))
    assert done == []
