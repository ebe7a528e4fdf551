"""Northmere follows the Buckinghamshire process: a family with twins, from the head teacher's referral to the library.

The father's trial holds publication long after the report is signed off; the actions do not wait for it.
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

from accounts.models import User
from accounts.roles import Role
from actions.tasks import remind
from correspondence.models import Message, MessageState
from deadlines.tasks import sweep
from lcspr import clock
from panels.models import Review
from referrals.models import Referral

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TWINS = (
    Child("Ottoline", "Quickthorn", dt.date(2025, 9, 27)),
    Child("Peregrine", "Quickthorn", dt.date(2025, 9, 27)),
)
ACCOUNT = "A bruise was seen by the older brother’s teacher; the scan found three fractures."
NEVER_IN_AN_EMAIL = ("ottoline", "peregrine", "quickthorn", "fracture", "bruise", "trial", "father", "twin")

CRITERIA_MET = "The criteria are met"
NO_INTEREST = dict.fromkeys(
    (
        "Do you work, or did you in the last five years, for an agency involved?",
        "Were you directly involved in the case?",
        "Did you line-manage work on the case?",
        "Do you have a personal relationship with the family, a subject or a professional involved?",
        "Do you have a financial interest?",
        "Have you carried out reviews for this partnership before?",
        "Is there another real or perceived conflict?",
    ),
    "No",
)
PROSECUTION = "Criminal investigation or prosecution, Mere Valley Police"
TITLE = "Family T: local child safeguarding practice review"
RECOMMENDATIONS = (
    "The hospital asks about and sees the father at every birth.",
    "The council plans care with both parents of an unborn child.",
)
LCSPR = "Commission a local child safeguarding practice review"


@pytest.fixture
def story(walk, cast, calendar, post) -> Story:
    return Story(walk, cast, calendar, post)


def test_twins_from_the_first_referral_to_the_public_library(story, other_cast, until):
    refer(story)
    accept(story)
    agree_on_the_criteria(story)
    notify(story)
    ask_the_agencies(story)
    write_up(story)
    decide(story)
    send_to_the_national_panel(story)
    commission(story)
    appoint(story)
    agree_the_terms_and_start(story)
    record_the_prosecution(story)
    write_chronologies(story)
    draft(story)
    answer_the_recommendations(story)
    plan_actions(story)
    sign_off(story)
    hold_publication(story)
    act_meanwhile(story, until)
    look_around(story, other_cast.bum)
    release(story)
    publish(story, until)
    follow_up_and_close(story)
    reopen(story)
    every_message_went_out_and_named_nobody(story, until)
    the_record_holds(story)


def refer(story: Story) -> None:
    """A head teacher refers the twins, whose brother is at the school, after talking to the safeguarding lead."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 1, 6), 10)
    aware = dt.datetime(2026, 1, 5, 16, 30, tzinfo=clock.LONDON)
    incident = Incident(
        children=TWINS,
        on=dt.date(2026, 1, 4),
        area=cast.agency("council").name,
        account=ACCOUNT,
        agency_aware_on=dt.date(2026, 1, 5),
        la_aware_at=aware,
    )
    walk.home(cast.referrer).follow("Refer a child").press()
    walk.says("0 of 10 sections are completed")
    walk.follow("Before you refer")
    said = walk.refused({})
    assert said == [
        "Enter the name of the designated safeguarding lead or officer",
        "Enter the date you discussed it",
        "Say what they think of the referral",
    ]
    lead = "Which designated safeguarding lead or officer did you discuss this with?"
    walk.go("referrals:tasks", Referral.objects.get().pk)
    chapters.write_referral(
        walk, incident, {lead: cast.dsl.name, "When did you discuss it?": dt.date(2026, 1, 6)}
    )
    chapters.send_referral(walk)
    walk.says(story.case.reference)


def accept(story: Story) -> None:
    """The business unit reads it the same day, gives the pseudonym and settles when the clock began."""
    walk, cast = story.walk, story.cast
    walk.home(cast.bu).does_not_say("Quickthorn").follow("Check the referral")
    walk.does_not_say("Ottoline").follow("Show the names").says("Ottoline Quickthorn", "Peregrine Quickthorn")
    walk.follow("Accept the referral").answer(
        {
            "Pseudonym": "Family T",
            "In which local authority’s area does the child normally live?": cast.agency("council").name,
        }
    )
    walk.says("The referral is accepted.")
    # Five working days from Monday 5 January, half past four.
    assert story.due("DL-01") == "Monday 12 January 2026"
    walk.open(cast.bum, story.case).says("Family T", "12 January 2026 in 4 working days")


