"""The pages: who opens them, what blocks, what is kept when an act is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import CaseFactory, MembershipFactory, has_opened

from accounts.db import remembering
from accounts.roles import Role
from casework.machine import state_field
from casework.models import Case, Stage
from casework.services import admit, admit_standing
from correspondence.models import Notice
from govuk.widgets import posted
from lcspr import clock
from panels.models import Review
from publication import services
from publication.gates import GateKind
from publication.models import Closing, GateTick, Publication, Reopening, ReopeningReason, ReopenTo
from publication.waiting import waiting
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

TRANSITION_PAGES = sorted({t.name for t in state_field(Publication).get_all_transitions(Publication)})
PAGES = [
    "publication",
    "prepare",
    "take_out",
    "plan",
    "copies",
    "delay_reasons",
    "non_publication_reasons",
    "ask_early",
    "ask_not_to_publish",
    "ask_withdrawal",
    *TRANSITION_PAGES,
]


def page(name, record, *more):
    return reverse(f"publication:{name}", args=[record.pk, *more])


# One publication for all the pages of a test: making one is slower than asking for twenty pages.


def test_every_transition_has_its_page(publication):
    assert [page(name, publication) for name in TRANSITION_PAGES]


def test_an_outsider_finds_nothing(sign_in, publication, outsider):
    stranger = sign_in(outsider)

    answers = {name: stranger.get(page(name, publication)).status_code for name in PAGES}

    assert answers == dict.fromkeys(PAGES, 404)


def test_nobody_reads_them_without_signing_in(client, publication):
    addresses = [*(page(name, publication) for name in PAGES), page("tick", publication, "legal")]

    answers = [client.get(address) for address in addresses]

    assert {(answer.status_code, answer.url.split("?")[0]) for answer in answers} == {
        (302, "/accounts/login/")
    }


def test_a_reader_may_not_act(sign_in, cast, publication):
    acts = [name for name in PAGES if name != "publication"]
    reader = sign_in(cast.sg)

    answers = {name: reader.get(page(name, publication)).status_code for name in acts}

    assert answers == dict.fromkeys(acts, 403)


def test_what_the_business_unit_may_do_opens(sign_in, cast, publication):
    bum = sign_in(cast.bum)

    answers = {name: bum.get(page(name, publication)).status_code for name in PAGES}

    # An act that is over, or not yet possible, says so.
    not_now = {"take_back_publication", "withdraw", "release_publication"}
    assert answers == dict.fromkeys(PAGES, 200) | dict.fromkeys(not_now, 409)


def test_an_agency_s_representative_does_not_read_what_is_prepared(sign_in, cast, publication):
    school = cast.agency("school")
    admit(publication.case, role=Role.REP, agency=school, why="Asked", by=cast.bum, on=clock.today())
    has_opened(publication.case, cast.rep)

    assert sign_in(cast.rep).get(page("publication", publication)).status_code == 404


def test_the_gates_are_shown_with_what_blocks_first(sign_in, cast, publication):
    for role in ("bum", "sg", "ic", "dsp_la"):
        shown = sign_in(getattr(cast, role)).get(page("publication", publication))

        text = shown.content.decode()
        assert shown.status_code == 200
        assert "What stands between this report and the public" in text
        assert "1 of 7 are open" in text
        assert text.index("Legal sign-off") < text.index("Signed off by the three partners")


def test_the_grey_button_says_why(sign_in, cast, publication):
    text = sign_in(cast.bum).get(page("publication", publication)).content.decode()

    assert "Plan the day of publication." in text
    assert f'href="{page("publish", publication)}"' not in text


def test_the_way_is_walked_on_the_pages(sign_in, cast, publication, on_day):
    bum, bu = sign_in(cast.bum), sign_in(cast.bu)
    prepare = {
        "public_title": "Child V",
        "public_pseudonym": "Child V",
        "summary": "What was learned.",
        "statement": "",
        "report": pdf(),
        "version": 1,
    }
    assert bum.post(page("prepare", publication), prepare).status_code == 302
    for client, gates in ((bum, GateKind), (bu, [GateKind.ANONYMISED])):
        for gate in gates:
            ticked = client.post(
                page("tick", publication, gate.value), {"evidence": "Read it.", **posted("on", clock.today())}
            )
            assert ticked.status_code == 302, ticked.content.decode()
    sent = {"to": ["national_panel", "dfe", "ofsted"], "how": "email", "words": ""}
    assert (
        bum.post(page("copies", publication), {**sent, **posted("sent_at", clock.now())}).status_code == 302
    )
    planned = clock.today() + dt.timedelta(days=21)
    assert bum.post(page("plan", publication), posted("planned_on", planned)).status_code == 302
    assert bum.post(page("publish", publication)).status_code == 200
    assert Publication.objects.get().state == "preparing"

    on_day(planned)
    bum = sign_in(cast.bum)
    assert bum.post(page("publish", publication)).status_code == 302

    assert Publication.objects.get().state == "published"
    assert bum.get("/library/nscp-child-v/").status_code == 200
    assert bum.post(page("publish", publication)).status_code == 409


def test_a_second_click_on_publish_says_who_was_first(sign_in, cast, published):
    second = sign_in(cast.bu).post(page("publish", published))

    assert second.status_code == 409
    assert str(cast.bum) in second.content.decode()


def test_a_refused_form_keeps_what_was_typed(sign_in, cast, publication):
    refused = sign_in(cast.bum).post(
        page("copies", publication),
        {"to": ["ofsted"], "how": "email", "words": "Sent with a letter", **posted("sent_at", clock.now())},
    )

    text = refused.content.decode()
    assert refused.status_code == 200
    assert "Upload the report made for the public first" in text
    assert "Sent with a letter" in text
    assert list(Notice.objects.all()) == []


def test_too_long_and_empty_texts_are_refused_at_their_field(sign_in, cast, publication):
    bum = sign_in(cast.bum)
    wrong = [("public_title", "x" * 201), ("summary", "x" * 20_001), ("public_title", ""), ("summary", "")]

    for field, value in wrong:
        form = {"public_title": "Child V", "summary": "Learning.", "version": 1, field: value}
        refused = bum.post(page("prepare", publication), form)

        assert refused.status_code == 200
        assert f'href="#id_{field}"' in refused.content.decode()
    assert Publication.objects.get().version == 1


def test_twenty_thousand_characters_are_kept(sign_in, cast, publication):
    long = "x" * 20_000
    form = {"public_title": "Child V", "summary": long, "version": 1}

    assert sign_in(cast.bum).post(page("prepare", publication), form).status_code == 302

    assert Publication.objects.get().summary == long


def test_a_file_of_the_wrong_kind_is_refused_at_its_field(sign_in, cast, publication):
    form = {
        "public_title": "Child V",
        "summary": "Learning.",
        "version": 1,
        "report": pdf(name="report.docx"),
    }

    refused = sign_in(cast.bum).post(page("prepare", publication), form)

    assert "The file is named .docx but is a PDF." in refused.content.decode()


def test_a_name_in_the_public_words_is_pointed_out_to_those_who_prepare(sign_in, cast, publication):
    services.prepare_publication(publication, version=1, summary="Robin was three.", by=cast.bum)
    hint = "A word that is also part of a name in this case stands in the summary."

    assert hint in sign_in(cast.bum).get(page("publication", publication)).content.decode()
    assert hint not in sign_in(cast.sg).get(page("publication", publication)).content.decode()


def test_a_hold_is_made_and_released_on_the_pages(sign_in, cast, publication):
    held = hold(publication.case, cast)
    partner = sign_in(cast.dsp_police)
    told = {"told": "True", "how": "email", "words": "The trial.", **posted("sent_at", clock.now())}
    assert partner.post(page("hold_publication", publication), told).status_code == 302
    assert "Publication is held." in partner.get(page("publication", publication)).content.decode()
    planned = posted("planned_on", clock.today() + dt.timedelta(days=21))
    assert partner.post(page("release_publication", publication), planned).status_code == 200

    release(held, cast)

    assert partner.post(page("release_publication", publication), planned).status_code == 302
    assert Publication.objects.get().state == "preparing"


def test_partners_answer_on_these_pages_and_the_outcome_turns(sign_in, cast, publication):
    assert sign_in(cast.sgc).post(page("ask_not_to_publish", publication)).status_code == 302
    decision = services.publishing.decisions.pending_decision(publication, "not_publish")
    view = {"conflict": "False", "outcome": "none", "reasons": "A child could be found.", "sign": "on"}

    for role in ("dsp_la", "dsp_icb", "dsp_police"):
        given = sign_in(getattr(cast, role)).post(page("give_view", decision), view)
        assert given.status_code == 302, given.content.decode()

    assert Publication.objects.get().outcome == "none"


def test_the_questions_are_for_the_partners(sign_in, cast, publication, outsider):
    decision = services.ask_not_to_publish(publication, by=cast.bum, on=clock.today())

    assert sign_in(cast.bum).get(page("give_view", decision)).status_code == 403
    assert sign_in(outsider).get(page("give_view", decision)).status_code == 404
    for name in ("give_view", "record_on_behalf", "chair_view", "escalate", "lead_partners"):
        roles = {"give_view": cast.dsp_la, "chair_view": cast.ic}
        assert sign_in(roles.get(name, cast.sgc)).get(page(name, decision)).status_code == 200


def test_taking_down_on_the_page_needs_the_order_or_the_year(sign_in, cast, published):
    bum = sign_in(cast.bum)

    refused = bum.post(page("withdraw", published), {"reason": "It should go."})
    assert refused.status_code == 200
    assert "It must stay public until" in refused.content.decode()
    done = bum.post(page("withdraw", published), {"reason": "Ordered.", "court_order": pdf("order")})

    assert done.status_code == 302
    assert Publication.objects.get().state == "withdrawn"


def test_signing_off_here_opens_the_publication(sign_in, cast):
    review = Review.objects.create(
        case=CaseFactory(partnership=cast.partnership, stage=Stage.SIGN_OFF),
        review_type="lcspr",
        state="sign_off",
    )
    admit_standing(review.case, by=cast.bum, on=clock.today(), why="Accepted")
    has_opened(review.case, cast.sgc, cast.sg)

    shown = sign_in(cast.sgc).get(page("sign_off_report", review))

    assert shown.status_code == 200
    assert "This cannot be done yet" in shown.content.decode()
    assert sign_in(cast.sg).get(page("sign_off_report", review)).status_code == 403


def test_a_signed_off_review_without_publication_is_opened_by_the_business_unit(sign_in, cast, review):
    assert sign_in(cast.sgc).get(page("open", review)).status_code == 403

    assert sign_in(cast.bum).post(page("open", review)).status_code == 302

    assert Publication.objects.get().review == review


def test_a_case_leads_to_its_publication(sign_in, cast, publication, outsider):
    address = reverse("publication:case", args=[publication.case_id])

    assert sign_in(cast.bum).get(address).url == page("publication", publication)
    assert sign_in(outsider).get(address).status_code == 404


def test_striking_out_is_for_whoever_ticked_and_the_business_unit(sign_in, cast, publication, ready):
    ready()
    tick = GateTick.objects.first()

    assert sign_in(cast.sg).get(page("strike", tick)).status_code == 403
    assert sign_in(cast.bum).post(page("strike", tick), {"reason": "Not so."}).status_code == 302
    assert GateTick.objects.get(pk=tick.pk).struck_because == "Not so."


@pytest.fixture
def monitored(cast):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.MONITORING, pseudonym="Child M")
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    has_opened(case, cast.bum, cast.sgc, cast.sg, cast.ic, cast.dsp_la)
    return case


def test_closing_and_reopening_on_the_pages(sign_in, cast, monitored, outsider):
    sgc, ic, partner = sign_in(cast.sgc), sign_in(cast.ic), sign_in(cast.dsp_la)
    propose = reverse("publication:propose_closing", args=[monitored.pk])
    assert sign_in(cast.bum).get(propose).status_code == 403
    assert sign_in(outsider).get(propose).status_code == 404
    assert sgc.post(propose, {"summary": "Done.", "impact_statement": ""}).status_code == 302
    closing = Closing.objects.get()
    assert sgc.get(page("confirm_closing", closing)).status_code == 403
    assert "Done." in ic.get(page("confirm_closing", closing)).content.decode()
    assert ic.post(page("confirm_closing", closing)).status_code == 302
    assert Case.objects.get(pk=monitored.pk).stage == "closed_complete"

    again = reverse("publication:ask_to_reopen", args=[monitored.pk])
    told = {"reason": "court_finding", "words": "The coroner.", "to": "screening", "new_awareness": "False"}
    assert sgc.post(again, told).status_code == 302
    reopening = Reopening.objects.get()
    assert sign_in(outsider).get(page("confirm_reopening", reopening)).status_code == 404
    assert partner.post(page("confirm_reopening", reopening)).status_code == 302
    assert Case.objects.get(pk=monitored.pk).stage == "screening"
    assert partner.post(page("confirm_reopening", reopening)).status_code == 409


def test_closing_is_refused_with_a_reason(sign_in, cast, monitored):
    closing = services.propose_closing(monitored, summary="Done.", impact_statement="", by=cast.sgc)

    assert sign_in(cast.sg).get(page("refuse_closing", closing)).status_code == 403
    assert (
        sign_in(cast.dsp_la).post(page("refuse_closing", closing), {"reason": "Not yet."}).status_code == 302
    )
    assert Closing.objects.get().refused_because == "Not yet."


def bring_in_form(**more):
    return {
        "stage": "monitoring",
        "legacy": "False",
        "pseudonym": "Child B",
        "review_type": "lcspr",
        "rr_outcome": "lcspr",
        "forenames": "Robin",
        "surname": "Example",
        "why": "From elsewhere.",
        "proof": pdf("minutes", "minutes.pdf"),
        **more,
    }


def test_the_business_manager_brings_a_case_in(sign_in, cast):
    address = reverse("publication:bring_in")
    bum = sign_in(cast.bum)
    assert bum.get(address).status_code == 200

    done = bum.post(address, bring_in_form())

    case = Case.objects.get()
    assert (done.status_code, done.url) == (302, reverse("desk:case", args=[case.pk]))
    assert (case.stage, case.pseudonym) == ("monitoring", "Child B")


def test_a_missing_date_is_said_beside_its_field(sign_in, cast):
    refused = sign_in(cast.bum).post(reverse("publication:bring_in"), bring_in_form(stage="commissioning"))

    text = refused.content.decode()
    assert refused.status_code == 200
    assert "A case at this stage needs the date of the notification." in text
    assert 'href="#id_notified_on' in text
    assert list(Case.objects.all()) == []


def test_bringing_in_is_for_the_business_manager_of_that_partnership(sign_in, cast, outsider, other_cast):
    address = reverse("publication:bring_in")
    there = reverse("publication:bring_in_to", args=[cast.partnership.pk])

    assert sign_in(cast.bu).get(address).status_code == 403
    assert sign_in(outsider).get(there).status_code == 404
    MembershipFactory(user=outsider, partnership=cast.partnership, role=Role.BUM)
    assert sign_in(outsider).get(there).status_code == 200


def verbs(user, case=None):
    return [each.verb for each in waiting(user, case) if each.mine]


def awaited(user):
    return [(each.verb, each.owner) for each in waiting(user) if not each.mine]


def test_what_waits_follows_what_is_missing(cast, review, on_day):
    assert verbs(cast.bum) == ["Prepare what becomes public"]
    publication = services.open_publication(review, by=cast.bum)
    assert verbs(cast.bum) == ["Write what becomes public"]
    prepared(publication, cast)
    assert verbs(cast.bum) == ["Plan the day of publication"]
    services.plan_publication(publication, planned_on=services.first_day(publication), by=cast.bum)
    assert verbs(cast.bum) == [
        "Publish the report",
        "Send the report ahead, and record the copies",
        "Agree with the family when they read the report",
    ]
    services.decline_reading(publication, who="Father", reason="He does not wish to.", by=cast.bum)
    assert awaited(cast.dsp_la) == [
        ("Publish the report", "business unit"),
        ("Send the report ahead, and record the copies", "business unit"),
    ]
    copies(publication, cast)
    assert verbs(cast.bum) == ["Publish the report"]
    assert verbs(cast.dsp_la) == []
    held = hold(review.case, cast)
    assert verbs(cast.dsp_la) == verbs(cast.bum) == ["Hold publication"]
    services.hold_publication(publication, by=cast.dsp_la)
    assert verbs(cast.dsp_la) == ["Record the reasons for delay"]
    services.record_delay_reasons(publication, reasons=reasons(), by=cast.bum)
    assert verbs(cast.dsp_la) == awaited(cast.dsp_la) == []
    release(held, cast)
    assert verbs(cast.dsp_la) == ["Release publication"]


def test_a_specialist_s_gate_waits_on_them(cast, publication):
    admit(publication.case, role=Role.LEGAL, user=cast.legal, why="Advises", by=cast.bum, on=clock.today())

    assert verbs(cast.legal) == ["Tick: legal sign-off"]


def test_the_case_s_page_says_what_blocks_and_who_acts(cast, publication, ready):
    ready()
    services.plan_publication(publication, planned_on=services.first_day(publication), by=cast.bum)

    found = {each.verb: each for each in waiting(cast.sg, publication.case)}

    assert found["Publish the report"].mine is False
    assert found["Publish the report"].owner == "business unit"
    assert len(found["Publish the report"].blocked) == 2


def test_closing_and_reopening_wait_on_the_second_person(cast, monitored):
    closing = services.propose_closing(monitored, summary="Done.", impact_statement="", by=cast.sgc)
    assert verbs(cast.ic) == verbs(cast.dsp_la) == ["Close the case, or say what is still to be done"]
    assert verbs(cast.sgc) == []
    services.close_complete(closing, by=cast.ic, on=clock.today())
    services.ask_to_reopen(
        monitored,
        reason=ReopeningReason.COMPLAINT,
        words="A complaint.",
        to=ReopenTo.MONITORING,
        by=cast.sgc,
    )
    assert verbs(cast.dsp_la) == ["Reopen the case, or say why not"]
    assert verbs(cast.ic) == []


def test_nothing_waits_on_an_outsider(cast, publication, monitored, outsider):
    services.propose_closing(monitored, summary="Done.", impact_statement="", by=cast.sgc)

    assert waiting(outsider) == []


def test_what_waits_costs_the_same_for_one_case_and_for_three(cast, publication):
    people = (cast.bum, cast.dsp_la, cast.legal)

    def cost():
        return [queries_of(lambda person=person: waiting(person)) for person in people]

    one = cost()
    for number in (1, 2):
        services.open_publication(signed_off_review(cast, pseudonym=f"Child {number}X"), by=cast.bum)

    assert cost() == one


def queries_of(act):
    with remembering(), CaptureQueriesContext(connection) as made:
        act()
    return len(made)


def test_the_page_costs_the_same_with_no_tick_and_with_seven(sign_in, cast, publication):
    bum = sign_in(cast.bum)
    services.prepare_publication(publication, version=1, report=pdf(), by=cast.bum)
    bum.get(page("publication", publication))
    few = queries_of(lambda: bum.get(page("publication", publication)))
    prepared(Publication.objects.get(), cast)
    question = services.ask_not_to_publish(publication, by=cast.bum, on=clock.today())
    answer(question, cast, "publish", "publish", "none")

    many = queries_of(lambda: bum.get(page("publication", publication)))

    assert many <= few
