"""How names are compared: every part by its sound, whatever the order (domain §2.7)."""

from __future__ import annotations

import re
import unicodedata

import jellyfish

# Short forms count as their long form. A start, not a dictionary: the finder of duplicates extends it.
_LONG_FORMS: dict[str, str] = {
    "abby": "abigail",
    "alex": "alexander",
    "andy": "andrew",
    "ben": "benjamin",
    "beth": "elizabeth",
    "bill": "william",
    "billy": "william",
    "charlie": "charles",
    "chris": "christopher",
    "dan": "daniel",
    "danny": "daniel",
    "dave": "david",
    "ed": "edward",
    "ellie": "eleanor",
    "jack": "john",
    "jake": "jacob",
    "jess": "jessica",
    "jim": "james",
    "jimmy": "james",
    "joe": "joseph",
    "josh": "joshua",
    "kate": "katherine",
    "katie": "katherine",
    "liz": "elizabeth",
    "lizzie": "elizabeth",
    "maddie": "madeleine",
    "matt": "matthew",
    "max": "maximilian",
    "mike": "michael",
    "mo": "mohammed",
    "nick": "nicholas",
    "ollie": "oliver",
    "rob": "robert",
    "sam": "samuel",
    "sophie": "sophia",
    "tom": "thomas",
    "tommy": "thomas",
    "will": "william",
    "zach": "zachary",
}


def name_parts(*names: str) -> list[str]:
    """Every word of these names, folded to plain lower-case letters, short forms made long.

    Accents and apostrophes go; hyphens divide. Letters of other scripts stay as they are.
    """
    parts: list[str] = []
    for word in re.split(r"[\s\-–]+", " ".join(names).casefold()):
        plain = unicodedata.normalize("NFKD", word)
        folded = "".join(letter for letter in plain if letter.isalpha())
        if folded:
            parts.append(_LONG_FORMS.get(folded, folded))
    return parts


def sounds(*names: str) -> list[str]:
    """The sound of every name part, once each and sorted; a part without Latin letters stands for itself."""
    found = {jellyfish.metaphone(part) or part if part.isascii() else part for part in name_parts(*names)}
    return sorted(found)


def normalised_nhs_number(number: str) -> str:
    """The digits of an NHS number; spaces and dashes are how people write it."""
    return "".join(character for character in number if character.isdigit())
