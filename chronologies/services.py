"""Asking agencies for their chronologies, writing them, and making one of them all."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from accounts.models import Agency, Membership, User
from accounts.roles import BUSINESS_UNIT, Role
from actions.once import added_already
from casework import audit
from casework.models import Case, Part, Subject
from casework.permissions import holders, roles_in
from casework.services import admit
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from chronologies import rules
from chronologies.models import (
    WRITERS,
    ChildSeen,
    Chronology,
    ChronologyState,
    CombinedVersion,
    ContactType,
    Entry,
    Precision,
    writes_it,
)
from correspondence import services as correspondence
from deadlines import services as deadlines
from govuk.dates import date_text
from lcspr import clock

DUE = "DL-16"


@transaction.atomic
def request_chronology(
    case: Case,
    *,
    agency: Agency,
    by: User,
    at: dt.datetime,
    due_on: dt.date,
    author: User | None = None,
    covers_from: dt.date | None = None,
    covers_until: dt.date | None = None,
    instructions: str = "",
) -> Chronology:
    """Ask an agency for its chronology by a date, let its representative and its author in, and tell them (DL-16)."""
    if not roles_in(by, case) & BUSINESS_UNIT:
        raise PermissionDenied
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    _refuse_request(case, agency, author, due_on=due_on, on=_day(at))
    chronology = Chronology.objects.create(
        case=case,
        agency=agency,
        author=author,
        covers_from=covers_from,
        covers_until=covers_until,
        instructions=instructions,
        requested_by=by,
        requested_at=at,
        due_on=due_on,
    )
    words = f"Asked {agency} for its chronology, by {date_text(due_on)}"
    audit.record("chronology_requested", by=by, case=case, about=chronology, words=words)
    why = "Asked for the agency’s chronology"
    admit(case, role=Role.REP, agency=agency, why=why, by=by, on=_day(at))
    if author is not None:
        admit(case, role=Role.AA, user=author, why=f"Writes the chronology of {agency}", by=by, on=_day(at))
    _start_clock(chronology, at, by=by)
    _tell("chronology_requested", chronology, by=by, task="Send in your agency’s chronology")
    return chronology


def _start_clock(chronology: Chronology, at: dt.datetime, *, by: User) -> None:
    """One date, not two: the date in the letter is the clock's (DL-16)."""
    deadlines.start(
        DUE,
        case=chronology.case,
        trigger_at=at,
        because="the date in the letter to the agency",
        by=by,
        about=chronology,
        owed_agency=chronology.agency,
        owed_user=chronology.author,
        given_on=chronology.due_on,
    )


@transaction.atomic
def agree_another_date(chronology: Chronology, *, due_on: dt.date, reason: str, by: User) -> Chronology:
    """Agree with an agency on another date for its chronology; the clock follows, and the agency is told (DL-16)."""
    if not roles_in(by, chronology.case) & BUSINESS_UNIT:
        raise PermissionDenied
    rows = Chronology.objects.select_for_update(of=("self",), no_key=True).select_related(
        "case", "agency", "author"
    )
    chronology = rows.get(pk=chronology.pk)
    if not chronology.is_writable:
        raise MovedOn(chronology, last_event(chronology))
    if due_on < clock.today():
        raise TransitionRefused(["The date to send it in by must be today or later."])
    if not reason.strip():
        raise TransitionRefused(["Say why another date was agreed."])
    if due_on == chronology.due_on:
        return chronology
    words = f"Agreed with {chronology.agency} that its chronology comes by {date_text(due_on)}: {reason}"
    chronology.due_on = due_on
    chronology.save(update_fields=["due_on"])
    audit.record("chronology_date_agreed", by=by, case=chronology.case, about=chronology, words=words)
    deadlines.agree(
        DUE,
        case=chronology.case,
        on=due_on,
        agreed_as="the date agreed with the agency",
        reason=reason,
        by=by,
        about=chronology,
    )
    _tell("chronology_date_agreed", chronology, by=by, task="Send in your agency’s chronology")
    return chronology


