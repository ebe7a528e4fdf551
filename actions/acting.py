"""Form pages that do something other than take an exit of a machine."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.generic import FormView

from accounts.db import forget_memberships
from casework.files import FileRefused
from casework.transitions import MovedOn, TransitionRefused
from casework.views import CaseMixin


class ActForm(CaseMixin, FormView):
    """A form whose act may be refused in words; mix it in before `RecordMixin` where it is about one record.

    It names `CaseMixin` itself, so that the case stands before the form in every page's order: the read is recorded,
    the page is marked, and what was typed before a time-out comes back.

    `allowed` decides who may open it (403 to others), `act` calls the service. What was typed is kept when
    the service refuses.
    """

    template_name = "casework/act.html"
    done_message: ClassVar[str] = ""

    def allowed(self) -> bool:
        """Whether the person may do this at all."""
        raise TypeError(f"{type(self).__name__} does not say who may open it.")

    def act(self, form: Any) -> Any:
        """Call the service with the cleaned form."""
        raise TypeError(f"{type(self).__name__} says nothing of how to act.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.allowed():
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"back_href": self.get_success_url(), **super().get_context_data(**kwargs)}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.act(form)
        except MovedOn:
            raise
        except TransitionRefused as refused:
            forget_memberships()
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        except FileRefused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        if self.done_message:
            messages.success(self.request, self.done_message)
        return redirect(self.get_success_url())
