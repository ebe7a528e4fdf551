"""What each agency knew and did, in order of time; and the one chronology made of them all."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django_fsm import transition

from accounts.access_table import Right, Thing
from accounts.constraints import not_before, one_of
from accounts.models import Agency, User
from accounts.roles import BUSINESS_UNIT, Role
from casework.conditions import require
from casework.machine import StateField, act, legal_moves
from casework.models import Case, CaseRecord, CaseRecordQuerySet
from casework.models.machine import Machine
from casework.permissions import agencies_as, holds, open_to, roles_in, roles_with
from lcspr import clock

REF = "2.4 Chronology"


class ChronologyState(models.TextChoices):
    REQUESTED = "requested", "Asked for"
    ACKNOWLEDGED = "acknowledged", "Received by the agency"
    IN_PROGRESS = "in_progress", "Being written"
    SUBMITTED = "submitted", "Sent in"
    RETURNED = "returned", "Sent back for changes"
    ACCEPTED = "accepted", "Accepted"
    LOCKED = "locked", "In the combined chronology"
    WITHDRAWN = "withdrawn", "No longer asked for"


State = ChronologyState
# The agency writes in these; begun ones can be sent in.
WRITABLE = [State.REQUESTED, State.ACKNOWLEDGED, State.IN_PROGRESS, State.RETURNED]
COMBINED = [State.ACCEPTED, State.LOCKED]
WITH_THE_AGENCY = WRITABLE

# Who writes for an agency: the author named for it, or its representative where no author was.
WRITERS = frozenset({Role.AA, Role.REP})
MANAGERS = BUSINESS_UNIT | {Role.PC}


class WritesIt:
    """A transition's permission: the author named for the chronology, or those who write for its agency."""

    def __call__(self, chronology: Chronology, user: User) -> bool:
        held = roles_in(user, chronology.case)
        if Role.AA in held and chronology.author_id == user.pk:
            return True
        return bool(held & WRITERS) and chronology.agency_id in agencies_as(user, held & WRITERS)

    def __str__(self) -> str:
        return f"{Role.AA.label}, {Role.REP.label} of the agency"


writes_it = WritesIt()


class ChronologyQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> ChronologyQuerySet:
        """An agency's own for its author and its representative; every agency's for those who manage or
        review the case. Nobody reads another agency's raw rows outside those (domain §4.2 rule a)."""
        named = Q(author=user) & open_to(user, {Role.AA})
        everyone_s = roles_with(Right.READ, Thing.OWN_CHRONOLOGY) - WRITERS
        rows = named | open_to(user, everyone_s)
        for role in sorted(WRITERS):
            if agencies := agencies_as(user, {role}):
                rows |= Q(agency__in=agencies) & open_to(user, {role})
        return self.filter(rows)

    def live(self) -> ChronologyQuerySet:
        return self.exclude(state=State.WITHDRAWN)


has_entries = require(
    "Add at least one entry, or say that the agency holds nothing.", lambda c: c.entries.standing().exists()
)
has_no_entries = require(
    "There are entries. Send them in, or withdraw them first.", lambda c: not c.entries.standing().exists()
)
case_is_open = require("The case is closed. Reopen the case first.", lambda c: not c.case.is_closed)


