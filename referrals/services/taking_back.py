"""Acts recorded in error: one person asks, another confirms, and those who were told are told again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, STANDING, Role
from casework import audit
from casework.models import Access, Case, TakingBack
from casework.permissions import holders
from casework.services import end_access
from casework.transitions import TransitionRefused, exits, is_permitted, last_event, perform, unmet
from correspondence import services as correspondence
from decisions import services as decisions
from lcspr import clock
from referrals.models import Referral, SeriousIncidentNotification
from referrals.services import clocks, telling
from referrals.standing import pending_criteria

ACCEPTANCE = "take_back_acceptance"
SENDING = "take_back_sent"

# The act that each of these takes back, as the record of the case names it.
TAKES_BACK = {
    ACCEPTANCE: ("accept",),
    SENDING: ("record_sent",),
    "take_back_death_notice": ("record_death_notice_sent",),
    "take_back_sending": ("send",),
    "take_back_publication": ("publish", "publish_improvements"),
}


@transaction.atomic
def ask_to_take_back(record: Any, *, transition: str, by: User, reason: str) -> TakingBack:
    """Ask that an act recorded in error be taken back; it happens when a colleague confirms it.

    Refused, with the reasons, when something has been built on the act already.
    """
    record = type(record)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=record.pk)
    if not is_permitted(record, transition, by):
        raise PermissionDenied
    offered = exits(record).get(transition)
    if offered is None:
        raise TransitionRefused(["There is nothing to take back any more."])
    if reasons := unmet(offered, record):
        raise TransitionRefused(reasons)
    label = audit.label_of(record)
    if TakingBack.objects.filter(
        about=label, transition=transition, confirmed_at=None, refused_at=None
    ).exists():
        raise TransitionRefused(["A colleague has asked for this already. It waits to be confirmed."])
    asked = TakingBack.objects.create(
        case=record.case,
        transition=transition,
        about=label,
        event=_event_of(record, TAKES_BACK[transition]),
        reason=reason,
        asked_by=by,
    )
    audit.record(
        "taking_back_asked",
        by=by,
        case=record.case,
        about=record,
        words=f"Asked to {_lower(offered.custom['label'])}, recorded in error: {reason}",
    )
    others = [person for person in holders(record.case, BUSINESS_UNIT) if person != by]
    correspondence.queue(
        "referral_taking_back",
        case=record.case,
        to=others,
        by=by,
        about=asked,
        task="Confirm that an act is taken back",
    )
    return asked


@transaction.atomic
def refuse_taking_back(asked: TakingBack, *, by: User, reason: str) -> TakingBack:
    """Say that the act stands; whoever asked may also think better of it."""
    asked = _pending(asked)
    asked.refused_at = clock.now()
    asked.save()
    audit.record(
        "taking_back_refused",
        by=by,
        case=asked.case,
        about=asked,
        words=f"The act stands: {reason}",
        transition=asked.transition,
    )
    return asked


@transaction.atomic
def confirm_acceptance_taken_back(asked: TakingBack, *, by: User, on: dt.date) -> Referral:
    """Take back the acceptance of a referral (T07 in error).

    Those let in by it are let out and told; the partners are no longer asked; when the local authority became aware is
    provisional again, and its clock runs on.
    """
    asked = confirmed(asked, by=by)
    referral: Referral = _record_of(asked, Referral)
    case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=asked.case_id)
    told = holders(case, STANDING)
    referral = perform(
        referral, ACCEPTANCE, by=by, words=f"Took back the acceptance, recorded in error: {asked.reason}"
    )
    case = perform(case, ACCEPTANCE, by=by, words="The case is again as the referral was received")
    if decision := pending_criteria(case):
        decisions.abandon_decision(decision, by=by, reason="The acceptance was recorded in error")
    case.la_aware_confirmed = False
    case.save(update_fields=["la_aware_confirmed"])
    clocks.stop(case, clocks.DISCUSS, reason="The acceptance was recorded in error", by=by)
    clocks.reopen(case, clocks.TELL_PARTNERS, reason="The acceptance was recorded in error", by=by)
    clocks.make_provisional(case)
    clocks.check_again(referral, by=by)
    # Told while they may still open the case: afterwards nobody may write to them about it.
    correspondence.queue("referral_acceptance_taken_back", case=case, to=told, by=by, about=referral)
    for access in Access.objects.current().filter(
        case=case, role__in=STANDING, partnership=case.partnership_id
    ):
        end_access(access, by=by, on=on, why="the acceptance was recorded in error")
    for access in Access.objects.current().filter(case=case, role=Role.NEIGHBOUR):
        end_access(access, by=by, on=on, why="the acceptance was recorded in error")
    telling.tell_referrer("referral_status", referral, by=by)
    return referral


@transaction.atomic
def confirm_notification_taken_back(asked: TakingBack, *, by: User) -> SeriousIncidentNotification:
    """Take back the record that the notification was sent (T10 in error): its clock runs again from the same
    awareness, the rapid review's stops. What was recorded stays in the record of the case."""
    asked = confirmed(asked, by=by)
    notification: SeriousIncidentNotification = _record_of(asked, SeriousIncidentNotification)
    notification = perform(
        notification,
        SENDING,
        by=by,
        words=f"Took back the record of sending, recorded in error: {asked.reason}",
    )
    notification.copy = notification.keyed = notification.recorded_by = notification.recorded_at = None
    notification.save()
    case = perform(
        notification.case, "take_back_notification", by=by, words="The notification is still to be sent"
    )
    reason = "The sending was recorded in error"
    clocks.reopen(case, clocks.NOTIFY, clocks.TELL_PARTNERS, reason=reason, by=by)
    clocks.stop(case, *clocks.FROM_SENDING, reason=reason, by=by)
    telling.tell(
        "notification_taken_back",
        case,
        telling.TOLD_OF_SENDING,
        by=by,
        about=notification,
        task="The notification is still to be sent",
        due=clocks.open_clock(case, clocks.NOTIFY),
    )
    return notification


def _pending(asked: TakingBack) -> TakingBack:
    asked = TakingBack.objects.select_for_update(of=("self",), no_key=True).get(pk=asked.pk)
    if asked.confirmed_at or asked.refused_at:
        raise TransitionRefused(["This has been answered already."])
    return asked


def confirmed(asked: TakingBack, *, by: User) -> TakingBack:
    """The request with a second person's confirmation; refused to whoever asked, and when answered already."""
    asked = _pending(asked)
    if by == asked.asked_by:
        raise TransitionRefused(["A second person confirms it. Ask a colleague in the business unit."])
    asked.confirmed_by, asked.confirmed_at = by, clock.now()
    asked.save()
    return asked


def _record_of(asked: TakingBack, model: type[Any]) -> Any:
    label, _, key = asked.about.partition(":")
    if label != model._meta.label:
        raise TransitionRefused(["This is about something else."])
    return model._base_manager.get(pk=key)


def _event_of(record: Any, verbs: tuple[str, ...]) -> Any:
    event = last_event(record)
    found = (
        type(event).objects.filter(object=audit.label_of(record), verb__in=verbs).order_by("-id").first()
        if event
        else None
    )
    return found or event


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


__all__ = [
    "ask_to_take_back",
    "confirm_acceptance_taken_back",
    "confirm_notification_taken_back",
    "refuse_taking_back",
]
