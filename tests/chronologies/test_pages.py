"""The pages: each agency its own rows, nobody another's, and the combined view for those who review."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from casework.services import admit
from chronologies import services
from chronologies.models import Chronology, Entry
from chronologies.waiting import waiting
from govuk.widgets import posted
from lcspr import clock

pytestmark = pytest.mark.django_db


def _text(response) -> str:
    return response.content.decode()


def _entry_form(**more):
    return {
        **posted("event_on", dt.date(2026, 3, 4)),
        "precision": "exact",
        "event_time": "",
        "source_record": "Register, page 12",
        "contact_type": "absence",
        "what_happened": "Not in school",
        "child_seen": "not_seen",
        **more,
    }


def _pages(case, chronology, entry):
    acts = Chronology._meta.get_field("state").get_all_transitions(Chronology)
    return {
        *(reverse(f"chronologies:{act.name}", args=[chronology.pk]) for act in acts),
        *(
            reverse(f"chronologies:{name}", args=[case.pk])
            for name in ("case", "request", "combined", "lock_combined")
        ),
        *(reverse(f"chronologies:{name}", args=[chronology.pk]) for name in ("chronology", "add_entry")),
        *(reverse(f"chronologies:{name}", args=[entry.pk]) for name in ("correct_entry", "withdraw_entry")),
    }


def test_an_outsider_finds_nothing_anywhere(case, school, writer, write, outsider, open_page):
    entry = write(school, by=writer)
    client = open_page(outsider)

    for page in sorted(_pages(case, school, entry)):
        assert client.get(page).status_code == 404, page
        assert client.post(page).status_code == 404, page


def test_an_agency_sees_its_own_rows_and_neither_another_s_nor_the_combined_ones(
    case, school, clinic, writer, nurse, send_in, cast, open_page
):
    send_in(school, by=writer, what_happened="Seen at the school only")
    send_in(clinic, by=nurse, what_happened="Seen at the clinic only")
    for chronology in (school, clinic):
        services.accept_chronology(chronology, by=cast.bum, at=clock.now())
    theirs = Entry.objects.get(chronology=clinic)
    client = open_page(writer)

    listed = client.get(reverse("chronologies:case", args=[case.pk]))
    own = client.get(reverse("chronologies:chronology", args=[school.pk]))

    assert [row[0]["text"] for row in listed.context["rows"]] == ["NSCP school"]
    assert "Seen at the school only" in _text(own)
    assert "Seen at the clinic only" not in _text(own)
    assert client.get(reverse("chronologies:chronology", args=[clinic.pk])).status_code == 404
    assert client.get(reverse("chronologies:correct_entry", args=[theirs.pk])).status_code == 404
    assert client.get(reverse("chronologies:combined", args=[case.pk])).status_code == 403
    assert list(Entry.objects.combined_for(writer)) == []
    assert [entry.chronology for entry in Entry.objects.visible_to(writer)] == [school]


def test_an_author_named_for_one_agency_sees_that_one(case, school, clinic, nurse, open_page):
    client = open_page(nurse)

    assert list(Chronology.objects.visible_to(nurse)) == [clinic]
    assert client.get(reverse("chronologies:chronology", args=[school.pk])).status_code == 404
    assert client.get(reverse("chronologies:combined", args=[case.pk])).status_code == 403


def test_a_panel_member_reads_the_combined_chronology_and_no_raw_one(
    case, school, writer, send_in, cast, open_page
):
    send_in(school, by=writer, what_happened="Accepted row")
    admit(case, role=Role.PM, user=cast.pm, why="Named", by=cast.bum, on=clock.today())
    client = open_page(cast.pm)

    before = _text(client.get(reverse("chronologies:combined", args=[case.pk])))
    services.accept_chronology(school, by=cast.bum, at=clock.now())
    after = _text(client.get(reverse("chronologies:combined", args=[case.pk])))

    assert "Accepted row" not in before
    assert "Accepted row" in after
    assert client.get(reverse("chronologies:chronology", args=[school.pk])).status_code == 404
    assert client.get(reverse("chronologies:lock_combined", args=[case.pk])).status_code == 403


def test_a_partner_reads_no_chronology(case, school, cast, open_page):
    client = open_page(cast.dsp_la)

    assert client.get(reverse("chronologies:case", args=[case.pk])).status_code == 403
    assert client.get(reverse("chronologies:combined", args=[case.pk])).status_code == 403
    assert client.get(reverse("chronologies:chronology", args=[school.pk])).status_code == 404


def test_those_who_read_do_not_write(case, school, writer, write, cast, open_page):
    entry = write(school, by=writer)
    client = open_page(cast.sgc)

    assert client.get(reverse("chronologies:chronology", args=[school.pk])).status_code == 200
    for name, key in (("add_entry", school.pk), ("correct_entry", entry.pk), ("submit", school.pk)):
        assert client.post(reverse(f"chronologies:{name}", args=[key])).status_code == 403


def test_asking_an_agency_on_a_page(case, cast, nurse, open_page):
    client = open_page(cast.bum)
    page = reverse("chronologies:request", args=[case.pk])
    form = {"agency": cast.agency("clinic").pk, **posted("due_on", clock.today() + dt.timedelta(days=21))}

    wrong = client.post(page, {**form, "author": cast.rep.pk})
    client.post(page, {**form, "author": nurse.pk})

    assert wrong.context["form"].errors["author"] == ["Choose somebody who works for NSCP clinic"]
    assert Chronology.objects.get().author == nurse


def test_writing_correcting_and_sending_in_on_pages(case, school, writer, child, cast, open_page):
    client = open_page(writer)
    add = reverse("chronologies:add_entry", args=[school.pk])

    client.post(add, _entry_form(persons=[child.pk], event_time="9:30am", significant="on"))
    entry = Entry.objects.get()
    correct = reverse("chronologies:correct_entry", args=[entry.pk])
    offered = client.get(correct).context["form"]
    client.post(correct, _entry_form(version=entry.version, what_happened="Came at ten"))
    client.post(reverse("chronologies:submit", args=[school.pk]))
    open_page(cast.bum).post(reverse("chronologies:accept", args=[school.pk]))

    assert (entry.event_time, entry.persons, entry.significant) == (dt.time(9, 30), [child.pk], True)
    assert offered["event_time"].value() == "9:30am"
    assert offered.initial["version"] == 1
    corrected = Entry.objects.get()
    assert (corrected.version, corrected.what_happened, corrected.significant) == (2, "Came at ten", False)
    assert Chronology.objects.get().state == "accepted"


def test_a_lost_race_keeps_what_was_typed(school, writer, write, open_page):
    entry = write(school, by=writer)
    services.correct_entry(entry, version=1, by=writer, what_happened="A colleague’s words")

    answer = open_page(writer).post(
        reverse("chronologies:correct_entry", args=[entry.pk]),
        _entry_form(version=1, what_happened="My words"),
    )

    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()[0].startswith("Somebody else changed this entry")
    assert "My words" in _text(answer)
    assert Entry.objects.get().what_happened == "A colleague’s words"


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"what_happened": ""}, "what_happened", "Enter what happened"),
        (
            {"what_happened": "a" * 20_001},
            "what_happened",
            "What happened must be 20000 characters or fewer (now 20001)",
        ),
        ({"source_record": ""}, "source_record", "Enter where it is recorded"),
        ({"event_on-month": "13"}, "event_on", "The date of the event must be a real date"),
        (
            {"event_time": "5:30"},
            "event_time",
            "The time must say am or pm, or use the 24-hour clock, like 5:30pm or 17:30",
        ),
        ({"event_time": "soon"}, "event_time", "The time must be a time like 5:30pm or 17:30"),
    ],
)
def test_a_wrong_answer_is_told_beside_the_question(school, writer, open_page, change, field, sentence):
    answer = open_page(writer).post(
        reverse("chronologies:add_entry", args=[school.pk]), _entry_form(**change)
    )

    assert answer.context["form"].errors[field] == [sentence]
    assert list(Entry.objects.all()) == []


def test_a_date_to_come_is_told_beside_the_question(school, writer, open_page):
    tomorrow = posted("event_on", clock.today() + dt.timedelta(days=1))

    answer = open_page(writer).post(
        reverse("chronologies:add_entry", args=[school.pk]), _entry_form(**tomorrow)
    )

    assert answer.context["form"].errors["event_on"] == ["The date of the event must be today or in the past"]


def test_a_date_before_the_birth_is_kept_with_a_warning(school, writer, child, open_page):
    before = posted("event_on", dt.date(2019, 1, 1))

    answer = open_page(writer).post(
        reverse("chronologies:add_entry", args=[school.pk]), _entry_form(**before), follow=True
    )

    assert Entry.objects.get().event_on == dt.date(2019, 1, 1)
    assert "before the birth of every child" in _text(answer)


def test_precision_and_pseudonyms_are_shown(school, writer, write, child, open_page):
    write(school, by=writer, precision="about", persons=[child.pk])
    write(school, by=writer, precision="month", event_on=dt.date(2025, 2, 1))
    write(school, by=writer, precision="year", event_on=dt.date(2024, 1, 1))

    entries = open_page(writer).get(reverse("chronologies:chronology", args=[school.pk])).context["entries"]

    assert [(row["when"], row["persons"]) for row in entries] == [
        ("2024", ""),
        ("February 2025", ""),
        ("about 4 March 2026", "Child R"),
    ]


def test_the_combined_view_is_filtered_by_the_address(
    case, school, clinic, writer, nurse, send_in, write, cast, open_page
):
    write(school, by=writer, what_happened="Significant at school", significant=True)
    send_in(school, by=writer, what_happened="Usual at school")
    send_in(clinic, by=nurse, what_happened="Usual at clinic")
    for chronology in (school, clinic):
        services.accept_chronology(chronology, by=cast.bum, at=clock.now())
    client = open_page(cast.sgc)

    def shown(**filters):
        answer = client.get(reverse("chronologies:combined", args=[case.pk]), filters)
        return {row["entry"].what_happened for row in answer.context["entries"]}

    everything = {"Significant at school", "Usual at school", "Usual at clinic"}
    assert shown() == everything
    assert shown(agency=str(school.agency_id)) == {"Significant at school", "Usual at school"}
    assert shown(significant="yes") == {"Significant at school"}
    assert shown(agency=str(clinic.agency_id), significant="yes") == set()
    assert shown(agency="not a key") == everything


def test_each_agency_has_its_colour_and_its_name(
    case, school, clinic, writer, nurse, send_in, cast, open_page
):
    for chronology, person in ((school, writer), (clinic, nurse)):
        send_in(chronology, by=person)
        services.accept_chronology(chronology, by=cast.bum, at=clock.now())

    rows = open_page(cast.bum).get(reverse("chronologies:combined", args=[case.pk])).context["entries"]

    assert [(row["agency"], row["colour"]) for row in rows] == [("clinic", "teal"), ("school", "purple")]


def test_locking_on_a_page_says_who_is_outstanding(case, school, writer, send_in, cast, open_page):
    client = open_page(cast.bum)
    page = reverse("chronologies:lock_combined", args=[case.pk])
    send_in(school, by=writer)

    blocked = client.post(page)
    services.accept_chronology(school, by=cast.bum, at=clock.now())
    done = client.post(page, follow=True)

    assert "The chronology of NSCP school is not accepted yet" in _text(blocked)
    assert "Version 1" in _text(done)


def test_acts_without_questions_work_on_pages(school, writer, cast, open_page):
    client = open_page(writer)

    client.post(reverse("chronologies:acknowledge", args=[school.pk]))
    client.post(reverse("chronologies:begin", args=[school.pk]))
    client.post(reverse("chronologies:say_nothing_held", args=[school.pk]), {"statement": "Every register"})
    open_page(cast.bum).post(
        reverse("chronologies:send_back", args=[school.pk]),
        {"reason": "Look at the archive", **posted("due_on", clock.today())},
    )

    page = _text(client.get(reverse("chronologies:chronology", args=[school.pk])))
    assert "Look at the archive" in page
    assert client.post(reverse("chronologies:acknowledge", args=[school.pk])).status_code == 409


@pytest.mark.parametrize("name", ["case", "chronology", "combined"])
def test_lists_ask_the_same_of_the_database_for_one_row_and_three(
    name, case, cast, school, writer, send_in, write, open_page, ask
):
    send_in(school, by=writer)
    services.accept_chronology(school, by=cast.bum, at=clock.now())
    key = school.pk if name == "chronology" else case.pk
    client, page = open_page(cast.bum), reverse(f"chronologies:{name}", args=[key])

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        return len(queries)

    client.get(page)
    one = asked()
    services.return_chronology(school, reason="More", due_on=clock.today(), by=cast.bum, at=clock.now())
    for number in (2, 3):
        write(school, by=writer, what_happened=f"Row {number}")
        ask(f"agency {number}")
    services.submit_chronology(school, by=writer, at=clock.now())
    services.accept_chronology(school, by=cast.bum, at=clock.now())

    assert asked() == one


def test_what_waits_on_whom(case, school, clinic, writer, nurse, send_in, cast, outsider):
    def verbs(user, of=None):
        return [(found.verb, found.mine) for found in waiting(user, of)]

    assert verbs(writer) == [("Write the chronology of school", True)]
    assert verbs(nurse) == [("Write the chronology of clinic", True)]
    assert (verbs(outsider), verbs(outsider, case)) == ([], [])
    assert verbs(cast.bum) == [("2 chronologies still to come", False)]

    send_in(school, by=writer)

    assert verbs(writer) == []
    assert verbs(cast.bum) == [
        ("Accept or send back the chronology of school", True),
        ("The chronology of clinic is still to come", False),
    ]
    assert set(verbs(cast.bum, case)) == {
        ("Accept or send back the chronology of school", True),
        ("Write the chronology of clinic", False),
    }
    assert verbs(cast.sgc) == []


def test_two_clicks_add_one_entry(school, writer, open_page):
    client, page = open_page(writer), reverse("chronologies:add_entry", args=[school.pk])
    key = client.get(page).context["form"]["key"].value()

    codes = [client.post(page, _entry_form(key=key)).status_code for _ in range(2)]

    assert codes == [302, 302]
    assert Entry.objects.count() == 1
