"""The acts of the clock: begun, met, stopped, corrected, extended, explained; and the chasing of what is owed."""

from deadlines.services.changes import agree, correct_trigger, extend, recompute_open, why_not_trigger
from deadlines.services.chasing import forget_ended, oldest_unswept, sweep
from deadlines.services.clocks import (
    cancel,
    confirm_trigger,
    hold,
    meet,
    not_applicable,
    record_lateness,
    release,
    reopen,
    start,
)
from deadlines.services.figures import change_choices, change_figure
from deadlines.services.holidays import add_holiday, change_holiday, refresh_holidays, remove_holiday
from deadlines.services.rules import confirm_proposal, propose_version, propose_withdrawal, refuse_proposal

__all__ = [
    "add_holiday",
    "agree",
    "cancel",
    "change_choices",
    "change_figure",
    "change_holiday",
    "confirm_proposal",
    "confirm_trigger",
    "correct_trigger",
    "extend",
    "forget_ended",
    "hold",
    "meet",
    "not_applicable",
    "oldest_unswept",
    "propose_version",
    "propose_withdrawal",
    "recompute_open",
    "record_lateness",
    "refresh_holidays",
    "refuse_proposal",
    "release",
    "remove_holiday",
    "reopen",
    "start",
    "sweep",
    "why_not_trigger",
]
