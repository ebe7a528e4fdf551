"""Every state of every machine here, every act, every role: offered exactly to those the handbook names."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from casework.files import store_document
from casework.models import Stage
from casework.transitions import actions_for, exits
from lcspr import clock
from panels.models import (
    AlternativeReview,
    AlternativeState,
    Appointment,
    AppointmentState,
    ReportVersion,
    Review,
    ReviewState,
    TermsOfReference,
    TermsState,
    VersionState,
)
from tests.panels.story import case_at, let_in, pdf

pytestmark = pytest.mark.django_db

BU = {"bu", "bum"}
PARTNERS = {"dsp_la", "dsp_icb", "dsp_police"}
DECIDERS = BU | PARTNERS | {"sgc", "ic"}
COMMISSIONERS = BU | {"sgc"}
STANDING = ["bu", "bum", "sgc", "sg", "ic", "dsp_la", "dsp_icb", "dsp_police", "lsp_la", "lan"]
NAMED = ["referrer", "dsl", "rep", "pc", "pm", "aut", "aa", "alo", "family", "legal", "comms"]

GIVE_UP = {"discontinue": BU, "record_national_review": BU}
REVIEW_MOVES = {
    "commissioning": {"start_review": BU, **GIVE_UP},
    "in_review": {"start_drafting": BU | {"pc"}, **GIVE_UP},
    "drafting": {"return_to_review": BU | {"pc"}, "submit_report": BU | {"pc", "aut"}, **GIVE_UP},
    "sign_off": {
        "ask_for_changes": DECIDERS | {"sg", "legal"},
        "sign_off_report": DECIDERS,
        "record_national_review": BU,
    },
    "signed_off": {},
    "discontinued": {},
    "national": {"finish_national": DECIDERS, "commission_beside_national": DECIDERS},
    "national_finished": {},
}
APPOINTMENT_MOVES = {
    "proposed": {"appoint": COMMISSIONERS, "drop_proposal": DECIDERS},
    "appointed": {"end_appointment": PARTNERS},
    "not_appointed": {},
    "ended": {},
}
TERMS_MOVES = {
    "drafted": {"agree_terms": PARTNERS | {"sgc"}},
    "agreed": {"replace_terms": PARTNERS | {"sgc"}},
    "replaced": {},
}
WRITERS = BU | {"pc", "aut"}
VERSION_MOVES = {
    "draft": {"circulate": WRITERS, "supersede": WRITERS | {"sgc"}},
    "circulated": {"close_comments": WRITERS},
    "comments_closed": {},
    "final": {"approve": DECIDERS, "supersede": WRITERS | {"sgc"}},
    "approved": {},
    "superseded": {},
}
# The lead of the other review is a sub-group member.
LEADS = COMMISSIONERS | {"sg"}
FURTHER = {"discontinue_alternative": PARTNERS | {"sgc"}, "escalate": DECIDERS}
ALTERNATIVE_MOVES = {
    "planned": {"record_held": LEADS, **FURTHER},
    "held": {"write_up": LEADS, **FURTHER},
    "written_up": {"ask_for_more": COMMISSIONERS, "agree_findings": {"sgc"}, **FURTHER},
    "agreed": {},
    "discontinued": {},
    "escalated": {},
}


@pytest.fixture
def case(cast):
    return case_at(cast, Stage.IN_REVIEW)


@pytest.fixture
def people(cast, case):
    """Everybody of the partnership, each in the case as what they are."""
    found = {role: getattr(cast, role) for role in STANDING + NAMED}
    for role in NAMED:
        let_in(cast, case, found[role], Role(role))
    return found


def offered(record, people):
    """Which acts are offered to whom, blocked or not."""
    acts: dict[str, set[str]] = {}
    for role, person in people.items():
        for act in actions_for(record, person):
            acts.setdefault(act.name, set()).add(role)
    return acts


def review_in(case, state=ReviewState.IN_REVIEW, **fields) -> Review:
    ended = state in {ReviewState.DISCONTINUED, ReviewState.NATIONAL_FINISHED}
    signed = state == ReviewState.SIGNED_OFF
    return Review.objects.create(
        case=case,
        review_type="lcspr",
        state=state,
        ended_reason="Enough" if ended else "",
        signed_off_on=clock.today() if signed else None,
        publication_choice="full" if signed else "",
        **fields,
    )


def appointment_in(case, cast, state, role=Role.AUT, review=None) -> Appointment:
    working = state in {AppointmentState.APPOINTED, AppointmentState.ENDED}
    return Appointment.objects.create(
        case=case,
        review=review or review_in(case),
        role=role,
        user=cast.aut,
        state=state,
        proposed_by=cast.bum,
        proposed_on=clock.today(),
        appointed_by=cast.bum if working else None,
        starts_on=clock.today() if working else None,
        ended_because="" if state in {AppointmentState.PROPOSED, AppointmentState.APPOINTED} else "Because",
    )


@pytest.mark.parametrize("state", ReviewState.values)
def test_who_may_do_what_with_a_review(state, case, people):
    review = review_in(case, state)

    assert set(exits(review)) == set(REVIEW_MOVES[state])
    assert offered(review, people) == REVIEW_MOVES[state]


@pytest.mark.parametrize("state", AppointmentState.values)
def test_who_may_do_what_with_an_authors_appointment(state, case, cast, people):
    appointment = appointment_in(case, cast, state)

    assert offered(appointment, people) == APPOINTMENT_MOVES[state]


def test_whoever_commissions_ends_every_other_appointment(case, cast, people):
    chair = appointment_in(case, cast, AppointmentState.APPOINTED, role=Role.PC)

    assert offered(chair, people) == {"end_appointment": PARTNERS | COMMISSIONERS}


def test_once_the_review_is_over_whoever_decides_ends_the_authors_too(case, cast, people):
    author = appointment_in(
        case, cast, AppointmentState.APPOINTED, review=review_in(case, ReviewState.SIGNED_OFF)
    )

    assert offered(author, people) == {"end_appointment": DECIDERS}


@pytest.mark.parametrize("state", TermsState.values)
def test_who_may_do_what_with_terms_of_reference(state, case, cast, people):
    agreed = state != TermsState.DRAFTED
    terms = TermsOfReference.objects.create(
        case=case,
        review=review_in(case),
        state=state,
        written_by=cast.bum,
        agreed_by=cast.sgc if agreed else None,
        agreed_on=clock.today() if agreed else None,
    )

    assert offered(terms, people) == TERMS_MOVES[state]


@pytest.mark.parametrize("state", VersionState.values)
def test_who_may_do_what_with_a_version_of_the_report(state, case, cast, people):
    version = ReportVersion.objects.create(
        case=case,
        review=review_in(case),
        label="0.1",
        state=state,
        is_final=state in {VersionState.FINAL, VersionState.APPROVED},
        document=store_document(case, pdf(), by=cast.bum, title="Report", thing="draft_report"),
        uploaded_by=cast.bum,
        circulated_at=clock.now(),
    )

    assert offered(version, people) == VERSION_MOVES[state]


@pytest.mark.parametrize("state", AlternativeState.values)
def test_who_may_do_what_with_another_kind_of_review(state, case, cast, people):
    review = AlternativeReview.objects.create(
        case=case,
        review_type="practice_review",
        method="One meeting",
        lead=cast.sg,
        state=state,
        opened_by=cast.bum,
        opened_on=clock.today(),
        held_on=clock.today(),
        findings="Something",
        agreed_on=clock.today(),
        ended_reason="Because",
    )

    assert set(exits(review)) == set(ALTERNATIVE_MOVES[state])
    assert offered(review, people) == ALTERNATIVE_MOVES[state]
