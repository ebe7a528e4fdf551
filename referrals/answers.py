"""The answers of a referral as they stand in its form: plain texts by page, and what the rules need of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from referrals.rules import ChildDates, Dates, Section

FORM: Final = "referral"

# The few essential questions; the complete set replaces it under a name of its own (architecture §6).
QUESTION_SET: Final = "f01-essentials"

# Kept with the referral as it was sent. Children are not among them: who they are stands on Person.
NARRATIVE: Final = {
    Section.INCIDENT: ("account",),
    Section.CRITERIA: ("abuse_or_neglect_because", "outcome_because"),
    Section.AGENCIES: ("agencies", "safe_now", "safety_actions"),
}


def sections_answered(typed: Mapping[str, Any]) -> frozenset[str]:
    """The pages that hold an answer."""
    return frozenset(section for section in Section if typed.get(section))


def day(value: str | None) -> dt.date | None:
    """A date as a form keeps it."""
    return dt.date.fromisoformat(value) if value else None


def moment(value: str | None) -> dt.datetime | None:
    """An instant as a form keeps it."""
    return dt.datetime.fromisoformat(value) if value else None


def name_of(child: Mapping[str, Any]) -> str:
    """A child's name as typed, or what to call one without."""
    return f"{child.get('forenames', '')} {child.get('surname', '')}".strip() or "Unnamed child"


def dates_in(typed: Mapping[str, Any], *, now: dt.datetime) -> Dates:
    """The dates of the answers, for the rules."""
    incident, aware = typed.get(Section.INCIDENT) or {}, typed.get(Section.AWARENESS) or {}
    return Dates(
        now=now,
        incident_from=day(incident.get("incident_from")),
        incident_until=day(incident.get("incident_until")),
        agency_aware_on=day(aware.get("agency_aware_on")),
        la_aware_at=moment(aware.get("la_aware_at")),
        children=tuple(
            ChildDates(name_of(child), day(child.get("born_on")), bool(child.get("unborn")))
            for child in typed.get(Section.CHILDREN) or []
        ),
    )


def narrative_in(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What of the answers is kept as the words of the referral."""
    return {
        question: (typed.get(section) or {}).get(question)
        for section, questions in NARRATIVE.items()
        for question in questions
    }
