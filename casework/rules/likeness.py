"""Whether two descriptions are of one child, of two children of one incident or family, or of strangers (domain §2.7).

The duplicate rule compares incidents within three days of each other, or whose uncertain dates overlap. Beyond them the same child
and the same family are told apart too, on stronger grounds: theirs is a history, not a duplicate.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Final

import jellyfish

from casework.rules.names import ALIKE, is_weak, likeness, name_parts, normalised_nhs_number

SAME_INCIDENT_DAYS: Final = 3
BIRTH_WINDOW: Final = dt.timedelta(days=60)
# Nobody is a parent sooner.
A_GENERATION: Final = 13


class Kind(StrEnum):
    """What one description is to another."""

    SAME_CHILD = "same_child"
    OTHER_CHILD = "other_child"
    SAME_FAMILY = "same_family"


@dataclass(frozen=True)
class Who:
    """A person as somebody described them; `part` is what they are in the case."""

    forenames: str = ""
    surname: str = ""
    other_names: str = ""
    born_on: dt.date | None = None
    expected_on: dt.date | None = None
    nhs_number: str = ""
    part: str = "child"

    @property
    def is_child(self) -> bool:
        return self.part in {"child", "sibling"}

    @cached_property
    def number(self) -> str:
        """The digits of their NHS number; empty where it is not known."""
        return normalised_nhs_number(self.nhs_number)

    @cached_property
    def surnames(self) -> int:
        """How many words of their names do not stand among the forenames."""
        return sum(word.box != "given" for word in self.words)

    @cached_property
    def words(self) -> list[Word]:
        """Every word of their names, each once, with the box it stood in."""
        found: dict[str, Word] = {}
        for box, text in (("given", self.forenames), ("family", self.surname), ("other", self.other_names)):
            for at, part in enumerate(name_parts(text) if text else ()):
                if part not in found:
                    found[part] = Word(part, box, at)
        return list(found.values())


@dataclass(frozen=True)
class Word:
    """One word of somebody's names, and whether it was given as forename, surname or another name."""

    text: str
    box: str
    at: int

    def __add__(self, other: Word) -> Word:
        return Word(self.text + other.text, self.box, self.at)


@dataclass(frozen=True)
class Likeness:
    """What one person is to another, how surely (0 to 1), and why in words."""

    kind: Kind
    score: float
    reasons: tuple[str, ...]


class Born(StrEnum):
    """How two dates of birth stand to each other."""

    SAME = "The same date of birth"
    NEAR = "Nearly the same date of birth"
    CLOSE = "A date of birth that is alike"
    WINDOW = "Born, or due, within 60 days of the date expected"
    NOT_THEN = "Not born near the date expected"
    UNKNOWN = "No date of birth to compare"
    FAR = "Another date of birth"


def births(one: Who, other: Who) -> Born:
    """How the dates of birth of two people stand to each other."""
    if one.born_on and other.born_on:
        return _dates(one.born_on, other.born_on)
    expected = one.expected_on or other.expected_on
    if expected is None:
        return Born.UNKNOWN
    date = (
        (one.born_on or other.born_on) if not (one.expected_on and other.expected_on) else other.expected_on
    )
    if date is None:
        return Born.UNKNOWN
    first = one.expected_on if one.expected_on and other.expected_on else expected
    return Born.WINDOW if abs(date - first) <= BIRTH_WINDOW else Born.NOT_THEN


def _dates(one: dt.date, other: dt.date) -> Born:
    if one == other:
        return Born.SAME
    differ = (one.day != other.day) + (one.month != other.month) + (one.year != other.year)
    swapped = one.day == other.month and one.month == other.day
    if differ == 1 or (swapped and one.year == other.year) or abs((one - other).days) == 1:
        return Born.NEAR
    # The first of January stands where only the year is known.
    only_year = abs(one.year - other.year) <= 2 and (1, 1) in {(one.day, one.month), (other.day, other.month)}
    if swapped or only_year:
        return Born.CLOSE
    slips = jellyfish.damerau_levenshtein_distance(_figures(one), _figures(other))
    return Born.CLOSE if slips <= 2 else Born.FAR


