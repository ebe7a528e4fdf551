"""The public library: what anybody may read, signed in or not, and nothing else."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.generic import TemplateView

from publication.forms import SearchForm
from publication.models import Publication, PublicationState

PAGE_LENGTH: Final = 25


@method_decorator(login_not_required, name="dispatch")
class LibraryView(TemplateView):
    """The reviews by year, newest first, with a search over their public titles and summaries."""

    template_name = "publication/library.html"
    page_title = "Published reviews"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        public = Publication.objects.public()
        years = [at.year for at in public.dates("published_at", "year", order="DESC")]
        form = SearchForm(self.request.GET or None, years=years)
        found = _found(public, form).select_related("case__partnership").order_by("-published_at", "id")
        page = Paginator(found, PAGE_LENGTH).get_page(self.request.GET.get("page"))
        return {
            "filter_form": form,
            "searched": form.is_bound and form.is_valid() and any(form.cleaned_data.values()),
            "page": page,
            "library_href": reverse("publication:library"),
            "navigation": [],
            **super().get_context_data(**kwargs),
        }


def _found(public: QuerySet[Publication], form: SearchForm) -> QuerySet[Publication]:
    if not form.is_bound or not form.is_valid():
        return public
    for word in form.cleaned_data["q"].split()[:10]:
        public = public.filter(
            Q(public_title__icontains=word) | Q(public_pseudonym__icontains=word) | Q(summary__icontains=word)
        )
    if year := form.cleaned_data["year"]:
        public = public.filter(published_at__year=int(year))
    return public


def public_or_gone(slug: str) -> Publication:
    """What was published at an address; 404 when nothing ever was."""
    # Nothing has an address before it is published, so a guess finds no more than any other.
    found: Publication = get_object_or_404(
        Publication.objects.exclude(slug="").select_related("case__partnership", "report"), slug=slug
    )
    return found


def gone(request: HttpRequest, publication: Publication) -> HttpResponse:
    """The page of what was taken down: that it was here, and no more."""
    page = {
        "page_title": "This review is no longer published",
        "publisher": publication.case.partnership,
        "navigation": [],
    }
    return render(request, "publication/gone.html", page, status=410)


@method_decorator(login_not_required, name="dispatch")
class PublicView(View):
    """One published review: summary, statement, and the file made for the public."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        publication = public_or_gone(slug)
        if publication.state == PublicationState.WITHDRAWN:
            return gone(request, publication)
        page = {
            "page_title": publication.public_title,
            "publication": publication,
            "publisher": publication.case.partnership,
            "navigation": [],
            "back_href": reverse("publication:library"),
            "back_text": "Published reviews",
        }
        return render(request, "publication/public.html", page)


@method_decorator(login_not_required, name="dispatch")
class ReportView(View):
    """Gives out the published file, and only that: the one whose fingerprint was taken when it was published."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        publication = public_or_gone(slug)
        if publication.state == PublicationState.WITHDRAWN:
            return gone(request, publication)
        report = publication.report
        if (
            publication.state != PublicationState.PUBLISHED
            or report is None
            or report.sha256 != publication.sha256
            or not report.can_be_opened
        ):
            raise Http404
        response = FileResponse(
            report.file.open(),
            as_attachment=True,
            filename=f"{publication.slug}.pdf",
            content_type="application/pdf",
        )
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["X-Content-Type-Options"] = "nosniff"
        return response
