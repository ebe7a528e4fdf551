"""What each agency is asked for the rapid review, and what it returns (domain F-03)."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django_fsm import transition

from accounts.access_table import Thing
from accounts.constraints import one_of
from accounts.models import Agency, Partnership, User
from accounts.roles import BUSINESS_UNIT, Role
from casework.conditions import Condition, require
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, CaseRecordQuerySet
from casework.models.machine import Machine
from casework.permissions import HoldsForAgency, holds


class RequestState(models.TextChoices):
    ISSUED = "issued", "Asked"
    ACKNOWLEDGED = "acknowledged", "Seen"
    IN_PROGRESS = "in_progress", "Started"
    SUBMITTED = "submitted", "Returned"
    QUERIED = "queried", "Returned, with a question open"
    ACCEPTED = "accepted", "Accepted"
    NO_INVOLVEMENT = "no_involvement", "Holds nothing"
    DECLINED = "declined", "Declined"
    WAIVED = "waived", "No longer needed"


class Recommended(models.TextChoices):
    """What the agency itself thinks should follow."""

    LCSPR = "lcspr", "A local child safeguarding practice review"
    ALTERNATIVE = "alternative", "Another kind of review"
    NATIONAL = "national", "A national review"
    NONE = "none", "Nothing further"
    UNSURE = "unsure", "Not sure"


OUTSTANDING = frozenset(
    {RequestState.ISSUED, RequestState.ACKNOWLEDGED, RequestState.IN_PROGRESS, RequestState.QUERIED}
)

# An agency's representative answers; whoever writes for it may, and the business unit for one sent on paper.
ANSWERS = HoldsForAgency(frozenset({Role.REP, Role.AA}), elsewhere=BUSINESS_UNIT)

# The columns an agency fills, in the order it is asked (domain F-03).
RETURN_FIELDS = (
    "author_name",
    "author_independent",
    "records_searched",
    "involvement",
    "key_events",
    "childs_voice",
    "analysis",
    "good_practice",
    "learning",
    "immediate_action",
    "recommended",
    "recommended_reasons",
    "signed_by_name",
    "signed_by_role",
)


class AgencyRequestQuerySet(CaseRecordQuerySet):
    def outstanding(self) -> AgencyRequestQuerySet:
        """Requests the agency still has to answer."""
        return self.filter(state__in=OUTSTANDING)


def _nothing_written(request: AgencyRequest) -> list[str]:
    missing = [] if request.involvement.strip() else ["Say what your agency’s involvement was."]
    if not request.analysis.strip():
        missing.append("Say what your agency makes of it: what happened, why, and what got in the way.")
    if not request.immediate_action.strip():
        missing.append("Say what must be done now to make children safe, or that nothing must.")
    return missing


answered = Condition("Involvement, analysis and immediate action are written.", _nothing_written)
signed = require(
    "Somebody senior in the agency must sign: give their name and role.",
    lambda request: bool(request.signed_by_name and request.signed_by_role),
)


class AgencyRequest(Machine, CaseRecord):
    """One agency's part in a rapid review: the request, and the return that answers it."""

    thing = Thing.OWN_RETURN
    others = Thing.OTHER_RETURNS
    owned_by_agency = "agency"
    final_states = {RequestState.ACCEPTED, RequestState.DECLINED, RequestState.WAIVED}

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    through = models.ForeignKey(
        Partnership,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="other area that asked it",
    )
    round = models.PositiveSmallIntegerField(default=1)
    state = StateField(
        max_length=15,
        choices=RequestState.choices,
        default=RequestState.ISSUED,
        protected=True,
        editable=False,
    )
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_for = models.TextField("what is asked", blank=True)
    last_chased_at = models.DateTimeField(null=True, blank=True)
    chased = models.PositiveSmallIntegerField("times chased", default=0)
    author_name = models.CharField(max_length=150, blank=True)
    author_independent = models.BooleanField("the author did not work with the family", default=False)
    records_searched = models.TextField(blank=True)
    involvement = models.TextField(blank=True)
    key_events = models.TextField(blank=True)
    childs_voice = models.TextField(blank=True)
    analysis = models.TextField(blank=True)
    good_practice = models.TextField(blank=True)
    learning = models.TextField(blank=True)
    immediate_action = models.TextField(blank=True)
    recommended = models.CharField(max_length=12, choices=Recommended.choices, blank=True)
    recommended_reasons = models.TextField(blank=True)
    signed_by_name = models.CharField(max_length=150, blank=True)
    signed_by_role = models.CharField(max_length=150, blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    question = models.TextField("what the business unit asks back", blank=True)
    reason = models.TextField("why it was declined or is no longer needed", blank=True)

    objects: ClassVar[Any] = AgencyRequestQuerySet.as_manager()

    class Meta(CaseRecord.Meta):
        ordering = ["agency__name"]
        constraints = [
            one_of("state", RequestState),
            one_of("recommended", Recommended, blank=True),
            models.UniqueConstraint(
                fields=["case", "agency", "round"], name="rapid_review_one_request_per_agency"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=False)
                | ~Q(state__in=["submitted", "queried", "accepted", "no_involvement"]),
                name="rapid_review_return_says_when",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | Q(submitted_at__gte=F("asked_at")),
                name="rapid_review_return_after_request",
            ),
        ]
        indexes = [models.Index(fields=["agency", "state"], name="rapid_review_request_by_agency")]

    def __str__(self) -> str:
        return f"Request to {self.agency.short_name}"

    @property
    def standing(self) -> str:
        """How it stands; that an accepted return says that the agency holds nothing is not lost with its acceptance."""
        says_nothing = self.state == RequestState.ACCEPTED and not self.involvement.strip()
        return f"{self.get_state_display()}{': holds nothing' if says_nothing else ''}"

    @transition(
        state,
        source=RequestState.ISSUED,
        target=RequestState.ACKNOWLEDGED,
        permission=ANSWERS,
        custom=act(
            "Acknowledge the request",
            "2.4 AgencyRequest",
            help_text="The business unit can then see that you have seen it. You answer it later, on the same page.",
        ),
    )
    def acknowledge(self) -> None:
        """Nothing of the row changes but its state."""

    @transition(
        state,
        source=[RequestState.ISSUED, RequestState.ACKNOWLEDGED],
        target=RequestState.IN_PROGRESS,
        permission=ANSWERS,
        custom=act("Start the return", "2.4 AgencyRequest"),
    )
    def start_return(self) -> None:
        """What is typed meanwhile is kept in a draft, which only the agency reads."""

    @transition(
        state,
        source=[
            RequestState.ISSUED,
            RequestState.ACKNOWLEDGED,
            RequestState.IN_PROGRESS,
            RequestState.QUERIED,
        ],
        target=RequestState.SUBMITTED,
        permission=ANSWERS,
        conditions=[answered, signed],
        custom=act("Return the information", "2.4 AgencyRequest"),
    )
    def submit_return(self, *, sender: User, at: dt.datetime) -> None:
        self.submitted_by, self.submitted_at, self.question = sender, at, ""

    @transition(
        state,
        source=[RequestState.ISSUED, RequestState.ACKNOWLEDGED, RequestState.IN_PROGRESS],
        target=RequestState.NO_INVOLVEMENT,
        permission=ANSWERS,
        conditions=[signed],
        custom=act("We hold nothing", "2.4 AgencyRequest"),
    )
    def return_nothing(self, *, sender: User, at: dt.datetime) -> None:
        self.submitted_by, self.submitted_at = sender, at

    @transition(
        state,
        source=[RequestState.ISSUED, RequestState.ACKNOWLEDGED, RequestState.IN_PROGRESS],
        target=RequestState.DECLINED,
        permission=ANSWERS,
        custom=act("Decline, with reasons", "2.4 AgencyRequest"),
    )
    def decline(self, *, reason: str) -> None:
        self.reason = reason

    @transition(
        state,
        source=[
            RequestState.ISSUED,
            RequestState.ACKNOWLEDGED,
            RequestState.IN_PROGRESS,
            RequestState.QUERIED,
        ],
        target=RequestState.WAIVED,
        permission=holds(BUSINESS_UNIT),
        custom=act("Say it is no longer needed", "2.4 AgencyRequest"),
    )
    def waive(self, *, reason: str) -> None:
        self.reason = reason

    @transition(
        state,
        source=[RequestState.SUBMITTED, RequestState.NO_INVOLVEMENT],
        target=RequestState.ACCEPTED,
        permission=holds(BUSINESS_UNIT),
        custom=act("Accept the return", "2.4 AgencyRequest", help_text="The agency can no longer change it."),
    )
    def accept_return(self) -> None:
        """Nothing of the row changes but its state."""

    @transition(
        state,
        source=[RequestState.SUBMITTED, RequestState.NO_INVOLVEMENT],
        target=RequestState.QUERIED,
        permission=holds(BUSINESS_UNIT),
        custom=act("Ask the agency a question", "2.4 AgencyRequest"),
    )
    def query_return(self, *, question: str) -> None:
        self.question = question


legal_moves(AgencyRequest)
