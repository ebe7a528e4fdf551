"""The two machines: every state, every act, every role; and every act has its page."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.roles import Role
from casework.checks import check_machine, transitions_of
from casework.transitions import actions_for, exits
from referrals.models import NotificationState, Referral, ReferralState, SeriousIncidentNotification

pytestmark = pytest.mark.django_db

REFERRAL = {
    "draft": {"submit": "submitted", "record_la_first": "accepted", "discard": "withdrawn"},
    "submitted": {
        "return_to_referrer": "returned",
        "accept": "accepted",
        "mark_duplicate": "duplicate",
        "withdraw": "withdrawn",
        "transfer": "transferred",
    },
    "returned": {
        "resubmit": "submitted",
        "accept": "accepted",
        "mark_duplicate": "duplicate",
        "withdraw": "withdrawn",
        "transfer": "transferred",
    },
    "accepted": {
        "mark_duplicate": "duplicate",
        "withdraw": "withdrawn",
        "transfer": "transferred",
        "take_back_acceptance": "submitted",
    },
    "duplicate": {},
    "withdrawn": {},
    "transferred": {},
}
NOTIFICATION = {
    "required": {"prepare": "drafted", "record_sent": "sent", "reconsider": "not_required"},
    "drafted": {"prepare": "drafted", "record_sent": "sent", "reconsider": "not_required"},
    "sent": {
        "acknowledge": "acknowledged",
        "reject": "rejected",
        "close": "closed",
        "de_notify": "de_notified",
        "take_back_sent": "required",
    },
    "acknowledged": {"close": "closed", "de_notify": "de_notified", "take_back_sent": "required"},
    "rejected": {"record_sent_again": "sent", "de_notify": "de_notified", "take_back_sent": "required"},
    "closed": {},
    "de_notified": {},
    "not_required": {},
}

# Who may do what, once a case has been accepted and its notification is owed.
MAY = {
    "referrer": set(),
    "dsl": set(),
    "rep": set(),
    "bu": {
        "record_sent",
        "prepare",
        "reconsider",
        "mark_duplicate",
        "withdraw",
        "transfer",
        "take_back_acceptance",
    },
    "bum": {
        "record_sent",
        "prepare",
        "reconsider",
        "mark_duplicate",
        "withdraw",
        "transfer",
        "take_back_acceptance",
    },
    "sgc": {"reconsider", "transfer"},
    "sg": set(),
    "ic": set(),
    "dsp_la": {"reconsider"},
    "dsp_icb": {"reconsider"},
    "dsp_police": {"reconsider"},
    "lsp_la": set(),
    "lan": {"record_sent", "prepare"},
}


def moves(model):
    found = {str(value): {} for value, _ in model._meta.get_field("state").choices}
    for transition in transitions_of(model):
        found[str(transition.source)][transition.name] = str(transition.target)
    return found


def test_the_referral_moves_only_so():
    assert moves(Referral) == REFERRAL


def test_the_notification_moves_only_so():
    assert moves(SeriousIncidentNotification) == NOTIFICATION


@pytest.mark.parametrize("model", [Referral, SeriousIncidentNotification])
def test_the_machine_passes_the_checks_of_the_door(model):
    assert list(check_machine(model)) == []


@pytest.mark.parametrize("model", [Referral, SeriousIncidentNotification])
def test_every_act_has_its_page(model):
    key = "00000000-0000-4000-8000-000000000000"
    pages = {t.name: reverse(f"referrals:{t.name}", args=[key]) for t in transitions_of(model)}
    assert all(key in page for page in pages.values())


def test_who_may_do_what_of_an_accepted_referral_and_its_notification(north):
    people = {role: getattr(north.cast, role) for role in MAY}
    notification = north.owed()
    referral = north.fresh(notification.case.referrals.get())

    may = {
        role: {act.name for record in (referral, notification) for act in actions_for(record, person)}
        for role, person in people.items()
    }

    assert may == MAY


def test_who_may_do_what_of_a_referral_received(north):
    referral = north.submitted()
    acts = {"return_to_referrer", "accept", "mark_duplicate", "withdraw", "transfer"}

    for role in ("referrer", "dsl", "rep", "sgc", "sg", "ic", "dsp_la", "lan", "adm", "aud"):
        assert {a.name for a in actions_for(referral, getattr(north.cast, role))} == set(), role
    assert {a.name for a in actions_for(referral, north.cast.bu)} == acts


def test_a_stranger_may_do_nothing_at_all(north, outsider):
    draft, notification = north.written(), north.owed()

    assert actions_for(draft, outsider) == []
    assert actions_for(north.fresh(notification.case.referrals.get()), outsider) == []
    assert actions_for(notification, outsider) == []


def test_the_database_refuses_a_move_no_act_makes(north):
    referral = north.submitted()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE referrals_referral SET state = 'draft' WHERE id = %s", [str(referral.pk)])


def test_the_database_keeps_one_notification_at_a_time(north):
    notification = north.owed()

    with pytest.raises(IntegrityError), transaction.atomic():
        SeriousIncidentNotification.objects.create(case=notification.case, basis="partners_agree")


def test_ended_referrals_have_no_exit():
    for state in (ReferralState.DUPLICATE, ReferralState.WITHDRAWN, ReferralState.TRANSFERRED):
        assert exits(Referral(state=state)) == {}
    for state in (NotificationState.CLOSED, NotificationState.DE_NOTIFIED, NotificationState.NOT_REQUIRED):
        assert exits(SeriousIncidentNotification(state=state)) == {}


def test_the_roles_of_the_table_are_roles():
    assert {Role(name) for name in MAY} <= set(Role)
