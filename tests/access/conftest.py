"""One world for all the tests of a file, and each of them leaves it as it found it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import transaction

from accounts.presets import BEDFORD_BOROUGH
from accounts.roles import Role
from tests.access.full_case import FullCase
from tests.conftest import Cast


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[SimpleNamespace]:
    """The north's case with everybody let in, another of theirs with nobody let in, and the south's case."""
    with django_db_blocker.unblock(), transaction.atomic():
        north = Cast(name="Northmere Partnership", short_name="NSCP", code="NSCP")
        south = Cast(name="Southmere Partnership", short_name="SBSCP", code="SBSCP", preset=BEDFORD_BOROUGH)
        ours = FullCase(north, name="Vale")
        kept = FullCase(north, name="Kept", people=ours.people)
        theirs = FullCase(south, name="Moor")
        ours.let_in()
        theirs.let_in()
        for full in (ours, kept, theirs):
            full.keys |= {"person": full.people[Role.BU].pk, "other_case": kept.case.pk}
        yield SimpleNamespace(ours=ours, kept=kept, theirs=theirs)
        transaction.set_rollback(True)


@pytest.fixture
def nothing_stays(world) -> Iterator[None]:
    """Each walk leaves the world as it found it; refusals are expected and not logged."""
    logging.disable(logging.WARNING)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)
