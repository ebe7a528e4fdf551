"""Where the declarations of a case are found, by those who decide on them and by each person for themself (F-14)."""

from __future__ import annotations

import pytest
from django.urls import reverse
from factories import has_opened

from accounts.db import acting_as
from accounts.roles import Role
from casework.models import Case, Stage
from casework.services import admit
from decisions import services
from decisions.models import Declaration, DeclarationOutcome
from decisions.models.declaration import QUESTIONS
from decisions.waiting import waiting
from lcspr import clock
from tests.decisions.conftest import told

pytestmark = pytest.mark.django_db

DECLARE = "Declare your interests"
NOTHING = dict.fromkeys(QUESTIONS, False)


def declare(case, person, role, *, details="", **yes):
    return services.declare(
        case, by=person, role=role, answers={**NOTHING, **yes}, details=details, on=clock.today()
    )


def decide(declaration, by, outcome=DeclarationOutcome.CLEAR, **more):
    return services.decide_declaration(declaration, by=by, outcome=outcome, reasons="Looked at.", **more)


@pytest.fixture
def author(case, cast):
    admit(case, role=Role.AUT, user=cast.aut, why="Appointed", by=cast.bum, on=clock.today())
    has_opened(case, cast.aut)
    return cast.aut


def page_of(client, case):
    return client.get(reverse("decisions:declarations", args=[case.pk]))


def text(response):
    return " ".join(response.content.decode().split())


def test_every_declaration_with_who_decided_and_why(case, cast, author, sign_in):
    declaration = declare(case, author, Role.AUT, details="At the trust until 2023.", worked_for_agency=True)
    decide(
        declaration,
        cast.sgc,
        DeclarationOutcome.CLEAR_WITH_MITIGATION,
        mitigation="A second reader for health.",
    )

    for reader in (cast.bum, cast.bu, cast.sgc, cast.ic, cast.dsp_la, cast.dsp_icb, cast.dsp_police):
        page = text(page_of(sign_in(reader), case))
        assert f"{author}, independent author" in page
        assert "At the trust until 2023." in page
        assert "Clear with mitigation" in page
        assert "A second reader for health." in page
        assert f"by {cast.sgc}." in page


def test_a_renewed_declaration_says_what_it_renews(case, cast, author, sign_in):
    decide(declare(case, author, Role.AUT), cast.sgc)

    declare(case, author, Role.AUT, details="Bought shares.", financial_interest=True)

    page = text(page_of(sign_in(cast.sgc), case))
    assert "Declared, not yet decided" in page
    assert "It renews the declaration of" in page
    assert "which was decided: clear." in page
    assert page.count(f"{author}, independent author</h3>") == 1


def test_a_person_sees_their_own_and_no_other(case, cast, author, sign_in):
    declare(case, author, Role.AUT, details="At the trust.", worked_for_agency=True)
    declare(case, cast.ic, Role.IC, details="Knows the family’s doctor.", knows_people=True)

    page = text(page_of(sign_in(author), case))

    assert "At the trust." in page
    assert "Knows the family’s doctor." not in page
    assert cast.ic.name not in page


def test_those_who_have_nothing_to_declare_do_not_see_the_page(case, cast, author, sign_in, outsider):
    declare(case, author, Role.AUT)

    for person in (cast.sg, cast.lan, cast.lsp_la):
        assert page_of(sign_in(person), case).status_code == 403
    for stranger in (outsider, cast.rep, cast.adm, cast.aud):
        assert page_of(sign_in(stranger), case).status_code == 404


def test_only_who_may_decide_is_led_there_and_nobody_on_their_own(case, cast, author, sign_in):
    theirs = declare(case, author, Role.AUT)
    own = declare(case, cast.sgc, Role.SGC)

    def led(person):
        page = text(page_of(sign_in(person), case))
        return {
            each for each in (theirs, own) if reverse("decisions:decide_declaration", args=[each.pk]) in page
        }

    assert led(cast.sgc) == {theirs}
    assert led(cast.dsp_la) == {theirs, own}
    assert led(cast.bum) == set()
    assert led(cast.ic) == set()


def test_who_has_not_declared_is_named(case, cast, author, sign_in):
    declare(case, cast.ic, Role.IC)

    page = text(page_of(sign_in(cast.bum), case))

    assert f"<li>{cast.sgc}, sub-group chair</li>" in page
    assert f"<li>{author}, independent author</li>" in page
    assert f"<li>{cast.ic}, independent chair" not in page
    assert reverse("decisions:declare", args=[case.pk, "aut"]) in text(page_of(sign_in(author), case))


def test_the_case_leads_there_once_it_holds_something(case, cast, sign_in):
    link = reverse("decisions:declarations", args=[case.pk])
    client = sign_in(cast.dsp_la)
    address = reverse("desk:case", args=[case.pk])
    assert link not in text(client.get(address))

    declaration = declare(case, cast.ic, Role.IC)

    assert "1 not yet decided" in text(client.get(address))
    assert link in text(client.get(address))
    assert link not in text(sign_in(cast.lsp_la).get(address))
    decide(declaration, cast.sgc)
    assert "not yet decided" not in text(client.get(address))


# What one has still to declare


def to_declare(user, case=None):
    with acting_as(user):
        return [each.href for each in waiting(user, case) if each.verb == DECLARE]


def test_ones_own_outstanding_declarations_are_under_what_needs_you(case, cast, author, sign_in):
    for person, role in ((cast.sgc, "sgc"), (cast.ic, "ic"), (author, "aut")):
        href = reverse("decisions:declare", args=[case.pk, role])
        assert to_declare(person) == to_declare(person, case) == [href]
        assert href in text(sign_in(person).get("/"))

    declare(case, cast.ic, Role.IC)

    assert to_declare(cast.ic) == []
    assert to_declare(cast.bum) == to_declare(cast.dsp_la) == to_declare(cast.sg) == []


def test_a_closed_case_asks_for_no_declaration(case, cast):
    Case.objects.filter(pk=case.pk).update(stage=Stage.CLOSED_NFA, closed_at=clock.now())

    assert to_declare(cast.sgc) == []


# A second click


def test_a_declaration_sent_twice_is_one_and_asks_once(case, cast):
    first = declare(case, cast.ic, Role.IC)

    assert declare(case, cast.ic, Role.IC) == first
    assert Declaration.objects.count() == 1
    assert told("decision_declaration_made") == [cast.sgc.name]


def test_sent_again_after_the_decision_it_does_not_undo_it(case, cast):
    decided = decide(declare(case, cast.ic, Role.IC), cast.sgc)

    assert declare(case, cast.ic, Role.IC).pk == decided.pk
    assert services.declarations.is_clear(case, cast.ic, Role.IC)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_three(
    case, cast, sign_in, django_assert_max_num_queries, count
):
    for role in (Role.IC, Role.SGC, Role.DSP_LA)[:count]:
        declare(case, getattr(cast, role), role)
    client = sign_in(cast.bum)
    page_of(client, case)

    with django_assert_max_num_queries(40):
        assert page_of(client, case).status_code == 200
