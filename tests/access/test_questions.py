"""A question is answered on the pages of the stage that asked it, and on no other stage's: answering moves the case."""

from __future__ import annotations

import pytest
from django.urls import reverse
from factories import CaseFactory, MembershipFactory, UserFactory, has_opened

from accounts.roles import Role
from casework.audit import label_of
from casework.models import Stage
from casework.services import admit_standing
from decisions import pages
from decisions.kinds import DecisionKind
from decisions.models import Decision, PartnerView
from lcspr import clock

pytestmark = pytest.mark.django_db

# The page of each act, with the kinds of question that it answers.
ANSWERS: dict[str, set[DecisionKind]] = {}
for (kind, _act), (name, by_about) in pages._ROUTES.items():
    if not by_about:
        ANSWERS.setdefault(name, set()).add(kind)


@pytest.fixture
def everybody(cast):
    """One person with every standing role at once: no missing role hides a page from them."""
    user = UserFactory()
    for role in ("bum", "sgc", "ic", "dsp_la", "dsp_icb", "dsp_police", "lsp_la", "lan"):
        principal = getattr(cast, role).memberships.get()
        MembershipFactory(
            user=user,
            partnership=cast.partnership,
            agency=principal.agency,
            role=Role(role),
            deputy_for=principal,
        )
    return user


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_a_page_answers_only_the_questions_of_its_own_stage(cast, everybody, sign_in, name):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.SCREENING, pseudonym="Child V")
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    has_opened(case, everybody)
    client, answered = sign_in(everybody), {}
    for kind in (*sorted(set(DecisionKind) - ANSWERS[name])[:2], *sorted(ANSWERS[name])[:1]):
        decision = Decision.objects.create(
            case=case,
            kind=kind,
            model=cast.partnership.decision_model,
            question="What follows?",
            about=label_of(case),
            opened_on=clock.today(),
            opened_by=cast.bum,
        )
        address = reverse(name, args=[decision.pk])
        answered[kind] = {client.get(address).status_code, client.post(address).status_code}

    assert {kind for kind, answers in answered.items() if answers == {404}} == set(answered) - ANSWERS[name]
    assert not PartnerView.objects.exists()
