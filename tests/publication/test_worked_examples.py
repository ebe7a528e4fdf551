"""The worked examples of the handbook, through the services with the clock moved (domain §9)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from factories import CaseFactory, has_opened

import actions.services
import decisions.services
from actions.models import Action, ActionPlan
from casework.models import Stage
from casework.services import admit_standing
from casework.transitions import TransitionRefused
from correspondence.models import Notice
from deadlines.calendars import calendar_named
from deadlines.models import Deadline
from decisions.kinds import DecisionKind
from lcspr import clock
from panels.models import Review
from publication import services
from publication.models import Publication
from publication.rules.publishing import send_copies_by
from tests.publication.conftest import (
    PEOPLE,
    answer,
    copies,
    hold,
    pdf,
    prepared,
    reasons,
    release,
    signed_off_review,
)

pytestmark = pytest.mark.django_db

D = dt.date


def standing_of(deadline):
    return str(deadline.standing(clock.now(), calendar_named()).standing.value)


def test_ac13_copies_on_christmas_eve_open_the_seventh_of_january(cast, on_day):
    on_day(D(2026, 12, 14))
    review = signed_off_review(cast, decided_on=D(2026, 8, 1))
    publication = prepared(services.open_publication(review, by=cast.bum), cast)
    services.plan_publication(publication, planned_on=D(2027, 1, 6), by=cast.bum)
    assert Deadline.objects.get(code="DL-19").due_on == D(2026, 12, 23)
    assert send_copies_by(D(2027, 1, 6), calendar_named()) == D(2026, 12, 23)

    on_day(D(2026, 12, 24))
    copies(publication, cast)
    on_day(D(2027, 1, 6))
    with pytest.raises(TransitionRefused) as refused:
        services.publish_report(publication, by=cast.bum)
    assert "Thursday 7 January 2027" in refused.value.reasons[0]

    on_day(D(2027, 1, 7))
    published = services.publish_report(publication, by=cast.bum)

    assert (published.state, published.in_breach) == ("published", False)
    late = Deadline.objects.get(code="DL-19")
    assert late.met_at > late.due_at


def test_ac13_three_partners_may_override(cast, on_day):
    on_day(D(2026, 12, 14))
    review = signed_off_review(cast, decided_on=D(2026, 8, 1))
    publication = prepared(services.open_publication(review, by=cast.bum), cast)
    on_day(D(2026, 12, 24))
    copies(publication, cast)
    services.plan_publication(publication, planned_on=D(2027, 1, 6), by=cast.bum)
    decision = services.ask_to_publish_early(
        publication, reason="A leak.", advice=pdf("advice"), by=cast.bum, on=clock.today()
    )
    answer(decision, cast, "publish_early", "publish_early", "publish_early")

    on_day(D(2027, 1, 6))

    assert services.publish_report(publication, by=cast.bum).in_breach is True


def test_ac15_a_trial_holds_publication_while_actions_go_on(cast, on_day):
    on_day(D(2026, 11, 1))
    review = signed_off_review(cast, decided_on=D(2026, 7, 3))
    case = review.case
    six_months = Deadline.objects.get(code="DL-14")
    assert six_months.due_on == D(2027, 1, 3)
    assert six_months.derivation.work_to == D(2026, 12, 31)
    publication = prepared(services.open_publication(review, by=cast.bum), cast)

    on_day(D(2026, 11, 2))
    action = an_action(case, cast, due_on=D(2026, 11, 30))
    held = hold(case, cast)
    services.hold_publication(publication, by=cast.dsp_police, reasons=reasons())
    assert Notice.objects.filter(case=case, subject="delay_reasons").count() == 2
    assert standing_of(Deadline.objects.get(code="DL-14")) == "held"

    on_day(D(2026, 12, 1))
    assert Action.objects.get(pk=action.pk).is_overdue
    on_day(D(2027, 1, 11))
    assert standing_of(Deadline.objects.get(code="DL-14")) == "held"
    assert not Deadline.objects.overdue(clock.now()).filter(code="DL-14").exists()

    on_day(D(2027, 1, 14))
    release(held, cast)
    services.release_publication(publication, planned_on=D(2027, 1, 29), by=cast.bum)
    assert Deadline.objects.open().get(code="DL-19").due_on == D(2027, 1, 20)
    on_day(D(2027, 1, 20))
    copies(publication, cast)
    on_day(D(2027, 1, 29))
    services.publish_report(publication, by=cast.bum, lateness_reason="Criminal proceedings")

    six_months = Deadline.objects.get(code="DL-14")
    assert standing_of(six_months) == "met_late"
    assert six_months.lateness_reason == "Criminal proceedings"
    assert Deadline.objects.get(code="DL-22").due_on == D(2028, 1, 29)


def an_action(case, cast, *, due_on):
    school = cast.agency("school")
    return actions.services.add_action(
        case,
        text="Share concerns the same day.",
        intended_outcome="Nobody waits.",
        agency=school,
        owner=cast.rep,
        starts_on=clock.today(),
        due_on=due_on,
        by=cast.bum,
        on=clock.today(),
    )


def test_ac27_improvements_only_never_shows_the_report(cast, client, on_day):
    on_day(D(2026, 6, 1))
    review = signed_off_review(cast, outcome="improvements_only")
    publication = services.open_publication(review, by=cast.bum)
    assert Deadline.objects.open().filter(code="DL-21").exists()
    with pytest.raises(TransitionRefused) as refused:
        services.prepare_publication(publication, version=1, report=pdf(), by=cast.bum)
    assert refused.value.reasons == ["Only the improvements are to be published: no report goes with them."]
    prepared(publication, cast)
    copies(publication, cast)
    on_day(D(2026, 6, 12))
    services.plan_publication(publication, planned_on=clock.today(), by=cast.bum)

    with pytest.raises(TransitionRefused) as refused:
        services.publish_improvements(publication, by=cast.bum)
    assert len(refused.value.reasons) == 2
    services.record_reasons_for_not_publishing(publication, reasons=reasons(), by=cast.bum)
    public = services.publish_improvements(publication, by=cast.bum)

    public.case.refresh_from_db()
    assert public.case.stage == Stage.IMPROVEMENTS_PUBLISHED
    page = client.get(f"/library/{public.slug}/")
    assert page.status_code == 200
    assert "Share more." in page.content.decode()
    assert "report.pdf" not in page.content.decode()
    assert client.get(f"/library/{public.slug}/report.pdf").status_code == 404


def test_ac27_the_sign_off_waits_for_the_written_reasons(cast, on_day):
    on_day(D(2026, 6, 1))
    review = for_signature(cast, "improvements_only")

    with pytest.raises(TransitionRefused) as refused:
        services.sign_off_report(review, by=cast.dsp_la, on=clock.today())
    assert refused.value.reasons == [
        "The full report is not to be published: send the written reasons to the National Panel and the Secretary of "
        "State, and record that here."
    ]
    publication = services.sign_off_report(review, by=cast.dsp_la, on=clock.today(), justification=reasons())

    publication.case.refresh_from_db()
    assert (publication.outcome, publication.case.stage) == ("improvements_only", Stage.PRE_PUBLICATION)
    assert Deadline.objects.get(code="DL-21").met_at is not None
    assert ActionPlan.objects.get().state == "agreed"


def for_signature(cast, outcome):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.SIGN_OFF, pseudonym="Child S")
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    has_opened(case, *(getattr(cast, role) for role in PEOPLE))
    review = Review.objects.create(case=case, review_type="lcspr", state="sign_off")
    actions.services.draft_plan(case, by=cast.bum, on=clock.today())
    an_action(case, cast, due_on=clock.today() + dt.timedelta(days=90))
    decision = decisions.services.open_decision(
        case, kind=DecisionKind.SIGN_OFF, by=cast.bum, on=clock.today(), about=review
    )
    answer(decision, cast, outcome, outcome, outcome)
    decision = decisions.services.give_chair_view(
        decision, by=cast.ic, agrees=True, reasons="I agree.", on=clock.today()
    )
    review.sign_off_decision = decision
    review.save()
    return review


def test_the_full_report_is_signed_off_without_reasons(cast):
    review = for_signature(cast, "full")

    publication = services.sign_off_report(review, by=cast.sgc, on=clock.today())

    assert (publication.outcome, publication.decision) == ("full", review.sign_off_decision)


def publish_on(cast, on_day, on):
    on_day(on - dt.timedelta(days=20))
    review = signed_off_review(cast, decided_on=on - dt.timedelta(days=100))
    publication = prepared(services.open_publication(review, by=cast.bum), cast)
    copies(publication, cast)
    on_day(on)
    services.plan_publication(publication, planned_on=on, by=cast.bum)
    return services.publish_report(publication, by=cast.bum)


def test_ac28_public_for_one_year(cast, on_day):
    publication = publish_on(cast, on_day, D(2026, 5, 29))
    on_day(D(2027, 5, 28))
    decision = services.ask_to_withdraw(publication, ground="year_passed", by=cast.bum, on=clock.today())
    answer(decision, cast, "withdraw", "withdraw", "withdraw")

    with pytest.raises(TransitionRefused) as refused:
        services.withdraw_publication(publication, reason="The year is over.", by=cast.bum)
    assert refused.value.reasons == [
        "It must stay public until Saturday 29 May 2027, one year after it was published, unless a court orders it to be "
        "taken down."
    ]
    on_day(D(2027, 5, 29))
    withdrawn = services.withdraw_publication(publication, reason="The year is over.", by=cast.bum)

    assert withdrawn.state == "withdrawn"
    assert Deadline.objects.get(code="DL-22").met_at is not None


def test_ac28_after_the_year_the_three_partners_still_decide(cast, on_day):
    publication = publish_on(cast, on_day, D(2026, 5, 29))
    on_day(D(2027, 6, 29))

    with pytest.raises(TransitionRefused) as refused:
        services.withdraw_publication(publication, reason="The year is over.", by=cast.bum)

    assert refused.value.reasons == ["The three partners have not decided to take it down."]


def test_ac28_a_court_order_is_obeyed_at_once(cast, on_day):
    publication = publish_on(cast, on_day, D(2026, 5, 29))
    on_day(D(2026, 6, 10))

    withdrawn = services.withdraw_publication(
        publication,
        reason="Ordered by the family court.",
        court_order=SimpleUploadedFile("order.pdf", b"%PDF-1.7\norder\n%%EOF\n"),
        by=cast.dsp_la,
    )

    assert (withdrawn.state, withdrawn.withdrawal_ground) == ("withdrawn", "court_order")
    assert withdrawn.court_order is not None
    assert Deadline.objects.get(code="DL-22").cancelled_at is not None
    assert Publication.objects.public().count() == 0
