"""The acts from the sign-off to the public page, and from the last action to the closed case and back."""

from publication.services.bringing_in import Child, HeldFor, Public, bring_in_case
from publication.services.family import (
    agree_another_reading_date,
    agree_reading,
    decline_reading,
    record_declined,
    record_reading,
)
from publication.services.holding import (
    Reasons,
    hold_publication,
    record_delay_reasons,
    record_reasons_for_not_publishing,
    release_publication,
)
from publication.services.preparing import (
    WORDS,
    first_day,
    open_publication,
    plan_publication,
    prepare_publication,
    record_copies,
    strike_tick,
    take_out_report,
    tick_gate,
)
from publication.services.publishing import (
    ask_not_to_publish,
    ask_to_publish_early,
    ask_to_withdraw,
    conclude_question,
    decide_not_to_publish,
    publish_improvements,
    publish_report,
    withdraw_publication,
)
from publication.services.repository import record_repository_copy
from publication.services.signing_off import sign_off_report
from publication.services.taking_back import ask_to_take_back_publication, confirm_publication_taken_back
from publication.services.turning import (
    ask_to_reopen,
    bring_to_chair,
    close_complete,
    propose_closing,
    refuse_turning,
    reopen_case,
    why_not_bring,
    why_not_close,
    why_not_reopen,
)

__all__ = [
    "WORDS",
    "Child",
    "HeldFor",
    "Public",
    "Reasons",
    "agree_another_reading_date",
    "agree_reading",
    "ask_not_to_publish",
    "ask_to_publish_early",
    "ask_to_reopen",
    "ask_to_take_back_publication",
    "ask_to_withdraw",
    "bring_in_case",
    "bring_to_chair",
    "close_complete",
    "conclude_question",
    "confirm_publication_taken_back",
    "decide_not_to_publish",
    "decline_reading",
    "first_day",
    "hold_publication",
    "open_publication",
    "plan_publication",
    "prepare_publication",
    "propose_closing",
    "publish_improvements",
    "publish_report",
    "record_copies",
    "record_declined",
    "record_delay_reasons",
    "record_reading",
    "record_reasons_for_not_publishing",
    "record_repository_copy",
    "refuse_turning",
    "release_publication",
    "reopen_case",
    "sign_off_report",
    "strike_tick",
    "take_out_report",
    "tick_gate",
    "why_not_bring",
    "why_not_close",
    "why_not_reopen",
    "withdraw_publication",
]
