"""Names a case may go by: never an initial, never derived from the people or the place (domain §6.4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from string import ascii_uppercase


def type_word(age_in_years: int | None, *, several: bool = False) -> str:
    """Baby under two, Child, Young Person from thirteen; Family for several children in one case."""
    if several:
        return "Family"
    if age_in_years is None or age_in_years >= 2:
        return "Young Person" if age_in_years is not None and age_in_years >= 13 else "Child"
    return "Baby"


def suggestions(word: str, *, avoid: Iterable[str], taken: Collection[str], many: int = 3) -> list[str]:
    """The first free pseudonyms "`word` letter(s)" that share no letter with the names in `avoid`.

    `taken` holds every pseudonym the partnership ever used, retired and legacy ones too. Single letters
    first, then pairs.
    """
    initials = {part[0].upper() for name in avoid for part in name.split() if part}
    letters = [letter for letter in ascii_uppercase if letter not in initials and letter not in "IO"]
    used = {pseudonym.casefold() for pseudonym in taken}
    candidates = [*letters, *(first + second for first in letters for second in letters)]
    free = (f"{word} {letter}" for letter in candidates if f"{word} {letter}".casefold() not in used)
    return [pseudonym for pseudonym, _ in zip(free, range(many), strict=False)]


def breaks_rule(pseudonym: str, *, names: Iterable[str]) -> str | None:
    """The sentence that says why a pseudonym gives somebody away, or None when it does not."""
    last = pseudonym.rsplit(maxsplit=1)[-1] if pseudonym.split() else ""
    for name in names:
        for part in name.split():
            if last.casefold() == part.casefold():
                return "The pseudonym is part of somebody’s name. Choose another."
            if len(last) == 1 and part and last.casefold() == part[0].casefold():
                return "The pseudonym is somebody’s initial. Choose another letter."
    return None
