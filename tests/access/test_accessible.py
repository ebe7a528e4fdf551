"""Every page to WCAG 2.2 AA, seen by axe in a real browser; and forms by keyboard alone.

The pages are those of `table.py`, drawn for somebody to whom they open. A form whose act is over is drawn as if it were
still on offer: what is looked at is the form.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Invitation
from accounts.roles import Role
from casework.machine import state_field
from casework.models import Document
from casework.views import ActView
from lcspr import clock
from publication.models import Publication
from referrals.models import SeriousIncidentNotification
from tests.access.table import OPENS, PAGES, Page
from tests.access.visiting import address_of, client_of, send
from tests.access.window import Window

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("nothing_stays")]

# No page of their own: a button that posts, a file, or a way on to another page of this table.
NO_PAGE = {
    "healthz",
    "demo_sign_in",
    "people:resend",
    "people:revoke",
    "casework:reveal",
    "casework:document",
    "casework:job_file",
    "deadlines:event",
    "deadlines:calendar",
    "deadlines:feed-stop",
    "deadlines:foreseen",
    "deadlines:confirm_proposal",
    "deadlines:refuse_proposal",
    "referrals:add_member",
    "referrals:begin_from_consultation",
    "correspondence:resend",
    "publication:case",
    "publication:report",
    "panels:replace_terms",
    "rapid_review:chase",
    "rapid_review:la_first",
    "referrals:resubmit",
    "referrals:record_la_first",
    "actions:evidence",
    "chronologies:lock",
}
# Nobody opens these in the case of the table: their own tests do, below; or nothing of the kind is there to be opened.
ELSEWHERE = {
    "set_up_second_step",
    "invitation",
    "publication:public",
    "referrals:receipt",
    "referrals:correct_notification",
    "get_in",
    # In tests/journeys/test_first_time.py, where axe looks at every step.
    "get_in_code",
    "get_in_account",
}
NOT_THERE = {
    "correspondence:demo-post",
    "rapid_review:ask_own_agencies",
    "rapid_review:confirm_sending_taken_back",
    "publication:confirm_publication_taken_back",
    "referrals:outcome",
    "actions:report_progress",
}

PLACES = sorted({page.name.partition(":")[0] for page in PAGES if ":" in page.name} | {"accounts"})
# The one who opens most comes first, so that most pages carry the same navigation.
ROLES = [Role.BUM, *(role for role in Role if role != Role.BUM)]

# The shapes that axe has seen in this run.
_seen: set[str] = set()


@pytest.fixture(scope="module")
def window(browser) -> Any:
    window = Window(browser)
    yield window
    window.close()


def pages_of(place: str) -> list[Page]:
    """The rows of one app; those of signing in have no space before their names."""
    return [page for page in PAGES if (page.name.rpartition(":")[0] or "accounts").startswith(place)]


def shape_of(body: str) -> str:
    """A page without its words and names: two that differ in nothing else are the same to axe.

    Every name is replaced by its place in the order of names, so that what points at what is kept.
    """
    names: dict[str, str] = {}
    body = re.sub(r">([^<]*)<", lambda found: ">x<" if found[1].strip() else "><", body)
    body = re.sub(r'\s(href|action|value|datetime|content|data-maxlength|rows)="[^"]+"', r' \1="x"', body)
    body = re.sub(
        r'(?<=\s)(id|name|for|aria-describedby|aria-labelledby|aria-controls|data-aria-controls)="([^"]+)"',
        lambda found: (
            f'{found[1]}="{" ".join(names.setdefault(name, str(len(names))) for name in found[2].split())}"'
        ),
        body,
    )
    return hashlib.sha256(body.encode()).hexdigest()


def examined(window: Window, client: Client, address: str) -> list[str] | None:
    """What axe finds at an address, or None when it is no page."""
    response = send(client, "GET", address)
    if response.status_code not in {200, 403, 404, 410} or not response["Content-Type"].startswith(
        "text/html"
    ):
        return None
    body = response.content.decode()
    shape = shape_of(body)
    if shape in _seen:
        return []
    _seen.add(shape)
    window.client = client
    window.show(address, body)
    return window.findings()


@pytest.fixture
def as_if_on_offer(monkeypatch) -> None:
    """Each act is on offer whatever the state of its record."""

    def offered(self: ActView) -> Any:
        every = state_field(type(self.record)).get_all_transitions(type(self.record))
        return next(one for one in every if one.name == self.transition)

    monkeypatch.setattr(ActView, "offered", property(offered))


@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_on_any_page(world, window, as_if_on_offer, place):
    clients: dict[Role, Client] = {}
    found, unseen = [], set()
    for page in pages_of(place):
        for role in ROLES:
            if page.answers[role] != OPENS:
                continue
            client = clients.setdefault(role, client_of(world.ours.people[role]))
            with transaction.atomic():
                said = examined(window, client, address_of(page, world.ours.keys))
                transaction.set_rollback(True)
            if said is not None:
                found += [f"{page.name} ({role.value}) {line}" for line in said]
                break
        else:
            unseen.add(page.name)

    assert found == []
    assert unseen == (NO_PAGE | ELSEWHERE | NOT_THERE) & {page.name for page in pages_of(place)}


def an_invitation(world: SimpleNamespace) -> str:
    secret = "a-secret-of-the-post"
    digest = hashlib.sha256(secret.encode()).hexdigest()
    Invitation.objects.filter(pk=world.ours.keys["invitation"]).update(secret_hash=digest)
    return reverse("invitation", args=[secret])


def a_published_review(world: SimpleNamespace) -> str:
    rows = Publication.objects.filter(pk=world.ours.keys["publication"])
    rows.update(
        state="published",
        slug="a-review",
        public_title="A review",
        published_at=clock.now(),
        report=world.ours.known[Document],
        sha256="0" * 64,
    )
    return reverse("publication:public", args=["a-review"])


def a_correction(world: SimpleNamespace) -> str:
    rows = SeriousIncidentNotification.objects.filter(pk=world.ours.keys["notification"])
    rows.update(state="sent", sent_at=clock.now(), reference="SN-1", sender="A notifier")
    return reverse("referrals:correct_notification", args=[world.ours.keys["notification"]])


def signed_out(world: SimpleNamespace) -> Client:
    return Client()


def halfway_in(world: SimpleNamespace) -> Client:
    client = Client()
    client.force_login(world.ours.people[Role.BUM])
    return client


def inside(world: SimpleNamespace) -> Client:
    return client_of(world.ours.people[Role.BUM])


def the_referrer(world: SimpleNamespace) -> Client:
    return client_of(world.ours.people[Role.REFERRER])


# Pages that need more than a case and a role: signing in, what the public reads, what went wrong.
OTHERS: dict[str, tuple[Callable[[SimpleNamespace], Client], Callable[[SimpleNamespace], str]]] = {
    "sign in": (signed_out, lambda world: reverse("account_login")),
    "forgotten password": (signed_out, lambda world: reverse("account_reset_password")),
    "forgotten password, sent": (signed_out, lambda world: reverse("account_reset_password_done")),
    "invitation": (signed_out, an_invitation),
    "second step": (halfway_in, lambda world: reverse("set_up_second_step")),
    "sign out": (inside, lambda world: reverse("account_logout")),
    "change password": (inside, lambda world: reverse("account_change_password")),
    "second steps": (inside, lambda world: reverse("mfa_index")),
    "start": (signed_out, lambda world: reverse("start_of", args=[world.ours.keys["partnership_code"]])),
    "get in": (signed_out, lambda world: reverse("get_in", args=[world.ours.keys["partnership_code"]])),
    "library": (signed_out, lambda world: reverse("publication:library")),
    "published review": (signed_out, a_published_review),
    "receipt": (the_referrer, lambda world: reverse("referrals:receipt", args=[world.ours.keys["referral"]])),
    "correction": (inside, a_correction),
    "not found": (inside, lambda world: "/nothing-here/"),
    "refused": (the_referrer, lambda world: reverse("people:list")),
}


@pytest.mark.parametrize("name", OTHERS)
def test_axe_finds_nothing_on_the_pages_around_a_case(world, window, name):
    who, where = OTHERS[name]

    assert examined(window, who(world), where(world)) == []


# By keyboard

FORMS = {
    "an oral notice": (Role.BUM, "referrals:oral_notice"),
    "a partner’s view": (Role.DSP_LA, "rapid_review:give_view"),
    "an action": (Role.BUM, "actions:add"),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_way_past_the_header_and_to_each_mistake(world, window, as_if_on_offer, name):
    role, address = FORMS[name]
    page = next(page for page in PAGES if page.name == address)
    window.client = client_of(world.ours.people[role])
    window.go(address_of(page, world.ours.keys))

    window.page.keyboard.press("Tab")
    assert window.focused() == "govuk-skip-link"
    window.page.keyboard.press("Enter")
    assert window.focused() == "main-content"

    window.press(window.page.locator("main form button:not([name])").first.inner_text())
    assert window.page.title().startswith("Error: ")
    assert window.focused() == "govuk-error-summary"
    assert window.findings() == []
    links = window.page.locator(".govuk-error-summary a")
    assert links.count() > 0
    for number in range(links.count()):
        target = str(links.nth(number).get_attribute("href")).removeprefix("#")
        links.nth(number).focus()
        window.page.keyboard.press("Enter")
        assert window.focused() == target