def _figures(day: dt.date) -> str:
    return day.isoformat().replace("-", "")


@dataclass
class Names:
    """Which words two people's names have in common, and what is left over on either side."""

    pairs: list[tuple[Word, Word, float]] = field(default_factory=list)
    left: list[Word] = field(default_factory=list)
    right: list[Word] = field(default_factory=list)
    # The likest of the words that are not alike enough.
    next_best: float = 0.0

    @property
    def many(self) -> int:
        return len(self.pairs)

    @property
    def telling(self) -> int:
        """How many of the words in common are not borne by half a community."""
        return sum(not is_weak(one.text) for one, _, _ in self.pairs)

    @property
    def closeness(self) -> float:
        return sum(alike for _, _, alike in self.pairs) / len(self.pairs) if self.pairs else 0.0

    @property
    def crossed(self) -> list[tuple[Word, Word, float]]:
        """Words that one side has among the forenames and the other as surname."""
        return [pair for pair in self.pairs if {pair[0].box, pair[1].box} == {"given", "family"}]

    @cached_property
    def same_given(self) -> bool:
        """Whether they are called the same: a middle name in common does not make two children one."""
        if len(self.crossed) and self.many > 1 and not (self.leaves(given=True) and self.many < 3):
            return True
        return any(self._is_called(one, other) for one, other, _ in self.pairs)

    def _is_called(self, one: Word, other: Word) -> bool:
        boxes = {one.box, other.box}
        if "family" in boxes or boxes == {"other"}:
            return False
        if is_weak(one.text) and self.leaves(given=True):
            return False
        return "other" in boxes or 0 in {one.at, other.at}

    @cached_property
    def same_family(self) -> bool:
        if any(
            {one.box, other.box} <= {"family", "other"} and not (one.box == other.box == "given")
            for one, other, _ in self.pairs
        ):
            return True
        return bool(self.crossed)

    def leaves(self, *, given: bool) -> bool:
        """Whether each side has a forename (or surname) that the other has not."""
        box = "given" if given else "family"
        return any(word.box == box for word in self.left) and any(word.box == box for word in self.right)


def names_in_common(one: Who, other: Who) -> Names:
    """Match the words of two people's names, likest first, whatever their order; joined words count once."""
    left, right = list(one.words), list(other.words)
    found = Names()
    for joins in (False, True):
        joined_left, joined_right = (_joined(left), _joined(right)) if joins else ([], [])
        if joins and not (joined_left or joined_right):
            break
        lefts = [*((word, (word,)) for word in left), *joined_left]
        rights = [*((word, (word,)) for word in right), *joined_right]
        close = []
        for a, from_a in lefts:
            for b, from_b in rights:
                # Most words of most people are not alike: only those that are need be put in order.
                if (alike := likeness(a.text, b.text)) >= ALIKE:
                    close.append((alike, a.box == b.box, -abs(a.at - b.at), a, b, from_a, from_b))
                elif alike > found.next_best:
                    found.next_best = alike
        close.sort(key=lambda each: each[:3], reverse=True)
        for alike, _, _, a, b, from_a, from_b in close:
            if all(word in left for word in from_a) and all(word in right for word in from_b):
                found.pairs.append((a, b, alike))
                left = [word for word in left if word not in from_a]
                right = [word for word in right if word not in from_b]
    found.left, found.right = left, right
    return found


def _joined(words: list[Word]) -> list[tuple[Word, tuple[Word, ...]]]:
    return [(first + second, (first, second)) for first, second in pairwise(words) if first.box == second.box]


