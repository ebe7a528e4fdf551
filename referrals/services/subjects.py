"""The children of a referral becoming the subjects of its case, and the names the case may go by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from accounts.models import Partnership
from casework.models import Case, Part, Person, Subject
from casework.people import correct_identity, record_subject
from casework.rules.likeness import Who, are_one_person
from casework.rules.pseudonyms import breaks_rule, suggestions, type_word
from casework.transitions import TransitionRefused
from lcspr import clock
from referrals import rules
from referrals.answers import CHILDREN, FAMILY, day, in_full, is_looked_after, is_unborn, known, questions_of
from referrals.models import Referral, ReferredChild, ReferredRelative

TEXTS = (
    "forenames",
    "surname",
    "other_names",
    "nhs_number",
    "address",
    "address_then",
    "upn",
    "la_reference",
)
DATES = ("born_on", "expected_on", "died_on")
IDENTITY = (*TEXTS, *DATES)

PARTS = {"mother": Part.MOTHER, "father": Part.FATHER, "sibling": Part.SIBLING}


def identity_of(member: Mapping[str, Any]) -> dict[str, Any]:
    """What of a typed child or relative goes on Person."""
    texts = {name: member.get(name) or "" for name in TEXTS}
    return texts | {name: day(member.get(name)) for name in DATES}


def record_people(referral: Referral, typed: Mapping[str, Any]) -> None:
    """Make the people of the case agree with the referral as it is sent, or sent again: its children and the family.

    Only answers to questions that were asked count: a date typed before “not born yet” was chosen is not one.
    """
    questions, answers = questions_of(referral), in_full(referral, typed)
    for group, record in ((CHILDREN, record_children), (FAMILY, record_relatives)):
        asked = questions.groups[group]
        members = [questions.asked_of(asked, each, answers) for each in typed.get(group) or []]
        kept = {
            each["key"]: questions.asked_of(asked, each, answers, identifying=False)
            for each in typed.get(group) or []
        }
        record(referral, members, kept)


def record_children(
    referral: Referral, children: list[dict[str, Any]], kept: Mapping[str, dict[str, Any]]
) -> None:
    """Make the case's subjects agree with the children of the referral.

    A child taken out of the referral leaves the case too: nothing rests on them before the referral is accepted.
    """
    case = referral.case
    assert case is not None
    before = {named.key: named for named in referral.children.select_related("subject__person")}
    for key, gone in before.items():
        if key not in {child["key"] for child in children}:
            _take_out(gone)
    # Labels first out of the way: two children may change places.
    for named in before.values():
        Subject.objects.filter(pk=named.subject_id).update(label=f"~{named.key}")
    labels = rules.labels([day(child.get("born_on")) for child in children])
    for number, (child, label) in enumerate(zip(children, labels, strict=True), start=1):
        part = {
            "label": label,
            "order": number,
            "outcome": child.get("outcome") or "",
            "unborn": is_unborn(child),
            "looked_after": is_looked_after(child),
            "care_leaver": child.get("csc_status") == "care_leaver",
        }
        if child["key"] in before:
            subject = before[child["key"]].subject
            correct_identity(subject.person, **identity_of(child))
            Subject.objects.filter(pk=subject.pk).update(**part)
            ReferredChild.objects.filter(pk=before[child["key"]].pk).update(answers=kept[child["key"]])
        else:
            subject = record_subject(case, identity=identity_of(child), part=Part.CHILD, **part)
            ReferredChild.objects.create(
                case=case, referral=referral, subject=subject, key=child["key"], answers=kept[child["key"]]
            )


def record_relatives(
    referral: Referral, relatives: list[dict[str, Any]], kept: Mapping[str, dict[str, Any]]
) -> None:
    """Make the case's family agree with the relatives of the referral, under what they are to the child."""
    case = referral.case
    assert case is not None
    before = {named.key: named for named in referral.relatives.select_related("subject__person")}
    for key, gone in before.items():
        if key not in {each["key"] for each in relatives}:
            _take_out(gone)
    for named in before.values():
        Subject.objects.filter(pk=named.subject_id).update(label=f"~{named.key}")
    taken = set(case.subjects.values_list("label", flat=True))
    labels = rules.relative_labels((known(each.get("relation")) for each in relatives), taken=taken)
    for number, (relative, label) in enumerate(zip(relatives, labels, strict=True), start=1):
        key = relative["key"]
        part = PARTS.get(known(relative.get("relation")), Part.OTHER)
        # After the children, in the order in which they were named.
        fields = {"label": label, "part": part, "order": 100 + number}
        if key in before:
            subject = before[key].subject
            correct_identity(subject.person, **identity_of(relative))
            Subject.objects.filter(pk=subject.pk).update(**fields)
            ReferredRelative.objects.filter(pk=before[key].pk).update(answers=kept[key])
        else:
            subject = record_subject(case, identity=identity_of(relative), **fields)
            ReferredRelative.objects.create(
                case=case, referral=referral, subject=subject, key=key, answers=kept[key]
            )


