"""Taking back what was recorded in error: one page to ask, one to answer."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import FormView

from accounts.roles import BUSINESS_UNIT
from casework.models import TakingBack
from casework.transitions import TransitionRefused
from casework.views import RecordMixin
from lcspr import clock
from referrals import services
from referrals.forms.notification import AnswerTakingBackForm, TakeBackForm
from referrals.services.deaths import BACK
from referrals.services.taking_back import ACCEPTANCE, SENDING
from referrals.views.notification import NotificationActView
from referrals.views.triage import ReferralActView

ASKED = "A colleague is asked to confirm it.\nNothing has changed yet."


class TakeBackAcceptanceView(ReferralActView):
    transition = ACCEPTANCE
    form_class = TakeBackForm
    done_message = ASKED

    def act(self, form: Any) -> Any:
        return services.ask_to_take_back(
            self.record, transition=ACCEPTANCE, by=self.user, reason=form.cleaned_data["reason"]
        )


class TakeBackSentView(NotificationActView):
    transition = SENDING
    form_class = TakeBackForm
    done_message = ASKED

    def act(self, form: Any) -> Any:
        return services.ask_to_take_back(
            self.record, transition=SENDING, by=self.user, reason=form.cleaned_data["reason"]
        )


_WHAT = {
    ACCEPTANCE: "that the referral was accepted",
    SENDING: "that the notification was sent",
    BACK: "that the notice of the death was sent",
}


class ConfirmTakingBackView(RecordMixin, FormView):
    """A second person of the business unit confirms, or says that the act stands."""

    model = TakingBack
    template_name = "referrals/confirm_taking_back.html"
    form_class = AnswerTakingBackForm
    page_title = "An act recorded in error"
    transitions: ClassVar[tuple[str, ...]] = (ACCEPTANCE, SENDING, BACK)
    what: ClassVar[str] = ""

    @property
    def record(self) -> Any:
        """The request, if it is one of these acts."""
        rows = TakingBack.objects.of_case_visible_to(self.user, BUSINESS_UNIT)
        related = ("case__partnership", "asked_by")
        return get_object_or_404(
            rows.select_related(*related), pk=self.kwargs["pk"], transition__in=self.transitions
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.roles & BUSINESS_UNIT:
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked: TakingBack = self.record
        mine = asked.asked_by == self.user
        return {
            "asked": asked,
            "what": self.what_of(asked),
            "mine": mine,
            "over": bool(asked.confirmed_at or asked.refused_at),
            "back_href": self.get_success_url(),
            **super().get_context_data(**kwargs),
        }

    def answer(self, form: Any) -> None:
        """Call the service for the answer given; the rapid review's app overrides `confirm_sending`."""
        asked: TakingBack = self.record
        if form.cleaned_data["answer"] == "refuse":
            services.refuse_taking_back(asked, by=self.user, reason=form.cleaned_data["reason"])
        else:
            self.confirm(asked)

    def what_of(self, asked: TakingBack) -> str:
        """What was recorded in error, in words that follow “recorded in error”."""
        return self.what or _WHAT[asked.transition]

    def confirm(self, asked: TakingBack) -> None:
        """Do what is asked; the rapid review's app has its own."""
        if asked.transition == ACCEPTANCE:
            services.confirm_acceptance_taken_back(asked, by=self.user, on=clock.today())
        elif asked.transition == BACK:
            services.confirm_death_notice_taken_back(asked, by=self.user)
        else:
            self.confirm_sending(asked)

    def confirm_sending(self, asked: TakingBack) -> None:
        """Take back the record of sending."""
        services.confirm_notification_taken_back(asked, by=self.user)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.answer(form)
        except TransitionRefused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        messages.success(self.request, "Your answer is recorded.")
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return reverse("desk:case", args=[self.case.pk])
