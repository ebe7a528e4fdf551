"""Reviews of another kind: planned, held, written up, agreed, or taken further (T11, T21, T43 to T45, T49)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

import correspondence.services
import deadlines.services
import decisions.services
import referrals.services
from accounts.access_table import Thing
from accounts.models import Agency, User
from accounts.roles import BUSINESS_UNIT, PARTNERS, SUB_GROUP, Role
from accounts.settings_choices import ReviewType
from actions.models import Action, ActionPlan, ActionState
from casework import audit
from casework.files import store_document
from casework.models import Case, Stage
from casework.permissions import holders, roles_in
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from decisions.kinds import CriteriaOutcome, DecisionKind
from decisions.models import Decision
from decisions.models.decision import PENDING
from decisions.standing import blocking_views
from lcspr import clock
from panels.models import AlternativeReview, AlternativeState, Then
from panels.models.alternative import OTHER_KINDS
from panels.models.guards import decided
from panels.permissions import DECIDERS, LeadsIt
from referrals.models import Basis, SeriousIncidentNotification
from referrals.services import clocks as referral_clocks

COMPLETED = "DL-24"
PROGRESS = "DL-23"


@transaction.atomic
def ensure_alternative(
    case: Case,
    *,
    review_type: ReviewType,
    method: str,
    lead: User,
    by: User,
    on: dt.date,
    decision: Decision | None = None,
    lead_agency: Agency | None = None,
) -> AlternativeReview:
    """Open the review of a case that has come to another kind of review and has none under way (T11, T21, T25).

    Its four months run from the decision (DL-24). Whoever leads it must be able to open the case.
    """
    if not roles_in(by, case) & DECIDERS:
        raise PermissionDenied
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    decision = decision or deciding(case)
    if reasons := _why_not_open(case, review_type, lead):
        raise TransitionRefused(reasons)
    review = AlternativeReview.objects.create(
        case=case,
        review_type=review_type,
        method=method,
        lead=lead,
        lead_agency=lead_agency,
        decision=decision,
        opened_by=by,
        opened_on=on,
    )
    audit.record(
        "alternative_opened", by=by, case=case, about=review, words=f"Opened another kind of review: {review}"
    )
    decided_on = decision.decided_on if decision and decision.decided_on else on
    due = deadlines.services.start(
        COMPLETED,
        case=case,
        trigger_at=clock.on_the_day(decided_on),
        because="when the partners decided on it",
        by=by,
        about=review,
        owed_user=lead,
    )
    correspondence.services.queue(
        "review_alternative_opened",
        case=case,
        to=[*holders(case, SUB_GROUP | {Role.IC, Role.REP}), lead],
        by=by,
        about=review,
        task="Another kind of review is held",
        due=due,
    )
    return review


def deciding(case: Case) -> Decision | None:
    """The decision by which the case came to another kind of review, if it is on record."""
    made = Decision.objects.filter(
        case=case, state="decided", outcome__in=["alternative", CriteriaOutcome.NOT_MET_REVIEW]
    )
    return made.order_by("-decided_on", "-created_at").first()


def live_alternative(case: Case) -> AlternativeReview | None:
    """The review of another kind under way in a case."""
    return next((each for each in AlternativeReview.objects.filter(case=case) if not each.is_over), None)


def _why_not_open(case: Case, review_type: ReviewType, lead: User) -> list[str]:
    if case.stage != Stage.ALTERNATIVE_REVIEW:
        return ["The case has not come to another kind of review."]
    if live_alternative(case):
        return ["A review of another kind is under way in this case already."]
    reasons = []
    if review_type not in OTHER_KINDS:
        reasons.append("Choose a kind of review other than the statutory ones.")
    if lead not in holders(case, Role):
        reasons.append(f"{lead} may not open the case. Choose somebody who may, or let them in first.")
    return reasons


@transaction.atomic
def plan_alternative(
    review: AlternativeReview, *, scope: str, planned_on: dt.date | None, by: User
) -> AlternativeReview:
    """Write what it looks at and when it is planned: what those invited are sent."""
    review = AlternativeReview.objects.select_for_update(of=("self",), no_key=True).get(pk=review.pk)
    if not LeadsIt()(review, by):
        raise PermissionDenied
    if review.state != AlternativeState.PLANNED:
        raise MovedOn(review, last_event(review))
    review.scope, review.planned_on = scope, planned_on
    review.save(update_fields=["scope", "planned_on"])
    audit.record(
        "alternative_planned", by=by, case=review.case, about=review, words="Wrote what the review looks at"
    )
    return review


@transaction.atomic
def record_held(
    review: AlternativeReview, *, held_on: dt.date, attendance: str, by: User
) -> AlternativeReview:
    """Record that it was held, and who took part."""
    if held_on > clock.today():
        raise TransitionRefused(["The date it was held must be today or in the past."])
    return perform(
        review, "record_held", by=by, words=f"Held: {review}", held_on=held_on, attendance=attendance
    )


@transaction.atomic
def write_up(
    review: AlternativeReview,
    *,
    findings: str,
    by: User,
    no_actions_because: str = "",
    report: File[Any] | None = None,
) -> AlternativeReview:
    """Write up what was learned, with the report or briefing where there is one."""
    document = (
        store_document(review.case, report, by=by, title=f"{review}: what was learned", thing=Thing.RR_REPORT)
        if report
        else None
    )
    review = perform(
        review,
        "write_up",
        by=by,
        words=f"Wrote up what was learned: {review}",
        findings=findings,
        no_actions_because=no_actions_because,
        report=document,
    )
    correspondence.services.queue(
        "review_alternative_written_up",
        case=review.case,
        to=holders(review.case, {Role.SGC}),
        by=by,
        about=review,
        task="Agree the findings of the other review",
    )
    return review


@transaction.atomic
def ask_for_more(review: AlternativeReview, *, reason: str, by: User) -> AlternativeReview:
    """Send the write-up back."""
    return perform(review, "ask_for_more", by=by, words="Asked for it to be written up again", reason=reason)


@transaction.atomic
def agree_findings(review: AlternativeReview, *, by: User, on: dt.date) -> AlternativeReview:
    """Agree what was learned and go on to follow up the actions (T43); progress is reported from now on (DL-23)."""
    review = perform(review, "agree_findings", by=by, words=f"Agreed the findings: {review}", on=on)
    case = perform(review.case, "agree_alternative", by=by)
    at = clock.on_the_day(on)
    deadlines.services.meet(COMPLETED, case=case, at=at, by=by, about=review)
    deadlines.services.start(
        PROGRESS, case=case, trigger_at=at, because="when the findings were agreed", by=by
    )
    correspondence.services.queue(
        "review_alternative_agreed",
        case=case,
        to=holders(case, SUB_GROUP | BUSINESS_UNIT | {Role.IC, Role.REP}),
        by=by,
        about=review,
    )
    return review


@transaction.atomic
def discontinue_alternative(
    review: AlternativeReview,
    *,
    reason: str,
    then: Then,
    by: User,
    on: dt.date,
    review_type: ReviewType | None = None,
    method: str = "",
    lead: User | None = None,
) -> AlternativeReview:
    """Give up this kind of review and say what follows: another kind, the actions alone, or nothing (T49).

    Another is opened at once (`review_type`, `method`, `lead`). Where nothing follows a delegated partner closes the
    case. What the partners were still asked about it is asked no more.
    """
    review = perform(
        review, "discontinue_alternative", by=by, words=f"Discontinued: {review}. {reason}", reason=reason
    )
    case = review.case
    if problems := why_not_then(case, then):
        raise TransitionRefused(problems)
    for decision in Decision.objects.filter(about=audit.label_of(review), state__in=PENDING):
        decisions.services.abandon_decision(decision, by=by, reason="The other review was discontinued.")
    deadlines.services.cancel(COMPLETED, case=case, reason=reason, by=by, about=review)
    if then == Then.ANOTHER:
        if review_type is None or lead is None:
            raise TransitionRefused(["Say which kind of review is held, how, and who leads it."])
        ensure_alternative(
            case, review_type=review_type, method=method, lead=lead, decision=review.decision, by=by, on=on
        )
        return review
    told = holders(case, SUB_GROUP | PARTNERS | BUSINESS_UNIT | {Role.IC, Role.REP})
    if then == Then.FOLLOW_UP:
        case = perform(case, "discontinue_alternative", by=by, words="The agreed actions are followed up")
        deadlines.services.start(
            PROGRESS,
            case=case,
            trigger_at=clock.on_the_day(on),
            because="when the other review was discontinued",
            by=by,
        )
    else:
        case = perform(case, "close_after_alternative", by=by, words=f"Closed: no further action. {reason}")
        deadlines.services.cancel(PROGRESS, case=case, reason="The case was closed.", by=by)
    correspondence.services.queue(
        "review_alternative_discontinued",
        case=case,
        to=[person for person in {*told, review.lead} if person != by],
        by=by,
        about=review,
    )
    return review


def why_not_then(case: Case, then: Then) -> list[str]:
    """Why this cannot follow in the case when its other review is given up."""
    finished = [ActionState.CLOSED, ActionState.SUPERSEDED]
    unfinished = list(Action.objects.filter(case=case).exclude(state__in=finished))
    plan = ActionPlan.objects.filter(case=case).live().first()
    if then == Then.FOLLOW_UP and not unfinished and plan is None:
        return ["There is no action to follow up: add one first, or close the case with the reasons."]
    if then == Then.CLOSE:
        open_ones = [f"{action} is not closed: follow up the actions instead." for action in unfinished]
        return open_ones or (["The action plan is not closed: follow it up instead."] if plan else [])
    return []


@transaction.atomic
def ask_again(review: AlternativeReview, *, question: DecisionKind, by: User, on: dt.date) -> Decision:
    """Put to the partners, because of new information, whether to commission a review after all (T44) or whether
    the criteria are met after all (T45); the other review goes on meanwhile."""
    if question not in {DecisionKind.RECONSIDERATION, DecisionKind.CRITERIA}:
        raise ValueError(f"{question} is not a question about another kind of review.")
    if not roles_in(by, review.case) & DECIDERS:
        raise PermissionDenied
    review = AlternativeReview.objects.select_for_update(of=("self",), no_key=True).get(pk=review.pk)
    if review.is_over:
        raise MovedOn(review, last_event(review))
    return decisions.services.open_decision(
        review.case, kind=question, by=by, on=on, about=review, supersedes=review.decision
    )


@transaction.atomic
def find_criteria_met_later(
    review: AlternativeReview, *, la_aware_at: dt.datetime, reason: str, by: User
) -> SeriousIncidentNotification:
    """Go back to the notification, because new information meets the criteria (T45).

    The local authority's awareness is that of the new information: its five working days run from then.
    """
    review = perform(review, "escalate", by=by, words=f"Taken further: {reason}", reason=reason)
    criteria = decided(review, DecisionKind.CRITERIA)
    if criteria is None or criteria.outcome != CriteriaOutcome.MET:
        raise TransitionRefused(["The partners have not found the criteria met."])
    if reasons := blocking_views(criteria) + _why_not_aware(la_aware_at):
        raise TransitionRefused(reasons)
    deadlines.services.cancel(COMPLETED, case=review.case, reason=reason, by=by, about=review)
    case = perform(review.case, "find_criteria_met_later", by=by)
    case.la_aware_at, case.la_aware_confirmed = la_aware_at, True
    case.save(update_fields=["la_aware_at", "la_aware_confirmed"])
    notification = referrals.services.require_notification(case, by=by, basis=Basis.PARTNERS_AGREE)
    referral_clocks.start_from_awareness(case, by=by, because="new information came")
    correspondence.services.queue(
        "criteria_met",
        case=case,
        to=holders(case, frozenset({Role.LAN, Role.SGC, Role.IC}) | BUSINESS_UNIT),
        by=by,
        about=notification,
        task="Send the notification, and record that it was sent",
        due=referral_clocks.open_clock(case, referral_clocks.NOTIFY),
    )
    return notification


def _why_not_aware(at: dt.datetime) -> list[str]:
    return ["The local authority cannot have become aware in the future."] if at > clock.now() else []
