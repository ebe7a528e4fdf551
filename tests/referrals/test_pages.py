"""The pages as people use them: writing, sending, triage, deciding, notifying; and who is shown nothing."""

from __future__ import annotations

import datetime as dt
import html

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
from casework.models import Case, Document, Draft, Event, Stage
from casework.transitions import TransitionRefused
from correspondence.models import Message
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


def at(referral, name):
    """The address of a page of the referral: "when", or "children/<key>/birth"."""
    group, _, rest = name.partition("/")
    if not rest:
        return reverse("referrals:page", args=[referral.pk, name])
    key, _, page_name = rest.partition("/")
    return reverse("referrals:member_page", args=[referral.pk, group, key, page_name])


def save(client, referral, name, **answers):
    """Open a page and save it, as a browser does."""
    address = at(referral, name)
    return client.post(address, {**hidden(client, address), **answers})


def the_answers(north):
    """What a person types, page by page."""
    today = clock.today()
    return {
        "you": {
            "referrer_name": "Sandy Referrer",
            "referrer_job_title": "Teacher",
            "referrer_phone": "01632 960001",
        },
        "lead": {
            "lead_name": "Sam Lead",
            "lead_view": "supports",
            **posted("lead_discussed_on", today),
        },
        "account": {"account": "A child was hurt."},
        "when": {"incident_when": "one_day"},
        "dates": {"incident_exact": "exact", **posted("incident_from", today)},
        "where": {
            "outside_england": "no",
            "incident_la": north.council.pk,
            "home_la": "not_known",
            "place": "family_home",
        },
        "aware": {
            "la_aware": "yes",
            **posted("agency_aware_on", today),
            **posted("la_aware_at", clock.now()),
        },
        "harm": {"harm_types": ["physical"]},
        "abuse": {
            "abuse_or_neglect": "suspected",
            "abuse_or_neglect_because": "An injury nobody explains.",
        },
        "seriousness": {"outcome": "seriously_harmed", "outcome_because": "A broken arm."},
        "asked_for": {"review_asked": ["lcspr"]},
        "learning": {"learning": "Three agencies knew a part each."},
        "safety": {"safe_now": "yes", "safety_actions": "In hospital."},
        "family_known": {"family_known": "not_known"},
        "agencies_known": {"agencies_known": "not_known"},
        "processes": {"processes": ["none"]},
        "notified": {"notified": ["not_known"]},
        "media": {"media": "no"},
        "family_told": {"family_informed": "not_known"},
    }


CHILD = {
    "name": {"forenames": "Robin", "surname": "Example"},
    "birth": {"birth": "born", "born_on-day": "17", "born_on-month": "5", "born_on-year": "2020"},
    "outcome": {"outcome": "seriously_harmed", "condition": "recovering"},
    "sex": {"sex": "female"},
    "background": {"ethnicity": "WBRI"},
    "disability": {"disability": ["none"]},
    "address": {"address_not_known": "on"},
    "education": {"education": "school"},
    "school": {"school": "Invented Primary"},
    "gp": {"gp": ""},
    "legal": {"legal_status": "none"},
    "social_care": {"csc_status": "cin"},
}


def add_child(client, referral, **answers):
    """Add a child by its first page; the response, and its key."""
    first = page(client, "add_member", referral.pk, "children").url
    return client.post(first, {**hidden(client, first), **CHILD["name"], **answers}), first.split("/")[-4]


def child_of(north, referral, number=0):
    return read_answers(north.fresh(referral).draft)["children"][number]


# Writing and sending


