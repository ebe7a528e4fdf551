"""An act that moves dates is shown before it is done: what would move, from when to when, and a button to confirm it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.generic import FormView, View

from accounts.models import User
from accounts.roles import Role
from accounts.second_step import signed_in
from casework.reading import note_read
from casework.transitions import TransitionRefused
from deadlines.services.grounds import Outcome
from deadlines.services.rules import roles_of

CONFIRM: Final = "confirm"
# A page shows so many of them by name.
SHOWN: Final = 100
# How many moved is told to nobody: others' cases would be among them.
WORKED_OUT: Final = "The open deadlines are worked out again. Each keeps its old date and the reason."


class OfficePage(View):
    """A page for some roles, whatever the partnership: 403 for everyone else."""

    roles_allowed: ClassVar[frozenset[Role]] = frozenset(Role)

    @property
    def user(self) -> User:
        return signed_in(self.request)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not roles_of(self.user) & self.roles_allowed:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class PreviewedAct(OfficePage, FormView):
    """Asks, shows what would move among the deadlines the person may see, and acts once that is confirmed.

    Nothing typed is lost on the way: the preview carries the answers with it, and goes back with them.
    """

    template_name = "deadlines/office_act.html"
    preview_template = "deadlines/preview.html"
    confirm_label: ClassVar[str] = "Confirm"
    is_warning: ClassVar[bool] = False

    def reasons(self, answers: dict[str, Any]) -> list[str]:
        """Why the act cannot be done with these answers."""
        return []

    def moves(self, answers: dict[str, Any]) -> list[Outcome]:
        """What would move."""
        raise NotImplementedError

    def told(self, answers: dict[str, Any]) -> str:
        """The act in a sentence, for the preview."""
        raise NotImplementedError

    def act(self, answers: dict[str, Any]) -> str:
        """Do it; the sentence for the banner."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        answers = form.cleaned_data
        if self.request.POST.get(CONFIRM) == "back":
            return self.render_to_response(self.get_context_data(form=form))
        if reasons := self.reasons(answers):
            return self.refused(form, reasons)
        if self.request.POST.get(CONFIRM) != "yes":
            return self.preview(form)
        try:
            done = self.act(answers)
        except TransitionRefused as refused:
            return self.refused(form, refused.reasons)
        messages.success(self.request, done)
        return redirect(self.get_success_url())

    def refused(self, form: Any, reasons: Sequence[str]) -> HttpResponse:
        form.add_error(None, list(reasons))
        return self.form_invalid(form)

    def preview(self, form: Any) -> HttpResponse:
        moves = self.moves(form.cleaned_data)
        note_read(self.request, case=None, words="Looked at which deadlines a change would move")
        typed = [
            (name, value)
            for name, values in self.request.POST.lists()
            for value in values
            if name not in {CONFIRM, "csrfmiddlewaretoken"}
        ]
        return self.response_class(
            request=self.request,
            template=[self.preview_template],
            context=self.get_context_data(
                form=form,
                told=self.told(form.cleaned_data),
                moves=moves[:SHOWN],
                more=max(0, len(moves) - SHOWN),
                sees_cases=roles_of(self.user) != {Role.ADM},
                typed=typed,
                confirm=CONFIRM,
                confirm_label=self.confirm_label,
                is_warning=self.is_warning,
                case_content=True,
            ),
        )
