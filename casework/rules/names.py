"""How names are compared: every part by its sound, whatever the order (domain §2.7, ADR 0015)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from typing import Final

import jellyfish
from anyascii import anyascii

from casework.rules.variants import KNOWN, LINES_OF, WEAK

# Words people put where no name is known. They name nobody.
_NOBODY: Final = frozenset(
    [
        "baby",
        "babe",
        "bby",
        "unborn",
        "infant",
        "newborn",
        "bump",
        "foetus",
        "fetus",
        "twin",
        "twins",
        "triplet",
        "boy",
        "girl",
        "male",
        "female",
        "unknown",
        "unnamed",
        "unregistered",
        "tbc",
        "tbd",
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "aka",
        "nee",
        "fka",
        "nka",
        "formerly",
    ]
)
# These too, beside one of those: “unborn child of”, “name not known yet”.
_NOBODY_BESIDE: Final = frozenset(
    [
        "child",
        "children",
        "son",
        "daughter",
        "of",
        "not",
        "known",
        "none",
        "name",
        "yet",
        "the",
        "and",
        "or",
        "as",
        "called",
        "also",
        "one",
        "two",
        "first",
        "second",
        "a",
        "b",
    ]
)
# Words within names that are now written, now left out.
_PARTICLES: Final = frozenset(
    [
        "al",
        "el",
        "ul",
        "ur",
        "ud",
        "bin",
        "ibn",
        "ben",
        "bint",
        "binti",
        "binte",
        "von",
        "van",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "la",
        "le",
        "las",
        "los",
        "du",
        "ap",
        "ab",
        "ferch",
        "verch",
    ]
)
# Words that belong to the word after them: O’Brien, Mac Donald, Abdul Rahman.
_JOINED: Final = frozenset(
    [
        "o",
        "mac",
        "mc",
        "m",
        "fitz",
        "st",
        "saint",
        "ni",
        "nic",
        "oluwa",
        "olu",
        "abdul",
        "abdal",
        "abdel",
        "abdur",
        "abdu",
        "abd",
        "abu",
        "umm",
    ]
)
_ABD: Final = re.compile(r"^abd(?:[eiua]|ou)?(?:l|r(?=r)|s(?=s)|n(?=n))?(?=[a-z]{4,})")
_ABD_ALONE: Final = re.compile(r"abd(?:[eua][lr]?)?")


def _somebody(words: list[str]) -> list[str]:
    """The words that name somebody."""
    kept = [word for word in words if word not in _NOBODY]
    if len(kept) < len(words) or words[:2] == ["not", "known"]:
        kept = [word for word in kept if word not in _NOBODY_BESIDE]
    return kept


# The plain letters made small, apostrophes and digits left out; all else divides.
_PLAIN: Final = {
    code: chr(code).lower() if chr(code).isalpha() else None if chr(code) in "'`0123456789" else " "
    for code in range(128)
}


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """`text` in plain small Latin letters, spaces and nothing else: no accents, apostrophes or other scripts."""
    if text.isascii():
        # Most names, in a tenth of the time.
        return " ".join(text.translate(_PLAIN).split())
    spaced = "".join(
        # A letter of a script that writes no spaces is a syllable of its own.
        f" {letter} " if "\u3400" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7af" else letter
        for letter in unicodedata.normalize("NFKC", text).casefold()
    )
    spaced = re.sub(r"[^\w\s'’‘ʼ`´ʻ\u0300-\u036f\u064b-\u065f\u0900-\u0dff]|_", " ", spaced)
    latin = anyascii(unicodedata.normalize("NFC", spaced)).casefold()
    return re.sub(
        r"\s+", " ", "".join(c for c in latin if c.isascii() and (c.isalpha() or c.isspace()))
    ).strip()


def name_parts(*names: str) -> list[str]:
    """Every word of these names in plain letters, in their order, each once; what names nobody is left out.

    Hyphens divide; “O’ Brien”, “Mac Donald” and “Abdul Rahman” are one word each.
    """
    return list(dict.fromkeys(part for name in names for part in _parts_of(name)))


@lru_cache(maxsize=4096)
def _parts_of(name: str) -> tuple[str, ...]:
    """The words of one name: remembered, for a search meets the same few names hundreds of times."""
    words, waiting = [], ""
    for word in _somebody(folded(name).split()):
        if word in _JOINED:
            waiting += "abdul" if _ABD_ALONE.fullmatch(word) else word
        elif waiting and word in _PARTICLES:
            continue
        else:
            words.append(waiting + word)
            waiting = ""
    if waiting:
        words.append(waiting)
    # Somebody may be called by a particle alone: Van, Ben.
    return tuple(_plain(part) for part in [word for word in words if word not in _PARTICLES] or words)


@contextmanager
def forgetting_names() -> Iterator[None]:
    """Drop the whole names that a search met, when it is over; single words and their sounds name nobody, and stay."""
    try:
        yield
    finally:
        folded.cache_clear()
        _parts_of.cache_clear()


@lru_cache(maxsize=8192)
def _plain(part: str) -> str:
    """One spelling for what is only spelling: Abdel, Abdur and Abdul before another name; Mc and Mac."""
    if part not in LINES_OF:
        part = _ABD.sub("abdul", part)
    return f"mac{part[2:]}" if part.startswith("mc") and len(part) > 4 else part


# A daughter’s or wife’s surname where languages have one of their own: Kazlauskas, Kazlauskaitė, Kazlauskienė.
_ENDING: Final = re.compile(r"(?<=[a-z]{4}[b-df-hj-np-tv-z])(?:aite|yte|ute|iene|as|is|ys|us)$")


def stem(part: str) -> str:
    """A family name without the ending that tells a woman's from a man's; empty where it has none."""
    found = _ENDING.search(part)
    return part[: found.start()] if found and len(part) >= 7 else ""


# What sounds alike, longest first. Only consonants are kept at the end.
_ALIKE: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:wr)", "r"),
        (r"^(?:kn|gn|pn)", "n"),
        (r"^(?:x)", "s"),
        (r"^(?:ps|cz)", "s"),
        (r"^(?:ll|fl)", "l"),
        (r"eigh|igh|ough|augh", "a"),
        (r"(?:sch|shch|szcz|tch|sh|sz|ch|cz|ts|tz|zh|rz|dz|dj|ci(?=[aou])|ti(?=[aou])|ss)", "s"),
        (r"ph|bh(?!$)|vh", "f"),
        (r"mb$", "m"),
        (r"th|dh|dd", "t"),
        (r"gh|kh|ck|qu|q|c(?=[aou]|[^eiy]|$)", "k"),
        (r"c", "s"),
        (r"d", "t"),
        (r"[pb]", "b"),
        (r"[vf]", "f"),
        (r"g(?=[eiy])", "j"),
        (r"^y|j", "j"),
        (r"g", "k"),
        (r"[zx]", "s"),
        (r"m", "n"),
    )
)


@lru_cache(maxsize=8192)
def bones(part: str) -> str:
    """The consonants of a word, those alike made equal: what is left when spelling and vowels change."""
    for pattern, sound in _ALIKE:
        part = pattern.sub(sound, part)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyhw]", "", part))


@lru_cache(maxsize=8192)
def metaphone(part: str) -> str:
    """Lawrence Philips’ metaphone of a word, or the word itself where it has none."""
    return jellyfish.metaphone(part) or part


@lru_cache(maxsize=8192)
def keys(part: str) -> frozenset[str]:
    """Everything one word can be found by: its sound, its consonants, its other forms, and itself less any one letter.

    Of two words that differ by one typing slip, wherever it is, some key is the same.
    """
    found = {f"s:{metaphone(part)}", f"w:{part}"}
    if len(bones(part)) >= 2:
        found.add(f"b:{bones(part)}")
    found |= {f"n:{line}" for line in LINES_OF.get(part, ())}
    if stem(part):
        found.add(f"e:{stem(part)}")
    if len(part) >= 3:
        found |= {f"w:{part[:at]}{part[at + 1 :]}" for at in range(len(part))}
    return frozenset(found)


def joined(parts: list[str]) -> list[str]:
    """Neighbouring words written as one: Smith Jones, Smithjones."""
    return [first + second for first, second in pairwise(parts)]


def sounds(*names: str) -> list[str]:
    """Every key of every part of these names, once each and sorted."""
    found: set[str] = set()
    for name in names:
        parts = name_parts(name)
        for part in [*parts, *joined(parts)]:
            found |= keys(part)
    return sorted(found)


def key_groups(*names: str) -> list[frozenset[str]]:
    """The keys of these names, word by word: what must be found for a word to be in common."""
    found = [keys(part) for part in name_parts(*names)]
    for name in names:
        found += [keys(part) for part in joined(name_parts(name))]
    return found


@lru_cache(maxsize=65536)
def likeness(one: str, other: str) -> float:
    """How alike two words are, from 0 to 1; from `ALIKE` on they count as one name."""
    if one == other:
        return 1.0
    if len(one) == 1 or len(other) == 1:
        return 0.6 if one[:1] == other[:1] else 0.0
    if LINES_OF.get(one, frozenset()) & LINES_OF.get(other, frozenset()):
        return 0.95
    if stem(one) and stem(one) == stem(other):
        return 0.9
    if one in KNOWN and other in KNOWN:
        # Ella and Emma, Jayden and Kayden are one slip apart, and two children.
        same = metaphone(one) == metaphone(other) and bones(one) == bones(other) and one[0] == other[0]
        return 0.8 if same else 0.5
    return max(_by_letters(one, other), _by_sound(one, other))


def _by_letters(one: str, other: str) -> float:
    shorter, longer = sorted((len(one), len(other)))
    slips = jellyfish.damerau_levenshtein_distance(one, other)
    if slips <= 3 and shorter >= (2, 2, 5, 8)[slips]:
        return (1.0, 0.92 if longer >= 5 else 0.8 if shorter < 3 else 0.85, 0.85, 0.82)[slips]
    # Half a name: a box that was too short, Alexandr for Alexandrina.
    if shorter >= 4 and (one.startswith(other) or other.startswith(one)):
        return 0.82
    near = jellyfish.jaro_winkler_similarity(one, other)
    return 0.8 if near >= 0.93 and shorter >= 5 else min(near, 0.75) if near >= 0.8 else 0.0


def _by_sound(one: str, other: str) -> float:
    shorter = min(len(one), len(other))
    same_sound = metaphone(one) == metaphone(other)
    if bones(one) == bones(other) and len(bones(one)) >= 2 and (same_sound or shorter >= 4):
        return 0.9
    return 0.86 if same_sound and shorter >= 3 else 0.0


ALIKE: Final = 0.8


def is_weak(part: str) -> bool:
    """Whether a name says little because half a community bears it."""
    return part in WEAK


def are_alike(names: Iterable[str], others: Iterable[str]) -> bool:
    """Whether any name of the one is, by sound or spelling, a name of the other."""
    others = list(others)
    return any(likeness(one, other) >= ALIKE for one in names for other in others)


def normalised_nhs_number(number: str) -> str:
    """The digits of an NHS number; spaces and dashes are how people write it.

    Empty where one digit fills it: noughts or nines are typed where the number is not known.
    """
    digits = "".join(character for character in number if character.isdigit())
    return digits if len(set(digits)) > 1 else ""
