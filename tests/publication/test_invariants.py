"""The handbook's invariants of reviews, publication and actions (domain §10), at the service or in the database."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from factories import CaseFactory

import actions.services
import decisions.services
from accounts.roles import PARTNERS
from actions.models import Action, ActionPlan, Recommendation
from casework.models import Case, Stage
from casework.services import admit_standing
from casework.transitions import TransitionRefused
from decisions.kinds import DecisionKind
from decisions.models import PartnerView
from lcspr import clock
from panels import services as panels
from panels.models import Review
from publication import services
from publication.gates import GateKind
from publication.models import Publication
from rapid_review.models import RapidReview
from tests.panels.story import case_at, commissioned, panel_agrees, signed_off
from tests.publication.conftest import PARTNERS as PARTNER_NAMES
from tests.publication.conftest import copies, pdf, prepared

pytestmark = pytest.mark.django_db


# 2. Nothing is published without the ticks, three approvals, and the copies ahead or three partners' decision.


@pytest.fixture
def tomorrow_three_weeks(cast, publication, on_day):
    """Everything done, and the planned day has come."""
    today = clock.today()
    prepared(publication, cast)
    copies(publication, cast)
    on_day(today + dt.timedelta(days=30))
    return services.plan_publication(publication, planned_on=clock.today(), by=cast.bum)


@pytest.mark.parametrize("gate", list(GateKind))
def test_invariant_2_no_publication_with_a_gate_closed(tomorrow_three_weeks, cast, gate):
    tick = tomorrow_three_weeks.ticks.standing().filter(gate=gate).first()
    services.strike_tick(tick, reason="It changed.", by=cast.bum)

    with pytest.raises(TransitionRefused) as refused:
        services.publish_report(tomorrow_three_weeks, by=cast.bum)

    assert refused.value.reasons[0].startswith("Gate not open yet: ")
    assert Publication.objects.get().state == "preparing"


def test_invariant_2_no_publication_before_three_partners_signed_it_off(tomorrow_three_weeks, cast):
    again = decisions.services.open_decision(
        tomorrow_three_weeks.case,
        kind=DecisionKind.SIGN_OFF,
        by=cast.bum,
        on=clock.today(),
        about=tomorrow_three_weeks,
    )
    for name in PARTNER_NAMES[:2]:
        decisions.services.give_view(
            again, by=getattr(cast, name), outcome="full", reasons="Yes.", on=clock.today()
        )
    Publication.objects.filter(pk=tomorrow_three_weeks.pk).update(decision=again)

    with pytest.raises(TransitionRefused) as refused:
        services.publish_report(tomorrow_three_weeks, by=cast.bum)

    assert refused.value.reasons == ["The report is not signed off by the three partners."]


def test_invariant_2_no_publication_without_the_copies(publication, cast, on_day):
    today = clock.today()
    prepared(publication, cast)
    on_day(today + dt.timedelta(days=30))
    services.plan_publication(publication, planned_on=clock.today(), by=cast.bum)

    with pytest.raises(TransitionRefused) as refused:
        services.publish_report(publication, by=cast.bum)

    assert refused.value.reasons[0].startswith(
        "No copy of the report is recorded as sent to the National Panel"
    )


def test_invariant_2_two_partners_are_not_three(publication, cast, on_day):
    prepared(publication, cast)
    copies(publication, cast)
    services.plan_publication(publication, planned_on=clock.today(), by=cast.bum)
    decision = services.ask_to_publish_early(
        publication, reason="A leak.", advice=pdf("advice"), by=cast.bum, on=clock.today()
    )
    for name in PARTNER_NAMES[:2]:
        decisions.services.give_view(
            decision, by=getattr(cast, name), outcome="publish_early", reasons="Yes.", on=clock.today()
        )

    with pytest.raises(TransitionRefused) as refused:
        services.publish_report(publication, by=cast.bum)

    assert "seven working days before publication" in refused.value.reasons[0]


def test_invariant_2_the_database_publishes_nothing_without_its_file(publication):
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=publication.pk).update(
            state="published", published_at=clock.now(), slug="x", public_title="x"
        )


# 3. No review without three views of three people of three agencies.


def test_invariant_3_a_review_rests_on_three_people_of_three_agencies(cast):
    review = commissioned(cast)

    views = PartnerView.objects.filter(decision=review.decision)
    assert {view.partner for view in views} == {role.value.removeprefix("dsp_") for role in PARTNERS}
    assert len({view.given_by_id for view in views}) == len({view.agency_id for view in views}) == 3


def test_invariant_3_no_review_is_opened_on_two_views(cast):
    case = case_at(cast, Stage.AWAITING_PANEL)
    rapid = RapidReview.objects.create(case=case, state="sent", sent_at=clock.now(), sent_to="the mailbox")
    rapid.decision = decisions.services.open_decision(
        case, kind=DecisionKind.RAPID_REVIEW, by=cast.bum, on=clock.today(), about=rapid
    )
    rapid.save()
    decisions.services.recommend(
        rapid.decision, by=cast.sgc, outcome="lcspr", reasons="So we see it.", on=clock.today()
    )
    for name in PARTNER_NAMES[:2]:
        decisions.services.give_view(
            rapid.decision, by=getattr(cast, name), outcome="lcspr", reasons="Yes.", on=clock.today()
        )
    panel_agrees(cast, rapid)

    with pytest.raises(TransitionRefused):
        panels.begin_commissioning(rapid, by=cast.bum, on=clock.today())

    assert not Review.objects.exists()


# 6. Every recommendation has an action or a recorded rejection; every closed action has evidence.


def test_invariant_6_a_case_is_not_closed_over_a_recommendation_nobody_acts_on(cast):
    review = signed_off(cast)
    case = review.case
    Case.objects.filter(pk=case.pk).update(stage=Stage.PRE_PUBLICATION)
    Case.objects.filter(pk=case.pk).update(stage=Stage.PUBLISHED)
    case.refresh_from_db()
    recommendation = Recommendation.objects.get()
    assert recommendation.state == "in_plan"

    actions.services.supersede_action(
        Action.objects.get(), reason="It cannot be done.", by=cast.sgc, on=clock.today()
    )

    assert f"{recommendation} has no action yet." in services.why_not_close(case)


def test_invariant_6_a_late_recommendation_is_answered_before_the_case_closes(cast):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.MONITORING)
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    late = actions.services.propose_recommendation(
        case, text="Ask the child.", source_kind="audit", by=cast.bum, on=clock.today()
    )

    assert services.why_not_close(case) == [f"{late} has no response yet."]


def test_invariant_6_the_plan_does_not_close_over_it_either(cast):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.MONITORING)
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    plan = ActionPlan.objects.create(
        case=case, state="evaluated", evaluation="Better.", drafted_by=cast.bum, drafted_on=clock.today()
    )
    late = actions.services.propose_recommendation(
        case, text="Ask the child.", source_kind="audit", by=cast.bum, on=clock.today()
    )

    with pytest.raises(TransitionRefused) as refused:
        actions.services.close_plan(plan, closing_summary="Done.", by=cast.ic, on=clock.today())

    assert refused.value.reasons == [f"{late} has no response yet."]


# 7. Obvious improvements are actions at any stage.


@pytest.mark.parametrize("stage", [stage for stage in Stage if not stage.value.startswith("closed_")])
def test_invariant_7_an_action_is_added_at_any_stage(cast, stage):
    case = CaseFactory(partnership=cast.partnership, stage=stage)
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")

    action = actions.services.add_action(
        case, text="Ring every ward.", intended_outcome="No child waits.", agency=cast.agency("school"), owner=cast.rep,
        starts_on=clock.today(), due_on=clock.today(), immediate=True, by=cast.bum, on=clock.today(),
    )  # fmt: skip

    assert action.immediate


# 8. A pseudonym is used once in a partnership; a reference never changes.


def test_invariant_8_a_pseudonym_is_used_once(cast):
    CaseFactory(partnership=cast.partnership, pseudonym="Child V")

    with pytest.raises(IntegrityError), transaction.atomic():
        CaseFactory(partnership=cast.partnership, pseudonym="Child V")


def test_invariant_8_a_reference_never_changes(cast):
    case = CaseFactory(partnership=cast.partnership)

    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(reference="OTHER-2026-001")

    assert Case.objects.get(pk=case.pk).reference == case.reference
