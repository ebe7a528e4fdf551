"""A rapid review under way, its agencies asked or not."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from factories import CaseFactory, has_opened, subject_of

import deadlines.services
from accounts.roles import Role
from casework.models import Stage
from casework.services import admit_standing
from lcspr import clock
from rapid_review.models import RapidReview
from rapid_review.services import ask_agencies

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

WHOLE_REPORT = {
    "meeting_on": None,
    "attendance": "Sub-group chair, social care, named nurse, detective inspector",
    "la_present": True,
    "icb_present": True,
    "police_present": True,
    "facts": "What happened.",
    "safety": "Nothing further is needed now.",
    "improvement": "Information was shared late.",
    "context": "The family had moved three times.",
    "next_steps": "A review is recommended.",
}
WHOLE_RETURN = {
    "author_name": "A. Writer",
    "author_independent": True,
    "records_searched": "Every system",
    "involvement": "We saw the child twice.",
    "analysis": "The second visit was late.",
    "immediate_action": "Nothing further.",
    "recommended": "lcspr",
    "signed_by_name": "S. Senior",
    "signed_by_role": "Director of nursing",
}


def pdf(name: str = "file.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF)


@pytest.fixture
def review(cast) -> RapidReview:
    """Opened today; the notification was sent, the standing roles are in, and everyone has answered the
    question asked on first opening."""
    case = CaseFactory(
        partnership=cast.partnership, stage=Stage.RR_GATHERING, pseudonym="Child V", la_aware_at=clock.now()
    )
    subject_of(case)
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    has_opened(case, *(getattr(cast, role) for role in ("bum", "bu", "sgc", "sg", "ic", "dsp_la", "rep")))
    deadlines.services.start("DL-10", case=case, trigger_at=clock.now(), because="", by=cast.bum)
    return RapidReview.objects.create(case=case)


@pytest.fixture
def request_(cast, review):
    """The school has been asked."""
    school = cast.agency("school")
    assert cast.rep.memberships.get().role == Role.REP
    return ask_agencies(
        review, agencies=[school], asked_for="The last two years", by=cast.bum, at=clock.now()
    )[0]
