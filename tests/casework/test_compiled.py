"""A query whose text is kept asks for each person what it would ask if it were built for them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import CaseFactory, MembershipFactory, UserFactory, subject_of

from accounts.compiled import kept, noting_cuts
from accounts.db import forget_memberships, forget_ways_in
from accounts.models import Agency
from accounts.roles import Role
from casework.compiled import attach, compiled_once
from casework.models import Access, Case, Stage, Subject, Wall
from casework.permissions import open_to
from casework.services import admit
from lcspr import clock

pytestmark = pytest.mark.django_db


class Counted:
    """A query of the cases a person may open, which counts how often it is built to be asked.

    In tests each asking builds it once more, to hold the text to it (tests/conftest.py).
    """

    def __init__(self):
        self.built = 0
        self.rows = compiled_once(self._build)

    def _build(self, user, case=None, *stages):
        self.built += 1
        rows = Case.objects.filter(open_to(user, case=""), stage__in=stages or list(Stage))
        return (rows if case is None else rows.filter(pk=case)).order_by("pk")

    def kept(self, *asked):
        """The rows, and whether the text was there already."""
        before = self.built
        rows = self.rows(*asked)
        return rows, self.built == before + 1


@pytest.fixture
def cases():
    return Counted()


def test_whoever_holds_alike_fills_in_their_own_keys(cast, other_cast, cases):
    ours, theirs = CaseFactory(partnership=cast.partnership), CaseFactory(partnership=other_cast.partnership)

    assert cases.kept(cast.bum) == ([ours], False)
    assert cases.kept(other_cast.bum) == ([theirs], True)
    assert cases.kept(cast.bum) == ([ours], True)


def test_whoever_holds_otherwise_is_asked_for_otherwise(cast, cases):
    case = CaseFactory(partnership=cast.partnership)
    cases.rows(cast.bum)

    assert cases.kept(cast.sgc) == ([], False)
    admit(
        case, role=Role.SGC, partnership=cast.partnership, why="The sub-group", by=cast.bum, on=clock.today()
    )
    assert cases.kept(cast.sgc) == ([case], True)


def test_nobody_finds_what_another_was_let_in_to_by_name(cast, cases):
    case = CaseFactory(partnership=cast.partnership)
    first, second = (
        MembershipFactory(user=UserFactory(), partnership=cast.partnership, role=Role.PM).user
        for _ in range(2)
    )
    admit(case, role=Role.PM, user=first, why="On the review panel", by=cast.bum, on=clock.today())

    assert cases.rows(first) == [case]
    assert cases.rows(second) == []


def test_a_wall_built_later_keeps_out(cast, cases):
    case = CaseFactory(partnership=cast.partnership)
    assert cases.rows(cast.bum) == [case]

    Wall.objects.create(case=case, user=cast.bum, reason="Named in it", raised_by=cast.ic)
    forget_ways_in()
    assert cases.kept(cast.bum) == ([], False)


def test_one_text_serves_every_case_and_every_key_of_one(cast, cases):
    first, second = (CaseFactory(partnership=cast.partnership) for _ in range(2))

    assert cases.kept(cast.bum, first) == ([first], False)
    assert cases.kept(cast.bum, second.pk) == ([second], True)


def test_what_is_asked_by_position_is_part_of_the_text(cast, cases):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.SCREENING)

    assert cases.kept(cast.bum, None, Stage.SCREENING) == ([case], False)
    assert cases.kept(cast.bum, None, Stage.DRAFTING) == ([], False)


def test_instants_and_lists_are_filled_in(cast):
    @compiled_once
    def opened(user, case, *, before, stages):
        rows = Case.objects.filter(open_to(user, case=""), opened_at__lt=before, stage__any=stages)
        return rows.order_by("pk")

    case = CaseFactory(partnership=cast.partnership, stage=Stage.SCREENING)
    later = case.opened_at + dt.timedelta(seconds=1)

    assert opened(cast.bum, before=later, stages=[Stage.SCREENING, Stage.DRAFTING]) == [case]
    assert opened(cast.bum, before=case.opened_at, stages=[Stage.SCREENING]) == []
    assert opened(cast.bum, before=later, stages=[Stage.DRAFTING]) == []
    assert opened(cast.bum, before=later, stages=[]) == []


def test_the_day_is_part_of_the_text(cast, cases, monkeypatch):
    """A role that ends tonight opens nothing tomorrow, though the process keeps yesterday's texts."""
    case = CaseFactory(partnership=cast.partnership)
    admit(
        case, role=Role.SGC, partnership=cast.partnership, why="The sub-group", by=cast.bum, on=clock.today()
    )
    Access.objects.filter(case=case, role=Role.SGC).update(until=clock.today() + dt.timedelta(days=1))
    assert cases.rows(cast.sgc) == [case]

    tomorrow = clock.now() + dt.timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    forget_memberships()
    assert cases.rows(cast.sgc) == []


