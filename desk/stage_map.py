"""Where a case stands, at one glance: done with dates, now, next, does not apply."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import OuterRef, Subquery

from accounts.models import User
from casework import audit
from casework.audit import READING_VERBS
from casework.compiled import compiled_once
from casework.models import CLOSED, Case, Event, Stage
from panels.models import Review
from publication.models import Publication
from publication.rules.bringing_in import NEEDED, Past
from publication.services.bringing_in import BROUGHT_IN
from rapid_review.models import RapidReview
from referrals.models import SeriousIncidentNotification

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


# What a case brought in must show of each phase before its own (domain T50); without it, it may never have been there.
_SHOWN_BY: Final = {
    "Referral": Past.AWARE,
    "Notification": Past.NOTIFIED,
    "Rapid review": Past.RR_SENT,
    "National Panel": Past.RR_SENT,
    "Review": Past.SIGNED_OFF,
    "Publication": Past.PUBLISHED,
}


def stage_map(case: Case, user: User) -> list[dict[str, Any]]:
    """The phases of a case for components/stage_map.html.

    A phase is done when the case has left it, dated by the last leaving; when it was over before the case was
    brought in, it says so, with the date if one was given. It is skipped when the case is past it without ever
    having been there. A closed case is nowhere now: its learning is done, or there was none.
    """
    moves = _moves(case, user)
    here = next(index for index, (_, stages) in enumerate(PHASES) if case.stage in stages)
    phases = [_phase(name, stages, index, here, moves.left) for index, (name, stages) in enumerate(PHASES)]
    if case.is_closed:
        is_complete = case.stage == Stage.CLOSED_COMPLETE
        phases[-1] |= {"state": "done", "date": case.closed_at} if is_complete else {"state": "skipped"}
    if moves.brought_in_at and any(phase["state"] == "skipped" for phase in phases):
        known = _known_before(case)
        phases = [_before(phase, known, moves.brought_in_at) for phase in phases]
    return phases


def _phase(
    name: str, stages: frozenset[Stage], index: int, here: int, left: dict[str, dt.datetime]
) -> dict[str, Any]:
    if index == here:
        return {"text": name, "state": "now"}
    if index > here:
        return {"text": name, "state": "next"}
    dates = [left[stage] for stage in stages if stage in left]
    return (
        {"text": name, "state": "done", "date": max(dates)} if dates else {"text": name, "state": "skipped"}
    )


def _before(phase: dict[str, Any], known: dict[str, Any], brought_in_at: str) -> dict[str, Any]:
    """A phase in which the case never was here, as it stands for a case that was brought in."""
    if phase["state"] != "skipped":
        return phase
    date = known.get(phase["text"])
    if date or _SHOWN_BY.get(phase["text"]) in NEEDED.get(brought_in_at, ()):
        return {"text": phase["text"], "state": "before", "date": date}
    return phase


@dataclass(frozen=True)
class _Moves:
    """When a case last left each stage, and at which stage it was brought in, if it was."""

    left: dict[str, dt.datetime]
    brought_in_at: str = ""


@compiled_once
def _acts_of(user: User, case: uuid.UUID, *, labels: list[str]) -> Any:
    acts = Event.objects.filter(case=case, object__any=labels).exclude(verb__in=READING_VERBS)
    return acts.select_related("payload").order_by("id")


def _moves(case: Case, user: User) -> _Moves:
    left: dict[str, dt.datetime] = {}
    brought_in_at = ""
    for event in _acts_of(user, case, labels=[audit.label_of(case)]):
        told = audit.payload_of(event)
        if source := told.get("source"):
            left[source] = event.at
        elif event.verb == "case_opened" and told.get("words", "").startswith(BROUGHT_IN):
            brought_in_at = told.get("target", "")
    return _Moves(left, brought_in_at)


def _known_before(case: Case) -> dict[str, Any]:
    """The day on which each phase ended, as far as it was given when the case was brought in; in one query."""
    dates = {
        "Notification": SeriousIncidentNotification.objects.values("sent_at"),
        "Rapid review": RapidReview.objects.values("sent_at"),
        "Review": Review.objects.values("signed_off_on"),
        "Publication": Publication.objects.values("published_at"),
    }
    columns = {
        f"date_{number}": Subquery(rows.filter(case=OuterRef("pk"))[:1])
        for number, rows in enumerate(dates.values())
    }
    found = Case.objects.filter(pk=case.pk).values_list(*columns.values()).get()
    return dict(zip(dates, found, strict=True))
