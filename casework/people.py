"""Recording who somebody is, with the blind indexes by which they are found again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from casework.encryption import blind
from casework.models import Case, Person, Subject
from casework.rules.names import normalised_nhs_number, sounds

INDEXES: Final = ("nhs_number_index", "born_index", "born_pairs_index", "name_index")


def indexes_of(person: Person) -> dict[str, Any]:
    """The blind indexes of a person: NHS number, date of birth whole and by its pairs, sound of each name."""
    born, expected = person.born_on, person.expected_on
    return {
        "nhs_number_index": blind(number, kind="nhs")
        if (number := normalised_nhs_number(person.nhs_number))
        else "",
        "born_index": blind(born.isoformat(), kind="born") if born else "",
        "born_pairs_index": born_pairs(born) if born else expected_months(expected) if expected else [],
        "name_index": name_keys(sounds(person.forenames, person.surname, person.other_names)),
    }


def born_pairs(born: dt.date) -> list[str]:
    """The blind indexes of a date of birth by its pairs of day, month and year."""
    # Day and month swapped still share the pair; one wrong figure leaves one pair whole.
    low, high = sorted((born.day, born.month))
    return [
        blind(f"{low}+{high}", kind="day-month"),
        blind(f"{born.day}/{born.year}", kind="day-year"),
        _month(born),
    ]


def _month(born: dt.date) -> str:
    return blind(f"{born.month}/{born.year}", kind="month-year")


def expected_months(expected: dt.date) -> list[str]:
    """The blind index of the month in which a birth is expected."""
    return [blind(f"{expected.month}/{expected.year}", kind="month-expected")]


def months_around(born: dt.date | None, expected: dt.date | None) -> list[str]:
    """The blind indexes of the months near a birth, as those expected then have them; near an expected birth, as
    those born then have them too."""
    day = born or expected
    if day is None:
        return []
    months = {(day + dt.timedelta(days=step)).replace(day=1) for step in range(-60, 61, 15)}
    found = [key for month in months for key in expected_months(month)]
    return sorted(found if born else [*found, *(_month(month) for month in months)])


def name_keys(sounds: Iterable[str]) -> list[str]:
    """The blind indexes of the sounds of a name."""
    return [blind(sound, kind="name") for sound in sounds]


def reindex(people: QuerySet[Any]) -> int:
    """Compute the blind indexes of these people again, as after a change of how names are compared; returns how many."""
    changed = []
    for person in people.iterator(chunk_size=500):
        found = indexes_of(person)
        if any(getattr(person, name) != value for name, value in found.items()):
            for name, value in found.items():
                setattr(person, name, value)
            changed.append(person)
    people.model._default_manager.bulk_update(changed, list(INDEXES), batch_size=200)
    return len(changed)


@transaction.atomic
def record_subject(case: Case, *, identity: dict[str, Any], **part: Any) -> Subject:
    """Add a person to a case: `identity` holds Person's fields, the rest Subject's."""
    person = Person(case=case, **identity)
    for name, value in indexes_of(person).items():
        setattr(person, name, value)
    person.save()
    return Subject.objects.create(case=case, person=person, **part)


@transaction.atomic
def correct_identity(person: Person, **identity: Any) -> Person:
    """Change a person's identity and its indexes together."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    for name, value in identity.items():
        setattr(person, name, value)
    for name, value in indexes_of(person).items():
        setattr(person, name, value)
    person.save()
    return person
