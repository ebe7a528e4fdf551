"""The one door: state, then permission, then every guard; one transaction; one line in the record."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, connections, transaction
from django_fsm import ConcurrentTransition
from factories import AgencyFactory, CaseFactory, subject_of

from accounts.db import acting_as
from accounts.models import User
from casework import audit
from casework.checks import check_machine, machines
from casework.models import Case, Event, Stage
from casework.services import admit_standing
from casework.transitions import MovedOn, TransitionRefused, actions_for, perform
from lcspr import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(cast) -> Case:
    """A referral as it comes in: nothing that acceptance needs is recorded yet."""
    return CaseFactory(partnership=cast.partnership)


@pytest.fixture
def ready(cast) -> Case:
    """A case that can be accepted."""
    area = AgencyFactory(name="Northmere Council", kind="local_authority")
    case = CaseFactory(
        partnership=cast.partnership,
        pseudonym="Child Q",
        incident_la=area,
        home_la=area,
        la_aware_at=clock.now(),
    )
    subject_of(case)
    return case


def test_every_unmet_guard_is_told_at_once(cast, submitted):
    with pytest.raises(TransitionRefused) as refused:
        perform(submitted, "accept", by=cast.bum)

    assert refused.value.reasons == [
        "Give the case a pseudonym.",
        "Record at least one child as the subject.",
        "Say in which local authority’s area it happened.",
        "Say in which local authority’s area the child normally lives.",
        "Record when the local authority became aware: the five working days run from then.",
    ]
    assert Case.objects.get(pk=submitted.pk).stage == Stage.SUBMITTED
    assert list(Event.objects.filter(case=submitted)) == []


def test_an_act_moves_the_case_and_writes_one_line(cast, ready):
    moved = perform(ready, "accept", by=cast.bum)

    assert (moved.stage, moved.la_aware_confirmed) == (Stage.SCREENING, True)
    event = Event.objects.get(case=ready)
    assert (event.verb, event.actor, event.object) == ("accept", cast.bum, f"casework.Case:{ready.pk}")
    assert audit.payload_of(event) == {
        "words": "Accept the referral",
        "source": "submitted",
        "target": "screening",
        "details": {},
    }


def test_state_is_told_before_permission_and_permission_before_guards(cast, submitted, outsider):
    with pytest.raises(PermissionDenied):
        perform(submitted, "accept", by=outsider)
    with pytest.raises(MovedOn) as moved:
        perform(submitted, "publish", by=outsider)
    assert moved.value.reasons == ["This has moved on: it is now “Referral received”."]


def test_the_second_click_learns_who_was_first(cast, ready):
    perform(ready, "accept", by=cast.bum)

    with pytest.raises(MovedOn) as moved:
        perform(ready, "accept", by=cast.bu)

    assert moved.value.last.actor == cast.bum


def test_buttons_come_from_the_same_data_with_what_blocks_them(cast, submitted):
    offered = {act.name: act.reasons for act in actions_for(submitted, cast.bum)}

    assert set(offered) == {"mark_duplicate", "withdraw", "accept", "transfer"}
    assert len(offered["accept"]) == 5
    assert actions_for(submitted, cast.rep) == []


def test_state_cannot_be_set_past_the_door(cast, ready):
    with pytest.raises(AttributeError):
        ready.stage = Stage.PUBLISHED


@pytest.mark.parametrize("stage", ["published", "nonsense", "closed_nfa"])
def test_the_database_refuses_a_move_that_is_no_act(cast, ready, stage):
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=ready.pk).update(stage=stage)


def test_a_stale_form_cannot_undo_a_colleagues_act(cast, ready):
    stale = Case.objects.get(pk=ready.pk)
    perform(ready, "accept", by=cast.bum)

    stale.pseudonym = "Child Z"
    with pytest.raises(ConcurrentTransition), transaction.atomic():
        stale.save()


def test_every_machine_in_the_house_passes_the_checks():
    assert Case in machines()
    assert [message.msg for model in machines() for message in check_machine(model)] == []


def test_a_machine_without_permission_label_or_ref_is_refused(monkeypatch):
    from django_fsm import FSMField

    transition = next(
        t for t in Case._meta.get_field("stage").get_all_transitions(Case) if t.name == "accept"
    )
    monkeypatch.setattr(transition, "permission", None)
    monkeypatch.setattr(transition, "custom", {})
    assert isinstance(Case._meta.get_field("stage"), FSMField)

    assert [message.msg for message in check_machine(Case)] == [
        "Case.accept needs a permission.",
        "Case.accept needs a label.",
        "Case.accept needs a ref.",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_give_exactly_one_act(cast, ready):
    people = [cast.bum.pk, cast.bu.pk]
    barrier, results = threading.Barrier(2), []

    def accept(pk):
        try:
            user = User.objects.get(pk=pk)
            barrier.wait(timeout=10)
            with acting_as(user):
                perform(Case.objects.get(pk=ready.pk), "accept", by=user)
            results.append("done")
        except MovedOn:
            results.append("too late")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=accept, args=[pk]) for pk in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(results) == ["done", "too late"]
    assert Event.objects.filter(case=ready, verb="accept").count() == 1
    assert audit.faults() == []


def test_an_act_names_its_actor_to_the_database(cast, ready):
    with acting_as(cast.bum), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.user_id')")
        assert cursor.fetchone() == (str(cast.bum.pk),)
    with acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.user_id')")
        assert cursor.fetchone() == ("",)


# The state × act × role matrix: who may take each exit of the case, in every stage.

PEOPLE = [
    "bu", "bum", "sgc", "sg", "ic", "dsp_la", "dsp_icb", "dsp_police", "lsp_la", "lan", "pc", "pm", "aut", "rep",
    "referrer", "dsl", "adm", "aud",
]  # fmt: skip
BU = {"bu", "bum"}
DSP = {"dsp_la", "dsp_icb", "dsp_police"}
LSP = {"lsp_la"}
DECIDERS = BU | DSP | {"sgc", "ic"}
ACTS = {
    "mark_duplicate": BU,
    "withdraw": BU,
    "accept": BU,
    "transfer": BU | {"sgc"},
    "find_criteria_met": DECIDERS | LSP,
    "reconsider_criteria": DECIDERS,
    "notify_alone": {"dsp_la", "lan"},
    "record_notification": BU | {"lan"},
    "choose_alternative": DECIDERS | LSP,
    "find_criteria_not_met": DECIDERS | LSP,
    "finish_gathering": BU,
    "put_to_partners": BU | {"sgc"},
    "ask_for_rework": DECIDERS,
    "send_rapid_review": BU,
    "begin_commissioning": BU,
    "monitor_after_panel": BU,
    "close_after_panel": {"sgc"},
    "alternative_after_panel": BU,
    "record_panel_query": BU,
    "answer_panel": BU,
    "record_panel_disagreement": BU,
    "reconsider_for_review": DECIDERS,
    "reconsider_for_no_review": DECIDERS,
    "reconsider_for_alternative": DECIDERS,
    "record_national_review": BU,
    "monitor_after_national": DECIDERS,
    "commission_beside_national": DECIDERS,
    "withdraw_notification": DECIDERS,
    "start_review": BU,
    "start_drafting": BU | {"pc"},
    "return_to_review": BU | {"pc"},
    "submit_report": BU | {"pc", "aut"},
    "ask_for_changes": DECIDERS | {"sg"},
    "sign_off_report": DECIDERS,
    "discontinue_for_alternative": DECIDERS,
    "discontinue": DECIDERS,
    "hold_publication": BU | DSP,
    "release_publication": BU | DSP,
    "publish": BU,
    "publish_improvements": BU,
    "decide_not_to_publish": DECIDERS,
    "close_complete": DSP | {"sgc", "ic"},
    "agree_alternative": BU | {"sgc"},
    "commission_from_alternative": DECIDERS,
    "find_criteria_met_later": DECIDERS,
    "reopen_for_screening": DSP | {"sgc"},
    "reopen_for_monitoring": DSP | {"sgc"},
    "take_back_acceptance": BU,
    "take_back_notification": BU,
    "take_back_sending": BU,
    "take_back_publication": BU,
    "discontinue_alternative": DSP | {"sgc"},
    "close_after_alternative": DSP,
}
EXITS = {
    "submitted": {"mark_duplicate", "withdraw", "accept", "transfer"},
    "screening": {
        "mark_duplicate", "withdraw", "transfer", "find_criteria_met", "notify_alone", "choose_alternative",
        "find_criteria_not_met", "take_back_acceptance",
    },
    "awaiting_sin": {"reconsider_criteria", "record_notification"},
    "rr_gathering": {"finish_gathering", "withdraw_notification", "take_back_notification"},
    "rr_analysis": {"put_to_partners", "withdraw_notification"},
    "rr_decision": {"ask_for_rework", "send_rapid_review", "withdraw_notification"},
    "awaiting_panel": {
        "begin_commissioning", "monitor_after_panel", "close_after_panel", "alternative_after_panel",
        "record_panel_query", "record_panel_disagreement", "record_national_review", "withdraw_notification",
        "take_back_sending",
    },
    "panel_query": {"answer_panel"},
    "panel_challenge": {
        "reconsider_for_review", "reconsider_for_no_review", "reconsider_for_alternative", "record_national_review",
    },
    "national_review": {"monitor_after_national", "commission_beside_national"},
    "commissioning": {"start_review", "record_national_review", "discontinue", "discontinue_for_alternative"},
    "in_review": {"start_drafting", "record_national_review", "discontinue", "discontinue_for_alternative"},
    "drafting": {
        "return_to_review", "submit_report", "record_national_review", "discontinue", "discontinue_for_alternative",
    },
    "sign_off": {"ask_for_changes", "sign_off_report", "record_national_review", "decide_not_to_publish"},
    "pre_publication": {"hold_publication", "publish", "publish_improvements", "decide_not_to_publish"},
    "publication_held": {"release_publication"},
    "published": {"close_complete", "take_back_publication"},
    "improvements_published": {"close_complete", "take_back_publication"},
    "not_published": {"close_complete"},
    "alternative_review": {
        "agree_alternative", "commission_from_alternative", "find_criteria_met_later", "discontinue_alternative",
        "close_after_alternative",
    },
    "monitoring": {"close_complete"},
    "closed_complete": {"reopen_for_screening", "reopen_for_monitoring"},
    "closed_nfa": {"reopen_for_screening", "reopen_for_monitoring"},
    "closed_withdrawn": {"reopen_for_screening"},
    "closed_duplicate": {"reopen_for_screening"},
    "closed_transferred": {"reopen_for_screening"},
}  # fmt: skip


def test_the_matrix_names_every_stage_and_act():
    assert set(EXITS) == set(Stage.values)
    assert set().union(*EXITS.values()) == set(ACTS)


@pytest.mark.parametrize("stage", Stage.values)
def test_who_may_do_what_in_each_stage(cast, stage):
    case = CaseFactory(partnership=cast.partnership, stage=stage)
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    for role in ("pc", "pm", "aut"):
        case.access.create(user=getattr(cast, role), role=role, why="Appointed")

    offered = {person: {act.name for act in actions_for(case, getattr(cast, person))} for person in PEOPLE}

    assert offered == {person: {act for act in EXITS[stage] if person in ACTS[act]} for person in PEOPLE}
