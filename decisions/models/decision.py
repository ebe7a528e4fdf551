"""A question put to the three partners, and what became of it (domain §8.3)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Self

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.access_table import Right, Thing
from accounts.constraints import one_of
from accounts.models import Membership, User
from accounts.roles import BUSINESS_UNIT, LEAD_PARTNERS, PARTNERS, SUB_GROUP, Role
from accounts.settings_choices import DecisionModel, ReviewType, StatutoryPartner
from casework.conditions import Condition, require
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, CaseRecordQuerySet, Document
from casework.models.machine import Machine
from casework.permissions import holds, roles_with
from decisions import rules
from decisions.kinds import OUTCOMES, CriteriaOutcome, DecisionKind, needs_recommendation
from lcspr import clock

if TYPE_CHECKING:
    from decisions.models.view import PartnerView

REF: Final = "8.3 Decision"

# A decision is in the rapid review report; the local authority's notifier takes part in that on the criteria.
READERS: Final = roles_with(Right.READ, Thing.RR_REPORT) | {Role.LAN}

# Whoever may do the act that brings a question to its end.
ENDS_IT: Final = PARTNERS | LEAD_PARTNERS | BUSINESS_UNIT | {Role.SGC, Role.IC}


_USUAL_ORDER: Final = list(StatutoryPartner.values)


class DecisionState(models.TextChoices):
    OPEN = "open", "Waiting for the partners"
    ESCALATED = "escalated", "With the lead safeguarding partners"
    DECIDED = "decided", "Decided"
    ABANDONED = "abandoned", "No longer asked"


PENDING: Final = (DecisionState.OPEN, DecisionState.ESCALATED)


def _answers_its_question(field: str) -> models.CheckConstraint:
    fitting = Q(**{field: ""})
    for kind, outcomes in OUTCOMES.items():
        fitting |= Q(**{"kind": kind, f"{field}__in": list(outcomes.values)})
    return models.CheckConstraint(condition=fitting, name=f"decisions_decision_{field}_answers_it")


def _still_missing(decision: Decision) -> list[str]:
    return decision.needs()


def _disagreement(decision: Decision) -> list[str]:
    standing = decision.standing()
    if standing.escalates or standing.chair_departs:
        return []
    if decision.model == DecisionModel.IC_DECIDES:
        return ["The independent chair decides when the partners do not agree; there is nothing to escalate."]
    if rules.differ(decision.view_outcomes()):
        return []
    return ["The partners have not disagreed, so there is nothing to escalate."]


model_yields_outcome = Condition("The decision model yields an outcome.", _still_missing)
partners_disagree = Condition(
    "Partners disagree, or the independent chair departs from all three.", _disagreement
)
authority_may_stand_alone = require(
    "The local authority notifies alone only when its own view is that the criteria are met and the partners are not agreed.",
    lambda decision: (
        decision.kind == DecisionKind.CRITERIA
        and rules.may_notify_alone(decision.view_outcomes(), met=CriteriaOutcome.MET)
    ),
)
ground_has_gone = require(
    "The views on which this was decided have not changed.",
    lambda decision: not decision.decided_alone and decision.standing().outcome != decision.outcome,
)


class DecisionQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> Self:
        return self.of_case_visible_to(user, READERS)

    def pending(self) -> Self:
        return self.filter(state__in=PENDING)


class Decision(Machine, CaseRecord):
    """One question to the three partners: how it is decided, what was recommended, and the outcome.

    `model` is the one in force when the question was opened and governs it to the end. `about` names the
    record the question is about ("app.Model:key"). `round` counts how often it has been put to the partners.
    """

    final_states = {DecisionState.ABANDONED}
    thing = Thing.RR_REPORT

    kind = models.CharField(max_length=20, choices=DecisionKind.choices)
    model = models.CharField(max_length=40, choices=DecisionModel.choices)
    round = models.PositiveSmallIntegerField(default=1)
    question = models.CharField(max_length=300)
    about = models.CharField(max_length=120)
    opened_on = models.DateField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    recommended = models.CharField("recommended outcome", max_length=30, blank=True)
    recommended_type = models.CharField(
        "recommended kind of review", max_length=40, choices=ReviewType.choices, blank=True
    )
    recommended_method = models.CharField("recommended method", max_length=300, blank=True)
    recommended_because = models.TextField("reasons for the recommendation", blank=True)
    recommended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recommended_on = models.DateField(null=True, blank=True)
    state = StateField(
        max_length=12,
        choices=DecisionState.choices,
        default=DecisionState.OPEN,
        protected=True,
        editable=False,
    )
    outcome = models.CharField(max_length=30, blank=True)
    review_type = models.CharField("kind of review", max_length=40, choices=ReviewType.choices, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    split = models.BooleanField("the partners were not agreed", default=False)
    decided_alone = models.BooleanField("the local authority decided alone (T13)", default=False)
    chair_disagrees = models.BooleanField("stands without the independent chair’s agreement", default=False)
    chair_departs = models.BooleanField("the independent chair departed from the three views", default=False)
    abandoned_because = models.TextField(blank=True)

    objects = DecisionQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["-opened_on", "-created_at"]
        constraints = [
            one_of("kind", DecisionKind),
            one_of("model", DecisionModel),
            one_of("state", DecisionState),
            one_of("review_type", ReviewType, blank=True),
            one_of("recommended_type", ReviewType, blank=True),
            _answers_its_question("outcome"),
            _answers_its_question("recommended"),
            models.UniqueConstraint(
                fields=["about", "kind"],
                condition=Q(state__in=PENDING),
                name="decisions_decision_one_pending",
            ),
            models.CheckConstraint(
                condition=(Q(state="decided", decided_on__isnull=False) & ~Q(outcome=""))
                | (~Q(state="decided") & Q(outcome="", decided_on__isnull=True)),
                name="decisions_decision_decided_says_what_and_when",
            ),
            models.CheckConstraint(
                condition=Q(recommended="", recommended_by__isnull=True, recommended_on__isnull=True)
                | (~Q(recommended="") & Q(recommended_by__isnull=False, recommended_on__isnull=False)),
                name="decisions_decision_recommendation_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="abandoned") | ~Q(abandoned_because=""),
                name="decisions_decision_abandoned_says_why",
            ),
        ]
        indexes = [models.Index(fields=["about", "kind"], name="decisions_decision_by_about")]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def outcomes(self) -> type[models.TextChoices]:
        """What may be answered."""
        return OUTCOMES[DecisionKind(self.kind)]

    def label_of(self, outcome: str) -> str:
        """An outcome in words."""
        return str(self.outcomes(outcome).label) if outcome else ""

    def get_outcome_display(self) -> str:
        return self.label_of(self.outcome)

    def get_recommended_display(self) -> str:
        return self.label_of(self.recommended)

    def live_views(self) -> list[PartnerView]:
        """The views that count, in the partners' usual order."""
        live = [view for view in self.views.all() if view.is_live]
        return sorted(live, key=lambda view: _USUAL_ORDER.index(view.partner))

    def view_outcomes(self) -> rules.Views:
        """What each partner holds, None where not given."""
        given = {view.partner: view.outcome for view in self.live_views()}
        return {partner: given.get(partner) for partner in rules.Partner}

    def chair_view(self) -> ChairView | None:
        """What the independent chair said in this round, if they have."""
        return next(
            (said for said in self.chair_views.all() if said.round == self.round and not said.superseded),
            None,
        )

    def standing(self) -> rules.Standing:
        """Where the question stands by its model and what has been said."""
        chair = self.chair_view()
        lead = self.lead()
        return rules.stand(
            rules.Model(self.model),
            self.view_outcomes(),
            chair=rules.ChairSays(chair.agrees, chair.outcome or None) if chair else None,
            returned_before=any(
                said.round < self.round and said.agrees is False for said in self.chair_views.all()
            ),
            lead=lead.outcome if lead else None,
            confirmed=frozenset(rules.Partner(row.partner) for row in chair.confirmations.all())
            if chair
            else frozenset(),
            alone=self.decided_alone,
        )

    def needs(self) -> list[str]:
        """Every sentence that says what is missing before it is decided; none when it can be."""
        standing = self.standing()
        missing = list(standing.needs)
        if (
            standing.outcome is not None
            and not self.recommended
            and self.lead() is None
            and needs_recommendation(DecisionKind(self.kind), standing.outcome)
        ):
            missing.append("The sub-group chair has not recorded the group’s recommendation.")
        return missing

    def lead(self) -> LeadPartnersDecision | None:
        """The lead safeguarding partners' decision, if they had to settle it."""
        return getattr(self, "lead_decision", None)

    @transition(
        state,
        source=DecisionState.OPEN,
        target=DecisionState.OPEN,
        permission=holds(Role.SGC),
        custom=act("Record the sub-group’s recommendation", REF),
    )
    def recommend(
        self, *, outcome: str, reasons: str, review_type: str, how: str, by_whom: User, on: dt.date
    ) -> None:
        self.recommended, self.recommended_because = outcome, reasons
        self.recommended_type, self.recommended_method = review_type, how
        self.recommended_by, self.recommended_on = by_whom, on

    @transition(
        state,
        source=[DecisionState.OPEN, DecisionState.ESCALATED],
        target=DecisionState.DECIDED,
        permission=holds(ENDS_IT),
        conditions=[model_yields_outcome],
        custom=act("Conclude the decision", REF),
    )
    def conclude(self, *, on: dt.date, review_type: str) -> None:
        standing = self.standing()
        assert standing.outcome is not None
        self.outcome, self.decided_on, self.review_type = standing.outcome, on, review_type
        self.split, self.chair_departs = standing.split, standing.chair_departs
        self.chair_disagrees = standing.chair_disagrees

    @transition(
        state,
        source=[DecisionState.OPEN, DecisionState.ESCALATED],
        target=DecisionState.DECIDED,
        permission=holds(Role.DSP_LA, Role.LAN),
        conditions=[authority_may_stand_alone],
        custom=act("Notify although a partner disagrees", "T13"),
    )
    def decide_alone(self, *, reasons: str, on: dt.date) -> None:
        self.decided_alone = True
        self.outcome, self.decided_on = CriteriaOutcome.MET, on
        self.split = self.standing().split

    @transition(
        state,
        source=DecisionState.OPEN,
        target=DecisionState.ESCALATED,
        permission=holds(PARTNERS, BUSINESS_UNIT, Role.SGC, Role.IC),
        conditions=[partners_disagree],
        custom=act("Escalate to the lead safeguarding partners", "T18"),
    )
    def escalate(self) -> None:
        pass

    @transition(
        state,
        source=DecisionState.ESCALATED,
        target=DecisionState.OPEN,
        permission=holds(PARTNERS, BUSINESS_UNIT, Role.SGC, Role.IC),
        custom=act("Bring it back from the lead safeguarding partners", "T18"),
    )
    def bring_back(self, *, how: str, reason: str) -> None:
        """The dispute record keeps how it ended; the partners' views stand and can be changed again."""

    @transition(
        state,
        source=DecisionState.OPEN,
        target=DecisionState.OPEN,
        permission=holds(PARTNERS, BUSINESS_UNIT, SUB_GROUP, Role.IC, Role.LEGAL),
        custom=act("Send it back to be reworked", "T16"),
    )
    def send_back(self, *, reason: str) -> None:
        self.round += 1

    @transition(
        state,
        source=[DecisionState.OPEN, DecisionState.ESCALATED],
        target=DecisionState.ABANDONED,
        permission=holds(PARTNERS, BUSINESS_UNIT, Role.SGC),
        custom=act("Stop asking", REF),
    )
    def abandon(self, *, reason: str) -> None:
        self.abandoned_because = reason

    @transition(
        state,
        source=DecisionState.DECIDED,
        target=DecisionState.OPEN,
        permission=holds(PARTNERS),
        conditions=[ground_has_gone],
        custom=act("Open it again, because a contested view was put right", REF),
    )
    def open_again(self) -> None:
        self.outcome, self.decided_on, self.review_type = "", None, ""
        self.split = self.chair_departs = self.chair_disagrees = False


