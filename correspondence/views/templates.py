"""Every e-mail the service can send, in plain English, for the business unit to read; and one person's own choice."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import FormView, TemplateView

from accounts.models import User
from casework.permissions import business_unit_partnerships
from correspondence import showing
from correspondence.forms import ChoiceForm
from correspondence.services import choose_emails, wants_daily


class TemplatesMixin:
    """For the business unit; others are refused before anything is read."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User) or not business_unit_partnerships(user):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


class TemplatesView(TemplatesMixin, TemplateView):
    """What each e-mail is for and whom it reaches, by subject."""

    template_name = "correspondence/templates.html"
    page_title = "E-mails this service sends"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "groups": showing.template_groups(),
            "columns": showing.TEMPLATE_COLUMNS,
            "sign_in_rows": showing.sign_in_emails(),
            "back_href": reverse("desk:home"),
            **super().get_context_data(**kwargs),
        }


class TemplateDetailView(TemplatesMixin, TemplateView):
    """One e-mail: its text with its blanks, and as it looks for an invented case."""

    template_name = "correspondence/template.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = showing.template_page(self.kwargs["template"], self.request.user)
        if shown is None:
            raise Http404
        return {
            "page_title": shown.title,
            "shown": shown,
            "back_href": reverse("correspondence:templates"),
            "back_text": "E-mails this service sends",
            **super().get_context_data(**kwargs),
        }


class ChoiceView(FormView):
    """How the person who is signed in gets their e-mails."""

    form_class = ChoiceForm
    template_name = "correspondence/choice.html"
    page_title = "How you get e-mails"

    @property
    def user(self) -> User:
        user = self.request.user
        if not isinstance(user, User):
            raise PermissionDenied
        return user

    def get_initial(self) -> dict[str, Any]:
        return {"how": "daily" if wants_daily(self.user) else "at_once"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"back_href": reverse("profile"), **super().get_context_data(**kwargs)}

    def form_valid(self, form: ChoiceForm) -> HttpResponse:
        daily = form.cleaned_data["how"] == "daily"
        choose_emails(self.user, daily=daily)
        what = "You get one e-mail a day, at 8am." if daily else "You get each e-mail at once."
        messages.success(self.request, f"{what}\nAlarms about statutory deadlines always come at once.")
        return redirect("profile")
