"""The acts from the sign-off to the public page, and from the last action to the closed case and back."""

from publication.services.bringing_in import Child, HeldFor, Public, bring_in_case
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
from publication.services.signing_off import sign_off_report
from publication.services.turning import (
    ask_to_reopen,
    close_complete,
    propose_closing,
    refuse_turning,
    reopen_case,
    why_not_close,
    why_not_reopen,
)

__all__ = [
    "WORDS",
    "Child",
    "HeldFor",
    "Public",
    "Reasons",
    "ask_not_to_publish",
    "ask_to_publish_early",
    "ask_to_reopen",
    "ask_to_withdraw",
    "bring_in_case",
    "close_complete",
    "conclude_question",
    "decide_not_to_publish",
    "first_day",
    "hold_publication",
    "open_publication",
    "plan_publication",
    "prepare_publication",
    "propose_closing",
    "publish_improvements",
    "publish_report",
    "record_copies",
    "record_delay_reasons",
    "record_reasons_for_not_publishing",
    "refuse_turning",
    "release_publication",
    "reopen_case",
    "sign_off_report",
    "strike_tick",
    "take_out_report",
    "tick_gate",
    "why_not_close",
    "why_not_reopen",
    "withdraw_publication",
]