@transaction.atomic
def acknowledge_request(chronology: Chronology, *, by: User) -> Chronology:
    """Say that the request has arrived."""
    words = f"{chronology.agency} has received the request for its chronology"
    return perform(chronology, "acknowledge", by=by, words=words)


@transaction.atomic
def begin_chronology(chronology: Chronology, *, by: User) -> Chronology:
    """Begin writing."""
    return perform(chronology, "begin", by=by, words=f"Began the chronology of {chronology.agency}")


@transaction.atomic
def withdraw_request(chronology: Chronology, *, reason: str, by: User) -> Chronology:
    """No longer ask an agency for its chronology, saying why."""
    words = f"No longer asks {chronology.agency} for its chronology"
    chronology = perform(chronology, "withdraw", by=by, words=words, reason=reason)
    deadlines.cancel(DUE, case=chronology.case, reason=reason, by=by, about=chronology)
    return chronology


@transaction.atomic
def add_entry(
    chronology: Chronology,
    *,
    event_on: dt.date,
    source_record: str,
    contact_type: ContactType,
    what_happened: str,
    child_seen: ChildSeen,
    by: User,
    event_time: dt.time | None = None,
    precision: Precision = Precision.EXACT,
    persons: Iterable[uuid.UUID] = (),
    service: str = "",
    response: str = "",
    analysis: str = "",
    significant: bool = False,
    key: uuid.UUID | None = None,
) -> Entry:
    """Write one event into an agency's chronology, once for each `key`; the first begins it.

    Refuses an event still to come.
    """
    chronology = _writable(chronology, by)
    if done := added_already(Entry, key, chronology=chronology, written_by=by):
        return done
    if chronology.state in {ChronologyState.REQUESTED, ChronologyState.ACKNOWLEDGED}:
        chronology = begin_chronology(chronology, by=by)
    last = Entry.objects.filter(chronology=chronology).aggregate(last=Max("number"))["last"]
    entry = Entry(
        pk=key or uuid.uuid4(),
        case=chronology.case,
        chronology=chronology,
        number=(last or 0) + 1,
        written_by=by,
        event_on=event_on,
    )
    return _write(
        entry,
        verb="entry_added",
        words=f"Added an entry to the chronology of {chronology.agency}",
        by=by,
        event_time=event_time,
        precision=precision,
        persons=list(persons),
        service=service,
        source_record=source_record,
        contact_type=contact_type,
        what_happened=what_happened,
        child_seen=child_seen,
        response=response,
        analysis=analysis,
        significant=significant,
    )


@transaction.atomic
def correct_entry(entry: Entry, *, version: int, by: User, **fields: Any) -> Entry:
    """Change an entry while its chronology is with the agency; what it said before stays in the row history.

    `version` is the one the person saw: TransitionRefused when somebody changed the entry meanwhile.
    """
    _writable(entry.chronology, by)
    entry = (
        Entry.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case", "chronology__agency")
        .get(pk=entry.pk)
    )
    if entry.withdrawn_at is not None:
        raise TransitionRefused(["This entry was withdrawn. Add a new one."])
    if entry.version != version:
        raise TransitionRefused(
            [
                "Somebody else changed this entry while you were working on it. Open it again to see what it says now."
            ]
        )
    entry.version += 1
    words = f"Corrected entry {entry.number} of the chronology of {entry.chronology.agency}"
    return _write(entry, verb="entry_corrected", words=words, by=by, **fields)


@transaction.atomic
def withdraw_entry(entry: Entry, *, reason: str, by: User, at: dt.datetime) -> Entry:
    """Take an entry out of the chronology, keeping it and saying why."""
    if not reason.strip():
        raise TransitionRefused(["Say why the entry is withdrawn."])
    _writable(entry.chronology, by)
    entry = (
        Entry.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case", "chronology__agency")
        .get(pk=entry.pk)
    )
    if entry.withdrawn_at is not None:
        raise TransitionRefused(["This entry was withdrawn already."])
    entry.withdrawn_at, entry.withdrawn_reason = at, reason
    entry.version += 1
    entry.save()
    words = f"Withdrew entry {entry.number} of the chronology of {entry.chronology.agency}"
    audit.record("entry_withdrawn", by=by, case=entry.case, about=entry, words=words)
    return entry


