"""Asking the representative first: who reads it, what it becomes, and what stays between the two."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from casework.models import Event
from casework.transitions import MovedOn, TransitionRefused
from correspondence.models import Message
from referrals.models import Consultation, ConsultationAnswer, Referral
from referrals.services.consulting import (
    answer_consultation,
    ask_representative,
    begin_from_consultation,
    identifying,
    withdraw_consultation,
)

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC)
NOTE = "A child of about six, burns that nobody explains. Is this for you?"
WORDS = "Refer it tonight, I will ring you."


@pytest.fixture(autouse=True)
def clock_at(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def asked(cast):
    assert cast.rep
    return ask_representative(cast.partnership, agency=cast.agency("school"), note=NOTE, by=cast.referrer)


def page(name, asked):
    return reverse(f"referrals:{name}", args=[asked.pk])


def test_a_practitioner_asks_the_representative_answers_and_the_referral_begins_with_it(cast, sign_in):
    representative, asker = cast.rep, cast.referrer
    mine, theirs = sign_in(asker), sign_in(representative)

    mine.post(reverse("referrals:ask_first"), {"note": NOTE})
    asked = Consultation.objects.get()
    home = theirs.get(reverse("desk:home")).content.decode()
    theirs.post(page("answer_consultation", asked), {"answer": "yes", "words": WORDS})
    back = mine.get(reverse("desk:home")).content.decode()
    begun = mine.post(page("begin_from_consultation", asked))

    referral = Referral.objects.get()
    assert page("consultation", asked) in home
    assert f"{representative} has answered: Yes, refer it" in back
    assert begun.url == reverse("referrals:tasks", args=[referral.pk])
    known = {key: value for key, value in referral.typed.items() if key.startswith("lead_")}
    assert known == {
        "lead_name": representative.name,
        "lead_discussed_on": "2026-03-02",
        "lead_view": "supports",
    }
    lead = mine.get(reverse("referrals:page", args=[referral.pk, "lead"])).content.decode()
    assert f"<strong>{representative}</strong> answered “Yes, refer it” on 2 March 2026" in lead
    assert WORDS not in mine.get(reverse("referrals:check", args=[referral.pk])).content.decode()
    assert page("consultation", asked) not in mine.get(reverse("desk:home")).content.decode()


def test_the_emails_hold_nothing_of_it(cast, asked):
    answer_consultation(asked, answer=ConsultationAnswer.YES, words=WORDS, by=cast.rep)

    sent = [(each.template, each.to) for each in Message.objects.order_by("id")]
    assert sent == [("representative_asked", cast.rep), ("representative_answered", cast.referrer)]
    for message in Message.objects.all():
        assert all(said not in message.subject + message.body for said in (NOTE, WORDS, "burns"))
    for event in Event.objects.filter(object=f"referrals.Consultation:{asked.pk}"):
        assert all(said not in event.payload.body for said in (NOTE, WORDS))


def test_only_the_asker_and_the_agencys_representatives_find_it(cast, other_cast, asked, sign_in):
    answer_consultation(asked, answer=ConsultationAnswer.NO, words=WORDS, by=cast.rep)
    outsiders = [
        cast.person(Role.REFERRER, agency="school"),
        cast.person(Role.REP, agency="hospital"),
        cast.bum,
        cast.bu,
        cast.sgc,
        cast.dsp_la,
        other_cast.rep,
        other_cast.bum,
    ]

    assert {sign_in(each).get(page("consultation", asked)).status_code for each in outsiders} == {404}
    assert {sign_in(each).post(page("begin_from_consultation", asked)).status_code for each in outsiders} == {
        404
    }
    for reader in (cast.referrer, cast.rep, cast.dsl):
        assert WORDS in sign_in(reader).get(page("consultation", asked)).content.decode()


def test_nobody_answers_their_own_question_and_nobody_takes_back_anothers(cast, asked, sign_in):
    assert cast.dsl
    own = ask_representative(cast.partnership, agency=cast.agency("school"), note=NOTE, by=cast.rep)
    yes = {"answer": "yes", "words": "Yes."}

    assert sign_in(cast.rep).post(page("answer_consultation", own), yes).status_code == 403
    assert sign_in(cast.referrer).post(page("answer_consultation", asked), yes).status_code == 403
    assert sign_in(cast.rep).post(page("withdraw_consultation", asked)).status_code == 403
    with pytest.raises(PermissionDenied):
        answer_consultation(asked, answer=ConsultationAnswer.YES, words="x", by=cast.bum)


def test_of_two_answers_the_second_finds_it_answered(cast, asked):
    answer_consultation(asked, answer=ConsultationAnswer.NO, words=WORDS, by=cast.rep)

    with pytest.raises(MovedOn):
        answer_consultation(asked, answer=ConsultationAnswer.YES, words="Other", by=cast.dsl)

    asked.refresh_from_db()
    assert (asked.answer, asked.answer_words, asked.answered_by) == ("no", WORDS, cast.rep)


def test_a_question_taken_back_is_not_answered(cast, asked):
    withdraw_consultation(asked, by=cast.referrer)

    with pytest.raises(MovedOn):
        answer_consultation(asked, answer=ConsultationAnswer.YES, words="x", by=cast.rep)


@pytest.mark.parametrize(
    ("answer", "view"), [("yes", "supports"), ("no", "does_not_support"), ("talk", None)]
)
def test_whatever_they_answer_the_referral_may_begin_and_says_it(cast, asked, answer, view):
    answer_consultation(asked, answer=ConsultationAnswer(answer), words=WORDS, by=cast.rep)

    referral = begin_from_consultation(Consultation.objects.get(), by=cast.referrer)

    assert referral.typed.get("lead_view") == view
    assert begin_from_consultation(Consultation.objects.get(), by=cast.referrer) == referral
    assert Referral.objects.count() == 1


def test_the_referral_does_not_begin_from_what_is_not_answered(cast, asked):
    with pytest.raises(TransitionRefused):
        begin_from_consultation(asked, by=cast.referrer)
    assert not Referral.objects.exists()


def test_where_nobody_represents_the_agency_it_says_whom_to_ring(cast, sign_in):
    client = sign_in(cast.referrer)

    refused = client.post(reverse("referrals:ask_first"), {"note": NOTE})

    assert refused.context["form"].non_field_errors() == [
        "Nobody who represents your agency has an account here. Ring them or the business unit."
    ]
    assert NOTE in refused.content.decode()
    assert reverse("start_of", args=["nscp"]) in refused.content.decode()


@pytest.mark.parametrize(
    "note",
    ["Born 3/4/2019.", "NHS 943 476 5919", "lives at NM1 2AB", "write to jo@school.example", "9434765919"],
)
def test_what_plainly_identifies_is_refused_beside_the_field(cast, sign_in, note):
    assert cast.rep
    page = sign_in(cast.referrer).post(reverse("referrals:ask_first"), {"note": note})

    assert list(page.context["form"].errors) == ["note"]
    assert not Consultation.objects.exists()
    with pytest.raises(TransitionRefused):
        ask_representative(cast.partnership, agency=cast.agency("school"), note=note, by=cast.referrer)


def test_ages_and_ordinary_figures_are_not_taken_for_identity():
    assert identifying("A child of about 6, 3 bruises, seen on Tuesday at 5:30pm, year 2.") == []


def test_three_questions_cost_the_home_page_no_more_queries_than_one(cast, asked, sign_in):
    client = sign_in(cast.rep)
    client.get(reverse("desk:home"))

    def queries():
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("desk:home"))
        return len(seen)

    one = queries()
    for _ in range(2):
        by = cast.person(Role.REFERRER, agency="school")
        ask_representative(cast.partnership, agency=cast.agency("school"), note=NOTE, by=by)

    assert queries() == one
