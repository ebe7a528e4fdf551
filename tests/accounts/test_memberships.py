"""Who may give, end and lend a role."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from factories import AgencyFactory, MembershipFactory, UserFactory

from accounts.db import acting_as, memberships_of
from accounts.models import Membership
from accounts.roles import Role
from accounts.services import Refused, end_membership, grant_membership, name_deputy

TODAY = dt.date(2026, 3, 2)
TOMORROW = dt.date(2026, 3, 3)
MONTH_END = dt.date(2026, 4, 1)


def held(user, role) -> Membership:
    return Membership.objects.get(user=user, role=role)


@pytest.fixture(autouse=True)
def _on_a_monday(time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC), tick=False)


def grant(cast, *, user, role, by, agency=None, partnership=None):
    partnership = partnership or cast.partnership
    return grant_membership(user=user, partnership=partnership, agency=agency, role=role, by=by, on=TODAY)


def test_a_business_manager_gives_a_role(cast):
    newcomer = UserFactory()

    membership = grant(cast, user=newcomer, role=Role.REP, by=cast.bum, agency=cast.agency("school"))

    assert (membership.user, membership.role, membership.granted_by) == (newcomer, Role.REP, cast.bum)
    assert (membership.starts_on, membership.until) == (TODAY, None)


def test_the_act_that_gives_a_role_knows_it_at_once(cast):
    newcomer = UserFactory()

    with acting_as(cast.bum):
        before = memberships_of(newcomer)
        granted = grant(cast, user=newcomer, role=Role.SG, by=cast.bum)

        assert (before, memberships_of(newcomer)) == ([], [granted])


def test_nobody_gives_themself_a_role(cast):
    with pytest.raises(Refused) as refused:
        grant(cast, user=cast.bum, role=Role.SGC, by=cast.bum)

    assert refused.value.reasons == ["You cannot give yourself a role: ask another business manager."]


@pytest.mark.parametrize("giver", ["bu", "sgc", "dsp_la", "rep"])
def test_only_a_business_manager_gives_roles_that_open_cases(cast, giver):
    with pytest.raises(PermissionDenied):
        grant(cast, user=UserFactory(), role=Role.REFERRER, by=getattr(cast, giver))


def test_another_partnerships_manager_gives_nothing_here(cast, outsider):
    with pytest.raises(PermissionDenied):
        grant(cast, user=UserFactory(), role=Role.BUM, by=outsider)


def test_a_system_administrator_gives_no_role_that_opens_cases(cast):
    administrator = UserFactory(is_staff=True, is_superuser=True)

    with pytest.raises(PermissionDenied):
        grant(cast, user=UserFactory(), role=Role.BU, by=administrator)

    assert grant(cast, user=UserFactory(), role=Role.ADM, by=administrator).role == Role.ADM


def test_an_agency_role_needs_an_agency_of_the_partnership(cast):
    stranger = AgencyFactory(name="Elsewhere Hospital")

    with pytest.raises(Refused) as without:
        grant(cast, user=UserFactory(), role=Role.REP, by=cast.bum)
    with pytest.raises(Refused) as outside:
        grant(cast, user=UserFactory(), role=Role.REP, by=cast.bum, agency=stranger)

    assert without.value.reasons == ["Select the agency for which this role is held."]
    assert outside.value.reasons == [
        "Elsewhere Hospital does not work with Northmere Safeguarding Children Partnership: "
        "add it to the partnership first."
    ]


def test_a_safeguarding_partners_office_belongs_to_that_partner(cast):
    with pytest.raises(Refused) as refused:
        grant(cast, user=UserFactory(), role=Role.DSP_POLICE, by=cast.bum, agency=cast.agency("icb"))

    assert refused.value.reasons == [
        "This role belongs to the Police, and NSCP icb is not that partner here."
    ]


def test_an_office_has_one_holder_until_it_is_ended(cast):
    first = cast.dsp_la
    second = UserFactory()

    with pytest.raises(Refused) as refused:
        grant(cast, user=second, role=Role.DSP_LA, by=cast.bum, agency=cast.agency("council"))
    end_membership(held(first, Role.DSP_LA), on=TODAY, by=cast.bum)
    granted = grant(cast, user=second, role=Role.DSP_LA, by=cast.bum, agency=cast.agency("council"))

    assert refused.value.reasons == [f"{first} holds this role: end that first, or name a deputy."]
    assert list(Membership.objects.current().filter(role=Role.DSP_LA)) == [granted]


def test_the_same_role_is_not_given_twice(cast):
    member = cast.sg

    with pytest.raises(Refused) as refused:
        grant(cast, user=member, role=Role.SG, by=cast.bum)

    assert refused.value.reasons == [f"{member} holds this role already."]


def test_ending_a_role_takes_it_away_that_day_and_its_deputies_with_it(cast):
    principal, deputy = held(cast.dsp_la, Role.DSP_LA), cast.sg
    lent = name_deputy(principal, deputy=deputy, starts_on=TODAY, until=MONTH_END, by=cast.bum)

    end_membership(principal, on=TOMORROW, by=cast.bum)

    lent.refresh_from_db()
    assert lent.until == TOMORROW
    assert Membership.objects.current(TODAY).filter(role=Role.DSP_LA).count() == 2
    assert Membership.objects.current(TOMORROW).filter(role=Role.DSP_LA).count() == 0


def test_a_role_that_has_not_begun_ends_before_it_begins(cast):
    later = MembershipFactory(partnership=cast.partnership, role=Role.SG, starts_on=MONTH_END)

    ended = end_membership(later, on=TODAY, by=cast.bum)

    assert (ended.until, Membership.objects.current(MONTH_END).filter(pk=later.pk).exists()) == (
        MONTH_END,
        False,
    )


def test_a_role_ends_once(cast):
    membership = held(cast.sg, Role.SG)
    end_membership(membership, on=TODAY, by=cast.bum)

    with pytest.raises(Refused) as refused:
        end_membership(membership, on=TODAY, by=cast.bum)

    assert refused.value.reasons == ["This role has ended already."]


def test_the_last_business_manager_stays_until_there_is_another(cast):
    only = held(cast.bum, Role.BUM)

    with pytest.raises(Refused) as refused:
        end_membership(only, on=TODAY, by=cast.bum)
    another = cast.person(Role.BUM)
    end_membership(only, on=TODAY, by=another)

    assert refused.value.reasons == [
        "A partnership needs a business manager: invite another before you end this one."
    ]
    assert [m.user for m in Membership.objects.current().filter(role=Role.BUM)] == [another]


def test_another_partnerships_manager_ends_nothing_here(cast, outsider):
    with pytest.raises(PermissionDenied):
        end_membership(held(cast.sg, Role.SG), on=TODAY, by=outsider)


def test_the_holder_of_an_office_names_their_own_deputy(cast):
    principal = held(cast.dsp_police, Role.DSP_POLICE)

    lent = name_deputy(principal, deputy=cast.sg, starts_on=TOMORROW, until=MONTH_END, by=cast.dsp_police)

    assert (lent.deputy_for, lent.role, lent.agency) == (principal, Role.DSP_POLICE, principal.agency)
    assert (lent.starts_on, lent.until, lent.granted_by) == (TOMORROW, MONTH_END, cast.dsp_police)


def why_no_deputy(membership, **answers) -> list[str]:
    with pytest.raises(Refused) as refused:
        name_deputy(membership, **{"starts_on": TODAY, "until": MONTH_END, **answers})
    return refused.value.reasons


def test_a_manager_does_not_name_themself_deputy(cast):
    assert why_no_deputy(held(cast.ic, Role.IC), deputy=cast.bum, by=cast.bum) == [
        "You cannot name yourself as deputy: ask the holder of the role or another business manager."
    ]


def test_a_deputy_is_somebody_else_who_is_known_here_for_days_in_order(cast, outsider):
    chair = held(cast.sgc, Role.SGC)

    assert why_no_deputy(chair, deputy=cast.sgc, by=cast.bum) == [
        "Choose somebody other than the holder of the role."
    ]
    assert why_no_deputy(chair, deputy=outsider, by=cast.bum) == [
        f"{outsider} holds no role in Northmere Safeguarding Children Partnership: invite them first."
    ]
    assert why_no_deputy(chair, deputy=cast.sg, by=cast.bum, until=TODAY) == [
        "The last day must be after the first."
    ]


def test_a_deputy_names_no_deputy_and_an_ordinary_member_none_either(cast):
    lent = name_deputy(held(cast.ic, Role.IC), deputy=cast.sg, starts_on=TODAY, until=MONTH_END, by=cast.bum)
    nobody = ["Nobody can be named as deputy for this role."]

    assert why_no_deputy(lent, deputy=cast.sgc, by=cast.bum) == nobody
    assert why_no_deputy(held(cast.sg, Role.SG), deputy=cast.sgc, by=cast.bum) == nobody


def test_one_deputy_is_not_named_twice_for_the_same_days(cast):
    chair = held(cast.sgc, Role.SGC)
    name_deputy(chair, deputy=cast.sg, starts_on=TODAY, until=MONTH_END, by=cast.bum)

    again = why_no_deputy(chair, deputy=cast.sg, starts_on=TOMORROW, by=cast.bum)
    after = name_deputy(chair, deputy=cast.sg, starts_on=MONTH_END, until=dt.date(2026, 5, 1), by=cast.bum)

    assert again == [f"{cast.sg} is deputy for this role on some of these days already."]
    assert after.starts_on == MONTH_END


def test_a_deputy_does_not_outlast_the_role(cast):
    chair = held(cast.sgc, Role.SGC)
    end_membership(chair, on=dt.date(2026, 3, 10), by=cast.bum)

    assert why_no_deputy(chair, deputy=cast.sg, by=cast.bum) == [
        "This role itself ends on 10 March 2026: the deputy cannot go on after that."
    ]


def test_strangers_name_no_deputies(cast, outsider):
    for stranger in (outsider, cast.sg):
        with pytest.raises(PermissionDenied):
            name_deputy(held(cast.ic, Role.IC), deputy=cast.sg, starts_on=TODAY, until=MONTH_END, by=stranger)
