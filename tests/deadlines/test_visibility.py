"""Who sees which deadline: the partnership's people the case's, an agency its own, a stranger none."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction

from accounts.roles import Role
from casework.services import admit, raise_wall
from deadlines import services
from deadlines.models import Deadline
from tests.deadlines.clockwork import case_of, day, london

NOW = london(2026, 6, 10, 16)
AWARE = london(2026, 6, 8, 10, 15)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at):
    at(NOW)


@pytest.fixture
def clocks(cast, case):
    """One of the whole case, one owed by the school, one by the police, one by a named person."""
    school, police = cast.agency("school"), cast.agency("police")
    cases = {"case": case, "by": cast.bum, "trigger_at": AWARE, "because": ""}
    return {
        "case": services.start("DL-01", **cases),
        "school": services.start("DL-07", about=school, owed_agency=school, **cases),
        "police": services.start("DL-07", about=police, owed_agency=police, **cases),
        "owner": services.start("DL-23", owed_user=cast.alo, **cases),
    }


def seen_by(user, clocks):
    found = set(Deadline.objects.visible_to(user))
    return {name for name, deadline in clocks.items() if deadline in found}


def test_a_deadline_is_of_its_case_s_partnership_for_good(clocks, other_cast):
    with pytest.raises(IntegrityError, match="of_its_case"):
        give_to(other_cast.partnership, clocks["case"])


@transaction.atomic
def give_to(partnership, deadline):
    Deadline.objects.filter(pk=deadline.pk).update(partnership=partnership)
    connection.check_constraints()


@pytest.mark.parametrize("role", ["bu", "bum", "sgc", "sg", "dsp_la", "dsp_police", "ic", "lsp_la", "lan"])
def test_the_people_of_the_partnership_see_the_whole_case(cast, clocks, role):
    assert seen_by(getattr(cast, role), clocks) == set(clocks)


def test_a_representative_sees_the_case_and_their_own_agency(cast, case, clocks):
    admit(case, role=Role.REP, agency=cast.agency("school"), why="Asked", by=cast.bum, on=day(2026, 6, 8))

    assert seen_by(cast.rep, clocks) == {"case", "school", "owner"}


def test_a_guest_told_the_status_sees_only_what_their_agency_owes(cast, case, clocks):
    for role in (Role.DSL, Role.REFERRER):
        admit(case, role=role, agency=cast.agency("school"), why="Referred", by=cast.bum, on=day(2026, 6, 8))

    assert seen_by(cast.dsl, clocks) == {"school"}
    assert seen_by(cast.referrer, clocks) == {"school"}


def test_an_action_owner_sees_only_their_own(cast, case, clocks):
    admit(case, role=Role.ALO, user=cast.alo, why="Owns an action", by=cast.bum, on=day(2026, 6, 8))

    assert seen_by(cast.alo, clocks) == {"owner"}


def test_a_person_with_two_roles_sees_what_either_shows(cast, case, clocks):
    person = cast.person(Role.DSL, agency="school")
    admit(case, role=Role.DSL, agency=cast.agency("school"), why="Referred", by=cast.bum, on=day(2026, 6, 8))
    admit(case, role=Role.PM, user=person, why="Appointed", by=cast.bum, on=day(2026, 6, 8))

    assert seen_by(person, clocks) == set(clocks)


def test_without_admission_an_agency_sees_nothing(cast, clocks):
    assert seen_by(cast.rep, clocks) == set()


def test_a_stranger_and_a_visitor_see_nothing(clocks, outsider):
    assert list(Deadline.objects.visible_to(outsider)) == []
    assert list(Deadline.objects.visible_to(AnonymousUser())) == []


def test_a_wall_hides_them(cast, case, clocks):
    raise_wall(case, user=cast.bu, reason="A neighbour", by=cast.bum)

    assert seen_by(cast.bu, clocks) == set()


def test_another_partnership_that_was_let_in_sees_them(cast, case, clocks, other_cast):
    admit(
        case,
        role=Role.SG,
        partnership=other_cast.partnership,
        why="Home area",
        by=cast.bum,
        on=day(2026, 6, 8),
    )

    assert seen_by(other_cast.sg, clocks) == set(clocks)


def test_what_the_case_page_leads_with_is_the_next_statutory_one(cast, case, clocks):
    services.meet("DL-07", case=case, about=cast.agency("police"), at=NOW, by=cast.bum)
    assert Deadline.objects.next_for(case) == clocks["case"]

    services.meet("DL-01", case=case, at=NOW, by=cast.bum)
    assert Deadline.objects.next_for(case) == clocks["owner"]

    services.cancel("DL-23", case=case, reason="Merged", by=cast.bum)
    assert Deadline.objects.next_for(case) == clocks["school"]


def test_a_duty_that_only_lasts_is_not_owed(cast):
    case = case_of(cast)
    services.start("DL-22", case=case, trigger_at=AWARE, because="", by=cast.bum)

    assert Deadline.objects.next_for(case) is None
    assert Deadline.objects.of(case).open().count() == 1
