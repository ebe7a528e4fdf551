"""Getting in by a work address: who is let in, who is asked, who is told, and what nobody learns."""

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from factories import UserFactory

from accounts.models import AccountRequest, Invitation, Membership, OwnEntry, User
from accounts.roles import Role
from accounts.services import Refused, decline_request, refuse_newcomer
from referrals.models import Referral
from referrals.services import begin_referral

NOW = dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC)
PASSWORD = "seven quiet herons"
ABOUT = {"name": "Jo Tern", "job_title": "Teacher", "phone": "01632 960001", "password": PASSWORD}


@pytest.fixture(autouse=True)
def clock_at(time_machine, own_cache):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def school(cast):
    return with_domains(cast.agency("school"), "school.example")


def with_domains(agency, *domains):
    agency.email_domains = list(domains)
    agency.save()
    return agency


class Visitor:
    """Somebody at the door of one partnership, with a browser and a mailbox."""

    def __init__(self, mailoutbox, capture, code="nscp"):
        self.client, self.mail, self.capture, self.code = Client(), mailoutbox, capture, code

    def at(self, name):
        return reverse(name, args=[self.code])

    def send(self, name, /, **answers):
        with self.capture(execute=True):
            return self.client.post(self.at(name), answers)

    def ask(self, email):
        return self.send("get_in", email=email)

    @property
    def code_sent(self):
        return re.search(r"\b\d{6}\b", self.mail[-1].body).group()

    def prove(self, email):
        self.ask(email)
        return self.send("get_in_code", code=self.code_sent)

    def come_in(self, email, **answers):
        self.prove(email)
        return self.send("get_in_account", **{**ABOUT, **answers})


@pytest.fixture
def visitor(db, mailoutbox, django_capture_on_commit_callbacks):
    return Visitor(mailoutbox, django_capture_on_commit_callbacks)


@pytest.fixture
def another(db, mailoutbox, django_capture_on_commit_callbacks):
    return Visitor(mailoutbox, django_capture_on_commit_callbacks)


def errors(response):
    return [message for messages in response.context["form"].errors.values() for message in messages]


def test_a_work_address_of_one_agency_lets_in_and_leads_to_the_referral(cast, school, visitor):
    assert visitor.ask("Jo.Tern@SCHOOL.example").url == visitor.at("get_in_code")
    assert visitor.mail[-1].to == ["jo.tern@school.example"]
    assert visitor.send("get_in_code", code=visitor.code_sent).url == visitor.at("get_in_account")
    landed = visitor.send("get_in_account", **ABOUT)

    user = User.objects.get(email="jo.tern@school.example")
    membership = Membership.objects.get(user=user)
    assert landed.url == reverse("referrals:start")
    assert visitor.client.get(landed.url).status_code == 200
    assert (membership.partnership, membership.agency, membership.role) == (
        cast.partnership,
        school,
        Role.REFERRER,
    )
    assert (user.name, user.job_title, user.phone) == ("Jo Tern", "Teacher", "01632 960001")
    assert (user.check_password(PASSWORD), user.is_staff, user.is_superuser) == (True, False, False)
    assert EmailAddress.objects.get(user=user).verified
    assert OwnEntry.objects.get().chosen is False
    assert [message.to for message in visitor.mail] == [["jo.tern@school.example"]]


def test_they_see_their_own_referrals_and_nobody_elses(cast, school, visitor):
    theirs = begin_referral(cast.partnership, by=cast.referrer, agency=school)
    visitor.come_in("jo.tern@school.example")
    user = User.objects.get(email="jo.tern@school.example")
    own = begin_referral(cast.partnership, by=user, agency=school)

    assert list(Referral.objects.visible_to(user)) == [own]
    assert visitor.client.get(reverse("referrals:tasks", args=[theirs.pk])).status_code == 404
    assert visitor.client.get(reverse("people:list")).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "jo@sub.school.example",
        "jo@notschool.example",
        "jo@school.example.elsewhere.example",
        "jo@schооl.example",  # Cyrillic о
        "jo@gmail.com",
    ],
)
def test_no_other_domain_is_taken_for_the_agencys(cast, school, visitor, address):
    visitor.prove(address)
    page = visitor.client.get(visitor.at("get_in_account"))
    posted = visitor.send("get_in_account", **ABOUT, agency=str(school.pk))

    assert (page.url, posted.url) == (visitor.at("get_in_ask"), visitor.at("get_in_ask"))
    assert not Membership.objects.filter(role=Role.REFERRER).exists()


