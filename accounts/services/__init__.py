"""What people do with accounts and roles; each act by its name."""

from accounts.services.invitations import (
    accept_invitation,
    find_invitation,
    invite,
    join_by_invitation,
    resend_invitation,
    revoke_invitation,
    why_closed,
)
from accounts.services.memberships import end_membership, grant_membership, name_deputy
from accounts.services.notices import tell_business_managers
from accounts.services.partnerships import open_partnership
from accounts.services.people import (
    change_profile,
    correct_address,
    is_administrators_to_correct,
    open_account,
    remove_second_step,
)
from accounts.services.refusal import Refused

__all__ = [
    "Refused",
    "accept_invitation",
    "change_profile",
    "correct_address",
    "end_membership",
    "find_invitation",
    "grant_membership",
    "invite",
    "is_administrators_to_correct",
    "join_by_invitation",
    "name_deputy",
    "open_account",
    "open_partnership",
    "remove_second_step",
    "resend_invitation",
    "revoke_invitation",
    "tell_business_managers",
    "why_closed",
]
