"""What must wait, for whose sake, and until when it is looked at again (domain §2.4, T36, T37, T48)."""

from __future__ import annotations

import datetime as dt
from typing import Final, Self

from django.db import models
from django.db.models import F, Q
from django_fsm import transition

from accounts.constraints import not_before, one_of
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, SUB_GROUP, Role
from casework.machine import StateField, act, legal_moves
from casework.models import CaseRecord, CaseRecordQuerySet, Document
from casework.models.machine import Machine
from casework.permissions import holds
from decisions.models.proceeding import ParallelProceeding

REF: Final = "T48"
READERS: Final = (
    BUSINESS_UNIT
    | PARTNERS
    | SUB_GROUP
    | {
        Role.IC,
        Role.PC,
        Role.PM,
        Role.AUT,
        Role.LEGAL,
        Role.FAMILY,
        Role.COMMS,
    }
)


class HoldKind(models.TextChoices):
    PUBLICATION = "publication", "Publication"
    FAMILY_CONTACT = "family_contact", "Contact with the family"
    PRACTITIONER_CONTACT = "practitioner_contact", "Contact with practitioners"
    DISCLOSURE = "disclosure", "Disclosure"
    FULL = "full", "Everything"


# The kinds that keep a report from the public.
STOPS_PUBLICATION: Final = (HoldKind.PUBLICATION, HoldKind.FULL)


class HoldSource(models.TextChoices):
    POLICE = "police", "Police"
    CPS = "cps", "Crown Prosecution Service"
    CORONER = "coroner", "Coroner"
    FAMILY_COURT = "family_court", "Family court"
    LEGAL = "legal", "Legal adviser"
    OTHER = "other", "Someone else"


class HoldState(models.TextChoices):
    ACTIVE = "active", "In force"
    REVIEWED = "reviewed", "In force, looked at again"
    RELEASED = "released", "Released"


IN_FORCE: Final = (HoldState.ACTIVE, HoldState.REVIEWED)


class HoldQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> Self:
        return self.of_case_visible_to(user, READERS)

    def in_force(self) -> Self:
        return self.filter(state__in=IN_FORCE)

    def on_publication(self) -> Self:
        return self.in_force().filter(kind__in=STOPS_PUBLICATION)


class Hold(Machine, CaseRecord):
    """One thing that must wait, asked for by the police, a court or a lawyer.

    It never pauses a statutory clock. It is looked at again on `review_on`, at most three months after it
    began or was last looked at (`looked_at_on`).
    """

    final_states = {HoldState.RELEASED}

    kind = models.CharField(max_length=24, choices=HoldKind.choices)
    state = StateField(
        max_length=10, choices=HoldState.choices, default=HoldState.ACTIVE, protected=True, editable=False
    )
    reason = models.TextField()
    source = models.CharField("who asked for it", max_length=20, choices=HoldSource.choices)
    asked_by = models.CharField("name and post of the person who asked", max_length=200, blank=True)
    proceeding = models.ForeignKey(
        ParallelProceeding, on_delete=models.PROTECT, null=True, blank=True, related_name="resting_holds"
    )
    starts_on = models.DateField("from")
    looked_at_on = models.DateField("last looked at")
    review_on = models.DateField("look at it again on")
    kept_because = models.TextField("why it was kept when last looked at", blank=True)
    reviews = models.PositiveSmallIntegerField("times looked at again", default=0)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    released_on = models.DateField(null=True, blank=True)
    released_because = models.TextField(blank=True)
    release_evidence = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = HoldQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["review_on"]
        constraints = [
            one_of("kind", HoldKind),
            one_of("state", HoldState),
            one_of("source", HoldSource),
            not_before("review_on", "looked_at_on"),
            not_before("released_on", "starts_on"),
            # Three calendar months are at most 92 days; the service counts them exactly.
            models.CheckConstraint(
                condition=Q(review_on__lte=F("looked_at_on") + dt.timedelta(days=92)),
                name="decisions_hold_looked_at_within_three_months",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="released", released_on__isnull=False, release_evidence__isnull=False)
                    & ~Q(released_because="")
                )
                | (~Q(state="released") & Q(released_on__isnull=True)),
                name="decisions_hold_released_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["review_on", "id"],
                condition=Q(state__in=sorted(IN_FORCE)),
                name="decisions_hold_by_review",
            ),
        ]

    def __str__(self) -> str:
        return f"Hold on {self.get_kind_display().lower()}"

    @property
    def is_in_force(self) -> bool:
        return self.state in IN_FORCE

    @property
    def rests_on(self) -> ParallelProceeding | None:
        """The proceedings for whose sake it waits, while they are recorded as under way."""
        return self.proceeding if self.proceeding and self.proceeding.is_under_way else None

    @transition(
        state,
        source=[HoldState.ACTIVE, HoldState.REVIEWED],
        target=HoldState.REVIEWED,
        permission=holds(BUSINESS_UNIT, PARTNERS),
        custom=act("Look at the hold again", REF),
    )
    def review_hold(self, *, reason: str, on: dt.date, review_on: dt.date) -> None:
        self.kept_because, self.looked_at_on, self.review_on = reason, on, review_on
        self.reviews += 1

    @transition(
        state,
        source=[HoldState.ACTIVE, HoldState.REVIEWED],
        target=HoldState.RELEASED,
        permission=holds(BUSINESS_UNIT, PARTNERS),
        custom=act("Release the hold", REF),
    )
    def release_hold(self, *, reason: str, on: dt.date, evidence: Document) -> None:
        self.released_because, self.released_on, self.release_evidence = reason, on, evidence


legal_moves(Hold)
