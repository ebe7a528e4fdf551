"""The partners' views: given, recorded on behalf, confirmed, contested (domain §8.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Membership, User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from accounts.settings_choices import DecisionModel, StatutoryPartner
from casework import audit
from casework.models import Case, Document
from casework.permissions import holders, on_behalf_of, roles_in
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from correspondence.services import queue
from decisions.kinds import DecisionKind, recommendation_comes_first
from decisions.models import (
    ChairDecisionConfirmed,
    Decision,
    DecisionState,
    PartnerView,
    ViewState,
)
from decisions.partners import ROLE_OF, agency_for, partners_of, principal
from decisions.services.checking import (
    check_answer,
    day_problems,
    locked,
    refuse_conflicted,
    settle,
    still,
    tell,
)
from decisions.services.declarations import is_blocked
from decisions.standing import name_of
from lcspr import clock

RECORDERS = BUSINESS_UNIT | {Role.SGC}


@transaction.atomic
def give_view(
    decision: Decision,
    *,
    by: User,
    outcome: str,
    reasons: str,
    on: dt.date,
    partner: StatutoryPartner | None = None,
    findings: Mapping[str, str] | None = None,
) -> Decision:
    """Give the view of the partner for whom the person speaks, as delegated partner or deputy.

    Replaces what that partner held before, until the question is decided; after that only a contested view can still be
    put right. `partner` is needed only by someone who could speak for more than one. `findings` is what they find on
    each part of the question, where it has parts.
    """
    decision = locked(decision)
    partner = _own_partner(decision, by, partner)
    refuse_conflicted(decision.case, by)
    held = _held(decision, partner)
    _still_asked(decision, held)
    check_answer(decision, outcome, reasons, on)
    _recommended_first(decision)
    _mind_the_chair(decision, held, outcome)
    _refuse_second_own(decision, by, partner)
    found = dict(findings or {})
    if held is not None and held.findings == found and _is_the_same(held, by, outcome, reasons, on):
        return decision
    deputises_for = on_behalf_of(by, decision.case, {ROLE_OF[partner]})
    _put(
        decision,
        partner,
        replaces=held,
        by=by,
        outcome=outcome,
        reasons=reasons,
        given_on=on,
        findings=found,
        for_membership=deputises_for,
        owned_by=by,
        state=ViewState.SIGNED,
    )
    for_whom = f", for {deputises_for.user}" if deputises_for else ""
    _record(decision, by, f"Gave the view of {name_of(partner)}{for_whom}", partner, outcome)
    return _settled_or_on(decision, by)


@transaction.atomic
def record_view_on_behalf(
    decision: Decision,
    *,
    partner: StatutoryPartner,
    outcome: str,
    reasons: str,
    evidence: Document,
    by: User,
    on: dt.date,
) -> Decision:
    """Record a partner's view from a meeting or a message, with the minute or the message attached.

    It counts at once, and tells the delegated partner and their deputies, who confirm or contest it.
    """
    decision, partner = locked(decision), StatutoryPartner(partner)
    if not roles_in(by, decision.case) & RECORDERS:
        raise PermissionDenied
    refuse_conflicted(decision.case, by)
    still(decision, DecisionState.OPEN)
    check_answer(decision, outcome, reasons, on)
    _recommended_first(decision)
    held = _held(decision, partner)
    _mind_the_chair(decision, held, outcome)
    if problems := _on_behalf_problems(decision, partner, held, evidence, by):
        raise TransitionRefused(problems)
    said = (by.pk, outcome, reasons, on)
    if (
        held is not None
        and said == (held.given_by_id, held.outcome, held.reasons, held.given_on)
        and _is_same_writing(held, evidence)
    ):
        # A second click; the refusal takes back the second copy of the file.
        raise TransitionRefused(["This view is recorded already, and the partner has been told."])
    _put(
        decision,
        partner,
        replaces=held,
        by=by,
        outcome=outcome,
        reasons=reasons,
        given_on=on,
        for_membership=_spokesperson(decision.case, partner),
        on_behalf=True,
        evidence=evidence,
        state=ViewState.RECORDED,
    )
    _record(decision, by, f"Recorded the view of {name_of(partner)} on their behalf", partner, outcome)
    queue(
        "view_recorded_for_you",
        case=decision.case,
        to=holders(decision.case, {ROLE_OF[partner]}),
        by=by,
        about=decision,
        task="A view was recorded on your behalf: confirm or contest it",
    )
    return _settled_or_on(decision, by)


@transaction.atomic
def confirm_view(view: PartnerView, *, by: User) -> Decision:
    """Confirm a view recorded on one's behalf: from now on it is one's own."""
    decision = locked(view.decision)
    refuse_conflicted(decision.case, by)
    _refuse_second_own(decision, by, StatutoryPartner(view.partner))
    perform(
        view,
        "confirm",
        by=by,
        words=f"Confirmed the view recorded for {name_of(view.partner)}",
        by_whom=by,
        at=clock.now(),
    )
    return locked(decision)


@transaction.atomic
def contest_view(view: PartnerView, *, by: User, reason: str) -> Decision:
    """Contest a view recorded on one's behalf: nothing may be sent, commissioned or published on it."""
    decision = locked(view.decision)
    refuse_conflicted(decision.case, by)
    if not reason.strip():
        raise TransitionRefused(["Say what is wrong with the view recorded."])
    perform(
        view,
        "contest",
        by=by,
        words=f"Contested the view recorded for {name_of(view.partner)}",
        by_whom=by,
        at=clock.now(),
        reason=reason,
    )
    tell(
        "decision_view_contested",
        decision,
        by=by,
        roles=RECORDERS,
        task="A view recorded on behalf of a partner is contested",
    )
    return locked(decision)


