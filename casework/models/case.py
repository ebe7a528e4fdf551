"""The case and its stages (domain §2.2 to §2.3a).

People act on a stage's leading record; the service that moves it moves the case in the same transaction.
So the guards here look only at rows of this app, and the permissions admit everyone who may perform one
of the acts that bring the move about. Only transfer and reopening are done on the case itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django_fsm import transition

from accounts.constraints import not_before, one_of
from accounts.models import Agency, Partnership, Record, User
from accounts.roles import BUSINESS_UNIT, LEAD_PARTNERS, PARTNERS, Role
from accounts.sharing import MadeOnce
from casework.conditions import Condition, require
from casework.machine import StateField, act, legal_moves
from casework.models.machine import Machine
from casework.permissions import holds as held_by
from casework.permissions import open_to
from lcspr import clock


class Stage(models.TextChoices):
    SUBMITTED = "submitted", "Referral received"
    SCREENING = "screening", "Considering the criteria"
    AWAITING_SIN = "awaiting_sin", "Waiting for the notification"
    RR_GATHERING = "rr_gathering", "Rapid review: gathering information"
    RR_ANALYSIS = "rr_analysis", "Rapid review: analysis"
    RR_DECISION = "rr_decision", "Rapid review: decision"
    AWAITING_PANEL = "awaiting_panel", "Waiting for the National Panel"
    PANEL_QUERY = "panel_query", "National Panel has asked for more"
    PANEL_CHALLENGE = "panel_challenge", "National Panel disagrees"
    NATIONAL_REVIEW = "national_review", "National review"
    COMMISSIONING = "commissioning", "Commissioning the review"
    IN_REVIEW = "in_review", "Review under way"
    DRAFTING = "drafting", "Drafting the report"
    SIGN_OFF = "sign_off", "Signing off the report"
    PRE_PUBLICATION = "pre_publication", "Preparing to publish"
    PUBLICATION_HELD = "publication_held", "Publication held"
    PUBLISHED = "published", "Published"
    IMPROVEMENTS_PUBLISHED = "improvements_published", "Improvements published"
    NOT_PUBLISHED = "not_published", "Not published"
    ALTERNATIVE_REVIEW = "alternative_review", "Another kind of review"
    MONITORING = "monitoring", "Following up actions"
    CLOSED_COMPLETE = "closed_complete", "Closed: complete"
    CLOSED_NFA = "closed_nfa", "Closed: no further action"
    CLOSED_WITHDRAWN = "closed_withdrawn", "Closed: withdrawn"
    CLOSED_DUPLICATE = "closed_duplicate", "Closed: duplicate"
    CLOSED_TRANSFERRED = "closed_transferred", "Closed: transferred"


CLOSED = frozenset(stage for stage in Stage if stage.value.startswith("closed_"))
OPEN = frozenset(Stage) - CLOSED

BU = BUSINESS_UNIT
DECIDERS = PARTNERS | BU | {Role.SGC, Role.IC}


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User, roles: Iterable[Role] | None = None) -> CaseQuerySet:
        """Cases this person may open today, held in one of `roles` if given; nothing for anyone else."""
        return self.filter(open_to(user, roles, case=""))

    def open(self) -> CaseQuerySet:
        return self.filter(stage__in=OPEN)


def _needs(field: str) -> Any:
    return lambda case: bool(getattr(case, field))


pseudonym_given = require("Give the case a pseudonym.", _needs("pseudonym"))
subject_recorded = require(
    "Record at least one child as the subject.",
    lambda case: case.subjects.filter(part="child").exists(),
)
areas_set = Condition(
    "The area of the incident and the home area are recorded.",
    lambda case: [
        sentence
        for present, sentence in (
            (case.incident_la_id, "Say in which local authority’s area it happened."),
            (case.home_la_id, "Say in which local authority’s area the child normally lives."),
        )
        if not present
    ],
)
awareness_recorded = require(
    "Record when the local authority became aware: the five working days run from then.",
    _needs("la_aware_at"),
)


class Case(MadeOnce, Machine, Record):
    """A child's (or children's) serious incident, from referral to published learning.

    Born when a referral is submitted, when staff log an oral notice, when the local authority acted
    first, or when a case already under way is brought in; then it may be born at any stage.
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="cases")
    reference = models.CharField(max_length=30, unique=True)
    pseudonym = models.CharField(max_length=60, blank=True)
    stage = StateField(
        max_length=30, choices=Stage.choices, default=Stage.SUBMITTED, protected=True, editable=False
    )
    opened_at = models.DateTimeField(default=clock.now)
    moved_at = models.DateTimeField("last moved at", default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    incident_from = models.DateField("date of the incident", null=True, blank=True)
    incident_until = models.DateField(null=True, blank=True)
    incident_approximate = models.BooleanField(default=False)
    incident_la = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="area of incident",
    )
    home_la = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="home area"
    )
    outside_england = models.BooleanField(default=False)
    first_told_at = models.DateTimeField("business unit first told", null=True, blank=True)
    la_aware_at = models.DateTimeField("local authority became aware", null=True, blank=True)
    la_aware_confirmed = models.BooleanField("awareness confirmed at triage", default=False)
    partners_aware_at = models.DateTimeField("partners became aware", null=True, blank=True)
    legacy = models.BooleanField("imported from before this system", default=False)
    legal_hold = models.BooleanField(default=False)
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates"
    )
    earlier_cases = models.ManyToManyField("self", blank=True, symmetrical=True)

    objects = CaseQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["-opened_at"]
        constraints = [
            one_of("stage", Stage),
            not_before("incident_until", "incident_from"),
            models.UniqueConstraint(
                fields=["partnership", "pseudonym"],
                condition=~Q(pseudonym=""),
                name="casework_case_pseudonym_once",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=models.F("id")),
                name="casework_case_not_own_duplicate",
            ),
            # Closed cases, and only they, say when they were closed.
            models.CheckConstraint(
                condition=(Q(stage__startswith="closed_") & Q(closed_at__isnull=False))
                | (~Q(stage__startswith="closed_") & Q(closed_at__isnull=True)),
                name="casework_case_closed_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["partnership", "-opened_at", "id"], name="casework_case_list"),
            # For those who see more than one partnership's.
            models.Index(fields=["-opened_at", "id"], name="casework_case_newest"),
            # With when it moved: whatever stands still is found without a look at the rest.
            models.Index(fields=["partnership", "stage", "moved_at"], name="casework_case_by_stage"),
            models.Index(fields=["partnership", "incident_from"], name="casework_case_by_incident"),
            models.Index(fields=["partnership", "incident_until"], name="casework_case_by_incident_end"),
        ]

    def __str__(self) -> str:
        return self.pseudonym or self.reference

    @property
    def case(self) -> Case:
        """Itself, so that the door treats every record alike."""
        return self

    @property
    def state(self) -> str:
        return str(self.stage)

    @cached_property
    def is_closed(self) -> bool:
        return self.stage in CLOSED

    # From referral to notification

    @transition(
        stage,
        source=[Stage.SUBMITTED, Stage.SCREENING],
        target=Stage.CLOSED_DUPLICATE,
        permission=held_by(BU),
        custom=act("Mark as a duplicate", "T05"),
    )
    def mark_duplicate(self, *, of: Case) -> None:
        self.duplicate_of = of
        self._close()

    @transition(
        stage,
        source=[Stage.SUBMITTED, Stage.SCREENING],
        target=Stage.CLOSED_WITHDRAWN,
        permission=held_by(BU),
        custom=act("Close as withdrawn", "T06"),
    )
    def withdraw(self) -> None:
        self._close()

    @transition(
        stage,
        source=Stage.SUBMITTED,
        target=Stage.SCREENING,
        permission=held_by(BU),
        conditions=[pseudonym_given, subject_recorded, areas_set, awareness_recorded],
        custom=act("Accept the referral", "T07"),
    )
    def accept(self) -> None:
        self.la_aware_confirmed = True
        self._move()

    @transition(
        stage,
        source=[Stage.SUBMITTED, Stage.SCREENING],
        target=Stage.CLOSED_TRANSFERRED,
        permission=held_by(BU, Role.SGC),
        custom=act("Transfer to another area", "T08"),
    )
    def transfer(self) -> None:
        self._close()

    @transition(
        stage,
        source=Stage.SCREENING,
        target=Stage.AWAITING_SIN,
        permission=held_by(DECIDERS, LEAD_PARTNERS),
        custom=act("Decide that the criteria are met", "T09"),
    )
    def find_criteria_met(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.AWAITING_SIN,
        target=Stage.SCREENING,
        permission=held_by(DECIDERS),
        custom=act("Reconsider before sending", "T09b"),
    )
    def reconsider_criteria(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.SCREENING,
        target=Stage.AWAITING_SIN,
        permission=held_by(Role.DSP_LA, Role.LAN),
        custom=act("Notify although a partner disagrees", "T13"),
    )
    def notify_alone(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.AWAITING_SIN,
        target=Stage.RR_GATHERING,
        permission=held_by(BU, Role.LAN),
        custom=act("Record that the notification was sent", "T10"),
    )
    def record_notification(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.SCREENING,
        target=Stage.ALTERNATIVE_REVIEW,
        permission=held_by(DECIDERS, LEAD_PARTNERS),
        custom=act("Decide on another kind of review", "T11"),
    )
    def choose_alternative(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.SCREENING,
        target=Stage.CLOSED_NFA,
        permission=held_by(DECIDERS, LEAD_PARTNERS),
        custom=act("Decide that the criteria are not met", "T12"),
    )
    def find_criteria_not_met(self) -> None:
        self._close()

    # The rapid review

    @transition(
        stage,
        source=Stage.RR_GATHERING,
        target=Stage.RR_ANALYSIS,
        permission=held_by(BU),
        custom=act("Finish gathering information", "T14"),
    )
    def finish_gathering(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.RR_ANALYSIS,
        target=Stage.RR_DECISION,
        permission=held_by(Role.SGC, BU),
        custom=act("Put the rapid review to the partners", "T15"),
    )
    def put_to_partners(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.RR_DECISION,
        target=Stage.RR_ANALYSIS,
        permission=held_by(DECIDERS),
        custom=act("Ask for the rapid review to be reworked", "T16"),
    )
    def ask_for_rework(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.RR_DECISION,
        target=Stage.AWAITING_PANEL,
        permission=held_by(BU),
        custom=act("Record the rapid review as sent to the National Panel", "T17"),
    )
    def send_rapid_review(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.AWAITING_PANEL,
        target=Stage.COMMISSIONING,
        permission=held_by(BU),
        custom=act("Go on to commission the review", "T19"),
    )
    def begin_commissioning(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.AWAITING_PANEL,
        target=Stage.MONITORING,
        permission=held_by(BU),
        custom=act("Go on to follow up actions", "T20"),
    )
    def monitor_after_panel(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.AWAITING_PANEL,
        target=Stage.CLOSED_COMPLETE,
        permission=held_by(Role.SGC),
        custom=act("Close after the rapid review", "T20a"),
    )
    def close_after_panel(self) -> None:
        self._close()

    @transition(
        stage,
        source=Stage.AWAITING_PANEL,
        target=Stage.ALTERNATIVE_REVIEW,
        permission=held_by(BU),
        custom=act("Go on to another kind of review", "T21"),
    )
    def alternative_after_panel(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.AWAITING_PANEL,
        target=Stage.PANEL_QUERY,
        permission=held_by(BU),
        custom=act("Record the National Panel’s questions", "T22"),
    )
    def record_panel_query(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.PANEL_QUERY,
        target=Stage.AWAITING_PANEL,
        permission=held_by(BU),
        custom=act("Record the answer to the National Panel", "T23"),
    )
    def answer_panel(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.AWAITING_PANEL,
        target=Stage.PANEL_CHALLENGE,
        permission=held_by(BU),
        custom=act("Record that the National Panel disagrees", "T24"),
    )
    def record_panel_disagreement(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.PANEL_CHALLENGE,
        target=Stage.COMMISSIONING,
        permission=held_by(DECIDERS),
        custom=act("Reconsider: commission a review", "T25"),
    )
    def reconsider_for_review(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.PANEL_CHALLENGE,
        target=Stage.MONITORING,
        permission=held_by(DECIDERS),
        custom=act("Reconsider: no review", "T25"),
    )
    def reconsider_for_no_review(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.PANEL_CHALLENGE,
        target=Stage.ALTERNATIVE_REVIEW,
        permission=held_by(DECIDERS),
        custom=act("Reconsider: another kind of review", "T25"),
    )
    def reconsider_for_alternative(self) -> None:
        self._move()

    @transition(
        stage,
        source=[
            Stage.AWAITING_PANEL,
            Stage.PANEL_CHALLENGE,
            Stage.COMMISSIONING,
            Stage.IN_REVIEW,
            Stage.DRAFTING,
            Stage.SIGN_OFF,
        ],
        target=Stage.NATIONAL_REVIEW,
        permission=held_by(BU),
        custom=act("Record that a national review will be done", "T26"),
    )
    def record_national_review(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.NATIONAL_REVIEW,
        target=Stage.MONITORING,
        permission=held_by(DECIDERS),
        custom=act("National review is finished: follow up actions", "T27"),
    )
    def monitor_after_national(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.NATIONAL_REVIEW,
        target=Stage.COMMISSIONING,
        permission=held_by(DECIDERS),
        custom=act("Commission a local review beside the national one", "T27"),
    )
    def commission_beside_national(self) -> None:
        self._move()

    @transition(
        stage,
        source=[Stage.RR_GATHERING, Stage.RR_ANALYSIS, Stage.RR_DECISION, Stage.AWAITING_PANEL],
        target=Stage.SCREENING,
        permission=held_by(DECIDERS),
        custom=act("Withdraw the notification: criteria found not to be met", "T28"),
    )
    def withdraw_notification(self) -> None:
        self._move()

    # The review

    @transition(
        stage,
        source=Stage.COMMISSIONING,
        target=Stage.IN_REVIEW,
        permission=held_by(BU),
        custom=act("Start the review", "T29"),
    )
    def start_review(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.IN_REVIEW,
        target=Stage.DRAFTING,
        permission=held_by(Role.PC, BU),
        custom=act("Start drafting the report", "T31"),
    )
    def start_drafting(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.DRAFTING,
        target=Stage.IN_REVIEW,
        permission=held_by(Role.PC, BU),
        custom=act("Go back for more information", "T32"),
    )
    def return_to_review(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.DRAFTING,
        target=Stage.SIGN_OFF,
        permission=held_by(Role.AUT, Role.PC, BU),
        custom=act("Put the final report up for sign-off", "T33"),
    )
    def submit_report(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.SIGN_OFF,
        target=Stage.DRAFTING,
        permission=held_by(DECIDERS, Role.SG, Role.LEGAL),
        custom=act("Ask for changes to the report", "T34"),
    )
    def ask_for_changes(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.SIGN_OFF,
        target=Stage.PRE_PUBLICATION,
        permission=held_by(DECIDERS),
        custom=act("Sign off the report", "T35"),
    )
    def sign_off_report(self) -> None:
        self._move()

    @transition(
        stage,
        source=[Stage.COMMISSIONING, Stage.IN_REVIEW, Stage.DRAFTING],
        target=Stage.ALTERNATIVE_REVIEW,
        permission=held_by(DECIDERS),
        custom=act("Discontinue: another kind of review instead", "T49"),
    )
    def discontinue_for_alternative(self) -> None:
        self._move()

    @transition(
        stage,
        source=[Stage.COMMISSIONING, Stage.IN_REVIEW, Stage.DRAFTING],
        target=Stage.MONITORING,
        permission=held_by(DECIDERS),
        custom=act("Discontinue the review", "T49"),
    )
    def discontinue(self) -> None:
        self._move()

    # Publication

    @transition(
        stage,
        source=Stage.PRE_PUBLICATION,
        target=Stage.PUBLICATION_HELD,
        permission=held_by(PARTNERS, BU),
        custom=act("Hold publication", "T36"),
    )
    def hold_publication(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.PUBLICATION_HELD,
        target=Stage.PRE_PUBLICATION,
        permission=held_by(PARTNERS, BU),
        custom=act("Release publication", "T37"),
    )
    def release_publication(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.PRE_PUBLICATION,
        target=Stage.PUBLISHED,
        permission=held_by(BU),
        custom=act("Publish the report", "T38"),
    )
    def publish(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.PRE_PUBLICATION,
        target=Stage.IMPROVEMENTS_PUBLISHED,
        permission=held_by(BU),
        custom=act("Publish the improvements only", "T39"),
    )
    def publish_improvements(self) -> None:
        self._move()

    @transition(
        stage,
        source=[Stage.PRE_PUBLICATION, Stage.SIGN_OFF],
        target=Stage.NOT_PUBLISHED,
        permission=held_by(DECIDERS),
        custom=act("Decide not to publish", "T40"),
    )
    def decide_not_to_publish(self) -> None:
        self._move()

    # Learning and after

    @transition(
        stage,
        source=[Stage.MONITORING, Stage.PUBLISHED, Stage.IMPROVEMENTS_PUBLISHED, Stage.NOT_PUBLISHED],
        target=Stage.CLOSED_COMPLETE,
        permission=held_by(Role.SGC, Role.IC, PARTNERS),
        custom=act("Close the case as complete", "T42"),
    )
    def close_complete(self) -> None:
        self._close()

    @transition(
        stage,
        source=Stage.ALTERNATIVE_REVIEW,
        target=Stage.MONITORING,
        permission=held_by(Role.SGC, BU),
        custom=act("Agree the findings of the other review", "T43"),
    )
    def agree_alternative(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.ALTERNATIVE_REVIEW,
        target=Stage.COMMISSIONING,
        permission=held_by(DECIDERS),
        custom=act("New information: commission a review", "T44"),
    )
    def commission_from_alternative(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.ALTERNATIVE_REVIEW,
        target=Stage.AWAITING_SIN,
        permission=held_by(DECIDERS),
        custom=act("New information: the criteria are met", "T45"),
    )
    def find_criteria_met_later(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.ALTERNATIVE_REVIEW,
        target=Stage.MONITORING,
        permission=held_by(Role.SGC, PARTNERS),
        custom=act("Discontinue the other review: follow up actions", "T49"),
    )
    def discontinue_alternative(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.ALTERNATIVE_REVIEW,
        target=Stage.CLOSED_NFA,
        # The partners decided on the other review: the sub-group chair alone does not end the case without one.
        permission=held_by(PARTNERS),
        custom=act("Discontinue the other review: no further action", "T49"),
    )
    def close_after_alternative(self) -> None:
        self._close()

    @transition(
        stage,
        source=[
            Stage.CLOSED_COMPLETE,
            Stage.CLOSED_NFA,
            Stage.CLOSED_WITHDRAWN,
            Stage.CLOSED_DUPLICATE,
            Stage.CLOSED_TRANSFERRED,
        ],
        target=Stage.SCREENING,
        permission=held_by(Role.SGC, PARTNERS),
        custom=act("Reopen to consider the criteria", "T46"),
    )
    def reopen_for_screening(self) -> None:
        self._reopen()

    @transition(
        stage,
        source=[Stage.CLOSED_COMPLETE, Stage.CLOSED_NFA],
        target=Stage.MONITORING,
        permission=held_by(Role.SGC, PARTNERS),
        custom=act("Reopen to follow up actions", "T46"),
    )
    def reopen_for_monitoring(self) -> None:
        self._reopen()

    # Taking back what was recorded in error (architecture §3): confirmed by a second person

    @transition(
        stage,
        source=Stage.SCREENING,
        target=Stage.SUBMITTED,
        permission=held_by(BU),
        custom=act("Take back the acceptance", "T07 in error"),
    )
    def take_back_acceptance(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.RR_GATHERING,
        target=Stage.AWAITING_SIN,
        permission=held_by(BU),
        custom=act("Take back the record of the notification", "T10 in error"),
    )
    def take_back_notification(self) -> None:
        self._move()

    @transition(
        stage,
        source=Stage.AWAITING_PANEL,
        target=Stage.RR_DECISION,
        permission=held_by(BU),
        custom=act("Take back the record of sending", "T17 in error"),
    )
    def take_back_sending(self) -> None:
        self._move()

    @transition(
        stage,
        source=[Stage.PUBLISHED, Stage.IMPROVEMENTS_PUBLISHED],
        target=Stage.PRE_PUBLICATION,
        permission=held_by(BU),
        custom=act("Take back the publication", "T38 in error"),
    )
    def take_back_publication(self) -> None:
        self._move()

    def _move(self) -> None:
        self.moved_at = clock.now()

    def _close(self) -> None:
        self.moved_at = self.closed_at = clock.now()

    def _reopen(self) -> None:
        self._move()
        self.closed_at = None
        self.duplicate_of = None


legal_moves(Case)
# A reference stands in letters and on other people's desks: once given it is never another (domain §10 rule 8).
pgtrigger.register(pgtrigger.ReadOnly(name="reference_fixed", fields=["reference"]))(Case)
