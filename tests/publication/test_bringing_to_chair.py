"""A case closed before anybody was let in: brought before the sub-group chair, who asks, and a partner confirms (T46)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from factories import CaseFactory, has_opened, subject_of

from accounts.db import acting_as
from accounts.roles import BUSINESS_UNIT, Role
from casework.models import Access, Case, Event, Stage
from casework.services import admit_standing, raise_wall
from casework.transitions import MovedOn, TransitionRefused
from correspondence.models import Message
from deadlines.models import Deadline
from decisions.models import Decision
from lcspr import clock
from publication import services
from publication.models import BringingToChair, ReopeningReason, ReopenTo
from publication.waiting import waiting

pytestmark = pytest.mark.django_db


BEFORE_ACCEPTANCE = [Stage.CLOSED_WITHDRAWN, Stage.CLOSED_DUPLICATE, Stage.CLOSED_TRANSFERRED]


@pytest.fixture
def case(cast):
    """Withdrawn before it was accepted: open to the business unit alone."""
    found = closed(cast, Stage.CLOSED_WITHDRAWN)
    subject_of(found)
    assert [getattr(cast, role) for role in STANDING]
    return found


def closed(cast, stage):
    for agency in ("council", "icb", "police"):
        cast.agency(agency)
    other = CaseFactory(partnership=cast.partnership, stage=Stage.SCREENING, pseudonym="Child Q")
    return CaseFactory(
        partnership=cast.partnership,
        stage=stage,
        pseudonym="",
        closed_at=clock.now(),
        duplicate_of=other if stage == Stage.CLOSED_DUPLICATE else None,
    )


def bring(case, cast, *, by=None, **changes):
    council = cast.agency("council")
    given = {
        "words": "The school has since found her diary.",
        "pseudonym": "Child V",
        "incident_la": council,
        "home_la": council,
        **changes,
    }
    return services.bring_to_chair(case, by=by or cast.bum, on=clock.today(), **given)


def ask(case, cast, **more):
    return services.ask_to_reopen(
        case,
        reason=ReopeningReason.NEW_INFORMATION,
        words="The diary changes it.",
        to=ReopenTo.SCREENING,
        by=cast.sgc,
        **more,
    )


def sees(user, case):
    with acting_as(user):
        return Case.objects.visible_to(user).filter(pk=case.pk).exists()


STANDING = ("sgc", "sg", "ic", "dsp_la", "dsp_icb", "dsp_police", "lsp_la", "lan")


def who_sees(cast, case):
    return {role for role in STANDING if sees(getattr(cast, role), case)}


@pytest.mark.parametrize("stage", BEFORE_ACCEPTANCE)
def test_it_opens_to_the_chair_then_to_the_partners_and_then_to_all(cast, stage):
    case = closed(cast, stage)
    subject_of(case)
    assert who_sees(cast, case) == set()

    bring(case, cast)
    assert who_sees(cast, case) == {"sgc"}

    asked = ask(case, cast)
    assert who_sees(cast, case) == {"sgc", "dsp_la", "dsp_icb", "dsp_police"}

    again = services.reopen_case(asked, by=cast.dsp_icb, on=clock.today())
    assert who_sees(cast, case) == set(STANDING)
    assert (again.stage, again.pseudonym, again.closed_at) == (Stage.SCREENING, "Child V", None)
    assert Decision.objects.get(case=case).kind == "criteria"
    assert [d.code for d in Deadline.objects.of(case).open()] == ["DL-05"]
    brought = BringingToChair.objects.get()
    assert (brought.asked_by, brought.answered_by, brought.is_pending) == (cast.bum, cast.sgc, False)


def test_the_reopened_case_can_go_on_to_a_notification(cast, case):
    from decisions import services as decisions
    from referrals.services import conclude_criteria

    bring(case, cast)
    services.reopen_case(ask(case, cast, la_aware_at=clock.now()), by=cast.dsp_la, on=clock.today())
    decision = Decision.objects.get(case=case)
    for partner in (cast.dsp_la, cast.dsp_icb, cast.dsp_police):
        decision = decisions.give_view(decision, by=partner, outcome="met", reasons="So.", on=clock.today())
    conclude_criteria(decision, by=cast.dsp_police)

    case.refresh_from_db()
    assert (case.stage, case.incident_la) == (Stage.AWAITING_SIN, cast.agency("council"))
    assert Deadline.objects.open().filter(case=case, code="DL-01").count() == 1


def test_the_chair_says_no_and_it_closes_to_them_again(cast, case):
    brought = bring(case, cast)

    services.refuse_turning(brought, reason="It belongs with the child protection plan.", by=cast.sgc)

    assert who_sees(cast, case) == set()
    assert list(Access.objects.current().filter(case=case)) == []
    assert Event.objects.filter(case=case, verb="access_ended").count() == 1
    assert Message.objects.filter(template="case_stays_closed", to=cast.bum).count() == 1


def test_a_partner_says_no_and_it_closes_to_chair_and_partners(cast, case):
    bring(case, cast)

    services.refuse_turning(ask(case, cast), reason="Nothing new.", by=cast.dsp_la)

    assert who_sees(cast, case) == set()
    assert bring(case, cast).is_pending


def test_who_was_in_before_stays_in_when_reopening_is_refused(cast):
    case = CaseFactory(
        partnership=cast.partnership, stage=Stage.CLOSED_WITHDRAWN, pseudonym="Child Z", closed_at=clock.now()
    )
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")

    services.refuse_turning(ask(case, cast), reason="Nothing new.", by=cast.dsp_la)

    assert who_sees(cast, case) == set(STANDING)


def test_nobody_else_is_told_or_let_in(cast, case):
    bring(case, cast)

    assert [message.to for message in Message.objects.filter(template="case_brought_to_chair")] == [cast.sgc]
    rows = Access.objects.current().filter(case=case).values_list("role", "partnership", "user", "agency")
    assert list(rows) == [(Role.SGC, cast.partnership.pk, None, None)]


def test_the_walled_chair_stays_out_and_their_deputy_answers(cast, case):
    raise_wall(case, user=cast.sgc, reason="Her nephew", by=cast.bum)
    with pytest.raises(TransitionRefused, match="No sub-group chair can open this case"):
        bring(case, cast)
    assert list(Access.objects.current().filter(case=case)) == []
    deputy = cast.person(Role.SGC, deputy_for=cast.sgc.memberships.get())

    bring(case, cast)

    assert (sees(cast.sgc, case), sees(deputy, case)) == (False, True)
    assert [message.to for message in Message.objects.filter(template="case_brought_to_chair")] == [deputy]


@pytest.mark.parametrize("role", [role for role in Role if role not in BUSINESS_UNIT])
def test_only_the_business_unit_brings_it(cast, case, role):
    with pytest.raises(PermissionDenied):
        bring(case, cast, by=getattr(cast, role.value))


def test_another_area_s_business_unit_does_not(cast, case, outsider):
    with pytest.raises(PermissionDenied):
        bring(case, cast, by=outsider)


def test_it_is_brought_once(cast, case):
    bring(case, cast)

    with pytest.raises(TransitionRefused) as refused:
        bring(case, cast, by=cast.bu)

    assert refused.value.reasons == ["The case is before the sub-group chair already."]


def test_it_is_answered_once(cast, case):
    brought = bring(case, cast)
    ask(case, cast)

    with pytest.raises(MovedOn):
        services.refuse_turning(brought, reason="Too late.", by=cast.sgc)


def test_a_case_the_chair_can_open_is_not_brought(cast, case):
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")

    with pytest.raises(TransitionRefused, match="can open this case already"):
        bring(case, cast)


def test_an_open_case_is_not_brought(cast):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.SUBMITTED)

    with pytest.raises(TransitionRefused, match="The case is not closed"):
        bring(case, cast)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"words": " "}, "Say why it may have to be opened again."),
        ({"pseudonym": ""}, "Give the case its pseudonym."),
        ({"home_la": None}, "Say in whose area it happened, and where the child normally lives."),
    ],
)
def test_what_acceptance_would_have_settled_is_settled_first(cast, case, changes, reason):
    with pytest.raises(TransitionRefused) as refused:
        bring(case, cast, **changes)

    assert refused.value.reasons == [reason]
    assert who_sees(cast, case) == set()


# The pages


def test_the_whole_way_through_the_pages(cast, case, sign_in):
    has_opened(case, cast.bum, cast.sgc, cast.dsp_police)
    office, chair, partner = sign_in(cast.bum), sign_in(cast.sgc), sign_in(cast.dsp_police)
    page, address = (
        reverse("desk:case", args=[case.pk]),
        reverse("publication:bring_to_chair", args=[case.pk]),
    )
    assert address in office.get(page).content.decode()
    assert chair.get(page).status_code == 404

    council = str(cast.agency("council").pk)
    given = {"words": "The diary.", "pseudonym": "Child V", "incident_la": council, "home_la": council}
    refused = office.post(address, {**given, "pseudonym": ""})
    assert refused.status_code == 200
    assert "The diary." in refused.content.decode()
    assert office.post(address, given).status_code == 302
    assert address not in office.get(page).content.decode()

    with acting_as(cast.sgc):
        (found,) = waiting(cast.sgc)
    assert found.verb == "Ask for the closed case to be reopened, or say why not"
    shown = chair.get(found.href).content.decode()
    assert f"{cast.bum} brought this case before you: The diary." in shown
    assert partner.get(page).status_code == 404
    done = chair.post(
        found.href,
        {"reason": "new_information", "words": "It is new.", "to": "screening", "new_awareness": "False"},
    )
    assert done.status_code == 302

    with acting_as(cast.dsp_police):
        (found,) = waiting(cast.dsp_police)
    assert partner.post(found.href).status_code == 302
    case.refresh_from_db()
    assert case.stage == Stage.SCREENING


def test_leaving_it_closed_through_the_page(cast, case, sign_in, outsider):
    brought = bring(case, cast)
    has_opened(case, cast.sgc, cast.bum)
    address = reverse("publication:stays_closed", args=[brought.pk])
    assert sign_in(outsider).get(address).status_code == 404
    assert sign_in(cast.dsp_la).get(address).status_code == 404
    client = sign_in(cast.sgc)

    done = client.post(address, {"reason": "It is dealt with elsewhere."})

    assert done.url == reverse("desk:home")
    assert client.get(reverse("desk:case", args=[case.pk])).status_code == 404


def test_who_opens_the_page(cast, case, sign_in, outsider):
    has_opened(case, cast.bum, cast.bu)
    address = reverse("publication:bring_to_chair", args=[case.pk])

    for person in (cast.bum, cast.bu):
        assert sign_in(person).get(address).status_code == 200
    for person in (cast.sgc, cast.dsp_la, cast.ic, cast.rep, outsider):
        assert sign_in(person).get(address).status_code == 404
        assert sign_in(person).post(address, {"words": "x"}).status_code == 404


def test_its_page_is_marked_its_reading_recorded_and_a_time_out_costs_no_word(cast, case, sign_in):
    has_opened(case, cast.bum)
    client, address = sign_in(cast.bum), reverse("publication:bring_to_chair", args=[case.pk])
    assert "OFFICIAL-SENSITIVE" in client.get(address).content.decode()
    assert Event.objects.filter(case=case, verb="read", actor=cast.bum).count() == 1
    Session.objects.update(expire_date=clock.now() - dt.timedelta(minutes=1))

    client.post(address, {"words": "What the school found"})
    client.force_login(cast.bum)
    session = client.session
    session["second_step"] = str(cast.bum.pk)
    session.save()

    assert "What the school found" in client.get(address).content.decode()