def test_an_agency_of_another_partnership_lets_nobody_in_here(cast, other_cast, visitor):
    with_domains(other_cast.agency("school"), "school.example")

    visitor.prove("jo@school.example")

    assert visitor.client.get(visitor.at("get_in_account")).url == visitor.at("get_in_ask")


def test_a_code_proven_for_one_partnership_opens_nothing_in_the_other(
    cast, other_cast, school, visitor, another
):
    with_domains(other_cast.agency("school"), "school.example")
    visitor.prove("jo@school.example")
    visitor.code = "sbscp"

    assert visitor.client.get(visitor.at("get_in_account")).url == visitor.at("get_in")


# What nobody learns.


def test_the_page_says_the_same_whether_or_not_an_account_exists(cast, school, visitor, another):
    known = UserFactory(email="known@school.example")

    answers = {}
    for who, address in ((visitor, "known@school.example"), (another, "other@school.example")):
        asked = who.ask(address)
        page = who.client.get(asked.url).content.decode()
        wrong = who.send("get_in_code", code="1234567").content.decode()
        again = who.send("get_in_code", action="resend")
        answers[address] = (
            asked.status_code,
            asked.url,
            *(plain(text, address) for text in (page, wrong)),
            (again.status_code, again.url),
        )

    assert answers[known.email] == answers["other@school.example"]
    subjects = {message.to[0]: message.subject for message in visitor.mail}
    assert subjects == {
        "known@school.example": "You have an account already",
        "other@school.example": "Your code",
    }
    to_known = next(message for message in visitor.mail if message.to == [known.email])
    assert re.search(r"\b\d{6}\b", to_known.body) is None
    assert reverse("account_login") in to_known.body


