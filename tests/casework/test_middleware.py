"""One transaction a request in the name of who asks; no page without its record; refusals and lost races."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import path
from django_fsm import ConcurrentTransition
from factories import CaseFactory, has_opened
from psycopg import errors

from accounts.models import Partnership
from casework import audit, middleware
from casework.audit import Verb, payload_of
from casework.models import Case, Event, Stage
from casework.reading import note_read
from casework.transitions import MovedOn, last_event
from lcspr.urls import urlpatterns as project

pytestmark = pytest.mark.django_db

SECRET = "What the page tells"


def acting_user() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.user_id', true), txid_current()")
        return cursor.fetchone()


def telling(request):
    note_read(request, case=Case.objects.get(), words="Opened the page")
    return HttpResponse(SECRET)


def lazily_rendered(request):
    class AskedInTheTemplate:
        def __str__(self) -> str:
            return f"{acting_user()[0]}"

    template = engines["django"].from_string("{{ asked }}")
    return TemplateResponse(request, template, {"asked": AskedInTheTemplate()})


def writes_then(error):
    def view(request):
        Partnership.objects.update(formerly="written")
        raise error() if callable(error) else error

    return view


def moved_on():
    case = Case.objects.get()
    return MovedOn(case, last_event(case))


def undone_once():
    """A view that the database ends once to undo a deadlock, after it read a file and noted a read."""
    runs = []

    def view(request):
        runs.append(request.FILES["paper"].read())
        note_read(request, case=Case.objects.get(), words="Opened the page")
        Partnership.objects.update(formerly=f"written {len(runs)}")
        messages.success(request, "It is done.")
        if len(runs) == 1:
            raise OperationalError("deadlock detected") from errors.DeadlockDetected()
        return HttpResponse(b"|".join(runs))

    return view


def always_undone(request):
    raise OperationalError("deadlock detected") from errors.DeadlockDetected()


def refuses(request):
    request.case = Case.objects.get()
    raise PermissionDenied


urlpatterns = [
    path("telling/", telling),
    path("lazy/", lazily_rendered),
    path("refuses/<uuid:pk>/", lambda request, pk: refuses(request), name="refuses"),
    path("moved/", writes_then(moved_on)),
    path("raced/", writes_then(lambda: ConcurrentTransition("raced"))),
    path("broken/", writes_then(lambda: ValueError("a fault"))),
    path("undone/", undone_once()),
    path("always-undone/", always_undone),
    *project,
]


@pytest.fixture(autouse=True)
def _addresses(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def here(cast, sign_in):
    """The business manager's client, and a case of theirs."""
    case = CaseFactory(partnership=cast.partnership, pseudonym="Child V", stage=Stage.SCREENING)
    has_opened(case, cast.bum)
    return SimpleNamespace(client=sign_in(cast.bum), case=case, user=cast.bum)


def verbs(case) -> list[str]:
    return list(Event.objects.filter(case=case).order_by("id").values_list("verb", flat=True))


def test_a_read_is_written_before_the_page_is_sent(here):
    response = here.client.get("/telling/")

    assert response.content.decode() == SECRET
    event = Event.objects.get(case=here.case)
    assert (event.verb, event.actor, payload_of(event)["words"]) == (Verb.READ, here.user, "Opened the page")


def test_what_cannot_be_recorded_is_not_shown(here, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the record is full")

    monkeypatch.setattr(audit, "record", fail)
    here.client.raise_request_exception = False

    response = here.client.get("/telling/")

    assert response.status_code == 500
    assert SECRET not in response.content.decode()


def test_a_page_that_failed_leaves_no_read(here):
    here.client.raise_request_exception = False

    assert here.client.get("/broken/").status_code == 500
    assert verbs(here.case) == []


def test_a_refusal_is_recorded_with_the_route_and_never_the_query(here):
    response = here.client.get(f"/refuses/{here.case.pk}/?words=a-name-typed-by-hand")

    assert response.status_code == 403
    event = Event.objects.get(case=here.case)
    details = payload_of(event)
    assert (event.verb, event.actor) == (Verb.REFUSED, here.user)
    assert (details["route"], details["keys"]) == ("refuses", {"pk": str(here.case.pk)})
    assert "a-name-typed-by-hand" not in str(details)


def test_the_database_knows_who_asks_while_the_template_is_rendered(here):
    assert here.client.get("/lazy/").content.decode() == str(here.user.pk)


def test_the_name_is_given_back_when_the_request_ends(here):
    here.client.get("/lazy/")

    assert acting_user()[0] in {"", None}


@pytest.mark.parametrize("address", ["/moved/", "/raced/", "/broken/"])
def test_whatever_fails_takes_back_what_it_wrote(here, address):
    here.client.raise_request_exception = False

    here.client.post(address)

    assert Partnership.objects.get().formerly != "written"


def test_a_lost_race_says_what_happened_and_who_did_it(here):
    audit.record("accept", by=here.user, case=here.case, about=here.case, words="Accepted the referral")

    response = here.client.post("/moved/")

    text = response.content.decode()
    assert response.status_code == 409
    assert "This has moved on: it is now “Considering the criteria”." in text
    assert here.user.name in text
    assert "Nothing you sent has been recorded" in text


def test_a_race_seen_by_the_database_alone_is_told_too(here):
    response = here.client.post("/raced/")

    assert response.status_code == 409
    assert "Somebody else changed this while you were working on it." in response.content.decode()


def test_a_request_that_lost_a_deadlock_is_run_again_whole(here):
    response = here.client.post("/undone/", {"paper": SimpleUploadedFile("paper.txt", b"words")})

    assert response.content == b"words|words"
    assert Partnership.objects.get().formerly == "written 2"
    assert verbs(here.case) == [Verb.READ]
    assert [str(message) for message in messages.get_messages(response.wsgi_request)] == ["It is done."]


def test_a_deadlock_that_does_not_end_is_a_fault_and_keeps_nothing(here):
    here.client.raise_request_exception = False

    assert here.client.post("/always-undone/").status_code == 500


@pytest.mark.django_db(transaction=True)
def test_read_and_page_are_two_transactions(here, monkeypatch):
    seen = []
    monkeypatch.setattr(middleware, "write_reads", lambda request: seen.append(acting_user()[1]))
    monkeypatch.setattr("casework.reading.has_reads", lambda request: True)
    inside = []

    def view(request):
        inside.append(acting_user()[1])
        note_read(request, case=here.case)
        return HttpResponse("told")

    urlpatterns.append(path("twice/", view))
    try:
        here.client.get("/twice/")
    finally:
        urlpatterns.pop()

    assert len(inside) == len(seen) == 1
    assert inside != seen


def test_nobody_signed_in_reads_nothing(here):
    response = Client().get("/telling/")

    assert (response.status_code, verbs(here.case)) == (302, [])