class Chronology(Machine, CaseRecord):
    """One agency's chronology of a case, from the request to its place in the combined one.

    `due_on` is the date the agency was asked for. `nothing_held` is a positive statement, made by
    whoever sent it in.
    """

    thing = Thing.OWN_CHRONOLOGY
    owned_by_agency = "agency"
    final_states = {State.WITHDRAWN}

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    covers_from = models.DateField(null=True, blank=True)
    covers_until = models.DateField(null=True, blank=True)
    instructions = models.TextField(blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=clock.now)
    due_on = models.DateField()
    nothing_held = models.BooleanField("the agency holds nothing", default=False)
    statement = models.TextField("where the agency looked", blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    sent_back_because = models.TextField("what is to be changed", blank=True)
    state = StateField(
        max_length=20, choices=State.choices, default=State.REQUESTED, protected=True, editable=False
    )

    objects = ChronologyQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        verbose_name_plural = "chronologies"
        ordering = ["agency__name"]
        constraints = [
            one_of("state", State),
            not_before("covers_until", "covers_from"),
            models.UniqueConstraint(
                fields=["case", "agency"],
                condition=~Q(state="withdrawn"),
                name="chronologies_chronology_one_per_agency",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "accepted", "locked"])
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="chronologies_chronology_submitted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(nothing_held=False) | ~Q(statement=""),
                name="chronologies_chronology_nothing_held_says_where_looked",
            ),
        ]
        indexes = [
            models.Index(fields=["author"], name="chronologies_by_author"),
            models.Index(fields=["agency", "state"], name="chronologies_by_agency"),
        ]

    def __str__(self) -> str:
        return f"Chronology of {self.agency.short_name}"

    @property
    def is_writable(self) -> bool:
        return self.state in WRITABLE

    @property
    def is_overdue(self) -> bool:
        return self.is_writable and self.due_on < clock.today()

    @transition(
        state,
        source=State.REQUESTED,
        target=State.ACKNOWLEDGED,
        permission=writes_it,
        custom=act(
            "Say that the request has arrived",
            REF,
            help_text="The business unit can then see that you have it. You write the chronology later.",
        ),
    )
    def acknowledge(self) -> None:
        pass

    @transition(
        state,
        source=[State.REQUESTED, State.ACKNOWLEDGED],
        target=State.IN_PROGRESS,
        permission=writes_it,
        custom=act(
            "Begin writing",
            REF,
            help_text="You can then add entries one by one, and come back as often as you need.",
        ),
    )
    def begin(self) -> None:
        pass

    @transition(
        state,
        source=[State.IN_PROGRESS, State.RETURNED],
        target=State.SUBMITTED,
        permission=writes_it,
        conditions=[has_entries],
        custom=act(
            "Send in the chronology",
            REF,
            help_text="The business unit is told. You cannot change it unless it is sent back.",
        ),
    )
    def submit(self, *, submitted_by: User, submitted_at: dt.datetime) -> None:
        self.nothing_held, self.statement = False, ""
        self.submitted_by, self.submitted_at = submitted_by, submitted_at

    @transition(
        state,
        source=[State.REQUESTED, State.ACKNOWLEDGED, State.IN_PROGRESS, State.RETURNED],
        target=State.SUBMITTED,
        permission=writes_it,
        conditions=[has_no_entries],
        custom=act("Say that the agency holds nothing", REF),
    )
    def say_nothing_held(self, *, statement: str, submitted_by: User, submitted_at: dt.datetime) -> None:
        self.nothing_held, self.statement = True, statement
        self.submitted_by, self.submitted_at = submitted_by, submitted_at

    @transition(
        state,
        source=State.SUBMITTED,
        target=State.ACCEPTED,
        permission=holds(MANAGERS),
        custom=act(
            "Accept the chronology",
            REF,
            help_text="Its entries then stand in the combined chronology, which the review panel and the author read.",
        ),
    )
    def accept(self, *, accepted_at: dt.datetime) -> None:
        self.accepted_at = accepted_at

    @transition(
        state,
        source=[State.SUBMITTED, State.ACCEPTED, State.LOCKED],
        target=State.RETURNED,
        permission=holds(MANAGERS),
        conditions=[case_is_open],
        custom=act("Send it back for changes", REF),
    )
    def send_back(self, *, due_on: dt.date, reason: str) -> None:
        self.accepted_at, self.due_on, self.sent_back_because = None, due_on, reason

    @transition(
        state,
        source=State.ACCEPTED,
        target=State.LOCKED,
        permission=holds(BUSINESS_UNIT),
        custom=act("Lock it into the combined chronology", REF),
    )
    def lock(self) -> None:
        pass

    @transition(
        state,
        source=[State.REQUESTED, State.ACKNOWLEDGED, State.IN_PROGRESS],
        target=State.WITHDRAWN,
        permission=holds(BUSINESS_UNIT),
        custom=act("Withdraw the request", REF),
    )
    def withdraw(self, **reason: Any) -> None:
        pass


legal_moves(Chronology)


class Precision(models.TextChoices):
    EXACT = "exact", "This day"
    ABOUT = "about", "About this day"
    MONTH = "month", "Some time in this month"
    YEAR = "year", "Some time in this year"


