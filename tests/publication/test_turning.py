"""Closing as complete and reopening: two people, and everything still open said at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from factories import CaseFactory, has_opened, subject_of

import actions.services
import deadlines.services
from accounts.roles import Role
from actions.models import Action
from casework.models import Access, Event, Stage
from casework.services import admit, admit_standing, end_access
from casework.transitions import MovedOn, TransitionRefused
from deadlines.models import Deadline
from decisions.models import Decision
from lcspr import clock
from publication import services
from publication.models import Closing, Reopening, ReopeningReason, ReopenTo
from tests.publication.conftest import PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast):
    """Followed up after a rapid review: everyone with a standing role is in."""
    found = CaseFactory(partnership=cast.partnership, stage=Stage.MONITORING, pseudonym="Child V")
    subject_of(found)
    admit_standing(found, by=cast.bum, on=clock.today(), why="Accepted")
    has_opened(found, *(getattr(cast, role) for role in PEOPLE))
    return found


def add_action(case, cast):
    return actions.services.add_action(
        case,
        text="Share concerns the same day.",
        intended_outcome="Nobody waits.",
        agency=cast.agency("school"),
        owner=cast.rep,
        starts_on=clock.today(),
        due_on=clock.today(),
        by=cast.bum,
        on=clock.today(),
    )


def propose(case, cast):
    return services.propose_closing(case, summary="It is done.", impact_statement="", by=cast.sgc)


def close(case, cast):
    closed = services.close_complete(propose(case, cast), by=cast.ic, on=clock.today())
    assert closed.stage == Stage.CLOSED_COMPLETE
    return closed


def ask(case, cast, *, to=ReopenTo.SCREENING, **more):
    return services.ask_to_reopen(
        case,
        reason=ReopeningReason.NEW_INFORMATION,
        words="A neighbour came forward.",
        to=to,
        by=cast.sgc,
        **more,
    )


def test_the_sub_group_chair_proposes_and_the_executive_closes(cast, case):
    deadlines.services.start("DL-23", case=case, trigger_at=clock.now(), because="", by=cast.bum)

    closed = close(case, cast)

    assert closed.closed_at is not None
    assert not Deadline.objects.open().filter(code="DL-23").exists()
    closing = Closing.objects.get()
    assert (closing.asked_by, closing.answered_by) == (cast.sgc, cast.ic)


def test_a_case_with_an_open_action_is_not_closed(cast, case):
    add_action(case, cast)

    with pytest.raises(TransitionRefused) as refused:
        propose(case, cast)

    assert refused.value.reasons == ["Action 1 is not closed: it is “Not started”."]
    assert list(Closing.objects.all()) == []


def test_an_action_added_after_the_proposal_stops_the_closing(cast, case):
    closing = propose(case, cast)
    add_action(case, cast)

    with pytest.raises(TransitionRefused):
        services.close_complete(closing, by=cast.ic, on=clock.today())

    case.refresh_from_db()
    assert case.stage == Stage.MONITORING
    assert Closing.objects.get().is_pending


def test_a_plan_closes_with_its_case(cast, case):
    plan = actions.services.draft_plan(case, by=cast.bum, on=clock.today())
    action = add_action(case, cast)
    actions.services.supersede_action(action, reason="Not needed.", by=cast.sgc, on=clock.today())
    with pytest.raises(TransitionRefused) as refused:
        propose(case, cast)
    assert refused.value.reasons == ["Record what the action plan changed: it is “Drafted”."]
    type(plan).objects.filter(pk=plan.pk).update(state="agreed", agreed_on=clock.today())
    type(plan).objects.filter(pk=plan.pk).update(state="running")
    actions.services.evaluate_plan(
        type(plan).objects.get(), evaluation="Children are seen.", by=cast.sgc, on=clock.today()
    )

    close(case, cast)

    plan.refresh_from_db()
    assert (plan.state, plan.closing_summary) == ("closed", "It is done.")
    assert Action.objects.get().state == "superseded"


@pytest.mark.parametrize("stage", [Stage.IN_REVIEW, Stage.PRE_PUBLICATION, Stage.SCREENING])
def test_a_case_still_being_reviewed_is_not_closed_as_complete(cast, case, stage):
    other = CaseFactory(partnership=cast.partnership, stage=stage)
    admit_standing(other, by=cast.bum, on=clock.today(), why="Test")

    with pytest.raises(TransitionRefused):
        propose(other, cast)


def test_who_proposes_and_who_closes(cast, case):
    for person in (cast.bum, cast.ic, cast.dsp_la, cast.sg):
        with pytest.raises(PermissionDenied):
            services.propose_closing(case, summary="Done.", impact_statement="", by=person)
    closing = propose(case, cast)
    for person in (cast.bum, cast.sg, cast.sgc):
        with pytest.raises(PermissionDenied):
            services.close_complete(closing, by=person, on=clock.today())


def test_nobody_confirms_what_they_proposed_even_in_two_roles(cast, case):
    admit(case, role=Role.IC, user=cast.sgc, why="Test", by=cast.bum, on=clock.today())
    closing = propose(case, cast)

    with pytest.raises(TransitionRefused) as refused:
        services.close_complete(closing, by=cast.sgc, on=clock.today())
    assert refused.value.reasons == ["A second person confirms it."]
    with pytest.raises(IntegrityError), transaction.atomic():
        Closing.objects.update(answered_by=cast.sgc, confirmed_at=clock.now())


def test_a_proposal_is_made_once_and_answered_once(cast, case):
    closing = propose(case, cast)
    with pytest.raises(TransitionRefused):
        propose(case, cast)
    services.refuse_turning(closing, reason="The impact is not known.", by=cast.dsp_la)

    with pytest.raises(MovedOn):
        services.close_complete(closing, by=cast.ic, on=clock.today())
    assert propose(case, cast).is_pending


def test_a_closed_case_is_reopened_to_consider_the_criteria(cast, case):
    deadlines.services.start("DL-01", case=case, trigger_at=clock.now(), because="", by=cast.bum)
    deadlines.services.meet("DL-01", case=case, at=clock.now(), by=cast.bum)
    first = Deadline.objects.get(code="DL-01")
    close(case, cast)

    again = services.reopen_case(ask(case, cast), by=cast.dsp_la, on=clock.today())

    assert (again.stage, again.closed_at) == (Stage.SCREENING, None)
    assert Decision.objects.get(kind="criteria").state == "open"
    assert [d.code for d in Deadline.objects.open().order_by("code")] == ["DL-05"]
    kept = Deadline.objects.get(code="DL-01")
    assert (kept.due_at, kept.met_at) == (first.due_at, first.met_at)
    assert Event.objects.filter(case=case, verb="reopen_for_screening").count() == 1


def test_only_new_awareness_starts_the_notification_s_clock_again(cast, case):
    deadlines.services.start("DL-01", case=case, trigger_at=clock.now(), because="", by=cast.bum)
    deadlines.services.meet("DL-01", case=case, at=clock.now(), by=cast.bum)
    close(case, cast)
    aware = clock.now() - dt.timedelta(hours=3)

    again = services.reopen_case(ask(case, cast, la_aware_at=aware), by=cast.dsp_la, on=clock.today())

    second = Deadline.objects.open().get(code="DL-01")
    assert (second.round, second.trigger_at, again.la_aware_at) == (2, aware, aware)


def test_reopened_to_follow_up_actions(cast, case):
    close(case, cast)

    again = services.reopen_case(ask(case, cast, to=ReopenTo.MONITORING), by=cast.dsp_icb, on=clock.today())

    assert again.stage == Stage.MONITORING
    assert Deadline.objects.open().get(code="DL-23").case == case


def test_agencies_that_were_in_before_are_in_again(cast, case):
    school = cast.agency("school")
    row = admit(case, role=Role.REP, agency=school, why="Asked", by=cast.bum, on=clock.today())
    end_access(row, by=cast.bum, on=clock.today(), why="Done")
    close(case, cast)

    services.reopen_case(ask(case, cast), by=cast.dsp_la, on=clock.today())

    assert Access.objects.current().filter(case=case, agency=school, role=Role.REP).count() == 1


def test_an_open_case_is_not_reopened(cast, case):
    with pytest.raises(TransitionRefused) as refused:
        ask(case, cast)

    assert refused.value.reasons == ["The case is not closed."]


def test_a_withdrawn_referral_has_nothing_to_follow_up(cast, case):
    closed = CaseFactory(partnership=cast.partnership, stage=Stage.CLOSED_WITHDRAWN)
    admit_standing(closed, by=cast.bum, on=clock.today(), why="Test")

    with pytest.raises(TransitionRefused):
        ask(closed, cast, to=ReopenTo.MONITORING)
    assert services.reopen_case(ask(closed, cast), by=cast.dsp_la, on=clock.today()).stage == Stage.SCREENING


def test_reopening_is_the_sub_group_chair_s_and_a_partner_s(cast, case):
    close(case, cast)
    for person in (cast.bum, cast.ic, cast.dsp_la):
        with pytest.raises(PermissionDenied):
            services.ask_to_reopen(
                case,
                reason=ReopeningReason.COMPLAINT,
                words="A complaint.",
                to=ReopenTo.SCREENING,
                by=person,
            )
    asked = ask(case, cast)
    for person in (cast.bum, cast.ic, cast.sgc):
        with pytest.raises(PermissionDenied):
            services.reopen_case(asked, by=person, on=clock.today())
    with pytest.raises(TransitionRefused):
        ask(case, cast)


def test_an_awareness_still_to_come_is_refused(cast, case):
    close(case, cast)

    with pytest.raises(TransitionRefused):
        ask(case, cast, la_aware_at=clock.now() + dt.timedelta(hours=1))
    with pytest.raises(TransitionRefused):
        ask(case, cast, to=ReopenTo.MONITORING, la_aware_at=clock.now())
    assert list(Reopening.objects.all()) == []
