"""How a rule of law or guidance is mended: an administrator proposes, a business manager confirms.

Figures that are a partnership's own change by `deadlines.services.figures`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.db import memberships_of
from accounts.models import User
from accounts.roles import Role
from casework import audit
from deadlines.models import ProposalKind, RuleProposal, RuleVersion
from deadlines.rules import words
from deadlines.rules.counting import Length, Unit
from deadlines.rules.explain import length_words
from deadlines.services.changes import affected, recompute_open
from deadlines.services.dating import refuse
from deadlines.services.grounds import Grounds, Outcome, versions_of
from lcspr import clock

PROPOSER: Final = Role.ADM
CONFIRMER: Final = Role.BUM

LONGEST_AMOUNT: Final = 400
# A rule counted back from a planned day stays so, and so does a duty that lasts: their triggers mean nothing else.
FORWARD: Final = (Unit.WORKING_DAYS, Unit.DAYS, Unit.MONTHS, Unit.HOURS, Unit.SAME_WORKING_DAY)


@transaction.atomic
def propose_version(
    code: str,
    *,
    version: str,
    name: str,
    length: Length,
    source: str,
    effective_from: dt.date,
    reason: str,
    by: User,
) -> RuleProposal:
    """Propose a new version of a rule of law or guidance, with its source and its first day.

    Raises PermissionDenied for anyone but an administrator; TransitionRefused for a rule that is not to be
    changed so, a day before the rule began, the figure that stands already, and while another proposal waits.
    """
    _must_hold(by, PROPOSER)
    refuse(why_not_propose(code) or why_not_version(code, length=length, effective_from=effective_from))
    proposal = RuleProposal.objects.create(
        kind=ProposalKind.VERSION,
        code=code,
        version=version,
        name=name,
        length={"amount": length.amount, "unit": length.unit.value},
        source=source,
        effective_from=effective_from,
        reason=reason,
        proposed_by=by,
    )
    return _noted(proposal, "rule_proposed", f"Proposed: {describe(proposal)}. {reason}", by)


@transaction.atomic
def propose_withdrawal(
    code: str, *, source: str, effective_from: dt.date, reason: str, by: User
) -> RuleProposal:
    """Propose that a rule of law or guidance ends: from this day on nothing starts its clock.

    Raises as `propose_version` does.
    """
    _must_hold(by, PROPOSER)
    refuse(why_not_propose(code) or why_not_withdraw(code, effective_from=effective_from))
    proposal = RuleProposal.objects.create(
        kind=ProposalKind.WITHDRAWAL,
        code=code,
        source=source,
        effective_from=effective_from,
        reason=reason,
        proposed_by=by,
    )
    return _noted(proposal, "rule_proposed", f"Proposed: {describe(proposal)}. {reason}", by)


@transaction.atomic
def confirm_proposal(proposal: RuleProposal, *, by: User) -> int:
    """Let a proposed change of a rule take effect, and return how many open deadlines moved by it.

    What was met or stopped keeps the rule it had. Raises PermissionDenied for anyone but a business manager;
    TransitionRefused for the proposer, for a proposal that was decided, and when the rule has changed meanwhile.
    """
    _must_hold(by, CONFIRMER)
    proposal = _waiting(proposal)
    refuse(why_not_confirm(proposal, by))
    # Held until the end of the transaction, so that no two changes of one rule cross.
    rows = list(RuleVersion.objects.select_for_update(no_key=True).current().filter(code=proposal.code))
    refuse(why_not_still(proposal))
    result = _added(proposal, rows) if proposal.kind == ProposalKind.VERSION else _ended(proposal, rows)
    proposal.decided_by, proposal.decided_at, proposal.resulted_in = by, clock.now(), result
    proposal.save()
    reason = f"{describe(proposal)} ({proposal.source})."
    moved = recompute_open(
        reason=reason, by=by, code=proposal.code, grounds=Grounds(versions=versions_of(proposal.code))
    )
    _noted(proposal, "rule_confirmed", f"Confirmed: {describe(proposal)}", by, moved=moved)
    return moved


@transaction.atomic
def refuse_proposal(proposal: RuleProposal, *, reason: str, by: User) -> RuleProposal:
    """Turn a proposed change of a rule down, with the reason.

    Raises PermissionDenied for anyone but a business manager; TransitionRefused for the proposer, without a
    reason, and when it was decided.
    """
    _must_hold(by, CONFIRMER)
    proposal = _waiting(proposal)
    refuse([] if reason.strip() else ["Give the reason."])
    refuse(why_not_confirm(proposal, by))
    proposal.decided_by, proposal.decided_at, proposal.refusal = by, clock.now(), reason
    proposal.save()
    return _noted(proposal, "rule_refused", f"Not confirmed: {describe(proposal)}. {reason}", by)


def roles_of(user: User) -> frozenset[Role]:
    """The roles that open these pages: rules are the country's, so a role in any partnership counts."""
    return frozenset(Role(membership.role) for membership in memberships_of(user))


