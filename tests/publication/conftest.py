"""A review signed off by its partners, and short ways towards its public page."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from factories import CaseFactory, has_opened, subject_of

import deadlines.services
import decisions.services
from accounts.access_table import Thing
from accounts.db import forget_memberships
from casework.files import store_document
from casework.models import Stage
from casework.services import admit_standing
from correspondence.models import How
from decisions.kinds import DecisionKind
from decisions.models import HoldKind, HoldSource
from lcspr import clock
from panels.models import Review, ReviewState
from publication import services
from publication.gates import GATES, GateKind
from publication.models import Publication
from publication.rules.publishing import Copied

PEOPLE = ("bum", "bu", "sgc", "sg", "ic", "dsp_la", "dsp_icb", "dsp_police", "lsp_la", "lan")
PARTNERS = ("dsp_la", "dsp_icb", "dsp_police")


def pdf(words: str = "anonymised", name: str = "report.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7\n" + words.encode() + b"\n%%EOF\n")


def at(on: dt.date, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(on, dt.time(hour), tzinfo=clock.LONDON)


@pytest.fixture(autouse=True)
def _jobs_at_once(settings):
    settings.CELERY_TASK_ALWAYS_EAGER = True


@pytest.fixture
def on_day():
    """`on_day(date)` moves the clock to ten in the morning of that day, until the next or the end of the test."""
    travellers = []

    def move(on: dt.date, hour: int = 10) -> None:
        while travellers:
            travellers.pop().stop()
        traveller = time_machine.travel(at(on, hour), tick=True)
        traveller.start()
        travellers.append(traveller)
        # Who holds what depends on the day.
        forget_memberships()

    yield move
    while travellers:
        travellers.pop().stop()


def answer(decision, cast, *outcomes):
    """The three partners give these views, each by their own hand."""
    for role, outcome in zip(PARTNERS, outcomes, strict=True):
        decision = services.conclude_question(
            decisions.services.give_view(
                decision,
                by=getattr(cast, role),
                outcome=outcome,
                reasons="So we see it.",
                on=clock.today(),
            ),
            by=getattr(cast, role),
        )
    return decision


def signed_off_review(cast, *, outcome: str = "full", pseudonym: str = "Child V", decided_on=None) -> Review:
    """A review in sign-off whose partners have decided `outcome`, with its case, and then signed off."""
    decided_on = decided_on or clock.today() - dt.timedelta(days=120)
    case = CaseFactory(partnership=cast.partnership, stage=Stage.PRE_PUBLICATION, pseudonym=pseudonym)
    subject_of(case)
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    has_opened(case, *(getattr(cast, role) for role in PEOPLE))
    deadlines.services.start(
        "DL-14", case=case, trigger_at=clock.on_the_day(decided_on), because="", by=cast.bum
    )
    review = Review.objects.create(
        case=case,
        review_type="lcspr",
        state=ReviewState.SIGNED_OFF,
        commissioned_on=decided_on,
        signed_off_on=clock.today(),
        publication_choice=outcome,
    )
    review.cases.add(case)
    decision = decisions.services.open_decision(
        case, kind=DecisionKind.SIGN_OFF, by=cast.bum, on=clock.today(), about=review
    )
    decision = answer(decision, cast, outcome, outcome, outcome)
    decision = decisions.services.give_chair_view(
        decision, by=cast.ic, agrees=True, reasons="I agree.", on=clock.today()
    )
    review.sign_off_decision = decision
    review.save()
    assert decision.state == "decided"
    return review


@pytest.fixture
def review(cast) -> Review:
    return signed_off_review(cast)


@pytest.fixture
def publication(cast, review) -> Publication:
    """Opened today; nothing of it is prepared yet."""
    return services.open_publication(review, by=cast.bum)


@pytest.fixture
def ready(cast, publication):
    """`ready(publication)` does everything but the copies and the day: words, file, every gate ticked."""
    return lambda wanted=publication: prepared(wanted, cast)


def prepared(publication: Publication, cast) -> Publication:
    words = {"public_title": "Child V", "summary": "What happened and what was learned."}
    if publication.outcome == "full":
        publication = services.prepare_publication(
            publication, version=publication.version, report=pdf(), by=cast.bum, **words
        )
    else:
        publication = services.prepare_publication(
            publication, version=publication.version, improvements="Share more.", by=cast.bum, **words
        )
    for gate in GateKind:
        for person in (cast.bum, cast.bu)[: GATES[gate].people]:
            services.tick_gate(publication, gate=gate, on=clock.today(), evidence="Seen and read.", by=person)
    return publication


def copies(publication: Publication, cast, *, on: dt.date | None = None, to=tuple(Copied)) -> Publication:
    sent_at = at(on, 9) if on else clock.now()
    return services.record_copies(
        publication, to=[str(each) for each in to], sent_at=sent_at, how=How.EMAIL, by=cast.bum
    )


def hold(case, cast, **fields):
    """A trial stands in the way of publication."""
    return decisions.services.add_hold(
        case,
        by=cast.bum,
        kind=fields.pop("kind", HoldKind.PUBLICATION),
        reason="The trial must not be prejudiced.",
        source=HoldSource.POLICE,
        on=clock.today(),
        review_on=clock.today() + dt.timedelta(days=80),
    )


def release(held, cast):
    evidence = store_document(
        held.case, pdf("verdict"), by=cast.bum, title="Verdict", thing=Thing.LEGAL_ADVICE
    )
    return decisions.services.release_hold(
        held, by=cast.bum, reason="The verdict is in.", on=clock.today(), evidence=evidence
    )


def reasons():
    return services.Reasons(sent_at=clock.now(), how=How.EMAIL, words="Criminal proceedings.")


@pytest.fixture
def published(cast, publication, on_day) -> Publication:
    """Public since today, copies sent three weeks ago."""
    today = clock.today()
    prepared(publication, cast)
    on_day(today + dt.timedelta(days=1))
    copies(publication, cast)
    on_day(today + dt.timedelta(days=30))
    services.plan_publication(publication, planned_on=clock.today(), by=cast.bum)
    return services.publish_report(publication, by=cast.bum)