legal_moves(Decision)


class SaidQuerySet(CaseRecordQuerySet):
    """What was said in a decision: read by those who read the decision."""

    def visible_to(self, user: User) -> Self:
        return self.of_case_visible_to(user, READERS)


class ChairView(CaseRecord):
    """What the independent chair said: a comment, an agreement or not, or a decision, by the model in force."""

    thing = Thing.RR_REPORT

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="chair_views")
    round = models.PositiveSmallIntegerField()
    agrees = models.BooleanField(null=True, blank=True)
    outcome = models.CharField(max_length=30, blank=True)
    review_type = models.CharField("kind of review", max_length=40, choices=ReviewType.choices, blank=True)
    reasons = models.TextField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    for_membership = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="given for",
    )
    given_on = models.DateField()
    given_at = models.DateTimeField(default=clock.now)
    superseded = models.BooleanField(default=False)

    objects = SaidQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["given_at"]
        constraints = [
            one_of("review_type", ReviewType, blank=True),
            models.UniqueConstraint(
                fields=["decision", "round"],
                condition=Q(superseded=False),
                name="decisions_chairview_one_a_round",
            ),
            models.CheckConstraint(
                condition=Q(agrees__isnull=True) | Q(outcome=""), name="decisions_chairview_agrees_or_decides"
            ),
        ]

    def __str__(self) -> str:
        if self.agrees is None:
            return self.decision.label_of(self.outcome) or "Comment"
        return "Agrees" if self.agrees else "Does not agree"


