"""The family reads the report before it is public (DL-20, domain §4.4)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from accounts.roles import Role
from casework.models import Event
from casework.transitions import MovedOn, TransitionRefused
from deadlines.models import Deadline
from govuk.widgets import posted
from lcspr import clock
from publication import services, standing
from publication.models import FamilyReading
from tests.panels.story import let_in
from tests.publication.conftest import copies, hold, prepared, reasons

pytestmark = pytest.mark.django_db

D = dt.date


@pytest.fixture
def planned(cast, on_day, request):
    """Planned for Friday 29 January 2027, on Monday 7 December 2026."""
    on_day(D(2026, 12, 7))
    publication = request.getfixturevalue("publication")
    return services.plan_publication(publication, planned_on=D(2027, 1, 29), by=cast.bum)


def reading_clock():
    return Deadline.objects.filter(code="DL-20").order_by("round").last()


def agreed(planned, cast, on, who="Mother"):
    return services.agree_reading(planned, who=who, agreed_on=on, by=cast.bum)


def test_by_default_they_read_it_ten_working_days_before(planned):
    assert reading_clock().due_on == D(2027, 1, 15)
    assert reading_clock().owed_roles == ["family"]


def test_a_new_day_moves_the_default(planned, cast):
    services.plan_publication(planned, planned_on=D(2027, 2, 12), by=cast.bum)

    assert reading_clock().due_on == D(2027, 1, 29)


def test_the_date_agreed_is_the_clocks_and_says_so(planned, cast):
    agreed(planned, cast, D(2027, 1, 20))

    deadline = reading_clock()
    assert (deadline.due_on, deadline.is_agreed) == (D(2027, 1, 20), True)
    assert deadline.explanation.sentence == (
        "Due Wednesday 20 January 2027, the date agreed with the family; by the rule it would be Friday 15 January 2027"
    )
    services.plan_publication(planned, planned_on=D(2027, 2, 12), by=cast.bum)
    assert reading_clock().due_on == D(2027, 1, 20)


def test_a_date_agreed_before_the_day_is_planned(cast, publication):
    on = clock.today() + dt.timedelta(days=3)
    services.agree_reading(publication, who="Mother", agreed_on=on, by=cast.bum)
    services.plan_publication(publication, planned_on=clock.today() + dt.timedelta(days=60), by=cast.bum)

    assert reading_clock().due_on == on


def test_reading_it_meets_the_clock_and_lets_it_be_published(planned, cast, on_day):
    prepared(planned, cast)
    reading = agreed(planned, cast, D(2027, 1, 14))
    on_day(D(2027, 1, 15))
    copies(planned, cast)
    on_day(D(2027, 1, 29))
    with pytest.raises(TransitionRefused) as refused:
        services.publish_report(planned, by=cast.bum, lateness_reason="x")
    assert refused.value.reasons == [
        "Mother reads the report on Thursday 14 January 2027: record that, agree on another date, or record that they no "
        "longer wish to."
    ]

    services.record_reading(reading, read_on=D(2027, 1, 14), said="She asks for his drawing.", by=cast.bum)

    assert reading_clock().met_at is not None
    assert services.publish_report(planned, by=cast.bum, lateness_reason="x").state == "published"


def test_they_take_as_long_as_they_need(planned, cast, on_day):
    reading = agreed(planned, cast, D(2027, 1, 14))
    on_day(D(2027, 1, 14), 16)

    services.record_reading(
        reading, read_on=D(2027, 1, 14), said="Half of it.", again_on=D(2027, 1, 21), by=cast.bum
    )

    assert [row.agreed_on for row in FamilyReading.objects.agreed()] == [D(2027, 1, 21)]
    assert (reading_clock().met_at, reading_clock().due_on) == (None, D(2027, 1, 21))


def test_who_does_not_wish_to_is_not_waited_for(planned, cast):
    reading = agreed(planned, cast, D(2027, 1, 14))
    services.record_declined(reading, reason="She cannot bear it.", by=cast.bum)

    assert reading_clock().not_applicable_at is not None
    assert standing.family_still_reads(planned) == []
    with pytest.raises(MovedOn):
        services.record_reading(reading, read_on=clock.today(), said="x", by=cast.bum)


def test_one_who_reads_is_enough_beside_one_who_does_not(planned, cast):
    services.decline_reading(
        planned, who="Father", reason="He is a witness: the police ask to wait.", by=cast.bum
    )
    reading = agreed(planned, cast, D(2026, 12, 7))
    services.record_reading(reading, read_on=D(2026, 12, 7), said="Thank you.", by=cast.bum)

    assert reading_clock().met_at is not None


def test_another_date_keeps_both_with_the_reason(planned, cast):
    reading = agreed(planned, cast, D(2027, 1, 14))

    services.agree_another_reading_date(reading, agreed_on=D(2027, 1, 18), reason="The funeral.", by=cast.bum)

    assert reading_clock().due_on == D(2027, 1, 18)
    assert [change.kind for change in reading_clock().changes.all()] == ["agreed", "agreed"]


def test_a_hold_stops_the_clock_and_a_release_starts_it_with_the_date_agreed(planned, cast):
    reading = agreed(planned, cast, D(2027, 1, 14))
    hold(planned.case, cast)
    services.hold_publication(planned, by=cast.bum, reasons=reasons())

    assert reading_clock().cancelled_at is not None
    assert FamilyReading.objects.agreed().get() == reading


def test_what_deserves_a_second_look(planned, cast):
    assert standing.family_warnings(planned) == [
        "Nothing is recorded of the family reading the report. By default they read it at least ten working days before "
        "the planned day."
    ]

    agreed(planned, cast, D(2027, 1, 18))

    assert standing.family_warnings(planned) == [
        "Mother: Monday 18 January 2027 is less than ten working days before the planned day, Friday 29 January 2027."
    ]


def test_dates_and_words_that_cannot_be(planned, cast):
    with pytest.raises(TransitionRefused) as refused:
        services.agree_reading(planned, who=" ", agreed_on=D(2026, 12, 6), by=cast.bum)
    assert refused.value.reasons == [
        "Say who reads it, by relation and not by name.",
        "The date agreed must be today or in the future.",
    ]
    reading = agreed(planned, cast, D(2027, 1, 14))
    with pytest.raises(TransitionRefused) as refused:
        agreed(planned, cast, D(2027, 1, 15))
    assert refused.value.reasons == [
        "A date is agreed with them already (Mother): agree on another date there."
    ]
    with pytest.raises(TransitionRefused) as refused:
        services.record_reading(reading, read_on=D(2026, 12, 8), said="", by=cast.bum)
    assert refused.value.reasons == [
        "Say what they said, and what it changed.",
        "The date they read it must be today or in the past.",
    ]


def test_the_family_lead_and_the_author_write_it_and_others_do_not(planned, cast):
    let_in(cast, planned.case, cast.family, Role.FAMILY)
    let_in(cast, planned.case, cast.aut, Role.AUT)
    let_in(cast, planned.case, cast.comms, Role.COMMS)

    services.agree_reading(planned, who="Mother", agreed_on=D(2027, 1, 14), by=cast.family)
    services.agree_reading(planned, who="Father", agreed_on=D(2027, 1, 14), by=cast.aut)

    for other in (cast.comms, cast.dsp_la, cast.sgc):
        with pytest.raises(PermissionDenied):
            services.agree_reading(planned, who="Aunt", agreed_on=D(2027, 1, 14), by=other)
    assert not FamilyReading.objects.visible_to(cast.comms).exists()
    assert FamilyReading.objects.visible_to(cast.family).count() == 2


def test_the_page_agrees_records_and_hides(planned, cast, sign_in):
    let_in(cast, planned.case, cast.family, Role.FAMILY)
    let_in(cast, planned.case, cast.comms, Role.COMMS)
    client = sign_in(cast.family)
    client.post(
        f"/publications/{planned.pk}/family/",
        {"who": "Mother", "reads": "True", "arranged": "At home"} | posted("agreed_on", D(2027, 1, 14)),
    )
    page = client.get(f"/publications/{planned.pk}/").content.decode()
    assert "Agreed for Thursday 14 January 2027" in page
    assert "At home" in page

    client = sign_in(cast.comms)
    page = client.get(f"/publications/{planned.pk}/").content.decode()
    assert "At home" not in page
    assert client.get(f"/family-readings/{FamilyReading.objects.get().pk}/read/").status_code == 404


def test_what_was_typed_stays_when_a_date_is_missing(planned, cast, sign_in):
    client = sign_in(cast.bum)

    answer = client.post(
        f"/publications/{planned.pk}/family/", {"who": "Mother", "reads": "True", "arranged": "At home"}
    )

    page = answer.content.decode()
    assert "Enter the date agreed" in page
    assert "At home" in page
    assert not FamilyReading.objects.exists()


def test_a_form_of_the_case_is_marked_and_its_reading_recorded(planned, cast, sign_in):
    before = Event.objects.filter(case=planned.case, actor=cast.bum, verb="read").count()

    page = sign_in(cast.bum).get(f"/publications/{planned.pk}/family/").content.decode()

    assert "OFFICIAL-SENSITIVE" in page
    assert Event.objects.filter(case=planned.case, actor=cast.bum, verb="read").count() == before + 1
