"""Southmere follows the Bedford process: told by word of mouth, written late, and decided by the three partners alone.

No review is held: the rapid review found the learning, and its action is followed up to the end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from journeys import chapters
from journeys.chapters import Child, Incident
from journeys.story import Story
from journeys.walking import pdf

from lcspr import clock
from referrals.models import Referral

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MET = "The criteria are met"
NO_REVIEW = "No review: the rapid review found the learning"
TOLD_AT = dt.datetime(2026, 1, 6, 9, 40, tzinfo=clock.LONDON)


@pytest.fixture
def story(walk, other_cast, calendar, post) -> Story:
    return Story(walk, other_cast, calendar, post)


def test_an_oral_notice_written_late_that_ends_without_a_review(story, until):
    be_told_by_telephone(story, until)
    only_the_representative_refers(story)
    accept_and_agree(story)
    notify(story)
    ask_two_agencies(story)
    write_up(story)
    decide_without_the_independent_chair(story)
    answer_the_national_panel(story)
    follow_up(story)
    close(story)
    said = StringIO()
    call_command("verify_audit", stdout=said)
    assert said.getvalue().startswith("The record holds")


def be_told_by_telephone(story: Story, until: Callable[..., None]) -> None:
    """The school rings the business unit: the case is born, and 48 hours run for the written referral."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 1, 6), 10)
    walk.home(cast.bu).follow("Refer a child").follow("Record an oral notice").refused({})
    walk.answer(
        {
            "Which agency told you?": cast.agency("school").name,
            "Who told you?": "The deputy head",
            "How?": "By telephone",
            "When were you told?": TOLD_AT,
        }
    )
    walk.says("The notice is recorded as SBSCP-2026-001.", "can finish the referral, in writing by")
    assert story.due("DL-03") == "Thursday 8 January 2026"
    until(lambda: story.post.to(story.rep("school").email), "the school’s representative is told by e-mail")


def only_the_representative_refers(story: Story) -> None:
    """A teacher may write and not send; the agency's Case Review Group representative sends, and a day late."""
    walk, cast = story.walk, story.cast
    walk.home(cast.referrer).follow("Refer a child").press().follow(
        "See your answers so far, and what is missing"
    )
    assert walk.status("referrals:submit", Referral.objects.get(referrer=cast.referrer).pk) == 403
    story.calendar.set(dt.date(2026, 1, 9), 11)
    walk.home(story.rep("school")).follow("Finish the referral and send it")
    incident = Incident(
        children=[Child("Wilhelmina", "Oxlade", dt.date(2019, 6, 3))],
        on=dt.date(2026, 1, 5),
        area=cast.agency("council").name,
        account="She was found alone at night.",
        agency_aware_on=dt.date(2026, 1, 6),
        la_aware_at=dt.datetime(2026, 1, 6, 11, tzinfo=clock.LONDON),
    )
    lead = {
        "Which Case Review Group representative did you discuss this with?": story.rep("school").name,
        "When did you discuss it?": dt.date(2026, 1, 6),
    }
    chapters.write_referral(walk, incident, lead)
    chapters.send_referral(walk)
    walk.says("The SBSCP business unit checks the referral.")


def accept_and_agree(story: Story) -> None:
    """Accepted the same day; why it was written late is put on record; three partners find the criteria met."""
    walk, cast = story.walk, story.cast
    walk.sign_in_as(cast.bu).go("deadlines:detail", story.deadline("DL-03").pk).says("Met, 25 hours").follow(
        "Record why it is late"
    )
    walk.answer({"Why was it, or will it be, late?": "Term began that day."})
    walk.home(cast.bu).follow("Check the referral").follow("Accept the referral")
    area = "In which local authority’s area does the child normally live?"
    said = walk.refused({"Pseudonym": "Child W", area: cast.agency("council").name})
    assert said == ["The pseudonym is somebody’s initial. Choose another letter."]
    walk.answer({"Pseudonym": "Child B"})
    walk.says("The referral is accepted.")
    assert story.due("DL-01") == "Tuesday 13 January 2026"
    for partner in (cast.dsp_la, cast.dsp_icb, cast.dsp_police):
        walk.home(partner).follow("Give your view").answer(chapters.view(MET, "Both limbs."))
    assert story.case.stage == "awaiting_sin"


