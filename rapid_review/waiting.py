"""What waits on people in rapid reviews."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, Role
from casework.audit import label_of
from casework.models import Case, TakingBack
from casework.permissions import agencies_as, holds_anywhere, open_to, roles_in
from casework.transitions import exits, unmet
from casework.waiting import Places, Waiting, most
from decisions.kinds import RapidReviewOutcome
from rapid_review.models import AgencyRequest, PanelView, RapidReview, RapidReviewState, RequestState
from rapid_review.models.requests import OUTSTANDING
from rapid_review.services.taking_back import SENDING

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

_TAKES_STEPS: Final = BUSINESS_UNIT | {Role.SGC}
# On whom the states wait, so that the list of everything asks for each set of roles once.
_BY_ROLES: Final = tuple(
    (who, [state for state, step in _STEPS.items() if step[2] == who])
    for who in (BUSINESS_UNIT, _TAKES_STEPS)
)


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """Requests for the user's agency to answer, and the next step of each rapid review of theirs."""
    return [each for look in _PLACES.to_look(user, case) for each in look(user, case)]


def _taking_back(user: User, case: Case | None) -> list[Waiting]:
    if not holds_anywhere(user, BUSINESS_UNIT):
        return []
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
        for asked in rows.select_related("case")[: most(case)]
    ]


def _requests(user: User, case: Case | None) -> list[Waiting]:
    mine = agencies_as(user, {Role.REP, Role.AA})
    if case is None and not mine:
        return []
    requests = AgencyRequest.objects.visible_to(user).outstanding().select_related("case", "agency")
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
        for request in rows[: most(case)]
    ]


def _request_verb(request: AgencyRequest) -> str:
    return f"Return the information of {request.agency.short_name}"


def _reviews(user: User, case: Case | None) -> list[Waiting]:
    if case is None and not holds_anywhere(user, _TAKES_STEPS):
        return []
    reviews = RapidReview.objects.visible_to(user).select_related("case", "decision")
    if case is not None:
        reviews = reviews.filter(case=case, state__in=_STEPS)
    else:
        reviews = reviews.filter(reduce(or_, (Q(state__in=at) & open_to(user, who) for who, at in _BY_ROLES)))
    held = roles_in(user, case) if case is not None else _TAKES_STEPS
    rows = list(reviews.prefetch_related("letters").order_by("created_at")[: most(case)])
    progress = _progress(rows)
    found = []
    for review in rows:
        if _has_gone_on(review):
            continue
        verb, page, roles, code, name = _step_of(review)
        offered = exits(review).get(name) if case is not None else None
        found.append(
            Waiting(
                verb=verb,
                case=review.case,
                href=reverse(page, args=[review.pk]),
                owner="business unit" if roles == BUSINESS_UNIT else "sub-group chair or business unit",
                mine=not held.isdisjoint(roles),
                about=label_of(review.case),
                code=code,
                note=progress.get(review.pk, ""),
                # Only the case's own page shows what blocks: the list of everything stays one query a kind.
                blocked=unmet(offered, review) if offered else [],
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


def _progress(reviews: list[RapidReview]) -> dict[Any, str]:
    """How far the gathering of each review has come, by its key, in one query for all."""
    gathering = [review for review in reviews if review.state == RapidReviewState.GATHERING]
    if not gathering:
        return {}
    asked = AgencyRequest.objects.filter(case__in=[review.case_id for review in gathering])
    states: dict[Any, list[str]] = {}
    for case_id, number, state in asked.values_list("case", "round", "state"):
        states.setdefault((case_id, number), []).append(state)
    return {review.pk: _answered(states.get((review.case_id, review.round), [])) for review in gathering}


def _answered(states: list[str]) -> str:
    if not states:
        return "No agency has been asked yet"
    answered = sum(state not in OUTSTANDING for state in states)
    return f"{answered} of {len(states)} agencies have answered"


_PLACES: Final = Places(
    (_requests, AgencyRequest.objects.outstanding()),
    (_reviews, RapidReview.objects.filter(state__in=_STEPS)),
    (_taking_back, TakingBack.objects.filter(transition=SENDING, confirmed_at=None, refused_at=None)),
)
