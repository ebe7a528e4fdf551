"""The review: its page, and the acts that move it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.views.generic import TemplateView

import chronologies.services
from accounts.access_table import Right, Thing
from accounts.roles import BUSINESS_UNIT, Role
from actions.acting import ActForm
from actions.models import ActionPlan, Recommendation
from casework.transitions import actions_for
from casework.views import ActView, RecordMixin
from chronologies.models import Chronology
from deadlines.foreseen import usual_day
from lcspr import clock
from panels import forms, services
from panels.models import Appointment, ProgressCheck, ReportVersion, Review, ReviewState, TermsOfReference
from panels.models.guards import recommendations_of
from panels.models.review import RUNNING
from panels.permissions import CHECKS_PROGRESS, COMMISSIONERS, DECIDERS, WRITES_REPORT
from panels.services.ending import CAN_BE_GIVEN_UP


class ReviewView(RecordMixin, TemplateView):
    """Everything of a review that the reader may see: who, what is asked, how it stands, the report.

    Children and family appear under the names the case uses for them, for everyone.
    """

    model = Review
    template_name = "panels/review.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        review: Review = self.record
        acts = [
            (act, reverse(f"panels:{act.name}", args=[review.pk])) for act in actions_for(review, self.user)
        ]
        return {
            "page_title": str(review),
            "back_href": reverse("desk:case", args=[self.case.pk]),
            "acts": acts,
            "links": self._links(review),
            "appointments": Appointment.objects.visible_to(self.user)
            .filter(review=review)
            .select_related("user"),
            "terms": TermsOfReference.objects.visible_to(self.user).filter(review=review),
            "versions": ReportVersion.objects.visible_to(self.user)
            .filter(review=review)
            .select_related("document", "uploaded_by"),
            "chronologies": Chronology.objects.visible_to(self.user)
            .filter(case=self.case)
            .select_related("agency"),
            "recommendations": Recommendation.objects.visible_to(self.user).filter(
                pk__in=recommendations_of(review).values("pk")
            ),
            "plan": ActionPlan.objects.visible_to(self.user).filter(case=self.case).first(),
            "checks": ProgressCheck.objects.visible_to(self.user)
            .filter(review=review)
            .select_related("recorded_by"),
            "reads_family": self.may(Right.READ, Thing.FAMILY_LOG),
            "reads_terms": self.may(Right.READ, Thing.TOR),
            "reads_work": self.may(Right.READ, Thing.DRAFT_REPORT),
            "reads_decision": self.may(Right.READ, Thing.RR_REPORT),
            "other_cases": self._other_cases(review),
            "today": clock.today(),
            **super().get_context_data(**kwargs),
        }

    def _other_cases(self, review: Review) -> list[Any]:
        """The other cases it is about, as far as the reader may open them."""
        visible = type(self.case).objects.visible_to(self.user)
        return list(visible.filter(pk__in=review.cases.values("pk")).exclude(pk=self.case.pk))

    def _links(self, review: Review) -> list[dict[str, str]]:
        """What can be done beside the acts that move the review."""
        live, roles = not review.is_over, self.roles
        under_way = review.state in RUNNING
        offered = [
            (live and roles & COMMISSIONERS, "Propose somebody for the review", "panels:propose"),
            (live and self.may(Right.WRITE, Thing.TOR), "Write the terms of reference", "panels:terms"),
            (
                live and roles & WRITES_REPORT,
                "Record how practitioners and the family take part",
                "panels:engagement",
            ),
            (
                review.state == ReviewState.IN_REVIEW and roles & {Role.PC, Role.SGC},
                "Go on without a chronology",
                "panels:gaps",
            ),
            (
                under_way and roles & CHECKS_PROGRESS,
                "Record a check on progress and quality",
                "panels:check_progress",
            ),
            (
                review.state == ReviewState.DRAFTING and roles & WRITES_REPORT,
                "Upload a draft or the final report",
                "panels:upload",
            ),
            (under_way and roles & WRITES_REPORT, "Add a recommendation", "panels:recommend"),
            (
                live and roles & BUSINESS_UNIT,
                "Say that the review is about another case too",
                "panels:add_case",
            ),
            (
                review.is_over and roles & COMMISSIONERS and services.panel_of(review),
                "Close the review panel",
                "panels:close_panel",
            ),
            (
                review.state in CAN_BE_GIVEN_UP and roles & DECIDERS,
                "Ask the partners whether to discontinue the review",
                "panels:ask_discontinuation",
            ),
            (
                review.state == ReviewState.NATIONAL and roles & DECIDERS,
                "Ask the partners about a local review",
                "panels:ask_local",
            ),
        ]
        return [
            {"label": label, "href": reverse(name, args=[review.pk])}
            for allowed, label, name in offered
            if allowed
        ]


class _BackToReview:
    record: Any

    def get_success_url(self) -> str:
        return reverse("panels:review", args=[self.record.pk])


class ReviewAct(_BackToReview, ActView):
    """An act that moves the review, and the case with it."""

    model = Review
    form_class: Any = forms.ConfirmForm


class StartReviewView(ReviewAct):
    transition = "start_review"
    form_class = forms.StartForm
    done_message = "The review has started."
    next_message = "The agencies are asked for their chronologies, and those who work on it are told."

    def get_initial(self) -> dict[str, Any]:
        return {"chronologies_due_on": usual_day(chronologies.services.DUE, self.case.partnership)}

    def act(self, form: Any) -> Any:
        return services.start_review(self.record, by=self.user, at=clock.now(), **form.cleaned_data)


class StartDraftingView(ReviewAct):
    transition = "start_drafting"
    done_message = "The report is being drafted."

    def act(self, form: Any) -> Any:
        return services.start_drafting(self.record, by=self.user)


class ReturnToReviewView(ReviewAct):
    transition = "return_to_review"
    form_class = forms.ReasonForm
    done_message = "The review has gone back for more information."
    next_message = "The agencies are told that more is asked of them."

    def act(self, form: Any) -> Any:
        return services.return_to_review(self.record, by=self.user, **form.cleaned_data)


class SubmitReportView(ReviewAct):
    transition = "submit_report"
    done_message = "The final report is up for sign-off."
    next_message = "The three partners are asked for their views."

    def act(self, form: Any) -> Any:
        return services.submit_report(self.record, by=self.user, on=clock.today())


class AskForChangesView(ReviewAct):
    transition = "ask_for_changes"
    form_class = forms.ReasonForm
    done_message = "The report has gone back for changes."

    def act(self, form: Any) -> Any:
        return services.ask_for_changes(
            self.record, reason=form.cleaned_data["reason"], by=self.user, at=clock.now()
        )


class SignOffReportView(ReviewAct):
    """Signs off the report. A later stage may stand at this address with an act of its own (lcspr/urls.py)."""

    transition = "sign_off_report"
    done_message = "The report is signed off."
    next_message = "The action plan runs from today."

    def act(self, form: Any) -> Any:
        return services.sign_off_report(self.record, by=self.user, on=clock.today())


class DiscontinueView(ReviewAct):
    transition = "discontinue"
    form_class = forms.WarnedReasonForm
    done_message = "The review is discontinued."

    def act(self, form: Any) -> Any:
        return services.discontinue_review(
            self.record, reason=form.cleaned_data["reason"], by=self.user, on=clock.today()
        )

    def get_success_url(self) -> str:
        return reverse("desk:case", args=[self.case.pk])


class RecordNationalView(ReviewAct):
    transition = "record_national_review"
    form_class = forms.NationalForm
    done_message = "The national review is recorded."

    def act(self, form: Any) -> Any:
        return services.record_national_review(self.record, by=self.user, **form.cleaned_data)


class FinishNationalView(ReviewAct):
    transition = "finish_national"
    form_class = forms.ReasonForm
    done_message = "The case goes on to follow up actions."

    def act(self, form: Any) -> Any:
        return services.finish_national(
            self.record, reason=form.cleaned_data["reason"], by=self.user, on=clock.today()
        )


class CommissionBesideNationalView(ReviewAct):
    transition = "commission_beside_national"
    done_message = "A local review is being commissioned beside the national one."

    def act(self, form: Any) -> Any:
        return services.commission_beside_national(self.record, by=self.user, on=clock.today())


class ReviewForm(_BackToReview, ActForm, RecordMixin):
    """A form about a review that does not move it."""

    model = Review
    acting_roles: Any = frozenset()

    def allowed(self) -> bool:
        return bool(self.roles & self.acting_roles)


class EngagementView(ReviewForm):
    form_class = forms.EngagementForm
    acting_roles = WRITES_REPORT
    page_title = "Record how practitioners and the family take part"
    done_message = "It is recorded."

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.record, name) for name in forms.EngagementForm.base_fields}

    def act(self, form: Any) -> Any:
        return services.record_engagement(self.record, by=self.user, **form.cleaned_data)


class AcceptGapsView(ReviewForm):
    form_class = forms.ReasonForm
    acting_roles = frozenset({Role.PC, Role.SGC})
    page_title = "Go on without a chronology"
    done_message = "Going on without is accepted."

    def act(self, form: Any) -> Any:
        return services.accept_gaps(self.record, reason=form.cleaned_data["reason"], by=self.user)


class CheckProgressView(ReviewForm):
    form_class = forms.ProgressCheckForm
    acting_roles = CHECKS_PROGRESS
    page_title = "Record a check on progress and quality"
    done_message = "The check is recorded.\nThe next one is due in four weeks."

    def get_initial(self) -> dict[str, Any]:
        return {"checked_on": clock.today()}

    def act(self, form: Any) -> Any:
        return services.check_progress(self.record, by=self.user, **form.cleaned_data)


class RecommendView(ReviewForm):
    form_class = forms.RecommendationForm
    acting_roles = WRITES_REPORT
    page_title = "Add a recommendation"
    done_message = "The recommendation is added."

    def act(self, form: Any) -> Any:
        return services.list_recommendation(self.record, by=self.user, on=clock.today(), **form.cleaned_data)


class AskDiscontinuationView(ReviewForm):
    form_class = forms.ReasonForm
    acting_roles = DECIDERS
    page_title = "Ask the partners whether to discontinue the review"
    done_message = "The three partners are asked.\nThe review goes on meanwhile."

    def act(self, form: Any) -> Any:
        return services.ask_about_discontinuing(
            self.record, reason=form.cleaned_data["reason"], by=self.user, on=clock.today()
        )


class AskLocalView(ReviewForm):
    form_class = forms.ConfirmForm
    acting_roles = DECIDERS
    page_title = "Ask the partners about a local review"
    done_message = "The three partners are asked."

    def act(self, form: Any) -> Any:
        return services.ask_about_local_review(self.record, by=self.user, on=clock.today())
