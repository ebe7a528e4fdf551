"""The invented world can be lived through on any day, and leaves what use would have left."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from factories import PartnershipFactory

from accounts.models import User
from casework import audit
from casework.files import kind_of
from casework.models import Case, Event, Opening, Stage
from correspondence.models import Message, MessageState
from deadlines.catalogue import BUILT
from deadlines.models import Deadline
from demo.diary import Diary, live
from demo.papers import paper
from demo.world import load
from lcspr import clock

# A Sunday between Christmas and New Year: Monday is a holiday in place of Boxing Day.
SUNDAY = dt.datetime(2026, 12, 27, 10, tzinfo=clock.LONDON)
NEXT_WORKING_DAY = dt.date(2026, 12, 29)


@pytest.fixture(autouse=True)
def own_clock(settings, tmp_path):
    settings.CLOCK_FILE = str(tmp_path / "clock")


def test_the_world_is_loaded_whole_on_a_day_on_which_nobody_works(db):
    with time_machine.travel(SUNDAY, tick=True):
        cases, _ = load()

        assert clock.offset() == dt.timedelta()
        assert cases == Case.objects.count() == 24
        assert stages_by_pseudonym() == {
            "Family W": Stage.PUBLICATION_HELD,
            "Child K": Stage.PUBLISHED,
            "Child Y": Stage.MONITORING,
            "Baby R": Stage.IN_REVIEW,
            "Child H": Stage.CLOSED_NFA,
            "Child F": Stage.CLOSED_WITHDRAWN,
            "Child B": Stage.AWAITING_PANEL,
            "Young Person G": Stage.RR_DECISION,
            "Baby E": Stage.AWAITING_SIN,
            "Child D": Stage.SCREENING,
            "Young Person D": Stage.SIGN_OFF,
            "Child M": Stage.ALTERNATIVE_REVIEW,
            "Baby N": Stage.PANEL_CHALLENGE,
            "Child P": Stage.DRAFTING,
            "Child C": Stage.RR_GATHERING,
            "Baby T": Stage.AWAITING_SIN,
            "Child L": Stage.RR_GATHERING,
            "Young Person S": Stage.SCREENING,
        }
        assert sorted(Case.objects.filter(pseudonym="").values_list("stage", flat=True)) == [
            Stage.CLOSED_DUPLICATE,
            *[Stage.SUBMITTED] * 5,
        ]
        assert Deadline.objects.get(case__pseudonym="Baby E", code="DL-01").due_on == NEXT_WORKING_DAY
        overdue = Deadline.objects.overdue(clock.now()).values_list("case__pseudonym", "code")
        assert list(overdue) == [("Baby T", "DL-01")]
        assert Event.objects.latest("at").at <= clock.now()
        assert audit.faults() == []
        # The clocks that the world’s stories start are those that the catalogue says run here.
        assert set(Deadline.objects.values_list("code", flat=True)) <= set(BUILT)
        # Nothing waits but what goes with tomorrow’s daily e-mail, and what came back.
        held = Message.objects.filter(state=MessageState.HELD)
        assert not held.exclude(digest=None, next_attempt_at__gt=clock.now()).exists()
        assert not Message.objects.exclude(state__in=[MessageState.SENT, MessageState.HELD]).exists()
        daily = Message.objects.filter(template="daily_digest").values_list("to__name", flat=True)
        assert {"Dorothea Lacey", "Malcolm Reddy"} <= set(daily)
        back = Message.objects.failed().visible_to(User.objects.get(name="Owen Trask")).get()
        assert back.to.name == "Alan Lowther"
        assert back.bounced_at is not None
        assert clock.now() - back.bounced_at < dt.timedelta(hours=2)
        # In one case the question asked on first opening still waits for most people.
        assert Opening.objects.filter(case__pseudonym="Child D").count() == 3
        assert Opening.objects.filter(case__pseudonym="Child B").count() > 10


def stages_by_pseudonym() -> dict[str, str]:
    return dict(Case.objects.exclude(pseudonym="").values_list("pseudonym", "stage"))


def test_a_second_world_is_not_loaded_over_the_first(db, settings):
    settings.DEMO = True
    PartnershipFactory()

    with pytest.raises(CommandError, match="There is a partnership here already"):
        call_command("load_demo", skip_checks=True)


def test_no_world_is_loaded_into_the_real_service(db, settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="This is no demonstration"):
        call_command("load_demo", skip_checks=True)


def test_stories_are_lived_together_in_the_order_of_time(db):
    diary, happened = Diary(), []

    def story(name, *days):
        for number in days:
            yield diary.back(number).at(10)
            happened.append((name, number))

    steps = live(
        [("one", story("one", 9, 3)), ("two", story("two", 7, 1))],
        until=diary.present,
        between=lambda at: None,
    )

    assert happened == [("one", 9), ("two", 7), ("one", 3), ("two", 1)]
    assert steps == 4


def test_a_story_that_goes_back_in_time_or_past_the_present_is_found_out(db):
    diary = Diary()

    def backwards():
        yield diary.back(2).at(10)
        yield diary.back(3).at(10)

    def onwards():
        yield diary.present + dt.timedelta(hours=1)

    for story in (backwards, onwards):
        with pytest.raises(AssertionError, match="“wrong” goes from"):
            live([("wrong", story())], until=diary.present, between=lambda at: None)


@pytest.mark.parametrize(
    ("today", "began"),
    [
        # Friday, five working days later, over one weekend.
        (dt.date(2026, 3, 13), dt.date(2026, 3, 6)),
        # Tuesday after Easter: Good Friday and Easter Monday are not counted.
        (dt.date(2026, 4, 7), dt.date(2026, 3, 27)),
        # Saturday: what is due "today" is due on Monday.
        (dt.date(2026, 3, 14), dt.date(2026, 3, 9)),
    ],
)
def test_the_day_a_clock_must_have_begun_is_found_backwards(cast, today, began):
    with time_machine.travel(dt.datetime.combine(today, dt.time(9), tzinfo=clock.LONDON)):
        diary = Diary()
        assert diary.trigger_for("DL-01", diary.due_day(), cast.partnership).on == began


def test_a_paper_of_the_demonstration_is_a_pdf_with_its_words_in_it():
    made = paper("Minute (draft)", "A line.")

    assert kind_of(made.read(), made.name) == "pdf"
    made.seek(0)
    assert b"(Minute \\(draft\\)) Tj" in made.read()
