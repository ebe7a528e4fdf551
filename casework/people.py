"""Recording who somebody is, with the blind indexes by which they are found again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from casework.encryption import blind
from casework.models import Case, Person, Subject
from casework.rules.names import normalised_nhs_number, sounds


def indexes_of(person: Person) -> dict[str, Any]:
    """The blind indexes of a person: NHS number, date of birth whole and by its pairs, sound of each name."""
    born = person.born_on
    return {
        "nhs_number_index": blind(number, kind="nhs")
        if (number := normalised_nhs_number(person.nhs_number))
        else "",
        "born_index": blind(born.isoformat(), kind="born") if born else "",
        "born_pairs_index": _pairs(born) if born else [],
        "name_index": [
            blind(sound, kind="name")
            for sound in sounds(person.forenames, person.surname, person.other_names)
        ],
    }


def _pairs(born: dt.date) -> list[str]:
    # Day and month swapped still share the pair; one wrong figure leaves one pair whole.
    low, high = sorted((born.day, born.month))
    return [
        blind(f"{low}+{high}", kind="day-month"),
        blind(f"{born.day}/{born.year}", kind="day-year"),
        blind(f"{born.month}/{born.year}", kind="month-year"),
    ]


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
