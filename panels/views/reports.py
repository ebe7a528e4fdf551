"""Versions of the report."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from casework.views import ActView
from lcspr import clock
from panels import forms, services
from panels.models import ReportVersion
from panels.permissions import WRITES_REPORT
from panels.views.review import ReviewForm


class UploadView(ReviewForm):
    form_class = forms.UploadForm
    acting_roles = WRITES_REPORT
    page_title = "Upload a draft or the final report"
    done_message = "The report is uploaded."

    def act(self, form: Any) -> Any:
        return services.upload_version(self.record, by=self.user, **form.cleaned_data)


class VersionAct(ActView):
    """An act on one version of the report."""

    model = ReportVersion
    form_class: Any = forms.ConfirmForm

    def get_success_url(self) -> str:
        return reverse("panels:review", args=[self.record.review_id])


class CirculateView(VersionAct):
    transition = "circulate"
    done_message = "The review panel is asked to comment on its accuracy."

    def act(self, form: Any) -> Any:
        return services.circulate_draft(self.record, by=self.user, at=clock.now())


class CloseCommentsView(VersionAct):
    transition = "close_comments"
    form_class = forms.CommentsForm
    done_message = "The comments are closed."

    def act(self, form: Any) -> Any:
        return services.close_comments(self.record, by=self.user, at=clock.now(), **form.cleaned_data)
