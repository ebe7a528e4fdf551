"""What waits on people in reviews: the next step of each, who is still to be appointed, and the hand-offs to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse_lazy as reverse

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework.audit import label_of
from casework.compiled import compiled_once
from casework.models import Case, Stage
from casework.permissions import Holds, holds_anywhere, open_to, roles_in
from casework.transitions import exits, unmet
from casework.waiting import Address, Places, Waiting, first_of
from correspondence.models import NoticeSubject
from deadlines.models import Deadline
from decisions.kinds import RapidReviewOutcome
from decisions.models import Declaration, DeclarationOutcome, DeclarationState
from panels.models import (
    AlternativeReview,
    AlternativeState,
    Appointment,
    AppointmentState,
    ReportVersion,
    Review,
    ReviewState,
    TermsOfReference,
    TermsState,
    VersionState,
)
from panels.models.review import RUNNING
from panels.permissions import (
    APPROVES_TERMS,
    COMMISSIONERS,
    DECIDERS,
    LEADS_REVIEW,
    WRITES_REPORT,
    WRITES_TERMS,
)
from panels.services.appointments import LIVE
from panels.services.notices import NAMED, STARTS
from panels.services.review import CHECKED
from rapid_review.models import PanelLetter, PanelView, RapidReview, RapidReviewState
from rapid_review.services.letters import may_go_on


@dataclass(frozen=True)
class _Step:
    """What comes next in a state: the act, its page, who does it, the clock it answers, the guards to show."""

    verb: str
    page: str
    roles: frozenset[Role]
    code: str = "DL-14"
    transition: str = ""


_REVIEW: Final = {
    ReviewState.COMMISSIONING: _Step(
        "Start the review", "panels:start_review", BUSINESS_UNIT, transition="start_review"
    ),
    ReviewState.IN_REVIEW: _Step(
        "Start drafting the report", "panels:start_drafting", LEADS_REVIEW, transition="start_drafting"
    ),
    ReviewState.DRAFTING: _Step(
        "Put the final report up for sign-off",
        "panels:submit_report",
        WRITES_REPORT,
        transition="submit_report",
    ),
    ReviewState.SIGN_OFF: _Step(
        "Sign off the report", "panels:sign_off_report", DECIDERS, transition="sign_off_report"
    ),
    ReviewState.NATIONAL: _Step(
        "Say when the national review is finished", "panels:finish_national", DECIDERS, code=""
    ),
}
_ALTERNATIVE: Final = {
    AlternativeState.PLANNED: _Step(
        "Record that the review was held", "panels:record_held", COMMISSIONERS, "DL-24", "record_held"
    ),
    AlternativeState.HELD: _Step("Write up what was learned", "panels:write_up", COMMISSIONERS, "DL-24"),
    AlternativeState.WRITTEN_UP: _Step(
        "Agree the findings", "panels:agree_findings", frozenset({Role.SGC}), "DL-24", "agree_findings"
    ),
}


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """What waits on `user`; with a case, all that waits in it and who must do it.

    Without a case the number of queries does not grow with the reviews.
    """
    held = roles_in(user, case) if case is not None else None
    if held is not None and not held:
        return []
    look = _Look(user, case, held)
    found = [each for place in _PLACES.to_look(user, case) for each in place(look)]
    return [*_openings(look), *found]


@dataclass(frozen=True)
class _Look:
    """Who asks, about which case, and as what."""

    user: User
    case: Case | None
    held: frozenset[Role] | None

    def mine(self, roles: frozenset[Role]) -> bool:
        """Whether the person may do it: of a case by what they hold in it, else the rows were chosen so."""
        return self.held is None or bool(self.held & roles)


def _any_of(
    rows: Any,
    kinds: Sequence[tuple[Q, frozenset[Role] | None]],
    user: User,
    case: uuid.UUID | None,
    order: str = "created_at",
) -> Any:
    """The rows of some kinds, in one query; each kind waits on other roles, who alone find it in the list.

    Of a case, all rows of these kinds.
    """
    rows = rows.order_by(order)
    if case is not None:
        return first_of(rows.filter(reduce(or_, (kind for kind, _ in kinds)), case=case), case)
    theirs = [(kind, roles) for kind, roles in kinds if roles is None or holds_anywhere(user, roles)]
    if not theirs:
        return rows.none()
    return first_of(rows.filter(reduce(or_, (kind & open_to(user, roles) for kind, roles in theirs))), case)


def _rows(
    rows: Any, roles: frozenset[Role], user: User, case: uuid.UUID | None, order: str = "created_at"
) -> Any:
    """Of a case, all rows; of none, those of cases in which the person holds one of the roles."""
    return _any_of(rows, [(Q(), roles)], user, case, order)


def _owner(roles: frozenset[Role]) -> str:
    if roles == BUSINESS_UNIT:
        return "business unit"
    words = str(Holds(roles - BUSINESS_UNIT))
    return f"{words} or business unit" if roles & BUSINESS_UNIT else words


def _wait(
    look: _Look,
    verb: str,
    *,
    case: Case,
    href: Address,
    roles: frozenset[Role],
    about: Any = None,
    **more: Any,
) -> Waiting:
    return Waiting(
        verb=verb,
        case=case,
        href=href,
        owner=_owner(roles),
        mine=look.mine(roles),
        about=label_of(about if about is not None else case),
        **more,
    )


def _blocked(look: _Look, record: Any, transition: str) -> list[str]:
    # Only the case's own page shows what blocks: the list of everything stays one query a kind.
    if look.case is None or not transition:
        return []
    offered = exits(record).get(transition)
    return unmet(offered, record) if offered else []


@compiled_once
def _ended_rapid_reviews(user: User, case: uuid.UUID | None) -> Any:
    decided = RapidReview.objects.filter(decision__state="decided").select_related("case", "decision")
    agreed = Q(
        state=RapidReviewState.SENT,
        decision__outcome__in=[RapidReviewOutcome.LCSPR, RapidReviewOutcome.ALTERNATIVE],
    )
    if case is None:
        # In the list only those the National Panel agreed to; the case's own page knows when its time has passed.
        agreed &= Q(Exists(PanelLetter.objects.filter(rapid_review=OuterRef("pk"), view=PanelView.AGREES)))
    challenged = Q(state=RapidReviewState.CHALLENGED)
    return _any_of(decided, [(agreed, BUSINESS_UNIT), (challenged, DECIDERS)], user, case)


def _hand_offs(look: _Look) -> Iterator[Waiting]:
    """Rapid reviews whose end is this stage's beginning."""
    for rapid in _ended_rapid_reviews(look.user, look.case):
        if rapid.state == RapidReviewState.CHALLENGED:
            yield _wait(
                look,
                "Conclude the rapid review, as the partners decided",
                case=rapid.case,
                href=reverse("panels:conclude_reconsidered", args=[rapid.pk]),
                roles=DECIDERS,
                code="DL-13",
            )
            continue
        if look.case is not None and may_go_on(rapid):
            continue
        to_review = rapid.outcome == RapidReviewOutcome.LCSPR
        name = "begin_commissioning" if to_review else "begin_alternative"
        yield _wait(
            look,
            "Go on to commission the review" if to_review else "Go on to another kind of review",
            case=rapid.case,
            href=reverse(f"panels:{name}", args=[rapid.pk]),
            roles=BUSINESS_UNIT,
            code="DL-14" if to_review else "DL-24",
        )