def compare(one: Who, other: Who, *, days: int | None) -> Likeness | None:
    """What two people are to each other, or None for strangers; `days` lie between the incidents, None if not known.

    1. The same NHS number is the same child.
    2. The same date of birth, or nearly, and a name in common; 3. two names in common where a date is missing; 4. a
       birth within 60 days of the expected date and a name in common: by which names are in common, and which are not,
       the child, a twin or a sibling.
    Grown people of two cases are compared only to find their family again.
    """
    if same_number(one, other):
        return _found(_same_kind(one, other), 1.0, "The same NHS number")
    born = births(one, other)
    return None if _are_strangers(one, other, born, days) else _by_names(one, other, born, days)


def _by_names(one: Who, other: Who, born: Born, days: int | None) -> Likeness | None:
    names = names_in_common(one, other)
    if not one.is_child or not other.is_child:
        return _grown(one, other, names, born, days)
    if born == Born.WINDOW:
        return _born_as_expected(names, days)
    if born == Born.UNKNOWN:
        return _without_a_date(names, days)
    if born in {Born.SAME, Born.NEAR, Born.CLOSE}:
        return _alike_in_age(one, other, names, born, days)
    return _of_other_age(one, other, names, born, days)


def _are_strangers(one: Who, other: Who, born: Born, days: int | None) -> bool:
    """Whether, with these ages and so few words in their names, nothing could make them more than strangers.

    It only saves comparing the names, which is most of the work: of a family of four among 10,000, three in four
    are told by it. Where it says yes, the whole comparison would have found nothing.
    """
    if days is not None and _may_be_one(days):
        return False
    if one.is_child and other.is_child:
        is_other_age = born is Born.FAR or born is Born.NOT_THEN
        # A sibling by two surnames, or one child by three names with a wrong date.
        return is_other_age and _fewest_words(one, other) < 3 and min(one.surnames, other.surnames) < 2
    if born is Born.SAME or born is Born.NEAR:
        return False
    mixed = one.is_child != other.is_child
    if born is Born.UNKNOWN:
        return mixed and _fewest_words(one, other) < 3
    return not (mixed and born is Born.FAR and _is_generation(one, other))


def _fewest_words(one: Who, other: Who) -> int:
    return min(len(one.words), len(other.words))


def _born_as_expected(names: Names, days: int | None) -> Likeness | None:
    if not names.many:
        return None
    return _found(Kind.SAME_CHILD, 0.85 if names.telling else 0.5, Born.WINDOW, *words_of(names), days=days)


def _alike_in_age(one: Who, other: Who, names: Names, born: Born, days: int | None) -> Likeness | None:
    differ = _numbers_differ(one, other)
    if names.same_given and names.same_family:
        return _of_one_name(one, other, names, born, days)
    if born == Born.CLOSE:
        return _of_other_age(one, other, names, born, days)
    if names.same_given and not differ:
        return _with_another_surname(names, born, days)
    if names.same_family:
        if names.leaves(given=True) or differ:
            return _sibling(names, born, days)
        score = 0.8 if born == Born.SAME else 0.65
        return _found(Kind.SAME_CHILD, score, born, *words_of(names), days=days, names=names)
    return _by_the_date(names, born, days)


def _of_one_name(one: Who, other: Who, names: Names, born: Born, days: int | None) -> Likeness | None:
    """The same name and an age alike; with NHS numbers that are two children's, a twin of nearly the same name."""
    if _is_generation(one, other) and days is not None and not _may_be_one(days):
        return None
    differ = _numbers_differ(one, other)
    if differ and names.closeness < 0.99:
        return _sibling(names, born, days)
    score = {Born.SAME: 0.92, Born.NEAR: 0.86}.get(born, 0.7) - 0.15 * differ
    return _found(Kind.SAME_CHILD, score, born, *words_of(names), days=days, names=names)


