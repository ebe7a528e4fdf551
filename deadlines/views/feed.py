"""A person's own calendar: its link made, shown once and stopped; and what a calendar program reads by it."""

from __future__ import annotations

import time
from typing import Any, Final

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.generic import TemplateView

from accounts.db import acting_as
from accounts.events import note
from accounts.models import User
from casework.audit import Verb
from casework.reading import note_read
from casework.views import RecordMixin
from deadlines.events import calendar_of, feed_for
from deadlines.models import Deadline
from deadlines.services import feeds
from deadlines.tabs import tabs_of

CALENDAR: Final = "text/calendar; charset=utf-8"
HOUR: Final = 3600
# A program that asks every five minutes, on five devices; and wrong links from one address.
READS_AN_HOUR: Final = 60
MISSES_AN_HOUR: Final = 100


class FeedView(TemplateView):
    """Whether the person has a link, and the buttons that make one or stop it."""

    template_name = "deadlines/feed.html"
    page_title = "Deadlines in your own calendar"

    @property
    def user(self) -> User:
        if not isinstance(self.request.user, User):
            raise PermissionDenied
        return self.request.user

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            tabs=tabs_of(self.user, current=self.request.path), feed=feeds.feed_of(self.user), **kwargs
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make a link and show it on this answer alone: it is kept nowhere, the session included."""
        feed, secret = feeds.make_feed(by=self.user)
        note(request, Verb.ACCOUNT_CHANGED, self.user, "Made a calendar link", feed=str(feed.pk))
        link = f"{settings.PUBLIC_URL}{reverse('deadlines:calendar', args=[secret])}"
        response = self.render_to_response(self.get_context_data(link=link))
        response["Cache-Control"] = "no-store"
        return response


class StopFeedView(View):
    """The button that stops the link."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            raise PermissionDenied
        if feeds.stop_feed(by=request.user):
            note(request, Verb.ACCOUNT_CHANGED, request.user, "Stopped their calendar link")
            messages.success(
                request, "Your calendar link is stopped.\nCalendars that used it get nothing more."
            )
        return redirect("deadlines:feed")


@method_decorator(login_not_required, name="dispatch")
class CalendarView(View):
    """What a calendar program reads by the secret link: that something is due, and the case's reference.

    A link that does not work, for whatever reason, is not found.
    """

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        address = get_adapter().get_client_ip(request)
        if not _within(f"misses:{address}", MISSES_AN_HOUR, counts=False):
            return _quiet(HttpResponse(status=429))
        feed = feeds.find_feed(secret)
        if feed is None:
            _within(f"misses:{address}", MISSES_AN_HOUR)
            return _quiet(HttpResponse(status=404))
        if not _within(f"reads:{feed.pk}", READS_AN_HOUR):
            return _quiet(HttpResponse(status=429))
        with acting_as(feed.user):
            content = feed_for(feed.user)
            if feeds.note_feed_read(feed):
                words = "A calendar program read when their deadlines are due; recorded once a day"
                note(request, Verb.READ, feed.user, words, feed=str(feed.pk))
        return _quiet(HttpResponse(content, content_type=CALENDAR))


class EventView(RecordMixin, View):
    """One deadline as a calendar file, for a calendar that is not subscribed."""

    model = Deadline

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        words = "Took the date into a calendar"
        note_read(request, case=self.case, about=self.record, verb=Verb.DOWNLOADED, words=words)
        response = HttpResponse(calendar_of(self.record), content_type=CALENDAR)
        response["Content-Disposition"] = f'attachment; filename="deadline-{str(self.record.pk)[:8]}.ics"'
        return _quiet(response)


def _within(what: str, most: int, *, counts: bool = True) -> bool:
    """Whether this hour's limit still allows it; the count is kept in the cache, by real time."""
    key = f"calendar:{what}:{int(time.time()) // HOUR}"
    if not counts:
        return bool(cache.get(key, 0) < most)
    cache.add(key, 0, HOUR)
    try:
        return bool(cache.incr(key) <= most)
    except ValueError:
        # It ran out between the two lines.
        return True


def _quiet(response: HttpResponse) -> HttpResponse:
    """Kept by no cache; and not logged by Django, whose line would hold the secret of the link."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    if response.status_code == 429:
        response["Retry-After"] = str(HOUR)
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response
