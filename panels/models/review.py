"""The review that the partners commission, from commissioning to signing off (domain §2.4a)."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.access_table import Thing
from accounts.constraints import one_of
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, Role
from accounts.settings_choices import ReviewType
from casework.machine import StateField, act, legal_moves
from casework.models import Case, CaseRecord, CaseRecordQuerySet, Document
from casework.models.machine import Machine
from casework.permissions import holds
from decisions.kinds import SignOffOutcome
from decisions.models import Decision
from panels.models import guards
from panels.permissions import ASKS_FOR_CHANGES, CHECKS_PROGRESS, DECIDERS, LEADS_REVIEW, WRITES_REPORT
from rapid_review.models import RapidReview

REF = "2.4a Review (LCSPR)"


class ReviewState(models.TextChoices):
    COMMISSIONING = "commissioning", "Being commissioned"
    IN_REVIEW = "in_review", "Under way"
    DRAFTING = "drafting", "Report being drafted"
    SIGN_OFF = "sign_off", "Report up for sign-off"
    SIGNED_OFF = "signed_off", "Signed off"
    DISCONTINUED = "discontinued", "Discontinued"
    NATIONAL = "national", "Waiting for the national review"
    NATIONAL_FINISHED = "national_finished", "Ended with the national review"


State = ReviewState
OVER = frozenset({State.SIGNED_OFF, State.DISCONTINUED, State.NATIONAL_FINISHED})
# While these last the partners look at time taken and quality at regular intervals.
RUNNING = frozenset({State.IN_REVIEW, State.DRAFTING, State.SIGN_OFF})


class Review(Machine, CaseRecord):
    """A local child safeguarding practice review, or the local side of a national one.

    `case` is the lead case, whose stage it moves; `cases` are all it is about, the lead case among them
    (a thematic review has several). `decision` is the one that commissioned it.
    """

    thing = Thing.CASE_STATUS
    final_states = OVER
    born_in = (State.COMMISSIONING, State.NATIONAL)

    cases = models.ManyToManyField(Case, related_name="reviews_about")
    review_type = models.CharField("kind of review", max_length=40, choices=ReviewType.choices)
    rapid_review = models.ForeignKey(
        RapidReview, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews"
    )
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = StateField(
        max_length=20, choices=State.choices, default=State.COMMISSIONING, protected=True, editable=False
    )
    commissioned_on = models.DateField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    practitioners_involved = models.BooleanField(null=True, blank=True)
    practitioners_words = models.TextField("how practitioners took part, or why not", blank=True)
    family_offered = models.BooleanField("the family was invited to take part", null=True, blank=True)
    family_words = models.TextField("what the family was offered and answered, or why not", blank=True)
    gaps_accepted = models.BooleanField(default=False)
    gaps_reason = models.TextField(blank=True)
    sign_off_decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changes_asked_at = models.DateTimeField(null=True, blank=True)
    changes_asked = models.TextField("changes asked for", blank=True)
    signed_off_on = models.DateField(null=True, blank=True)
    publication_choice = models.CharField(
        "what is to be published", max_length=20, choices=SignOffOutcome.choices, blank=True
    )
    national_words = models.TextField("what goes on locally beside the national review", blank=True)
    national_letter = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_reason = models.TextField("why it ended early", blank=True)

    class Meta(CaseRecord.Meta):
        ordering = ["-created_at"]
        constraints = [
            one_of("state", ReviewState),
            one_of("review_type", ReviewType),
            one_of("publication_choice", SignOffOutcome, blank=True),
            models.UniqueConstraint(
                fields=["case"],
                condition=~Q(state__in=["signed_off", "discontinued", "national_finished"]),
                name="panels_review_one_live_per_case",
            ),
            models.CheckConstraint(
                condition=~Q(gaps_accepted=True) | ~Q(gaps_reason=""), name="panels_review_gaps_say_why"
            ),
            models.CheckConstraint(
                condition=Q(practitioners_involved__isnull=True) | ~Q(practitioners_words=""),
                name="panels_review_practitioners_in_words",
            ),
            models.CheckConstraint(
                condition=Q(family_offered__isnull=True) | ~Q(family_words=""),
                name="panels_review_family_in_words",
            ),
            models.CheckConstraint(
                condition=(Q(state="signed_off", signed_off_on__isnull=False) & ~Q(publication_choice=""))
                | (~Q(state="signed_off") & Q(signed_off_on__isnull=True, publication_choice="")),
                name="panels_review_signed_off_says_what_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["discontinued", "national_finished"]) | ~Q(ended_reason=""),
                name="panels_review_ended_says_why",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="panels_review_by_state")]

    def __str__(self) -> str:
        return str(self.get_review_type_display())

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @transition(
        state,
        source=State.COMMISSIONING,
        target=State.IN_REVIEW,
        permission=holds(BUSINESS_UNIT),
        conditions=[guards.panel_chair_named, guards.author_appointed, guards.terms_agreed],
        custom=act("Start the review", f"{REF}, T29"),
    )
    def start_review(self, *, at: dt.datetime) -> None:
        self.started_at = at

    @transition(
        state,
        source=State.IN_REVIEW,
        target=State.DRAFTING,
        permission=holds(LEADS_REVIEW),
        conditions=[guards.chronologies_in, guards.practitioners_heard, guards.family_asked],
        custom=act(
            "Start drafting the report",
            f"{REF}, T31",
            help_text="The review panel and the author are told.",
        ),
    )
    def start_drafting(self) -> None:
        """Nothing of the row changes but its state."""

    @transition(
        state,
        source=State.DRAFTING,
        target=State.IN_REVIEW,
        permission=holds(LEADS_REVIEW),
        custom=act("Go back for more information", f"{REF}, T32"),
    )
    def return_to_review(self, *, reason: str) -> None:
        # What was accepted as missing is asked about anew.
        self.gaps_accepted, self.gaps_reason = False, ""

    @transition(
        state,
        source=State.DRAFTING,
        target=State.SIGN_OFF,
        permission=holds(WRITES_REPORT),
        conditions=[guards.comments_closed, guards.final_report_in, guards.recommendations_listed],
        custom=act(
            "Put the final report up for sign-off",
            f"{REF}, T33",
            help_text="The three partners are asked for their views, and the independent chair and legal adviser are told. The author can change nothing meanwhile.",
        ),
    )
    def submit_report(self, *, decision: Decision) -> None:
        self.sign_off_decision = decision

    @transition(
        state,
        source=State.SIGN_OFF,
        target=State.DRAFTING,
        permission=holds(ASKS_FOR_CHANGES),
        custom=act("Ask for changes to the report", f"{REF}, T34"),
    )
    def ask_for_changes(self, *, reason: str, at: dt.datetime) -> None:
        self.changes_asked, self.changes_asked_at = reason, at

    @transition(
        state,
        source=State.SIGN_OFF,
        target=State.SIGNED_OFF,
        permission=holds(DECIDERS),
        conditions=[
            guards.signed_by_the_partners,
            guards.recommendations_answered,
            guards.plan_can_be_agreed,
        ],
        custom=act(
            "Sign off the report",
            f"{REF}, T35",
            help_text="The final report stands as signed off, and a drafted action plan is agreed with it: start the plan next. The sub-group, the partners, the review panel, the agencies’ representatives and the family liaison lead are told.",
        ),
    )
    def sign_off_report(self, *, on: dt.date, publish: str) -> None:
        self.signed_off_on, self.publication_choice = on, publish

    @transition(
        state,
        source=[State.COMMISSIONING, State.IN_REVIEW, State.DRAFTING],
        target=State.DISCONTINUED,
        permission=holds(BUSINESS_UNIT),
        conditions=[guards.discontinuation_decided, guards.told_of_discontinuation],
        custom=act("Discontinue the review", f"{REF}, T49"),
    )
    def discontinue(self, *, reason: str) -> None:
        self.ended_reason = reason

    @transition(
        state,
        source=[State.COMMISSIONING, State.IN_REVIEW, State.DRAFTING, State.SIGN_OFF],
        target=State.NATIONAL,
        permission=holds(BUSINESS_UNIT),
        custom=act("Record that a national review will be done", f"{REF}, T26"),
    )
    def record_national_review(self, *, goes_on: str, letter: Document | None) -> None:
        self.national_words, self.national_letter = goes_on, letter

    @transition(
        state,
        source=State.NATIONAL,
        target=State.NATIONAL_FINISHED,
        permission=holds(DECIDERS),
        custom=act("The national review is finished: follow up actions", f"{REF}, T27"),
    )
    def finish_national(self, *, reason: str) -> None:
        self.ended_reason = reason

    @transition(
        state,
        source=State.NATIONAL,
        target=State.COMMISSIONING,
        permission=holds(DECIDERS),
        conditions=[guards.local_review_decided],
        custom=act(
            "Commission a local review beside the national one",
            f"{REF}, T27",
            help_text="The partners, the sub-group, the business unit and the family liaison lead are told. Months that had begun to count go on; those of a new review count from the partners’ decision.",
        ),
    )
    def commission_beside_national(self, *, decision: Decision, review_type: str, on: dt.date) -> None:
        self.decision, self.review_type, self.commissioned_on = decision, review_type, on


legal_moves(Review)


class ProgressCheckQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> Self:
        """For those who supervise the review and those who lead and write it; agencies do not read it."""
        return self.of_case_visible_to(user, CHECKS_PROGRESS | WRITES_REPORT | {Role.SG, Role.IC})


class ProgressCheck(CaseRecord):
    """The partners' look at the time the review takes and at its quality (2018 Regulations reg. 14).

    A request to the reviewer for information or for a draft is made in writing.
    """

    thing = Thing.TOR

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="checks")
    checked_on = models.DateField()
    words = models.TextField("what was found")
    asked_in_writing = models.TextField("what the reviewer was asked for in writing", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ProgressCheckQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["-checked_on", "-created_at"]

    def __str__(self) -> str:
        return f"Check on the {self.review}"