def agree_on_the_criteria(story: Story) -> None:
    """Two partners give their views; the police's is recorded from the meeting, and confirmed."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 1, 7), 9)
    walk.home(cast.dsp_la).follow("Give your view").refused({})
    walk.answer(chapters.view(CRITERIA_MET, "Both limbs are made out."))
    walk.home(cast.dsp_icb).follow("Give your view").answer(chapters.view(CRITERIA_MET, "Agreed."))
    walk.open(cast.sgc, story.case).follow("Decision: Whether the criteria are met")
    walk.follow("Record a view on behalf").answer(
        chapters.view_on_behalf("Police", CRITERIA_MET, "Said in the meeting.", clock.today())
    )
    assert story.case.stage == "awaiting_sin"
    walk.home(cast.dsp_police).follow("Confirm or contest the view recorded for you")
    walk.answer({"This is my view, and I make it my own": True})
    walk.says("The view is now your own.")


def notify(story: Story) -> None:
    """The council's notifier sends the notification by the national service and records that it did."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 1, 9), 15)
    walk.home(cast.lan).follow("Send the notification, and record that it was sent").refused({})
    walk.answer(
        {
            "National reference": "SIN-2026-0107",
            "When was it sent?": dt.datetime(2026, 1, 9, 14, 20, tzinfo=clock.LONDON),
            "Who sent it?": cast.lan.name,
            "Which children does the notification list?": ["Twin 1", "Twin 2"],
            "Copy of the notification": pdf("notification.pdf"),
        }
    )
    walk.says("The notification is recorded as sent.")
    assert story.case.stage == "rr_gathering"
    assert story.due("DL-10") == "Friday 30 January 2026"


def ask_the_agencies(story: Story) -> None:
    """Four agencies are asked; one holds nothing, one is chased and answers late."""
    walk, cast, calendar = story.walk, story.cast, story.calendar
    calendar.set(dt.date(2026, 1, 12), 9)
    agencies = {name: cast.agency(name) for name in ("school", "council", "police", "hospital")}
    walk.open(cast.bu, story.case).follow("Rapid review").follow("Ask agencies for information")
    walk.answer(
        {
            "Which agencies?": [agency.name for agency in agencies.values()],
            "What do you need from them?": "What you knew of Family T, from pregnancy on.",
        }
    )
    walk.says("4 agencies have been asked.")
    calendar.set(dt.date(2026, 1, 14), 9)
    for name in ("school", "council"):
        returned = chapters.agency_return(f"A named professional of {name}", "Weekly contact.")
        chapters.answer_request(walk, story.rep(name), story.case, name, returned)
    walk.home(story.rep("police")).follow("Return the information of police").follow("We hold nothing")
    walk.answer(
        {
            "Which records were searched?": "Crime, custody and intelligence systems.",
            "Who senior signs this?": "Detective superintendent",
            "Their role": "Head of public protection",
        }
    )
    walk.says("The business unit has been told that your agency holds nothing.")
    calendar.set(dt.date(2026, 1, 20), 10)
    walk.open(cast.bu, story.case).follow("Rapid review").follow("NSCP hospital").follow(
        "Chase this agency now"
    )
    walk.says("NSCP hospital has been reminded by e-mail.", "Chased 1 time")
    calendar.set(dt.date(2026, 1, 21), 10)
    chapters.answer_request(
        walk, story.rep("hospital"), story.case, "hospital",
        chapters.agency_return("A named nurse", "The birth, and two admissions."),
    )  # fmt: skip
    for name in agencies:
        walk.open(cast.bu, story.case).follow("Rapid review").follow(f"NSCP {name}")
        walk.follow("Accept the return").answer({})
    walk.act(cast.bu, story.case, "Finish gathering information").says("Gathering is finished.")


