"""Long work somebody asked for, with progress they can leave and come back to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.constraints import one_of
from accounts.models import Record, User
from casework.models.case import Case
from casework.models.files import Document
from lcspr import clock


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> JobQuerySet:
        """Jobs the person asked for themself, while they may still open the case."""
        return self.filter(requested_by=user).filter(
            Q(case__isnull=True) | Q(case__in=Case.objects.visible_to(user))
        )


class JobState(models.TextChoices):
    WAITING = "waiting", "Waiting to start"
    RUNNING = "running", "Working"
    DONE = "done", "Finished"
    FAILED = "failed", "Failed"


class Job(Record):
    """One piece of long work: an import, an export, a PDF, a scan. The task gets its key only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="jobs")
    kind = models.CharField(max_length=40)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    failure = models.TextField("why it failed, in words for the person who asked", blank=True)
    result = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["-requested_at"]
        constraints = [
            one_of("state", JobState),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(failure=""), name="casework_job_failure_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.get_state_display()}"

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 0