@transaction.atomic
def confirm_departure(
    decision: Decision, *, by: User, on: dt.date, partner: StatutoryPartner | None = None
) -> Decision:
    """Confirm, for one's partner, the independent chair's decision that departs from the three views.

    It holds once each of the three has confirmed it; any of them may escalate instead.
    """
    decision = locked(decision)
    partner = _own_partner(decision, by, partner)
    refuse_conflicted(decision.case, by)
    still(decision, DecisionState.OPEN)
    chair = decision.chair_view()
    if chair is None or not decision.standing().chair_departs:
        raise TransitionRefused(["The independent chair has not departed from the three partners’ views."])
    if problems := day_problems(on):
        raise TransitionRefused(problems)
    _refuse_second_own(decision, by, partner)
    others = chair.confirmations.filter(given_by=by).exclude(partner=partner)
    if others.exists():
        raise TransitionRefused(["You have confirmed this for another partner. Nobody speaks for two."])
    _, new = ChairDecisionConfirmed.objects.get_or_create(
        chair_view=chair,
        partner=partner,
        defaults={
            "case": decision.case,
            "given_by": by,
            "for_membership": on_behalf_of(by, decision.case, {ROLE_OF[partner]}),
            "given_on": on,
        },
    )
    if new:
        _record(
            decision,
            by,
            f"Confirmed the independent chair’s decision for {name_of(partner)}",
            partner,
            chair.outcome,
        )
    return settle(decision, by=by)


def _own_partner(decision: Decision, by: User, partner: StatutoryPartner | None) -> StatutoryPartner:
    own = partners_of(by, decision.case)
    if not own or (partner is not None and partner not in own):
        raise PermissionDenied
    if partner is None and len(own) > 1:
        raise TransitionRefused(
            ["You could speak for more than one partner: say for which you give this view."]
        )
    return StatutoryPartner(partner) if partner is not None else own[0]


def _held(decision: Decision, partner: StatutoryPartner) -> PartnerView | None:
    return next((view for view in decision.live_views() if view.partner == partner), None)


def _refuse_second_own(decision: Decision, by: User, partner: StatutoryPartner) -> None:
    """Nobody signs for three: what a person gives or confirms as their own speaks for one partner only."""
    for view in decision.views.filter(owned_by=by).exclude(partner=partner):
        raise TransitionRefused(
            [
                f"You have already given the view of {name_of(view.partner)} as your own. Nobody speaks for two partners."
            ]
        )


def _recommended_first(decision: Decision) -> None:
    if recommendation_comes_first(DecisionKind(decision.kind)) and not decision.recommended:
        raise TransitionRefused(["The sub-group chair records the group’s recommendation first."])


def _still_asked(decision: Decision, held: PartnerView | None) -> None:
    """A contested view can be put right wherever the question stands; any other only while it is open."""
    if held is not None and held.state == ViewState.CONTESTED:
        still(decision, DecisionState.OPEN, DecisionState.ESCALATED, DecisionState.DECIDED)
    else:
        still(decision, DecisionState.OPEN)


