"""F-01 as a question set: every question has its reason and its use, and a draft is asked what it was begun with."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.urls import reverse

from casework.drafts import read_answers
from casework.lifecycle import T_NUMBERS
from casework.models import Outcome, Person, Subject
from deadlines.catalogue import CODES
from lcspr import clock
from referrals import duplicates, questions, rules, services
from referrals.models import AbuseOrNeglect, LeadView, Referral
from referrals.questions import CURRENT, lists
from referrals.questions.asking import Kind, Takes, without
from referrals.questions.table import put_into
from tests.referrals.world import child, relative

ALL = list(CURRENT.questions())
MODELS = {"Referral": Referral, "Person": Person, "Subject": Subject}
FORMS = {f"F-{number:02}" for number in range(1, 22)}
DEADLINES = set(CODES)

# Who you are, what happened, where, and your reasons (architecture §6), and what those rest on.
NEVER_UNKNOWN = {
    "referrer_name",
    "account",
    "outside_england",
    "country",
    "incident_la",
    "abuse_or_neglect",
    "abuse_or_neglect_because",
    "outcome",
    "outcome_because",
    "learning",
}
# Choices of which “not yet clear” or “not sure” is one already; what is asked only of somebody who said they know;
# and what one cannot name without knowing.
KNOWN_BY_THEN = {
    "review_asked",
    "told",
    "born_on",
    "incident_from",
    "incident_exact",
    "la_aware_at",
    "agency",
    "agency_name",
}


def named_in(used_by):
    return re.findall(r"`([^`]+)`", used_by)


def test_the_table_of_the_questions_is_fresh():
    written = (settings.BASE_DIR / "docs" / "forms.md").read_text()

    assert written == put_into(written, CURRENT), "Run `manage.py write_questions`."


@pytest.mark.parametrize(("section", "page", "question"), ALL, ids=[f"{p.id}-{q.id}" for _, p, q in ALL])
def test_every_question_has_a_reason_a_reader_and_a_use(section, page, question):
    uses = named_in(question.used_by)

    assert question.why.endswith(".")
    assert question.read_by
    assert uses, "A question nobody uses is dropped."
    assert [use for use in uses if not is_there(use)] == []


def is_there(use):
    """Whether a rule, column, deadline, act or form of this name exists."""
    owner, _, name = use.partition(".")
    if owner == "duplicates":
        return callable(getattr(duplicates, name, None))
    if owner == "rules":
        return callable(getattr(rules, name, None))
    if owner in MODELS:
        return name in {field.name for field in MODELS[owner]._meta.get_fields()}
    return use in FORMS | DEADLINES | set(T_NUMBERS)


def test_what_takes_no_not_known_yet_is_what_the_plan_allows():
    without_it = {q.id for _, _, q in ALL if q.required and q.takes_not_known is Takes.NO}

    assert without_it == NEVER_UNKNOWN | KNOWN_BY_THEN


def test_nothing_is_asked_twice():
    """Under one id a question stands once on the referral, and once on each kind of member."""
    for pages in (
        [p for s in CURRENT.sections for p in s.pages],
        *(g.pages for g in CURRENT.groups.values()),
    ):
        ids = [question.id for page in pages for question in page.questions]
        assert sorted(ids) == sorted(set(ids))


def test_a_question_is_uncovered_by_one_answer_of_its_page():
    """A browser shows it under that answer, once; what several answers call for stands on a page of its own."""
    for _, page, question in ALL:
        own = {each.id for each in page.questions}
        here = [each for each in question.shown_when if each.question in own]
        assert [len(each.values) for each in here] in ([], [1]), question.id


def test_conditions_name_questions_and_answers_that_exist():
    offered = {q.id: {choice.value for choice in q.choices} | {"not_known"} for _, _, q in ALL}
    for _, page, question in ALL:
        for condition in (*question.shown_when, *page.shown_when):
            if not condition.question.startswith("@") and condition.question != "agency":
                assert condition.values <= offered[condition.question], (page.id, question.id)


def test_lists_agree_with_the_columns_they_fill():
    def values(choices):
        return [each.value for each in choices]

    assert values(lists.ABUSE_OR_NEGLECT) == AbuseOrNeglect.values
    assert values(lists.OUTCOME) == Outcome.values
    assert values(lists.LEAD_VIEW) == LeadView.values


def test_every_page_with_a_needed_question_says_what_is_missing():
    for _, page, _ in ALL:
        if any(question.required for question in page.questions):
            assert page.missing.endswith("."), page.id


def test_identifying_questions_stand_on_the_person():
    identifying = {q.id for _, _, q in ALL if q.person}

    assert identifying == {q.person for _, _, q in ALL if q.person}
    assert identifying <= {field.name for field in Person._meta.get_fields()}
    assert Kind.NHS_NUMBER not in {q.kind for _, _, q in ALL if not q.person}


@pytest.mark.django_db
def test_a_draft_is_asked_what_it_was_begun_with(north, sign_in, monkeypatch):
    older = without(CURRENT, "context", name="f01_before")
    monkeypatch.setitem(questions.QUESTION_SETS, older.name, older)
    client = sign_in(north.cast.referrer)
    new, old = north.begun(), north.begun()
    type(old.draft).objects.filter(pk=old.draft.pk).update(question_set=older.name)

    def asked(referral):
        return client.get(reverse("referrals:page", args=[referral.pk, "harm"])).context["form"].fields

    assert ("context" in asked(new), "context" in asked(old)) == (True, False)
    north.answered(old)
    assert north.send(old).question_set == "f01_before"


@pytest.mark.django_db
def test_what_other_answers_took_away_is_not_kept(north):
    robin = child(outcome="seriously_harmed", died_on="2026-01-01", cause_of_death="sudi", birth="unborn")
    referral = north.submitted(robin, media="no", media_details="Nothing")

    kept = referral.children.get()
    assert ("cause_of_death" in kept.answers, "media_details" in referral.answers) == (False, False)
    assert (kept.subject.person.died_on, kept.subject.person.born_on, kept.subject.unborn) == (
        None,
        None,
        True,
    )


@pytest.mark.django_db
def test_the_family_become_people_of_the_case_under_what_they_are(north):
    referral = north.submitted(
        family=[
            relative("mother", "Morgan", "Quillfeather"),
            relative("sibling", "Alex", "Quillfeather", also_harmed="no", kept_safe="With an aunt"),
            relative("sibling", "Kim", "", also_harmed="no", kept_safe_not_known=True),
        ]
    )

    subjects = referral.case.subjects.exclude(part="child")
    assert [(s.label, s.part, s.person.forenames) for s in subjects] == [
        ("Mother", "mother", "Morgan"),
        ("Sibling 1", "sibling", "Alex"),
        ("Sibling 2", "sibling", "Kim"),
    ]
    assert "Quillfeather" not in str(list(referral.relatives.values())) + str(referral.answers)
    assert referral.relatives.get(subject__label="Sibling 1").answers["kept_safe"] == "With an aunt"


@pytest.mark.django_db
def test_the_family_is_corrected_when_it_is_sent_again(north):
    mother, father = relative("mother", "Morgan"), relative("father", "Frances")
    sent = north.submitted(family=[mother, father])
    services.return_to_referrer(sent, by=north.cast.bum, reason="Is he the father?")
    referral = north.change(sent, family=[mother, {**father, "key": "f" * 32, "relation": "partner"}])
    services.resubmit_referral(referral, by=north.sender, version=referral.draft.version, on=clock.today())

    labels = referral.case.subjects.exclude(part="child").values_list("label", flat=True)
    assert list(labels) == ["Mother", "Partner"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answers", "looked_after", "care_leaver"),
    [
        ({"legal_status": "C2", "placement": "U", "responsible_la": "not_known"}, True, False),
        ({"csc_status": "looked_after"}, True, False),
        ({"csc_status": "care_leaver"}, False, True),
        ({"csc_status": "cp_plan"}, False, False),
    ],
)
def test_looked_after_and_care_leaver_are_typed_facts(north, answers, looked_after, care_leaver):
    subject = north.submitted(child(**answers)).case.subjects.get()

    assert (subject.looked_after, subject.care_leaver) == (looked_after, care_leaver)


@pytest.mark.django_db
def test_who_refers_is_known_and_asked_only_for_what_is_not(north):
    user = north.cast.referrer
    user.job_title, user.phone = "Teacher", "01632 960001"
    user.save()

    typed = read_answers(north.begun().draft)

    assert typed == {
        "referrer_name": user.name,
        "referrer_job_title": "Teacher",
        "referrer_phone": "01632 960001",
        "referrer_email": user.email,
    }
