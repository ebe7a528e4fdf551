"""What needs you: grouped by urgency, for the person asking and nobody else."""

from __future__ import annotations

import datetime as dt
import re
from collections import OrderedDict

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import CaseFactory, has_opened

import casework.waiting
import deadlines.services
from accounts import compiled
from accounts.roles import Role
from actions.services import add_action
from casework import audit
from casework.models import Case, Event, Stage
from casework.services import admit_standing
from casework.waiting import Waiting
from deadlines.models import Deadline
from deadlines.rules.london import end_of_day
from decisions.kinds import DecisionKind
from decisions.models import HoldKind, HoldSource
from decisions.services import add_hold, open_decision
from desk import gathering
from lcspr import clock
from rapid_review.models import RapidReview
from rapid_review.services import ask_agencies

pytestmark = pytest.mark.django_db

HOME = "/"


def request_of(cast, *, pseudonym="Child V", asked_days_ago=0):
    """The school is asked in a rapid review of a case of its own; the answer is due five working days later."""
    case = CaseFactory(
        partnership=cast.partnership, stage=Stage.RR_GATHERING, pseudonym=pseudonym, la_aware_at=clock.now()
    )
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    review = RapidReview.objects.create(case=case)
    cast.rep  # noqa: B018  (made when named)
    return ask_agencies(
        review,
        agencies=[cast.agency("school")],
        asked_for="Two years",
        by=cast.bum,
        at=clock.now() - dt.timedelta(days=asked_days_ago),
    )[0]


def groups(response) -> dict[str, list[str]]:
    """The headings of the page, each with its tasks as read."""
    found = {}
    for section in re.findall(r"<section.*?</section>", response.content.decode(), re.DOTALL):
        heading = re.search(r"<h2[^>]*>(.*?)</h2>", section).group(1)
        tasks = re.findall(r'<li class="app-tasks__task">(.*?)</li>', section, re.DOTALL)
        found[heading] = [" ".join(re.sub(r"<[^>]+>", " ", task).split()) for task in tasks]
    return found


def test_nothing_waits_for_somebody_new(cast, sign_in):
    response = sign_in(cast.sg).get(HOME)

    assert response.status_code == 200
    assert "Nothing waits for you." in response.content.decode()
    assert groups(response) == {}


def test_a_request_waits_for_its_agency_under_its_own_urgency(cast, sign_in):
    late = request_of(cast, pseudonym="Child L", asked_days_ago=30)
    request_of(cast, pseudonym="Child N")

    found = groups(sign_in(cast.rep).get(HOME))

    assert late.case.pseudonym in found["Overdue"][0]
    assert "was due" in found["Overdue"][0]
    assert not any("Child N" in task for task in found["Overdue"])
    assert any(
        "Child N" in task for heading, tasks in found.items() if heading != "Overdue" for task in tasks
    )


def test_another_partnership_s_people_see_nothing_of_it(cast, other_cast, sign_in):
    request_of(cast)

    for role in ("bum", "sgc", "dsp_la", "rep"):
        assert "Child V" not in sign_in(getattr(other_cast, role)).get(HOME).content.decode()


def test_another_agency_is_not_told_what_the_school_owes(cast, sign_in):
    request_of(cast)
    hospital = cast.person(Role.REP, agency="hospital")

    assert "Child V" not in sign_in(hospital).get(HOME).content.decode()


def test_the_page_shows_no_name_and_its_opening_is_recorded(cast, sign_in):
    sign_in(cast.bum).get(HOME)

    assert Event.objects.filter(verb="read", actor=cast.bum, case=None).count() == 1


def test_queries_do_not_grow_with_what_waits(cast, sign_in):
    client = sign_in(cast.rep)
    request_of(cast, pseudonym="Child 1")
    client.get(HOME)
    with CaptureQueriesContext(connection) as one:
        client.get(HOME)
    for number in (2, 3):
        request_of(cast, pseudonym=f"Child {number}")

    with CaptureQueriesContext(connection) as three:
        client.get(HOME)

    assert len(three) == len(one)