def write_up(story: Story) -> None:
    """The group meets and the report is written and put to the partners."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 1, 22), 16)
    walk.open(cast.bu, story.case).follow("Rapid review").follow("Write the report").answer(
        chapters.report(clock.today())
    )
    walk.act(cast.sgc, story.case, "Put the rapid review to the partners")
    assert story.case.stage == "rr_decision"


def decide(story: Story) -> None:
    """The group recommends, three partners say what they think, and the independent chair decides."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 1, 26), 11)
    walk.home(cast.sgc).follow("Record the group’s recommendation").answer(
        {
            "What does the group recommend?": LCSPR,
            "Kind of review": "Local child safeguarding practice review",
            "Reasons": "Fathers are not seen: this is the third time.",
        }
    )
    for partner in (cast.dsp_la, cast.dsp_icb, cast.dsp_police):
        walk.home(partner).follow("Give your view").answer(chapters.view(LCSPR, "A review is right."))
    walk.home(cast.ic).follow("Decide as independent chair").says("Decide as independent chair")
    walk.answer(
        {
            "Your decision": LCSPR,
            "Kind of review": "Local child safeguarding practice review",
            "Your reasons": "I have read all three views and agree.",
        }
    )


def send_to_the_national_panel(story: Story) -> None:
    """It goes to the National Panel before the fifteenth working day; its letter agrees."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 1, 29), 16)
    walk.act(
        cast.bu,
        story.case,
        "Send the rapid review to the National Panel",
        {
            "When was it sent?": dt.datetime(2026, 1, 29, 15, 40, tzinfo=clock.LONDON),
            "To which address of the National Panel?": "The secure mailbox",
            "The rapid review as it was sent": pdf("rapid-review.pdf"),
        },
    )
    assert story.case.stage == "awaiting_panel"
    story.calendar.set(dt.date(2026, 1, 30), 12)
    walk.home(cast.bu).follow("Record the notices that a review starts").answer(
        {
            "When were they told?": dt.datetime(2026, 1, 30, 11, 45, tzinfo=clock.LONDON),
            "How?": "By secure e-mail",
            "What were they told?": "The partners have decided to commission a review.",
            "The message or letter": pdf("notice.pdf"),
        }
    )
    story.calendar.set(dt.date(2026, 2, 19), 11)
    walk.act(
        cast.bu,
        story.case,
        "Record the National Panel’s letter",
        {
            "When was the letter received?": clock.today(),
            "What does the National Panel say?": "Agrees with the partners’ decision",
            "What does the letter say?": "It agrees that a review is held.",
            "The letter": pdf("letter.pdf"),
        },
    )


def commission(story: Story) -> None:
    """With the National Panel's agreement the review is commissioned; six months run."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 2, 20), 10)
    walk.act(cast.bum, story.case, "Go on to commission the review")
    walk.says("The review is being commissioned.")
    assert story.case.stage == "commissioning"
    assert story.due("DL-14") == "Sunday 26 July 2026"