@compiled_once
def _running_notices(user: User, case: uuid.UUID | None) -> Any:
    running = Deadline.objects.open().filter(code__in=[STARTS, NAMED]).select_related("case")
    return _rows(running, BUSINESS_UNIT, user, case, "due_at")


def _notices(look: _Look) -> Iterator[Waiting]:
    """Notices to the National Panel, Ofsted and the Department whose clock runs."""
    pages = {
        STARTS: ("Record the notices that a review starts", "panels:notices", NoticeSubject.LCSPR_STARTING),
        NAMED: (
            "Record the notices of the reviewer’s name",
            "panels:reviewer_notices",
            NoticeSubject.REVIEWER_NAMED,
        ),
    }
    for deadline in _running_notices(look.user, look.case):
        verb, page, _ = pages[deadline.code]
        yield Waiting(
            verb=verb,
            case=deadline.case,
            href=reverse(page, args=[deadline.case_id]),
            owner="business unit",
            mine=look.mine(BUSINESS_UNIT),
            about=deadline.about,
            code=deadline.code,
        )


@compiled_once
def _unopened(user: User, case: uuid.UUID | None) -> Any:
    live_other = AlternativeReview.objects.filter(
        case=OuterRef("pk"),
        state__in=[AlternativeState.PLANNED, AlternativeState.HELD, AlternativeState.WRITTEN_UP],
    )
    live_national = Review.objects.filter(case=OuterRef("pk"), state=ReviewState.NATIONAL)
    kinds = (
        (Q(stage=Stage.ALTERNATIVE_REVIEW) & Q(~Exists(live_other)), DECIDERS),
        (Q(stage=Stage.NATIONAL_REVIEW) & Q(~Exists(live_national)), BUSINESS_UNIT),
    )
    if case is not None:
        return Case.objects.filter(reduce(or_, (kind for kind, _ in kinds)), pk=case)
    wanted = reduce(or_, (kind & open_to(user, roles, case="") for kind, roles in kinds))
    return first_of(Case.objects.filter(wanted).order_by("opened_at"), case)