@pytest.mark.parametrize("role", ["bum", "sgc", "dsp_la", "ic"])
def test_queries_do_not_grow_for_those_who_follow_cases(cast, sign_in, role):
    client = sign_in(getattr(cast, role))
    request_of(cast, pseudonym="Child 1", asked_days_ago=30)
    client.get(HOME)
    with CaptureQueriesContext(connection) as one:
        client.get(HOME)
    for number in (2, 3):
        request_of(cast, pseudonym=f"Child {number}", asked_days_ago=30)

    with CaptureQueriesContext(connection) as three:
        client.get(HOME)

    assert len(three) == len(one)


class TestGrouping:
    """The order of the groups, whatever the apps say."""

    def task(self, case, **fields):
        return Waiting(**{"verb": "Do it", "case": case, "href": "/", "owner": "You", **fields})

    @pytest.fixture
    def tasks_of(self, monkeypatch):
        """What a person's page holds where the apps find these things."""

        def of(user, found):
            monkeypatch.setattr(gathering, "SOURCES", (lambda user, case: found,))
            return gathering.home_of(user, tasks=10, others=0).mine

        return of

    def test_each_deadline_has_its_heading_and_none_comes_last(self, cast, tasks_of):
        case = CaseFactory(partnership=cast.partnership, la_aware_at=clock.now())
        has_opened(case, cast.bum)
        for code, days in (("DL-07", 60), ("DL-10", 0)):
            deadlines.services.start(
                code, case=case, trigger_at=clock.now() - dt.timedelta(days=days), because="", by=cast.bum
            )
        found = [
            self.task(case, verb="Whenever"),
            self.task(case, verb="Later", code="DL-10"),
            self.task(case, verb="Late", code="DL-07"),
        ]

        shown = gathering.grouped(tasks_of(cast.bum, found))

        assert [(group.heading, group.tasks[0].waiting.verb) for group in shown] == [
            ("Overdue", "Late"),
            ("Later", "Later"),
            ("When you can", "Whenever"),
        ]

    def test_a_deadline_of_somebody_else_s_case_is_not_set_beside_it(self, cast, other_cast, tasks_of):
        case = CaseFactory(partnership=cast.partnership, la_aware_at=clock.now())
        deadlines.services.start("DL-10", case=case, trigger_at=clock.now(), because="", by=cast.bum)

        (task,) = tasks_of(other_cast.bum, [self.task(case, code="DL-10")])

        assert task.clock is None


# Dates of what has no clock, and of what serves one


def test_a_view_stands_under_the_clock_it_serves(cast, sign_in):
    case = CaseFactory(
        partnership=cast.partnership, stage=Stage.SCREENING, pseudonym="Baby L", la_aware_at=clock.now()
    )
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    deadlines.services.start(
        "DL-01", case=case, trigger_at=clock.now() - dt.timedelta(days=30), because="", by=cast.bum
    )
    open_decision(case, kind=DecisionKind.CRITERIA, by=cast.bum, on=clock.today())

    found = groups(sign_in(cast.dsp_la).get(HOME))

    assert list(found) == ["Overdue", "Waiting for others"]
    assert found["Overdue"][0].startswith(
        "Give your view in Baby L Whether the criteria are met Baby L was due "
    )
    assert "working days late" in found["Overdue"][0]


def test_an_overdue_action_stands_under_overdue_with_how_late_it_is(cast, sign_in):
    action = late_action(cast)

    (task,) = groups(sign_in(cast.dsl).get(HOME))["Overdue"]

    assert task.startswith("Start action 1 in Child V Child V was due ")
    assert task.endswith("working days late")
    assert str(action.due_on.year) in task


def late_action(cast, *, pseudonym="Child V", days=9):
    """An action of the school's owner that should have been done so many days ago."""
    case = CaseFactory(partnership=cast.partnership, stage=Stage.MONITORING, pseudonym=pseudonym)
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    return add_action(
        case,
        owner=cast.dsl,
        agency=cast.agency("school"),
        text="Train everybody",
        intended_outcome="Children are seen",
        starts_on=clock.today() - dt.timedelta(days=90),
        due_on=clock.today() - dt.timedelta(days=days),
        by=cast.bum,
        on=clock.today() - dt.timedelta(days=90),
    )


