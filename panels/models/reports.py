"""The report of a review, version by version (domain §2.4, F-09)."""

from __future__ import annotations

import datetime as dt
from typing import Final, Self

from django.db import models
from django.db.models import Q
from django_fsm import transition

from accounts.access_table import Right, Thing
from accounts.constraints import not_before, one_of
from accounts.models import User
from accounts.roles import Role
from casework.machine import StateField, act, legal_moves
from casework.models import Case, CaseRecord, CaseRecordQuerySet, Document
from casework.models.machine import Machine
from casework.permissions import holds, roles_with
from panels.models.review import Review
from panels.permissions import APPROVES_TERMS, DECIDERS, WRITES_REPORT

REF: Final = "2.4 Report document"


class VersionState(models.TextChoices):
    DRAFT = "draft", "Draft"
    CIRCULATED = "circulated", "Draft out for comments"
    COMMENTS_CLOSED = "comments_closed", "Comments closed"
    FINAL = "final", "Final report"
    APPROVED = "approved", "Signed off"
    SUPERSEDED = "superseded", "Replaced by a later version"


State = VersionState
FINALS: Final = frozenset({State.FINAL, State.APPROVED})


class VersionQuerySet(CaseRecordQuerySet):
    def visible_to(self, user: User) -> Self:
        """Drafts for those who work on them, finals for those who sign off: each by its line of the access table."""
        drafts = Q(is_final=False, case__in=_cases(user, Thing.DRAFT_REPORT))
        finals = Q(is_final=True, case__in=_cases(user, Thing.FINAL_REPORT))
        return self.filter(drafts | finals)


def _cases(user: User, thing: Thing) -> models.QuerySet[Case]:
    return Case.objects.visible_to(user, roles_with(Right.READ, thing))


class ReportVersion(Machine, CaseRecord):
    """One draft of the report, or the final report put up for sign-off. What is published is another document."""

    thing = Thing.DRAFT_REPORT
    final_states = {State.COMMENTS_CLOSED, State.APPROVED, State.SUPERSEDED}
    born_in = (State.DRAFT, State.FINAL)

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="versions")
    label = models.CharField("version", max_length=20)
    is_final = models.BooleanField(default=False)
    state = StateField(
        max_length=15, choices=State.choices, default=State.DRAFT, protected=True, editable=False
    )
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    note = models.TextField("what changed", blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    circulated_at = models.DateTimeField(null=True, blank=True)
    comments_closed_at = models.DateTimeField(null=True, blank=True)
    comments = models.TextField("what the comments on accuracy changed", blank=True)

    objects = VersionQuerySet.as_manager()  # type: ignore[misc]

    class Meta(CaseRecord.Meta):
        ordering = ["created_at"]
        constraints = [
            one_of("state", VersionState),
            not_before("comments_closed_at", "circulated_at"),
            models.UniqueConstraint(fields=["review", "label"], name="panels_reportversion_label_once"),
            models.UniqueConstraint(
                fields=["review"], condition=Q(state__in=["final"]), name="panels_reportversion_one_final"
            ),
            models.CheckConstraint(
                condition=(Q(is_final=True) & Q(state__in=["final", "approved", "superseded"]))
                | (Q(is_final=False) & Q(state__in=["draft", "circulated", "comments_closed", "superseded"])),
                name="panels_reportversion_kind_fits_state",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["circulated", "comments_closed"]) | Q(circulated_at__isnull=False),
                name="panels_reportversion_circulated_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{'Final report' if self.is_final else 'Draft'} {self.label}"

    @transition(
        state,
        source=State.DRAFT,
        target=State.CIRCULATED,
        permission=holds(WRITES_REPORT),
        custom=act(
            "Circulate for comments on accuracy",
            REF,
            help_text="The review panel and the business unit are asked by e-mail to comment. The sub-group, the partners and the independent chair can read the draft too.",
        ),
    )
    def circulate(self, *, at: dt.datetime) -> None:
        self.circulated_at = at

    @transition(
        state,
        source=State.CIRCULATED,
        target=State.COMMENTS_CLOSED,
        permission=holds(WRITES_REPORT),
        custom=act("Close the comments", REF),
    )
    def close_comments(self, *, what_changed: str, at: dt.datetime) -> None:
        self.comments, self.comments_closed_at = what_changed, at

    @transition(
        state,
        source=State.FINAL,
        target=State.APPROVED,
        permission=holds(DECIDERS | APPROVES_TERMS),
        custom=act("Sign off with the review", REF),
    )
    def approve(self) -> None:
        """Nothing of the row changes but its state."""

    @transition(
        state,
        source=[State.DRAFT, State.FINAL],
        target=State.SUPERSEDED,
        permission=holds(WRITES_REPORT | {Role.SGC}),
        custom=act("Replace with a later version", REF),
    )
    def supersede(self) -> None:
        """Nothing of the row changes but its state."""


legal_moves(ReportVersion)
