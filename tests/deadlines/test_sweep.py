"""Chasing: each person and step once, whatever ran twice, ran at once, or stood still for days."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import AgencyFactory, MembershipFactory, UserFactory

from accounts.agency_kinds import AgencyKind
from accounts.db import remembering
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework.permissions import holders
from casework.services import admit, raise_wall
from correspondence.models import Message, MessageState
from correspondence.services import choose_emails
from deadlines import services, tasks
from deadlines.models import Deadline, Reminder, WakeUp
from deadlines.people import Audience, partner_of
from lcspr import clock
from tests.deadlines.clockwork import case_of, day, london

NOW = london(2026, 6, 10, 16)
AWARE = london(2026, 6, 8, 10, 15)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at):
    at(NOW)


def start(case, by, code="DL-01", trigger=AWARE, because="", **more):
    return services.start(code, case=case, trigger_at=trigger, because=because, by=by, **more)


def taken(deadline=None):
    rows = Reminder.objects.all() if deadline is None else Reminder.objects.filter(deadline=deadline)
    return sorted((row.step, row.person.name.split(" of ")[0]) for row in rows.select_related("person"))


def told():
    return sorted((message.template, message.to.name.split(" of ")[0]) for message in Message.objects.all())


@pytest.fixture
def staffed(cast):
    """Everyone whom the notification's clock speaks to has come."""
    return [cast.lan, cast.bum, cast.sgc, cast.dsp_la, cast.dsp_icb, cast.dsp_police, cast.ic, cast.lsp_la]


TOLD_BEFORE = sorted(
    [
        "Business manager",
        "Delegated safeguarding partner (integrated care board)",
        "Delegated safeguarding partner (local authority)",
        "Delegated safeguarding partner (police)",
        "Local authority notifier",
        "Sub-group chair",
    ]
)


def test_nothing_is_due_before_the_first_step(cast, case, staffed):
    start(case, cast.bum)

    assert services.sweep() == 0
    assert list(Message.objects.all()) == []


def test_two_working_days_before_the_owner_and_those_with_a_stake_are_told(cast, case, staffed, at):
    deadline = start(case, cast.bum)
    at(london(2026, 6, 11, 8, 1))

    assert services.sweep() == 6

    assert taken() == [("-2wd", name) for name in TOLD_BEFORE]
    assert told() == [("deadline_due", name) for name in TOLD_BEFORE]
    message = Message.objects.get(to=cast.lan)
    assert message.dedupe_key == f"reminder:{deadline.pk}:-2wd"
    assert message.subject == f"{case.reference}: due on 15 June 2026"
    assert "Serious incident notification sent to the National Panel" in message.body
    assert message.queued_by.is_system


def test_a_second_sweep_writes_nothing(cast, case, staffed, at):
    start(case, cast.bum)
    at(london(2026, 6, 11, 8, 1))
    services.sweep()

    assert services.sweep() == 0
    assert Message.objects.count() == 6


def test_step_by_step_to_the_end_and_beyond(cast, case, staffed, at):
    start(case, cast.bum)
    counts = []
    for moment in (
        london(2026, 6, 11, 9),
        london(2026, 6, 12, 9),
        london(2026, 6, 15, 9),
        london(2026, 6, 16, 0, 0),
        london(2026, 6, 17, 0, 0),
        london(2026, 6, 19, 0, 0),
        london(2026, 6, 30, 9),
    ):
        at(moment)
        counts.append(services.sweep())

    # From the third working day the partners are told again each day, here of the last one alone.
    assert counts == [6, 6, 6, 6, 2, 3, 3]
    assert [step for step, name in taken() if name == "Independent chair"] == ["+1wd"]
    assert sorted({step for step, _ in taken() if "#" in step}) == ["+3wd#7"]
    assert [call.at for call in WakeUp.objects.all()] == [london(2026, 7, 1, 0) - dt.timedelta(seconds=1)]


def test_ten_days_off_every_step_is_recorded_and_each_person_gets_one_e_mail(cast, case, staffed, at):
    start(case, cast.bum)
    at(london(2026, 6, 21, 9))

    assert services.sweep() == 29

    assert {step for step, _ in taken()} == {"-2wd", "-1wd", "morning", "+0wd", "+1wd", "+3wd#1"}
    assert told() == [
        ("deadline_missed", name)
        for name in sorted([*TOLD_BEFORE, "Independent chair", "Lead safeguarding partner (local authority)"])
    ]
    spoken = Reminder.objects.filter(overtaken=False)
    assert {(row.person, row.step) for row in spoken} == {
        (cast.lan, "+0wd"),
        (cast.bum, "+0wd"),
        (cast.sgc, "+0wd"),
        (cast.ic, "+1wd"),
        (cast.lsp_la, "+1wd"),
        # The alarm, which goes at once, before what the daily e-mail would say.
        (cast.dsp_la, "+0wd"),
        (cast.dsp_icb, "+0wd"),
        (cast.dsp_police, "+0wd"),
    }
    assert services.sweep() == 0


