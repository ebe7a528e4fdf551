"""Asking agencies, and the pages on which they answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import FormView, TemplateView

from accounts.models import Agency
from accounts.roles import BUSINESS_UNIT
from casework.drafts import DraftMoved
from casework.forms import ReasonForm
from casework.transitions import TransitionRefused, actions_for
from casework.views import ActView, RecordMixin
from deadlines.models import Deadline
from lcspr import clock
from rapid_review import services
from rapid_review.forms import AskAgenciesForm, ConfirmForm, NothingHeldForm, QuestionForm, ReturnForm
from rapid_review.models import AgencyRequest, RapidReview
from rapid_review.models.requests import ANSWERS, OUTSTANDING
from rapid_review.services.requests import typed_so_far


class BusinessUnitMixin(RecordMixin):
    """A page for the business unit alone."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.roles & BUSINESS_UNIT:
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class AskAgenciesView(BusinessUnitMixin, FormView):
    model = RapidReview
    form_class = AskAgenciesForm
    template_name = "casework/act.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        asked = self.record.requests.values("agency")
        members = self.case.partnership.members.current().values("agency")
        agencies = (
            Agency.objects.filter(pk__in=members, retired_on=None).exclude(pk__in=asked).order_by("name")
        )
        return {**super().get_form_kwargs(), "agencies": agencies}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "page_title": "Ask agencies for information",
            "back_href": reverse("rapid_review:review", args=[self.record.pk]),
            **super().get_context_data(**kwargs),
        }

    def form_valid(self, form: AskAgenciesForm) -> HttpResponse:
        try:
            asked = services.ask_agencies(
                self.record,
                agencies=form.cleaned_data["agencies"],
                asked_for=form.cleaned_data["asked_for"],
                by=self.user,
                at=clock.now(),
            )
        except TransitionRefused as refused:
            form.add_error(None, " ".join(refused.reasons))
            return self.form_invalid(form)
        told = (
            "1 agency has been asked. Its representative has been told."
            if len(asked) == 1
            else f"{len(asked)} agencies have been asked. Their representatives have been told."
        )
        messages.success(self.request, told)
        return redirect("rapid_review:review", pk=self.record.pk)


class RequestView(RecordMixin, TemplateView):
    """A request and its return, as far as the reader may see it."""

    model = AgencyRequest
    template_name = "rapid_review/request.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        request: AgencyRequest = self.record
        deadline = (
            Deadline.objects.of(self.case).filter(about=f"rapid_review.AgencyRequest:{request.pk}").first()
        )
        acts = [act for act in actions_for(request, self.user) if act.name != "start_return"]
        return {
            "page_title": f"Information from {request.agency.short_name}",
            "back_href": reverse("desk:case", args=[self.case.pk]),
            "deadline": deadline,
            "acts": [(act, reverse(f"rapid_review:{act.name}", args=[request.pk])) for act in acts],
            "may_chase": bool(self.roles & BUSINESS_UNIT) and request.state in OUTSTANDING,
            "chase_href": reverse("rapid_review:chase", args=[request.pk]),
            "answers": _answers_of(request),
            "to_answer": request.submitted_at is None and ANSWERS(request, self.user),
            **super().get_context_data(**kwargs),
        }


def _answers_of(request: AgencyRequest) -> list[dict[str, str]]:
    """What was returned, question by question; nothing while it is still the agency's own draft."""
    if request.submitted_at is None:
        return []
    shown = []
    for name, field in ReturnForm.base_fields.items():
        value = getattr(request, name, None)
        if value and name != "author_independent":
            display = request.get_recommended_display() if name == "recommended" else str(value)
            shown.append({"key": str(field.label), "value": display})
    return shown


