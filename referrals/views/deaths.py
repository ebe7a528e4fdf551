"""The pages of the notice of a death, and of abuse or neglect that comes to be suspected after all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import FormView, TemplateView

from accounts.roles import BUSINESS_UNIT, Role
from casework.models import TakingBack
from casework.transitions import TransitionRefused, actions_for
from casework.views import ActView, CaseMixin, RecordMixin
from referrals import services
from referrals.forms import deaths as forms
from referrals.forms.notification import AcknowledgeForm, TakeBackForm
from referrals.models import DeathNotice
from referrals.services import clocks
from referrals.services.deaths import BACK, MAY_COME_TO_BE_SUSPECTED, clock_of


class DeathNoticeView(RecordMixin, TemplateView):
    """What is owed for one death, by whom and by when, and what was sent."""

    model = DeathNotice
    template_name = "referrals/death_notice.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notice: DeathNotice = self.record
        return {
            "page_title": notice.get_kind_display(),
            "notice": notice,
            "deadline": clock_of(notice),
            "acts": [
                {
                    "label": act.label,
                    "href": reverse(f"referrals:{act.name}", args=[notice.pk]),
                    "reasons": act.reasons,
                }
                for act in actions_for(notice, self.user)
                # That none is owed is said when the facts are put right, not offered beside the sending.
                if not (act.name == "drop_death_notice" and act.reasons)
            ],
            "may_suspect": bool(self.roles & (BUSINESS_UNIT | {Role.LAN}))
            and self.case.stage in MAY_COME_TO_BE_SUSPECTED
            and clocks.open_clock(self.case, clocks.NOTIFY) is None,
            "taking_back": TakingBack.objects.filter(
                case=self.case,
                about=f"referrals.DeathNotice:{notice.pk}",
                confirmed_at=None,
                refused_at=None,
            ).first()
            if self.roles & BUSINESS_UNIT
            else None,
            "caption": f"{self.case} · {self.case.reference}",
            "back_href": reverse("desk:case", args=[self.case.pk]),
            **super().get_context_data(**kwargs),
        }


class DeathNoticeActView(ActView):
    """The page of one act on the notice of a death."""

    model = DeathNotice

    def get_success_url(self) -> str:
        return reverse("referrals:death_notice", args=[self.record.pk])


class DeathNoticeSentView(DeathNoticeActView):
    transition = "record_death_notice_sent"
    form_class = forms.DeathNoticeSentForm
    done_message = "The notice is recorded as sent.\nNo rapid review follows from it by itself."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "notice": self.record}

    def act(self, form: Any) -> Any:
        return services.record_death_notice_sent(self.record, by=self.user, **form.cleaned_data)


class DeathNoticeAcknowledgedView(DeathNoticeActView):
    transition = "acknowledge_death_notice"
    form_class = AcknowledgeForm
    done_message = "The acknowledgement is recorded."

    def act(self, form: Any) -> Any:
        return services.acknowledge_death_notice(self.record, by=self.user, **form.cleaned_data)


class DropDeathNoticeView(DeathNoticeActView):
    transition = "drop_death_notice"
    form_class = forms.DropDeathNoticeForm
    done_message = "It is recorded that no notice is owed."

    def act(self, form: Any) -> Any:
        return services.drop_death_notice(self.record, by=self.user, reason=form.cleaned_data["reason"])


class TakeBackDeathNoticeView(DeathNoticeActView):
    transition = BACK
    form_class = TakeBackForm
    done_message = "A colleague is asked to confirm it.\nNothing has changed yet."

    def act(self, form: Any) -> Any:
        return services.ask_to_take_back(
            self.record, transition=BACK, by=self.user, reason=form.cleaned_data["reason"]
        )


class SuspicionView(CaseMixin, FormView):
    """Records when the local authority became aware of abuse or neglect, after a death notified without it."""

    template_name = "components/form_page.html"
    form_class = forms.SuspicionForm
    page_title = "Abuse or neglect is now suspected"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.roles & (BUSINESS_UNIT | {Role.LAN}):
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"back_href": self.get_success_url(), **super().get_context_data(**kwargs)}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            services.record_suspicion(self.case, by=self.user, **form.cleaned_data)
        except TransitionRefused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        messages.success(self.request, "Five working days run for the notification.\nThe partners are told.")
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return reverse("desk:case", args=[self.case.pk])
