"""What must be true before a review goes on, each with the sentence that says what is missing."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db.models import Q

from accounts.roles import Role
from actions.models import ActionPlan, PlanState, Recommendation, SourceKind
from actions.models.recommendations import RecommendationQuerySet
from casework import audit
from casework.conditions import Condition, require
from casework.models import Case
from casework.transitions import exits, unmet
from chronologies.models import COMBINED, Chronology
from correspondence.models import Notice, NoticeSubject, Recipient
from decisions.kinds import DecisionKind, DiscontinuationOutcome, ReconsiderationOutcome, SignOffOutcome
from decisions.models import Decision, DecisionState
from decisions.services import is_clear
from decisions.standing import blocking_views
from lcspr import clock

REGULATORS: Final = (Recipient.NATIONAL_PANEL, Recipient.OFSTED, Recipient.DFE)


def told(case: Case, subject: NoticeSubject, *, since: dt.date | None = None) -> dict[Recipient, dt.datetime]:
    """Which of the National Panel, Ofsted and the Department were told, and when first, since a London date."""
    notices = Notice.objects.of(case, subject).filter(to__in=REGULATORS)
    if since is not None:
        notices = notices.filter(sent_at__gte=dt.datetime.combine(since, dt.time.min, tzinfo=clock.LONDON))
    first: dict[Recipient, dt.datetime] = {}
    for notice in notices.order_by("-sent_at"):
        first[Recipient(notice.to)] = notice.sent_at
    return first


def not_told(case: Case, subject: NoticeSubject, what: str, *, since: dt.date | None = None) -> list[str]:
    """A sentence for each of the three that has not been told yet."""
    known = told(case, subject, since=since)
    names = {
        Recipient.NATIONAL_PANEL: "the National Panel",
        Recipient.OFSTED: "Ofsted",
        Recipient.DFE: "the Department for Education",
    }
    return [f"Record that {names[each]} was told {what}." for each in REGULATORS if each not in known]


def decided(about: Any, kind: DecisionKind) -> Decision | None:
    """The last decision of this kind made about a record, if any."""
    made = Decision.objects.filter(about=audit.label_of(about), kind=kind, state=DecisionState.DECIDED)
    return made.select_related("case__partnership").order_by("-decided_on", "-created_at").first()


def recommendations_of(review: Any) -> RecommendationQuerySet:
    """The recommendations of the review's report, those typed in for the case without naming it included."""
    ours = Q(source=audit.label_of(review)) | Q(source="", source_kind=SourceKind.LCSPR)
    found: RecommendationQuerySet = Recommendation.objects.filter(ours, case=review.case_id)
    return found


def _no_author(review: Any) -> list[str]:
    authors = review.appointments.appointed().filter(role=Role.AUT).select_related("user")
    if not authors:
        return ["Appoint an author whose declaration of interest is clear."]
    return [
        f"The declaration of interest of {each.user} is no longer clear."
        for each in authors
        if not is_clear(review.case, each.user, Role.AUT)
    ]


def _chronologies_missing(review: Any) -> list[str]:
    if review.gaps_accepted:
        return []
    asked = Chronology.objects.filter(case=review.case_id).live().select_related("agency")
    if not asked:
        return ["Ask at least one agency for its chronology."]
    return [
        f"The chronology of {each.agency} has not been accepted: chase it, or go on without it and say why."
        for each in asked
        if each.state not in COMBINED
    ]


def _comments_open(review: Any) -> list[str]:
    return [
        f"Close the comments on {version}."
        for version in review.versions.filter(state="circulated").order_by("created_at")
    ]


def _no_final_report(review: Any) -> list[str]:
    finals = review.versions.filter(state="final")
    if review.changes_asked_at is not None:
        finals = finals.filter(created_at__gt=review.changes_asked_at)
        if not finals.exists():
            return ["Upload the final report again, with the changes that were asked for."]
    return [] if finals.exists() else ["Upload the final report."]


def _partners_have_not_signed(review: Any) -> list[str]:
    decision = review.sign_off_decision
    if decision is None or decision.state != DecisionState.DECIDED:
        needs = decision.needs() if decision is not None else []
        return needs or ["The partners have not yet decided."]
    if decision.outcome == SignOffOutcome.REWORK:
        return ["The partners decided that changes are needed: ask for them."]
    return blocking_views(decision)


def _unanswered(review: Any) -> list[str]:
    return [f"{each} has no response yet." for each in recommendations_of(review).unanswered()]


def _plan_not_ready(review: Any) -> list[str]:
    plan = ActionPlan.objects.filter(case=review.case_id).live().first()
    if plan is None:
        return ["Draft the action plan: it runs from the sign-off, not from publication."]
    if plan.state != PlanState.DRAFTED:
        return []
    # What the guard before says of responses is not said twice.
    return [
        reason for reason in unmet(exits(plan)["agree"], plan) if not reason.endswith("has no response yet.")
    ]


def _discontinuation_undecided(review: Any) -> list[str]:
    decision = decided(review, DecisionKind.DISCONTINUATION)
    if decision is None:
        return ["The three partners have not decided to discontinue the review."]
    if decision.outcome == DiscontinuationOutcome.GO_ON:
        return ["The three partners decided to go on with the review."]
    return blocking_views(decision)


def _not_told_of_discontinuation(review: Any) -> list[str]:
    decision = decided(review, DecisionKind.DISCONTINUATION)
    since = decision.decided_on if decision else None
    return not_told(
        review.case, NoticeSubject.DISCONTINUED, "that the review is discontinued, and why", since=since
    )


def not_decided_for_a_review(about: Any) -> list[str]:
    """What is missing of the three partners' decision, asked about this record, to commission a review."""
    decision = decided(about, DecisionKind.RECONSIDERATION)
    if decision is None:
        return ["The partners have not decided to commission a review."]
    if decision.outcome != ReconsiderationOutcome.LCSPR:
        return [f"The partners decided: {decision.get_outcome_display()}."]
    return blocking_views(decision)


panel_chair_named = require(
    "Appoint the review panel chair.",
    lambda review: review.appointments.appointed().filter(role=Role.PC).exists(),
)
author_appointed = Condition("An author is appointed whose declaration of interest is clear.", _no_author)
terms_agreed = require(
    "The sub-group chair or a partner must agree the terms of reference.",
    lambda review: review.terms.filter(state="agreed").exists(),
)
chronologies_in = Condition(
    "Every chronology asked for is accepted, or going on without was accepted.", _chronologies_missing
)
practitioners_heard = require(
    "Record how practitioners took part, or why they did not.",
    lambda review: review.practitioners_involved is not None,
)
family_asked = require(
    "Record what the family was offered, or why it was not.",
    lambda review: review.family_offered is not None,
)
comments_closed = Condition("The comments on every draft circulated are closed.", _comments_open)
final_report_in = Condition("The final report is uploaded.", _no_final_report)
recommendations_listed = require(
    "List the recommendations of the report, each by itself.",
    lambda review: recommendations_of(review).exists(),
)
signed_by_the_partners = Condition(
    "The partners have decided to sign it off, the independent chair too where the partnership asks for it.",
    _partners_have_not_signed,
)
recommendations_answered = Condition("Every recommendation has a response.", _unanswered)
plan_can_be_agreed = Condition("The action plan is drafted and can be agreed.", _plan_not_ready)
discontinuation_decided = Condition("The three partners decided to discontinue.", _discontinuation_undecided)
told_of_discontinuation = Condition(
    "The National Panel, Ofsted and the Department were told.", _not_told_of_discontinuation
)
local_review_decided = Condition("The partners decided to commission a review.", not_decided_for_a_review)
