"""Questions answered in place, cases linked, and a child found again."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.generic import FormView

from accounts.models import User
from accounts.roles import BUSINESS_UNIT
from casework.models import Case
from casework.permissions import business_unit_partnerships
from casework.reading import note_read
from casework.transitions import TransitionRefused
from casework.views import CaseMixin
from referrals import services
from referrals.forms.triage import AnswerForm, FindChildForm, LinkForm
from referrals.models import QuestionAsked
from referrals.views.writing import WritingView


class AnswerView(WritingView):
    """Answers one precise question of the business unit in words."""

    form_class = AnswerForm
    template_name = "components/form_page.html"

    @cached_property
    def question(self) -> QuestionAsked:
        """The question, of this referral."""
        return get_object_or_404(self.referral.questions_asked, pk=self.kwargs["question"])

    @property
    def page_title(self) -> str:  # type: ignore[override]
        return "Answer the business unit"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "question": self.question}

    def form_valid(self, form: AnswerForm) -> HttpResponse:
        try:
            services.answer_question(self.question, by=self.user, answer=form.cleaned_data["answer"])
        except TransitionRefused as refused:
            form.add_error(None, refused.reasons)
            return self.form_invalid(form)
        messages.success(
            self.request, "Your answer is kept.\nIt goes to the business unit when you send again."
        )
        return redirect(self.tasks_href)


class LinkView(CaseMixin, FormView):
    """Links a case with another of the same child or family, or takes that back."""

    form_class = LinkForm
    template_name = "referrals/link.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.roles & BUSINESS_UNIT:
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def other(self) -> Case:
        """The other case, among those the person may open as business unit of the same partnership."""
        own = Case.objects.visible_to(self.user, BUSINESS_UNIT).filter(partnership=self.case.partnership_id)
        return get_object_or_404(own.exclude(pk=self.case.pk), pk=self.kwargs["other"])

    @cached_property
    def is_linked(self) -> bool:
        return self.case.earlier_cases.filter(pk=self.other.pk).exists()

    @property
    def page_title(self) -> str:
        return "Take back the link" if self.is_linked else "Link the two cases"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "other": self.other,
            "is_linked": self.is_linked,
            "back_href": self.get_success_url(),
            **super().get_context_data(**kwargs),
        }

    def form_valid(self, form: LinkForm) -> HttpResponse:
        act = services.unlink_case if self.is_linked else services.link_earlier_case
        done = (
            "The link is taken back."
            if self.is_linked
            else "The cases are linked.\nEach leads to the other from now on."
        )
        try:
            act(self.case, other=self.other, by=self.user, reason=form.cleaned_data["reason"])
        except TransitionRefused as refused:
            form.add_error(None, refused.reasons)
            return self.form_invalid(form)
        messages.success(self.request, done)
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return reverse("desk:case", args=[self.case.pk])


class FindChildView(FormView):
    """Finds a child by name, date of birth or NHS number, with the reason for asking. What is asked never stands in an
    address."""

    form_class = FindChildForm
    template_name = "referrals/find_child.html"
    extra_context = {"page_title": "Find a child", "case_content": True}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not isinstance(request.user, User) or not business_unit_partnerships(request.user):
            raise PermissionDenied
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # A search is on record by itself, with the cases it showed.
        if "search" not in kwargs:
            note_read(self.request, case=None, words="Opened Find a child")
        return {"back_href": reverse("desk:cases"), **super().get_context_data(**kwargs)}

    def form_valid(self, form: FindChildForm) -> HttpResponse:
        user = self.request.user
        assert isinstance(user, User)
        search = services.find_child(by=user, **form.cleaned_data)
        return render(self.request, self.template_name, self.get_context_data(form=form, search=search))
