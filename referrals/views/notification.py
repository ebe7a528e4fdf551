"""The notification's pages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView

from accounts.roles import BUSINESS_UNIT
from accounts.settings_choices import ReferralSource
from casework.drafts import DraftMoved
from casework.models import TakingBack
from casework.transitions import MovedOn, TransitionRefused, actions_for
from casework.views import ActView, RecordMixin
from correspondence.models import Notice, NoticeSubject
from lcspr import clock
from referrals import packs, services
from referrals.forms import notification as forms
from referrals.models import SeriousIncidentNotification
from referrals.models.notification import OUT
from referrals.permissions import is_business_unit_of
from referrals.services import clocks
from referrals.views.pack import NOTIFIERS, READERS
from referrals.views.writing import WritingView


class NotificationView(RecordMixin, TemplateView):
    """Everything on one notification, and what can be done with it."""

    model = SeriousIncidentNotification
    template_name = "referrals/notification.html"
    page_title = "Serious incident notification"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notification: SeriousIncidentNotification = self.record
        return {
            "notification": notification,
            "listed": list(notification.listed.all()),
            "acts": [
                {
                    "label": act.label,
                    "href": reverse(f"referrals:{act.name}", args=[notification.pk]),
                    "reasons": act.reasons,
                }
                for act in actions_for(notification, self.user)
            ],
            "deadline": clocks.open_clock(self.case, clocks.NOTIFY),
            "corrections": Notice.objects.of(self.case, NoticeSubject.NOTIFICATION_CHANGED).select_related(
                "proof", "recorded_by"
            ),
            "may_read_pack": bool(self.roles & READERS),
            "may_correct": bool(self.roles & NOTIFIERS) and notification.state in OUT,
            "taking_back": TakingBack.objects.filter(
                case=self.case,
                about=f"referrals.SeriousIncidentNotification:{notification.pk}",
                confirmed_at=None,
                refused_at=None,
            ).first()
            if self.roles & BUSINESS_UNIT
            else None,
            "back_href": reverse("desk:case", args=[self.case.pk]),
            "caption": f"{self.case} · {self.case.reference}" if self.case.pseudonym else "",
            **super().get_context_data(**kwargs),
        }


class NotificationActView(ActView):
    """The page of one act on a notification."""

    model = SeriousIncidentNotification

    def get_success_url(self) -> str:
        return reverse("referrals:notification", args=[self.record.pk])


class _ListingView(NotificationActView):
    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "case": self.case}

    def get_initial(self) -> dict[str, Any]:
        listed = list(self.record.listed.values_list("pk", flat=True))
        return {
            "listed": [str(key) for key in listed],
            "further_information": self.record.further_information,
            "summary": self.record.summary,
            **{name: (self.record.prepared or {}).get(name) for name in packs.ASKED},
        }


class PrepareView(_ListingView):
    transition = "prepare"
    form_class = forms.PrepareForm
    done_message = "The preparation is saved."

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        return services.prepare_notification(
            self.record,
            by=self.user,
            summary=given["summary"],
            listed=form.chosen(),
            further_information=given["further_information"],
            prepared=form.prepared(),
        )


class RecordSentView(_ListingView):
    """Records the sending (T10). The rapid review's app overrides `act`, to open the review in the same breath."""

    transition = "record_sent"
    form_class = forms.SentForm
    template_name = "referrals/record_sent.html"
    done_message = "The notification is recorded as sent.\nThe rapid review begins: fifteen working days run."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "kept": self.record.packs.all()}

    def get_initial(self) -> dict[str, Any]:
        initial = super().get_initial()
        initial["keyed"] = self.record.packs.first()
        if not initial["listed"]:
            children = services.children_of(self.case)
            initial["listed"] = [str(child.pk) for child in children[:4]]
        return initial

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "deadline": clocks.open_clock(self.case, clocks.NOTIFY),
            "many": self.case.subjects.filter(part="child").count() > 4,
            **super().get_context_data(**kwargs),
        }

    def details(self, form: Any) -> dict[str, Any]:
        """What the service is told, from the cleaned form."""
        given = form.cleaned_data
        return {
            "by": self.user,
            "reference": given["reference"],
            "sent_at": given["sent_at"],
            "sender": given["sender"],
            "listed": form.chosen(),
            "upload": given["upload"],
            "further_information": given["further_information"],
            "lateness_reason": given["lateness_reason"],
            "keyed": given.get("keyed"),
            "on": clock.today(),
        }

    def act(self, form: Any) -> Any:
        return services.record_notification_sent(self.record, **self.details(form))


