"""The notification pack: what is known, in the national form's order; kept as it was keyed; read by those who may."""

from __future__ import annotations

import html
import re
from io import BytesIO

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from factories import has_opened

from casework import jobs
from casework.models import Event, Job, JobState
from casework.transitions import TransitionRefused
from correspondence.models import How, Notice, NoticeSubject
from decisions.kinds import contradiction
from decisions.printing import make_record
from govuk.widgets import posted
from lcspr import clock
from referrals import packs, printing, rules, services
from referrals.models import NotificationPack, NotificationState
from referrals.standing import pending_criteria
from tests.referrals.world import MET, NFA, PDF, child, london, relative

pytestmark = pytest.mark.django_db

NOW = london(2026, 6, 8, 12)


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch, at):
    at(NOW)
    monkeypatch.setattr(jobs.current_app, "send_task", lambda *args, **kwargs: None)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(response.content.decode())))


def lines_of(notification):
    """The pack's values by section and label."""
    return {
        section["plain_title"] or section["title"]: {
            line["label"]: line["value"] for line in section["lines"]
        }
        for section in packs.pack_of(notification)
    }


def pack_address(notification):
    return reverse("referrals:pack", args=[notification.pk])


def opened(client, person, notification):
    has_opened(notification.case, person)
    return client


def revealed(client, notification):
    client.post(reverse("casework:reveal", args=[notification.case_id]), {"next": pack_address(notification)})
    return client


def pdf_text(job):
    job.refresh_from_db()
    assert (job.state, job.failure) == (JobState.DONE, "")
    return " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(job.file.read())).pages)


# What it says


def test_it_is_built_from_what_was_referred_and_decided_in_the_national_forms_order(north):
    notification = north.owed(
        child(sex="female", ethnicity="WBRI", placement="U", legal_status="C2", responsible_la="not_known"),
        la_aware_at=london(2026, 6, 8, 10, 15),
    )

    sections = packs.pack_of(notification)
    said = lines_of(notification)

    assert [section["plain_title"] or section["title"] for section in sections] == [
        "Notifier",
        "Reason for notifying",
        "Incident",
        "Child 1 of 1: Child 1",
        "Family network",
        "Setting",
        "Agencies",
        "Police and courts",
        "Media",
        "Immediate action for safety",
        "Safeguarding partners",
        "Further children and information",
    ]
    assert said["Notifier"]["Local authority that notifies"] == north.council.name
    assert said["Reason for notifying"]["Reasons"] == (
        "Serious harm to a child; abuse or neglect is known or suspected"
    )
    assert said["Incident"]["When the local authority became aware"] == "8 June 2026 at 10:15am"
    robin = said["Child 1 of 1: Child 1"]
    assert (robin["First names"], robin["Date of birth"], robin["Age when it happened"]) == (
        "Robin",
        "17 May 2020",
        "6",
    )
    assert (robin["Sex"], robin["Looked after"], robin["Placement"]) == (
        "Female",
        "Yes",
        "With foster carers",
    )
    assert said["Agencies"]["Agencies told"] == "Police"
    assert said["Safeguarding partners"]["Criteria for a rapid review met"] == (
        "Yes: the three safeguarding partners agree"
    )
    assert "8 June 2026" in said["Safeguarding partners"]["Their views"]


def test_what_is_not_known_is_missing_and_not_the_words_not_known(north):
    notification = north.owed(la_aware_at=clock.now())

    missing = [
        (section["id"].partition("-")[0], line["label"])
        for section, line in packs.missing_in(packs.pack_of(notification))
    ]

    assert ("child", "Ethnicity") in missing
    assert ("notifier", "Name of the notifier") in missing
    assert ("incident", "Summary") in missing
    assert ("child", "First names") not in missing
    assert "Not known yet" not in str(packs.pack_of(notification))


