"""Who owes an act and who is told of it: the catalogue's codes as roles, and the people who hold them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Q

from accounts.access_table import AGENCY_ROLES
from accounts.agency_kinds import AgencyKind
from accounts.models import Agency, Membership, User
from accounts.roles import BUSINESS_UNIT, LEAD_PARTNERS, PARTNERS, Role
from casework.models import Access, Case, Wall
from deadlines.models import Deadline

# The codes of the catalogue that stand for more than one role.
_CODES: Final[dict[str, frozenset[Role]]] = {
    "bu": BUSINESS_UNIT,
    "dsp": PARTNERS,
    "relevant_dsp": PARTNERS,
    "lsp": LEAD_PARTNERS,
    "family_lead": frozenset({Role.FAMILY}),
    "reviewer": frozenset({Role.AUT}),
}

# Whose partner an agency answers to: health to the integrated care board's, police to the police's.
_POLICE: Final = frozenset({AgencyKind.POLICE, AgencyKind.TRANSPORT_POLICE})
_HEALTH: Final = frozenset(
    {
        AgencyKind.ICB,
        AgencyKind.PUBLIC_HEALTH,
        AgencyKind.ACUTE_TRUST,
        AgencyKind.COMMUNITY_TRUST,
        AgencyKind.MENTAL_HEALTH_TRUST,
        AgencyKind.AMBULANCE,
        AgencyKind.GP_PRACTICE,
        AgencyKind.MATERNITY,
        AgencyKind.HEALTH_VISITING,
        AgencyKind.NHS_ENGLAND,
        AgencyKind.URGENT_CARE,
        AgencyKind.SEXUAL_HEALTH,
        AgencyKind.SUBSTANCE_MISUSE,
    }
)


def roles_of(code: str) -> frozenset[Role]:
    """The roles a code of the catalogue stands for."""
    return _CODES.get(code) or frozenset({Role(code)})


def owing_roles(code: str) -> list[str]:
    """The roles that owe an act, as a deadline keeps them."""
    return sorted(role.value for role in roles_of(code))


def partner_of(agency: Agency) -> Role:
    """The delegated safeguarding partner an agency answers to."""
    if agency.kind in _POLICE:
        return Role.DSP_POLICE
    return Role.DSP_ICB if agency.kind in _HEALTH else Role.DSP_LA


class Audience:
    """Who holds which role in each of some cases today, found in five queries however many they are.

    It answers as `casework.permissions.holders` does: no leavers, nobody behind a wall.
    """

    def __init__(self, cases: Iterable[Case]) -> None:
        by_key = {case.pk: case for case in cases}
        self._access: dict[uuid.UUID, list[Access]] = defaultdict(list)
        for row in Access.objects.current().filter(case__in=by_key).select_related("user"):
            self._access[row.case_id].append(row)
        walls = Wall.objects.filter(case__in=by_key, lifted_at=None).values_list("case", "user")
        self._walled: set[tuple[Any, Any]] = set(walls)
        self._members: dict[tuple[uuid.UUID, str], list[Membership]] = defaultdict(list)
        for membership in self._memberships(by_key.values()):
            self._members[membership.partnership_id, membership.role].append(membership)
            if membership.agency_id:
                self._members[membership.agency_id, membership.role].append(membership)

    def holders(self, case: Case, roles: Iterable[Role], agency: Agency | None = None) -> list[User]:
        """Everyone who holds one of `roles` in `case`, by name; with `agency`, for that agency only."""
        wanted = frozenset(roles)
        found: set[User] = set()
        for row in self._access[case.pk]:
            if row.role not in wanted:
                continue
            if row.user is not None:
                found |= {row.user} if agency is None and row.user.is_active else set()
            elif holder := row.partnership_id or row.agency_id:
                found |= self._of(holder, row.role, agency)
        if agency is None:
            for role in wanted & BUSINESS_UNIT:
                found |= self._of(case.partnership_id, role, None)
        return sorted(
            (person for person in found if (case.pk, person.pk) not in self._walled),
            key=lambda person: (person.name, str(person.pk)),
        )

    def told(self, deadline: Deadline, codes: Iterable[str]) -> list[User]:
        """The people a step of a deadline speaks to; the business unit when there is nobody, so that no step
        goes unheard."""
        case = deadline.case
        if case is None:
            return []
        people = {person for code in codes for person in self._coded(deadline, case, code)}
        found = people or set(self.holders(case, BUSINESS_UNIT))
        return sorted(found, key=lambda person: (person.name, str(person.pk)))

    def _coded(self, deadline: Deadline, case: Case, code: str) -> list[User]:
        agency = deadline.owed_agency
        if deadline.owed_user and code == deadline.rule.owed_by:
            return [person for person in self.holders(case, Role) if person == deadline.owed_user]
        if code == "relevant_dsp" and agency:
            return self.holders(case, {partner_of(agency)})
        roles = roles_of(code)
        return self.holders(case, roles, agency if agency and roles <= AGENCY_ROLES else None)

    def _of(self, holder: uuid.UUID, role: str, agency: Agency | None) -> set[User]:
        return {
            membership.user
            for membership in self._members[holder, role]
            if agency is None or membership.agency_id == agency.pk
        }

    def _memberships(self, cases: Iterable[Case]) -> Iterable[Membership]:
        rows = [row for rows in self._access.values() for row in rows]
        partnerships = {case.partnership_id for case in cases} | {row.partnership_id for row in rows} - {None}
        agencies = {row.agency_id for row in rows} - {None}
        held = Membership.objects.current().filter(user__is_active=True)
        return held.filter(Q(partnership__in=partnerships) | Q(agency__in=agencies)).select_related("user")