# Of much, the most pressing


@pytest.fixture
def much(cast):
    """Requests asked for on nine days, the latest first, and beside them what no deadline times or presses."""
    for days in (2, 30, 5, 20, 1, 9, 12, 25, 15):
        request_of(cast, pseudonym=f"Child {days}", asked_days_ago=days)
    late_action(cast, pseudonym="Family A", days=60)
    for pseudonym, code, kind in (
        ("Family H", "DL-14", DecisionKind.SIGN_OFF),
        ("Baby L", "DL-01", DecisionKind.CRITERIA),
    ):
        case = CaseFactory(partnership=cast.partnership, stage=Stage.SIGN_OFF, pseudonym=pseudonym)
        admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
        began = clock.now() - dt.timedelta(days=400)
        deadlines.services.start(code, case=case, trigger_at=began, because="", by=cast.bum)
        open_decision(case, kind=kind, by=cast.bum, on=clock.today())
    held = Case.objects.get(pseudonym="Family H")
    deadlines.services.hold("DL-14", case=held, reason="The trial goes on.", by=cast.bum)


def noting(found, way):
    """A way that notes what it found."""

    def noted(*args):
        found.append(way(*args))
        return found[-1]

    return noted


def lines(tasks):
    return [(str(task.waiting.verb), task.waiting.case.pseudonym, task.due_on) for task in tasks]


# Whose page the cases that are due first fill: requests wait on the representative, views on the partners.
FILLED_BY_THE_FIRST = {
    *(("rep", tasks, 0) for tasks in (2, 3)),
    *((role, 0, 2) for role in ("bum", "sgc", "dsp_la")),
    ("dsp_la", 1, 1),
}


@pytest.mark.parametrize("role", ["bum", "sgc", "rep", "dsp_la"])
@pytest.mark.parametrize(("tasks", "others"), [(2, 1), (1, 1), (0, 2), (2, 0), (3, 0)])
def test_of_much_those_in_the_cases_due_first_are_the_most_pressing_of_all(
    cast, much, monkeypatch, role, tasks, others
):
    user = getattr(cast, role)
    ways = []
    monkeypatch.setattr(gathering, "_soonest", noting(ways, gathering._soonest))
    quick = gathering.home_of(user, tasks=tasks, others=others)
    assert (ways[-1] is not None) == ((role, tasks, others) in FILLED_BY_THE_FIRST)
    monkeypatch.setattr(gathering, "_soonest", lambda *args: None)
    whole = gathering.home_of(user, tasks=tasks, others=others)

    assert lines(quick.mine) == lines(whole.mine)
    assert lines(quick.others) == lines(whole.others)
    assert (quick.more, quick.more_others) == (whole.more, whole.more_others)


def test_of_much_only_the_cases_due_first_are_looked_at(cast, much, monkeypatch):
    monkeypatch.setattr(gathering, "_everything", None)  # Whoever asks for it fails.

    found = gathering.home_of(cast.rep, tasks=2, others=0)
    followed = gathering.home_of(cast.bum, tasks=0, others=2)

    assert [task.waiting.case.pseudonym for task in found.mine] == ["Child 30", "Child 25"]
    assert [task.waiting.case.pseudonym for task in followed.others] == ["Baby L", "Family A"]
    assert found.more
    assert followed.more_others


def test_whoever_has_few_deadlines_and_much_of_one_kind_is_shown_what_is_due_first(cast, much, monkeypatch):
    monkeypatch.setattr(compiled, "_texts", OrderedDict())  # The limit is in the texts.
    monkeypatch.setattr(casework.waiting, "MOST_IN_ALL", 2)

    found = gathering.home_of(cast.rep, tasks=4, others=0)

    assert [task.waiting.case.pseudonym for task in found.mine] == [
        "Child 30",
        "Child 25",
        "Child 20",
        "Child 15",
    ]
    assert found.more


