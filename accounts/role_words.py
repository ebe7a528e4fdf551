"""What each role does, told to somebody who has never been in a review; the partnership's own names put in."""

from __future__ import annotations

from typing import Final

from accounts.models import Partnership

_ROLES: Final = (
    (
        "Somebody who refers",
        "You work with children or families, and know of a child who has died or been seriously harmed. You tell what "
        "you know and why you are worried, and answer questions about it. You do not have to prove anything, nor to "
        "know everything: “not known yet” is an answer.",
    ),
    (
        "{agency_representative}",
        "The senior safeguarding person of an agency at the {case_group}. Talks a possible referral through with "
        "colleagues, answers for the agency when information is asked for, and brings what was learned back to it.",
    ),
    (
        "Somebody who writes a report or chronology",
        "You read your agency’s records and say what was done, what was known and what could have been better. You have "
        "no part in the care of this child or in managing those who had, and enough standing to say what you find. "
        "What plainly needs mending is mended now, not when the review is over.",
    ),
    (
        "Review panel member",
        "You speak for your agency, not for the people who met the child. You read what all agencies sent, test it with "
        "the others with an open mind, comment on drafts, and help to write an action plan that can be kept.",
    ),
    (
        "Review panel chair",
        "A member of the {case_group} who leads the review panel: finds the author together with the business manager, "
        "keeps the work to its questions and its time, and sees the action plan through.",
    ),
    (
        "Practitioner at an event",
        "You met the child or the family. You are asked what the work was like and what would have helped. Nobody is on "
        "trial: the review looks for what to change, not for whom to blame.",
    ),
    (
        "Independent author",
        "Works for none of the agencies. Chooses with the review panel how to hear practitioners and family, and writes "
        "the report and its recommendations.",
    ),
    (
        "{independent_chair} and safeguarding partners",
        "The local authority, the integrated care board and the police decide together, and the {independent_chair} "
        "tests how they do it. They answer to the National Panel and to the public.",
    ),
)


def roles_told(partnership: Partnership) -> list[tuple[str, str]]:
    """Each role and what it does, in this partnership's words."""
    keys = ("agency_representative", "case_group", "independent_chair")
    words = {key: partnership.word(key) for key in keys}
    return [(_capital(title.format(**words)), text.format(**words)) for title, text in _ROLES]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
