"""Django admin: accounts, agencies and reference data, and no way from there to case content."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from factories import AgencyFactory, UserFactory

from accounts.db import system_user
from accounts.models import Agency, Invitation, Membership, Partnership, User
from accounts.roles import Role
from accounts.services import invite

OURS = {"user", "agency", "partnership", "partnershipagency", "membership", "invitation"}


@pytest.fixture
def administrator(db) -> User:
    return UserFactory(is_staff=True, name="Ash Root")


@pytest.fixture
def client(administrator, sign_in) -> Client:
    return sign_in(administrator)


def page(name: str, *args) -> str:
    return reverse(f"admin:accounts_{name}", args=args)


def noted(response) -> list[tuple]:
    return [
        (event.verb, event.user, event.words)
        for event in getattr(response.wsgi_request, "accounts_events", [])
    ]


def particulars(user: User, **changes) -> dict[str, str]:
    kept = {"name": user.name, "job_title": user.job_title, "phone": user.phone}
    ticks = {"is_active": "on"} if user.is_active else {}
    return {**kept, **ticks, **changes}


def test_accounts_registers_these_tables_and_takes_the_signing_in_ones_out():
    registered = {model._meta.label_lower for model in admin.site._registry}

    assert {label for label in registered if label.startswith("accounts.")} == {
        f"accounts.{name}" for name in OURS
    }
    assert [
        label
        for label in sorted(registered)
        if label.split(".")[0] in {"auth", "account", "mfa", "socialaccount"}
    ] == []


def test_nothing_with_case_content_is_registered():
    case = apps.get_model("casework", "Case")
    of_cases = {
        model
        for model in apps.get_models()
        if model is case or any(field.related_model is case for field in model._meta.concrete_fields)
    }

    assert of_cases & set(admin.site._registry) == set()


def test_only_administrators_past_both_steps_enter(cast, administrator, sign_in):
    half = Client()
    half.force_login(administrator)

    assert sign_in(administrator).get(reverse("admin:index")).status_code == 200
    assert sign_in(cast.bum).get(reverse("admin:index"), follow=True).status_code == 403
    assert sign_in(cast.bum).get(page("user_changelist"), follow=True).status_code == 403
    assert half.get(reverse("admin:index")).url == reverse("set_up_second_step")


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_table_can_be_looked_at_and_nothing_deleted(client, cast, name):
    invite(
        by=cast.bum,
        email="jo@school.example",
        name="Jo Tern",
        partnership=cast.partnership,
        agency=cast.agency("school"),
        role=Role.REP,
    )
    row = apps.get_model("accounts", name).objects.filter().first()

    answers = [
        client.get(page(f"{name}_changelist")).status_code,
        client.get(page(f"{name}_change", row.pk)).status_code,
        client.get(page(f"{name}_delete", row.pk)).status_code,
        client.post(page(f"{name}_delete", row.pk), {"post": "yes"}).status_code,
    ]

    assert answers == [200, 200, 403, 403]
    assert apps.get_model("accounts", name).objects.filter(pk=row.pk).exists()


def test_an_account_is_opened_without_password_and_unproven(client, administrator):
    done = client.post(page("user_add"), {"name": "Jo Tern", "email": "Jo@School.example", "is_active": "on"})

    user = User.objects.get(email="jo@school.example")
    assert done.status_code == 302
    assert (user.has_usable_password(), user.is_staff, user.is_superuser) == (False, False, False)
    assert [address.verified for address in user.emailaddress_set.all()] == [False]
    assert noted(done) == [("administered", administrator, "Added person “Jo Tern”")]


def test_an_administrator_makes_no_administrators_but_a_superuser_does(client, sign_in, cast):
    person = cast.rep
    chief = UserFactory(is_staff=True, is_superuser=True)

    client.post(page("user_change", person.pk), particulars(person, is_staff="on", is_superuser="on"))
    person.refresh_from_db()
    by_administrator = (person.is_staff, person.is_superuser)
    sign_in(chief).post(page("user_change", person.pk), particulars(person, is_staff="on", is_superuser="on"))
    person.refresh_from_db()

    assert by_administrator == (False, False)
    assert (person.is_staff, person.is_superuser) == (True, False)


def test_no_account_is_taken_over(client, cast):
    before = (cast.bum.email, cast.bum.password)

    client.post(
        page("user_change", cast.bum.pk),
        particulars(cast.bum, email="mine@elsewhere.example", password="known", phone="01632 960001"),
    )

    cast.bum.refresh_from_db()
    assert (cast.bum.email, cast.bum.password, cast.bum.phone) == (*before, "01632 960001")


def test_an_administrator_closes_an_account_but_not_their_own_nor_a_superusers(client, administrator, cast):
    chief = UserFactory(is_staff=True, is_superuser=True)
    person = cast.rep

    for user in (person, administrator, chief):
        client.post(page("user_change", user.pk), particulars(user, is_active=""))

    assert [User.objects.get(pk=user.pk).is_active for user in (person, administrator, chief)] == [
        False,
        True,
        True,
    ]


def test_every_change_is_noted_with_what_changed(client, administrator):
    agency = AgencyFactory(name="Elm Park School")
    answers = {
        "name": "Elm Park Academy",
        "short_name": agency.short_name,
        "kind": agency.kind,
        "email_domains": "",
    }

    done = client.post(page("agency_change", agency.pk), answers)

    assert noted(done) == [("administered", administrator, "Changed agency “Elm Park Academy”")]
    details = done.wsgi_request.accounts_events[0].details
    assert details == {
        "row": f"accounts.Agency:{agency.pk}",
        "changes": [{"changed": {"fields": ["Name"]}}],
    }
    assert Agency.objects.get().name == "Elm Park Academy"


def test_roles_that_open_cases_are_neither_given_nor_changed_here(client, cast):
    person, role = UserFactory(), Membership.objects.get(user=cast.rep)

    client.post(
        page("membership_add"),
        {"user": person.pk, "partnership": cast.partnership.pk, "role": Role.BUM, "starts_on": "2026-03-02"},
    )
    changed = client.post(page("membership_change", role.pk), {"role": Role.BUM, "until": "2026-03-02"})

    assert [membership.role for membership in person.memberships.all()] == [Role.ADM]
    assert changed.status_code == 403
    role.refresh_from_db()
    assert (role.role, role.until) == (Role.REP, None)


def test_an_administrator_does_not_make_themself_one_somewhere(client, administrator, cast):
    answer = client.post(
        page("membership_add"),
        {"user": administrator.pk, "partnership": cast.partnership.pk, "starts_on": "2026-03-02"},
    )

    assert answer.context["adminform"].form.errors == {
        "user": ["You cannot give yourself a role: ask another administrator."]
    }
    assert list(administrator.memberships.all()) == []


def test_invitations_show_no_secret_and_stay_as_they_are(client, cast):
    invitation = invite(
        by=cast.bum,
        email="jo@school.example",
        name="Jo Tern",
        partnership=cast.partnership,
        agency=None,
        role=Role.SG,
    )

    shown = client.get(page("invitation_change", invitation.pk))
    changed = client.post(page("invitation_change", invitation.pk), {"role": Role.BUM})

    assert invitation.secret_hash not in shown.content.decode()
    assert changed.status_code == 403
    assert Invitation.objects.get().role == Role.SG


def test_a_partnership_is_changed_here_and_opened_elsewhere(client, cast):
    assert client.get(page("partnership_add")).status_code == 403
    assert client.get(page("partnership_change", Partnership.objects.get().pk)).status_code == 200


def test_a_lost_second_step_is_removed_as_an_action_and_noted(client, administrator, cast):
    answers = {"action": "remove_second_steps", "_selected_action": [str(cast.rep.pk), str(administrator.pk)]}

    done = client.post(page("user_changelist"), answers)

    assert noted(done) == [("administered", administrator, f"Removed the second step of person “{cast.rep}”")]


def test_the_systems_own_account_is_not_to_be_found(client):
    assert client.get(page("user_change", system_user().pk)).status_code == 302


def test_outsiders_of_the_administration_change_nothing(cast, sign_in):
    agency = AgencyFactory(name="Elm Park School")

    answer = sign_in(cast.bum).post(page("agency_change", agency.pk), {"name": "Mine"}, follow=True)

    assert answer.status_code == 403
    agency.refresh_from_db()
    assert agency.name == "Elm Park School"
