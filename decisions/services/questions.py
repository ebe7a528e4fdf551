"""Putting a question, recommending an answer, and the independent chair's part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from accounts.settings_choices import DecisionModel
from casework import audit
from casework.models import Case
from casework.permissions import on_behalf_of, roles_in
from casework.transitions import TransitionRefused, perform
from decisions import rules
from decisions.kinds import QUESTIONS, DecisionKind, model_for
from decisions.models import ChairView, Decision, DecisionState, DisputeEnd
from decisions.services.checking import (
    check_answer,
    day_problems,
    locked,
    refuse_conflicted,
    settle,
    still,
    tell,
)
from decisions.services.ending import end_dispute
from lcspr import clock


def pending_decision(about: models.Model, kind: DecisionKind) -> Decision | None:
    """The question of this kind that is being asked about a record, if any."""
    return Decision.objects.pending().filter(about=audit.label_of(about), kind=kind).first()


@transaction.atomic
def open_decision(
    case: Case,
    *,
    kind: DecisionKind,
    by: User,
    on: dt.date,
    about: models.Model | None = None,
    question: str = "",
    supersedes: Decision | None = None,
) -> Decision:
    """Put a question to the partners, under the decision model in force now; it governs the question to its end.

    The act of the stage that asks has checked who may. While the same question is being asked about the
    same record, that one is returned. `supersedes` is the earlier decision this one may replace; both are kept.
    """
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("partnership")
        .get(pk=case.pk)
    )
    about = about or case
    if (asked := pending_decision(about, kind)) is not None:
        return asked
    if problems := day_problems(on):
        raise TransitionRefused(problems)
    decision = Decision.objects.create(
        case=case,
        kind=kind,
        model=model_for(kind, DecisionModel(case.partnership.decision_model)),
        question=question or QUESTIONS[kind],
        about=audit.label_of(about),
        opened_on=on,
        opened_by=by,
        supersedes=supersedes,
    )
    audit.record(
        "decision_opened", by=by, case=case, about=decision, words=f"Put to the partners: {decision.question}"
    )
    return decision


@transaction.atomic
def recommend(
    decision: Decision,
    *,
    by: User,
    outcome: str,
    reasons: str,
    on: dt.date,
    review_type: str = "",
    method: str = "",
) -> Decision:
    """Record what the sub-group recommends, with the kind of review and its method where there is to be one.

    Concludes the decision when only this was missing.
    """
    decision = locked(decision)
    refuse_conflicted(decision.case, by)
    check_answer(decision, outcome, reasons, on, review_type=review_type)
    if decision.recommended and decision.live_views():
        raise TransitionRefused(
            ["The partners have given views on the recommendation. Send it back first, and then change it."]
        )
    decision = perform(
        decision,
        "recommend",
        by=by,
        words=f"Recorded the sub-group’s recommendation: {decision.label_of(outcome)}",
        outcome=outcome,
        reasons=reasons,
        review_type=review_type,
        how=method,
        by_whom=by,
        on=on,
    )
    return settle(decision, by=by)


@transaction.atomic
def give_chair_view(
    decision: Decision,
    *,
    by: User,
    reasons: str,
    on: dt.date,
    outcome: str = "",
    agrees: bool | None = None,
    review_type: str = "",
) -> Decision:
    """Record the independent chair's part, given by themself or their deputy, as the model has it.

    Three partners: a comment, kept with the record. With agreement: `agrees`; the first "not agreed" sends the
    question back for another round, the second leaves the partners' decision standing. The independent chair
    decides: `outcome`; where it departs from three unanimous views each partner confirms or escalates.
    """
    decision = locked(decision)
    if Role.IC not in roles_in(by, decision.case):
        raise PermissionDenied
    refuse_conflicted(decision.case, by)
    answer = {"outcome": outcome, "agrees": agrees, "reasons": reasons, "on": on, "review_type": review_type}
    CHECKS[DecisionModel(decision.model)](decision, **answer)
    if _said_already(decision, by, outcome, agrees, review_type, reasons, on):
        return decision
    decision.chair_views.filter(round=decision.round, superseded=False).update(superseded=True)
    said = ChairView.objects.create(
        case=decision.case,
        decision=decision,
        round=decision.round,
        agrees=agrees,
        outcome=outcome,
        review_type=review_type,
        reasons=reasons,
        given_by=by,
        for_membership=on_behalf_of(by, decision.case, {Role.IC}),
        given_on=on,
    )
    audit.record(
        "chair_view_given",
        by=by,
        case=decision.case,
        about=decision,
        words=f"{_words(said)}{_for(said.for_membership)}",
        outcome=outcome,
        agrees=agrees,
    )
    return _after_chair(locked(decision), said)


def _said_already(decision: Decision, by: User, *answer: object) -> bool:
    """Whether a second click says nothing new."""
    said = decision.chair_view()
    return said is not None and (
        said.given_by_id,
        (said.outcome, said.agrees, said.review_type, said.reasons, said.given_on),
    ) == (by.pk, answer)


def _check_comment(
    decision: Decision, *, outcome: str, agrees: bool | None, reasons: str, on: dt.date, **_: Any
) -> None:
    still(decision, DecisionState.OPEN, DecisionState.ESCALATED, DecisionState.DECIDED)
    problems = day_problems(on) + ([] if reasons.strip() else ["Write the comment."])
    if outcome or agrees is not None:
        problems.append(
            "The three partners decide this. The independent chair may comment, and the comment is kept with the record."
        )
    if problems:
        raise TransitionRefused(problems)


def _check_agreement(
    decision: Decision, *, outcome: str, agrees: bool | None, reasons: str, on: dt.date, **_: Any
) -> None:
    still(decision, DecisionState.OPEN)
    problems = [] if agrees is not None and not outcome else ["Say whether you agree or do not agree."]
    problems += day_problems(on) + ([] if reasons.strip() else ["Give the reasons."])
    views = decision.view_outcomes()
    if None in views.values() or rules.differ(views):
        problems += rules.stand(rules.Model(decision.model), views).needs
    if problems:
        raise TransitionRefused(problems)


def _check_decision(
    decision: Decision, *, outcome: str, reasons: str, on: dt.date, review_type: str, **_: Any
) -> None:
    still(decision, DecisionState.OPEN)
    check_answer(decision, outcome, reasons, on, review_type=review_type)
    views = decision.view_outcomes()
    if None in views.values():
        raise TransitionRefused(list(rules.stand(rules.Model(decision.model), views).needs))


# What is the independent chair's to say, by the model, and when it is their turn.
CHECKS: Final[dict[DecisionModel, Callable[..., None]]] = {
    DecisionModel.THREE_DSP: _check_comment,
    DecisionModel.THREE_DSP_WITH_IC: _check_agreement,
    DecisionModel.IC_DECIDES: _check_decision,
}


def _after_chair(decision: Decision, said: ChairView) -> Decision:
    if decision.state != DecisionState.OPEN:
        return decision
    standing = decision.standing()
    if standing.returned:
        decision = _return(decision, by=said.given_by, reason=said.reasons)
        tell(
            "decision_sent_back",
            decision,
            by=said.given_by,
            roles=BUSINESS_UNIT | PARTNERS | {Role.SGC},
            task="The independent chair did not agree, and it goes back once",
        )
        return decision
    if standing.chair_departs:
        tell(
            "decision_chair_departs",
            decision,
            by=said.given_by,
            task="Confirm the independent chair’s decision, or escalate it",
        )
    return settle(decision, by=said.given_by)


@transaction.atomic
def send_back(decision: Decision, *, by: User, reason: str, on: dt.date) -> Decision:
    """Send the question back to be reworked (T16, T34): the views given are kept, and asked for again."""
    decision = locked(decision)
    refuse_conflicted(decision.case, by)
    if problems := day_problems(on) + ([] if reason.strip() else ["Give the reasons."]):
        raise TransitionRefused(problems)
    return _return(decision, by=by, reason=reason)


def _return(decision: Decision, *, by: User, reason: str) -> Decision:
    for view in decision.live_views():
        perform(view, "replace", by=by, words=f"{view} is kept and asked for again")
    return perform(decision, "send_back", by=by, words="Sent back to be reworked", reason=reason)


@transaction.atomic
def abandon_decision(decision: Decision, *, by: User, reason: str) -> Decision:
    """Stop asking a question; what was said is kept with the reason."""
    if not reason.strip():
        raise TransitionRefused(["Give the reasons."])
    decision = locked(decision)
    end_dispute(decision, how=DisputeEnd.ABANDONED, because=reason, by=by, on=clock.today())
    return perform(decision, "abandon", by=by, words=f"No longer asked: {decision.question}", reason=reason)


def _words(said: ChairView) -> str:
    if said.agrees is not None:
        return f"The independent chair {'agreed' if said.agrees else 'did not agree'}"
    if said.outcome:
        return f"The independent chair decided: {said.decision.label_of(said.outcome)}"
    return "The independent chair commented"


def _for(membership: object) -> str:
    return f", for {membership.user}" if membership is not None else ""  # type: ignore[attr-defined]
