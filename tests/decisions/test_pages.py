"""The pages of deciding, signed in as those concerned and as those who are not."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.roles import Role
from accounts.settings_choices import DecisionModel
from casework.models import Document, Event, Wall
from decisions import pages, services
from decisions.kinds import DecisionKind
from decisions.models import Declaration, Hold, ParallelProceeding, PartnerView
from decisions.models.declaration import QUESTIONS
from govuk.widgets import posted
from lcspr import clock
from tests.decisions.conftest import upload, view_of

pytestmark = pytest.mark.django_db

CRITERIA = DecisionKind.CRITERIA
LIMBS = {"limb_abuse": "yes", "limb_harm": "yes"}
GIVEN = {"conflict": "False", "outcome": "met", "reasons": "Both limbs are there.", "sign": "on", **LIMBS}


def get(client, name, *args):
    return client.get(reverse(name, args=args))


def text(response):
    return response.content.decode()


# Giving a view


def test_a_partner_gives_their_view_on_one_page(ask, say, cast, sign_in):
    decision = say(ask(CRITERIA), "met", None, None)
    client = sign_in(cast.dsp_police)

    page = get(client, "stage:give_view", decision.pk)
    assert page.status_code == 200
    assert "The la sees it so." in text(page)
    assert f"The record will say: {cast.dsp_police} gave the view of the police on" in text(page)

    done = client.post(reverse("stage:give_view", args=[decision.pk]), GIVEN)
    assert done.status_code == 302
    view = view_of(decision, "police")
    assert (view.outcome, view.reasons, view.given_by) == ("met", "Both limbs are there.", cast.dsp_police)


def test_what_the_others_said_is_hidden_until_ones_own_view_is_given(ask, say, cast, sign_in):
    cast.partnership.views_hidden_until_given = True
    cast.partnership.save()
    decision = say(ask(CRITERIA), "met", None, None)
    client = sign_in(cast.dsp_police)

    for name in ("stage:give_view", "decisions:record"):
        page = text(get(client, name, decision.pk))
        assert "The la sees it so." not in page
        assert "You will see the other partners’ views when you have given yours." in page
    client.post(reverse("stage:give_view", args=[decision.pk]), GIVEN)

    assert "The la sees it so." in text(get(client, "decisions:record", decision.pk))


@pytest.mark.parametrize(
    ("missing", "error"),
    [
        ("outcome", "Choose your view"),
        ("reasons", "Enter your reasons"),
        ("sign", "Tick the box to sign"),
        ("conflict", "conflict of interest"),
    ],
)
def test_an_unfinished_view_keeps_what_was_typed(ask, cast, sign_in, missing, error):
    decision = ask(CRITERIA)
    given = {name: value for name, value in GIVEN.items() if name != missing}

    page = sign_in(cast.dsp_la).post(reverse("stage:give_view", args=[decision.pk]), given)

    assert page.status_code == 200
    assert error in text(page)
    assert missing == "reasons" or "Both limbs are there." in text(page)
    assert list(PartnerView.objects.all()) == []


@pytest.mark.parametrize(("length", "taken"), [(20_000, True), (20_001, False)])
def test_long_reasons(ask, cast, sign_in, length, taken):
    decision = ask(CRITERIA)

    sign_in(cast.dsp_la).post(
        reverse("stage:give_view", args=[decision.pk]), {**GIVEN, "reasons": "x" * length}
    )

    assert PartnerView.objects.exists() is taken


def test_declaring_a_conflict_instead_gives_no_view(ask, cast, sign_in):
    decision = ask(CRITERIA)
    client = sign_in(cast.dsp_la)
    declared = {"conflict": "True", "conflicts": ["financial_interest"], "conflict_details": "Shares."}

    done = client.post(reverse("stage:give_view", args=[decision.pk]), declared)

    assert done.status_code == 302
    assert list(PartnerView.objects.all()) == []
    declaration = Declaration.objects.get()
    assert (declaration.person, declaration.role, declaration.financial_interest) == (
        cast.dsp_la,
        "dsp_la",
        True,
    )
    refused = client.post(reverse("stage:give_view", args=[decision.pk]), GIVEN)
    assert "You declared a conflict of interest in this case" in text(refused)


def test_a_view_on_a_decision_made_meanwhile_is_a_conflict(ask, say, cast, sign_in):
    decision = say(ask(CRITERIA), "met", "met", "met")

    page = sign_in(cast.dsp_la).post(
        reverse("stage:give_view", args=[decision.pk]),
        {**GIVEN, "outcome": "not_met_nfa", "limb_abuse": "no"},
    )

    assert page.status_code == 409


def test_before_the_recommendation_the_page_says_what_is_missing(ask, cast, sign_in):
    page = get(sign_in(cast.dsp_la), "stage:give_view", ask().pk)

    assert "The sub-group chair records the group’s recommendation first." in text(page)


STAGE_PAGES = {
    "stage:give_view": {"dsp_la", "dsp_icb", "dsp_police"},
    "stage:on_behalf": {"bu", "bum", "sgc"},
    "stage:chair_view": {"ic"},
    "stage:recommend": {"sgc"},
    "stage:escalate": {"dsp_la", "dsp_icb", "dsp_police", "bu", "bum", "sgc", "ic"},
    "stage:lead_partners": {"lsp_la", "lsp_icb", "lsp_police", "bu", "bum", "sgc", "ic"},
    "stage:alone": {"dsp_la", "lan"},
    "stage:departure": {"dsp_la", "dsp_icb", "dsp_police"},
    "decisions:record": {
        *("bu", "bum", "sgc", "sg", "ic", "lan", "dsp_la", "dsp_icb", "dsp_police"),
        *("lsp_la", "lsp_icb", "lsp_police"),
    },
}
IN_THE_CASE = sorted(STAGE_PAGES["decisions:record"])


@pytest.mark.parametrize("name", STAGE_PAGES)
def test_who_opens_which_page(ask, cast, sign_in, outsider, name):
    decision = ask(CRITERIA)

    found = {role: get(sign_in(getattr(cast, role)), name, decision.pk).status_code for role in IN_THE_CASE}

    assert found == {role: 200 if role in STAGE_PAGES[name] else 403 for role in IN_THE_CASE}
    assert get(sign_in(outsider), name, decision.pk).status_code == 404
    assert get(sign_in(cast.referrer), name, decision.pk).status_code == 404


def test_recording_on_behalf_keeps_the_minute(ask, cast, sign_in):
    decision = ask(CRITERIA)
    given = {"partner": "police", "outcome": "met", "reasons": "Said so.", "evidence": upload()}

    done = sign_in(cast.bu).post(
        reverse("stage:on_behalf", args=[decision.pk]), {**given, **posted("on", clock.today())}
    )

    assert done.status_code == 302
    assert view_of(decision, "police").evidence == Document.objects.get()


def test_a_refused_view_on_behalf_keeps_no_minute(ask, say, cast, sign_in):
    decision = say(ask(CRITERIA), None, None, "met")
    given = {"partner": "police", "outcome": "met", "reasons": "Said so.", "evidence": upload()}

    page = sign_in(cast.bu).post(
        reverse("stage:on_behalf", args=[decision.pk]), {**given, **posted("on", clock.today())}
    )

    assert "only they can change it" in text(page)
    assert list(Document.objects.all()) == []


@pytest.mark.parametrize(
    ("model", "title", "given", "outcome"),
    [
        (DecisionModel.IC_DECIDES, "Decide as independent chair", {"outcome": "lcspr"}, "lcspr"),
        (DecisionModel.THREE_DSP_WITH_IC, "Say whether you agree", {"agrees": "True"}, "lcspr"),
    ],
)
def test_the_independent_chairs_page_asks_what_the_model_gives_them(
    ask, say, cast, sign_in, model, title, given, outcome
):
    decision = say(ask(model=model, recommended="lcspr"), "lcspr", "lcspr", "lcspr")
    client = sign_in(cast.ic)
    assert title in text(get(client, "stage:chair_view", decision.pk))

    client.post(reverse("stage:chair_view", args=[decision.pk]), {**given, "reasons": "As they say."})

    decision.refresh_from_db()
    assert (decision.state, decision.outcome) == ("decided", outcome)


def test_the_way_of_a_departure_through_the_pages(ask, say, cast, sign_in):
    decision = say(ask(recommended="no_lcspr"), "no_lcspr", "no_lcspr", "no_lcspr")
    sign_in(cast.ic).post(
        reverse("stage:chair_view", args=[decision.pk]), {"outcome": "lcspr", "reasons": "There is more."}
    )
    sign_in(cast.dsp_la).post(reverse("stage:departure", args=[decision.pk]), {"sign": "on"})
    sign_in(cast.dsp_icb).post(reverse("stage:escalate", args=[decision.pk]), {"reason": "We see none."})
    given = {"outcome": "lcspr", "reasons": "There is.", "evidence": upload(), **posted("on", clock.today())}
    sign_in(cast.bum).post(reverse("stage:lead_partners", args=[decision.pk]), given)

    page = text(get(sign_in(cast.sg), "decisions:record", decision.pk))

    decision.refresh_from_db()
    assert (decision.state, decision.outcome) == ("decided", "lcspr")
    for words in (
        "The independent chair departed from the views of all three partners.",
        "There is more.",
        "We see none.",
    ):
        assert words in page


def test_the_sub_group_chair_recommends_with_kind_and_method(ask, cast, sign_in):
    decision = ask()
    given = {
        "outcome": "alternative",
        "review_type": "practice_review",
        "method": "One day",
        "reasons": "Enough.",
    }

    sign_in(cast.sgc).post(reverse("stage:recommend", args=[decision.pk]), given)

    decision.refresh_from_db()
    assert (decision.recommended, decision.recommended_type, decision.recommended_method) == (
        "alternative",
        "practice_review",
        "One day",
    )


# Confirming and contesting


def test_a_partner_confirms_the_view_recorded_for_them(ask, record, cast, sign_in):
    decision = record(ask(CRITERIA), "police", "met")
    view = view_of(decision, "police")
    client = sign_in(cast.dsp_police)
    assert reverse("decisions:confirm", args=[view.pk]) in text(get(client, "decisions:record", decision.pk))
    assert "Said at the meeting." in text(get(client, "decisions:confirm", view.pk))

    done = client.post(reverse("decisions:confirm", args=[view.pk]), {"sign": "on"})

    assert done.url == reverse("decisions:record", args=[decision.pk])
    assert view_of(decision, "police").state == "confirmed"
    assert client.post(reverse("decisions:confirm", args=[view.pk]), {"sign": "on"}).status_code == 409


def test_a_partner_contests_the_view_recorded_for_them(ask, record, cast, sign_in):
    decision = record(ask(CRITERIA), "police", "met")
    view = view_of(decision, "police")
    client = sign_in(cast.dsp_police)

    client.post(reverse("decisions:contest", args=[view.pk]), {"reason": "I said the opposite."})

    page = text(get(client, "decisions:record", decision.pk))
    assert "Contested: I said the opposite." in page
    assert "they must give their own view or confirm it" in page
    assert client.post(reverse("decisions:contest", args=[view.pk]), {"reason": "Again."}).status_code == 409


@pytest.mark.parametrize("name", ["decisions:confirm", "decisions:contest"])
def test_nobody_else_confirms_or_contests(ask, record, cast, sign_in, outsider, name):
    view = view_of(record(ask(CRITERIA), "police", "met"), "police")

    for role in ("dsp_la", "bum", "sgc", "ic", "lsp_police"):
        assert get(sign_in(getattr(cast, role)), name, view.pk).status_code == 403
    assert get(sign_in(outsider), name, view.pk).status_code == 404


def test_reading_the_record_is_recorded(ask, cast, sign_in):
    decision = ask(CRITERIA)

    get(sign_in(cast.sg), "decisions:record", decision.pk)

    assert (
        Event.objects.filter(verb="read", actor=cast.sg, object=f"decisions.Decision:{decision.pk}").count()
        == 1
    )


def test_a_record_without_pages_of_its_stage_offers_none(ask, cast, sign_in, monkeypatch):
    monkeypatch.setattr(pages, "_ROUTES", {})

    page = get(sign_in(cast.dsp_la), "decisions:record", ask(CRITERIA).pk)

    assert page.status_code == 200
    assert "Give your view" not in text(page)


# Declarations


NO_TO_ALL = dict.fromkeys(QUESTIONS, "False")


def test_declaring_and_deciding(case, cast, sign_in):
    address = reverse("decisions:declare", args=[case.pk, "sg"])
    client = sign_in(cast.sg)
    assert client.get(address).status_code == 200
    client.post(address, {**NO_TO_ALL, "worked_for_agency": "True", "details": "At the trust until May."})
    declaration = Declaration.objects.get()

    decider = sign_in(cast.sgc)
    address = reverse("decisions:decide_declaration", args=[declaration.pk])
    assert "At the trust until May." in text(decider.get(address))
    decider.post(
        address, {"outcome": "clear_with_mitigation", "mitigation": "Leaves the room.", "reasons": "Small."}
    )

    assert services.is_clear(case, cast.sg, Role.SG) is True
    assert decider.post(address, {"outcome": "clear", "reasons": "Again."}).status_code == 409


def test_a_declaration_that_needs_details(case, cast, sign_in):
    address = reverse("decisions:declare", args=[case.pk, "sg"])

    page = sign_in(cast.sg).post(address, {**NO_TO_ALL, "other_conflict": "True"})

    assert "Enter the details of what you answered yes" in text(page)
    assert list(Declaration.objects.all()) == []


def test_blocking_who_knows_the_family_keeps_them_out(case, cast, sign_in):
    sign_in(cast.sg).post(
        reverse("decisions:declare", args=[case.pk, "sg"]),
        {**NO_TO_ALL, "knows_people": "True", "details": "A neighbour."},
    )
    sign_in(cast.dsp_la).post(
        reverse("decisions:decide_declaration", args=[Declaration.objects.get().pk]),
        {"outcome": "blocked", "reasons": "Too close."},
    )

    assert Wall.objects.filter(case=case, user=cast.sg).exists()


def test_one_declares_only_as_what_one_is(case, cast, sign_in, outsider):
    assert get(sign_in(cast.sg), "decisions:declare", case.pk, "sgc").status_code == 403
    assert get(sign_in(cast.sg), "decisions:declare", case.pk, "no-role").status_code == 404
    assert get(sign_in(outsider), "decisions:declare", case.pk, "bum").status_code == 404


def test_who_decides_on_a_declaration(case, cast, sign_in, outsider):
    declaration = services.declare(
        case, by=cast.sgc, role=Role.SGC, answers=dict.fromkeys(QUESTIONS, False), on=clock.today()
    )
    found = {
        role: get(sign_in(getattr(cast, role)), "decisions:decide_declaration", declaration.pk).status_code
        for role in ("sgc", "dsp_la", "bum", "ic", "sg", "lan")
    }

    # Members and the notifier do not even see it; the chair sees their own and does not decide on it.
    assert found == {"sgc": 403, "dsp_la": 200, "bum": 403, "ic": 403, "sg": 404, "lan": 404}
    assert get(sign_in(outsider), "decisions:decide_declaration", declaration.pk).status_code == 404


# Proceedings and holds


def test_a_hold_from_adding_to_release(case, cast, sign_in):
    client = sign_in(cast.bum)
    client.post(
        reverse("decisions:add_proceeding", args=[case.pk]),
        {"kind": "criminal", "body": "Northmere Crown Court", "constraint": "No contact with witnesses."},
    )
    trial = ParallelProceeding.objects.get()
    client.post(reverse("decisions:list_proceeding", args=[trial.pk]), {"next_event": "Trial"})
    client.post(
        reverse("decisions:add_hold", args=[case.pk]),
        {"kind": "publication", "source": "cps", "proceeding": str(trial.pk), "reason": "The trial."}
        | posted("on", clock.today())
        | posted("review_on", clock.today() + dt.timedelta(days=60)),
    )
    hold = Hold.objects.get()
    page = text(get(client, "decisions:circumstances", case.pk))
    assert "It rests on: Criminal investigation or prosecution, Northmere Crown Court." in page
    assert reverse("decisions:review_hold", args=[hold.pk]) in page

    client.post(
        reverse("decisions:review_hold", args=[hold.pk]),
        {"reason": "Still listed."} | posted("review_on", clock.today() + dt.timedelta(days=80)),
    )
    page = text(get(client, "decisions:circumstances", case.pk))
    assert "The trial." in page
    assert "Still listed." in page
    too_soon = client.post(
        reverse("decisions:release_hold", args=[hold.pk]),
        {"reason": "Verdict.", "evidence": upload("verdict.pdf")} | posted("on", clock.today()),
    )
    assert "still recorded as under way: Criminal investigation or prosecution" in text(too_soon)
    assert "Record first that the proceedings ended, or tick the box" in text(too_soon)
    assert Hold.objects.in_force().count() == 1
    client.post(
        reverse("decisions:conclude_proceeding", args=[trial.pk]),
        {"outcome": "Convicted."} | posted("on", clock.today()),
    )
    client.post(
        reverse("decisions:release_hold", args=[hold.pk]),
        {"reason": "Verdict.", "evidence": upload("verdict.pdf")} | posted("on", clock.today()),
    )

    hold.refresh_from_db()
    trial.refresh_from_db()
    assert (hold.state, hold.reviews, trial.state) == ("released", 1, "concluded")
    again = client.post(
        reverse("decisions:release_hold", args=[hold.pk]),
        {"reason": "Verdict.", "evidence": upload("verdict.pdf")} | posted("on", clock.today()),
    )
    assert again.status_code == 409
    assert Document.objects.count() == 1


def test_a_hold_for_too_long_says_until_when(case, cast, sign_in):
    page = sign_in(cast.bum).post(
        reverse("decisions:add_hold", args=[case.pk]),
        {"kind": "publication", "source": "cps", "reason": "The trial."}
        | posted("on", clock.today())
        | posted("review_on", clock.today() + dt.timedelta(days=120)),
    )

    assert "A hold is looked at again within three months" in text(page)
    assert list(Hold.objects.all()) == []


@pytest.fixture
def circumstances(case, cast):
    trial = services.add_proceeding(case, by=cast.bum, kind="criminal", body="Northmere Crown Court")
    hold = services.add_hold(
        case,
        by=cast.bum,
        kind="publication",
        reason="Trial",
        source="police",
        on=clock.today(),
        review_on=clock.today() + dt.timedelta(days=5),
    )
    return trial, hold


def test_who_reads_and_who_changes_proceedings_and_holds(case, cast, sign_in, outsider, circumstances):
    trial, hold = circumstances
    expected = {
        "bum": (200, 200, 200, 200, 200),
        "dsp_police": (200, 403, 403, 200, 200),
        "sgc": (200, 403, 403, 403, 403),
        "ic": (200, 403, 403, 403, 403),
        "lan": (403, 403, 404, 403, 404),
        "lsp_la": (403, 403, 404, 403, 404),
        "outsider": (404, 404, 404, 404, 404),
    }

    found = {}
    for name in expected:
        client = sign_in(outsider if name == "outsider" else getattr(cast, name))
        found[name] = (
            get(client, "decisions:circumstances", case.pk).status_code,
            get(client, "decisions:add_proceeding", case.pk).status_code,
            get(client, "decisions:update_proceeding", trial.pk).status_code,
            get(client, "decisions:add_hold", case.pk).status_code,
            get(client, "decisions:release_hold", hold.pk).status_code,
        )

    assert found == expected


def test_an_act_on_proceedings_out_of_turn_is_a_conflict(cast, sign_in, circumstances):
    trial, _ = circumstances

    page = sign_in(cast.bum).post(
        reverse("decisions:start_hearing", args=[trial.pk]), {"next_event": "Trial"}
    )

    assert page.status_code == 409
