"""What must be true of a report before it is public (domain F-12), the essential part of the checklist.

Sign-off and copies are read from the record; the others are ticked by people who say what they saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import TextChoices

from accounts.roles import BUSINESS_UNIT, PARTNERS, SUB_GROUP, Role


class GateKind(TextChoices):
    ANONYMISED = "anonymised", "Anonymised, checked by two people"
    LEGAL = "legal", "Legal sign-off"
    PROSECUTION = "prosecution", "Police and Crown Prosecution Service do not object"
    CORONER = "coroner", "Coroner’s position is recorded"
    FAMILY = "family", "Family is told, and was offered to read it"
    ACCESSIBLE = "accessible", "Accessible to everyone"


@dataclass(frozen=True)
class GateRule:
    """How one gate opens: who may tick it, how many different people must, and what they look for.

    `of_the_text` gates were opened for one text: another text closes them again.
    """

    hint: str
    who: frozenset[Role]
    people: int = 1
    of_the_text: bool = False


GATES: Final[dict[GateKind, GateRule]] = {
    GateKind.ANONYMISED: GateRule(
        "No names, initials, exact dates or places, schools, or details that together identify a child or an adult. "
        "Searched for in local news and social media. No genogram, no tracked changes, no hidden data in the file.",
        BUSINESS_UNIT | SUB_GROUP | {Role.PC, Role.IC, Role.LEGAL},
        people=2,
        of_the_text=True,
    ),
    GateKind.LEGAL: GateRule(
        "A legal adviser has read what will be public, and any restriction of the family court is met.",
        BUSINESS_UNIT | {Role.LEGAL},
        of_the_text=True,
    ),
    GateKind.PROSECUTION: GateRule(
        "There are no criminal proceedings, they have ended, or the police and the Crown Prosecution Service say that "
        "they do not object.",
        BUSINESS_UNIT | {Role.LEGAL, Role.DSP_POLICE},
    ),
    GateKind.CORONER: GateRule(
        "There is no inquest, it has ended, or the coroner was asked and the answer is recorded.",
        BUSINESS_UNIT | {Role.LEGAL},
    ),
    GateKind.FAMILY: GateRule(
        "The family knows the day and was offered to read the report first; brothers and sisters are looked after when "
        "it comes out.",
        BUSINESS_UNIT | {Role.FAMILY, Role.PC},
    ),
    GateKind.ACCESSIBLE: GateRule(
        "The file is a tagged PDF with headings, or the same words are on the page; it reads well aloud.",
        BUSINESS_UNIT | {Role.COMMS},
        of_the_text=True,
    ),
}

OF_THE_TEXT: Final = tuple(kind for kind, rule in GATES.items() if rule.of_the_text)

# Whoever may read what is prepared for the public: those who read the final report, and those who tick.
READERS: Final = (
    BUSINESS_UNIT
    | PARTNERS
    | SUB_GROUP
    | {Role.IC, Role.PC, Role.PM, Role.AUT, Role.LEGAL, Role.FAMILY, Role.COMMS}
)