@transaction.atomic
def submit_chronology(chronology: Chronology, *, by: User, at: dt.datetime) -> Chronology:
    """Send an agency's chronology to the business unit."""
    words = f"Sent in the chronology of {chronology.agency}"
    chronology = perform(chronology, "submit", by=by, words=words, submitted_by=by, submitted_at=at)
    return _sent_in(chronology, by=by, at=at)


@transaction.atomic
def say_nothing_held(chronology: Chronology, *, statement: str, by: User, at: dt.datetime) -> Chronology:
    """State that the agency holds nothing of the family, and where it looked."""
    if not statement.strip():
        raise TransitionRefused(["Say where the agency looked."])
    words = f"{chronology.agency} stated that it holds nothing"
    chronology = perform(
        chronology,
        "say_nothing_held",
        by=by,
        words=words,
        statement=statement,
        submitted_by=by,
        submitted_at=at,
    )
    return _sent_in(chronology, by=by, at=at)


@transaction.atomic
def accept_chronology(chronology: Chronology, *, by: User, at: dt.datetime) -> Chronology:
    """Accept an agency's chronology: its rows now stand in the combined one."""
    words = f"Accepted the chronology of {chronology.agency}"
    return perform(chronology, "accept", by=by, words=words, accepted_at=at)


@transaction.atomic
def return_chronology(
    chronology: Chronology, *, reason: str, due_on: dt.date, by: User, at: dt.datetime
) -> Chronology:
    """Send a chronology back for changes by a date; a locked version it was in stays as it is."""
    if due_on < _day(at):
        raise TransitionRefused(["The date to send it in by must be today or later."])
    words = f"Sent the chronology of {chronology.agency} back for changes"
    chronology = perform(chronology, "send_back", by=by, words=words, reason=reason, due_on=due_on)
    _start_clock(chronology, at, by=by)
    _tell(
        "chronology_returned", chronology, by=by, task="Change your agency’s chronology and send it in again"
    )
    return chronology


@transaction.atomic
def lock_combined(case: Case, *, by: User, at: dt.datetime) -> CombinedVersion:
    """Fix the combined chronology as its next version, once every agency asked has had its own accepted.

    Raises TransitionRefused with each agency still outstanding, or when nothing is new since the last version.
    """
    if not roles_in(by, case) & BUSINESS_UNIT:
        raise PermissionDenied
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if reasons := not_lockable(case):
        raise TransitionRefused(reasons)
    for chronology in Chronology.objects.filter(case=case, state=ChronologyState.ACCEPTED):
        words = f"Locked the chronology of {chronology.agency} into the combined chronology"
        perform(chronology, "lock", by=by, words=words)
    entries = list(Entry.objects.filter(case=case).combined().in_order().select_related("chronology__agency"))
    last = CombinedVersion.objects.filter(case=case).aggregate(last=Max("version"))["last"]
    version = CombinedVersion.objects.create(
        case=case,
        version=(last or 0) + 1,
        locked_by=by,
        locked_at=at,
        entries=len(entries),
        agencies=len({entry.chronology.agency_id for entry in entries}),
        rows=[[str(entry.pk), entry.version] for entry in entries],
        sha256=rules.digest_of(_in_full(entry) for entry in entries),
    )
    words = f"Locked the combined chronology as version {version.version}"
    audit.record(
        "combined_chronology_locked", by=by, case=case, about=version, words=words, sha256=version.sha256
    )
    return version


def not_lockable(case: Case) -> list[str]:
    """What still stands in the way of locking the combined chronology; nothing when it can be locked."""
    chronologies = list(Chronology.objects.filter(case=case).live().select_related("agency"))
    finished = {ChronologyState.ACCEPTED, ChronologyState.LOCKED}
    outstanding = [
        f"The chronology of {chronology.agency} is not accepted yet: it is “{chronology.get_state_display()}”."
        for chronology in chronologies
        if chronology.state not in finished
    ]
    if outstanding:
        return outstanding
    if not any(chronology.state == ChronologyState.ACCEPTED for chronology in chronologies):
        return ["No chronology has been accepted since the last version was locked."]
    return []


