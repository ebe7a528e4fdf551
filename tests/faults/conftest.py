"""A request that an agency answers, and a referral somebody writes: the two long forms."""

from __future__ import annotations

import pytest
from factories import CaseFactory, has_opened, subject_of

from casework.models import Stage
from casework.services import admit_standing
from lcspr import clock
from rapid_review.models import RapidReview
from rapid_review.services import ask_agencies
from tests.referrals.world import World


@pytest.fixture
def review(cast) -> RapidReview:
    """Under way, with everybody in who stands in every case, and asked whom they know."""
    case = CaseFactory(
        partnership=cast.partnership, stage=Stage.RR_GATHERING, pseudonym="Child V", la_aware_at=clock.now()
    )
    subject_of(case)
    people = [cast.bum, cast.sgc, cast.dsp_la, cast.rep]
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    has_opened(case, *people)
    return RapidReview.objects.create(case=case)


@pytest.fixture
def asked(cast, review):
    """The school was asked for its information."""
    return ask_agencies(
        review, agencies=[cast.agency("school")], asked_for="Two years", by=cast.bum, at=clock.now()
    )[0]


@pytest.fixture
def referral(cast):
    """One begun by the school, with every page answered and not sent."""
    return World(cast, None).written()


@pytest.fixture
def writer(referral):
    """Whose referral it is."""
    return referral.referrer
