"""What people do with accounts and roles; each act by its name."""

from accounts.services.getting_in import (
    agencies_at,
    ask_for_account,
    asks_which_agency,
    decline_request,
    invite_requester,
    join_as_new,
    join_by_address,
    may_refuse,
    newcomers_for,
    refuse_newcomer,
)
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
    "agencies_at",
    "ask_for_account",
    "asks_which_agency",
    "change_profile",
    "correct_address",
    "decline_request",
    "end_membership",
    "find_invitation",
    "grant_membership",
    "invite",
    "invite_requester",
    "is_administrators_to_correct",
    "join_as_new",
    "join_by_address",
    "join_by_invitation",
    "may_refuse",
    "name_deputy",
    "newcomers_for",
    "open_account",
    "open_partnership",
    "refuse_newcomer",
    "remove_second_step",
    "resend_invitation",
    "revoke_invitation",
    "tell_business_managers",
    "why_closed",
]
