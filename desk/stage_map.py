"""Where a case stands, at one glance: done with dates, now, next, does not apply."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from casework import audit
from casework.audit import READING_VERBS
from casework.models import CLOSED, Case, Event, Stage

PHASES: Final[tuple[tuple[str, frozenset[Stage]], ...]] = (
    ("Referral", frozenset({Stage.SUBMITTED, Stage.SCREENING})),
    ("Notification", frozenset({Stage.AWAITING_SIN})),
    ("Rapid review", frozenset({Stage.RR_GATHERING, Stage.RR_ANALYSIS, Stage.RR_DECISION})),
    (
        "National Panel",
        frozenset({Stage.AWAITING_PANEL, Stage.PANEL_QUERY, Stage.PANEL_CHALLENGE, Stage.NATIONAL_REVIEW}),
    ),
    (
        "Review",
        frozenset(
            {Stage.COMMISSIONING, Stage.IN_REVIEW, Stage.DRAFTING, Stage.SIGN_OFF, Stage.ALTERNATIVE_REVIEW}
        ),
    ),
    (
        "Publication",
        frozenset(
            {
                Stage.PRE_PUBLICATION,
                Stage.PUBLICATION_HELD,
                Stage.PUBLISHED,
                Stage.IMPROVEMENTS_PUBLISHED,
                Stage.NOT_PUBLISHED,
            }
        ),
    ),
    ("Learning", frozenset({Stage.MONITORING}) | CLOSED),
)


def stage_map(case: Case) -> list[dict[str, Any]]:
    """The phases of a case for components/stage_map.html.

    A phase is done when the case has left it, dated by the last leaving; skipped when the case is past
    it without ever having been there.
    """
    left = _left_on(case)
    here = next(index for index, (_, stages) in enumerate(PHASES) if case.stage in stages)
    return [_phase(name, stages, index, here, left) for index, (name, stages) in enumerate(PHASES)]


def _phase(
    name: str, stages: frozenset[Stage], index: int, here: int, left: dict[str, dt.datetime]
) -> dict[str, Any]:
    if index == here:
        return {"text": name, "state": "now"}
    dates = [left[stage] for stage in stages if stage in left]
    if index > here:
        return {"text": name, "state": "next"}
    return (
        {"text": name, "state": "done", "date": max(dates)} if dates else {"text": name, "state": "skipped"}
    )


def _left_on(case: Case) -> dict[str, dt.datetime]:
    moves = Event.objects.filter(case=case, object=audit.label_of(case)).exclude(verb__in=READING_VERBS)
    left: dict[str, dt.datetime] = {}
    for event in moves.select_related("payload").order_by("id"):
        source = audit.payload_of(event).get("source")
        if source:
            left[source] = event.at
    return left