def test_a_query_that_depends_on_anything_else_is_found_out(cast):
    asked = iter(range(10))

    @compiled_once
    def by_turns(user, case):
        return Case.objects.filter(open_to(user, case=""), pseudonym=f"Child {next(asked)}")

    with pytest.raises(AssertionError, match="Asked with"):
        by_turns(cast.bum)


def test_related_rows_are_attached_with_one_query_for_all(cast):
    @compiled_once
    def subjects(user, case, *, keys):
        return Subject.objects.filter(case__any=keys).order_by("label")

    with_two, with_none = (CaseFactory(partnership=cast.partnership) for _ in range(2))
    told = [subject_of(with_two, f"Child {letter}") for letter in "BA"]
    cases, manager = list(Case.objects.order_by("pk")), cast.bum

    with CaptureQueriesContext(connection) as queries:
        attach(cases, "subjects", subjects, manager)
        found = {case: list(case.subjects.all()) for case in cases}

    assert found == {with_two: told[::-1], with_none: []}
    # The memberships, the ways in, and the rows.
    assert len(queries) == 3


@pytest.mark.parametrize("count", [0, 1, 2])
def test_any_finds_as_many_as_are_named(cast, count):
    agencies = [cast.agency(name) for name in ("police", "icb")][:count]

    found = Agency.objects.filter(pk__any=[agency.pk for agency in agencies])

    assert set(found) == set(agencies)


def test_a_query_that_says_a_key_of_its_own_is_refused(cast):
    """It would be kept for whoever holds alike, and show them what that key opens."""
    case = CaseFactory(partnership=cast.partnership)

    @compiled_once
    def of_one(user, within):
        return Case.objects.filter(pk=case.pk)

    with pytest.raises(ValueError, match="would be kept for others"):
        of_one(cast.bum)


def test_values_that_changed_places_are_found_out(cast):
    """The same values in another order are another question: of one person for the other’s agency."""
    first, second = cast.agency("police").pk, cast.agency("icb").pk
    turns = iter([(first, second), (second, first)])

    def build():
        agency, other = next(turns)
        return Agency.objects.filter(pk=agency, parent=other)

    with pytest.raises(AssertionError, match="Asked with"):
        kept("changed places", build, {"agency": first, "other": second})


def test_only_so_many_texts_are_kept_and_the_one_asked_longest_ago_goes_first(cast, cases, monkeypatch):
    monkeypatch.setattr("accounts.compiled._MOST_KEPT", 2)
    of_two = [(None, Stage.SCREENING), (None, Stage.DRAFTING)]
    for asked in of_two:
        cases.rows(cast.bum, *asked)
    # The ways in are a text as well, found out once a request.
    cases.rows(cast.bum, *of_two[0])
    cases.rows(cast.bum, None, Stage.MONITORING)

    assert cases.kept(cast.bum, *of_two[0])[1]
    assert not cases.kept(cast.bum, *of_two[1])[1]


def test_it_is_known_when_there_may_be_more(cast, cases):
    @compiled_once
    def first_two(user, case):
        return Case.objects.filter(open_to(user, case="")).order_by("pk")[:2]

    CaseFactory(partnership=cast.partnership)
    with noting_cuts() as cuts:
        assert len(first_two(cast.bum)) == 1
        assert cuts == []
        CaseFactory(partnership=cast.partnership)
        assert len(first_two(cast.bum)) == 2
        assert len(cuts) == 1