def plain(text, address):
    """A page without what changes with every request."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
    return text.replace(address, "ADDRESS")


def test_no_code_is_right_for_somebody_who_has_an_account(cast, school, visitor):
    UserFactory(email="known@school.example")
    visitor.ask("known@school.example")

    for typed in ("", "000000", " "):
        assert visitor.send("get_in_code", code=typed).status_code == 200
    assert visitor.client.get(visitor.at("get_in_account")).url == visitor.at("get_in")


def test_an_account_made_meanwhile_is_not_taken_over(cast, school, visitor):
    visitor.prove("jo@school.example")
    somebody = UserFactory(email="jo@school.example", name="Jo the first")

    page = visitor.send("get_in_account", **ABOUT)

    assert errors(page) == ["There is an account for this address now. Sign in with it."]
    somebody.refresh_from_db()
    assert (somebody.name, somebody.check_password(PASSWORD)) == ("Jo the first", False)
    assert not somebody.memberships.exists()


# The code.


def test_five_wrong_codes_end_it_and_the_right_one_comes_too_late(cast, school, visitor):
    visitor.ask("jo@school.example")
    right = visitor.code_sent
    wrong = "111111" if right != "111111" else "222222"

    for _ in range(4):
        page = visitor.send("get_in_code", code=wrong)
        assert errors(page) == ["The code is not right. Check it and try again"]
    assert visitor.send("get_in_code", code=wrong).url == visitor.at("get_in")
    assert visitor.send("get_in_code", code=right).url == visitor.at("get_in")
    assert visitor.client.get(visitor.at("get_in_account")).url == visitor.at("get_in")


def test_a_code_works_for_ten_minutes_and_in_the_browser_that_asked(cast, school, visitor, another, clock_at):
    visitor.ask("jo@school.example")
    code = visitor.code_sent

    assert another.send("get_in_code", code=code).url == another.at("get_in")
    clock_at.move_to(NOW + dt.timedelta(minutes=10, seconds=1), tick=False)
    assert visitor.send("get_in_code", code=code).url == visitor.at("get_in")


def test_a_new_code_replaces_the_old_and_only_twice(cast, school, visitor):
    visitor.ask("jo@school.example")
    first = visitor.code_sent
    visitor.send("get_in_code", action="resend")
    second = visitor.code_sent
    visitor.send("get_in_code", action="resend")
    visitor.send("get_in_code", action="resend")

    assert len(visitor.mail) == 3
    if first != visitor.code_sent:
        assert visitor.send("get_in_code", code=first).status_code == 200
    assert second != visitor.code_sent or first != second
    assert visitor.send("get_in_code", code=visitor.code_sent).url == visitor.at("get_in_account")


def test_at_most_six_codes_an_hour_go_to_one_address_whoever_asks(cast, school, visitor, another):
    statuses = [who.ask("jo@school.example").status_code for who in [visitor, another] * 3]
    stopped = visitor.ask("JO@school.example")

    assert statuses == [302] * 6
    assert stopped.status_code == 429
    assert errors(stopped) == ["Too many codes were asked for. Wait an hour, or ring the business unit."]
    assert len(visitor.mail) == 6


def test_the_session_has_a_new_key_once_the_address_is_proven_and_again_once_signed_in(cast, school, visitor):
    visitor.ask("jo@school.example")
    before = visitor.client.session.session_key
    visitor.send("get_in_code", code=visitor.code_sent)
    proven = visitor.client.session.session_key
    visitor.send("get_in_account", **ABOUT)

    assert len({before, proven, visitor.client.session.session_key}) == 3
    assert "proven_address" not in visitor.client.session


def test_without_a_proven_address_there_is_no_account(cast, school, visitor):
    assert visitor.send("get_in_account", **ABOUT, email="jo@school.example").url == visitor.at("get_in")
    assert visitor.send("get_in_ask", **ABOUT).url == visitor.at("get_in")
    assert User.objects.filter(email="jo@school.example").count() == 0


def test_sending_the_form_twice_makes_one_account(cast, school, visitor):
    visitor.come_in("jo@school.example")

    again = visitor.send("get_in_account", **ABOUT)

    assert errors(again) == [f"You can refer for {school} already."]
    assert Membership.objects.filter(role=Role.REFERRER).count() == 1


def test_a_weak_password_is_refused_beside_its_field_and_nothing_else_is_lost(cast, school, visitor):
    visitor.prove("jo@school.example")

    page = visitor.send("get_in_account", **{**ABOUT, "password": "short"})

    assert list(page.context["form"].errors) == ["password"]
    assert 'value="Jo Tern"' in page.content.decode()


# A domain that many share.


@pytest.fixture
def sharing(cast):
    return [with_domains(cast.agency(name), "nhs.net") for name in ("hospital", "clinic")]


def test_a_shared_domain_asks_which_agency_and_its_representative_is_told(cast, sharing, visitor):
    representative = cast.person(Role.REP, agency="hospital")
    cast.person(Role.REP, agency="clinic")
    visitor.prove("jo@nhs.net")

    unanswered = visitor.send("get_in_account", **ABOUT)
    landed = visitor.send("get_in_account", **ABOUT, agency=str(sharing[0].pk))

    assert errors(unanswered) == ["Choose the agency you work for"]
    assert landed.url == reverse("referrals:start")
    entry = OwnEntry.objects.get()
    assert (entry.membership.agency, entry.chosen) == (sharing[0], True)
    assert visitor.mail[-1].to == [representative.email]
    assert reverse("people:newcomer", args=[entry.pk]) in visitor.mail[-1].body


def test_the_nhs_domain_is_shared_although_one_agency_has_entered_it(cast, visitor):
    with_domains(cast.agency("hospital"), "nhs.net")
    cast.person(Role.REP, agency="hospital")
    visitor.prove("jo@nhs.net")

    assert errors(visitor.send("get_in_account", **ABOUT)) == ["Choose the agency you work for"]


def test_an_agency_that_does_not_share_the_domain_cannot_be_chosen(cast, sharing, school, visitor):
    visitor.prove("jo@nhs.net")

    page = visitor.send("get_in_account", **ABOUT, agency=str(school.pk))

    assert errors(page) == ["Select one of the answers offered"]
    assert not OwnEntry.objects.exists()


def test_where_nobody_represents_the_agency_the_business_managers_are_told(cast, sharing, visitor):
    manager = cast.bum
    visitor.come_in("jo@nhs.net", agency=str(sharing[0].pk))

    assert visitor.mail[-1].to == [manager.email]


@pytest.fixture
def entry(cast, sharing, visitor):
    visitor.come_in("jo@nhs.net", agency=str(sharing[0].pk))
    return OwnEntry.objects.get()


def test_the_representative_refuses_and_the_door_closes_at_once(cast, sharing, entry, visitor, sign_in):
    representative = cast.person(Role.REP, agency="hospital")
    referral = begin_referral(cast.partnership, by=entry.membership.user, agency=sharing[0])
    client, address = sign_in(representative), reverse("people:newcomer", args=[entry.pk])

    home = client.get(reverse("desk:home")).content.decode()
    empty = client.post(address, {"reason": ""})
    with visitor.capture(execute=True):
        done = client.post(address, {"reason": "Does not work here"})

    assert address in home
    assert list(empty.context["form"].errors) == ["reason"]
    assert done.url == reverse("desk:home")
    entry.refresh_from_db()
    assert (entry.refused_by, entry.refused_because) == (representative, "Does not work here")
    assert visitor.mail[-1].to == ["jo@nhs.net"]
    assert visitor.client.get(reverse("referrals:start")).status_code == 403
    assert visitor.client.get(reverse("referrals:tasks", args=[referral.pk])).status_code == 403
    assert list(Referral.objects.visible_to(representative)) == [referral]
    assert address not in client.get(reverse("desk:home")).content.decode()


def test_the_refused_do_not_come_in_again_by_themselves(cast, sharing, entry, visitor):
    refuse_newcomer(entry, reason="Has left", by=cast.person(Role.REP, agency="hospital"), on=NOW.date())

    page = visitor.send("get_in_account", agency=str(sharing[0].pk))

    assert errors(page) == [
        f"The representative of {sharing[0]} has said that you do not refer for it. Ring the business unit."
    ]


def test_a_made_up_tag_on_the_same_mailbox_does_not_help_the_refused(cast, sharing, entry, visitor):
    entry.address = entry.address.replace("@", "+before@")
    entry.save()
    refuse_newcomer(entry, reason="Has left", by=cast.person(Role.REP, agency="hospital"), on=NOW.date())

    page = visitor.send("get_in_account", agency=str(sharing[0].pk))

    assert errors(page) == [
        f"The representative of {sharing[0]} has said that you do not refer for it. Ring the business unit."
    ]


def test_it_is_refused_once(cast, entry):
    by = cast.person(Role.REP, agency="hospital")
    refuse_newcomer(entry, reason="Has left", by=by, on=NOW.date())

    with pytest.raises(Refused) as refused:
        refuse_newcomer(entry, reason="Has left", by=cast.bum, on=NOW.date())

    assert refused.value.reasons == [f"{by} has refused this already."]


def test_nobody_else_finds_the_newcomer_or_refuses_them(cast, other_cast, entry, sign_in):
    address = reverse("people:newcomer", args=[entry.pk])
    others = [cast.person(Role.REP, agency="clinic"), cast.bu, cast.sgc, other_cast.bum, other_cast.rep]

    assert {sign_in(person).get(address).status_code for person in others} == {404}
    assert {sign_in(person).post(address, {"reason": "x"}).status_code for person in others} == {404}
    for person in others:
        with pytest.raises(PermissionDenied):
            refuse_newcomer(entry, reason="x", by=person, on=NOW.date())


# An address of no agency.


def test_any_other_address_becomes_a_request_that_the_business_manager_answers(cast, visitor, sign_in):
    cast.partnership.contacts = {"telephone": "01632 960 101"}
    cast.partnership.save()
    manager = cast.bum
    visitor.prove("jo@nursery.example")
    page = visitor.client.get(visitor.at("get_in_ask")).content.decode()
    asking = {**ABOUT, "organisation": "Little Acorns"}

    asked = visitor.send("get_in_ask", **asking)
    told = visitor.client.get(asked.url).content.decode()

    assert "01632 960 101" in page
    assert "01632 960 101" in told
    request = AccountRequest.objects.get()
    assert (request.email, request.organisation) == ("jo@nursery.example", "Little Acorns")
    assert visitor.mail[-1].to == [manager.email]
    client = sign_in(manager)
    assert "Little Acorns" in client.get(reverse("people:list")).content.decode()
    assert "asks for an account" in client.get(reverse("desk:home")).content.decode()
    answer = {"role": Role.REFERRER, "agency": str(cast.agency("school").pk)}
    with visitor.capture(execute=True):
        client.post(reverse("people:invite_requester", args=[request.pk]), answer)
    assert Invitation.objects.get().email == "jo@nursery.example"
    assert visitor.mail[-1].to == ["jo@nursery.example"]
    assert not User.objects.filter(email="jo@nursery.example").exists()
    assert "Little Acorns" not in client.get(reverse("people:list")).content.decode()


def request_of(cast):
    return AccountRequest.objects.create(
        partnership=cast.partnership, email="jo@x.example", name="Jo", phone="1", organisation="Acorns"
    )


def test_a_request_is_declined_in_words_once(cast, mailoutbox, django_capture_on_commit_callbacks):
    request = request_of(cast)
    with django_capture_on_commit_callbacks(execute=True):
        decline_request(request, reason="Ask your trust.", by=cast.bum)

    assert "Ask your trust." in mailoutbox[-1].body
    with pytest.raises(Refused) as refused:
        decline_request(request, reason="No", by=cast.bum)
    assert refused.value.reasons == [f"{cast.bum} has answered this request already."]


def test_only_the_managers_of_that_partnership_answer_a_request(cast, other_cast, sign_in):
    request = request_of(cast)
    names = ("people:invite_requester", "people:decline_request")
    found = {
        person: {sign_in(person).get(reverse(name, args=[request.pk])).status_code for name in names}
        for person in (cast.bu, cast.rep, other_cast.bum)
    }

    assert found == {cast.bu: {403}, cast.rep: {403}, other_cast.bum: {404}}
    for person in found:
        with pytest.raises(PermissionDenied):
            decline_request(request, reason="No", by=person)


def test_asking_twice_is_one_request_told_once(cast, visitor, another):
    assert cast.bum
    asking = {**ABOUT, "organisation": "Little Acorns"}
    for who in (visitor, another):
        who.prove("jo@nursery.example")
        who.send("get_in_ask", **asking)

    assert AccountRequest.objects.count() == 1
    assert [message.to for message in visitor.mail].count([cast.bum.email]) == 1


# Somebody who has an account.


def test_somebody_signed_in_comes_in_by_their_own_address_without_a_code(cast, school, sign_in):
    user = UserFactory(email="jo@school.example", name="Jo Tern")
    client = sign_in(user)

    page = client.get(reverse("get_in_account", args=["nscp"])).content.decode()
    landed = client.post(reverse("get_in_account", args=["nscp"]))

    assert "You sign in with <strong>jo@school.example</strong>" in page
    assert landed.url == reverse("referrals:start")
    assert [m.role for m in user.memberships.all()] == [Role.REFERRER]


def test_an_administrator_opens_no_door_for_themself(cast, school, sign_in):
    client = sign_in(UserFactory(email="admin@school.example", is_staff=True))

    page = client.post(reverse("get_in_account", args=["nscp"]))

    assert errors(page) == [
        "Administrators of this service refer nobody: use an account of your own for that."
    ]