def _openings(look: _Look) -> Iterator[Waiting]:
    """Cases that have come to a review of another kind, or to a national one, without its record."""
    stages = (Stage.ALTERNATIVE_REVIEW, Stage.NATIONAL_REVIEW)
    if look.case is not None and look.case.stage not in stages:
        return
    for case in _unopened(look.user, look.case):
        other = case.stage == Stage.ALTERNATIVE_REVIEW
        yield _wait(
            look,
            "Say which kind of review is held"
            if other
            else "Record what goes on locally beside the national review",
            case=case,
            href=reverse("panels:open_alternative" if other else "panels:open_national", args=[case.pk]),
            roles=DECIDERS if other else BUSINESS_UNIT,
        )


_BEGUN: Final = TermsOfReference.objects.filter(review=OuterRef("pk"))
_DECLARED: Final = Declaration.objects.live().filter(
    case=OuterRef("case"), person=OuterRef("user"), role=OuterRef("role")
)
_DECIDED: Final = _DECLARED.filter(state=DeclarationState.DECIDED)
_BLOCKED: Final = Exists(_DECIDED.filter(outcome=DeclarationOutcome.BLOCKED))


_LOOKED_AT_BY: Final = COMMISSIONERS | PARTNERS


@compiled_once
def _unsettled_appointments(user: User, case: uuid.UUID | None) -> Any:
    rows = Appointment.objects.select_related("case", "user").annotate(
        declared=Exists(_DECLARED),
        clear=Exists(_DECIDED.exclude(outcome=DeclarationOutcome.BLOCKED)),
        blocked=_BLOCKED,
    )
    proposed = Q(state=AppointmentState.PROPOSED)
    unclear = Q(state=AppointmentState.APPOINTED, blocked=True)
    return _any_of(rows, [(proposed, COMMISSIONERS), (unclear, _LOOKED_AT_BY)], user, case)


