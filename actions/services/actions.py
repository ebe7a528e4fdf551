"""Adding actions, working on them, showing that they were done, and signing them off."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.db.models import Max

from accounts.access_table import Thing
from accounts.models import Agency, Membership, User
from accounts.roles import BUSINESS_UNIT, Role
from actions.models import (
    Action,
    ActionExtension,
    ActionState,
    ActionUpdate,
    Evidence,
    Outlook,
    Recommendation,
)
from actions.models.actions import OPEN, TAKES_EVIDENCE
from actions.once import added_already
from actions.permissions import agencies_for_whom, works_on_it
from actions.services.recommendations import refuse_closed
from casework import audit
from casework.files import store_document
from casework.models import Access, Case
from casework.permissions import holders, roles_in
from casework.services import admit, end_access
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from correspondence import services as correspondence


@transaction.atomic
def add_action(
    case: Case,
    *,
    text: str,
    intended_outcome: str,
    agency: Agency,
    owner: User,
    starts_on: dt.date,
    due_on: dt.date,
    by: User,
    on: dt.date,
    recommendation: Recommendation | None = None,
    milestones: str = "",
    immediate: bool = False,
    key: uuid.UUID | None = None,
) -> Action:
    """Give an agency and a named person something to do by a date, from the referral onwards (invariant 7).

    The owner is let into the case for this action alone, and told. Raises TransitionRefused when they do
    not work for the agency, and PermissionDenied to a representative of another agency. Asked again with the
    same `key`, it returns the action there is.
    """
    allowed = agencies_for_whom(by, case)
    if allowed is not None and agency.pk not in allowed:
        raise PermissionDenied
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if done := added_already(Action, key, case=case, added_by=by):
        return done
    refuse_closed(case)
    if due_on < starts_on:
        raise TransitionRefused(["The target date must be the same as or after the start date."])
    if recommendation is not None and recommendation.case_id != case.pk:
        raise TransitionRefused(["The recommendation belongs to another case."])
    _refuse_stranger(case, owner, agency, on)
    last = Action.objects.filter(case=case).aggregate(last=Max("number"))["last"]
    action = Action.objects.create(
        pk=key or uuid.uuid4(),
        case=case,
        number=(last or 0) + 1,
        recommendation=recommendation,
        text=text,
        intended_outcome=intended_outcome,
        agency=agency,
        owner=owner,
        starts_on=starts_on,
        due_on=due_on,
        milestones=milestones,
        immediate=immediate,
        added_by=by,
    )
    words = f"Added {str(action).lower()} for {agency}, owned by {owner}"
    audit.record("action_added", by=by, case=case, about=action, words=words)
    _assign(action, by=by, on=on)
    return action


@transaction.atomic
def reassign_action(action: Action, *, owner: User, reason: str, by: User, on: dt.date) -> Action:
    """Give an action to another person of its agency, who is let in and told; the former owner's access
    ends when it was for this action only."""
    allowed = agencies_for_whom(by, action.case)
    if allowed is not None and action.agency_id not in allowed:
        raise PermissionDenied
    action = _locked(action, OPEN)
    if owner == action.owner:
        raise TransitionRefused([f"{owner} owns this action already."])
    if action.evidence_accepted_by_id == owner.pk:
        raise TransitionRefused(["Who accepted the evidence cannot own the action."])
    _refuse_stranger(action.case, owner, action.agency, on)
    former, action.owner = action.owner, owner
    action.save()
    words = f"Gave {str(action).lower()} from {former} to {owner}: {reason}"
    audit.record("action_reassigned", by=by, case=action.case, about=action, words=words)
    _let_go(action.case, former, by=by, on=on)
    _assign(action, by=by, on=on)
    return action


@transaction.atomic
def start_action(action: Action, *, by: User) -> Action:
    """Begin the work."""
    return perform(action, "start", by=by, words=f"Started {str(action).lower()}")


@transaction.atomic
def add_update(
    action: Action, *, text: str, outlook: Outlook, by: User, at: dt.datetime, key: uuid.UUID | None = None
) -> ActionUpdate:
    """Say how an action goes, and whether its date will hold; once for each `key`."""
    if not works_on_it(action, by):
        raise PermissionDenied
    action = _locked(action, OPEN)
    if done := added_already(ActionUpdate, key, action=action, by=by):
        return done
    action.outlook = outlook
    action.save()
    update = ActionUpdate.objects.create(
        pk=key or uuid.uuid4(), case=action.case, action=action, text=text, outlook=outlook, by=by, at=at
    )
    words = f"Updated {str(action).lower()}: {Outlook(outlook).label.lower()}"
    audit.record("action_updated", by=by, case=action.case, about=action, words=words)
    return update


@transaction.atomic
def add_evidence(
    action: Action,
    *,
    upload: File[Any] | IO[bytes],
    shows: str,
    by: User,
    at: dt.datetime,
    key: uuid.UUID | None = None,
) -> Evidence:
    """Add a document that shows an action was done, once for each `key`; raises FileRefused for a file that
    cannot be taken."""
    if not works_on_it(action, by):
        raise PermissionDenied
    action = _locked(action, TAKES_EVIDENCE)
    if done := added_already(Evidence, key, action=action, by=by):
        return done
    number = action.evidence.count() + 1
    document = store_document(
        action.case,
        upload,
        by=by,
        title=f"Evidence {number} for action {action.number}",
        thing=Thing.ACTIONS,
        agency=action.agency,
    )
    evidence = Evidence.objects.create(
        pk=key or uuid.uuid4(), case=action.case, action=action, document=document, shows=shows, by=by, at=at
    )
    if action.state == ActionState.COMPLETE_PENDING_EVIDENCE:
        _ask_to_look(action, by=by)
    return evidence


@transaction.atomic
def complete_action(action: Action, *, by: User) -> Action:
    """Say that the work is done; the sub-group chair is asked to look at the evidence once there is any."""
    action = perform(action, "complete", by=by, words=f"Said that {str(action).lower()} is done")
    if action.evidence.exists():
        _ask_to_look(action, by=by)
    return action


@transaction.atomic
def ask_for_more(action: Action, *, reason: str, by: User, at: dt.datetime) -> Action:
    """Send an action back to its owner because the work or its evidence falls short; they read why."""
    action = perform(
        action, "ask_for_more", by=by, words=f"Asked for more on {str(action).lower()}", reason=reason
    )
    ActionUpdate.objects.create(
        case=action.case,
        action=action,
        text=f"More is needed: {reason}",
        outlook=action.outlook,
        by=by,
        at=at,
    )
    correspondence.queue(
        "action_more_needed",
        case=action.case,
        to=[action.owner],
        by=by,
        about=action,
        task=f"Add to {str(action).lower()}",
        due=action.due_on,
    )
    return action


@transaction.atomic
def accept_evidence(action: Action, *, by: User, on: dt.date) -> Action:
    """Accept that the evidence shows the action was done; never by its owner."""
    return perform(
        action,
        "accept_evidence",
        by=by,
        words=f"Accepted the evidence for {str(action).lower()}",
        accepted_by=by,
        accepted_on=on,
    )


@transaction.atomic
def take_back_acceptance(action: Action, *, reason: str, by: User) -> Action:
    """Undo an acceptance recorded in error."""
    words = f"Took back the acceptance of the evidence for {str(action).lower()}"
    return perform(action, "take_back_acceptance", by=by, words=words, reason=reason)


@transaction.atomic
def await_impact(action: Action, *, look_again_on: dt.date, by: User, on: dt.date) -> Action:
    """Set the day on which somebody looks whether the change lasted and helped."""
    if look_again_on < on:
        raise TransitionRefused(["The day to look at the impact must be today or later."])
    words = f"Set when the impact of {str(action).lower()} is looked at"
    return perform(action, "await_impact", by=by, words=words, look_again_on=look_again_on)


@transaction.atomic
def close_action(action: Action, *, impact: str, by: User, on: dt.date) -> Action:
    """Close an action with what it changed for children; its owner's access goes on to the end of the case."""
    if not impact.strip():
        raise TransitionRefused(["Say what changed for children, and how we know."])
    words = f"Closed {str(action).lower()} with its impact"
    return perform(action, "close_with_impact", by=by, words=words, impact=impact, closed_on=on)


