"""Notices: who outside was told what, when and how, with proof and reply."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from factories import CaseFactory

from accounts.access_table import Thing
from casework.audit import payload_of
from casework.files import store_document
from casework.models import Event
from casework.transitions import TransitionRefused
from correspondence.models import How, Notice, NoticeSubject, Recipient
from correspondence.services import noticed, record_notice, record_reply
from lcspr import clock

pytestmark = pytest.mark.django_db

SENT = dt.datetime(2026, 9, 3, 16, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _autumn(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 10, 1, 9, 0, tzinfo=dt.UTC))


@pytest.fixture
def tell(cast, case):
    def record(**changed) -> Notice:
        given = {
            "to": Recipient.OFSTED,
            "subject": NoticeSubject.LCSPR_STARTING,
            "sent_at": SENT,
            "how": How.EMAIL,
            "by": cast.bum,
        }
        return record_notice(case, **{**given, **changed})

    return record


def proof_for(case, by):
    return store_document(
        case, ContentFile(b"%PDF-1.7 x", "proof.pdf"), by=by, title="Proof", thing=Thing.PANEL_LETTERS
    )


def test_a_notice_is_on_record_with_its_proof(cast, case, tell):
    proof = proof_for(case, cast.bum)

    notice = tell(proof=proof, words="Told that the review starts.")

    assert (notice.recorded_by, notice.proof, notice.sent_at) == (cast.bum, proof, SENT)
    event = Event.objects.get(verb="notice_recorded")
    assert payload_of(event)["words"] == (
        "Told Ofsted on 3 September 2026: a local child safeguarding practice review starts"
    )
    assert (event.case, event.actor) == (case, cast.bum)


def test_what_was_noticed_is_known_by_recipient_and_subject(case, tell):
    notice = tell()

    assert noticed(case, Recipient.OFSTED, NoticeSubject.LCSPR_STARTING) is True
    assert noticed(case, Recipient.DFE, NoticeSubject.LCSPR_STARTING) is False
    assert noticed(case, Recipient.OFSTED, NoticeSubject.REVIEWER_NAMED) is False
    assert list(Notice.objects.of(case, NoticeSubject.LCSPR_STARTING)) == [notice]
    assert list(Notice.objects.of(case, NoticeSubject.DELAY_REASONS)) == []


def test_a_notice_of_another_case_counts_for_that_case_only(cast, case, tell):
    tell()
    other = CaseFactory(partnership=cast.partnership)

    assert noticed(other, Recipient.OFSTED, NoticeSubject.LCSPR_STARTING) is False


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"sent_at": SENT + dt.timedelta(days=365)}, "The notice cannot be dated in the future."),
        (
            {"sent_at": dt.datetime(2026, 7, 31, 12, 0, tzinfo=dt.UTC)},
            "The notice cannot be dated before the incident, which was on 1 August 2026.",
        ),
        ({"to": Recipient.OTHER}, "Say who was told."),
    ],
)
def test_a_notice_that_cannot_be_is_refused(case, tell, changed, reason):
    case.incident_from = dt.date(2026, 8, 1)
    case.save()

    with pytest.raises(TransitionRefused) as refused:
        tell(**changed)

    assert refused.value.reasons == [reason]
    assert list(Notice.objects.all()) == []


def test_around_an_approximate_incident_any_past_date_is_taken(case, tell):
    case.incident_from, case.incident_approximate = dt.date(2026, 9, 20), True
    case.save()

    assert tell().sent_at == SENT


def test_proof_of_another_case_is_refused(cast, tell):
    other = CaseFactory(partnership=cast.partnership)

    with pytest.raises(TransitionRefused) as refused:
        tell(proof=proof_for(other, cast.bum))

    assert refused.value.reasons == ["The file belongs to another case."]


def test_a_reply_is_recorded_once(cast, case, tell):
    notice = record_reply(tell(), by=cast.bu, received_at=SENT + dt.timedelta(days=2), words="Thank you.")

    assert (notice.reply_words, notice.reply_recorded_by) == ("Thank you.", cast.bu)
    words = payload_of(Event.objects.get(verb="notice_reply_recorded"))["words"]
    assert words == "Reply of 5 September 2026 recorded: Ofsted"
    with pytest.raises(TransitionRefused) as refused:
        record_reply(notice, by=cast.bu, received_at=SENT + dt.timedelta(days=3), words="Again.")
    assert refused.value.reasons == ["A reply to this notice has been recorded already."]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"received_at": SENT + dt.timedelta(days=365)}, "The reply cannot be dated in the future."),
        (
            {"received_at": SENT - dt.timedelta(minutes=1)},
            "The reply cannot be dated before the notice, which was sent on 3 September 2026.",
        ),
        ({"words": ""}, "Say what they replied, or add the reply as a file."),
    ],
)
def test_a_reply_that_cannot_be_is_refused(cast, tell, changed, reason):
    given = {"received_at": SENT + dt.timedelta(days=2), "words": "Thank you."}

    with pytest.raises(TransitionRefused) as refused:
        record_reply(tell(), by=cast.bum, **{**given, **changed})

    assert refused.value.reasons == [reason]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"to": "nobody"},
        {"subject": "gossip"},
        {"how": "pigeon"},
        {"to": "other"},
        {"reply_words": "Thank you."},
    ],
)
def test_the_database_refuses_nonsense(tell, nonsense):
    notice = tell()

    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**nonsense)