def _appointments(look: _Look) -> Iterator[Waiting]:
    """Who was proposed and waits for a declaration or the appointment; who works on although no longer clear."""
    for appointment in _unsettled_appointments(look.user, look.case):
        role = appointment.get_role_display().lower()
        if appointment.state == AppointmentState.APPOINTED:
            verb = f"Look at the appointment of the {role}: their declaration is blocked"
        elif appointment.declared and not (appointment.clear or appointment.blocked):
            continue  # The declaration waits in decisions.
        elif appointment.blocked:
            verb = f"Propose another {role}"
        elif not appointment.declared:
            verb = f"Record the declaration of the {role}"
        else:
            verb = f"Appoint the {role}"
        yield _wait(
            look,
            verb,
            case=appointment.case,
            href=reverse("panels:appointment", args=[appointment.pk]),
            roles=COMMISSIONERS if appointment.state == AppointmentState.PROPOSED else _LOOKED_AT_BY,
            about=appointment,
        )


_LIVE: Final = Appointment.objects.filter(review=OuterRef("pk"), state__in=LIVE)


_PARTS: Final = (Role.AUT, Role.PC)


@compiled_once
def _without_people(user: User, case: uuid.UUID | None) -> Any:
    rows = Review.objects.filter(state=ReviewState.COMMISSIONING).select_related("case")
    parts = {role: Exists(_LIVE.filter(role=role)) for role in _PARTS}
    missing = reduce(or_, (Q(~found) for found in parts.values()))
    found = rows.annotate(**{role.value: found for role, found in parts.items()})
    return _any_of(found, [(missing, COMMISSIONERS)], user, case)


def _to_be_found(look: _Look) -> Iterator[Waiting]:
    """Reviews being commissioned for which nobody is proposed as author or as review panel chair."""
    for review in _without_people(look.user, look.case):
        for role in _PARTS:
            if getattr(review, role.value):
                continue
            yield _wait(
                look,
                f"Propose the {role.label.lower()}",
                case=review.case,
                href=f"{reverse('panels:propose', args=[review.pk])}?role={role}",
                roles=COMMISSIONERS,
                about=review,
            )


@compiled_once
def _without_terms(user: User, case: uuid.UUID | None) -> Any:
    rows = Review.objects.filter(state=ReviewState.COMMISSIONING).select_related("case")
    return _rows(rows.exclude(Exists(_BEGUN)), WRITES_TERMS, user, case)


def _to_be_written(look: _Look) -> Iterator[Waiting]:
    """Reviews being commissioned whose terms of reference nobody has begun to write."""
    for review in _without_terms(look.user, look.case):
        yield _wait(
            look,
            "Write the terms of reference",
            case=review.case,
            href=reverse("panels:terms", args=[review.pk]),
            roles=WRITES_TERMS,
            about=review,
        )


@compiled_once
def _drafted_terms(user: User, case: uuid.UUID | None) -> Any:
    drafted = TermsOfReference.objects.filter(state=TermsState.DRAFTED).select_related("case")
    return _rows(drafted, APPROVES_TERMS, user, case)


def _terms(look: _Look) -> Iterator[Waiting]:
    """Terms of reference that are being written, for those who agree them."""
    for terms in _drafted_terms(look.user, look.case):
        yield _wait(
            look,
            "Agree the terms of reference",
            case=terms.case,
            href=reverse("panels:terms_version", args=[terms.pk]),
            roles=APPROVES_TERMS,
            about=terms,
            blocked=_blocked(look, terms, "agree_terms"),
        )


@compiled_once
def _live_reviews(user: User, case: uuid.UUID | None) -> Any:
    kinds = []
    for state, step in _REVIEW.items():
        at = Q(state=state)
        if case is None and state == ReviewState.SIGN_OFF:
            # Until the partners have decided, giving their views is what waits.
            at &= Q(sign_off_decision__state="decided")
        kinds.append((at, step.roles))
    return _any_of(Review.objects.select_related("case"), kinds, user, case)


