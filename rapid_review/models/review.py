"""The rapid review: a prompt look by every agency, ending in the partners' decision (domain F-05)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.access_table import Thing
from accounts.constraints import one_of
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from casework.conditions import Condition, require
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, Document
from casework.models.machine import Machine
from casework.permissions import holds
from correspondence.models import Notice, NoticeSubject
from decisions.models import Decision, DecisionState
from decisions.standing import blocking_views
from rapid_review.models.requests import AgencyRequest

DECIDERS = PARTNERS | BUSINESS_UNIT | {Role.SGC, Role.IC}


class RapidReviewState(models.TextChoices):
    GATHERING = "gathering", "Gathering information"
    ANALYSIS = "analysis", "Analysis and report"
    DECISION = "decision", "With the partners"
    SENT = "sent", "Sent to the National Panel"
    QUERIED = "queried", "National Panel has asked for more"
    CHALLENGED = "challenged", "National Panel disagrees"
    CONCLUDED = "concluded", "Concluded"
    CANCELLED = "cancelled", "Cancelled"


class Purpose(models.TextChoices):
    """The five purposes a rapid review must serve; each is a section of its report (domain F-05)."""

    FACTS = "facts", "The facts, as far as they can be readily established"
    SAFETY = "safety", "Immediate action for children’s safety, and learning shared"
    IMPROVEMENT = "improvement", "Potential for identifying improvements"
    CONTEXT = "context", "The context of the children’s lives, including racism and inequality"
    NEXT_STEPS = "next_steps", "Next steps, including whether to hold a review"


def _returns_outstanding(review: RapidReview) -> list[str]:
    if review.gaps_accepted:
        return []
    waiting = review.requests.outstanding().select_related("agency")
    if not review.requests.exists():
        return ["Ask at least one agency for its information."]
    return [
        f"{request.agency.short_name} has not returned its information: chase it, waive the request, or have the "
        "sub-group chair go on without it."
        for request in waiting
    ]


def _sections_missing(review: RapidReview) -> list[str]:
    return [
        f"The section “{purpose.label}” is empty."
        for purpose in Purpose
        if not getattr(review, purpose.value).strip()
    ]


def _not_represented(review: RapidReview) -> list[str]:
    present = {
        "the local authority": review.la_present,
        "the integrated care board": review.icb_present,
        "the police": review.police_present,
    }
    return [f"The meeting needs somebody from {name}." for name, there in present.items() if not there]


def _not_to_be_sent(review: RapidReview) -> list[str]:
    """The rapid review goes in time: a dispute before the lead safeguarding partners does not hold it back (T18)."""
    decision = review.decision
    if decision is not None and decision.state == DecisionState.ESCALATED:
        return blocking_views(decision)
    if decision is not None and decision.state == DecisionState.OPEN and decision.standing().escalates:
        return [
            "The partners do not agree. Escalate it to the lead safeguarding partners; "
            "the rapid review then goes in time, stating the split."
        ]
    return _undecided(review)


def _undecided(review: RapidReview) -> list[str]:
    decision = review.decision
    if decision is None or decision.state != DecisionState.DECIDED:
        return ["The partners have not yet decided what follows."]
    return blocking_views(decision)


def _built_on_sending(review: RapidReview) -> list[str]:
    if review.letters.exists():
        return ["The National Panel has already replied, so the record can no longer be taken back."]
    if Notice.objects.of(review.case, NoticeSubject.LCSPR_STARTING).exists():
        return ["Others have been told that a review starts, so the record can no longer be taken back."]
    return []


nothing_built_on_sending = Condition("Nothing has been built on the sending.", _built_on_sending)
all_returns_in = Condition(
    "Every agency asked has answered, or the sub-group chair has accepted the gaps.", _returns_outstanding
)
meeting_recorded = require("Record the date of the meeting.", lambda review: review.meeting_on is not None)
quorate = Condition("All three statutory partners were represented at the meeting.", _not_represented)
report_complete = Condition("Every section of the report is written.", _sections_missing)
ready_to_be_sent = Condition(
    "The decision is made, or with the lead safeguarding partners, and no view in it is contested.",
    _not_to_be_sent,
)
partners_decided = Condition("The decision is made and no view in it is contested.", _undecided)


class RapidReview(Machine, CaseRecord):
    """One rapid review of a case; a new round only after the notification was withdrawn and sent again."""

    thing = Thing.RR_REPORT
    final_states = {RapidReviewState.CONCLUDED, RapidReviewState.CANCELLED}

    state = StateField(
        max_length=12,
        choices=RapidReviewState.choices,
        default=RapidReviewState.GATHERING,
        protected=True,
        editable=False,
    )
    round = models.PositiveSmallIntegerField(default=1)
    gaps_accepted = models.BooleanField(default=False)
    gaps_reason = models.TextField(blank=True)
    meeting_on = models.DateField("date of the meeting", null=True, blank=True)
    attendance = models.TextField("who was there, by role", blank=True)
    la_present = models.BooleanField("the local authority was represented", default=False)
    icb_present = models.BooleanField("the integrated care board was represented", default=False)
    police_present = models.BooleanField("the police were represented", default=False)
    facts = models.TextField(blank=True)
    safety = models.TextField(blank=True)
    improvement = models.TextField(blank=True)
    context = models.TextField(blank=True)
    next_steps = models.TextField(blank=True)
    report_version = models.PositiveIntegerField(default=1)
    report_file = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_to = models.CharField(max_length=200, blank=True)
    cancelled_reason = models.TextField(blank=True)

    class Meta(CaseRecord.Meta):
        ordering = ["-round"]
        constraints = [
            one_of("state", RapidReviewState),
            models.UniqueConstraint(fields=["case", "round"], name="rapid_review_one_per_round"),
            models.UniqueConstraint(
                fields=["case"],
                condition=~Q(state__in=["concluded", "cancelled"]),
                name="rapid_review_one_live_per_case",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False)
                | ~Q(state__in=["sent", "queried", "challenged", "concluded"]),
                name="rapid_review_sent_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(gaps_accepted=True) | ~Q(gaps_reason=""), name="rapid_review_gaps_say_why"
            ),
        ]

    def __str__(self) -> str:
        return f"Rapid review of {self.case}"

    @property
    def requests(self) -> Any:
        """The requests made for this round."""
        return AgencyRequest.objects.filter(case=self.case_id, round=self.round)

    @property
    def outcome(self) -> str:
        """What was decided, empty until it was."""
        decided = self.decision is not None and self.decision.state == DecisionState.DECIDED
        return str(self.decision.outcome) if decided and self.decision else ""

    @transition(
        state,
        source=RapidReviewState.GATHERING,
        target=RapidReviewState.ANALYSIS,
        permission=holds(BUSINESS_UNIT),
        conditions=[all_returns_in],
        custom=act(
            "Finish gathering information",
            "2.4a RapidReview, T14",
            help_text="Agencies that have not answered are no longer asked, and are named in the report as gaps.",
        ),
    )
    def finish_gathering(self) -> None:
        """Nothing of the row changes but its state."""

    @transition(
        state,
        source=RapidReviewState.ANALYSIS,
        target=RapidReviewState.DECISION,
        permission=holds(Role.SGC, BUSINESS_UNIT),
        conditions=[meeting_recorded, quorate, report_complete],
        custom=act(
            "Put the rapid review to the partners",
            "2.4a RapidReview, T15",
            help_text="The three partners are asked by e-mail for their views. The report cannot be changed until they have decided or asked for more work.",
        ),
    )
    def put_to_partners(self, *, decision: Decision) -> None:
        self.decision = decision

    @transition(
        state,
        source=RapidReviewState.DECISION,
        target=RapidReviewState.ANALYSIS,
        permission=holds(DECIDERS),
        custom=act("Ask for it to be reworked", "2.4a RapidReview, T16"),
    )
    def ask_for_rework(self, *, reason: str) -> None:
        """The decision stays and is put again in its next round."""

    @transition(
        state,
        source=RapidReviewState.DECISION,
        target=RapidReviewState.SENT,
        permission=holds(BUSINESS_UNIT),
        conditions=[ready_to_be_sent],
        custom=act("Record as sent to the National Panel", "2.4a RapidReview, T17"),
    )
    def send(self, *, sent_at: Any, sent_to: str) -> None:
        self.sent_at, self.sent_to = sent_at, sent_to

    @transition(
        state,
        source=RapidReviewState.SENT,
        target=RapidReviewState.QUERIED,
        permission=holds(BUSINESS_UNIT),
        custom=act("Record the National Panel’s questions", "2.4a RapidReview, T22"),
    )
    def record_query(self) -> None:
        """The letter holds the questions."""

    @transition(
        state,
        source=RapidReviewState.QUERIED,
        target=RapidReviewState.SENT,
        permission=holds(BUSINESS_UNIT),
        custom=act("Record the answer to the National Panel", "2.4a RapidReview, T23"),
    )
    def answer_query(self) -> None:
        """The notice holds the answer."""

    @transition(
        state,
        source=RapidReviewState.SENT,
        target=RapidReviewState.CHALLENGED,
        permission=holds(BUSINESS_UNIT),
        custom=act("Record that the National Panel disagrees", "2.4a RapidReview, T24"),
    )
    def record_disagreement(self, *, decision: Decision) -> None:
        self.decision = decision

    @transition(
        state,
        source=[RapidReviewState.SENT, RapidReviewState.CHALLENGED],
        target=RapidReviewState.CONCLUDED,
        permission=holds(BUSINESS_UNIT, Role.SGC),
        custom=act(
            "Conclude the rapid review",
            "2.4a RapidReview, T19 to T21",
            help_text="The rapid review ends with what the partners decided, and the case goes on from there.",
        ),
    )
    def conclude(self) -> None:
        """Nothing of the row changes but its state."""

    @transition(
        state,
        source=RapidReviewState.CHALLENGED,
        target=RapidReviewState.CONCLUDED,
        permission=holds(DECIDERS),
        conditions=[partners_decided],
        custom=act("Conclude after looking at it again", "2.4a RapidReview, T25"),
    )
    def conclude_reconsidered(self) -> None:
        """Nothing of the row changes but its state."""

    @transition(
        state,
        source=[
            RapidReviewState.GATHERING,
            RapidReviewState.ANALYSIS,
            RapidReviewState.DECISION,
            RapidReviewState.SENT,
            RapidReviewState.QUERIED,
            RapidReviewState.CHALLENGED,
        ],
        target=RapidReviewState.CANCELLED,
        permission=holds(DECIDERS),
        custom=act("Withdraw the notification and cancel the rapid review", "2.4a RapidReview, T28"),
    )
    def cancel(self, *, reason: str) -> None:
        self.cancelled_reason = reason

    @transition(
        state,
        source=RapidReviewState.SENT,
        target=RapidReviewState.DECISION,
        permission=holds(BUSINESS_UNIT),
        conditions=[nothing_built_on_sending],
        custom=act("Take back the record of sending", "T17 in error"),
    )
    def take_back_sending(self) -> None:
        self.sent_at, self.sent_to = None, ""


legal_moves(RapidReview)