def appoint(story: Story) -> None:
    """An author with a clear declaration, a review panel chair and a member; the three are told the author's name."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 2, 24), 10)
    walk.open(cast.bum, story.case).follow("Review")
    proposed = (
        (cast.aut, "Independent author"),
        (cast.sg, "Review panel chair"),
        (cast.pm, "Review panel member"),
    )
    for person, role in proposed:
        walk.go("panels:review", _review().pk).follow("Propose somebody for the review")
        if role == "Independent author":
            assert walk.refused({}) == ["Select an answer to “As what?”", "Select an answer to “Who?”"]
        walk.answer({"As what?": role, "Who?": person.name, "Why are they suitable?": "No part in the case."})
        _declare_and_appoint(story, person, role)
    assert _review().appointments.filter(state="appointed").count() == 3
    walk.home(cast.bu).follow("Record the notices of the reviewer’s name").answer(
        {
            "When were they told?": dt.datetime(2026, 2, 24, 9, 30, tzinfo=clock.LONDON),
            "How?": "By secure e-mail",
        }
    )


def _declare_and_appoint(story: Story, person: User, role: str) -> None:
    """Before they are appointed, what they declare is decided by somebody else."""
    walk, cast = story.walk, story.cast
    walk.sign_in_as(cast.bum).go("panels:review", _review().pk).follow(person.name)
    walk.says("Not yet:")
    walk.follow("Record the declaration of interest").answer(NO_INTEREST)
    walk.home(cast.sgc).follow("Decide on a declaration of interest").answer(
        {"May they take the role?": "Clear", "Reasons": "Nothing touches this case."}
    )
    walk.home(cast.bum).follow(f"Appoint the {role.lower()}").follow("Appoint").answer({})


def agree_the_terms_and_start(story: Story) -> None:
    """The author writes the terms of reference, the sub-group chair agrees them, the review starts."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 3, 2), 10)
    walk.open(cast.aut, story.case).follow("Review").follow("Write the terms of reference").answer(
        {
            "From when does the review look?": dt.date(2025, 1, 1),
            "Until when?": dt.date(2026, 1, 5),
            "Why this time?": "From when the pregnancy was known.",
            "Purpose": "To learn how babies are kept safe while their parents’ care is planned.",
            "Questions for the review to answer": "Was the father seen?\nWhat did the twins live through?",
            "Method": "Chronologies, a review panel and a practitioner event",
            "Why this method?": "It hears those who were there.",
            "Which agencies contribute?": [
                story.cast.agency(name).name for name in ("council", "hospital", "police")
            ],
            "How is contact with the family kept?": "Each parent is written to, and met if they wish.",
            "How do practitioners take part?": "One event, without managers.",
            "Timetable": "Chronologies in six weeks, a draft in ten.",
        }
    )
    walk.home(cast.sgc).follow("Agree the terms of reference").follow("Agree the terms of reference").answer(
        {}
    )
    story.calendar.set(dt.date(2026, 3, 4), 10)
    walk.act(
        cast.bum,
        story.case,
        "Start the review",
        {"When should the agencies send in their chronologies?": dt.date(2026, 4, 15)},
    )
    walk.says("The review has started.")


def record_the_prosecution(story: Story) -> None:
    """The police investigate the father; in spring he is charged and the trial is listed for the autumn of next year."""
    walk, cast = story.walk, story.cast
    walk.open(cast.bu, story.case).follow("Other proceedings and holds").follow(
        "Record other proceedings"
    ).answer(
        {
            "Kind": "Criminal investigation or prosecution",
            "Court, force or other body": "Mere Valley Police",
            "When did they begin?": dt.date(2026, 1, 6),
            "What do they ask of the review?": "Not to speak to the parents about the injuries.",
        }
    )


def write_chronologies(story: Story) -> None:
    """Two agencies type what they have, one holds nothing; accepted and locked they are one chronology."""
    walk, cast, case = story.walk, story.cast, story.case
    story.calendar.set(dt.date(2026, 4, 8), 10)
    events = {
        "council": (
            dt.date(2025, 10, 20),
            "Home visit",
            "The social worker saw both twins with their mother.",
        ),
        "hospital": (
            dt.date(2025, 11, 3),
            "Hospital or emergency department",
            "One twin was brought with a cold.",
        ),
    }
    for name, (day, kind, what) in events.items():
        walk.home(story.rep(name)).follow(f"Write the chronology of {name}").follow("Add an entry").answer(
            {
                "When did it happen?": day,
                "Where is it recorded?": "Case notes, page 41",
                "What kind of contact was it?": kind,
                "What happened": what,
                "Was the child seen?": "Seen with a carer",
                "Who was it about?": ["Twin 1", "Twin 2"],
            }
        )
        walk.says(what).follow("Send in the chronology").answer({})
    walk.home(story.rep("police")).follow("Write the chronology of police").follow(
        "Say that the agency holds nothing"
    )
    walk.answer({"Where did the agency look?": "Crime and intelligence, by name and address."})
    story.calendar.set(dt.date(2026, 4, 10), 10)
    for name in ("council", "hospital", "police"):
        walk.home(cast.bu).follow(f"Accept or send back the chronology of {name}")
        walk.follow("Accept the chronology").answer({})
    walk.open(cast.bu, case).follow("Chronologies").follow("Combined chronology")
    walk.says(*(what for _, _, what in events.values())).follow("Lock as the next version").answer({})
    walk.says("Version 1")


