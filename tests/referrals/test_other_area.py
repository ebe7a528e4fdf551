"""A case that concerns two areas: the other partnership is told, let in, asks its own agencies, and leaves (AC-18)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from factories import has_opened

from accounts.agency_kinds import AgencyKind
from accounts.db import forget_memberships
from accounts.roles import Role
from casework import permissions
from casework.models import Access, Case
from casework.permissions import holders, roles_in, world_of
from casework.transitions import TransitionRefused
from correspondence.models import Message, Notice, NoticeSubject
from deadlines.models import Deadline
from govuk.widgets import posted
from lcspr import clock
from rapid_review import services as rapid
from rapid_review.models import AgencyRequest
from referrals import services
from referrals.services import clocks
from tests.referrals.world import NFA, child, london, upload

pytestmark = pytest.mark.django_db

SUNDAY = london(2026, 5, 3, 18)


@pytest.fixture
def shared(south, north):
    """A child of the north, harmed in the south on a Sunday; notified there on the Thursday."""
    north.standing()
    _ = north.cast.bum
    south.at(london(2026, 5, 4, 9))
    referral = south.submitted(
        child(surname="Quillfeather"),
        la_aware_at=SUNDAY,
        incident_from="2026-05-03",
        agency_aware_on="2026-05-03",
        lead_discussed_on="2026-05-04",
        home_la=str(north.council.pk),
    )
    south.standing()
    south.accept(referral, home_la=north.council)
    notification = south.decide(referral).seriousincidentnotifications.get()
    south.at(london(2026, 5, 7, 12))
    return notification


def open_review(notification, south):
    return rapid.open_rapid_review(
        notification,
        by=south.cast.lan,
        reference="CINS-1",
        sent_at=clock.now(),
        sender="Pat",
        listed=services.children_of(notification.case),
        upload=upload(),
        on=clock.today(),
    )


def page(name, *args):
    return reverse(f"rapid_review:{name}", args=args)


def test_ac18_owed_where_it_happened_and_the_home_area_is_told_and_let_in(shared, south, north, sign_in):
    case = shared.case
    first = south.clock(shared, "DL-01")
    assert (first.owed_agency, first.due_on) == (south.council, dt.date(2026, 5, 11))
    assert sign_in(north.cast.bum).get(reverse("desk:case", args=[case.pk])).status_code == 404

    open_review(shared, south)

    forget_memberships()
    row = Access.objects.get(case=case, role=Role.NEIGHBOUR)
    assert (row.partnership, row.user, row.until) == (north.partnership, None, None)
    assert south.clock(shared, "DL-10").due_on == dt.date(2026, 5, 29)
    assert south.clock(shared, "DL-02").met_at is not None
    notice = Notice.objects.get(case=case, subject=NoticeSubject.OTHER_AREA)
    assert notice.other_name == north.partnership.name
    assert list(Message.objects.filter(template="notification_other_area").values_list("to", flat=True)) == [
        north.cast.bum.pk
    ]
    assert roles_in(north.cast.bum, case) == {Role.NEIGHBOUR}
    assert holders(case, {Role.NEIGHBOUR}) == [north.cast.bum]


@pytest.fixture(params=[150, 0], ids=["few", "many"])
def spelt_out(request, monkeypatch):
    """Whether the cases that are shared are few enough to be named in a query, or looked for in it."""
    monkeypatch.setattr(permissions, "_MOST_SPELT_OUT", request.param)


@pytest.mark.usefixtures("spelt_out")
def test_ac18_it_sees_the_shared_case_and_nothing_else(shared, south, north, sign_in):
    other = south.accepted(pseudonym="Child W")
    review = open_review(shared, south)
    has_opened(shared.case, north.cast.bum, north.cast.sgc)
    client = sign_in(north.cast.bum)
    theirs = client.get(reverse("desk:case", args=[shared.case_id])).content.decode()

    assert page("other_area", shared.case_id) in theirs
    assert "Quillfeather" not in theirs
    assert client.get(reverse("referrals:notification", args=[shared.pk])).status_code == 200
    assert client.get(page("review", review.pk)).status_code == 200
    seen = {
        "case": client.get(reverse("desk:case", args=[other.case_id])).status_code,
        "pack": client.get(reverse("referrals:pack", args=[shared.pk])).status_code,
        "sending": client.get(reverse("referrals:record_sent", args=[shared.pk])).status_code,
        "asking": client.get(page("ask", review.pk)).status_code,
        "ending": client.get(page("let_other_area_out", shared.case_id)).status_code,
        "record": client.get(reverse("desk:access", args=[shared.case_id])).status_code,
        "messages": client.get(reverse("correspondence:messages", args=[shared.case_id])).status_code,
        "letters": client.get(reverse("correspondence:notices", args=[shared.case_id])).status_code,
    }
    assert seen == {
        "case": 404,
        "pack": 403,
        "sending": 403,
        "asking": 403,
        "ending": 403,
        "record": 403,
        "messages": 403,
        "letters": 403,
    }
    assert list(Case.objects.visible_to(north.cast.bum)) == [shared.case]
    clocks_seen = Deadline.objects.visible_to(north.cast.bum)
    assert {seen.case for seen in clocks_seen} == {shared.case}
    # It reads the case, and owes nothing in it.
    assert not clocks_seen.owed_by(north.cast.bum)
    board = client.get(reverse("deadlines:board"), {"state": "open"}).content.decode()
    assert "DL-10" in board
    assert "Quillfeather" not in board
    # Its sub-group and its partners are not its business unit.
    assert sign_in(north.cast.sgc).get(reverse("desk:case", args=[shared.case_id])).status_code == 404


def test_ac18_it_asks_its_own_agencies_who_answer_to_the_one_that_leads(shared, south, north, sign_in):
    review = open_review(shared, south)
    school, rep = north.school, north.cast.person(Role.REP, agency="school")
    has_opened(shared.case, north.cast.bum, rep, south.cast.bum)
    client = sign_in(north.cast.bum)
    ask = page("ask_own_agencies", shared.case_id)
    offered = {each.pk for each in client.get(ask).context["form"].fields["agencies"].queryset}
    assert school.pk in offered
    assert south.school.pk not in offered

    client.post(ask, {"agencies": [school.pk], "asked_for": "All you hold"})

    request = AgencyRequest.objects.get()
    assert (request.agency, request.through) == (school, north.partnership)
    address = page("request", request.pk)
    assert sign_in(rep).get(address).status_code == 200
    assert sign_in(south.cast.bum).get(address).status_code == 200
    assert client.get(address).status_code == 404
    listed = client.get(page("other_area", shared.case_id)).content.decode()
    assert f"{school}" in listed
    assert "All you hold" not in listed
    assert Deadline.objects.get(code="DL-07").due_on == dt.date(2026, 5, 14)
    # The letters of the business unit that leads are still owed.
    assert south.clock(shared, "DL-06").is_open
    with pytest.raises(TransitionRefused):
        rapid.ask_own_agencies(
            review, agencies=[south.school], asked_for="No", by=north.cast.bum, at=clock.now()
        )


def test_ac18_people_of_the_same_agency_who_work_with_neither_area_stay_out(shared, south, north, sign_in):
    open_review(shared, south)
    forget_memberships()
    review = shared.case.rapidreviews.get()
    rapid.ask_own_agencies(
        review, agencies=[north.school], asked_for="All", by=north.cast.bum, at=clock.now()
    )
    referrer = north.cast.person(Role.REFERRER, agency="school")

    assert sign_in(referrer).get(reverse("desk:case", args=[shared.case_id])).status_code == 404


@pytest.mark.usefixtures("spelt_out")
def test_ac18_it_leaves_when_the_case_does_and_comes_back_with_it(shared, south, north):
    open_review(shared, south)
    Case.objects.filter(pk=shared.case_id).update(closed_at=None)
    case = shared.case
    services.de_notify(
        shared.__class__.objects.get(pk=shared.pk),
        by=south.cast.dsp_la,
        reason="Natural causes",
        told_at=clock.now(),
        on=clock.today(),
    )
    forget_memberships()
    assert list(Case.objects.visible_to(north.cast.bum)) == [case]

    south.decide(shared, NFA)

    forget_memberships()
    closed = Case.objects.get(pk=case.pk)
    assert closed.is_closed
    assert list(Case.objects.visible_to(north.cast.bum)) == []
    assert roles_in(north.cast.bum, closed) == frozenset()
    assert holders(closed, {Role.NEIGHBOUR}) == []


def test_ac18_the_business_unit_that_leads_tells_earlier_and_ends_it_with_a_reason(
    shared, south, north, sign_in
):
    has_opened(shared.case, south.cast.bum, north.cast.bum)
    client = sign_in(south.cast.bum)
    assert (
        page("tell_other_area", shared.case_id)
        in client.get(page("other_area", shared.case_id)).content.decode()
    )

    client.post(page("tell_other_area", shared.case_id), {"sure": "on"})
    theirs = sign_in(north.cast.bum)
    assert theirs.get(page("other_area", shared.case_id)).status_code == 200
    assert south.clock(shared, "DL-02").met_at is not None

    client.post(page("let_other_area_out", shared.case_id), {"reason": "The family moved here years ago"})

    assert theirs.get(page("other_area", shared.case_id)).status_code == 404
    assert Message.objects.filter(template="other_area_left", to=north.cast.bum).count() == 1


def test_dl02_waits_for_a_partnership_that_does_not_use_this_service(north, sign_in):
    elsewhere = north.cast.agency("elsewhere", kind=AgencyKind.LOCAL_AUTHORITY)
    north.at(london(2026, 5, 4, 9))
    referral = north.submitted(
        la_aware_at=SUNDAY,
        incident_from="2026-05-03",
        agency_aware_on="2026-05-03",
        home_la=str(elsewhere.pk),
    )
    north.standing()
    north.accept(referral, home_la=elsewhere)
    notification = north.decide(referral).seriousincidentnotifications.get()
    north.at(london(2026, 5, 7, 12))
    open_review(notification, north)
    assert (north.clock(referral, "DL-02").is_open, clocks.other_area_told(referral.case)) == (True, False)
    has_opened(referral.case, north.cast.bum)
    client = sign_in(north.cast.bum)
    home = client.get(reverse("desk:home")).content.decode()
    assert "Tell the partnership of the child’s home area" in home

    client.post(
        page("other_area_told", referral.case_id),
        {"name": "Elsewhere partnership", "how": "email", **posted("told_at", clock.now())},
    )

    assert north.clock(referral, "DL-02").met_at is not None
    assert (
        "Tell the partnership of the child’s home area"
        not in client.get(reverse("desk:home")).content.decode()
    )


def test_where_no_other_area_is_concerned_the_page_is_not_found(north, sign_in):
    notification = north.owed(la_aware_at=clock.now())
    has_opened(notification.case, north.cast.bum)

    assert sign_in(north.cast.bum).get(page("other_area", notification.case_id)).status_code == 404


def test_the_world_of_a_business_unit_is_its_own_area_and_the_one_it_was_let_in_to(
    shared, south, north, sign_in
):
    has_opened(shared.case, south.cast.bum)
    assert world_of(north.cast.bum) == {north.partnership.pk}
    assert world_of(south.cast.rep) is None

    sign_in(south.cast.bum).post(page("tell_other_area", shared.case_id), {"sure": "on"})
    assert world_of(north.cast.bum) == {north.partnership.pk, south.partnership.pk}
    sign_in(south.cast.bum).post(page("let_other_area_out", shared.case_id), {"reason": "They moved"})
    assert world_of(north.cast.bum) == {north.partnership.pk}