class ContactType(models.TextChoices):
    HOME_VISIT = "home_visit", "Home visit"
    PHONE = "phone", "Telephone call"
    STRATEGY = "strategy", "Strategy discussion"
    HOSPITAL = "hospital", "Hospital or emergency department"
    NOT_BROUGHT = "not_brought", "Appointment: was not brought"
    APPOINTMENT = "appointment", "Appointment"
    ABSENCE = "absence", "Absence from school"
    POLICE = "police", "Police attendance"
    REFERRAL = "referral", "Referral"
    ASSESSMENT = "assessment", "Assessment"
    CONFERENCE = "conference", "Conference or meeting"
    SUPERVISION = "supervision", "Supervision"
    OTHER = "other", "Other"


class ChildSeen(models.TextChoices):
    ALONE = "alone", "Seen alone"
    WITH_CARER = "with_carer", "Seen with a carer"
    NOT_SEEN = "not_seen", "Not seen"
    NOT_APPLICABLE = "not_applicable", "Does not apply"


class EntryQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> EntryQuerySet:
        """Rows of the chronologies `user` may read."""
        return self.filter(chronology__in=Chronology.objects.visible_to(user))

    def combined_for(self, user: User) -> EntryQuerySet:
        """The combined chronology, for those the access table lets read it: accepted rows only."""
        readers = roles_with(Right.READ, Thing.COMBINED_CHRONOLOGY)
        return self.combined().filter(case__in=Case.objects.visible_to(user, readers))

    def combined(self) -> EntryQuerySet:
        return self.standing().filter(chronology__state__in=COMBINED)

    def standing(self) -> EntryQuerySet:
        return self.filter(withdrawn_at__isnull=True)

    def in_order(self) -> EntryQuerySet:
        """By date, time and agency; without a time after those of the day that have one (`rules.place`)."""
        return self.order_by(
            "event_on", F("event_time").asc(nulls_last=True), "chronology__agency__name", "number"
        )


class Entry(CaseRecord):
    """One event as one agency recorded it. What happened and what the author thinks of it stay apart.

    `persons` holds keys of the case's subjects, so that a row shows their pseudonyms whatever those are
    today, and so that the row's own history shows who was named before. `version` counts corrections.
    """

    thing = Thing.OWN_CHRONOLOGY

    chronology = models.ForeignKey(Chronology, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    event_on = models.DateField("date of the event")
    event_time = models.TimeField("time", null=True, blank=True)
    precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.EXACT)
    persons = ArrayField(models.UUIDField(), default=list, blank=True)
    service = models.CharField("service or team", max_length=200, blank=True)
    source_record = models.CharField("where it is recorded", max_length=300)
    contact_type = models.CharField(max_length=20, choices=ContactType.choices)
    what_happened = models.TextField()
    child_seen = models.CharField(max_length=20, choices=ChildSeen.choices)
    response = models.TextField("what was done", blank=True)
    analysis = models.TextField("the author’s comment", blank=True)
    significant = models.BooleanField(default=False)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    objects = EntryQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        verbose_name_plural = "entries"
        ordering = ["event_on", "number"]
        constraints = [
            one_of("precision", Precision),
            one_of("contact_type", ContactType),
            one_of("child_seen", ChildSeen),
            models.UniqueConstraint(fields=["chronology", "number"], name="chronologies_entry_number_once"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_reason=""),
                name="chronologies_entry_withdrawn_says_why",
            ),
        ]
        indexes = [models.Index(fields=["case", "event_on"], name="chronologies_entry_in_order")]

    def __str__(self) -> str:
        return f"Entry {self.number}"


class CombinedVersion(CaseRecord):
    """The combined chronology as it stood when it was locked: how many rows of whom, and their digest.

    `rows` names each row and its version, in order; the words of an earlier version stand in the row
    history. The digest covers every word.
    """

    thing = Thing.COMBINED_CHRONOLOGY

    version = models.PositiveSmallIntegerField()
    locked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    locked_at = models.DateTimeField(default=clock.now)
    entries = models.PositiveIntegerField()
    agencies = models.PositiveSmallIntegerField()
    rows = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64)

    class Meta(CaseRecord.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="chronologies_combinedversion_once"),
        ]

    def __str__(self) -> str:
        return f"Version {self.version}"