def test_where_two_referrals_differ_the_earliest_speaks_and_the_other_is_noted():
    then = [{"title": "Incident", "lines": [{"id": "a", "label": "Place", "value": "School"}]}]
    now = [
        {
            "title": "Incident",
            "lines": [
                {"id": "a", "label": "Place", "value": "Hospital"},
                {"id": "b", "label": "Country", "value": ""},
            ],
        }
    ]

    assert rules.changes(then, now) == [rules.Change("Incident", "Place", "School", "Hospital")]
    assert rules.changes(now, now) == []
    assert rules.changes(now, then) == [rules.Change("Incident", "Place", "Hospital", "School")]


def test_four_children_are_listed_and_the_fifth_stands_under_further_information(north, sign_in):
    notification = north.owed(
        *(child(forenames=f"Name{n}", born_on=f"201{n}-05-17") for n in range(5)), la_aware_at=clock.now()
    )

    said = lines_of(notification)
    titles = [title for title in said if title.startswith("Child ")]

    assert titles == [f"Child {n} of 4: Child {n}" for n in (1, 2, 3, 4)]
    assert said["Further children and information"]["Child 5: name and date of birth"] == (
        "Name4 Example, 17 May 2014"
    )
    assert "There are 5 children." in packs.warnings_of(notification)[0]
    client = opened(sign_in(north.cast.lan), north.cast.lan, notification)
    assert "There are 5 children. The national form lists four" in text_of(
        client.get(pack_address(notification))
    )


def test_an_unborn_child_is_keyed_by_the_expected_date(north):
    unborn = child(
        forenames="",
        surname="Example",
        born_on=None,
        birth="unborn",
        expected_on="2026-09-01",
        forenames_not_known=True,
    )
    notification = north.owed(unborn, la_aware_at=clock.now())

    said = lines_of(notification)["Child 1 of 1: Child 1"]

    assert (said["Not born yet: expected on"], said["Age when it happened"]) == (
        "1 September 2026",
        "Not born yet",
    )
    assert "Date of birth" not in said
    assert any("was not born yet" in warning for warning in packs.warnings_of(notification))


def test_a_child_harmed_in_wales_is_notified_by_the_authority_of_the_home(north, sign_in):
    referral = north.submitted(
        la_aware_at=london(2026, 6, 8, 10, 15), outside_england="yes", country="Wales", incident_la=None
    )
    north.standing()
    has_opened(referral.case, north.cast.bum)
    client = sign_in(north.cast.bum)
    answers = {
        "pseudonym": "Child V",
        "incident_la": north.council.pk,
        "home_la": north.council.pk,
        **posted("la_aware_at", london(2026, 6, 8, 10, 15)),
    }
    client.post(reverse("referrals:accept", args=[referral.pk]), answers)

    notification = north.decide(referral).seriousincidentnotifications.get()
    said = lines_of(notification)

    assert (said["Incident"]["Outside England"], said["Incident"]["Country"]) == ("Yes", "Wales")
    assert "Area where it happened" not in said["Incident"]
    assert said["Notifier"]["Local authority that notifies"] == north.council.name
    assert north.clock(notification, "DL-01").owed_agency == north.council
    assert any("outside England" in warning for warning in packs.warnings_of(notification))


def test_a_partner_split_is_in_the_pack_and_the_date_stays(north):
    referral = north.accepted(la_aware_at=london(2026, 6, 8, 10, 15))
    for partner, outcome in (("police", NFA), ("icb", NFA), ("la", MET)):
        north.view(referral, partner, outcome)

    notification = services.notify_alone(
        pending_criteria(referral.case), by=north.cast.dsp_la, reasons="The duty is ours", on=clock.today()
    )

    said = lines_of(notification)["Safeguarding partners"]
    assert said["Criteria for a rapid review met"] == (
        "The local authority holds that they are, and notifies although a partner disagrees"
    )
    assert "the police" in said["Who differs"]
    assert north.clock(referral, "DL-01").due_on.isoformat() == "2026-06-15"


# Its page


