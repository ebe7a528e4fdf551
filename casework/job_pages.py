"""The page of one piece of long work, and what it made."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.views import View
from django.views.generic import TemplateView

from accounts.models import User
from casework.audit import Verb
from casework.models import Case, Job, JobState
from casework.reading import note_read

KINDS = {"pdf": "application/pdf"}


class JobPage(View):
    """A page of one job, for the person who asked for it; for everybody else there is none."""

    @property
    def user(self) -> User:
        if not isinstance(self.request.user, User):
            raise PermissionDenied
        return self.request.user

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Looked up before anything else is said, so that another person's job is not found by any method.
        assert self.job
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def job(self) -> Job:
        return get_object_or_404(Job.objects.visible_to(self.user), pk=self.kwargs["pk"])

    @cached_property
    def may_open(self) -> bool:
        """Whether the person may still open every case that the file tells of."""
        wanted = self.job.cases
        return Case.objects.visible_to(self.user).filter(pk__in=wanted).count() == len(wanted)


class JobView(JobPage, TemplateView):
    """How far it has come, why it failed, or where the file is. It tells nothing of a case, so it is no read."""

    template_name = "casework/job.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = self.job
        return super().get_context_data(
            page_title=job.title,
            job=job,
            is_ready=job.state == JobState.DONE and bool(job.file) and self.may_open,
            may_open=self.may_open,
            back_href=job.origin,
            **kwargs,
        )


class JobFileView(JobPage):
    """Gives out the file, with the download recorded, while the person may open every case in it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        job = self.job
        if job.state != JobState.DONE or not job.file:
            raise Http404
        if not self.may_open:
            page = {"job": job, "may_open": False, "page_title": job.title, "back_href": job.origin}
            return render(request, "casework/job.html", page, status=409)
        note_read(request, case=job.case, about=job, verb=Verb.DOWNLOADED, words=f"Downloaded “{job.title}”")
        response = FileResponse(
            job.file.open(),
            as_attachment=True,
            filename=job.file_name,
            content_type=KINDS[job.file_name.rsplit(".", 1)[-1]],
        )
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "no-store"
        return response
