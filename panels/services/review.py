"""The review under way: starting it, looking after it, drafting, going back (T29, T31, T32, DL-17)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

import chronologies.services
import correspondence.services
import deadlines.services
from accounts.models import Agency, User
from accounts.roles import BUSINESS_UNIT, Role
from casework import audit
from casework.permissions import holders, roles_in
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from chronologies.models import COMBINED, Chronology
from lcspr import clock
from panels.models import ProgressCheck, Review, ReviewState
from panels.models.review import RUNNING
from panels.permissions import CHECKS_PROGRESS, LEADS_REVIEW, OVERSEES, REVIEW_PANEL, WRITES_REPORT
from panels.services.terms import agreed_terms

CHECKED = "DL-17"


@transaction.atomic
def start_review(review: Review, *, chronologies_due_on: dt.date, by: User, at: dt.datetime) -> Review:
    """Start the review (T29): ask the agencies named in the terms for their chronologies, and tell who works on it.

    From now on the partners check its progress and quality at regular intervals (DL-17; 2018 Regulations reg. 14).
    """
    review = perform(review, "start_review", by=by, words="Started the review", at=at)
    case = perform(review.case, "start_review", by=by)
    terms = agreed_terms(review)
    assert terms is not None
    for agency in agencies_to_ask(review):
        chronologies.services.request_chronology(
            case,
            agency=agency,
            by=by,
            at=at,
            due_on=chronologies_due_on,
            covers_from=terms.scope_from,
            covers_until=terms.scope_until,
            instructions="\n".join(terms.questions),
        )
    deadlines.services.start(
        CHECKED, case=case, trigger_at=at, because="when the review started", by=by, about=review
    )
    correspondence.services.queue(
        "review_started", case=case, to=holders(case, REVIEW_PANEL | OVERSEES), by=by, about=review
    )
    return review


def agencies_to_ask(review: Review) -> list[Agency]:
    """The agencies named in the terms in force that have not been asked for a chronology."""
    terms = agreed_terms(review)
    if terms is None:
        return []
    asked = Chronology.objects.filter(case=review.case_id).live().values("agency")
    return list(terms.agencies.exclude(pk__in=asked).order_by("name"))


@transaction.atomic
def check_progress(
    review: Review, *, checked_on: dt.date, words: str, by: User, asked_in_writing: str = ""
) -> ProgressCheck:
    """Record the partners' look at time taken and quality: meets DL-17 and starts the next four weeks."""
    if not roles_in(by, review.case) & CHECKS_PROGRESS:
        raise PermissionDenied
    review = (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=review.pk)
    )
    if review.state not in RUNNING:
        raise MovedOn(review, last_event(review))
    if checked_on > clock.today():
        raise TransitionRefused(["The date of the check must be today or in the past."])
    check = ProgressCheck.objects.create(
        case=review.case,
        review=review,
        checked_on=checked_on,
        words=words,
        asked_in_writing=asked_in_writing,
        recorded_by=by,
    )
    audit.record(
        "progress_checked",
        by=by,
        case=review.case,
        about=review,
        words="Checked the progress and quality of the review",
    )
    at = clock.on_the_day(checked_on)
    deadlines.services.meet(CHECKED, case=review.case, at=at, by=by, about=review)
    deadlines.services.start(
        CHECKED,
        case=review.case,
        trigger_at=at,
        because="when progress was last checked",
        by=by,
        about=review,
    )
    return check


@transaction.atomic
def record_engagement(
    review: Review,
    *,
    practitioners_involved: bool,
    practitioners_words: str,
    family_offered: bool,
    family_words: str,
    by: User,
) -> Review:
    """Record how practitioners took part and what the family was offered, or why not (guards of T31)."""
    if not roles_in(by, review.case) & WRITES_REPORT:
        raise PermissionDenied
    review = (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=review.pk)
    )
    if review.is_over:
        raise MovedOn(review, last_event(review))
    if not (practitioners_words.strip() and family_words.strip()):
        raise TransitionRefused(["Say for practitioners and for the family what was done, or why not."])
    review.practitioners_involved, review.practitioners_words = practitioners_involved, practitioners_words
    review.family_offered, review.family_words = family_offered, family_words
    review.save(
        update_fields=["practitioners_involved", "practitioners_words", "family_offered", "family_words"]
    )
    audit.record(
        "engagement_recorded",
        by=by,
        case=review.case,
        about=review,
        words="Recorded how practitioners and the family take part",
    )
    return review


@transaction.atomic
def accept_gaps(review: Review, *, reason: str, by: User) -> Review:
    """Let the drafting begin without some chronologies, naming them; the review panel chair's or sub-group chair's act."""
    if not roles_in(by, review.case) & {Role.PC, Role.SGC}:
        raise PermissionDenied
    review = (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=review.pk)
    )
    if review.state != ReviewState.IN_REVIEW:
        raise MovedOn(review, last_event(review))
    outstanding = Chronology.objects.filter(case=review.case).live().exclude(state__in=COMBINED)
    missing = [each.agency.name for each in outstanding.select_related("agency")]
    review.gaps_accepted, review.gaps_reason = True, reason
    review.save(update_fields=["gaps_accepted", "gaps_reason"])
    audit.record(
        "gaps_accepted",
        by=by,
        case=review.case,
        about=review,
        words=f"Accepted going on without the chronologies of: {', '.join(missing) or 'nobody'}",
        reason=reason,
    )
    return review


@transaction.atomic
def start_drafting(review: Review, *, by: User) -> Review:
    """Start drafting the report (T31)."""
    review = perform(review, "start_drafting", by=by, words="Started drafting the report")
    case = perform(review.case, "start_drafting", by=by)
    correspondence.services.queue(
        "review_drafting",
        case=case,
        to=holders(case, REVIEW_PANEL),
        by=by,
        about=review,
        task="The report is being drafted",
    )
    return review


@transaction.atomic
def return_to_review(review: Review, *, reason: str, by: User) -> Review:
    """Go back for more information (T32): the agencies are told that more is asked of them."""
    review = perform(
        review, "return_to_review", by=by, words=f"Went back for more information: {reason}", reason=reason
    )
    case = perform(review.case, "return_to_review", by=by)
    correspondence.services.queue(
        "review_more_information",
        case=case,
        to=holders(case, REVIEW_PANEL | LEADS_REVIEW | BUSINESS_UNIT | {Role.REP}),
        by=by,
        about=review,
        task="The review needs more information",
    )
    return review
