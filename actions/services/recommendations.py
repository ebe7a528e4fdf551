"""Proposing recommendations, asking for responses, giving them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Max

from accounts.models import Agency, User
from accounts.roles import BUSINESS_UNIT, Role
from actions.models import Level, Recommendation, RecommendationState, SourceKind
from actions.once import added_already
from actions.permissions import PROPOSERS
from casework import audit
from casework.models import Case
from casework.permissions import holders, roles_in
from casework.services import admit
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from correspondence import services as correspondence

# The transition for each answer a recommendation can get.
_ANSWERS: Final = {
    RecommendationState.ACCEPTED: ("accept", "Accepted"),
    RecommendationState.PARTLY: ("accept_in_part", "Accepted in part"),
    RecommendationState.REJECTED: ("reject", "Did not accept"),
}


@transaction.atomic
def propose_recommendation(
    case: Case,
    *,
    text: str,
    source_kind: SourceKind,
    by: User,
    on: dt.date,
    source: models.Model | None = None,
    level: Level = Level.LOCAL,
    key: uuid.UUID | None = None,
) -> Recommendation:
    """Put a recommendation to the partnership, numbered within its source (a review, a rapid review, or none).

    Asked again with the same `key`, it returns the one there is.
    """
    if not roles_in(by, case) & PROPOSERS:
        raise PermissionDenied
    # The case's row is the queue in which numbers are given out.
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if done := added_already(Recommendation, key, case=case, proposed_by=by):
        return done
    refuse_closed(case)
    label = audit.label_of(source) if source is not None else ""
    last = Recommendation.objects.filter(case=case, source=label).aggregate(last=Max("number"))["last"]
    recommendation = Recommendation.objects.create(
        pk=key or uuid.uuid4(),
        case=case,
        number=(last or 0) + 1,
        text=text,
        source_kind=source_kind,
        source=label,
        level=level,
        proposed_by=by,
        proposed_on=on,
    )
    audit.record(
        "recommendation_proposed",
        by=by,
        case=case,
        about=recommendation,
        words=f"Proposed {str(recommendation).lower()}",
    )
    return recommendation


@transaction.atomic
def correct_recommendation(
    recommendation: Recommendation, *, text: str, level: Level, by: User
) -> Recommendation:
    """Change the words of a recommendation nobody was asked about yet; the earlier ones stay in the record."""
    if not roles_in(by, recommendation.case) & PROPOSERS:
        raise PermissionDenied
    if Role.AUT in roles_in(by, recommendation.case) and recommendation.proposed_by_id != by.pk:
        raise PermissionDenied
    recommendation = Recommendation.objects.select_for_update(of=("self",), no_key=True).get(
        pk=recommendation.pk
    )
    if recommendation.state != RecommendationState.PROPOSED:
        raise MovedOn(recommendation, last_event(recommendation))
    recommendation.text, recommendation.level = text, level
    recommendation.save()
    audit.record(
        "recommendation_corrected",
        by=by,
        case=recommendation.case,
        about=recommendation,
        words=f"Changed the words of {str(recommendation).lower()}",
    )
    return recommendation


@transaction.atomic
def request_response(
    recommendation: Recommendation,
    *,
    by: User,
    on: dt.date,
    respond_by: dt.date,
    agency: Agency | None = None,
) -> Recommendation:
    """Ask an agency, or the partnership itself when none is named, to respond by a date."""
    if respond_by < on:
        raise TransitionRefused(["The date to respond by must be today or later."])
    recommendation = perform(
        recommendation,
        "request_response",
        by=by,
        words=f"Asked {agency or recommendation.case.partnership} to respond to {str(recommendation).lower()}",
        agency=agency,
        respond_by=respond_by,
    )
    _ask(recommendation, by=by, on=on)
    return recommendation


@transaction.atomic
def respond(
    recommendation: Recommendation, *, response: RecommendationState, reasons: str, by: User, on: dt.date
) -> Recommendation:
    """Answer a recommendation: accepted, accepted in part or rejected; all but the first need their reasons."""
    if response != RecommendationState.ACCEPTED and not reasons.strip():
        raise TransitionRefused(["Give the reasons why it is not accepted, or not accepted whole."])
    name, did = _ANSWERS[response]
    return perform(
        recommendation,
        name,
        by=by,
        words=f"{did} {str(recommendation).lower()}",
        reasons=reasons.strip(),
        responded_by=by,
        responded_on=on,
    )


@transaction.atomic
def ask_again(
    recommendation: Recommendation, *, reason: str, respond_by: dt.date, by: User, on: dt.date
) -> Recommendation:
    """Send a response back and ask for another, saying why."""
    if respond_by < on:
        raise TransitionRefused(["The date to respond by must be today or later."])
    recommendation = perform(
        recommendation,
        "ask_again",
        by=by,
        words=f"Asked for another response to {str(recommendation).lower()}",
        respond_by=respond_by,
        reason=reason,
    )
    _ask(recommendation, by=by, on=on)
    return recommendation


@transaction.atomic
def take_into_plan(recommendation: Recommendation, *, by: User) -> Recommendation:
    """Approve the response to a recommendation and take it, with its actions, into the action plan."""
    words = f"Approved the response to {str(recommendation).lower()}"
    return perform(recommendation, "take_into_plan", by=by, words=words)


def refuse_closed(case: Case) -> None:
    """Raise TransitionRefused for a case that takes no more work."""
    if case.is_closed:
        raise TransitionRefused(["The case is closed. Reopen the case first."])


def _ask(recommendation: Recommendation, *, by: User, on: dt.date) -> None:
    if recommendation.agency:
        # It may never have been asked for anything in this case before.
        why = f"Asked to respond to {str(recommendation).lower()}"
        admit(recommendation.case, role=Role.REP, agency=recommendation.agency, why=why, by=by, on=on)
    asked = (
        holders(recommendation.case, {Role.REP}, agency=recommendation.agency)
        if recommendation.agency
        else holders(recommendation.case, BUSINESS_UNIT)
    )
    correspondence.queue(
        "action_response_requested",
        case=recommendation.case,
        to=asked,
        by=by,
        about=recommendation,
        task=f"Respond to {str(recommendation).lower()}",
        due=recommendation.respond_by,
    )