def test_names_are_hidden_until_they_are_opened_and_every_reading_is_recorded(north, sign_in):
    notification = north.owed(
        child(surname="Quillfeather"), family=[relative(surname="Otherfeather")], la_aware_at=clock.now()
    )
    client = opened(sign_in(north.cast.lan), north.cast.lan, notification)

    before = text_of(client.get(pack_address(notification)))
    reads = Event.objects.filter(
        verb="read", object=f"referrals.SeriousIncidentNotification:{notification.pk}"
    )
    assert reads.filter(actor=north.cast.lan).count() == 1
    after = text_of(revealed(client, notification).get(pack_address(notification)))

    assert "feather" not in before
    assert "Not shown: open the names" in before
    assert "Robin Quillfeather" in after
    assert "Morgan Otherfeather" in after
    assert Event.objects.filter(verb="revealed", actor=north.cast.lan).count() == 1
    assert "This service sends nothing to the national form" in before


def test_it_is_for_notifier_business_unit_and_partners(north, south, sign_in):
    notification = north.owed(la_aware_at=clock.now())
    south.standing()

    answers = {}
    for who in ("lan", "bum", "dsp_police", "sgc", "ic", "lsp_la"):
        person = getattr(north.cast, who)
        has_opened(notification.case, person)
        answers[who] = sign_in(person).get(pack_address(notification)).status_code
    outsiders = [
        sign_in(each).get(pack_address(notification)).status_code for each in (south.cast.bum, south.cast.lan)
    ]

    assert answers == {"lan": 200, "bum": 200, "dsp_police": 200, "sgc": 403, "ic": 403, "lsp_la": 404}
    assert outsiders == [404, 404]


def test_what_is_missing_leads_to_where_it_is_answered_and_what_is_supplied_is_in_the_pack(north, sign_in):
    notification = north.owed(la_aware_at=clock.now())
    client = opened(sign_in(north.cast.lan), north.cast.lan, notification)
    child_key = services.children_of(notification.case)[0].pk
    box = f"child-{child_key}_ethnicity"

    page = client.get(pack_address(notification))
    complete = reverse("referrals:complete_pack", args=[notification.pk])
    assert f'href="{complete}#id_{box}"' in page.content.decode()
    assert f'id="id_{box}"' in client.get(complete).content.decode()

    client.post(complete, {box: "White: Irish"})

    notification.refresh_from_db()
    assert notification.state == NotificationState.DRAFTED
    assert lines_of(notification)["Child 1 of 1: Child 1"]["Ethnicity"] == "White: Irish"
    assert f"#id_{box}" not in client.get(pack_address(notification)).content.decode()


def test_the_preparation_holds_the_notifiers_details(north, sign_in):
    notification = north.owed(la_aware_at=clock.now())
    client = opened(sign_in(north.cast.lan), north.cast.lan, notification)
    listed = [str(each.pk) for each in services.children_of(notification.case)]

    client.post(
        reverse("referrals:prepare", args=[notification.pk]),
        {
            "listed": listed,
            "summary": "A child was hurt.",
            "notifier_name": "Pat Notifier",
            "arrests": "None",
        },
    )

    said = lines_of(notification.__class__.objects.get(pk=notification.pk))
    assert said["Notifier"]["Name of the notifier"] == "Pat Notifier"
    assert said["Incident"]["Summary"] == "A child was hurt."
    assert said["Police and courts"]["Arrests made"] == "None"


# Versions


def test_a_version_is_kept_once_and_a_new_one_only_when_something_changed(north):
    notification = north.owed(la_aware_at=clock.now())

    first = services.keep_pack(notification, by=north.cast.lan)
    assert services.keep_pack(notification, by=north.cast.lan) == first
    services.complete_pack(notification, by=north.cast.lan, supplied={"incident.place_name": "The old mill"})

    assert services.keep_pack(notification, by=north.cast.lan).number == 2


