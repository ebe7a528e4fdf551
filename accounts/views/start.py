"""The public start: what this is for and not for, whom to ring, what each role does, and how to get in."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.generic import TemplateView, View

from accounts.db import memberships_of
from accounts.models import DirectoryEntry, Partnership, User
from accounts.role_words import roles_told


@method_decorator(login_not_required, name="dispatch")
class StartsView(TemplateView):
    """Which partnership, where several share this installation; with one there is nothing to choose."""

    template_name = "accounts/starts.html"
    page_title = "Which area is it about?"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        partnerships = list(Partnership.objects.order_by("name"))
        if len(partnerships) == 1:
            return redirect("start_of", partnerships[0].code.lower())
        return self.render_to_response(self.get_context_data(partnerships=partnerships))


@method_decorator(login_not_required, name="dispatch")
class OfPartnership(View):
    """A public page of the partnership in the address."""

    @cached_property
    def partnership(self) -> Partnership:
        found = Partnership.objects.filter(code__iexact=self.kwargs["partnership_code"]).first()
        if found is None:
            raise Http404
        return found

    def sent_elsewhere(self) -> HttpResponse | None:
        """Where somebody who has no business on this page goes instead."""
        return None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.partnership  # noqa: B018  (404 before anything is read or written)
        return self.sent_elsewhere() or super().dispatch(request, *args, **kwargs)


class StartView(OfPartnership, TemplateView):
    """Everybody's first page. Names of people only where they are to be public, or to the partnership's own people."""

    template_name = "accounts/start.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        partnership, user = self.partnership, self.request.user
        is_known = isinstance(user, User) and any(
            m.partnership_id == partnership.pk for m in memberships_of(user)
        )
        entries = DirectoryEntry.objects.filter(partnership=partnership).select_related("agency")
        if not is_known:
            entries = entries.filter(is_public=True)
        listed = partnership.members.current().select_related("agency").order_by("agency__name")
        by_agency = {agency: list(rows) for agency, rows in groupby(entries, key=lambda row: row.agency)}
        return super().get_context_data(
            page_title="When a child has died or been seriously harmed",
            caption=partnership.name,
            partnership=partnership,
            contacts=partnership.contacts,
            case_group=partnership.word("case_group"),
            representative=partnership.word("agency_representative"),
            business_unit=partnership.word("business_unit"),
            roles=roles_told(partnership),
            directory=[(each.agency, by_agency.get(each.agency, [])) for each in listed],
            is_known=is_known,
            **kwargs,
        )