@pytest.mark.parametrize("end", ["met", "cancelled", "not_applicable"])
def test_what_has_ended_is_not_chased(cast, case, staffed, at, end):
    start(case, cast.bum)
    if end == "met":
        services.meet("DL-01", case=case, at=NOW, by=cast.bum)
    else:
        act = services.cancel if end == "cancelled" else services.not_applicable
        act("DL-01", case=case, reason="No abuse", by=cast.bum)
    at(london(2026, 6, 30, 9))

    assert services.sweep() == 0
    assert WakeUp.objects.count() == 0


def test_what_is_held_is_not_chased_until_it_is_released(cast, case, staffed, at):
    start(case, cast.bum, "DL-14", trigger=NOW)
    services.hold("DL-14", case=case, reason="Criminal trial", by=cast.bum)
    at(london(2027, 1, 4))
    assert services.sweep() == 0

    services.release("DL-14", case=case, by=cast.bum)

    assert services.sweep() > 0
    assert {message.template for message in Message.objects.all()} == {"deadline_missed"}


def test_a_corrected_date_is_chased_again(cast, case, staffed, at):
    deadline = start(case, cast.bum)
    at(london(2026, 6, 16, 9))
    services.sweep()
    services.correct_trigger(
        deadline, trigger_at=london(2026, 6, 15, 9), reason="They learned a week later", by=cast.bum
    )
    assert services.sweep() == 0

    at(london(2026, 6, 22, 9))
    services.sweep()

    assert {step for step, name in taken() if name == "Local authority notifier"} == {
        *("-2wd", "-1wd", "morning", "+0wd"),
        *("-2wd/1", "-1wd/1", "morning/1"),
    }


def test_an_extended_date_is_chased_by_its_new_day(cast, case, at):
    deadline = start(case, cast.bum, "DL-07", owed_agency=cast.agency("school"))
    services.extend(deadline, until=day(2026, 6, 22), reason="More time", by=cast.sgc)
    at(london(2026, 6, 18, 9))
    assert services.sweep() == 0

    at(london(2026, 6, 19, 9))
    assert services.sweep() == 1
    assert {step for step, _ in taken()} == {"-1wd/1"}


