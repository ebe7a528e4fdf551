"""The notices of a death owed whatever its cause, and the clocks of a referral (AC-16, DL-04, DL-26, DL-27)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from factories import has_opened

from accounts.agency_kinds import AgencyKind
from casework.models import Stage, TakingBack
from casework.transitions import TransitionRefused
from correspondence.models import Message
from govuk.widgets import posted
from lcspr import clock
from referrals import rules, services
from referrals.models import Channel, DeathKind, DeathNotice, DeathNoticeState
from referrals.services import clocks
from referrals.services.deaths import BACK, clock_of
from referrals.waiting import waiting
from tests.referrals.world import MET, NFA, PDF, child, london, upload

pytestmark = pytest.mark.django_db

FRIDAY = london(2026, 8, 21, 10)


def died(**answers):
    return child(
        outcome="died",
        died_on="2026-08-20",
        cause_of_death="natural",
        **{"legal_status": "C2", "placement": "U", "responsible_la": "not_known", **answers},
    )


def unsuspected(**more):
    return {
        "incident_from": "2026-08-20",
        "agency_aware_on": "2026-08-20",
        "lead_discussed_on": "2026-08-21",
        "abuse_or_neglect": "not_known_or_suspected",
        "outcome": "died",
        **more,
    }


def dead_child(north, *children, **more):
    """A looked-after child's death without suspicion, referred and accepted on the Friday."""
    north.at(london(2026, 8, 21, 12))
    return north.accepted(*(children or (died(),)), la_aware_at=FRIDAY, **unsuspected(**more))


def send(notice, north, **more):
    return services.record_death_notice_sent(
        notice,
        by=north.cast.lan,
        reference="CINS-9",
        sent_at=more.pop("sent_at", clock.now()),
        sender="Pat Notifier",
        upload=upload(),
        **more,
    )


def test_ac16_a_looked_after_childs_death_without_suspicion_starts_its_own_clock_and_no_other(north):
    referral = dead_child(north)

    notice = DeathNotice.objects.get()
    running = clock_of(notice)
    assert (notice.kind, notice.state, notice.owed_agency) == (
        DeathKind.LOOKED_AFTER,
        DeathNoticeState.REQUIRED,
        north.council,
    )
    assert (running.code, running.due_on, running.owed_agency) == (
        "DL-26",
        dt.date(2026, 8, 28),
        north.council,
    )
    assert [north.clock(referral, code) for code in ("DL-01", "DL-02", "DL-10")] == [None, None, None]

    case = north.decide(referral, NFA)

    assert case.stage == Stage.CLOSED_NFA
    assert clock_of(notice).is_open
    assert list(case.rapidreviews.all()) == []


def test_ac16_neglect_suspected_later_runs_from_the_awareness_of_that(north, sign_in):
    referral = dead_child(north)
    north.at(london(2026, 9, 7, 12))
    has_opened(referral.case, north.cast.lan)
    client = sign_in(north.cast.lan)
    notice = DeathNotice.objects.get()
    page = client.get(reverse("referrals:death_notice", args=[notice.pk])).content.decode()
    assert reverse("referrals:suspicion", args=[referral.case_id]) in page

    client.post(
        reverse("referrals:suspicion", args=[referral.case_id]),
        {"reason": "Pathology", **posted("aware_at", london(2026, 9, 7, 11))},
    )

    assert north.clock(referral, "DL-01").due_on == dt.date(2026, 9, 14)
    assert clock_of(notice).due_on == dt.date(2026, 8, 28)
    assert Message.objects.filter(template="abuse_suspected", to=north.cast.dsp_police).count() == 1
    notification = north.decide(referral, MET).seriousincidentnotifications.get()
    north.record_sent(notification)
    assert north.clock(referral, "DL-10").is_open


def test_ac16_partners_who_find_the_criteria_met_start_the_clock_that_did_not_run(north):
    referral = dead_child(north)
    north.at(london(2026, 9, 7, 12))

    north.decide(referral, MET)

    assert north.clock(referral, "DL-01").due_on == dt.date(2026, 9, 14)


def test_a_suspicion_cannot_come_before_the_death_was_known_nor_twice(north):
    referral = dead_child(north)
    case = north.case(referral)
    with pytest.raises(TransitionRefused):
        services.record_suspicion(case, by=north.cast.lan, aware_at=london(2026, 8, 20), reason="No")
    services.record_suspicion(case, by=north.cast.lan, aware_at=clock.now(), reason="Yes")
    with pytest.raises(TransitionRefused):
        services.record_suspicion(case, by=north.cast.lan, aware_at=clock.now(), reason="Again")


