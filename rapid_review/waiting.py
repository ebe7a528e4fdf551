"""What waits on people in rapid reviews."""

from __future__ import annotations

import uuid
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple

from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse_lazy as reverse

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework.audit import label_of
from casework.compiled import compiled_once
from casework.models import Case, Stage, TakingBack
from casework.permissions import agencies_as, open_to, roles_in
from casework.transitions import exits, unmet
from casework.waiting import Places, Waiting, first_of, with_fields
from deadlines.models import Deadline
from decisions.kinds import RapidReviewOutcome
from rapid_review.models import (
    AgencyRequest,
    PanelLetter,
    PanelView,
    RapidReview,
    RapidReviewState,
    RequestState,
)
from rapid_review.services.taking_back import SENDING
from referrals.services.clocks import TELL_PARTNERS
from referrals.services.other_area import TELLS

_LETTER: Final = "rapid_review:letter"


class _Step(NamedTuple):
    """What comes next in a state: the act, its page, who does it, the clock it answers, the guards to show."""

    verb: str
    page: str
    roles: frozenset[Role]
    code: str = ""
    transition: str = ""


_STEPS: Final = {
    RapidReviewState.GATHERING: _Step(
        "Finish gathering information",
        "rapid_review:finish_gathering",
        BUSINESS_UNIT,
        "DL-10",
        "finish_gathering",
    ),
    RapidReviewState.ANALYSIS: _Step(
        "Put the rapid review to the partners",
        "rapid_review:put_to_partners",
        BUSINESS_UNIT | {Role.SGC},
        "DL-10",
        "put_to_partners",
    ),
    RapidReviewState.DECISION: _Step(
        "Send the rapid review to the National Panel",
        "rapid_review:send",
        BUSINESS_UNIT,
        "DL-10",
        "send",
    ),
    RapidReviewState.SENT: _Step("Record the National Panel’s letter", _LETTER, BUSINESS_UNIT, "DL-11"),
    RapidReviewState.QUERIED: _Step(
        "Answer the National Panel’s questions",
        "rapid_review:answer_query",
        BUSINESS_UNIT,
        "DL-12",
        "answer_query",
    ),
}

_ASK: Final = _Step("Ask agencies for information", "rapid_review:ask", BUSINESS_UNIT, "DL-10")

_TAKES_STEPS: Final = BUSINESS_UNIT | {Role.SGC}
# On whom the states wait, so that the list of everything asks for each set of roles once.
_BY_ROLES: Final = tuple(
    (who, [state for state, step in _STEPS.items() if step.roles == who])
    for who in (BUSINESS_UNIT, _TAKES_STEPS)
)
# Who follows what is still to come from others: the agencies' information, the National Panel's letter.
_FOLLOWS: Final = BUSINESS_UNIT | PARTNERS | {Role.SGC, Role.IC}
_TO_COME: Final = (RapidReviewState.GATHERING, RapidReviewState.SENT)


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """Requests for the user's agency to answer, the next step of each rapid review of theirs, and what is still
    to come from others."""
    return [each for look in _PLACES.to_look(user, case) for each in look(user, case)]


def _taking_back(user: User, case: Case | None) -> list[Waiting]:
    return [
        Waiting(
            verb="Confirm, or refuse, that an act was recorded in error",
            case=asked.case,
            href=reverse("rapid_review:confirm_sending_taken_back", args=[asked.pk]),
            owner="business unit",
            mine=asked.asked_by_id != user.pk,
        )
        for asked in _to_confirm(user, case)
    ]


@compiled_once
def _to_confirm(user: User, case: uuid.UUID | None) -> Any:
    rows = TakingBack.objects.of_case_visible_to(user, BUSINESS_UNIT).filter(
        transition=SENDING, confirmed_at=None, refused_at=None
    )
    rows = rows.filter(case=case) if case else rows.exclude(asked_by=user)
    return first_of(rows.select_related("case"), case)


def _requests(user: User, case: Case | None) -> list[Waiting]:
    mine = agencies_as(user, {Role.REP, Role.AA})
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
        for request in _outstanding(user, case)
    ]


@compiled_once
def _outstanding(user: User, case: uuid.UUID | None) -> Any:
    requests = AgencyRequest.objects.visible_to(user).outstanding().select_related("case", "agency")
    if case is not None:
        return first_of(requests.filter(case=case), case)
    return first_of(requests.filter(agency__in=agencies_as(user, {Role.REP, Role.AA})), case)


def _request_verb(request: AgencyRequest) -> str:
    return f"Return the information of {request.agency.short_name}"


@compiled_once
def _unfinished(user: User, case: uuid.UUID | None) -> Any:
    reviews = RapidReview.objects.visible_to(user).select_related("case", "decision")
    letters = PanelLetter.objects.filter(rapid_review=OuterRef("pk")).order_by("-received_on", "-created_at")
    asked = AgencyRequest.objects.filter(case=OuterRef("case"), round=OuterRef("round"))
    reviews = reviews.annotate(
        last_view=Subquery(letters.values("view")[:1]),
        asked=_number_of(asked),
        outstanding=_number_of(asked.outstanding()),
    )
    if case is not None:
        reviews = reviews.filter(case=case, state__in=_STEPS)
    else:
        steps = [Q(state__in=at) & open_to(user, who) for who, at in _BY_ROLES]
        to_come = Q(state__in=_TO_COME) & open_to(user, _FOLLOWS)
        reviews = reviews.filter(reduce(or_, [*steps, to_come])).annotate(
            in_unit=ExpressionWrapper(open_to(user, BUSINESS_UNIT), output_field=BooleanField())
        )
        reviews = with_fields(reviews, "case", "state", "decision", decision=("state", "outcome"))
    return first_of(reviews.order_by("created_at"), case)