def _reviews(look: _Look) -> Iterator[Waiting]:
    for review in _live_reviews(look.user, look.case):
        step = _REVIEW[ReviewState(review.state)]
        yield _wait(
            look,
            step.verb,
            case=review.case,
            href=reverse(step.page, args=[review.pk]),
            roles=step.roles,
            code=step.code,
            blocked=_blocked(look, review, step.transition),
        )


@compiled_once
def _circulated(user: User, case: uuid.UUID | None) -> Any:
    out = ReportVersion.objects.filter(state=VersionState.CIRCULATED).select_related("case")
    return _rows(out, WRITES_REPORT, user, case)


def _versions(look: _Look) -> Iterator[Waiting]:
    """Drafts out for comments."""
    for version in _circulated(look.user, look.case):
        yield _wait(
            look,
            "Close the comments on the draft report",
            case=version.case,
            href=reverse("panels:close_comments", args=[version.pk]),
            roles=WRITES_REPORT,
            about=version,
            code="DL-18",
        )


_CHECKED_BY: Final = PARTNERS | BUSINESS_UNIT


@compiled_once
def _running_reviews(user: User, case: uuid.UUID | None) -> Any:
    running = Review.objects.filter(state__in=RUNNING).select_related("case")
    return _rows(running, _CHECKED_BY, user, case)


def _checks(look: _Look) -> Iterator[Waiting]:
    """The partners' regular look at time and quality, from a week before it is due."""
    for review in _running_reviews(look.user, look.case):
        yield _wait(
            look,
            "Check the progress and quality of the review",
            case=review.case,
            href=reverse("panels:check_progress", args=[review.pk]),
            roles=_CHECKED_BY,
            about=review,
            code=CHECKED,
        )


@compiled_once
def _live_alternatives(user: User, case: uuid.UUID | None) -> Any:
    kinds: list[tuple[Q, frozenset[Role] | None]] = [
        (Q(state=state), step.roles) for state, step in _ALTERNATIVE.items()
    ]
    # Whoever leads it does the work, whatever their role in the case.
    kinds.append((Q(lead=user, state__in=[AlternativeState.PLANNED, AlternativeState.HELD]), None))
    return _any_of(AlternativeReview.objects.select_related("case", "lead"), kinds, user, case)


def _alternatives(look: _Look) -> Iterator[Waiting]:
    for review in _live_alternatives(look.user, look.case):
        step = _ALTERNATIVE[AlternativeState(review.state)]
        by_its_lead = review.state != AlternativeState.WRITTEN_UP
        yield Waiting(
            verb=step.verb,
            case=review.case,
            href=reverse(step.page, args=[review.pk]),
            owner=f"{review.lead}, who leads it" if by_its_lead else _owner(step.roles),
            mine=(by_its_lead and review.lead_id == look.user.pk) or look.mine(step.roles),
            about=label_of(review),
            code=step.code,
            blocked=_blocked(look, review, step.transition),
        )


_PLACES: Final = Places(
    (_hand_offs, RapidReview.objects.filter(state__in=[RapidReviewState.SENT, RapidReviewState.CHALLENGED])),
    (_notices, Deadline.objects.open().filter(code__in=[STARTS, NAMED])),
    (
        _appointments,
        Appointment.objects.filter(state=AppointmentState.PROPOSED),
        Declaration.objects.live().filter(outcome=DeclarationOutcome.BLOCKED),
    ),
    (_to_be_found, Review.objects.filter(state=ReviewState.COMMISSIONING)),
    (_to_be_written, Review.objects.filter(~Exists(_BEGUN), state=ReviewState.COMMISSIONING)),
    (_terms, TermsOfReference.objects.filter(state=TermsState.DRAFTED)),
    (_reviews, Review.objects.filter(state__in=_REVIEW)),
    (_versions, ReportVersion.objects.filter(state=VersionState.CIRCULATED)),
    (_checks, Review.objects.filter(state__in=RUNNING)),
    (_alternatives, AlternativeReview.objects.filter(state__in=_ALTERNATIVE)),
)