class RecordSentAgainView(NotificationActView):
    transition = "record_sent_again"
    form_class = forms.SentAgainForm
    done_message = "The second sending is recorded."

    def act(self, form: Any) -> Any:
        return services.record_notification_sent_again(self.record, by=self.user, **form.cleaned_data)


class AcknowledgeView(NotificationActView):
    transition = "acknowledge"
    form_class = forms.AcknowledgeForm
    done_message = "The acknowledgement is recorded."

    def act(self, form: Any) -> Any:
        return services.acknowledge_notification(self.record, by=self.user, **form.cleaned_data)


class RejectView(NotificationActView):
    transition = "reject"
    form_class = forms.RejectForm
    done_message = "The rejection is recorded.\nCorrect the notification and send it again."

    def act(self, form: Any) -> Any:
        return services.reject_notification(self.record, by=self.user, **form.cleaned_data)


class CloseNotificationView(NotificationActView):
    transition = "close"
    form_class = forms.CloseForm
    done_message = "The notification is closed."

    def act(self, form: Any) -> Any:
        return services.close_notification(self.record, by=self.user)


class ReconsiderView(NotificationActView):
    transition = "reconsider"
    form_class = forms.ReconsiderForm
    done_message = "The partners are asked again.\nThe clock goes on meanwhile."

    def act(self, form: Any) -> Any:
        return services.reconsider_criteria(
            self.record, by=self.user, reason=form.cleaned_data["reason"], on=clock.today()
        )


class DeNotifyView(NotificationActView):
    """Withdraws a notification (T28). The rapid review's app overrides `act`, to cancel the review with it."""

    transition = "de_notify"
    form_class = forms.DeNotifyForm
    done_message = "The notification is withdrawn.\nThe partners decide on the criteria again."

    def details(self, form: Any) -> dict[str, Any]:
        """What the service is told, from the cleaned form."""
        given = form.cleaned_data
        return {
            "by": self.user,
            "reason": given["reason"],
            "told_at": given["told_at"],
            "how": given["how"],
            "on": clock.today(),
        }

    def act(self, form: Any) -> Any:
        return services.de_notify(self.record, **self.details(form))


class LocalAuthorityFirstView(WritingView):
    """Records that the local authority notified before any referral (domain §3.4 rule 7).

    The rapid review's app overrides `act`, to open the review in the same breath.
    """

    template_name = "referrals/la_first.html"
    form_class = forms.FirstSentForm
    page_title = "Record what the local authority sent"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and (
            self.referral.source != ReferralSource.LA_FIRST
            or not is_business_unit_of(self.user, self.referral.partnership_id)
        ):
            return redirect("referrals:tasks", pk=self.referral.pk)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.draft.version}

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(*args, **kwargs)
        form.of_partnership = self.referral.partnership
        return form

    def act(self, form: Any) -> Any:
        """Call the service; returns the notification."""
        return services.record_la_first(self.referral, by=self.user, on=clock.today(), **form.cleaned_data)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            notification = self.act(form)
        except DraftMoved as moved:
            form.add_error(
                None, f"{moved.draft.last_editor} changed the referral meanwhile. Check your answers again."
            )
            return self.form_invalid(form)
        except MovedOn:
            raise
        except TransitionRefused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        messages.success(
            self.request,
            "The case is open, and the notification recorded.\nFifteen working days run for the rapid review.",
        )
        return redirect("referrals:notification", pk=notification.pk)
