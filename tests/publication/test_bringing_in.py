"""A case already under way, brought in at each stage with its past (T50)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from factories import has_opened

from casework.models import Case, Stage, Subject
from casework.transitions import TransitionRefused
from deadlines.models import Deadline
from decisions.models import HoldSource
from lcspr import clock
from panels.models import AlternativeReview, Review
from publication import services
from publication.models import Publication
from publication.rules.bringing_in import NEEDED, Past
from rapid_review.models import RapidReview
from referrals.models import SeriousIncidentNotification
from tests.publication.conftest import copies, pdf, prepared

pytestmark = pytest.mark.django_db

DAYS_AGO = {
    Past.INCIDENT: 130,
    Past.AWARE: 129,
    Past.NOTIFIED: 125,
    Past.DECIDED: 108,
    Past.RR_SENT: 107,
    Past.TOLD: 106,
    Past.LETTER: 95,
    Past.STARTED: 80,
    Past.SIGNED_OFF: 20,
    Past.REASONS_SENT: 10,
    Past.PUBLISHED: 5,
    Past.CLOSED: 2,
}


def dates(*only):
    return {
        date: clock.today() - dt.timedelta(days=ago)
        for date, ago in DAYS_AGO.items()
        if not only or date in only
    }


@pytest.fixture
def bring_in(cast):
    assert cast.agency("council").name
    assert cast.dsp_la

    def brought(stage, **more):
        details = {
            "pseudonym": "Child V",
            "children": [services.Child(forenames="Robin", surname="Example", born_on=dt.date(2020, 5, 17))],
            "dates": dates(Past.INCIDENT, *NEEDED.get(stage, ())),
            "proof": pdf("minutes", "minutes.pdf"),
            "why": "From the neighbouring system; the minutes show where it stands.",
            "on": clock.today(),
        }
        if stage == Stage.PUBLISHED:
            details["public"] = services.Public(title="Child V", summary="Learning.", report=pdf())
        if stage == Stage.IMPROVEMENTS_PUBLISHED:
            details["public"] = services.Public(title="Child V", improvements="Share more.")
        if stage == Stage.PUBLICATION_HELD:
            details["held_for"] = services.HeldFor(
                HoldSource.POLICE, "The trial.", clock.today() + dt.timedelta(days=60)
            )
        case = services.bring_in_case(
            cast.partnership, by=cast.bum, stage=Stage(stage), **{**details, **more}
        )
        has_opened(case, cast.bum, cast.bu, cast.sgc, cast.dsp_la, cast.ic)
        return case

    return brought


RECORDS = {
    "rr_gathering": ("gathering", None, None),
    "rr_analysis": ("analysis", None, None),
    "rr_decision": ("decision", None, None),
    "awaiting_panel": ("sent", None, None),
    "panel_query": ("queried", None, None),
    "panel_challenge": ("challenged", None, None),
    "national_review": ("concluded", "national", None),
    "commissioning": ("concluded", "commissioning", None),
    "in_review": ("concluded", "in_review", None),
    "drafting": ("concluded", "drafting", None),
    "sign_off": ("concluded", "sign_off", None),
    "pre_publication": ("concluded", "signed_off", "preparing"),
    "publication_held": ("concluded", "signed_off", "held"),
    "published": ("concluded", "signed_off", "published"),
    "improvements_published": ("concluded", "signed_off", "improvements_only"),
    "not_published": ("concluded", "signed_off", "none"),
}
CLOCKS = {
    "screening": {"DL-01", "DL-02"},
    "awaiting_sin": {"DL-01", "DL-02"},
    "rr_gathering": {"DL-10"},
    "rr_analysis": {"DL-10"},
    "rr_decision": {"DL-10"},
    "awaiting_panel": {"DL-11", "DL-14", "DL-15"},
    "panel_query": {"DL-12", "DL-14", "DL-15"},
    "panel_challenge": {"DL-13", "DL-14", "DL-15"},
    "national_review": set(),
    "commissioning": {"DL-14", "DL-15"},
    "in_review": {"DL-14", "DL-15"},
    "drafting": {"DL-14", "DL-15"},
    "sign_off": {"DL-14", "DL-15"},
    "pre_publication": {"DL-14", "DL-15"},
    "publication_held": {"DL-14", "DL-15", "DL-21", "DL-21h"},
    "published": {"DL-22", "DL-23"},
    "improvements_published": {"DL-22", "DL-23"},
    "not_published": {"DL-23"},
    "alternative_review": {"DL-24"},
    "monitoring": {"DL-23"},
}


def state_of(model, case):
    found = model.objects.filter(case=case).first()
    return found.state if found else None


@pytest.mark.parametrize("stage", NEEDED)
def test_a_case_arrives_with_its_records_and_its_open_clocks(bring_in, stage):
    case = bring_in(stage)

    assert case.stage == stage
    assert (state_of(RapidReview, case), state_of(Review, case), state_of(Publication, case)) == RECORDS.get(
        stage, (None, None, None)
    )
    running = set(Deadline.objects.of(case).open().values_list("code", flat=True))
    assert running == CLOCKS.get(stage, set())
    assert SeriousIncidentNotification.objects.filter(case=case).exists() == (
        stage in RECORDS or stage == "awaiting_sin"
    )
    assert AlternativeReview.objects.filter(case=case).exists() == (stage == "alternative_review")
    assert Subject.objects.get(case=case).label == "Child 1"


@pytest.mark.parametrize("stage", NEEDED)
def test_a_legacy_case_starts_no_clock(bring_in, stage):
    case = bring_in(stage, legacy=True, dates=dates())

    assert Deadline.objects.of(case).count() == 0


def test_the_dates_are_those_of_the_past(bring_in):
    case = bring_in("in_review")

    six_months = Deadline.objects.get(case=case, code="DL-14")
    assert six_months.derivation.trigger_on == clock.today() - dt.timedelta(days=108)
    assert SeriousIncidentNotification.objects.get().sent_at == clock.on_the_day(
        clock.today() - dt.timedelta(days=125)
    )


def test_who_was_told_of_the_review_is_recorded_and_owes_nothing_more(bring_in):
    case = bring_in("in_review", dates=dates())

    assert not Deadline.objects.of(case).open().filter(code="DL-15").exists()


def test_held_with_reasons_sent_shows_as_held(bring_in):
    case = bring_in("publication_held", dates=dates(*NEEDED["publication_held"], Past.REASONS_SENT))

    assert Deadline.objects.get(case=case, code="DL-14").held_since is not None
    assert Deadline.objects.of(case).open().filter(code="DL-21").count() == 0


def test_a_year_already_over_is_not_started_again(bring_in):
    long_ago = {date: on - dt.timedelta(days=400) for date, on in dates(*NEEDED["published"]).items()}

    case = bring_in("published", dates=long_ago)

    assert not Deadline.objects.of(case).filter(code="DL-22").exists()


def test_a_case_brought_in_before_publication_is_published_here(cast, bring_in, on_day):
    planned = clock.today() + dt.timedelta(days=30)
    bring_in("pre_publication", planned_on=planned)
    publication = prepared(Publication.objects.get(), cast)
    copies(publication, cast)
    on_day(planned)

    assert services.publish_report(publication, by=cast.bum).state == "published"


@pytest.mark.parametrize("role", ["bu", "sgc", "dsp_la"])
def test_only_the_business_manager_brings_cases_in(cast, bring_in, role):
    with pytest.raises(PermissionDenied):
        services.bring_in_case(
            cast.partnership,
            by=getattr(cast, role),
            stage=Stage.MONITORING,
            pseudonym="Child V",
            children=[services.Child()],
            dates={},
            proof=pdf(),
            why="Test",
            on=clock.today(),
        )


def test_another_partnership_s_manager_brings_nothing_in_here(cast, outsider):
    with pytest.raises(PermissionDenied):
        services.bring_in_case(
            cast.partnership,
            by=outsider,
            stage=Stage.MONITORING,
            pseudonym="Child V",
            children=[services.Child()],
            dates={},
            proof=pdf(),
            why="Test",
            on=clock.today(),
        )


@pytest.mark.parametrize(
    ("stage", "more", "sentence"),
    [
        ("published", {"public": services.Public(title="Child V")}, "Upload the report as it was published."),
        ("published", {"public": services.Public()}, "Give the public title."),
        ("monitoring", {"children": []}, "Name at least one child, or enter what is known of them."),
        ("monitoring", {"why": " "}, "Say where the case comes from, and what the proof shows."),
        (
            "publication_held",
            {"held_for": None},
            "Say who asked for publication to be held, why, and when the hold is looked at again.",
        ),
        ("in_review", {"dates": {}}, "A case at this stage needs the date of the notification."),
        (
            "monitoring",
            {"pseudonym": "Child R"},
            "The pseudonym is somebody’s initial. Choose another letter.",
        ),
    ],
)
def test_what_is_missing_or_wrong_brings_nothing_in(bring_in, stage, more, sentence):
    with pytest.raises(TransitionRefused) as refused:
        bring_in(stage, **more)

    assert sentence in refused.value.reasons
    assert list(Case.objects.all()) == []


def test_a_case_only_referred_is_no_case_under_way(bring_in):
    with pytest.raises(TransitionRefused) as refused:
        bring_in("submitted", dates={})

    assert refused.value.reasons == [
        "A case at this stage is not under way yet: enter it as a referral, or as an oral notice."
    ]


def test_a_case_from_before_the_arrangements_is_a_legacy_case(bring_in):
    old = {date: on - dt.timedelta(days=4000) for date, on in dates(*NEEDED["in_review"]).items()}

    with pytest.raises(TransitionRefused) as refused:
        bring_in("in_review", dates=old)

    assert refused.value.reasons == [
        "It began before the present arrangements, which have no clock for it. Bring it in as a legacy case."
    ]
    assert list(Case.objects.all()) == []
    assert bring_in("in_review", dates=old, legacy=True).legacy
