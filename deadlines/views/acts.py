"""The acts upon one deadline: correct when it began, extend it, say why it is late."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import FormView

from accounts.roles import BUSINESS_UNIT, Role
from casework.transitions import TransitionRefused
from casework.views import RecordMixin
from deadlines import services
from deadlines.forms import CorrectTriggerForm, ExtendForm, LatenessForm
from deadlines.models import Deadline
from deadlines.rules import words
from deadlines.services.changes import EXTENDERS


class DeadlineAct(RecordMixin, FormView):
    """The page of one act upon a deadline: 403 for others, the reasons beside the answers when refused."""

    model = Deadline
    template_name = "deadlines/act.html"
    roles_allowed: ClassVar[frozenset[Role]]
    done: ClassVar[str]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.roles & self.roles_allowed:
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "deadline": self.record}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            caption=f"{self.case}: {self.record.name}",
            sentence=self.record.explanation.sentence,
            back_href=self.get_success_url(),
            **kwargs,
        )

    def get_success_url(self) -> str:
        return reverse("deadlines:detail", args=[self.record.pk])

    def act(self, form: Any) -> Deadline:
        """Call the service with the cleaned form; each page says how."""
        raise TypeError(f"{type(self).__name__} says nothing of how to act.")

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            deadline = self.act(form)
        except TransitionRefused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        messages.success(self.request, f"{self.done}\nIt is due on {words.full_date(deadline.due_on)}.")
        return redirect(self.get_success_url())


class CorrectTriggerView(DeadlineAct):
    form_class = CorrectTriggerForm
    page_title = "Correct when it began"
    roles_allowed = BUSINESS_UNIT
    done = "The beginning is corrected."

    def act(self, form: CorrectTriggerForm) -> Deadline:
        return services.correct_trigger(self.record, by=self.user, **form.cleaned_data)


class ExtendView(DeadlineAct):
    form_class = ExtendForm
    page_title = "Extend the deadline"
    roles_allowed = EXTENDERS
    done = "The deadline is extended."

    def act(self, form: ExtendForm) -> Deadline:
        return services.extend(self.record, by=self.user, **form.cleaned_data)


class LatenessView(DeadlineAct):
    form_class = LatenessForm
    page_title = "Record why it is late"
    roles_allowed = BUSINESS_UNIT
    done = "The reason is recorded."

    def get_initial(self) -> dict[str, Any]:
        return {"reason": self.record.lateness_reason, "regulator_told_at": self.record.regulator_told_at}

    def act(self, form: LatenessForm) -> Deadline:
        return services.record_lateness(self.record, by=self.user, **form.cleaned_data)
