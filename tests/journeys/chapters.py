"""What every journey has in common: the pages of a referral, of an agency's return and of a partner's view."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from journeys.walking import Answers, Walk, pdf

from accounts.models import User
from casework.models import Case


@dataclass(frozen=True)
class Child:
    forenames: str
    surname: str
    born_on: dt.date
    outcome: str = "Seriously harmed"

    def pages(self) -> Sequence[Answers]:
        """What the pages about one child ask, in their order."""
        state = {"Seriously harmed": {"How is the child now?": "Recovering"}}.get(self.outcome, {})
        if self.outcome == "Died":
            state = {
                "The date of death is not known yet": True,
                "What is thought to have caused the death?": "Not known yet",
            }
        return [
            {"First names": self.forenames, "Last name": self.surname},
            {"Is the date of birth known?": "Known", "Born on": self.born_on},
            {"What happened to this child?": self.outcome, **state},
            {"Sex": "Not known yet"},
            {"Ethnicity": "Not known yet"},
            {"Does the child have a disability?": ["Not known yet"]},
            {"The home address is not known yet": True},
            {},
            {"Where is the child educated?": "None of these, for example too young"},
            {},
            {"The child’s legal status when it happened": "No order, and not looked after"},
            {"How did children’s social care know the child when it happened?": "Child in need"},
        ]


@dataclass(frozen=True)
class Incident:
    """What the pages of a referral ask."""

    children: Sequence[Child]
    on: dt.date
    area: str
    account: str
    agency_aware_on: dt.date
    la_aware_at: dt.datetime | None = None

    def sections(self) -> Mapping[str, Sequence[Answers]]:
        """What the pages of each section ask, in their order."""
        aware: dict[str, object] = {"Is the local authority aware?": "Not known yet"}
        if self.la_aware_at:
            aware = {
                "Is the local authority aware?": "Yes, and I know when",
                "When did the local authority become aware?": self.la_aware_at,
            }
        return {
            "What happened": [
                {"What happened?": self.account},
                {"When did it happen?": "On one day"},
                {"Date, or the first day": self.on, "Are these dates exact?": "Exact"},
                {
                    "Did it happen outside England?": "No",
                    "In which local authority’s area did it happen?": self.area,
                    "In which local authority’s area does the child normally live?": "Not known yet",
                    "What kind of place was it?": "Family home",
                },
                {"When did your agency become aware?": self.agency_aware_on, **aware},
                {"What kind of harm was it?": ["Physical abuse, including non-accidental injury"]},
            ],
            "How you see the criteria": [
                {
                    "Is abuse or neglect of a child known or suspected?": "Suspected",
                    "What makes you say so?": "No explanation fits the injuries.",
                },
                {
                    "Has a child died or been seriously harmed?": "Seriously harmed",
                    "What do you know of the harm?": "Fractures of different ages.",
                },
                {"Which kind of review do you ask for?": ["A local child safeguarding practice review"]},
                {"Why is this for more than one agency to learn from?": "Each knew a part."},
            ],
            "Safety now": [
                {
                    "Are the children in the household safe now?": "Yes",
                    "What has been done to keep them safe?": "They stay with foster carers.",
                },
                {},
            ],
            "Other proceedings, and who was told": [
                {"Which other proceedings are there, or will there be?": ["Not known yet"]},
                {"Who has been told of the incident already?": ["None of these"]},
            ],
            "The media, and what the family know": [
                {"Is there, or may there be, interest from the media or the community?": "No"},
                {"Do the family know of this referral?": "Not known yet"},
            ],
        }


def write_referral(walk: Walk, incident: Incident, lead: Answers) -> None:
    """From the list of its sections, fill in every page of a referral."""
    walk.follow("Who is referring").answer({"Job title": "Head", "Telephone number": "01632 960001"})
    if lead:
        walk.follow("Before you refer").answer({**lead, "What do they say?": "They support it"})
    walk.follow("The children")
    for number, child in enumerate(incident.children):
        walk.follow("Add another child" if number else "Add a child")
        for answers in child.pages():
            walk.answer(answers)
        walk.follow("Continue")
    walk.follow("Continue")
    for section, pages in incident.sections().items():
        walk.follow(section)
        for answers in pages:
            walk.answer(answers)
    walk.follow("The family").follow("There is nobody to name, or I do not know yet")
    walk.answer({"If you name nobody, why?": "Not known yet"}).follow("Continue")
    walk.follow("The agencies involved").follow("Add an agency")
    walk.answer({"Which agency?": "Another agency", "Name of the agency": "The health visitors"})
    walk.follow("Continue")


def send_referral(walk: Walk) -> None:
    """Check the answers, declare, and send."""
    walk.follow("Check your answers").follow("Continue")
    walk.answer(
        {
            "What I have written is accurate as far as I know": True,
            "Any child at risk now has been referred to children’s social care or the police": True,
        }
    )


def view(outcome: str, reasons: str) -> Answers:
    """A partner's own view, without a conflict of interest; on the criteria, both parts of them."""
    parts = {
        "Is abuse or neglect of a child known or suspected?": "Yes",
        "Has a child died or been seriously harmed?": "Yes",
    }
    return {
        "Do you have a conflict of interest in this case?": "No",
        **(parts if outcome == "The criteria are met" else {}),
        "Your view": outcome,
        "Your reasons": reasons,
        "This is my own view, and I sign it": True,
    }


def view_on_behalf(partner: str, outcome: str, reasons: str, on: dt.date) -> Answers:
    """A partner's view as the minutes of a meeting have it."""
    return {
        "Whose view is it?": partner,
        "Their view": outcome,
        "Their reasons": reasons,
        "When did they give it?": on,
        "The minute or the message in which they gave it": pdf("minutes.pdf"),
    }


def agency_return(writer: str, involvement: str) -> Answers:
    """What an agency returns about its part in the case."""
    return {
        "Who wrote this return?": writer,
        "The writer did not work with the family or manage those who did": True,
        "Which records were searched?": "Every system, by name, date of birth and address.",
        "What was your agency’s involvement?": involvement,
        "What does your agency make of it?": "Each contact was judged by itself.",
        "What must be done now to make children safe?": "Nothing more: it is done.",
        "What does your agency think should follow?": "A local child safeguarding practice review",
        "Who senior signs this return?": "Director of safeguarding",
        "Their role": "Executive lead",
    }


def answer_request(walk: Walk, user: User, case: Case, agency: str, answers: Answers) -> None:
    """From “What needs you”, an agency's representative returns its information."""
    walk.home(user).follow(f"Return the information of {agency}")
    walk.follow("Return the information").refused({}, "Return the information")
    walk.answer(answers, "Return the information")
    walk.says("Your agency’s information has been returned.")


def report(met_on: dt.date) -> Answers:
    """The report of a rapid review, under its five headings."""
    return {
        "Date of the meeting": met_on,
        "Who was there?": "Sub-group chair; council; integrated care board; police.",
        "The local authority was represented": True,
        "The integrated care board was represented": True,
        "The police were represented": True,
        "The facts, as far as they can be readily established": "What is known is told.",
        "Immediate action for children’s safety, and learning shared": "They are safe.",
        "Potential for identifying improvements": "Nobody asked who else was there.",
        "The context of the children’s lives, including racism and inequality": "Mother was in care herself.",
        "Next steps, including whether to hold a review": "As the group recommends.",
    }