class TestWhoIsTold:
    def test_the_agency_that_owes_it_and_no_other(self, cast, case, at):
        school, police = cast.agency("school"), cast.agency("police")
        rep, other_rep = cast.rep, cast.person(Role.REP, agency="police")
        for agency in (school, police):
            admit(
                case,
                role=Role.REP,
                agency=agency,
                why="Asked for information",
                by=cast.bum,
                on=day(2026, 6, 8),
            )
        start(case, cast.bum, "DL-07", owed_agency=school)
        at(london(2026, 6, 12, 9))
        services.sweep()

        assert [row.person for row in Reminder.objects.all()] == [rep]
        assert rep != other_rep

    def test_the_partner_of_the_agency_that_is_three_days_late(self, cast, case, at):
        trust = cast.agency("trust", kind=AgencyKind.ACUTE_TRUST)
        admit(case, role=Role.REP, agency=trust, why="Asked for information", by=cast.bum, on=day(2026, 6, 8))
        start(case, cast.bum, "DL-07", owed_agency=trust)
        _ = cast.dsp_la, cast.dsp_icb, cast.dsp_police
        at(london(2026, 6, 19, 9))
        services.sweep()

        assert [row.person for row in Reminder.objects.filter(step="+3wd")] == [cast.dsp_icb]

    def test_the_person_who_owes_it(self, cast, case, at):
        owner, colleague = cast.person(Role.ALO, agency="school"), cast.person(Role.ALO, agency="school")
        for person in (owner, colleague):
            admit(case, role=Role.ALO, user=person, why="Owns an action", by=cast.bum, on=day(2026, 6, 8))
        start(case, cast.bum, "DL-23", trigger=AWARE, owed_user=owner)
        at(london(2026, 8, 26, 9))
        services.sweep()

        assert [row.person for row in Reminder.objects.all()] == [owner]

    def test_when_nobody_holds_the_role_the_business_unit_hears_of_it(self, cast, case, at):
        _ = cast.bum
        start(case, cast.bum, "DL-07", owed_agency=cast.agency("school"))
        at(london(2026, 6, 12, 9))
        services.sweep()

        assert [row.person for row in Reminder.objects.all()] == [cast.bum]

    def test_leavers_and_the_walled_are_not_told_and_deputies_are(self, cast, case, staffed, at):
        principal = cast.dsp_police.memberships.get()
        deputy = cast.person(Role.DSP_POLICE, deputy_for=principal)
        cast.lan.memberships.update(until=day(2026, 6, 1))
        raise_wall(case, user=cast.sgc, reason="A neighbour", by=cast.bum)
        start(case, cast.bum)
        at(london(2026, 6, 11, 9))
        services.sweep()

        people = {row.person for row in Reminder.objects.all()}
        assert people == {cast.bum, cast.dsp_la, cast.dsp_icb, cast.dsp_police, deputy}

    def test_a_deputy_of_the_person_who_owes_it(self, cast, case, at):
        owner = cast.person(Role.ALO, agency="school")
        deputy = cast.person(Role.ALO, agency="school", deputy_for=owner.memberships.get())
        stranger = cast.person(Role.ALO, agency="school", deputy_for=owner.memberships.get())
        for person in (owner, deputy):
            admit(case, role=Role.ALO, user=person, why="Owns an action", by=cast.bum, on=day(2026, 6, 8))
        start(case, cast.bum, "DL-23", trigger=AWARE, owed_user=owner)
        at(london(2026, 8, 26, 9))
        services.sweep()

        assert {row.person for row in Reminder.objects.all()} == {owner, deputy}
        assert stranger not in {message.to for message in Message.objects.all()}

    def test_of_an_agency_of_two_partnerships_its_people_of_this_one(self, cast, case, other_cast, at):
        school = cast.agency("school")
        elsewhere = MembershipFactory(
            user=UserFactory(), partnership=other_cast.partnership, agency=school, role=Role.REP
        ).user
        admit(case, role=Role.REP, agency=school, why="Asked", by=cast.bum, on=day(2026, 6, 8))
        _ = cast.rep
        start(case, cast.bum, "DL-07", owed_agency=school)
        at(london(2026, 6, 12, 9))
        services.sweep()

        assert [row.person for row in Reminder.objects.all()] == [cast.rep]
        assert Audience([case]).holders(case, {Role.REP}) == holders(case, {Role.REP})
        assert elsewhere not in {message.to for message in Message.objects.all()}

    def test_nobody_outside_the_partnership(self, cast, case, staffed, other_cast, at):
        strangers = {other_cast.bum, other_cast.lan, other_cast.dsp_la}
        start(case, cast.bum)
        at(london(2026, 6, 21, 9))
        services.sweep()

        assert not strangers & {message.to for message in Message.objects.all()}

    def test_it_answers_as_holders_does(self, cast, case, staffed, other_cast):
        school = cast.agency("school")
        admit(case, role=Role.REP, agency=school, why="Asked", by=cast.bum, on=day(2026, 6, 1))
        admit(case, role=Role.ALO, user=cast.alo, why="Owns an action", by=cast.bum, on=day(2026, 6, 1))
        admit(
            case,
            role=Role.SG,
            partnership=other_cast.partnership,
            why="Home area",
            by=cast.bum,
            on=day(2026, 6, 1),
        )
        cast.person(Role.REP, agency="police")
        _ = cast.rep, other_cast.sg
        raise_wall(case, user=cast.dsp_la, reason="A neighbour", by=cast.bum)
        audience = Audience([case])

        for roles in ({Role.REP}, PARTNERS, BUSINESS_UNIT, {Role.ALO}, {Role.LAN, Role.SGC}, set(Role)):
            for agency in (None, school):
                assert audience.holders(case, roles, agency) == holders(case, roles, agency=agency)


def test_a_mail_says_nothing_of_the_case_but_its_reference_and_pseudonym(cast, case, staffed, at):
    start(case, cast.bum, because="when Mrs Example of Example Street telephoned")
    at(london(2026, 6, 11, 9))
    services.sweep()

    for message in Message.objects.all():
        assert "Example" not in message.subject + message.body
        assert case.reference in message.subject
        assert "Child V" in message.body


def test_the_partner_an_agency_answers_to():
    kinds = {
        AgencyKind.GP_PRACTICE: Role.DSP_ICB,
        AgencyKind.TRANSPORT_POLICE: Role.DSP_POLICE,
        AgencyKind.SCHOOL: Role.DSP_LA,
    }

    assert {kind: partner_of(AgencyFactory(kind=kind)) for kind in kinds} == kinds


def test_a_sweep_of_many_takes_them_all_in_batches(cast, case, staffed, at, monkeypatch):
    monkeypatch.setattr("deadlines.services.chasing.BATCH", 2)
    for name in ("school", "police", "icb", "council", "college"):
        agency = cast.agency(name)
        start(case, cast.bum, "DL-07", about=agency, owed_agency=agency)
    at(london(2026, 6, 16, 0, 1))

    services.sweep()

    assert {row.deadline for row in Reminder.objects.filter(step="+0wd")} == set(Deadline.objects.all())


