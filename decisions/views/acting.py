"""What the pages of an act share that have no one transition behind them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import FormView

from casework.transitions import MovedOn, TransitionRefused
from casework.views import CaseMixin


class Acting(CaseMixin, FormView):
    """A form whose submission is one act: not permitted → 403, refused → the page with the reasons, lost a race → 409."""

    acting_roles: ClassVar[frozenset[Any]] = frozenset()
    template_name = "casework/act.html"
    page_title: ClassVar[str] = ""
    done_message: ClassVar[str] = ""

    def is_permitted(self) -> bool:
        return bool(self.roles & self.acting_roles)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.is_permitted():
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def give(self, form: Any) -> Any:
        """Call the service with the cleaned form; a stage that moves its case with the act calls its own."""
        raise TypeError(f"{type(self).__name__} says nothing of how to act.")

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            # A refusal takes back the files kept for the act with it.
            with transaction.atomic():
                self.give(form)
        except MovedOn:
            raise
        except TransitionRefused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        if self.done_message:
            messages.success(self.request, self.done_message)
        return redirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"back_href": self.get_success_url(), **super().get_context_data(**kwargs)}

    def get_success_url(self) -> str:
        return reverse("desk:case", args=[self.case.pk])
