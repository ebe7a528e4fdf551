"""Who works on a review: nothing opens before a clear declaration, and access ends with the appointment."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from accounts.roles import Role
from casework.models import Case, Wall
from casework.permissions import roles_in
from casework.transitions import MovedOn, TransitionRefused
from correspondence.models import Message, NoticeSubject
from deadlines.models import Deadline
from decisions.models import Declaration, DeclarationOutcome
from lcspr import clock
from panels import services
from panels.models import Appointment, AppointmentState, TermsOfReference
from tests.panels.story import (
    NO_INTEREST,
    appointed,
    commissioned,
    days_ago,
    declared,
    proposed,
    ready_to_start,
    signed_off,
    tell_all,
    terms_for,
    under_way,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(cast):
    return commissioned(cast)


def may_open(user) -> bool:
    return Case.objects.visible_to(user).exists()


def test_nothing_opens_to_somebody_who_is_only_proposed(cast, review):
    proposed(cast, review, cast.aut, Role.AUT)

    assert not may_open(cast.aut)


def test_appointing_refused_before_the_declaration_and_before_its_decision(cast, review):
    author = proposed(cast, review, cast.aut, Role.AUT)
    with pytest.raises(TransitionRefused) as refused:
        services.appoint(author, by=cast.bum, on=clock.today())
    assert refused.value.reasons == [f"Record the declaration of interest of {cast.aut} first."]

    services.declare_for_appointment(author, answers=NO_INTEREST, details="", by=cast.bum, on=clock.today())
    with pytest.raises(TransitionRefused) as refused:
        services.appoint(author, by=cast.bum, on=clock.today())

    assert refused.value.reasons == [
        f"The sub-group chair or a partner has not yet decided on the declaration of {cast.aut}."
    ]
    assert not may_open(cast.aut)


def test_a_blocked_declaration_opens_nothing(cast, review):
    author = declared(
        cast, proposed(cast, review, cast.aut, Role.AUT), DeclarationOutcome.BLOCKED, financial_interest=True
    )

    with pytest.raises(TransitionRefused) as refused:
        services.appoint(author, by=cast.bum, on=clock.today())

    assert refused.value.reasons == [
        f"The declaration of {cast.aut} was decided against them. Propose somebody else: As declared."
    ]
    assert not may_open(cast.aut)
    assert Appointment.objects.get().state == AppointmentState.PROPOSED


def test_ac_26_a_manager_of_the_case_cannot_write_the_agencys_report(cast, review):
    manager = proposed(cast, review, cast.aa, Role.AA)

    declared(cast, manager, line_managed=True)

    assert Declaration.objects.get().by_rule
    with pytest.raises(TransitionRefused):
        services.appoint(manager, by=cast.bum, on=clock.today())
    assert not may_open(cast.aa)


def test_ac_26_an_author_who_worked_for_an_agency_before_is_clear_with_mitigation_before_the_terms_open(
    cast, review
):
    terms = terms_for(cast, review)
    author = declared(
        cast,
        proposed(cast, review, cast.aut, Role.AUT),
        DeclarationOutcome.CLEAR_WITH_MITIGATION,
        worked_for_agency=True,
    )
    assert not TermsOfReference.objects.visible_to(cast.aut).exists()

    services.appoint(author, by=cast.bum, on=clock.today())

    assert list(TermsOfReference.objects.visible_to(cast.aut)) == [terms]
    assert Declaration.objects.get().decided_by == cast.sgc


def test_somebody_who_knows_the_family_is_kept_out_whatever_their_part(cast, review):
    declared(cast, proposed(cast, review, cast.sg, Role.PM), DeclarationOutcome.BLOCKED, knows_people=True)

    assert Wall.objects.get().user == cast.sg
    assert not may_open(cast.sg)


def test_an_author_has_access_from_the_appointment_until_its_end(cast, review):
    author = appointed(cast, review, cast.aut, Role.AUT)
    assert roles_in(cast.aut, review.case) == {Role.AUT}
    assert [message.to for message in Message.objects.filter(template="review_appointed")] == [cast.aut]

    services.end_appointment(author, reason="Ill", by=cast.dsp_icb, on=clock.today())

    assert not may_open(cast.aut)
    author.refresh_from_db()
    assert (author.state, author.starts_on, author.until, author.ended_because) == (
        "ended", clock.today(), clock.today(), "Ill",
    )  # fmt: skip


def test_access_ends_with_the_contract(cast, review):
    last = clock.today() + dt.timedelta(days=10)
    author = appointed(cast, review, cast.aut, Role.AUT, contract_until=last)

    assert may_open(cast.aut)
    assert author.access.until == last + dt.timedelta(days=1)

    services.end_appointment(author, reason="Early", by=cast.dsp_la, on=clock.today())
    author.access.refresh_from_db()
    assert author.access.until == clock.today()


def test_the_partners_change_the_author_and_the_history_stays(cast):
    review = under_way(cast)
    first = review.appointments.get(role=Role.AUT)
    second = cast.person(Role.AUT)
    with pytest.raises(PermissionDenied):
        services.end_appointment(first, reason="Late", by=cast.bum, on=clock.today())

    services.end_appointment(first, reason="Late", by=cast.dsp_police, on=clock.today())
    appointed(cast, review, second, Role.AUT)

    authors = review.appointments.filter(role=Role.AUT).order_by("created_at")
    assert [(each.user, each.state) for each in authors] == [(cast.aut, "ended"), (second, "appointed")]
    running = Deadline.objects.open().get(code="DL-15n")
    assert running.about == f"panels.Appointment:{authors[1].pk}"
    assert Deadline.objects.get(code="DL-14").trigger_at.date() == days_ago(20)


def test_the_reviewers_name_is_told_to_the_three_within_five_working_days(cast, review):
    with pytest.raises(TransitionRefused) as refused:
        tell_all(cast, review.case, NoticeSubject.REVIEWER_NAMED)
    assert refused.value.reasons == ["Appoint the author first: the notice tells their name."]
    appointed(cast, review, cast.aut, Role.AUT)

    tell_all(cast, review.case, NoticeSubject.REVIEWER_NAMED)

    assert Deadline.objects.get(code="DL-15n").met_at is not None


def test_nobody_opens_the_case_to_themself(cast, review):
    own = declared_by_another(cast, review)

    with pytest.raises(TransitionRefused) as refused:
        services.appoint(own, by=cast.bu, on=clock.today())

    assert refused.value.reasons == ["You cannot give yourself access to a case. Ask a colleague to do it."]


def declared_by_another(cast, review):
    return declared(cast, proposed(cast, review, cast.bu, Role.FAMILY))


def test_a_review_has_one_review_panel_chair(cast, review):
    appointed(cast, review, cast.pc, Role.PC)
    another = declared(cast, proposed(cast, review, cast.sg, Role.PC))

    with pytest.raises(TransitionRefused) as refused:
        services.appoint(another, by=cast.bum, on=clock.today())

    assert refused.value.reasons == [
        "The review has a review panel chair already. End that appointment before you make this one."
    ]


def test_strangers_and_odd_parts_are_not_proposed(cast, review, outsider):
    for user, role, sentence in (
        (outsider, Role.PM, f"{outsider} does not work with this partnership. Invite them first."),
        (cast.adm, Role.PM, f"{cast.adm} does not work with this partnership. Invite them first."),
        (cast.sg, Role.SGC, "Nobody is appointed to a review in this role."),
    ):
        with pytest.raises(TransitionRefused) as refused:
            proposed(cast, review, user, role)
        assert refused.value.reasons == [sentence]
    proposed(cast, review, cast.sg, Role.PM)
    with pytest.raises(TransitionRefused) as refused:
        proposed(cast, review, cast.sg, Role.PM)
    assert refused.value.reasons == [f"{cast.sg} is proposed or appointed in this role already."]


def test_a_second_appointing_is_too_late(cast, review):
    author = appointed(cast, review, cast.aut, Role.AUT)

    with pytest.raises(MovedOn):
        services.appoint(author, by=cast.bu, on=clock.today())

    assert review.case.access.filter(user=cast.aut).count() == 1


def test_who_was_only_proposed_is_not_shown_to_the_review_panel(cast, review):
    appointed(cast, review, cast.pm, Role.PM)
    proposed(cast, review, cast.aut, Role.AUT)

    assert [each.user for each in Appointment.objects.visible_to(cast.pm)] == [cast.pm]
    assert {each.user for each in Appointment.objects.visible_to(cast.sgc)} == {cast.pm, cast.aut}


def test_every_access_ends_when_the_appointments_of_a_review_end(cast):
    review = signed_off(cast)

    services.end_appointments(review, reason="Published thirty days ago", by=cast.bum, on=clock.today())

    assert not may_open(cast.aut)
    assert not may_open(cast.pc)
    assert not review.appointments.exclude(state="ended").exists()


def test_an_author_whose_declaration_changed_blocks_the_start(cast):
    review = ready_to_start(cast)
    author = review.appointments.get(role=Role.AUT)
    declared(cast, author, DeclarationOutcome.BLOCKED, other_conflict=True)

    with pytest.raises(TransitionRefused) as refused:
        services.start_review(review, chronologies_due_on=clock.today(), by=cast.bum, at=clock.now())

    assert refused.value.reasons == [f"The declaration of interest of {cast.aut} is no longer clear."]
