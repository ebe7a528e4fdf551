"""The page everything is measured against: signed in, the base template with its navigation, one query, one read."""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

from accounts.models import Partnership
from casework.reading import note_read


class BareView(TemplateView):
    """The least a page of the application can do."""

    template_name = "base.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        note_read(self.request, case=None, words="Opened a bare page")
        first = Partnership.objects.only("name").first()
        return {
            **super().get_context_data(**kwargs),
            "page_title": first.name if first else "A bare page",
            "case_content": True,
        }
