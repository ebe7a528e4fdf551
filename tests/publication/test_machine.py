"""The machine of a publication, state by act by role: the table is the rule, and everything not in it is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from accounts.access_table import Thing
from accounts.roles import Role
from casework.checks import check_machine
from casework.files import store_document
from casework.services import admit
from casework.transitions import MovedOn, exits, is_permitted, perform
from lcspr import clock
from panels.models import Review
from publication.models import Publication, PublicationState
from tests.publication.conftest import pdf

pytestmark = pytest.mark.django_db

BU = {Role.BU, Role.BUM}
DSP = {Role.DSP_LA, Role.DSP_ICB, Role.DSP_POLICE}

MOVES = {
    ("preparing", "hold_publication"): BU | DSP,
    ("preparing", "publish"): BU,
    ("preparing", "publish_improvements"): BU,
    ("preparing", "decide_not_to_publish"): BU | DSP | {Role.SGC, Role.IC},
    ("held", "release_publication"): BU | DSP,
    ("published", "withdraw"): BU | DSP,
    ("published", "take_back_publication"): BU,
    ("improvements_only", "withdraw"): BU | DSP,
    ("improvements_only", "take_back_publication"): BU,
}
NAMES = sorted({name for _, name in MOVES})
STANDING_HOLDERS = (
    "bu", "bum", "sgc", "sg", "ic", "dsp_la", "dsp_icb", "dsp_police", "lsp_la", "lan",
)  # fmt: skip
APPOINTED = ("rep", "dsl", "referrer", "pc", "pm", "aut", "aa", "alo", "family", "comms", "legal")


def in_state(publication, state):
    """Another publication, born in a state as one brought in is."""
    review = Review.objects.create(
        case=publication.case,
        review_type="lcspr",
        state="signed_off",
        signed_off_on=clock.today(),
        publication_choice="full",
    )
    public = state in {"published", "improvements_only", "withdrawn"}
    return Publication.objects.create(
        case=publication.case,
        review=review,
        state=state,
        outcome={"improvements_only": "improvements_only", "none": "none"}.get(state, "full"),
        public_title="Child V",
        improvements="Share more.",
        slug=f"slug-{state}" if public else "",
        sha256="a" * 64 if public else "",
        published_at=clock.now() if public else None,
        report=_report(publication) if state in {"published", "withdrawn"} else None,
        not_published_because="So decided." if state == "none" else "",
        withdrawn_at=clock.now() if state == "withdrawn" else None,
        withdrawal_reason="A court." if state == "withdrawn" else "",
        copies_count_from=clock.now(),
    )


def _report(publication):
    return store_document(
        publication.case, pdf(), by=publication.decision.opened_by, title="Report", thing=Thing.FINAL_REPORT
    )


def test_each_state_offers_its_acts_and_no_other(publication):
    offered = {state: set(exits(in_state(publication, state))) for state in PublicationState.values}

    assert offered == {
        state: {name for source, name in MOVES if source == state} for state in PublicationState.values
    }


def test_each_act_is_for_its_roles_and_no_other(cast, publication):
    for role in APPOINTED:
        admit(
            publication.case,
            role=Role(role),
            user=getattr(cast, role),
            why="T",
            by=cast.bum,
            on=clock.today(),
        )

    allowed = {
        name: {
            role
            for role in (*STANDING_HOLDERS, *APPOINTED)
            if is_permitted(publication, name, getattr(cast, role))
        }
        for name in NAMES
    }

    assert allowed == {name: {role.value for role in roles} for (_, name), roles in MOVES.items()}


def test_a_stranger_may_do_nothing(publication, outsider):
    assert [name for name in NAMES if is_permitted(publication, name, outsider)] == []


def test_an_act_from_another_state_has_moved_on(cast, publication):
    for state in PublicationState.values:
        record = in_state(publication, state)
        for name in NAMES:
            if (state, name) not in MOVES:
                with pytest.raises(MovedOn):
                    perform(record, name, by=cast.bum)


def test_a_reader_is_refused_before_the_guards_speak(cast, publication):
    with pytest.raises(PermissionDenied):
        perform(publication, "publish", by=cast.sg)


def test_the_checks_of_the_door_are_silent():
    assert list(check_machine(Publication)) == []


def test_the_database_refuses_a_move_that_is_no_act(publication):
    for state in ("published", "none", "withdrawn", "nonsense"):
        with pytest.raises(DatabaseError), transaction.atomic():
            Publication.objects.filter(pk=publication.pk).update(state=state)


def test_the_database_refuses_nonsense(publication):
    for nonsense in (
        {"slug": "guessed"},
        {"published_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
        {"outcome": "everything"},
        {"in_breach": True},
        {"withdrawn_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Publication.objects.filter(pk=publication.pk).update(**nonsense)


def test_one_live_publication_a_review(publication):
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.create(
            case=publication.case, review=publication.review, outcome="full", copies_count_from=clock.now()
        )
