"""The partners on the criteria, the notification sent, taken down or taken back, and the worked examples."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from factories import (
    AgencyFactory,
    MembershipFactory,
    PartnershipAgencyFactory,
    PartnershipFactory,
    UserFactory,
)

from accounts.agency_kinds import AgencyKind
from accounts.roles import Role
from accounts.settings_choices import RapidReviewAnchor, StatutoryPartner
from casework.models import Case, Stage
from casework.transitions import MovedOn, TransitionRefused
from correspondence.models import Message, Notice, Recipient
from deadlines.calendars import calendar_named
from decisions.models import Decision
from lcspr import clock
from referrals import services
from referrals.models import Basis, NotificationState, SeriousIncidentNotification
from referrals.services import clocks
from referrals.standing import pending_criteria
from tests.referrals.world import MET, NFA, REVIEW, child, london, upload

pytestmark = pytest.mark.django_db


def standing(north, deadline):
    """What the board shows of a clock now."""
    return deadline.standing(clock.now(), calendar_named(deadline.rule.calendar)).standing


# The partners decide


def test_three_partners_who_agree_open_the_notification(north):
    case = north.decide(north.accepted(), MET)

    notification = case.seriousincidentnotifications.get()
    assert (case.stage, notification.state, notification.basis) == (
        Stage.AWAITING_SIN,
        NotificationState.REQUIRED,
        Basis.PARTNERS_AGREE,
    )
    assert Message.objects.filter(template="criteria_met", to=north.cast.lan).count() == 1


def test_two_views_decide_nothing(north):
    referral = north.accepted()
    north.view(referral, "la", MET)
    north.view(referral, "icb", MET)

    assert north.case(referral).stage == Stage.SCREENING


def test_not_met_closes_the_case_and_the_clocks_never_applied(north):
    referral = north.accepted(la_aware_at=clock.now())

    case = north.decide(referral, NFA)

    assert case.stage == Stage.CLOSED_NFA
    for code in ("DL-01", "DL-05"):
        assert north.clock(case, code).not_applicable_at is not None
    assert list(case.seriousincidentnotifications.all()) == []
    status = Message.objects.filter(template="referral_status", to=north.sender).order_by("-id").first()
    assert "Closed: no further action" in status.body


def test_not_met_waits_for_the_groups_recommendation(north):
    referral = north.accepted()
    for partner in ("la", "icb", "police"):
        north.view(referral, partner, NFA)
    assert north.case(referral).stage == Stage.SCREENING

    services.recommend_on_criteria(
        pending_criteria(referral.case),
        by=north.cast.sgc,
        outcome=NFA,
        reasons="Nothing more",
        on=clock.today(),
    )

    assert north.case(referral).stage == Stage.CLOSED_NFA


def test_not_met_but_there_is_learning(north):
    assert north.decide(north.accepted(), REVIEW).stage == Stage.ALTERNATIVE_REVIEW


def test_a_view_recorded_on_behalf_counts_with_its_evidence(north):
    referral = north.accepted()
    north.view(referral, "la", MET)
    north.view(referral, "icb", MET)

    services.record_view_on_criteria_on_behalf(
        pending_criteria(referral.case),
        by=north.cast.bum,
        partner=StatutoryPartner.POLICE,
        outcome=MET,
        reasons="Said in the meeting",
        evidence=upload("minute.pdf"),
        on=clock.today(),
    )

    assert north.case(referral).stage == Stage.AWAITING_SIN


def test_not_met_waits_while_a_view_is_unconfirmed_where_the_partnership_says_so(north):
    north.partnership.unconfirmed_views_block = True
    north.partnership.save()
    referral = north.accepted()
    services.recommend_on_criteria(
        pending_criteria(referral.case), by=north.cast.sgc, outcome=NFA, reasons="Nothing", on=clock.today()
    )
    north.view(referral, "la", NFA)
    north.view(referral, "icb", NFA)
    decision = services.record_view_on_criteria_on_behalf(
        pending_criteria(referral.case),
        by=north.cast.bum,
        partner=StatutoryPartner.POLICE,
        outcome=NFA,
        reasons="Said so",
        evidence=upload("minute.pdf"),
        on=clock.today(),
    )
    assert north.case(referral).stage == Stage.SCREENING
    with pytest.raises(TransitionRefused):
        services.act_on_criteria(decision, by=north.cast.bum)

    services.confirm_view_on_criteria(decision.views.get(partner="police"), by=north.cast.dsp_police)

    assert north.case(referral).stage == Stage.CLOSED_NFA


def test_the_authority_notifies_alone_the_date_unchanged_and_the_dissent_kept(north):
    north.at(london(2026, 6, 8, 12))
    referral = north.accepted(la_aware_at=london(2026, 6, 8, 10, 15))
    north.view(referral, "police", NFA)
    north.view(referral, "icb", NFA)
    north.view(referral, "la", MET)

    notification = services.notify_alone(
        pending_criteria(referral.case), by=north.cast.dsp_la, reasons="The duty is ours", on=clock.today()
    )

    assert (notification.basis, north.case(referral).stage) == (Basis.LA_ALONE, Stage.AWAITING_SIN)
    assert "the police" in notification.dissent
    assert north.clock(referral, "DL-01").due_on == dt.date(2026, 6, 15)
    told = set(Message.objects.filter(template="criteria_split").values_list("to", flat=True))
    assert {north.cast.lsp_la.pk, north.cast.lsp_icb.pk, north.cast.lsp_police.pk, north.cast.ic.pk} <= told


def test_another_partner_cannot_notify_alone(north):
    referral = north.accepted()
    north.view(referral, "police", MET)
    north.view(referral, "la", NFA)

    for person in (north.cast.dsp_police, north.cast.bum):
        with pytest.raises(PermissionDenied):
            services.notify_alone(pending_criteria(referral.case), by=person, reasons="No", on=clock.today())


def test_the_authority_alone_against_goes_to_the_lead_partners_and_the_clock_runs(north):
    north.at(london(2026, 6, 8, 12))
    referral = north.accepted(la_aware_at=london(2026, 6, 8, 10, 15))
    for partner, outcome in (("la", NFA), ("icb", MET), ("police", MET)):
        north.view(referral, partner, outcome)
    decision = pending_criteria(referral.case)

    with pytest.raises(TransitionRefused):
        services.notify_alone(decision, by=north.cast.dsp_la, reasons="No", on=clock.today())
    services.escalate_criteria(decision, by=north.cast.dsp_police, reason="Two to one", on=clock.today())
    assert north.clock(referral, "DL-01").is_open

    services.record_lead_partners_on_criteria(
        Decision.objects.get(pk=decision.pk),
        by=north.cast.bum,
        outcome=MET,
        reasons="It is met",
        evidence=upload("letter.pdf"),
        on=clock.today(),
    )
    assert north.case(referral).stage == Stage.AWAITING_SIN


def test_looked_at_again_before_sending_while_the_clock_goes_on(north):
    notification = north.owed(la_aware_at=clock.now())

    decision = services.reconsider_criteria(
        notification, by=north.cast.dsp_la, reason="New pathology", on=clock.today()
    )

    notification.refresh_from_db()
    assert (notification.state, north.case(notification).stage) == (
        NotificationState.NOT_REQUIRED,
        Stage.SCREENING,
    )
    assert north.clock(notification, "DL-01").is_open
    assert decision.supersedes is not None

    again = north.decide(notification, MET)
    assert [n.state for n in again.seriousincidentnotifications.order_by("required_at")] == [
        "not_required",
        "required",
    ]


def test_an_old_decision_moves_nothing_again(north):
    notification = north.owed()
    old = Decision.objects.get(case=notification.case)
    services.reconsider_criteria(notification, by=north.cast.dsp_la, reason="New pathology", on=clock.today())

    services.conclude_criteria(old, by=north.cast.bum)

    assert north.case(notification).stage == Stage.SCREENING


# Sending


def test_ordinary_week(north):
    north.at(london(2026, 6, 8, 12))
    notification = north.owed(la_aware_at=london(2026, 6, 8, 10, 15))
    assert north.clock(notification, "DL-01").due_on == dt.date(2026, 6, 15)

    north.at(london(2026, 6, 10, 16))
    notification = north.record_sent(notification, sent_at=london(2026, 6, 10, 15, 40))

    assert (notification.state, north.case(notification).stage) == (
        NotificationState.SENT,
        Stage.RR_GATHERING,
    )
    assert standing(north, north.clock(notification, "DL-01")) == "met"
    assert north.clock(notification, "DL-10").due_on == dt.date(2026, 7, 1)
    assert Message.objects.filter(template="notification_sent", to=north.cast.dsp_police).count() == 1


def test_a_working_day_late_needs_a_reason(north):
    north.at(london(2026, 6, 8, 12))
    notification = north.owed(la_aware_at=london(2026, 6, 8, 10, 15))
    north.at(london(2026, 6, 16, 12))

    with pytest.raises(TransitionRefused) as refused:
        north.record_sent(notification)
    assert refused.value.reasons == ["It was sent after it was due: give the reason."]

    north.record_sent(notification, lateness_reason="The service was down.")
    deadline = north.clock(notification, "DL-01")
    assert (standing(north, deadline), deadline.lateness_reason) == ("met_late", "The service was down.")


def test_friday_half_past_five_bedford(south):
    south.at(london(2026, 9, 11, 17, 35))
    south.standing()
    representative = south.cast.rep
    referral = services.log_oral_notice(
        south.partnership,
        by=south.cast.bum,
        agency=south.school,
        told_at=london(2026, 9, 11, 17, 30),
        la_aware_at=london(2026, 9, 11, 17, 30),
        referrer_name="Jo Rep",
        on=clock.today(),
    )
    south.at(london(2026, 9, 14, 9, 5))
    south.answered(
        referral, by=representative, la_aware_at=london(2026, 9, 11, 17, 30), incident_from="2026-09-11"
    )
    referral = south.send(referral, by=representative)
    assert standing(south, south.clock(referral, "DL-03")) == "met_late"
    assert south.clock(referral, "DL-01").due_on == dt.date(2026, 9, 18)

    south.accept(referral)
    notification = south.decide(referral).seriousincidentnotifications.get()
    south.at(london(2026, 9, 18, 16))
    south.record_sent(notification)
    assert south.clock(notification, "DL-10").due_on == dt.date(2026, 10, 9)


def test_the_same_call_in_the_buckinghamshire_process_starts_no_48_hours(north):
    north.at(london(2026, 9, 11, 17, 35))

    referral = services.log_oral_notice(
        north.partnership,
        by=north.cast.bum,
        agency=north.school,
        told_at=london(2026, 9, 11, 17, 30),
        la_aware_at=london(2026, 9, 11, 17, 30),
        referrer_name="Jo Head",
        on=clock.today(),
    )

    assert north.clock(referral, "DL-03") is None
    assert north.clock(referral, "DL-01").due_on == dt.date(2026, 9, 18)


def test_the_duty_team_first_learned_on_the_monday(south):
    south.at(london(2026, 9, 14, 10))
    referral = south.submitted(
        by=south.cast.rep, la_aware_at=london(2026, 9, 14, 9), incident_from="2026-09-11"
    )

    assert south.clock(referral, "DL-01").due_on == dt.date(2026, 9, 21)


def home_area():
    """Another partnership, in whose area the child lives, and its business manager."""
    council = AgencyFactory(name="Homeshire Council", short_name="Homeshire", kind=AgencyKind.LOCAL_AUTHORITY)
    home = PartnershipFactory(name="Homeshire Partnership")
    PartnershipAgencyFactory(partnership=home, agency=council, statutory="la")
    manager = UserFactory(name="Homeshire manager")
    MembershipFactory(user=manager, partnership=home, role=Role.BUM)
    return council, manager


def test_cross_border_owed_where_it_happened_and_the_home_area_is_let_in_to_read(south):
    south.at(london(2026, 5, 3, 15))
    council, manager = home_area()
    south.standing()
    referral = south.submitted(by=south.cast.rep, la_aware_at=london(2026, 5, 3, 14), home_la=str(council.pk))
    south.accept(referral, home_la=council)
    deadline = south.clock(referral, "DL-01")
    assert (deadline.due_on, deadline.owed_agency) == (dt.date(2026, 5, 11), south.council)
    # The other area’s partnership has still to be told.
    assert south.clock(referral, "DL-02").is_open
    assert not Case.objects.visible_to(manager).exists()

    notification = south.decide(referral).seriousincidentnotifications.get()
    south.at(london(2026, 5, 7, 12))
    south.record_sent(notification)

    assert south.clock(notification, "DL-10").due_on == dt.date(2026, 5, 29)
    assert south.clock(notification, "DL-02").met_at is not None
    assert list(Case.objects.visible_to(manager)) == [notification.case]
    assert Message.objects.filter(template="notification_other_area", to=manager).count() == 1
    with pytest.raises(PermissionDenied):
        services.close_notification(SeriousIncidentNotification.objects.get(), by=manager)


def test_outside_england_the_authority_of_normal_residence_owes_it(north):
    referral = north.submitted(la_aware_at=clock.now(), outside_england=True, incident_la=None)

    assert north.clock(referral, "DL-01").owed_agency == north.council


def test_the_rapid_review_counts_from_the_partners_awareness_where_they_chose_so(north):
    north.partnership.rr_anchor = RapidReviewAnchor.PARTNERS_AWARE
    north.partnership.save()
    north.at(london(2026, 6, 8, 12))
    notification = north.owed(la_aware_at=london(2026, 6, 8, 10, 15))
    north.at(london(2026, 6, 10, 16))

    north.record_sent(notification)

    assert north.clock(notification, "DL-10").due_on == dt.date(2026, 6, 29)


@pytest.mark.parametrize(
    ("sent_at", "sentence"),
    [
        (london(2026, 6, 8, 9), "It cannot have been sent before the local authority became aware."),
        (london(2026, 6, 9, 9), "The time it was sent must be now or in the past."),
    ],
)
def test_a_time_of_sending_that_cannot_be_is_refused(north, sent_at, sentence):
    north.at(london(2026, 6, 8, 12))
    notification = north.owed(la_aware_at=london(2026, 6, 8, 10, 15))

    with pytest.raises(TransitionRefused) as refused:
        north.record_sent(notification, sent_at=sent_at)

    assert refused.value.reasons == [sentence]
    assert north.case(notification).stage == Stage.AWAITING_SIN


def test_of_five_children_four_are_listed_and_the_fifth_told_in_words(north):
    five = [
        child(name, "Example", f"201{n}-02-03") for n, name in enumerate(["Ann", "Bea", "Cy", "Dot", "Eve"])
    ]
    notification = north.owed(*five, pseudonym="Family V")
    children = services.children_of(notification.case)

    with pytest.raises(TransitionRefused) as refused:
        north.record_sent(notification, listed=children)
    assert refused.value.reasons == [
        "The national form lists four children. Name the others under further information."
    ]
    with pytest.raises(TransitionRefused) as refused:
        north.record_sent(notification, listed=children[:4])
    assert refused.value.reasons == [
        "Not every child of the case is listed. Name the others under further information."
    ]

    notification = north.record_sent(
        notification, listed=children[:4], further_information="A fifth child, Child 5."
    )
    assert notification.listed.count() == 4


def test_a_second_record_of_sending_finds_it_sent(north):
    notification = north.owed()
    north.record_sent(notification)

    with pytest.raises(MovedOn):
        north.record_sent(notification)

    assert notification.case.documents.count() == 1


def test_only_the_notifier_and_the_business_unit_record_the_sending(north):
    notification = north.owed()

    for role in ("dsp_la", "dsp_police", "sgc", "ic", "referrer"):
        with pytest.raises(PermissionDenied):
            north.record_sent(notification, by=getattr(north.cast, role))


def test_prepared_sent_rejected_sent_again_acknowledged_closed(north):
    notification = north.owed()
    notification = services.prepare_notification(
        notification, by=north.cast.lan, summary="In short", listed=services.children_of(notification.case)
    )
    assert notification.state == NotificationState.DRAFTED
    notification = north.record_sent(notification)
    notification = services.reject_notification(
        notification, by=north.cast.lan, rejected_at=clock.now(), reason="A field was empty"
    )
    notification = services.record_notification_sent_again(
        notification, by=north.cast.lan, reference="CINS-2", sent_at=clock.now(), sender="Pat Notifier"
    )
    notification = services.acknowledge_notification(
        notification, by=north.cast.bum, acknowledged_at=clock.now()
    )
    notification = services.close_notification(notification, by=north.cast.bum)

    assert (notification.state, notification.reference) == (NotificationState.CLOSED, "CINS-2")
    assert north.case(notification).stage == Stage.RR_GATHERING


def test_withdrawn_when_the_criteria_turn_out_not_to_be_met(north):
    north.at(london(2026, 6, 8, 12))
    notification = north.owed(la_aware_at=london(2026, 6, 8, 10, 15))
    north.at(london(2026, 6, 10, 16))
    notification = north.record_sent(notification)
    north.at(london(2026, 6, 18, 12))

    notification = services.de_notify(
        notification, by=north.cast.dsp_la, reason="Natural causes", told_at=clock.now(), on=clock.today()
    )

    assert (notification.state, notification.reference) == (NotificationState.DE_NOTIFIED, "CINS-1")
    assert north.clock(notification, "DL-10").not_applicable_at is not None
    assert {notice.to for notice in Notice.objects.all()} == {
        Recipient.NATIONAL_PANEL,
        Recipient.OFSTED,
        Recipient.DFE,
    }
    assert north.decide(notification, NFA).stage == Stage.CLOSED_NFA


def test_a_sending_recorded_in_error_is_taken_back_by_a_second_person(north):
    colleague = north.cast.person(Role.BU)
    notification = north.record_sent(north.owed(la_aware_at=clock.now()))
    asked = services.ask_to_take_back(
        notification, transition="take_back_sent", by=north.cast.bum, reason="The wrong case"
    )
    with pytest.raises(TransitionRefused):
        services.confirm_notification_taken_back(asked, by=north.cast.bum)

    notification = services.confirm_notification_taken_back(asked, by=colleague)

    assert (notification.state, north.case(notification).stage) == (
        NotificationState.REQUIRED,
        Stage.AWAITING_SIN,
    )
    assert (notification.reference, notification.sent_at, notification.copy) == ("", None, None)
    assert (north.clock(notification, "DL-01").is_open, north.clock(notification, "DL-10").is_open) == (
        True,
        False,
    )
    assert Message.objects.filter(template="notification_taken_back", to=north.cast.dsp_la).count() == 1

    assert north.record_sent(notification).state == NotificationState.SENT
    assert north.clock(notification, "DL-10").round == 2


def test_the_notifier_cannot_ask_for_the_business_units_taking_back(north):
    notification = north.record_sent(north.owed())

    with pytest.raises(PermissionDenied):
        services.ask_to_take_back(
            notification, transition="take_back_sent", by=north.cast.lan, reason="Wrong"
        )


def test_becoming_aware_anew_starts_the_clock_anew(north):
    north.at(london(2026, 6, 8, 12))
    referral = north.accepted(la_aware_at=london(2026, 6, 8, 10, 15))
    north.decide(referral, REVIEW)
    case = north.case(referral)
    north.at(london(2026, 9, 7, 12))
    case.la_aware_at = london(2026, 9, 7, 9)
    case.save()

    clocks.start_from_awareness(case, by=north.cast.bum, because="new information came")

    deadline = north.clock(case, "DL-01")
    assert (deadline.round, deadline.due_on, deadline.is_open) == (2, dt.date(2026, 9, 14), True)


def test_an_awareness_already_answered_starts_nothing_again(north):
    notification = north.record_sent(north.owed(la_aware_at=clock.now()))

    clocks.start_from_awareness(north.case(notification), by=north.cast.bum, because="asked twice")

    assert north.clock(notification, "DL-01").round == 1