def _take_out(child: ReferredChild | ReferredRelative) -> None:
    subject = child.subject
    person = subject.person
    child.delete()
    subject.delete()
    person.delete()


def copy_subject(subject: Subject, *, to: Case) -> Subject:
    """Record a child of one case in another: one row a case and person, so each can be disposed of alone."""
    person: Person = subject.person
    identity = {name: getattr(person, name) for name in IDENTITY}
    taken = set(to.subjects.values_list("label", flat=True))
    order = to.subjects.filter(part=Part.CHILD).count() + 1
    label = next(name for name in (f"Child {n}" for n in range(order, order + 50)) if name not in taken)
    return record_subject(
        to,
        identity=identity,
        part=subject.part,
        label=label,
        order=order,
        outcome=subject.outcome,
        unborn=subject.unborn,
        looked_after=subject.looked_after,
        care_leaver=subject.care_leaver,
    )


def copy_relative(relative: ReferredRelative, *, to: Case) -> Subject:
    """Record somebody of the family in another case, under what they are to the child."""
    subject = relative.subject
    taken = set(to.subjects.values_list("label", flat=True))
    [label] = rules.relative_labels([known(relative.answers.get("relation"))], taken=taken)
    identity = {name: getattr(subject.person, name) for name in IDENTITY}
    others = to.subjects.exclude(part=Part.CHILD).count()
    return record_subject(to, identity=identity, part=subject.part, label=label, order=101 + others)


def same_person_in(case: Case, subject: Subject, *, besides: Collection[Any] = ()) -> Subject | None:
    """Who of a case is the same person as this relative of another: of the same part, or a sibling who is a child of it.

    Only where the names agree, and the dates of birth as far as both are known: rather twice than mistaken.
    """
    one = who_of(subject)
    for other in case.subjects.exclude(pk__in=besides).select_related("person").order_by("order"):
        if other.part != subject.part and {other.part, subject.part} != {Part.CHILD, Part.SIBLING}:
            continue
        if are_one_person(one, who_of(other)):
            return other
    return None


def who_of(subject: Subject) -> Who:
    """A person of a case as the rules compare them."""
    person = subject.person
    return Who(
        person.forenames,
        person.surname,
        person.other_names,
        person.born_on,
        person.expected_on,
        person.nhs_number,
        subject.part,
    )


def relabel(case: Case) -> None:
    """Call the children of a case again by what they are to each other: twins, or by number."""
    children = list(case.subjects.filter(part=Part.CHILD).select_related("person"))
    for child in children:
        Subject.objects.filter(pk=child.pk).update(label=f"~{child.pk.hex}")
    for child, label in zip(
        children, rules.labels([child.person.born_on for child in children]), strict=True
    ):
        Subject.objects.filter(pk=child.pk).update(label=label)


def names_in(case: Case) -> list[str]:
    """Every name a pseudonym must not give away: the people of the case, and the places."""
    people = Person.objects.filter(case=case)
    names = [part for person in people for part in (person.forenames, person.surname, person.other_names)]
    return [name for name in names if name]


def suggested_pseudonyms(case: Case) -> list[str]:
    """Names the case may go by, the first free ones that give nobody away (domain §6.4)."""
    children = list(case.subjects.filter(part=Part.CHILD).select_related("person"))
    age = rules.age_on(children[0].person.born_on, case.incident_from or clock.today()) if children else None
    if children and children[0].unborn:
        age = 0
    word = type_word(age, several=len(children) > 1)
    return suggestions(word, avoid=names_in(case), taken=taken_pseudonyms(case.partnership))


def taken_pseudonyms(partnership: Partnership) -> list[str]:
    """Every pseudonym the partnership ever gave."""
    return list(
        Case.objects.filter(partnership=partnership).exclude(pseudonym="").values_list("pseudonym", flat=True)
    )


def refuse_pseudonym(case: Case, pseudonym: str) -> None:
    """Refuse a pseudonym that gives somebody away or is taken; holds the partnership's row until commit."""
    Partnership.objects.select_for_update(no_key=True).get(pk=case.partnership_id)
    if reason := breaks_rule(pseudonym, names=names_in(case)):
        raise TransitionRefused([reason])
    others = Case.objects.filter(partnership=case.partnership_id, pseudonym__iexact=pseudonym).exclude(
        pk=case.pk
    )
    if others.exists():
        # Says no more: a clash must not tell anyone which case it is.
        raise TransitionRefused(["This pseudonym has been used before. Choose another."])
