"""What becomes public of a review, and what stands before it (domain §2.4a Publication)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.access_table import Thing
from accounts.constraints import one_of
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework.conditions import Condition, require
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, CaseRecordQuerySet, Document
from casework.models.machine import Machine
from casework.permissions import holds
from decisions.models import Decision
from panels.models import Review
from publication import standing
from publication.gates import READERS

REF = "2.4a Publication"
DECIDERS = PARTNERS | BUSINESS_UNIT | {Role.SGC, Role.IC}


class PublicationState(models.TextChoices):
    PREPARING = "preparing", "Being prepared"
    HELD = "held", "Held"
    PUBLISHED = "published", "Published"
    IMPROVEMENTS_ONLY = "improvements_only", "Improvements published"
    NONE = "none", "Nothing is published"
    WITHDRAWN = "withdrawn", "Taken down"


class Outcome(models.TextChoices):
    """What the partners decided becomes public (T35)."""

    FULL = "full", "The full report"
    IMPROVEMENTS_ONLY = "improvements_only", "Only the improvements to be made"
    NONE = "none", "Nothing"


class Ground(models.TextChoices):
    COURT_ORDER = "court_order", "A court orders it"
    IDENTIFICATION = "identification", "Somebody could be identified"
    YEAR_PASSED = "year_passed", "It has been public long enough"


State = PublicationState
PUBLIC = (State.PUBLISHED, State.IMPROVEMENTS_ONLY)
BEFORE = (State.PREPARING, State.HELD)


class PublicationQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> Self:
        """Publications in cases the person is in as one who reads the final report, or who opens a gate."""
        return self.of_case_visible_to(user, READERS)

    def public(self) -> Self:
        """What anybody may read, signed in or not."""
        return self.filter(state__in=PUBLIC)

    def live(self) -> Self:
        return self.exclude(state=State.WITHDRAWN)


def _outcome_is(*outcomes: str) -> Condition:
    def unmet(publication: Publication) -> Iterable[str]:
        if publication.outcome in outcomes:
            return []
        return [
            f"The partners decided that what becomes public is: {publication.get_outcome_display().lower()}."
        ]

    wanted = " or ".join(str(Outcome(outcome).label).lower() for outcome in outcomes)
    return Condition(f"The partners decided that what becomes public is: {wanted}.", unmet)


signed_off = Condition("The report is signed off, and no view in that is contested.", standing.not_signed_off)
nothing_held = Condition("No hold keeps it from the public.", standing.held_back)
held_for_a_reason = require(
    "Add a hold on publication first, with who asked for it, why, and when it is looked at again.",
    standing.is_held_back,
)
all_released = Condition("Every hold on publication is released, with evidence.", standing.still_held)
gates_open = Condition("Every gate is open.", standing.gates_closed)
report_ready = Condition(
    "The anonymised report and the words of its page are there.", standing.report_not_ready
)
improvements_ready = Condition("The text of the improvements is there.", standing.improvements_not_ready)
day_reached = Condition("The planned day has come.", standing.day_not_reached)
copies_ahead = Condition(
    "The National Panel, the Secretary of State and Ofsted had copies seven working days before, or the three "
    "partners decided, with legal advice, not to wait.",
    standing.copies_not_ahead,
)
justified = Condition(
    "The National Panel and the Secretary of State were told in writing why the report is not published.",
    standing.not_justified,
)
decided_on_none = Condition(
    "The three partners’ decision to publish nothing stands, and no view in it is contested.",
    standing.nothing_undecided,
)
family_has_read = Condition(
    "Every reading agreed with the family has taken place, or they no longer wish it.",
    standing.family_still_reads,
)
nothing_built_on_it = Condition("Nothing has been built on the publication.", standing.built_on_publication)
long_enough_public = Condition(
    "It has been public for a year and the three partners decided, or a court orders it.",
    standing.not_to_be_withdrawn,
)


class Publication(Machine, CaseRecord):
    """What of one review becomes public: words for its page, a file made for the public, and a day.

    `report` is a document of its own, never the confidential report. `copies_count_from` is the moment from which
    recorded copies count: a new file, or a release from a hold, makes copies go again. `slug` is given only on
    publication, so that before it there is no public address at all.
    """

    thing = Thing.FINAL_REPORT
    final_states = {State.NONE, State.WITHDRAWN}
    born_in = frozenset(State)  # A case already under way is brought in at any of them (T50).

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="publications")
    state = StateField(
        max_length=20, choices=State.choices, default=State.PREPARING, protected=True, editable=False
    )
    outcome = models.CharField("what becomes public", max_length=20, choices=Outcome.choices)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_off_elsewhere = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="proof of a sign-off before this system",
    )
    signed_off_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    public_title = models.CharField(max_length=200, blank=True)
    public_pseudonym = models.CharField(max_length=60, blank=True)
    summary = models.TextField("summary in plain words", blank=True)
    statement = models.TextField("statement of the partnership", blank=True)
    improvements = models.TextField("improvements to be made", blank=True)
    report = models.OneToOneField(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="published_in"
    )
    copies_count_from = models.DateTimeField()
    planned_on = models.DateField("planned day", null=True, blank=True)
    breach_asked_because = models.TextField("why not to wait seven working days", blank=True)
    breach_advice = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    breach_decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    in_breach = models.BooleanField("published in breach of the seven working days", default=False)
    none_decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    not_published_because = models.TextField(blank=True)
    slug = models.SlugField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawal_ground = models.CharField(max_length=20, choices=Ground.choices, blank=True)
    withdrawal_reason = models.TextField(blank=True)
    withdrawal_decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    court_order = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = PublicationQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["-created_at"]
        constraints = [
            one_of("state", PublicationState),
            one_of("outcome", Outcome),
            one_of("withdrawal_ground", Ground, blank=True),
            models.UniqueConstraint(
                fields=["review"], condition=~Q(state="withdrawn"), name="publication_one_live_per_review"
            ),
            models.UniqueConstraint(
                fields=["slug"], condition=~Q(slug=""), name="publication_public_address_once"
            ),
            # What is public says since when, where and what; what is not has no public address.
            models.CheckConstraint(
                condition=Q(state__in=["preparing", "held", "none"], slug="", published_at__isnull=True)
                | Q(state__in=["published", "improvements_only", "withdrawn"], published_at__isnull=False)
                & ~Q(slug="")
                & ~Q(public_title=""),
                name="publication_public_says_what_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(report__isnull=False) & ~Q(sha256="") & Q(outcome="full"),
                name="publication_full_report_has_file",
            ),
            models.CheckConstraint(
                condition=~Q(state="improvements_only")
                | Q(report__isnull=True, outcome="improvements_only") & ~Q(improvements=""),
                name="publication_improvements_without_report",
            ),
            models.CheckConstraint(
                condition=~Q(state="none") | Q(outcome="none") & ~Q(not_published_because=""),
                name="publication_none_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawal_reason="")
                | ~Q(state="withdrawn") & Q(withdrawn_at__isnull=True),
                name="publication_withdrawn_says_why",
            ),
            models.CheckConstraint(
                condition=Q(in_breach=False) | Q(breach_advice__isnull=False, breach_decision__isnull=False),
                name="publication_breach_on_legal_advice",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-published_at", "id"],
                condition=Q(state__in=["published", "improvements_only"]),
                name="publication_library",
            )
        ]

    def __str__(self) -> str:
        return f"Publication of the {self.review}"

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC

    @property
    def may_still_change(self) -> bool:
        """Whether its words, file and day can still be prepared."""
        return self.state in BEFORE

    @transition(
        state,
        source=State.PREPARING,
        target=State.HELD,
        permission=holds(PARTNERS, BUSINESS_UNIT),
        conditions=[held_for_a_reason],
        custom=act("Hold publication", f"{REF}, T36"),
    )
    def hold_publication(self) -> None:
        self.planned_on = None

    @transition(
        state,
        source=State.HELD,
        target=State.PREPARING,
        permission=holds(PARTNERS, BUSINESS_UNIT),
        conditions=[all_released],
        custom=act("Release publication", f"{REF}, T37"),
    )
    def release_publication(self, *, planned_on: dt.date, at: dt.datetime) -> None:
        # Copies sent before the hold announced a day that has passed: they go again.
        self.planned_on, self.copies_count_from = planned_on, at

    @transition(
        state,
        source=State.PREPARING,
        target=State.PUBLISHED,
        permission=holds(BUSINESS_UNIT),
        conditions=[
            _outcome_is(Outcome.FULL),
            nothing_held,
            signed_off,
            gates_open,
            family_has_read,
            report_ready,
            day_reached,
            copies_ahead,
        ],
        custom=act("Publish the report", f"{REF}, T38"),
    )
    def publish(self, *, at: dt.datetime, slug: str, sha256: str, in_breach: bool) -> None:
        self.published_at, self.slug, self.sha256, self.in_breach = at, slug, sha256, in_breach

    @transition(
        state,
        source=State.PREPARING,
        target=State.IMPROVEMENTS_ONLY,
        permission=holds(BUSINESS_UNIT),
        conditions=[
            _outcome_is(Outcome.IMPROVEMENTS_ONLY),
            nothing_held,
            signed_off,
            justified,
            gates_open,
            family_has_read,
            improvements_ready,
            day_reached,
            copies_ahead,
        ],
        custom=act("Publish the improvements only", f"{REF}, T39"),
    )
    def publish_improvements(self, *, at: dt.datetime, slug: str, in_breach: bool) -> None:
        self.published_at, self.slug, self.in_breach = at, slug, in_breach

    @transition(
        state,
        source=State.PREPARING,
        target=State.NONE,
        permission=holds(DECIDERS),
        conditions=[_outcome_is(Outcome.NONE), signed_off, decided_on_none, justified],
        custom=act("Decide not to publish", f"{REF}, T40"),
    )
    def decide_not_to_publish(self, *, reason: str) -> None:
        self.not_published_because, self.planned_on = reason, None

    @transition(
        state,
        # Improvements too: a court's order, or a child who could be identified, does not ask what was published.
        source=[State.PUBLISHED, State.IMPROVEMENTS_ONLY],
        target=State.WITHDRAWN,
        permission=holds(PARTNERS, BUSINESS_UNIT),
        conditions=[long_enough_public],
        custom=act("Take it down", f"{REF}, T47"),
    )
    def withdraw(self, *, at: dt.datetime, reason: str) -> None:
        self.withdrawn_at, self.withdrawal_reason = at, reason

    @transition(
        state,
        source=[State.PUBLISHED, State.IMPROVEMENTS_ONLY],
        target=State.PREPARING,
        permission=holds(BUSINESS_UNIT),
        conditions=[nothing_built_on_it],
        custom=act("Take back the publication", "T38 in error"),
    )
    def take_back_publication(self) -> None:
        # As before it was published: without a public address. The gates stay ticked for what was checked.
        self.published_at, self.slug, self.sha256, self.in_breach = None, "", "", False


legal_moves(Publication)
