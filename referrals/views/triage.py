"""The acts of triage, each on its page."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import FormView

from accounts.roles import BUSINESS_UNIT
from casework.models import OPEN, Case
from casework.transitions import TransitionRefused
from casework.views import ActView
from lcspr import clock
from referrals import duplicates, services
from referrals.forms import triage as forms
from referrals.forms.deaths import AcknowledgedForm
from referrals.models import Referral
from referrals.permissions import is_business_unit_of
from referrals.services import clocks
from referrals.services.subjects import suggested_pseudonyms
from referrals.views.reading import ReferralMixin, SentReferral

# A list of radios longer than this helps nobody; the case searched for is among the latest.
MOST_TARGETS: Final = 100


class ReferralActView(ReferralMixin, ActView):
    """The page of one act on a referral."""

    model = Referral

    def get_success_url(self) -> str:
        return reverse("referrals:referral", args=[self.record.pk])


class ReturnView(ReferralActView):
    transition = "return_to_referrer"
    form_class = forms.ReturnForm
    done_message = (
        "The referral is sent back.\nNo statutory clock stops for it. You can go on without the referrer."
    )

    def act(self, form: Any) -> Any:
        return services.return_to_referrer(
            self.record, by=self.user, reason=form.cleaned_data["reason"], questions=form.asked()
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "unknown": SentReferral(self.record).not_known}


class AcceptView(ReferralActView):
    transition = "accept"
    form_class = forms.AcceptForm
    template_name = "referrals/accept.html"
    done_message = (
        "The referral is accepted.\nThe three partners have been asked for their views on the criteria."
    )

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "referral": self.record,
            "suggested": suggested_pseudonyms(self.case),
        }

    def get_initial(self) -> dict[str, Any]:
        owes = self.case.home_la_id if self.case.outside_england else self.case.incident_la_id
        return {"incident_la": owes, "home_la": self.case.home_la_id, "la_aware_at": self.case.la_aware_at}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "running": clocks.open_clock(self.case, clocks.NOTIFY),
            "suggestions": duplicates.suggestions(self.record, self.user),
            **super().get_context_data(**kwargs),
        }

    def act(self, form: Any) -> Any:
        return services.accept_referral(self.record, by=self.user, on=clock.today(), **form.cleaned_data)


class DuplicateTargetView(ReferralActView):
    """Chooses the case of the same incident: those found alike first, then the others that are open."""

    transition = "mark_duplicate"
    form_class = forms.DuplicateTargetForm
    template_name = "referrals/duplicate_target.html"

    @cached_property
    def found(self) -> list[duplicates.Suggestion]:
        return duplicates.suggestions(self.record, self.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        own = Case.objects.visible_to(self.user, BUSINESS_UNIT).filter(
            partnership=self.case.partnership_id, stage__in=OPEN
        )
        latest = own.exclude(pk=self.case.pk).order_by("-opened_at").values("pk")[:MOST_TARGETS]
        cases = Case.objects.filter(pk__in=latest).order_by("-opened_at")
        return {**super().get_form_kwargs(), "cases": cases}

    def get_initial(self) -> dict[str, Any]:
        return {"target": self.found[0].case.pk if self.found else None}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"suggestions": self.found, **super().get_context_data(**kwargs)}

    def form_valid(self, form: Any) -> HttpResponse:
        return redirect(
            "referrals:mark_duplicate_of", pk=self.record.pk, target=form.cleaned_data["target"].pk
        )


class MarkDuplicateView(ReferralActView):
    """Both cases side by side; then they are joined."""

    transition = "mark_duplicate"
    form_class = forms.DuplicateForm
    template_name = "referrals/duplicate.html"
    done_message = "The referrals are joined.\nBoth referrers are kept, and the earliest times."

    @cached_property
    def target(self) -> Case:
        own = Case.objects.visible_to(self.user, BUSINESS_UNIT).filter(partnership=self.case.partnership_id)
        return get_object_or_404(own.exclude(pk=self.case.pk), pk=self.kwargs["target"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "referral": self.record,
            "target": self.target,
            "revealed": self.is_revealed and str(self.target.pk) in self.request.session.get("revealed", []),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        theirs = list(self.target.referrals.select_related("agency").order_by("received_at"))
        return {
            "target": self.target,
            "their_referrals": theirs,
            "likeness": next(
                (s for s in duplicates.suggestions(self.record, self.user) if s.case == self.target), None
            ),
            "children": list(self.case.subjects.filter(part="child")),
            "their_children": list(self.target.subjects.filter(part="child")),
            "their_received_at": next((each.received_at for each in theirs if each.received_at), None),
            **super().get_context_data(**kwargs),
        }

    def act(self, form: Any) -> Any:
        return services.mark_duplicate(
            self.record,
            of=self.target,
            by=self.user,
            reason=form.cleaned_data["reason"],
            same_as=form.same_as(),
            on=clock.today(),
        )


class WithdrawView(ReferralActView):
    transition = "withdraw"
    form_class = forms.WithdrawForm
    done_message = "The referral is withdrawn and the case is closed.\nThe local authority’s duty to notify, if it has one, goes on."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "case": self.case}

    def act(self, form: Any) -> Any:
        return services.withdraw_referral(self.record, by=self.user, **form.cleaned_data)


class TransferView(ReferralActView):
    transition = "transfer"
    form_class = forms.TransferForm
    done_message = "The case is passed on and closed here."

    def act(self, form: Any) -> Any:
        return services.transfer_referral(self.record, by=self.user, **form.cleaned_data)


class _Plain(ReferralMixin, FormView):
    """An act that moves nothing by itself."""

    template_name = "components/form_page.html"
    done_message = ""

    def is_permitted(self) -> bool:
        raise NotImplementedError

    def act(self, form: Any) -> Any:
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.is_permitted():
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.act(form)
        except TransitionRefused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        messages.success(self.request, self.done_message)
        return redirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"back_href": self.get_success_url(), **super().get_context_data(**kwargs)}

    def get_success_url(self) -> str:
        return reverse("referrals:referral", args=[self.record.pk])


class AskToWithdrawView(_Plain):
    form_class = forms.AskToWithdrawForm
    page_title = "Ask for the referral to be withdrawn"
    done_message = (
        "You have asked for it to be withdrawn.\nThe business unit decides with the sub-group chair."
    )

    @property
    def for_others(self) -> bool:
        return is_business_unit_of(self.user, self.record.partnership_id)

    def is_permitted(self) -> bool:
        return self.for_others or self.is_own

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "for_others": self.for_others}

    def act(self, form: Any) -> Any:
        return services.ask_to_withdraw(self.record, by=self.user, **form.cleaned_data)


class AcknowledgeReferralView(_Plain):
    """Records that whoever rang or wrote was told that the referral arrived (DL-04)."""

    form_class = AcknowledgedForm
    page_title = "Record that the referrer was told"
    done_message = "It is recorded that the referrer was told."

    def is_permitted(self) -> bool:
        return is_business_unit_of(self.user, self.record.partnership_id)

    def act(self, form: Any) -> Any:
        return services.acknowledge_referral(self.record, by=self.user, **form.cleaned_data)


class WrittenConfirmationView(_Plain):
    form_class = forms.WrittenForm
    page_title = "Record the written confirmation"
    done_message = "The written confirmation is recorded."

    def is_permitted(self) -> bool:
        return is_business_unit_of(self.user, self.record.partnership_id)

    def act(self, form: Any) -> Any:
        return services.record_written_confirmation(self.record, by=self.user, **form.cleaned_data)