def test_from_start_to_receipt_without_javascript(north, sign_in):
    north.at(london(2026, 6, 8, 12))
    client = sign_in(north.cast.referrer)
    assert "not a child protection referral" in page(client, "start").content.decode()
    client.post(reverse("referrals:start"))
    referral = Referral.objects.get()

    response, key = add_child(client, referral)
    for name, answers in CHILD.items():
        assert response.status_code == 302
        response = save(client, referral, f"children/{key}/{name}", **answers)
    assert response.url == reverse("referrals:member", args=[referral.pk, "children", key])
    for name, answers in the_answers(north).items():
        assert save(client, referral, name, **answers).status_code == 302, name
    checked = page(client, "check", referral.pk).content.decode()
    assert "Robin Example" in checked
    assert "8 June 2026 at midday" in checked
    assert "Still missing" not in checked

    form = page(client, "submit", referral.pk).context["form"]
    sending = {"version": form["version"].value(), "accurate": "on", "not_for_protection": "on"}
    sent = page(client, "submit", referral.pk, **sending)

    assert sent.url == reverse("referrals:receipt", args=[referral.pk])
    receipt = client.get(sent.url).content.decode()
    assert Case.objects.get().reference in receipt
    # A second click finds it sent.
    assert page(client, "submit", referral.pk, **sending).url == sent.url
    assert Case.objects.count() == 1


