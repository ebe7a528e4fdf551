"""Who opens which pages, and how long the server takes."""

from __future__ import annotations

import statistics
import time
from typing import Any, Final

from django.db.models import Count
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from casework.models import Case, Event, Opening

BARE: Final = "bare page"


def business_manager() -> User:
    """The business manager of the partnership with the most cases: nobody sees more of it."""
    managers = User.objects.filter(memberships__role=Role.BUM, memberships__until=None)
    found = managers.annotate(cases=Count("memberships__partnership__cases")).order_by("-cases").first()
    assert found is not None, "The world has no business manager."
    return found


def busiest_case(user: User) -> Case:
    """The open case of the world in which most has happened."""
    acts = Event.objects.filter(case__isnull=False).values("case").annotate(acts=Count("id"))
    by_case = {row["case"]: row["acts"] for row in acts}
    return max(Case.objects.visible_to(user).open(), key=lambda case: by_case.get(case.pk, 0))


def signed_in(user: User) -> Client:
    """A browser that has passed both steps of signing in."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["second_step"] = str(user.pk)
    session.save()
    return client


class Pages:
    """The four pages and the bare one, opened as one business manager."""

    def __init__(self) -> None:
        user = business_manager()
        case = busiest_case(user)
        Opening.objects.get_or_create(case=case, user=user, defaults={"knows_someone": False})
        self.client = signed_in(user)
        self.addresses: dict[str, str] = {
            BARE: reverse("bare"),
            "home": reverse("desk:home"),
            "case list": reverse("desk:cases"),
            "case page": reverse("desk:case", args=[case.pk]),
            "deadlines board": reverse("deadlines:board"),
        }

    def open(self, name: str) -> Any:
        """Open a page; anything but the page itself is a mistake of the bench."""
        response = self.client.get(self.addresses[name])
        assert response.status_code == 200, f"The {name} answered {response.status_code}."
        return response

    def times(self, rounds: int) -> dict[str, float]:
        """The median time of each page in milliseconds, warm.

        The pages take turns, so that what else the machine does falls on all alike.
        """
        for name in self.addresses:
            self.open(name)
            self.open(name)
        taken: dict[str, list[float]] = {name: [] for name in self.addresses}
        for _ in range(rounds):
            for name in self.addresses:
                begun = time.perf_counter()
                self.open(name)
                taken[name].append((time.perf_counter() - begun) * 1000)
        return {name: statistics.median(values) for name, values in taken.items()}
