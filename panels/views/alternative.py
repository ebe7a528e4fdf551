"""A review of another kind: its page and the acts on it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.views.generic import TemplateView

from accounts.access_table import Right, Thing
from accounts.roles import PARTNERS, Role
from accounts.settings_choices import ReviewType
from actions.acting import ActForm
from casework.permissions import holders
from casework.transitions import actions_for
from casework.views import ActView, RecordMixin
from decisions.kinds import DecisionKind
from lcspr import clock
from panels import forms, services
from panels.models import AlternativeReview, AlternativeState
from panels.permissions import DECIDERS, LeadsIt


class AlternativeView(RecordMixin, TemplateView):
    """What it looks at, how it stands, and what was learned."""

    model = AlternativeReview
    template_name = "panels/alternative.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        review: AlternativeReview = self.record
        acts = [act for act in actions_for(review, self.user) if act.name != "escalate"]
        return {
            "page_title": str(review),
            "back_href": reverse("desk:case", args=[self.case.pk]),
            "acts": [(act, reverse(f"panels:{act.name}", args=[review.pk])) for act in acts],
            "may_plan": review.state == AlternativeState.PLANNED and LeadsIt()(review, self.user),
            "may_take_further": not review.is_over and bool(self.roles & DECIDERS),
            "reads_findings": self.may(Right.READ, Thing.RR_REPORT) or review.lead_id == self.user.pk,
            **super().get_context_data(**kwargs),
        }


class _BackToAlternative:
    record: Any

    def get_success_url(self) -> str:
        return reverse("panels:alternative", args=[self.record.pk])


class PlanView(_BackToAlternative, ActForm, RecordMixin):
    model = AlternativeReview
    form_class = forms.ScopeForm
    page_title = "Write what the review looks at"
    done_message = "It is saved.\nSend it to those invited."

    def allowed(self) -> bool:
        return LeadsIt()(self.record, self.user)

    def get_initial(self) -> dict[str, Any]:
        return {"scope": self.record.scope, "planned_on": self.record.planned_on}

    def act(self, form: Any) -> Any:
        return services.plan_alternative(self.record, by=self.user, **form.cleaned_data)


class AlternativeAct(_BackToAlternative, ActView):
    model = AlternativeReview
    form_class: Any = forms.ConfirmForm


class RecordHeldView(AlternativeAct):
    transition = "record_held"
    form_class = forms.HeldForm
    done_message = "It is recorded that it was held."
    next_message = "Write up what was learned."

    def act(self, form: Any) -> Any:
        return services.record_held(self.record, by=self.user, **form.cleaned_data)


class WriteUpView(AlternativeAct):
    transition = "write_up"
    form_class = forms.WriteUpForm
    done_message = "It is written up."
    next_message = "The sub-group chair agrees the findings."

    def get_initial(self) -> dict[str, Any]:
        return {"findings": self.record.findings, "no_actions_because": self.record.no_actions_because}

    def act(self, form: Any) -> Any:
        return services.write_up(self.record, by=self.user, **form.cleaned_data)


class AskForMoreView(AlternativeAct):
    transition = "ask_for_more"
    form_class = forms.ReasonForm
    done_message = "It is to be written up again."

    def act(self, form: Any) -> Any:
        return services.ask_for_more(self.record, by=self.user, **form.cleaned_data)


class AgreeFindingsView(AlternativeAct):
    transition = "agree_findings"
    done_message = "The findings are agreed."
    next_message = "The case goes on to follow up its actions."

    def act(self, form: Any) -> Any:
        return services.agree_findings(self.record, by=self.user, on=clock.today())


class DiscontinueAlternativeView(AlternativeAct):
    """Gives the other review up and says in the same act what follows in the case."""

    transition = "discontinue_alternative"
    form_class = forms.DiscontinueForm
    done_message = "It is discontinued."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "case": self.case,
            "leads": holders(self.case, Role),
            "may_close": bool(self.roles & PARTNERS),
        }

    def act(self, form: Any) -> Any:
        given = dict(form.cleaned_data)
        kind = given.pop("review_type", None)
        return services.discontinue_alternative(
            self.record,
            by=self.user,
            on=clock.today(),
            review_type=ReviewType(kind) if kind else None,
            **given,
        )

    def get_success_url(self) -> str:
        return reverse("desk:case", args=[self.case.pk])


class EscalateView(AlternativeAct):
    """Commissions a review after all (T44)."""

    transition = "escalate"
    form_class: Any = forms.ReasonForm
    done_message = "A review is being commissioned."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "page_title": "Commission a review after all"}

    def act(self, form: Any) -> Any:
        return services.commission_from_alternative(
            self.record, reason=form.cleaned_data["reason"], by=self.user, on=clock.today()
        )

    def get_success_url(self) -> str:
        return reverse("desk:case", args=[self.case.pk])


class CriteriaMetView(EscalateView):
    """Goes back to the notification (T45)."""

    form_class = forms.AwarenessForm
    done_message = "The case waits for the notification."
    next_message = "The local authority’s five working days run."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "page_title": "Go back to the notification: the criteria are met",
        }

    def act(self, form: Any) -> Any:
        return services.find_criteria_met_later(self.record, by=self.user, **form.cleaned_data)


class AskAgainView(_BackToAlternative, ActForm, RecordMixin):
    """Puts it to the partners whether to commission a review after all."""

    model = AlternativeReview
    form_class = forms.ConfirmForm
    question = DecisionKind.RECONSIDERATION
    page_title = "Ask the partners whether to commission a review after all"
    done_message = "The three partners are asked."

    def allowed(self) -> bool:
        return bool(self.roles & DECIDERS)

    def act(self, form: Any) -> Any:
        return services.ask_again(self.record, question=self.question, by=self.user, on=clock.today())


class AskCriteriaView(AskAgainView):
    """Puts it to the partners whether the criteria are met after all."""

    question = DecisionKind.CRITERIA
    page_title = "Ask the partners whether the criteria are met after all"