@transaction.atomic
def reopen_action(action: Action, *, reason: str, look_again_on: dt.date, by: User, on: dt.date) -> Action:
    """Open a closed action again because the change did not last, or it was closed in error."""
    if look_again_on < on:
        raise TransitionRefused(["The day to look at the impact must be today or later."])
    words = f"Reopened {str(action).lower()}"
    return perform(action, "reopen", by=by, words=words, reason=reason, look_again_on=look_again_on)


@transaction.atomic
def supersede_action(
    action: Action, *, reason: str, by: User, on: dt.date, superseded_by: Action | None = None
) -> Action:
    """Withdraw an action, or replace it by another of the same case, saying why."""
    if superseded_by is not None and (superseded_by.case_id != action.case_id or superseded_by == action):
        raise TransitionRefused(["Choose another action of the same case."])
    action = perform(
        action,
        "supersede",
        by=by,
        words=f"Withdrew {str(action).lower()}"
        + (f" for {str(superseded_by).lower()}" if superseded_by else ""),
        reason=reason,
        superseded_by=superseded_by,
    )
    _let_go(action.case, action.owner, by=by, on=on)
    return action


@transaction.atomic
def extend_action(action: Action, *, due_on: dt.date, reason: str, by: User, on: dt.date) -> Action:
    """Give an action a later date, keeping the one it had and why."""
    old = action.due_on
    if due_on <= old:
        raise TransitionRefused(["The new date must be later than the one it has."])
    if not reason.strip():
        raise TransitionRefused(["Say why it needs more time."])
    action = perform(
        action,
        "extend",
        by=by,
        words=f"Gave {str(action).lower()} a later date",
        due_on=due_on,
        reason=reason,
    )
    ActionExtension.objects.create(
        case=action.case, action=action, old_due_on=old, new_due_on=due_on, reason=reason, by=by, on=on
    )
    correspondence.queue(
        "action_extended",
        case=action.case,
        to=[action.owner],
        by=by,
        about=action,
        task=f"Complete {str(action).lower()}",
        due=due_on,
    )
    return action