def _with_another_surname(names: Names, born: Born, days: int | None) -> Likeness | None:
    """The surname changed, or is missing on one side."""
    if born == Born.SAME or not names.leaves(given=False):
        score = 0.78 if born == Born.SAME else 0.68
    elif _may_be_one(days):
        score = 0.5
    else:
        return None
    return _found(Kind.SAME_CHILD, score, born, *words_of(names), days=days, names=names)


def _by_the_date(names: Names, born: Born, days: int | None) -> Likeness | None:
    """Hardly more than the date of birth in common, and that only counts for one incident."""
    if not _may_be_one(days):
        return None
    if names.many:
        score = 0.5 if born == Born.SAME else 0.35
        return _found(Kind.SAME_CHILD, score, born, *words_of(names), days=days, names=names)
    if born == Born.SAME and names.next_best >= 0.7 and days is not None:
        return _found(Kind.SAME_CHILD, 0.35, born, "names that look alike", days=days)
    return None


def _without_a_date(names: Names, days: int | None) -> Likeness | None:
    why = words_of(names)
    same_days = days is not None and _may_be_one(days)
    found: Likeness | None = None
    if names.many >= 2 and (names.same_given or not names.leaves(given=True)):
        score = 0.7 if names.same_given and names.same_family else 0.6
        score -= 0.1 * (names.telling < 2)
        found = _found(Kind.SAME_CHILD, score, *why, Born.UNKNOWN, days=days, names=names)
    elif names.many == 1 and same_days and not (names.left and names.right):
        # All that is known of one of them, on the same days.
        found = _found(Kind.SAME_CHILD, 0.5, *why, Born.UNKNOWN, days=days, names=names)
    elif names.many >= 2 or (names.many and same_days and names.same_family and names.telling):
        found = _sibling(names, Born.UNKNOWN, days)
    return found


def _of_other_age(one: Who, other: Who, names: Names, born: Born, days: int | None) -> Likeness | None:
    """Dates of birth that do not agree: a sibling, a wrong date, or somebody of the same name."""
    if names.same_given and names.same_family:
        return None if born == Born.NOT_THEN else _of_one_name_and_other_age(one, other, names, born, days)
    if names.same_family and names.telling:
        return _sibling(names, born, days)
    return None


def _of_one_name_and_other_age(
    one: Who, other: Who, names: Names, born: Born, days: int | None
) -> Likeness | None:
    same_days = days is not None and _may_be_one(days)
    if _is_generation(one, other):
        return _found(Kind.SAME_FAMILY, 0.4, *words_of(names), days=days) if same_days else None
    if not same_days and min(names.many, names.telling) < 3:
        return None
    score = 0.5 if same_days else 0.4
    return _found(Kind.SAME_CHILD, score, *words_of(names), born, days=days, names=names)


def _sibling(names: Names, born: Born, days: int | None) -> Likeness | None:
    """A surname in common and other forenames: another child of the incident, or of the family."""
    why = (*words_of(names), *((born,) if born in {Born.SAME, Born.NEAR} else ()))
    twin = 0.1 * (born == Born.SAME)
    if days is not None and _may_be_one(days):
        return _found(
            Kind.OTHER_CHILD, (0.55 if names.telling else 0.35) + twin, *why, days=days, names=names
        )
    surnames = sum(one.box != "given" and other.box != "given" for one, other, _ in names.pairs)
    if names.telling and (born == Born.SAME or surnames >= 2):
        return _found(Kind.SAME_FAMILY, 0.45 + twin, *why, days=days, names=names)
    return None


