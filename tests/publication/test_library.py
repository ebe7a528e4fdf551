"""The public library: what is public is for anybody, and nothing else is to be found or guessed."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access_table import Thing
from casework.files import store_document
from lcspr import clock
from publication import services
from publication.models import Publication
from tests.publication.conftest import copies, hold, pdf, prepared, reasons, signed_off_review

pytestmark = pytest.mark.django_db


def text_of(response):
    return response.content.decode()


def test_the_library_says_why_it_is_empty(client):
    page = client.get("/library/")

    assert page.status_code == 200
    assert "No review has been published here yet." in text_of(page)


def test_a_published_review_is_read_without_signing_in(client, published):
    library = client.get("/library/")
    page = client.get(f"/library/{published.slug}/")

    assert f'href="/library/{published.slug}/"' in text_of(library)
    assert page.status_code == 200
    for shown in (
        "Child V",
        "What happened and what was learned.",
        "Northmere Safeguarding Children Partnership",
    ):
        assert shown in text_of(page)


def test_nothing_of_the_case_stands_on_the_public_pages(client, cast, published):
    case = published.case
    hidden = [
        case.reference,
        str(case.pk),
        str(published.pk),
        str(published.report_id),
        "Robin",
        "OFFICIAL-SENSITIVE",
        str(cast.bum),
        published.report.original_name + "/",
        "What needs you",
    ]

    for address in ("/library/", f"/library/{published.slug}/"):
        text = text_of(client.get(address))
        assert [each for each in hidden if each in text] == []


def test_the_file_given_out_is_the_published_one(client, published):
    answered = client.get(f"/library/{published.slug}/report.pdf")

    body = b"".join(answered.streaming_content)
    assert hashlib.sha256(body).hexdigest() == published.sha256
    assert answered["Content-Disposition"] == f'attachment; filename="{published.slug}.pdf"'
    assert answered["X-Content-Type-Options"] == "nosniff"


def test_a_file_put_in_its_place_afterwards_is_not_given_out(client, cast, published):
    other = store_document(
        published.case, pdf("confidential"), by=cast.bum, title="Other", thing=Thing.FINAL_REPORT
    )
    Publication.objects.update(report=other)

    assert client.get(f"/library/{published.slug}/report.pdf").status_code == 404


def without_its_address(response, address):
    return text_of(response).replace(address, "")


@pytest.mark.parametrize("held", [False, True])
def test_what_is_only_prepared_or_held_cannot_be_told_from_nothing(client, cast, publication, ready, held):
    ready()
    copies(publication, cast)
    if held:
        hold(publication.case, cast)
        services.hold_publication(publication, by=cast.bum)
    would_be = services.publishing.public_address(Publication.objects.get())

    for guess in (would_be, "child-v", str(publication.pk), publication.case.reference.lower()):
        for ending in ("/", "/report.pdf"):
            there = client.get(f"/library/{guess}{ending}")
            nowhere = client.get(f"/library/never-was-anything{ending}")
            assert there.status_code == nowhere.status_code == 404
            assert without_its_address(there, guess) == without_its_address(nowhere, "never-was-anything")
    assert "Child V" not in text_of(client.get("/library/"))
    assert "Child V" not in text_of(client.get("/library/?q=child"))


def test_nothing_published_has_no_page(client, cast):
    review = signed_off_review(cast, outcome="none")
    publication = services.open_publication(review, by=cast.bum)
    services.record_reasons_for_not_publishing(publication, reasons=reasons(), by=cast.bum)
    services.decide_not_to_publish(publication, reason="A child could be found.", by=cast.bum)

    assert Publication.objects.public().count() == 0
    assert Publication.objects.get().slug == ""


def test_what_was_taken_down_says_so_and_no_more(client, cast, published):
    services.withdraw_publication(published, reason="A mother wrote.", court_order=pdf("order"), by=cast.bum)

    for address in (f"/library/{published.slug}/", f"/library/{published.slug}/report.pdf"):
        page = client.get(address)
        assert page.status_code == 410
        assert "This review is no longer published" in text_of(page)
        for hidden in ("A mother wrote.", "What happened and what was learned.", published.case.reference):
            assert hidden not in text_of(page)
    assert "Child V" not in text_of(client.get("/library/"))


def test_the_search_reads_public_words_only(client, published):
    year = published.published_at.year

    assert "Child V" in text_of(client.get("/library/?q=learned"))
    assert "Child V" in text_of(client.get(f"/library/?q=child&year={year}"))
    for words in ("q=Robin", f"q={published.case.reference}", "q=nothing+like+it"):
        assert "nscp-child-v" not in text_of(client.get(f"/library/?{words}"))


@pytest.mark.parametrize(
    "query", ["q=%00", "page=999999999999", "page=x", "year=abc", f"q={'a' * 500}", "q=%25_"]
)
def test_odd_searches_do_no_harm(client, published, query):
    assert client.get(f"/library/?{query}").status_code == 200


def test_a_signed_in_person_reads_the_same(sign_in, cast, outsider, published):
    for person in (cast.bum, outsider):
        page = sign_in(person).get(f"/library/{published.slug}/")
        assert page.status_code == 200
        assert published.case.reference not in text_of(page)


def test_the_pages_only_answer_reading(client, published):
    assert client.post(f"/library/{published.slug}/").status_code == 405
    assert client.post("/library/").status_code == 405


def test_the_library_costs_the_same_for_one_and_for_three(client, cast, published, on_day):
    with CaptureQueriesContext(connection) as one:
        client.get("/library/")
    for number in (1, 2):
        publication = prepared(
            services.open_publication(signed_off_review(cast, pseudonym=f"Child {number}X"), by=cast.bum),
            cast,
        )
        copies(publication, cast)
        on_day(clock.today() + dt.timedelta(days=30))
        services.plan_publication(publication, planned_on=clock.today(), by=cast.bum)
        services.publish_report(publication, by=cast.bum)

    with CaptureQueriesContext(connection) as three:
        client.get("/library/")

    assert len(three) == len(one)
