"""The partners' decision on what follows a rapid review, and on looking at it again."""

from __future__ import annotations

from typing import Any

from accounts.access_table import Right, Thing
from casework.permissions import may
from decisions import views as deciding
from rapid_review import services
from rapid_review.models import AgencyRequest, PanelLetter, Purpose, RapidReview


class _OnRapidReview:
    """A page of a decision about a rapid review, with its report and what each agency said beside it."""

    user: Any
    case: Any
    decision: Any
    evidence_template = "rapid_review/_evidence.html"

    def give(self, form: Any) -> Any:
        """Do the act, and what waited for it where the rapid review went in time without it."""
        return services.act_on_late_decision(super().give(form), by=self.user)  # type: ignore[misc]

    def evidence(self) -> dict[str, Any]:
        """The report by section, the agencies' own recommendations, and the National Panel's letters."""
        review = RapidReview.objects.filter(case=self.case).first()
        if review is None:
            return {}
        returns = AgencyRequest.objects.visible_to(self.user).filter(case=self.case, round=review.round)
        letters = review.letters.all() if may(self.user, Right.READ, Thing.PANEL_LETTERS, self.case) else []
        return {
            "review": review,
            "sections": [(purpose.label, getattr(review, purpose.value)) for purpose in Purpose],
            "returns": returns.exclude(submitted_at=None).select_related("agency"),
            "letters": letters or PanelLetter.objects.none(),
        }


class ViewPage(_OnRapidReview, deciding.GiveViewPage):
    page_title = "Give your view on what follows the rapid review"


class OnBehalfPage(_OnRapidReview, deciding.RecordOnBehalfPage):
    pass


class RecommendPage(_OnRapidReview, deciding.RecommendPage):
    pass


class ChairPage(_OnRapidReview, deciding.ChairViewPage):
    pass


class DeparturePage(_OnRapidReview, deciding.ConfirmDeparturePage):
    pass


class EscalatePage(_OnRapidReview, deciding.EscalatePage):
    pass


class LeadPartnersPage(_OnRapidReview, deciding.LeadPartnersPage):
    pass
