"""One transaction a request, in the name of whoever asks; and the record of what they read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from allauth.account.middleware import AccountMiddleware
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django_fsm import ConcurrentTransition
from psycopg import errors

from accounts.db import acting_as
from casework import audit, typed
from casework.audit import Verb
from casework.reading import count_reads, forget_reads, has_reads, write_reads
from casework.transitions import MovedOn

View = Callable[..., HttpResponseBase]

# How often a request is run whose transaction the database ended to undo a deadlock: nothing of it was kept.
RUNS: Final = 3


class SignInMiddleware(LoginRequiredMiddleware):
    """Asks for sign-in, and keeps the form that somebody sent after their session had ended, for them alone."""

    def process_view(
        self, request: HttpRequest, view_func: View, view_args: tuple[Any, ...], view_kwargs: dict[str, Any]
    ) -> Any:
        typed.drop_if_anothers(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: View) -> Any:
        if request.method == "POST":
            typed.keep(request)
        else:
            typed.remember(request)
        return super().handle_no_permission(request, view_func)


class ReadRecordMiddleware:
    """Writes reads and sign-ins in a short transaction of their own before the response leaves.

    Outside the request's transaction, so a reader never holds a case's chain while a page is made; and
    before the response, so that what cannot be recorded is not shown.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        notes = getattr(request, "accounts_events", ())
        if notes or (has_reads(request) and response.status_code < 400):
            user = request.user if request.user.is_authenticated else None
            with acting_as(user):
                for note in notes:
                    audit.record(note.verb, by=note.user, about=note.user, words=note.words, **note.details)
                if response.status_code < 400:
                    write_reads(request)
        return response


class ActingMiddleware:
    """Runs the view, and the rendering of its page, in one transaction as the signed-in person.

    It stands in for ATOMIC_REQUESTS, which would leave the rendering outside and cannot tell the
    database who acts. Must be last: it calls the view.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.allauth = AccountMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if getattr(view, "_non_atomic_requests", None):
            return None
        try:
            return self._run(request, view, args, kwargs)
        except PermissionDenied:
            self._record_refusal(request)
            raise
        except (ImmediateHttpResponse, ReauthenticationRequired) as answer:
            # Called here, a view's exceptions pass no middleware's process_exception; allauth answers in its own.
            return self.allauth.process_exception(request, answer)
        except MovedOn as moved:
            return moved_on(request, moved)
        except ConcurrentTransition:
            return moved_on(request, None)

    def _run(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase:
        """The view's response, made anew when the database chose this request to undo a deadlock."""
        for run in range(1, RUNS + 1):
            noted = count_reads(request)
            banners = _banners(request)
            told = len(banners)
            try:
                with acting_as(request.user):
                    response = view(request, *args, **kwargs)
                    if callable(getattr(response, "render", None)):
                        response = response.render()  # type: ignore[attr-defined]
                    return response
            except OperationalError as error:
                if run == RUNS or not isinstance(error.__cause__, errors.DeadlockDetected):
                    raise
                forget_reads(request, after=noted)
                del banners[told:]
                for _, files in request.FILES.lists():
                    for file in files:
                        file.seek(0)
        raise AssertionError("The last run returns or raises.")

    def _record_refusal(self, request: HttpRequest) -> None:
        user = request.user if request.user.is_authenticated else None
        match = request.resolver_match
        with acting_as(user):
            # Route name only: a path holds keys, which are harmless, but a query string might hold words.
            audit.record(
                Verb.REFUSED,
                by=user,
                case=getattr(request, "case", None),
                words="Was refused",
                route=match.view_name if match else "",
                keys={key: str(value) for key, value in (match.kwargs if match else {}).items()},
            )


def _banners(request: HttpRequest) -> list[Any]:
    """The banners that the next page will show; nothing public lets them be dropped again."""
    storage: Any = get_messages(request)
    queued: list[Any] = storage._queued_messages  # noqa: SLF001
    return queued


def moved_on(request: HttpRequest, moved: MovedOn | None) -> HttpResponse:
    """The 409 page: what changed meanwhile and who did it."""
    with acting_as(request.user):
        last = moved.last if moved else None
        case = getattr(request, "case", None)
        context = {
            "reasons": moved.reasons
            if moved
            else ["Somebody else changed this while you were working on it."],
            "what": audit.payload_of(last).get("words", "") if last else "",
            "by": last.actor if last else None,
            "at": last.at if last else None,
            "mine": last is not None and last.actor_id == request.user.pk,
            "sent": request.method == "POST",
            "href": reverse("desk:case", args=[case.pk]) if case else reverse("desk:home"),
            "link": "Go to the case" if case else "Go to what needs you",
        }
        return render(request, "409.html", context, status=409)