def why_not_propose(code: str) -> list[str]:
    """Why no change of this rule can be proposed now; empty when one can."""
    versions = versions_of(code)
    if not versions or not versions[-1].is_statutory:
        return ["This is no rule of law or guidance: each partnership sets its own figure."]
    if RuleProposal.objects.waiting().filter(code=code).exists():
        return ["A change of this rule waits to be confirmed already. Decide on that one first."]
    return []


def why_not_version(code: str, *, length: Length, effective_from: dt.date) -> list[str]:
    """Why a version cannot begin on that day with that length."""
    versions = versions_of(code)
    first, last = versions[0], versions[-1]
    if effective_from < first.effective_from:
        return [f"Give a day from {words.full_date(first.effective_from)} on, when the rule began."]
    unit = Unit(last.length["unit"])
    if length.unit not in units_for(unit):
        return ["It must be counted as before: the rule’s beginning means nothing else."]
    if not 1 <= length.amount <= LONGEST_AMOUNT and length.unit is not Unit.SAME_WORKING_DAY:
        return [f"Give a whole number from 1 to {LONGEST_AMOUNT}."]
    standing = [v for v in versions if v.effective_from == effective_from]
    if standing and standing[0].length == {"amount": length.amount, "unit": length.unit.value}:
        return ["This is the figure that stands from that day on already."]
    return []


def why_not_withdraw(code: str, *, effective_from: dt.date) -> list[str]:
    """Why a rule cannot end on that day."""
    last = versions_of(code)[-1]
    if last.effective_to is not None:
        return [f"The rule ends on {words.full_date(last.effective_to)} already."]
    if effective_from <= last.effective_from:
        return [f"Give a day after {words.full_date(last.effective_from)}, when its last version began."]
    return []


def why_not_confirm(proposal: RuleProposal, by: User) -> list[str]:
    """Why this person cannot decide on a proposal."""
    if proposal.proposed_by_id == by.pk:
        return ["You proposed this change, so somebody else must decide on it."]
    return []


def why_not_still(proposal: RuleProposal) -> list[str]:
    """Why a proposal no longer fits the rule as it now stands."""
    if proposal.kind == ProposalKind.WITHDRAWAL:
        return why_not_withdraw(proposal.code, effective_from=proposal.effective_from)
    return why_not_version(
        proposal.code, length=_length(proposal.length), effective_from=proposal.effective_from
    )


def units_for(unit: Unit) -> tuple[Unit, ...]:
    """The units that a rule counted in `unit` may be counted in instead."""
    return FORWARD if unit in FORWARD else (unit,)


