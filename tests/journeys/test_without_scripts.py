"""In a browser that runs no scripts: signing in, referring, answering a request, deciding, updating an action."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from factories import MembershipFactory
from journeys import chapters
from journeys.chapters import Child, Incident
from journeys.moving import Post
from journeys.story import Story
from journeys.walking import pdf

from accounts.models import User
from accounts.roles import Role
from accounts.services import open_account
from actions.models import ActionUpdate
from lcspr import clock

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "seven quiet herons"
MET = "The criteria are met"


@pytest.fixture
def story(plain_walk, cast, calendar, tmp_path) -> Story:
    return Story(plain_walk, cast, calendar, Post(tmp_path, tmp_path))


def test_nothing_a_guest_or_a_decider_must_do_needs_a_script(story, mailoutbox):
    sign_in(story, mailoutbox)
    refer(story)
    decide(story)
    answer_a_request(story)
    update_an_action(story)
    assert story.walk.scripted is False


def sign_in(story: Story, mailoutbox) -> None:
    """A head teacher with a password, and a code sent by e-mail."""
    head = open_account(email="head@school.example", name="Hetty Marsh", password=PASSWORD)
    school = story.cast.agency("school")
    MembershipFactory(user=head, partnership=story.cast.partnership, agency=school, role=Role.REFERRER)
    story.walk.go("account_login").answer({"E-mail address": head.email, "Password": PASSWORD})
    story.walk.answer({"Code": re.search(r"\b\d{6}\b", mailoutbox[-1].body).group()})
    story.walk.who = str(head)


def refer(story: Story) -> None:
    walk, cast = story.walk, story.cast
    walk.go("desk:home").follow("Refer a child").press()
    incident = Incident(
        children=[Child("Ottilie", "Brackwater", dt.date(2019, 6, 3))],
        on=dt.date(2026, 1, 5),
        area=cast.agency("council").name,
        account="She was found alone at night.",
        agency_aware_on=dt.date(2026, 1, 5),
        la_aware_at=dt.datetime(2026, 1, 5, 16, tzinfo=clock.LONDON),
    )
    lead = {
        "Which designated safeguarding lead or officer did you discuss this with?": cast.dsl.name,
        "When did you discuss it?": dt.date(2026, 1, 6),
    }
    chapters.write_referral(walk, incident, lead)
    chapters.send_referral(walk)
    walk.says("Referral sent")


def decide(story: Story) -> None:
    walk, cast = story.walk, story.cast
    walk.home(cast.bu).follow("Check the referral").follow("Accept the referral").answer(
        {
            "Pseudonym": "Child K",
            "In which local authority’s area does the child normally live?": cast.agency("council").name,
        }
    )
    for partner in (cast.dsp_la, cast.dsp_icb, cast.dsp_police):
        walk.home(partner).follow("Give your view")
        assert walk.refused({}) != []
        walk.answer(chapters.view(MET, "Both limbs are made out."))
    walk.home(cast.lan).follow("Send the notification, and record that it was sent").answer(
        {
            "National reference": "SIN-2026-0106",
            "When was it sent?": dt.datetime(2026, 1, 6, 9, tzinfo=clock.LONDON),
            "Who sent it?": cast.lan.name,
            "Copy of the notification": pdf("notification.pdf"),
        }
    )
    assert story.case.stage == "rr_gathering"


def answer_a_request(story: Story) -> None:
    """Saved unfinished, come back to, and sent."""
    walk, school = story.walk, story.rep("school")
    walk.open(story.cast.bu, story.case).follow("Rapid review").follow("Ask agencies for information").answer(
        {
            "Which agencies?": [story.cast.agency("school").name],
            "What do you need from them?": "What you knew of Child K in the last two years.",
        }
    )
    walk.home(school).follow("Return the information of school").follow("Return the information")
    walk.type({"Which records were searched?": "The safeguarding file."}).press("Save and come back later")
    walk.says("Saved. You can leave and come back; nothing has been sent yet.")
    walk.answer(chapters.agency_return("The deputy head", "Daily contact."), "Return the information")
    walk.says("Your agency’s information has been returned.")


def update_an_action(story: Story) -> None:
    walk, owner = story.walk, owner_of(story)
    walk.open(story.cast.bu, story.case).follow("Recommendations and actions").follow("Add an action").answer(
        {
            "What will be done": "Every absence is followed by a visit.",
            "What it will change for children": "They are seen.",
            "Which agency will do it?": story.cast.agency("school").name,
            "Who will see that it is done?": f"{owner.name} (school)",
            "When should it be done by?": dt.date(2026, 3, 31),
        }
    )
    walk.home(owner).follow("Start action 1").follow("Start the action").answer({})
    walk.follow("Say how it goes").answer(
        {
            "What has been done since last time, and what is still to do": "Nine visits so far.",
            "Will it be done by its date?": "On track",
        }
    )
    assert [update.text for update in ActionUpdate.objects.all()] == ["Nine visits so far."]


def owner_of(story: Story) -> User:
    """Somebody who owns an action and does nothing else here."""
    return story.holder(Role.ALO, "school")
