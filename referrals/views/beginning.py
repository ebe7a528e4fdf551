"""Where a referral starts, and the list of one's own."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views import View
from django.views.generic import FormView, TemplateView

from accounts.models import Partnership, User
from accounts.settings_choices import Prerequisite
from casework.transitions import TransitionRefused
from govuk.templatetags.govuk_dates import govuk_datetime
from lcspr import clock
from referrals import services
from referrals.forms.starting import OnBehalfForm, OralNoticeForm, StartForm
from referrals.models import Referral
from referrals.permissions import WayIn, ways_in
from referrals.services import clocks
from referrals.views.refusing import shown_again
from referrals.waiting import open_questions


class PersonView(View):
    """A page of the person signed in, before there is any case."""

    request: HttpRequest

    @property
    def user(self) -> User:
        user = self.request.user
        if not isinstance(user, User):
            raise PermissionDenied
        return user

    @cached_property
    def ways(self) -> list[WayIn]:
        """Every way in which this person may begin a referral."""
        return ways_in(self.user)

    @property
    def own_ways(self) -> list[WayIn]:
        return [way for way in self.ways if not way.on_behalf]

    @property
    def units(self) -> list[Partnership]:
        """The partnerships whose business unit the person works in."""
        return [way.partnership for way in self.ways if way.on_behalf]


class StartView(PersonView, FormView):
    """What this form is for and not for; then it begins."""

    template_name = "referrals/start.html"
    form_class = StartForm
    page_title = "Refer a serious incident"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.ways:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "ways": self.own_ways}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "own_ways": self.own_ways,
            "units": self.units,
            "prerequisites": [_prerequisite(way.partnership) for way in self.own_ways],
            "unsent": Referral.objects.unsent(self.user).select_related("agency", "partnership", "draft")[
                :10
            ],
            "asked_first": open_questions(self.user),
            **super().get_context_data(**kwargs),
        }

    def form_valid(self, form: StartForm) -> HttpResponse:
        if not self.own_ways:
            raise PermissionDenied
        way = form.chosen()
        referral = services.begin_referral(way.partnership, by=self.user, agency=way.agency)
        return redirect("referrals:tasks", pk=referral.pk)


def _prerequisite(partnership: Partnership) -> str:
    if partnership.prerequisite == Prerequisite.THROUGH_REPRESENTATIVE:
        hours = partnership.written_within_hours
        written = (
            f", and is confirmed in writing within {hours} hours of ringing the business unit"
            if hours
            else ""
        )
        return f"{partnership}: a referral goes through your {partnership.word('agency_representative')}{written}."
    return f"{partnership}: discuss it with your {partnership.word('referral_lead')} first."


class _UnitView(PersonView):
    """A page of the business unit of the partnership in the address."""

    page_title: str

    @cached_property
    def partnership(self) -> Partnership:
        """The partnership, if the person works in its business unit; to anybody else it is not there."""
        key = self.kwargs["partnership_id"]
        found = next((unit for unit in self.units if unit.pk == key), None)
        if found is None:
            raise Http404
        return found

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.partnership  # noqa: B018  (404 before anything is read or written)
        return super().dispatch(request, *args, **kwargs)


class OnBehalfView(_UnitView, FormView):
    """The business unit enters a referral for somebody who wrote or rang, or found one itself."""

    template_name = "components/form_page.html"
    form_class = OnBehalfForm
    page_title = "Enter a referral for somebody else"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "partnership": self.partnership}

    def form_valid(self, form: OnBehalfForm) -> HttpResponse:
        try:
            referral = services.begin_referral(self.partnership, by=self.user, **form.cleaned_data)
        except TransitionRefused as refused:
            return shown_again(self, form, refused)
        return redirect("referrals:tasks", pk=referral.pk)


class OralNoticeView(_UnitView, FormView):
    """An agency told the business unit by word of mouth: the case is born and the clocks run."""

    template_name = "components/form_page.html"
    form_class = OralNoticeForm
    page_title = "Record an oral notice"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "partnership": self.partnership}

    def form_valid(self, form: OralNoticeForm) -> HttpResponse:
        try:
            referral = services.log_oral_notice(
                self.partnership, by=self.user, on=clock.today(), **form.cleaned_data
            )
        except TransitionRefused as refused:
            return shown_again(self, form, refused)
        assert referral.case is not None
        writing = clocks.open_clock(referral.case, clocks.WRITE)
        by_when = f", in writing by {govuk_datetime(writing.due_at)}" if writing else ""
        messages.success(
            self.request,
            f"The notice is recorded as {referral.case.reference}.\n"
            f"The agency’s representative is told, and can finish the referral{by_when}; so can you.",
        )
        return redirect("referrals:tasks", pk=referral.pk)


class ReferralListView(PersonView, TemplateView):
    """The referrals this person, or their agency, has begun and sent."""

    template_name = "referrals/list.html"
    page_title = "Your referrals"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = (
            Referral.objects.visible_to(self.user)
            .select_related("case", "agency", "referrer", "partnership")
            .order_by("-begun_at", "pk")
        )
        page = Paginator(rows, 25).get_page(self.request.GET.get("page"))
        return {
            "page": page,
            "previous_href": f"?page={page.number - 1}",
            "next_href": f"?page={page.number + 1}",
            "may_start": bool(self.ways),
            **super().get_context_data(**kwargs),
        }