def _mind_the_chair(decision: Decision, held: PartnerView | None, outcome: str) -> None:
    """What the independent chair said was said on the three views, so it does not outlive a change in them.

    Once the chair has spoken a partner confirms or escalates. Only the putting right of a contested view still
    changes what was before the chair, who is then asked again.
    """
    chair = decision.chair_view()
    if chair is None or decision.model == DecisionModel.THREE_DSP or (held and held.outcome == outcome):
        return
    if held is None or held.state != ViewState.CONTESTED:
        raise TransitionRefused(
            ["The independent chair has decided on the three views: confirm that decision or escalate it."]
        )
    decision.chair_views.filter(pk=chair.pk).update(superseded=True)


def _is_the_same(held: PartnerView, by: User, outcome: str, reasons: str, on: dt.date) -> bool:
    """Whether a second click says nothing new."""
    before = (held.state, held.given_by_id, held.outcome, held.reasons, held.given_on)
    return before == (ViewState.SIGNED, by.pk, outcome, reasons, on)


def _is_same_writing(held: PartnerView, evidence: Document) -> bool:
    return held.evidence is not None and held.evidence.sha256 == evidence.sha256


def _on_behalf_problems(
    decision: Decision, partner: StatutoryPartner, held: PartnerView | None, evidence: Document, by: User
) -> list[str]:
    problems = []
    if partner in partners_of(by, decision.case):
        problems.append("This is your own view to give: sign it yourself.")
    if evidence is None or evidence.case_id != decision.case_id:
        problems.append("Attach the minute or the message in which the view was given.")
    if held is not None and held.state != ViewState.RECORDED:
        problems.append(
            f"A view of {name_of(partner)} stands that is theirs or that they contest; only they can change it."
        )
    if _holders_of(decision.case, partner) and _spokesperson(decision.case, partner) is None:
        problems.append(
            f"Nobody who may speak for {name_of(partner)} can take part in this case. Name a deputy first."
        )
    return problems


def _holders_of(case: Case, partner: StatutoryPartner) -> list[Membership]:
    current = Membership.objects.current().filter(partnership=case.partnership_id, role=ROLE_OF[partner])
    return list(current.select_related("user").order_by("deputy_for", "starts_on"))


def _spokesperson(case: Case, partner: StatutoryPartner) -> Membership | None:
    """The membership for which a view is recorded: the delegated partner's, or a deputy's when they may take no part."""
    first = principal(case, partner)
    candidates = [first, *_holders_of(case, partner)] if first else _holders_of(case, partner)
    return next((held for held in candidates if not is_blocked(case, held.user)), None)


def _put(
    decision: Decision, partner: StatutoryPartner, *, replaces: PartnerView | None, by: User, **fields: object
) -> PartnerView:
    if replaces is not None:
        if replaces.state == ViewState.SUPERSEDED:
            raise MovedOn(decision, last_event(decision))
        perform(replaces, "replace", by=by, words=f"{replaces} was replaced by a later one")
    return PartnerView.objects.create(
        case=decision.case,
        decision=decision,
        round=decision.round,
        partner=partner,
        agency=agency_for(decision.case, partner),
        given_by=by,
        **fields,
    )


def _record(decision: Decision, by: User, words: str, partner: str, outcome: str) -> None:
    # The sentence does not say what the view was: where the partnership hides views until all are given,
    # the timeline must not tell.
    audit.record(
        "view_given", by=by, case=decision.case, about=decision, words=words, partner=partner, outcome=outcome
    )


def _settled_or_on(decision: Decision, by: User) -> Decision:
    """Conclude if it can be; else tell whoever has the next word when the third view is in."""
    decision = settle(decision, by=by)
    if decision.state != DecisionState.OPEN or None in decision.view_outcomes().values():
        return decision
    standing = decision.standing()
    if decision.model != DecisionModel.THREE_DSP and not standing.escalates:
        tell(
            "decision_waits_for_chair",
            decision,
            by=by,
            roles=frozenset({Role.IC}),
            task="The three partners’ views are in: yours is wanted",
        )
    elif standing.escalates:
        tell(
            "decision_not_agreed",
            decision,
            by=by,
            roles=PARTNERS | BUSINESS_UNIT | {Role.IC, Role.SGC},
            task="The three partners are not agreed",
        )
    return decision
