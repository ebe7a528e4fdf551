"""E-mails about a case: what was sent to whom, what became of it, and what may be done about it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import FormView, TemplateView

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.services import is_administrators_to_correct
from casework.permissions import business_unit_partnerships
from casework.reading import note_read
from casework.transitions import TransitionRefused
from casework.views import CaseMixin
from correspondence import tables
from correspondence.forms import BounceForm, FoundBounceForm, PreviewForm, SettleForm
from correspondence.models import Message, MessageState
from correspondence.services import other_routes, record_bounce, resend, sent_to, settle
from correspondence.showing import preview

PAGE: Final = 50

_CAME_BACK: Final = (
    "It is on record that the e-mail came back.\nReach the person in another way, or put their address right and "
    "send it again."
)


class MessagesMixin(CaseMixin):
    """A page for the business unit of the case's own partnership; others who see the case are refused."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.case = self.case  # type: ignore[attr-defined]
        if self.case.partnership_id not in business_unit_partnerships(self.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def message(self) -> Message:
        """The message the address names, among those of this case."""
        rows = Message.objects.visible_to(self.user).filter(case=self.case)
        parts = ("to", "case", "settled_by", "queued_by", "digest", "repeats")
        return get_object_or_404(rows.select_related(*parts), key=self.kwargs["key"])

    def message_href(self) -> str:
        return reverse("correspondence:message", args=[self.case.pk, self.message.key])


class MessagesView(MessagesMixin, TemplateView):
    template_name = "correspondence/messages.html"
    page_title = "E-mails about this case"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Message.objects.visible_to(self.user).filter(case=self.case).select_related("to")
        page = Paginator(rows, PAGE).get_page(self.request.GET.get("page"))
        return {
            "page": page,
            "columns": tables.MESSAGE_COLUMNS,
            "rows": [tables.message_row(message) for message in page],
            "caption": f"{self.case.pseudonym} {self.case.reference}".strip(),
            "back_href": reverse("desk:case", args=[self.case.pk]),
            **super().get_context_data(**kwargs),
        }


class MessageView(MessagesMixin, TemplateView):
    """One message as it was sent, and what became of it."""

    template_name = "correspondence/message.html"

    def read_object(self) -> Message:
        return self.message

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        message = self.message
        waits = message.waits_for_somebody
        return {
            "page_title": message.subject,
            "message": message,
            "facts": tables.message_facts(message),
            "history": tables.message_history(message),
            "may_resend": message.state not in {MessageState.CLAIMED, MessageState.HELD},
            "may_bounce": message.state == MessageState.SENT and message.bounced_at is None,
            "waits": waits,
            "routes": other_routes(self.case, message.to) if waits else [],
            "address_href": (address_href := self.address_href() if waits else ""),
            "address_words": "" if address_href or not waits else self.who_corrects(),
            "back_href": reverse("correspondence:messages", args=[self.case.pk]),
            **super().get_context_data(**kwargs),
        }

    def who_corrects(self) -> str:
        """Whom to ask when the address itself is wrong."""
        theirs = is_administrators_to_correct(self.message.to)
        return f"Is the address wrong? {'A system administrator' if theirs else 'The business manager'} changes it."

    def address_href(self) -> str:
        """Where a business manager puts right the address of the person; nothing for others."""
        manages = self.case.partnership_id in business_unit_partnerships(self.user, {Role.BUM})
        if not manages or is_administrators_to_correct(self.message.to):
            return ""
        held = Membership.objects.current().filter(user=self.message.to, partnership=self.case.partnership)
        first = held.order_by("starts_on", "pk").first()
        return reverse("people:address", args=[first.pk]) if first else ""


class ResendView(MessageView):
    """Sends the message again; when that cannot be, shows it with the reason."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            again = resend(self.message, by=self.user)
        except TransitionRefused as refused:
            return self.render_to_response(self.get_context_data(problems=refused.reasons))
        messages.success(request, f"The e-mail is on its way to {again.to} again.")
        return redirect("correspondence:message", self.case.pk, again.key)


class SettleView(MessagesMixin, FormView):
    form_class = SettleForm
    template_name = "components/form_page.html"
    page_title = "Told in another way"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"back_href": self.message_href(), **super().get_context_data(**kwargs)}

    def form_valid(self, form: SettleForm) -> HttpResponse:
        try:
            settle(self.message, by=self.user, how=form.cleaned_data["how"])
        except TransitionRefused as refused:
            form.add_error(None, refused.reasons)
            return self.form_invalid(form)
        messages.success(self.request, "Saved. This message waits for nobody any more.")
        return redirect(self.message_href())


class BouncedView(MessagesMixin, FormView):
    """Records that one message came back."""

    form_class = BounceForm
    template_name = "components/form_page.html"
    page_title = "Record that it came back"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "back_href": self.message_href(),
            "caption": f"Sent to {self.message.address}",
            **super().get_context_data(**kwargs),
        }

    def form_valid(self, form: BounceForm) -> HttpResponse:
        try:
            record_bounce(self.message, by=self.user, **form.answers())
        except TransitionRefused as refused:
            form.add_error(None, refused.reasons)
            return self.form_invalid(form)
        messages.success(self.request, _CAME_BACK)
        return redirect(self.message_href())


class PreviewView(MessagesMixin, TemplateView):
    """An e-mail as it would be written about this case today, without sending it."""

    template_name = "correspondence/preview.html"
    page_title = "Preview an e-mail"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = PreviewForm(self.request.GET if "template" in self.request.GET else None)
        shown = preview(form.cleaned_data["template"], self.case, self.user) if form.is_valid() else None
        return {
            "form": form,
            "shown": shown,
            "caption": f"{self.case.pseudonym} {self.case.reference}".strip(),
            "back_href": reverse("correspondence:messages", args=[self.case.pk]),
            **super().get_context_data(**kwargs),
        }


class BusinessUnitMixin:
    """A page of no case, for people of a business unit."""

    request: HttpRequest

    @property
    def user(self) -> User:
        user = self.request.user
        if not isinstance(user, User) or not business_unit_partnerships(user):
            raise PermissionDenied
        return user


class ReturnedView(BusinessUnitMixin, FormView):
    """Records a bounce of which only the address or the Message-ID is known, as the returned e-mail says it."""

    form_class = FoundBounceForm
    template_name = "components/form_page.html"
    page_title = "An e-mail came back"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        _ = self.user
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"back_href": reverse("correspondence:failed"), **super().get_context_data(**kwargs)}

    def form_valid(self, form: FoundBounceForm) -> HttpResponse:
        message = sent_to(form.cleaned_data["sent_to"], seen_by=self.user)
        if message is None:
            form.add_error("sent_to", "No e-mail of your cases was sent there. Check the address")
            return self.form_invalid(form)
        try:
            record_bounce(message, by=self.user, **form.answers())
        except TransitionRefused as refused:
            form.add_error(None, refused.reasons)
            return self.form_invalid(form)
        messages.success(self.request, _CAME_BACK)
        return redirect("correspondence:message", message.case_id, message.key)


class FailedView(BusinessUnitMixin, TemplateView):
    """Every message of the business unit's cases that did not arrive and that nobody has dealt with."""

    template_name = "correspondence/failed.html"
    page_title = "E-mails that did not arrive"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Message.objects.failed().visible_to(self.user).select_related("to", "case")
        page = Paginator(rows, PAGE).get_page(self.request.GET.get("page"))
        note_read(self.request, case=None, words="Opened the list of messages that failed")
        return {
            "page": page,
            "columns": tables.FAILED_COLUMNS,
            "rows": [tables.failed_row(message) for message in page],
            "case_content": True,
            "back_href": reverse("desk:home"),
            **super().get_context_data(**kwargs),
        }
