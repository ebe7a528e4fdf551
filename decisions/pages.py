"""Where each stage answers its questions.

A question is answered on a page of the stage that asked it, for answering may move the case. The stage names its
pages here when it starts (`AppConfig.ready`), so that the record of a decision and "What needs you" lead to them:

    pages.route(DecisionKind.CRITERIA, Act.GIVE_VIEW, "referrals:give_view")
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.urls import reverse_lazy as reverse

from casework.waiting import Address
from decisions.kinds import DecisionKind
from decisions.models import Decision


class Act(StrEnum):
    RECOMMEND = "recommend"
    GIVE_VIEW = "give_view"
    RECORD_ON_BEHALF = "record_on_behalf"
    CHAIR_VIEW = "chair_view"
    CONFIRM_DEPARTURE = "confirm_departure"
    ESCALATE = "escalate"
    LEAD_PARTNERS = "lead_partners"
    DECIDE_ALONE = "decide_alone"


_ROUTES: Final[dict[tuple[DecisionKind, Act], tuple[str, bool]]] = {}


def route(kind: DecisionKind, act: Act, name: str, *, by_about: bool = False) -> None:
    """Name the page on which an act on questions of this kind is done.

    Its address takes the decision's key; with `by_about` the key of the record the question is about.
    """
    _ROUTES[kind, act] = name, by_about


def answers(name: str, decision: Decision) -> bool:
    """Whether a page may answer this question: one that a stage named for other kinds of question may not, for
    answering there would move nothing, or the wrong thing."""
    kinds = {kind for (kind, _), (named, _) in _ROUTES.items() if named == name}
    return not kinds or DecisionKind(decision.kind) in kinds


def has_page(decision: Decision, act: Act) -> bool:
    return (DecisionKind(decision.kind), act) in _ROUTES


def address(decision: Decision, act: Act) -> Address:
    """The page of an act on a decision; the decision's record where the stage has named none."""
    if not has_page(decision, act):
        return reverse("decisions:record", args=[decision.pk])
    name, by_about = _ROUTES[DecisionKind(decision.kind), act]
    return reverse(name, args=[decision.about.rsplit(":", 1)[-1] if by_about else decision.pk])
