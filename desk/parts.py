"""The parts of a case a person may open: its records, each with its own page."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.access_table import Right, Thing
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, SUB_GROUP, Role
from casework.compiled import compiled_once
from casework.models import CLOSED, Access, Case, Stage
from casework.permissions import may, roles_in
from decisions.models import Decision, Declaration, DeclarationState, Escalation
from panels.models import AlternativeReview, Review
from publication.models import Publication
from publication.services import why_not_bring
from rapid_review.models import AgencyRequest, RapidReview
from referrals.models import DeathNotice, Referral, SeriousIncidentNotification
from referrals.services.clocks import lives_elsewhere, other_area_told
from referrals.services.other_area import TELLS

CLOSES_FROM = frozenset(
    {Stage.MONITORING, Stage.PUBLISHED, Stage.IMPROVEMENTS_PUBLISHED, Stage.NOT_PUBLISHED}
)
# Where a case may have been closed before anybody but the business unit was let in.
BEFORE_ACCEPTANCE = frozenset({Stage.CLOSED_WITHDRAWN, Stage.CLOSED_DUPLICATE, Stage.CLOSED_TRANSFERRED})


@dataclass(frozen=True)
class PartOfCase:
    """A link of the case page."""

    text: str
    href: str
    note: str = ""


def parts_of(case: Case, user: User) -> list[PartOfCase]:
    """Links to every record of the case the person may read, in the order of the work."""
    roles = roles_in(user, case)
    return [
        *_records(case, user, Referral, "Referral", "referrals:referral"),
        *_records(case, user, SeriousIncidentNotification, "Notification", "referrals:notification"),
        *_deaths(case, user),
        *_decisions(case, user),
        *_disputes(case, user),
        *_rapid_review(case, user),
        *_other_area(case, user, roles),
        *_records(case, user, AlternativeReview, "Other review", "panels:alternative"),
        *_records(case, user, Review, "Review", "panels:review"),
        *_records(case, user, Publication, "Publication", "publication:publication"),
        *_doing(case, user),
        *_around(case, user, roles),
        *_turning(case, roles),
    ]


@compiled_once
def _of_case(
    user: User, case: uuid.UUID, model: Any, related: tuple[str, ...] = (), order: tuple[str, ...] = ()
) -> Any:
    """The records of one kind that the person may read."""
    rows = model.objects.visible_to(user).filter(case=case)
    rows = rows.select_related(*related) if related else rows
    return rows.order_by(*order) if order else rows


def _records(case: Case, user: User, model: Any, text: str, page: str) -> Iterator[PartOfCase]:
    for record in _of_case(user, case, model):
        yield PartOfCase(text, reverse(page, args=[record.pk]), record.get_state_display())


def _deaths(case: Case, user: User) -> Iterator[PartOfCase]:
    for notice in _of_case(user, case, DeathNotice, ("subject",)):
        yield PartOfCase(
            str(notice), reverse("referrals:death_notice", args=[notice.pk]), notice.get_state_display()
        )


@compiled_once
def _is_shared(user: User, case: uuid.UUID) -> Any:
    """A row if another area's partnership is let in today."""
    rows = Access.objects.current().filter(case=case, role=Role.NEIGHBOUR, until=None)
    return rows.values_list("pk")[:1]


def _other_area(case: Case, user: User, roles: frozenset[Role]) -> Iterator[PartOfCase]:
    if roles & (TELLS | {Role.NEIGHBOUR}) and (lives_elsewhere(case) or _is_shared(user, case)):
        told = "Told" if other_area_told(case) else "Still to be told"
        yield PartOfCase("The other area", reverse("rapid_review:other_area", args=[case.pk]), told)


def _decisions(case: Case, user: User) -> Iterator[PartOfCase]:
    for decision in _of_case(user, case, Decision, (), ("opened_on", "created_at")):
        standing = decision.get_outcome_display() if decision.outcome else decision.get_state_display()
        yield PartOfCase(f"Decision: {decision}", reverse("decisions:record", args=[decision.pk]), standing)


def _disputes(case: Case, user: User) -> Iterator[PartOfCase]:
    for dispute in _of_case(user, case, Escalation, ("decision",), ("opened_on", "created_at")):
        standing = (
            "With the lead safeguarding partners" if dispute.is_open else dispute.get_ended_how_display()
        )
        yield PartOfCase(str(dispute), reverse("decisions:dispute", args=[dispute.pk]), standing or "Ended")


def _rapid_review(case: Case, user: User) -> Iterator[PartOfCase]:
    whole = list(_records(case, user, RapidReview, "Rapid review", "rapid_review:review"))
    yield from whole
    if not whole:
        for request in _of_case(user, case, AgencyRequest, ("agency",)):
            href = reverse("rapid_review:request", args=[request.pk])
            yield PartOfCase(f"Information from {request.agency}", href, request.standing)


def _doing(case: Case, user: User) -> Iterator[PartOfCase]:
    if may(user, Right.READ, Thing.RECOMMENDATIONS, case):
        yield PartOfCase("Recommendations and actions", reverse("actions:case", args=[case.pk]))
    if may(user, Right.READ, Thing.COMBINED_CHRONOLOGY, case):
        yield PartOfCase("Chronologies", reverse("chronologies:case", args=[case.pk]))


def _around(case: Case, user: User, roles: frozenset[Role]) -> Iterator[PartOfCase]:
    if roles & (BUSINESS_UNIT | PARTNERS | SUB_GROUP | {Role.IC}):
        yield PartOfCase("Other proceedings and holds", reverse("decisions:circumstances", args=[case.pk]))
    yield from _declarations(case, user)
    if may(user, Right.READ, Thing.PANEL_LETTERS, case):
        yield PartOfCase("Notices to others", reverse("correspondence:notices", args=[case.pk]))
    if roles & BUSINESS_UNIT:
        yield PartOfCase("E-mails sent", reverse("correspondence:messages", args=[case.pk]))


@compiled_once
def _states(user: User, case: uuid.UUID) -> Any:
    declared = Declaration.objects.visible_to(user).live().filter(case=case)
    return declared.order_by().values_list("state", flat=True)


def _declarations(case: Case, user: User) -> Iterator[PartOfCase]:
    if states := _states(user, case):
        undecided = states.count(DeclarationState.DECLARED)
        note = f"{undecided} not yet decided" if undecided else ""
        yield PartOfCase("Declarations of interest", reverse("decisions:declarations", args=[case.pk]), note)


def _turning(case: Case, roles: frozenset[Role]) -> Iterator[PartOfCase]:
    if case.stage in CLOSES_FROM and Role.SGC in roles:
        yield PartOfCase("Propose closing the case", reverse("publication:propose_closing", args=[case.pk]))
    if case.stage in CLOSED and Role.SGC in roles:
        yield PartOfCase(
            "Ask for the case to be reopened", reverse("publication:ask_to_reopen", args=[case.pk])
        )
    if case.stage in BEFORE_ACCEPTANCE and roles & BUSINESS_UNIT and not why_not_bring(case):
        yield PartOfCase(
            "Bring the closed case before the sub-group chair",
            reverse("publication:bring_to_chair", args=[case.pk]),
        )