def test_writing_reminders_costs_the_same_for_one_case_and_for_three(cast, other_cast, at):
    def cost(cases):
        for one in cases:
            start(one, cast.bum)
        at(clock.now() + dt.timedelta(days=7))
        with remembering(), CaptureQueriesContext(connection) as queries:
            assert services.sweep() > 0
        at(NOW)
        return len(queries)

    cost([case_of(cast)])
    assert cost([case_of(cast)]) == cost([case_of(cast), case_of(cast), case_of(other_cast)])


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_take_each_step_once(cast, at):
    case = case_of(cast)
    _ = cast.lan, cast.bum, cast.sgc, cast.dsp_la
    for name in ("school", "police", "icb", "council"):
        MembershipFactory(
            user=UserFactory(), partnership=cast.partnership, agency=cast.agency(name), role=Role.REP
        )
        admit(case, role=Role.REP, agency=cast.agency(name), why="Asked", by=cast.bum, on=day(2026, 6, 1))
        start(case, cast.bum, "DL-07", about=cast.agency(name), owed_agency=cast.agency(name))
    start(case, cast.bum)
    at(london(2026, 6, 19, 9))
    barrier, written = threading.Barrier(2), []

    def run():
        try:
            barrier.wait()
            written.append(services.sweep())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(written) == 2
    assert sum(written) == Reminder.objects.count() > 0
    assert Message.objects.count() == Reminder.objects.filter(overtaken=False).count()
    assert services.sweep() == 0


@pytest.mark.django_db(transaction=True)
def test_a_sweep_that_dies_leaves_everything_to_the_next(cast, at, monkeypatch):
    case = case_of(cast)
    _ = cast.lan, cast.bum
    start(case, cast.bum)
    at(london(2026, 6, 11, 9))
    with monkeypatch.context() as patched:
        patched.setattr("deadlines.services.chasing.WakeUp.objects.bulk_create", _die)
        with pytest.raises(SystemExit):
            services.sweep()

    assert Reminder.objects.count() == Message.objects.count() == 0
    assert services.sweep() == 2


def _die(*args, **kwargs):
    raise SystemExit


class TestOneAlarmOrOneADay:
    @pytest.fixture(autouse=True)
    def _everybody_wants_one_a_day(self, cast, staffed):
        for person in (*staffed, cast.rep):
            choose_emails(person, daily=True)

    def test_an_alarm_of_the_law_never_waits(self, cast, case, at):
        start(case, cast.bum)
        at(london(2026, 6, 11, 8, 1))
        services.sweep()

        assert {message.state for message in Message.objects.all()} == {MessageState.QUEUED}

    def test_what_the_partnership_set_itself_waits_for_the_morning(self, cast, case, at):
        school = cast.agency("school")
        admit(case, role=Role.REP, agency=school, why="Asked", by=cast.bum, on=day(2026, 6, 8))
        start(case, cast.bum, "DL-07", owed_agency=school)
        at(london(2026, 6, 16, 0, 1))
        services.sweep()

        assert {message.state for message in Message.objects.all()} == {MessageState.HELD}
        assert {message.next_attempt_at for message in Message.objects.all()} == {london(2026, 6, 16, 8)}

    def test_what_was_done_overnight_is_not_said_in_the_morning(self, cast, case, at):
        school = cast.agency("school")
        admit(case, role=Role.REP, agency=school, why="Asked", by=cast.bum, on=day(2026, 6, 8))
        start(case, cast.bum, "DL-07", owed_agency=school)
        at(london(2026, 6, 16, 0, 1))
        services.sweep()
        services.meet("DL-07", case=case, at=london(2026, 6, 16, 0, 2), by=cast.bum)
        at(london(2026, 6, 16, 9))

        tasks.send_daily_emails()

        assert {message.state for message in Message.objects.all()} == {MessageState.DROPPED}

    def test_the_partners_hear_daily_of_a_notification_long_overdue_whatever_they_chose(self, cast, case, at):
        choose_emails(cast.dsp_la, daily=False)
        start(case, cast.bum)
        at(london(2026, 6, 16, 0, 1))
        services.sweep()
        Message.objects.all().delete()
        for number in (19, 20, 23):
            at(london(2026, 6, number, 0, 1))
            services.sweep()
        at(london(2026, 6, 23, 8, 1))

        tasks.send_daily_emails()
        tasks.send_daily_emails()

        digests = Message.objects.filter(template="daily_digest")
        assert [d.to for d in digests.order_by("to__name")] == [cast.dsp_icb, cast.dsp_la, cast.dsp_police]
        assert [d.body.count(case.reference) for d in digests] == [1, 1, 1]
