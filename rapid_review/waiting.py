"""What waits on people in rapid reviews."""

from __future__ import annotations

from typing import Final

from django.urls import reverse

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, Role
from casework.audit import label_of
from casework.models import Case, TakingBack
from casework.permissions import agencies_as, roles_in
from casework.transitions import exits, unmet
from casework.waiting import Waiting
from decisions.kinds import RapidReviewOutcome
from rapid_review.models import AgencyRequest, PanelView, RapidReview, RapidReviewState, RequestState
from rapid_review.models.requests import OUTSTANDING
from rapid_review.services.taking_back import SENDING

MOST: Final = 50

# state: (verb, page, who, DL-number, the transition whose guards are shown)
_STEPS: Final = {
    RapidReviewState.GATHERING: (
        "Finish gathering information",
        "rapid_review:finish_gathering",
        BUSINESS_UNIT,
        "DL-10",
        "finish_gathering",
    ),
    RapidReviewState.ANALYSIS: (
        "Put the rapid review to the partners",
        "rapid_review:put_to_partners",
        BUSINESS_UNIT | {Role.SGC},
        "DL-10",
        "put_to_partners",
    ),
    RapidReviewState.DECISION: (
        "Send the rapid review to the National Panel",
        "rapid_review:send",
        BUSINESS_UNIT,
        "DL-10",
        "send",
    ),
    RapidReviewState.SENT: (
        "Record the National Panel’s letter",
        "rapid_review:letter",
        BUSINESS_UNIT,
        "DL-11",
        "",
    ),
    RapidReviewState.QUERIED: (
        "Answer the National Panel’s questions",
        "rapid_review:answer_query",
        BUSINESS_UNIT,
        "DL-12",
        "answer_query",
    ),
}


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """Requests for the user's agency to answer, and the next step of each rapid review of theirs."""
    return [*_requests(user, case), *_reviews(user, case), *_taking_back(user, case)]


def _taking_back(user: User, case: Case | None) -> list[Waiting]:
    rows = TakingBack.objects.of_case_visible_to(user, BUSINESS_UNIT).filter(
        transition=SENDING, confirmed_at=None, refused_at=None
    )
    rows = rows.filter(case=case) if case else rows.exclude(asked_by=user)
    return [
        Waiting(
            verb="Confirm, or refuse, that an act was recorded in error",
            case=asked.case,
            href=reverse("rapid_review:confirm_sending_taken_back", args=[asked.pk]),
            owner="business unit",
            mine=asked.asked_by_id != user.pk,
        )
        for asked in rows.select_related("case")[:MOST]
    ]


def _requests(user: User, case: Case | None) -> list[Waiting]:
    requests = AgencyRequest.objects.visible_to(user).outstanding().select_related("case", "agency")
    mine = agencies_as(user, {Role.REP, Role.AA})
    rows = requests.filter(case=case) if case else requests.filter(agency__in=mine)
    return [
        Waiting(
            verb=_request_verb(request),
            case=request.case,
            href=reverse("rapid_review:request", args=[request.pk]),
            owner=f"{request.agency.short_name}, representative",
            mine=request.agency_id in mine,
            about=label_of(request),
            code="DL-07",
            note="A question is open"
            if request.state == RequestState.QUERIED
            else request.get_state_display(),
        )
        for request in rows[:MOST]
    ]


def _request_verb(request: AgencyRequest) -> str:
    return f"Return the information of {request.agency.short_name}"


def _reviews(user: User, case: Case | None) -> list[Waiting]:
    reviews = RapidReview.objects.visible_to(user).filter(state__in=_STEPS).select_related("case", "decision")
    reviews = reviews.filter(case=case) if case else reviews
    found = []
    for review in reviews.prefetch_related("letters").order_by("created_at")[:MOST]:
        if _has_gone_on(review):
            continue
        verb, page, roles, code, name = _step_of(review)
        mine = bool(roles & roles_in(user, review.case))
        if case is None and not mine:
            continue
        offered = exits(review).get(name)
        found.append(
            Waiting(
                verb=verb,
                case=review.case,
                href=reverse(page, args=[review.pk]),
                owner="business unit" if roles == BUSINESS_UNIT else "sub-group chair or business unit",
                mine=mine,
                about=label_of(review.case),
                code=code,
                note=_progress(review),
                # Only the case's own page shows what blocks: the list of everything stays one query a kind.
                blocked=unmet(offered, review) if offered and case else [],
            )
        )
    return found


def _step_of(review: RapidReview) -> tuple[str, str, frozenset[Role], str, str]:
    """The next step; once the National Panel has agreed to “no review”, to follow up what was found.

    Towards a review or another kind of one, the next step is that of panels, which waits there.
    """
    no_review = review.outcome == RapidReviewOutcome.NO_LCSPR
    if review.state == RapidReviewState.SENT and no_review and _panel_agrees(review):
        return "Go on to follow up actions, or close the case", "rapid_review:review", BUSINESS_UNIT, "", ""
    return _STEPS[RapidReviewState(review.state)]


def _panel_agrees(review: RapidReview) -> bool:
    letters = list(review.letters.all())
    return bool(letters) and letters[-1].view == PanelView.AGREES


def _has_gone_on(review: RapidReview) -> bool:
    """Whether what follows the letter waits with panels, not here."""
    return (
        review.state == RapidReviewState.SENT
        and _panel_agrees(review)
        and review.outcome != RapidReviewOutcome.NO_LCSPR
    )


def _progress(review: RapidReview) -> str:
    if review.state != RapidReviewState.GATHERING:
        return ""
    states = list(review.requests.values_list("state", flat=True))
    if not states:
        return "No agency has been asked yet"
    answered = sum(state not in OUTSTANDING for state in states)
    return f"{answered} of {len(states)} agencies have answered"
