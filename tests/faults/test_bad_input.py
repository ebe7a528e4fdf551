"""What people send by mistake: too large, of the wrong kind, empty, too long, impossible dates, twice."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from casework.models import Document, Event
from correspondence.models import Notice
from govuk.widgets import posted
from lcspr import clock
from rapid_review.models import AgencyRequest

pytestmark = pytest.mark.django_db

MB = 1024 * 1024


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def notice(review, upload, **fields):
    """The form of a notice with its proof, sent by the business unit."""
    return reverse("correspondence:notice-new", args=[review.case_id]), {
        "to": "ofsted",
        "subject": "other",
        "other_subject": "Something",
        "how": "email",
        "words": "Told them.",
        "proof": upload,
        **posted("sent_at", clock.now() - dt.timedelta(minutes=5)),
        **fields,
    }


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("proof.pdf", b"%PDF-1.7\n" + b"x" * (30 * MB), "The file is larger than 25 MB."),
        ("proof.pdf", b"MZ\x90\x00 a program", "This kind of file cannot be taken."),
        ("proof.docx", b"%PDF-1.7\n%%EOF\n", "The file is named .docx but is a PDF."),
        ("proof.docx", b"PK\x03\x04 torn", "The file is damaged and cannot be opened."),
        ("proof.pdf", b"", "empty"),
    ],
    ids=["30 MB", "a program", "another kind than its name", "damaged", "empty"],
)
def test_a_file_that_cannot_be_taken_is_refused_in_a_sentence_beside_its_field(
    cast, review, sign_in, name, content, sentence
):
    address, fields = notice(review, SimpleUploadedFile(name, content))

    response = sign_in(cast.bum).post(address, fields)

    text = words(response)
    assert response.status_code == 200
    assert "There is a problem" in text
    assert sentence in text
    assert "Told them." in response.content.decode()
    assert (Notice.objects.count(), Document.objects.count()) == (0, 0)


def test_a_file_that_can_be_taken_is(cast, review, sign_in):
    address, fields = notice(review, SimpleUploadedFile("proof.pdf", b"%PDF-1.7\n%%EOF\n"))

    assert sign_in(cast.bum).post(address, fields).status_code == 302
    assert (Notice.objects.count(), Document.objects.count()) == (1, 1)


# Texts


def answer(asked, **changed):
    return {
        "author_name": "A. Writer",
        "author_independent": "on",
        "records_searched": "Every system",
        "involvement": "We saw the child twice.",
        "analysis": "The second visit was late.",
        "immediate_action": "Nothing further.",
        "recommended": "lcspr",
        "signed_by_name": "S. Senior",
        "signed_by_role": "Head",
        "version": "0",
        **changed,
    }


def submit(client, asked, **changed):
    return client.post(reverse("rapid_review:submit_return", args=[asked.pk]), answer(asked, **changed))


def test_a_text_of_twenty_thousand_characters_is_kept_to_the_last(cast, asked, sign_in):
    long = "ä" * 19_999 + "."

    assert submit(sign_in(cast.rep), asked, involvement=long).status_code == 302

    assert AgencyRequest.objects.get(pk=asked.pk).involvement == long


def test_one_character_more_is_refused_and_nothing_typed_is_lost(cast, asked, sign_in):
    response = submit(sign_in(cast.rep), asked, involvement="y" * 20_001)

    assert response.status_code == 200
    assert "There is a problem" in words(response)
    assert "y" * 20_001 in response.content.decode()
    assert AgencyRequest.objects.get(pk=asked.pk).submitted_at is None


@pytest.mark.parametrize("empty", ["", "   ", "\n\n"])
def test_an_empty_text_is_asked_for_and_the_rest_stays_in_the_form(cast, asked, sign_in, empty):
    response = submit(sign_in(cast.rep), asked, involvement=empty)

    assert response.status_code == 200
    assert "There is a problem" in words(response)
    assert "The second visit was late." in response.content.decode()
    assert AgencyRequest.objects.get(pk=asked.pk).submitted_at is None


def test_a_character_the_database_cannot_hold_is_refused_and_not_a_fault(cast, asked, sign_in):
    response = submit(sign_in(cast.rep), asked, involvement="before\x00after")

    assert response.status_code == 200
    assert "There is a problem" in words(response)


def test_text_that_looks_like_markup_is_shown_as_typed(cast, asked, sign_in):
    client = sign_in(cast.rep)
    submit(client, asked, involvement="<script>alert(1)</script> & more")

    page = client.get(reverse("rapid_review:request", args=[asked.pk])).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


# Twice


def test_a_second_click_does_nothing_twice_and_says_so(cast, asked, sign_in):
    client = sign_in(cast.bum)
    address = reverse("rapid_review:waive", args=[asked.pk])

    first = client.post(address, {"reason": "They never knew the family"})
    second = client.post(address, {"reason": "They never knew the family"})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "Nothing you sent has been recorded" in words(second)
    assert Event.objects.filter(object=f"rapid_review.AgencyRequest:{asked.pk}", verb="waive").count() == 1


def test_a_return_sent_twice_is_one_return(cast, asked, sign_in):
    client = sign_in(cast.rep)

    submit(client, asked)
    again = submit(client, asked, involvement="Another story.")

    assert again.status_code in {302, 409}
    assert AgencyRequest.objects.get(pk=asked.pk).involvement == "We saw the child twice."
    verbs = Event.objects.filter(object=f"rapid_review.AgencyRequest:{asked.pk}").values_list(
        "verb", flat=True
    )
    assert list(verbs).count("submit_return") == 1


def test_a_form_of_somebody_else_s_case_is_not_found(asked, outsider, other_cast, sign_in):
    for user in (outsider, other_cast.rep):
        assert submit(sign_in(user), asked).status_code == 404
    assert AgencyRequest.objects.get(pk=asked.pk).submitted_at is None


# Dates (domain §10 rule 12)


def incident(on, **changed):
    return {
        "incident_exact": "exact",
        "version": "2",
        "was": "",
        **posted("incident_from", on),
        **changed,
    }


def section(referral, name):
    return reverse("referrals:page", args=[referral.pk, name])


def test_an_incident_in_the_future_is_refused_beside_its_date(referral, writer, sign_in):
    tomorrow = clock.today() + dt.timedelta(days=1)

    response = sign_in(writer).post(section(referral, "dates"), incident(tomorrow))

    assert response.status_code == 200
    assert "There is a problem" in words(response)
    assert "incident_from" in response.content.decode().split("govuk-error-message")[0]


def test_an_incident_before_the_child_was_born_cannot_be_sent(referral, writer, sign_in):
    """Each page is held against the others; what comes to disagree afterwards is refused when it is sent."""
    before_birth = dt.date.fromisoformat(referral.typed["children"][0]["born_on"]) - dt.timedelta(days=1)
    client = sign_in(writer)
    assert client.post(section(referral, "dates"), incident(before_birth)).status_code == 302
    referral.draft.refresh_from_db()

    sent = client.post(
        reverse("referrals:submit", args=[referral.pk]),
        {"accurate": "on", "not_for_protection": "on", "version": str(referral.draft.version)},
    )

    assert sent.status_code == 200
    assert "The date of birth is after the incident." in words(sent)
    referral.refresh_from_db()
    assert (referral.state, referral.case) == ("draft", None)


def test_a_birth_after_the_incident_is_refused_unless_the_child_is_not_born_yet(referral, writer, sign_in):
    key = referral.typed["children"][0]["key"]
    address = reverse("referrals:member_page", args=[referral.pk, "children", key, "birth"])
    tomorrow = clock.today() + dt.timedelta(days=1)
    fields = {"birth": "born", "version": "2", "was": ""}

    response = sign_in(writer).post(address, {**fields, **posted("born_on", tomorrow)})

    assert response.status_code == 200
    assert "There is a problem" in words(response)


@pytest.mark.parametrize(
    "nonsense", [("31", "2", "2026"), ("x", "y", "z"), ("", "3", "2026"), ("1", "1", "10000")]
)
def test_a_date_that_does_not_exist_is_refused_in_a_sentence(referral, writer, sign_in, nonsense):
    parts = dict(
        zip(("incident_from-day", "incident_from-month", "incident_from-year"), nonsense, strict=True)
    )

    response = sign_in(writer).post(section(referral, "dates"), incident(clock.today()) | parts)

    assert response.status_code == 200
    assert "There is a problem" in words(response)


def test_an_awareness_in_the_future_is_refused(referral, writer, sign_in):
    soon = clock.now() + dt.timedelta(hours=3)
    fields = {"la_aware": "yes", "version": "2", "was": "", **posted("agency_aware_on", clock.today())}

    response = sign_in(writer).post(section(referral, "aware"), {**fields, **posted("la_aware_at", soon)})

    assert response.status_code == 200
    assert "There is a problem" in words(response)
