"""Cases that may be about the same child: found through the blind indexes, shown to the business unit only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Q

from accounts.models import User
from accounts.roles import BUSINESS_UNIT
from casework.models import Case, Part, Person
from referrals import rules
from referrals.models import Referral

MOST: Final = 10
# More persons than this answering one question means the question was too wide to help anyone.
MOST_PERSONS: Final = 200


@dataclass
class Suggestion:
    """A case that may be the same, with why, and whether the incident may be the same one."""

    case: Case
    reasons: list[str] = field(default_factory=list)
    days_apart: int | None = None

    @property
    def same_incident(self) -> bool:
        return rules.is_perhaps_same_incident(self.days_apart)


def trace_of(person: Person) -> rules.Trace:
    """What a person can be found by."""
    return rules.Trace(
        nhs_number=person.nhs_number_index,
        born=person.born_index,
        born_pairs=frozenset(person.born_pairs_index),
        names=frozenset(person.name_index),
    )


def suggestions(referral: Referral, user: User) -> list[Suggestion]:
    """Cases of the business unit's own partnership that may be about a child of this referral, likeliest first.

    Only cases `user` may open as business unit: nobody learns from this that another exists.
    """
    case = referral.case
    if case is None:
        return []
    children = Person.objects.filter(subject__referred__referral=referral)
    traces = [trace_of(person) for person in children.only(*_INDEXES)]
    found = _by_case(traces, _candidates(traces, case, user))
    for suggestion in found:
        suggestion.days_apart = rules.days_apart(
            (case.incident_from, case.incident_until),
            (suggestion.case.incident_from, suggestion.case.incident_until),
        )
    return sorted(found, key=lambda s: (not s.same_incident, s.reasons[0], s.case.reference))[:MOST]


_INDEXES: Final = ("nhs_number_index", "born_index", "born_pairs_index", "name_index")


def _candidates(traces: Iterable[rules.Trace], case: Case, user: User) -> list[Person]:
    wanted = Q(pk__in=[])
    for trace in traces:
        if trace.nhs_number:
            wanted |= Q(nhs_number_index=trace.nhs_number)
        if trace.born_pairs and trace.names:
            # Whoever has the same date of birth has its pairs too.
            wanted |= Q(
                born_pairs_index__overlap=sorted(trace.born_pairs), name_index__overlap=sorted(trace.names)
            )
    own = (
        Case.objects.visible_to(user, BUSINESS_UNIT)
        .filter(partnership=case.partnership_id)
        .exclude(pk=case.pk)
    )
    rows = Person.objects.filter(wanted, case__in=own, subject__part=Part.CHILD)
    return list(rows.select_related("case").only("case", *_INDEXES)[:MOST_PERSONS])


def _by_case(traces: list[rules.Trace], persons: Iterable[Person]) -> list[Suggestion]:
    found: dict[object, Suggestion] = {}
    for person in persons:
        for trace in traces:
            if reason := rules.why_alike(trace, trace_of(person)):
                suggestion = found.setdefault(person.case_id, Suggestion(person.case))
                if reason not in suggestion.reasons:
                    suggestion.reasons.append(reason)
    return list(found.values())
