"""A statutory partner's view on a question: whose hand it is in, and whether it holds."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.access_table import Thing
from accounts.constraints import one_of
from accounts.models import Agency, Membership, User
from accounts.roles import BUSINESS_UNIT, Role
from accounts.settings_choices import StatutoryPartner
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, Document
from casework.models.machine import Machine
from casework.permissions import holds
from decisions.kinds import OUTCOMES, PARTS, DecisionKind, Finding
from decisions.models.decision import Decision, SaidQuerySet
from decisions.partners import SpeaksFor
from lcspr import clock

REF: Final = "8.3 PartnerView"
EVERY_OUTCOME: Final = sorted({value for outcomes in OUTCOMES.values() for value in outcomes.values})


class ViewState(models.TextChoices):
    SIGNED = "signed", "Given by the partner"
    RECORDED = "recorded", "Recorded on behalf, not yet confirmed"
    CONFIRMED = "confirmed", "Recorded on behalf, confirmed by the partner"
    CONTESTED = "contested", "Recorded on behalf, contested by the partner"
    SUPERSEDED = "superseded", "Replaced"


LIVE: Final = (ViewState.SIGNED, ViewState.RECORDED, ViewState.CONFIRMED, ViewState.CONTESTED)
LIVE_VIEW: Final = Q(state__in=LIVE)
# The partner has still to confirm it, or to give another.
UNSETTLED: Final = (ViewState.RECORDED, ViewState.CONTESTED)


class PartnerView(Machine, CaseRecord):
    """What one partner holds on one question, with reasons.

    Signed by the delegated partner or a deputy (`for_membership` then names the principal), or recorded on
    their behalf from a meeting or a message, with that as `evidence`; such a view counts at once. `owned_by` is the
    person whose own view it is: who signed or confirmed it. Nobody owns more than one in a decision.
    """

    final_states = {ViewState.SUPERSEDED}
    born_in = (ViewState.SIGNED, ViewState.RECORDED)
    thing = Thing.RR_REPORT

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="views")
    round = models.PositiveSmallIntegerField()
    partner = models.CharField(max_length=10, choices=StatutoryPartner.choices)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = StateField(
        max_length=12, choices=ViewState.choices, default=ViewState.SIGNED, protected=True, editable=False
    )
    outcome = models.CharField(max_length=30)
    reasons = models.TextField()
    # What they find on each part of the question, by its key: yes, no or unsure (domain §1.2).
    findings = models.JSONField("found on each part of the question", default=dict, blank=True)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    for_membership = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="given for",
    )
    owned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    on_behalf = models.BooleanField(default=False)
    evidence = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    given_on = models.DateField()
    given_at = models.DateTimeField(default=clock.now)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    contested_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    contested_at = models.DateTimeField(null=True, blank=True)
    contested_because = models.TextField(blank=True)

    objects = SaidQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["given_at"]
        constraints = [
            one_of("partner", StatutoryPartner),
            one_of("state", ViewState),
            models.CheckConstraint(
                condition=Q(outcome__in=EVERY_OUTCOME), name="decisions_partnerview_outcome_known"
            ),
            models.UniqueConstraint(
                fields=["decision", "partner"],
                condition=LIVE_VIEW,
                name="decisions_partnerview_one_a_partner",
            ),
            models.UniqueConstraint(
                fields=["decision", "agency"], condition=LIVE_VIEW, name="decisions_partnerview_one_an_agency"
            ),
            # Nobody signs for three: one person's own view speaks for one partner.
            models.UniqueConstraint(
                fields=["decision", "owned_by"],
                condition=LIVE_VIEW,
                name="decisions_partnerview_one_own_view",
            ),
            models.CheckConstraint(
                condition=Q(on_behalf=True, evidence__isnull=False)
                | Q(on_behalf=False, evidence__isnull=True),
                name="decisions_partnerview_on_behalf_has_evidence",
            ),
            models.CheckConstraint(
                condition=Q(on_behalf=True) | Q(owned_by=models.F("given_by")),
                name="decisions_partnerview_own_view_is_the_givers",
            ),
            models.CheckConstraint(
                condition=(Q(state="signed") & Q(on_behalf=False))
                | (Q(state__in=["recorded", "contested"]) & Q(on_behalf=True, owned_by__isnull=True))
                | (
                    Q(state="confirmed")
                    & Q(on_behalf=True, owned_by__isnull=False, confirmed_at__isnull=False)
                )
                | Q(state="superseded"),
                name="decisions_partnerview_state_says_whose",
            ),
        ]
        indexes = [
            models.Index(fields=["case"], condition=Q(state__in=UNSETTLED), name="decisions_view_unsettled")
        ]

    def __str__(self) -> str:
        return f"View of the {self.get_partner_display().lower()}"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def found(self) -> list[tuple[str, str]]:
        """What they found on each part of the question, in words."""
        parts = PARTS.get(DecisionKind(self.decision.kind), {})
        return [
            (label, str(Finding(self.findings[key]).label))
            for key, (label, _) in parts.items()
            if key in self.findings
        ]

    def get_outcome_display(self) -> str:
        return self.decision.label_of(self.outcome)

    @transition(
        state,
        source=[ViewState.RECORDED, ViewState.CONTESTED],
        target=ViewState.CONFIRMED,
        permission=SpeaksFor(),
        custom=act(
            "Confirm the view recorded for you",
            REF,
            help_text="It then counts as if you had given it yourself.",
        ),
    )
    def confirm(self, *, by_whom: User, at: dt.datetime) -> None:
        self.confirmed_by = self.owned_by = by_whom
        self.confirmed_at = at

    @transition(
        state,
        source=ViewState.RECORDED,
        target=ViewState.CONTESTED,
        permission=SpeaksFor(),
        custom=act("Contest the view recorded for you", REF),
    )
    def contest(self, *, by_whom: User, at: dt.datetime, reason: str) -> None:
        self.contested_by, self.contested_at, self.contested_because = by_whom, at, reason

    @transition(
        state,
        source=[ViewState.SIGNED, ViewState.RECORDED, ViewState.CONFIRMED, ViewState.CONTESTED],
        target=ViewState.SUPERSEDED,
        permission=holds(
            BUSINESS_UNIT,
            Role.SGC,
            Role.SG,
            Role.IC,
            Role.LEGAL,
            Role.DSP_LA,
            Role.DSP_ICB,
            Role.DSP_POLICE,
        ),
        custom=act("Replace the view", REF),
    )
    def replace(self) -> None:
        pass


legal_moves(PartnerView)
