"""What somebody has typed and not yet sent."""

from __future__ import annotations

from django.db import models

from accounts.models import Agency, Partnership, Record, User
from accounts.roles import Role
from casework.permissions import agencies_as
from lcspr import clock


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: User) -> DraftQuerySet:
        """A person's own drafts, and those of the agencies they act for as lead or representative."""
        shared = agencies_as(user, {Role.DSL, Role.REP})
        return self.filter(models.Q(owner=user) | models.Q(agency__in=shared))


class Draft(Record):
    """A long form in progress, saved by compare-and-swap on `version` (casework.drafts).

    It belongs to its writer and, for leads and representatives, to their agency; `about` names what it
    answers ("app.Model:key"), empty for a referral not yet sent. Identities typed here are sealed.
    """

    form = models.CharField(max_length=40)
    about = models.CharField(max_length=120, blank=True)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts")
    answers = models.JSONField(default=dict)
    question_set = models.CharField(max_length=20, blank=True)
    version = models.PositiveIntegerField(default=1)
    last_editor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    unrecorded = "A save every few seconds is not an act; the form that is sent is recorded."

    class Meta(Record.Meta):
        triggers: list[object] = []
        ordering = ["-updated_at"]
        indexes = [models.Index(fields=["owner", "form"], name="casework_draft_by_owner")]

    def __str__(self) -> str:
        return f"Draft {self.form}"
