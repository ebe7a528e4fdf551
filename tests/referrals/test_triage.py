"""What the business unit does with a referral: accept, send back, join, close, pass on; and taking it back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import AgencyFactory, CaseFactory

from accounts.agency_kinds import AgencyKind
from accounts.roles import STANDING, Role
from casework.drafts import save_draft
from casework.models import Access, Case, Stage, TakingBack
from casework.rules.likeness import Kind
from casework.transitions import TransitionRefused
from correspondence.models import How, Message, Notice, Recipient
from decisions.models import Decision, DecisionState
from lcspr import clock
from referrals import duplicates, services
from referrals.models import Referral, ReferralState
from tests.referrals.world import MET, child, london

pytestmark = pytest.mark.django_db


def area(name="Westmere Council"):
    return AgencyFactory(name=name, short_name=name, kind=AgencyKind.LOCAL_AUTHORITY)


# Accepting


def test_accepting_names_the_case_confirms_the_clock_and_asks_the_partners(north):
    north.at(london(2026, 6, 8, 12))
    referral = north.submitted(la_aware_at=london(2026, 6, 8, 10, 15))
    north.standing()

    referral = north.accept(referral, pseudonym="Child V")

    case = north.case(referral)
    assert (case.stage, case.pseudonym, case.la_aware_confirmed) == (Stage.SCREENING, "Child V", True)
    assert (north.clock(case, "DL-01").provisional_trigger, north.clock(case, "DL-01").due_on) == (
        False,
        dt.date(2026, 6, 15),
    )
    assert north.clock(case, "DL-05").due_on == dt.date(2026, 6, 10)
    assert north.clock(case, "DL-02").met_at == clock.now()
    assert Decision.objects.get(case=case).kind == "criteria"
    assert (
        set(Access.objects.filter(case=case, partnership=north.partnership).values_list("role", flat=True))
        == STANDING
    )


def test_accepting_tells_the_partners_the_chairs_and_the_notifier_the_same_day(north):
    referral = north.accepted()

    told = set(Message.objects.filter(case=referral.case).values_list("template", "to__memberships__role"))
    assert {
        ("referral_accepted", Role.DSP_LA),
        ("referral_accepted", Role.DSP_ICB),
        ("referral_accepted", Role.DSP_POLICE),
    } <= told
    assert {
        ("referral_possible_sin", Role.LAN),
        ("referral_possible_sin", Role.SGC),
        ("referral_possible_sin", Role.IC),
    } <= told
    assert ("referral_status", Role.REFERRER) in told


def test_triage_corrects_the_awareness_and_both_dates_are_kept(north):
    north.at(london(2026, 6, 12, 12))
    referral = north.submitted(la_aware_at=london(2026, 6, 12, 9), incident_from="2026-06-01")

    referral = north.accept(referral, la_aware_at=london(2026, 6, 8, 10, 15))

    deadline = north.clock(referral, "DL-01")
    assert (deadline.due_on, deadline.changes.get().old_due_at.date()) == (
        dt.date(2026, 6, 15),
        dt.date(2026, 6, 19),
    )


def test_awareness_before_the_incident_is_refused(north):
    north.at(london(2026, 6, 12, 12))
    referral = north.submitted()

    with pytest.raises(TransitionRefused) as refused:
        north.accept(referral, la_aware_at=london(2026, 6, 1, 9))

    assert refused.value.reasons == ["The local authority cannot have become aware before the incident."]
    assert north.case(referral).stage == Stage.SUBMITTED


@pytest.mark.parametrize(
    ("pseudonym", "sentence"),
    [
        ("Child R", "The pseudonym is somebody’s initial. Choose another letter."),
        ("Child Example", "The pseudonym is part of somebody’s name. Choose another."),
        ("Child Q", "This pseudonym has been used before. Choose another."),
        ("CHILD q", "This pseudonym has been used before. Choose another."),
    ],
)
def test_a_pseudonym_that_tells_or_is_taken_is_refused(north, pseudonym, sentence):
    CaseFactory(partnership=north.partnership, pseudonym="Child Q", stage=Stage.CLOSED_NFA)
    referral = north.submitted(child("Robin", "Example"))

    with pytest.raises(TransitionRefused) as refused:
        north.accept(referral, pseudonym=pseudonym)

    assert refused.value.reasons == [sentence]


def test_another_partnerships_pseudonym_is_no_obstacle(north, south):
    CaseFactory(partnership=south.partnership, pseudonym="Child V")

    assert north.accept(north.submitted(), pseudonym="Child V").state == ReferralState.ACCEPTED


def test_only_the_business_unit_accepts(north):
    referral = north.submitted()

    for role in ("referrer", "dsl", "rep", "sgc", "dsp_la"):
        with pytest.raises(PermissionDenied):
            north.accept(referral, by=getattr(north.cast, role))


def test_a_second_acceptance_finds_the_case_moved_on(north):
    referral = north.accepted()

    with pytest.raises(TransitionRefused):
        north.accept(referral, pseudonym="Child W")

    assert north.case(referral).pseudonym == "Child V"


# Sending back and again


def test_sent_back_answered_and_sent_again(north):
    referral = north.submitted(la_aware_at=clock.now())
    before = north.clock(referral, "DL-01").due_at

    referral = services.return_to_referrer(referral, by=north.cast.bum, reason="Which hospital?")
    assert (referral.state, north.clock(referral, "DL-01").due_at) == (ReferralState.RETURNED, before)

    referral = north.change(referral, account="At the Invented Hospital.")
    referral = services.resubmit_referral(
        referral, by=north.sender, version=referral.draft.version, on=clock.today()
    )
    assert (referral.state, referral.version) == (ReferralState.SUBMITTED, 2)
    assert referral.answers["account"] == "At the Invented Hospital."


def test_sending_again_unchanged_is_refused(north):
    referral = services.return_to_referrer(north.submitted(), by=north.cast.bum, reason="Which hospital?")
    referral = north.fresh(referral)

    with pytest.raises(TransitionRefused) as refused:
        services.resubmit_referral(
            referral, by=north.sender, version=referral.draft.version, on=clock.today()
        )

    assert refused.value.reasons == [
        "Nothing has changed since the referral was sent back. Answer what was asked, then send it again."
    ]


def test_children_corrected_on_the_second_sending_reach_the_case(north):
    first, second = child("Ann", "Example"), child("Bea", "Example", "2021-03-03")
    referral = services.return_to_referrer(north.submitted(first, second), by=north.cast.bum, reason="Names?")
    answers = north.answers({**second, "forenames": "Beatrice"}, child("Cy", "Example", "2023-01-01"))
    referral = north.fresh(referral)
    save_draft(referral.draft, answers=answers, version=referral.draft.version, by=north.sender)
    referral = north.fresh(referral)
    services.resubmit_referral(referral, by=north.sender, version=referral.draft.version, on=clock.today())

    names = [(s.label, s.person.forenames) for s in north.case(referral).subjects.all()]
    assert names == [("Child 1", "Beatrice"), ("Child 2", "Cy")]


def test_the_business_unit_goes_on_without_the_referrer_saying_why(north):
    referral = services.return_to_referrer(north.submitted(), by=north.cast.bum, reason="Which hospital?")

    with pytest.raises(TransitionRefused) as refused:
        north.accept(referral)
    assert refused.value.reasons == ["Say why you go on without the referrer’s answer."]

    assert north.accept(referral, reason="It cannot wait.").state == ReferralState.ACCEPTED


# Duplicates


def same_twins():
    return child("Ann", "Example", "2020-05-17"), child("Bea", "Example", "2020-05-17")


def test_twins_referred_by_school_and_hospital_become_one_case_with_two_subjects(north):
    hospital = north.cast.agency("hospital", AgencyKind.ACUTE_TRUST)
    doctor = north.cast.person(Role.REFERRER, agency="hospital")
    north.at(london(2026, 6, 9, 12))
    school = north.submitted(*same_twins(), la_aware_at=london(2026, 6, 9, 10), incident_from="2026-06-08")
    second = north.submitted(
        *same_twins(),
        by=doctor,
        agency=hospital,
        la_aware_at=london(2026, 6, 8, 15),
        incident_from="2026-06-08",
    )
    there = list(school.case.subjects.order_by("order"))
    here = list(second.children.order_by("subject__order"))

    joined = services.mark_duplicate(
        second,
        of=school.case,
        by=north.cast.bum,
        reason="The same incident",
        same_as=dict(zip(here, there, strict=True)),
        on=clock.today(),
    )

    kept = north.case(school)
    assert [s.label for s in kept.subjects.all()] == ["Twin 1", "Twin 2"]
    assert (kept.la_aware_at, north.clock(kept, "DL-01").due_on) == (
        london(2026, 6, 8, 15),
        dt.date(2026, 6, 15),
    )
    closed = Case.objects.get(pk=second.case_id)
    assert (closed.stage, closed.duplicate_of) == (Stage.CLOSED_DUPLICATE, kept)
    assert north.clock(closed, "DL-01").cancelled_at == clock.now()
    assert (joined.state, joined.case) == (ReferralState.DUPLICATE, kept)
    for person in (north.sender, doctor):
        assert list(Referral.objects.visible_to(person)) == [
            r for r in (school, joined) if r.referrer == person
        ]
        assert Case.objects.visible_to(person).filter(pk=kept.pk).exists()


def test_another_child_of_the_same_incident_joins_the_case(north):
    first = north.submitted(child("Ann", "Example", "2020-05-17"))
    second = north.submitted(child("Bea", "Example", "2020-05-17"))
    only = second.children.get()

    services.mark_duplicate(
        second, of=first.case, by=north.cast.bum, reason="Twins", same_as={only: None}, on=clock.today()
    )

    names = [(s.label, s.person.forenames) for s in north.case(first).subjects.order_by("order")]
    assert names == [("Twin 1", "Ann"), ("Twin 2", "Bea")]


def test_two_children_cannot_be_one(north):
    first = north.submitted(child("Ann", "Example"))
    second = north.submitted(*same_twins())
    one = first.case.subjects.get()

    with pytest.raises(TransitionRefused) as refused:
        services.mark_duplicate(
            second,
            of=first.case,
            by=north.cast.bum,
            reason="Same",
            same_as=dict.fromkeys(second.children.all(), one),
            on=clock.today(),
        )

    assert refused.value.reasons == [
        "Two children of the referral cannot be the same child of the other case."
    ]


def test_a_case_of_another_partnership_is_no_target(north, south):
    stranger = CaseFactory(partnership=south.partnership)
    referral = north.submitted()

    with pytest.raises(TransitionRefused) as refused:
        services.mark_duplicate(
            referral,
            of=stranger,
            by=north.cast.bum,
            reason="Same",
            same_as=dict.fromkeys(referral.children.all()),
            on=clock.today(),
        )

    assert refused.value.reasons == ["Choose another case of this partnership."]


def test_a_case_is_not_its_own_duplicate(north):
    referral = north.submitted()

    with pytest.raises(TransitionRefused):
        services.mark_duplicate(
            referral,
            of=referral.case,
            by=north.cast.bum,
            reason="Same",
            same_as=dict.fromkeys(referral.children.all()),
            on=clock.today(),
        )


# Finding duplicates


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (child("Someone", "Else", None, nhs_number="9434765919"), ["The same NHS number"]),
        (
            child("Robyn", "Exampel", "2020-05-17"),
            ["The same date of birth", "2 names that sound or look alike"],
        ),
        (child("Example", "Robin", "2020-05-18"), ["Nearly the same date of birth", "2 names in common"]),
        (child("Robin", "Other", "2020-05-17"), ["The same date of birth", "A name in common"]),
        (child("Robin", "Example", None), ["2 names in common", "No date of birth to compare"]),
    ],
)
def test_children_alike_are_suggested_to_the_business_unit(north, other, reason):
    known = north.submitted(other)
    referral = north.submitted(child("Robin", "Example", "2020-05-17", nhs_number="943 476 5919"))

    found = duplicates.suggestions(referral, north.cast.bum)

    assert [(s.case, s.kind, s.reasons, s.same_incident) for s in found] == [
        (known.case, Kind.SAME_CHILD, reason, True)
    ]


@pytest.mark.parametrize(
    "other",
    [
        child("Wendy", "Faraway", "2020-05-17"),
        child("Robin", "Faraway", "2011-11-30"),
        child("Robin", "Faraway", None),
    ],
)
def test_children_not_alike_are_not(north, other):
    north.submitted(other)
    referral = north.submitted(child("Robin", "Example", "2020-05-17", nhs_number="943 476 5919"))

    assert duplicates.suggestions(referral, north.cast.bum) == []


def test_a_child_known_elsewhere_is_not_betrayed(north, south):
    south.submitted(child("Robin", "Example"), by=south.cast.rep)
    referral = north.submitted(child("Robin", "Example"))

    assert duplicates.suggestions(referral, north.cast.bum) == []
    assert duplicates.suggestions(referral, south.cast.bum) == []
    assert duplicates.suggestions(referral, north.sender) == []


def test_the_finder_asks_a_constant_number_of_questions(north):
    unit, asked = north.cast.bum, []
    referral = north.submitted(child("Robin", "Example"))
    for known in (1, 3):
        while Referral.objects.count() < known + 1:
            north.submitted(child("Robin", "Example"))
        with CaptureQueriesContext(connection) as queries:
            assert len(duplicates.suggestions(referral, unit)) == known
        asked.append(len(queries))

    assert asked[0] == asked[1]


# Withdrawing


def ask(north, referral, **more):
    return services.ask_to_withdraw(referral, by=north.sender, reason="Sent by mistake", **more)


def withdraw(north, referral, **more):
    return services.withdraw_referral(
        north.fresh(referral), by=north.cast.bum, reason="Sent by mistake", agreed_by=north.cast.sgc, **more
    )


def test_withdrawn_when_asked_and_agreed_and_the_authoritys_clock_goes_on(north):
    referral = north.accepted(la_aware_at=clock.now())
    ask(north, referral)

    referral = withdraw(north, referral)

    assert (referral.state, north.case(referral).stage) == (ReferralState.WITHDRAWN, Stage.CLOSED_WITHDRAWN)
    assert north.clock(referral, "DL-01").is_open
    assert north.clock(referral, "DL-05").cancelled_at is not None
    assert Decision.objects.get(case=referral.case).state == DecisionState.ABANDONED


def test_nothing_is_withdrawn_unasked(north):
    with pytest.raises(TransitionRefused) as refused:
        withdraw(north, north.submitted())

    assert refused.value.reasons == ["The referrer has not asked to withdraw it."]


def test_no_withdrawal_once_a_partner_has_said_met(north):
    referral = north.accepted()
    ask(north, referral)
    north.view(referral, "police", MET)

    with pytest.raises(TransitionRefused) as refused:
        withdraw(north, referral)

    assert refused.value.reasons == [
        "A partner has said that the criteria are met, so the referral can no longer be withdrawn: the local "
        "authority’s duty to notify stands."
    ]


def test_withdrawal_names_the_sub_group_chair(north):
    referral = north.submitted()
    ask(north, referral)

    with pytest.raises(TransitionRefused) as refused:
        services.withdraw_referral(
            north.fresh(referral), by=north.cast.bum, reason="Mistake", agreed_by=north.cast.bum
        )

    assert refused.value.reasons == ["Name the sub-group chair who agreed."]


def test_a_stranger_does_not_ask_for_a_withdrawal(north, outsider):
    with pytest.raises(TransitionRefused):
        services.ask_to_withdraw(north.submitted(), by=outsider, reason="No")


# Passing on


def pass_on(north, referral):
    return services.transfer_referral(
        north.fresh(referral),
        by=north.cast.bum,
        to="Westmere Safeguarding Partnership",
        acknowledged_by="Kim Elsewhere",
        acknowledged_on=clock.today(),
        sent_at=clock.now(),
        package="The referral and the hospital letter",
        how=How.EMAIL,
        reason="It happened there",
    )


def test_a_case_of_another_area_is_passed_on_with_a_record_of_what_was_sent(north):
    west = area()
    referral = north.submitted(la_aware_at=clock.now(), incident_la=str(west.pk))
    assert north.clock(referral, "DL-01").owed_agency == west
    referral = north.accept(referral, incident_la=west)

    referral = pass_on(north, referral)

    assert (referral.state, north.case(referral).stage) == (
        ReferralState.TRANSFERRED,
        Stage.CLOSED_TRANSFERRED,
    )
    notice = Notice.objects.get(case=referral.case)
    assert (notice.to, notice.other_name) == (
        Recipient.OTHER_PARTNERSHIP,
        "Westmere Safeguarding Partnership",
    )
    assert north.clock(referral, "DL-01").cancelled_at is not None


def test_what_happened_here_is_not_passed_on(north):
    with pytest.raises(TransitionRefused) as refused:
        pass_on(north, north.accepted())

    assert refused.value.reasons == [
        "It happened in this partnership’s own area, so it cannot be passed to another."
    ]


def test_a_referral_for_another_area_is_passed_on_without_being_accepted_first(north):
    west = area()

    passed_on = pass_on(north, north.submitted(incident_la=str(west.pk)))

    assert passed_on.state == "transferred"
    assert type(passed_on.case).objects.get(pk=passed_on.case_id).stage == "closed_transferred"


# What was recorded in error


def second_person(north):
    return north.cast.person(Role.BU)


def test_an_acceptance_taken_back_lets_everybody_out_and_tells_them(north):
    colleague = second_person(north)
    referral = north.accepted(la_aware_at=clock.now())
    asked = services.ask_to_take_back(
        referral, transition="take_back_acceptance", by=north.cast.bum, reason="The wrong referral"
    )

    referral = services.confirm_acceptance_taken_back(asked, by=colleague, on=clock.today())

    case = north.case(referral)
    assert (referral.state, case.stage, case.la_aware_confirmed) == (
        ReferralState.SUBMITTED,
        Stage.SUBMITTED,
        False,
    )
    assert not Case.objects.visible_to(north.cast.dsp_la).exists()
    assert (north.clock(case, "DL-01").is_open, north.clock(case, "DL-01").provisional_trigger) == (
        True,
        True,
    )
    assert north.clock(case, "DL-05").cancelled_at is not None
    assert Decision.objects.get(case=case).state == DecisionState.ABANDONED
    told = Message.objects.filter(case=case, template="referral_acceptance_taken_back").values_list(
        "to", flat=True
    )
    assert north.cast.dsp_la.pk in told

    again = north.accept(referral, pseudonym="Child W")
    assert (again.state, Decision.objects.filter(case=case, state="open").count()) == (
        ReferralState.ACCEPTED,
        1,
    )
    assert Case.objects.visible_to(north.cast.dsp_la).count() == 1


def test_nobody_confirms_their_own_request(north):
    referral = north.accepted()
    asked = services.ask_to_take_back(
        referral, transition="take_back_acceptance", by=north.cast.bum, reason="The wrong referral"
    )

    with pytest.raises(TransitionRefused):
        services.confirm_acceptance_taken_back(asked, by=north.cast.bum, on=clock.today())

    assert TakingBack.objects.get().confirmed_at is None


def test_an_acceptance_on_which_a_partner_has_spoken_stands(north):
    referral = north.accepted()
    north.view(referral, "la", MET)

    with pytest.raises(TransitionRefused) as refused:
        services.ask_to_take_back(
            referral, transition="take_back_acceptance", by=north.cast.bum, reason="The wrong referral"
        )

    assert refused.value.reasons == [
        "A partner has already given a view on the criteria: the acceptance can no longer be taken back."
    ]


def test_a_request_refused_changes_nothing(north):
    colleague = second_person(north)
    referral = north.accepted()
    asked = services.ask_to_take_back(
        referral, transition="take_back_acceptance", by=north.cast.bum, reason="The wrong referral"
    )

    services.refuse_taking_back(asked, by=colleague, reason="It was right")

    assert north.fresh(referral).state == ReferralState.ACCEPTED
    with pytest.raises(TransitionRefused):
        services.confirm_acceptance_taken_back(asked, by=colleague, on=clock.today())


def test_the_same_thing_is_asked_once(north):
    referral = north.accepted()
    services.ask_to_take_back(referral, transition="take_back_acceptance", by=north.cast.bum, reason="One")

    with pytest.raises(TransitionRefused):
        services.ask_to_take_back(
            referral, transition="take_back_acceptance", by=second_person(north), reason="Two"
        )
