"""The family reads the report before it is public: the date agreed, the meeting, what they said (DL-20)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.access_table import Right, Thing
from accounts.models import User
from casework import audit
from casework.permissions import may
from casework.transitions import MovedOn, TransitionRefused, last_event
from deadlines.rules.words import full_date
from lcspr import clock
from publication.models import FamilyReading, Publication
from publication.services import clocks
from publication.services.preparing import locked


@transaction.atomic
def agree_reading(
    publication: Publication, *, who: str, agreed_on: dt.date, by: User, arranged: str = ""
) -> FamilyReading:
    """Agree with one of the family on the date on which they read the report; the clock takes that date (DL-20)."""
    publication = _writable(publication, by=by)
    problems = [] if who.strip() else ["Say who reads it, by relation and not by name."]
    if agreed_on < clock.today():
        problems.append("The date agreed must be today or in the future.")
    if FamilyReading.objects.filter(publication=publication, who=who).agreed().exists():
        problems.append(f"A date is agreed with them already ({who}): agree on another date there.")
    if problems:
        raise TransitionRefused(problems)
    reading = FamilyReading.objects.create(
        case=publication.case,
        publication=publication,
        who=who,
        agreed_on=agreed_on,
        arranged=arranged,
        recorded_by=by,
    )
    audit.record(
        "family_reading_agreed",
        by=by,
        case=publication.case,
        about=reading,
        words=f"Agreed with the family that they read the report on {full_date(agreed_on)}",
    )
    clocks.plan_reading(publication, by=by)
    return reading


@transaction.atomic
def decline_reading(publication: Publication, *, who: str, reason: str, by: User) -> FamilyReading:
    """Record that one of the family was offered the report and does not wish to read it, or may not yet, and why."""
    publication = _writable(publication, by=by)
    problems = [] if who.strip() else ["Say who does not read it, by relation and not by name."]
    if problems := problems + ([] if reason.strip() else ["Say why they do not read it."]):
        raise TransitionRefused(problems)
    reading = FamilyReading.objects.create(
        case=publication.case,
        publication=publication,
        who=who,
        declined_on=clock.today(),
        declined_because=reason,
        recorded_by=by,
    )
    _record_declined(reading, by=by)
    return reading


@transaction.atomic
def agree_another_reading_date(
    reading: FamilyReading, *, agreed_on: dt.date, reason: str, by: User
) -> FamilyReading:
    """Agree on another date; the clock follows, and both dates are kept with the reason."""
    publication, reading = _open(reading, by=by)
    problems = [] if reason.strip() else ["Say why another date was agreed."]
    if agreed_on < clock.today():
        problems.append("The date agreed must be today or in the future.")
    if problems:
        raise TransitionRefused(problems)
    before, reading.agreed_on = reading.agreed_on, agreed_on
    reading.save(update_fields=["agreed_on"])
    audit.record(
        "family_reading_agreed",
        by=by,
        case=reading.case,
        about=reading,
        words=f"Agreed with the family on {full_date(agreed_on)} instead of {full_date(before)}: {reason}"
        if before
        else f"Agreed with the family on {full_date(agreed_on)}: {reason}",
    )
    clocks.plan_reading(publication, by=by)
    return reading


@transaction.atomic
def record_reading(
    reading: FamilyReading, *, read_on: dt.date, said: str, by: User, again_on: dt.date | None = None
) -> FamilyReading:
    """Record that they read the report and what they said; with `again_on` they were not finished and read on then."""
    publication, reading = _open(reading, by=by)
    problems = [] if said.strip() else ["Say what they said, and what it changed."]
    if read_on > clock.today():
        problems.append("The date they read it must be today or in the past.")
    if again_on is not None and again_on < clock.today():
        problems.append("The date agreed must be today or in the future.")
    if problems:
        raise TransitionRefused(problems)
    reading.read_on, reading.said = read_on, said
    reading.save(update_fields=["read_on", "said"])
    audit.record(
        "family_reading_recorded",
        by=by,
        case=reading.case,
        about=reading,
        words=f"The family read the report on {full_date(read_on)}",
    )
    if again_on is not None:
        agree_reading(
            publication, who=reading.who, agreed_on=again_on, arranged="They take the time they need.", by=by
        )
    clocks.settle_reading(publication, by=by)
    return reading


@transaction.atomic
def record_declined(reading: FamilyReading, *, reason: str, by: User) -> FamilyReading:
    """Record that they no longer wish to read the report, and why."""
    _, reading = _open(reading, by=by)
    if not reason.strip():
        raise TransitionRefused(["Say why they do not read it."])
    reading.declined_on, reading.declined_because = clock.today(), reason
    reading.save(update_fields=["declined_on", "declined_because"])
    _record_declined(reading, by=by)
    return reading


def _record_declined(reading: FamilyReading, *, by: User) -> None:
    audit.record(
        "family_reading_declined",
        by=by,
        case=reading.case,
        about=reading,
        words="One of the family does not read the report before it is published",
    )
    clocks.settle_reading(reading.publication, by=by)


def _open(reading: FamilyReading, *, by: User) -> tuple[Publication, FamilyReading]:
    """The publication and the reading as they are now, held until commit; MovedOn when it has taken place."""
    publication = _writable(reading.publication, by=by)
    reading = FamilyReading.objects.select_for_update(of=("self",), no_key=True).get(pk=reading.pk)
    if reading.read_on or reading.declined_on:
        raise MovedOn(publication, last_event(reading))
    reading.publication, reading.case = publication, publication.case
    return publication, reading


def _writable(publication: Publication, *, by: User) -> Publication:
    """For the family liaison lead, the author and the business unit, until it is public or decided against."""
    publication = locked(publication)
    if not may(by, Right.WRITE, Thing.FAMILY_LOG, publication.case):
        raise PermissionDenied
    if not publication.may_still_change:
        raise MovedOn(publication, last_event(publication))
    return publication
