"""Deciding, declaring interests, following other proceedings and holding back."""

from decisions.services.declarations import decide_declaration, declare, is_blocked, is_clear
from decisions.services.escalation import (
    bring_back,
    decide_alone,
    escalate,
    record_dispute_step,
    record_lead_partners_decision,
)
from decisions.services.holds import add_hold, release_hold, review_hold
from decisions.services.proceedings import (
    add_proceeding,
    conclude_proceeding,
    drop_proceeding,
    list_proceeding,
    start_hearing,
    update_proceeding,
)
from decisions.services.questions import (
    abandon_decision,
    give_chair_view,
    open_decision,
    pending_decision,
    recommend,
    send_back,
)
from decisions.services.views import (
    confirm_departure,
    confirm_view,
    contest_view,
    give_view,
    record_view_on_behalf,
)
from decisions.standing import blocking_views, outstanding, split_statement, views_shown_to

__all__ = [
    "abandon_decision",
    "add_hold",
    "add_proceeding",
    "blocking_views",
    "bring_back",
    "conclude_proceeding",
    "confirm_departure",
    "confirm_view",
    "contest_view",
    "decide_alone",
    "decide_declaration",
    "declare",
    "drop_proceeding",
    "escalate",
    "give_chair_view",
    "give_view",
    "is_blocked",
    "is_clear",
    "list_proceeding",
    "open_decision",
    "outstanding",
    "pending_decision",
    "recommend",
    "record_dispute_step",
    "record_lead_partners_decision",
    "record_view_on_behalf",
    "release_hold",
    "review_hold",
    "send_back",
    "split_statement",
    "start_hearing",
    "update_proceeding",
    "views_shown_to",
]
