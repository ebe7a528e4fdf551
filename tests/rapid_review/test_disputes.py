"""Each decision model to its outcome through the pages, with and without unanimity; in time, whatever is disputed."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from factories import has_opened

import decisions.services
from accounts.settings_choices import DecisionModel
from casework.models import Case, Event, Stage
from casework.transitions import TransitionRefused
from correspondence.models import Message, Notice
from deadlines.models import Deadline
from decisions.models import Decision, Escalation
from govuk.widgets import posted
from lcspr import clock
from rapid_review.models import PanelView, RapidReview, RapidReviewState
from rapid_review.services import finish_gathering, put_to_partners, submit_return, write_report
from tests.rapid_review.conftest import WHOLE_REPORT, WHOLE_RETURN, pdf
from tests.rapid_review.test_to_the_panel import letter, send

pytestmark = pytest.mark.django_db

PEOPLE = (
    "bum",
    "bu",
    "sgc",
    "sg",
    "ic",
    "dsp_la",
    "dsp_icb",
    "dsp_police",
    "lsp_la",
    "lsp_icb",
    "lsp_police",
)
THREE, WITH_IC, IC_DECIDES = (
    DecisionModel.THREE_DSP,
    DecisionModel.THREE_DSP_WITH_IC,
    DecisionModel.IC_DECIDES,
)


@pytest.fixture
def before_partners(cast, review, request_):
    """`before_partners(model)`: the report is with the partners, nothing recommended yet."""

    def made(model):
        cast.partnership.decision_model = model
        cast.partnership.save()
        has_opened(
            review.case,
            *(
                getattr(cast, name)
                for name in PEOPLE
                if name not in {"bum", "bu", "sgc", "sg", "ic", "dsp_la"}
            ),
        )
        submit_return(request_, answers=WHOLE_RETURN, by=cast.rep, at=clock.now())
        found = finish_gathering(review, by=cast.bum, at=clock.now())
        found = write_report(
            found, version=found.report_version, by=cast.bum, **{**WHOLE_REPORT, "meeting_on": clock.today()}
        )
        return put_to_partners(found, by=cast.sgc, on=clock.today())

    return made


class Pages:
    """What people post on the real pages of a decision, each signed in as themself."""

    def __init__(self, cast, sign_in, decision):
        self.cast, self.sign_in, self.decision = cast, sign_in, decision

    def post(self, person, page, **given):
        done = self.sign_in(getattr(self.cast, person)).post(
            reverse(f"rapid_review:{page}", args=[self.decision.pk]), given
        )
        assert done.status_code == 302, done.context["form"].errors
        self.decision = Decision.objects.get(pk=self.decision.pk)
        return self.decision

    def recommend(self, outcome):
        return self.post("sgc", "recommend", outcome=outcome, reasons="Three agencies.")

    def view(self, partner, outcome):
        return self.post(
            f"dsp_{partner}",
            "give_view",
            conflict="False",
            outcome=outcome,
            reasons=f"The {partner}.",
            sign="on",
        )

    def views(self, la, icb, police):
        for partner, outcome in (("la", la), ("icb", icb), ("police", police)):
            self.view(partner, outcome)
        return self.decision

    def lead(self, outcome):
        return self.post(
            "bum",
            "lead_partners",
            outcome=outcome,
            reasons="In writing.",
            evidence=pdf("letter.pdf"),
            **posted("on", clock.today()),
        )


@pytest.fixture
def pages(cast, sign_in, before_partners):
    """`pages(model, recommended)`"""

    def made(model, recommended="lcspr"):
        found = Pages(cast, sign_in, before_partners(model).decision)
        found.recommend(recommended)
        return found

    return made


def outcome(decision):
    return decision.state, decision.outcome, decision.split


# Each model, unanimous and not


def test_three_partners_agree(pages):
    assert outcome(pages(THREE).views("lcspr", "lcspr", "lcspr")) == ("decided", "lcspr", False)


def test_three_partners_do_not_agree_and_the_lead_partners_decide(pages):
    asked = pages(THREE)
    asked.views("lcspr", "lcspr", "no_lcspr")
    asked.post("dsp_police", "escalate", reason="Nothing new.")

    assert outcome(asked.lead("no_lcspr")) == ("decided", "no_lcspr", True)


def test_three_partners_and_the_independent_chair_agree(pages):
    asked = pages(WITH_IC)
    assert asked.views("lcspr", "lcspr", "lcspr").state == "open"

    assert outcome(asked.post("ic", "chair_view", agrees="True", reasons="Yes.")) == (
        "decided",
        "lcspr",
        False,
    )


def test_the_independent_chair_twice_does_not_agree_and_the_partners_decision_stands(pages):
    asked = pages(WITH_IC)
    asked.views("lcspr", "lcspr", "lcspr")
    again = asked.post("ic", "chair_view", agrees="False", reasons="The learning is there.")
    assert (again.state, again.round, again.live_views()) == ("open", 2, [])
    asked.views("lcspr", "lcspr", "lcspr")

    decided = asked.post("ic", "chair_view", agrees="False", reasons="Still.")

    assert (*outcome(decided), decided.chair_disagrees) == ("decided", "lcspr", False, True)


def test_with_agreement_a_split_goes_to_the_lead_partners(pages):
    asked = pages(WITH_IC)
    asked.views("lcspr", "no_lcspr", "lcspr")
    asked.post("ic", "escalate", reason="They differ.")

    assert outcome(asked.lead("lcspr")) == ("decided", "lcspr", True)


def test_the_independent_chair_decides_with_the_three(pages):
    asked = pages(IC_DECIDES)
    asked.views("lcspr", "lcspr", "lcspr")

    decided = asked.post("ic", "chair_view", outcome="lcspr", reasons="Yes.")

    assert outcome(decided) == ("decided", "lcspr", False)


def test_the_independent_chair_decides_a_split(pages):
    asked = pages(IC_DECIDES)
    asked.views("lcspr", "no_lcspr", "no_lcspr")

    assert outcome(asked.post("ic", "chair_view", outcome="lcspr", reasons="New.")) == (
        "decided",
        "lcspr",
        True,
    )


def test_the_independent_chair_departs_and_each_partner_confirms(pages):
    asked = pages(IC_DECIDES, "no_lcspr")
    asked.views("no_lcspr", "no_lcspr", "no_lcspr")
    asked.post("ic", "chair_view", outcome="lcspr", reasons="New.")
    for partner in ("dsp_la", "dsp_icb", "dsp_police"):
        assert asked.decision.state == "open"
        asked.post(partner, "confirm_departure", sign="on")

    assert (asked.decision.state, asked.decision.outcome, asked.decision.chair_departs) == (
        "decided",
        "lcspr",
        True,
    )


def test_the_independent_chair_departs_and_one_partner_escalates(pages):
    asked = pages(IC_DECIDES, "no_lcspr")
    asked.views("no_lcspr", "no_lcspr", "no_lcspr")
    asked.post("ic", "chair_view", outcome="lcspr", reasons="New.")
    asked.post("dsp_icb", "confirm_departure", sign="on")
    asked.post("dsp_la", "escalate", reason="Nothing new.")

    decided = asked.lead("no_lcspr")

    assert (decided.state, decided.outcome, decided.chair_departs) == ("decided", "no_lcspr", True)


# In time, stating the split


@pytest.fixture
def escalated(pages):
    asked = pages(THREE)
    asked.views("lcspr", "lcspr", "no_lcspr")
    asked.post("ic", "escalate", reason="They differ.")
    return asked


def the_review():
    return RapidReview.objects.get()


def test_a_split_not_yet_escalated_is_escalated_first(pages, cast):
    pages(THREE).views("lcspr", "lcspr", "no_lcspr")

    with pytest.raises(TransitionRefused, match="Escalate it to the lead safeguarding partners"):
        send(the_review(), cast)


def test_an_escalated_rapid_review_goes_in_time_and_says_how_they_are_split(escalated, cast, sign_in):
    client, address = sign_in(cast.bum), reverse("rapid_review:send", args=[the_review().pk])
    page = client.get(address).content.decode()
    assert "The three safeguarding partners are not agreed." in page
    given = {"sent_to": "the mailbox", **posted("sent_at", clock.now())}

    refused = client.post(address, given)
    assert refused.status_code == 200
    assert "states_split" in refused.context["form"].errors
    assert client.post(address, {**given, "states_split": "on"}).status_code == 302

    sent = the_review()
    assert (sent.state, sent.outcome, Case.objects.get().stage) == ("sent", "", Stage.AWAITING_PANEL)
    assert Deadline.objects.get(code="DL-10").met_at == sent.sent_at
    assert Notice.objects.get().words.splitlines()[1:] == [
        "The three safeguarding partners are not agreed.",
        "Local authority: Commission a local child safeguarding practice review.",
        "Integrated care board: Commission a local child safeguarding practice review.",
        "Police: No review: the rapid review found the learning.",
        "It is with the lead safeguarding partners, whose written decision will be the outcome.",
    ]
    assert not Deadline.objects.filter(code="DL-14").exists()
    assert Escalation.objects.get().is_open


def test_an_agreed_one_is_not_asked_about_any_split(pages, cast, sign_in):
    pages(THREE).views("lcspr", "lcspr", "lcspr")
    client, address = sign_in(cast.bum), reverse("rapid_review:send", args=[the_review().pk])

    done = client.post(address, {"sent_to": "the mailbox", **posted("sent_at", clock.now())})

    assert done.status_code == 302
    assert Notice.objects.get().words == "the mailbox"


def test_what_is_decided_after_sending_starts_the_review_then(escalated, cast):
    send(the_review(), cast)
    later = clock.now() + dt.timedelta(days=3)

    with time_machine.travel(later, tick=True):
        decided = escalated.lead("lcspr")

    review_clock = Deadline.objects.get(code="DL-14")
    assert review_clock.trigger_at.astimezone(clock.LONDON).date() == decided.decided_on
    assert the_review().outcome == "lcspr"
    assert Message.objects.filter(template="rapid_review_settled", to=cast.dsp_la).count() == 1
    escalated.post("ic", "chair_view", reasons="Good.")
    assert Deadline.objects.filter(code="DL-14").count() == 1
    assert Message.objects.filter(template="rapid_review_settled", to=cast.dsp_la).count() == 1


def test_no_review_decided_after_sending_starts_no_clock(escalated, cast):
    send(the_review(), cast)

    escalated.lead("no_lcspr")

    assert not Deadline.objects.filter(code__in=["DL-14", "DL-15"]).exists()


def test_a_comment_on_what_was_decided_before_sending_tells_nobody_anything(pages, cast):
    asked = pages(THREE)
    asked.views("lcspr", "lcspr", "lcspr")
    send(the_review(), cast)

    asked.post("ic", "chair_view", reasons="Good.")

    assert not Message.objects.filter(template="rapid_review_settled").exists()
    assert Deadline.objects.filter(code="DL-14").count() == 1


def test_the_national_panel_s_disagreement_takes_the_place_of_the_open_dispute(escalated, cast):
    sent = send(the_review(), cast)

    letter(sent, cast, PanelView.DISAGREES)

    assert the_review().state == RapidReviewState.CHALLENGED
    assert Decision.objects.get(kind="rapid_review").state == "abandoned"
    assert Escalation.objects.get().ended_how == "abandoned"
    assert Event.objects.filter(verb="abandon").count() == 1


def test_nothing_follows_the_panel_s_letter_before_the_dispute_is_settled(escalated, cast):
    from rapid_review.services import monitor_after_panel

    sent = send(the_review(), cast)
    letter(sent, cast, PanelView.AGREES)

    with pytest.raises(TransitionRefused, match="The partners decided: nothing yet"):
        monitor_after_panel(the_review(), by=cast.bum)


def test_a_contested_view_still_holds_back_what_is_escalated(pages, cast, review):
    from accounts.access_table import Thing
    from casework.files import store_document

    asked = pages(THREE)
    asked.view("la", "lcspr")
    asked.view("icb", "no_lcspr")
    minute = store_document(review.case, pdf(), by=cast.bum, title="Minute", thing=Thing.RR_REPORT)
    decision = decisions.services.record_view_on_behalf(
        asked.decision,
        partner="police",
        outcome="lcspr",
        reasons="Said so.",
        evidence=minute,
        by=cast.sgc,
        on=clock.today(),
    )
    decisions.services.escalate(decision, by=cast.ic, reason="They differ.", on=clock.today())
    view = decision.views.get(partner="police", state="recorded")
    decisions.services.contest_view(view, by=cast.dsp_police, reason="I did not.")

    with pytest.raises(TransitionRefused, match="The view recorded for the police is contested"):
        send(the_review(), cast)
