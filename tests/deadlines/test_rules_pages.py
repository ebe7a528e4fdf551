"""The pages of the rules and of the bank holidays, as those who keep them use them, and closed to others."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from casework.models import Event
from deadlines import services
from deadlines.models import Deadline, Holiday, RuleProposal, RuleVersion
from deadlines.rules.counting import working_days
from deadlines.rules.words import full_date
from govuk.widgets import posted
from tests.deadlines.clockwork import case_of, day, london

NOW = london(2026, 6, 10, 16)
RULES = "/deadlines/rules/"
HOLIDAYS = "/deadlines/holidays/"
VERSION = {
    "version": "Working Together 2026",
    "name": "Serious incident notification sent to the National Panel",
    "amount": "7",
    "unit": "working_days",
    "source": "Working Together 2026 ch. 5",
    "reason": "The guidance was revised",
    **posted("effective_from", day(2026, 6, 1)),
}
JUBILEE = {
    **posted("on", day(2026, 6, 12)),
    "title": "Jubilee",
    "source": "Proclamation of 1 June 2026",
    "provisional": "True",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at):
    at(NOW)


@pytest.fixture
def deadline(cast, case):
    return services.start("DL-01", case=case, trigger_at=london(2026, 6, 8), because="", by=cast.bum)


def start(case, by, code="DL-07", trigger=NOW, **more):
    return services.start(code, case=case, trigger_at=trigger, because="", by=by, **more)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


class TestCatalogue:
    def test_everybody_signed_in_reads_the_rules(self, cast, sign_in):
        text = text_of(sign_in(cast.sg).get(RULES))

        assert "DL-01 Serious incident notification sent to the National Panel 5 working days" in text
        assert "DL-29 Yearly report published" in text
        assert "The yearly report as a record" in text
        assert "Propose" not in text

    def test_one_rule_with_its_source_and_every_version(self, cast, sign_in):
        page = sign_in(cast.sg).get(f"{RULES}DL-10/")

        assert [row[0] for row in page.context["rows"]] == [
            "Working Together 2018",
            "National Panel guidance 2019",
            "National Panel guidance 2022",
            "National Panel guidance 2025",
        ]
        assert "From 1 April 2019 to 31 August 2022" in text_of(page)
        assert "Counts from: the day the notification was sent" in text_of(page)

    def test_a_rule_that_is_none(self, cast, sign_in):
        assert sign_in(cast.sg).get(f"{RULES}DL-99/").status_code == 404

    def test_the_partnership_s_own_figure_stands_beside_the_usual(self, cast, sign_in):
        cast.partnership.local_lengths = {"DL-07": 7}
        cast.partnership.save()

        text = text_of(sign_in(cast.bum).get(RULES))

        assert "DL-07 Agency’s information returned 5 working days 7 working days" in text

    def test_it_is_reached_from_a_deadline(self, cast, case, deadline, sign_in):
        from factories import has_opened

        has_opened(case, cast.bum)
        page = sign_in(cast.bum).get(reverse("deadlines:detail", args=[deadline.pk]))

        assert f'href="{RULES}DL-01/"' in page.content.decode()

    def test_it_costs_the_same_however_many_versions(self, cast, sign_in, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        client = sign_in(cast.sg)
        with CaptureQueriesContext(connection) as before:
            client.get(RULES)
        for number in range(3):
            RuleVersion.objects.filter(code="DL-99").create(
                code="DL-98",
                version=str(number),
                name="Another",
                trigger="sin_sent",
                length={"amount": 1, "unit": "days"},
                owed_by="bu",
                force="local",
                source="x",
                effective_from=day(2026, 1, 1 + number),
                calendar="England and Wales",
                built=True,
            )
        with CaptureQueriesContext(connection) as after:
            client.get(RULES)

        assert len(after) == len(before)


class TestProposing:
    def propose(self, cast, sign_in, **answers):
        return sign_in(cast.adm).post(f"{RULES}DL-01/propose/", VERSION | answers)

    def test_an_administrator_proposes_and_a_business_manager_confirms(self, cast, deadline, sign_in):
        response = self.propose(cast, sign_in)
        proposal = RuleProposal.objects.get()
        address = reverse("deadlines:proposal", args=[proposal.pk])
        assert response.url == address

        page = text_of(sign_in(cast.bum).get(address))
        assert "DL-01: 7 working days from Monday 1 June 2026 on, by Working Together 2026." in page
        assert "Child V 15 June 2026 17 June 2026" in page

        done = sign_in(cast.bum).post(reverse("deadlines:confirm_proposal", args=[proposal.pk]), follow=True)
        deadline.refresh_from_db()
        assert deadline.due_on == day(2026, 6, 17)
        assert "The change is confirmed." in text_of(done)
        assert "From 1 June 2026" in text_of(done)

    def test_the_administrator_sees_no_case_and_cannot_confirm(self, cast, deadline, sign_in):
        self.propose(cast, sign_in)
        proposal = RuleProposal.objects.get()
        client = sign_in(cast.adm)

        page = text_of(client.get(reverse("deadlines:proposal", args=[proposal.pk])))

        assert "Child V" not in page
        assert "You may open no case" in page
        assert "Confirm the change" not in page
        assert client.post(reverse("deadlines:confirm_proposal", args=[proposal.pk])).status_code == 403

    def test_it_is_turned_down_with_a_reason(self, cast, sign_in):
        self.propose(cast, sign_in)
        address = reverse("deadlines:refuse_proposal", args=[RuleProposal.objects.get().pk])
        client = sign_in(cast.bum)

        empty = client.post(address, {"reason": ""})
        assert empty.context["form"].errors == {"reason": ["Say why it is not confirmed"]}
        assert RuleProposal.objects.get().is_waiting

        done = client.post(address, {"reason": "Only a draft"}, follow=True)
        assert "Not confirmed by" in text_of(done)

    def test_what_makes_no_sense_stays_in_the_form(self, cast, sign_in):
        page = self.propose(cast, sign_in, **posted("effective_from", day(2017, 1, 1)))

        assert page.context["form"].non_field_errors() == [
            "Give a day from Friday 29 June 2018 on, when the rule began."
        ]
        assert "Working Together 2026 ch. 5" in page.content.decode()

    def test_while_one_waits_no_other_is_asked_for(self, cast, sign_in):
        self.propose(cast, sign_in)

        page = sign_in(cast.adm).get(f"{RULES}DL-01/propose/")

        assert "A change of this rule waits to be confirmed already." in text_of(page)
        assert "<textarea" not in page.content.decode()

    def test_a_local_rule_offers_no_proposal(self, cast, sign_in):
        assert "Propose" not in text_of(sign_in(cast.adm).get(f"{RULES}DL-07/"))
        assert "each partnership sets its own figure" in text_of(
            sign_in(cast.adm).get(f"{RULES}DL-07/propose/")
        )

    def test_the_end_of_a_rule(self, cast, sign_in):
        answers = {"source": "An Act", "reason": "Repealed", **posted("effective_from", day(2026, 7, 1))}

        page = sign_in(cast.adm).post(f"{RULES}DL-01/withdraw/", answers, follow=True)

        assert "DL-01 ends: nothing is owed by it from Wednesday 1 July 2026 on." in text_of(page)

    def test_a_proposal_waits_on_the_page_of_the_rules(self, cast, sign_in):
        self.propose(cast, sign_in)

        assert "Changes that wait to be confirmed" in text_of(sign_in(cast.bum).get(RULES))
        assert "Changes that wait to be confirmed" not in text_of(sign_in(cast.sg).get(RULES))

    def test_one_s_own_proposal_is_not_confirmed(self, cast, sign_in):
        from factories import MembershipFactory

        from accounts.roles import Role

        MembershipFactory(user=cast.bum, partnership=cast.partnership, role=Role.ADM)
        proposal = services.propose_version(
            "DL-01",
            version="x",
            name="y",
            length=working_days(6),
            source="z",
            effective_from=day(2026, 6, 1),
            reason="r",
            by=cast.bum,
        )
        client = sign_in(cast.bum)

        page = client.get(reverse("deadlines:proposal", args=[proposal.pk]))
        sent = client.post(reverse("deadlines:confirm_proposal", args=[proposal.pk]))

        told = "You proposed this change, so somebody else must decide on it."
        assert told in text_of(page)
        assert told in text_of(sent)
        assert RuleProposal.objects.get().is_waiting


class TestFigures:
    ADDRESS = f"{RULES}DL-07/figure/"

    def test_it_is_shown_before_it_is_done(self, cast, case, sign_in):
        deadline = start(case, cast.bum)
        answers = {"amount": "7", "reason": "Agreed by the partners"}
        client = sign_in(cast.bum)

        preview = client.post(self.ADDRESS, answers)

        assert "Agency’s information returned: 7 working days, instead of 5 working days." in text_of(preview)
        assert "Child V 17 June 2026 19 June 2026" in text_of(preview)
        assert Deadline.objects.get().due_on == day(2026, 6, 17)

        client.post(self.ADDRESS, {**answers, "confirm": "yes"})
        deadline.refresh_from_db()
        assert deadline.due_on == day(2026, 6, 19)

    def test_back_to_the_answers_loses_none(self, cast, sign_in):
        page = sign_in(cast.bum).post(
            self.ADDRESS, {"amount": "7", "reason": "Agreed by the partners", "confirm": "back"}
        )

        assert "Agreed by the partners" in page.content.decode()
        assert "Show what it moves" in text_of(page)

    def test_a_figure_that_makes_no_sense(self, cast, sign_in):
        page = sign_in(cast.bum).post(f"{RULES}DL-21h/figure/", {"amount": "4", "reason": "Longer"})

        assert page.context["form"].errors["amount"] == ["Give a whole number from 1 to 3"]

    def test_another_partnership_s_is_not_found(self, cast, other_cast, sign_in):
        address = f"{self.ADDRESS}?partnership={other_cast.partnership.pk}"

        assert sign_in(cast.bum).get(address).status_code == 404
        assert sign_in(cast.bum).post(address, {"amount": "7", "reason": "x"}).status_code == 404

    def test_law_and_guidance_have_none(self, cast, sign_in):
        assert sign_in(cast.bum).get(f"{RULES}DL-01/figure/").status_code == 403

    def test_what_the_clocks_count_from(self, cast, case, sign_in):
        local = start(case, cast.bum, "DL-05")
        answers = {"rr_anchor": "sin_sent", "office_closes_at": "3pm", "reason": "Our hours"}
        client = sign_in(cast.bum)

        preview = client.post(f"{RULES}choices/", answers)
        assert "the office closes at 3pm." in text_of(preview)
        assert "12 June 2026 15 June 2026" in text_of(preview)
        wrong = client.post(f"{RULES}choices/", answers | {"office_closes_at": "5"})
        assert wrong.context["form"].errors["office_closes_at"] == [
            "The closing time must say am or pm, or use the 24-hour clock, like 5:30pm or 17:30"
        ]

        client.post(f"{RULES}choices/", {**answers, "confirm": "yes"})
        local.refresh_from_db()
        assert local.due_on == day(2026, 6, 15)


class TestHolidays:
    def test_the_table_says_where_each_day_is_from(self, cast, sign_in):
        page = sign_in(cast.bum).get(HOLIDAYS, {"year": "2026"})

        text = text_of(page)
        assert (
            "Monday 28 December 2026 Boxing Day (substitute day) Official GOV.UK, govuk-bank-holidays" in text
        )
        assert len(page.context["rows"]) == 8
        assert "Expected" in text_of(sign_in(cast.bum).get(HOLIDAYS, {"year": "2035"}))
        assert sign_in(cast.bum).get(HOLIDAYS, {"year": "1066"}).status_code == 404
        assert sign_in(cast.bum).get(HOLIDAYS, {"calendar": "Narnia"}).status_code == 404

    def test_adding_one_shows_what_moves_first(self, cast, deadline, other_cast, sign_in):
        theirs = start(case_of(other_cast, pseudonym="Child Z"), other_cast.bum, "DL-01", london(2026, 6, 8))
        client = sign_in(cast.bum)

        preview = client.post(f"{HOLIDAYS}add/", JUBILEE)
        assert "Jubilee, Friday 12 June 2026, becomes a bank holiday." in text_of(preview)
        assert "Child V 15 June 2026 16 June 2026" in text_of(preview)
        assert "Child Z" not in text_of(preview)
        assert not Holiday.objects.filter(title="Jubilee").exists()
        assert Event.objects.filter(verb="read", actor=cast.bum).exists()

        done = client.post(f"{HOLIDAYS}add/", {**JUBILEE, "confirm": "yes"}, follow=True)
        deadline.refresh_from_db()
        theirs.refresh_from_db()
        assert (deadline.due_on, theirs.due_on) == (day(2026, 6, 16), day(2026, 6, 16))
        assert "Jubilee is added." in text_of(done)
        assert not Holiday.objects.get(title="Jubilee").provisional

    def test_a_day_that_is_there_already(self, cast, sign_in):
        page = sign_in(cast.bum).post(f"{HOLIDAYS}add/", JUBILEE | posted("on", day(2026, 12, 25)))

        assert page.context["form"].non_field_errors() == ["Friday 25 December 2026 is in the table already."]

    def test_changing_and_removing(self, cast, deadline, sign_in):
        holiday = services.add_holiday(day(2026, 6, 12), title="Jubilee", source="x", by=cast.adm)
        client = sign_in(cast.adm)
        change = reverse("deadlines:change_holiday", args=[holiday.pk])
        remove = reverse("deadlines:remove_holiday", args=[holiday.pk])

        assert 'value="Jubilee"' in client.get(change).content.decode()
        client.post(change, {**JUBILEE, **posted("on", day(2026, 6, 19)), "confirm": "yes"})
        deadline.refresh_from_db()
        assert deadline.due_on == day(2026, 6, 15)

        assert "is a working day again." in text_of(client.get(remove))
        client.post(remove, {"confirm": "yes"})
        assert not Holiday.objects.filter(pk=holiday.pk).exists()
        assert client.get(remove).status_code == 404

    def test_they_are_warned_before_the_official_days_run_out(self, cast, sign_in, at):
        from deadlines.calendars import calendar_named, running_out

        until = calendar_named().official_until
        assert running_out(until.replace(year=until.year - 1)) == []
        at(london(until.year, 1, 2))

        warned = text_of(sign_in(cast.bum).get(HOLIDAYS))

        assert f"“England and Wales” end on {full_date(until)}." in warned
        assert "end on" not in text_of(sign_in(cast.sg).get(RULES))


@pytest.mark.parametrize("person", ["bu", "sgc", "dsp_la", "sg"])
def test_whose_pages_they_are_not(cast, sign_in, person):
    client = sign_in(getattr(cast, person))
    holiday = Holiday.objects.earliest("on")
    for address in (
        HOLIDAYS,
        f"{HOLIDAYS}add/",
        reverse("deadlines:change_holiday", args=[holiday.pk]),
        reverse("deadlines:remove_holiday", args=[holiday.pk]),
        f"{RULES}DL-01/propose/",
        f"{RULES}DL-07/figure/",
        f"{RULES}choices/",
    ):
        assert client.get(address).status_code == 403
        assert client.post(address, {"confirm": "yes"}).status_code == 403
    assert Holiday.objects.filter(pk=holiday.pk).exists()
