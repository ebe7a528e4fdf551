"""A practitioner asks whoever represents their agency, before there is any referral (domain §8.1, prerequisite)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.constraints import one_of
from accounts.db import memberships_of
from accounts.models import Agency, Partnership, Record, User
from casework.machine import StateField, act, legal_moves
from casework.models.machine import Machine
from lcspr import clock
from referrals.models.referral import Referral
from referrals.permissions import AGENCY_LEADS


class ConsultationState(models.TextChoices):
    ASKED = "asked", "Waiting for an answer"
    ANSWERED = "answered", "Answered"
    WITHDRAWN = "withdrawn", "Taken back"


class ConsultationAnswer(models.TextChoices):
    YES = "yes", "Yes, refer it"
    NO = "no", "No, I would not refer it"
    TALK = "talk", "Let’s talk first"


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def visible_to(self, user: User) -> ConsultationQuerySet:
        """What this person asked, and what people of an agency they lead or represent have asked; nothing else.

        Neither the business unit nor a partner reads it: it is said within one agency, before anybody refers.
        """
        if not user.is_authenticated:
            return self.none()
        held = memberships_of(user)
        found = Q(asked_by=user, partnership__in={m.partnership_id for m in held})
        for m in held:
            if m.role in AGENCY_LEADS and m.agency_id:
                found |= Q(agency=m.agency_id, partnership=m.partnership_id)
        return self.filter(found)

    def waiting(self) -> ConsultationQuerySet:
        return self.filter(state=ConsultationState.ASKED)

    def to_go_on_from(self) -> ConsultationQuerySet:
        """Answered, and no referral begun from it."""
        return self.filter(state=ConsultationState.ANSWERED, referral=None)


@dataclass(frozen=True)
class Answers:
    """A transition's permission: who leads or represents the agency and did not ask themself."""

    def __call__(self, record: Any, user: User) -> bool:
        return record.asked_by_id != user.pk and any(
            m.role in AGENCY_LEADS
            and m.agency_id == record.agency_id
            and m.partnership_id == record.partnership_id
            for m in memberships_of(user)
        )

    def __str__(self) -> str:
        return "Lead or representative of the agency, who did not ask themself"


@dataclass(frozen=True)
class Asked:
    """A transition's permission: whoever asked."""

    def __call__(self, record: Any, user: User) -> bool:
        return bool(record.asked_by_id == user.pk)

    def __str__(self) -> str:
        return "Whoever asked"


class Consultation(Machine, Record):
    """A short note without names, and what the agency's representative says to it.

    What was answered, by whom and when, is evidence for the referral that is begun from it; the words of both stay
    between them.
    """

    final_states = frozenset({ConsultationState.ANSWERED, ConsultationState.WITHDRAWN})
    # Asked before there is a case.
    case: ClassVar[Any] = None

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    state = StateField(
        max_length=20,
        choices=ConsultationState.choices,
        default=ConsultationState.ASKED,
        protected=True,
        editable=False,
    )
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    note = models.TextField()
    answer = models.CharField(max_length=10, choices=ConsultationAnswer.choices, blank=True)
    answer_words = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    referral = models.OneToOneField(
        Referral, on_delete=models.PROTECT, null=True, blank=True, related_name="consultation"
    )

    objects = ConsultationQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["-asked_at"]
        constraints = [
            one_of("state", ConsultationState),
            one_of("answer", ConsultationAnswer, blank=True),
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False, answered_by__isnull=False)
                & ~Q(answer="")
                | ~Q(state="answered") & Q(answer="", answered_at__isnull=True, answered_by__isnull=True),
                name="referrals_consultation_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(referral__isnull=True) | Q(state="answered"),
                name="referrals_consultation_referral_after_answer",
            ),
        ]
        indexes = [models.Index(fields=["agency", "state"], name="referrals_consultation_waiting")]

    def __str__(self) -> str:
        return "Question before a referral"

    @transition(
        state,
        source=ConsultationState.ASKED,
        target=ConsultationState.ANSWERED,
        permission=Answers(),
        custom=act("Answer", "8.1 Prerequisite"),
    )
    def answer_consultation(self, *, answer: ConsultationAnswer, answered_by: User) -> None:
        self.answer, self.answered_by, self.answered_at = answer, answered_by, clock.now()

    @transition(
        state,
        source=ConsultationState.ASKED,
        target=ConsultationState.WITHDRAWN,
        permission=Asked(),
        custom=act("Take the question back", "8.1 Prerequisite"),
    )
    def withdraw_consultation(self) -> None:
        pass


legal_moves(Consultation)
