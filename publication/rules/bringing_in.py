"""What must be known of a case already under way to bring it in at a stage (T50).

Stages are named by their values. Days are London dates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Final

from deadlines.rules.words import full_date


class Past(StrEnum):
    """The dates a case brought in may carry, in the order in which they happen."""

    INCIDENT = "incident_on"
    AWARE = "la_aware_on"
    NOTIFIED = "notified_on"
    RR_SENT = "rr_sent_on"
    LETTER = "letter_on"
    DECIDED = "decided_on"
    TOLD = "told_on"
    STARTED = "started_on"
    SIGNED_OFF = "signed_off_on"
    REASONS_SENT = "reasons_sent_on"
    PUBLISHED = "published_on"
    CLOSED = "closed_on"


WORDS: Final[Mapping[Past, str]] = {
    Past.INCIDENT: "the incident",
    Past.AWARE: "the local authority’s becoming aware",
    Past.NOTIFIED: "the notification",
    Past.RR_SENT: "the sending of the rapid review",
    Past.LETTER: "the National Panel’s letter",
    Past.DECIDED: "the decision on a review",
    Past.TOLD: "the notices that a review starts",
    Past.STARTED: "the start of the review",
    Past.SIGNED_OFF: "the sign-off",
    Past.REASONS_SENT: "the reasons for delay",
    Past.PUBLISHED: "the publication",
    Past.CLOSED: "the closing",
}

# What a later date may not come before. The decision is made before the rapid review is sent (T17), and again
# after the National Panel's letter (T25), so it follows the notification and nothing else.
_CHAINS: Final = (
    (Past.INCIDENT, Past.AWARE, Past.NOTIFIED, Past.RR_SENT, Past.LETTER),
    (Past.NOTIFIED, Past.DECIDED, Past.STARTED, Past.SIGNED_OFF, Past.PUBLISHED, Past.CLOSED),
    (Past.DECIDED, Past.TOLD),
    (Past.DECIDED, Past.REASONS_SENT),
)

_TO_NOTIFICATION: Final = (Past.AWARE,)
_TO_RAPID_REVIEW: Final = (Past.AWARE, Past.NOTIFIED)
_TO_PANEL: Final = (*_TO_RAPID_REVIEW, Past.RR_SENT)
_TO_REVIEW: Final = (*_TO_PANEL, Past.DECIDED)
_TO_SIGNED_OFF: Final = (*_TO_REVIEW, Past.STARTED, Past.SIGNED_OFF)

# A referral just received is no case under way: it is entered as a referral, or as an oral notice.
NEEDED: Final[Mapping[str, tuple[Past, ...]]] = {
    "screening": _TO_NOTIFICATION,
    "awaiting_sin": _TO_NOTIFICATION,
    "rr_gathering": _TO_RAPID_REVIEW,
    "rr_analysis": _TO_RAPID_REVIEW,
    "rr_decision": _TO_RAPID_REVIEW,
    "awaiting_panel": _TO_REVIEW,
    "panel_query": (*_TO_REVIEW, Past.LETTER),
    "panel_challenge": (*_TO_REVIEW, Past.LETTER),
    "national_review": _TO_REVIEW,
    "commissioning": _TO_REVIEW,
    "in_review": (*_TO_REVIEW, Past.STARTED),
    "drafting": (*_TO_REVIEW, Past.STARTED),
    "sign_off": (*_TO_REVIEW, Past.STARTED),
    "pre_publication": _TO_SIGNED_OFF,
    "publication_held": _TO_SIGNED_OFF,
    "published": (*_TO_SIGNED_OFF, Past.PUBLISHED),
    "improvements_published": (*_TO_SIGNED_OFF, Past.PUBLISHED),
    "not_published": _TO_SIGNED_OFF,
    "alternative_review": (Past.DECIDED,),
    "monitoring": (),
    "closed_complete": (Past.CLOSED,),
    "closed_nfa": (Past.CLOSED,),
    "closed_withdrawn": (Past.CLOSED,),
    "closed_duplicate": (Past.CLOSED,),
    "closed_transferred": (Past.CLOSED,),
}

# A legacy serious case review knew no notification to the National Panel and no rapid review.
_NOT_OF_LEGACY: Final = frozenset({Past.AWARE, Past.NOTIFIED, Past.RR_SENT, Past.LETTER})


def needed(stage: str, *, legacy: bool) -> tuple[Past, ...]:
    """The dates without which a case cannot be brought in at a stage."""
    return tuple(date for date in NEEDED[stage] if not (legacy and date in _NOT_OF_LEGACY))


def date_problems(
    stage: str, dates: Mapping[Past, dt.date | None], *, today: dt.date, legacy: bool
) -> dict[Past, str]:
    """What is wrong with which date: missing, still to come, or before what comes first (domain §10 rule 12)."""
    found: dict[Past, str] = {}
    for date in needed(stage, legacy=legacy):
        if dates.get(date) is None:
            found[date] = f"A case at this stage needs the date of {WORDS[date]}."
    for date, on in dates.items():
        if on is not None and on > today:
            found[date] = f"The date of {WORDS[date]} must be today or in the past."
    for chain in _CHAINS:
        known = [(date, on) for date in chain if (on := dates.get(date)) is not None]
        for (before, first), (after, then) in pairwise(known):
            if then < first:
                found.setdefault(
                    after,
                    f"The date of {WORDS[after]} must not be before that of {WORDS[before]}, {full_date(first)}.",
                )
    return found
