"""Asking agencies for what they know, and taking in what they return."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

import correspondence.services
import deadlines.services
from accounts.models import Agency, Partnership, User
from accounts.roles import BUSINESS_UNIT, Role
from casework import audit
from casework.drafts import begin_draft, close_draft, read_answers, reopen_draft, save_draft
from casework.models import Draft
from casework.permissions import holders, roles_in
from casework.services import admit
from casework.transitions import TransitionRefused, perform
from deadlines.models import Deadline
from rapid_review.models import AgencyRequest, RapidReview, RapidReviewState, RequestState
from rapid_review.models.requests import OUTSTANDING, RETURN_FIELDS
from referrals.services.other_area import let_in

RETURN_FORM = "rapid_review_return"


@transaction.atomic
def ask_agencies(
    review: RapidReview,
    *,
    agencies: Iterable[Agency],
    asked_for: str,
    by: User,
    at: dt.datetime,
    through: Partnership | None = None,
) -> list[AgencyRequest]:
    """Ask each agency for its information, let its representative in, and start its five working days (DL-07).

    An agency already asked in this round is passed over, so a second click asks nobody twice. The first asking meets the
    time for the letters (DL-06). `through` is the other area that asks agencies of its own (AC-18).
    """
    review = RapidReview.objects.select_for_update(no_key=True).get(pk=review.pk)
    if review.state != RapidReviewState.GATHERING:
        raise TransitionRefused(["Information is no longer being gathered for this rapid review."])
    already = set(review.requests.values_list("agency", flat=True))
    asked = [
        _ask(review, agency, asked_for=asked_for, by=by, at=at, through=through)
        for agency in agencies
        if agency.pk not in already
    ]
    if asked and through is None:
        deadlines.services.meet("DL-06", case=review.case, at=at, by=by)
    return asked


@transaction.atomic
def ask_own_agencies(
    review: RapidReview, *, agencies: Iterable[Agency], asked_for: str, by: User, at: dt.datetime
) -> list[AgencyRequest]:
    """Another area's business unit asks agencies of its own for what they know of the shared case (AC-18)."""
    row = let_in(review.case)
    if row is None or Role.NEIGHBOUR not in roles_in(by, review.case):
        raise PermissionDenied
    assert row.partnership is not None
    own = set(row.partnership.members.current().values_list("agency", flat=True))
    agencies = list(agencies)
    if not {agency.pk for agency in agencies} <= own:
        raise TransitionRefused(["Ask only agencies of your own area."])
    asked = ask_agencies(
        review, agencies=agencies, asked_for=asked_for, by=by, at=at, through=row.partnership
    )
    correspondence.services.queue(
        "other_area_asked", case=review.case, to=holders(review.case, BUSINESS_UNIT), by=by, about=review
    )
    return asked


def _ask(
    review: RapidReview,
    agency: Agency,
    *,
    asked_for: str,
    by: User,
    at: dt.datetime,
    through: Partnership | None,
) -> AgencyRequest:
    case = review.case
    request = AgencyRequest.objects.create(
        case=case,
        agency=agency,
        through=through,
        round=review.round,
        asked_by=by,
        asked_at=at,
        asked_for=asked_for,
    )
    admit(
        case,
        role=Role.REP,
        agency=agency,
        through=through,
        why="Asked for information for the rapid review",
        by=by,
        on=at.date(),
    )
    audit.record("agency_asked", by=by, case=case, about=request, words=f"Asked {agency} for its information")
    due = deadlines.services.start(
        "DL-07",
        case=case,
        trigger_at=at,
        because="when the request was made",
        by=by,
        about=request,
        owed_agency=agency,
    )
    correspondence.services.queue(
        "agency_request",
        case=case,
        to=holders(case, {Role.REP}, agency=agency),
        by=by,
        about=request,
        task="Return your agency’s information for the rapid review",
        due=due.due_at if due else None,
    )
    return request


@transaction.atomic
def acknowledge_request(request: AgencyRequest, *, by: User) -> AgencyRequest:
    """Record that the agency has seen the request."""
    return perform(request, "acknowledge", by=by, words=f"{request.agency} has seen the request")


def draft_of(request: AgencyRequest) -> Draft | None:
    """What the agency has typed so far, if anything."""
    return Draft.objects.filter(form=RETURN_FORM, about=audit.label_of(request)).first()


@transaction.atomic
def save_return(request: AgencyRequest, *, answers: dict[str, Any], version: int, by: User) -> Draft:
    """Keep what has been typed of the return; raises DraftMoved when a colleague saved meanwhile.

    `version` is that of the draft the page was drawn from, 0 when there was none.
    """
    request = AgencyRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if request.state not in OUTSTANDING:
        raise TransitionRefused(["The return has been sent and can no longer be changed here."])
    draft = draft_of(request)
    if draft is None:
        draft = begin_draft(
            RETURN_FORM, partnership=request.case.partnership, agency=request.agency, about=request, by=by
        )
        version = draft.version
    saved = save_draft(draft, answers=answers, version=version, by=by)
    if request.state in {RequestState.ISSUED, RequestState.ACKNOWLEDGED}:
        perform(request, "start_return", by=by, words=f"{request.agency} started its return")
    return saved


