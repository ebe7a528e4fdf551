"""Opening a case for the first time, revealing its names, and giving out its files."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.urls import reverse
from factories import CaseFactory, has_opened, subject_of

from accounts.access_table import Thing
from accounts.roles import Role
from casework.audit import Verb
from casework.files import store_document
from casework.models import Case, Document, Event, Opening, ScanState, Stage, Wall
from casework.services import admit, admit_standing
from lcspr import clock

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def case(cast) -> Case:
    """Accepted: the sub-group and the partners are in, and the school's representative."""
    case = CaseFactory(partnership=cast.partnership, pseudonym="Child V", stage=Stage.RR_GATHERING)
    subject_of(case, forenames="Robin", surname="Quillfeather")
    cast.sgc, cast.dsp_la, cast.rep, cast.pm  # noqa: B018  (made when named)
    today = clock.today()
    admit_standing(case, by=cast.bum, on=today, why="Accepted")
    admit(case, role=Role.REP, agency=cast.agency("school"), why="Asked", by=cast.bum, on=today)
    admit(case, role=Role.PM, user=cast.pm, why="Appointed", by=cast.bum, on=today)
    return case


@pytest.fixture
def document(case, cast) -> Document:
    return stored(case, cast, thing=Thing.RR_REPORT)


def stored(case, cast, **how) -> Document:
    file = BytesIO(PDF)
    file.name = "Robin Quillfeather report.pdf"
    return store_document(case, file, by=cast.bum, title="Report", **how)


def page(case) -> str:
    return reverse("desk:case", args=[case.pk])


def opening(case) -> str:
    return reverse("casework:opening", args=[case.pk])


def told(case, verb):
    return Event.objects.filter(case=case, verb=verb)


# The question on first opening


def test_the_first_opening_asks_and_comes_back_to_the_very_page(case, cast, sign_in):
    client = sign_in(cast.sgc)
    wanted = f"{reverse('desk:timeline', args=[case.pk])}?page=1&whose=all"

    asked = client.get(wanted)
    assert asked.status_code == 302
    assert asked.url.startswith(opening(case))
    answered = client.post(asked.url, {"knows_someone": "no"})

    assert (answered.status_code, answered.url) == (302, wanted)
    assert Opening.objects.get(case=case, user=cast.sgc).knows_someone is False
    assert client.get(page(case)).status_code == 200


def test_no_page_of_the_case_opens_before_the_answer(case, cast, document, sign_in):
    client = sign_in(cast.sgc)

    for address in (page(case), reverse("casework:document", args=[document.pk])):
        response = client.get(address)
        assert response.url.startswith(opening(case))
    assert not told(case, Verb.DOWNLOADED).exists()


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "",
    ],
)
def test_the_answer_leads_nowhere_else(case, cast, sign_in, elsewhere):
    client = sign_in(cast.sgc)

    answered = client.post(f"{opening(case)}", query_params={"next": elsewhere}, data={"knows_someone": "no"})

    assert answered.url == page(case)


def test_a_yes_keeps_the_person_out_at_once(case, cast, sign_in):
    client = sign_in(cast.sgc)

    answered = client.post(opening(case), {"knows_someone": "yes", "reason": "The child’s aunt is my friend"})

    assert answered.url == reverse("desk:home")
    assert Wall.objects.get(case=case, user=cast.sgc).reason == "The child’s aunt is my friend"
    assert client.get(page(case)).status_code == 404
    assert client.get(opening(case)).status_code == 404


def test_a_yes_without_its_reason_is_asked_again_and_keeps_nobody_out(case, cast, sign_in):
    response = sign_in(cast.sgc).post(opening(case), {"knows_someone": "yes", "reason": ""})

    assert response.status_code == 200
    assert not Wall.objects.exists()


def test_a_referrer_is_not_asked(cast, sign_in):
    case = CaseFactory(partnership=cast.partnership)
    admit(case, role=Role.REFERRER, user=cast.referrer, why="Referred it", by=cast.bum, on=clock.today())

    assert sign_in(cast.referrer).get(page(case)).status_code == 200


def test_an_outsider_is_not_even_asked(case, outsider, sign_in):
    assert sign_in(outsider).get(opening(case)).status_code == 404


def test_the_question_shows_no_name(case, cast, sign_in):
    assert "Quillfeather" not in sign_in(cast.sgc).get(opening(case)).content.decode()


# Revealing


