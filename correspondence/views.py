"""The e-mails of a case and the notices given outside, for those who look after them."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import FormView, TemplateView

from accounts.access_table import Right, Thing
from accounts.models import User
from casework.files import store_document
from casework.models import Document
from casework.permissions import business_unit_partnerships
from casework.reading import note_read
from casework.transitions import TransitionRefused
from casework.views import CaseMixin, RecordMixin
from correspondence import tables
from correspondence.forms import NoticeForm, ReplyForm, SettleForm
from correspondence.models import Message, MessageState, Notice, NoticeSubject, Recipient
from correspondence.services import record_notice, record_reply, resend, settle
from correspondence.services.notices import REPLIED

PAGE: Final = 50


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
        return get_object_or_404(rows.select_related("to", "case", "settled_by"), key=self.kwargs["key"])

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
        waits = message.state == MessageState.FAILED and message.settled_at is None
        return {
            "page_title": message.subject,
            "message": message,
            "facts": tables.message_facts(message),
            "may_resend": message.state != MessageState.CLAIMED,
            "waits": waits,
            "back_href": reverse("correspondence:messages", args=[self.case.pk]),
            **super().get_context_data(**kwargs),
        }


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


class FailedView(TemplateView):
    """Every message of the business unit's cases that could not be sent and that nobody has dealt with."""

    template_name = "correspondence/failed.html"
    page_title = "Messages that failed"

    @property
    def user(self) -> User:
        user = self.request.user
        if not isinstance(user, User) or not business_unit_partnerships(user):
            raise PermissionDenied
        return user

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


class NoticesMixin(CaseMixin):
    """A page of a case's notices, for those whom the access table gives `right` over them."""

    right: ClassVar[Right] = Right.READ

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.case = self.case  # type: ignore[attr-defined]
        if not self.may(self.right, Thing.PANEL_LETTERS):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def notices_href(self) -> str:
        return reverse("correspondence:notices", args=[self.case.pk])

    def keep(self, upload: UploadedFile | None, title: str) -> Document | None:
        """The upload as a document of the case that the readers of notices may open."""
        if upload is None:
            return None
        return store_document(self.case, upload, by=self.user, title=title, thing=Thing.PANEL_LETTERS)


class NoticesView(NoticesMixin, TemplateView):
    template_name = "correspondence/notices.html"
    page_title = "Notices given"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Notice.objects.visible_to(self.user).of(self.case)
        page = Paginator(rows.select_related("proof", "reply"), PAGE).get_page(self.request.GET.get("page"))
        may_write = self.may(Right.WRITE, Thing.PANEL_LETTERS)
        return {
            "page": page,
            "cards": [tables.notice_card(notice, may_reply=may_write) for notice in page],
            "may_write": may_write,
            "caption": f"{self.case.pseudonym} {self.case.reference}".strip(),
            "back_href": reverse("desk:case", args=[self.case.pk]),
            **super().get_context_data(**kwargs),
        }


class NoticeNewView(NoticesMixin, FormView):
    right = Right.WRITE
    form_class = NoticeForm
    template_name = "components/form_page.html"
    page_title = "Record a notice"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "case": self.case}

    def get_initial(self) -> dict[str, Any]:
        """A task may link here with who is to be told and of what: `?to=ofsted&subject=lcspr_starting`."""
        asked = {name: self.request.GET.get(name, "") for name in ("to", "subject")}
        known = {"to": Recipient.values, "subject": NoticeSubject.values}
        return {name: value for name, value in asked.items() if value in known[name]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"back_href": self.notices_href(), **super().get_context_data(**kwargs)}

    def form_valid(self, form: NoticeForm) -> HttpResponse:
        answers = form.cleaned_data
        try:
            with transaction.atomic():
                notice = record_notice(
                    self.case,
                    to=Recipient(answers["to"]),
                    subject=answers["subject"],
                    sent_at=answers["sent_at"],
                    how=answers["how"],
                    by=self.user,
                    other_name=form.name_given(),
                    proof=self.keep(answers["proof"], f"Proof: {NoticeSubject(answers['subject']).label}"),
                    words=answers["words"],
                )
        except TransitionRefused as refused:
            form.add_error(None, refused.reasons)
            return self.form_invalid(form)
        messages.success(self.request, f"The notice to {notice.recipient_name} is on record.")
        return redirect(self.notices_href())


class ReplyView(RecordMixin, NoticesMixin, FormView):
    model = Notice
    right = Right.WRITE
    form_class = ReplyForm
    template_name = "casework/act.html"
    page_title = "Record a reply"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "notice": self.record}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notice: Notice = self.record
        return {
            "blocked": [REPLIED] if notice.reply_received_at else [],
            "caption": str(notice),
            "back_href": self.notices_href(),
            **super().get_context_data(**kwargs),
        }

    def form_valid(self, form: ReplyForm) -> HttpResponse:
        answers = form.cleaned_data
        try:
            with transaction.atomic():
                notice = record_reply(
                    self.record,
                    by=self.user,
                    received_at=answers["received_at"],
                    words=answers["words"],
                    reply=self.keep(answers["reply"], f"Reply: {self.record.get_subject_display()}"),
                )
        except TransitionRefused as refused:
            form.add_error(None, refused.reasons)
            return self.form_invalid(form)
        messages.success(self.request, f"The reply from {notice.recipient_name} is on record.")
        return redirect(self.notices_href())
