"""The pages as people use them: writing, sending, triage, deciding, notifying; and who is shown nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import has_opened

from accounts.agency_kinds import AgencyKind
from accounts.roles import Role
from accounts.settings_choices import ReferralSource
from casework.drafts import read_answers
from casework.models import Case, Event, Stage
from govuk.widgets import posted
from lcspr import clock
from referrals import services
from referrals.models import Referral, ReferralState, SeriousIncidentNotification
from referrals.standing import pending_criteria
from referrals.waiting import unsent, waiting
from tests.referrals.world import MET, PDF, child, london

pytestmark = pytest.mark.django_db


def page(client, name, *args, **data):
    """GET the page, or POST to it when there is data."""
    address = reverse(f"referrals:{name}", args=args)
    return client.post(address, data) if data else client.get(address)


def hidden(client, address):
    """The two hidden answers of a page of the referral, as its form has them."""
    form = client.get(address).context["form"]
    return {"version": form["version"].value(), "was": form["was"].value()}


def section(north, referral, name, client, **answers):
    address = reverse("referrals:section", args=[referral.pk, name])
    return client.post(address, {**hidden(client, address), **answers})


def the_answers(north):
    """What a person types, page by page."""
    today = clock.today()
    return {
        "lead": {"lead_name": "Sam Lead", **posted("lead_discussed_on", today)},
        "incident": {
            **posted("incident_from", today),
            "outside_england": "False",
            "incident_la": north.council.pk,
            "home_la": north.council.pk,
            "account": "A child was hurt.",
        },
        "awareness": {
            **posted("agency_aware_on", today),
            "la_aware": "yes",
            **posted("la_aware_at", clock.now()),
        },
        "criteria": {
            "abuse_or_neglect": "suspected",
            "abuse_or_neglect_because": "An injury nobody explains.",
            "outcome": "seriously_harmed",
            "outcome_because": "A broken arm.",
        },
        "agencies": {"agencies": "School", "safe_now": "yes", "safety_actions": "In hospital."},
    }


CHILD = {
    "forenames": "Robin",
    "surname": "Example",
    "birth": "born",
    "outcome": "seriously_harmed",
    "born_on-day": "17",
    "born_on-month": "5",
    "born_on-year": "2020",
}


def add_child(client, referral, **answers):
    address = reverse("referrals:add_child", args=[referral.pk])
    return client.post(address, {**hidden(client, address), **CHILD, **answers})


# Writing and sending


def test_from_start_to_receipt_without_javascript(north, sign_in):
    north.at(london(2026, 6, 8, 12))
    client = sign_in(north.cast.referrer)
    assert "not a child protection referral" in page(client, "start").content.decode()
    client.post(reverse("referrals:start"))
    referral = Referral.objects.get()

    assert add_child(client, referral).status_code == 302
    for name, answers in the_answers(north).items():
        assert section(north, referral, name, client, **answers).status_code == 302, name
    checked = page(client, "check", referral.pk).content.decode()
    assert "Robin Example" in checked
    assert "8 June 2026 at midday" in checked

    form = page(client, "submit", referral.pk).context["form"]
    sending = {"version": form["version"].value(), "accurate": "on", "not_for_protection": "on"}
    sent = page(client, "submit", referral.pk, **sending)

    assert sent.url == reverse("referrals:receipt", args=[referral.pk])
    receipt = client.get(sent.url).content.decode()
    assert Case.objects.get().reference in receipt
    # A second click finds it sent.
    assert page(client, "submit", referral.pk, **sending).url == sent.url
    assert Case.objects.count() == 1


def test_every_page_saves_and_leaves_the_others_alone(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    section(north, referral, "agencies", client, **the_answers(north)["agencies"])
    section(north, referral, "criteria", client, **the_answers(north)["criteria"])

    typed = read_answers(north.fresh(referral).draft)
    assert typed["agencies"]["agencies"] == "School"
    assert typed["criteria"]["outcome"] == "seriously_harmed"


def test_children_are_added_changed_and_removed(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    add_child(client, referral)
    add_child(client, referral, forenames="Alex")
    first, second = read_answers(north.fresh(referral).draft)["children"]

    address = reverse("referrals:child", args=[referral.pk, first["key"]])
    client.post(address, {**hidden(client, address), **CHILD, "forenames": "Robyn"})
    page(client, "remove_child", referral.pk, second["key"], sure="yes")

    assert [c["forenames"] for c in read_answers(north.fresh(referral).draft)["children"]] == ["Robyn"]
    assert page(client, "child", referral.pk, second["key"]).status_code == 404


@pytest.mark.parametrize(
    ("name", "answers", "field", "sentence"),
    [
        (
            "incident",
            {"incident_from-day": "9"},
            "incident_from",
            "The date of the incident must be today or in the past",
        ),
        (
            "incident",
            {"incident_from-month": ""},
            "incident_from",
            "The date of the incident must include a month",
        ),
        ("incident", {"account": ""}, "account", "Say what happened"),
        (
            "incident",
            {"account": "x" * 20_001},
            "account",
            "Ensure this value has at most 20000 characters (it has 20001).",
        ),
        ("incident", {"incident_la": ""}, "incident_la", "Choose the area where it happened"),
        (
            "awareness",
            {"la_aware_at-day": "9"},
            "la_aware_at",
            "The time the local authority became aware must be today or in the past",
        ),
        (
            "awareness",
            {"la_aware_at-time": ""},
            "la_aware_at",
            "The time the local authority became aware must include a time, like 5:30pm or midday",
        ),
        ("criteria", {"outcome": ""}, "outcome", "Say whether a child died or was seriously harmed"),
    ],
)
def test_what_is_wrong_is_said_beside_its_question(north, sign_in, name, answers, field, sentence):
    north.at(london(2026, 6, 8, 12))
    client = sign_in(north.cast.referrer)
    referral = north.begun()

    response = section(north, referral, name, client, **{**the_answers(north)[name], **answers})

    if "Ensure" in sentence:
        assert list(response.context["form"].errors) == [field]
    else:
        assert dict(response.context["form"].errors) == {field: [sentence]}
    assert read_answers(north.fresh(referral).draft) == {}


def test_20000_characters_are_taken(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()

    section(
        north, referral, "incident", client, **{**the_answers(north)["incident"], "account": "ü" * 20_000}
    )

    assert len(read_answers(north.fresh(referral).draft)["incident"]["account"]) == 20_000


def test_pages_are_held_against_each_other(north, sign_in):
    north.at(london(2026, 6, 8, 12))
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    section(north, referral, "incident", client, **the_answers(north)["incident"])

    early = section(
        north,
        referral,
        "awareness",
        client,
        **{**the_answers(north)["awareness"], **posted("la_aware_at", london(2026, 6, 1, 9))},
    )
    born = add_child(client, referral, **{"born_on-year": "2026", "born_on-month": "6", "born_on-day": "9"})

    assert dict(early.context["form"].errors) == {
        "la_aware_at": ["The local authority cannot have become aware before the incident"]
    }
    assert list(born.context["form"].errors) == ["born_on"]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"forenames": "", "surname": ""}, "forenames"),
        ({"birth": ""}, "birth"),
        ({"nhs_number": "943 476 5918"}, "nhs_number"),
        ({"outcome": ""}, "outcome"),
        ({"surname": "x" * 201}, "surname"),
    ],
)
def test_a_childs_answers_are_checked(north, sign_in, answers, field):
    client = sign_in(north.cast.referrer)

    response = add_child(client, north.begun(), **answers)

    assert list(response.context["form"].errors) == [field]


@pytest.mark.parametrize("name", ["Siân O’Hare-Ní Dhuibhne", "李小龙", "Õie", "Only"])
def test_names_of_any_script_are_kept(north, sign_in, name):
    client = sign_in(north.cast.referrer)
    referral = north.begun()

    add_child(client, referral, forenames=name, surname="")

    assert read_answers(north.fresh(referral).draft)["children"][0]["forenames"] == name


def test_of_two_people_on_one_page_the_second_is_shown_both(north, sign_in):
    first, second = sign_in(north.cast.referrer), sign_in(north.cast.dsl)
    referral = north.begun()
    address = reverse("referrals:section", args=[referral.pk, "agencies"])
    at_first = hidden(second, address)
    section(north, referral, "agencies", first, **the_answers(north)["agencies"])

    lost = second.post(address, {**at_first, "agencies": "Mine", "safe_now": "no", "safety_actions": "None"})

    assert lost.status_code == 409
    shown = lost.content.decode()
    assert ("In hospital." in shown, "Mine" in shown, str(north.cast.referrer) in shown) == (True, True, True)
    assert read_answers(north.fresh(referral).draft)["agencies"]["agencies"] == "School"

    again = lost.context["form"]
    won = second.post(
        address,
        {
            "version": again["version"].value(),
            "was": again["was"].value(),
            "agencies": "Mine",
            "safe_now": "no",
            "safety_actions": "None",
        },
    )
    assert won.status_code == 302
    assert read_answers(north.fresh(referral).draft)["agencies"]["agencies"] == "Mine"


def test_two_people_on_two_pages_both_save(north, sign_in):
    first, second = sign_in(north.cast.referrer), sign_in(north.cast.dsl)
    referral = north.begun()
    address = reverse("referrals:section", args=[referral.pk, "criteria"])
    at_first = hidden(second, address)
    section(north, referral, "agencies", first, **the_answers(north)["agencies"])

    assert second.post(address, {**at_first, **the_answers(north)["criteria"]}).status_code == 302

    assert set(read_answers(north.fresh(referral).draft)) == {"agencies", "criteria"}


def test_a_time_out_loses_nothing_typed(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    address = reverse("referrals:section", args=[referral.pk, "agencies"])
    typed = {
        **hidden(client, address),
        "agencies": "School and Zebedee’s GP",
        "safe_now": "yes",
        "safety_actions": "-",
    }
    Session.objects.update(expire_date=clock.now() - dt.timedelta(minutes=1))

    sent_to = client.post(address, typed)
    assert sent_to.url == f"{reverse('account_login')}?next={address}"
    assert "Zebedee" not in str(dict(client.session))
    client.force_login(north.cast.referrer)
    session = client.session
    session["second_step"] = str(north.cast.referrer.pk)
    session.save()

    shown = client.get(address)
    assert "School and Zebedee" in shown.content.decode()
    assert client.post(address, typed).status_code == 302
    assert "School and Zebedee’s GP" in str(read_answers(north.fresh(referral).draft))
    assert "typed_before_sign_in" not in client.session


def test_only_signed_in_people_write(north):
    referral = north.begun()

    for name in ("tasks", "check", "submit", "discard", "children", "add_child"):
        assert page(Client(), name, referral.pk).url.startswith(reverse("account_login"))


def test_only_those_who_may_refer_see_the_start(north, south, sign_in):
    assert page(sign_in(north.cast.sgc), "start").status_code == 403
    assert page(sign_in(south.cast.referrer), "start").status_code == 403
    assert "Enter a referral for somebody" in page(sign_in(north.cast.bum), "start").content.decode()


def test_the_start_says_what_the_partnership_asks_first(north, south, sign_in):
    assert (
        "designated safeguarding lead or officer"
        in page(sign_in(north.cast.referrer), "start").content.decode()
    )
    bedford = page(sign_in(south.cast.rep), "start").content.decode()
    assert "Case Review Group representative" in bedford
    assert "within 48 hours" in bedford


def test_the_child_death_overview_panel_is_not_asked_about_a_lead(south, sign_in):
    office = south.cast.agency("cdop", AgencyKind.CDOP)
    chair = south.cast.person(Role.REP, agency="cdop")
    client = sign_in(chair)
    referral = south.begun(by=chair, agency=office)

    assert "Before you refer" not in page(client, "tasks", referral.pk).content.decode()
    assert page(client, "section", referral.pk, "lead").status_code == 404


def test_the_business_unit_enters_one_for_somebody_who_wrote(north, sign_in):
    client = sign_in(north.cast.bum)
    address = reverse("referrals:on_behalf", args=[north.partnership.pk])
    assert f'value="{ReferralSource.CDOP}"' not in client.get(address).content.decode()

    wrong = client.post(address, {"source": "agency", "channel": "letter"})
    assert set(wrong.context["form"].errors) == {"agency", "referrer_name"}

    client.post(
        address,
        {"source": "agency", "agency": north.school.pk, "referrer_name": "Jo Head", "channel": "letter"},
    )
    referral = Referral.objects.get()
    assert (referral.on_behalf, referral.referrer_name) == (True, "Jo Head")
    assert page(client, "tasks", referral.pk).status_code == 200


def test_an_oral_notice_is_recorded_on_one_page(south, sign_in):
    client = sign_in(south.cast.bum)

    response = page(
        client,
        "oral_notice",
        south.partnership.pk,
        agency=south.school.pk,
        referrer_name="Jo Rep",
        channel="telephone",
        **posted("told_at", clock.now()),
    )

    assert response.status_code == 302
    assert Case.objects.get().deadlines.get().code == "DL-03"


def test_another_partnerships_unit_is_not_there(north, outsider, sign_in):
    client = sign_in(outsider)

    for name in ("on_behalf", "oral_notice"):
        assert page(client, name, north.partnership.pk).status_code == 404


# Reading


def test_the_referrer_afterwards_sees_status_and_what_they_sent(north, sign_in):
    referral = north.submitted(child("Robin", "Example"))
    client = sign_in(north.cast.referrer)

    shown = page(client, "referral", referral.pk).content.decode()

    assert ("Received" in shown, "Robin Example" in shown, "Accept the referral" in shown) == (
        True,
        True,
        False,
    )
    assert page(client, "accept", referral.pk).status_code == 403


def test_a_colleague_who_refers_sees_nothing_of_it(north, sign_in):
    colleague = sign_in(north.cast.person(Role.REFERRER))
    draft, sent = north.begun(), north.submitted()

    for referral in (draft, sent):
        for name in ("referral", "tasks", "check", "submit", "receipt", "accept"):
            assert page(colleague, name, referral.pk).status_code == 404, name
    assert (
        "has not" in page(colleague, "list").content.decode()
        or "You have not" in page(colleague, "list").content.decode()
    )


def test_the_business_unit_reads_it_under_labels_until_it_reveals(north, sign_in):
    referral = north.submitted(child("Robin", "Quillfeather"))
    has_opened(referral.case, north.cast.bum)
    client = sign_in(north.cast.bum)
    assert "Quillfeather" not in page(client, "referral", referral.pk).content.decode()

    client.post(reverse("casework:reveal", args=[referral.case.pk]))

    assert "Quillfeather" in page(client, "referral", referral.pk).content.decode()
    assert Event.objects.filter(case=referral.case, verb="revealed").count() == 1
    assert Event.objects.filter(case=referral.case, verb="read", actor=north.cast.bum).count() == 2


def test_a_draft_is_its_agencys_own(north, sign_in):
    draft = north.begun()

    assert page(sign_in(north.cast.bum), "tasks", draft.pk).status_code == 404
    assert page(sign_in(north.cast.dsl), "tasks", draft.pk).status_code == 200
    assert page(sign_in(north.cast.rep), "tasks", draft.pk).status_code == 200


def test_an_outsider_finds_no_page_of_a_referral_or_notification(north, outsider, sign_in):
    client = sign_in(outsider)
    notification = north.owed()
    referral = notification.case.referrals.get()
    names = (
        "referral tasks children add_child check submit resubmit record_la_first discard receipt return_to_referrer "
        "accept mark_duplicate ask_to_withdraw withdraw transfer in_writing take_back_acceptance"
    )
    for name in names.split():
        assert page(client, name, referral.pk).status_code == 404, name
    names = "notification prepare record_sent record_sent_again acknowledge reject close reconsider de_notify take_back_sent"
    for name in names.split():
        assert page(client, name, notification.pk).status_code == 404, name
    decision = notification.case.decisions.get()
    names = "view on_behalf recommend chair escalate lead_partners act"
    for name in names.split():
        assert page(client, f"criteria_{name}", decision.pk).status_code == 404, name
    assert page(client, "notify_alone", decision.pk).status_code == 404


def test_the_list_asks_a_constant_number_of_questions(north, sign_in):
    client, asked = sign_in(north.cast.referrer), []
    for many in (1, 3):
        while Referral.objects.count() < many:
            north.submitted()
        page(client, "list")
        with CaptureQueriesContext(connection) as queries:
            assert len(page(client, "list").context["page"].object_list) == many
        asked.append(len(queries))

    assert asked[0] == asked[1]


# Triage and after


def test_triage_accepts_on_its_page(north, sign_in):
    north.standing()
    referral = north.submitted(la_aware_at=clock.now())
    has_opened(referral.case, north.cast.bum)
    client = sign_in(north.cast.bum)
    assert "Free: Child A" in page(client, "accept", referral.pk).content.decode()

    response = page(
        client,
        "accept",
        referral.pk,
        pseudonym="Child V",
        incident_la=north.council.pk,
        home_la=north.council.pk,
        **posted("la_aware_at", clock.now()),
    )

    assert response.status_code == 302
    assert north.case(referral).stage == Stage.SCREENING


def test_a_refusal_stands_on_the_same_page_with_what_was_typed(north, sign_in):
    referral = north.submitted(child("Robin", "Example"))
    has_opened(referral.case, north.cast.bum)

    response = page(
        sign_in(north.cast.bum),
        "accept",
        referral.pk,
        pseudonym="Child R",
        incident_la=north.council.pk,
        home_la=north.council.pk,
        **posted("la_aware_at", clock.now()),
    )

    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == [
        "The pseudonym is somebody’s initial. Choose another letter."
    ]
    assert north.case(referral).stage == Stage.SUBMITTED


def test_an_act_somebody_has_done_already_gives_the_409_page(north, sign_in):
    referral = north.submitted()
    has_opened(referral.case, north.cast.bum)
    client = sign_in(north.cast.bum)
    services.return_to_referrer(referral, by=north.cast.person(Role.BU), reason="Which hospital?")

    assert page(client, "return_to_referrer", referral.pk, reason="Which one?").status_code == 409


def test_sent_back_answered_and_sent_again_on_its_pages(north, sign_in):
    referral = services.return_to_referrer(north.submitted(), by=north.cast.bum, reason="Which hospital?")
    client = sign_in(north.cast.referrer)
    assert "Which hospital?" in page(client, "tasks", referral.pk).content.decode()
    section(
        north,
        referral,
        "incident",
        client,
        **{**the_answers(north)["incident"], "account": "Invented Hospital"},
    )

    form = page(client, "resubmit", referral.pk).context["form"]
    page(
        client,
        "resubmit",
        referral.pk,
        version=form["version"].value(),
        accurate="on",
        not_for_protection="on",
    )

    assert north.fresh(referral).state == ReferralState.SUBMITTED


def test_duplicates_are_shown_to_the_business_unit_and_joined_on_their_pages(north, sign_in):
    first = north.submitted(child("Robin", "Example"))
    second = north.submitted(child("Robyn", "Exampel"))
    has_opened(second.case, north.cast.bum)
    client = sign_in(north.cast.bum)
    shown = page(client, "referral", second.pk).content.decode()
    assert (first.case.reference in shown, "Possibly the same child" in shown) == (True, True)
    assert (
        first.case.reference not in page(sign_in(north.cast.referrer), "referral", second.pk).content.decode()
    )

    chosen = page(client, "mark_duplicate", second.pk, target=first.case.pk)
    key = second.children.get().key
    response = client.post(
        chosen.url, {"reason": "The same", f"child_{key}": str(first.case.subjects.get().pk)}
    )

    assert response.status_code == 302
    assert north.fresh(second).state == ReferralState.DUPLICATE


def test_nobody_is_joined_with_a_foreign_case(north, south, sign_in):
    foreign = south.submitted(by=south.cast.rep)
    referral = north.submitted()
    has_opened(referral.case, north.cast.bum)

    assert page(sign_in(north.cast.bum), "mark_duplicate_of", referral.pk, foreign.case.pk).status_code == 404


def test_asked_to_withdraw_and_withdrawn_on_its_pages(north, sign_in):
    referral = north.submitted()
    page(sign_in(north.cast.referrer), "ask_to_withdraw", referral.pk, reason="Sent by mistake")
    has_opened(referral.case, north.cast.bum)

    page(sign_in(north.cast.bum), "withdraw", referral.pk, reason="Agreed", agreed_by=north.cast.sgc.pk)

    assert north.case(referral).stage == Stage.CLOSED_WITHDRAWN


def test_a_partner_gives_a_view_and_the_third_opens_the_notification(north, sign_in):
    referral = north.accepted()
    north.view(referral, "la", MET)
    north.view(referral, "icb", MET)
    has_opened(referral.case, north.cast.dsp_police)
    client = sign_in(north.cast.dsp_police)
    decision = pending_criteria(referral.case)
    assert "An injury nobody explains." in page(client, "criteria_view", decision.pk).content.decode()

    page(client, "criteria_view", decision.pk, conflict="False", outcome=MET, reasons="It is met", sign="on")

    assert north.case(referral).stage == Stage.AWAITING_SIN


def test_the_sending_is_recorded_on_its_page_with_the_copy(north, sign_in):
    north.at(london(2026, 6, 8, 12))
    notification = north.owed(la_aware_at=clock.now())
    has_opened(notification.case, north.cast.lan)
    client = sign_in(north.cast.lan)
    listed = [str(c.pk) for c in services.children_of(notification.case)]
    answers = {"reference": "CINS-1", "sender": "Pat", "listed": listed, **posted("sent_at", clock.now())}

    without = page(client, "record_sent", notification.pk, **answers)
    assert dict(without.context["form"].errors) == {
        "upload": ["Choose a file for the copy of the notification"]
    }
    wrong = page(
        client,
        "record_sent",
        notification.pk,
        **answers,
        upload=SimpleUploadedFile("copy.pdf", b"MZ not a pdf"),
    )
    assert list(wrong.context["form"].errors) == ["upload"]
    page(client, "record_sent", notification.pk, **answers, upload=SimpleUploadedFile("copy.pdf", PDF))

    notification = SeriousIncidentNotification.objects.get()
    assert (notification.reference, notification.copy is not None) == ("CINS-1", True)
    assert page(client, "notification", notification.pk).status_code == 200


def test_lateness_and_a_fifth_child_are_asked_beside_their_questions(north, sign_in):
    north.at(london(2026, 6, 8, 12))
    five = [
        child(name, "Example", f"201{n}-02-03") for n, name in enumerate(["Ann", "Bea", "Cy", "Dot", "Eve"])
    ]
    notification = north.owed(*five, la_aware_at=london(2026, 6, 8, 10), pseudonym="Family V")
    has_opened(notification.case, north.cast.lan)
    client = sign_in(north.cast.lan)
    north.at(london(2026, 6, 8, 12))
    assert "more than four children" in page(client, "record_sent", notification.pk).content.decode()
    listed = [str(c.pk) for c in services.children_of(notification.case)]

    response = page(
        client,
        "record_sent",
        notification.pk,
        reference="CINS-1",
        sender="Pat",
        listed=listed,
        **posted("sent_at", london(2026, 6, 8, 9)),
        upload=SimpleUploadedFile("copy.pdf", PDF),
    )

    assert dict(response.context["form"].errors) == {
        "listed": ["The national form lists four children. Name the others under further information"],
        "sent_at": ["It cannot have been sent before the local authority became aware"],
    }


def test_taking_back_is_asked_by_one_and_confirmed_by_another(north, sign_in):
    colleague = north.cast.person(Role.BU)
    referral = north.accepted()
    has_opened(referral.case, north.cast.bum, colleague)
    page(sign_in(north.cast.bum), "take_back_acceptance", referral.pk, reason="The wrong referral")
    asked = referral.case.takingbacks.get()

    own = page(sign_in(north.cast.bum), "confirm_taking_back", asked.pk, answer="confirm")
    assert own.context["form"].non_field_errors() == [
        "A second person confirms it. Ask a colleague in the business unit."
    ]
    page(sign_in(colleague), "confirm_taking_back", asked.pk, answer="confirm")

    assert north.case(referral).stage == Stage.SUBMITTED


def test_the_local_authority_first_on_its_page(north, sign_in):
    north.at(london(2026, 6, 8, 12))
    north.standing()
    client = sign_in(north.cast.bum)
    referral = north.written(
        by=north.cast.bum,
        agency=north.council,
        how={"source": ReferralSource.LA_FIRST, "channel": "email", "referrer_name": "Pat"},
        la_aware_at=clock.now(),
    )
    assert (
        reverse("referrals:record_la_first", args=[referral.pk])
        in page(client, "check", referral.pk).content.decode()
    )
    form = page(client, "record_la_first", referral.pk).context["form"]

    response = page(
        client,
        "record_la_first",
        referral.pk,
        version=form["version"].value(),
        pseudonym="Child V",
        reference="CINS-9",
        sender="Pat",
        **posted("sent_at", clock.now()),
    )

    assert response.status_code == 302
    assert Case.objects.get().stage == Stage.RR_GATHERING


# What needs you


def verbs(user, case=None):
    return [(each.verb, each.mine) for each in waiting(user, case)]


def test_what_waits_on_whom(north):
    draft = north.begun()
    assert (unsent(north.sender), unsent(north.cast.bum)) == ([draft], [])
    services.discard_referral(draft, by=north.sender)
    referral = north.submitted()
    assert verbs(north.cast.bum) == [("Check the referral", True)]
    assert verbs(north.sender) == [("Check the referral", False)]

    services.return_to_referrer(referral, by=north.cast.bum, reason="Which hospital?")
    assert verbs(north.sender) == [("Answer what was asked, and send the referral again", True)]
    awaited = [("Answer what was asked, and send the referral again", False)]
    assert verbs(north.cast.bum) == verbs(north.cast.bum, referral.case) == awaited
    (found,) = waiting(north.cast.bum)
    # What waits for somebody else leads to the case: its own page is theirs.
    assert found.href == reverse("desk:case", args=[referral.case.pk])


def test_the_notification_waits_on_the_notifier(north, outsider):
    notification = north.owed(la_aware_at=clock.now())

    for person in (north.cast.lan, north.cast.bum):
        found = waiting(person)
        assert [(w.verb, w.code) for w in found] == [
            ("Send the notification, and record that it was sent", "DL-01")
        ]
    awaited = [("Send the notification, and record that it was sent", False)]
    assert verbs(north.cast.dsp_police) == verbs(north.cast.dsp_police, notification.case) == awaited
    assert verbs(outsider) == verbs(outsider, notification.case) == []


def test_what_waits_asks_a_constant_number_of_questions(north):
    unit, asked = north.cast.bum, []
    for many in (1, 3):
        while Referral.objects.count() < many:
            north.submitted()
        with CaptureQueriesContext(connection) as queries:
            assert len(waiting(unit)) == many
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_the_prerequisite_of_the_section_is_the_partnerships_word(south, sign_in):
    referral = south.begun(by=south.cast.rep)

    shown = page(sign_in(south.cast.rep), "section", referral.pk, "lead").content.decode()

    assert "Case Review Group representative" in shown
    assert "first told" in shown
