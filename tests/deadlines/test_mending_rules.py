"""A rule of law or guidance is mended by two people; open deadlines follow it, what was met keeps what it had."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.roles import Role
from casework.audit import payload_of
from casework.models import Event
from casework.transitions import TransitionRefused
from deadlines import services
from deadlines.catalogue import CATALOGUE
from deadlines.models import Deadline, DeadlineChange, RuleProposal, RuleVersion
from deadlines.rules.counting import hours, working_days, working_days_before
from deadlines.seeding import seed_rules
from deadlines.services.rules import would_move
from tests.deadlines.clockwork import case_of, day, london

NOW = london(2026, 6, 10, 16)
AWARE = london(2026, 6, 8, 10, 15)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_june(at):
    at(NOW)


def propose(by, code="DL-01", length=None, effective_from=None, **more):
    told = {
        "version": "Working Together 2026",
        "name": "Serious incident notification sent to the National Panel",
        "source": "Working Together 2026 ch. 5",
        "reason": "The guidance was revised",
    }
    return services.propose_version(
        code,
        length=length or working_days(7),
        effective_from=effective_from or day(2026, 6, 1),
        by=by,
        **told | more,
    )


def start(case, by, code="DL-01", trigger=AWARE, **more):
    return services.start(code, case=case, trigger_at=trigger, because="", by=by, **more)


def test_what_begins_from_its_first_day_on_follows_the_new_version(cast, case):
    deadline = start(case, cast.bum)

    moved = services.confirm_proposal(propose(cast.adm), by=cast.bum)

    deadline.refresh_from_db()
    assert moved == 1
    assert (deadline.due_on, deadline.rule.version) == (day(2026, 6, 17), "Working Together 2026")
    change = DeadlineChange.objects.get()
    assert change.reason == (
        "DL-01: 7 working days from Monday 1 June 2026 on, by Working Together 2026 (Working Together 2026 ch. 5)."
    )
    assert (change.by, change.old_due_at.date()) == (cast.bum, day(2026, 6, 15))


def test_the_versions_follow_one_another(cast):
    services.confirm_proposal(propose(cast.adm), by=cast.bum)

    found = RuleVersion.objects.current().filter(code="DL-01").order_by("effective_from")
    assert list(found.values_list("version", "effective_from", "effective_to")) == [
        ("Working Together 2018", day(2018, 6, 29), day(2023, 12, 14)),
        ("Working Together 2023", day(2023, 12, 15), day(2026, 5, 31)),
        ("Working Together 2026", day(2026, 6, 1), None),
    ]
    assert found[2].reminders == found[1].reminders


def test_an_older_case_keeps_the_rule_of_its_day(cast, case):
    deadline = start(case, cast.bum, trigger=london(2026, 5, 29))
    before = deadline.explanation_lines

    assert services.confirm_proposal(propose(cast.adm), by=cast.bum) == 0

    deadline.refresh_from_db()
    assert deadline.explanation_lines == before


def test_what_was_met_is_never_touched(cast, case):
    start(case, cast.bum)
    met = services.meet("DL-01", case=case, at=NOW, by=cast.bum)
    before = met.explanation_lines

    assert services.confirm_proposal(propose(cast.adm), by=cast.bum) == 0

    met.refresh_from_db()
    assert (met.due_on, met.explanation_lines) == (day(2026, 6, 15), before)


def test_a_figure_that_was_wrong_from_its_first_day_is_replaced_and_stays_on_record(cast, case):
    open_one, met = start(case, cast.bum), start(case_of(cast), cast.bum)
    services.meet("DL-01", case=met.case, at=NOW, by=cast.bum)

    services.confirm_proposal(propose(cast.adm, effective_from=day(2023, 12, 15)), by=cast.bum)

    open_one.refresh_from_db()
    met.refresh_from_db()
    assert (open_one.due_on, open_one.rule.version) == (day(2026, 6, 17), "Working Together 2026")
    assert (met.rule.version, met.rule.superseded_at) == ("Working Together 2023", NOW)
    assert RuleVersion.objects.governing("DL-01", day(2024, 1, 1)).version == "Working Together 2026"


def test_a_version_between_two_ends_where_the_next_begins(cast):
    services.confirm_proposal(propose(cast.adm, effective_from=day(2020, 1, 1)), by=cast.bum)

    between = RuleVersion.objects.governing("DL-01", day(2021, 1, 1))
    assert (between.effective_from, between.effective_to) == (day(2020, 1, 1), day(2023, 12, 14))
    assert RuleVersion.objects.governing("DL-01", day(2019, 12, 31)).version == "Working Together 2018"
    assert RuleVersion.objects.governing("DL-01", day(2024, 1, 1)).version == "Working Together 2023"


class TestTheEndOfARule:
    def withdraw(self, cast, effective_from):
        return services.propose_withdrawal(
            "DL-01", source="A new Act", effective_from=effective_from, reason="Repealed", by=cast.adm
        )

    def test_nothing_starts_it_any_more(self, cast, case):
        services.confirm_proposal(self.withdraw(cast, day(2026, 6, 1)), by=cast.bum)

        assert start(case, cast.bum) is None
        assert start(case, cast.bum, trigger=london(2026, 5, 29)).rule.version == "Working Together 2023"

    def test_what_began_afterwards_is_not_owed_and_what_began_before_is(self, cast, case):
        before = start(case_of(cast), cast.bum, trigger=london(2026, 5, 29))
        after = start(case, cast.bum)

        services.confirm_proposal(self.withdraw(cast, day(2026, 6, 1)), by=cast.bum)

        before.refresh_from_db()
        after.refresh_from_db()
        assert before.is_open
        assert after.ended_reason == (
            "No rule asks for it any more. DL-01 ends: nothing is owed by it from Monday 1 June 2026 on (A new Act)."
        )
        assert after.not_applicable_at == NOW

    def test_a_beginning_is_not_corrected_into_a_time_without_the_rule(self, cast, case):
        deadline = start(case, cast.bum, trigger=london(2026, 5, 29))
        services.confirm_proposal(self.withdraw(cast, day(2026, 6, 1)), by=cast.bum)

        with pytest.raises(TransitionRefused) as refused:
            services.correct_trigger(deadline, trigger_at=AWARE, reason="Later", by=cast.bum)

        assert refused.value.reasons == [
            "No rule asks for this from Monday 8 June 2026 on. If it began then, it is not owed."
        ]

    @pytest.mark.parametrize("on", [day(2023, 12, 15), day(2020, 1, 1)])
    def test_not_before_its_last_version_began(self, cast, on):
        with pytest.raises(TransitionRefused) as refused:
            self.withdraw(cast, on)

        assert refused.value.reasons == [
            "Give a day after Friday 15 December 2023, when its last version began."
        ]

    def test_it_ends_once(self, cast):
        services.confirm_proposal(self.withdraw(cast, day(2026, 6, 1)), by=cast.bum)

        with pytest.raises(TransitionRefused) as refused:
            self.withdraw(cast, day(2026, 7, 1))

        assert refused.value.reasons == ["The rule ends on Sunday 31 May 2026 already."]


class TestWhoDoes:
    @pytest.mark.parametrize("person", ["bum", "bu", "sgc", "dsp_la", "aud"])
    def test_only_an_administrator_proposes(self, cast, person):
        with pytest.raises(PermissionDenied):
            propose(getattr(cast, person))

    @pytest.mark.parametrize("person", ["bu", "sgc", "dsp_la", "aud", "adm"])
    def test_only_a_business_manager_decides(self, cast, person):
        proposal = propose(cast.adm)

        with pytest.raises(PermissionDenied):
            services.confirm_proposal(proposal, by=getattr(cast, person))
        with pytest.raises(PermissionDenied):
            services.refuse_proposal(proposal, reason="No", by=getattr(cast, person))

    def test_never_the_proposer_whatever_roles_they_hold(self, cast):
        from factories import MembershipFactory

        MembershipFactory(user=cast.bum, partnership=cast.partnership, role=Role.ADM)
        proposal = propose(cast.bum)

        for decide in (
            lambda: services.confirm_proposal(proposal, by=cast.bum),
            lambda: services.refuse_proposal(proposal, reason="No", by=cast.bum),
        ):
            with pytest.raises(TransitionRefused) as refused:
                decide()
            assert refused.value.reasons == ["You proposed this change, so somebody else must decide on it."]
        with pytest.raises(IntegrityError), transaction.atomic():
            RuleProposal.objects.update(decided_by=cast.bum, decided_at=NOW, refusal="No")

    def test_each_step_is_on_record(self, cast):
        proposal = propose(cast.adm)
        services.confirm_proposal(proposal, by=cast.bum)

        told = [
            (event.verb, event.actor, payload_of(event)["words"])
            for event in Event.objects.filter(verb__startswith="rule_").order_by("number")
        ]
        change = "DL-01: 7 working days from Monday 1 June 2026 on, by Working Together 2026"
        assert told == [
            ("rule_proposed", cast.adm, f"Proposed: {change}. The guidance was revised"),
            ("rule_confirmed", cast.bum, f"Confirmed: {change}"),
        ]


class TestRefused:
    def test_a_proposal_turned_down_changes_nothing(self, cast, case):
        deadline = start(case, cast.bum)

        refused = services.refuse_proposal(propose(cast.adm), reason="Only a draft yet", by=cast.bum)

        deadline.refresh_from_db()
        assert (refused.refusal, deadline.due_on) == ("Only a draft yet", day(2026, 6, 15))
        assert propose(cast.adm).is_waiting

    def test_decided_once(self, cast):
        proposal = propose(cast.adm)
        services.confirm_proposal(proposal, by=cast.bum)

        with pytest.raises(TransitionRefused) as refused:
            services.confirm_proposal(proposal, by=cast.bum)

        assert refused.value.reasons == ["This has been decided already."]

    def test_one_at_a_time(self, cast):
        propose(cast.adm)

        with pytest.raises(TransitionRefused) as refused:
            propose(cast.adm)

        assert refused.value.reasons == [
            "A change of this rule waits to be confirmed already. Decide on that one first."
        ]

    @pytest.mark.parametrize("code", ["DL-07", "DL-99"])
    def test_no_local_figure_and_no_unknown_rule(self, cast, code):
        with pytest.raises(TransitionRefused):
            propose(cast.adm, code=code)

    @pytest.mark.parametrize(
        ("more", "sentence"),
        [
            (
                {"effective_from": day(2018, 1, 1)},
                "Give a day from Friday 29 June 2018 on, when the rule began.",
            ),
            ({"length": working_days(0)}, "Give a whole number from 1 to 400."),
            ({"length": working_days(401)}, "Give a whole number from 1 to 400."),
            (
                {"length": working_days_before(5)},
                "It must be counted as before: the rule’s beginning means nothing else.",
            ),
            (
                {"length": working_days(5), "effective_from": day(2023, 12, 15)},
                "This is the figure that stands from that day on already.",
            ),
        ],
    )
    def test_what_makes_no_sense(self, cast, more, sentence):
        with pytest.raises(TransitionRefused) as refused:
            propose(cast.adm, **more)

        assert refused.value.reasons == [sentence]
        assert not RuleProposal.objects.exists()


def test_a_preview_moves_nothing_and_shows_only_what_one_may_see(cast, case, other_cast):
    ours = start(case, cast.bum)
    start(case_of(other_cast), other_cast.bum)
    proposal = propose(cast.adm)

    found = would_move(proposal, cast.bum)

    assert [(each.deadline, each.due_on) for each in found] == [(ours, day(2026, 6, 17))]
    assert would_move(proposal, cast.adm) == []
    assert list(DeadlineChange.objects.all()) == []
    assert Deadline.objects.get(pk=ours.pk).due_on == day(2026, 6, 15)


def test_a_length_in_hours_is_counted_in_hours(cast, case):
    deadline = start(case, cast.bum)

    services.confirm_proposal(propose(cast.adm, length=hours(72)), by=cast.bum)

    deadline.refresh_from_db()
    assert deadline.due_at == AWARE + dt.timedelta(hours=72)


def test_a_release_leaves_alone_what_people_changed(cast):
    services.confirm_proposal(propose(cast.adm), by=cast.bum)

    seed_rules(RuleVersion)

    assert RuleVersion.objects.governing("DL-01", day(2026, 7, 1)).version == "Working Together 2026"
    assert RuleVersion.objects.governing("DL-01", day(2026, 1, 1)).effective_to == day(2026, 5, 31)
    assert RuleVersion.objects.count() == len(CATALOGUE) + 1