def draft(story: Story) -> None:
    """A draft goes to the review panel, its comments are closed, the final report and its recommendations follow."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 5, 6), 10)
    walk.open(cast.aut, story.case).follow("Review")
    walk.follow("Record how practitioners and the family take part").answer(
        {
            "Have practitioners taken part?": "Yes",
            "How, or why not?": "Eleven came to an event in April.",
            "Was the family invited to take part?": "Yes",
            "What were they offered, and what did they answer, or why not?": "Both parents were written to.",
        }
    )
    walk.act(cast.sg, story.case, "Start drafting the report")
    walk.open(cast.aut, story.case).follow("Review").follow("Upload a draft or the final report").answer(
        {"Is it the final report?": "No, a draft", "Version": "0.1", "The file": pdf("draft.pdf")}
    )
    walk.follow("Circulate Draft 0.1").answer({})
    story.calendar.set(dt.date(2026, 6, 3), 10)
    walk.home(cast.sg).follow("Close the comments on the draft report").answer(
        {"What did the comments change?": "Two dates."}
    )
    walk.open(cast.aut, story.case).follow("Review").follow("Upload a draft or the final report").answer(
        {"Is it the final report?": "Yes, the final report", "Version": "1.0", "The file": pdf("final.pdf")}
    )
    for text in RECOMMENDATIONS:
        walk.follow("Add a recommendation").answer({"The recommendation": text})
    walk.act(cast.aut, story.case, "Put the final report up for sign-off")
    assert story.case.stage == "sign_off"


def answer_the_recommendations(story: Story) -> None:
    """The hospital answers for itself; for the partnership as a whole the business unit does."""
    walk, cast = story.walk, story.cast
    for number, agency in ((1, "NSCP hospital"), (2, "The partnership as a whole")):
        walk.open(cast.bu, story.case).follow("Recommendations and actions")
        walk.follow("Recommendations and the responses to them").follow(f"Recommendation {number}")
        walk.follow("Ask for a response").answer(
            {"Who is asked to respond?": agency, "When should they respond by?": dt.date(2026, 6, 30)}
        )
    story.calendar.set(dt.date(2026, 6, 15), 10)
    walk.home(story.rep("hospital")).follow("Respond to recommendation 1").follow("Accept it")
    walk.answer({"What your agency will do about it": "A question on every ward round."})
    walk.home(cast.bu).follow("Respond to recommendation 2").follow("Accept it in part")
    walk.answer({"Which part is not accepted, and why": "Not where a parent may not be told."})


def plan_actions(story: Story) -> None:
    """Two actions, each with an owner and a date, make the plan."""
    walk, cast = story.walk, story.cast
    walk.open(cast.bum, story.case).follow("Recommendations and actions").follow(
        "Begin the action plan"
    ).answer({})
    planned = (
        ("hospital", _owner(story), dt.date(2026, 9, 30)),
        ("council", story.rep("council"), dt.date(2026, 11, 30)),
    )
    for number, (agency, owner, due_on) in enumerate(planned, start=1):
        walk.open(cast.bum, story.case).follow("Recommendations and actions").follow("Add an action").answer(
            {
                "What will be done": f"What recommendation {number} asks for.",
                "What it will change for children": "Both parents are known.",
                "Which recommendation does it serve?": f"Recommendation {number}",
                "Which agency will do it?": f"NSCP {agency}",
                "Who will see that it is done?": f"{owner.name} ({agency})",
                "When should it be done by?": due_on,
            }
        )


def sign_off(story: Story) -> None:
    """The three partners and the independent chair sign the report off, six weeks before it is due."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 6, 17), 10)
    for partner in (cast.dsp_la, cast.dsp_icb, cast.dsp_police):
        walk.home(partner).follow("Give your view").answer(
            chapters.view("Sign off and publish the full report", "A fair report.")
        )
    walk.home(cast.ic).follow("Give the independent chair’s view").answer(
        {"Do you agree with the three partners?": "I agree", "Your reasons": "It can be published in full."}
    )
    walk.act(cast.sgc, story.case, "Sign off the report")
    assert story.case.stage == "pre_publication"


