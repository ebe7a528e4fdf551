"""The public start: whom to ring, and whose names the world may see."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import DirectoryEntry
from accounts.roles import Role

pytestmark = pytest.mark.django_db
START = "start_of"


def listed(cast, name="Rita Stone", **changes):
    fields = {"agency": cast.agency("school"), "phone": "01632 960 777", "email": "rita@school.example"}
    return DirectoryEntry.objects.create(partnership=cast.partnership, name=name, **{**fields, **changes})


def test_it_says_what_it_is_not_for_and_whom_to_ring(cast):
    cast.partnership.contacts = {
        "telephone": "01632 960 101",
        "front_door": "the Northmere front door",
        "front_door_telephone": "01632 960 999",
    }
    cast.partnership.save()

    page = Client().get(reverse(START, args=["nscp"])).content.decode()

    for said in (
        "ring 999",
        "the Northmere front door",
        "01632 960 999",
        "01632 960 101",
        "I have no account",
    ):
        assert said in page


def test_a_representative_is_named_to_the_world_only_where_the_entry_says_so(cast, other_cast, sign_in):
    listed(cast)
    listed(cast, name="Paul Open", phone="01632 960 888", is_public=True)
    address = reverse(START, args=["nscp"])

    seen = {
        who: [
            word in client.get(address).content.decode()
            for word in ("Rita Stone", "01632 960 777", "Paul Open")
        ]
        for who, client in {
            "anybody": Client(),
            "stranger": sign_in(other_cast.bum),
            "own": sign_in(cast.referrer),
        }.items()
    }

    assert seen == {
        "anybody": [False, False, True],
        "stranger": [False, False, True],
        "own": [True, True, True],
    }


def test_each_partnership_has_its_own_start_and_a_choice_stands_before_them(cast, other_cast):
    listed(other_cast, name="Sam South", is_public=True)

    choice = Client().get(reverse("start")).content.decode()
    north = Client().get(reverse(START, args=["NSCP"])).content.decode()
    south = Client().get(reverse(START, args=["sbscp"])).content.decode()

    assert [reverse(START, args=[code]) in choice for code in ("nscp", "sbscp")] == [True, True]
    assert ["Sam South" in page for page in (north, south)] == [False, True]
    assert "Case Review Group" in south
    assert Client().get(reverse(START, args=["nowhere"])).status_code == 404


def test_with_one_partnership_there_is_nothing_to_choose(cast):
    assert Client().get(reverse("start")).url == reverse(START, args=["nscp"])


def test_a_long_directory_costs_no_more_queries_than_a_short_one(cast):
    address = reverse(START, args=["nscp"])

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            Client().get(address)
        return len(seen)

    listed(cast, is_public=True)
    one = queries()
    for number in range(3):
        listed(cast, name=f"Person {number}", agency=cast.agency(f"agency {number}"), is_public=True)

    assert queries() == one


def test_the_sign_in_page_leads_here_and_here_to_getting_in(cast):
    sign_in = Client().get(reverse("account_login")).content.decode()
    start = Client().get(reverse(START, args=["nscp"])).content.decode()

    assert f'href="{reverse("start")}"' in sign_in
    assert f'href="{reverse("get_in", args=["nscp"])}"' in start
    assert cast.person(Role.REP)


@pytest.mark.parametrize("domain", ["gmail.com", "School.example", "school"])
def test_an_administrator_cannot_enter_what_lets_anybody_in_or_is_never_found(cast, domain):
    school = cast.agency("school")
    school.email_domains = [domain]

    with pytest.raises(ValidationError):
        school.full_clean()
