"""From the first word to the referral received: drafts, sending, oral notices, sources."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from accounts.agency_kinds import AgencyKind
from accounts.roles import Role
from accounts.settings_choices import ReferralSource
from casework.drafts import DraftMoved, read_answers, save_draft
from casework.models import Access, Case, Draft, Person, Stage, Subject
from casework.transitions import MovedOn, TransitionRefused
from correspondence.models import Message
from lcspr import clock
from referrals import services
from referrals.models import Channel, Referral, ReferralState
from referrals.questions import CURRENT
from tests.referrals.world import child, london

pytestmark = pytest.mark.django_db


def test_a_referral_sent_becomes_a_case_with_its_children(north):
    north.at(london(2026, 6, 8, 10, 30))

    referral = north.submitted(child("Robin", "Example"), child("Alex", "Example", "2022-01-02"))

    case = north.case(referral)
    assert (case.stage, case.reference) == (Stage.SUBMITTED, f"{north.partnership.code}-2026-001")
    assert (referral.state, referral.version, referral.received_at) == (
        ReferralState.SUBMITTED,
        1,
        clock.now(),
    )
    assert [(s.label, s.person.full_name) for s in case.subjects.all()] == [
        ("Child 1", "Robin Example"),
        ("Child 2", "Alex Example"),
    ]
    assert [child.subject.label for child in referral.children.order_by("subject__order")] == [
        "Child 1",
        "Child 2",
    ]
    assert (referral.incident_la, referral.abuse_or_neglect, referral.answers["account"]) == (
        north.council,
        "suspected",
        "A child was hurt.",
    )


def test_twins_are_called_twins(north):
    referral = north.submitted(child("Ann", "Example"), child("Bea", "Example"))

    assert [s.label for s in north.case(referral).subjects.all()] == ["Twin 1", "Twin 2"]


def test_names_stand_on_the_person_and_nowhere_else(north):
    referral = north.submitted(child("Zebedee", "Quillfeather"))

    kept = str(Referral.objects.filter(pk=referral.pk).values()) + str(Draft.objects.values())
    kept += str(list(Subject.objects.values())) + str(list(Message.objects.values()))
    assert "Quillfeather" not in kept
    assert Person.objects.get().surname == "Quillfeather"


def test_sending_lets_in_the_referrer_and_the_leads_of_their_agency_and_nobody_else(north):
    referral = north.submitted()

    held = {(row.role, row.user or row.agency) for row in Access.objects.filter(case=referral.case)}
    assert held == {
        (Role.REFERRER, north.cast.referrer),
        (Role.DSL, north.school),
        (Role.REP, north.school),
    }


def test_sending_tells_the_business_unit_and_the_referrer_without_a_name(north):
    unit, lead = north.cast.bum, north.cast.dsl
    referral = north.submitted()

    told = {(m.template, m.to) for m in Message.objects.filter(case=referral.case)}
    assert told == {
        ("referral_received", unit),
        ("referral_receipt", north.cast.referrer),
        ("referral_receipt", lead),
    }


def test_the_awareness_given_starts_the_clock_at_once_and_provisionally(north):
    north.at(london(2026, 6, 8, 12))

    referral = north.submitted(la_aware_at=london(2026, 6, 8, 10, 15))

    notify = north.clock(referral, "DL-01")
    assert (notify.due_on.isoformat(), notify.provisional_trigger, notify.owed_agency) == (
        "2026-06-15",
        True,
        north.council,
    )
    assert north.clock(referral, "DL-02").due_on.isoformat() == "2026-06-15"


def test_no_awareness_no_clock(north):
    assert north.clock(north.submitted(), "DL-01") is None


@pytest.mark.parametrize(
    "question",
    [
        question.id
        for section, page, question in CURRENT.questions()
        if question.required and page in section.pages and not question.shown_when and not page.shown_when
    ],
)
def test_sending_is_refused_while_a_question_is_unanswered(north, question):
    referral = north.written()
    typed = read_answers(referral.draft)
    typed.pop(question)
    save_draft(referral.draft, answers=typed, version=referral.draft.version, by=north.sender)

    with pytest.raises(TransitionRefused) as refused:
        north.send(referral)

    assert len(refused.value.reasons) == 1
    assert list(Case.objects.all()) == []


def test_every_missing_page_is_named_at_once(north):
    referral = north.begun()

    with pytest.raises(TransitionRefused) as refused:
        north.send(referral)

    assert refused.value.reasons[:3] == [
        "Say who is referring, and how to reach them.",
        "Say who you discussed this referral with, and when.",
        "Name at least one child.",
    ]
    assert len(refused.value.reasons) == 19


@pytest.mark.parametrize(
    ("children", "incident", "aware", "sentence"),
    [
        ([child(born_on="2026-06-09")], {}, None, "The date of birth must be today or in the past."),
        (
            [child(born_on="2026-06-05")],
            {"incident_from": "2026-06-01"},
            None,
            "The date of birth is after the incident. If the child was not yet born, say so.",
        ),
        (
            [child()],
            {"incident_from": "2026-06-10"},
            None,
            "The date of the incident must be today or in the past.",
        ),
        (
            [child()],
            {"incident_from": "2026-06-08"},
            london(2026, 6, 5, 9),
            "The local authority cannot have become aware before the incident.",
        ),
        (
            [child()],
            {"incident_from": "2026-06-01"},
            london(2026, 6, 9, 9),
            "The time the local authority became aware must be now or in the past.",
        ),
    ],
)
def test_dates_that_cannot_be_true_are_refused(north, children, incident, aware, sentence):
    north.at(london(2026, 6, 8, 12))
    referral = north.written(*children, la_aware_at=aware, **incident)

    with pytest.raises(TransitionRefused) as refused:
        north.send(referral)

    assert sentence in refused.value.reasons


def test_an_unborn_child_may_be_harmed(north):
    referral = north.submitted(child("", "Example", None, birth="unborn", expected_on="2027-01-01"))

    subject = north.case(referral).subjects.get()
    assert (subject.unborn, subject.person.expected_on.isoformat()) == (True, "2027-01-01")


def test_a_second_click_sends_nothing_twice(north):
    referral = north.submitted()

    with pytest.raises(MovedOn):
        services.submit_referral(referral, by=north.sender, version=referral.draft.version, on=clock.today())

    assert Case.objects.count() == 1
    assert Message.objects.filter(template="referral_receipt", to=north.sender).count() == 1


def test_what_was_checked_is_what_is_sent(north):
    referral = north.written()
    checked = referral.draft.version
    north.change(referral, account="Somebody else wrote this.")

    with pytest.raises(DraftMoved) as moved:
        services.submit_referral(referral, by=north.sender, version=checked, on=clock.today())

    assert moved.value.draft.version == checked + 1
    assert list(Case.objects.all()) == []


def test_of_two_people_saving_one_page_the_second_sees_the_first(north):
    referral = north.written()
    version = referral.draft.version
    save_draft(referral.draft, answers={"lead": {"lead_name": "First"}}, version=version, by=north.sender)

    with pytest.raises(DraftMoved) as moved:
        save_draft(
            referral.draft, answers={"lead": {"lead_name": "Second"}}, version=version, by=north.cast.dsl
        )

    assert read_answers(moved.value.draft) == {"lead": {"lead_name": "First"}}
    assert moved.value.draft.last_editor == north.sender


def test_what_a_save_returns_is_what_was_kept(north):
    referral = north.written()
    before = referral.draft

    saved = save_draft(before, answers={"account": "New"}, version=before.version, by=north.cast.dsl)

    kept = north.fresh(referral).draft
    fields = [field.attname for field in Draft._meta.fields]
    assert {name: getattr(saved, name) for name in fields} == {name: getattr(kept, name) for name in fields}
    assert (read_answers(kept), saved.last_editor) == ({"account": "New"}, north.cast.dsl)
    assert before.version == saved.version - 1


def test_a_draft_is_kept_sealed(north):
    north.written(child("Zebedee", "Quillfeather"))

    assert "Quillfeather" not in str(list(Draft.objects.values_list("answers", flat=True)))


def test_nothing_is_saved_into_a_form_already_sent(north):
    referral = north.submitted()
    draft = north.fresh(referral).draft

    with pytest.raises(DraftMoved):
        save_draft(draft, answers={}, version=draft.version, by=north.sender)


def test_a_draft_thrown_away_leaves_nothing_typed(north):
    referral = north.written()

    referral = services.discard_referral(referral, by=north.sender)

    assert (referral.state, Draft.objects.get().answers) == (ReferralState.WITHDRAWN, {})


def test_a_colleague_who_leads_may_finish_and_send_it(north):
    referral = north.written()

    sent = north.send(referral, by=north.cast.dsl)

    assert (sent.submitted_by, sent.referrer) == (north.cast.dsl, north.cast.referrer)


def test_a_colleague_who_only_refers_may_not(north):
    colleague = north.cast.person(Role.REFERRER)
    referral = north.written()

    with pytest.raises(PermissionDenied):
        north.send(referral, by=colleague)


def test_in_the_bedford_process_a_practitioner_writes_and_only_the_representative_sends(south):
    referral = south.written(by=south.cast.referrer)
    for person in (south.cast.referrer, south.cast.dsl):
        with pytest.raises(PermissionDenied):
            south.send(referral, by=person)

    sent = south.send(referral, by=south.cast.rep)

    assert (sent.state, sent.referrer, sent.submitted_by) == (
        ReferralState.SUBMITTED,
        south.cast.referrer,
        south.cast.rep,
    )


def test_strangers_begin_nothing(north, outsider):
    with pytest.raises(PermissionDenied):
        north.begun(by=outsider)


def test_a_source_the_partnership_has_not_opened_is_refused(north):
    with pytest.raises(TransitionRefused) as refused:
        north.begun(
            by=north.cast.bum,
            source=ReferralSource.CDOP,
            channel=Channel.EMAIL,
            referrer_name="Chair of the panel",
        )

    assert refused.value.reasons == ["This partnership does not take referrals from there."]


def test_the_child_death_overview_panel_refers_directly_where_that_is_open(south):
    office = south.cast.agency("cdop", AgencyKind.CDOP)
    chair = south.cast.person(Role.REFERRER, agency="cdop")

    referral = south.begun(by=chair, agency=office)
    assert (referral.source, referral.needs_lead) == (ReferralSource.CDOP, False)

    south.answered(referral, by=chair)
    assert south.send(referral, by=chair).state == ReferralState.SUBMITTED


def test_on_somebodys_behalf_says_whose_and_how(north):
    with pytest.raises(TransitionRefused) as refused:
        services.begin_referral(north.partnership, by=north.cast.bum, source=ReferralSource.AGENCY)
    assert refused.value.reasons == ["Say which agency it comes from.", "Say who is referring."]

    referral = north.written(by=north.cast.bum, how={"channel": Channel.LETTER, "referrer_name": "Jo Head"})
    sent = north.send(referral, by=north.cast.bum)

    assert (sent.on_behalf, sent.referrer, sent.referrer_name, sent.channel) == (
        True,
        None,
        "Jo Head",
        Channel.LETTER,
    )


def test_found_by_the_business_unit_needs_no_agency(north):
    referral = services.begin_referral(
        north.partnership, by=north.cast.bum, source=ReferralSource.SELF_IDENTIFIED, channel=Channel.EMAIL
    )
    north.answered(referral, by=north.cast.bum)

    assert north.send(referral, by=north.cast.bum).agency is None


def test_a_representative_who_says_when_they_rang_is_held_to_the_48_hours(south):
    south.at(london(2026, 9, 14, 9))
    told = {"told": "yes", "told_how": "telephone"}
    early = south.submitted(by=south.cast.rep, told_at=london(2026, 9, 13, 9).isoformat(), **told)
    late = south.submitted(by=south.cast.rep, told_at=london(2026, 9, 11, 17, 30).isoformat(), **told)

    assert [south.clock(each, "DL-03").due_at for each in (early, late)] == [
        london(2026, 9, 15, 9),
        london(2026, 9, 13, 17, 30),
    ]
    assert [south.clock(each, "DL-03").met_at for each in (early, late)] == [clock.now()] * 2


def test_a_referral_by_telephone_is_still_owed_in_writing(south):
    south.at(london(2026, 9, 14, 9))
    how = {"channel": Channel.TELEPHONE, "referrer_name": "Jo Rep", "first_told_at": london(2026, 9, 14, 8)}
    spoken = south.send(south.written(by=south.cast.bum, how=how), by=south.cast.bum)
    wrote = south.send(
        south.written(by=south.cast.bum, how={**how, "channel": Channel.LETTER}), by=south.cast.bum
    )

    assert south.clock(spoken, "DL-03").met_at is None
    assert south.clock(wrote, "DL-03") is None


def test_an_oral_notice_bears_the_case_and_the_48_hours(south):
    south.at(london(2026, 9, 11, 17, 35))

    referral = services.log_oral_notice(
        south.partnership,
        by=south.cast.bum,
        agency=south.school,
        told_at=london(2026, 9, 11, 17, 30),
        la_aware_at=london(2026, 9, 11, 17, 30),
        referrer_name="Jo Rep",
        on=clock.today(),
    )

    assert (south.case(referral).stage, referral.state) == (Stage.SUBMITTED, ReferralState.DRAFT)
    assert south.clock(referral, "DL-03").due_at == london(2026, 9, 13, 17, 30)
    assert south.clock(referral, "DL-01").due_on.isoformat() == "2026-09-18"


def test_the_representative_finishes_what_the_business_unit_began(south):
    representative = south.cast.rep
    referral = services.log_oral_notice(
        south.partnership,
        by=south.cast.bum,
        agency=south.school,
        told_at=clock.now(),
        referrer_name="Jo Rep",
        on=clock.today(),
    )
    south.answered(referral, by=representative)

    sent = south.send(referral, by=representative)

    assert (sent.case, Case.objects.count()) == (referral.case, 1)


def test_a_telephone_call_written_down_is_not_yet_a_written_confirmation(south):
    referral = services.log_oral_notice(
        south.partnership,
        by=south.cast.bum,
        agency=south.school,
        told_at=clock.now(),
        referrer_name="Jo Rep",
        on=clock.today(),
    )
    south.answered(referral, by=south.cast.bum)
    south.send(referral, by=south.cast.bum)
    assert south.clock(referral, "DL-03").met_at is None

    services.record_written_confirmation(referral, by=south.cast.bum, received_at=clock.now())
    assert south.clock(referral, "DL-03").met_at is not None


def test_an_oral_notice_of_the_future_is_refused(south):
    south.at(london(2026, 9, 11, 17, 0))

    with pytest.raises(TransitionRefused):
        services.log_oral_notice(
            south.partnership,
            by=south.cast.bum,
            agency=south.school,
            told_at=london(2026, 9, 11, 17, 30),
            referrer_name="Jo Rep",
            on=clock.today(),
        )

    assert list(Case.objects.all()) == []


def test_the_local_authority_acted_first(north):
    north.at(london(2026, 6, 10, 16))
    north.standing()
    referral = north.written(
        by=north.cast.bum,
        agency=north.council,
        how={"source": ReferralSource.LA_FIRST, "channel": Channel.EMAIL, "referrer_name": "Pat Notifier"},
        la_aware_at=london(2026, 6, 8, 10, 15),
        incident_from="2026-06-08",
    )

    notification = services.record_la_first(
        referral,
        by=north.cast.bum,
        version=referral.draft.version,
        pseudonym="Child V",
        reference="CINS-7",
        sent_at=london(2026, 6, 10, 15, 40),
        sender="Pat Notifier",
        on=clock.today(),
    )

    case = north.case(notification)
    assert (case.stage, notification.state, north.fresh(referral).state) == (
        "rr_gathering",
        "sent",
        "accepted",
    )
    assert north.clock(case, "DL-01").met_at == london(2026, 6, 10, 15, 40)
    assert north.clock(case, "DL-01").provisional_trigger is False
    assert north.clock(case, "DL-10").due_on.isoformat() == "2026-07-01"
    assert north.clock(case, "DL-03") is None
    assert [child.label for child in notification.listed.all()] == ["Child 1"]


def test_what_the_local_authority_already_notified_is_not_sent_as_a_referral(north):
    referral = north.written(
        by=north.cast.bum,
        agency=north.council,
        how={"source": ReferralSource.LA_FIRST, "channel": Channel.EMAIL, "referrer_name": "Pat Notifier"},
    )

    with pytest.raises(TransitionRefused) as refused:
        north.send(referral, by=north.cast.bum)

    assert refused.value.reasons == [
        "The local authority has already notified: record that instead of sending the referral."
    ]
