"""Long work somebody asked for, with progress they can leave and come back to."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.constraints import one_of
from accounts.models import Record, User
from casework.models.case import Case
from casework.models.files import Document
from casework.storage import case_storage
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


UNFINISHED = [JobState.RUNNING, JobState.WAITING]


def job_file_name(job: Any, filename: str) -> str:
    """A random name: what was made, and for whom, does not show in the storage."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


class Job(Record):
    """One piece of long work: an import, an export, a PDF, a scan. The task gets its key only.

    `kind` is the name of the task that does it, `title` what the person asked for, `origin` the page where
    they did. `asked` is what was chosen there, keys and enumerated values only. `result` is a document of the
    case; what tells of several cases is kept in `file` for a day, and `cases` says of which.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="jobs")
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=120, blank=True)
    origin = models.CharField(max_length=300, blank=True)
    asked = models.JSONField(default=dict, blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    failure = models.TextField("why it failed, in words for the person who asked", blank=True)
    result = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    file = models.FileField(storage=case_storage, upload_to=job_file_name, max_length=80, blank=True)
    file_name = models.CharField("name of the download", max_length=80, blank=True)
    cases = ArrayField(models.UUIDField(), default=list, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
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
        indexes = [
            models.Index(fields=["requested_by", "-requested_at"], name="casework_job_by_person"),
            models.Index(
                fields=["requested_at"], condition=Q(state__in=UNFINISHED), name="casework_job_unfinished"
            ),
            models.Index(fields=["finished_at"], condition=~Q(file=""), name="casework_job_with_file"),
        ]

    def __str__(self) -> str:
        return f"{self.title or self.kind}: {self.get_state_display()}"

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 0
