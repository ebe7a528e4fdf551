"""A person's own calendar link."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Record, User
from lcspr import clock


class CalendarFeed(Record):
    """A link by which a calendar program reads when its owner's deadlines are due.

    Only a digest of its secret is kept: nobody, with the database in hand, can follow the link. One works at a
    time. `last_read_on` is the last London date on which it was read, recorded once a day.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    stopped_at = models.DateTimeField(null=True, blank=True)
    last_read_on = models.DateField(null=True, blank=True)

    class Meta(Record.Meta):
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(stopped_at__isnull=True), name="deadlines_calendarfeed_one_works"
            )
        ]

    def __str__(self) -> str:
        return f"The calendar link of {self.user}"
