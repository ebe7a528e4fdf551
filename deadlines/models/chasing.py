"""Who was reminded of what, and when to look at a deadline again."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from deadlines.models.deadlines import Deadline
from lcspr import clock


class WakeUp(models.Model):
    """An instant from which the sweep looks at a deadline.

    It decides nothing: the sweep asks the deadline itself what is due, so that one too many does no harm
    and a wake-up of a deadline met meanwhile is simply dropped. No row trigger: nobody acts here.
    """

    id = models.BigAutoField(primary_key=True)
    deadline = models.ForeignKey(Deadline, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at", "id"], name="deadlines_wakeup_due")]

    def __str__(self) -> str:
        return f"{self.deadline_id} at {self.at.isoformat()}"


class Reminder(models.Model):
    """One step taken for one person, once, whatever ran twice or was down for a week in between.

    `step` is the key of the rule's step, followed by how often the due date had moved (`+0wd`, `+0wd/1`): a
    step taken for a date that was corrected is taken again for the right one. `overtaken` says that a later
    step fell in the same sweep, so that the person got that one's e-mail only. No row trigger: a row is
    written once, by the system, and never changed.
    """

    id = models.BigAutoField(primary_key=True)
    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="reminders")
    step = models.CharField(max_length=16)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    fell_at = models.DateTimeField()
    taken_at = models.DateTimeField(default=clock.now)
    overtaken = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["deadline", "step", "person"], name="deadlines_reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.step} to {self.person}"