def test_where_a_kind_has_more_than_is_looked_for_everything_is(cast, much, monkeypatch):
    monkeypatch.setattr(compiled, "_texts", OrderedDict())  # The limit is in the texts.
    monkeypatch.setattr(casework.waiting, "MOST_IN_SOME", 3)
    monkeypatch.setattr(gathering, "MOST_IN_SOME", 3)

    ways = []
    monkeypatch.setattr(gathering, "_soonest", noting(ways, gathering._soonest))

    found = gathering.home_of(cast.rep, tasks=3, others=0)

    assert ways == [None]
    assert [task.waiting.case.pseudonym for task in found.mine] == ["Child 30", "Child 25", "Child 20"]


def test_what_is_held_presses_nobody(cast, much):
    found = gathering.home_of(cast.dsp_la, tasks=15, others=0)

    assert [task.waiting.case.pseudonym for task in found.mine] == ["Baby L", "Family H"]
    assert [group.heading for group in gathering.grouped(found.mine)] == ["Overdue", "Later"]


# Waiting for others


def asked_of(cast, *names, pseudonym="Child V"):
    request = request_of(cast, pseudonym=pseudonym)
    review = RapidReview.objects.get(case=request.case)
    ask_agencies(
        review,
        agencies=[cast.agency(name) for name in names],
        asked_for="Two years",
        by=cast.bum,
        at=clock.now(),
    )
    return review


@pytest.mark.parametrize("role", ["bum", "sgc", "dsp_la", "ic"])
def test_who_follows_a_case_sees_how_many_agencies_are_still_to_return(cast, sign_in, role):
    asked_of(cast, "hospital", "college")

    text = sign_in(getattr(cast, role)).get(HOME)

    (line,) = groups(text)["Waiting for others"]
    assert line.startswith("3 of 3 agencies still to return The agencies asked Child V due ")
    assert "See who" in line


def test_the_letter_of_the_national_panel_is_awaited_not_owed_by_the_business_unit(cast, sign_in):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.AWAITING_PANEL, pseudonym="Child V")
    admit_standing(case, by=cast.bum, on=clock.today(), why="Accepted")
    RapidReview.objects.create(case=case, state="sent", sent_at=clock.now(), sent_to="The secretariat")

    found = groups(sign_in(cast.bum).get(HOME))

    assert "The National Panel’s letter is awaited" in found["Waiting for others"][0]
    assert "When you can" not in found
    assert "awaited" in groups(sign_in(cast.sgc).get(HOME))["Waiting for others"][0]


def test_late_actions_of_others_are_seen_by_who_follows_them(cast, sign_in):
    late_action(cast)

    (line,) = groups(sign_in(cast.sgc).get(HOME))["Waiting for others"]

    assert line.startswith(f"Action 1 is late {cast.dsl.name}, school Child V was due ")


def test_a_guest_and_an_outsider_are_told_of_nobody_else(cast, other_cast, sign_in):
    asked_of(cast, "hospital")
    late_action(cast, pseudonym="Child W")

    for user in (cast.rep, cast.dsl, cast.alo, other_cast.bum, other_cast.sgc):
        assert "Waiting for others" not in groups(sign_in(user).get(HOME))


@pytest.mark.parametrize("role", ["bum", "sgc", "dsp_la"])
def test_waiting_for_others_costs_the_same_for_three_cases_as_for_one(cast, sign_in, role):
    client = sign_in(getattr(cast, role))

    def add(number):
        asked_of(cast, "hospital", pseudonym=f"Child {number}")
        late_action(cast, pseudonym=f"Child W{number}")

    add(1)
    client.get(HOME)
    with CaptureQueriesContext(connection) as one:
        client.get(HOME)
    add(2), add(3)

    with CaptureQueriesContext(connection) as three:
        client.get(HOME)

    assert len(three) == len(one)


# What the business unit keeps an eye on


