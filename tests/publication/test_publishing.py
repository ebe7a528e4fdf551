"""To the public page and back: every guard of it, with what would break it."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from factories import CaseFactory

import decisions.services
from accounts.access_table import Thing
from accounts.roles import Role
from accounts.settings_choices import StatutoryPartner
from casework.files import store_document
from casework.models import Document, Stage
from casework.services import admit
from casework.transitions import MovedOn, TransitionRefused, actions_for
from correspondence.models import Message, Notice
from deadlines.models import Deadline
from decisions.kinds import DecisionKind
from decisions.models import PartnerView
from lcspr import clock
from panels.models import ReportVersion, Review
from publication import services
from publication.gates import GateKind
from publication.models import GateTick, Publication
from publication.rules.publishing import Copied
from tests.publication.conftest import (
    answer,
    copies,
    hold,
    pdf,
    prepared,
    reasons,
    release,
    signed_off_review,
)

pytestmark = pytest.mark.django_db


def running(code):
    return Deadline.objects.open().filter(code=code)


def why_not(publication, user, name="publish"):
    fresh = Publication.objects.get(pk=publication.pk)
    return {act.name: act.reasons for act in actions_for(fresh, user)}[name]


def test_signing_off_opens_the_publication_once(cast, review):
    publication = services.open_publication(review, by=cast.bum)

    assert services.open_publication(review, by=cast.bu) == publication
    assert (publication.state, publication.outcome, publication.case) == ("preparing", "full", review.case)
    assert publication.decision == review.sign_off_decision
    assert list(running("DL-21")) == []


def test_nothing_is_opened_before_the_sign_off(cast):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.SIGN_OFF)
    unsigned = Review.objects.create(case=case, review_type="lcspr", state="sign_off")

    with pytest.raises(TransitionRefused) as refused:
        services.open_publication(unsigned, by=cast.bum)

    assert refused.value.reasons == ["The report is not signed off yet."]


def test_a_report_is_published_and_its_clocks_turn(cast, publication, on_day):
    today = clock.today()
    prepared(publication, cast)
    copies(publication, cast)
    on_day(today + dt.timedelta(days=30))
    services.plan_publication(publication, planned_on=clock.today(), by=cast.bum)

    published = services.publish_report(publication, by=cast.bum)

    published.case.refresh_from_db()
    assert (published.state, published.case.stage) == ("published", Stage.PUBLISHED)
    assert published.slug == "nscp-child-v"
    assert published.sha256 == published.report.sha256
    assert published.in_breach is False
    assert [d.code for d in Deadline.objects.of(published.case).open().order_by("code")] == [
        "DL-22",
        "DL-23",
        "DL-37",
    ]
    met = Deadline.objects.get(code="DL-14")
    assert met.met_at == published.published_at
    assert Message.objects.filter(template="publication_published").count() > 0


def test_everything_that_is_missing_is_said_at_once(cast, publication):
    assert why_not(publication, cast.bum) == [
        "Gate not open yet: anonymised, checked by two people.",
        "Gate not open yet: legal sign-off.",
        "Gate not open yet: police and Crown Prosecution Service do not object.",
        "Gate not open yet: coroner’s position is recorded.",
        "Gate not open yet: family is told, and was offered to read it.",
        "Gate not open yet: accessible to everyone.",
        "Give the public title.",
        "Write the summary in plain words.",
        "Upload the report made for the public.",
        "Plan the day of publication.",
        "No copy of the report is recorded as sent to the National Panel, the Secretary of State (Department for "
        "Education) and Ofsted.",
    ]


def test_a_day_to_come_is_waited_for(cast, publication, ready, on_day):
    ready()
    copies(publication, cast)
    planned = clock.today() + dt.timedelta(days=30)
    services.plan_publication(publication, planned_on=planned, by=cast.bum)
    on_day(planned - dt.timedelta(days=1))

    reasons_given = why_not(Publication.objects.get(), cast.bum)

    assert len(reasons_given) == 1
    assert reasons_given[0].startswith("Publication is planned for ")


def test_two_different_people_check_the_anonymisation(cast, publication):
    services.prepare_publication(publication, version=1, report=pdf(), by=cast.bum)
    tick = {"gate": GateKind.ANONYMISED, "on": clock.today(), "evidence": "Read twice."}
    services.tick_gate(publication, by=cast.bum, **tick)

    with pytest.raises(TransitionRefused) as refused:
        services.tick_gate(publication, by=cast.bum, **tick)

    assert refused.value.reasons == ["You have ticked this already. A second person must."]
    assert "Gate not open yet: anonymised, checked by two people. A second person must check it." in why_not(
        publication, cast.bum
    )
    services.tick_gate(publication, by=cast.sg, **tick)
    assert not any("anonymised" in reason for reason in why_not(publication, cast.bum))


def test_the_database_counts_one_person_once(cast, publication, ready):
    ready()
    tick = GateTick.objects.filter(gate="anonymised").first()
    tick.pk = None
    tick._state.adding = True

    with pytest.raises(IntegrityError), transaction.atomic():
        tick.save(force_insert=True)


def test_a_new_file_closes_the_gates_of_the_text_and_sends_the_copies_again(cast, publication, ready):
    publication = ready()
    copies(publication, cast)

    services.prepare_publication(publication, version=publication.version, report=pdf("second"), by=cast.bum)

    standing = set(GateTick.objects.standing().values_list("gate", flat=True))
    assert standing == {"prosecution", "coroner", "family"}
    assert any(reason.startswith("No copy of the report") for reason in why_not(publication, cast.bum))
    assert GateTick.objects.exclude(struck_at=None).first().struck_because == (
        "What becomes public was changed after it was checked."
    )


def test_other_words_close_the_gates_of_the_text_but_the_copies_stand(cast, publication, ready):
    publication = ready()
    copies(publication, cast)

    services.prepare_publication(publication, version=publication.version, summary="Other.", by=cast.bum)

    assert "Gate not open yet: legal sign-off." in why_not(publication, cast.bum)
    assert not any(reason.startswith("No copy") for reason in why_not(publication, cast.bum))


def test_the_words_are_not_written_over_a_colleague_s(cast, publication):
    services.prepare_publication(publication, version=1, summary="Mine.", by=cast.bum)

    with pytest.raises(MovedOn):
        services.prepare_publication(publication, version=1, summary="Theirs.", by=cast.bu)

    assert Publication.objects.get().summary == "Mine."


def test_the_confidential_report_is_never_taken_for_the_public_one(cast, publication):
    confidential = store_document(
        publication.case, pdf("full and named"), by=cast.bum, title="Final report", thing=Thing.FINAL_REPORT
    )
    ReportVersion.objects.create(
        case=publication.case,
        review=publication.review,
        label="1.0",
        is_final=True,
        state="final",
        document=confidential,
        uploaded_by=cast.bum,
    )

    with pytest.raises(TransitionRefused) as refused:
        services.prepare_publication(publication, version=1, report=pdf("full and named"), by=cast.bum)

    assert refused.value.reasons == [
        "This is the same file as the confidential “Final report”. Upload the anonymised copy."
    ]
    assert Publication.objects.get().report is None
    assert Document.objects.count() == 1


def test_a_word_document_is_not_published(cast, publication):
    text = SimpleUploadedFile("note.txt", b"Plain words")

    with pytest.raises(TransitionRefused) as refused:
        services.prepare_publication(publication, version=1, report=text, by=cast.bum)

    assert refused.value.reasons == [
        "Upload a PDF: a Word document carries its changes and its authors’ names with it."
    ]


def test_a_contested_view_in_the_sign_off_blocks_publishing(cast, publication, ready):
    ready()
    minute = store_document(
        publication.case, pdf("minute"), by=cast.sgc, title="Minute", thing=Thing.RR_REPORT
    )
    signing = decisions.services.open_decision(
        publication.case, kind=DecisionKind.SIGN_OFF, by=cast.bum, on=clock.today(), about=publication
    )
    say = {"outcome": "full", "reasons": "Agreed in the meeting.", "on": clock.today()}
    for role in ("dsp_la", "dsp_icb"):
        decisions.services.give_view(signing, by=getattr(cast, role), **say)
    decisions.services.record_view_on_behalf(
        signing, partner=StatutoryPartner.POLICE, evidence=minute, by=cast.sgc, **say
    )
    decisions.services.give_chair_view(signing, by=cast.ic, agrees=True, reasons="I agree.", on=clock.today())
    publication.decision = signing
    publication.save()
    assert "contested" not in " ".join(why_not(publication, cast.bum))

    view = PartnerView.objects.get(decision=signing, partner="police")
    decisions.services.contest_view(view, by=cast.dsp_police, reason="I said something else.")

    assert (
        "The view recorded for the police is contested: they must give their own view or confirm it."
        in why_not(publication, cast.bum)
    )


def test_publishing_late_needs_its_reason(cast, on_day):
    review = signed_off_review(cast, decided_on=clock.today() - dt.timedelta(days=170))
    publication = prepared(services.open_publication(review, by=cast.bum), cast)
    copies(publication, cast)
    on_day(clock.today() + dt.timedelta(days=40))
    services.plan_publication(publication, planned_on=clock.today(), by=cast.bum)

    with pytest.raises(TransitionRefused) as refused:
        services.publish_report(publication, by=cast.bum)

    assert refused.value.reasons[0].startswith("It was due on ")
    assert Publication.objects.get().state == "preparing"
    services.publish_report(publication, by=cast.bum, lateness_reason="The family asked for time.")
    assert Deadline.objects.get(code="DL-14").lateness_reason == "The family asked for time."


def test_copies_too_late_are_published_only_in_breach_on_the_three_partners_decision(
    cast, publication, ready, on_day
):
    ready()
    copies(publication, cast)
    on_day(clock.today() + dt.timedelta(days=3))
    services.plan_publication(publication, planned_on=clock.today(), by=cast.bum)
    blocked = why_not(Publication.objects.get(), cast.bum)
    assert len(blocked) == 1
    assert "seven working days" in blocked[0]

    decision = services.ask_to_publish_early(
        publication, reason="A leak.", advice=pdf("advice"), by=cast.bum, on=clock.today()
    )
    assert why_not(Publication.objects.get(), cast.bum) == blocked
    answer(decision, cast, "publish_early", "publish_early", "publish_early")
    published = services.publish_report(publication, by=cast.bum)

    assert (published.state, published.in_breach) == ("published", True)
    assert published.breach_advice.thing == Thing.LEGAL_ADVICE


def test_two_partners_of_three_do_not_override_the_seven_days(cast, publication, ready):
    ready()
    copies(publication, cast)
    services.plan_publication(publication, planned_on=clock.today(), by=cast.bum)
    decision = services.ask_to_publish_early(
        publication, reason="A leak.", advice=pdf("advice"), by=cast.bum, on=clock.today()
    )

    answer(decision, cast, "publish_early", "publish_early", "wait")

    with pytest.raises(TransitionRefused):
        services.publish_report(publication, by=cast.bum)


def test_the_override_does_not_stand_in_for_the_copies(cast, publication, ready):
    ready()
    copies(publication, cast, to=[Copied.NATIONAL_PANEL, Copied.DFE])
    services.plan_publication(publication, planned_on=clock.today(), by=cast.bum)
    decision = services.ask_to_publish_early(
        publication, reason="A leak.", advice=pdf("advice"), by=cast.bum, on=clock.today()
    )
    answer(decision, cast, "publish_early", "publish_early", "publish_early")

    assert why_not(Publication.objects.get(), cast.bum) == [
        "No copy of the report is recorded as sent to Ofsted."
    ]


def test_copies_are_of_what_will_be_published(cast, publication):
    with pytest.raises(TransitionRefused) as refused:
        copies(publication, cast)

    assert refused.value.reasons == ["Upload the report made for the public first: a copy is a copy of that."]
    assert list(Notice.objects.all()) == []


def test_the_copies_clock_follows_the_planned_day(cast, publication, ready):
    ready()
    first = services.first_day(publication)
    services.plan_publication(publication, planned_on=first, by=cast.bum)
    services.plan_publication(publication, planned_on=first + dt.timedelta(days=14), by=cast.bum)

    clock_ = running("DL-19").get()

    assert clock_.derivation.trigger_on == first + dt.timedelta(days=14)
    copies(publication, cast)
    assert list(running("DL-19")) == []


def test_a_day_in_the_past_cannot_be_planned(cast, publication):
    with pytest.raises(TransitionRefused):
        services.plan_publication(publication, planned_on=clock.today() - dt.timedelta(days=1), by=cast.bum)


def test_a_hold_in_force_stops_publishing_whatever_the_stage_says(cast, publication, ready):
    ready()
    hold(publication.case, cast, kind="full")

    assert why_not(publication, cast.bum)[0].startswith("A hold asked for by the Police is in force since ")


def test_holding_needs_a_hold(cast, publication):
    with pytest.raises(TransitionRefused) as refused:
        services.hold_publication(publication, by=cast.dsp_la)

    assert refused.value.reasons == [
        "Add a hold on publication first, with who asked for it, why, and when it is looked at again."
    ]


def test_a_hold_alone_does_not_show_the_six_months_as_held(cast, publication):
    hold(publication.case, cast)

    held = services.hold_publication(publication, by=cast.dsp_la)

    held.case.refresh_from_db()
    assert (held.state, held.case.stage) == ("held", Stage.PUBLICATION_HELD)
    assert running("DL-14").get().held_since is None
    assert running("DL-21").exists()

    services.record_delay_reasons(held, reasons=reasons(), by=cast.bum)

    assert running("DL-14").get().held_since is not None
    assert not running("DL-21").exists()


def test_release_needs_every_hold_released_and_sends_the_copies_again(cast, publication, ready):
    ready()
    copies(publication, cast)
    first, second = hold(publication.case, cast), hold(publication.case, cast, kind="full")
    services.hold_publication(publication, by=cast.bum, reasons=reasons())
    release(first, cast)
    planned = clock.today() + dt.timedelta(days=21)

    with pytest.raises(TransitionRefused):
        services.release_publication(publication, planned_on=planned, by=cast.bum)
    release(second, cast)
    released = services.release_publication(publication, planned_on=planned, by=cast.bum)

    assert (released.state, released.planned_on) == ("preparing", planned)
    assert running("DL-14").get().held_since is None
    assert running("DL-19").get().derivation.trigger_on == planned
    assert any(reason.startswith("No copy") for reason in why_not(released, cast.bum))


def test_no_copy_goes_and_no_day_is_planned_while_it_is_held(cast, publication, ready):
    ready()
    hold(publication.case, cast)
    services.hold_publication(publication, by=cast.bum)

    with pytest.raises(TransitionRefused):
        services.plan_publication(publication, planned_on=clock.today(), by=cast.bum)
    with pytest.raises(TransitionRefused):
        copies(publication, cast)


def test_nothing_is_published_only_when_the_reasons_were_sent(cast):
    review = signed_off_review(cast, outcome="none")
    publication = services.open_publication(review, by=cast.bum)
    assert running("DL-21").exists()

    with pytest.raises(TransitionRefused) as refused:
        services.decide_not_to_publish(publication, reason="A child could be found.", by=cast.bum)
    assert refused.value.reasons == [
        "Record that the National Panel was told in writing why the report is not published.",
        "Record that the Secretary of State (Department for Education) was told in writing why the report is not "
        "published.",
    ]
    services.record_reasons_for_not_publishing(publication, reasons=reasons(), by=cast.bum)
    done = services.decide_not_to_publish(publication, reason="A child could be found.", by=cast.bum)

    done.case.refresh_from_db()
    assert (done.state, done.slug, done.case.stage) == ("none", "", Stage.NOT_PUBLISHED)
    assert not running("DL-21").exists()
    assert not running("DL-14").exists()
    assert running("DL-23").exists()


def test_the_partners_may_decide_later_that_nothing_is_published(cast, publication):
    decision = services.ask_not_to_publish(publication, by=cast.bum, on=clock.today())
    answer(decision, cast, "none", "none", "none")

    publication.refresh_from_db()
    assert publication.outcome == "none"
    assert running("DL-21").exists()
    services.record_reasons_for_not_publishing(publication, reasons=reasons(), by=cast.dsp_la)
    assert services.decide_not_to_publish(publication, reason="So decided.", by=cast.sgc).state == "none"


def test_the_full_report_cannot_be_left_out_by_the_business_unit_alone(cast, publication):
    with pytest.raises(TransitionRefused) as refused:
        services.decide_not_to_publish(publication, reason="No.", by=cast.bum)

    assert "The partners decided that what becomes public is: the full report." in refused.value.reasons


def test_only_the_business_unit_prepares_and_publishes(cast, publication):
    copy = {"to": ["ofsted"], "sent_at": clock.now(), "how": "email"}
    for person in (cast.sg, cast.ic, cast.dsp_la, cast.sgc):
        for act in (
            partial(services.prepare_publication, publication, version=1, summary="Mine.", by=person),
            partial(services.plan_publication, publication, planned_on=clock.today(), by=person),
            partial(services.record_copies, publication, by=person, **copy),
            partial(services.publish_report, publication, by=person),
        ):
            with pytest.raises(PermissionDenied):
                act()


def test_nobody_ticks_a_gate_that_is_not_theirs(cast, publication, ready):
    admit(publication.case, role=Role.AUT, user=cast.aut, why="Test", by=cast.bum, on=clock.today())
    for person in (cast.aut, cast.dsp_la, cast.rep):
        with pytest.raises(PermissionDenied):
            services.tick_gate(
                publication, gate=GateKind.LEGAL, on=clock.today(), evidence="Fine.", by=person
            )


def test_a_tick_is_struck_out_with_a_reason_by_whoever_ticked_or_the_business_unit(cast, publication, ready):
    ready()
    tick = GateTick.objects.get(gate="coroner")

    with pytest.raises(PermissionDenied):
        services.strike_tick(tick, reason="An inquest was opened.", by=cast.sgc)
    services.strike_tick(tick, reason="An inquest was opened.", by=cast.bu)

    assert "Gate not open yet: coroner’s position is recorded." in why_not(publication, cast.bum)
    with pytest.raises(MovedOn):
        services.strike_tick(tick, reason="Again.", by=cast.bu)


def test_two_reports_of_one_title_get_two_addresses(cast, published):
    again = Publication(case=published.case, public_title="Child V")

    assert services.publishing.public_address(again) == "nscp-child-v-2"
