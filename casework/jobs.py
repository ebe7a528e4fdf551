"""Long work: asked for in a page, done by a worker, looked at whenever the person comes back (architecture §9)."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.db import acting_as
from accounts.models import User
from casework.models import Case, Job, JobState
from casework.models.jobs import UNFINISHED
from lcspr import clock

log = logging.getLogger(__name__)

# Its own queue, and in production its own worker: a library that ends its process takes no e-mail with it.
DOCUMENTS: Final = "documents"

MOST_ATTEMPTS: Final = 3
# Celery ends a task after 150 seconds (settings); one still running long after that has lost its worker.
LOST_AFTER: Final = dt.timedelta(minutes=5)
UNCLAIMED_AFTER: Final = dt.timedelta(minutes=1)
KEPT_FOR: Final = dt.timedelta(days=1)

TOO_LONG: Final = (
    "It took longer than two minutes and was stopped. Choose fewer cases or a shorter time and ask again."
)
STOPPED: Final = (
    f"The program that makes it stopped {MOST_ATTEMPTS} times. Ask again later; if it stops again, tell your "
    "system administrator."
)
WENT_WRONG: Final = (
    "Something went wrong while it was made. Ask again; if it fails again, tell your system administrator."
)


class JobFailed(Exception):
    """The work cannot be done; its text is the sentence for the person who asked."""


@dataclass(frozen=True)
class Made:
    """A file that tells of some cases, and the name its download is given."""

    content: bytes
    name: str
    cases: frozenset[uuid.UUID]


@transaction.atomic
def ask(
    task: str, *, by: User, title: str, origin: str, asked: Mapping[str, str], case: Case | None = None
) -> Job:
    """Ask for a piece of long work; a worker begins it after the commit."""
    job = Job.objects.create(
        kind=task, requested_by=by, title=title, origin=origin, asked=dict(asked), case=case
    )
    # With the broker down the wish stands, and `pick_up` finds it.
    transaction.on_commit(lambda: _send(job), robust=True)
    return job


def run(key: str, make: Callable[[Job], Made]) -> None:
    """Do the work of a job, keeping what is made or why it could not be made. Safe to repeat."""
    job = _begin(key)
    if job is None:
        return
    try:
        _finish(job, make(job))
    except JobFailed as failed:
        fail(job, str(failed))
    except SoftTimeLimitExceeded:
        fail(job, TOO_LONG)
    except Exception:
        fail(job, WENT_WRONG)
        raise


def progress(job: Job, done: int, *, of: int) -> None:
    """Say how far it has come, in a transaction of its own, so that it is seen at once."""
    with acting_as(job.requested_by):
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(done=done, total=of)


def fail(job: Job, why: str) -> None:
    """Record that it was not done, and why, in words for the person who asked."""
    with acting_as(job.requested_by):
        Job.objects.filter(pk=job.pk, state__in=UNFINISHED).update(
            state=JobState.FAILED, failure=why, finished_at=clock.now()
        )


def pick_up() -> int:
    """Hand out again what no worker has begun, or has lost half-way; returns how many."""
    now = clock.now()
    lost = Job.objects.filter(state=JobState.RUNNING, started_at__lt=now - LOST_AFTER)
    unclaimed = Job.objects.filter(state=JobState.WAITING, requested_at__lt=now - UNCLAIMED_AFTER)
    found = [*lost[:100], *unclaimed[:100]]
    for job in found:
        _send(job, expires=60)
    return len(found)


def forget() -> int:
    """Remove the files that were made more than a day ago; the job stays, and says that they are gone."""
    old = Job.objects.filter(finished_at__lt=clock.now() - KEPT_FOR).exclude(file="")
    found = list(old.select_related("requested_by")[:500])
    for job in found:
        with acting_as(None):
            name = str(job.file.name)
            Job.objects.filter(pk=job.pk).update(file="")
            transaction.on_commit(lambda name=name: Job.file.field.storage.delete(name))  # type: ignore[misc]
    return len(found)


def of(user: User, task: str) -> Iterable[Job]:
    """The person's last few jobs of one kind, newest first."""
    return Job.objects.visible_to(user).filter(kind=task).order_by("-requested_at")[:5]


def _send(job: Job, *, expires: int | None = None) -> None:
    current_app.send_task(job.kind, [str(job.pk)], queue=DOCUMENTS, expires=expires)


def _begin(key: str) -> Job | None:
    """The job, marked as begun; None when it is finished, or has stopped its worker too often."""
    job = Job.objects.select_related("requested_by").get(pk=key)
    with acting_as(job.requested_by):
        job = (
            Job.objects.select_for_update(of=("self",), no_key=True)
            .select_related("requested_by")
            .get(pk=key)
        )
        if job.is_finished:
            return None
        if job.attempts < MOST_ATTEMPTS:
            job.attempts += 1
            job.state, job.started_at = JobState.RUNNING, clock.now()
            job.save(update_fields=["attempts", "state", "started_at"])
            return job
    fail(job, STOPPED)
    return None


def _finish(job: Job, made: Made) -> None:
    with acting_as(job.requested_by):
        job = Job.objects.select_for_update(of=("self",), no_key=True).get(pk=job.pk)
        if job.is_finished:
            return
        job.file.save("file", ContentFile(made.content), save=False)
        job.file_name, job.cases = made.name, sorted(made.cases)
        job.state, job.finished_at, job.done = JobState.DONE, clock.now(), job.total
        job.save()
