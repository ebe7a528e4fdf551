"""What a date makes due, answered while somebody types it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View

from accounts.db import memberships_of
from accounts.models import Partnership, User
from accounts.second_step import signed_in
from casework.models import Case
from deadlines.foreseen import MakesDue, answer
from deadlines.models import Deadline


class ForeseenView(View):
    """The sentences for the dates typed so far into one of the forms that start clocks; nothing is kept.

    404 for a case or a deadline that the person may not see, and for a partnership that is not theirs. Of a case
    only its partnership is used, so that the answer tells nothing of the case.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = MakesDue.known.get(request.POST.get("form", ""))
        if form is None:
            raise Http404
        user = signed_in(request)
        deadline = self.deadline(user)
        foreseen = answer(form, request.POST, self.partnership(user, deadline), deadline)
        return render(request, "deadlines/foreseen.html", {"foreseen": foreseen})

    def deadline(self, user: User) -> Deadline | None:
        if not (key := self.request.POST.get("deadline", "")):
            return None
        return get_object_or_404(Deadline.objects.visible_to(user).with_everything(), pk=_key(key))

    def partnership(self, user: User, deadline: Deadline | None) -> Partnership:
        if deadline is not None:
            return deadline.partnership
        if key := self.request.POST.get("case", ""):
            cases = Case.objects.visible_to(user).select_related("partnership")
            return get_object_or_404(cases, pk=_key(key)).partnership
        wanted = _key(self.request.POST.get("partnership", ""))
        for membership in memberships_of(user):
            if membership.partnership_id == wanted:
                return membership.partnership
        raise Http404


def _key(typed: str) -> uuid.UUID:
    try:
        return uuid.UUID(typed)
    except ValueError as error:
        raise Http404 from error