def notify(story: Story) -> None:
    """The notification goes on the fifth working day."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 1, 13), 15)
    walk.home(cast.lan).follow("Send the notification, and record that it was sent").answer(
        {
            "National reference": "SIN-2026-0114",
            "When was it sent?": dt.datetime(2026, 1, 13, 14, 50, tzinfo=clock.LONDON),
            "Who sent it?": cast.lan.name,
            "Copy of the notification": pdf("notification.pdf"),
        }
    )
    assert story.case.stage == "rr_gathering"


def ask_two_agencies(story: Story) -> None:
    """Two agencies answer; something that cannot wait becomes an action at once."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 1, 14), 10)
    walk.open(cast.bu, story.case).follow("Rapid review").follow("Ask agencies for information").refused({})
    walk.answer(
        {
            "Which agencies?": [cast.agency("school").name, cast.agency("council").name],
            "What do you need from them?": "What you knew of Child B in the last two years.",
        }
    )
    story.calendar.set(dt.date(2026, 1, 19), 10)
    for agency in ("school", "council"):
        returned = chapters.agency_return("A named professional", "Weekly contact.")
        chapters.answer_request(walk, story.rep(agency), story.case, agency, returned)
        walk.open(cast.bu, story.case).follow("Rapid review").follow(cast.agency(agency).name)
        walk.follow("Accept the return").answer({})
    walk.open(cast.bu, story.case).follow("Recommendations and actions").follow("Add an action").refused({})
    walk.answer(
        {
            "What will be done": "Night staff ask every child who waits alone who is outside.",
            "What it will change for children": "Somebody looks outside.",
            "It keeps children safe now": True,
            "Which agency will do it?": cast.agency("school").name,
            "Who will see that it is done?": f"{story.rep('school').name} (school)",
            "When should it be done by?": dt.date(2026, 3, 31),
        }
    )
    walk.act(cast.bu, story.case, "Finish gathering information")


def write_up(story: Story) -> None:
    """The Case Review Group meets, writes its report and puts it to the partners."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 1, 21), 16)
    walk.open(cast.bu, story.case).follow("Rapid review").follow("Write the report").answer(
        chapters.report(clock.today())
    )
    walk.act(cast.sgc, story.case, "Put the rapid review to the partners")


def decide_without_the_independent_chair(story: Story) -> None:
    """In Southmere the three partners decide; the independent chair may comment, and nothing waits for that."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 1, 23), 10)
    walk.home(cast.sgc).follow("Record the group’s recommendation").answer(
        {"What does the group recommend?": NO_REVIEW, "Reasons": "The learning is plain, and acted on."}
    )
    for partner in (cast.dsp_la, cast.dsp_icb, cast.dsp_police):
        walk.home(partner).follow("Give your view").answer(chapters.view(NO_REVIEW, "No review is needed."))
    walk.home(cast.ic).says("Declare your interests").does_not_say("Give the independent chair’s view")
    story.calendar.set(dt.date(2026, 1, 30), 15)
    walk.act(
        cast.bu,
        story.case,
        "Send the rapid review to the National Panel",
        {
            "When was it sent?": dt.datetime(2026, 1, 30, 14, tzinfo=clock.LONDON),
            "To which address of the National Panel?": "The secure mailbox",
        },
    )
    assert story.case.stage == "awaiting_panel"


def answer_the_national_panel(story: Story) -> None:
    """It asks, is answered, and agrees."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 2, 17), 10)
    walk.act(
        cast.bu,
        story.case,
        "Record the National Panel’s letter",
        {
            "When was the letter received?": clock.today(),
            "What does the National Panel say?": "Asks for more information",
            "By when does it ask for the answer?": dt.date(2026, 3, 3),
            "What does the letter say?": "What was asked of the child herself?",
        },
    )
    assert story.case.stage == "panel_query"
    story.calendar.set(dt.date(2026, 2, 20), 15)
    walk.act(
        cast.bu,
        story.case,
        "Answer the National Panel’s questions",
        {
            "When was the answer sent?": dt.datetime(2026, 2, 20, 14, tzinfo=clock.LONDON),
            "What was answered?": "She was heard twice.",
        },
    )
    story.calendar.set(dt.date(2026, 3, 9), 10)
    walk.act(
        cast.bu,
        story.case,
        "Record the National Panel’s letter",
        {
            "When was the letter received?": clock.today(),
            "What does the National Panel say?": "Agrees with the partners’ decision",
            "What does the letter say?": "It agrees that no review is held.",
        },
    )


def follow_up(story: Story) -> None:
    """The case is followed up: the action is done, shown, and its impact looked at."""
    walk, cast = story.walk, story.cast
    walk.open(cast.bum, story.case).follow("Go on to follow up actions, or close the case")
    walk.follow("Go on to follow up actions").answer({})
    assert story.case.stage == "monitoring"
    school = story.rep("school")
    walk.home(school).follow("Start action 1").follow("Start the action").answer({})
    story.calendar.set(dt.date(2026, 3, 30), 10)
    walk.home(school).follow("Carry out action 1").follow("Add evidence").answer(
        {"Document": pdf("evidence.pdf"), "What does it show?": "The register of the night staff."}
    )
    walk.follow("Say that it is done").answer({})
    walk.home(cast.sgc).follow("Look at the evidence for action 1").answer({})
    walk.home(cast.sgc).follow("Set when the impact is looked at for action 1").answer(
        {"When will somebody look whether the change lasted and helped?": dt.date(2026, 9, 1)}
    )
    story.calendar.set(dt.date(2026, 9, 2), 10)
    walk.home(cast.sgc).follow("Record the impact of action 1").answer(
        {"What changed for children, and how do we know?": "Six children were found company."}
    )


def close(story: Story) -> None:
    """The Case Review Group chair proposes to close, a partner confirms."""
    walk, cast = story.walk, story.cast
    walk.act(
        cast.sgc,
        story.case,
        "Propose to close the case",
        {"What was done, and what changed for children": "Night staff look outside."},
    )
    walk.home(cast.dsp_icb).follow("Close the case, or say what is still to be done").answer({})
    assert story.case.stage == "closed_complete"