def would_move(proposal: RuleProposal, user: User) -> list[Outcome]:
    """What a proposal would move among the open deadlines that `user` may see; nothing is written."""
    rows = affected(code=proposal.code).visible_to(user).with_everything()
    outcomes = Grounds(versions=_would_be(proposal)).outcomes(rows)
    return sorted(
        (each for each in outcomes if each.moves), key=lambda each: (each.deadline.due_at, each.deadline.pk)
    )


def describe(proposal: RuleProposal) -> str:
    """The change in a sentence without its full stop."""
    since = words.full_date(proposal.effective_from)
    if proposal.kind == ProposalKind.WITHDRAWAL:
        return f"{proposal.code} ends: nothing is owed by it from {since} on"
    return f"{proposal.code}: {length_words(_length(proposal.length))} from {since} on, by {proposal.version}"


def _would_be(proposal: RuleProposal) -> list[RuleVersion]:
    """The versions of the rule as they would stand, none of them written."""
    rows = versions_of(proposal.code)
    if proposal.kind == ProposalKind.WITHDRAWAL:
        rows[-1].effective_to = proposal.effective_from - dt.timedelta(days=1)
        return rows
    fresh, before = _fresh(proposal, rows), _replaced(rows, proposal.effective_from)
    if before.effective_from == fresh.effective_from:
        rows.remove(before)
    else:
        before.effective_to = fresh.effective_from - dt.timedelta(days=1)
    return [*rows, fresh]


def _added(proposal: RuleProposal, rows: list[RuleVersion]) -> RuleVersion:
    fresh, before = _fresh(proposal, rows), _replaced(rows, proposal.effective_from)
    before.by_hand = True
    if before.effective_from == fresh.effective_from:
        before.superseded_at = clock.now()
    else:
        before.effective_to = fresh.effective_from - dt.timedelta(days=1)
    before.save()
    fresh.save()
    return fresh


def _ended(proposal: RuleProposal, rows: list[RuleVersion]) -> RuleVersion:
    last = max(rows, key=lambda row: row.effective_from)
    last.effective_to, last.by_hand = proposal.effective_from - dt.timedelta(days=1), True
    last.save()
    return last


def _replaced(rows: list[RuleVersion], on: dt.date) -> RuleVersion:
    """The version that stands on a day, or stood last before it."""
    return max((row for row in rows if row.effective_from <= on), key=lambda row: row.effective_from)


def _fresh(proposal: RuleProposal, rows: list[RuleVersion]) -> RuleVersion:
    """The proposed version: as the one it follows, but for its name, length, source and days."""
    before = _replaced(rows, proposal.effective_from)
    later = [row.effective_from for row in rows if row.effective_from > proposal.effective_from]
    fields: dict[str, Any] = {
        field.attname: getattr(before, field.attname)
        for field in RuleVersion._meta.concrete_fields
        if not field.primary_key
    }
    ends = min(later) - dt.timedelta(days=1) if later else None
    return RuleVersion(
        **fields
        | {
            "version": proposal.version,
            "name": proposal.name,
            "length": proposal.length,
            "source": proposal.source,
            "effective_from": proposal.effective_from,
            "effective_to": ends,
            "superseded_at": None,
            "by_hand": True,
        }
    )


def _length(kept: Any) -> Length:
    return Length(kept["amount"], Unit(kept["unit"]))


def _waiting(proposal: RuleProposal) -> RuleProposal:
    proposal = RuleProposal.objects.select_for_update(no_key=True).get(pk=proposal.pk)
    refuse([] if proposal.is_waiting else ["This has been decided already."])
    return proposal


def _must_hold(user: User, role: Role) -> None:
    if role not in roles_of(user):
        raise PermissionDenied


def _noted(proposal: RuleProposal, verb: str, sentence: str, by: User, **details: Any) -> RuleProposal:
    audit.record(
        verb,
        by=by,
        about=proposal,
        words=sentence,
        code=proposal.code,
        length=proposal.length,
        effective_from=proposal.effective_from,
        source=proposal.source,
        **details,
    )
    return proposal
