"""Recommendations: the list, the page of one, and the acts on it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.views.generic import TemplateView

from accounts.access_table import Right, Thing
from accounts.roles import Role
from actions import forms, services
from actions.acting import ActForm
from actions.models import Action, Level, Recommendation, RecommendationState, SourceKind
from actions.permissions import PROPOSERS, agencies_for_whom
from actions.views import rows
from casework.transitions import actions_for
from casework.views import ActView, CaseMixin, CasePage, RecordMixin
from lcspr import clock


class RecommendationsView(CasePage):
    """The recommendations of a case, with the responses to them."""

    template_name = "actions/recommendations.html"
    page_title = "Recommendations"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not (self.may(Right.READ, Thing.RECOMMENDATIONS) or self.may(Right.WRITE, Thing.RECOMMENDATIONS)):
            raise PermissionDenied
        found = Recommendation.objects.filter(case=self.case).visible_to(self.user).select_related("agency")
        return {
            "back_href": reverse("actions:case", args=[self.case.pk]),
            "columns": rows.RECOMMENDATION_COLUMNS,
            "rows": rows.recommendation_rows(found),
            "may_propose": bool(self.roles & PROPOSERS) and not self.case.is_closed,
            **super().get_context_data(**kwargs),
        }


class RecommendationView(RecordMixin, TemplateView):
    """One recommendation, the response to it, and the actions that serve it."""

    model = Recommendation
    template_name = "actions/recommendation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: Recommendation = self.record
        serving = (
            Action.objects.filter(recommendation=found)
            .visible_to(self.user)
            .select_related("agency", "owner")
        )
        agencies = agencies_for_whom(self.user, self.case)
        return {
            "page_title": str(found),
            "back_href": reverse("actions:recommendations", args=[self.case.pk]),
            "state_tag": rows.TAG_OF_RESPONSE.get(found.state, "grey"),
            "acts": actions_for(found, self.user),
            "columns": rows.ACTION_COLUMNS,
            "rows": rows.action_rows(serving),
            "may_add_action": agencies is None or bool(agencies),
            "may_correct": _may_correct(self),
            **super().get_context_data(**kwargs),
        }


class ProposeView(ActForm, CaseMixin):
    form_class = forms.RecommendationForm
    page_title = "Add a recommendation"
    done_message = "The recommendation is added."

    def allowed(self) -> bool:
        return bool(self.roles & PROPOSERS)

    def act(self, form: Any) -> None:
        answers = form.cleaned_data
        services.propose_recommendation(
            self.case,
            text=answers["text"],
            source_kind=SourceKind(answers["source_kind"]),
            level=Level(answers["level"]),
            key=answers["key"],
            by=self.user,
            on=clock.today(),
        )

    def get_success_url(self) -> str:
        return reverse("actions:recommendations", args=[self.case.pk])


class CorrectView(ActForm, RecordMixin):
    model = Recommendation
    form_class = forms.CorrectRecommendationForm
    page_title = "Change the recommendation"
    done_message = "The recommendation is changed."

    def allowed(self) -> bool:
        return _may_correct(self)

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.record.text, "level": self.record.level}

    def act(self, form: Any) -> None:
        services.correct_recommendation(
            self.record, text=form.cleaned_data["text"], level=Level(form.cleaned_data["level"]), by=self.user
        )

    def get_success_url(self) -> str:
        return reverse("actions:recommendation", args=[self.record.pk])


def _may_correct(page: RecordMixin) -> bool:
    found: Recommendation = page.record
    if not page.roles & PROPOSERS or found.state != RecommendationState.PROPOSED:
        return False
    return Role.AUT not in page.roles or found.proposed_by_id == page.user.pk


class RecommendationAct(ActView):
    model = Recommendation

    def get_success_url(self) -> str:
        return reverse("actions:recommendation", args=[self.record.pk])


class RequestResponseView(RecommendationAct):
    transition = "request_response"
    form_class = forms.RequestResponseForm
    done_message = "The response is asked for."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "case": self.case}

    def act(self, form: Any) -> None:
        services.request_response(self.record, by=self.user, on=clock.today(), **form.cleaned_data)


class RespondView(RecommendationAct):
    """Each of the three answers is an act, and a page, of its own."""

    response: RecommendationState
    done_message = "The response is recorded."

    def act(self, form: Any) -> None:
        services.respond(
            self.record,
            response=self.response,
            reasons=form.cleaned_data["reasons"],
            by=self.user,
            on=clock.today(),
        )


class AcceptView(RespondView):
    transition = "accept"
    response = RecommendationState.ACCEPTED
    form_class = forms.AcceptResponseForm


class AcceptInPartView(RespondView):
    transition = "accept_in_part"
    response = RecommendationState.PARTLY
    form_class = forms.PartResponseForm


class RejectView(RespondView):
    transition = "reject"
    response = RecommendationState.REJECTED
    form_class = forms.RejectResponseForm


class AskAgainView(RecommendationAct):
    transition = "ask_again"
    form_class = forms.AskAgainForm
    done_message = "Another response is asked for."

    def act(self, form: Any) -> None:
        services.ask_again(self.record, by=self.user, on=clock.today(), **form.cleaned_data)


class TakeIntoPlanView(RecommendationAct):
    transition = "take_into_plan"
    form_class = forms.ConfirmForm
    done_message = "The response is approved."

    def act(self, form: Any) -> None:
        services.take_into_plan(self.record, by=self.user)