def hold_publication(story: Story) -> None:
    """The father is charged; the Crown Prosecution Service asks that nothing is published before his trial."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2026, 7, 2), 10)
    walk.open(cast.bu, story.case).follow("Other proceedings and holds").follow(
        "Record a charge or a listing"
    ).answer(
        {
            "Next date": dt.date(2027, 10, 11),
            "What happens then?": "Trial of the father",
            "What do they ask of the review?": "That nothing is published before the verdict.",
        }
    )
    walk.open(cast.dsp_police, story.case).follow("Other proceedings and holds").follow("Add a hold")
    walk.refused({})
    walk.answer(
        {
            "What must wait?": "Publication",
            "Who asked for it?": "Crown Prosecution Service",
            "Which proceedings does it rest on?": PROSECUTION,
            "Reason": "A fair trial.",
            "From when?": clock.today(),
            "When is it looked at again?": dt.date(2026, 9, 30),
        }
    )
    walk.act(
        cast.bum,
        story.case,
        "Hold publication",
        {
            "Have the National Panel and the Secretary of State been told the reasons?": "Yes",
            "When were they told?": dt.datetime(2026, 7, 2, 9, 45, tzinfo=clock.LONDON),
            "How were they told?": "By secure e-mail",
            "What reasons were given?": "The trial.",
            "The letter": pdf("reasons.pdf"),
        },
    )
    assert story.case.stage == "publication_held"


def act_meanwhile(story: Story, until: Callable[..., None]) -> None:
    """The actions run while publication waits: one is done in time, one is overdue and gets a later date."""
    walk, cast = story.walk, story.cast
    walk.act(cast.bum, story.case, "Start the action plan")
    walk.home(_owner(story)).follow("Start action 1").follow("Start the action").answer({})
    walk.home(story.rep("council")).follow("Start action 2").follow("Start the action").answer({})
    story.calendar.set(dt.date(2026, 9, 14), 10)
    walk.open(cast.bum, story.case).follow("Recommendations and actions").follow("Action plan")
    walk.follow("Record a progress report").answer(
        {"Who was told?": "The executive", "What they were told": "One action on its way, one nearly done."}
    )
    _keep_hold(story, dt.date(2026, 9, 28))
    _finish_action(story, 2, story.rep("council"))
    story.calendar.set(dt.date(2026, 10, 7), 10)
    remind.delay()
    until(lambda: _reminded(story), "the owner of the overdue action is reminded by e-mail")
    walk.home(_owner(story)).says("was due Wednesday 30 September 2026")
    walk.go("actions:mine").says("Amber: late or at risk")
    walk.open(cast.sgc, story.case).follow("Recommendations and actions").follow("Action 1").follow(
        "Give it a later date"
    )
    walk.answer(
        {"New target date": dt.date(2027, 1, 29), "Why does it need more time?": "The new form is printed."}
    )
    walk.home(_owner(story)).follow("Carry out action 1").follow("Say how it goes").answer(
        {
            "What has been done since last time, and what is still to do": "The form is in use on two wards.",
            "Will it be done by its date?": "On track",
        }
    )
    _keep_hold(story, dt.date(2026, 12, 21))
    _finish_action(story, 1, _owner(story))
    assert story.case.stage == "publication_held"


def _owner(story: Story) -> User:
    """The ward manager who owns the first action, and sees that and nothing else of the case."""
    return story.holder(Role.ALO, "hospital")


def _reminded(story: Story) -> bool:
    return "NSCP-2026-001: an action is overdue" in story.post.to(_owner(story).email)


def _review() -> Review:
    return Review.objects.get()


def _keep_hold(story: Story, day: dt.date) -> None:
    """A partner looks at the hold again and keeps it for another three months."""
    story.calendar.set(day, 10)
    story.walk.home(story.cast.dsp_police).follow("Look again at the hold on publication").answer(
        {
            "Why must it still wait?": "The trial is still to come.",
            "When is it looked at again?": day + dt.timedelta(days=85),
        }
    )


def _finish_action(story: Story, number: int, owner: User) -> None:
    """The owner shows that it is done; the sub-group chair accepts that and says when its impact is looked at."""
    walk, cast = story.walk, story.cast
    walk.home(owner).follow(f"Carry out action {number}").follow("Add evidence").answer(
        {"Document": pdf("evidence.pdf"), "What does it show?": "The form, and how often it was used."}
    )
    walk.follow("Say that it is done").answer({})
    walk.home(cast.sgc).follow(f"Look at the evidence for action {number}").answer({})
    walk.home(cast.sgc).follow(f"Set when the impact is looked at for action {number}").answer(
        {"When will somebody look whether the change lasted and helped?": dt.date(2027, 9, 1)}
    )


def release(story: Story) -> None:
    """Looked at every three months, the hold stands until the verdict; then it is released."""
    walk, cast = story.walk, story.cast
    for day in (dt.date(2027, 3, 15), dt.date(2027, 6, 7), dt.date(2027, 8, 30)):
        _keep_hold(story, day)
    story.calendar.set(dt.date(2027, 9, 2), 10)
    for number in (1, 2):
        walk.home(cast.sgc).follow(f"Record the impact of action {number}").answer(
            {
                "What changed for children, and how do we know?": "Nine in ten fathers are seen: the audit says so."
            }
        )
    story.calendar.set(dt.date(2027, 10, 11), 10)
    walk.open(cast.bu, story.case).follow("Other proceedings and holds")
    walk.follow("Record that the trial or hearing has begun").answer({})
    story.calendar.set(dt.date(2027, 10, 29), 15)
    walk.open(cast.bu, story.case).follow("Other proceedings and holds")
    walk.follow("Record that the proceedings are concluded").answer(
        {
            "When did they end?": clock.today(),
            "How did they end?": "The father was found guilty and sentenced.",
        }
    )
    story.calendar.set(dt.date(2027, 11, 1), 10)
    walk.open(cast.dsp_police, story.case).follow("Other proceedings and holds").follow(
        "Release the hold"
    ).answer(
        {
            "Why may it be released?": "The verdict.",
            "From when?": clock.today(),
            "What shows that it may be released": pdf("verdict.pdf"),
        }
    )
    planned = {"When is it to be published?": dt.date(2027, 12, 1)}
    walk.act(cast.bum, story.case, "Release publication", planned)
    assert story.case.stage == "pre_publication"


def publish(story: Story, until: Callable[..., None]) -> None:
    """The public text, its day, the copies ahead, every gate; and then the page that everyone can read."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2027, 11, 2), 10)
    sweep.delay()
    late = "NSCP-2026-001: overdue since 26 July 2026"
    until(lambda: late in story.post.to(cast.bum.email), "the six months run again, and are over")
    walk.open(cast.bu, story.case).follow("Write what becomes public")
    said = walk.refused(
        {
            "Public title": TITLE,
            "Name used in public": "Family T",
            "Summary in plain words": "Twins were hurt as babies. Nobody had seen their father.",
            "Statement of the partnership": "The learning did not wait for the trial.",
            "Report made for the public": pdf("final.pdf"),
        }
    )
    assert "This is the same file as the confidential" in said[0]
    walk.answer({"Report made for the public": pdf("public.pdf")})
    walk.act(
        cast.bu,
        story.case,
        "Send the report ahead, and record the copies",
        {
            "Who was sent a copy?": [
                "The National Panel",
                "The Secretary of State (Department for Education)",
                "Ofsted",
            ],
            "When was it sent?": dt.datetime(2027, 11, 2, 9, 30, tzinfo=clock.LONDON),
            "How was it sent?": "By secure e-mail",
            "Proof that it was sent": pdf("copies.pdf"),
        },
    )
    walk.open(cast.bum, story.case).says("Gate not open yet: anonymised, checked by two people.")
    for person, gate in (
        (cast.bu, "Anonymised, checked by two people"),
        (cast.sg, "Anonymised, checked by two people"),
        (cast.bum, "Legal sign-off"),
        (cast.dsp_police, "Police and Crown Prosecution Service do not object"),
        (cast.bum, "Coroner’s position is recorded"),
        (cast.sg, "Family is told, and was offered to read it"),
        (cast.bu, "Accessible to everyone"),
    ):
        walk.open(person, story.case).follow("Publication").follow(f"Tick {gate}").answer(
            {
                "When was it seen or said?": clock.today(),
                "What did you see, or who told you?": "I have seen it.",
            }
        )
    walk.sign_in_as(None).go("publication:library").does_not_say(TITLE)
    story.calendar.set(dt.date(2027, 12, 1), 10)
    walk.act(
        cast.bum,
        story.case,
        "Publish the report",
        {"Why is it published after the six months?": "The criminal proceedings."},
    )
    walk.sign_in_as(None).go("publication:library").follow(TITLE)
    walk.says("Twins were hurt as babies.", "The learning did not wait for the trial.")
    walk.does_not_say("OFFICIAL-SENSITIVE", "Quickthorn", story.case.reference)


