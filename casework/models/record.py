"""What every row of case content has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.access_table import AGENCY_ROLES, Right, Thing
from accounts.models import Record, User
from accounts.roles import Role
from casework.models.case import Case
from casework.permissions import open_to, own_agencies, roles_with
from lcspr import clock


class CaseRecordQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Rows of this kind that `user` may read: the case is open to them and the access table lets
        one of their roles in it read such a thing (the model's `thing`, or `others` for what another
        agency owns)."""
        model: Any = self.model
        return self.with_right(user, Right.READ, model.thing, model.others)

    def with_right(self, user: User, right: Right, own: Thing, others: Thing | None = None) -> Self:
        """Rows over which `user` has `right`; for a thing that agencies own, `others` rules those of
        agencies not the user's."""
        model: Any = self.model
        if model.owned_by_agency is None:
            return self.filter(open_to(user, roles_with(right, own)))
        everywhere = roles_with(right, others) if others else roles_with(right, own) - AGENCY_ROLES
        rows = open_to(user, everywhere)
        for role in roles_with(right, own) & AGENCY_ROLES:
            if agencies := own_agencies(user, role):
                rows |= Q(**{f"{model.owned_by_agency}__in": agencies}) & open_to(user, {role})
        return self.filter(rows)

    def of_case_visible_to(self, user: User, roles: Iterable[Role] | None = None) -> Self:
        """Rows whose case `user` may open; for kinds the access table does not list."""
        return self.filter(open_to(user, roles))


class CaseRecord(Record):
    """A row that belongs to one case: who may open the case and has the right may read the row.

    `thing` is its line in the access table, `others` the line for another agency's, and
    `owned_by_agency` the name of the foreign key to the agency that owns it, if any.
    """

    thing: ClassVar[Any] = Thing.CASE_STATUS
    others: ClassVar[Thing | None] = None
    owned_by_agency: ClassVar[str | None] = None

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="%(class)ss")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[Any] = CaseRecordQuerySet.as_manager()

    class Meta(Record.Meta):
        abstract = True