def test_what_was_keyed_is_kept_and_what_has_changed_since_is_shown(north, sign_in):
    notification = north.owed(la_aware_at=clock.now())
    first = services.keep_pack(notification, by=north.cast.lan)
    services.complete_pack(notification, by=north.cast.lan, supplied={"incident.place_name": "The old mill"})
    services.keep_pack(notification, by=north.cast.lan)
    client = opened(sign_in(north.cast.lan), north.cast.lan, notification)
    answers = {
        "reference": "CINS-1",
        "sender": "Pat",
        "listed": [str(each.pk) for each in services.children_of(notification.case)],
        "keyed": str(first.pk),
        "upload": SimpleUploadedFile("copy.pdf", PDF),
        **posted("sent_at", clock.now()),
    }

    client.post(reverse("referrals:record_sent", args=[notification.pk]), answers)

    notification.refresh_from_db()
    assert (notification.state, notification.keyed) == (NotificationState.SENT, first)
    kept = text_of(client.get(reverse("referrals:kept_pack", args=[notification.pk, 1])))
    assert "The national form was keyed from this version." in kept
    assert re.search(r"Name or address of the place Incident Not known The old mill", kept)
    assert client.get(reverse("referrals:kept_pack", args=[notification.pk, 9])).status_code == 404
    assert "Version 1 of the pack" in text_of(
        client.get(reverse("referrals:notification", args=[notification.pk]))
    )


def test_what_is_known_is_kept_at_the_sending_where_no_pack_was_made(north):
    notification = north.record_sent(north.owed(la_aware_at=clock.now()))

    pack = NotificationPack.objects.get()
    assert (notification.keyed, pack.number) == (pack, 1)
    assert "Robin" in pack.content


def test_a_kept_version_names_nobody_in_the_database(north):
    services.keep_pack(north.owed(child(surname="Quillfeather"), la_aware_at=clock.now()), by=north.cast.lan)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM referrals_notificationpack")
        (content,) = cursor.fetchone()
    assert b"Quillfeather" not in bytes(content)


def test_a_correction_after_sending_is_recorded_and_refused_before(north, sign_in):
    notification = north.owed(la_aware_at=clock.now())
    with pytest.raises(TransitionRefused):
        services.correct_notification(
            notification, by=north.cast.lan, what="A sister", told_at=clock.now(), how=How.EMAIL
        )
    notification = north.record_sent(notification)
    client = opened(sign_in(north.cast.lan), north.cast.lan, notification)

    client.post(
        reverse("referrals:correct_notification", args=[notification.pk]),
        {"what": "A sister was harmed too.", "how": "portal", **posted("told_at", clock.now())},
    )

    assert Notice.objects.filter(subject=NoticeSubject.NOTIFICATION_CHANGED).count() == 1
    page = text_of(client.get(reverse("referrals:notification", args=[notification.pk])))
    assert "A sister was harmed too." in page
    assert "This service never sends the notification" in page


# On paper


def test_the_pdf_holds_names_only_where_they_were_opened(north, sign_in):
    notification = north.owed(child(surname="Quillfeather"), la_aware_at=clock.now())
    client = opened(sign_in(north.cast.lan), north.cast.lan, notification)

    client.post(pack_address(notification))
    plain = Job.objects.get()
    jobs.run(str(plain.pk), printing.make_pack)
    revealed(client, notification).post(pack_address(notification))
    named = Job.objects.exclude(pk=plain.pk).get()
    jobs.run(str(named.pk), printing.make_pack)

    without, with_names = pdf_text(plain), pdf_text(named)
    assert "OFFICIAL-SENSITIVE" in without
    assert "Quillfeather" not in without
    assert "Quillfeather" in with_names
    assert (NotificationPack.objects.count(), plain.cases) == (1, [notification.case_id])
    assert "Quillfeather" not in f"{named.title} {named.file_name} {named.asked}"


