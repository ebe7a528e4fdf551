"""Settings: what a business manager changes, what is written down of it, and who may not."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import CaseFactory, PartnershipAgencyFactory

from accounts.models import Agency, DirectoryEntry, Invitation, PartnershipAgency
from accounts.settings_choices import DecisionModel
from accounts.words import STANDARD_WORDS
from actions.models import Action
from casework.models import Case, Event
from casework.services import raise_wall
from decisions.models import Decision
from desk.settings import services
from lcspr import clock
from referrals.permissions import may_send

pytestmark = pytest.mark.django_db
PAGES = ("settings", "names", "contacts", "deciding", "directory", "add_entry", "agencies", "add_agency")


def at(name, *args, **query):
    return reverse(f"desk:{name}", args=args) + "".join(f"?{k}={v}" for k, v in query.items())


def form_of(client, address):
    """What the form of a page holds, as a browser would send it back."""
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False, "")}


def saved(client, address, **changes):
    return client.post(address, form_of(client, address) | changes)


@pytest.fixture
def manager(cast, sign_in):
    return sign_in(cast.bum)


def errors(page):
    return [message for messages in page.context["form"].errors.values() for message in messages]


# Who may.


def test_only_business_managers_open_settings(cast, sign_in):
    for person in (cast.bu, cast.sgc, cast.ic, cast.dsp_la, cast.rep, cast.adm):
        client = sign_in(person)
        assert {client.get(at(name)).status_code for name in PAGES} == {403}
        assert {client.post(at(name)).status_code for name in PAGES} == {403}
    assert reverse("desk:settings") not in sign_in(cast.bu).get(reverse("desk:home")).content.decode()
    assert reverse("desk:settings") in sign_in(cast.bum).get(reverse("desk:home")).content.decode()


def test_another_partnerships_manager_neither_sees_nor_changes_anything_here(cast, other_cast, sign_in):
    entry = listed(cast)
    stranger, here = sign_in(other_cast.bum), {"partnership": cast.partnership.pk}
    before = services.names_of(cast.partnership)

    found = {stranger.get(at(name, **here)).status_code for name in PAGES}
    sent = {stranger.post(at(name, **here), {"name": "Ours now"}).status_code for name in PAGES[1:]}
    of_records = {
        stranger.post(at(name, key), {"name": "x"}).status_code
        for name, key in (
            ("change_entry", entry.pk),
            ("remove_entry", entry.pk),
            ("domains", cast.agency("school").pk),
            ("end_agency", cast.agency("school").pk),
        )
    }

    assert PartnershipAgency.objects.current().filter(agency=cast.agency("school")).exists()
    assert (found, sent - {405}, of_records) == ({404}, {404}, {404})
    cast.partnership.refresh_from_db()
    assert services.names_of(cast.partnership) == before
    assert DirectoryEntry.objects.filter(pk=entry.pk).exists()


# Names, contacts.


def test_a_word_is_changed_used_and_written_down_with_what_it_was(cast, manager):
    saved(manager, at("names"), word_case_group="Learning Group", formerly="The old Board")

    cast.partnership.refresh_from_db()
    page = manager.get(at("names")).content.decode()
    assert cast.partnership.word("case_group") == "Learning Group"
    assert cast.partnership.formerly == "The old Board"
    assert "Learning Group" in Client().get(reverse("start_of", args=["nscp"])).content.decode()
    event = Event.objects.filter(verb=services.NAMES).get()
    assert event.actor == cast.bum
    assert "was “LCSPR Sub Group”, is “Learning Group”" in page
    assert page.count("Changed names and words") == 1


def test_an_emptied_word_is_the_standard_one_again(cast, manager):
    form = form_of(manager, at("names"))
    del form["word_case_group"]
    manager.post(at("names"), form)

    cast.partnership.refresh_from_db()
    assert cast.partnership.word("case_group") == STANDARD_WORDS["case_group"]


def test_saving_what_is_there_writes_nothing_down(cast, manager):
    assert saved(manager, at("names")).status_code == 302
    assert not Event.objects.filter(verb=services.NAMES).exists()


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("name", "", "Enter the name of the partnership"),
        ("word_case_group", "x" * 81, "Your word must be 80 characters or fewer"),
        (
            "word_review_short",
            "Panel",
            "Say which panel or which chair: there are several, and readers would mix them up",
        ),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(manager, field, text, said):
    page = saved(manager, at("names"), **{field: text})

    assert page.context["form"].errors[field] == [said]


def test_two_partnerships_cannot_have_one_name(cast, other_cast, manager):
    page = saved(manager, at("names"), name=other_cast.partnership.name.upper())

    assert errors(page) == ["Another partnership here has this name."]


def test_the_contacts_stand_on_the_start_page_at_once(cast, manager):
    saved(manager, at("contacts"), telephone="01632 960 555", front_door_telephone="01632 960 556")

    start = Client().get(reverse("start_of", args=["nscp"])).content.decode()
    assert "01632 960 555" in start
    assert "01632 960 556" in start


def test_the_business_units_telephone_is_never_empty(manager):
    assert errors(manager.post(at("contacts"), {"hours": "9 to 5"})) == [
        "Enter the telephone of the business unit"
    ]


# Two at once.


def test_of_two_managers_at_one_page_the_second_is_told_and_then_may_save(cast, sign_in):
    first, second = sign_in(cast.bum), sign_in(cast.person("bum"))
    theirs = form_of(second, at("contacts")) | {"telephone": "01632 960 222"}
    saved(first, at("contacts"), telephone="01632 960 111", hours="9am to 5pm")

    told = second.post(at("contacts"), theirs)

    assert told.status_code == 409
    assert errors(told) == [
        f"{cast.bum} changed this while you had it open. Nothing of yours is saved yet: see below what it says now, "
        "then save again to put yours in its place."
    ]
    text = told.content.decode()
    assert 'value="01632 960 222"' in text
    assert "“01632 960 111”" in text
    cast.partnership.refresh_from_db()
    assert cast.partnership.contacts["telephone"] == "01632 960 111"
    again = second.post(at("contacts"), theirs | {"seen": told.context["form"]["seen"].value()})
    cast.partnership.refresh_from_db()
    assert (again.status_code, cast.partnership.contacts["telephone"]) == (302, "01632 960 222")


# Deciding.


def test_who_decides_is_changed_with_who_agreed_and_open_decisions_keep_theirs(cast, manager):
    open_decision = decision_of(cast)

    nobody = saved(manager, at("deciding"), decision_model=DecisionModel.THREE_DSP)
    saved(manager, at("deciding"), decision_model=DecisionModel.THREE_DSP, agreed="Executive, 3 March")

    assert errors(nobody) == ["Say who agreed to this, and when"]
    cast.partnership.refresh_from_db()
    open_decision.refresh_from_db()
    assert cast.partnership.decision_model == DecisionModel.THREE_DSP
    assert open_decision.model == DecisionModel.IC_DECIDES
    page = manager.get(at("settings")).content.decode()
    assert "Executive, 3 March" in page
    assert "was “The independent chair, on the three partners’ views”" in page


def decision_of(cast):
    case: Case = CaseFactory(partnership=cast.partnership)
    return Decision.objects.create(
        case=case,
        kind="criteria",
        model=cast.partnership.decision_model,
        question="Met?",
        about=f"casework.Case:{case.pk}",
        opened_on="2026-03-02",
        opened_by=cast.bum,
    )


def test_agencies_can_always_refer(cast, manager):
    page = saved(manager, at("deciding"), sources_enabled=["court"], agreed="Executive")

    assert errors(page) == ["Agencies can always refer: leave that source open."]


def test_who_sends_a_referral_is_the_partnerships_to_say(cast, manager):
    cast.partnership.submitter_roles = ["rep"]
    cast.partnership.save()
    practitioner = cast.referrer.memberships.get()
    assert not may_send(practitioner)

    nobody = manager.post(
        at("deciding"), form_of(manager, at("deciding")) | {"submitter_roles": [], "agreed": "Executive"}
    )
    saved(manager, at("deciding"), submitter_roles=["rep", "referrer"], agreed="Executive, 3 March")

    assert errors(nobody) == ["Choose who sends an agency’s referral"]
    assert may_send(cast.referrer.memberships.select_related("partnership", "agency").get())
    assert "was “Agency representative”" in manager.get(at("settings")).content.decode()


# The directory.


def listed(cast, name="Rita Stone", agency=None, **fields):
    return DirectoryEntry.objects.create(
        partnership=cast.partnership,
        agency=agency or cast.agency("school"),
        name=name,
        phone="01632 960 001",
        **fields,
    )


def test_somebody_is_added_changed_shown_and_taken_out(cast, manager):
    entry = {"agency": str(cast.agency("school").pk), "name": "Rita Stone", "phone": "01632 960 001"}
    start = reverse("start_of", args=["nscp"])

    manager.post(at("add_entry"), entry)
    hidden = Client().get(start).content.decode()
    row = DirectoryEntry.objects.get()
    saved(manager, at("change_entry", row.pk), is_public="on")
    shown = Client().get(start).content.decode()
    asked = manager.get(at("remove_entry", row.pk)).content.decode()
    manager.post(at("remove_entry", row.pk))

    assert "What they did in this service stays on the record" in asked
    assert ("Rita Stone" in hidden, "Rita Stone" in shown) == (False, True)
    assert "Rita Stone" not in Client().get(start).content.decode()
    page = manager.get(at("directory")).content.decode()
    for said in ("Added Rita Stone", "Shown to everybody: was “No”, is “Yes”", "Took Rita Stone"):
        assert said in page


def test_an_entry_that_reaches_nobody_or_stands_twice_is_refused(cast, manager):
    listed(cast)
    entry = {"agency": str(cast.agency("school").pk), "name": "Rita Stone"}

    assert errors(manager.post(at("add_entry"), entry)) == [
        "Rita Stone stands in the directory for NSCP school already.",
        "Enter a telephone number or an e-mail address: the directory is for reaching people.",
    ]


def test_an_agency_of_another_partnership_cannot_be_listed(cast, other_cast, manager):
    theirs = other_cast.agency("school")

    page = manager.post(at("add_entry"), {"agency": str(theirs.pk), "name": "X", "phone": "1"})

    assert list(page.context["form"].errors) == ["agency"]
    assert theirs.name not in page.content.decode()


def test_an_entry_taken_out_meanwhile_is_said(cast, manager, sign_in):
    entry = listed(cast)
    form = form_of(manager, at("change_entry", entry.pk))
    services.remove_entry(entry, by=cast.bum)

    assert manager.post(at("change_entry", entry.pk), form).status_code == 404


# Agencies and domains.


def test_domains_are_written_in_one_way_and_let_people_in(cast, manager):
    school = cast.agency("school")

    saved(manager, at("domains", school.pk), domains="@School.Example\n\nbücher.example\nschool.example")

    school.refresh_from_db()
    assert school.email_domains == ["school.example", "xn--bcher-kva.example"]
    assert "school.example, xn--bcher-kva.example" in manager.get(at("agencies")).content.decode()


def test_free_mail_and_nonsense_are_refused_beside_the_field(cast, manager):
    school = cast.agency("school")

    page = saved(manager, at("domains", school.pk), domains="gmail.com\nschool\nschool.example")

    assert page.context["form"].errors["domains"] == [
        "Anybody can have an address at gmail.com. Enter a domain that only the agency uses",
        "“school” is not a domain. Enter what stands after the @, like example.org",
    ]
    school.refresh_from_db()
    assert school.email_domains == []
    with pytest.raises(services.Refused):
        services.change_domains(
            cast.partnership,
            agency=school,
            domains=["gmail.com"],
            seen=services.stamp(services.domains_of(school)),
            by=cast.bum,
        )


def test_a_domain_that_many_share_is_said_when_it_is_entered(cast, manager):
    address = at("domains", cast.agency("hospital").pk)

    page = manager.post(address, form_of(manager, address) | {"domains": "nhs.net"}, follow=True)

    assert "Many share nhs.net" in page.content.decode()


def test_no_partnership_changes_whom_another_lets_in(cast, other_cast, manager):
    school = cast.agency("school")
    PartnershipAgencyFactory(partnership=other_cast.partnership, agency=school)

    page = manager.get(at("domains", school.pk)).content.decode()
    sent = manager.post(
        at("domains", school.pk),
        {"domains": "evil.example", "seen": services.stamp(services.domains_of(school))},
    )

    assert "a system administrator keeps them" in page
    assert errors(sent) == [
        f"{school} works with another partnership too, so an administrator keeps its domains."
    ]
    school.refresh_from_db()
    assert school.email_domains == []


def test_an_agency_is_added_the_known_one_where_there_is_one(cast, other_cast, manager):
    theirs = other_cast.agency("clinic")
    answers = {"short_name": "New", "kind": "school"}

    manager.post(at("add_agency"), {**answers, "name": theirs.name.upper()})
    manager.post(at("add_agency"), {**answers, "name": "Hill View School"})
    twice = manager.post(at("add_agency"), {**answers, "name": "hill view school"})

    added = PartnershipAgency.objects.filter(partnership=cast.partnership, agency__in=[theirs.pk])
    assert added.exists()
    assert Agency.objects.filter(name="Hill View School").count() == 1
    assert errors(twice) == ["Hill View School works with the partnership already."]
    theirs.refresh_from_db()
    assert theirs.short_name == "clinic"


def owing(cast, agency) -> None:
    """An open action of the agency in a case."""
    case = CaseFactory(partnership=cast.partnership, pseudonym="Baby Z")
    today = clock.today()
    Action.objects.create(
        case=case, number=1, agency=agency, owner=cast.rep, starts_on=today, due_on=today, added_by=cast.bum
    )


def test_an_agencys_work_ends_once_nobody_acts_for_it(cast, manager):
    leaving = cast.agency("leisure centre")
    person = cast.person("rep", agency="leisure centre")
    listed(cast, name="Lee Sure", agency=leaving)
    Invitation.objects.create(
        email="ivy@leisure.example",
        name="Ivy Tate",
        partnership=cast.partnership,
        agency=leaving,
        role="rep",
        invited_by=cast.bum,
        expires_at=clock.now() + dt.timedelta(days=7),
        secret_hash="0" * 64,
    )
    owing(cast, leaving)

    page = manager.get(at("end_agency", leaving.pk)).content.decode()
    too_soon = manager.post(at("end_agency", leaving.pk), {"reason": "Closed"})
    assert f"end the roles held for {leaving} by {person.name}" in page
    assert "take back what is prepared for Ivy Tate" in page
    assert "what it still owes in Baby Z" in page
    assert "take out Lee Sure" in page
    assert "Why does it no longer work" not in page
    assert len(errors(too_soon)) == 4

    person.memberships.update(until=clock.today())
    Invitation.objects.update(revoked_at=clock.now())
    Action.objects.all().delete()
    DirectoryEntry.objects.filter(agency=leaving).delete()
    assert errors(manager.post(at("end_agency", leaving.pk), {"reason": " "})) == [
        "Say why it no longer works with the partnership"
    ]
    done = manager.post(at("end_agency", leaving.pk), {"reason": "It closed in May."}, follow=True)

    assert not PartnershipAgency.objects.current().filter(agency=leaving).exists()
    assert "no longer works with" in done.content.decode()
    assert "It closed in May." in done.content.decode()
    assert manager.get(at("end_agency", leaving.pk)).status_code == 404
    manager.post(at("add_agency"), {"name": leaving.name, "short_name": "x", "kind": "other"})
    assert PartnershipAgency.objects.current().filter(agency=leaving).count() == 1


def test_whoever_is_walled_from_a_case_reads_nothing_of_it_here(cast, manager):
    leaving = cast.agency("leisure centre")
    owing(cast, leaving)
    raise_wall(Case.objects.get(), user=cast.bum, reason="Knows the family", by=cast.bu)

    page = manager.get(at("end_agency", leaving.pk)).content.decode()

    assert "Baby Z" not in page
    assert "what it still owes in a case that a colleague in the business unit follows" in page


def test_a_statutory_partner_is_not_ended_here(cast, manager):
    council = cast.agency("council")
    cast.partnership.members.filter(agency=council).update(statutory="la")

    refused = manager.post(at("end_agency", council.pk), {"reason": "They left."})

    assert errors(refused) == [
        f"{council} is a statutory safeguarding partner here: an administrator says which agency is."
    ]


@pytest.mark.parametrize("name", ["directory", "agencies"])
def test_a_list_of_three_costs_no_more_queries_than_one_of_one(cast, manager, name):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            manager.get(at(name))
        return len(seen)

    listed(cast)
    manager.get(at(name))
    one = queries()
    for number in range(3):
        listed(cast, name=f"Person {number}")
        cast.agency(f"agency {number}")

    assert queries() == one
