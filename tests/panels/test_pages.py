"""Every page: for those it is for, with pseudonyms only, and shut to strangers."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from factories import CaseFactory, has_opened

from accounts.db import remembering
from accounts.roles import Role
from casework.models import Case, Event, Stage
from correspondence.models import Notice
from decisions import pages
from decisions.kinds import DecisionKind
from decisions.services import open_decision
from govuk.widgets import posted
from lcspr import clock
from panels import answering, services
from panels.models import AlternativeReview, Appointment, ReportVersion, Review, TermsOfReference
from panels.waiting import waiting
from rapid_review.models import PanelView, RapidReview
from rapid_review.services import record_panel_letter
from tests.panels.story import (
    NO_INTEREST,
    answer_recommendations,
    appointed,
    case_at,
    commissioned,
    days_ago,
    decide,
    drafting,
    let_in,
    panel_agrees,
    pdf,
    proposed,
    put_up,
    sent_rapid_review,
    signed_off,
    tell_all,
    terms_for,
    under_way,
    written_up,
)

pytestmark = pytest.mark.django_db

ANSWERS = dict.fromkeys(NO_INTEREST, "False")


def page(name: str, record) -> str:
    return reverse(f"panels:{name}", args=[record.pk])


def every_page(cast) -> dict[str, str]:
    """An address of each page of this app, all of one case."""
    review = put_up(cast)
    appointment = review.appointments.get(role=Role.AUT)
    version, terms = ReportVersion.objects.get(), TermsOfReference.objects.get()
    other = AlternativeReview.objects.create(
        case=review.case, review_type="practice_review", method="m", lead=cast.sg, opened_by=cast.bum, opened_on=clock.today()
    )  # fmt: skip
    keys = {
        "rapid-reviews": RapidReview.objects.get(), "cases": review.case, "reviews": review, "appointments": appointment,
        "terms": terms, "report-versions": version, "other-reviews": other,
        "decisions": review.sign_off_decision,
    }  # fmt: skip
    found = {}
    for pattern in get_resolver("panels.urls").url_patterns:
        address = str(pattern.pattern)
        kind = "decisions" if "/decisions/" in address else address.split("/", maxsplit=1)[0]
        found[pattern.name] = reverse(f"panels:{pattern.name}", args=[keys[kind].pk])
    return found


def test_every_page_is_shut_to_strangers_and_to_those_who_may_only_refer(cast, outsider, sign_in):
    addresses = every_page(cast)
    for stranger in (outsider, cast.referrer, cast.pm, cast.legal):
        client = sign_in(stranger)
        for name, address in addresses.items():
            assert client.get(address).status_code == 404, (name, stranger)
            assert client.post(address).status_code == 404, (name, stranger)


def test_every_page_asks_to_sign_in_first(cast, client):
    for address in every_page(cast).values():
        assert client.get(address).status_code == 302
        assert reverse("account_login") in client.get(address)["Location"]


# What a representative of an agency, in the case for its own return, may open here.
OPEN_TO_AN_AGENCY = {"review", "appointment", "terms_version", "alternative"}


def test_an_agencys_representative_reads_the_terms_and_does_nothing_else(cast, sign_in):
    addresses = every_page(cast)
    has_opened(Case.objects.get(), cast.rep)
    client = sign_in(cast.rep)
    for name, address in addresses.items():
        expected = {200} if name in OPEN_TO_AN_AGENCY else {403, 404}
        assert client.get(address).status_code in expected, name
        if name not in OPEN_TO_AN_AGENCY:
            assert client.post(address).status_code in {403, 404}, name


def test_every_page_opens_for_the_business_manager_or_refuses_in_words(cast, sign_in):
    client = sign_in(cast.bum)
    not_theirs = {
        "give_view",
        "chair_view",
        "recommend_decision",
        "gaps",
        "agree_terms",
        "replace_terms",
        "end_appointment",
        "agree_findings",
        "discontinue_alternative",
    }
    for name, address in every_page(cast).items():
        # An act that is over, or not yet possible, says so (409).
        expected = {403} if name in not_theirs else {200, 409}
        assert client.get(address).status_code in expected, name


def test_the_reviewer_and_the_review_panel_see_pseudonyms_only(cast, sign_in):
    review = put_up(cast)
    appointed(cast, review, cast.pm, Role.PM)
    for person in (cast.aut, cast.pm, cast.pc):
        text = sign_in(person).get(page("review", review)).content.decode()
        assert "Child V" in text
        assert "Nightingale" not in text
        assert "OFFICIAL-SENSITIVE" in text


def test_a_page_of_another_stages_question_is_not_here(cast, sign_in):
    review = put_up(cast)
    criteria = open_decision(review.case, kind=DecisionKind.CRITERIA, by=cast.bum, on=clock.today())

    answer = sign_in(cast.dsp_la).post(
        page("give_view", criteria), {"conflict": "False", "outcome": "met", "reasons": "So", "sign": "on"}
    )

    assert answer.status_code == 404
    assert criteria.views.count() == 0


def test_reading_the_review_is_recorded(cast, sign_in):
    review = commissioned(cast)

    sign_in(cast.sgc).get(page("review", review))

    assert Event.objects.filter(verb="read", object=f"panels.Review:{review.pk}", actor=cast.sgc).count() == 1


def test_the_three_notices_are_recorded_at_once_and_then_the_review_is_commissioned(cast, sign_in):
    rapid = sent_rapid_review(cast)
    panel_agrees(cast, rapid)
    client = sign_in(cast.bum)
    assert "Record that Ofsted was told" in client.get(page("begin_commissioning", rapid)).content.decode()
    blocked = client.post(page("begin_commissioning", rapid))
    assert blocked.status_code == 200
    assert "Record that Ofsted was told" in blocked.content.decode()

    client.post(
        reverse("panels:notices", args=[rapid.case.pk]),
        {"to": ["national_panel", "ofsted", "dfe"], "how": "email", **posted("sent_at", clock.now())},
    )
    answer = client.post(page("begin_commissioning", rapid))

    assert Notice.objects.count() == 3
    assert answer.status_code == 302
    assert Review.objects.count() == 1
    assert client.post(page("begin_commissioning", rapid)).status_code == 409


def test_a_notice_to_come_is_refused_beside_its_field(cast, sign_in):
    rapid = sent_rapid_review(cast)

    answer = sign_in(cast.bum).post(
        reverse("panels:notices", args=[rapid.case.pk]),
        {"to": ["ofsted"], "how": "email", **posted("sent_at", clock.now() + dt.timedelta(days=2))},
    )

    assert "The time they were told must be today or in the past" in answer.content.decode()
    assert Notice.objects.count() == 0


def test_the_walk_from_commissioning_to_the_signature(cast, sign_in):
    representative = cast.rep
    review = commissioned(cast)
    has_opened(review.case, representative)
    bum, sgc = sign_in(cast.bum), sign_in(cast.sgc)

    for user, role in ((cast.aut, "aut"), (cast.pc, "pc")):
        assert bum.post(page("propose", review), {"role": role, "user": user.pk}).status_code == 302
        appointment = Appointment.objects.get(user=user)
        assert bum.post(page("declare", appointment), ANSWERS).status_code == 302
        declaration = review.case.declarations.get(person=user)
        sgc.post(
            reverse("decisions:decide_declaration", args=[declaration.pk]),
            {"outcome": "clear", "reasons": "Clear"},
        )
        assert bum.post(page("appoint", appointment)).status_code == 302
        has_opened(review.case, user)
    bum.post(
        page("terms", review),
        {
            "revision": "0", "scope_reason": "The whole life", "questions": "Who knew?\n\nWho acted?", "method": "Chronologies",
            "agencies": [cast.agency("school").pk], "family_plan": "Monthly", **posted("scope_from", days_ago(900)),
            **posted("scope_until", days_ago(100)),
        },
    )  # fmt: skip
    terms = TermsOfReference.objects.get()
    assert terms.questions == ["Who knew?", "Who acted?"]
    sgc.post(page("agree_terms", terms))
    bum.post(
        page("start_review", review), posted("chronologies_due_on", clock.today() + dt.timedelta(days=20))
    )
    assert Case.objects.get().stage == Stage.IN_REVIEW

    chair, author = sign_in(cast.pc), sign_in(cast.aut)
    chair.post(page("gaps", review), {"reason": "The school has closed."})
    author.post(
        page("engagement", review),
        {
            "practitioners_involved": "True", "practitioners_words": "Twelve came.",
            "family_offered": "False", "family_words": "After the trial.",
        },
    )  # fmt: skip
    chair.post(page("start_drafting", review))
    author.post(page("upload", review), {"is_final": "False", "label": "0.1", "report": pdf()})
    draft = ReportVersion.objects.get()
    author.post(page("circulate", draft))
    author.post(page("close_comments", draft), {"words": "Nothing."})
    author.post(page("upload", review), {"is_final": "True", "label": "1.0", "report": pdf()})
    author.post(page("recommend", review), {"text": "Write it down.", "level": "local"})
    author.post(page("submit_report", review))
    assert Case.objects.get().stage == Stage.SIGN_OFF

    decision = Review.objects.get().sign_off_decision
    for partner in (cast.dsp_la, cast.dsp_icb, cast.dsp_police):
        sign_in(partner).post(
            page("give_view", decision),
            {"conflict": "False", "outcome": "full", "reasons": "Sound", "sign": "on"},
        )
    sign_in(cast.ic).post(page("chair_view", decision), {"agrees": "True", "reasons": "Sound"})
    decision.refresh_from_db()
    assert (decision.state, decision.outcome) == ("decided", "full")
    blocked = sign_in(cast.dsp_la).get(page("sign_off_report", review)).content.decode()
    assert "Recommendation 1 has no response yet." in blocked
    answer_recommendations(cast, Review.objects.get())
    signed = sign_in(cast.dsp_la).post(page("sign_off_report", review))

    assert signed.status_code == 302
    assert Case.objects.get().stage == Stage.PRE_PUBLICATION
    assert sign_in(cast.dsp_icb).post(page("sign_off_report", review)).status_code == 409


def test_who_was_proposed_declares_by_their_own_hand_where_they_may_open_the_case(cast, sign_in):
    review = commissioned(cast)
    chair = proposed(cast, review, cast.sg, Role.PC)

    sign_in(cast.sg).post(page("declare", chair), ANSWERS)

    assert review.case.declarations.get().recorded_by == cast.sg


def test_a_declaration_that_says_yes_needs_its_details(cast, sign_in):
    review = commissioned(cast)
    author = proposed(cast, review, cast.aut, Role.AUT)

    answer = sign_in(cast.bum).post(page("declare", author), {**ANSWERS, "financial_interest": "True"})

    assert "Enter the details of what you answered yes" in answer.content.decode()
    assert review.case.declarations.count() == 0


def test_a_file_of_another_kind_is_refused_and_what_was_typed_stays(cast, sign_in):
    review = drafting(cast)
    wrong = SimpleUploadedFile("report.pdf", b"MZ\x90\x00 a program")

    answer = sign_in(cast.aut).post(
        page("upload", review),
        {"is_final": "True", "label": "1.0", "note": "With the annex", "report": wrong},
    )

    assert "This kind of file cannot be taken" in answer.content.decode()
    assert "With the annex" in answer.content.decode()
    assert ReportVersion.objects.count() == 0


def test_a_long_text_is_kept_and_a_longer_one_refused(cast, sign_in):
    review = drafting(cast)
    client = sign_in(cast.aut)

    client.post(page("recommend", review), {"text": "x" * 20_000, "level": "local"})
    too_long = client.post(page("recommend", review), {"text": "x" * 20_001, "level": "local"})

    assert review.case.recommendations.count() == 1
    assert "The recommendation must be 20000 characters or fewer (now 20001)" in too_long.content.decode()


def test_another_kind_of_review_by_its_pages(cast, sign_in):
    case = case_at(cast, Stage.ALTERNATIVE_REVIEW)
    bum, lead, sgc = sign_in(cast.bum), sign_in(cast.sg), sign_in(cast.sgc)
    bum.post(
        reverse("panels:open_alternative", args=[case.pk]),
        {"review_type": "practice_review", "method": "One meeting", "lead": cast.sg.pk},
    )
    review = AlternativeReview.objects.get()

    lead.post(page("plan_alternative", review), {"scope": "The ward"})
    lead.post(page("record_held", review), {"attendance": "Eight", **posted("held_on", clock.today())})
    lead.post(
        page("write_up", review),
        {"findings": "By word of mouth", "no_actions_because": "Done", "report": pdf()},
    )
    assert sgc.get(page("alternative", review)).status_code == 200
    sgc.post(page("agree_findings", review))

    assert Case.objects.get().stage == Stage.MONITORING


def test_somebody_who_may_not_open_the_case_is_not_offered_as_its_lead(cast, sign_in, outsider):
    case = case_at(cast, Stage.ALTERNATIVE_REVIEW)

    text = sign_in(cast.bum).get(reverse("panels:open_alternative", args=[case.pk])).content.decode()

    assert str(cast.sg) in text
    assert str(outsider) not in text
    assert str(cast.aut) not in text


def test_looking_again_is_concluded_on_its_page(cast, sign_in):
    rapid = sent_rapid_review(cast, "no_lcspr")
    record_panel_letter(
        rapid, view=PanelView.DISAGREES, received_on=days_ago(3), words="Needed.", letter=None, by=cast.bum
    )
    decide(cast, rapid, DecisionKind.RECONSIDERATION, "lcspr")

    answer = sign_in(cast.bum).post(page("conclude_reconsidered", rapid))

    assert answer.status_code == 302
    assert Case.objects.get().stage == Stage.COMMISSIONING


def test_a_review_shows_no_other_case_than_those_the_reader_may_open(cast, sign_in):
    review = under_way(cast)
    hidden = CaseFactory(partnership=cast.partnership, stage=Stage.SCREENING, pseudonym="Child Hidden")
    services.add_case(review, case=hidden, by=cast.bum)

    assert "Child Hidden" not in sign_in(cast.aut).get(page("review", review)).content.decode()
    assert "Child Hidden" in sign_in(cast.bum).get(page("review", review)).content.decode()


def test_the_page_of_a_review_takes_as_many_queries_with_three_of_everything(cast, sign_in):
    review = signed_off(cast)
    client = sign_in(cast.bum)
    client.get(page("review", review))
    with CaptureQueriesContext(connection) as once:
        client.get(page("review", review))
    for number in range(2):
        person = cast.person(Role.PM)
        Appointment.objects.create(
            case=review.case, review=review, role=Role.PM, user=person, state="appointed", proposed_by=cast.bum,
            proposed_on=clock.today(), appointed_by=cast.bum, starts_on=clock.today(),
        )  # fmt: skip
        version = ReportVersion.objects.get(label="1.0")
        ReportVersion.objects.create(
            case=review.case,
            review=review,
            label=f"0.{number}",
            document=version.document,
            uploaded_by=person,
        )
        review.checks.create(case=review.case, checked_on=clock.today(), words="In time", recorded_by=person)

    with CaptureQueriesContext(connection) as thrice:
        client.get(page("review", review))

    assert len(thrice) == len(once)


def verbs(user, case=None) -> list[tuple[str, bool]]:
    return [(each.verb, each.mine) for each in waiting(user, case)]


def test_what_waits_from_the_decision_to_the_start(cast):
    rapid = sent_rapid_review(cast)
    assert verbs(cast.bum) == [("Record the notices that a review starts", True)]
    assert verbs(cast.sgc) == []
    panel_agrees(cast, rapid)
    tell_all(cast, rapid.case)
    assert verbs(cast.bum) == [("Go on to commission the review", True)]

    review = services.begin_commissioning(rapid, by=cast.bum, on=clock.today())
    to_find = [("Propose the independent author", True), ("Propose the review panel chair", True)]
    assert verbs(cast.sgc) == to_find
    assert verbs(cast.bum) == [*to_find, ("Write the terms of reference", True), ("Start the review", True)]

    proposed(cast, review, cast.aut, Role.AUT)
    assert verbs(cast.sgc) == [("Record the declaration of the independent author", True), to_find[1]]
    waits = waiting(cast.sg, review.case)
    assert [(each.verb, each.mine) for each in waits] == [
        ("Record the declaration of the independent author", False),
        ("Propose the review panel chair", False),
        ("Write the terms of reference", False),
        ("Start the review", False),
    ]
    assert waits[-1].blocked == [
        "Appoint the review panel chair.",
        "Appoint an author whose declaration of interest is clear.",
        "The sub-group chair or a partner must agree the terms of reference.",
    ]
    assert verbs(cast.aut) == []

    terms_for(cast, review)
    assert ("Write the terms of reference", True) not in verbs(cast.bum)
    assert verbs(cast.dsp_la) == [("Agree the terms of reference", True)]


def test_what_waits_while_the_report_is_written_and_signed(cast):
    review = drafting(cast)
    assert ("Put the final report up for sign-off", True) in verbs(cast.aut)
    assert ("Check the progress and quality of the review", True) in verbs(cast.dsp_icb)
    services.upload_version(review, label="1.0", report=pdf(), is_final=True, by=cast.aut)
    services.list_recommendation(review, text="Write it down.", by=cast.aut, on=clock.today())
    review = services.submit_report(review, by=cast.aut, on=clock.today())
    assert ("Sign off the report", True) not in verbs(cast.dsp_icb)

    decide(cast, review, DecisionKind.SIGN_OFF, "full")

    assert ("Sign off the report", True) in verbs(cast.dsp_icb)
    assert verbs(cast.aut) == []


def test_what_waits_in_another_kind_of_review(cast):
    case = case_at(cast, Stage.ALTERNATIVE_REVIEW)
    assert verbs(cast.sgc) == [("Say which kind of review is held", True)]
    services.ensure_alternative(
        case, review_type="practice_review", method="m", lead=cast.sg, by=cast.bum, on=clock.today()
    )

    assert verbs(cast.sg) == [("Record that the review was held", True)]
    assert verbs(cast.dsp_la) == []


def test_what_waits_beside_a_national_review(cast):
    case = case_at(cast, Stage.NATIONAL_REVIEW)
    assert verbs(cast.bum) == [("Record what goes on locally beside the national review", True)]

    services.ensure_national(case, goes_on="The actions", by=cast.bum)

    assert verbs(cast.bum) == [("Say when the national review is finished", True)]


def test_nothing_waits_on_a_stranger(cast, outsider):
    review = put_up(cast)

    assert waiting(outsider) == []
    assert waiting(outsider, review.case) == []
    assert Review.objects.visible_to(outsider).count() == 0


def test_what_waits_takes_as_many_queries_with_three_reviews(cast):
    def look() -> int:
        with remembering(), CaptureQueriesContext(connection) as queries:
            waiting(cast.bum)
        return len(queries)

    commissioned_case(cast, "One")
    once = look()
    for name in ("Two", "Three"):
        commissioned_case(cast, name)

    assert look() == once


def commissioned_case(cast, pseudonym: str) -> None:
    """A case with a review to start and a proposal, apart from the walk: several stand side by side."""
    case = CaseFactory(partnership=cast.partnership, stage=Stage.COMMISSIONING, pseudonym=pseudonym)
    review = Review.objects.create(case=case, review_type="lcspr")
    Appointment.objects.create(
        case=case,
        review=review,
        role=Role.AUT,
        user=cast.aut,
        proposed_by=cast.bum,
        proposed_on=clock.today(),
    )
    TermsOfReference.objects.create(case=case, review=review, written_by=cast.bum)


def test_the_other_review_opens_its_findings_to_its_readers_only(cast, sign_in):
    review = written_up(cast)
    let_in(cast, review.case, cast.rep, Role.REP)

    assert "word of mouth" in sign_in(cast.sgc).get(page("alternative", review)).content.decode()
    assert "word of mouth" not in sign_in(cast.rep).get(page("alternative", review)).content.decode()


def test_an_agency_does_not_read_how_the_work_goes_or_why_somebody_was_chosen(cast, sign_in):
    review = under_way(cast)
    services.check_progress(review, checked_on=clock.today(), words="The author is slow.", by=cast.dsp_la)
    services.accept_gaps(review, reason="The hospital lost its files.", by=cast.pc)
    author = review.appointments.get(role=Role.AUT)
    Appointment.objects.filter(pk=author.pk).update(suitability="Knows the field")
    has_opened(review.case, cast.rep)

    for person, reads in ((cast.rep, False), (cast.dsp_icb, True)):
        text = sign_in(person).get(page("review", review)).content.decode()
        text += sign_in(person).get(page("appointment", author)).content.decode()
        for words in ("The author is slow.", "The hospital lost its files.", "Knows the field"):
            assert (words in text) is reads, (person, words)


def test_every_question_about_a_review_leads_to_its_page(cast):
    review = put_up(cast)

    for act, name in answering.PAGES.items():
        assert pages.address(review.sign_off_decision, act) == page(
            name.split(":")[1], review.sign_off_decision
        )


def test_giving_another_review_up_asks_what_follows_and_keeps_what_was_typed(cast, sign_in):
    review = written_up(cast)
    chair, partner = sign_in(cast.sgc), sign_in(cast.dsp_police)
    address = page("discontinue_alternative", review)
    assert "the case is closed" not in chair.get(address).content.decode()
    assert "the case is closed" in partner.get(address).content.decode()

    answer = partner.post(address, {"reason": "Nobody can come.", "then": "follow_up"})
    text = answer.content.decode()
    assert "There is no action to follow up: add one first, or close the case with the reasons." in text
    assert "Nobody can come." in text

    answer = chair.post(address, {"reason": "Nobody can come.", "then": "another"})
    assert "Enter the method" in answer.content.decode()
    answer = chair.post(
        address,
        {
            "reason": "Nobody can come.",
            "then": "another",
            "review_type": "practice_review",
            "method": "One meeting",
            "lead": str(cast.sg.pk),
        },
    )
    assert answer.status_code == 302
    assert AlternativeReview.objects.filter(state="planned", review_type="practice_review").count() == 1


def test_the_review_panel_is_closed_from_the_reviews_page(cast, sign_in):
    review = signed_off(cast)
    chair = sign_in(cast.sgc)
    assert page("close_panel", review) in chair.get(page("review", review)).content.decode()
    assert "Their part ends today" in chair.get(page("close_panel", review)).content.decode()

    chair.post(page("close_panel", review), {"reason": "Done."})

    assert not Appointment.objects.appointed().filter(review=review, role=Role.PC).exists()
    assert page("close_panel", review) not in chair.get(page("review", review)).content.decode()