def test_the_pdf_is_refused_to_whoever_may_no_longer_open_the_case(north):
    notification = north.owed(la_aware_at=clock.now())
    pack = services.keep_pack(notification, by=north.cast.lan)
    stranger = north.cast.person("referrer", agency="school")
    job = jobs.ask(
        "referrals.tasks.make_pack",
        by=stranger,
        title="Pack",
        origin="/",
        asked={"pack": str(pack.pk), "names": "yes"},
    )

    jobs.run(str(job.pk), printing.make_pack)

    job.refresh_from_db()
    assert (job.state, job.failure) == (JobState.FAILED, printing.GONE)


def test_a_referrer_has_a_pdf_of_the_referral_for_their_own_file(north, south, sign_in):
    referral = north.submitted(child(surname="Quillfeather"), account="A child was hurt at home.")
    client = sign_in(north.sender)
    address = reverse("referrals:print", args=[referral.pk])

    client.post(address)
    job = Job.objects.get()
    jobs.run(str(job.pk), printing.make_copy)

    said = pdf_text(job)
    assert "OFFICIAL-SENSITIVE" in said
    assert "Quillfeather" in said
    assert "A child was hurt at home." in said
    assert "Make a PDF of this referral" in text_of(client.get(address))
    assert sign_in(south.sender).post(address).status_code == 404
    other = jobs.ask(
        "referrals.tasks.make_copy",
        by=south.sender,
        title="Copy",
        origin="/",
        asked={"referral": str(referral.pk)},
    )
    jobs.run(str(other.pk), printing.make_copy)
    other.refresh_from_db()
    assert other.state == JobState.FAILED


# The decision


def test_a_view_answers_both_parts_of_the_criteria_and_they_must_agree(north, sign_in):
    referral = north.accepted()
    has_opened(referral.case, north.cast.dsp_police)
    client = sign_in(north.cast.dsp_police)
    decision = pending_criteria(referral.case)
    address = reverse("referrals:criteria_view", args=[decision.pk])
    answers = {"conflict": "False", "outcome": MET, "reasons": "It is met", "sign": "on"}

    without = client.post(address, answers)
    assert set(without.context["form"].errors) == {"limb_abuse", "limb_harm"}
    against = client.post(address, {**answers, "limb_abuse": "yes", "limb_harm": "no"})
    assert list(against.context["form"].errors) == ["outcome"]
    client.post(address, {**answers, "limb_abuse": "yes", "limb_harm": "yes"})

    view = decision.views.get()
    assert view.found == [
        ("Is abuse or neglect of a child known or suspected?", "Yes"),
        ("Has a child died or been seriously harmed?", "Yes"),
    ]


@pytest.mark.parametrize(
    ("findings", "outcome", "agrees"),
    [
        ({"a": "yes", "b": "yes"}, MET, True),
        ({"a": "yes", "b": "unsure"}, MET, True),
        ({"a": "no", "b": "yes"}, MET, False),
        ({"a": "yes", "b": "yes"}, NFA, False),
        ({"a": "unsure", "b": "yes"}, NFA, True),
        ({}, NFA, True),
        ({}, MET, True),
    ],
)
def test_what_is_found_on_the_parts_and_on_the_whole(findings, outcome, agrees):
    assert (contradiction(findings, outcome) == "") == agrees


def test_the_record_of_the_decision_as_a_pdf_says_who_found_what(north, sign_in):
    referral = north.accepted()
    north.view(referral, "la", MET, findings={"limb_abuse": "yes", "limb_harm": "unsure"})
    decision = pending_criteria(referral.case)
    has_opened(referral.case, north.cast.dsp_la)
    client = sign_in(north.cast.dsp_la)
    address = reverse("decisions:record", args=[decision.pk])

    client.post(address)
    job = Job.objects.get()
    jobs.run(str(job.pk), make_record)

    said = re.sub(r"\s+", " ", pdf_text(job))
    assert "OFFICIAL-SENSITIVE" in said
    assert "The la thinks so." in said
    assert "Has a child died or been seriously harmed? Not sure" in said
    assert "Make a PDF of this record" in text_of(client.get(address))
