"""How an action stands, and when somebody is reminded of it: pure rules over dates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from deadlines.rules.counting import add_months


class Rag(StrEnum):
    """The colours of an action plan (domain F-10)."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"
    BLUE = "blue"

    @property
    def words(self) -> str:
        """What the colour says, for colour never stands alone."""
        return _WORDS[self]


_WORDS: Final = {
    Rag.GREEN: "Green: on track",
    Rag.AMBER: "Amber: late or at risk",
    Rag.RED: "Red: more than a month late, or blocked",
    Rag.GREY: "Grey: not started",
    Rag.BLUE: "Blue: complete and embedded",
}

# In these the work still has to be done or shown, so that a date can be missed.
UNFINISHED: Final = frozenset({"not_started", "in_progress", "complete_pending_evidence"})


def is_overdue(*, state: str, due_on: dt.date, today: dt.date) -> bool:
    """Whether the target date has gone by with the work not done or not shown. Due today is not late."""
    return state in UNFINISHED and due_on < today


def rag(
    *, state: str, due_on: dt.date, today: dt.date, outlook: str, evidenced: bool, impact: bool
) -> Rag | None:
    """The colour of an action; None for one that was replaced.

    `outlook` is what its owner last said: "on_track", "at_risk" or "blocked". Lateness is looked at before
    "not started": an action nobody began by its date is not grey. Blue needs evidence and impact both.
    """
    if state == "superseded":
        return None
    if state == "closed":
        return Rag.BLUE if evidenced and impact else Rag.AMBER
    if state not in UNFINISHED:
        return Rag.GREEN
    if outlook == "blocked" or add_months(due_on, 1) < today:
        return Rag.RED
    if outlook == "at_risk" or due_on < today:
        return Rag.AMBER
    return Rag.GREY if state == "not_started" else Rag.GREEN


@dataclass(frozen=True)
class Step:
    """One reminder of an action: so many days after its date, and who is told ("owner", "rep", "sgc", "dsp")."""

    code: str
    days: int
    told: tuple[str, ...]


# Domain §2.8, "Action due". The day after the date is the first on which it is overdue.
STEPS: Final = (
    Step("due_14", -14, ("owner",)),
    Step("due_3", -3, ("owner",)),
    Step("overdue", 1, ("owner", "rep")),
    Step("overdue_14", 14, ("sgc",)),
    Step("overdue_30", 30, ("dsp",)),
)


def step_due(*, due_on: dt.date, today: dt.date) -> Step | None:
    """The latest reminder whose day has come; earlier ones missed while nothing ran are not sent late."""
    passed = [step for step in STEPS if due_on + dt.timedelta(days=step.days) <= today]
    return passed[-1] if passed else None
