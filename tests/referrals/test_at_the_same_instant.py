"""Two people at once: one act is done, the other is told, nothing is doubled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.db import acting_as
from accounts.roles import Role
from accounts.settings_choices import StatutoryPartner
from casework.models import Case, Stage
from casework.transitions import TransitionRefused
from lcspr import clock
from referrals import services
from referrals.models import SeriousIncidentNotification
from referrals.standing import pending_criteria
from tests.referrals.world import MET, upload

pytestmark = pytest.mark.django_db(transaction=True)

DONE = "done"


def at_once(*acts) -> list:
    """Run each (person, act) in a thread of its own; a refusal comes back as its reasons."""
    gate = Barrier(len(acts))

    def run(person_and_act):
        person, act = person_and_act
        try:
            gate.wait(timeout=10)
            with acting_as(person):
                act()
            return DONE
        except TransitionRefused as refused:
            return refused.reasons
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_a_referral_sent_by_two_colleagues_is_one_case(north):
    referral = north.written()
    version, lead = referral.draft.version, north.cast.dsl

    def send(person):
        return person, lambda: services.submit_referral(
            referral, by=person, version=version, on=clock.today()
        )

    answers = at_once(send(north.sender), send(lead))

    assert sorted(answers, key=str) == [["This has moved on: it is now “Received”."], DONE]
    assert Case.objects.count() == 1


def test_a_referral_accepted_twice_has_one_pseudonym(north):
    north.standing()
    referral = north.fresh(north.submitted())
    colleague = north.cast.person(Role.BU)

    def accept(person, pseudonym):
        return person, lambda: services.accept_referral(
            referral,
            by=person,
            pseudonym=pseudonym,
            incident_la=north.council,
            home_la=north.council,
            la_aware_at=clock.now(),
            on=clock.today(),
        )

    answers = at_once(accept(north.cast.bum, "Child V"), accept(colleague, "Child W"))

    assert answers.count(DONE) == 1
    case = Case.objects.get()
    assert case.pseudonym == ["Child V", "Child W"][answers.index(DONE)]
    assert case.decisions.count() == 1


def test_two_referrals_joined_either_way_round_leave_one_case_open(north):
    first, second = north.fresh(north.submitted()), north.fresh(north.submitted())

    def join(person, one, other):
        return person, lambda: services.mark_duplicate(
            one,
            of=other.case,
            by=person,
            reason="The same evening",
            same_as={one.children.get(): other.children.get().subject},
            on=clock.today(),
        )

    answers = at_once(join(north.cast.bum, first, second), join(north.cast.person(Role.BU), second, first))

    assert answers.count(DONE) == 1
    assert sorted(Case.objects.values_list("stage", flat=True)) == ["closed_duplicate", "submitted"]
    assert Case.objects.get(stage="submitted").referrals.count() == 2


def test_two_cases_never_get_one_pseudonym(north):
    north.standing()
    first, second = north.fresh(north.submitted()), north.fresh(north.submitted())

    def accept(referral):
        return north.cast.bum, lambda: services.accept_referral(
            referral,
            by=north.cast.bum,
            pseudonym="Child V",
            incident_la=north.council,
            home_la=north.council,
            la_aware_at=clock.now(),
            on=clock.today(),
        )

    answers = at_once(accept(first), accept(second))

    assert sorted(answers, key=str) == [["This pseudonym has been used before. Choose another."], DONE]


def test_the_last_two_views_at_once_decide_once(north):
    referral = north.accepted()
    north.view(referral, "la", MET)
    decision = pending_criteria(referral.case)

    def view(partner):
        person = getattr(north.cast, f"dsp_{partner}")
        return person, lambda: services.give_view_on_criteria(
            decision,
            by=person,
            outcome=MET,
            reasons="It is met",
            on=clock.today(),
            partner=StatutoryPartner(partner),
        )

    assert at_once(view("icb"), view("police")) == [DONE, DONE]
    assert Case.objects.get().stage == Stage.AWAITING_SIN
    assert SeriousIncidentNotification.objects.count() == 1


def test_the_sending_recorded_twice_starts_one_rapid_review_clock(north):
    notification = north.owed(la_aware_at=clock.now())

    def record(person, reference):
        return person, lambda: services.record_notification_sent(
            notification,
            by=person,
            reference=reference,
            sent_at=clock.now(),
            sender="Pat Notifier",
            listed=services.children_of(notification.case),
            upload=upload(),
            on=clock.today(),
        )

    answers = at_once(record(north.cast.lan, "CINS-1"), record(north.cast.bum, "CINS-2"))

    assert sorted(answers, key=str) == [["This has moved on: it is now “Sent”."], DONE]
    assert Case.objects.get().deadlines.filter(code="DL-10").count() == 1
