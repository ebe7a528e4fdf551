"""After publication: the copy for the national collection, who leaves the case, and a publication in error."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from accounts.roles import Role
from casework.models import Access, Case, Stage
from casework.permissions import roles_in
from casework.services import admit
from casework.transitions import MovedOn, TransitionRefused
from correspondence.models import How, Notice
from deadlines.models import Deadline
from lcspr import clock
from panels import services as panels
from panels.models import Appointment, Review
from publication import services
from publication.models import Ground
from publication.waiting import waiting
from tests.publication.conftest import answer, pdf, signed_off_review

pytestmark = pytest.mark.django_db


def copy_given(publication, by, **fields):
    given = {"sent_at": clock.now(), "how": How.EMAIL, "proof": pdf("confirmation")}
    return services.record_repository_copy(publication, by=by, **{**given, **fields})


# DL-37


def test_the_copy_for_the_national_collection_is_due_five_working_days_after(published):
    deadline = Deadline.objects.get(code="DL-37")

    assert deadline.trigger_at == published.published_at
    assert deadline.derivation.length.amount == 5
    assert deadline.owed_roles == ["bu", "bum"]


def test_recording_the_copy_with_its_proof_meets_it(published, cast):
    with pytest.raises(TransitionRefused) as refused:
        copy_given(published, cast.bu, proof=None)
    assert refused.value.reasons == [
        "Attach what shows that it was given: their confirmation, or the message."
    ]

    notice = copy_given(published, cast.bu)

    assert (notice.to, notice.subject, notice.proof is not None) == ("nspcc", "repository_copy", True)
    assert Deadline.objects.get(code="DL-37").met_at is not None


def test_a_copy_of_what_was_not_public_yet_is_refused(published, cast):
    with pytest.raises(TransitionRefused) as refused:
        copy_given(published, cast.bum, sent_at=published.published_at - dt.timedelta(days=1))

    assert refused.value.reasons[0].startswith(
        "The copy is one of what is public: it cannot have gone before"
    )
    assert not Notice.objects.filter(subject="repository_copy").exists()


def test_nobody_else_records_it_and_not_before_publication(published, publication, cast):
    with pytest.raises(PermissionDenied):
        copy_given(published, cast.sgc)
    other = services.open_publication(signed_off_review(cast, pseudonym="Child Z"), by=cast.bum)
    with pytest.raises(MovedOn):
        copy_given(other, cast.bum)


def test_it_waits_for_the_business_unit_until_it_is_recorded(published, cast):
    def verbs(user):
        return [each.verb for each in waiting(user)]

    assert "Give the report to the national collection, and record it" in verbs(cast.bu)
    assert "Give the report to the national collection, and record it" not in verbs(cast.sgc)

    copy_given(published, cast.bum)

    assert "Give the report to the national collection, and record it" not in verbs(cast.bu)


# Who leaves the case (domain §4.2 b)


def appointed(review, user, role, by, **fields):
    access = admit(review.case, role=role, user=user, why="Appointed", by=by, on=clock.today())
    return Appointment.objects.create(
        case=review.case, review=review, role=role, user=user, state="appointed", proposed_by=by, appointed_by=by,
        proposed_on=clock.today(), starts_on=clock.today(), access=access, **fields,
    )  # fmt: skip


@pytest.fixture
def author(cast, review):
    return appointed(review, cast.aut, Role.AUT, cast.bum)


def test_the_authors_access_ends_thirty_days_after_publication(cast, author, on_day, request):
    published = request.getfixturevalue("published")
    public_since = clock.today()

    assert Access.objects.get(pk=author.access_id).until == public_since + dt.timedelta(days=31)
    on_day(public_since + dt.timedelta(days=30))
    assert Role.AUT in roles_in(cast.aut, published.case)
    on_day(public_since + dt.timedelta(days=31))
    assert roles_in(cast.aut, published.case) == frozenset()
    assert not Case.objects.visible_to(cast.aut).exists()


def test_a_contract_that_ends_sooner_ends_it_sooner(cast, review, request):
    last_day = clock.today() + dt.timedelta(days=40)
    author = appointed(review, cast.aut, Role.AUT, cast.bum, contract_until=last_day)
    Access.objects.filter(pk=author.access_id).update(until=last_day + dt.timedelta(days=1))

    request.getfixturevalue("published")

    assert Access.objects.get(pk=author.access_id).until == last_day + dt.timedelta(days=1)


def test_the_review_panels_access_ends_when_it_is_closed(cast, review, request):
    chair = appointed(review, cast.pc, Role.PC, cast.bum)
    member = appointed(review, cast.pm, Role.PM, cast.bum)
    author = appointed(review, cast.aut, Role.AUT, cast.bum)
    published = request.getfixturevalue("published")
    assert Role.PC in roles_in(cast.pc, published.case)
    assert "Close the review panel" in [each.verb for each in waiting(cast.bum)]

    panels.close_review_panel(review, reason="Published.", by=cast.sgc, on=clock.today())

    for each in (chair, member):
        each.refresh_from_db()
        assert (each.state, each.until) == ("ended", clock.today())
    assert roles_in(cast.pc, published.case) == roles_in(cast.pm, published.case) == frozenset()
    author.refresh_from_db()
    assert author.state == "appointed"
    assert "Close the review panel" not in [each.verb for each in waiting(cast.bum)]
    with pytest.raises(TransitionRefused) as refused:
        panels.close_review_panel(review, reason="Again.", by=cast.bum, on=clock.today())
    assert refused.value.reasons == ["The review panel is closed already."]


def test_a_review_panel_still_at_work_is_not_closed_and_not_by_itself(cast, review):
    appointed(review, cast.pc, Role.PC, cast.bum)
    with pytest.raises(PermissionDenied):
        panels.close_review_panel(review, reason="Done.", by=cast.pc, on=clock.today())

    assert panels.why_not_close_panel(Review(state="sign_off")) == [
        "The review panel is closed when the report is signed off."
    ]


# Published in error


def test_a_publication_in_error_is_taken_back_by_two_people(cast, author, request, client):
    published = request.getfixturevalue("published")
    slug = published.slug
    asked = services.ask_to_take_back_publication(published, reason="The wrong file.", by=cast.bum)
    assert client.get(f"/library/{slug}/").status_code == 200
    with pytest.raises(TransitionRefused):
        services.confirm_publication_taken_back(asked, by=cast.bum)

    back = services.confirm_publication_taken_back(asked, by=cast.bu)

    case = Case.objects.get()
    assert (back.state, back.slug, back.published_at, case.stage) == (
        "preparing",
        "",
        None,
        Stage.PRE_PUBLICATION,
    )
    assert client.get(f"/library/{slug}/").status_code == 404
    assert Access.objects.get(pk=author.access_id).until is None
    open_codes = set(Deadline.objects.open().values_list("code", flat=True))
    assert "DL-14" in open_codes
    assert open_codes.isdisjoint({"DL-22", "DL-23", "DL-37"})


def test_taking_back_leaves_the_authors_contract_as_it_was(cast, review, request):
    last_day = clock.today() + dt.timedelta(days=300)
    author = appointed(review, cast.aut, Role.AUT, cast.bum, contract_until=last_day)
    published = request.getfixturevalue("published")
    assert Access.objects.get(pk=author.access_id).until == clock.today() + dt.timedelta(days=31)

    asked = services.ask_to_take_back_publication(published, reason="The wrong file.", by=cast.bum)
    services.confirm_publication_taken_back(asked, by=cast.bu)

    assert Access.objects.get(pk=author.access_id).until == last_day + dt.timedelta(days=1)


def test_what_was_taken_back_is_published_again_with_its_clocks(cast, published):
    asked = services.ask_to_take_back_publication(published, reason="The wrong file.", by=cast.bum)
    services.confirm_publication_taken_back(asked, by=cast.bu)

    again = services.publish_report(published, by=cast.bum)

    assert again.state == "published"
    assert Deadline.objects.open().filter(code__in=["DL-22", "DL-37"]).count() == 2


def test_it_is_not_taken_back_once_the_national_collection_has_it(cast, published):
    copy_given(published, cast.bum)

    with pytest.raises(TransitionRefused) as refused:
        services.ask_to_take_back_publication(published, reason="The wrong file.", by=cast.bum)

    assert refused.value.reasons == [
        "The national collection has its copy: take the report down by the partners’ decision, or by a court’s order."
    ]


def test_taking_down_stops_what_was_owed_to_the_national_collection(cast, published, on_day):
    decision = services.ask_to_withdraw(published, ground=Ground.YEAR_PASSED, by=cast.bum, on=clock.today())
    answer(decision, cast, "withdraw", "withdraw", "withdraw")
    on_day(clock.today() + dt.timedelta(days=400))

    services.withdraw_publication(published, reason="A year has passed.", by=cast.bum)

    assert Deadline.objects.get(code="DL-37").cancelled_at is not None
