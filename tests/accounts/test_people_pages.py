"""People and roles: the business manager's own pages, and one's own account."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import MembershipFactory, UserFactory

from accounts.models import Invitation, Membership
from accounts.roles import Role
from accounts.services import invite
from govuk.widgets import posted

NOW = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def clock_at(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def manager(cast, sign_in):
    return sign_in(cast.bum)


def held(user, role) -> Membership:
    return Membership.objects.get(user=user, role=role)


def waiting(cast, email="jo.tern@school.example", **changes) -> Invitation:
    answers = {"name": "Jo Tern", "agency": cast.agency("school"), "role": Role.REP, **changes}
    return invite(by=cast.bum, email=email, partnership=cast.partnership, **answers)


def noted(response) -> list[tuple]:
    events = getattr(response.wsgi_request, "accounts_events", [])
    return [(event.verb, event.user, event.words) for event in events]


def addresses(membership, invitation) -> list[str]:
    return [
        reverse("people:list"),
        reverse("people:invite"),
        reverse("people:end", args=[membership.pk]),
        reverse("people:deputy", args=[membership.pk]),
        reverse("people:resend", args=[invitation.pk]),
        reverse("people:revoke", args=[invitation.pk]),
    ]


def test_the_list_shows_who_holds_which_role_here_and_nobody_elses(cast, other_cast, manager):
    rows = [held(cast.bum, Role.BUM), held(cast.rep, Role.REP)]
    assert other_cast.rep
    MembershipFactory(partnership=cast.partnership, role=Role.SG, until=TODAY)

    page = manager.get(reverse("people:list"))

    assert sorted(page.context["roles"].object_list, key=str) == sorted(rows, key=str)
    assert cast.rep.email in page.content.decode()
    assert other_cast.rep.email not in page.content.decode()


def test_the_list_asks_the_database_as_often_for_three_rows_as_for_one(cast, manager):
    address = reverse("people:list")
    held_before = held(cast.ic, Role.IC)
    manager.get(address)

    def queries(rows: int) -> int:
        for number in range(rows):
            waiting(cast, email=f"jo{number}.{rows}@school.example")
            deputy = cast.person(Role.REP)
            MembershipFactory(
                user=deputy,
                partnership=cast.partnership,
                role=Role.IC,
                deputy_for=held_before,
                until=dt.date(2027, 1, 1),
            )
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert manager.get(address).status_code == 200
        return len(captured)

    assert queries(1) == queries(3)


def test_a_long_list_comes_in_pages(cast, manager):
    for _ in range(50):
        MembershipFactory(partnership=cast.partnership, role=Role.SG)

    first, second = (manager.get(reverse("people:list"), {"page": page}) for page in (1, 2))

    assert [len(page.context["roles"].object_list) for page in (first, second)] == [50, 1]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.BUM}))
def test_only_business_managers_open_these_pages(cast, sign_in, role):
    client = sign_in(getattr(cast, role.value))
    membership, invitation = held(cast.bum, Role.BUM), waiting(cast)
    act = {reverse("people:resend", args=[invitation.pk]), reverse("people:revoke", args=[invitation.pk])}

    answers = {
        address: (client.post if address in act else client.get)(address).status_code
        for address in addresses(membership, invitation)
    }

    # A role of somebody else is not there to be lent.
    lending = reverse("people:deputy", args=[membership.pk])
    assert answers == {address: 404 if address == lending else 403 for address in answers}


def test_another_partnerships_manager_finds_nothing_of_this_one(cast, outsider, sign_in):
    client = sign_in(outsider)
    membership, invitation = held(cast.rep, Role.REP), waiting(cast)

    gets = [client.get(address).status_code for address in addresses(membership, invitation)[2:4]]
    posts = [client.post(address).status_code for address in addresses(membership, invitation)[2:]]
    other = client.get(reverse("people:list"), {"partnership": str(cast.partnership.pk)})

    assert gets == [404, 404]
    assert posts == [404, 404, 404, 404]
    assert other.status_code == 404
    assert "Jo Tern" not in client.get(reverse("people:list")).content.decode()


def test_a_person_is_invited_from_the_page(cast, manager):
    answers = {
        "name": "Jo Tern",
        "email": "jo.tern@school.example",
        "role": Role.REP,
        "agency": str(cast.agency("school").pk),
    }

    done = manager.post(reverse("people:invite"), answers)

    invitation = Invitation.objects.get()
    assert done.url == f"{reverse('people:list')}?partnership={cast.partnership.pk}"
    assert (invitation.name, invitation.role, invitation.invited_by) == ("Jo Tern", Role.REP, cast.bum)
    assert noted(done) == [("administered", cast.bum, "Jo Tern is invited as Agency representative.")]
    assert "Jo Tern" in manager.get(done.url).content.decode()


def test_a_refused_invitation_keeps_what_was_typed_and_says_why(cast, manager):
    answers = {"name": "Jo Tern", "email": cast.bum.email, "role": Role.SG, "agency": ""}

    page = manager.post(reverse("people:invite"), answers)

    assert page.context["form"].non_field_errors() == [
        "You cannot invite yourself: ask another business manager."
    ]
    assert page.context["form"]["name"].value() == "Jo Tern"
    assert noted(page) == []


def test_agencies_and_roles_that_are_not_on_offer_are_not_taken(cast, other_cast, manager):
    answers = {
        "name": "Jo Tern",
        "email": "jo@school.example",
        "role": Role.ADM,
        "agency": str(other_cast.agency("school").pk),
    }

    page = manager.post(reverse("people:invite"), answers)

    assert sorted(page.context["form"].errors) == ["agency", "role"]


def test_a_role_is_ended_today(cast, manager):
    membership = held(cast.rep, Role.REP)

    page = manager.get(reverse("people:end", args=[membership.pk]))
    done = manager.post(reverse("people:end", args=[membership.pk]), posted("on", TODAY))

    membership.refresh_from_db()
    assert (page.status_code, done.status_code, membership.until) == (200, 302, TODAY)
    assert noted(done) == [("administered", cast.bum, f"{cast.rep} is no longer Agency representative.")]


def test_a_role_cannot_be_made_to_have_ended_yesterday(cast, manager):
    membership = held(cast.rep, Role.REP)

    page = manager.post(
        reverse("people:end", args=[membership.pk]), posted("on", TODAY - dt.timedelta(days=1))
    )

    assert page.context["form"].errors == {"on": ["The day must be today or in the future"]}


def test_a_second_click_says_that_the_role_has_ended(cast, manager):
    address = reverse("people:end", args=[held(cast.rep, Role.REP).pk])
    manager.post(address, posted("on", TODAY))

    again = manager.post(address, posted("on", TODAY))

    assert again.context["form"].non_field_errors() == ["This role has ended already."]


def test_a_deputy_named_to_a_last_day_still_stands_in_on_it(cast, manager):
    membership, deputy = held(cast.ic, Role.IC), cast.sg
    answers = {
        "deputy": str(deputy.pk),
        **posted("starts_on", TODAY),
        **posted("last_day", dt.date(2026, 3, 6)),
    }

    done = manager.post(reverse("people:deputy", args=[membership.pk]), answers)

    named = Membership.objects.get(deputy_for=membership)
    assert done.status_code == 302
    assert (named.user, named.starts_on, named.until) == (deputy, TODAY, dt.date(2026, 3, 7))
    assert Membership.objects.current(dt.date(2026, 3, 6)).filter(pk=named.pk).exists()


def test_the_holder_names_a_deputy_from_their_own_account(cast, sign_in):
    membership, deputy = held(cast.dsp_icb, Role.DSP_ICB), cast.sg
    client = sign_in(cast.dsp_icb)
    address = reverse("people:deputy", args=[membership.pk])
    answers = {"deputy": str(deputy.pk), **posted("starts_on", TODAY), **posted("last_day", TODAY)}

    done = client.post(address, answers)

    assert address in client.get(reverse("profile")).content.decode()
    assert done.url == reverse("profile")
    assert Membership.objects.get(deputy_for=membership).granted_by == cast.dsp_icb


def test_strangers_are_not_offered_as_deputies(cast, manager, outsider):
    membership = held(cast.ic, Role.IC)
    answers = {"deputy": str(outsider.pk), **posted("starts_on", TODAY), **posted("last_day", TODAY)}

    page = manager.post(reverse("people:deputy", args=[membership.pk]), answers)

    assert page.context["form"].errors == {"deputy": ["Select one of the answers offered"]}


def test_a_waiting_invitation_is_sent_again_and_withdrawn(cast, manager):
    invitation = waiting(cast)
    old = invitation.secret_hash

    again = manager.post(reverse("people:resend", args=[invitation.pk]))
    invitation.refresh_from_db()
    gone = manager.post(reverse("people:revoke", args=[invitation.pk]))

    assert invitation.secret_hash != old
    assert noted(again)[0][2] == (
        "A new link was sent to jo.tern@school.example; the old one no longer works."
    )
    assert noted(gone)[0][2] == "The invitation for Jo Tern was withdrawn."
    invitation.refresh_from_db()
    assert invitation.revoked_at == NOW


def test_withdrawing_twice_says_that_it_was_done(cast, manager):
    address = reverse("people:revoke", args=[waiting(cast).pk])
    manager.post(address)

    again = manager.post(address, follow=True)

    assert [str(message) for message in again.context["messages"]][-1] == (
        "This invitation was used or withdrawn in the meantime."
    )


def test_a_manager_of_two_partnerships_sees_them_one_at_a_time(cast, other_cast, manager):
    MembershipFactory(user=cast.bum, partnership=other_cast.partnership, role=Role.BUM)
    assert other_cast.rep

    first = manager.get(reverse("people:list"), {"partnership": str(cast.partnership.pk)})
    second = manager.get(reverse("people:list"), {"partnership": str(other_cast.partnership.pk)})

    assert (first.context["chosen"], first.context["others"]) == (cast.partnership, [other_cast.partnership])
    assert other_cast.rep.email not in first.content.decode()
    assert other_cast.rep.email in second.content.decode()


def test_one_puts_ones_own_particulars_right_and_no_others(cast, sign_in):
    client = sign_in(cast.rep)

    done = client.post(
        reverse("profile"),
        {
            "name": "Jo Tern",
            "job_title": "Head of safeguarding",
            "phone": "01632 960001",
            "email": "x@y.example",
            "is_staff": "1",
        },
    )

    before = cast.rep.email
    cast.rep.refresh_from_db()
    assert done.status_code == 302
    assert (cast.rep.name, cast.rep.job_title, cast.rep.phone) == (
        "Jo Tern",
        "Head of safeguarding",
        "01632 960001",
    )
    assert (cast.rep.email, cast.rep.is_staff) == (before, False)
    assert noted(done) == [("account_changed", cast.rep, "Changed their own particulars")]


def test_a_name_of_twenty_thousand_characters_is_refused_in_a_sentence(cast, sign_in):
    page = sign_in(cast.rep).post(reverse("profile"), {"name": "x" * 20_000})

    assert page.context["form"].errors == {
        "name": ["The full name must be 150 characters or fewer (now 20000)"]
    }


def test_somebody_new_to_the_service_holds_no_page(sign_in, db):
    assert sign_in(UserFactory()).get(reverse("people:list")).status_code == 403
