"""Notices given outside the service, and the replies to them."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import FormView, TemplateView

from accounts.access_table import Right, Thing
from casework.files import store_document
from casework.models import Document
from casework.transitions import TransitionRefused
from casework.views import CaseMixin, RecordMixin
from correspondence import tables
from correspondence.forms import NoticeForm, ReplyForm
from correspondence.models import Notice, NoticeSubject, Recipient
from correspondence.services import record_notice, record_reply
from correspondence.services.notices import REPLIED

PAGE: Final = 50


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