def test_sections_are_done_in_any_order_and_say_how_they_stand(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    save(client, referral, "safety", **the_answers(north)["safety"])
    save(client, referral, "account", **the_answers(north)["account"])

    items = {item["title"]: item["status"] for item in page(client, "tasks", referral.pk).context["items"]}

    assert (items["Safety now"], items["What happened"], items["The children"]) == (
        "Completed",
        "In progress",
        "Not started",
    )


def test_saving_leads_through_the_section_and_back_to_the_check(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()

    on = save(client, referral, "account", **the_answers(north)["account"])
    last = save(client, referral, "harm", **the_answers(north)["harm"])
    address = at(referral, "safety") + "?back=check"
    back = client.post(address, {**hidden(client, address), **the_answers(north)["safety"]})

    assert (on.url, last.url, back.url) == (
        at(referral, "when"),
        reverse("referrals:tasks", args=[referral.pk]),
        reverse("referrals:check", args=[referral.pk]),
    )


def test_every_page_saves_and_leaves_the_others_alone(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    save(client, referral, "safety", **the_answers(north)["safety"])
    save(client, referral, "seriousness", **the_answers(north)["seriousness"])

    typed = read_answers(north.fresh(referral).draft)
    assert (typed["safety_actions"], typed["outcome"]) == ("In hospital.", "seriously_harmed")


def test_children_are_added_changed_and_removed(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    _, first = add_child(client, referral)
    _, second = add_child(client, referral, forenames="Alex")

    save(client, referral, f"children/{first}/name", forenames="Robyn", surname="Example")
    page(client, "remove_member", referral.pk, "children", second, sure="yes")

    assert [c["forenames"] for c in read_answers(north.fresh(referral).draft)["children"]] == ["Robyn"]
    assert page(client, "member", referral.pk, "children", second).status_code == 404
    assert client.get(at(referral, f"children/{second}/birth")).status_code == 404


def test_a_child_sent_twice_is_one_child(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    first = page(client, "add_member", referral.pk, "children").url
    sent = {**hidden(client, first), **CHILD["name"]}

    client.post(first, sent)
    client.post(first, sent)

    assert len(read_answers(north.fresh(referral).draft)["children"]) == 1


def test_twins_of_the_same_initials_stay_two_children(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    for forenames in ("Rowan", "Robin"):
        add_child(client, referral, forenames=forenames)

    names = [member["name"] for member in page(client, "group", referral.pk, "children").context["members"]]

    assert names == ["Rowan Example", "Robin Example"]


def test_a_relative_and_an_agency_are_named(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    first = page(client, "add_member", referral.pk, "family").url
    client.post(first, {**hidden(client, first), "forenames": "Morgan", "relation": "mother"})
    agency = page(client, "add_member", referral.pk, "agencies").url
    client.post(agency, {**hidden(client, agency), "agency": north.school.pk, "worker": "Jo Head"})

    typed = read_answers(north.fresh(referral).draft)
    assert (typed["family"][0]["relation"], typed["agencies"][0]["agency"]) == (
        "mother",
        str(north.school.pk),
    )
    assert north.school.name in page(client, "check", referral.pk).content.decode()


def test_a_question_that_another_answer_calls_for_is_asked_on_the_server(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    _, key = add_child(client, referral)

    without = save(client, referral, f"children/{key}/outcome", outcome="died", condition="recovering")
    saved = save(
        client,
        referral,
        f"children/{key}/outcome",
        outcome="died",
        condition="recovering",
        died_on_not_known="on",
        cause_of_death="not_known",
    )

    assert set(without.context["form"].errors) == {"died_on", "cause_of_death"}
    assert saved.status_code == 302
    assert child_of(north, referral)["condition"] == ""


def test_sibling_pages_are_not_asked_of_a_parent(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    first = page(client, "add_member", referral.pk, "family").url
    client.post(first, {**hidden(client, first), "forenames": "Morgan", "relation": "mother"})
    key = read_answers(north.fresh(referral).draft)["family"][0]["key"]

    response = client.get(at(referral, f"family/{key}/sibling"))

    assert response.url == reverse("referrals:member", args=[referral.pk, "family", key])


WHEN = "The date of the incident must be today or in the past"


@pytest.mark.parametrize(
    ("name", "answers", "field", "sentence"),
    [
        ("dates", {"incident_from-day": "9"}, "incident_from", WHEN),
        (
            "dates",
            {"incident_from-month": ""},
            "incident_from",
            "The date of the incident must include a month",
        ),
        ("when", {"incident_when": ""}, "incident_when", "Say when it happened"),
        ("account", {"account": ""}, "account", "Say what happened"),
        (
            "account",
            {"account": "x" * 20_001},
            "account",
            "Your answer must be 20000 characters or fewer (now 20001)",
        ),
        ("where", {"incident_la": ""}, "incident_la", "Choose the area where it happened"),
        (
            "aware",
            {"la_aware_at-day": "9"},
            "la_aware_at",
            "The time the local authority became aware must be today or in the past",
        ),
        (
            "aware",
            {"la_aware_at-time": ""},
            "la_aware_at",
            "The time the local authority became aware must include a time, like 5:30pm or midday",
        ),
        (
            "seriousness",
            {"outcome": ""},
            "outcome",
            "Say whether a child died or was seriously harmed",
        ),
        (
            "safety",
            {"safety_actions_not_known": "on"},
            "safety_actions_not_known",
            "Take out what you typed above, or untick “The answer is not known yet”",
        ),
        (
            "processes",
            {"processes": ["none", "criminal"]},
            "processes",
            "Untick the other answers, or the last ones, which stand alone",
        ),
        (
            "you",
            {"referrer_email": "nobody"},
            "referrer_email",
            "Enter an e-mail address in the correct format, like name@example.org",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_its_question(north, sign_in, name, answers, field, sentence):
    north.at(london(2026, 6, 8, 12))
    client = sign_in(north.cast.referrer)
    referral = north.begun()

    north.change(referral, incident_when="one_day")

    response = save(client, referral, name, **{**the_answers(north)[name], **answers})

    assert dict(response.context["form"].errors) == {field: [sentence]}
    assert not {"account", "incident_from", "la_aware"} & set(read_answers(north.fresh(referral).draft))


def test_20000_characters_are_taken(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()

    save(client, referral, "account", account="ü" * 20_000)

    assert len(read_answers(north.fresh(referral).draft)["account"]) == 20_000


def test_pages_are_held_against_each_other(north, sign_in):
    north.at(london(2026, 6, 8, 12))
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    save(client, referral, "when", **the_answers(north)["when"])
    save(client, referral, "dates", **the_answers(north)["dates"])
    _, key = add_child(client, referral)

    early = save(
        client,
        referral,
        "aware",
        **{**the_answers(north)["aware"], **posted("la_aware_at", london(2026, 6, 1, 9))},
    )
    born = save(
        client, referral, f"children/{key}/birth", birth="born", **posted("born_on", dt.date(2026, 6, 9))
    )

    assert dict(early.context["form"].errors) == {
        "la_aware_at": ["The local authority cannot have become aware before the incident"]
    }
    assert list(born.context["form"].errors) == ["born_on"]


def test_a_death_before_the_birth_is_refused(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    _, key = add_child(client, referral)
    save(client, referral, f"children/{key}/birth", **CHILD["birth"])

    response = save(
        client,
        referral,
        f"children/{key}/outcome",
        outcome="died",
        cause_of_death="not_known",
        **posted("died_on", dt.date(2019, 1, 1)),
    )

    assert dict(response.context["form"].errors) == {
        "died_on": ["The date of death is before the date of birth"]
    }


@pytest.mark.parametrize(
    ("name", "answers", "field"),
    [
        ("name", {"forenames": "", "surname": ""}, "forenames"),
        ("name", {"surname": "x" * 201}, "surname"),
        ("birth", {"birth": ""}, "birth"),
        ("birth", {"birth": "born", "born_on-day": ""}, "born_on"),
        ("numbers", {"nhs_number": "943 476 5918"}, "nhs_number"),
        ("outcome", {"outcome": ""}, "outcome"),
        ("school", {"school": ""}, "school"),
        ("placement", {"placement": "U", "responsible_la": ""}, "responsible_la"),
    ],
)
def test_a_childs_answers_are_checked(north, sign_in, name, answers, field):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    _, key = add_child(client, referral)
    save(client, referral, f"children/{key}/education", education="school")
    save(client, referral, f"children/{key}/legal", legal_status="C2")

    response = save(client, referral, f"children/{key}/{name}", **{**CHILD.get(name, {}), **answers})

    assert list(response.context["form"].errors) == [field]


@pytest.mark.parametrize("name", ["Siân O’Hare-Ní Dhuibhne", "李小龙", "Õie", "Only", "محمد", "O'Neill"])
@pytest.mark.parametrize("part", ["forenames", "surname"])
def test_names_of_any_script_are_kept_and_one_name_is_enough(north, sign_in, name, part):
    client = sign_in(north.cast.referrer)
    referral = north.begun()

    add_child(client, referral, **{"forenames": "", "surname": "", part: name})

    assert child_of(north, referral)[part] == name


def test_a_child_without_a_name_or_a_date_of_birth_can_be_referred(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()

    response, key = add_child(client, referral, forenames="", surname="", forenames_not_known="on")
    saved = save(client, referral, f"children/{key}/birth", birth="not_known", age_estimate="About three")

    assert (response.status_code, saved.status_code) == (302, 302)
    assert "Unnamed child" in page(client, "group", referral.pk, "children").content.decode()


# Two people, two clicks, the way back


def test_of_two_people_on_one_page_the_second_is_shown_both(north, sign_in):
    first, second = sign_in(north.cast.referrer), sign_in(north.cast.dsl)
    referral = north.begun()
    address = at(referral, "safety")
    at_first = hidden(second, address)
    save(first, referral, "safety", **the_answers(north)["safety"])
    mine = {"safety_actions": "Mine", "safe_now": "no"}

    lost = second.post(address, {**at_first, **mine})

    assert lost.status_code == 409
    shown = lost.content.decode()
    assert ("In hospital." in shown, "Mine" in shown, str(north.cast.referrer) in shown) == (True, True, True)
    assert read_answers(north.fresh(referral).draft)["safety_actions"] == "In hospital."

    again = lost.context["form"]
    marks = {"version": again["version"].value(), "was": again["was"].value()}
    won = second.post(address, {**marks, **mine})
    assert won.status_code == 302
    assert read_answers(north.fresh(referral).draft)["safety_actions"] == "Mine"


def test_two_people_on_two_pages_both_save(north, sign_in):
    first, second = sign_in(north.cast.referrer), sign_in(north.cast.dsl)
    referral = north.begun()
    address = at(referral, "seriousness")
    at_first = hidden(second, address)
    save(first, referral, "safety", **the_answers(north)["safety"])

    assert second.post(address, {**at_first, **the_answers(north)["seriousness"]}).status_code == 302

    assert {"safety_actions", "outcome"} <= set(read_answers(north.fresh(referral).draft))


def test_going_back_in_the_browser_and_saving_again_is_no_conflict(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    address = at(referral, "safety")
    before = hidden(client, address)
    client.post(address, {**before, **the_answers(north)["safety"]})

    again = client.post(address, {**before, "safe_now": "no", "safety_actions": "Changed my mind."})

    assert again.status_code == 302
    assert read_answers(north.fresh(referral).draft)["safety_actions"] == "Changed my mind."
    assert client.get(address)["Cache-Control"] == "no-store"


def test_everybody_sees_who_is_writing(north, sign_in):
    referral = north.begun()
    sign_in(north.cast.dsl).get(at(referral, "safety"))
    client = sign_in(north.cast.referrer)

    shown = f"{north.cast.dsl} has “Are children safe now?” open now."
    assert shown in page(client, "tasks", referral.pk).content.decode()
    assert shown in client.get(at(referral, "account")).content.decode()


# Nothing typed is lost


def keep(client, referral, name, **answers):
    """What the page's script sends every few seconds."""
    address = at(referral, name)
    return client.post(address, {**hidden(client, address), **answers, "autosave": "1"})


def test_what_is_typed_is_kept_every_few_seconds_right_or_wrong(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()

    north.change(referral, incident_when="one_day")

    kept = keep(client, referral, "dates", **{"incident_from-day": "31x"})

    assert kept.status_code == 200
    assert set(kept.json()) == {"version", "was", "saved", "editors"}
    again = client.get(at(referral, "dates"))
    assert 'value="31x"' in again.content.decode()
    assert "has not saved it as an answer yet" in again.content.decode()
    assert again.context["form"].errors == {}
    assert "incident_from" not in read_answers(north.fresh(referral).draft)


def test_marks_of_an_autosave_serve_for_the_next_and_for_the_page_itself(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    marks = keep(client, referral, "account", account="A child").json()

    address = at(referral, "account")
    second = client.post(address, {**marks, "account": "A child was", "autosave": "1"})
    saved = client.post(address, {**second.json(), "account": "A child was hurt."})

    assert saved.status_code == 302
    typed = read_answers(north.fresh(referral).draft)
    assert (typed["account"], typed["_unfinished"]) == ("A child was hurt.", {})


def test_an_autosave_reads_and_writes_as_little_as_it_can(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    marks = keep(client, referral, "account", account="A child").json()

    with CaptureQueriesContext(connection) as queries:
        client.post(at(referral, "account"), {**marks, "account": "A child was", "autosave": "1"})

    sent = [query["sql"] for query in queries if "_draft" in query["sql"]]
    assert [sql.split()[0] for sql in sent] == ["SELECT", "UPDATE"]
    assert "accounts_user" not in sent[0]


def test_an_autosave_over_a_colleagues_words_is_refused_in_a_sentence(north, sign_in):
    first, second = sign_in(north.cast.referrer), sign_in(north.cast.dsl)
    referral = north.begun()
    stale = hidden(second, at(referral, "account"))
    keep(first, referral, "account", account="Mine")

    lost = second.post(at(referral, "account"), {**stale, "account": "Hers", "autosave": "1"})

    assert (lost.status_code, lost.json()) == (
        409,
        {"moved": f"{north.cast.referrer} is writing on this page too. Save it to see both."},
    )
    assert "Mine" in second.get(at(referral, "account")).content.decode()
    both = second.post(at(referral, "account"), {**stale, "account": "Hers"}).content.decode()
    assert ("Mine" in both, "Hers" in both) == (True, True)


def test_what_is_refused_is_kept_too(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()

    save(client, referral, "abuse", abuse_or_neglect_because="Nobody explains it")

    assert "Nobody explains it" in client.get(at(referral, "abuse")).content.decode()


def test_save_and_come_back_later_asks_for_nothing(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()

    left = save(client, referral, "abuse", abuse_or_neglect_because="Nobody explains it", later="1")
    whole = save(client, referral, "account", account="A child was hurt.", later="1")

    assert (left.url, whole.url) == (reverse("referrals:tasks", args=[referral.pk]),) * 2
    typed = read_answers(north.fresh(referral).draft)
    assert ("account" in typed, "abuse_or_neglect" in typed) == (True, False)


def test_what_was_typed_and_not_saved_is_not_sent_by_accident(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.written()
    keep(client, referral, "account", account="Something new and important")

    with pytest.raises(TransitionRefused) as refused:
        north.send(referral)

    assert refused.value.reasons == [
        "“What happened”: what was typed last is not saved. Open the page and save it."
    ]


def test_a_half_written_child_is_kept_and_found_again(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    first = page(client, "add_member", referral.pk, "children").url

    client.post(first, {**hidden(client, first), "forenames": "Zeb", "autosave": "1"})

    (member,) = page(client, "group", referral.pk, "children").context["members"]
    assert "Zeb" in client.get(member["wants"]).content.decode()


def test_typed_words_lie_sealed(north, sign_in):
    client = sign_in(north.cast.referrer)
    keep(client, north.begun(), "account", account="Zebedee Quillfeather")

    assert "Quillfeather" not in str(list(Draft.objects.values_list("answers", flat=True)))


def test_a_time_out_loses_nothing_typed(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    address = at(referral, "safety")
    typed = {
        **hidden(client, address),
        "safety_actions": "With Zebedee’s aunt",
        "safe_now": "yes",
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
    assert "With Zebedee’s aunt" in html.unescape(shown.content.decode())
    assert client.post(address, typed).status_code == 302
    assert "With Zebedee’s aunt" in str(read_answers(north.fresh(referral).draft))
    assert "typed_before_sign_in" not in client.session


# Guided, not judged


def test_the_form_proposes_and_takes_every_answer(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.written()
    met = client.get(at(referral, "asked_for")).content.decode()
    north.change(referral, outcome="neither")
    not_met = client.get(at(referral, "asked_for")).content.decode()

    assert "both parts of the criteria would be met" in met
    assert "would not both be met. You can still refer." in not_met
    assert "Another partnership or learning review: the LCSPR Sub Group" in not_met
    assert "people decide" in not_met
    assert north.send(referral).state == ReferralState.SUBMITTED


def test_serious_harm_is_explained_where_it_is_asked(north, sign_in):
    shown = sign_in(north.cast.referrer).get(at(north.begun(), "seriousness")).content.decode()

    assert "may still have been seriously harmed" in shown
    assert "Why we ask this" in shown


def test_the_page_of_answers_says_what_is_missing_with_links_that_land(north, sign_in):
    client = sign_in(north.cast.referrer)
    referral = north.begun()
    add_child(client, referral)

    missing = page(client, "check", referral.pk).context["missing"]

    assert "Robin Example: say what happened to this child." in [each["text"] for each in missing]
    assert [client.get(each["href"]).status_code for each in missing] == [200] * len(missing)


# Colleagues


def test_it_is_left_to_a_colleague_who_goes_on_and_sends(north, sign_in):
    colleague = north.cast.person(Role.REFERRER)
    referral = north.written()
    assert page(sign_in(colleague), "tasks", referral.pk).status_code == 404

    page(sign_in(north.cast.referrer), "leave", referral.pk, colleague=colleague.pk)

    client = sign_in(colleague)
    assert f"{colleague} can go on with it too" in page(client, "tasks", referral.pk).content.decode()
    assert [each.template for each in Message.objects.filter(to=colleague)] == ["referral_left"]
    north.send(referral, by=colleague)
    assert page(client, "referral", referral.pk).status_code == 200


def test_it_is_left_to_nobody_of_another_agency(north, sign_in):
    stranger = north.cast.person(Role.REFERRER, agency="hospital")
    referral = north.begun()

    refused = page(sign_in(north.cast.referrer), "leave", referral.pk, colleague=stranger.pk)

    assert list(refused.context["form"].errors) == ["colleague"]
    with pytest.raises(TransitionRefused):
        services.leave_to_colleague(referral, colleague=stranger, by=north.cast.referrer)


def test_the_lead_endorses_at_their_own_sign_in_without_typing_anything_again(north, sign_in):
    lead = north.cast.dsl
    referral = north.written(child("Zebedee", "Quillfeather"))
    page(sign_in(north.cast.referrer), "ask_endorsement", referral.pk, sure="1")
    assert [each.template for each in Message.objects.filter(to=lead)] == ["referral_endorse"]
    client = sign_in(lead)
    assert "Quillfeather" in page(client, "endorse", referral.pk).content.decode()

    page(client, "endorse", referral.pk, view="supports", note="I know the family")

    endorsed = north.fresh(referral)
    assert (endorsed.endorsement, endorsed.endorsed_by, endorsed.changed_since_endorsed) == (
        "supports",
        lead,
        False,
    )
    north.change(referral, account="Changed")
    assert north.fresh(referral).changed_since_endorsed is True


def test_nobody_endorses_what_they_wrote_and_no_outsider_does(north, outsider, sign_in):
    own = north.begun(by=north.cast.dsl)
    referral = north.written()

    assert page(sign_in(north.cast.dsl), "endorse", own.pk).status_code == 403
    assert page(sign_in(north.cast.referrer), "endorse", referral.pk).status_code == 403
    assert page(sign_in(outsider), "endorse", referral.pk).status_code == 404


def test_what_was_sent_can_be_endorsed_until_it_is_accepted(north, sign_in):
    referral = north.submitted()
    client = sign_in(north.cast.dsl)

    page(client, "endorse", referral.pk, view="does_not_support", note="")

    assert north.fresh(referral).endorsement == "does_not_support"
    has_opened(referral.case, north.cast.bum)
    assert "does not support it" in page(sign_in(north.cast.bum), "referral", referral.pk).content.decode()
    north.standing()
    north.accept(referral)
    assert page(client, "endorse", referral.pk).status_code == 302


def test_the_copy_for_ones_own_file_shows_every_answer_before_and_after_sending(north, sign_in):
    referral = north.written(child("Robin", "Quillfeather"))
    client = sign_in(north.cast.referrer)
    before = page(client, "print", referral.pk).content.decode()
    sent = north.send(referral)
    after = page(client, "print", referral.pk).content.decode()

    assert ("Quillfeather" in before, "Not sent." in before) == (True, True)
    assert ("Quillfeather" in after, sent.case.reference in after) == (True, True)
    assert page(sign_in(north.cast.bum), "print", referral.pk).status_code == 403


def test_only_signed_in_people_write(north):
    referral = north.begun()

    for name in ("tasks", "check", "submit", "discard", "leave", "print", "endorse"):
        assert page(Client(), name, referral.pk).url.startswith(reverse("account_login"))


def test_only_those_who_may_refer_see_the_start(north, south, sign_in):
    assert page(sign_in(north.cast.sgc), "start").status_code == 403
    assert page(sign_in(south.cast.referrer), "start").status_code == 200
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
    assert page(client, "page", referral.pk, "lead").status_code == 404


def test_the_business_unit_enters_one_for_somebody_who_wrote(north, sign_in):
    client = sign_in(north.cast.bum)
    address = reverse("referrals:on_behalf", args=[north.partnership.pk])
    assert f'value="{ReferralSource.CDOP}"' not in client.get(address).content.decode()

    wrong = client.post(address, {"source": "agency", "channel": "letter"})
    assert set(wrong.context["form"].errors) == {"agency", "referrer_name", "first_told_at"}

    client.post(
        address,
        {
            "source": "agency",
            "agency": north.school.pk,
            "referrer_name": "Jo Head",
            "channel": "letter",
            **posted("first_told_at", clock.now()),
        },
    )
    referral = Referral.objects.get()
    assert (referral.on_behalf, referral.referrer_name) == (True, "Jo Head")
    tasks = " ".join(page(client, "tasks", referral.pk).content.decode().split())
    assert "Entered by the business unit" in tasks
    assert "by letter" in tasks
    asked = client.get(at(referral, "you")).context["form"]
    assert asked["referrer_name"].value() == "Jo Head"
    assert "referrer_phone_not_known" in asked.fields


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


def test_the_referrer_is_told_where_it_stands_and_gets_the_outcome_letter(north, sign_in):
    referral = north.accepted()
    client = sign_in(north.cast.referrer)
    before = page(client, "referral", referral.pk).content.decode()
    assert page(client, "outcome", referral.pk).status_code == 404
    north.decide(referral)

    letter = page(client, "outcome", referral.pk).content.decode()

    assert "considering whether the criteria are met" in before
    assert "find that the criteria are met" in letter
    assert "thinks so" not in letter
    assert "/outcome/" in page(client, "referral", referral.pk).content.decode()


def test_a_file_goes_with_what_was_sent_and_the_business_unit_opens_it(north, outsider, sign_in):
    referral = north.submitted()
    has_opened(referral.case, north.cast.bum)
    client, unit = sign_in(north.cast.referrer), sign_in(north.cast.bum)

    wrong = page(
        client, "attach", referral.pk, title="Body map", upload=SimpleUploadedFile("map.pdf", b"MZ not a pdf")
    )
    added = page(client, "attach", referral.pk, title="Body map", upload=SimpleUploadedFile("map.pdf", PDF))

    assert list(wrong.context["form"].errors) == ["upload"]
    assert added.url == reverse("referrals:referral", args=[referral.pk])
    document = Document.objects.get()
    assert "Body map" in page(client, "referral", referral.pk).content.decode()
    link = reverse("casework:document", args=[document.pk])
    assert link in page(unit, "referral", referral.pk).content.decode()
    assert unit.get(link).status_code == 200
    assert page(sign_in(outsider), "attach", referral.pk).status_code == 404


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
        "referral tasks leave ask_endorsement endorse print outcome check submit resubmit record_la_first discard receipt return_to_referrer "
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
    save(client, referral, "account", account="Invented Hospital")

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
    assert (first.case.reference in shown, "Perhaps the same child" in shown) == (True, True)
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

    limbs = {"limb_abuse": "yes", "limb_harm": "yes"}
    page(
        client,
        "criteria_view",
        decision.pk,
        conflict="False",
        outcome=MET,
        reasons="It is met",
        sign="on",
        **limbs,
    )

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

    shown = page(sign_in(south.cast.rep), "page", referral.pk, "lead").content.decode()

    told = page(sign_in(south.cast.rep), "page", referral.pk, "told").content.decode()
    assert "Case Review Group representative" in shown
    assert "first told" in told
    assert "within 48 hours" in told


class TestDatesThatStartClocks:
    """What the answers of a referral make due is said on their page, by the script and by a button."""

    def test_the_local_authority_s_awareness_says_when_to_notify(self, north, sign_in):
        referral = north.begun()
        client = sign_in(north.cast.referrer)
        address = at(referral, "aware")

        shown = client.get(address).content.decode()
        answer = client.post(
            address,
            {
                **hidden(client, address),
                "la_aware": "yes",
                **posted("la_aware_at", london(2026, 9, 10, 9)),
                "foresee": "1",
            },
        )

        assert 'data-foreseen-form="referrals.forms.pages.ReferralDates"' in shown
        assert answer.status_code == 200
        assert not answer.context["form"].errors
        assert "due Thursday 17 September 2026" in answer.content.decode()
        # Nothing typed is lost, and nothing was taken as an answer.
        assert answer.context["form"]["la_aware"].value() == "yes"
        assert "la_aware_at" not in read_answers(north.fresh(referral).draft)

    def test_a_page_without_such_a_date_says_nothing(self, north, sign_in):
        referral = north.begun()
        shown = sign_in(north.cast.referrer).get(at(referral, "you")).content.decode()

        assert "data-foreseen" not in shown
        assert "Show what this makes due" not in shown