def test_suspected_abuse_of_a_looked_after_child_owes_both(north):
    referral = dead_child(north, abuse_or_neglect="suspected")

    assert clock_of(DeathNotice.objects.get()).code == "DL-26"
    assert north.clock(referral, "DL-01").due_on == dt.date(2026, 8, 28)


def test_a_care_leaver_aged_24_is_notified_and_no_serious_incident_runs(north):
    leaver = died(
        born_on="2001-09-01",
        legal_status="none",
        csc_status="care_leaver",
        placement=None,
        responsible_la=None,
    )
    referral = dead_child(north, leaver, abuse_or_neglect="suspected")

    running = clock_of(DeathNotice.objects.get())
    assert (running.code, running.due_on) == ("DL-27", dt.date(2026, 8, 28))
    assert north.clock(referral, "DL-01") is None


def test_a_care_leaver_under_18_is_also_held_against_the_criteria(north):
    leaver = died(born_on="2009-09-01", legal_status="none", csc_status="care_leaver")
    referral = dead_child(north, leaver, abuse_or_neglect="suspected")

    assert clock_of(DeathNotice.objects.get()).code == "DL-27"
    assert north.clock(referral, "DL-01").is_open


@pytest.mark.parametrize(
    ("facts", "owed"),
    [
        ({"died": True, "looked_after": True, "care_leaver": True, "age": 17}, "looked_after"),
        ({"died": True, "looked_after": False, "care_leaver": True, "age": 24}, "care_leaver"),
        ({"died": True, "looked_after": False, "care_leaver": True, "age": 25}, ""),
        ({"died": True, "looked_after": False, "care_leaver": True, "age": None}, "care_leaver"),
        ({"died": False, "looked_after": True, "care_leaver": False, "age": 3}, ""),
        ({"died": True, "looked_after": False, "care_leaver": False, "age": 3}, ""),
    ],
)
def test_which_notice_a_death_asks_for(facts, owed):
    assert rules.death_notice_owed(**facts) == owed


def test_the_responsible_authority_owes_it_where_a_referral_names_one(north):
    elsewhere = north.cast.agency("elsewhere", kind=AgencyKind.LOCAL_AUTHORITY)
    dead_child(north, died(responsible_la=str(elsewhere.pk)))

    notice = DeathNotice.objects.get()
    assert (notice.owed_agency, clock_of(notice).owed_agency) == (elsewhere, elsewhere)


def test_it_is_recorded_on_its_page_with_copy_and_late_only_with_a_reason(north, sign_in):
    referral = dead_child(north)
    notice = DeathNotice.objects.get()
    has_opened(referral.case, north.cast.lan)
    address = reverse("referrals:record_death_notice_sent", args=[notice.pk])
    north.at(london(2026, 9, 1, 9))
    client = sign_in(north.cast.lan)
    answers = {"reference": "CINS-9", "sender": "Pat", **posted("sent_at", clock.now())}

    late = client.post(address, {**answers, "upload": SimpleUploadedFile("copy.pdf", PDF)})
    assert list(late.context["form"].errors) == ["lateness_reason"]
    client.post(
        address,
        {**answers, "upload": SimpleUploadedFile("copy.pdf", PDF), "lateness_reason": "Away"},
    )

    notice.refresh_from_db()
    assert (notice.state, notice.copy is not None, clock_of(notice)) == (DeathNoticeState.SENT, True, None)
    services.acknowledge_death_notice(notice, by=north.cast.lan, acknowledged_at=clock.now())
    notice.refresh_from_db()
    assert notice.state == DeathNoticeState.ACKNOWLEDGED


def test_it_waits_on_the_notifier_under_its_own_clock(north):
    referral = dead_child(north)
    has_opened(referral.case, north.cast.lan)

    waits = [each for each in waiting(north.cast.lan, referral.case) if "notice of the death" in each.verb]

    assert [(each.mine, each.code) for each in waits] == [(True, "DL-26")]


def test_a_sending_recorded_in_error_is_taken_back_by_a_second_person(north, sign_in):
    referral = dead_child(north)
    notice = send(DeathNotice.objects.get(), north)
    services.ask_to_take_back(notice, transition=BACK, by=north.cast.bum, reason="Another child")
    other = north.cast.person("bu")
    has_opened(referral.case, other)

    sign_in(other).post(
        reverse("referrals:confirm_taking_back", args=[TakingBack.objects.get().pk]), {"answer": "confirm"}
    )

    notice.refresh_from_db()
    assert (notice.state, notice.sent_at, clock_of(notice).due_on) == (
        DeathNoticeState.REQUIRED,
        None,
        dt.date(2026, 8, 28),
    )


