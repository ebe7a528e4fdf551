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

    def answers(self) -> Answers:
        return {
            "First names": self.forenames,
            "Last name": self.surname,
            "Date of birth": "Known",
            "Born on": self.born_on,
            "What happened to this child?": self.outcome,
        }


@dataclass(frozen=True)
class Incident:
    """What the pages of a referral ask."""

    children: Sequence[Child]
    on: dt.date
    area: str
    account: str
    agency_aware_on: dt.date
    la_aware_at: dt.datetime | None = None

    def pages(self) -> Mapping[str, Answers]:
        aware: dict[str, object] = {"Is the local authority aware?": "Not known yet"}
        if self.la_aware_at:
            aware = {
                "Is the local authority aware?": "Yes, and I know when",
                "When did the local authority become aware?": self.la_aware_at,
            }
        return {
            "What happened, when and where": {
                "When did it happen?": self.on,
                "Did it happen outside England?": "No",
                "In which local authority’s area did it happen?": self.area,
                "What happened?": self.account,
            },
            "Who became aware, and when": {
                "When did your agency become aware?": self.agency_aware_on,
                **aware,
            },
            "How you see the criteria": {
                "Is abuse or neglect of a child known or suspected?": "Suspected",
                "What makes you say so?": "No explanation fits the injuries.",
                "Has a child died or been seriously harmed?": "Seriously harmed",
                "What do you know of the harm?": "Fractures of different ages.",
            },
            "Agencies involved, and safety now": {
                "Which agencies know the child or the family?": "Social care, midwives, the health visitor.",
                "Are the children in the household safe now?": "Yes",
                "What has been done to keep them safe?": "They stay with foster carers.",
            },
        }


def write_referral(walk: Walk, incident: Incident, lead: Answers) -> None:
    """From the list of its pages, fill in every page of a referral."""
    if lead:
        walk.follow("Before you refer").answer(lead)
    walk.follow("The children")
    for number, child in enumerate(incident.children):
        walk.follow("Add another child" if number else "Add a child").answer(child.answers())
    walk.follow("Continue")
    for page, answers in incident.pages().items():
        walk.follow(page).answer(answers)


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
    """A partner's own view, without a conflict of interest."""
    return {
        "Do you have a conflict of interest in this case?": "No",
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