def reveal(client, case, **data):
    return client.post(reverse("casework:reveal", args=[case.pk]), data)


def test_names_are_opened_once_a_session_and_recorded_once(case, cast, sign_in):
    has_opened(case, cast.pm)
    client, people = sign_in(cast.pm), reverse("desk:people", args=[case.pk])
    assert "Quillfeather" not in client.get(people).content.decode()

    for _ in range(2):
        assert reveal(client, case, next=people).url == people

    assert "Quillfeather" in client.get(people).content.decode()
    assert [event.actor for event in told(case, Verb.REVEALED)] == [cast.pm]


def test_another_session_reveals_anew(case, cast, sign_in):
    has_opened(case, cast.pm)
    for _ in range(2):
        reveal(sign_in(cast.pm), case)

    assert told(case, Verb.REVEALED).count() == 2


def test_a_reveal_opens_this_case_only(case, cast, sign_in):
    twin = CaseFactory(partnership=cast.partnership, pseudonym="Child W")
    subject_of(twin, forenames="Wren", surname="Otherchild")
    has_opened(case, cast.bum)
    has_opened(twin, cast.bum)
    client = sign_in(cast.bum)

    reveal(client, case)

    assert "Otherchild" not in client.get(reverse("desk:people", args=[twin.pk])).content.decode()


def test_those_without_the_right_reveal_nothing(case, cast, sign_in):
    has_opened(case, cast.lsp_la)

    assert reveal(sign_in(cast.lsp_la), case).status_code == 403
    assert not told(case, Verb.REVEALED).exists()


def test_looking_is_not_revealing(case, cast, sign_in):
    has_opened(case, cast.pm)

    assert sign_in(cast.pm).get(reverse("casework:reveal", args=[case.pk])).status_code == 405


def test_an_outsider_reveals_nothing(case, outsider, sign_in):
    assert reveal(sign_in(outsider), case).status_code == 404
    assert not Event.objects.filter(verb=Verb.REVEALED).exists()


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "/\t/evil.example"])
def test_a_reveal_leads_nowhere_else(case, cast, sign_in, elsewhere):
    has_opened(case, cast.pm)

    assert reveal(sign_in(cast.pm), case, next=elsewhere).url == page(case)


# Files


def download(client, document):
    return client.get(reverse("casework:document", args=[document.pk]))


def test_a_file_comes_as_a_download_that_cannot_run_and_is_recorded(case, cast, document, sign_in):
    has_opened(case, cast.sgc)

    response = download(sign_in(cast.sgc), document)

    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment")
    assert "Quillfeather" not in response["Content-Disposition"]
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "no-store"
    assert [(e.actor, e.object) for e in told(case, Verb.DOWNLOADED)] == [
        (cast.sgc, f"casework.Document:{document.pk}")
    ]


def test_a_file_is_for_those_who_may_read_its_kind(case, cast, document, outsider, sign_in):
    has_opened(case, cast.rep)

    for user in (cast.rep, outsider):
        assert download(sign_in(user), document).status_code == 404
    assert not told(case, Verb.DOWNLOADED).exists()


def test_an_agency_opens_its_own_return_and_no_other(case, cast, sign_in):
    has_opened(case, cast.rep)
    own = stored(case, cast, thing=Thing.OWN_RETURN, agency=cast.agency("school"))
    other = stored(case, cast, thing=Thing.OWN_RETURN, agency=cast.agency("hospital"))
    client = sign_in(cast.rep)

    assert [download(client, document).status_code for document in (own, other)] == [200, 404]


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (ScanState.CLEAN, 200),
        (ScanState.NO_SCANNER, 200),
        (ScanState.PENDING, 409),
        (ScanState.INFECTED, 409),
        (ScanState.UNREADABLE, 409),
    ],
)
def test_only_a_file_found_clean_is_given_out(case, cast, document, sign_in, state, answer):
    has_opened(case, cast.sgc)
    Document.objects.update(scan_state=state)

    response = download(sign_in(cast.sgc), document)

    assert response.status_code == answer
    assert told(case, Verb.DOWNLOADED).exists() is (answer == 200)
    if answer == 409:
        assert "This file cannot be opened" in response.content.decode()


def test_the_walled_get_no_file(case, cast, document, sign_in):
    has_opened(case, cast.sgc)
    client = sign_in(cast.sgc)
    Wall.objects.create(case=case, user=cast.sgc, reason="Knows them", raised_by=cast.bum)

    assert download(client, document).status_code == 404
