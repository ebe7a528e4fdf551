"""What people hold is found out once a request, and found out anew after whatever may have changed it."""

from __future__ import annotations

from contextvars import Context

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.db import acting_as, forget_memberships, memberships_of, remembering
from accounts.models import Membership
from lcspr import clock

pytestmark = pytest.mark.django_db


def ended(user) -> None:
    """Somebody else's act in another process: nothing here is told of it."""
    Membership.objects.filter(user=user).update(until=clock.today())


def test_a_request_asks_once_what_somebody_holds(cast, sign_in):
    client = sign_in(cast.sgc)
    with CaptureQueriesContext(connection) as queries:
        # As a server calls it: nothing is known around it.
        assert Context().run(client.get, reverse("desk:home")).status_code == 200

    whole_rows = 'SELECT "accounts_membership"."id"'
    assert len([query for query in queries if query["sql"].startswith(whole_rows)]) == 1


def test_a_role_that_ended_is_gone_with_the_next_request(cast, sign_in):
    client = sign_in(cast.sgc)
    assert client.get(reverse("desk:home")).status_code == 200

    ended(cast.sgc)

    assert client.get(reverse("desk:home")).status_code == 403


def test_two_acts_of_one_request_ask_once_and_two_requests_twice(cast):
    with remembering():
        with acting_as(None):
            assert memberships_of(cast.sgc)
        ended(cast.sgc)
        with acting_as(None):
            assert memberships_of(cast.sgc)
    with remembering(), acting_as(None):
        assert memberships_of(cast.sgc) == []


def refused_after_a_look(user) -> None:
    with acting_as(None):
        assert memberships_of(user)
        raise PermissionDenied


def test_after_an_act_that_was_taken_back_it_is_found_out_anew(cast):
    with remembering():
        with pytest.raises(PermissionDenied):
            refused_after_a_look(cast.sgc)
        ended(cast.sgc)
        with acting_as(None):
            assert memberships_of(cast.sgc) == []


def test_after_a_service_changed_it_it_is_found_out_anew(cast):
    with remembering(), acting_as(None):
        assert memberships_of(cast.sgc)
        ended(cast.sgc)
        forget_memberships()
        assert memberships_of(cast.sgc) == []


def test_what_was_known_around_a_request_is_found_out_anew_after_it(cast):
    with remembering():
        assert memberships_of(cast.sgc)
        with remembering():
            ended(cast.sgc)
        assert memberships_of(cast.sgc) == []
