"""When a review ends otherwise than by its report: discontinued, or beside a national review (T26, T27, T49)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

import correspondence.services
import deadlines.services
import decisions.services
from accounts.access_table import Thing
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, Role
from accounts.settings_choices import ReviewType
from casework import audit
from casework.files import store_document
from casework.models import Case, Stage
from casework.permissions import holders, roles_in
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from decisions.kinds import DecisionKind, DiscontinuationOutcome
from decisions.models import Decision
from decisions.models.decision import PENDING
from panels.models import Appointment, ReportVersion, Review, ReviewState, VersionState
from panels.models.guards import decided
from panels.permissions import DECIDERS, OVERSEES, REVIEW_PANEL
from panels.services.appointments import end_appointments
from panels.services.commissioning import TO_PUBLICATION, kind_decided
from panels.services.notices import NAMED, STARTS, live_review, settle_notice_clocks
from panels.services.reports import COMMENTED
from panels.services.review import CHECKED
from rapid_review.services.review import start_review_clocks

CAN_BE_GIVEN_UP = frozenset({ReviewState.COMMISSIONING, ReviewState.IN_REVIEW, ReviewState.DRAFTING})


@transaction.atomic
def ask_about_discontinuing(review: Review, *, reason: str, by: User, on: dt.date) -> Decision:
    """Put to the three partners whether to discontinue the review (T49); it goes on meanwhile."""
    if not roles_in(by, review.case) & DECIDERS:
        raise PermissionDenied
    review = (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=review.pk)
    )
    if review.state not in CAN_BE_GIVEN_UP:
        raise MovedOn(review, last_event(review))
    decision = decisions.services.open_decision(
        review.case, kind=DecisionKind.DISCONTINUATION, by=by, on=on, about=review
    )
    audit.record(
        "discontinuation_asked",
        by=by,
        case=review.case,
        about=review,
        words=f"Asked the partners whether to discontinue the review: {reason}",
    )
    return decision


@transaction.atomic
def discontinue_review(review: Review, *, reason: str, by: User, on: dt.date) -> Review:
    """Discontinue the review as the three partners decided (T49): its clocks are cancelled, its appointments end.

    The case goes on to another kind of review or to following up its actions, as they decided.
    """
    review = perform(review, "discontinue", by=by, words=f"Discontinued the review: {reason}", reason=reason)
    decision = decided(review, DecisionKind.DISCONTINUATION)
    assert decision is not None
    instead = decision.outcome == DiscontinuationOutcome.ALTERNATIVE
    case = perform(review.case, "discontinue_for_alternative" if instead else "discontinue", by=by)
    _stop_clocks(review, TO_PUBLICATION, STARTS, reason=f"The review was discontinued: {reason}", by=by)
    told = holders(case, OVERSEES | REVIEW_PANEL | {Role.REP, Role.FAMILY})
    correspondence.services.queue("review_discontinued", case=case, to=told, by=by, about=review)
    # After the telling: who has left the case is told nothing more of it.
    end_appointments(review, reason="The review was discontinued.", by=by, on=on)
    return review


def _stop_clocks(review: Review, *of_case: str, reason: str, by: User) -> None:
    for code in of_case:
        deadlines.services.cancel(code, case=review.case, reason=reason, by=by)
    deadlines.services.cancel(CHECKED, case=review.case, reason=reason, by=by, about=review)
    for version in ReportVersion.objects.filter(review=review, state=VersionState.CIRCULATED):
        deadlines.services.cancel(COMMENTED, case=review.case, reason=reason, by=by, about=version)
    for appointment in Appointment.objects.appointed().filter(review=review, role=Role.AUT):
        deadlines.services.cancel(NAMED, case=review.case, reason=reason, by=by, about=appointment)


@transaction.atomic
def record_national_review(
    review: Review,
    *,
    goes_on: str,
    letter: File[Any] | None,
    pause_agreed: bool,
    by: User,
) -> Review:
    """Record that the National Panel will review the case itself (T26), and what goes on locally meanwhile.

    The six months show as held only where the National Panel agreed to that.
    """
    # Read anew, for the decision may have moved on since the page was drawn.
    review = (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=review.pk)
    )
    document = (
        store_document(
            review.case, letter, by=by, title="Letter from the National Panel", thing=Thing.PANEL_LETTERS
        )
        if letter
        else None
    )
    if review.sign_off_decision is not None and review.sign_off_decision.state in PENDING:
        decisions.services.abandon_decision(
            review.sign_off_decision, by=by, reason="The National Panel will do a national review."
        )
    review = perform(
        review,
        "record_national_review",
        by=by,
        words="The National Panel will do a national review",
        goes_on=goes_on,
        letter=document,
    )
    case = perform(review.case, "record_national_review", by=by)
    _stop_clocks(review, reason="The National Panel will do a national review.", by=by)
    if pause_agreed:
        deadlines.services.hold(
            TO_PUBLICATION,
            case=case,
            reason="The National Panel, which does a national review, agreed that the local one waits.",
            by=by,
        )
    _tell_of_national(review, by)
    return review


@transaction.atomic
def ensure_national(case: Case, *, goes_on: str, by: User) -> Review:
    """Open the local side of a national review, for a case that came to it before any local review (T26)."""
    if not roles_in(by, case) & BUSINESS_UNIT:
        raise PermissionDenied
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if case.stage != Stage.NATIONAL_REVIEW:
        raise TransitionRefused(["No national review is done in this case."])
    if live_review(case):
        raise TransitionRefused(["What goes on locally is recorded already."])
    review = Review.objects.create(
        case=case, review_type=ReviewType.NATIONAL, state=ReviewState.NATIONAL, national_words=goes_on
    )
    review.cases.add(case)
    audit.record(
        "review_opened",
        by=by,
        case=case,
        about=review,
        words="Recorded what goes on locally beside the national review",
    )
    _tell_of_national(review, by)
    return review


def _tell_of_national(review: Review, by: User) -> None:
    correspondence.services.queue(
        "review_national",
        case=review.case,
        to=holders(review.case, OVERSEES | REVIEW_PANEL | {Role.REP, Role.FAMILY}),
        by=by,
        about=review,
    )


@transaction.atomic
def finish_national(review: Review, *, reason: str, by: User, on: dt.date) -> Review:
    """Go on to follow up actions once the national review is finished (T27); no local review is held."""
    review = perform(
        review, "finish_national", by=by, words=f"The national review is finished: {reason}", reason=reason
    )
    perform(review.case, "monitor_after_national", by=by)
    _stop_clocks(review, TO_PUBLICATION, STARTS, reason="The national review took its place.", by=by)
    end_appointments(review, reason="The national review took its place.", by=by, on=on)
    return review


@transaction.atomic
def ask_about_local_review(review: Review, *, by: User, on: dt.date) -> Decision:
    """Put to the partners whether to commission a local review beside the national one (T27)."""
    if not roles_in(by, review.case) & DECIDERS:
        raise PermissionDenied
    review = Review.objects.select_for_update(of=("self",), no_key=True).get(pk=review.pk)
    if review.state != ReviewState.NATIONAL:
        raise MovedOn(review, last_event(review))
    return decisions.services.open_decision(
        review.case,
        kind=DecisionKind.RECONSIDERATION,
        by=by,
        on=on,
        about=review,
        question="Should a local review be commissioned beside the national one?",
        supersedes=review.decision,
    )


@transaction.atomic
def commission_beside_national(review: Review, *, by: User, on: dt.date) -> Review:
    """Commission a local review beside the national one, as the partners decided (T27).

    The months of a review that had begun run on from its own decision; those of a new one from this decision.
    """
    decision = decided(review, DecisionKind.RECONSIDERATION)
    review = perform(
        review,
        "commission_beside_national",
        by=by,
        words="Commissioned a local review beside the national one",
        decision=decision,
        review_type=_kind(review, decision),
        on=on,
    )
    assert decision is not None
    case = perform(review.case, "commission_beside_national", by=by)
    start_review_clocks(case, decision, by=by)
    deadlines.services.release(TO_PUBLICATION, case=case, by=by)
    settle_notice_clocks(case, by=by)
    correspondence.services.queue(
        "review_commissioning",
        case=case,
        to=holders(case, OVERSEES | BUSINESS_UNIT | {Role.FAMILY}),
        by=by,
        about=review,
        task="The review is being commissioned",
    )
    return review


def _kind(review: Review, decision: Decision | None) -> ReviewType:
    """A review that had begun stays what it was."""
    return (
        kind_decided(decision)
        if review.review_type == ReviewType.NATIONAL
        else ReviewType(review.review_type)
    )
