"""Holds and the proceedings they rest on (domain §2.4, T36, T37, T48, AC-15)."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from casework.models import Case, Event
from casework.transitions import MovedOn, TransitionRefused
from deadlines.models import Deadline
from deadlines.rules.counting import add_months
from decisions import services
from decisions.models import Hold, HoldKind, HoldSource, ParallelProceeding, ProceedingKind
from lcspr import clock
from tests.decisions.conftest import told

pytestmark = pytest.mark.django_db


def today():
    return clock.today()


@pytest.fixture
def hold(case, cast):
    return add(case, cast.bum)


def add(case, by, **changes):
    fields = {
        "kind": HoldKind.PUBLICATION,
        "reason": "The trial is listed.",
        "source": HoldSource.POLICE,
        "on": today(),
        "review_on": add_months(today(), 2),
    }
    return services.add_hold(case, by=by, **{**fields, **changes})


def clocks(case):
    return list(Deadline.objects.of(case).filter(code="DL-21h").order_by("round"))


def test_a_hold_starts_the_clock_for_looking_at_it_again(hold, case, cast):
    assert [(each.round, each.due_on) for each in clocks(case)] == [(1, hold.review_on)]
    assert cast.ic.name in told("decision_hold_added")
    assert cast.bum.name not in told("decision_hold_added")


def test_a_hold_is_released_while_the_proceedings_go_on_only_where_that_is_said(case, cast, evidence):
    trial = services.add_proceeding(case, by=cast.bum, kind="criminal", body="Northmere Crown Court")
    hold = add(case, cast.bum, proceeding=trial)
    given = {"by": cast.bum, "reason": "Advice.", "on": today(), "evidence": evidence}

    with pytest.raises(TransitionRefused, match="Record that the proceedings ended"):
        services.release_hold(hold, **given)

    assert services.release_hold(hold, **given, although_unfinished=True).state == "released"
    words = [json.loads(event.payload.body)["words"] for event in Event.objects.filter(case=case)]
    assert f"Released although the proceedings go on: {hold}" in words


def test_looking_again_meets_the_clock_and_starts_the_next(hold, case, cast):
    hold = services.review_hold(
        hold, by=cast.dsp_police, reason="The trial was moved.", on=today(), review_on=add_months(today(), 3)
    )

    assert (hold.state, hold.reviews, hold.kept_because) == ("reviewed", 1, "The trial was moved.")
    assert hold.reason == "The trial is listed."
    assert [each.met_at is not None for each in clocks(case)] == [True, False]
    again = services.review_hold(
        hold, by=cast.bu, reason="Still.", on=today(), review_on=today() + dt.timedelta(days=1)
    )
    assert again.reviews == 2


def test_releasing_needs_what_shows_that_it_may_be(hold, cast, evidence):
    with pytest.raises(TransitionRefused) as refused:
        services.release_hold(hold, by=cast.bum, reason="", on=today(), evidence=None)
    assert refused.value.reasons == [
        "Give the reason for releasing the hold.",
        "Attach what shows that the hold may be released.",
    ]

    hold = services.release_hold(hold, by=cast.bum, reason="Verdict.", on=today(), evidence=evidence)

    assert (hold.state, hold.released_on, hold.release_evidence) == ("released", today(), evidence)
    assert list(Hold.objects.on_publication()) == []


def test_releasing_stops_the_clock(hold, case, cast, evidence):
    services.release_hold(hold, by=cast.bum, reason="Verdict.", on=today(), evidence=evidence)

    assert [each.cancelled_at is not None for each in clocks(case)] == [True]
    assert told("decision_hold_released") != []


def test_a_released_hold_is_neither_kept_nor_released_again(hold, cast, evidence):
    services.release_hold(hold, by=cast.bum, reason="Verdict.", on=today(), evidence=evidence)

    with pytest.raises(MovedOn):
        services.release_hold(hold, by=cast.bum, reason="Verdict.", on=today(), evidence=evidence)
    with pytest.raises(MovedOn):
        services.review_hold(
            hold, by=cast.bum, reason="Still.", on=today(), review_on=today() + dt.timedelta(days=9)
        )


@pytest.mark.parametrize("days", [0, -3, 200])
def test_a_hold_is_looked_at_again_soon_enough(case, cast, days):
    with pytest.raises(TransitionRefused):
        add(case, cast.bum, review_on=today() + dt.timedelta(days=days))

    assert list(Hold.objects.all()) == []


def test_the_three_months_are_counted_from_the_last_look(hold, cast):
    with pytest.raises(TransitionRefused) as refused:
        services.review_hold(
            hold,
            by=cast.bum,
            reason="Still.",
            on=today(),
            review_on=add_months(today(), 3) + dt.timedelta(days=1),
        )

    assert refused.value.reasons[0].startswith("A hold is looked at again within three months")


def test_the_database_refuses_a_hold_nobody_looks_at(hold):
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.filter(pk=hold.pk).update(review_on=today() + dt.timedelta(days=200))


def test_a_hold_does_not_begin_tomorrow(case, cast):
    with pytest.raises(TransitionRefused) as refused:
        add(case, cast.bum, on=today() + dt.timedelta(days=1))

    assert refused.value.reasons == ["The date must be today or in the past."]


@pytest.mark.parametrize("role", ["sgc", "sg", "ic", "lan", "lsp_la"])
def test_who_adds_no_hold(case, cast, role):
    with pytest.raises(PermissionDenied):
        add(case, getattr(cast, role))


def test_the_other_partnership_adds_no_hold_and_sees_none(hold, case, outsider):
    with pytest.raises(PermissionDenied):
        add(case, outsider)

    assert not Hold.objects.visible_to(outsider).exists()


def test_a_hold_rests_on_proceedings_of_its_own_case(case, cast):
    elsewhere = ParallelProceeding.objects.create(
        case=Case.objects.create(partnership=cast.partnership, reference="NSCP-2026-999"),
        kind=ProceedingKind.CRIMINAL,
        body="Northmere Crown Court",
        added_by=cast.bum,
    )

    with pytest.raises(TransitionRefused) as refused:
        add(case, cast.bum, proceeding=elsewhere)

    assert refused.value.reasons == ["Choose proceedings of this case."]


# Proceedings


@pytest.fixture
def trial(case, cast):
    return services.add_proceeding(case, by=cast.bu, kind=ProceedingKind.CRIMINAL, body="Northmere Police")


def news(**changes):
    return {
        "next_date": today(),
        "next_event": "Trial",
        "constraint": "No contact with witnesses.",
        **changes,
    }


def test_a_trial_from_investigation_to_verdict(trial, cast, case):
    hold = add(case, cast.bum, proceeding=trial)
    trial = services.list_proceeding(trial, by=cast.bu, **news())
    assert (trial.state, trial.constraint) == ("listed", "No contact with witnesses.")
    trial = services.update_proceeding(trial, by=cast.bu, **news(next_event="Moved to May"))
    assert (trial.state, trial.next_event) == ("listed", "Moved to May")
    trial = services.start_hearing(trial, by=cast.bu, **news())

    trial = services.conclude_proceeding(trial, by=cast.bu, outcome="Convicted.", on=today())

    assert (trial.state, trial.next_date, trial.ended_on) == ("concluded", None, today())
    # The hold is not released by itself: people look at it.
    hold.refresh_from_db()
    assert hold.is_in_force
    assert cast.dsp_police.name in told("decision_hold_look_again")


def test_proceedings_dropped(trial, cast):
    trial = services.drop_proceeding(trial, by=cast.bum, outcome="Not in the public interest.", on=today())

    assert trial.state == "no_further_action"
    with pytest.raises(MovedOn):
        services.list_proceeding(trial, by=cast.bum, **news())


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"outcome": " ", "on": dt.date(2026, 1, 5)}, "Say how it ended."),
        ({"outcome": "Convicted.", "on": dt.date(2999, 1, 1)}, "The date must be today or in the past."),
    ],
)
def test_an_end_that_cannot_be(trial, cast, said, problem):
    with pytest.raises(TransitionRefused) as refused:
        services.conclude_proceeding(trial, by=cast.bum, **said)

    assert refused.value.reasons == [problem]


@pytest.mark.parametrize("role", ["sgc", "sg", "ic", "dsp_police", "lan"])
def test_who_records_no_proceedings(case, cast, role):
    with pytest.raises(PermissionDenied):
        services.add_proceeding(
            case, by=getattr(cast, role), kind=ProceedingKind.INQUEST, body="Northmere Coroner"
        )


def test_a_hold_sent_twice_is_one(hold, case, cast):
    with pytest.raises(TransitionRefused, match="This hold is added already"):
        add(case, cast.bum)

    assert Hold.objects.count() == 1


def test_proceedings_sent_twice_are_one(trial, case, cast):
    with pytest.raises(TransitionRefused, match="These proceedings are recorded already"):
        services.add_proceeding(case, by=cast.bu, kind=ProceedingKind.CRIMINAL, body="Northmere Police")

    assert ParallelProceeding.objects.count() == 1
