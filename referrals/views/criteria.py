"""The criteria put to the partners: the shared pages of deciding, and what moves the case when it is decided."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework.models import Outcome
from decisions import views as deciding
from decisions.kinds import DecisionKind
from decisions.models import Decision, DecisionState
from govuk.forms import GovForm
from lcspr import clock
from referrals import services
from referrals.models import AbuseOrNeglect, Referral


class _OnCriteria:
    """A page of a decision on the criteria, with the two limbs as they were referred beside it."""

    user: Any
    case: Any
    decision: Any
    evidence_template = "referrals/_criteria_evidence.html"

    def evidence(self) -> dict[str, Any]:
        """What each referral says on the two limbs."""
        referrals = (
            Referral.objects.visible_to(self.user).filter(case=self.case).select_related("agency", "case")
        )
        return {"limbs": [limbs_of(referral) for referral in referrals], "today": clock.today()}

    def give(self, form: Any) -> Any:
        """Do the act, and move the case when it is decided by it."""
        return services.conclude_criteria(super().give(form), by=self.user)  # type: ignore[misc]


def limbs_of(referral: Referral) -> dict[str, Any]:
    """The two limbs of the criteria as one referral answers them, with its reasons."""
    answers = referral.answers
    return {
        "referral": referral,
        "href": reverse("referrals:referral", args=[referral.pk]),
        "rows": [
            {"key": "Abuse or neglect", "value": _label(AbuseOrNeglect, referral.abuse_or_neglect)},
            {"key": "Why", "value": answers.get("abuse_or_neglect_because")},
            {"key": "Died or seriously harmed", "value": _label(Outcome, referral.outcome)},
            {"key": "What is known of the harm", "value": answers.get("outcome_because")},
        ],
    }


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value else ""


class CriteriaView(_OnCriteria, deciding.GiveViewPage):
    page_title = "Give your view on the criteria"


class CriteriaOnBehalfView(_OnCriteria, deciding.RecordOnBehalfPage):
    pass


class CriteriaRecommendView(_OnCriteria, deciding.RecommendPage):
    pass


class CriteriaChairView(_OnCriteria, deciding.ChairViewPage):
    pass


class CriteriaEscalateView(_OnCriteria, deciding.EscalatePage):
    pass


class CriteriaLeadPartnersView(_OnCriteria, deciding.LeadPartnersPage):
    # A decision of the lead partners moves the case, which they themselves cannot do here.
    acting_roles = BUSINESS_UNIT | {Role.SGC, Role.IC}


class NotifyAloneView(_OnCriteria, deciding.DecideAlonePage):
    def give(self, form: Any) -> Any:
        return services.notify_alone(
            self.decision, by=self.user, reasons=form.cleaned_data["reason"], on=clock.today()
        )


class _ActForm(GovForm):
    submit_label = "Act on the decision"

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class ConcludeCriteriaView(_OnCriteria, deciding.DecisionPage):
    """Acts on a decision that waited for a view to be confirmed."""

    form_class = _ActForm
    acting_roles = PARTNERS | BUSINESS_UNIT | {Role.SGC, Role.IC}
    asks_while = frozenset({DecisionState.DECIDED})
    page_title = "Act on the partners’ decision"
    done_message = "It is done."
    kind = DecisionKind.CRITERIA

    def give(self, form: Any) -> Any:
        return services.act_on_criteria(self.decision, by=self.user)
