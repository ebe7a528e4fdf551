"""The parts of a case a person may open: its records, each with its own page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from accounts.access_table import Right, Thing
from accounts.models import User
from accounts.roles import BUSINESS_UNIT
from casework.models import Case
from casework.permissions import may, roles_in
from decisions.models import Decision
from rapid_review.models import AgencyRequest, RapidReview


@dataclass(frozen=True)
class PartOfCase:
    """A link of the case page."""

    text: str
    href: str
    note: str = ""


def parts_of(case: Case, user: User) -> list[PartOfCase]:
    """Links to every record of the case the person may read, in the order of the work."""
    return [*_deciding(case, user), *_rapid_review(case, user), *_doing(case, user), *_office(case, user)]


def _deciding(case: Case, user: User) -> Iterator[PartOfCase]:
    for decision in Decision.objects.visible_to(user).filter(case=case).order_by("opened_on", "created_at"):
        standing = decision.get_outcome_display() if decision.outcome else decision.get_state_display()
        yield PartOfCase(f"Decision: {decision}", reverse("decisions:record", args=[decision.pk]), standing)


def _rapid_review(case: Case, user: User) -> Iterator[PartOfCase]:
    reviews = RapidReview.objects.visible_to(user).filter(case=case)
    for review in reviews:
        yield PartOfCase(
            "Rapid review", reverse("rapid_review:review", args=[review.pk]), review.get_state_display()
        )
    if not reviews:
        for request in AgencyRequest.objects.visible_to(user).filter(case=case).select_related("agency"):
            href = reverse("rapid_review:request", args=[request.pk])
            yield PartOfCase(f"Information from {request.agency}", href, request.get_state_display())


def _doing(case: Case, user: User) -> Iterator[PartOfCase]:
    if may(user, Right.READ, Thing.RECOMMENDATIONS, case):
        yield PartOfCase("Recommendations and actions", reverse("actions:case", args=[case.pk]))
    if may(user, Right.READ, Thing.COMBINED_CHRONOLOGY, case):
        yield PartOfCase("Chronology", reverse("chronologies:case", args=[case.pk]))


def _office(case: Case, user: User) -> Iterator[PartOfCase]:
    if may(user, Right.READ, Thing.PANEL_LETTERS, case):
        yield PartOfCase("Notices to others", reverse("correspondence:notices", args=[case.pk]))
    if roles_in(user, case) & BUSINESS_UNIT:
        yield PartOfCase("E-mails sent", reverse("correspondence:messages", args=[case.pk]))