def _grown(one: Who, other: Who, names: Names, born: Born, days: int | None) -> Likeness | None:
    """Somebody grown up on either side: the same parent again, a parent who was the child, a father and son."""
    mixed = one.is_child != other.is_child
    # One mother in two accounts of the same days: another child of that incident.
    again = Kind.OTHER_CHILD if days is not None and _may_be_one(days) and not mixed else Kind.SAME_FAMILY
    if names.same_given and names.same_family:
        if born in {Born.SAME, Born.NEAR}:
            return _found(again, 0.72, born, *words_of(names), days=days, names=names)
        if born == Born.UNKNOWN and names.telling >= 2 and (not mixed or names.many >= 3):
            return _found(again, 0.42, *words_of(names), days=days, names=names)
        if mixed and born == Born.FAR and _is_generation(one, other):
            return _found(Kind.SAME_FAMILY, 0.45, *words_of(names), "a generation apart", days=days)
    if mixed and names.same_family and names.telling and days is not None and _may_be_one(days):
        return _found(Kind.OTHER_CHILD, 0.4, *words_of(names), days=days)
    return None


def are_one_person(one: Who, other: Who) -> bool:
    """Whether two descriptions within one incident are of one person, surely enough to keep them as one."""
    if same_number(one, other):
        return True
    names, born = names_in_common(one, other), births(one, other)
    full = names.same_given and names.same_family and not names.leaves(given=True)
    return full and born in {Born.SAME, Born.NEAR, Born.UNKNOWN} and not _numbers_differ(one, other)


def of_one_family(pseudonym: str, other: str, *, days: int | None) -> Likeness | None:
    """Rule 5: the same family pseudonym."""
    if not pseudonym or pseudonym.casefold().strip() != other.casefold().strip():
        return None
    kind = Kind.OTHER_CHILD if days is not None and _may_be_one(days) else Kind.SAME_FAMILY
    return _found(kind, 0.8, "The same family pseudonym", days=days)


def _found(
    kind: Kind, score: float, *why: str, days: int | None = None, names: Names | None = None
) -> Likeness:
    if names is not None:
        score += 0.06 * (names.closeness - 0.9)
    if days is not None:
        score += 0.06 if _may_be_one(days) else -0.03
    reasons = [reason for reason in why if reason]
    return Likeness(kind, min(score, 1.0), tuple(reason[0].upper() + reason[1:] for reason in reasons))


def words_of(names: Names) -> tuple[str, ...]:
    """How many names two people have in common, in words."""
    if not names.many:
        return ()
    exact = all(alike == 1 for _, _, alike in names.pairs)
    many = "a name" if names.many == 1 else f"{names.many} names"
    return (
        f"{many} in common"
        if exact
        else f"{many} that sound{'s' if names.many == 1 else ''} or look{'s' if names.many == 1 else ''} alike",
    )


def _same_kind(one: Who, other: Who) -> Kind:
    return Kind.SAME_CHILD if one.is_child and other.is_child else Kind.SAME_FAMILY


def same_number(one: Who, other: Who) -> bool:
    """Whether both give the same NHS number."""
    return bool(one.number) and one.number == other.number


def _numbers_differ(one: Who, other: Who) -> bool:
    """Whether their NHS numbers are two children's, not one with a slip in it."""
    a, b = one.number, other.number
    return bool(a and b) and jellyfish.damerau_levenshtein_distance(a, b) > 2


def _is_generation(one: Who, other: Who) -> bool:
    a, b = one.born_on, other.born_on
    return a is not None and b is not None and abs(a.year - b.year) >= A_GENERATION


def _may_be_one(days: int | None) -> bool:
    return days is None or days <= SAME_INCIDENT_DAYS


def days_apart(
    one: tuple[dt.date | None, dt.date | None], other: tuple[dt.date | None, dt.date | None]
) -> int | None:
    """How many days lie between two spans of dates; 0 when they overlap, None when one is not known."""
    first, second = _span(one), _span(other)
    if first is None or second is None:
        return None
    return max(0, (second[0] - first[1]).days, (first[0] - second[1]).days)


def _span(dates: tuple[dt.date | None, dt.date | None]) -> tuple[dt.date, dt.date] | None:
    start, end = dates
    return (start, end or start) if start else None


def is_perhaps_same_incident(days: int | None) -> bool:
    """Incidents within three days of each other, or with a date not known, may be one (domain §2.7)."""
    return _may_be_one(days)
