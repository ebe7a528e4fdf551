"""A case before its partners, and short ways to say what they say."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from factories import CaseFactory, has_opened

from accounts.access_table import Thing
from accounts.roles import Role
from casework.files import store_document
from casework.services import admit_standing
from correspondence.models import Message
from decisions import pages, services
from decisions.kinds import DecisionKind
from lcspr import clock
from tests.decisions.addresses import KINDS, ROUTES

PDF = b"%PDF-1.4\n%minute\n"
PARTNERS = ("la", "icb", "police")


def upload(name="minute.pdf"):
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


@pytest.fixture(autouse=True)
def _addresses(settings):
    settings.ROOT_URLCONF = "tests.decisions.addresses"
    settings.CELERY_TASK_ALWAYS_EAGER = True


@pytest.fixture(autouse=True)
def _routes(monkeypatch):
    """The stage of these tests names its pages, as a stage does when it starts; the real ones are forgotten."""
    monkeypatch.setattr(pages, "_ROUTES", {})
    for kind in KINDS:
        for act, name in ROUTES.items():
            pages.route(kind, act, name)


@pytest.fixture
def case(cast):
    """An accepted case: everyone with a standing role is in, and has said they know nobody in it."""
    case = CaseFactory(partnership=cast.partnership, pseudonym="Child V", stage="screening")
    people = [
        cast.bum,
        cast.bu,
        cast.sgc,
        cast.sg,
        cast.ic,
        cast.dsp_la,
        cast.dsp_icb,
        cast.dsp_police,
        cast.lan,
    ]
    people += [cast.lsp_la, cast.lsp_icb, cast.lsp_police]
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    has_opened(case, *people)
    return case


@pytest.fixture
def ask(case, cast):
    """`ask(kind, model=…)` puts a question; a recommendation is recorded where `recommended` gives one."""

    def asked(kind=DecisionKind.RAPID_REVIEW, *, model=None, recommended=None, review_type="", **options):
        if model is not None:
            cast.partnership.decision_model = model
            cast.partnership.save()
        decision = services.open_decision(case, kind=kind, by=cast.sgc, on=clock.today(), **options)
        if recommended:
            decision = services.recommend(
                decision,
                by=cast.sgc,
                outcome=recommended,
                reasons="The group saw it so.",
                review_type=review_type,
                on=clock.today(),
            )
        return decision

    return asked


@pytest.fixture
def say(cast):
    """`say(decision, "lcspr", "lcspr", None)` gives the views of the three, each by their own hand."""

    def said(decision, *outcomes, on=None):
        for partner, outcome in zip(PARTNERS, outcomes, strict=True):
            if outcome:
                decision = services.give_view(
                    decision,
                    by=getattr(cast, f"dsp_{partner}"),
                    outcome=outcome,
                    reasons=f"The {partner} sees it so.",
                    on=on or clock.today(),
                )
        return decision

    return said


@pytest.fixture
def evidence(case, cast):
    """The minute of a meeting."""
    file = BytesIO(PDF)
    file.name = "minute.pdf"
    return store_document(case, file, by=cast.bum, title="Minute of the meeting", thing=Thing.RR_REPORT)


@pytest.fixture
def record(cast, evidence):
    """`record(decision, "police", "lcspr")` records a partner's view on their behalf."""

    def recorded(decision, partner, outcome, *, by=None):
        return services.record_view_on_behalf(
            decision,
            partner=partner,
            outcome=outcome,
            reasons="Said at the meeting.",
            evidence=evidence,
            by=by or cast.sgc,
            on=clock.today(),
        )

    return recorded


def view_of(decision, partner):
    """The live view of a partner."""
    return next(view for view in decision.live_views() if view.partner == partner)


def told(template):
    """Who was written to, by name."""
    return sorted(message.to.name for message in Message.objects.filter(template=template))


def every_role(cast):
    """One person of every role, in the case or not."""
    return {role: getattr(cast, role.value) for role in Role}