def test_a_correction_before_triage_drops_what_is_no_longer_owed(north):
    north.at(london(2026, 8, 21, 12))
    referral = north.submitted(died(), la_aware_at=FRIDAY, **unsuspected())
    assert DeathNotice.objects.get().state == DeathNoticeState.REQUIRED
    services.return_to_referrer(referral, by=north.cast.bum, reason="Was the child looked after?")
    referral = north.fresh(referral)
    named = {**referral.typed["children"][0], "legal_status": "none"}
    referral = north.change(referral, children=[named])

    services.resubmit_referral(referral, by=north.sender, version=referral.draft.version, on=clock.today())

    notice = DeathNotice.objects.get()
    assert (notice.state, clock_of(notice)) == (DeathNoticeState.NOT_REQUIRED, None)
    # Without a notice of its own the case is one that may be a serious incident.
    assert north.clock(referral, "DL-01").is_open


def test_the_notice_is_for_those_who_read_notifications(north, south, sign_in):
    referral = dead_child(north)
    notice = DeathNotice.objects.get()
    south.standing()
    address = reverse("referrals:death_notice", args=[notice.pk])
    for person in (north.cast.lan, north.cast.sgc, north.sender):
        has_opened(referral.case, person)

    seen = [sign_in(each).get(address).status_code for each in (north.cast.lan, north.cast.sgc, north.sender)]

    assert seen == [200, 200, 404]
    assert [sign_in(each).get(address).status_code for each in (south.cast.lan, south.cast.bum)] == [404, 404]


# The clocks of a referral and of the rapid review


def test_dl04_the_receipt_that_goes_by_itself_is_an_acknowledgement_in_time(north):
    north.at(london(2026, 6, 8, 12))
    referral = north.submitted()

    assert north.clock(referral, "DL-04").met_at == clock.now()
    assert north.clock(referral, "DL-04c").due_on == dt.date(2026, 6, 10)


def test_dl04_whoever_rang_is_told_by_the_business_unit(north, sign_in):
    north.at(london(2026, 6, 8, 12))
    begun = north.begun(
        by=north.cast.bum, agency=north.school, channel=Channel.TELEPHONE, referrer_name="Sandy Referrer"
    )
    referral = north.send(north.answered(begun, by=north.cast.bum), by=north.cast.bum)
    running = north.clock(referral, "DL-04")
    assert (running.is_open, running.due_on) == (True, dt.date(2026, 6, 9))
    has_opened(referral.case, north.cast.bum)
    client = sign_in(north.cast.bum)
    address = reverse("referrals:acknowledge_referral", args=[referral.pk])
    assert address in client.get(reverse("referrals:referral", args=[referral.pk])).content.decode()

    client.post(address, posted("told_at", clock.now()))

    assert north.clock(referral, "DL-04").met_at == clock.now()
    assert sign_in(north.cast.rep).get(address).status_code == 403


def test_dl04_the_check_ends_with_the_return_and_begins_anew_with_the_answer(north):
    referral = north.submitted()
    services.return_to_referrer(referral, by=north.cast.bum, reason="Which school?")
    assert north.clock(referral, "DL-04c").met_at is not None
    referral = north.change(referral, account="A child was hurt at school.")

    services.resubmit_referral(referral, by=north.sender, version=referral.draft.version, on=clock.today())

    again = north.clock(referral, "DL-04c")
    assert (again.is_open, again.round) == (True, 2)
    north.accept(referral)
    assert north.clock(referral, "DL-04c").met_at is not None


def test_ac01_the_sending_starts_letters_meeting_and_sign_off(north):
    north.at(london(2026, 6, 10, 16))
    notification = north.owed(la_aware_at=london(2026, 6, 8, 10, 15), incident_from="2026-06-07")

    north.record_sent(notification, sent_at=london(2026, 6, 10, 15, 40))

    dues = {code: north.clock(notification, code).due_on for code in (*clocks.ON_THE_WAY, "DL-10")}
    assert dues == {
        "DL-06": dt.date(2026, 6, 11),
        "DL-08": dt.date(2026, 6, 24),
        "DL-09": dt.date(2026, 6, 30),
        "DL-10": dt.date(2026, 7, 1),
    }


def test_a_notification_withdrawn_takes_the_clocks_on_the_way_with_it(north):
    notification = north.record_sent(north.owed(la_aware_at=clock.now()))

    services.de_notify(
        notification, by=north.cast.dsp_la, reason="Natural causes", told_at=clock.now(), on=clock.today()
    )

    assert {
        north.clock(notification, code).not_applicable_at is not None for code in clocks.FROM_SENDING
    } == {True}