class AnswerView(RecordMixin, FormView):
    """The page on which an agency writes its return; it can be left and come back to."""

    model = AgencyRequest
    form_class = ReturnForm
    template_name = "rapid_review/answer.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not ANSWERS(self.record, self.user):
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        answers, version = typed_so_far(self.record)
        return {**answers, "version": version}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "page_title": "Return your agency’s information",
            "back_href": reverse("rapid_review:request", args=[self.record.pk]),
            "is_open": self.record.state in OUTSTANDING,
            **super().get_context_data(**kwargs),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "save" in request.POST:
            return self._save(request)
        return super().post(request, *args, **kwargs)

    def _save(self, request: HttpRequest) -> HttpResponse:
        typed = {
            name: request.POST.get(name, "")[:20_000] for name in ReturnForm.base_fields if name != "version"
        }
        typed["author_independent"] = bool(typed["author_independent"])  # type: ignore[assignment]
        version = request.POST.get("version", "0")
        try:
            services.save_return(
                self.record, answers=typed, version=int(version) if version.isdigit() else 0, by=self.user
            )
        except DraftMoved as moved:
            return render(
                request,
                "rapid_review/two_versions.html",
                self.get_context_data(
                    form=ReturnForm(request.POST),
                    who=moved.draft.last_editor,
                    theirs=[
                        {"key": str(ReturnForm.base_fields[name].label), "value": value}
                        for name, value in typed_so_far(self.record)[0].items()
                        if value and name in ReturnForm.base_fields and name != "author_independent"
                    ],
                    their_version=moved.draft.version,
                ),
                status=409,
            )
        except TransitionRefused as refused:
            messages.error(request, " ".join(refused.reasons))
            return redirect("rapid_review:request", pk=self.record.pk)
        messages.success(request, "Saved. You can leave and come back; nothing has been sent yet.")
        return redirect("rapid_review:submit_return", pk=self.record.pk)

    def form_valid(self, form: ReturnForm) -> HttpResponse:
        answers = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        try:
            services.submit_return(self.record, answers=answers, by=self.user, at=clock.now())
        except TransitionRefused as refused:
            if not refused.reasons or self.record.state not in OUTSTANDING:
                raise
            form.add_error(None, " ".join(refused.reasons))
            return self.form_invalid(form)
        messages.success(
            self.request,
            "Your agency’s information has been returned. The business unit has been told and will come back "
            "to you if it has a question.",
        )
        return redirect("rapid_review:request", pk=self.record.pk)


class RequestAct(ActView):
    """An act on one request."""

    model = AgencyRequest

    def get_success_url(self) -> str:
        return reverse("rapid_review:request", args=[self.record.pk])


class AcknowledgeView(RequestAct):
    transition = "acknowledge"
    form_class = ConfirmForm
    done_message = "The business unit can see that you have seen the request."

    def act(self, form: Any) -> Any:
        return services.acknowledge_request(self.record, by=self.user)


class ReturnNothingView(RequestAct):
    transition = "return_nothing"
    form_class = NothingHeldForm
    done_message = "Thank you. The business unit has been told that your agency holds nothing."

    # The guard asks for the signature that this very form collects.
    @property
    def blocked(self) -> list[str]:
        return []

    def act(self, form: Any) -> Any:
        return services.return_nothing(self.record, by=self.user, at=clock.now(), **form.cleaned_data)


class DeclineView(RequestAct):
    transition = "decline"
    form_class = ReasonForm
    done_message = "The business unit has been told that your agency declines, and why."

    def act(self, form: Any) -> Any:
        return services.decline_request(
            self.record, reason=form.cleaned_data["reason"], by=self.user, at=clock.now()
        )


class WaiveView(RequestAct):
    transition = "waive"
    form_class = ReasonForm
    done_message = "The information is no longer awaited."

    def act(self, form: Any) -> Any:
        return services.waive_request(self.record, reason=form.cleaned_data["reason"], by=self.user)


class AcceptReturnView(RequestAct):
    transition = "accept_return"
    form_class = ConfirmForm
    done_message = "The return has been accepted."

    def act(self, form: Any) -> Any:
        return services.accept_return(self.record, by=self.user)


class QueryReturnView(RequestAct):
    transition = "query_return"
    form_class = QuestionForm
    done_message = "The agency has been asked. It can change its return and send it again."

    def act(self, form: Any) -> Any:
        return services.query_return(self.record, question=form.cleaned_data["question"], by=self.user)


class ChaseView(BusinessUnitMixin):
    """One click: remind the agency now."""

    model = AgencyRequest
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            services.chase(self.record, by=self.user, at=clock.now())
        except TransitionRefused as refused:
            messages.error(request, " ".join(refused.reasons))
        else:
            messages.success(request, f"{self.record.agency} has been reminded by e-mail.")
        return redirect("rapid_review:request", pk=self.record.pk)
