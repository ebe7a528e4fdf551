"""What a person is to a case, and what that lets them do: the second gate, after `visible_to`."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Exists, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast

from accounts.access_table import AGENCY_ROLES, OTHERS_OF, PER_AGENCY, Right, Thing, rights_of
from accounts.compiled import Keys, kept
from accounts.db import known, memberships_of
from accounts.models import Agency, Membership, User
from accounts.roles import BUSINESS_UNIT, Role
from casework.models.access import Access, Wall
from lcspr import clock

if TYPE_CHECKING:
    from casework.models.case import Case


_NONE: Final = Keys.of(())
_WALLED: Final = ""
# Not roles held by name, but as easily found with them: another area let this one in to some case, or to so many that
# no query should spell them out.
_NEIGHBOUR: Final = "~neighbour"
_OF_MANY: Final = "~neighbours"
_MOST_SPELT_OUT: Final = 150


def by_name(user: User) -> frozenset[str]:
    """The roles in which Access rows admit `user` by name today, in whatever case; fetched once a request or act.

    With them "" when a wall keeps the person out of a case, and a mark while the business unit they work in is let in
    to another area's that is not closed: most people have none of these, and their queries need not ask.
    """
    return _let_in(user).names


def shared_with(user: User) -> Keys:
    """The cases of other areas that were shared with the business units `user` works in, as `any` asks for them.

    Mostly they are few, and most queries ask whether a row is of one of them. Empty when there are so many that the
    query itself looks for them (`open_to`).
    """
    return _let_in(user).shared


class _LetIn(NamedTuple):
    """The ways into cases beside memberships, and walls: by name; the partnerships of those cases; what is shared."""

    names: frozenset[str]
    partnerships: frozenset[Any]
    shared: Keys


def _let_in(user: User) -> _LetIn:
    """Found in one query, once a request or act."""
    remembered = known().ways_in
    if user.pk not in remembered:
        units = [m.partnership_id for m in memberships_of(user) if m.role in BUSINESS_UNIT]
        keys: dict[Hashable, Any] = dict(enumerate([user.pk, *units]))
        key = (_ways_in, clock.today(), tuple(units.index(unit) for unit in units))
        found = kept(key, lambda: _ways_in(user, units), keys).rows()
        names = {name for name, _, _ in found}
        shared = {key for _, _, cases in found if cases for key in cases.split(",")}
        if len(shared) > _MOST_SPELT_OUT:
            names.add(_OF_MANY)
            shared.clear()
        remembered[user.pk] = _LetIn(
            frozenset(names), frozenset(partnership for _, partnership, _ in found), Keys.of(sorted(shared))
        )
    let_in: _LetIn = remembered[user.pk]
    return let_in


def _ways_in(user: User, units: list[Any]) -> Any:
    """Roles given by name, walls, and, for whoever works in business units, the cases shared with these."""
    columns = ("case__partnership", Cast(Value(None), TextField()))
    given = Access.objects.current().filter(user=user).order_by().values_list("role", *columns)
    walls = Wall.objects.filter(user=user, lifted_at=None).order_by()
    kinds = [walls.values_list(Value(_WALLED), *columns)]
    if units:
        # A neighbour leaves when the case does.
        shared = Access.objects.current().filter(
            partnership__in=units, role=Role.NEIGHBOUR, case__closed_at__isnull=True
        )
        by_area = shared.order_by().values("case__partnership")
        by_area = by_area.annotate(cases=StringAgg(Cast("case", TextField()), ",", order_by="case"))
        kinds.append(by_area.values_list(Value(_NEIGHBOUR), "case__partnership", "cases"))
    return given.union(*kinds)


def is_walled(user: User) -> bool:
    """Whether a wall keeps `user` out of any case at all."""
    return _WALLED in by_name(user)


def roles_anywhere(user: User) -> frozenset[Role]:
    """Every role a person holds anywhere, so that a query asks only about those."""
    held = {Role(role) for role in by_name(user) if role in Role.values}
    if _NEIGHBOUR in by_name(user):
        held.add(Role.NEIGHBOUR)
    return frozenset(held | {Role(membership.role) for membership in memberships_of(user)})


def holds_anywhere(user: User, roles: Iterable[Role]) -> bool:
    """Whether `user` holds one of `roles` in any case at all: if not, nothing of theirs need be looked for."""
    return not roles_anywhere(user).isdisjoint(roles)


def admitting(user: User, roles: Iterable[Role] | None = None) -> Q | None:
    """The Access rows that admit `user` today, in one of `roles` if given; None when there can be none.

    Spelt out from the person's memberships, so that the database answers from its indexes. The business
    unit is let in by its Memberships, never by Access (casework.services.admit).
    """
    wanted = (frozenset(roles) if roles is not None else frozenset(Role)) - BUSINESS_UNIT
    named = wanted & by_name(user)
    rows = Q(user=user, role__in=sorted(named)) if named else Q()
    is_neighbour = Role.NEIGHBOUR in wanted and _NEIGHBOUR in by_name(user)
    for membership in memberships_of(user):
        if is_neighbour and membership.role in BUSINESS_UNIT:
            # It leaves when the case does.
            rows |= Q(
                partnership=membership.partnership_id, role=Role.NEIGHBOUR, case__closed_at__isnull=True
            )
        if membership.role in wanted - {Role.NEIGHBOUR}:
            rows |= Q(partnership=membership.partnership_id, role=membership.role)
            if membership.agency_id:
                own = Q(agency=membership.agency_id, role=membership.role)
                # One police force serves many partnerships: its people of one do not open another's cases, unless
                # that other let them in through this one.
                rows |= own & Q(through=None, case__partnership=membership.partnership_id)
                rows |= own & Q(through=membership.partnership_id, case__closed_at__isnull=True)
    return rows or None


def open_to(
    user: User, roles: Iterable[Role] | None = None, *, case: str = "case", partnership: str = ""
) -> Q:
    """The condition on rows that `user` may open their case today, held in one of `roles` if given.

    `case` names the key to the case; "" when the rows are cases. `partnership` names the key to the case's partnership,
    where a row has one of its own. Never true for a user who is not signed in.
    """
    if not user.is_authenticated:
        return Q(pk__in=[])
    wanted = None if roles is None else frozenset(roles)
    key = case or "pk"
    admitted = Q()
    # First: the database takes the conditions as they come, and most rows need no more.
    if partnerships := business_unit_partnerships(user, wanted):
        partnership = partnership or (f"{case}__partnership" if case else "partnership")
        admitted |= Q(**{f"{partnership}__in": partnerships})
    by_access = frozenset(Role) if wanted is None else wanted
    if _OF_MANY not in by_name(user):
        by_access -= {Role.NEIGHBOUR}
    if (rows := admitting(user, by_access)) is not None:
        admitted |= Q(**{f"{key}__in": Access.objects.current().filter(rows).values("case")})
    if (wanted is None or Role.NEIGHBOUR in wanted) and (shared := shared_with(user)) != _NONE:
        admitted |= Q(**{f"{key}__any": shared})
    if not admitted:
        return Q(pk__in=[])
    if is_walled(user):
        admitted &= Q(~Exists(Wall.objects.filter(case=OuterRef(key), user=user, lifted_at=None)))
    return admitted


def business_unit_partnerships(user: User, roles: Iterable[Role] | None = None) -> list[Any]:
    """Keys of the partnerships whose business unit `user` works in, as one of `roles` if given."""
    wanted = BUSINESS_UNIT if roles is None else BUSINESS_UNIT & frozenset(roles)
    return [m.partnership_id for m in memberships_of(user) if m.role in wanted]


def world_of(user: User) -> frozenset[Any] | None:
    """Keys of the partnerships outside of which `user` may open no case, as somebody who works in business units and
    nowhere else; None for whoever is let in case by case.

    Theirs, and those of the few cases to which they were let in besides.
    """
    held = memberships_of(user)
    if not held or any(membership.role not in BUSINESS_UNIT for membership in held):
        return None
    return frozenset(membership.partnership_id for membership in held) | _let_in(user).partnerships


def roles_in(user: User, case: Case) -> frozenset[Role]:
    """Every role `user` holds in `case` today; none behind a wall. Found once a request or act."""
    if not user.is_authenticated:
        return frozenset()
    remembered, of_both = known().ways_in, (user.pk, case.pk)
    if of_both not in remembered:
        remembered[of_both] = _roles_in(user, case)
    return remembered[of_both]


def _roles_in(user: User, case: Case) -> frozenset[Role]:
    if is_walled(user) and Wall.objects.filter(case=case, user=user, lifted_at=None).exists():
        return frozenset()
    rows = admitting(user)
    admitted = Access.objects.current().filter(rows, case=case) if rows is not None else Access.objects.none()
    held = {Role(role) for role in admitted.values_list("role", flat=True)}
    held |= {
        Role(m.role)
        for m in memberships_of(user)
        if m.role in BUSINESS_UNIT and m.partnership_id == case.partnership_id
    }
    return frozenset(held)


def agencies_as(user: User, roles: Iterable[Role]) -> frozenset[Any]:
    """Keys of the agencies for which `user` holds one of `roles` today."""
    wanted = frozenset(roles)
    return frozenset(m.agency_id for m in memberships_of(user) if m.role in wanted and m.agency_id)


def own_agencies(user: User, role: Role) -> frozenset[Any]:
    """Keys of the agencies whose things `role` makes the person's own: those they hold it for, or, for a
    role given to them by name in a case, those they belong to."""
    return agencies_as(user, {role}) or agencies_as(user, Role)


def roles_with(right: Right, thing: Thing) -> frozenset[Role]:
    """The roles to which the access table gives a right over a kind of thing."""
    return frozenset(role for role in Role if right in rights_of(role, thing))


def may(user: User, right: Right, thing: Thing, case: Case, *, agency: Agency | None = None) -> bool:
    """Whether the access table lets `user` do this with a thing of `case`.

    `agency` is the one the thing belongs to. A role held for an agency reaches only that agency's own
    things; for another agency's, the table's row for others' things decides.
    """
    for role in roles_in(user, case):
        if role in AGENCY_ROLES and thing in PER_AGENCY:
            theirs = agency is not None and agency.pk in own_agencies(user, role)
            if theirs and right in rights_of(role, thing):
                return True
            if not theirs and thing in OTHERS_OF and right in rights_of(role, OTHERS_OF[thing]):
                return True
        elif right in rights_of(role, thing):
            return True
    return False


@dataclass(frozen=True)
class Holds:
    """A transition's permission: the person holds one of these roles in the record's case."""

    roles: frozenset[Role]

    def __call__(self, record: Any, user: User) -> bool:
        return bool(self.roles & roles_in(user, record.case))

    def __str__(self) -> str:
        return ", ".join(str(role.label) for role in Role if role in self.roles)


@dataclass(frozen=True)
class HoldsForAgency:
    """A transition's permission: the person holds one of these roles for the record's own agency.

    Roles in `elsewhere` may act for any agency: the business unit enters a return sent on paper.
    """

    roles: frozenset[Role]
    elsewhere: frozenset[Role] = frozenset()

    def __call__(self, record: Any, user: User) -> bool:
        held = roles_in(user, record.case)
        if held & self.elsewhere:
            return True
        return any(record.agency_id in own_agencies(user, role) for role in held & self.roles)

    def __str__(self) -> str:
        words = f"{', '.join(str(role.label) for role in Role if role in self.roles)} of the agency"
        return f"{words}, {Holds(self.elsewhere)}" if self.elsewhere else words


def holds(*roles: Role | frozenset[Role]) -> Holds:
    """Permission for any of these roles, given singly or as sets."""
    together: frozenset[Role] = frozenset()
    for role in roles:
        together |= role if isinstance(role, frozenset) else {role}
    return Holds(together)


def on_behalf_of(user: User, case: Case, roles: Iterable[Role]) -> Membership | None:
    """The principal's Membership when `user` acts in `case` as somebody's deputy, else None."""
    wanted = frozenset(roles)
    for membership in memberships_of(user):
        if (
            membership.role in wanted
            and membership.deputy_for_id
            and membership.partnership_id == case.partnership_id
        ):
            return membership.deputy_for
    return None


def holders(case: Case, roles: Iterable[Role], *, agency: Agency | None = None) -> list[User]:
    """Everyone who holds one of `roles` in `case` today and may open it, by name.

    With `agency`, only those who hold the role for that agency. Leavers and the walled are not among
    them, so that nobody is told of a case they may not see.
    """
    wanted = frozenset(roles)
    rows = list(Access.objects.current().filter(case=case, role__in=wanted))
    people = Q(pk__in=[row.user_id for row in rows if row.user_id and agency is None])
    memberships = Membership.objects.current()
    admitted: dict[tuple[Any, Any, Any], set[str]] = {}
    for row in rows:
        if row.user_id is None and row.holds_in(case):
            admitted.setdefault((row.partnership_id, row.agency_id, row.through_id), set()).update(
                BUSINESS_UNIT if row.role == Role.NEIGHBOUR else {row.role}
            )
    through = Q(pk__in=[])
    for (partnership_id, agency_id, through_id), held in admitted.items():
        # An agency that works with two partnerships lets in its people of this one, or of the one it came through.
        whose = (
            Q(partnership=partnership_id)
            if partnership_id
            else Q(agency=agency_id, partnership=through_id or case.partnership_id)
        )
        through |= whose & Q(role__in=held)
    entitled = memberships.filter(through)
    people |= Q(pk__in=(entitled.filter(agency=agency) if agency else entitled).values("user"))
    if agency is None and wanted & BUSINESS_UNIT:
        people |= Q(
            pk__in=memberships.filter(
                partnership=case.partnership_id, role__in=wanted & BUSINESS_UNIT
            ).values("user")
        )
    walled = Wall.objects.filter(case=case, lifted_at=None).values("user")
    return list(
        User.objects.filter(people, is_active=True).exclude(pk__in=walled).distinct().order_by("name")
    )
