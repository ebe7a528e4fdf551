"""Who holds which role in many cases at once: `casework.permissions.holders`, in a constant number of queries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from accounts.models import Agency, Membership, User
from accounts.roles import BUSINESS_UNIT, Role
from casework.models import Access, Case, Wall


class Holders:
    """Who holds which role in each of some cases today, found in three queries however many they are.

    It answers as `casework.permissions.holders` does: no leavers, nobody behind a wall, deputies beside
    their principals, and of an agency that works with several partnerships only its people of the case's own.
    """

    def __init__(self, cases: Iterable[Case]) -> None:
        by_key = {case.pk: case for case in cases}
        self._access: dict[uuid.UUID, list[Access]] = defaultdict(list)
        for row in Access.objects.current().filter(case__in=by_key).select_related("user"):
            self._access[row.case_id].append(row)
        walls = Wall.objects.filter(case__in=by_key, lifted_at=None).values_list("case", "user")
        self._walled: set[tuple[Any, Any]] = set(walls)
        self._members: dict[tuple[Any, str], list[Membership]] = defaultdict(list)
        for membership in self._memberships(by_key.values()):
            self._members[membership.partnership_id, membership.role].append(membership)
        self._anybody: dict[uuid.UUID, frozenset[User]] = {}

    def holders(self, case: Case, roles: Iterable[Role], agency: Agency | None = None) -> list[User]:
        """Everyone who holds one of `roles` in `case`, by name; with `agency`, for that agency only."""
        wanted = frozenset(roles)
        found: set[User] = set()
        for row in self._access[case.pk]:
            if row.role not in wanted or not row.holds_in(case):
                continue
            if row.user is not None:
                found |= {row.user} if agency is None and row.user.is_active else set()
            elif row.partnership_id:
                for role in BUSINESS_UNIT if row.role == Role.NEIGHBOUR else {row.role}:
                    found |= self._of(row.partnership_id, role, agency)
            else:
                area = row.through_id or case.partnership_id
                found |= self._of(area, row.role, agency, of_agency=row.agency_id)
        if agency is None:
            for role in wanted & BUSINESS_UNIT:
                found |= self._of(case.partnership_id, role, None)
        return sorted(
            (person for person in found if (case.pk, person.pk) not in self._walled),
            key=lambda person: (person.name, str(person.pk)),
        )

    def anybody(self, case: Case) -> frozenset[User]:
        """Everyone who may open `case` today, in whatever role."""
        if case.pk not in self._anybody:
            self._anybody[case.pk] = frozenset(self.holders(case, Role))
        return self._anybody[case.pk]

    def deputies_of(self, case: Case, person: User) -> set[User]:
        """Those who stand in for `person` in the case's partnership and may open it themselves."""
        standing_in = {
            membership.user
            for (partnership, _), memberships in self._members.items()
            if partnership == case.partnership_id
            for membership in memberships
            if membership.deputy_for is not None and membership.deputy_for.user_id == person.pk
        }
        return standing_in & self.anybody(case)

    def beside(self, case: Case, person: User) -> list[User]:
        """Those who hold in `case` a role that `person` holds, for the same agency, without `person`."""
        theirs = {
            (membership.partnership_id, membership.agency_id, membership.role)
            for memberships in self._members.values()
            for membership in memberships
            if membership.user_id == person.pk
        }
        others = {
            membership.user
            for (partnership, role), memberships in self._members.items()
            for membership in memberships
            if (partnership, membership.agency_id, role) in theirs and membership.user_id != person.pk
        }
        return sorted(others & self.anybody(case), key=lambda each: (each.name, str(each.pk)))

    def _of(
        self, partnership: uuid.UUID, role: str, agency: Agency | None, *, of_agency: uuid.UUID | None = None
    ) -> set[User]:
        return {
            membership.user
            for membership in self._members[partnership, role]
            if (agency is None or membership.agency_id == agency.pk)
            and (of_agency is None or membership.agency_id == of_agency)
        }

    def _memberships(self, cases: Iterable[Case]) -> Iterable[Membership]:
        rows = [row for rows in self._access.values() for row in rows]
        partnerships = {case.partnership_id for case in cases}
        named = [area for row in rows for area in (row.partnership_id, row.through_id)]
        partnerships |= {area for area in named if area is not None}
        held = Membership.objects.current().filter(partnership__in=partnerships, user__is_active=True)
        return held.select_related("user", "deputy_for")
