"""The action plan: its page and the acts on it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.views.generic import TemplateView

from accounts.roles import BUSINESS_UNIT, Role
from actions import forms, services
from actions.acting import ActForm
from actions.models import Action, ActionPlan, PlanState
from actions.permissions import PLANNERS
from actions.views import rows
from casework.transitions import actions_for
from casework.views import ActView, CaseMixin, RecordMixin
from deadlines.rules.london import to_instant
from lcspr import clock

REPORTABLE = {PlanState.AGREED, PlanState.RUNNING, PlanState.EVALUATED}


class PlanView(RecordMixin, TemplateView):
    """The plan: how it stands, its actions, and what was reported of it."""

    model = ActionPlan
    template_name = "actions/plan.html"
    page_title = "Action plan"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = Action.objects.filter(case=self.case).visible_to(self.user).select_related("agency", "owner")
        return {
            "back_href": reverse("actions:case", args=[self.case.pk]),
            "acts": actions_for(self.record, self.user),
            "columns": rows.ACTION_COLUMNS,
            "rows": rows.action_rows(found),
            "reports": self.record.reports.select_related("reported_by"),
            "may_report": _may_report(self),
            **super().get_context_data(**kwargs),
        }


def _may_report(page: RecordMixin) -> bool:
    return bool(page.roles & (BUSINESS_UNIT | {Role.SGC})) and page.record.state in REPORTABLE


class DraftPlanView(ActForm, CaseMixin):
    form_class = forms.ConfirmForm
    page_title = "Begin the action plan"
    done_message = "The action plan is begun.\nThe actions there are already stand in it."

    def allowed(self) -> bool:
        return bool(self.roles & PLANNERS)

    def act(self, form: Any) -> None:
        services.draft_plan(self.case, by=self.user, on=clock.today())

    def get_success_url(self) -> str:
        return reverse("actions:case", args=[self.case.pk])


class ReportProgressView(ActForm, RecordMixin):
    model = ActionPlan
    form_class = forms.ProgressForm
    page_title = "Record a progress report"
    done_message = "The report is recorded.\nThe next one is due in three months."

    def allowed(self) -> bool:
        return _may_report(self)

    def get_initial(self) -> dict[str, Any]:
        return {"reported_on": clock.today()}

    def act(self, form: Any) -> None:
        answers = form.cleaned_data
        services.report_progress(
            self.record,
            told=answers["told"],
            key=answers["key"],
            text=answers["text"],
            by=self.user,
            on=answers["reported_on"],
            at=_instant_on(answers["reported_on"]),
        )

    def get_success_url(self) -> str:
        return reverse("actions:plan", args=[self.record.pk])


def _instant_on(day: dt.date) -> dt.datetime:
    """Now, or for an earlier day its noon: who records a report later rarely knows the hour."""
    return clock.now() if day == clock.today() else to_instant(day, dt.time(12))


class PlanAct(ActView):
    model = ActionPlan
    form_class: Any = forms.ConfirmForm

    def get_success_url(self) -> str:
        return reverse("actions:plan", args=[self.record.pk])


class AgreeView(PlanAct):
    transition = "agree"
    done_message = "The action plan is agreed."

    def act(self, form: Any) -> None:
        services.agree_plan(self.record, by=self.user, on=clock.today(), at=clock.now())


class ReturnToDraftView(PlanAct):
    transition = "return_to_draft"
    form_class = forms.ReasonForm
    done_message = "The action plan is a draft again."

    def act(self, form: Any) -> None:
        services.return_plan_to_draft(self.record, reason=form.cleaned_data["reason"], by=self.user)


class RunView(PlanAct):
    transition = "run"
    done_message = "The action plan is running."

    def act(self, form: Any) -> None:
        services.run_plan(self.record, by=self.user, on=clock.today())


class EvaluateView(PlanAct):
    transition = "evaluate"
    form_class = forms.EvaluateForm
    done_message = (
        "What the plan changed is recorded.\nThe independent chair or a partner closes the case next."
    )

    def act(self, form: Any) -> None:
        services.evaluate_plan(
            self.record, evaluation=form.cleaned_data["evaluation"], by=self.user, on=clock.today()
        )


class ResumeView(PlanAct):
    transition = "resume"
    form_class = forms.ReasonForm
    done_message = "The action plan goes on."

    def act(self, form: Any) -> None:
        services.resume_plan(self.record, reason=form.cleaned_data["reason"], by=self.user)


class CloseView(PlanAct):
    transition = "close"
    form_class = forms.ClosePlanForm
    done_message = "The plan and the case are closed."

    def act(self, form: Any) -> None:
        services.close_plan(
            self.record, closing_summary=form.cleaned_data["closing_summary"], by=self.user, on=clock.today()
        )
