"""Who is told of what, by e-mail without a name or a word of the case (domain §2.8)."""

from __future__ import annotations

from typing import Final

from django.db import models

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, LEAD_PARTNERS, PARTNERS, SUB_GROUP, Role
from casework.models import Case
from casework.permissions import holders
from correspondence import services as correspondence
from deadlines.models import Deadline
from referrals.models import Referral
from referrals.permissions import AGENCY_LEADS

DECIDERS: Final = frozenset({Role.SGC, Role.IC, Role.LAN}) | PARTNERS | BUSINESS_UNIT


TOLD_OF_SENDING: Final = PARTNERS | BUSINESS_UNIT | SUB_GROUP | {Role.IC, Role.LAN}
TOLD_OF_DEATHS: Final = DECIDERS
TOLD_OF_DISSENT: Final = DECIDERS | LEAD_PARTNERS


def referrers(case: Case) -> list[User]:
    """Everybody who referred this case in the service, and the leads and representatives of their agencies."""
    people: list[User] = []
    for referral in case.referrals.select_related("referrer", "left_to", "agency"):
        people += _of(case, referral)
    return list(dict.fromkeys(people))


def _of(case: Case, referral: Referral) -> list[User]:
    own = [each for each in (referral.referrer, referral.left_to) if each]
    leads = holders(case, AGENCY_LEADS, agency=referral.agency) if referral.agency else []
    return [*own, *leads]


def tell_referrer(template: str, referral: Referral, *, by: User, task: str = "") -> None:
    """Tell the referrer and their agency's lead and representative: the state of things, never the reasons."""
    case = referral.case
    assert case is not None
    correspondence.queue(template, case=case, to=_of(case, referral), by=by, about=referral, task=task)


def tell_referrers(template: str, case: Case, *, by: User) -> None:
    """Tell everyone who referred the case."""
    correspondence.queue(template, case=case, to=referrers(case), by=by, about=case)


def tell(
    template: str,
    case: Case,
    roles: frozenset[Role],
    *,
    by: User,
    about: models.Model | None = None,
    task: str = "",
    due: Deadline | None = None,
) -> None:
    """Tell everyone who holds one of these roles in the case."""
    correspondence.queue(
        template, case=case, to=holders(case, roles), by=by, about=about or case, task=task, due=due
    )
