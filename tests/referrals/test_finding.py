"""On its pages: the same incident from two agencies, precise questions, a child found again, cases linked."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import has_opened

from accounts.agency_kinds import AgencyKind
from accounts.roles import Role
from casework.audit import payload_of
from casework.models import Access, Event, Stage
from casework.services import raise_wall
from casework.transitions import TransitionRefused
from lcspr import clock
from referrals import duplicates, services
from referrals.models import QuestionAsked, ReferralState, ReferredRelative
from tests.referrals.test_pages import page
from tests.referrals.world import child, london, relative, upload

pytestmark = pytest.mark.django_db

ASKED = {"name": "Robin Example", "reason": "The school asks whether there was a review"}


def words(response):
    return response.content.decode()


def looked_for(client, **asked):
    return client.post(reverse("referrals:find_child"), {**ASKED, **asked})


def date(name, value):
    return {f"{name}-day": value.day, f"{name}-month": value.month, f"{name}-year": value.year}


# The same incident referred by a school and a hospital


def test_one_incident_from_a_school_and_a_hospital_is_found_compared_and_joined(north, sign_in):
    hospital = north.cast.agency("hospital", AgencyKind.ACUTE_TRUST)
    doctor = north.cast.person(Role.REFERRER, agency="hospital")
    mother = relative("mother", "Leanne", "Example", born_on="1990-02-03", born_on_not_known=False)
    north.at(london(2026, 6, 9, 9))
    first = north.submitted(child("Robin", "Example"), family=[mother], la_aware_at=london(2026, 6, 9, 8))
    north.at(london(2026, 6, 9, 8, 30))
    second = north.submitted(
        child("Robyn", "Exampel", "2020-05-18"),
        by=doctor,
        agency=hospital,
        la_aware_at=london(2026, 6, 8, 22),
        incident_from="2026-06-08",
        family=[
            mother | {"key": "a" * 32},
            relative("sibling", "Sandy", "Example", also_harmed="no", kept_safe="With an aunt"),
        ],
    )
    north.at(london(2026, 6, 9, 10))
    has_opened(second.case, north.cast.bum)
    has_opened(first.case, north.cast.bum)
    client = sign_in(north.cast.bum)

    shown = page(client, "referral", second.pk)
    compare = page(client, "mark_duplicate_of", second.pk, first.case.pk)
    named = north.fresh(second).children.get()
    response = client.post(
        reverse("referrals:mark_duplicate_of", args=[second.pk, first.case.pk]),
        {"reason": "The same evening", f"child_{named.key}": str(first.children.get().subject_id)},
    )

    assert ("Perhaps the same child" in words(shown), first.case.reference in words(shown)) == (True, True)
    assert ("Side by side" in words(compare), "8 June 2026 at 10pm" in words(compare)) == (True, True)
    assert response.status_code == 302, response.context["form"].errors
    case = north.case(north.fresh(first))
    joined = north.fresh(second)
    assert (joined.state, joined.case, north.clock(case, "DL-01").trigger_at) == (
        ReferralState.DUPLICATE,
        case,
        london(2026, 6, 8, 22),
    )
    assert (case.opened_at, case.la_aware_at) == (london(2026, 6, 9, 8, 30), london(2026, 6, 8, 22))
    assert set(case.referrals.values_list("referrer", flat=True)) == {north.sender.pk, doctor.pk}
    assert page(sign_in(doctor), "referral", second.pk).status_code == 200


def joined(north, *, mine=(), theirs=(), **more):
    """A second referral of one incident, joined with the first: both with their relatives."""
    first = north.submitted(child("Robin", "Example"), family=list(mine))
    second = north.submitted(child("Robyn", "Example"), family=list(theirs), **more)
    services.mark_duplicate(
        second,
        of=first.case,
        by=north.cast.bum,
        reason="The same evening",
        same_as={second.children.get(): first.children.get().subject},
        on=clock.today(),
    )
    return north.fresh(first), north.fresh(second)


def test_the_family_of_both_referrals_is_kept_each_person_once(north):
    mine = [relative("mother", "Leanne", "Example")]
    theirs = [
        relative("mother", "Leeanne", "Example"),
        relative("sibling", "Sandy", "Example", also_harmed="no", kept_safe="With an aunt"),
    ]

    first, second = joined(north, mine=mine, theirs=theirs)

    assert sorted(subject.label for subject in first.case.subjects.all()) == ["Child 1", "Mother", "Sibling"]
    assert set(ReferredRelative.objects.values_list("case", flat=True)) == {first.case_id}
    assert [str(named) for named in second.relatives.order_by("subject__order")] == ["Mother", "Sibling"]


def test_two_fathers_stay_two(north):
    first, _ = joined(
        north,
        mine=[relative("father", "Ali", "Sample")],
        theirs=[relative("father", "Omar", "Sample"), relative("father", "Ali", "Sample")],
    )

    assert sorted(s.label for s in first.case.subjects.filter(part="father")) == ["Father", "Father 1"]


def test_a_file_sent_with_the_joined_referral_is_still_there(north, sign_in):
    first = north.submitted(child("Robin", "Example"))
    second = north.submitted(child("Robyn", "Example"))
    services.attach_to_referral(second, upload=upload("scan.pdf"), title="The scan", by=north.sender)
    services.mark_duplicate(
        second,
        of=first.case,
        by=north.cast.bum,
        reason="The same",
        same_as={second.children.get(): first.children.get().subject},
        on=clock.today(),
    )
    has_opened(first.case, north.cast.bum)

    assert "The scan" in words(page(sign_in(north.cast.bum), "referral", second.pk))
    assert "The scan" in words(page(sign_in(north.sender), "referral", second.pk))


def test_a_colleague_to_whom_it_was_left_follows_the_joined_case(north):
    colleague = north.cast.person(Role.REFERRER, agency="school")
    first = north.submitted(child("Robin", "Example"))
    draft = north.written(child("Robyn", "Example"))
    services.leave_to_colleague(draft, by=north.sender, colleague=colleague)
    second = north.send(draft)
    sent_to = Access.objects.filter(case=second.case, user=colleague, role=Role.REFERRER)
    services.mark_duplicate(
        second,
        of=first.case,
        by=north.cast.bum,
        reason="The same",
        same_as={second.children.get(): first.children.get().subject},
        on=clock.today(),
    )

    assert sent_to.exists()
    assert Access.objects.filter(case=first.case, user=colleague, role=Role.REFERRER).exists()


def test_what_was_said_in_a_joined_case_leads_to_the_case_it_was_joined_with(north):
    first, _ = joined(north)
    third = north.submitted(child("Robyn", "Example"))

    found = duplicates.suggestions(third, north.cast.bum)

    assert [suggestion.case for suggestion in found] == [first.case]


def test_what_was_joined_before_goes_along(north):
    doctor = north.cast.person(Role.REFERRER, agency="hospital")
    north.cast.agency("hospital", AgencyKind.ACUTE_TRUST)
    theirs = north.submitted(child("Robyn", "Example"), by=doctor, agency=north.cast.agency("hospital"))
    middle = north.submitted(child("Robin", "Example"), family=[relative("mother", "Leanne", "Example")])
    last = north.submitted(child("Robin", "Exampel"))

    for one, of in ((theirs, middle), (middle, last)):
        services.mark_duplicate(
            one,
            of=of.case,
            by=north.cast.bum,
            reason="The same evening",
            same_as={one.children.get(): of.children.get().subject},
            on=clock.today(),
        )

    case = north.case(north.fresh(last))
    assert set(case.referrals.all()) == {theirs, middle, last}
    assert set(case.duplicates.all()) == {theirs.case, middle.case}
    assert sorted(subject.label for subject in case.subjects.all()) == ["Child 1", "Mother"]
    assert Access.objects.filter(case=case, user=doctor).exists()


# Who sees a suggestion


def test_while_the_business_unit_enters_a_referral_it_sees_who_may_be_known(north, sign_in):
    known = north.submitted(child("Robin", "Example"))
    begun = services.begin_referral(
        north.partnership, by=north.cast.bum, agency=north.school, channel="telephone", referrer_name="Sandy"
    )
    north.answered(begun, child("Robyn", "Exampel"), by=north.cast.bum)
    client = sign_in(north.cast.bum)

    for shown in (page(client, "tasks", begun.pk), page(client, "group", begun.pk, "children")):
        assert known.case.reference in words(shown)


def test_a_referrer_is_never_told(north, sign_in):
    known = north.submitted(child("Robin", "Example"))
    draft = north.written(child("Robin", "Example"))
    client = sign_in(north.sender)

    for shown in (page(client, "tasks", draft.pk), page(client, "group", draft.pk, "children")):
        assert (known.case.reference in words(shown), "Possibly known" in words(shown)) == (False, False)


def test_a_case_one_is_walled_from_is_not_suggested(north):
    known = north.submitted(child("Robin", "Example"))
    referral = north.submitted(child("Robin", "Example"))
    raise_wall(known.case, user=north.cast.bum, reason="The aunt", by=north.cast.person(Role.BUM))

    assert duplicates.suggestions(referral, north.cast.bum) == []
    assert len(duplicates.suggestions(referral, north.cast.person(Role.BU))) == 1


def test_an_earlier_review_named_by_its_pseudonym_is_found(north):
    earlier = north.accepted(child("Someone", "Else"), pseudonym="Family T", incident_from="2021-01-05")
    referral = north.submitted(
        child("Robin", "Example"), earlier_reviews="The older brother was in Family T, I think."
    )

    [found] = duplicates.suggestions(referral, north.cast.bum)

    assert (found.case, found.headline, found.reasons) == (
        earlier.case,
        "Perhaps the same family",
        ["The same family pseudonym"],
    )


# Precise questions


def sent_back(north, sign_in, referral, **asked):
    has_opened(referral.case, north.cast.bum)
    client = sign_in(north.cast.bum)
    response = page(client, "return_to_referrer", referral.pk, reason="We need a little more", **asked)
    assert response.status_code == 302, response.context["form"].errors
    return north.fresh(referral)


def test_what_is_not_known_yet_is_shown_at_triage_and_not_to_the_referrer(north, sign_in):
    referral = north.submitted(child("Robin", "Example"))
    has_opened(referral.case, north.cast.bum)

    shown = words(page(sign_in(north.cast.bum), "referral", referral.pk))

    assert ("not known yet</span>" in shown, "Child 1: NHS number" in shown) == (True, True)
    assert "not known yet</span>" not in words(page(sign_in(north.sender), "referral", referral.pk))


def test_precise_questions_are_asked_answered_in_place_and_sent_again(north, sign_in):
    referral = sent_back(
        north,
        sign_in,
        north.submitted(child("Robin", "Example")),
        questions="Which ward was it?\n\n Who rang the police? ",
        places=["0"],
    )
    first, ward, police = referral.questions_asked.all()
    client = sign_in(north.sender)

    tasks = words(page(client, "tasks", referral.pk))
    page(client, "answer_question", referral.pk, ward.pk, answer="Ward 6")
    form = page(client, "resubmit", referral.pk).context["form"]
    page(
        client,
        "resubmit",
        referral.pk,
        version=form["version"].value(),
        accurate="on",
        not_for_protection="on",
    )

    assert (bool(first.place), ward.words, police.words) == (
        True,
        "Which ward was it?",
        "Who rang the police?",
    )
    assert ("Which ward was it?" in tasks, "Answer on its page" in tasks) == (True, True)
    assert north.fresh(referral).state == ReferralState.SUBMITTED
    assert "Ward 6" in words(page(sign_in(north.cast.bum), "referral", referral.pk))


def test_each_question_is_short_and_there_are_not_too_many(north, sign_in):
    referral = north.submitted()
    has_opened(referral.case, north.cast.bum)
    client = sign_in(north.cast.bum)

    for questions, sentence in (
        ("x" * 301, "Each question must be 300 characters or fewer. Divide the long one"),
        ("why?\n" * 21, "Ask at most 20 questions at once"),
    ):
        form = page(client, "return_to_referrer", referral.pk, reason="More", questions=questions).context[
            "form"
        ]
        assert form.errors["questions"] == [sentence]
    assert not QuestionAsked.objects.exists()


def test_no_answer_once_the_business_unit_went_on(north, sign_in):
    north.standing()
    referral = sent_back(north, sign_in, north.submitted(), questions="Which ward?")
    north.accept(referral, reason="The ward does not matter")
    question = referral.questions_asked.get()

    with pytest.raises(TransitionRefused):
        services.answer_question(question, by=north.sender, answer="Ward 6")
    answered = page(sign_in(north.sender), "answer_question", referral.pk, question.pk, answer="Ward 6")
    assert (answered.status_code, north.case(referral).stage) == (302, Stage.SCREENING)


def test_another_agency_answers_nothing(north, sign_in):
    referral = sent_back(north, sign_in, north.submitted(), questions="Which ward?")
    stranger = north.cast.person(Role.REFERRER, agency="hospital")

    assert (
        page(sign_in(stranger), "answer_question", referral.pk, referral.questions_asked.get().pk).status_code
        == 404
    )


# Find a child


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "Exampel, Robyn"},
        {"name": "Robin"},
        {"name": "", **date("born_on", dt.date(2020, 5, 17))},
        {"name": "Example", **date("born_on", dt.date(2020, 5, 18))},
        {"name": "", "nhs_number": "943 476 5919"},
        {"name": "Róbïn Ëxample’"},
    ],
)
def test_a_child_is_found_and_the_search_recorded_with_its_reason(north, sign_in, asked):
    known = north.submitted(child("Robin", "Example", nhs_number="9434765919"))
    client = sign_in(north.cast.bum)

    shown = looked_for(client, **asked)

    assert known.case.reference in words(shown)
    event = Event.objects.filter(verb="searched").get()
    assert (event.actor, event.case, event.object) == (north.cast.bum, None, "")
    assert payload_of(event)["reason"] == ASKED["reason"]
    assert payload_of(event)["found"] == [str(known.case.pk)]


def test_names_are_not_shown_by_the_search(north, sign_in):
    north.submitted(child("Robin", "Example"))

    search = looked_for(sign_in(north.cast.bum)).context["search"]

    assert [(match.label, match.reasons) for match in search.found] == [("Child 1", ("2 names in common",))]


def test_nobody_is_looked_for_without_a_reason_or_without_a_word(north, sign_in):
    client = sign_in(north.cast.bum)

    without_reason = looked_for(client, reason=" ").context["form"].errors
    without_words = looked_for(client, name="").context["form"].errors
    nonsense = looked_for(client, name="…", nhs_number="123").context["form"].errors

    assert list(without_reason) == ["reason"]
    assert without_words == {"name": ["Enter a name, a date of birth or an NHS number"]}
    assert set(nonsense) == {"name", "nhs_number"}
    assert not Event.objects.filter(verb="searched").exists()


def test_what_is_looked_for_never_stands_in_an_address(north, sign_in):
    north.submitted(child("Robin", "Example"))

    shown = sign_in(north.cast.bum).get(reverse("referrals:find_child"), ASKED)

    assert ("search" in shown.context, "Robin" in words(shown)) == (False, False)
    assert not Event.objects.filter(verb="searched").exists()


def test_too_many_are_not_listed(north, sign_in, monkeypatch):
    monkeypatch.setattr(duplicates, "MOST_MATCHES", 1)
    for _ in range(2):
        known = north.submitted(child("Robin", "Example"))

    shown = looked_for(sign_in(north.cast.bum))

    assert ("Too many people fit" in words(shown), known.case.reference in words(shown)) == (True, False)


def test_the_search_stops_at_the_walls(north, south, sign_in):
    known = south.submitted(child("Robin", "Example"), by=south.cast.rep)
    walled = north.submitted(child("Robin", "Example"))
    raise_wall(walled.case, user=north.cast.bum, reason="The aunt", by=north.cast.person(Role.BUM))

    shown = words(looked_for(sign_in(north.cast.bum)))

    assert "Nobody in the cases you may open fits this." in shown
    assert (known.case.reference in shown, walled.case.reference in shown) == (False, False)


@pytest.mark.parametrize("role", ["referrer", "sgc", "dsp_la", "ic"])
def test_only_the_business_unit_looks_for_a_child(north, sign_in, role):
    north.submitted(child("Robin", "Example"))
    client = sign_in(getattr(north.cast, role))

    assert looked_for(client).status_code == 403
    assert "Find a child" not in words(client.get(reverse("desk:cases")))
    assert not Event.objects.filter(verb="searched").exists()


def test_a_search_asks_a_constant_number_of_questions(north):
    asked, unit = [], north.cast.bum
    for many in (1, 3):
        while north.partnership.cases.count() < many:
            north.submitted(child("Robin", "Example"))
        with CaptureQueriesContext(connection) as queries:
            found = services.find_child(by=unit, name="Robin Example", reason="Why")
        asked.append(len(queries))
        assert len(found.found) == many

    assert asked[0] == asked[1]


# Cases of one family


def test_cases_of_one_family_are_linked_and_the_link_taken_back(north, sign_in):
    earlier = north.submitted(child("Robin", "Example"))
    referral = north.submitted(child("Robin", "Example"))
    has_opened(referral.case, north.cast.bum)
    client = sign_in(north.cast.bum)
    assert earlier.case.reference not in words(page(client, "link", referral.case_id, referral.case_id))

    page(client, "link", referral.case_id, earlier.case_id, reason="The same child")
    linked = words(page(client, "referral", referral.pk))
    page(client, "link", referral.case_id, earlier.case_id, reason="Another child of that name")

    assert "Take back the link" in linked
    assert not referral.case.earlier_cases.exists()
    assert Event.objects.filter(verb="case_linked").count() == 2
    assert Event.objects.filter(verb="case_unlinked").count() == 2


def test_nothing_is_linked_across_partnerships(north, south, sign_in):
    foreign = south.submitted(by=south.cast.rep)
    referral = north.submitted()
    has_opened(referral.case, north.cast.bum)

    assert page(sign_in(north.cast.bum), "link", referral.case_id, foreign.case_id).status_code == 404
    with pytest.raises(TransitionRefused):
        services.link_earlier_case(referral.case, other=foreign.case, by=north.cast.bum, reason="Why")
