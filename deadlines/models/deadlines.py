"""What is due, when, why, by whom, and what became of it."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.access_table import AGENCY_ROLES, Right, Thing
from accounts.constraints import one_of
from accounts.models import Agency, Partnership, Record, User
from accounts.roles import Role
from casework.models import Case
from casework.permissions import agencies_as, open_to, own_agencies, roles_anywhere, roles_with, world_of
from deadlines.catalogue import SET_BY_LETTER
from deadlines.dates import derived_from, length_of
from deadlines.models.reference import STATUTORY, Force, RuleVersion
from deadlines.rules import status
from deadlines.rules.calendar import Calendar
from deadlines.rules.counting import Derived
from deadlines.rules.explain import Explanation, explain
from govuk.dates import date_text
from lcspr import clock

# The only clock a hold with reasons sent shows as held rather than overdue (domain §3.4.6).
HOLDABLE: Final = frozenset({"DL-14"})

OPEN: Final = Q(met_at__isnull=True, cancelled_at__isnull=True, not_applicable_at__isnull=True)
ENDED: Final = Q(met_at__isnull=False) | Q(cancelled_at__isnull=False) | Q(not_applicable_at__isnull=False)
# A duty that lasts until a date is not late for having lasted.
UNEXPLAINED: Final = Q(met_at__gt=F("due_at"), force__in=sorted(STATUTORY), lateness_reason="", lasts=False)

_READERS: Final = roles_with(Right.READ, Thing.CASE_STATUS)
# People of one agency read what concerns the case as a whole and what their own agency owes, no other's.
_AGENCY_READERS: Final = _READERS & AGENCY_ROLES
_WHOLE_READERS: Final = _READERS - AGENCY_ROLES
_STATUS_ONLY: Final = roles_with(Right.STATUS, Thing.CASE_STATUS)


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def open(self) -> DeadlineQuerySet:
        """Neither met nor cancelled nor found not to apply."""
        return self.filter(OPEN)

    def ended(self) -> DeadlineQuerySet:
        """Met, cancelled or found not to apply."""
        return self.filter(ENDED)

    def of(self, case: Case) -> DeadlineQuerySet:
        """Every deadline of a case, soonest first."""
        return self.filter(case=case).order_by("due_at", "code")

    def about(self, code: str, label: str) -> DeadlineQuerySet:
        """Every round of one clock of one thing, oldest first."""
        return self.filter(code=code, about=label).order_by("round")

    def owed(self) -> DeadlineQuerySet:
        """Open acts that somebody must do; not the duties that only last until a date (DL-22)."""
        return self.open().filter(lasts=False)

    def overdue(self, now: dt.datetime) -> DeadlineQuerySet:
        """Owed, past due, and not held with reasons sent."""
        return self.owed().filter(due_at__lt=now, held_since__isnull=True)

    def unexplained(self) -> DeadlineQuerySet:
        """Statutory ones met late without a word yet why."""
        return self.filter(UNEXPLAINED)

    def held(self) -> DeadlineQuerySet:
        """Owed, and held with reasons sent: neither overdue nor to be done this week (domain §3.4.6)."""
        return self.owed().filter(held_since__isnull=False)

    def owed_by(self, person: User) -> DeadlineQuerySet:
        """What `person` owes today: named in it, or as one who holds a role that owes it in its case.

        Another area's business unit reads a case that is shared with it, and owes nothing there.
        """
        rows = Q(owed_user=person)
        for role in sorted(roles_anywhere(person) - {Role.NEIGHBOUR}):
            theirs = Q(owed_agency__isnull=True) | Q(owed_agency__in=own_agencies(person, role))
            holds = Q(owed_user__isnull=True, owed_roles__contains=[role])
            of_case = Q(case__isnull=False) & open_to(person, {role}, partnership="partnership")
            rows |= holds & theirs & of_case
        return self.filter(rows)

    def next_for(self, case: Case) -> Deadline | None:
        """What the case page leads with: the soonest statutory act still owed, else the soonest of all."""
        owed = self.owed().filter(case=case).select_related("rule").order_by("due_at")
        return owed.filter(force__in=STATUTORY).first() or owed.first()

    def with_everything(self) -> DeadlineQuerySet:
        """With all that a row or an explanation shows; a rule and a partnership are read once for all rows."""
        return self.select_related("case", "owed_agency", "owed_user").prefetch_related("rule", "partnership")

    def visible_to(self, user: User) -> DeadlineQuerySet:
        """Deadlines that `user` may see: of cases whose stage and deadlines they may read.

        People of an agency see no other agency's; those who are told the status only see what their own
        agency or they themselves owe.
        """
        if not user.is_authenticated:
            return self.none()
        held = roles_anywhere(user)
        rows = Q(pk__in=[])
        # A deadline is of its case's partnership for good.
        if whole := held & _WHOLE_READERS:
            rows |= open_to(user, whole, partnership="partnership")
        if own := held & _AGENCY_READERS:
            theirs = Q(owed_agency__isnull=True) | Q(owed_agency__in=agencies_as(user, own))
            rows |= theirs & open_to(user, own, partnership="partnership")
        if told := held & _STATUS_ONLY:
            theirs = Q(owed_user=user) | Q(owed_agency__in=agencies_as(user, told))
            rows |= theirs & open_to(user, told, partnership="partnership")
        rows &= Q(case__isnull=False)
        # The same rows again, in the words of the index.
        world = world_of(user)
        return self.filter(rows) if world is None else self.filter(rows, partnership__in=world)


class Deadline(Record):
    """One clock that runs, ran, or was stopped, with everything that explains its date.

    `about` is what it belongs to, as "app.Model:key"; `round` counts its restarts. `because` follows the
    trigger's date in a sentence. `due_at` is UTC; with `lasts` it is the first instant at which the duty ends.
    `given_on` is a day that somebody entitled has set, which goes before the rule's figure (the date in a
    letter). `derived` is how the date was worked out. `provisional` says that it leans on holidays not yet official,
    `provisional_trigger` that triage has not confirmed the trigger. `held_since` is set only by a hold
    *with* reasons sent. *Overdue* is not a state: see `standing`.
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="deadlines", db_index=False
    )
    code = models.CharField(max_length=8)
    rule = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    force = models.CharField(max_length=10, choices=Force.choices)
    about = models.CharField(max_length=120)
    round = models.PositiveSmallIntegerField(default=1)
    trigger_at = models.DateTimeField()
    because = models.CharField(max_length=200)
    due_at = models.DateTimeField()
    due_on = models.DateField()
    given_on = models.DateField("day set by somebody else", null=True, blank=True)
    extended_to = models.DateField(null=True, blank=True)
    dates_moved = models.PositiveSmallIntegerField(default=0)
    derived = models.JSONField()
    calendar_version = models.CharField(max_length=120)
    provisional = models.BooleanField(default=False)
    provisional_trigger = models.BooleanField(default=False)
    lasts = models.BooleanField("a duty that lasts until the date", default=False)
    owed_roles = ArrayField(models.CharField(max_length=20, choices=Role.choices))
    owed_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owed_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(default=clock.now)
    met_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    not_applicable_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)
    lateness_reason = models.TextField(blank=True)
    regulator_told_at = models.DateTimeField(null=True, blank=True)
    held_since = models.DateTimeField(null=True, blank=True)
    hold_reason = models.TextField(blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["due_at", "code"]
        constraints = [
            one_of("force", Force),
            models.UniqueConstraint(fields=["code", "about", "round"], name="deadlines_deadline_round_once"),
            models.UniqueConstraint(
                fields=["code", "about"], condition=OPEN, name="deadlines_deadline_one_open"
            ),
            models.CheckConstraint(
                condition=Q(met_at__isnull=True, cancelled_at__isnull=True)
                | Q(met_at__isnull=True, not_applicable_at__isnull=True)
                | Q(cancelled_at__isnull=True, not_applicable_at__isnull=True),
                name="deadlines_deadline_ends_once",
            ),
            models.CheckConstraint(
                condition=(
                    Q(cancelled_at__isnull=True, not_applicable_at__isnull=True, ended_reason="")
                    | (Q(cancelled_at__isnull=False) | Q(not_applicable_at__isnull=False))
                    & ~Q(ended_reason="")
                ),
                name="deadlines_deadline_stopped_says_why",
            ),
            models.CheckConstraint(
                condition=Q(held_since__isnull=True, hold_reason="")
                | (Q(held_since__isnull=False, code__in=sorted(HOLDABLE)) & OPEN & ~Q(hold_reason="")),
                name="deadlines_deadline_held_says_why",
            ),
            # What law or guidance fixes cannot be extended here, only explained (domain §3.4.5).
            models.CheckConstraint(
                condition=Q(extended_to__isnull=True) | ~Q(force__in=sorted(STATUTORY)),
                name="deadlines_deadline_statutory_not_extended",
            ),
            models.CheckConstraint(
                condition=~Q(about="") & ~Q(owed_roles=[]), name="deadlines_deadline_owed_about_something"
            ),
        ]
        indexes = [
            # With all that says who sees it and where it stands, so that whoever sees some passes over the rest quickly.
            models.Index(
                fields=["due_at", "id"],
                include=["partnership", "case", "lasts", "held_since", "due_on"],
                condition=OPEN,
                name="deadlines_deadline_open",
            ),
            models.Index(fields=["-due_at", "id"], condition=ENDED, name="deadlines_deadline_ended"),
            models.Index(fields=["case", "due_at"], name="deadlines_deadline_by_case"),
            # The clocks that what waits in some cases answers.
            models.Index(fields=["case", "code"], condition=OPEN, name="deadlines_deadline_in_cases"),
            # The clocks that some act answers, in every case at once.
            models.Index(fields=["code", "due_at"], condition=OPEN, name="deadlines_deadline_by_code"),
            # The board's filters: each walks what is open from the soonest, until the page is full.
            models.Index(
                fields=["partnership", "due_at", "id"], condition=OPEN, name="deadlines_deadline_by_partners"
            ),
            models.Index(
                fields=["owed_agency", "due_at", "id"],
                condition=OPEN & Q(owed_agency__isnull=False),
                name="deadlines_deadline_by_agency",
            ),
            models.Index(
                fields=["owed_user", "due_at", "id"],
                condition=OPEN & Q(owed_user__isnull=False),
                name="deadlines_deadline_by_person",
            ),
            models.Index(
                fields=["force", "due_at", "id"], condition=OPEN, name="deadlines_deadline_by_force"
            ),
            models.Index(
                fields=["due_at", "id"],
                condition=OPEN & Q(held_since__isnull=False),
                name="deadlines_deadline_held",
            ),
            # The statutory ones met late, whose reasons are still owed.
            models.Index(
                fields=["partnership", "met_at"], condition=UNEXPLAINED, name="deadlines_deadline_unexplained"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def name(self) -> str:
        return self.rule.name

    @property
    def is_open(self) -> bool:
        return self.met_at is None and self.cancelled_at is None and self.not_applicable_at is None

    @property
    def is_statutory(self) -> bool:
        return self.force in STATUTORY

    @property
    def is_agreed(self) -> bool:
        """Whether a date that people agreed on, in a letter or a hold, is its date instead of one counted by the rule."""
        return self.given_on is not None and self.code not in SET_BY_LETTER

    @property
    def derivation(self) -> Derived:
        """How the date was worked out, as it was kept then."""
        return derived_from(self.derived)

    @property
    def explanation(self) -> Explanation:
        """The sentence beside the date and the lines behind it."""
        return explain(self.derivation, self.rule.as_rule, self.because)

    @property
    def explanation_lines(self) -> list[str]:
        """The sentence, every day counted, the rule and its source, and what has happened to the date since."""
        lines = [self.explanation.sentence, *self.explanation.lines]
        if self.extended_to:
            lines.append(f"Extended to {date_text(self.extended_to)}; the date worked out is kept")
        if self.provisional_trigger:
            lines.append("Provisional: when it began has not been confirmed at triage yet")
        if self.hold_reason:
            lines.append(f"Held, with reasons sent: {self.hold_reason}")
        return lines

    def standing(self, now: dt.datetime, calendar: Calendar) -> status.Status:
        """How it stands at an instant: open, due soon, overdue, met, met late, held, …"""
        return status.status(
            self.due_at,
            self.met_at,
            now,
            length=length_of(self.derived),
            calendar=calendar,
            held=self.held_since is not None,
            cancelled=self.cancelled_at is not None,
            not_applicable=self.not_applicable_at is not None,
        )


class ChangeKind(models.TextChoices):
    CORRECTED = "corrected", "Trigger corrected"
    EXTENDED = "extended", "Extended"
    AGREED = "agreed", "Another date agreed"
    RECOMPUTED = "recomputed", "Worked out again"


class DeadlineChange(Record):
    """A date that moved: both triggers, both dates, the reason, and who did it. Never edited."""

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="changes")
    # Beside the deadline's, so that the row trigger writes the change into the case's own chain.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=ChangeKind.choices)
    old_trigger_at = models.DateTimeField()
    new_trigger_at = models.DateTimeField()
    old_due_at = models.DateTimeField()
    new_due_at = models.DateTimeField()
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta(Record.Meta):
        ordering = ["at"]
        constraints = [
            one_of("kind", ChangeKind),
            models.CheckConstraint(condition=~Q(reason=""), name="deadlines_deadlinechange_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"