@transaction.atomic
def submit_return(
    request: AgencyRequest, *, answers: dict[str, Any], by: User, at: dt.datetime
) -> AgencyRequest:
    """Take in an agency's return, signed; stops its clock and tells the business unit.

    Raises TransitionRefused with what is missing, keeping nothing.
    """
    request = _write(request, answers)
    request = perform(
        request, "submit_return", by=by, sender=by, at=at, words=f"{request.agency} returned its information"
    )
    return _returned(request, by=by, at=at)


@transaction.atomic
def return_nothing(
    request: AgencyRequest,
    *,
    records_searched: str,
    signed_by_name: str,
    signed_by_role: str,
    by: User,
    at: dt.datetime,
) -> AgencyRequest:
    """Take in a nil return: a positive, signed statement that the agency holds nothing (domain §2.4)."""
    request = _write(
        request,
        {
            "records_searched": records_searched,
            "signed_by_name": signed_by_name,
            "signed_by_role": signed_by_role,
        },
    )
    request = perform(
        request, "return_nothing", by=by, sender=by, at=at, words=f"{request.agency} holds nothing"
    )
    return _returned(request, by=by, at=at)


@transaction.atomic
def decline_request(request: AgencyRequest, *, reason: str, by: User, at: dt.datetime) -> AgencyRequest:
    """Record that an agency declines to answer; the clock stops and the business unit is told."""
    request = perform(request, "decline", by=by, reason=reason, words=f"{request.agency} declined to answer")
    deadlines.services.cancel("DL-07", case=request.case, reason=f"Declined: {reason}", by=by, about=request)
    _tell_business_unit(request, by=by, task="An agency declined to answer: read its reasons")
    return request


@transaction.atomic
def waive_request(request: AgencyRequest, *, reason: str, by: User) -> AgencyRequest:
    """Say that an agency's information is no longer needed."""
    request = perform(
        request,
        "waive",
        by=by,
        reason=reason,
        words=f"The information of {request.agency} is no longer needed",
    )
    deadlines.services.cancel("DL-07", case=request.case, reason=reason, by=by, about=request)
    return request


@transaction.atomic
def accept_return(request: AgencyRequest, *, by: User) -> AgencyRequest:
    """Accept a return as sufficient."""
    return perform(request, "accept_return", by=by, words=f"Accepted the return of {request.agency}")


@transaction.atomic
def query_return(request: AgencyRequest, *, question: str, by: User) -> AgencyRequest:
    """Ask an agency about its return; it can change and send it again."""
    request = perform(
        request, "query_return", by=by, question=question, words=f"Asked {request.agency} about its return"
    )
    if draft := draft_of(request):
        reopen_draft(draft)
    correspondence.services.queue(
        "agency_question",
        case=request.case,
        to=holders(request.case, {Role.REP}, agency=request.agency),
        by=by,
        about=request,
        task="Answer a question about your agency’s return",
    )
    return request


@transaction.atomic
def chase(request: AgencyRequest, *, by: User, at: dt.datetime) -> AgencyRequest:
    """Remind an agency that its information is awaited, at most once a day, and keep that it was chased."""
    request = AgencyRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if request.state not in OUTSTANDING:
        raise TransitionRefused([f"{request.agency} has answered; there is nothing to chase."])
    if request.last_chased_at and at - request.last_chased_at < dt.timedelta(hours=20):
        raise TransitionRefused([f"{request.agency} was chased less than a day ago. Ring them instead."])
    request.last_chased_at, request.chased = at, request.chased + 1
    request.save(update_fields=["last_chased_at", "chased"])
    audit.record(
        "agency_chased",
        by=by,
        case=request.case,
        about=request,
        words=f"Chased {request.agency} for its information",
    )
    due = Deadline.objects.of(request.case).open().filter(code="DL-07", about=audit.label_of(request)).first()
    correspondence.services.queue(
        "agency_chased",
        case=request.case,
        to=holders(request.case, {Role.REP}, agency=request.agency),
        by=by,
        about=request,
        task="Your agency’s information for the rapid review is awaited",
        due=due.due_at if due else None,
    )
    return request


def typed_so_far(request: AgencyRequest) -> tuple[dict[str, Any], int]:
    """The answers of the draft and its version; those of the row, and 0, when there is no draft."""
    if draft := draft_of(request):
        return read_answers(draft), draft.version
    return {name: getattr(request, name) for name in RETURN_FIELDS}, 0


def _write(request: AgencyRequest, answers: dict[str, Any]) -> AgencyRequest:
    request = AgencyRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    # A request that has moved on is refused by the door with who was first; its return is not touched.
    if request.state in OUTSTANDING:
        for name in RETURN_FIELDS:
            if name in answers:
                setattr(request, name, answers[name])
        request.save(update_fields=list(RETURN_FIELDS))
    return request


def _returned(request: AgencyRequest, *, by: User, at: dt.datetime) -> AgencyRequest:
    if draft := draft_of(request):
        close_draft(draft)
    deadlines.services.meet("DL-07", case=request.case, at=at, by=by, about=request)
    _tell_business_unit(request, by=by, task="An agency has returned its information")
    return request


def _tell_business_unit(request: AgencyRequest, *, by: User, task: str) -> None:
    correspondence.services.queue(
        "agency_answered",
        case=request.case,
        to=holders(request.case, BUSINESS_UNIT),
        by=by,
        about=request,
        task=task,
    )