def test_the_business_unit_sees_who_is_late_and_the_clocks_of_the_week(cast, other_cast, sign_in):
    request_of(cast, pseudonym="Child L", asked_days_ago=30)
    request_of(other_cast, pseudonym="Child South", asked_days_ago=30)
    case = CaseFactory(partnership=cast.partnership, stage=Stage.SCREENING, pseudonym="Baby E")
    due = deadlines.services.start("DL-10", case=case, trigger_at=clock.now(), because="", by=cast.bum)
    Deadline.objects.filter(pk=due.pk).update(due_at=end_of_day(clock.today()), due_on=clock.today())

    found = groups(sign_in(cast.bum).get(HOME))

    assert "Child L" in found["Clocks that are late"][0]
    assert "late" in found["Clocks that are late"][0]
    assert "Baby E" in found["This week’s clocks"][0]
    assert "Child South" not in str(found)


def test_nobody_else_is_shown_the_partnership_s_clocks(cast, sign_in):
    request_of(cast, asked_days_ago=30)

    for role in ("sgc", "dsp_la", "ic", "rep"):
        assert "Clocks that are late" not in groups(sign_in(getattr(cast, role)).get(HOME))


def test_a_case_in_which_nothing_is_done_for_four_weeks_is_stuck(cast, other_cast, sign_in):
    long_ago = clock.now() - dt.timedelta(days=41)

    def of(partnership, pseudonym, stage=Stage.RR_ANALYSIS):
        return CaseFactory(partnership=partnership, stage=stage, pseudonym=pseudonym, moved_at=long_ago)

    stuck, worked_on, looked_at = (of(cast.partnership, name) for name in ("Child S", "Child W", "Child O"))
    of(cast.partnership, "Child H", Stage.PUBLICATION_HELD)
    of(other_cast.partnership, "Child South")
    audit.record("document_added", by=cast.bu, case=worked_on, words="Added “Minutes”")
    audit.record("read", by=cast.bu, case=looked_at)

    lines = groups(sign_in(cast.bum).get(HOME))["Stuck: nothing done for 28 days"]

    assert {line.split(" Rapid")[0] for line in lines} == {"Child S", "Child O"}
    assert all("41 days" in line for line in lines)
    assert stuck.pseudonym in lines[0] + lines[1]


def test_a_hold_says_when_it_is_looked_at_again(cast, sign_in):
    case = CaseFactory(partnership=cast.partnership, stage=Stage.PRE_PUBLICATION, pseudonym="Family W")
    add_hold(
        case,
        by=cast.bum,
        kind=HoldKind.PUBLICATION,
        reason="Trial",
        source=HoldSource.POLICE,
        on=clock.today(),
        review_on=clock.today() + dt.timedelta(days=60),
    )

    (line,) = groups(sign_in(cast.bum).get(HOME))["Held"]

    assert line.startswith("Hold on publication in Family W Family W look at it again by ")


@pytest.mark.parametrize(
    ("today", "until"),
    [
        (dt.date(2026, 1, 13), dt.date(2026, 1, 18)),
        (dt.date(2026, 1, 16), dt.date(2026, 1, 18)),
        (dt.date(2026, 1, 17), dt.date(2026, 1, 25)),
        (dt.date(2026, 1, 18), dt.date(2026, 1, 25)),
        (dt.date(2026, 1, 19), dt.date(2026, 1, 25)),
    ],
)
def test_at_the_weekend_the_week_is_the_one_that_comes(today, until):
    assert gathering.week_ahead(today) == until


def test_a_guest_s_navigation_holds_their_own_page_only(cast, sign_in):
    text = sign_in(cast.dsl).get(HOME).content.decode()

    assert reverse("desk:cases") not in text
    assert reverse("deadlines:board") not in text


def test_who_comes_to_refer_finds_their_referrals_again(cast, sign_in):
    assert ("Your referrals", reverse("referrals:list")) in entries(sign_in(cast.referrer))
    assert "Your referrals" not in dict(entries(sign_in(cast.bu)))


def entries(client):
    return [(entry["text"], entry["href"]) for entry in client.get(HOME).context["navigation"]]
