"""Who owes an act and who is told of it: the catalogue's codes as roles, and the people who hold them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from accounts.access_table import AGENCY_ROLES
from accounts.agency_kinds import AgencyKind
from accounts.models import Agency, User
from accounts.roles import BUSINESS_UNIT, LEAD_PARTNERS, PARTNERS, Role
from casework.holding import Holders
from casework.models import Case
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


class Audience(Holders):
    """The people of some cases as the chasing asks for them, found in three queries however many they are."""

    def told(self, deadline: Deadline, codes: Iterable[str]) -> list[User]:
        """The people a step of a deadline speaks to; the business unit when there is nobody, so that no step
        goes unheard."""
        case = deadline.case
        if case is None:
            return []
        people = {person for code in codes for person in self._coded(deadline, case, code)}
        found = people or set(self.holders(case, BUSINESS_UNIT))
        return sorted(found, key=lambda person: (person.name, str(person.pk)))

    def _coded(self, deadline: Deadline, case: Case, code: str) -> Iterable[User]:
        agency = deadline.owed_agency
        if deadline.owed_user and code == deadline.rule.owed_by:
            themself = {deadline.owed_user} & self.anybody(case)
            return themself | self.deputies_of(case, deadline.owed_user)
        if code == "relevant_dsp" and agency:
            return self.holders(case, {partner_of(agency)})
        roles = roles_of(code)
        return self.holders(case, roles, agency if agency and roles <= AGENCY_ROLES else None)
