"""Asking whoever represents one's agency first: the question, the answer, and the referral begun from it."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import FormView, TemplateView

from casework.reading import note_read
from casework.transitions import TransitionRefused, is_permitted
from govuk.forms import GovForm
from referrals.forms.consulting import AnswerForm, AskForm
from referrals.forms.pages import lead_word
from referrals.models import Consultation, ConsultationAnswer, ConsultationState
from referrals.services import consulting
from referrals.views.beginning import PersonView
from referrals.views.refusing import shown_again


class AskFirstView(PersonView, FormView):
    """A short note to the representative, before anything is referred."""

    template_name = "referrals/ask_first.html"
    form_class = AskForm
    page_title = "Ask before you refer"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.own_ways:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "ways": self.own_ways}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = [
            (
                way,
                lead_word(way.partnership),
                consulting.representatives_of(way.partnership, way.agency, without=self.user),
            )
            for way in self.own_ways
            if way.agency is not None
        ]
        return super().get_context_data(asked=asked, back_href=reverse("referrals:start"), **kwargs)

    def form_valid(self, form: AskForm) -> HttpResponse:
        way = form.chosen()
        assert way.agency is not None
        try:
            asked = consulting.ask_representative(
                way.partnership, agency=way.agency, note=form.cleaned_data["note"], by=self.user
            )
        except TransitionRefused as refused:
            return shown_again(self, form, refused)
        messages.success(
            self.request,
            "They are asked.\nThe e-mail to them says only that a question waits. You get an e-mail when it is answered.",
        )
        return redirect("referrals:consultation", pk=asked.pk)


class _OneQuestion(PersonView):
    """A page of one question; it is there for whoever asked and for those who may answer."""

    act: ClassVar[str] = ""

    @cached_property
    def asked(self) -> Consultation:
        rows = Consultation.objects.visible_to(self.user)
        related = ("partnership", "agency", "asked_by", "answered_by", "referral")
        return get_object_or_404(rows.select_related(*related), pk=self.kwargs["pk"])

    def is_allowed(self) -> bool:
        return not self.act or is_permitted(self.asked, self.act, self.user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.is_allowed():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.asked
        note_read(self.request, case=None, about=asked, words="Opened a question before a referral")
        waits = asked.state == ConsultationState.ASKED
        return super().get_context_data(  # type: ignore[misc]
            **{
                "asked": asked,
                "lead_word": lead_word(asked.partnership),
                "may_answer": waits and is_permitted(asked, "answer_consultation", self.user),
                "may_withdraw": waits and asked.asked_by_id == self.user.pk,
                "may_begin": asked.answered_at is not None and asked.asked_by_id == self.user.pk,
                "back_href": reverse("desk:home"),
                **kwargs,
            }
        )


class ConsultationView(_OneQuestion, TemplateView):
    """What was asked and what was said to it."""

    template_name = "referrals/consultation.html"
    page_title = "Question before a referral"


class _QuestionAct(_OneQuestion, FormView):
    template_name = "referrals/answer_consultation.html"

    def do(self, answers: dict[str, Any]) -> str:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            sentence = self.do(form.cleaned_data)
        except TransitionRefused as refused:
            return shown_again(self, form, refused)
        messages.success(self.request, sentence)
        return redirect("referrals:consultation", pk=self.asked.pk)


class AnswerConsultationView(_QuestionAct):
    """The representative answers."""

    act = "answer_consultation"
    form_class = AnswerForm
    page_title = "Answer a question before a referral"

    def do(self, answers: dict[str, Any]) -> str:
        answer = ConsultationAnswer(answers["answer"])
        consulting.answer_consultation(self.asked, answer=answer, words=answers["words"], by=self.user)
        return f"{self.asked.asked_by} is told that you have answered."


class WithdrawConsultationView(_QuestionAct):
    """Whoever asked takes it back."""

    act = "withdraw_consultation"
    page_title = "Take the question back"

    class form_class(GovForm):  # noqa: N801
        submit_label = "Take it back"
        submit_style = "warning"

    def do(self, answers: dict[str, Any]) -> str:
        consulting.withdraw_consultation(self.asked, by=self.user)
        return "The question is taken back."


class BeginFromConsultationView(_OneQuestion):
    """The button that starts the referral from the answer."""

    http_method_names = ["post"]

    def is_allowed(self) -> bool:
        return self.asked.asked_by_id == self.user.pk

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            referral = consulting.begin_from_consultation(self.asked, by=self.user)
        except TransitionRefused as refused:
            messages.error(request, "\n".join(refused.reasons))
            return redirect("referrals:consultation", pk=self.asked.pk)
        return redirect("referrals:tasks", pk=referral.pk)
