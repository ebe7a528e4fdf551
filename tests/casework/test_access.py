"""Who may see a case, and the wall that beats everything."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from factories import CaseFactory, MembershipFactory, UserFactory

from accounts.access_table import Right, Thing
from accounts.roles import Role
from casework.models import Access, Case
from casework.permissions import holders, may, roles_in
from casework.services import admit, admit_standing, answer_opening, end_access, lift_wall, raise_wall
from casework.transitions import TransitionRefused
from lcspr import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast) -> Case:
    return CaseFactory(partnership=cast.partnership)


def seen_by(user) -> list[Case]:
    return list(Case.objects.visible_to(user))


def test_the_business_unit_sees_its_own_partnerships_cases_and_no_others(cast, case, outsider):
    assert seen_by(cast.bu) == seen_by(cast.bum) == [case]
    assert seen_by(outsider) == []


def test_nobody_else_sees_a_case_before_they_are_let_in(cast, case):
    for role in set(Role) - {Role.BU, Role.BUM}:
        assert seen_by(getattr(cast, role)) == []


def test_standing_roles_see_it_from_acceptance(cast, case):
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")

    for role in ("sgc", "sg", "ic", "dsp_la", "dsp_icb", "dsp_police", "lan", "lsp_la"):
        assert seen_by(getattr(cast, role)) == [case]
    for role in ("rep", "referrer", "dsl", "aut", "adm", "aud"):
        assert seen_by(getattr(cast, role)) == []


def test_whoever_takes_over_a_standing_role_sees_the_cases_and_the_leaver_does_not(cast, case):
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    leaver = cast.sgc
    leaver.memberships.update(until=clock.today())

    successor = cast.person(Role.SGC)

    assert seen_by(leaver) == []
    assert seen_by(successor) == [case]


def test_an_agencys_admission_reaches_its_holders_of_that_role_only(cast, case):
    school = cast.agency("school")
    admit(case, role=Role.REP, agency=school, why="Asked for information", by=cast.bum, on=clock.today())
    stranger = cast.person(Role.REP, agency="hospital")

    assert seen_by(cast.rep) == [case]
    assert seen_by(cast.dsl) == []
    assert seen_by(stranger) == []


def test_an_agency_that_serves_two_partnerships_lets_in_its_people_of_the_cases_own(cast, other_cast, case):
    school = cast.agency("school")
    elsewhere = UserFactory()
    MembershipFactory(user=elsewhere, partnership=other_cast.partnership, agency=school, role=Role.REP)

    admit(case, role=Role.REP, agency=school, why="Asked for information", by=cast.bum, on=clock.today())

    assert seen_by(cast.rep) == [case]
    assert seen_by(elsewhere) == []
    assert roles_in(elsewhere, case) == frozenset()
    assert elsewhere not in holders(case, {Role.REP}, agency=school)


def test_an_appointment_ends_on_its_day(cast, case):
    author = UserFactory()
    access = admit(case, role=Role.AUT, user=author, why="Appointed", by=cast.bum, on=clock.today())
    assert seen_by(author) == [case]

    end_access(access, by=cast.bum, on=clock.today(), why="Contract ended")

    assert seen_by(author) == []
    assert Access.objects.filter(pk=access.pk).exists()


def test_access_that_starts_tomorrow_does_not_open_today(cast, case):
    admit(
        case,
        role=Role.AUT,
        user=cast.aut,
        why="Appointed",
        by=cast.bum,
        on=clock.today() + dt.timedelta(days=1),
    )

    assert seen_by(cast.aut) == []


def test_another_area_is_let_in_by_its_partnership_to_read_not_to_run(cast, case, other_cast):
    admit(
        case,
        role=Role.SG,
        partnership=other_cast.partnership,
        why="Child lives there",
        by=cast.bum,
        on=clock.today(),
    )

    assert seen_by(other_cast.sg) == [case]
    assert roles_in(other_cast.sg, case) == {Role.SG}
    assert seen_by(other_cast.bum) == []


def test_nobody_is_admitted_with_the_powers_of_the_business_unit(cast, case, other_cast):
    with pytest.raises(ValueError, match="in its own partnership alone"):
        admit(
            case, role=Role.BUM, partnership=other_cast.partnership, why="Help", by=cast.bum, on=clock.today()
        )


def test_a_wall_beats_every_way_in(cast, case):
    admit(case, role=Role.PC, user=cast.bu, why="Both", by=cast.bum, on=clock.today())
    raise_wall(case, user=cast.bu, reason="Related to the family", by=cast.bum)

    assert seen_by(cast.bu) == []
    assert roles_in(cast.bu, case) == frozenset()
    assert cast.bu not in holders(case, {Role.BU, Role.PC})


def test_who_says_they_know_someone_is_kept_out_at_once_and_cannot_let_themself_in(cast, case):
    answer_opening(case, by=cast.bu, knows_someone=True, reason="My neighbour’s child")
    wall = case.walls.get()

    assert seen_by(cast.bu) == []
    with pytest.raises(TransitionRefused):
        lift_wall(wall, by=cast.bu, reason="I changed my mind")

    lift_wall(wall, by=cast.bum, reason="A different family of the same name")
    assert seen_by(cast.bu) == [case]


def test_nobody_lets_themself_in(cast, case):
    with pytest.raises(TransitionRefused):
        admit(case, role=Role.AUT, user=cast.bum, why="Curious", by=cast.bum, on=clock.today())


def test_an_admission_names_exactly_one_holder(cast, case):
    with pytest.raises(IntegrityError), transaction.atomic():
        Access.objects.create(case=case, role=Role.SG, why="Nobody")
    with pytest.raises(IntegrityError), transaction.atomic():
        Access.objects.create(case=case, role=Role.SG, why="Two", user=cast.sg, partnership=cast.partnership)


def test_holders_are_those_who_may_open_the_case(cast, case):
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    gone = cast.person(Role.SG)
    gone.is_active = False
    gone.save()

    expected = sorted([cast.sg, cast.bum], key=lambda user: user.name)

    assert holders(case, {Role.SG, Role.BUM}) == expected


def test_holders_can_be_narrowed_to_one_agency(cast, case):
    for name in ("school", "hospital"):
        admit(case, role=Role.REP, agency=cast.agency(name), why="Asked", by=cast.bum, on=clock.today())
    other = cast.person(Role.REP, agency="hospital")

    ours = cast.rep

    assert holders(case, {Role.REP}, agency=cast.agency("school")) == [ours]
    assert holders(case, {Role.REP}, agency=cast.agency("hospital")) == [other]


def test_a_role_held_for_an_agency_reaches_its_own_things_only(cast, case):
    school, hospital = cast.agency("school"), cast.agency("hospital")
    admit(case, role=Role.REP, agency=school, why="Asked", by=cast.bum, on=clock.today())

    assert may(cast.rep, Right.WRITE, Thing.OWN_RETURN, case, agency=school)
    assert not may(cast.rep, Right.READ, Thing.OWN_RETURN, case, agency=hospital)
    assert not may(cast.rep, Right.READ, Thing.COMBINED_CHRONOLOGY, case)


def test_a_person_in_two_agencies_does_not_carry_one_into_the_other(cast, case):
    school, hospital = cast.agency("school"), cast.agency("hospital")
    MembershipFactory(user=cast.rep, partnership=cast.partnership, agency=hospital, role=Role.DSL)
    admit(case, role=Role.REP, agency=school, why="Asked", by=cast.bum, on=clock.today())

    assert may(cast.rep, Right.WRITE, Thing.OWN_RETURN, case, agency=school)
    assert not may(cast.rep, Right.WRITE, Thing.OWN_RETURN, case, agency=hospital)