def _locked(action: Action, states: Iterable[str]) -> Action:
    """The action as it now is, held until commit; MovedOn unless it is in one of `states`."""
    action = (
        Action.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=action.pk)
    )
    if action.state not in states:
        raise MovedOn(action, last_event(action))
    return action


def _refuse_stranger(case: Case, owner: User, agency: Agency, on: dt.date) -> None:
    theirs = Membership.objects.current(on).filter(user=owner, agency=agency, partnership=case.partnership_id)
    if not owner.is_active or not theirs.exists():
        raise TransitionRefused(
            [f"{owner} does not work for {agency} in this partnership. Choose somebody who does."]
        )


def _assign(action: Action, *, by: User, on: dt.date) -> None:
    # Who gives an action to themself can see the case already, by what lets them add one.
    if action.owner != by:
        why = f"Owns {str(action).lower()}"
        admit(action.case, role=Role.ALO, user=action.owner, why=why, by=by, on=on)
    correspondence.queue(
        "action_assigned",
        case=action.case,
        to=[action.owner],
        by=by,
        about=action,
        task=f"Complete {str(action).lower()}",
        due=action.due_on,
    )


def _let_go(case: Case, owner: User, *, by: User, on: dt.date) -> None:
    if Action.objects.filter(case=case, owner=owner, state__in=[*OPEN, ActionState.CLOSED]).exists():
        return
    for access in Access.objects.current().filter(case=case, user=owner, role=Role.ALO):
        end_access(access, by=by, on=on, why="owns no action of the case any more")


def _ask_to_look(action: Action, *, by: User) -> None:
    chairs = [user for user in holders(action.case, {Role.SGC}) if user != action.owner]
    if not roles_in(by, action.case) & BUSINESS_UNIT:
        chairs += holders(action.case, BUSINESS_UNIT)
    correspondence.queue(
        "action_evidence_ready",
        case=action.case,
        to=chairs,
        by=by,
        about=action,
        task=f"Look at the evidence for {str(action).lower()}",
    )
