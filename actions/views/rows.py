"""Rows of the tables of actions and recommendations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.urls import reverse
from django.utils.text import Truncator

from accounts.models import User
from actions.models import Action, Recommendation, RecommendationState
from actions.rules import Rag
from govuk.dates import date_text

TAG_OF: Final = {Rag.GREEN: "done", Rag.AMBER: "soon", Rag.RED: "late", Rag.GREY: "grey", Rag.BLUE: "now"}
TAG_OF_RESPONSE: Final = {
    RecommendationState.RESPONSE_REQUESTED: "waiting",
    RecommendationState.ACCEPTED: "done",
    RecommendationState.PARTLY: "soon",
    RecommendationState.REJECTED: "stopped",
    RecommendationState.IN_PLAN: "done",
}
ACTION_COLUMNS: Final = [
    {"text": heading}
    for heading in ("Action", "What", "Agency", "Owner", "Target date", "State", "How it stands")
]
MINE_COLUMNS: Final = [
    {"text": heading} for heading in ("Action", "Case", "What", "Target date", "State", "How it stands")
]
RECOMMENDATION_COLUMNS: Final = [
    {"text": heading} for heading in ("Recommendation", "What", "From", "Who responds", "Response")
]


def action_rows(actions: Iterable[Action]) -> list[list[Any]]:
    return [
        [
            {"text": str(action), "href": reverse("actions:action", args=[action.pk])},
            short(action.text),
            action.agency.short_name,
            action.owner.name,
            date_text(action.due_on),
            action.get_state_display(),
            standing(action),
        ]
        for action in actions
    ]


def rows_across_cases(actions: Iterable[Action], user: User) -> list[list[Any]]:
    """Without the words of other people's actions: a list across cases is no place to read one."""
    return [
        [
            {"text": str(action), "href": reverse("actions:action", args=[action.pk])},
            str(action.case),
            short(action.text)
            if action.owner_id == user.pk
            else f"For {action.owner}, {action.agency.short_name}",
            date_text(action.due_on),
            action.get_state_display(),
            standing(action),
        ]
        for action in actions
    ]


def recommendation_rows(recommendations: Iterable[Recommendation]) -> list[list[Any]]:
    return [
        [
            {"text": str(found), "href": reverse("actions:recommendation", args=[found.pk])},
            short(found.text),
            found.get_source_kind_display(),
            found.agency.short_name if found.agency else "–",
            {"text": found.get_state_display(), "tag": TAG_OF_RESPONSE.get(found.state, "grey")},
        ]
        for found in recommendations
    ]


def standing(action: Action) -> Any:
    colour = action.rag
    return {"text": colour.words, "tag": TAG_OF[colour]} if colour else "–"


def short(text: str) -> str:
    return Truncator(text).chars(120)
