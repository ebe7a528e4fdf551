"""The partners' decisions on a review: signing off its report, discontinuing it.

Answering moves nothing by itself: what was decided is carried out by the act of the review that follows from it.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.functional import cached_property

from decisions import views as deciding
from decisions.models import Decision
from panels.answering import KINDS
from panels.models import ReportVersion, Review
from panels.models.guards import recommendations_of
from panels.models.reports import FINALS


class _OnReview:
    """A page of a decision about a review, with its report and recommendations beside it."""

    user: Any
    evidence_template = "panels/_evidence.html"

    @cached_property
    def decision(self) -> Decision:
        found: Decision = self.record  # type: ignore[attr-defined]
        # Another stage's question is answered on its own pages, where answering may move the case.
        if found.kind not in KINDS:
            raise Http404
        return found

    def evidence(self) -> dict[str, Any]:
        """The final report, the recommendations, and what was asked to be changed before."""
        review = (
            Review.objects.visible_to(self.user).filter(pk=self.decision.about.rsplit(":", 1)[-1]).first()
        )
        if review is None:
            return {}
        versions = ReportVersion.objects.visible_to(self.user).filter(review=review, state__in=FINALS)
        return {
            "review": review,
            "finals": versions.select_related("document"),
            "recommendations": recommendations_of(review),
        }


class GiveViewView(_OnReview, deciding.GiveViewPage):
    pass


class RecordOnBehalfView(_OnReview, deciding.RecordOnBehalfPage):
    pass


class RecommendDecisionView(_OnReview, deciding.RecommendPage):
    pass


class ChairViewView(_OnReview, deciding.ChairViewPage):
    pass


class EscalateDecisionView(_OnReview, deciding.EscalatePage):
    pass


class LeadPartnersView(_OnReview, deciding.LeadPartnersPage):
    pass