class ChairDecisionConfirmed(CaseRecord):
    """A partner confirmed the independent chair's decision that departs from the three partners' views."""

    thing = Thing.RR_REPORT

    chair_view = models.ForeignKey(ChairView, on_delete=models.PROTECT, related_name="confirmations")
    partner = models.CharField(max_length=10, choices=StatutoryPartner.choices)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    for_membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    given_on = models.DateField()

    objects = SaidQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        verbose_name_plural = "confirmations of the independent chair’s decision"
        constraints = [
            one_of("partner", StatutoryPartner),
            models.UniqueConstraint(
                fields=["chair_view", "partner"], name="decisions_chairdecisionconfirmed_once"
            ),
            models.UniqueConstraint(
                fields=["chair_view", "given_by"], name="decisions_chairdecisionconfirmed_own"
            ),
        ]

    def __str__(self) -> str:
        return f"Confirmed for the {self.get_partner_display().lower()}"


class LeadPartnersDecision(CaseRecord):
    """The lead safeguarding partners' written decision, with the writing: it is the outcome (domain §8.3)."""

    thing = Thing.RR_REPORT

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="lead_decision")
    outcome = models.CharField(max_length=30)
    review_type = models.CharField("kind of review", max_length=40, choices=ReviewType.choices, blank=True)
    reasons = models.TextField()
    evidence = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField()

    objects = SaidQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        constraints = [
            one_of("review_type", ReviewType, blank=True),
            models.CheckConstraint(condition=~Q(outcome=""), name="decisions_leadpartnersdecision_says_what"),
        ]

    def __str__(self) -> str:
        return self.decision.label_of(self.outcome)