def _number_of(rows: Any) -> Any:
    return Coalesce(Subquery(rows.order_by().values("case").annotate(number=Count("pk")).values("number")), 0)


def _reviews(user: User, case: Case | None) -> list[Waiting]:
    held = roles_in(user, case) if case is not None else frozenset()
    found = []
    for review in _unfinished(user, case):
        if _has_gone_on(review):
            continue
        gathering = review.state == RapidReviewState.GATHERING
        answers = _Answers(review.asked, review.outstanding) if gathering else None
        if case is None:
            found += _still_to_come(review, answers)
        step = _ASK if answers is not None and not answers.asked else _step_of(review)
        if case is None and (step.page == _LETTER or not (review.in_unit or Role.SGC in step.roles)):
            continue
        offered = exits(review).get(step.transition) if case is not None else None
        found.append(
            Waiting(
                verb=step.verb,
                case=review.case,
                href=reverse(step.page, args=[review.pk]),
                owner="business unit" if step.roles == BUSINESS_UNIT else "sub-group chair or business unit",
                mine=case is None or not held.isdisjoint(step.roles),
                about=label_of(review.case),
                code=step.code,
                note=answers.words if answers else "",
                # Only the case's own page shows what blocks: the list of everything stays one query a kind.
                blocked=unmet(offered, review) if offered else [],
            )
        )
    return found


def _still_to_come(review: Any, answers: _Answers | None) -> list[Waiting]:
    """What a rapid review waits for that nobody here can do: over all cases, for those who follow them."""
    if answers is not None and answers.outstanding:
        return [
            Waiting(
                verb=f"{answers.outstanding} of {answers.asked} agencies still to return",
                case=review.case,
                href=reverse("rapid_review:review", args=[review.pk]),
                owner="the agencies asked",
                mine=False,
                code="DL-07",
                link="See who",
            )
        ]
    if review.state == RapidReviewState.SENT and not _panel_agrees(review):
        return [
            Waiting(
                verb="The National Panel’s letter is awaited",
                case=review.case,
                href=reverse(_LETTER if review.in_unit else "rapid_review:review", args=[review.pk]),
                owner="National Panel",
                mine=False,
                about=label_of(review.case),
                code="DL-11",
                link="Record it" if review.in_unit else "See the rapid review",
            )
        ]
    return []


def _step_of(review: Any) -> _Step:
    """The next step; once the National Panel has agreed to “no review”, to follow up what was found.

    Towards a review or another kind of one, the next step is that of panels, which waits there.
    """
    no_review = review.outcome == RapidReviewOutcome.NO_LCSPR
    if review.state == RapidReviewState.SENT and no_review and _panel_agrees(review):
        return _Step("Go on to follow up actions, or close the case", "rapid_review:review", BUSINESS_UNIT)
    return _STEPS[RapidReviewState(review.state)]


def _panel_agrees(review: Any) -> bool:
    return bool(review.last_view == PanelView.AGREES)


def _has_gone_on(review: Any) -> bool:
    """Whether what follows the letter waits with panels, not here."""
    return (
        review.state == RapidReviewState.SENT
        and _panel_agrees(review)
        and review.outcome != RapidReviewOutcome.NO_LCSPR
    )


class _Answers(NamedTuple):
    """How many agencies were asked in a round, and how many have still to answer."""

    asked: int
    outstanding: int

    @property
    def words(self) -> str:
        if not self.asked:
            return "No agency has been asked yet"
        return f"{self.asked - self.outstanding} of {self.asked} agencies have answered"


# The notification has gone, and the other area is still to be told by other means than this service.
_STILL_TO_TELL: Final = Q(code=TELL_PARTNERS, case__stage=Stage.RR_GATHERING)


def _other_area(user: User, case: Case | None) -> list[Waiting]:
    return [
        Waiting(
            verb="Tell the partnership of the child’s home area",
            case=deadline.case,
            href=reverse("rapid_review:other_area", args=[deadline.case_id]),
            owner="Local authority notifier or business unit",
            mine=True,
            about=label_of(deadline.case),
            code=TELL_PARTNERS,
        )
        for deadline in _to_tell(user, case)
        if deadline.case is not None
    ]


@compiled_once
def _to_tell(user: User, case: uuid.UUID | None) -> Any:
    rows = Deadline.objects.open().filter(_STILL_TO_TELL).filter(open_to(user, TELLS))
    rows = rows.filter(case=case) if case else rows
    return first_of(rows.select_related("case").order_by("due_at"), case)


_PLACES: Final = Places(
    (_requests, AgencyRequest.objects.outstanding()),
    (_reviews, RapidReview.objects.filter(state__in=_STEPS)),
    (_taking_back, TakingBack.objects.filter(transition=SENDING, confirmed_at=None, refused_at=None)),
    (_other_area, Deadline.objects.open().filter(_STILL_TO_TELL)),
)
