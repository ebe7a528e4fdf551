"""Child P: a review that was half done when the partnership began to use this service."""

from __future__ import annotations

import datetime as dt
from typing import Any

from casework.models import Case, Outcome, Stage
from demo.chapters import review as reviewing
from demo.diary import Story
from demo.papers import paper
from demo.scene import Scene, act, everyone_opens, today
from panels.models import Review
from publication import services
from publication.rules.bringing_in import Past
from publication.services import Child


def stories(northmere: Scene, southmere: Scene) -> list[tuple[str, Story[Any]]]:
    return [("Child P, brought in while under way", _child_p(southmere))]


def _child_p(scene: Scene) -> Story[None]:
    came, decided = scene.diary.back(34), scene.diary.back(92)
    past = {
        Past.INCIDENT: decided.minus(22).on,
        Past.AWARE: decided.minus(20).on,
        Past.NOTIFIED: decided.minus(16).on,
        Past.DECIDED: decided.on,
        Past.RR_SENT: decided.plus(1).on,
        Past.LETTER: decided.plus(12).on,
        Past.STARTED: decided.plus(30).on,
    }
    if told := getattr(Past, "TOLD", None):
        past[told] = decided.plus(2).on
    yield came.at(11)
    case: Case = act(
        services.bring_in_case,
        scene.partnership,
        by=scene["business_manager"],
        stage=Stage.DRAFTING,
        pseudonym="Child P",
        children=[
            Child("Wilf", "Arkwright", dt.date(came.on.year - 5, 12, 1), Outcome.SERIOUSLY_HARMED.value)
        ],
        dates=past,
        proof=paper(
            "Minutes of the Case Review Group",
            "The decision, the notices and the commission of the review, as kept on the shared drive until now.",
        ),
        why="Kept on paper and a shared drive until the partnership began to use this service.",
        on=today(),
    )
    yield came.plus(1).at(10)
    everyone_opens(case)
    review = Review.objects.get(case=case)
    yield from reviewing.panel_named(scene, came.plus(2), review, ["hospital_representative"])
    yield from reviewing.draft_out(
        scene, came.plus(24).at(12), review, "0.1", "The first draft since the case was brought in."
    )
    yield came.plus(25).at(9)
    everyone_opens(case)
