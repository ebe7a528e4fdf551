"""A case that concerns two areas: the page both business units read, and what each can do (AC-18)."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import FormView, TemplateView

from accounts.models import Agency
from accounts.roles import Role
from casework.models import Access, Stage
from casework.transitions import TransitionRefused
from casework.views import CaseMixin
from correspondence.models import Notice, NoticeSubject
from deadlines.models import Deadline
from lcspr import clock
from rapid_review import services
from rapid_review.forms import AskAgenciesForm
from rapid_review.models import AgencyRequest, RapidReview, RapidReviewState
from rapid_review.services.review import live_review
from referrals import services as referrals
from referrals.forms import other_area as forms
from referrals.services import clocks
from referrals.services.other_area import TELLS, let_in, other_partnership


class SharedPage(CaseMixin):
    """A page of a case that concerns another area; found by nobody where it does not."""

    roles_allowed: ClassVar[frozenset[Role]] = TELLS | {Role.NEIGHBOUR}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.roles & self.roles_allowed:
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        if not clocks.lives_elsewhere(self.case) and self.row is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def row(self) -> Access | None:
        """What lets the other area in today."""
        return let_in(self.case)

    @property
    def leads(self) -> bool:
        """Whether the person works where the case is led."""
        return bool(self.roles & TELLS)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "caption": f"{self.case} · {self.case.reference}",
            "back_href": self.get_success_url(),
            **super().get_context_data(**kwargs),
        }

    def get_success_url(self) -> str:
        return reverse("rapid_review:other_area", args=[self.case.pk])


class OtherAreaView(SharedPage, TemplateView):
    """Who was told and let in, and which agencies of the other area were asked."""

    template_name = "rapid_review/other_area.html"
    page_title = "The other area"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        review = live_review(self.case)
        requests = AgencyRequest.objects.filter(case=self.case).exclude(through=None)
        due = {each.about: each for each in Deadline.objects.of(self.case).filter(code="DL-07")}
        return {
            **super().get_context_data(**kwargs),
            "leads": self.leads,
            "row": self.row,
            "other": other_partnership(self.case),
            "owes": clocks.authority_that_owes(self.case),
            "told": Notice.objects.of(self.case, NoticeSubject.OTHER_AREA),
            "deadline": clocks.open_clock(self.case, clocks.TELL_PARTNERS),
            "requests": [
                {"request": each, "deadline": due.get(f"rapid_review.AgencyRequest:{each.pk}")}
                for each in requests.select_related("agency", "through").order_by("agency__name")
            ],
            "review": review,
            "may_ask": Role.NEIGHBOUR in self.roles
            and review is not None
            and review.state == RapidReviewState.GATHERING,
            "may_tell": self.leads and not self.case.is_closed and self.case.stage != Stage.SUBMITTED,
            "back_href": reverse("desk:case", args=[self.case.pk]),
        }


class SharedActPage(SharedPage, FormView):
    """A page of one act about the other area."""

    template_name = "components/form_page.html"
    roles_allowed = TELLS
    done_message: ClassVar[str] = ""

    def act(self, form: Any) -> Any:
        """Call the service with the cleaned form."""
        raise TypeError(f"{type(self).__name__} says nothing of how to act.")

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.act(form)
        except TransitionRefused as refused:
            form.add_error(None, refused.reasons)
            return self.form_invalid(form)
        messages.success(self.request, self.done_message)
        return redirect(self.get_success_url())


class TellOtherAreaView(SharedActPage):
    form_class = forms.LetInForm
    page_title = "Tell the other area"
    done_message = "The other area is told.\nIts business unit can read this case and ask its own agencies."

    def act(self, form: Any) -> Any:
        return referrals.tell_other_area(self.case, by=self.user, on=clock.today())


class OtherAreaToldView(SharedActPage):
    form_class = forms.ToldOutsideForm
    page_title = "Record that the other area was told"
    done_message = "It is recorded that the other area was told."

    def act(self, form: Any) -> Any:
        return referrals.record_other_area_told(self.case, by=self.user, **form.cleaned_data)


class LetOtherAreaOutView(SharedActPage):
    form_class = forms.LetOutForm
    page_title = "End the other area’s access"
    done_message = "The other area can no longer open this case."

    def act(self, form: Any) -> Any:
        reason = form.cleaned_data["reason"]
        return referrals.let_other_area_out(self.case, by=self.user, reason=reason, on=clock.today())


class AskOwnAgenciesView(SharedActPage):
    """The other area's business unit asks agencies of its own."""

    roles_allowed = frozenset({Role.NEIGHBOUR})
    form_class = AskAgenciesForm
    page_title = "Ask your own agencies for information"
    done_message = "The agencies are asked.\nWhat they return goes to the business unit that leads the case."

    @cached_property
    def review(self) -> RapidReview | None:
        return live_review(self.case)

    def get_form_kwargs(self) -> dict[str, Any]:
        assert self.row is not None
        assert self.row.partnership is not None
        members = self.row.partnership.members.current().values("agency")
        asked = self.review.requests.values("agency") if self.review else []
        agencies = Agency.objects.filter(pk__in=members, retired_on=None).exclude(pk__in=asked)
        return {**super().get_form_kwargs(), "agencies": agencies.order_by("name")}

    def act(self, form: Any) -> Any:
        if self.review is None:
            raise TransitionRefused(["The rapid review has not begun: agencies are asked from then."])
        given = form.cleaned_data
        return services.ask_own_agencies(
            self.review,
            agencies=given["agencies"],
            asked_for=given["asked_for"],
            by=self.user,
            at=clock.now(),
        )
