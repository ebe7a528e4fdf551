"""Reading a decision: what still stands in its way, and what of it a person is shown."""

from __future__ import annotations

from accounts.models import User
from accounts.roles import PARTNERS
from accounts.settings_choices import StatutoryPartner
from casework.permissions import roles_in
from decisions import rules
from decisions.models import Decision, DecisionState, PartnerView, ViewState
from decisions.partners import partners_of


def name_of(partner: str) -> str:
    """A partner inside a sentence: "the police"."""
    return rules.NAMES[rules.Partner(partner)]


def blocking_views(decision: Decision) -> list[str]:
    """What in the views forbids acting on the decision: sending, commissioning, publishing (domain §8.3).

    A contested view always does; one not yet confirmed where the partnership chose that it does.
    """
    unconfirmed_block = decision.case.partnership.unconfirmed_views_block
    reasons = []
    for view in decision.live_views():
        if view.state == ViewState.CONTESTED:
            reasons.append(
                f"The view recorded for {name_of(view.partner)} is contested: they must give their own view or confirm it."
            )
        elif view.state == ViewState.RECORDED and unconfirmed_block:
            reasons.append(f"The view recorded for {name_of(view.partner)} has not been confirmed by them.")
    return reasons


def outstanding(decision: Decision) -> list[str]:
    """Everything that forbids acting on a decision: what it still needs, and its blocking views."""
    if decision.state == DecisionState.ABANDONED:
        return ["The question is no longer asked."]
    needs = [] if decision.state == DecisionState.DECIDED else decision.needs()
    return [*needs, *blocking_views(decision)]


def is_hidden_from(decision: Decision, user: User) -> bool:
    """Whether the other partners' views stay hidden from a delegated partner until they have given theirs.

    Where the partnership chooses so. Whoever is in the case as something else too reads it as that.
    """
    if decision.state != DecisionState.OPEN or not decision.case.partnership.views_hidden_until_given:
        return False
    if roles_in(user, decision.case) - PARTNERS:
        return False
    given = {StatutoryPartner(view.partner) for view in decision.live_views()}
    return not set(partners_of(user, decision.case)) <= given


def views_shown_to(decision: Decision, user: User) -> list[PartnerView]:
    """The live views this person may read now."""
    return [] if is_hidden_from(decision, user) else decision.live_views()


def split_statement(decision: Decision) -> list[str]:
    """What a document that states the decision must say of the disagreement, a sentence each; empty when all agree.

    The rapid review goes to the National Panel in time, whether or not the split is settled by then (T18).
    """
    chair = decision.chair_view()
    said = [f"{view.get_partner_display()}: {view.get_outcome_display()}." for view in decision.live_views()]
    if rules.differ(decision.view_outcomes()):
        sentences = ["The three safeguarding partners are not agreed.", *said]
    elif decision.chair_disagrees or decision.chair_departs or decision.standing().chair_departs:
        sentences = ["The independent chair and the three safeguarding partners are not agreed.", *said]
    else:
        return []
    if chair is not None and (chair.outcome or chair.agrees is not None):
        sentences.append(f"Independent chair: {str(chair)[0].lower()}{str(chair)[1:]}.")
    if decision.state == DecisionState.ESCALATED:
        sentences.append(
            "It is with the lead safeguarding partners, whose written decision will be the outcome."
        )
    elif (lead := decision.lead()) is not None:
        sentences.append(f"The lead safeguarding partners decided: {lead}.")
    return sentences
