"""What every act of the clock shares: the rule of the day, the row under lock, the refusals about dates."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import models

from accounts.models import Partnership
from casework import audit
from casework.models import Case, Part
from casework.transitions import TransitionRefused
from deadlines import catalogue
from deadlines.calendars import calendar_named
from deadlines.catalogue import Trigger
from deadlines.dates import settings_of, work_out
from deadlines.models import Deadline, RuleVersion, WakeUp
from deadlines.rules import words
from deadlines.rules.chasing import step_at
from deadlines.rules.counting import Derived, Unit
from deadlines.rules.london import london_date
from deadlines.services.grounds import latest_of
from lcspr import clock

# Day 0 of these lies ahead: a planned day, or the date somebody else has set.
_AHEAD: Final = frozenset({Trigger.PUBLICATION_PLANNED, Trigger.FAMILY_READING_PLANNED, Trigger.CORONER_DATE})
_AWARENESS: Final = {
    Trigger.LA_AWARE: "The local authority",
    Trigger.PARTNERS_AWARE: "The partners",
}


class NotOwedYetError(TransitionRefused, catalogue.NoRuleInForceError):
    """The trigger lies before the first version of its rule: a slip of the year, or a case of older law."""


def rule_of(
    code: str, on: dt.date, partnership: Partnership
) -> tuple[RuleVersion, catalogue.RuleVersion] | None:
    """The version in force on the trigger's day, and the rule with the partnership's figure; None where it
    does not run that clock, or the rule has been withdrawn by then.

    Raises NotOwedYetError for a day before the rule began, NoRuleInForceError when there is no such rule.
    """
    try:
        kept = RuleVersion.objects.governing(code, on)
    except catalogue.NoRuleInForceError:
        versions = RuleVersion.objects.current().filter(code=code).order_by("effective_from")
        if (first := versions.first()) is None:
            raise
        if first.effective_from > on:
            raise NotOwedYetError(
                [
                    f"{words.full_date(on)} is before the rule began, on {words.full_date(first.effective_from)}. "
                    "Check the year; a case of older law starts no clock here."
                ]
            ) from None
        return None
    rule = catalogue.adapted(kept.as_rule, settings_of(partnership))
    return None if rule is None else (kept, rule)


def dates_of(
    rule: catalogue.RuleVersion, trigger_at: dt.datetime, case: Case, *, given_on: dt.date | None = None
) -> Derived:
    """When a rule makes something due in a case, by the holiday table of now."""
    calendar = calendar_named(rule.calendar)
    latest = latest_of(case.pk, rule, calendar)
    return work_out(
        rule, trigger_at, calendar, case.partnership.office_closes_at, given_on=given_on, latest=latest
    )


def worked_out(
    rule: catalogue.RuleVersion,
    trigger_at: dt.datetime,
    partnership: Partnership,
    *,
    given_on: dt.date | None = None,
) -> Derived:
    """When a rule would make something due in a partnership, whatever the case, by the holiday table of now."""
    calendar = calendar_named(rule.calendar)
    return work_out(rule, trigger_at, calendar, partnership.office_closes_at, given_on=given_on)


def beside_the_rule(rule: catalogue.RuleVersion, on: dt.date, counted: Derived, named: str) -> str:
    """The words that follow a day that was set or agreed: what it is, and what the rule would say.

    `named` says what it is (“the date in the letter to the agency”). Law and guidance leave nothing to agree on,
    except where they let a letter set the day.
    """
    if rule.code in catalogue.SET_BY_LETTER:
        return named
    if rule.statutory:
        raise ValueError(f"{rule.code} is counted from its trigger: no date can be agreed.")
    usual = words.full_date(counted.due_on)
    return f"{named}; {'the usual one' if on == counted.due_on else f'by the rule it would be {usual}'}"


def dated(derived: Derived) -> dict[str, object]:
    """The fields of a deadline that a derivation fills."""
    return {
        "due_at": derived.due_at,
        "due_on": derived.due_on,
        "derived": derived.as_json(),
        "calendar_version": f"{derived.calendar_name}, {derived.calendar_version}",
        "provisional": derived.provisional,
    }


def label_of(about: models.Model | None, case: Case) -> str:
    """What a deadline belongs to: the thing named, else the case itself."""
    return audit.label_of(case if about is None else about)


def locked(deadlines: models.QuerySet[Deadline]) -> models.QuerySet[Deadline]:
    """The rows under lock, with what the acts read of them.

    Not the stronger lock of `select_for_update(no_key=True)` alone: the sweep writes reminders that point at the row,
    and must not wait for an act that waits for the sweep.
    """
    with_parts = deadlines.select_related("rule", "case", "partnership")
    return with_parts.select_for_update(of=("self",), no_key=True)


def open_one(code: str, case: Case, about: models.Model | None) -> Deadline | None:
    """The clock of this code that runs for the thing, under lock; None when none runs."""
    return locked(Deadline.objects.open().filter(code=code, about=label_of(about, case))).first()


def last_one(code: str, case: Case, about: models.Model | None) -> Deadline | None:
    """The last round of the clock, open or not, under lock."""
    return locked(Deadline.objects.about(code, label_of(about, case))).last()


def wake(deadline: Deadline) -> None:
    """Have the sweep look at a deadline from its first step on."""
    rule = deadline.rule.as_rule
    calendar = calendar_named(rule.calendar)
    if instants := [step_at(step, deadline.due_at, calendar) for step in rule.steps]:
        WakeUp.objects.create(deadline=deadline, at=min(instants))


def trigger_may_lie_ahead(rule: catalogue.RuleVersion) -> bool:
    """Whether day 0 is a planned day, so that a date to come is no mistake."""
    return rule.trigger in _AHEAD


def wrong_trigger(rule: catalogue.RuleVersion, trigger_at: dt.datetime, case: Case) -> list[str]:
    """Why a trigger cannot be right (domain §10 rule 12), in sentences for whoever gives it."""
    on, reasons = london_date(trigger_at), []
    if not trigger_may_lie_ahead(rule) and _is_future(rule, trigger_at):
        reasons.append(f"{words.full_date(on)} is still to come: give the time it happened.")
    if (who := _AWARENESS.get(rule.trigger)) is None:
        return reasons
    if case.incident_from and on < case.incident_from:
        reasons.append(
            f"{who} cannot have become aware before the incident, on {words.full_date(case.incident_from)}."
        )
    elif _is_before_birth(case, on):
        # The day itself is told to nobody here: the reader may not have opened the names.
        reasons.append(
            f"{who} cannot have become aware before the child was born: check this date, and the date of birth."
        )
    return reasons


def wrong_end(deadline: Deadline, at: dt.datetime) -> list[str]:
    """Why the time a duty was met cannot be right."""
    on = london_date(at)
    if on > clock.today():
        return [f"{words.full_date(on)} is still to come: give the time it was done."]
    begun = london_date(deadline.trigger_at)
    if on < begun and not trigger_may_lie_ahead(deadline.rule.as_rule):
        what = f"{deadline.name[:1].lower()}{deadline.name[1:]}"
        return [
            f"It cannot have been done on {words.full_date(on)}: “{what}” runs from {words.full_date(begun)}."
        ]
    return []


def refuse(reasons: list[str]) -> None:
    """Raise TransitionRefused when there is any reason."""
    if reasons:
        raise TransitionRefused(reasons)


def _is_before_birth(case: Case, on: dt.date) -> bool:
    """Whether no child of the case was born by then, nor may have been: each has a later date of birth."""
    children = case.subjects.filter(part=Part.CHILD, unborn=False).select_related("person")
    born = [child.person.born_on for child in children]
    return bool(born) and all(day is not None and on < day for day in born)


def _is_future(rule: catalogue.RuleVersion, trigger_at: dt.datetime) -> bool:
    # A day often comes without its time, so only a clock of hours is held to the minute.
    if rule.unit is Unit.HOURS:
        return trigger_at > clock.now()
    return london_date(trigger_at) > clock.today()