def follow_up_and_close(story: Story) -> None:
    """What the plan changed is written down; the sub-group chair proposes to close, the independent chair confirms."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2028, 1, 12), 10)
    walk.open(cast.bum, story.case).follow("Recommendations and actions").follow(
        "Record what the plan changed"
    )
    walk.answer(
        {"What did the plan change for children, and how do we know?": "Fathers are seen: two audits say so."}
    )
    walk.open(cast.sgc, story.case).follow("Propose to close the case")
    assert walk.refused({}) == ["Enter what was done, and what changed for children"]
    walk.answer({"What was done, and what changed for children": "Both recommendations are carried out."})
    walk.home(cast.ic).follow("Close the case, or say what is still to be done").answer({})
    assert story.case.stage == "closed_complete"


def reopen(story: Story) -> None:
    """A year of quiet, and then something is to be followed up: the case is opened again."""
    walk, cast = story.walk, story.cast
    story.calendar.set(dt.date(2028, 3, 6), 10)
    walk.open(cast.sgc, story.case).follow("Ask for the case to be reopened").refused({})
    walk.answer(
        {
            "Why should it be reopened?": "New information",
            "What has come up?": "The hospital's form was given up.",
            "What is done then?": "Follow up actions again",
            "Has the local authority become aware of something new that may have to be notified?": "No",
        }
    )
    walk.home(cast.dsp_icb).follow("Reopen the case, or say why not").answer({})
    assert story.case.stage == "monitoring"


def look_around(story: Story, outsider: User) -> None:
    """The pages beside the way, for those who follow the case; to a stranger none of them is there."""
    walk, case = story.walk, story.case
    walk.open(story.cast.bum, case).says("Publication held")
    for page in ("timeline", "people", "access"):
        walk.go(f"desk:{page}", case.pk)
    for page in ("messages", "notices"):
        walk.go(f"correspondence:{page}", case.pk)
    walk.go("desk:cases").says("Family T").go("deadlines:month").go("people:list").go("correspondence:failed")
    walk.go("deadlines:board").says("Held, reasons sent", "Family T")
    walk.sign_in_as(outsider).go("desk:cases").does_not_say("Family T")
    assert walk.status("desk:case", case.pk) == 404
    assert walk.status("panels:review", _review().pk) == 404


def every_message_went_out_and_named_nobody(story: Story, until: Callable[..., None]) -> None:
    """Beat has swept and the worker has sent all there is: no name and nothing of what happened is in it."""
    until(lambda: "deadlines.tasks.sweep" in story.post.beat.read_text(), "beat has swept", patience=70)
    story.calendar.mail_has_gone()
    lost = Message.objects.exclude(state__in=[MessageState.QUEUED, MessageState.CLAIMED, MessageState.SENT])
    assert list(lost.values("subject", "to__name", "failure")) == []
    # Beat sweeps when it likes: a reminder more may be on its way.
    until(lambda: _all_sent() and _in_the_post(story) == _on_record(), "every e-mail has come, each once")
    words = story.post.words().lower()
    assert [word for word in NEVER_IN_AN_EMAIL if word in words] == []


def _in_the_post(story: Story) -> list[str]:
    return sorted(str(letter["Message-ID"]) for letter in story.post.letters())


def _on_record() -> list[str]:
    return sorted(Message.objects.values_list("message_id", flat=True))


def _all_sent() -> bool:
    return not Message.objects.exclude(state=MessageState.SENT).exists()


def the_record_holds(story: Story) -> None:
    """Every act of two years is in the record, and the record is whole."""
    said = StringIO()
    call_command("verify_audit", stdout=said)
    assert said.getvalue().startswith("The record holds: 4 chains")
    walk = story.walk.open(story.cast.bum, story.case).follow("Timeline")
    walk.says("Reopened")