def still_holds(version: CombinedVersion) -> bool:
    """Whether the combined chronology still says, word for word, what it said when this version was locked."""
    entries = (
        Entry.objects.filter(case=version.case_id).combined().in_order().select_related("chronology__agency")
    )
    return rules.digest_of(_in_full(entry) for entry in entries) == version.sha256


def is_before_every_birth(entry: Entry) -> bool:
    """Whether an entry lies before the birth of every child of the case: worth a warning, often right."""
    children = Subject.objects.filter(case=entry.case_id, part=Part.CHILD).select_related("person")
    births = [child.person.born_on for child in children if child.person.born_on is not None]
    return rules.before_every_birth(entry.event_on, births)


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(clock.LONDON).date()


def _refuse_request(case: Case, agency: Agency, author: User | None, *, due_on: dt.date, on: dt.date) -> None:
    reasons = []
    if case.is_closed:
        reasons.append("The case is closed. Reopen the case first.")
    if due_on < on:
        reasons.append("The date to send it in by must be today or later.")
    if not case.partnership.members.current(on).filter(agency=agency).exists():
        reasons.append(f"{agency} does not work with this partnership.")
    if Chronology.objects.filter(case=case, agency=agency).live().exists():
        reasons.append(f"{agency} has been asked for its chronology already.")
    theirs = Membership.objects.current(on).filter(
        user=author, agency=agency, partnership=case.partnership_id
    )
    if author is not None and not theirs.exists():
        reasons.append(f"{author} does not work for {agency} in this partnership. Choose somebody who does.")
    if reasons:
        raise TransitionRefused(reasons)


def _writable(chronology: Chronology, by: User) -> Chronology:
    """The chronology as it now is, held until commit; MovedOn when it is not with the agency any more."""
    chronology = (
        Chronology.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case", "agency")
        .get(pk=chronology.pk)
    )
    if not writes_it(chronology, by):
        raise PermissionDenied
    if not chronology.is_writable:
        raise MovedOn(chronology, last_event(chronology))
    return chronology


def _write(entry: Entry, *, verb: str, words: str, by: User, **fields: Any) -> Entry:
    for name, value in fields.items():
        setattr(entry, name, value)
    if entry.event_on > clock.today():
        raise TransitionRefused(["The date of the event must be today or in the past."])
    known = Subject.objects.filter(case=entry.case_id, pk__in=entry.persons).count()
    if known != len(set(entry.persons)):
        raise TransitionRefused(["Choose only people of this case."])
    entry.save()
    audit.record(verb, by=by, case=entry.case, about=entry, words=words, version=entry.version)
    return entry


def _sent_in(chronology: Chronology, *, by: User, at: dt.datetime) -> Chronology:
    deadlines.meet(DUE, case=chronology.case, at=at, by=by, about=chronology)
    correspondence.queue(
        "chronology_submitted",
        case=chronology.case,
        to=holders(chronology.case, BUSINESS_UNIT),
        by=by,
        about=chronology,
        task="Look at a chronology that was sent in",
    )
    return chronology


def _tell(template: str, chronology: Chronology, *, by: User, task: str) -> None:
    people = holders(chronology.case, WRITERS, agency=chronology.agency)
    if chronology.author is not None:
        people.append(chronology.author)
    correspondence.queue(
        template, case=chronology.case, to=people, by=by, about=chronology, task=task, due=chronology.due_on
    )


def _in_full(entry: Entry) -> dict[str, Any]:
    return {
        "agency": str(entry.chronology.agency_id),
        **{
            field.attname: getattr(entry, field.attname)
            for field in entry._meta.concrete_fields
            if field.attname not in {"created_at", "withdrawn_at", "withdrawn_reason"}
        },
    }
